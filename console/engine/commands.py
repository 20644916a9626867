"""What a person asks for: each command is checked, done in memory, journalled, and answered when it is durable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime

from console.alarms.lifecycle import UNDO_S, RefusedError
from console.alarms.patient_limits import differences, faults, normalised
from console.engine import acts, checks
from console.engine.bed import Bed
from console.engine.core import WardCore
from console.engine.plain_words import plain_words
from console.engine.stays import Moment
from console.link.commands import (
    Acknowledge,
    AddAlarmNote,
    Admit,
    Ask,
    AuditNote,
    ChartFinding,
    ChartPumpEvent,
    Command,
    Discharge,
    RemoveEntry,
    Reply,
    ReportSound,
    SetLimits,
    SetPumpCard,
    SetRenalImpairment,
    SetStandby,
    SettleQuestion,
    TurnSoundOff,
    UndoAcknowledge,
)
from console.link.people import Gate, OpenGate
from console.store.records import LONGEST_NOTE, AlarmNote, AuditEntry
from console.ward import pump_card
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.limits import OwnLimits
from console.ward.patient import Patient, RiskFlag

Journalled = tuple[str, list["Future[None]"]]
"""Id of what was charted ("" for none), and the journal entries to wait for."""


class CommandHandler:
    """Does commands on the ward, which the gate lets through. Used by the engine thread alone."""

    def __init__(self, core: WardCore, gate: Gate | None = None) -> None:
        self._core = core
        self._gate = gate or OpenGate()
        self._acts: dict[type, Callable[..., Journalled]] = {
            Acknowledge: self._acknowledge,
            UndoAcknowledge: self._undo,
            Admit: self._admit,
            Discharge: self._discharge,
            SettleQuestion: self._settle,
            ChartFinding: self._chart_finding,
            ChartPumpEvent: self._chart_pump_event,
            RemoveEntry: self._remove,
            SetStandby: self._standby,
            SetLimits: self._limits,
            SetPumpCard: self._pump_card,
            SetRenalImpairment: self._renal,
            AddAlarmNote: self._alarm_note,
            ReportSound: self._sound,
            TurnSoundOff: self._sound_off,
            AuditNote: self._note,
        }

    def handle(self, ask: Ask, now: float, utc: datetime) -> None:
        """Do it; the future of `ask` ends when all of it is journalled, or at once with the reason of a refusal."""
        if not ask.future.set_running_or_notify_cancel():
            return
        try:
            entry_id, journal = self.act(plain_words(ask.command), Moment(now, utc))
        except RefusedError as refusal:
            ask.future.set_result(Reply(str(refusal)))
        except Exception as error:
            ask.future.set_exception(error)
            raise
        else:
            _reply_when_durable(ask.future, entry_id, journal)

    def act(self, command: Command, at: Moment) -> Journalled:
        """Check and do one command. Raises lifecycle.RefusedError with a plain sentence."""
        if command.right is not None:
            _refuse(self._gate.refusal(command.by, command.right))
        return self._acts[type(command)](command, at)

    # --- alarms --------------------------------------------------------------------------------------------------

    def _acknowledge(self, command: Acknowledge, at: Moment) -> Journalled:
        holder, bed = self._core.find_alarm(command.alarm_id)
        transition = holder.acknowledge(command.alarm_id, command.version, command.by, command.reason, at.now, at.utc)
        return "", [self._core.record([transition], bed, [acts.acknowledged(transition)])]

    def _undo(self, command: UndoAcknowledge, at: Moment) -> Journalled:
        holder, bed = self._core.find_alarm(command.alarm_id)
        within = UNDO_S * self._core.speed
        before = next((alarm for alarm in holder.alarms() if alarm.id == command.alarm_id), None)
        undone = holder.undo(command.alarm_id, command.by, at.now, at.utc, within)
        return "", [self._core.record([undone], bed, [acts.unacknowledged(undone, before or undone.alarm)])]

    def _sound(self, command: ReportSound, at: Moment) -> Journalled:
        if not self._core.watch.sound(command.station, command.working, command.detail):
            return "", []
        act = "alarm sound works" if command.working else "alarm sound failed"
        return "", [self._core.audit(AuditEntry(at.utc, "system", act, "", f"{command.station}: {command.detail}"))]

    def _sound_off(self, command: TurnSoundOff, at: Moment) -> Journalled:
        policy = self._core.plan.signals
        _refuse(policy.audio_off_refusal(command.by))
        told = f"alarm sound off for {policy.audio_off_s / 60:.0f} min"
        entry = AuditEntry(at.utc, command.by, told, station=command.station, before="on", after="off")
        return "", [self._core.audit(entry)]

    def _note(self, command: AuditNote, at: Moment) -> Journalled:
        told = AuditEntry(
            at.utc, command.by, command.act, command.bed, command.detail, "", command.before, command.after
        )
        return "", [self._core.audit(told)]

    def _alarm_note(self, command: AddAlarmNote, at: Moment) -> Journalled:
        _require_name(command.by)
        text = command.text.strip()
        if not text or len(text) > LONGEST_NOTE:
            raise RefusedError(f"A note has 1 to {LONGEST_NOTE:,} characters.")
        note = AlarmNote(at.utc, command.by.strip(), text)
        return "", [self._core.store.put_note(command.alarm_id, note)]

    # --- stays ---------------------------------------------------------------------------------------------------

    def _admit(self, command: Admit, at: Moment) -> Journalled:
        core, patient = self._core, command.patient
        bed = self._bed(patient.bed)
        _require_name(command.by)
        if bed.patient is not None:
            raise RefusedError(f"{bed.name} is taken by {bed.patient.name}; discharge first.")
        for other in core.beds.values():
            if other.patient is not None and other.patient.is_called(patient.ids):
                raise RefusedError(f"{other.patient.name} ({patient.patient_id}) is already admitted to {other.name}.")
        _refuse(checks.check_patient(patient, at.utc.date()))
        for event in command.pump_events:
            if event.by and event.by != command.by:
                _refuse(self._gate.refusal(event.by, ChartPumpEvent.right))
            _refuse(checks.check_pump_event(replace(event, by=event.by or command.by), at.utc))
        events = [replace(e, id=core.new_id(), by=e.by or command.by) for e in command.pump_events]
        core.stays.begin(patient, events, at)
        core.touch(bed)
        journal = [core.store.put_admission(patient, command.by, [acts.admitted(patient, command.by, at.utc)])]
        journal += [
            core.store.put_pump_event(
                patient.patient_id, bed.name, event, [acts.pump_event_charted(patient, event, at.utc)]
            )
            for event in events
        ]
        core.desk.review(at)
        return "", journal

    def _discharge(self, command: Discharge, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        patient = _patient(bed)
        self._core.stays.end(bed, command.by, at)
        self._core.touch(bed)
        entry = acts.discharged(patient, command.by, at.utc)
        journal = [self._core.store.put_discharge(bed.name, patient.patient_id, at.utc, command.by, [entry])]
        self._core.desk.review(at)
        return "", journal

    def _settle(self, command: SettleQuestion, at: Moment) -> Journalled:
        _require_name(command.by)
        return "", [self._core.desk.settle(command.question_id, command.answer, command.by, at)]

    def _standby(self, command: SetStandby, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        on = bool(command.reason.strip())
        if on == bool(bed.standby_reason):
            raise RefusedError(f"{bed.name} is {'already' if on else 'not'} on standby.")
        entry = acts.standby(bed.name, bed.standby_reason, command.reason.strip(), command.by, at.utc)
        bed.standby_reason, bed.standby_since = (command.reason.strip(), at.utc) if on else ("", None)
        written = self._core.record(bed.alarms.set_standby(on, at.now, at.utc, command.by), bed, [entry])
        self._core.touch(bed)
        return "", [written]

    def _limits(self, command: SetLimits, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        patient = _patient(bed)
        before = bed.alarms.limits_view
        if command.seen != before.own:
            raise RefusedError(f"{before.by or 'Somebody'} has changed these limits meanwhile. Look at them again.")
        _refuse(" ".join(faults(command.limits, before.ward)))
        own = normalised(command.limits, before.ward)
        if own == before.own:
            return "", []
        bed.alarms.set_limits(own, command.by, at.now)
        self._core.touch(bed)
        told = differences(before.as_set, bed.alarms.limits_view.as_set)
        entry = acts.changed(told, "limits changed", bed.name, command.by, at.utc)
        return "", [self._core.store.put_limits(patient.patient_id, bed.name, OwnLimits(own, command.by), entry)]

    def _pump_card(self, command: SetPumpCard, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        patient = _patient(bed)
        before = bed.pump_card
        if command.seen != before:
            by = before.by if before is not None else "Somebody"
            raise RefusedError(f"{by} has changed this pump card meanwhile. Look at it again.")
        _refuse(" ".join(pump_card.faults(command.card, at.utc).values()))
        told = pump_card.differences(before, command.card)
        if before is not None and not told:
            return "", []
        card = replace(command.card, by=command.by, at=at.utc)
        bed.set_pump_cards((*bed.pump_cards, card))
        self._core.touch(bed)
        entry = acts.changed(told, "pump card charted", bed.name, command.by, at.utc)
        return "", [self._core.store.put_pump_card(patient.patient_id, bed.name, card, entry)]

    def _renal(self, command: SetRenalImpairment, at: Moment) -> Journalled:
        bed, flag = self._bed(command.bed), RiskFlag.RENAL_IMPAIRMENT
        _require_name(command.by)
        before = _patient(bed)
        flags, declined = (before.flags | {flag}, before.declined - {flag})
        if not command.on:
            flags, declined = (before.flags - {flag}, before.declined | {flag})
        if (flags, declined) == (before.flags, before.declined):
            return "", []
        patient = replace(before, flags=flags, declined=declined)
        bed.alarms.reflag(patient)
        self._core.touch(bed)
        entry = acts.risk_flags(before, patient, command.by, at.utc)
        return "", [self._core.store.put_admission(patient, command.by, [entry])]

    # --- charting ------------------------------------------------------------------------------------------------

    def _chart_finding(self, command: ChartFinding, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        patient = _patient(bed)
        _refuse(checks.check_finding(command.finding, at.utc))
        finding = replace(command.finding, id=self._core.new_id())
        bed.findings.append(finding)
        bed.alarms.chart_finding(finding)
        self._core.touch(bed)
        entry = acts.finding_charted(patient, finding, at.utc)
        return finding.id, [self._core.store.put_finding(patient.patient_id, bed.name, finding, [entry])]

    def _chart_pump_event(self, command: ChartPumpEvent, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        patient = _patient(bed)
        _refuse(checks.check_pump_event(command.event, at.utc))
        event = replace(command.event, id=self._core.new_id())
        bed.pump_events.append(event)
        bed.alarms.chart_pump_event(event)
        self._core.touch(bed)
        entry = acts.pump_event_charted(patient, event, at.utc)
        return event.id, [self._core.store.put_pump_event(patient.patient_id, bed.name, event, [entry])]

    def _remove(self, command: RemoveEntry, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        charted: list[NurseObservation | PumpEvent] = [*bed.findings, *bed.pump_events]
        known = {entry.id: entry for entry in charted}
        if command.entry_id not in known:
            raise RefusedError("This entry is not there any more.")
        told = acts.struck(bed.patient, bed.name, known[command.entry_id], command.by, at.utc)
        bed.findings = [finding for finding in bed.findings if finding.id != command.entry_id]
        bed.pump_events = [event for event in bed.pump_events if event.id != command.entry_id]
        bed.alarms.strike(command.entry_id)
        self._core.touch(bed)
        return command.entry_id, [self._core.store.strike_entry(command.entry_id, at.utc, command.by, [told])]

    def _bed(self, name: str) -> Bed:
        bed = self._core.beds.get(name)
        if bed is None:
            raise RefusedError(f"{name} is not a bed of this ward.")
        return bed


def _patient(bed: Bed) -> Patient:
    if bed.patient is None:
        raise RefusedError(f"Nobody is admitted to {bed.name}.")
    return bed.patient


def _refuse(sentence: str) -> None:
    if sentence:
        raise RefusedError(sentence)


def _require_name(by: str) -> None:
    if not by.strip():
        raise RefusedError("This needs the name of the person.")


def _reply_when_durable(reply: Future[Reply], entry_id: str, journal: Iterable[Future[None]]) -> None:
    """End `reply` with the last of the journal entries; the thread that writes them ends it."""
    waiting = list(journal)
    if not waiting:
        reply.set_result(Reply(entry_id=entry_id))
        return
    first, *rest = waiting

    def done(written: Future[None]) -> None:
        error = None if written.cancelled() else written.exception()
        if written.cancelled() or error is not None:
            cause = "the record was closed" if error is None else str(error)
            reply.set_result(Reply(f"This is in force but not recorded: {cause}", entry_id))
        else:
            _reply_when_durable(reply, entry_id, rest)

    first.add_done_callback(done)
