"""How many recorded observations a second one core takes through all alarms of a bed, as `replay` does."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import numpy as np

from console.alarms.bed import BedAlarms
from console.replay.context import EPOCH
from console.replay.course import START
from console.replay.runner import PatientReplay
from console.rules import load_rules
from console.ward.patient import Patient
from drivers.observation import Parameter, Status
from tests.bench import figures

HOURS = 8
_COURSE = {
    Parameter.HR: (84.0, 6.0),
    Parameter.RR: (16.0, 2.0),
    Parameter.SPO2: (96.0, 1.0),
    Parameter.ETCO2: (38.0, 2.0),
    Parameter.TEMP: (37.0, 0.1),
    Parameter.NIBP_SYS: (128.0, 5.0),
}


def _rows(seconds: int, drift: float) -> list[tuple[tuple[Parameter, float], ...]]:
    """A wandering course, one set a second; drift: heart beats a minute gained by the end."""
    rng = np.random.default_rng(7)
    columns = []
    for parameter, (middle, spread) in _COURSE.items():
        wander = np.convolve(rng.normal(0, spread * 4, seconds + 59), np.full(60, 1 / 60), "valid")
        rise = np.linspace(0, drift, seconds) if parameter is Parameter.HR else 0.0
        columns.append([(parameter, v) for v in np.round(middle + wander + rise, 1).tolist()])
    return list(zip(*columns, strict=True))


def _bed() -> BedAlarms:
    numbers = iter(range(10**9))
    bed = BedAlarms("01", load_rules(), lambda: f"a{next(numbers)}")
    patient = Patient("P1", "Test Alder", "01", START, age=50, pump_known=True)
    bed.admit(patient, now=EPOCH)
    return bed


def alarms() -> list[dict[str, Any]]:
    """Six parameters at 1 Hz through BedAlarms, advanced once a second, as the engine and the replay do."""
    figures = []
    for name, drift in (("quiet", 0.0), ("rising", 70.0)):
        rows, bed, happened = _rows(HOURS * 3600, drift), _bed(), 0
        observe, advance, valid = bed.observe_value, bed.advance, Status.VALID
        started = time.process_time()
        for second, row in enumerate(rows):
            now = EPOCH + second
            for parameter, value in row:
                observe(parameter, value, valid, now)
            happened += len(advance(now, START + timedelta(seconds=second)))
        passed = time.process_time() - started
        if drift:
            assert happened > 2, "a course that rises must alarm, else nothing was judged"
        rate = len(rows) * len(_COURSE) / passed
        how = f"{HOURS} h of six parameters at 1 Hz, all detectors, {happened} transitions, CPU time of one core"
        figures.append(_row(f"replay.bed_alarms_{name}", rate, how))
    return figures


def patient() -> list[dict[str, Any]]:
    """The same through the replay of one patient, with its comparison and minute stops."""
    from console.replay.context import Case
    from console.replay.rows import Row

    rows = _rows(HOURS * 3600, 0.0)
    made = [Row("P1", float(second), values) for second, values in enumerate(rows)]
    case = Case(Patient("P1", "Test Alder", "01", START, age=50, pump_known=True))
    started = time.process_time()
    replay = PatientReplay(case, load_rules(), made[0])
    for row in made:
        replay.take(row)
    replay.finish()
    passed = time.process_time() - started
    rate = len(rows) * len(_COURSE) / passed
    return [_row("replay.patient", rate, f"{HOURS} h of six parameters at 1 Hz, rows in memory, CPU time of one core")]


def _row(name: str, rate: float, how: str) -> dict[str, Any]:
    return figures.row(name, rate, "observations/s", ">= 200000", rate >= 200_000, how)


BENCHES = [alarms, patient]
