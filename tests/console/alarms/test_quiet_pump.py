"""What counts less, or later, at a pump known to run: each rule at its edge, beside the same signs in a window."""

from __future__ import annotations

import pytest

from console.alarms.alarm import Stage
from console.alarms.artefact import ErraticRate, SaturationStep
from console.ward.patient import Baseline, RiskFlag
from tests.console.alarms.pattern_ward import CHARTED, NORMAL, RULES, Ward

NONE, WATCH, WARNING, EMERGENCY = Stage
ARTEFACT = RULES.detectors.artefact


def withdrawal(window: int, *findings: str, baseline: Baseline = CHARTED, sci: bool = False, **values: float) -> Ward:
    """A ward after one validated set, detector W."""
    flags = frozenset({RiskFlag.SCI_T6}) if sci else frozenset()
    ward = Ward({"w": window, "o": window}, baseline=baseline, flags=flags, validated=True)
    ward.chart(*findings)
    ward.set(**values)
    return ward


class TestFeverExplains:
    """Usual 76 beats, 15 breaths, 36.8 C: at 38.8 C fever explains 20 beats and 4 breaths; +45 % of 76 is 110.2."""

    @pytest.mark.parametrize(("hr", "points"), [(130, 1), (131, 2), (139, 2), (140, 3)])
    def test_the_heart_counts_without_the_share_of_fever(self, hr: float, points: int) -> None:
        assert withdrawal(0, temp=38.8, hr=hr).points("hr") == points

    @pytest.mark.parametrize(("rr", "points"), [(24, 0), (25, 1), (28, 1), (29, 2), (30, 3)])
    def test_breathing_counts_without_the_share_of_fever(self, rr: float, points: int) -> None:
        assert withdrawal(0, temp=38.8, rr=rr).points("rr") == points

    def test_in_a_window_or_with_itch_or_tone_everything_counts(self) -> None:
        assert withdrawal(1, temp=38.8, hr=120).points("hr") == 2
        assert withdrawal(0, "pruritus", temp=38.8, hr=120).points("hr") == 2
        assert withdrawal(0, "spasticity_up1", temp=38.8, hr=120).points("hr") == 2
        assert withdrawal(0, "sweating", temp=38.8, hr=120).points("hr") < 2

    def test_spinal_injury_keeps_its_heart_rate_whole(self) -> None:
        assert withdrawal(0, sci=True, temp=38.8, hr=100).points("hr") == 1
        assert withdrawal(0, sci=False, temp=38.8, hr=100).points("hr") == 0

    def test_watch_counts_what_is_there(self) -> None:
        ward = withdrawal(0, temp=38.8, hr=110, rr=21)
        assert ward.points("hr") == ward.points("rr") == 0
        assert ward.monitor.stages()[0] is WATCH

    def test_cold_explains_nothing(self) -> None:
        assert withdrawal(0, temp=35.0, hr=120).points("hr") == 2


class TestLowOxygenExplains:
    @pytest.mark.parametrize(("spo2", "points"), [(94, 3), (93, 1)])
    def test_fast_breathing_with_low_oxygen_gives_one_point(self, spo2: float, points: int) -> None:
        assert withdrawal(0, rr=32, spo2=spo2).points("rr") == points

    @pytest.mark.parametrize(("usual", "points"), [(95, 3), (96, 1)])
    def test_low_means_three_below_the_own(self, usual: float, points: int) -> None:
        assert withdrawal(0, baseline=Baseline(spo2=usual, rr=15), rr=32, spo2=93).points("rr") == points

    def test_in_a_window_it_counts(self) -> None:
        assert withdrawal(1, rr=32, spo2=88).points("rr") == 3


@pytest.mark.parametrize(
    ("window", "findings", "temp", "stage"),
    [(0, (), 36.8, WARNING), (0, (), 38.1, EMERGENCY), (0, ("pruritus",), 36.8, EMERGENCY), (1, (), 36.8, EMERGENCY)],
)
def test_shock_without_fever_is_a_warning(window: int, findings: tuple[str, ...], temp: float, stage: Stage) -> None:
    ward = withdrawal(window, *findings, temp=temp, hr=125, sbp=78, dbp=45)
    assert ward.monitor.stages()[0] is stage


