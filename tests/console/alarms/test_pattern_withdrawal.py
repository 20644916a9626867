"""Points and stage rules of detector W, by validated sets (no persistence)."""

from __future__ import annotations

import pytest

from console.alarms.alarm import Stage
from console.alarms.withdrawal import requirements
from console.ward.patient import Baseline, RiskFlag
from tests.console.alarms.pattern_ward import RULES, Ward

NONE, WATCH, WARNING, EMERGENCY = Stage
SCI = frozenset({RiskFlag.SCI_T6})


def points(channel: str, windows: dict[str, int] | None = None, **values: float) -> int:
    ward = Ward(windows or {"w": 0, "o": 0}, validated=True)
    ward.set(**values)
    return ward.points(channel)


@pytest.mark.parametrize(
    ("temp", "expected"),
    [(37.7, 0), (37.74, 0), (37.75, 1), (37.8, 1), (38.0, 1), (38.1, 2), (38.9, 2), (38.95, 3), (39.0, 3)],
)
def test_temperature_bands_are_judged_as_displayed(temp: float, expected: int) -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.set(temp=temp)
    assert ward.points("temp") == expected


def test_temperature_rise_of_one_degree_counts_from_its_floor() -> None:
    low = Baseline(temp=36.3, hr=76, sbp=120, rr=15, spo2=97)
    ward = Ward({"w": 0, "o": 0}, baseline=low, validated=True)
    ward.set(temp=37.4)
    assert ward.points("temp") == 0
    ward.set(1, temp=37.5)
    assert ward.points("temp") == 1


def test_temperature_rise_is_off_without_a_known_baseline() -> None:
    ward = Ward({"w": 0, "o": 0}, baseline=Baseline(), validated=True)
    ward.set(temp=37.7)
    assert ward.points("temp") == 0


@pytest.mark.parametrize(
    ("hr", "expected"), [(94, 0), (95, 1), (109, 1), (110, 1), (111, 2), (120, 2), (139, 2), (140, 3)]
)
def test_heart_rate_bands(hr: float, expected: int) -> None:
    # usual 76: +25 % is 95, +45 % is 110.2
    assert points("hr", hr=hr) == expected


def test_spinal_injury_lowers_temperature_and_heart_rate_bands() -> None:
    ward = Ward({"w": 0, "o": 0}, flags=SCI, baseline=Baseline(temp=37.0, hr=66, sbp=120, rr=15), validated=True)
    ward.set(temp=37.5, hr=90)
    assert (ward.points("temp"), ward.points("hr")) == (1, 1)
    ward.set(1, temp=37.8, hr=100)
    assert (ward.points("temp"), ward.points("hr")) == (2, 2)


@pytest.mark.parametrize(
    ("rr", "expected"), [(19, 0), (20, 0), (21, 1), (23, 1), (24.4, 1), (24.5, 2), (25, 2), (30, 3)]
)
def test_breathing_bands(rr: float, expected: int) -> None:
    # usual 15: +50 % is 22.5, so 20 alone does not count
    assert points("rr", rr=rr) == expected


@pytest.mark.parametrize(
    ("sbp", "expected"), [(137, 0), (138, 0), (140, 1), (149, 1), (150, 1), (159, 1), (160, 2), (180, 3)]
)
def test_high_pressure_bands(sbp: float, expected: int) -> None:
    # usual 120: +15 % is 138, +25 % is 150
    assert points("bp_high", sbp=sbp, dbp=90) == expected


def test_high_pressure_of_a_known_hypertensive_needs_fifteen_percent() -> None:
    ward = Ward({"w": 0, "o": 0}, baseline=Baseline(hr=76, sbp=164), validated=True)
    ward.set(sbp=188, dbp=100)
    assert ward.points("bp_high") == 0
    ward.set(1, sbp=189, dbp=100)
    assert ward.points("bp_high") == 3


@pytest.mark.parametrize(("sbp", "expected"), [(103, 0), (102, 0), (101, 0), (100, 1), (90, 2), (80, 3)])
def test_low_pressure_bands_with_a_fast_heart(sbp: float, expected: int) -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.set(sbp=sbp, dbp=55, hr=80)
    assert ward.points("bp_low") == expected


def test_slow_and_low_is_not_withdrawal_unless_there_is_fever() -> None:
    assert points("bp_high", sbp=80, dbp=50, hr=68) == 0
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.set(sbp=80, dbp=50, hr=68, temp=37.8)
    assert ward.points("bp_low") == 3


def test_slow_and_low_uses_sixty_without_a_baseline() -> None:
    for hr, expected in ((59, 0), (60, 3)):
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline(), validated=True)
        ward.set(sbp=80, dbp=50, hr=hr)
        assert ward.points("bp_low" if expected else "bp_high") == expected


def test_low_charted_baselines_score_below_the_floors_only_in_an_open_window() -> None:
    low = Baseline(temp=36.0, hr=54, sbp=88, dbp=52, rr=12, spo2=96)
    for window, expected in ((1, 0), (2, 1)):
        ward = Ward({"w": window, "o": 0}, baseline=low, validated=True)
        ward.set(hr=76, sbp=119, dbp=70)
        assert (ward.points("hr"), ward.points("bp_high")) == (expected, expected)


