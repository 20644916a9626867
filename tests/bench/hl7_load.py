"""A gateway of many beds in a process of its own: PCD-01 messages over real MLLP connections, without waiting for each
answer. `python -m tests.bench.hl7_load PORT SECONDS [--rate R] [--rows N] [--connections N]` ends with one JSON line of
what was acknowledged.
"""

from __future__ import annotations

import argparse
import json
import random
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle

from drivers.observation import Parameter
from hl7.nomenclature import nomenclature

BEDS = 64
ROWS = 30
CONNECTIONS = 8
WINDOW = 60
"""Messages of one connection on their way; a listener reads 64 ahead."""

VARIANTS = 12
"""Different sets of values of a bed, sent in turn; time and control id are always new."""

# A steady adult: every row is charted and nothing alarms for its value, so that the load is that of an ordinary day.
_LEVELS = {
    Parameter.HR: (76, 3), Parameter.PR: (76, 3), Parameter.RR: (14, 2), Parameter.SPO2: (97, 1),
    Parameter.ETCO2: (38, 2), Parameter.NIBP_SYS: (122, 5), Parameter.NIBP_DIA: (74, 4), Parameter.NIBP_MEAN: (90, 4),
    Parameter.ART_SYS: (122, 5), Parameter.ART_DIA: (74, 4), Parameter.ART_MEAN: (90, 4), Parameter.TEMP: (36.8, 0.2),
    Parameter.PERFUSION_INDEX: (4, 1),
}  # fmt: skip


def location(bed: int) -> str:
    """PV1-3 of a bed."""
    return f"ICU^^{bed + 1}"


class Bed:
    """The messages of one bed: numeric rows, each with its own code, channel, unit and time as PCD-01 has them."""

    def __init__(self, bed: int, count: int = ROWS) -> None:
        chance = random.Random(bed)
        patient = f"PID|||{4700 + bed}^^^Ward^MR||Bed^{bed}|||F\rPV1||I|{location(bed)}\r"
        order = f"OBR|1|{bed}|{bed}^MON^0012210000000001^EUI-64|182777000^monitoring of patient^SCT|||@\r"
        rows = ("".join(_row(number, chance) for number in range(count)) for _ in range(VARIANTS))
        self._bodies = cycle([patient + order + text for text in rows])

    def message(self, number: int, moment: str) -> bytes:
        """One framed message; `number` is its control id."""
        head = (
            "\x0bMSH|^~\\&|MONITOR^0012210000000000^EUI-64|ICU|CONSOLE|WARD|@||ORU^R01^ORU_R01|"
            f"{number}|P|2.6|||NE|AL||UNICODE UTF-8|||IHE_PCD_ORU_R01^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO\r"
        )
        return f"{head}{next(self._bodies)}\x1c\r".replace("@", moment).encode()


def _row(number: int, chance: random.Random) -> str:
    parameter = tuple(Parameter)[number % len(Parameter)]
    code = nomenclature().parameters[parameter]
    level, spread = _LEVELS[parameter]
    value = round(level + chance.uniform(-spread, spread), 1 if spread < 1 else 0)
    unit = f"{code.mdc_unit}^{code.unit_refid}^MDC"
    channel = f"1.{number}.1.{code.mdc}"
    return f"OBX|{number + 1}|NM|{code.mdc}^{code.refid}^MDC|{channel}|{value:g}|{unit}|||||R|||@\r"


class Line:
    """One connection and what of it is not answered yet."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.out = b""
        self.sent: deque[float] = deque()
        self._rest = b""

    def push(self) -> None:
        """Hand the socket what it takes."""
        try:
            self.out = self.out[self.socket.send(self.out) :]
        except BlockingIOError:
            return

    def answers(self) -> list[bytes]:
        """The acknowledgements that have arrived whole."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the listener closed the connection")
        *whole, self._rest = (self._rest + data).split(b"\x1c\r")
        return whole


class Gateway:
    """Sends for `seconds` as fast as the answers come, or `rate` messages a second, then waits for the last answers."""

    def __init__(self, port: int, rate: float | None, rows: int, connections: int) -> None:
        self._rate = rate
        self._beds = [Bed(bed, rows) for bed in range(BEDS)]
        self._lines = [Line(port) for _ in range(connections)]
        self._number = 0
        self._last_bed = -1
        self.accepted = self.refused = 0
        self.waits: list[float] = []

    def run(self, seconds: float) -> dict[str, float]:
        """Returns what came of it: accepted, refused, per_second, wait_p50_ms, wait_p99_ms."""
        with selectors.DefaultSelector() as selector:
            for line in self._lines:
                selector.register(line.socket, selectors.EVENT_READ, line)
            began = time.perf_counter()
            sending = True
            while sending or any(line.sent for line in self._lines):
                elapsed = time.perf_counter() - began
                sending = sending and elapsed < seconds
                if sending:
                    self._fill(elapsed)
                for key, _ in selector.select(0.001 if self._rate or not sending else 0.01):
                    self._take(key.data)
                for line in self._lines:
                    if line.out:
                        line.push()
            spent = time.perf_counter() - began
        self.waits.sort()
        return {
            "accepted": self.accepted,
            "refused": self.refused,
            "per_second": self.accepted / spent,
            "wait_p50_ms": self.waits[len(self.waits) // 2] * 1e3,
            "wait_p99_ms": self.waits[len(self.waits) * 99 // 100] * 1e3,
        }

    def _fill(self, elapsed: float) -> None:
        allowed = int(elapsed * self._rate) - self._number if self._rate else BEDS * len(self._lines)
        moment = datetime.now(UTC).strftime("%Y%m%d%H%M%S.%f")[:-3] + "+0000"
        for line in self._next_lines(allowed):
            line.out += self._beds[self._last_bed].message(self._number, moment)
            line.sent.append(time.perf_counter())

    def _next_lines(self, allowed: int) -> Iterator[Line]:
        """The line of each next message: a bed always speaks on the same one, and beds take turns."""
        while allowed > 0:
            line = self._lines[(self._last_bed + 1) % len(self._lines)]
            if len(line.sent) >= WINDOW:
                return
            self._last_bed = (self._last_bed + 1) % BEDS
            self._number += 1
            allowed -= 1
            yield line

    def _take(self, line: Line) -> None:
        now = time.perf_counter()
        for answer in line.answers():
            self.waits.append(now - line.sent.popleft())
            if b"\rMSA|AA|" in answer:
                self.accepted += 1
            else:
                self.refused += 1


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--rate", type=float, help="messages a second; without it as many as are taken")
    parser.add_argument("--rows", type=int, default=ROWS, help="OBX of each message")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    given = parser.parse_args()
    print(json.dumps(Gateway(given.port, given.rate, given.rows, given.connections).run(given.seconds)))


if __name__ == "__main__":
    main()
