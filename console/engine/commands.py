"""What a person asks for: each command is checked, done in memory, journalled, and answered when it is durable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime

from console.alarms.lifecycle import UNDO_S, RefusedError
from console.alarms.patient_limits import changes, faults, normalised
from console.engine import checks
from console.engine.bed import Bed
from console.engine.core import WardCore
from console.engine.stays import Moment
from console.link.commands import (
    Acknowledge,
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
    UndoAcknowledge,
)
from console.store.records import AuditEntry
from console.ward import pump_card
from console.ward.limits import OwnLimits
from console.ward.patient import RiskFlag

Journalled = tuple[str, list["Future[None]"]]
"""Id of what was charted ("" for none), and the journal entries to wait for."""


class CommandHandler:
    """Does commands on the ward. Used by the engine thread alone."""

    def __init__(self, core: WardCore) -> None:
        self._core = core
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
            ReportSound: self._sound,
            AuditNote: self._note,
        }

    def handle(self, ask: Ask, now: float, utc: datetime) -> None:
        """Do it; the future of `ask` ends when all of it is journalled, or at once with the reason of a refusal."""
        if not ask.future.set_running_or_notify_cancel():
            return
        try:
            entry_id, journal = self.act(ask.command, Moment(now, utc))
        except RefusedError as refusal:
            ask.future.set_result(Reply(str(refusal)))
        except Exception as error:
            ask.future.set_exception(error)
            raise
        else:
            _reply_when_durable(ask.future, entry_id, journal)

    def act(self, command: Command, at: Moment) -> Journalled:
        """Check and do one command. Raises lifecycle.RefusedError with a plain sentence."""
        return self._acts[type(command)](command, at)

    # --- alarms --------------------------------------------------------------------------------------------------

    def _acknowledge(self, command: Acknowledge, at: Moment) -> Journalled:
        holder, bed = self._core.find_alarm(command.alarm_id)
        transition = holder.acknowledge(command.alarm_id, command.version, command.by, command.reason, at.now, at.utc)
        return "", [self._core.record([transition], bed)]

    def _undo(self, command: UndoAcknowledge, at: Moment) -> Journalled:
        holder, bed = self._core.find_alarm(command.alarm_id)
        within = UNDO_S * self._core.speed
        undone = holder.undo(command.alarm_id, command.by, at.now, at.utc, within)
        return "", [self._core.record([undone], bed)]

    def _sound(self, command: ReportSound, at: Moment) -> Journalled:
        if not self._core.watch.sound(command.station, command.working, command.detail):
            return "", []
        act = "alarm sound works" if command.working else "alarm sound failed"
        return "", [self._core.audit(AuditEntry(at.utc, "system", act, "", f"{command.station}: {command.detail}"))]

    def _note(self, command: AuditNote, at: Moment) -> Journalled:
        return "", [self._core.audit(AuditEntry(at.utc, command.by, command.act, "", command.detail))]

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
            _refuse(checks.check_pump_event(replace(event, by=event.by or command.by), at.utc))
        events = [replace(e, id=core.new_id(), by=e.by or command.by) for e in command.pump_events]
        core.stays.begin(patient, events, at)
        core.touch(bed)
        journal = [core.store.put_admission(patient, command.by)]
        journal += [core.store.put_pump_event(patient.patient_id, bed.name, event) for event in events]
        core.desk.review(at)
        return "", journal

    def _discharge(self, command: Discharge, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        patient = _patient(bed)
        self._core.stays.end(bed, command.by, at)
        self._core.touch(bed)
        journal = [self._core.store.put_discharge(bed.name, patient, at.utc, command.by)]
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
        bed.standby_reason, bed.standby_since = (command.reason.strip(), at.utc) if on else ("", None)
        journal = [self._core.record(bed.alarms.set_standby(on, at.now, at.utc, command.by), bed)]
        self._core.touch(bed)
        act = "standby" if on else "standby ended"
        journal.append(self._core.audit(AuditEntry(at.utc, command.by, act, bed.name, command.reason)))
        return "", journal

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
        told = changes(before.as_set, bed.alarms.limits_view.as_set)
        entry = AuditEntry(at.utc, command.by, "limits changed", bed.name, told)
        return "", [self._core.store.put_limits(patient, bed.name, OwnLimits(own, command.by), entry)]

    def _pump_card(self, command: SetPumpCard, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        patient = _patient(bed)
        before = bed.pump_card
        if command.seen != before:
            by = before.by if before is not None else "Somebody"
            raise RefusedError(f"{by} has changed this pump card meanwhile. Look at it again.")
        _refuse(" ".join(pump_card.faults(command.card, at.utc).values()))
        told = pump_card.changes(before, command.card)
        if before is not None and not told:
            return "", []
        card = replace(command.card, by=command.by, at=at.utc)
        bed.set_pump_cards((*bed.pump_cards, card))
        self._core.touch(bed)
        entry = AuditEntry(at.utc, command.by, "pump card charted", bed.name, told)
        return "", [self._core.store.put_pump_card(patient, bed.name, card, entry)]

    def _renal(self, command: SetRenalImpairment, at: Moment) -> Journalled:
        bed, flag = self._bed(command.bed), RiskFlag.RENAL_IMPAIRMENT
        _require_name(command.by)
        _patient(bed)
        before = bed.patient
        assert before is not None
        flags, declined = (before.flags | {flag}, before.declined - {flag})
        if not command.on:
            flags, declined = (before.flags - {flag}, before.declined | {flag})
        if (flags, declined) == (before.flags, before.declined):
            return "", []
        patient = replace(before, flags=flags, declined=declined)
        bed.alarms.reflag(patient)
        self._core.touch(bed)
        told = "renal impairment set" if command.on else "renal impairment taken away"
        entry = AuditEntry(at.utc, command.by, "risk flag", bed.name, told)
        return "", [self._core.store.put_admission(patient, command.by), self._core.audit(entry)]

    # --- charting ------------------------------------------------------------------------------------------------

    def _chart_finding(self, command: ChartFinding, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        patient = _patient(bed)
        _refuse(checks.check_finding(command.finding, at.utc))
        finding = replace(command.finding, id=self._core.new_id())
        bed.findings.append(finding)
        bed.alarms.chart_finding(finding)
        self._core.touch(bed)
        return finding.id, [self._core.store.put_finding(patient, bed.name, finding)]

    def _chart_pump_event(self, command: ChartPumpEvent, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        patient = _patient(bed)
        _refuse(checks.check_pump_event(command.event, at.utc))
        event = replace(command.event, id=self._core.new_id())
        bed.pump_events.append(event)
        bed.alarms.chart_pump_event(event)
        self._core.touch(bed)
        return event.id, [self._core.store.put_pump_event(patient, bed.name, event)]

    def _remove(self, command: RemoveEntry, at: Moment) -> Journalled:
        bed = self._bed(command.bed)
        _require_name(command.by)
        known = {finding.id for finding in bed.findings} | {event.id for event in bed.pump_events}
        if command.entry_id not in known:
            raise RefusedError("This entry is not there any more.")
        bed.findings = [finding for finding in bed.findings if finding.id != command.entry_id]
        bed.pump_events = [event for event in bed.pump_events if event.id != command.entry_id]
        bed.alarms.strike(command.entry_id)
        self._core.touch(bed)
        return command.entry_id, [self._core.store.strike_entry(command.entry_id, at.utc, command.by)]

    def _bed(self, name: str) -> Bed:
        bed = self._core.beds.get(name)
        if bed is None:
            raise RefusedError(f"{name} is not a bed of this ward.")
        return bed


def _patient(bed: Bed) -> str:
    if bed.patient is None:
        raise RefusedError(f"Nobody is admitted to {bed.name}.")
    return bed.patient.patient_id


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