def test_deadband_keeps_a_band_until_the_value_is_well_below() -> None:
    ward = Ward({"w": 1, "o": 0}, validated=True)
    ward.set(hr=120, temp=38.1)
    ward.set(0.1, hr=116, temp=38.0)
    assert (ward.points("hr"), ward.points("temp")) == (2, 2)
    ward.set(0.1, hr=105, temp=37.8)
    assert (ward.points("hr"), ward.points("temp")) == (1, 1)


RULE_CASES = [
    ("E1", 1, (), {"temp": 38.1, "hr": 120, "rr": 30}),
    ("E2", 2, ("pruritus",), {"temp": 39.0, "hr": 140}),
    ("E3", 0, (), {"temp": 40.0}),
    ("E4", 0, ("rigidity",), {"temp": 39.0}),
    ("E5", 2, (), {"hr": 140, "sbp": 160, "dbp": 90}),
    ("E6", 1, (), {"hr": 120, "sbp": 80, "dbp": 50}),
    ("E6", 0, ("pruritus",), {"hr": 140, "sbp": 90, "dbp": 50}),
    ("E7", 2, ("seizure",), {}),
    ("W1", 2, (), {"temp": 38.1, "hr": 120}),
    ("W2", 1, (), {"temp": 38.1, "hr": 140}),
    ("W3", 2, ("pruritus", "sweating"), {"hr": 120}),
    ("W4", 1, ("pruritus",), {"hr": 140}),
    ("W5", 0, ("pruritus", "sweating"), {"temp": 37.8, "hr": 120}),
    ("a", 0, (), {"temp": 37.8, "hr": 100}),
    ("b", 0, (), {"temp": 39.0}),
    ("c", 2, (), {"hr": 120}),
    ("d", 2, ("pruritus",), {}),
]


@pytest.mark.parametrize(("rule", "window", "findings", "values"), RULE_CASES)
def test_each_stage_rule(rule: str, window: int, findings: tuple[str, ...], values: dict[str, float]) -> None:
    ward = Ward({"w": window, "o": 0}, validated=True)
    ward.chart(*findings)
    stage = ward.set(**values)[0]
    met = ward.monitor.views()[0].rules
    assert rule in met
    assert stage >= {"E": EMERGENCY, "W": WARNING}.get(rule[0], WATCH)


@pytest.mark.parametrize(
    ("window", "findings", "values", "most"),
    [
        (0, (), {"temp": 39.1, "hr": 94}, WATCH),  # fever alone
        (0, (), {"sbp": 210, "dbp": 110}, WATCH),  # dysreflexia: one channel
        (1, ("pruritus",), {"temp": 37.8, "hr": 94}, NONE),
        (1, ("seizure",), {}, NONE),
        (1, (), {"hr": 140, "sbp": 160, "dbp": 90, "temp": 36.8}, WARNING),  # E5 needs an open window
        (0, ("sweating", "agitation", "paraesthesia"), {"temp": 37.8, "hr": 120}, WATCH),  # W5 needs itch or tone
    ],
)
def test_what_stays_below(window: int, findings: tuple[str, ...], values: dict[str, float], most: Stage) -> None:
    ward = Ward({"w": window, "o": 0}, validated=True)
    ward.chart(*findings)
    assert ward.set(**values)[0] <= most


def test_missing_channels_give_no_points_and_no_comfort() -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.set(temp=38.2)
    view = ward.monitor.views()[0]
    missing = {c.channel: c for c in view.core}["hr"]
    assert (missing.now, missing.points, missing.fresh) == (None, 0, False)


def test_at_a_quiet_pump_a_second_set_an_hour_later_is_needed() -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    panic = {"temp": 36.8, "hr": 125, "sbp": 165, "dbp": 95, "rr": 22}
    assert ward.set(**panic)[0] is WATCH
    assert ward.set(0.98, **panic)[0] is WATCH
    assert ward.set(0.03, **panic)[0] is WARNING


def test_the_quiet_pump_rule_can_be_switched_off() -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True, overrides={"withdrawal.persistence.quiet_pump": False})
    assert ward.set(temp=36.8, hr=125, sbp=165, dbp=95, rr=22)[0] is WARNING


def test_activity_hides_rates_and_high_pressure_for_twenty_minutes_only() -> None:
    ward = Ward({"w": 1, "o": 0}, validated=True)
    ward.chart("activity")
    exertion = {"temp": 36.9, "hr": 118, "sbp": 152, "dbp": 80, "rr": 24}
    assert ward.set(0.1, **exertion)[0] is NONE
    assert ward.set(0.3, **exertion)[0] >= WATCH


def test_activity_hides_neither_fever_nor_low_pressure() -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.chart("activity")
    ward.set(temp=39.0, sbp=80, dbp=50, hr=90)
    assert (ward.points("temp"), ward.points("bp_low"), ward.points("hr")) == (3, 3, 0)


def test_the_minutes_of_its_stages_are_those_of_the_specification() -> None:
    """Neighbouring minutes act the same on a quiet history (nine of fifteen, nine of fourteen): they are stated."""
    found = [(r.stage, r.minutes) for r in requirements(RULES.detectors.withdrawal.persistence)]
    assert found == [(WATCH, 15), (WARNING, 10), (WARNING, 60), (EMERGENCY, 5), (EMERGENCY, 2), (EMERGENCY, 60)]
