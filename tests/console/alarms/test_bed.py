"""All alarms of one bed together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.alarms.alarm import Change, Kind, Presence, Priority, Stage
from console.alarms.bed import BedAlarms
from console.alarms.technical_source import SourceSpec
from console.rules import load_rules
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Baseline, RiskFlag
from console.ward.source import SourceState
from drivers.observation import DeviceAlert, Parameter, Status
from tests.console.ward_fakes import START, ids, observation, patient, utc

RULES = load_rules()
SEVERE = {Parameter.HR: 150.0, Parameter.RR: 32.0, Parameter.TEMP: 39.4, Parameter.SPO2: 95.0}
CALM = {Parameter.HR: 80.0, Parameter.RR: 15.0, Parameter.TEMP: 36.8, Parameter.SPO2: 97.0}


class Bedside:
    """A bed fed once a second."""

    def __init__(self, sources: bool = True) -> None:
        self.new_id = ids()
        self.specs = [SourceSpec("monitor", 1.0)] if sources else None
        self.bed = BedAlarms("7B-01", RULES, self.new_id, sources=self.specs, started=START)
        self.now = START
        self.log: list = []

    def run(self, seconds: int, values: dict | None) -> None:
        for _ in range(seconds):
            self.now += 1
            for parameter, value in (values or {}).items():
                self.bed.observe(observation(parameter, value, self.now))
            self.log += self.bed.advance(self.now, utc(self.now))

    def restart(self) -> None:
        alarms, person = self.bed.alarms(), self.bed.patient
        self.bed = BedAlarms("7B-01", RULES, self.new_id, sources=self.specs, started=self.now)
        if person:
            self.bed.admit(person, now=self.now)
        self.log += self.bed.restore(alarms, self.now, utc(self.now))

    @property
    def texts(self) -> list[str]:
        return [a.condition.text for a in self.bed.alarms()]

    def alarm(self, key: str):
        return next((a for a in self.bed.alarms() if a.condition.key == key), None)


@pytest.fixture
def side() -> Bedside:
    return Bedside()


def test_an_unadmitted_bed_alarms_on_limits_and_silence_but_runs_no_pattern(side):
    side.run(31, {Parameter.HR: 150})
    assert side.texts == ["HR 150 > 140"]
    assert side.bed.views() == ()
    side.run(61, None)
    assert {a.condition.key for a in side.bed.alarms()} == {"limit:hr:high", "technical:data:monitor"}


def test_severe_signs_raise_the_pattern_and_its_members_fall_silent(side):
    side.bed.admit(patient(), now=START)
    side.run(20 * 60, SEVERE)
    pattern = side.alarm("withdrawal")
    assert pattern.condition.stage is Stage.EMERGENCY
    assert pattern.sounding
    assert pattern.patient_id == "P1"
    assert not side.alarm("limit:hr:high").sounding


def test_an_alarm_before_an_outage_is_there_after_it(side):
    """Scoreboard row 8: outages of 1 s, 11 s and 10 minutes lose nothing."""
    for outage in (1, 11, 600):
        side.run(40, {Parameter.HR: 150})
        before = side.alarm("limit:hr:high")
        side.run(outage, None)
        during = side.alarm("limit:hr:high")
        assert (during.id, during.presence) == (before.id, Presence.ACTIVE)
        side.run(1, {Parameter.HR: 150})
        after = side.alarm("limit:hr:high")
        assert after.id == before.id
        assert after.sounding


@settings(max_examples=30, deadline=None)
@given(
    gap=st.integers(1, 900),
    how=st.sampled_from(["silence", "unavailable", "questionable", "link lost"]),
    admitted=st.booleans(),
)
def test_no_kind_of_data_loss_clears_an_alarm(gap, how, admitted):
    side = Bedside()
    if admitted:
        side.bed.admit(patient(), now=START)
        side.run(420, SEVERE)
    else:
        side.run(31, SEVERE)
    before = {a.id: a.condition.kind for a in side.bed.alarms() if a.condition.kind is not Kind.TECHNICAL}
    assert before
    status = {"unavailable": Status.UNAVAILABLE, "questionable": Status.QUESTIONABLE}.get(how)
    if how == "link lost":
        side.bed.link("monitor", SourceState.LOST, "unplugged", side.now)
    for _ in range(gap):
        side.now += 1
        for parameter, value in SEVERE.items() if status else ():
            shown = None if status is Status.UNAVAILABLE else value / 2
            side.bed.observe(observation(parameter, shown, side.now, status=status))
        side.log += side.bed.advance(side.now, utc(side.now))
    active = {a.id for a in side.bed.alarms() if a.presence is Presence.ACTIVE}
    assert set(before) <= active


def test_an_old_value_is_never_judged_as_the_present_one(side):
    side.run(5, {Parameter.HR: 80})
    for _ in range(5):
        now = side.now = side.now + 60
        side.bed.observe(observation(Parameter.HR, 170, now, measured=now - 600))
        side.bed.observe(observation(Parameter.NIBP_SYS, 215, now, measured=now - 6000))
        side.log += side.bed.advance(now, utc(now))
    assert side.alarm("limit:hr:high") is None
    assert side.alarm("limit:nibp_sys:high") is None
    assert side.alarm("technical:data:monitor").condition.priority is Priority.MEDIUM


def test_a_charted_cuff_pressure_of_twenty_minutes_ago_still_alarms(side):
    side.run(5, {Parameter.HR: 80})
    side.bed.observe(observation(Parameter.NIBP_SYS, 215, side.now, measured=side.now - 1200))
    side.run(1, {Parameter.HR: 80})
    assert side.alarm("limit:nibp_sys:high").priority is Priority.HIGH


def test_admission_continues_the_alarms_of_the_bed_under_the_name_of_the_patient(side):
    side.run(40, {Parameter.HR: 150})
    first = side.alarm("limit:hr:high")
    side.bed.admit(patient(), now=side.now)
    side.run(1, {Parameter.HR: 150})
    second = side.alarm("limit:hr:high")
    assert (first.patient_id, second.patient_id) == ("", "P1")
    assert second.id != first.id
    ended = [t.alarm for t in side.log if t.alarm.id == first.id][-1]
    assert ended.presence is Presence.ENDED


def test_nothing_of_a_patient_who_has_left_alarms_on_the_next(side):
    side.bed.admit(patient(), now=START)
    side.run(60, {**SEVERE, Parameter.ETCO2: 70})
    side.bed.discharge(side.now, utc(side.now), "Nurse A")
    assert side.bed.alarms() == ()
    side.bed.admit(patient(patient_id="P2"), now=side.now)
    side.run(120, CALM)
    assert side.texts == []


def test_spinal_injury_sets_the_pressure_limit_from_the_charted_baseline(side):
    person = patient(flags=frozenset({RiskFlag.SCI_T6}), baseline=Baseline(sbp=95))
    side.bed.admit(person, now=START)
    side.run(2, {Parameter.NIBP_SYS: 140})
    assert side.alarm("limit:nibp_sys:high").condition.text == "SBP 140 > 135"
    side.bed.discharge(side.now, utc(side.now))
    side.run(2, {Parameter.NIBP_SYS: 140})
    assert side.alarm("limit:nibp_sys:high") is None


def test_standby_ends_alarms_and_what_still_holds_afterwards_is_new(side):
    side.run(40, {Parameter.HR: 150})
    first = side.alarm("limit:hr:high")
    out = side.bed.set_standby(True, side.now, utc(side.now), "Nurse A")
    assert [(t.change, t.by) for t in out] == [(Change.CLEAR, "Nurse A")]
    side.run(300, {Parameter.HR: 150})
    assert side.bed.alarms() == ()
    side.bed.set_standby(False, side.now, utc(side.now), "Nurse A")
    side.run(1, {Parameter.HR: 150})
    assert side.alarm("limit:hr:high").id != first.id


def test_a_declared_apnoea_is_a_high_alarm(side):
    side.bed.admit(patient(), now=START)
    side.run(5, CALM)
    side.bed.device_alert(DeviceAlert("apnoea", "APNEA", parameter=Parameter.RR), "monitor", side.now)
    side.run(1, CALM)
    assert side.alarm("limit:rr:apnoea:monitor").priority is Priority.HIGH
    assert side.alarm("overdose").condition.stage >= Stage.WARNING


def test_charted_facts_reach_the_detectors(side):
    side.bed.admit(patient(), now=START)
    side.run(61, CALM)
    side.bed.chart_pump_event(PumpEvent(PumpEventKind.PUMP_STALL, utc(START), id="e1"))
    side.bed.chart_finding(NurseObservation("rigidity", utc(side.now), id="f1"))
    side.run(61, CALM)
    assert side.alarm("withdrawal").condition.stage is Stage.WATCH
    side.bed.strike("f1")
    side.run(20 * 60, CALM)
    assert side.alarm("withdrawal") is None


def test_after_a_restart_a_pattern_alarm_stands_until_its_detector_has_seen_enough(side):
    side.bed.admit(patient(), now=START)
    side.run(20 * 60, SEVERE)
    before = side.alarm("withdrawal")
    side.restart()
    assert [t.change for t in side.log[-3:]] == [Change.RESTORE] * 3
    side.run(300, None)
    held = side.alarm("withdrawal")
    assert (held.id, held.condition.stage, held.condition.held) == (before.id, Stage.EMERGENCY, True)
    assert held.sounding
    side.run(14 * 60, CALM)
    assert side.alarm("withdrawal").condition.stage is Stage.EMERGENCY
    side.run(90, CALM)
    assert side.alarm("withdrawal").presence is Presence.LATCHED


def test_after_a_restart_the_same_occurrence_goes_on_when_the_detector_confirms_it(side):
    side.bed.admit(patient(), now=START)
    side.run(20 * 60, SEVERE)
    before = side.alarm("withdrawal")
    side.restart()
    side.run(10 * 60, SEVERE)
    after = side.alarm("withdrawal")
    assert after.id == before.id
    assert not after.condition.held
    assert not [t for t in side.log if t.change is Change.CLEAR and t.alarm.id == before.id]


def test_after_a_restart_a_limit_alarm_ends_only_with_a_value_inside(side):
    side.run(40, {Parameter.HR: 150})
    before = side.alarm("limit:hr:high")
    side.restart()
    side.run(30, {Parameter.SPO2: 97})
    assert side.alarm("limit:hr:high").id == before.id
    assert side.alarm("limit:hr:high").condition.text == "HR 150 > 140"
    side.run(1, {Parameter.HR: 100})
    assert side.alarm("limit:hr:high").presence is Presence.LATCHED


def test_after_a_restart_an_outage_is_the_same_outage(side):
    side.bed.admit(patient(), now=START)
    side.run(5, CALM)
    side.run(70, None)
    before = side.alarm("technical:data:monitor")
    assert before.priority is Priority.MEDIUM
    side.restart()
    side.run(100, None)
    after = side.alarm("technical:data:monitor")
    assert (after.id, after.priority) == (before.id, Priority.MEDIUM)
    side.run(1, CALM)
    assert side.alarm("technical:data:monitor").presence is Presence.LATCHED


def test_replay_without_sources_knows_no_silence():
    side = Bedside(sources=False)
    side.run(5, CALM)
    side.run(3600, None)
    assert side.texts == []


def test_answers_go_to_the_bed_that_holds_the_alarm(side):
    side.run(40, {Parameter.HR: 150})
    alarm = side.alarm("limit:hr:high")
    assert side.bed.holds(alarm.id)
    side.bed.acknowledge(alarm.id, alarm.version, "Nurse A", "", side.now, utc(side.now))
    assert side.alarm("limit:hr:high").acknowledged.by == "Nurse A"
    undone = side.bed.undo(alarm.id, "Nurse A", side.now + 1, utc(side.now))
    assert undone.change is Change.UNACKNOWLEDGE


def test_virtual_time_stops_where_a_delay_ends(side):
    side = Bedside(sources=False)
    for minute in range(3):
        now = START + 60 * minute
        side.bed.observe(observation(Parameter.HR, 80, now))
        side.bed.advance(now, utc(now))
    now = START + 180
    side.bed.observe(observation(Parameter.HR, 150, now))
    assert side.bed.advance(now, utc(now)) == []
    due = side.bed.next_due()
    assert due == now + 30
    assert [t.change for t in side.bed.advance(due, utc(due))] == [Change.ONSET]


def test_after_a_restart_silence_ends_no_pattern_whose_members_are_single_readings(side):
    """A spot temperature stands for hours; a bed that then says nothing for a quarter of an hour has proved nothing."""
    side.bed.admit(patient(), now=START)
    side.run(20 * 60, {Parameter.TEMP: 40.3})
    before = side.alarm("withdrawal")
    assert before.condition.stage is Stage.EMERGENCY
    side.restart()
    side.run(1, {Parameter.TEMP: 40.3})
    side.run(30 * 60, None)
    held = side.alarm("withdrawal")
    assert (held.id, held.presence, held.condition.stage) == (before.id, Presence.ACTIVE, Stage.EMERGENCY)