class TestOxygenAlone:
    @pytest.mark.parametrize(
        ("values", "points"),
        [
            ({"rr": 12}, 1),  # usual 15: a quarter below is 11.25
            ({"rr": 11}, 3),
            ({"rr": 20, "etco2": 48}, 3),
            ({"rr": 20, "etco2": 47}, 1),
            ({}, 3),
        ],
    )
    def test_breathing_as_ever_caps_saturation(self, values: dict[str, float], points: int) -> None:
        ward = Ward({"w": 0, "o": 0}, validated=True)
        ward.set(spo2=80, **values)
        assert ward.points("spo2", 1) == points

    def test_the_own_rate_is_what_ever_means(self) -> None:
        for usual, points in ((17, 1), (18, 3)):
            ward = Ward({"w": 0, "o": 0}, baseline=Baseline(rr=usual, spo2=97), validated=True)
            ward.set(spo2=80, rr=13)
            assert ward.points("spo2", 1) == points

    @pytest.mark.parametrize(("window", "findings"), [(1, ()), (0, ("sedation_poss3",)), (0, ("hypotonia",))])
    def test_not_in_a_window_nor_for_the_drowsy_or_floppy(self, window: int, findings: tuple[str, ...]) -> None:
        ward = Ward({"w": 0, "o": window}, validated=True)
        ward.chart(*findings)
        ward.set(spo2=80, rr=15)
        assert ward.points("spo2", 1) == 3

    def test_it_is_said(self) -> None:
        ward = Ward({"w": 0, "o": 0}, validated=True)
        ward.set(spo2=80, rr=15)
        assert "Low oxygen with unchanged breathing" in ward.monitor.views()[1].could_be


class TestMinutes:
    """The running median of three adds its one minute; eight of ten minutes must qualify."""

    def stream(self, window: int) -> Ward:
        ward = Ward({"w": 0, "o": window})
        ward.minute(10, **NORMAL)
        return ward

    @pytest.mark.parametrize(("window", "minutes"), [(0, 8), (1, 2)])
    def test_a_depression_takes_ten_minutes(self, window: int, minutes: int) -> None:
        assert self.stream(window).until(EMERGENCY, 1, 30, hr=76.0, rr=8.0, spo2=88.0) == minutes + 1

    def test_a_drowsy_patient_does_not_wait(self) -> None:
        ward = self.stream(0)
        ward.chart("sedation_poss3")
        assert ward.until(EMERGENCY, 1, 30, hr=76.0, rr=8.0, spo2=88.0) == 2 + 1

    def test_six_minutes_of_washing_are_no_warning(self) -> None:
        ward = self.stream(0)
        ward.minute(6, hr=120.0, rr=3.0, spo2=86.0)
        assert ward.minute(20, **NORMAL)[1] < WARNING

    def test_a_declared_apnoea_does_not_wait(self) -> None:
        ward = self.stream(0)
        ward.monitor.apnoea(35.0, ward.now)
        assert ward.monitor.stages()[1] is WARNING

    def test_a_heart_rate_leaping_both_ways_is_watch_at_most(self) -> None:
        ward = self.stream(0)
        for number in range(30):
            ward.minute(hr=60.0 if number % 2 else 140.0, rr=3.0, spo2=86.0)
        assert ward.monitor.stages()[1] is WATCH
        assert ward.until(EMERGENCY, 1, 30, hr=100.0, rr=3.0, spo2=86.0) <= 14

    def test_in_a_window_leaps_change_nothing(self) -> None:
        ward = self.stream(1)
        for number in range(6):
            ward.minute(hr=60.0 if number % 2 else 140.0, rr=3.0, spo2=86.0)
        assert ward.monitor.stages()[1] is EMERGENCY

    @pytest.mark.parametrize(("values", "stage"), [({"sbp": 95.0, "dbp": 55.0}, WATCH), ({"temp": 35.5}, WARNING)])
    def test_sleep_slows_the_heart_and_lowers_pressure(self, values: dict[str, float], stage: Stage) -> None:
        ward = Ward({"w": 0, "o": 0}, validated=True)
        assert ward.set(hr=45.0, rr=8.0, spo2=97.0, **values)[1] is stage


