"""What judging late values costs: memory a bed, a second look at six hours, and an observation on day three."""

from __future__ import annotations

import gc
import time
import tracemalloc
from datetime import timedelta
from typing import Any

import numpy as np

from console.alarms.bed import BedAlarms
from console.alarms.retrospect import SAMPLES_GATHERED
from console.engine.core import MINUTES_A_TICK
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
ROUNDS = 8
BEDS = 4


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
    """CPU time an observation in the hour after 72 against the one after the first; the two alternate."""
    aged = _Bed()
    aged.run(DAYS_HOURS * 3600, 10)
    first, last = [], []
    for _ in range(ROUNDS):
        young = _Bed()
        young.run(3600, 1)
        first.append(young.run(3600, 1))
        last.append(aged.run(3600, 1))
    ratio, per = min(last) / min(first), min(first) / (3600 * len(SPREAD)) * 1e6
    how = f"the hour after {DAYS_HOURS} h against the second, best of {ROUNDS}; {per:.2f} us an observation at first"
    return [figures.row("late.cost_hour_72_to_hour_1", ratio, "ratio", "<= 1.1", ratio <= 1.1, how)]


def remembering() -> list[dict[str, Any]]:
    """What the memory of the past adds to a live observation; the two alternate."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for remember in times:
            bed = _Bed(remember=remember)
            bed.run(3600, 1)
            times[remember].append(bed.run(3600, 1))
    ratio = min(times[True]) / min(times[False])
    how = f"the second hour at 1 Hz with the memory against without it, best of {ROUNDS}"
    return [figures.row("late.remembering", ratio, "ratio", "<= 1.1", ratio <= 1.1, how)]


def second_look() -> list[dict[str, Any]]:
    """CPU time of one slice of a second look at almost six hours, with as many late samples as are gathered."""
    bed = _Bed()
    bed.run(7 * 3600, 10)
    now = EPOCH + bed.second
    for late in range(SAMPLES_GATHERED - 1):
        parameter = (Parameter.HR, Parameter.RR)[late % 2]
        bed.bed.late_value(parameter, 30.0 + late % 3, Status.VALID, now, 355 * 60.0 - late // 2)
    took, minutes = [], 0
    while True:
        started = time.process_time()
        done = bed.bed.reassess(MINUTES_A_TICK, now + 10)
        took.append(time.process_time() - started)
        minutes += done
        if not done:
            break
    if minutes < 300:
        raise AssertionError("late values of almost six hours ago must be judged from there on")
    worst = max(took) * 1000
    how = (
        f"{MINUTES_A_TICK} minutes at a tick of the engine, the worst of {len(took) - 1}, with {SAMPLES_GATHERED - 1} "
        f"late samples; all {minutes} minutes took {sum(took) * 1000:.1f} ms"
    )
    return [figures.row("late.slice", worst, "ms", "<= 20", worst <= 20, how)]


def memory() -> list[dict[str, Any]]:
    """Bytes that the memory of the last hours adds to a bed."""
    sizes: dict[bool, int] = {}
    for remember in (True, False, True):  # once in vain: what is loaded and cached with the first belongs to no bed
        gc.collect()
        tracemalloc.start()
        beds = [_Bed(remember=remember) for _ in range(BEDS)]
        for bed in beds:
            bed.run(8 * 3600, 30)
        gc.collect()
        sizes[remember] = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        del beds, bed
    kb = (sizes[True] - sizes[False]) / BEDS / 1000
    how = f"tracemalloc over {BEDS} beds after 8 h, with the memory of the past against without it"
    return [figures.row("late.memory_a_bed", kb, "kB", "<= 300", kb <= 300, how)]


BENCHES = [days, remembering, second_look, memory]
