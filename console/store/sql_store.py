"""The store on SQLite or PostgreSQL."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from console.alarms.alarm import Transition
from console.clock import Clock, SystemClock
from console.store import audit, journal
from console.store.admissions import write_changes
from console.store.alarm_notes import add_note
from console.store.anchoring import Anchoring
from console.store.anchors import anchor_file
from console.store.buffer import CAPACITY, SampleBuffer
from console.store.database import Role, open_engine, prepare_file, understand
from console.store.errors import UNFIT, Refused, StoreClosed, StoreError
from console.store.frames import pack
from console.store.history import read_answerers, read_history, read_story
from console.store.history_figures import figures_of
from console.store.housekeeping import COMPACT_S, PRUNE_S, Housekeeping
from console.store.in_turn import InTurn
from console.store.instants import to_us
from console.store.labs import chart_labs
from console.store.lanes import Lanes
from console.store.locate import absolute_url, hidden, sqlite_file
from console.store.migrate import upgrade
from console.store.outbox import Outbox, Route, nowhere
from console.store.people import PeopleStore
from console.store.purging import Plan, plan
from console.store.receipt_pages import read_message_of, read_messages
from console.store.receipts import Retention
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
from console.store.recovery import look_first, look_further
from console.store.restore import read_admissions, read_restored
from console.store.stay_changes import Admissions, Change
from console.store.timeline import read_beside, read_timeline
from console.store.timeline_records import Timeline
from console.store.together import failed
from console.store.trend import read_trend
from console.store.writer import FLUSH_S, Writer
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.labs import LabResult
from console.ward.limits import OwnLimits
from console.ward.patient import Patient
from console.ward.pump_card import PumpCard
from drivers.observation import Parameter

T = TypeVar("T")

LONGEST_TREND = timedelta(hours=73)
READERS = 2


def open_store(
    url: str,
    data_dir: Path | None = None,
    clock: Clock | None = None,
    *,
    capacity: int = CAPACITY,
    deadline_s: float = 10.0,
    flush_s: float = FLUSH_S,
    compact_s: float = COMPACT_S,
    prune_s: float = PRUNE_S,
    retention: Retention | None = None,
    route: Route = nowhere,
    station: str = "",
) -> SqlStore:
    """Open the ward's database, making or upgrading it as needed, and start its writer.

    A relative SQLite path is taken from `data_dir`. A damaged SQLite file is set aside beside the new one and told
    in `notices`. capacity: samples held while nothing can be written. deadline_s: when a journal entry that is not
    durable is given up. flush_s, compact_s, prune_s: how often samples are written, packed, and let go as `retention`
    says. route: which steps of alarms are queued for which alarm managers, in the transaction that records them.
    station: what stands in the audit trail as the place of acts that name none; "" for the name of this computer.
    Raises ConfigError for a bad URL, SchemaTooNew, and StoreError when it cannot be opened.
    """
    clock = clock or SystemClock()
    url = absolute_url(url, data_dir)
    notices: list[str] = []
    complete = True
    try:
        file = sqlite_file(url)
        if file is not None:
            complete = look_first(file, clock.utc(), notices)
        prepare_file(url)
        engine = open_engine(url, Role.JOURNAL)
        try:
            upgrade(engine)
        finally:
            engine.dispose()
    except sqlite3.Error as error:
        raise StoreError(f"{hidden(url)}: the database cannot be opened: {error}") from error
    except DBAPIError as error:
        why = f"{understand(error).value}: {error.orig}".strip()
        raise StoreError(f"{hidden(url)}: the database cannot be opened: {why}") from error
    except OSError as error:
        raise StoreError(f"the database cannot be opened: {error.strerror}: {error.filename}") from error
    return SqlStore(
        url,
        clock,
        notices,
        capacity,
        deadline_s,
        flush_s,
        compact_s,
        prune_s,
        retention or Retention(),
        check_further=not complete,
        route=route,
        station=station or socket.gethostname(),
        anchors=anchor_file(url, data_dir),
    )


class SqlStore:
    """See `console.store.store.Store`. Made by `open_store`."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        notices: Sequence[str],
        capacity: int,
        deadline_s: float,
        flush_s: float,
        compact_s: float,
        prune_s: float,
        retention: Retention,
        check_further: bool,
        route: Route,
        station: str,
        anchors: Path,
    ) -> None:
        self._url = url
        self._station = station
        self._route = route
        self._clock = clock
        self._notices = list(notices)
        self._retention = retention
        self._damage = ""
        self._closed = False
        self._readers: Engine = open_engine(url, Role.READER, READERS)
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._in_turn = InTurn(self._read)
        self._buffer = SampleBuffer(capacity)
        self._anchoring = Anchoring(anchors, clock.utc, self._tell)
        anchor = partial(self._submit, self._anchoring.look)
        self._housekeeping = Housekeeping(self._plan_purge, self._tell, compact_s, prune_s, anchor)
        self._writer = Writer(Lanes(url), self._buffer, self._housekeeping, deadline_s, flush_s)
        self.outbox = Outbox(self._read, lambda act: self._writer.put(act, keep=True))
        self.people = PeopleStore(self._read, lambda act, keep: self._writer.put(act, keep=keep))
        self._notices += self._anchoring.begin(self._read)
        if check_further:
            self._pool.submit(self._check_further)

    @property
    def failure(self) -> str:
        """One plain sentence while writing fails or the file is known to be damaged, else ""."""
        return self._writer.failure or self._damage

    @property
    def notices(self) -> tuple[str, ...]:
        """What happened at the start that the ward should know, in sentences."""
        extra = (self._housekeeping.problem,) if self._housekeeping.problem else ()
        return (*self._notices, *extra)

    @property
    def samples_dropped(self) -> int:
        """Samples that had to be let go since the start because the disk took nothing for too long."""
        return self._buffer.dropped

    @property
    def waiting(self) -> int:
        """Journal entries and messages not yet durable."""
        return self._writer.waiting

    def put_samples(self, samples: Sequence[Sample]) -> None:
        """Take samples; on the disk about a second later."""
        if self._closed:
            self._buffer.refuse(len(samples))
        elif samples:
            self._buffer.add(samples)

    def put_message(self, receipt: Receipt, samples: Sequence[Sample], labs: Sequence[LabResult] = ()) -> Future[bool]:
        """An HL7 message, its samples and laboratory results in one durable commit; False when its key was already
        there."""
        try:
            blobs = pack(samples)
        except UNFIT as error:
            return failed(Refused(f"a sample of the message cannot be stored: {error}"))
        act = (lambda c: chart_labs(c, tuple(labs))) if labs else None
        return self._writer.put(act, receipt=receipt, blobs=blobs)

    def put_transitions(self, transitions: Iterable[Transition], entries: Sequence[AuditEntry] = ()) -> Future[None]:
        """Steps of alarms. Written also after their future has failed: they have happened."""
        steps = tuple(transitions)
        written = self._act(lambda c: journal.write_transitions(c, steps, self._route), entries, keep=True)
        written.add_done_callback(lambda _: self.outbox.announce())
        return written

    def put_admission(self, patient: Patient, by: str, entries: Sequence[AuditEntry] = ()) -> Future[None]:
        """Open a stay, or bring the record of the patient who is there up to date."""
        return self._act(lambda c: journal.admit(c, patient, by), entries)

    def put_discharge(
        self, bed: str, patient_id: str, at: datetime, by: str, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]:
        """End a stay."""
        return self._act(lambda c: journal.discharge(c, bed, patient_id, at, by), entries)

    def put_changes(self, changes: Sequence[Change]) -> Future[None]:
        """What movements of patients change. Written also after its future has failed: they have happened."""
        steps = tuple(self._placed(step) if isinstance(step, AuditEntry) else step for step in changes)
        return self._writer.put(lambda c: write_changes(c, steps), keep=True)

    def restore_admissions(self) -> Admissions:
        """Open questions and what is known of movements. Raises StoreError when they cannot be read."""
        try:
            return self._read(read_admissions)
        except (DBAPIError, ValueError) as error:
            raise StoreError(f"the admissions cannot be restored: {error}") from error

    def put_finding(
        self, patient_id: str, bed: str, finding: NurseObservation, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]:
        """Chart a finding. Give it an id of its own when it may have to be struck out."""
        return self._act(lambda c: journal.chart_finding(c, patient_id, bed, finding), entries)

    def put_pump_event(
        self, patient_id: str, bed: str, event: PumpEvent, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]:
        """Chart a pump event. Give it an id of its own when it may have to be struck out."""
        return self._act(lambda c: journal.chart_pump_event(c, patient_id, bed, event), entries)

    def strike_entry(self, entry_id: str, at: datetime, by: str, entries: Sequence[AuditEntry] = ()) -> Future[None]:
        """Strike out a finding or pump event by its id."""
        return self._act(lambda c: journal.strike(c, entry_id, at, by), entries)

    def put_limits(self, patient_id: str, bed: str, limits: OwnLimits, entry: AuditEntry) -> Future[None]:
        """Set limits of the open stay."""
        return self._act(lambda c: journal.set_limits(c, patient_id, bed, limits, entry.at), (entry,))

    def put_pump_card(self, patient_id: str, bed: str, card: PumpCard, entry: AuditEntry) -> Future[None]:
        """Add a version of the pump card to the open stay."""
        return self._act(lambda c: journal.chart_pump_card(c, patient_id, bed, card, entry.at), (entry,))

    def put_audit(self, entry: AuditEntry) -> Future[None]:
        """Add to the audit chain. Written also after its future has failed."""
        return self._act(lambda _: None, (entry,), keep=True)

    def _act(
        self, act: Callable[[Connection], None], entries: Sequence[AuditEntry], keep: bool = False
    ) -> Future[None]:
        """Queue an act with its entries in the audit trail: one transaction, all of it or nothing."""
        told = tuple(map(self._placed, entries))

        def write(connection: Connection) -> None:
            act(connection)
            audit.append(connection, *told)

        return self._writer.put(write, keep=keep)

    def _placed(self, entry: AuditEntry) -> AuditEntry:
        return entry if entry.station else replace(entry, station=self._station)

    def put_told(self, reports: Sequence[Told]) -> Future[int]:
        """Who was told of our alarms, of which the future gives how many are unknown here."""
        return self.outbox.tell(reports)

    def restore(self) -> Restored:
        """Open stays and alarms; `extra["notices"]` holds `notices`. Raises StoreError when they cannot be read."""
        try:
            now = self._clock.utc()
            restored = self._read(lambda connection: read_restored(connection, now))
        except (DBAPIError, ValueError) as error:
            raise StoreError(f"the ward cannot be restored: {error}") from error
        return replace(restored, extra={"notices": self.notices})

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        """A page of the alarm history; the future fails with ValueError for bad words or bounds."""
        return self._submit(lambda c: read_history(c, filter, offset, limit, count))

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]:
        """Figures over all that matches, on a thread of their own; cancel the future of those nobody wants any more."""
        return self._in_turn.ask(lambda c: figures_of(c, filter, self._clock.utc()))

    def answerers(self) -> Future[tuple[str, ...]]:
        """Everybody who has answered an alarm, by name."""
        return self._submit(read_answerers)

    def put_note(self, alarm_id: str, note: AlarmNote) -> Future[None]:
        """Add a note to an alarm, with its audit in the same transaction."""
        return self._writer.put(lambda c: audit.append(c, self._placed(add_note(c, alarm_id, note))))

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        """One alarm with all its transitions."""
        return self._submit(lambda c: read_story(c, alarm_id))

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        """What was there between two times; the future fails with ValueError for bad words or bounds."""
        return self._submit(lambda c: read_timeline(c, filter, start, end, columns, self._clock.utc()))

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]:
        """The alarm of the filter raised next after another one, or before it."""
        return self._submit(lambda c: read_beside(c, filter, alarm_id, later))

    def trend(self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Future[Trend]:
        """Stored values of a bed measured in [start, end), at most 73 hours, within about a second of now."""
        wanted = tuple(parameters)
        if end - start > LONGEST_TREND:
            return failed(ValueError("a trend covers at most 73 hours"))
        return self._submit(lambda c: read_trend(c, bed, wanted, start, end))

    def messages(self, wanted: MessageFilter, before: int | None = None) -> Future[MessagePage]:
        """A page of the stored HL7 messages, newest first."""
        return self._submit(lambda c: read_messages(c, wanted, before))

    def message(self, number: int) -> Future[tuple[MessageRow, Receipt] | None]:
        """One stored HL7 message."""
        return self._submit(lambda c: read_message_of(c, number))

    def reading(self, work: Callable[[Connection], T]) -> T:
        """Read one moment of the record in the caller's thread, for questions that take longer than a page may wait.
        Raises StoreClosed, and StoreError with one plain sentence when it cannot be read."""
        if self._closed:
            raise StoreClosed("the store is closed")
        try:
            return self._read(work)
        except (DBAPIError, PoolTimeout) as error:
            raise StoreError(f"The record cannot be read: {understand(error).cause}.") from error

    def close(self) -> None:
        """Write what is queued, then end the threads; at most 10 s. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self._in_turn.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._anchoring.end(self._read)
        self._readers.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._readers.connect() as connection, connection.begin():
            return work(connection)

    def _submit(self, work: Callable[[Connection], T]) -> Future[T]:
        try:
            return self._pool.submit(self._read, work)
        except RuntimeError:
            return failed(StoreClosed("the store is closed"))

    def _tell(self, act: str, detail: str) -> Future[None]:
        return self.put_audit(AuditEntry(self._clock.utc(), "system", act, "", detail))

    def _plan_purge(self) -> Future[Plan]:
        now = to_us(self._clock.utc().astimezone(UTC))
        return self._submit(lambda c: plan(c, now, self._retention))

    def _check_further(self) -> None:
        """The file was too large to be checked before the start: go through it now, and say what is found."""
        problem = look_further(self._url, lambda: self._closed)
        if problem:
            self._damage = "Database damaged - restart the console to set the file aside"
            self._notices.append(f"The database is damaged: {problem}")
