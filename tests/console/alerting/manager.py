"""An alarm manager to send to: a real socket with every bad habit one can have, that checks what it gets by hl7apy."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hl7apy.parser import parse_message

from hl7.acknowledgement import Verdict, acknowledge
from hl7.mllp import Framer, wrap
from hl7.reader import Message, read_header, read_message

Habit = Callable[[int], str]
"""How the n-th message (from 0) is treated: an acknowledgement code, or "silent", "die" (takes it, closes without an
answer), "late" (answers after the sender has given up), "twice" (two answers), "wrong" (answers another message)."""


def always(code: str) -> Habit:
    return lambda _: code


class AlarmManager:
    """Listens from `start` to `stop`, on the same port every time. received: every message, resent ones too; accepted:
    those it has answered with AA or CA for the first time, by control id."""

    def __init__(
        self, habit: Habit = lambda _: "CA", tls: ssl.SSLContext | None = None, log: Path | None = None
    ) -> None:
        self.habit = habit
        self.received: list[Message] = []
        self.raw: dict[str, set[bytes]] = {}
        self.accepted: list[Message] = []
        self.late_s = 1.0
        self.faults: list[str] = []
        self._tls = tls
        self._log = log
        self._known: set[str] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def __enter__(self) -> AlarmManager:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        assert self.faults == []

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listener.settimeout(0.05)
        self._begin(self._accept, self._listener)

    def stop(self) -> None:
        """The process of the manager has gone: its listener and all its connections with it."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._threads, self._open = [], []

    def _begin(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while self._listener is listener:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            connection.settimeout(0.05)
            if self._listener is not listener:
                connection.close()
                return
            self._open.append(connection)
            self._begin(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        framer = Framer()
        try:
            if self._tls is not None:
                connection.settimeout(2)
                connection = self._tls.wrap_socket(connection, server_side=True)
                connection.settimeout(0.05)
            while self._listener is not None:
                try:
                    data = connection.recv(65536)
                except TimeoutError:
                    continue
                if not data:
                    return
                for message in framer.feed(data):
                    if not self._take(connection, message):
                        return
        except OSError:
            return
        finally:
            connection.close()

    def _take(self, connection: socket.socket, data: bytes) -> bool:
        """Treat one message; False when the connection ends with it."""
        with self._lock:
            if read_message(data).kind[0] == "ACK":
                self.received.append(read_message(data))
                return True
            message = self._check(data)
            habit = self.habit(len(self.received))
            self.received.append(message)
            self.raw.setdefault(message.control_id, set()).add(data)
            if habit in ("AA", "CA", "die", "late", "twice") and message.control_id not in self._known:
                self._known.add(message.control_id)
                self.accepted.append(message)
                if self._log is not None:
                    with self._log.open("a", encoding="utf-8") as file:
                        file.write(message.control_id + "\n")
        if habit == "die":
            return False
        if habit == "late":
            time.sleep(self.late_s)
        if habit != "silent":
            for _ in range(2 if habit == "twice" else 1):
                self._answer(connection, data, habit)
        return True

    def _answer(self, connection: socket.socket, data: bytes, habit: str) -> None:
        header = read_header(data)
        assert header is not None
        if habit == "wrong":
            header[10] = b"another"
        code = {"late": "AA", "twice": "AA", "wrong": "AA"}.get(habit, habit)
        verdict = Verdict(f"A{code[1]}", "" if code[1] == "A" else "not for me")
        [answer] = acknowledge(header, verdict, "m1", datetime.now(UTC))
        connection.sendall(wrap(answer.replace(b"MSA|C" + code[1:].encode(), b"MSA|" + code.encode())))

    def _check(self, data: bytes) -> Message:
        """hl7apy, which knows no ORU_R40, checks it as what it is built like."""
        try:
            whole = parse_message(data.decode().replace("ORU^R40^ORU_R40", "ORU^R01^ORU_R01"), find_groups=True)
            whole.validate()
        except Exception as error:  # noqa: BLE001 - told to the test, which fails with it
            self.faults.append(f"{type(error).__name__}: {error}")
        return read_message(data)

    def send(self, data: bytes) -> None:
        """A message of the manager's own over the connection of the sender."""
        self._open[-1].sendall(wrap(data))

    def steps(self) -> list[tuple[str, str, str]]:
        """(alarm, phase, state) of every accepted message, in order."""
        return [(alarm_of(m), row(m, "68481"), row(m, "68482")) for m in self.accepted]


def row(message: Message, code: str) -> str:
    """The value of one OBX."""
    return next(segment.text(5) for segment in message.all("OBX") if segment.text(3) == code)


def alarm_of(message: Message) -> str:
    """The alarm a message is about: OBR-29 of a later step, OBR-3 of the first."""
    [obr] = message.all("OBR")
    return obr.text(29, 2) or obr.text(3)
