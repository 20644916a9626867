"""What judging late values costs: memory a bed, a second look at six hours, and an observation on day three."""

from __future__ import annotations

import gc
import time
import tracemalloc
from datetime import timedelta
from typing import Any

import numpy as np

from console.alarms.bed import BedAlarms
from console.replay.context import EPOCH
from console.replay.course import START
from console.rules import load_rules
from console.ward.patient import Patient
from drivers.observation import Parameter, Status
from tests.bench import figures

SPREAD = {
    Parameter.HR: (84.0, 3.0),
    Parameter.RR: (16.0, 1.0),
    Parameter.SPO2: (96.0, 0.5),
    Parameter.ETCO2: (38.0, 1.0),
    Parameter.TEMP: (37.0, 0.1),
    Parameter.NIBP_SYS: (128.0, 4.0),
}
DAYS_HOURS = 72


class _Bed:
    """One bed with six parameters, as the live engine drives it."""

    def __init__(self, *, remember: bool = True) -> None:
        numbers = iter(range(10**9))
        self.bed = BedAlarms("01", load_rules(), lambda: f"a{next(numbers)}", remember=remember)
        patient = Patient("P1", "Test Alder", "01", START - timedelta(days=9), age=50, pump_known=True)
        self.bed.admit(patient, now=EPOCH)
        self._rng = np.random.default_rng(7)
        self.second = 0

    def run(self, seconds: int, every: int) -> float:
        """Let time pass; CPU seconds that took, without making the values."""
        count = seconds // every
        columns = [np.round(self._rng.normal(m, s, count), 1).tolist() for m, s in SPREAD.values()]
        rows = list(zip(*columns, strict=True))
        observe, advance, valid = self.bed.observe_value, self.bed.advance, Status.VALID
        gc.collect()
        started = time.process_time()
        for row in rows:
            now = EPOCH + self.second
            for parameter, value in zip(SPREAD, row, strict=True):
                observe(parameter, value, valid, now)
            advance(now, START + timedelta(seconds=self.second))
            self.second += every
        return time.process_time() - started


def days() -> list[dict[str, Any]]:
    """CPU time an observation in the first hours and after 72, each as the best of three neighbouring hours."""
    bed, hours = _Bed(), []
    for hour in range(DAYS_HOURS):
        every = 1 if hour in (1, 2, 3) or hour >= DAYS_HOURS - 3 else 10
        hours.append(bed.run(3600, every))
    first, last = min(hours[1:4]), min(hours[-3:])
    per = first / (3600 * len(SPREAD)) * 1e6
    how = f"hours 2-4 against hours 70-72 of one bed at 1 Hz, six parameters; {per:.2f} us an observation at first"
    return [figures.row("late.cost_hour_72_to_hour_1", last / first, "ratio", "<= 1.15", last / first <= 1.15, how)]


def cost() -> list[dict[str, Any]]:
    """What remembering adds to a live observation, and what a second look takes."""
    plain, remembering = [], []
    for _ in range(5):
        plain.append(_Bed(remember=False).run(3 * 3600, 1))
        remembering.append(_Bed().run(3 * 3600, 1))
    ratio = min(remembering) / min(plain)
    rows = [figures.row("late.remembering", ratio, "ratio", "<= 1.15", ratio <= 1.15, "3 h at 1 Hz, best of five")]
    bed = _Bed()
    bed.run(7 * 3600, 10)
    now = EPOCH + bed.second
    for ago in range(355 * 60, 350 * 60, -10):
        for parameter in (Parameter.HR, Parameter.RR):
            bed.bed.late_value(parameter, 30.0, Status.VALID, now, float(ago))
            bed.bed.late_value(parameter, 31.0, Status.VALID, now, float(ago) - 1)
    took, minutes = [], 0
    while True:
        started = time.process_time()
        done = bed.bed.reassess(120, now + 10)
        took.append(time.process_time() - started)
        minutes += done
        if not done:
            break
    if minutes < 300:
        raise AssertionError("late values of almost six hours ago must be judged from there on")
    worst = max(took) * 1000
    how = f"a slice of 120 minutes, the worst of {len(took) - 1}; all {minutes} minutes took {sum(took) * 1000:.1f} ms"
    return [*rows, figures.row("late.slice", worst, "ms", "<= 20", worst <= 20, how)]


def memory() -> list[dict[str, Any]]:
    """Bytes that the memory of the last hours adds to a bed."""
    _Bed().run(3600, 10)  # what is loaded and cached with the first bed belongs to no bed
    sizes = []
    for remember in (False, True):
        tracemalloc.start()
        bed = _Bed(remember=remember)
        bed.run(8 * 3600, 10)
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        del bed
    kb = (sizes[1] - sizes[0]) / 1000
    how = "tracemalloc after 8 h, with the memory of the past against without it"
    return [figures.row("late.memory_a_bed", kb, "kB", "<= 300", kb <= 300, how)]


BENCHES = [days, cost, memory]
