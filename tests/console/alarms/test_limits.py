"""Single-parameter limits: what raises, what clears, and what missing data must not do."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from console.alarms.alarm import Priority
from console.alarms.limit_monitor import LimitMonitor
from console.alarms.limits import LimitError, LimitRules, displayed
from console.rules import load_rules
from console.ward.patient import RiskFlag
from drivers.observation import Parameter, Status

RULES = load_rules().limits
HR, SPO2, SBP, TEMP = Parameter.HR, Parameter.SPO2, Parameter.NIBP_SYS, Parameter.TEMP


def feed(
    monitor: LimitMonitor, parameter: Parameter, value: float | None, start: float, seconds: int, step: int = 1
) -> float:
    """One value a `step`, time passing after each; returns the time of the last."""
    now = start
    for now in (start + s for s in range(0, seconds + 1, step)):
        status = Status.UNAVAILABLE if value is None else Status.VALID
        monitor.observe(parameter, value, status, now)
        monitor.advance(now)
    return now


def found(monitor: LimitMonitor) -> list[tuple[str, Priority, str]]:
    return [(c.key, c.priority, c.text) for c in monitor.conditions()]


def test_the_shipped_limits_are_those_of_the_specification():
    medium = {p: (r.low, r.high) for p, r in RULES.parameters.items()}
    high = {p: (r.very_low, r.very_high) for p, r in RULES.parameters.items()}
    assert medium[HR] == (50, 120)
    assert high[HR] == (40, 140)
    assert (medium[Parameter.RR], high[Parameter.RR]) == ((9, 25), (6, 30))
    assert (medium[SBP], high[SBP]) == ((90, 160), (80, 190))
    assert (medium[SPO2], high[SPO2]) == ((90, None), (85, None))
    assert (medium[TEMP], high[TEMP]) == ((35.5, 38.5), (35.0, 40.0))
    assert (medium[Parameter.ETCO2], high[Parameter.ETCO2]) == ((None, 55), (None, 60))
    assert [RULES.parameters[p].delay_s for p in (SPO2, HR, Parameter.RR)] == [15, 30, 60]


def test_a_high_rate_alarms_only_after_its_whole_delay():
    monitor = LimitMonitor(RULES)
    feed(monitor, HR, 128, 0, 29)
    assert found(monitor) == []
    monitor.observe(HR, 128, Status.VALID, 30)
    monitor.advance(30)
    assert found(monitor) == [("limit:hr:high", Priority.MEDIUM, "HR 128 > 120")]


def test_one_value_inside_starts_the_delay_anew():
    monitor = LimitMonitor(RULES)
    feed(monitor, HR, 128, 0, 25)
    feed(monitor, HR, 110, 26, 0)
    feed(monitor, HR, 128, 27, 29)
    assert found(monitor) == []
    feed(monitor, HR, 128, 57, 0)
    assert [key for key, _, _ in found(monitor)] == ["limit:hr:high"]


def test_the_limit_itself_is_inside_and_rounding_is_half_up_as_displayed():
    monitor = LimitMonitor(RULES)
    feed(monitor, SPO2, 89.5, 0, 60)
    assert found(monitor) == []
    feed(monitor, SPO2, 89.49, 61, 15)
    assert found(monitor) == [("limit:spo2:low", Priority.MEDIUM, "SpO2 89 < 90")]
    assert displayed(TEMP, 38.55) == 38.6
    assert displayed(HR, 120.5) == 121


def test_priority_rises_and_falls_within_one_condition():
    monitor = LimitMonitor(RULES)
    feed(monitor, HR, 130, 0, 30)
    feed(monitor, HR, 150, 31, 29)
    assert found(monitor) == [("limit:hr:high", Priority.MEDIUM, "HR 150 > 120")]
    feed(monitor, HR, 150, 61, 0)
    assert found(monitor) == [("limit:hr:high", Priority.HIGH, "HR 150 > 140")]
    feed(monitor, HR, 136, 62, 0)  # inside the high limit, but not by the deadband of 5
    assert found(monitor) == [("limit:hr:high", Priority.HIGH, "HR 136 (limit 140)")]
    feed(monitor, HR, 135, 63, 0)
    assert found(monitor) == [("limit:hr:high", Priority.MEDIUM, "HR 135 > 120")]
    feed(monitor, HR, 115, 64, 0)
    assert found(monitor) == []


def test_a_value_within_the_deadband_keeps_the_alarm_and_tells_the_truth():
    monitor = LimitMonitor(RULES)
    feed(monitor, SPO2, 88, 0, 15)
    feed(monitor, SPO2, 90, 16, 100)
    assert found(monitor) == [("limit:spo2:low", Priority.MEDIUM, "SpO2 90 (limit 90)")]
    feed(monitor, SPO2, 91, 117, 0)
    assert found(monitor) == []


@pytest.mark.parametrize("status", [Status.UNAVAILABLE, Status.QUESTIONABLE, None])
def test_missing_data_never_clear_an_alarm(status):
    monitor = LimitMonitor(RULES)
    feed(monitor, HR, 150, 0, 30)
    for now in range(31, 4000, 7):
        if status is not None:
            monitor.observe(HR, None if status is Status.UNAVAILABLE else 80.0, status, now)
        monitor.advance(now)
    assert [key for key, _, _ in found(monitor)] == ["limit:hr:high"]


def test_a_stream_that_stops_before_the_delay_is_over_raises_nothing():
    monitor = LimitMonitor(RULES)
    feed(monitor, HR, 150, 0, 10)
    monitor.advance(500)
    assert found(monitor) == []


def test_a_value_a_minute_stands_for_its_minute():
    monitor = LimitMonitor(RULES)
    for now in (0, 60, 120):
        monitor.observe(HR, 80, Status.VALID, now)
        monitor.advance(now)
    monitor.observe(HR, 150, Status.VALID, 180)
    monitor.advance(180)
    assert monitor.next_due() == 210
    monitor.advance(210)
    assert found(monitor) == [("limit:hr:high", Priority.HIGH, "HR 150 > 140")]


def test_a_long_gap_starts_the_delay_anew_and_a_short_one_does_not():
    monitor = LimitMonitor(RULES)
    feed(monitor, HR, 128, 0, 20)
    feed(monitor, HR, 128, 24, 6)
    assert [key for key, _, _ in found(monitor)] == ["limit:hr:high"]
    monitor = LimitMonitor(RULES)
    feed(monitor, HR, 128, 0, 20)
    feed(monitor, HR, 128, 600, 29)
    assert found(monitor) == []


def test_a_cuff_reading_and_a_temperature_alarm_at_once():
    monitor = LimitMonitor(RULES)
    feed(monitor, SBP, 78, 0, 0)
    feed(monitor, TEMP, 38.6, 0, 0)
    assert found(monitor) == [
        ("limit:nibp_sys:low", Priority.HIGH, "SBP 78 < 80"),
        ("limit:temp:high", Priority.MEDIUM, "Temp 38.6 > 38.5"),
    ]


def test_spinal_injury_alarms_at_forty_above_the_usual_pressure_and_only_tightens():
    flags = frozenset({RiskFlag.SCI_T6})
    limits = RULES.for_patient(flags, 95).parameters[SBP]
    assert (limits.low, limits.high, limits.very_high) == (90, 135, 135)
    limits = RULES.for_patient(flags, 130).parameters[SBP]
    assert (limits.high, limits.very_high) == (160, 170)
    limits = RULES.for_patient(flags, 170).parameters[SBP]
    assert (limits.high, limits.very_high) == (160, 190)
    assert RULES.for_patient(flags, None) is RULES
    assert RULES.for_patient(frozenset(), 95) is RULES


def test_declared_apnoea_is_high_at_once_and_ends_with_the_device():
    monitor = LimitMonitor(RULES)
    monitor.apnoea("capnograph", "APNEA 30 s", True, 10)
    assert [(c.priority, c.text) for c in monitor.conditions()] == [(Priority.HIGH, "No breath detected")]
    monitor.apnoea("capnograph", "", False, 40)
    assert monitor.conditions() == ()


def test_apnoea_of_a_device_that_never_ends_it_ends_with_breathing():
    monitor = LimitMonitor(RULES)
    monitor.apnoea("gateway", "APNEA", True, 10)
    monitor.observe(Parameter.RR, 12, Status.VALID, 40)
    monitor.observe(Parameter.RR, 0, Status.VALID, 90)
    assert len(monitor.conditions()) == 1
    monitor.observe(Parameter.RR, 12, Status.VALID, 95)
    assert monitor.conditions() == ()


def test_conditions_stay_the_same_objects_while_nothing_changes():
    monitor = LimitMonitor(RULES)
    now = feed(monitor, HR, 128, 0, 40)
    before = monitor.conditions()
    feed(monitor, HR, 128, now + 1, 10)
    assert monitor.conditions() is before


def defaults() -> dict:
    return tomllib.loads(files("resources").joinpath("alarms/limits.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hr": {"high": 300}}, r"limits\.hr.*high = 300 is outside 20 to 250"),
        ({"hr": {"low": 130}}, r"limits\.hr.*low = 130 must lie below high = 120"),
        ({"hr": {"delay_s": -1}}, r"limits\.hr\.delay_s"),
        ({"hr": {"hihg": 130}}, r"limits\.hr\.hihg"),
        ({"pulse": {"high": 130}}, r"limits\.pulse: not a parameter"),
        ({"spinal_injury": {"systolic_rise": 5}}, r"systolic_rise: 5 is outside 20 to 60"),
    ],
)
def test_limits_that_cannot_be_used_are_refused_in_words(change, words):
    data = defaults()
    for name, section in change.items():
        data[name] = data.get(name, {}) | section
    with pytest.raises(LimitError, match=words):
        LimitRules.from_mapping(data)


def test_a_site_sets_its_own_limit_in_the_configuration():
    assert load_rules({"limits": {"hr": {"high": 130}}}).limits.parameters[HR].high == 130


def test_the_pulse_is_not_a_second_alarm_while_the_heart_rate_arrives() -> None:
    monitor = LimitMonitor(RULES)
    for second in range(120):
        monitor.observe(Parameter.HR, 133.0, Status.VALID, float(second))
        monitor.observe(Parameter.PR, 133.0, Status.VALID, float(second))
        monitor.advance(float(second))
    assert [c.key for c in monitor.conditions()] == ["limit:hr:high"]


def test_the_pulse_takes_over_when_the_heart_rate_stays_away() -> None:
    monitor = LimitMonitor(RULES)
    for second in range(5):
        monitor.observe(Parameter.HR, 70.0, Status.VALID, float(second))
    for second in range(5, 120):
        monitor.observe(Parameter.PR, 133.0, Status.VALID, float(second))
        monitor.advance(float(second))
    assert [c.key for c in monitor.conditions()] == ["limit:pr:high"]
