"""The store as the rest of the console sees it. Every method may be called from any thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from console.alarms.alarm import Transition
from console.store.records import (
    AlarmNote,
    AlarmRecord,
    AuditEntry,
    HistoryFigures,
    HistoryFilter,
    HistoryPage,
    MessageFilter,
    MessagePage,
    MessageRow,
    Receipt,
    Restored,
    Sample,
    Told,
    Trend,
)
from console.store.stay_changes import Admissions, Change
from console.store.timeline_records import Timeline
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.labs import LabResult
from console.ward.limits import OwnLimits
from console.ward.patient import Patient
from console.ward.pump_card import PumpCard
from drivers.observation import Parameter


class Store(Protocol):
    """One writer thread behind a bounded queue, readers on a small pool.

    The futures of journal entries end when they are durable (synchronous FULL) or with the error that stopped
    them. Samples are taken without an answer; what had to be dropped because the disk does not take any more is
    counted in `samples_dropped` and told by `failure`. `entries` of an act go into the audit trail in the transaction
    of the act: neither is ever there without the other.
    """

    @property
    def failure(self) -> str:
        """One plain sentence while writing fails ("Recording stopped - disk full"), "" while it works."""
        ...

    @property
    def samples_dropped(self) -> int: ...

    def put_samples(self, samples: Sequence[Sample]) -> None: ...

    def put_message(self, receipt: Receipt, samples: Sequence[Sample], labs: Sequence[LabResult] = ()) -> Future[bool]:
        """An HL7 message with its samples and laboratory results in one durable commit (grouped: at most 20 ms or 64
        messages).
        The future gives False when the key was already there (nothing is stored twice)."""
        ...

    def put_transitions(
        self, transitions: Iterable[Transition], entries: Sequence[AuditEntry] = ()
    ) -> Future[None]: ...

    def put_admission(self, patient: Patient, by: str, entries: Sequence[AuditEntry] = ()) -> Future[None]: ...

    def put_discharge(
        self, bed: str, patient_id: str, at: datetime, by: str, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]: ...

    def put_changes(self, changes: Sequence[Change]) -> Future[None]:
        """What movements of patients change, in one durable commit. Written also after its future has failed."""
        ...

    def restore_admissions(self) -> Admissions:
        """Open questions and what is known of movements, read once at start."""
        ...

    def put_finding(
        self, patient_id: str, bed: str, finding: NurseObservation, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]: ...

    def put_pump_event(
        self, patient_id: str, bed: str, event: PumpEvent, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]: ...

    def strike_entry(
        self, entry_id: str, at: datetime, by: str, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]: ...

    def put_limits(self, patient_id: str, bed: str, limits: OwnLimits, entry: AuditEntry) -> Future[None]:
        """Limits of the patient's stay, and the audit of the change, in one durable commit."""
        ...

    def put_pump_card(self, patient_id: str, bed: str, card: PumpCard, entry: AuditEntry) -> Future[None]:
        """A version of the pump card of the patient's stay, and the audit of it, in one durable commit."""
        ...

    def put_audit(self, entry: AuditEntry) -> Future[None]: ...

    def put_told(self, reports: Sequence[Told]) -> Future[int]:
        """Who was told of our alarms; the future gives how many reports were about no alarm of ours."""
        ...

    def restore(self) -> Restored:
        """Open stays and alarms, read once at start."""
        ...

    def put_note(self, alarm_id: str, note: AlarmNote) -> Future[None]:
        """A note to an alarm and the audit of it, in one durable commit."""
        ...

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]: ...

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]: ...

    def answerers(self) -> Future[tuple[str, ...]]: ...

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]: ...

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        """What was there between two times, one by one or counted; see console.store.timeline."""
        ...

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]: ...

    def trend(self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Future[Trend]: ...

    def messages(self, wanted: MessageFilter, before: int | None = None) -> Future[MessagePage]:
        """A page of the stored HL7 messages, newest first; before: of the page before."""
        ...

    def message(self, number: int) -> Future[tuple[MessageRow, Receipt] | None]:
        """One stored HL7 message; its bytes are empty when they were let go. None when it is there no more."""
        ...

    def close(self) -> None:
        """Write what is queued, then end the threads; at most 10 s."""
        ...
