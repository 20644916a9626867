"""A message of 30 OBX as a multi-parameter monitor sends it, and a sender that does not wait for each answer.

`python -m tests.bench.feed_messages PORT SECONDS` sends to loopback with a bounded number of messages unanswered and
prints how many were acknowledged positively, how many were not, and in what time.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from datetime import UTC, datetime

from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.mllp import Framer, wrap

LOCATION = "ICU^^5"
ROWS = 30
WINDOW = 256
"""Messages on their way at once: what a gateway of 64 beds has unanswered in the worst second."""

_VITALS = {
    Parameter.HR: 84.0,
    Parameter.PR: 83.0,
    Parameter.SPO2: 96.0,
    Parameter.RR: 16.0,
    Parameter.ETCO2: 38.0,
    Parameter.TEMP: 37.1,
    Parameter.NIBP_SYS: 128.0,
    Parameter.NIBP_DIA: 76.0,
    Parameter.NIBP_MEAN: 93.0,
    Parameter.ART_SYS: 126.0,
    Parameter.ART_DIA: 74.0,
    Parameter.ART_MEAN: 91.0,
    Parameter.PERFUSION_INDEX: 2.4,
}
_OTHER = "OBX|{n}|ST|{code}^MDC_ATTR_OTHER_{n}^MDC|1.0.0.{code}|steady||||||R|||{at}"


def message(control: str, at: datetime | None = None) -> bytes:
    """Thirteen vital signs, and other rows as monitors add them, 30 OBX in all."""
    now = at or datetime.now(UTC)
    text = OruTemplate(tuple(_VITALS), location=LOCATION, patient_id="4711").fill(_VITALS, now, control)
    lines = text.decode().strip("\r").split("\r")
    have = sum(line.startswith("OBX") for line in lines)
    stamp = now.strftime("%Y%m%d%H%M%S.000+0000")
    lines += [_OTHER.format(n=n + 1, code=68000 + n, at=stamp) for n in range(have, ROWS)]
    return ("\r".join(lines) + "\r").encode()


def send(port: int, seconds: float) -> dict[str, float]:
    """Keep the window full for so long, then wait for the rest of the answers."""
    head, tail = message("CONTROL").split(b"CONTROL")
    framer, sent, good, bad = Framer(), 0, 0, 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        started = time.monotonic()
        while True:
            more = time.monotonic() - started < seconds
            if not more and good + bad == sent:
                break
            if more and sent - good - bad < WINDOW:
                batch = WINDOW - (sent - good - bad)
                line.sendall(b"".join(wrap(head + b"%d" % (sent + n) + tail) for n in range(batch)))
                sent += batch
            for answer in framer.feed(line.recv(1 << 16)):
                accepted = b"\rMSA|AA|" in answer or b"\rMSA|CA|" in answer
                good, bad = good + accepted, bad + (not accepted)
        passed = time.monotonic() - started
    return {"sent": sent, "good": good, "bad": bad, "seconds": passed}


if __name__ == "__main__":
    print(json.dumps(send(int(sys.argv[1]), float(sys.argv[2]))))
