"""Limits of one patient: what may be set, what is proposed, and what becomes of alarms when limits change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.alarms.alarm import Priority
from console.alarms.limit_monitor import LimitMonitor
from console.alarms.patient_limits import (
    SETTABLE,
    LimitsView,
    differences,
    faults,
    laid_over,
    normalised,
    proposed,
    setting_of,
    unusable,
    would_alarm,
)
from console.rules import load_rules
from console.ward.limits import LIMIT_NAMES, LimitSetting
from console.ward.patient import BASELINE_RANGES, Baseline, RiskFlag
from drivers.observation import Parameter, Status

P = Parameter
WARD = load_rules().limits
HR = setting_of(WARD, P.HR)


def test_the_limits_of_the_ward_pass_their_own_checks():
    assert faults([setting_of(WARD, p) for p in SETTABLE], WARD) == ()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (replace(HR, high=251, very_high=251), "251, is outside 20 to 250 /min"),
        (replace(HR, very_low=19), "19, is outside 20 to 250 /min"),
        (replace(HR, low=101), "must lie at least 20 /min"),
        (replace(HR, very_high=119), "high limit of medium priority, 120, lies above the high limit of high priority"),
        (replace(HR, very_low=51), "low limit of high priority, 51, lies above the low limit of medium priority, 50"),
        (replace(HR, very_high=None), "HR: the high limit of high priority cannot be switched off."),
        (replace(HR, high=120.5), "steps of 1 /min"),
        (replace(HR, high=float("nan")), "is outside"),
        (LimitSetting(P.SPO2, None, 90), "SpO2: the low limit of high priority cannot be switched off."),
        (LimitSetting(P.PERFUSION_INDEX), "cannot be set for one patient"),
    ],
)
def test_each_fault_is_told_in_a_sentence(setting, sentence):
    told = faults((setting,), WARD)
    assert any(sentence in text for text in told), told
    assert all(text.endswith(".") for text in told)


@pytest.mark.parametrize(
    "setting",
    [
        replace(HR, low=100),
        replace(HR, very_low=50),
        replace(HR, very_high=120),
        replace(HR, low=None, high=None),
        replace(HR, very_low=20, very_high=250),
        LimitSetting(P.TEMP, 35.0, 35.6, 38.4, 40.0),
    ],
)
def test_the_boundaries_themselves_may_be_set(setting):
    assert faults((setting,), WARD) == ()


def test_the_same_parameter_twice_is_refused():
    assert "twice" in faults((HR, HR), WARD)[0]


limit = st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.integers(0, 300).map(float)


@given(st.sampled_from(list(Parameter)), limit, limit, limit, limit)
def test_what_passes_the_checks_is_in_order_in_range_and_never_without_its_last_limit(p, a, b, c, d):
    setting = LimitSetting(p, a, b, c, d)
    if faults((setting,), WARD):
        assert laid_over(WARD, (setting,)).parameters == WARD.parameters
        return
    ward = WARD.parameters[p]
    laid = laid_over(WARD, (setting,)).parameters[p]
    assert laid.values == setting.values
    present = [value for value in setting.values if value is not None]
    assert present == sorted(present)
    assert all(ward.settable[0] <= value <= ward.settable[1] for value in present)
    for name in LIMIT_NAMES:
        if getattr(ward, name) is not None and name not in ward.can_be_off:
            assert getattr(laid, name) is not None
    lows, highs = [x for x in (a, b) if x is not None], [x for x in (c, d) if x is not None]
    if lows and highs:
        assert min(highs) - max(lows) >= ward.min_gap - 1e-6


@given(st.fixed_dictionaries({k: st.none() | st.floats(low, high) for k, (low, high, _) in BASELINE_RANGES.items()}))
def test_proposals_pass_the_checks_and_are_never_made_without_a_usual_value(usual):
    made = proposed(WARD, Baseline(**usual))
    assert faults(made, WARD) == ()
    assert all(usual[{P.NIBP_SYS: "sbp"}.get(s.parameter, s.parameter.value)] is not None for s in made)


def test_a_proposal_follows_the_usual_value_and_moves_high_limits_only_when_pushed():
    made = {s.parameter: s for s in proposed(WARD, Baseline(hr=80, rr=14, spo2=88, sbp=100, temp=36.8))}
    assert made[P.HR] == LimitSetting(P.HR, 40, 64, 100, 140)
    assert made[P.RR] == LimitSetting(P.RR, 6, 7, 21, 30)
    assert made[P.SPO2] == LimitSetting(P.SPO2, 83, 83)
    assert made[P.NIBP_SYS] == LimitSetting(P.NIBP_SYS, 78, 78, 124, 190)
    assert made[P.TEMP] == LimitSetting(P.TEMP, 35.0, 35.3, 38.3, 40.0)
    assert P.ETCO2 not in made


@pytest.mark.parametrize(
    ("value", "priority"),
    [
        (120, None),
        (120.4, None),
        (120.5, Priority.MEDIUM),
        (140, Priority.MEDIUM),
        (141, Priority.HIGH),
        (39, Priority.HIGH),
    ],
)
def test_what_would_alarm_is_judged_as_the_monitor_judges(value, priority):
    assert would_alarm(HR, value) is priority


def test_settings_like_the_wards_are_none_and_twins_follow():
    own = normalised((HR, LimitSetting(P.NIBP_SYS, 70, 80, 150, 180)), WARD)
    assert [s.parameter for s in own] == [P.NIBP_SYS]
    laid = laid_over(WARD, own)
    assert laid.parameters[P.ART_SYS].values == (70, 80, 150, 180)
    assert laid.parameters[P.HR] == WARD.parameters[P.HR]
    assert "SBP low limit of medium priority: 90 -> 80 mmHg" in "; ".join(map(str, differences(WARD, laid)))


def test_settings_the_ward_has_meanwhile_forbidden_give_way():
    narrower = load_rules({"limits.hr.can_be_off": []}).limits
    off = replace(HR, high=None)
    assert unusable(WARD, (off,)) == ()
    assert unusable(narrower, (off,)) == (off,)
    assert laid_over(narrower, (off,)).parameters[P.HR].high == 120


def test_spinal_injury_still_tightens_what_a_person_has_set():
    own = LimitSetting(P.NIBP_SYS, 80, 90, None, 200)
    rules = laid_over(WARD, (own,)).for_patient(frozenset({RiskFlag.SCI_T6}), 100)
    assert rules.parameters[P.NIBP_SYS].very_high == 140


def stream(monitor, values, start):
    for second, value in enumerate(values):
        monitor.observe(P.HR, value, Status.VALID, start + second)
        monitor.advance(start + second)
    return start + len(values)


def test_a_tightened_limit_waits_its_delay_from_the_change_without_another_crossing():
    monitor = LimitMonitor(WARD)
    now = stream(monitor, [110] * 60, 1000.0)
    monitor.set_rules(laid_over(WARD, (replace(HR, high=105),)))
    monitor.judge_again(now)
    stream(monitor, [110] * 30, now)
    assert monitor.conditions() == ()
    stream(monitor, [110], now + 30)
    assert [c.text for c in monitor.conditions()] == ["HR 110 > 105"]


@pytest.mark.parametrize("changed", [replace(HR, high=135), replace(HR, high=None, low=None)])
def test_a_standing_alarm_outlives_the_change_until_a_value_ends_it(changed):
    monitor = LimitMonitor(WARD)
    now = stream(monitor, [128] * 40, 1000.0)
    standing = monitor.conditions()
    assert len(standing) == 1
    monitor.set_rules(laid_over(WARD, (changed,)))
    monitor.judge_again(now)
    monitor.advance(now + 600)
    assert [c.key for c in monitor.conditions()] == ["limit:hr:high"], "no data: it stands"
    monitor.observe(P.HR, 128, Status.VALID, now + 601)
    monitor.advance(now + 601)
    assert monitor.conditions() == ()


def test_a_widened_limit_holds_the_alarm_inside_its_deadband():
    monitor = LimitMonitor(WARD)
    now = stream(monitor, [128] * 40, 1000.0)
    monitor.set_rules(laid_over(WARD, (replace(HR, high=130),)))
    monitor.judge_again(now)
    now = stream(monitor, [128], now)
    assert [c.text for c in monitor.conditions()] == ["HR 128 (limit 130)"]
    stream(monitor, [125], now)
    assert monitor.conditions() == ()


@pytest.mark.parametrize(
    ("names", "off"),
    [
        (("low",), (True, False)),
        (("high", "very_high"), (False, True)),
        (("very_high",), (False, True)),
        ((), (False, False)),
    ],
)
def test_a_limit_of_either_priority_that_was_switched_off_is_told_as_off(names, off):
    setting = replace(setting_of(WARD, P.RR), **dict.fromkeys(names))
    view = LimitsView(WARD, laid_over(WARD, (setting,)), (setting,), "A. Nurse")
    assert view.off(P.RR) == off
