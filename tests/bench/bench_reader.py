"""The HL7 reader beside hl7apy and python-hl7 on the same message of 30 OBX, as a multi-parameter monitor sends it."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import Any

from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.observations import ObservationReader
from hl7.reader import read_message
from tests.bench.python_hl7 import python_hl7

LOCATION = "ICU^^5"
ROWS = 30
TURNS = 12
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


def reading() -> list[dict[str, Any]]:
    """All take the message apart and pull code, value, unit, status and time of every OBX; medians, taken in turn."""
    raw = message("B1", datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    text = raw.decode()
    assert text.count("\rOBX|") == ROWS
    reader = ObservationReader(UTC)
    received = datetime(2026, 11, 22, 9, 30, 1, tzinfo=UTC)

    def ours() -> int:
        read = reader.read(read_message(raw), received)
        return len(read.observations)

    assert ours() == 13
    assert _peer(text) == ROWS
    own, other, third = [], [], []
    with python_hl7(text, ROWS) as beside:
        for _ in range(TURNS):
            other.append(_seconds(lambda: _peer(text), 1))
            own.append(_seconds(ours, 200))
            if beside is not None:
                third.append(beside())
    mine, peer = statistics.median(own) * 1e6, statistics.median(other) * 1e6
    ratio = peer / mine
    how = f"{ROWS} OBX, read and fields pulled, median of {TURNS} turns, peer hl7apy parse_message in the same process"
    rows = [_row("reader.oru_30_obx", mine, "us/message", "peer/ours >= 200", peer, ratio, ratio >= 200, how)]
    if third:
        peer = statistics.median(third) * 1e6
        how = "the same turns, peer python-hl7 parse in an environment of its own; its fields are not judged"
        rows.append(_row("reader.oru_30_obx", mine, "us/message", "", peer, peer / mine, None, how))
    return rows


def _peer(text: str) -> int:
    from hl7apy.parser import parse_message

    parsed = parse_message(text)
    pulled = 0
    for result in parsed.oru_r01_patient_result:
        for order in result.oru_r01_order_observation:
            for observation in order.oru_r01_observation:
                obx = observation.obx
                fields = (obx.obx_3, obx.obx_5, obx.obx_6, obx.obx_11, obx.obx_14)
                pulled += bool([field.to_er7() for field in fields])
    return pulled


def _seconds(act: Any, times: int) -> float:
    before = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - before) / times


def _row(
    name: str, measured: float, unit: str, budget: str, peer: float | None, ratio: float | None, passed: bool, how: str
) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured,
        "unit": unit,
        "budget": budget,
        "peer": peer,
        "ratio": ratio,
        "pass": passed,
        "how": how,
    }


BENCHES = [reading]
