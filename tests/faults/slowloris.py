"""An attacker in a process of its own: connections that cost a listener much and give it nothing.

`python -m tests.faults.slowloris PORT TLS_PORT SECONDS` holds 500 connections that send a byte now and then, 50 that
send a frame without end, and 200 that never finish a TLS handshake; each is opened again as soon as it is closed. Ends
with a JSON line: by kind, how many were opened, and how long those stood that were not turned away at once.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

KINDS = {"drip": 500, "endless": 50, "handshake": 200}
ADDRESSES = 10
TURNED_AWAY_S = 0.3


@dataclass
class Offender:
    """One connection. opened: None until it stands."""

    kind: str
    number: int
    socket: socket.socket | None = None
    began: float = 0.0
    again: float = 0.0
    spoke: float = 0.0


@dataclass
class Attack:
    """All of them, and what became of them."""

    plain: int
    tls: int
    opened: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    stood: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def run(self, seconds: float) -> None:
        """Attack for so long, then let go."""
        offenders = [Offender(kind, number) for kind, count in KINDS.items() for number in range(count)]
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            while (now := time.monotonic()) < end:
                for offender in self._idle(offenders, now):
                    self._open(offender, selector, now)
                for key, _ in selector.select(0.05):
                    self._hear(key.data, selector)
                for offender in offenders:
                    self._speak(offender, time.monotonic())
            for offender in offenders:
                if offender.socket is not None:
                    offender.socket.close()

    @staticmethod
    def _idle(offenders: list[Offender], now: float) -> Iterator[Offender]:
        found = (offender for offender in offenders if offender.socket is None and offender.again <= now)
        yield from (offender for offender, _ in zip(found, range(100), strict=False))

    def _open(self, offender: Offender, selector: selectors.BaseSelector, now: float) -> None:
        made = socket.socket()
        made.bind((f"127.0.0.{2 + offender.number % ADDRESSES}", 0))
        try:
            made.connect(("127.0.0.1", self.tls if offender.kind == "handshake" else self.plain))
            made.setblocking(False)
            made.send(b"\x16\x03\x01" if offender.kind == "handshake" else b"\x0bMSH|")
        except OSError:
            made.close()
            offender.again = now + 1.0
            return
        offender.socket, offender.began = made, time.monotonic()
        self.opened[offender.kind] += 1
        selector.register(made, selectors.EVENT_READ, offender)

    def _hear(self, offender: Offender, selector: selectors.BaseSelector) -> None:
        assert offender.socket is not None
        try:
            if offender.socket.recv(4096):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        selector.unregister(offender.socket)
        offender.socket.close()
        offender.socket = None
        now = time.monotonic()
        stood = now - offender.began
        if stood > TURNED_AWAY_S:
            self.stood[offender.kind].append(stood)
        offender.again = now + 1.0

    @staticmethod
    def _speak(offender: Offender, now: float) -> None:
        pause = {"drip": 1.0, "endless": 0.1}.get(offender.kind)
        if offender.socket is None or pause is None or now - offender.spoke < pause:
            return
        offender.spoke = now
        try:
            offender.socket.send(b"x" if offender.kind == "drip" else b"OBX|1|NM|x" * 400)
        except OSError:
            return


if __name__ == "__main__":
    attack = Attack(int(sys.argv[1]), int(sys.argv[2]))
    attack.run(float(sys.argv[3]))
    print(json.dumps({"opened": attack.opened, "stood": attack.stood}))
