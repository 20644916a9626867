"""Points and stage rules of detector O, by validated sets (no persistence)."""

from __future__ import annotations

import pytest

from console.alarms.alarm import Stage
from console.ward.patient import Baseline
from tests.console.alarms.pattern_ward import Ward

NONE, WATCH, WARNING, EMERGENCY = Stage


def points(channel: str, **values: float) -> int:
    ward = Ward({"w": 0, "o": 1}, validated=True)
    ward.set(**values)
    return ward.points(channel, 1)


@pytest.mark.parametrize(("rr", "expected"), [(12, 0), (11, 1), (10, 1), (9, 1), (8, 2), (6, 2), (5, 3), (0, 3)])
def test_slow_breathing_bands(rr: float, expected: int) -> None:
    # usual 15: -25 % is 11.25
    assert points("rr", rr=rr, spo2=97) == expected


def test_ten_and_eleven_need_a_known_baseline_well_above() -> None:
    for baseline in (Baseline(), Baseline(rr=13)):
        ward = Ward({"w": 0, "o": 0}, baseline=baseline, validated=True)
        ward.set(rr=10, spo2=97)
        assert ward.points("rr", 1) == 0


@pytest.mark.parametrize(("spo2", "expected"), [(94, 0), (93, 1), (91, 1), (90, 2), (86, 2), (85, 3)])
def test_saturation_bands(spo2: float, expected: int) -> None:
    assert points("spo2", spo2=spo2, rr=15) == expected


def test_saturation_of_a_low_baseline_needs_three_points_below() -> None:
    for spo2, expected in ((88, 0), (87, 2), (86, 2), (85, 3)):
        ward = Ward({"w": 0, "o": 1}, baseline=Baseline(spo2=90, rr=15), validated=True)
        ward.set(spo2=spo2, rr=15)
        assert ward.points("spo2", 1) == expected


@pytest.mark.parametrize(("etco2", "expected"), [(47, 0), (48, 1), (50, 1), (55, 2), (60, 3), (16, 0)])
def test_carbon_dioxide_bands(etco2: float, expected: int) -> None:
    # usual 38: +10 is 48
    assert points("etco2", etco2=etco2, rr=15, spo2=97) == expected


def test_carbon_dioxide_of_a_retainer_counts_by_its_rise() -> None:
    # the bands of a usual value of 53 lie 15 above those of 38
    for etco2, expected in ((62, 0), (63, 1), (69, 1), (70, 2), (74, 2), (75, 3)):
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline(etco2=53, spo2=89, rr=21), validated=True)
        ward.set(etco2=etco2, rr=20, spo2=89)
        assert ward.points("etco2", 1) == expected


@pytest.mark.parametrize(
    ("values", "expected", "asked"),
    [
        ({"etco2": 15, "rr": 15, "spo2": 97}, 0, True),
        ({"etco2": 15, "rr": 24, "spo2": 95}, 0, True),
        ({"etco2": 15, "rr": 15}, 0, True),
        ({"etco2": 15, "spo2": 97}, 0, True),
        ({"etco2": 15, "rr": 9, "spo2": 97}, 3, False),
        ({"etco2": 15, "rr": 15, "spo2": 94}, 3, False),
    ],
)
def test_very_low_carbon_dioxide_is_first_a_cannula(values: dict[str, float], expected: int, asked: bool) -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.set(**values)
    assert ward.points("etco2", 1) == expected
    assert (ward.condition("technical:check_cannula") is not None) is asked


def test_low_oxygen_with_fast_breathing_counts_one_and_says_so() -> None:
    ward = Ward({"w": 0, "o": 2}, validated=True)
    assert ward.set(spo2=80, rr=30)[1] is WATCH
    assert "fast breathing" in ward.monitor.views()[1].could_be


@pytest.mark.parametrize("finding", ["sedation_poss3", "hypotonia"])
def test_the_drive_cap_does_not_protect_the_sedated_or_floppy(finding: str) -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.chart(finding)
    assert ward.set(spo2=80, rr=30)[1] is EMERGENCY


def test_normal_carbon_dioxide_disproves_hypoventilation() -> None:
    for etco2, expected in ((40, 1), (44, 3)):
        ward = Ward({"w": 0, "o": 1}, validated=True)
        ward.set(spo2=82, rr=14, etco2=etco2)
        assert ward.points("spo2", 1) == expected


def test_new_oxygen_adds_a_point_for_an_hour() -> None:
    ward = Ward({"w": 0, "o": 1}, validated=True)
    ward.set(spo2=93, rr=15)
    ward.monitor.oxygen(4.0, ward.now)
    ward.set(0.5, spo2=93, rr=15)
    assert ward.points("spo2", 1) == 2
    ward.set(0.6, spo2=93, rr=15)
    assert ward.points("spo2", 1) == 1


@pytest.mark.parametrize(("window", "expected"), [(0, WATCH), (1, WARNING)])
def test_a_slow_rate_alone_counts_one_stage_lower_at_a_quiet_pump(window: int, expected: Stage) -> None:
    ward = Ward({"w": 0, "o": window}, validated=True)
    assert ward.set(rr=8, spo2=97)[1] is expected