class TestWords:
    """The why panel tells why signs count less or later."""

    def row(self, ward: Ward, channel: str) -> str:
        return next(c.note for c in ward.monitor.views()[0].core if c.channel == channel)

    def test_fever(self) -> None:
        assert "fever explains part of it" in self.row(withdrawal(0, temp=38.8, hr=115), "hr")
        assert "fever" not in self.row(withdrawal(1, temp=38.8, hr=115), "hr")
        assert "fever" not in self.row(withdrawal(0, temp=38.8, hr=145), "hr")

    def test_low_oxygen(self) -> None:
        assert "low oxygen explains fast breathing" in self.row(withdrawal(0, rr=32, spo2=90), "rr")
        assert "oxygen" not in self.row(withdrawal(0, rr=22, spo2=90), "rr")

    def test_a_rule_that_waits(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, **NORMAL)
        ward.minute(4, hr=76.0, rr=8.0, spo2=88.0)
        assert ward.monitor.views()[1].waits == "waits up to 10 min at a pump known to run"
        ward.minute(10, hr=76.0, rr=8.0, spo2=88.0)
        assert ward.monitor.views()[1].waits == ""

    def test_exertion_waits_an_hour(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(20, hr=125.0, rr=31.0, spo2=97.0)
        assert ward.monitor.views()[0].waits == "waits up to 60 min at a pump known to run"

    def test_a_rate_alone_that_counts_lower_waits_for_nothing(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, hr=76.0, rr=8.0, spo2=97.0)
        assert ward.monitor.views()[1].waits == ""


class TestErraticRate:
    def minutes(self, *rates: float | None) -> list[bool]:
        check, seen = ErraticRate(ARTEFACT), []
        for rate in rates:
            check.minute(rate)
            seen.append(check.standing)
        return seen

    def test_up_and_down_beyond_the_percentage(self) -> None:
        assert self.minutes(70, 98.5, 70) == [False, False, True]
        assert self.minutes(70, 98, 70) == [False, False, False]

    def test_one_leap_is_an_event_of_the_heart(self) -> None:
        assert not any(self.minutes(70, 140, 140, 140, 138, 70))

    def test_it_stands_three_minutes(self) -> None:
        assert self.minutes(70, 140, 70, 70, 71, 70)[2:] == [True, True, True, False]

    def test_a_gap_joins_nothing(self) -> None:
        assert not any(self.minutes(70, None, 140, None, 70))


class TestSuddenFall:
    def accepts(self, *samples: tuple[float, float]) -> list[bool]:
        step = SaturationStep(ARTEFACT)
        return [step.accept(value, 70.0 + 30 * (value < 90), None, stamp) for stamp, value in samples]

    def test_more_than_twelve_points_in_sixteen_seconds(self) -> None:
        assert self.accepts((0, 97), (16, 84)) == [True, False]
        assert self.accepts((0, 97), (16, 85)) == [True, True]
        assert self.accepts((0, 97), (17, 84)) == [True, True]

    def test_from_the_flat_part_of_the_curve_alone(self) -> None:
        assert self.accepts((0, 90), (15, 76)) == [True, False]
        assert self.accepts((0, 89), (15, 75)) == [True, True]

    def test_it_is_put_aside_until_it_is_back_or_ten_minutes_are_over(self) -> None:
        assert self.accepts((0, 97), (15, 80), (300, 88), (301, 89), (302, 80)) == [True, False, False, True, False]
        assert self.accepts((0, 97), (15, 80), (614, 80), (615, 80)) == [True, False, False, True]

    def test_a_gap_in_the_signal_hides_nothing(self) -> None:
        assert self.accepts((0, 97), (60, 80), (75, 79)) == [True, True, True]
