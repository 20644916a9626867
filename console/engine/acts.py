"""Acts of a person as the audit trail tells them: who, where, the old and the new value in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from console.alarms.alarm import Alarm, Transition
from console.store.records import AuditEntry
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.difference import Difference
from console.ward.patient import Patient

UNANSWERED = "unanswered"


def acknowledged(step: Transition) -> AuditEntry:
    """An alarm was answered."""
    return AuditEntry(
        step.at, step.by, "alarm acknowledged", step.alarm.bed, _alarm(step.alarm), "", UNANSWERED, _answer(step.alarm)
    )


def unacknowledged(step: Transition, before: Alarm) -> AuditEntry:
    """An acknowledgement was taken back. before: the alarm as it was answered."""
    return AuditEntry(
        step.at, step.by, "acknowledgement taken back", before.bed, _alarm(before), "", _answer(before), UNANSWERED
    )


def admitted(patient: Patient, by: str, at: datetime) -> AuditEntry:
    """A stay has begun."""
    return AuditEntry(at, by, "patient admitted", patient.bed, "", "", "nobody", _patient(patient))


def discharged(patient: Patient, by: str, at: datetime) -> AuditEntry:
    """A stay has ended."""
    return AuditEntry(at, by, "patient discharged", patient.bed, "", "", _patient(patient), "nobody")


def finding_charted(patient: Patient, finding: NurseObservation, at: datetime) -> AuditEntry:
    """A finding was charted."""
    return AuditEntry(at, finding.by, "finding charted", patient.bed, patient.patient_id, after=_finding(finding))


def pump_event_charted(patient: Patient, event: PumpEvent, at: datetime) -> AuditEntry:
    """A pump event was charted."""
    return AuditEntry(at, event.by, "pump event charted", patient.bed, patient.patient_id, after=_event(event))


def struck(patient: Patient | None, bed: str, entry: NurseObservation | PumpEvent, by: str, at: datetime) -> AuditEntry:
    """An entry was struck out; it stays in the journal."""
    number = "" if patient is None else patient.patient_id
    if isinstance(entry, PumpEvent):
        return AuditEntry(at, by, "pump event struck out", bed, number, "", _event(entry), "struck out")
    return AuditEntry(at, by, "finding struck out", bed, number, "", _finding(entry), "struck out")


def standby(bed: str, before: str, reason: str, by: str, at: datetime) -> AuditEntry:
    """Monitoring was suspended (reason) or goes on (""). before: the reason of a standby that ends."""
    was, now = (f"standby: {text}" if text else "monitored" for text in (before, reason))
    return AuditEntry(at, by, "standby" if reason else "standby ended", bed, reason, "", was, now)


def risk_flags(before: Patient, after: Patient, by: str, at: datetime, why: str = "") -> AuditEntry:
    """Risk flags of a patient were set or taken away."""
    return AuditEntry(at, by, "risk flag", after.bed, why, "", _flags(before), _flags(after))


def changed(told: Sequence[Difference], act: str, bed: str, by: str, at: datetime) -> AuditEntry:
    """Values were changed, each told by its name, old and new."""
    before = "; ".join(f"{one.name}: {one.before}" for one in told)
    after = "; ".join(f"{one.name}: {one.after}" for one in told)
    return AuditEntry(at, by, act, bed, "; ".join(map(str, told)), "", before, after)


def _alarm(alarm: Alarm) -> str:
    return f"{alarm.condition.text}, {alarm.priority.word} priority, alarm {alarm.id} version {alarm.version}"


def _answer(alarm: Alarm) -> str:
    answer = alarm.acknowledged
    if answer is None:
        return UNANSWERED
    return f"acknowledged by {answer.by}{f': {answer.reason}' if answer.reason else ''}"


def _patient(patient: Patient) -> str:
    parts = [
        f"{patient.name} ({patient.patient_id})",
        f"born {patient.born}" if patient.born else "",
        f"{patient.age} years" if patient.age is not None else "",
        patient.sex,
        f"{patient.weight_kg:g} kg" if patient.weight_kg is not None else "",
        _flags(patient) if patient.flags else "",
        f"pump {'known' if patient.pump_known else 'unknown'}",
    ]
    return "; ".join(part for part in parts if part)


def _flags(patient: Patient) -> str:
    return ", ".join(sorted(flag.value for flag in patient.flags)) or "no risk flag"


def _finding(finding: NurseObservation) -> str:
    return f"{finding.code} at {finding.at.isoformat(timespec='seconds')}{_noted(finding.note)}"


def _event(event: PumpEvent) -> str:
    size = "" if event.percent is None else f" {event.percent:g} %"
    sure = ", confirmed" if event.confirmed else ""
    return f"{event.kind.value}{size} at {event.at.isoformat(timespec='seconds')}{sure}{_noted(event.note)}"


def _noted(note: str) -> str:
    return f": {note}" if note else ""
