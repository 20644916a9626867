"""A store in memory and short ways to make what the alarm tests need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from itertools import count
from typing import Any

from console.alarms.alarm import Alarm, Transition
from console.store.records import (
    AlarmNote,
    AlarmRecord,
    AuditEntry,
    HistoryFigures,
    HistoryFilter,
    HistoryPage,
    Receipt,
    Restored,
    Sample,
    Told,
    Trend,
)
from console.store.stay_changes import Admissions, Change, Closed, Opened
from console.store.timeline_records import Timeline
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.labs import LabResult
from console.ward.limits import OwnLimits
from console.ward.patient import Patient
from console.ward.pump_card import PumpCard
from drivers.observation import Observation, Parameter, Status

START = 1_800_000_000.0
"""A whole minute of engine time."""


def utc(now: float) -> datetime:
    """Wall time of an engine time."""
    return datetime.fromtimestamp(now, UTC)


def ids() -> Any:
    """Identifiers a1, a2, ..."""
    numbers = count(1)
    return lambda: f"a{next(numbers)}"


def observation(
    parameter: Parameter,
    value: float | None,
    now: float,
    source: str = "monitor",
    status: Status | None = None,
    measured: float | None = None,
    site: str | None = None,
) -> Observation:
    """A value received at `now`; measured at the same time unless told otherwise."""
    received = utc(now)
    return Observation(
        parameter,
        value,
        status or (Status.UNAVAILABLE if value is None else Status.VALID),
        source,
        received,
        received if measured is None else utc(measured),
        now,
        site,
    )


def patient(bed: str = "7B-01", patient_id: str = "P1", **more: Any) -> Patient:
    """An adult."""
    return Patient(patient_id, "Test, Anna", bed, utc(START), **{"age": 50, **more})


def _done(result: Any = None) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(result)
    return future


class MemoryStore:
    """Implements console.store.store.Store in lists. error: what every journal entry fails with, None for success."""

    def __init__(self, restored: Restored | None = None, admissions: Admissions | None = None) -> None:
        self.failure = ""
        self.samples_dropped = 0
        self.error: Exception | None = None
        self.samples: list[Sample] = []
        self.receipts: dict[str, Receipt] = {}
        self.transitions: list[Transition] = []
        self.admissions: list[Patient] = []
        self.discharges: list[tuple[str, str]] = []
        self.changes: list[Change] = []
        self.findings: list[NurseObservation] = []
        self.pump_events: list[PumpEvent] = []
        self.struck: list[str] = []
        self.limits: list[OwnLimits] = []
        self.pump_cards: list[PumpCard] = []
        self.audit: list[AuditEntry] = []
        self.notes: list[AlarmNote] = []
        self.labs: list[LabResult] = []
        self.told: list[Told] = []
        self._restored = restored or Restored()
        self._admissions = admissions or Admissions()

    def _journal(self, kept: list[Any], rows: Iterable[Any], entries: Iterable[AuditEntry] = ()) -> Future[None]:
        if self.error is not None:
            future: Future[None] = Future()
            future.set_exception(self.error)
            return future
        kept.extend(rows)
        self.audit.extend(entries)
        return _done()

    def put_samples(self, samples: Sequence[Sample]) -> None:
        self.samples.extend(samples)

    def put_message(self, receipt: Receipt, samples: Sequence[Sample], labs: Sequence[LabResult] = ()) -> Future[bool]:
        if self.error is not None:
            future: Future[bool] = Future()
            future.set_exception(self.error)
            return future
        if receipt.key in self.receipts:
            return _done(False)
        self.receipts[receipt.key] = receipt
        self.samples.extend(samples)
        self.labs.extend(labs)
        return _done(True)

    def put_transitions(self, transitions: Iterable[Transition], entries: Sequence[AuditEntry] = ()) -> Future[None]:
        return self._journal(self.transitions, transitions, entries)

    def put_admission(self, patient: Patient, by: str, entries: Sequence[AuditEntry] = ()) -> Future[None]:
        return self._journal(self.admissions, [patient], entries)

    def put_discharge(
        self, bed: str, patient_id: str, at: datetime, by: str, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]:
        return self._journal(self.discharges, [(bed, patient_id)], entries)

    def put_changes(self, changes: Sequence[Change]) -> Future[None]:
        for change in changes:
            match change:
                case Opened():
                    self.admissions.append(change.patient)
                case Closed():
                    self.discharges.append((change.bed, change.patient_id))
                case AuditEntry():
                    self.audit.append(change)
        return self._journal(self.changes, changes)

    def restore_admissions(self) -> Admissions:
        return self._admissions

    def put_finding(
        self, patient_id: str, bed: str, finding: NurseObservation, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]:
        return self._journal(self.findings, [finding], entries)

    def put_pump_event(
        self, patient_id: str, bed: str, event: PumpEvent, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]:
        return self._journal(self.pump_events, [event], entries)

    def strike_entry(self, entry_id: str, at: datetime, by: str, entries: Sequence[AuditEntry] = ()) -> Future[None]:
        return self._journal(self.struck, [entry_id], entries)

    def put_pump_card(self, patient_id: str, bed: str, card: PumpCard, entry: AuditEntry) -> Future[None]:
        return self._journal(self.pump_cards, [card], [entry])

    def put_limits(self, patient_id: str, bed: str, limits: OwnLimits, entry: AuditEntry) -> Future[None]:
        return self._journal(self.limits, [limits], [entry])

    def put_audit(self, entry: AuditEntry) -> Future[None]:
        return self._journal(self.audit, [entry])

    def put_told(self, reports: Sequence[Told]) -> Future[int]:
        self.told.extend(reports)
        return _done(0)

    def restore(self) -> Restored:
        return self._restored

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        return _done(HistoryPage((), offset, 0))

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]:
        return _done(HistoryFigures(0))

    def answerers(self) -> Future[tuple[str, ...]]:
        return _done(())

    def put_note(self, alarm_id: str, note: AlarmNote) -> Future[None]:
        return self._journal(self.notes, [note])

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        return _done()

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        return _done(Timeline(start, end, 0))

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]:
        return _done()

    def trend(self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Future[Trend]:
        return _done(Trend(bed, start, end))

    def close(self) -> None:
        """Nothing to close."""


def live(alarms: Iterable[Alarm]) -> list[str]:
    """Texts of alarms, for readable assertions."""
    return [alarm.condition.text for alarm in alarms]
