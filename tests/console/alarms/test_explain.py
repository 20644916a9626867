"""Why an alarm is there: its reasons now, as they were at each rise, and what holds a stage."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from console.alarms.alarm import Alarm, Change, Condition, Kind, Priority, Reason, Stage
from console.alarms.explain import told
from console.alarms.lifecycle import LifeCycle
from console.alarms.limit_monitor import LimitMonitor
from console.alarms.patient_limits import laid_over
from console.rules import load_rules
from console.store.codec import decode, encode
from console.ward.limits import LimitSetting
from console.ward.patient import RiskFlag
from drivers.observation import Parameter, Status
from tests.console.alarms.pattern_ward import Ward
from tests.console.ward_fakes import START, ids, utc

STALL_HOURS = 14


def emergency() -> tuple[Ward, Condition]:
    ward = Ward(validated=True)
    ward.pump("pump_stall", hours_ago=STALL_HOURS)
    ward.set(temp=38.9, hr=142.0, sbp=188.0, dbp=104.0, rr=27.0)
    condition = ward.condition("withdrawal")
    assert condition is not None
    return ward, condition


def test_an_emergency_is_told_as_the_specification_words_it() -> None:
    _, condition = emergency()
    words = told(condition)
    assert words.startswith("AUTONOMIC PATTERN – EMERGENCY. T 38.9 (+2.1), HR 142 (+87 %), BP 188/104 (+57 %), RR 27")
    assert ". Pump: motor stall 14 h ago. Possible withdrawal of intrathecal baclofen; sepsis," in words
    assert words.endswith("Check pump; call ITB physician per local plan.")


def test_a_depression_is_told_with_its_refill_and_the_airway_first() -> None:
    ward = Ward(validated=True)
    ward.pump("refill", hours_ago=2)
    ward.set(rr=6.0, spo2=86.0, hr=70.0, sbp=120.0, dbp=75.0, temp=36.8)
    condition = ward.condition("overdose")
    assert condition is not None
    words = told(condition)
    assert words.startswith("RESPIRATORY PATTERN – EMERGENCY. RR 6")
    assert ". Refill 2 h ago. Possible baclofen overdose; opioids, other sedatives" in words
    assert words.endswith("Airway first.")


def test_every_reason_has_its_value_usual_value_and_points_and_the_window_its_weight() -> None:
    _, condition = emergency()
    by_channel = {reason.channel: reason for reason in condition.reasons}
    hr, pump = by_channel["hr"], by_channel["pump"]
    assert (hr.value, hr.baseline, hr.points) == (142, 76, 3)
    assert pump.text == "Motor stall 14 h ago"
    assert pump.note.startswith("window of weight ")
    assert any(reason.channel == "rule" for reason in condition.reasons)


def test_what_was_weighed_and_gave_no_point_is_kept_too() -> None:
    ward = Ward(validated=True)
    ward.pump("pump_stall", hours_ago=STALL_HOURS)
    ward.set(temp=39.4, hr=138.0, sbp=122.0, dbp=78.0, rr=15.0)
    condition = ward.condition("withdrawal")
    assert condition is not None
    assert {r.channel for r in condition.against} == {"bp_high", "rr"}
    assert all(r.points == 0 for r in condition.against)


@pytest.mark.parametrize("word", ["diagnos", "certain", "is withdrawal", "is overdose"])
def test_nothing_is_named_as_certain(word: str) -> None:
    _, condition = emergency()
    assert word not in told(condition).lower()
    assert "Possible" in condition.advice


def _pattern(stage: Stage, hr: float) -> Condition:
    why = (Reason("hr", f"HR {hr:.0f}", hr, 76.0, int(stage)),)
    return Condition("withdrawal", Kind.WITHDRAWAL, Priority(int(stage)), f"p {stage.word}", stage, reasons=why)


class TestAccounts:
    """What was known when the stage rose is never written over."""

    def risen(self) -> Alarm:
        life = LifeCycle("01", ids())
        steps = ((Stage.WATCH, 100.0), (Stage.WATCH, 104.0), (Stage.EMERGENCY, 140.0), (Stage.EMERGENCY, 90.0))
        for minute, (stage, hr) in enumerate(steps):
            life.step([_pattern(stage, hr)], START + 60 * minute, utc(START + 60 * minute), "P1")
        (alarm,) = life.alarms()
        return alarm

    def test_one_per_stage_as_it_was_at_the_rise(self) -> None:
        alarm = self.risen()
        assert [(a.at, a.condition.reasons[0].value) for a in alarm.accounts] == [
            (utc(START), 100.0),
            (utc(START + 120), 140.0),
        ]
        assert alarm.condition.reasons[0].value == 90.0

    def test_a_second_rise_to_a_stage_takes_the_place_of_the_first_so_that_they_stay_few(self) -> None:
        life = LifeCycle("01", ids())
        for minute in range(60):
            stage = Stage.WARNING if minute % 2 else Stage.WATCH
            life.step([_pattern(stage, 100.0 + minute)], START + 60 * minute, utc(START + 60 * minute), "P1")
        (alarm,) = life.alarms()
        assert [a.condition.reasons[0].value for a in alarm.accounts] == [100.0, 159.0]

    def test_they_outlast_a_restart(self) -> None:
        alarm = decode(Alarm, encode(self.risen()))
        assert alarm == self.risen()
        life = LifeCycle("01", ids())
        (step,) = life.restore([alarm], START + 500, utc(START + 500))
        assert step.change is Change.RESTORE
        assert step.alarm.accounts == alarm.accounts

    def test_an_alarm_written_before_accounts_were_kept_can_still_be_read(self) -> None:
        alarm = self.risen()
        text = encode(replace(alarm, accounts=()))
        older = text.replace(',"accounts":[]', "").replace(',"against":[]', "").replace(',"refreshed_at":null', "")
        assert "accounts" not in older
        assert decode(Alarm, older) == replace(alarm, accounts=())


class TestLimits:
    def reasons(self, monitor: LimitMonitor, parameter: Parameter, value: float) -> list[str]:
        for second in range(40):
            monitor.observe(parameter, value, Status.VALID, START + second)
            monitor.advance(START + second)
        (condition,) = monitor.conditions()
        return [" | ".join(x for x in (r.text, r.note) if x) for r in condition.reasons]

    def test_which_limit_by_how_much_whose_and_after_what_delay(self) -> None:
        rules = load_rules().limits
        high, delay = rules.parameters[Parameter.HR].high, rules.parameters[Parameter.HR].delay_s
        assert self.reasons(LimitMonitor(rules), Parameter.HR, high + 8) == [
            f"HR {high + 8:.0f} > {high:.0f} /min | 8 /min from the limit",
            "Limit of the ward",
            f"Alarms after {delay:g} s beyond it",
        ]

    def test_a_limit_of_the_patient_is_called_so(self) -> None:
        ward = load_rules().limits
        own = LimitSetting(Parameter.HR, 40.0, 45.0, 105.0, 140.0)
        assert "Limit set for this patient" in self.reasons(LimitMonitor(laid_over(ward, (own,))), Parameter.HR, 110)

    def test_a_systolic_limit_lowered_for_spinal_injury_is_called_so(self) -> None:
        rules = load_rules().limits.for_patient(frozenset({RiskFlag.SCI_T6}), 95.0)
        told_ = self.reasons(LimitMonitor(rules), Parameter.NIBP_SYS, 139)
        assert f"Lowered for spinal injury: usual pressure + {rules.systolic_rise:g} mmHg" in told_

    def test_where_the_spinal_rule_lowers_nothing_the_limit_stays_the_wards(self) -> None:
        rules = load_rules().limits.for_patient(frozenset({RiskFlag.SCI_T6}), 240.0)
        assert rules.origins == {}


class TestWhyAStageDoesNotClear:
    def test_a_standing_stage_says_what_a_step_down_takes(self) -> None:
        ward, condition = emergency()
        assert condition.stage is Stage.EMERGENCY
        assert ward.monitor.views()[0].steps_down == (
            "not while a rule of this stage is true; then after 15 min without"
        )

    def test_the_minutes_left_are_counted_down(self) -> None:
        ward = Ward({"w": 3, "o": 0})
        ward.minute(30, temp=39.4, hr=138.0, rr=32.0)
        ward.minute(10, temp=36.8, hr=76.0, rr=15.0)
        assert re.fullmatch(r"in \d+ min if nothing returns", ward.monitor.views()[0].steps_down)

    def test_a_stage_without_fresh_values_names_the_channels_and_since_when(self) -> None:
        ward = Ward({"w": 3, "o": 0})
        ward.minute(30, temp=39.4, hr=138.0, rr=32.0)
        raised, before = ward.condition("withdrawal"), ward.now
        assert raised is not None
        assert not raised.held
        assert raised.refreshed_at is None
        ward.minute(30, temp=36.8, rr=15.0, hr=None)
        view, held = ward.monitor.views()[0], ward.condition("withdrawal")
        assert held is not None
        assert held.held
        assert view.steps_down == "held: waits for fresh values of HR"
        assert held.refreshed_at is not None
        assert view.refreshed_at == held.refreshed_at
        assert before - 60 <= held.refreshed_at.timestamp() < ward.now - 600
