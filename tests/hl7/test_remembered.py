"""What a reader remembers of a feed (rows, their order, places, times) makes it quicker, never different."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from hl7.observations import ObservationReader
from hl7.reader import UnreadableError, read_message
from tests.hl7.generated import message, mutated
from tests.hl7.messages import BEATS, CELSIUS, MMHG, MSH, OBR, PERCENT, PID, PV1, join, row

RECEIVED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

_ROWS = (
    ("147842^MDC_ECG_HEART_RATE^MDC", BEATS), ("147842^MDC_ECG_HEART_RATE^MDC", ""), ("8867-4^Heart rate^LN", "/min"),
    ("150456^MDC_PULS_OXIM_SAT_O2^MDC", PERCENT), ("150344^MDC_TEMP^MDC", CELSIUS),
    ("150344^MDC_TEMP^MDC", "266560^MDC_DIM_FAHR^MDC"), ("150017^MDC_PRESS_BLD_SYS^MDC", MMHG), ("68100^other^MDC", ""),
)  # fmt: skip


def vital_signs(chance: random.Random) -> bytes:
    """Rows in any order and number, now and then with something unusual about one, of few patients and places."""
    segments = [MSH.replace("{control}", str(chance.randrange(100)))]
    for _ in range(chance.choice((1, 1, 1, 2))):
        if chance.random() < 0.9:
            segments.append(PID.replace("100200", chance.choice(("100200", "100201", ""))))
        if chance.random() < 0.9:
            segments.append(PV1.replace("ICU^^5", chance.choice(("ICU^^5", "ICU^^6", ""))))
        segments.append(OBR)
        for number in range(chance.randrange(12)):
            code, unit = chance.choice(_ROWS)
            segments.append("OBX|" + _row(chance, code, unit, number))
    return join(*segments, end=chance.choice(("\r", "\r", "\r\n")))


def _row(chance: random.Random, code: str, unit: str, number: int) -> str:
    value = chance.choice(("72", "97", "36.9", "120", "-100", "", "9999999", "7 2", "1e3"))
    odd = chance.random() < 0.2
    written = row(
        code,
        value,
        unit,
        number=number,
        kind=chance.choice(("NM", "ST", "SN")) if odd else "NM",
        channel=chance.choice(("", "1.2.3", "1.7.4.147842")),
        flag=chance.choice(("", "QUES", "DEMO", "TEST")) if odd else "",
        status=chance.choice("FRPXS") if odd else "F",
        time=chance.choice(("20261122092940+0000", "20261122092941+0000", "2026", "")),
        method=chance.choice(("", "AUX")) if odd else "",
    )
    written = written.rstrip("|") if chance.random() < 0.7 else written
    return "|".join(written.split("|")[: chance.randrange(2, 9)]) if chance.random() < 0.05 else written


def test_a_message_says_the_same_to_a_reader_that_has_read_many_and_to_a_fresh_one() -> None:
    chance = random.Random(20261122)
    remembering = ObservationReader(UTC)
    charted = aside = 0
    for _ in range(500):
        whole = vital_signs(chance)
        for raw in (whole, mutated(chance, whole), message(chance)):
            try:
                remembered = remembering.read(read_message(raw), RECEIVED)
                fresh = ObservationReader(UTC).read(read_message(raw), RECEIVED)
            except UnreadableError:
                continue
            assert remembered == fresh, raw
            charted += len(fresh.observations)
            aside += len(fresh.quarantined)
    assert charted > 500
    assert aside > 500
    assert remembering.remembered > 100
