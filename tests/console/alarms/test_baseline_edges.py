"""Edges of the usual values: what is learned of how many readings, over what time, between which bounds."""

from __future__ import annotations

import pytest

from console.alarms.learned_baseline import BaselineKeeper
from console.ward.patient import Baseline
from tests.console.alarms.pattern_ward import RULES

MINUTE = 60.0


class Quiet:
    """A patient of whom nothing is charted, in a quiet time that begins at minute 0."""

    def __init__(self) -> None:
        self.keeper = BaselineKeeper(RULES.detectors.baseline, Baseline())
        self.keeper.minute(0.0, quiet=True)

    def give(self, name: str, readings: dict[int, float], end: int) -> float | None:
        """Readings by minute; what has been learned at the end of minute `end`, None for nothing."""
        for minute in range(end + 1):
            if minute in readings:
                self.keeper.collect(name, readings[minute], minute * MINUTE)
            if minute:
                self.keeper.minute(minute * MINUTE, quiet=True)
        return getattr(self.keeper.baseline, name)


def learned(name: str, readings: dict[int, float], end: int) -> float | None:
    return Quiet().give(name, readings, end)


def test_what_stands_for_an_unknown_patient() -> None:
    usual = BaselineKeeper(RULES.detectors.baseline, Baseline()).usual
    assert (usual.temp, usual.hr, usual.sbp, usual.dbp) == (36.8, 80, 120, 75)
    assert (usual.rr, usual.spo2, usual.etco2) == (16, 97, 38)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("hr", 45, 100), ("rr", 10, 22), ("spo2", 88, 100), ("temp", 36.0, 37.5), ("sbp", 80, 150), ("dbp", 45, 95)],
)
def test_nobody_teaches_a_sick_value(name: str, low: float, high: float) -> None:
    for value, kept in ((1.0, low), (500.0, high)):
        assert learned(name, dict.fromkeys(range(1, 62), value), 61) == kept


def test_sixty_minutes_of_a_rate() -> None:
    every = dict.fromkeys(range(1, 61), 70.0)
    assert learned("hr", every, 60) == 70
    assert learned("hr", {m: v for m, v in (every | {61: 70.0}).items() if m != 30}, 60) is None
    assert learned("hr", {m: v for m, v in every.items() if m != 30}, 62) is None, "59 values are too few"


def test_three_pressures_over_an_hour() -> None:
    assert learned("sbp", {0: 128.0, 30: 130.0, 60: 132.0}, 60) == 130
    assert learned("sbp", {0: 128.0, 60: 132.0}, 60) is None
    assert learned("sbp", {0: 128.0, 30: 130.0, 59: 132.0}, 59) is None


def test_two_temperatures_an_hour_apart() -> None:
    assert learned("temp", {0: 36.6, 60: 36.6}, 60) == 36.6
    assert learned("temp", {0: 36.6, 59: 36.6}, 60) is None


@pytest.mark.parametrize(("last", "value"), [(36.75, 36.6), (36.85, None)])
def test_a_temperature_rising_by_more_than_a_third_of_a_degree_an_hour_teaches_nothing(
    last: float, value: float | None
) -> None:
    assert learned("temp", {0: 36.5, 60: last}, 60) == value


@pytest.mark.parametrize(("last", "value"), [(360, 130), (361, None)])
def test_six_hours_are_looked_back(last: int, value: float | None) -> None:
    assert learned("sbp", {0: 130.0, 350: 130.0, last: 130.0}, last) == value
