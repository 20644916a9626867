"""A seeded flood of malformed frames: each is answered or dropped, each is counted once, service goes on."""

from __future__ import annotations

import random
import socket

from hl7.mllp import Framer
from hl7.sender import read_acknowledgement
from tests.hl7.conftest import Serve
from tests.hl7.messages import BEATS, PERCENT, oru, row

FRAMES = 2000


def _message(random_: random.Random) -> bytes:
    return oru(
        row("147842^MDC_ECG_HEART_RATE^MDC", str(random_.randint(40, 180)), BEATS),
        row("150456^MDC_PULS_OXIM_SAT_O2^MDC", "97", PERCENT),
    )


def mutant(random_: random.Random) -> bytes:
    """One piece of stream that holds exactly one message, whole or not."""
    body = _message(random_)
    place = random_.randrange(len(body))
    kind = random_.randrange(14)
    if kind == 0:
        return body + b"\x1c\r"
    if kind == 1:
        return b"\x0b" + body[:place] + b"x"
    if kind == 2:
        return b"\x0b\x1c\r"
    if kind == 3:
        return b"\x0b" + body[: random_.randint(1, 12)] + b"\x1c\r"
    if kind == 4:
        return (
            b"\x0b"
            + body.replace(b"Meyer", random_.randbytes(5).replace(b"\x1c", b"a").replace(b"\x0b", b"b"))
            + b"\x1c\r"
        )
    if kind == 5:
        return (
            b"\x0b"
            + body.replace(b"^~\\&", bytes(random_.choices(b"^~\\&|aA0 \xff", k=random_.randint(0, 6))))
            + b"\x1c\r"
        )
    if kind == 6:
        return b"\x0b" + body[:place] + b"\x00" * 5 + body[place:] + b"\x1c\r"
    if kind == 7 and random_.random() < 0.05:
        return b"\x0b" + body + b"NTE|1||" + b"x" * (1 << 20) + b"\x1c\r"
    if kind == 8 and random_.random() < 0.1:
        return b"\x0b" + body + b"OBX|9|NM|" + b"^" * 65535 + b"\x1c\r"
    if kind == 9:
        return b"garbage without any framing" + str(place).encode() + b"\x1c\r"
    if kind == 10:
        return b"\x0b" + body.replace(b"ORU^R01^ORU_R01", b"ORU^R01^" + b"\xfe" * 9) + b"\x1c\r"
    if kind == 11:
        return b"\x0b" + body[:place] + body[random_.randrange(len(body)) :] + b"\x1c\r"
    if kind == 12:
        return b"\x0b" + body[:place] + b"\x1cz" + body[place:] + b"\x1c\r"
    return b"\x0b" + bytes(random_.choices(range(32, 127), k=random_.randint(1, 200))) + b"\x1c\r"


def test_every_malformed_frame_is_counted_once_and_the_next_good_one_accepted(serve: Serve) -> None:
    random_ = random.Random(20261122)
    running = serve()
    good = 0
    with socket.create_connection((running.host, running.port), 10) as connection:
        connection.settimeout(20)
        framer = Framer()
        for number in range(FRAMES):
            control = f"good{number}".encode()
            answer = _message(random_).replace(b"|C1|", b"|" + control + b"|")
            connection.sendall(mutant(random_) + b"\x0b" + answer + b"\x1c\r")
            seen = None
            while seen is None or seen.control_id != control:
                for raw in framer.feed(connection.recv(65536)):
                    seen = read_acknowledgement(raw)
                    assert seen is not None
            good += seen.code == "AA"
    state = running.state
    assert good == FRAMES
    assert state.messages + sum(state.discarded.values()) == 2 * FRAMES
    assert sum(state.answers.values()) == state.messages
    assert set(state.discarded) == {"no end of frame", "empty", "no start of frame and no MSH", "too long"}
    assert {"AA", "AE", "AR"} <= set(state.answers)
    assert state.last_error == ""
