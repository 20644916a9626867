"""What people ask of the engine: done, journalled, answered; or refused in one sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.alarms.alarm import Change
from console.link.commands import (
    Acknowledge,
    Admit,
    AuditNote,
    ChartFinding,
    ChartPumpEvent,
    Discharge,
    RemoveEntry,
    Reply,
    SetStandby,
    UndoAcknowledge,
)
from console.link.snapshot import BedState
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Baseline
from console.ward.pump import PumpState
from drivers.observation import Parameter
from tests.console.ward_fakes import START, patient, utc

HR = Parameter.HR
STALL = PumpEvent(PumpEventKind.PUMP_STALL, utc(START - 3600), "Nurse A")


def test_admission_starts_the_detectors_and_is_journalled(ward):
    reply = ward.ask(Admit(patient(pump_known=True), "Nurse A", (STALL,)))
    assert reply == Reply()
    bed = ward.bed()
    assert bed.state is BedState.MONITORED
    assert len(bed.patterns) == 2
    assert (bed.pump.state, bed.pump.text) == (PumpState.STOPPED, "Motor stall")
    assert [p.patient_id for p in ward.store.admissions] == ["P1"]
    assert ward.store.pump_events[0].id == bed.pump_events[0].id != ""


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        (patient(age=15), "16 years"),
        (patient(age=None, born="2015-02-01"), "16 years"),
        (patient(bed="9Z"), "9Z is not a bed"),
        (patient(patient_id=" "), "number are needed"),
        (patient(baseline=Baseline(temp=98.2)), "Fahrenheit"),
        (patient(baseline=Baseline(hr=700)), "outside 20 to 250"),
        (patient(weight_kg=4), "20 to 400 kg"),
    ],
)
def test_admissions_that_cannot_be_are_refused(ward, person, sentence):
    reply = ward.ask(Admit(person, "Nurse A"))
    assert sentence in reply.error
    assert ward.store.admissions == []
    assert all(bed.patient is None for bed in ward.snapshot().beds)


def test_sixteen_and_an_unknown_age_are_admitted(ward):
    assert ward.ask(Admit(patient(age=16), "A")).error == ""
    assert ward.ask(Admit(patient(bed="7B-02", patient_id="P2", age=None), "A")).error == ""


def test_a_taken_bed_and_a_patient_already_here_are_refused(ward):
    ward.ask(Admit(patient(), "A"))
    assert "7B-01 is taken by Test, Anna" in ward.ask(Admit(patient(patient_id="P2"), "A")).error
    assert "already admitted to 7B-01" in ward.ask(Admit(patient(bed="7B-02"), "A")).error


def test_a_pump_event_of_tomorrow_is_refused_with_the_whole_admission(ward):
    event = PumpEvent(PumpEventKind.REFILL, utc(START) + timedelta(days=1), "A")
    assert "future" in ward.ask(Admit(patient(), "A", (event,))).error
    assert ward.bed().patient is None


def test_discharge_needs_somebody_to_discharge(ward):
    assert ward.ask(Discharge("7B-01", "A")).error == "Nobody is admitted to 7B-01."
    ward.ask(Admit(patient(), "A"))
    assert ward.ask(Discharge("7B-01", "A")) == Reply()
    assert ward.store.discharges == [("7B-01", "P1")]
    assert ward.ask(Admit(patient(patient_id="P2"), "A")) == Reply()


def test_acknowledge_and_undo_reach_the_alarm_and_the_journal(ward):
    ward.run(40, {HR: 150})
    alarm = ward.alarm("limit:hr:high")
    assert ward.ask(Acknowledge(alarm.id, alarm.version, "Nurse A", "seen")) == Reply()
    assert ward.alarm("limit:hr:high").acknowledged.by == "Nurse A"
    assert "already" in ward.ask(Acknowledge(alarm.id, alarm.version, "Nurse B", "seen")).error
    assert ward.ask(UndoAcknowledge(alarm.id, "Nurse A")) == Reply()
    assert [t.change for t in ward.store.transitions] == [Change.ONSET, Change.ACKNOWLEDGE, Change.UNACKNOWLEDGE]
    assert [t.by for t in ward.store.transitions] == ["", "Nurse A", "Nurse A"]


def test_an_answer_to_an_alarm_that_is_over_is_refused(ward):
    assert ward.ask(Acknowledge("a99", 1, "Nurse A")).error == "This alarm is over."


def test_an_alarm_of_the_console_itself_can_be_answered(ward):
    ward.store.failure = "Recording stopped - disk full"
    ward.run(1)
    (alarm,) = ward.snapshot().alarms
    assert ward.ask(Acknowledge(alarm.id, alarm.version, "Nurse A")) == Reply()
    assert ward.snapshot().alarms[0].acknowledged.by == "Nurse A"


def test_charting_gives_the_entry_an_id_and_removal_takes_it_back(ward):
    ward.ask(Admit(patient(), "A"))
    found = ward.ask(ChartFinding("7B-01", NurseObservation("pruritus", utc(START), "A")))
    event = ward.ask(ChartPumpEvent("7B-01", STALL))
    assert (found.error, event.error) == ("", "")
    assert [f.id for f in ward.bed().findings] == [found.entry_id]
    assert ward.bed().pump.text == "Motor stall"
    assert ward.ask(RemoveEntry("7B-01", event.entry_id, "A")) == Reply(entry_id=event.entry_id)
    assert ward.bed().pump_events == ()
    assert ward.bed().pump.state is PumpState.NOT_CONFIRMED
    assert ward.store.struck == [event.entry_id]
    assert "not there" in ward.ask(RemoveEntry("7B-01", event.entry_id, "A")).error


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (ChartFinding("7B-02", NurseObservation("pruritus", utc(START), "A")), "Nobody is admitted"),
        (ChartFinding("7B-01", NurseObservation("itching", utc(START), "A")), "not a finding"),
        (ChartFinding("7B-01", NurseObservation("pruritus", utc(START + 600), "A")), "future"),
        (ChartFinding("7B-01", NurseObservation("pruritus", utc(START), " ")), "name of the person"),
        (ChartFinding("7B-01", NurseObservation("pruritus", utc(START), "A", "x" * 501)), "500 characters"),
        (ChartPumpEvent("7B-01", PumpEvent(PumpEventKind.DOSE_DECREASE, utc(START), "A", percent=-3)), "0 to 1000"),
        (SetStandby("7B-01", "", "A"), "not on standby"),
        (Discharge("7B-01", ""), "name of the person"),
    ],
)
def test_entries_that_cannot_be_are_refused(ward, command, sentence):
    ward.ask(Admit(patient(), "A"))
    assert sentence in ward.ask(command).error
    assert ward.store.findings == ward.store.pump_events == []


def test_standby_silences_the_bed_says_why_and_ends(ward):
    ward.ask(Admit(patient(), "A"))
    ward.run(40, {HR: 150})
    assert ward.ask(SetStandby("7B-01", "MRI", "Nurse A")) == Reply()
    bed = ward.bed()
    assert (bed.state, bed.standby_reason, bed.alarms) == (BedState.STANDBY, "MRI", ())
    assert "already" in ward.ask(SetStandby("7B-01", "CT", "Nurse A")).error
    ward.run(100, {HR: 150})
    assert ward.bed().alarms == ()
    assert ward.ask(SetStandby("7B-01", "", "Nurse A")) == Reply()
    ward.run(1, {HR: 150})
    assert ward.alarm("limit:hr:high") is not None
    assert [(e.act, e.by, e.detail) for e in ward.store.audit[1:]] == [
        ("standby", "Nurse A", "MRI"),
        ("standby ended", "Nurse A", ""),
    ]


def test_notes_of_a_screen_go_into_the_audit_trail(ward):
    assert ward.ask(AuditNote("Nurse A", "sound paused", "2 min")) == Reply()
    assert [(e.by, e.act, e.detail) for e in ward.store.audit] == [("Nurse A", "sound paused", "2 min")]


def test_what_cannot_be_recorded_is_in_force_and_says_so(ward):
    ward.run(40, {HR: 150})
    alarm = ward.alarm("limit:hr:high")
    ward.store.error = OSError("disk full")
    reply = ward.ask(Acknowledge(alarm.id, alarm.version, "Nurse A", "seen"))
    assert reply.error == "This is in force but not recorded: disk full"
    assert ward.alarm("limit:hr:high").acknowledged.by == "Nurse A"


def test_one_alarm_answered_twice_in_one_moment_has_one_winner(ward):
    ward.run(40, {HR: 150})
    alarm = ward.alarm("limit:hr:high")
    replies = [ward.ask(Acknowledge(alarm.id, alarm.version, who, "seen")) for who in ("A", "B")]
    assert [bool(r.error) for r in replies] == [False, True]
    assert sum(t.change is Change.ACKNOWLEDGE for t in ward.store.transitions) == 1


def test_who_is_admitted_is_known_to_the_feeds_until_the_discharge(ward):
    ward.ask(Admit(patient(), "Nurse A"))
    told = ward.core.occupancy()
    assert [(one.bed, one.patient_id) for one in told.occupants] == [("7B-01", patient().patient_id)]
    assert ward.core.occupancy() is told
    ward.ask(Discharge("7B-01", "A"))
    assert ward.core.occupancy().occupants == ()
