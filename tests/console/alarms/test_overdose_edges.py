"""Edges of detector O that a whole step of the neighbouring value does not show: percentages, points, minutes."""

from __future__ import annotations

import pytest

from console.alarms.alarm import Stage
from console.alarms.overdose import requirements
from console.ward.patient import Baseline
from tests.console.alarms.pattern_ward import NORMAL, RULES, Ward, charted

NONE, WATCH, WARNING, EMERGENCY = Stage


class TestPercentages:
    """Usual values are whole numbers; these are the ones at which one percent more or less decides."""

    def test_twelve_breaths_are_not_slow_however_fast_the_own(self) -> None:
        assert charted(1, "rr", Baseline(rr=20), rr=12, spo2=97) == 0

    @pytest.mark.parametrize(("usual", "rr", "points"), [(29, 36, 3), (27, 34, 1)])
    def test_high_drive_a_quarter_above_the_own(self, usual: float, rr: float, points: int) -> None:
        # +25 % of 29 is 36.25, of 27 it is 33.75
        assert charted(1, "spo2", Baseline(rr=usual, spo2=97), rr=rr, spo2=84) == points

    @pytest.mark.parametrize(("hr", "named"), [(98, False), (99, True)])
    def test_high_drive_of_the_heart_a_quarter_above_the_own(self, hr: float, named: bool) -> None:
        # +25 % of 79 is 98.75
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline(hr=79, etco2=38), validated=True)
        ward.set(etco2=60, hr=hr, rr=15, spo2=97)
        assert ("hypermetabolic" in ward.monitor.views()[1].could_be) is named


class TestPoints:
    @pytest.mark.parametrize(("etco2", "points"), [(54, 1), (55, 2), (59, 2), (60, 3)])
    def test_carbon_dioxide(self, etco2: float, points: int) -> None:
        assert charted(1, "etco2", etco2=etco2, rr=15, spo2=97) == points

    @pytest.mark.parametrize(("etco2", "points"), [(49, 0), (50, 1)])
    def test_carbon_dioxide_of_a_patient_whose_usual_nobody_knows(self, etco2: float, points: int) -> None:
        assert charted(1, "etco2", Baseline(), etco2=etco2, rr=15, spo2=97) == points

    @pytest.mark.parametrize("code", ["hypotonia", "ascending_weakness"])
    def test_lost_tone_is_told_with_its_two_points(self, code: str) -> None:
        ward = Ward({"w": 0, "o": 1})
        ward.chart(code)
        assert [c.points for c in ward.monitor.views()[1].findings] == [2]

    def test_a_slow_heart_with_high_pressure_has_two_points(self) -> None:
        values = {"hr": 55.0, "sbp": 144.0, "dbp": 80.0, "rr": 15.0}
        ward = Ward({"w": 0, "o": 2}, validated=True)
        assert ward.set(**values)[1] is WATCH, "three would be a warning in this window"
        assert ward.points("hr", 1) == 2

    @pytest.mark.parametrize(("spo2", "sbp", "met"), [(93.0, 100.0, True), (94.0, 100.0, False), (93.0, 101.0, False)])
    def test_two_core_points_and_two_of_the_circulation_with_sedation(self, spo2: float, sbp: float, met: bool) -> None:
        ward = Ward({"w": 0, "o": 2}, validated=True)
        ward.chart("sedation_poss3")
        ward.set(rr=11.0, spo2=spo2, hr=50.0, sbp=sbp, dbp=60.0)
        assert ("E core, sedation and circulation" in ward.monitor.views()[1].rules) is met


class TestMinutes:
    def test_they_are_those_of_the_specification(self) -> None:
        """Neighbouring minutes act the same on a quiet history (nine of ten and eight of nine), so they are stated."""
        found = [(r.stage, r.minutes) for r in requirements(RULES.detectors.overdose.persistence)]
        assert found == [
            (WATCH, 10),
            (WATCH, 5),
            (WARNING, 10),
            (WARNING, 5),
            (WARNING, 3),
            (EMERGENCY, 10),
            (EMERGENCY, 5),
            (EMERGENCY, 2),
            (EMERGENCY, 3),
        ]

    @pytest.mark.parametrize(("minutes", "stage"), [(9, WARNING), (10, NONE)])
    def test_one_stage_down_after_ten_minutes(self, minutes: int, stage: Stage) -> None:
        ward = Ward({"w": 0, "o": 1})
        ward.minute(15, **NORMAL)
        assert ward.until(WARNING, 1, 9, hr=76.0, rr=15.0, spo2=90.0) <= 9
        ward.minute(1, **NORMAL)
        # the running median has turned with the second minute
        assert ward.minute(minutes, **NORMAL)[1] is (stage if minutes == 9 else WATCH)

    @pytest.mark.parametrize(("minutes", "stage"), [(10, EMERGENCY), (11, WARNING)])
    def test_a_second_apnoea_within_ten_minutes(self, minutes: int, stage: Stage) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, **NORMAL)
        ward.monitor.apnoea(30.0, ward.now)
        ward.minute(minutes, **NORMAL)
        ward.monitor.apnoea(30.0, ward.now)
        assert ward.monitor.stages()[1] is stage