def test_a_slow_rate_alone_needs_a_fresh_normal_saturation_to_count_lower() -> None:
    assert Ward({"w": 0, "o": 0}, validated=True).set(rr=8)[1] is WARNING
    assert Ward({"w": 0, "o": 0}, validated=True).set(rr=8, spo2=94)[1] is WARNING


STAGE_CASES = [
    (EMERGENCY, 0, (), {"rr": 5}),
    (EMERGENCY, 0, (), {"rr": 8, "spo2": 90}),
    (EMERGENCY, 0, ("sedation_poss4",), {}),
    (EMERGENCY, 0, ("sedation_poss3",), {"rr": 8}),
    (EMERGENCY, 0, ("sedation_poss3",), {"spo2": 90, "rr": 11}),
    (EMERGENCY, 2, ("sedation_poss3",), {"rr": 11, "spo2": 93, "hr": 42, "sbp": 90, "dbp": 50}),
    (WARNING, 1, (), {"spo2": 90, "rr": 15}),
    (NONE, 0, (), {"spo2": 80, "rr": 15}),
    (WARNING, 1, (), {"rr": 11, "spo2": 93}),
    (WARNING, 1, ("sedation_poss3",), {}),
    (WARNING, 0, ("sedation_poss3",), {"rr": 11}),
    (WARNING, 2, (), {"hr": 38, "sbp": 90, "dbp": 50, "rr": 15}),
    (WARNING, 2, ("hypotonia",), {"rr": 11}),
    (WATCH, 2, (), {"rr": 11, "spo2": 97}),
    (WATCH, 0, (), {"rr": 11, "spo2": 93}),
    (WATCH, 0, ("sedation_poss3",), {}),
    (WATCH, 1, ("hypotonia",), {}),
    (WATCH, 0, (), {"hr": 54, "sbp": 150, "dbp": 90, "rr": 15}),
    (NONE, 0, (), {"rr": 9, "spo2": 97}),
    (NONE, 0, ("sedation_poss2",), {"rr": 15, "spo2": 97}),
    (NONE, 0, ("hypotonia",), {"rr": 15, "spo2": 97}),
]


@pytest.mark.parametrize(("expected", "window", "findings", "values"), STAGE_CASES)
def test_stage_rules(expected: Stage, window: int, findings: tuple[str, ...], values: dict[str, float]) -> None:
    ward = Ward({"w": 0, "o": window}, validated=True)
    ward.chart(*findings)
    assert ward.set(**values)[1] is expected


def test_bradycardia_with_hypertension_is_off_without_a_known_pressure() -> None:
    ward = Ward({"w": 0, "o": 0}, baseline=Baseline(), validated=True)
    assert ward.set(hr=54, sbp=150, dbp=90, rr=15)[1] is NONE


def test_cold_counts_below_the_own_baseline() -> None:
    for temp, expected in ((36.1, 0), (36.0, 1), (35.0, 2)):
        ward = Ward({"w": 0, "o": 0}, validated=True)
        ward.set(temp=temp, rr=15)
        assert ward.points("temp", 1) == expected


def test_high_carbon_dioxide_with_a_fast_heart_names_the_hypermetabolic_state() -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    assert ward.set(etco2=80, hr=170)[1] is EMERGENCY
    assert "hypermetabolic" in ward.monitor.views()[1].could_be


class TestDeviceApnoea:
    def test_a_first_lone_one_is_a_warning_at_once(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, hr=76.0, rr=15.0, spo2=97.0)
        ward.monitor.apnoea(30, ward.now)
        assert ward.monitor.stages()[1] is WARNING

    def test_a_second_within_ten_minutes_is_an_emergency(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, hr=76.0, rr=15.0, spo2=97.0)
        ward.monitor.apnoea(35, ward.now)
        ward.minute(9, hr=76.0, rr=15.0, spo2=97.0)
        ward.monitor.apnoea(35, ward.now)
        assert ward.monitor.stages()[1] is EMERGENCY

    def test_a_second_after_ten_minutes_is_again_a_lone_one(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, hr=76.0, rr=15.0, spo2=97.0)
        ward.monitor.apnoea(35, ward.now)
        ward.minute(11, hr=76.0, rr=15.0, spo2=97.0)
        ward.monitor.apnoea(35, ward.now)
        assert ward.monitor.stages()[1] is WARNING

    @pytest.mark.parametrize("company", ["sedation_poss3", "hypotonia"])
    def test_with_support_the_first_is_an_emergency(self, company: str) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, hr=76.0, rr=15.0, spo2=97.0)
        ward.chart(company)
        ward.monitor.apnoea(30, ward.now)
        assert ward.monitor.stages()[1] is EMERGENCY

    def test_under_thirty_seconds_nothing_happens(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(5, hr=76.0, rr=15.0, spo2=97.0)
        ward.monitor.apnoea(29.9, ward.now)
        assert ward.monitor.stages()[1] is NONE
