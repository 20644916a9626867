"""Every act of a person leaves its entry with who, where, old and new value, handed over together with the act."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from console.alarms.alarm import Change
from console.link.commands import (
    Acknowledge,
    AddAlarmNote,
    Admit,
    AuditNote,
    ChartFinding,
    ChartPumpEvent,
    Command,
    Discharge,
    RemoveEntry,
    ReportSound,
    SetLimits,
    SetPumpCard,
    SetRenalImpairment,
    SetStandby,
    SettleQuestion,
    TurnSoundOff,
    UndoAcknowledge,
)
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.limits import LimitSetting
from console.ward.pump_card import PumpCard
from drivers.observation import Parameter
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import START, patient, utc

BED, BY, HR = "7B-01", "Nurse A", Parameter.HR
ADMIT = Admit(patient(), BY)
RIGID = NurseObservation("rigidity", utc(START), BY, "both legs")
STALL = PumpEvent(PumpEventKind.DOSE_DECREASE, utc(START - 3600), BY, percent=30.0)


def alarming(ward) -> str:
    ward.ask(ADMIT)
    ward.run(40, {HR: 150})
    return ward.alarm("limit:hr:high").id


def acknowledged(ward) -> Command:
    number = alarming(ward)
    ward.ask(Acknowledge(number, ward.alarm("limit:hr:high").version, BY, "seen"))
    return UndoAcknowledge(number, BY)


def admitted(command: Command) -> Callable:
    def prepare(ward) -> Command:
        ward.ask(ADMIT)
        return command

    return prepare


def charted(ward) -> Command:
    ward.ask(ADMIT)
    return RemoveEntry(BED, ward.ask(ChartFinding(BED, RIGID)).entry_id, "Nurse B")


def event_charted(ward) -> Command:
    ward.ask(ADMIT)
    return RemoveEntry(BED, ward.ask(ChartPumpEvent(BED, STALL)).entry_id, "Nurse B")


def answer(ward) -> Command:
    number = alarming(ward)
    return Acknowledge(number, ward.alarm("limit:hr:high").version, BY, "seen")


def on_standby(ward) -> Command:
    ward.ask(ADMIT)
    ward.ask(SetStandby(BED, "MRI", BY))
    return SetStandby(BED, "", BY)


FINDING = "rigidity at 2027-01-15T08:00:00+00:00: both legs"
EVENT = "dose_decrease 30 % at 2027-01-15T07:00:00+00:00"
PERSON = "Test, Anna (P1); 50 years; pump unknown"

ACTS = {
    "acknowledge": (answer, BY, "alarm acknowledged", BED, "unanswered", "acknowledged by Nurse A: seen"),
    "undo": (
        acknowledged, BY, "acknowledgement taken back", BED, "acknowledged by Nurse A: seen", "unanswered",
    ),
    "admit": (lambda _: ADMIT, BY, "patient admitted", BED, "nobody", PERSON),
    "discharge": (admitted(Discharge(BED, BY)), BY, "patient discharged", BED, PERSON, "nobody"),
    "standby": (admitted(SetStandby(BED, "MRI", BY)), BY, "standby", BED, "monitored", "standby: MRI"),
    "standby ended": (on_standby, BY, "standby ended", BED, "standby: MRI", "monitored"),
    "finding": (admitted(ChartFinding(BED, RIGID)), BY, "finding charted", BED, "", FINDING),
    "finding struck": (charted, "Nurse B", "finding struck out", BED, FINDING, "struck out"),
    "pump event": (admitted(ChartPumpEvent(BED, STALL)), BY, "pump event charted", BED, "", EVENT),
    "pump event struck": (event_charted, "Nurse B", "pump event struck out", BED, EVENT, "struck out"),
    "limits": (
        admitted(SetLimits(BED, (LimitSetting(HR, 40, 50, 120, 135),), (), BY)), BY, "limits changed", BED, "HR",
        "135 /min",
    ),
    "pump card": (
        admitted(SetPumpCard(BED, PumpCard(dose_ug_day=250.0), None, BY)), BY, "pump card charted", BED,
        "Dose: not known", "Dose: 250 µg/day",
    ),
    "risk flag": (
        admitted(SetRenalImpairment(BED, True, BY)), BY, "risk flag", BED, "no risk flag", "renal_impairment",
    ),
    "sound at a screen": (
        lambda _: AuditNote(BY, "alarm volume changed", "", BED, "3", "4"), BY, "alarm volume changed", BED, "3", "4",
    ),
    "sound fails": (
        lambda _: ReportSound("desk 1", False, "no device"), "system", "alarm sound failed", "", "", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_an_act_leaves_one_entry_with_old_and_new_value(ward, name: str) -> None:
    prepare, by, act, bed, before, after = ACTS[name]
    command = prepare(ward)
    ward.store.audit.clear()
    assert ward.ask(command).error == ""
    (entry,) = ward.store.audit
    assert (entry.by, entry.act, entry.bed, entry.at) == (by, act, bed, utc(ward.now))
    assert before in entry.before
    assert after in entry.after
    assert bool(before) == bool(entry.before)
    assert bool(after) == bool(entry.after)


def test_no_command_is_without_its_line_above() -> None:
    """Settling a question is tried with the admissions, turning sound off with the rules that allow it, a note on a
    store: its entry is made where the note is."""
    tried = {type(prepare(Ward())) for prepare, *_ in ACTS.values()}
    assert set(get_args(Command)) - tried == {SettleQuestion, TurnSoundOff, AddAlarmNote}


def test_the_entry_and_the_step_are_handed_over_together(ward) -> None:
    """One call of the store carries both: what fails, fails whole."""
    command = answer(ward)
    ward.store.audit.clear()
    steps = len(ward.store.transitions)
    ward.store.error = RuntimeError("disk full")
    assert "not recorded" in ward.ask(command).error
    assert ward.store.audit == []
    assert not [s for s in ward.store.transitions[steps:] if s.change is Change.ACKNOWLEDGE]
