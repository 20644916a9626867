"""Rising heart rate and temperature, and swinging pressure, at every edge of their rules."""

from __future__ import annotations

import pytest

from console.alarms.pressure import CuffPressure
from console.alarms.temperature import Temperature
from console.ward.patient import Baseline
from tests.console.alarms.pattern_ward import RULES, Ward

DETECTORS = RULES.detectors


def hr_points(values: list[float | None]) -> int:
    """Points of the heart rate in an open window after these minutes; None: nothing of the heart came. Below 110 and
    with no usual rate known they are those of the rise alone."""
    ward = Ward({"w": 1, "o": 0}, baseline=Baseline())
    for value in values:
        ward.minute(rr=15.0, spo2=97.0, **({} if value is None else {"hr": value}))
    return ward.points("hr")


def rising(minutes: int, top: float, per_minute: float) -> list[float | None]:
    """A straight rise that ends at `top`; the running median shows the value of a minute before."""
    return [top - per_minute * (minutes - 1 - n) for n in range(minutes)]


class TestHeartRate:
    @pytest.mark.parametrize(("shown", "points"), [(94.0, 0), (95.0, 1)])
    def test_it_counts_from_ninety_five(self, shown: float, points: int) -> None:
        assert hr_points(rising(40, shown + 0.6, 0.6)) == points

    @pytest.mark.parametrize(("gaps", "points"), [(16, 1), (17, 0)])
    def test_fifteen_values_are_needed(self, gaps: int, points: int) -> None:
        course = rising(31, 100.0, 0.6)
        for n in range(gaps):
            course[2 + n] = None
        assert hr_points(course) == points

    @pytest.mark.parametrize(("minutes", "points"), [(25, 0), (26, 1)])
    def test_they_span_twenty_five_minutes(self, minutes: int, points: int) -> None:
        assert hr_points(rising(minutes, 100.0, 0.6)) == points

    @pytest.mark.parametrize(("before", "points"), [(30, 1), (31, 0)])
    def test_the_window_reaches_back_thirty_minutes(self, before: int, points: int) -> None:
        # thirteen values and one before: only with a fifteenth inside the window are there enough
        late = rising(14, 100.0, 0.6)
        assert hr_points([100.0 - 0.6 * before, *[None] * (before - 14), *late]) == points


class TestTemperature:
    def rises(self, *readings: tuple[float, float]) -> bool:
        made = Temperature(DETECTORS.channels, DETECTORS.reduction, DETECTORS.artefact, DETECTORS.withdrawal.slope)
        for minute, value in readings:
            made.add(value, None, minute * 60.0, minute * 60.0)
            made.close_minute()
        return made.rising

    @pytest.mark.parametrize(("last", "rises"), [(37.2, False), (37.3, True), (37.4, True)])
    def test_it_counts_from_37_3(self, last: float, rises: bool) -> None:
        assert self.rises((0, last - 1.0), (30, last - 0.5), (60, last)) is rises

    @pytest.mark.parametrize(("readings", "rises"), [(2, False), (3, True)])
    def test_three_values_are_needed(self, readings: int, rises: bool) -> None:
        course = [(0.0, 36.8), (30.0, 37.2), (60.0, 37.6)]
        assert self.rises(*(course if readings == 3 else (course[0], course[2]))) is rises

    @pytest.mark.parametrize(("first", "rises"), [(0, True), (1, True), (-1, False)])
    def test_the_window_reaches_back_two_hours(self, first: float, rises: bool) -> None:
        # without the first value there are two
        assert self.rises((first, 36.4), (90, 37.2), (120, 37.6)) is rises


class TestSwings:
    @pytest.mark.parametrize(("move", "labile"), [(19, False), (20, True)])
    def test_twenty_of_the_diastolic(self, move: float, labile: bool) -> None:
        made = CuffPressure(DETECTORS.pressure, DETECTORS.withdrawal.lability)
        for n, dia in enumerate((70.0, 70.0 + move, 70.0, 70.0 + move)):
            made.add("sys", 130.0, n * 900.0)
            made.add("dia", dia, n * 900.0)
            made.close_minute()
        assert (made.labile_until() > 0) is labile
