"""The writer: one thread that owns every write, groups what waits into one commit, and rides out a failing disk.

Journal entries and HL7 messages go through a bounded queue; whatever has gathered while the last commit was
running, up to 64 entries, makes the next one, so that nothing ever waits for a timer. Samples are written once a
second. Between the two the compactor and the retention rule take small steps.

After a temporary fault (disk full, locked, I/O error, server gone) the same work is tried again with growing
pauses. A future whose entry is not durable by its deadline ends with `NotDurable`; entries that tell what has
happened (alarm transitions, audit) stay queued all the same and are written as soon as the disk takes them.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from console.store.archive import StreamIds, write_hot
from console.store.buffer import SampleBuffer, rows_of
from console.store.database import Fault, Role, understand
from console.store.errors import UNFIT, NotDurable, Refused, StoreClosed, StoreError
from console.store.frames import Blob, StreamKey
from console.store.housekeeping import Housekeeping
from console.store.lanes import DatabaseDamaged, Lanes
from console.store.receipts import known_keys, row_of, write_receipts
from console.store.records import Receipt
from console.store.together import together
from console.store.words import storable

GROUP = 64
QUEUE_LIMIT = 10_000
FLUSH_S = 1.0
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 4.0
_CLOSING_S = 8.0


@dataclass(slots=True, eq=False)
class Entry:
    """Something to make durable. deadline: monotonic seconds. keep: still to be written after its future failed.

    Either `act`, which writes inside the transaction it is given, or an HL7 message with its packed samples; `act` of a
    message is what else it brings, written where the message is new.
    """

    deadline: float
    keep: bool = False
    act: Callable[[Connection], None] | None = None
    receipt: Receipt | None = None
    blobs: Sequence[Blob] = ()
    future: Future[Any] = field(default_factory=Future)
    over: bool = False

    def __post_init__(self) -> None:
        # From here on nobody can cancel: what is queued is written.
        self.future.set_running_or_notify_cancel()

    def finish(self, outcome: Any) -> None:
        """The entry is over: end its future with a result or an error, unless it has ended by its deadline."""
        self.over = True
        self.tell(outcome)

    def tell(self, outcome: Any) -> None:
        """End the future; the entry itself may stay queued."""
        if self.future.done():
            return
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Writer:
    """Starts its thread when made; `close` ends it."""

    def __init__(
        self, lanes: Lanes, buffer: SampleBuffer, housekeeping: Housekeeping, deadline_s: float, flush_s: float
    ) -> None:
        self._lanes = lanes
        self._buffer = buffer
        self._housekeeping = housekeeping
        self._deadline_s = deadline_s
        self._flush_s = flush_s
        self._wake = threading.Condition()
        self._queue: deque[Entry] = deque()
        self._closing_at: float | None = None
        self._faults: dict[Role, Fault] = {}
        self._broken = ""
        self._pause = _FIRST_PAUSE_S
        self._retry_at = 0.0
        self._expire_at = 0.0
        self._flush_at = time.monotonic() + flush_s
        self._ids = StreamIds()
        self._identity = random.SystemRandom().getrandbits(62)
        self._number = 0
        self._batch: tuple[list[Blob], list[tuple[StreamKey, bytes]], int] | None = None
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def failure(self) -> str:
        """One sentence while writing fails, else ""."""
        faults = list(self._faults.values())
        return self._broken or (faults[0].value if faults else "")

    @property
    def waiting(self) -> int:
        """Journal entries and messages not yet written."""
        return len(self._queue)

    def put(
        self,
        act: Callable[[Connection], None] | None = None,
        receipt: Receipt | None = None,
        blobs: Sequence[Blob] = (),
        keep: bool = False,
    ) -> Future[Any]:
        """Queue an entry; its future ends when it is durable, or with the error that stopped it."""
        entry = Entry(time.monotonic() + self._deadline_s, keep, act, receipt, blobs)
        with self._wake:
            if self._closing_at is not None or self._broken:
                entry.finish(StoreClosed(self._broken or "the store is closed"))
            elif len(self._queue) >= QUEUE_LIMIT:
                entry.finish(NotDurable(self.failure or "too many entries are waiting to be recorded"))
            else:
                self._queue.append(entry)
                self._wake.notify()
        return entry.future

    def close(self) -> None:
        """Write what is queued, then end the thread; at most 10 s. What is left is told to its futures."""
        with self._wake:
            if self._closing_at is None:
                self._closing_at = time.monotonic() + _CLOSING_S
            self._wake.notify()
        self._thread.join(10.0)

    def _run(self) -> None:
        try:
            self._loop()
        except BaseException as error:
            # Nothing is expected here. Whoever watches `failure` must be told that nothing is recorded any more.
            self._broken = f"Recording stopped - internal error ({type(error).__name__}: {error})"
            raise
        finally:
            self._leave()

    def _loop(self) -> None:
        while True:
            closing = self._sleep()
            now = time.monotonic()
            if now >= self._expire_at:
                self._expire(now)
            if now >= self._retry_at:
                self._work(now, closing)
            if closing and (self._empty() or time.monotonic() >= (self._closing_at or 0.0)):
                return

    def _sleep(self) -> bool:
        """Wait until there is something to do; True when the store is closing."""
        with self._wake:
            now = time.monotonic()
            if now < self._retry_at:
                self._wake.wait(min(self._retry_at, self._expire_at) - now)
            elif not self._queue and self._closing_at is None and not self._housekeeping.due(now):
                until = min(self._flush_at, self._housekeeping.due_at)
                self._wake.wait(max(0.0, until - now))
            return self._closing_at is not None

    def _work(self, now: float, closing: bool) -> None:
        """One round: a group of entries, samples when their second is over, a step of housekeeping."""
        with self._wake:
            group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
        if group:
            self._attempt(Role.JOURNAL, lambda: self._write_group(group), lambda: self._put_back(group))
        if now >= self._flush_at or closing:
            self._flush_at = now + self._flush_s
            self._write_samples()
        if self._faults:
            for role in list(self._faults):
                self._probe(role)
        elif self._housekeeping.due(now) and not closing:
            self._attempt(Role.SAMPLES, lambda: self._housekeeping.step(self._lanes.connection(Role.SAMPLES), now))

    def _probe(self, role: Role) -> None:
        """Nothing waits on a lane that failed: see whether it works again."""
        if time.monotonic() >= self._retry_at:
            self._attempt(role, lambda: self._lanes.probe(role))

    def _attempt(self, role: Role, work: Callable[[], None], undo: Callable[[], None] = lambda: None) -> bool:
        """Do some work on one lane; False when a fault stopped it, which is then told and waited out."""
        try:
            work()
        except (SQLAlchemyError, OSError, DatabaseDamaged) as error:
            fault = Fault.DAMAGED if isinstance(error, DatabaseDamaged) else understand(error)
            undo()
            self._faults[role] = fault
            if fault.reconnect or fault is Fault.ENTRY:
                self._lanes.reset()
            self._retry_at = time.monotonic() + self._pause * random.uniform(0.8, 1.2)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE_S)
            return False
        self._faults.pop(role, None)
        if not self._faults:
            self._pause = _FIRST_PAUSE_S
        return True

    def _put_back(self, group: list[Entry]) -> None:
        with self._wake:
            self._queue.extendleft(reversed([entry for entry in group if not entry.over]))

    def _write_group(self, group: list[Entry]) -> None:
        """One durable transaction for all; when one entry is refused by the database, each gets its own."""
        try:
            outcomes = self._commit(group)
        except (SQLAlchemyError, *UNFIT) as error:
            if isinstance(error, SQLAlchemyError) and understand(error) is not Fault.ENTRY:
                raise
            if len(group) == 1:
                group[0].finish(Refused(f"{Fault.ENTRY.value}: {error}"))
                return
            for entry in group:
                self._write_group([entry])
            return
        with together():
            for entry, outcome in zip(group, outcomes, strict=True):
                entry.finish(outcome)

    def _commit(self, group: list[Entry]) -> list[Any]:
        """What each entry's future is to be told, after the commit."""
        connection = self._lanes.connection(Role.JOURNAL)
        outcomes: list[Any] = [None] * len(group)
        with connection.begin():
            messages = [entry for entry in group if entry.receipt is not None]
            new, streams = self._write_messages(connection, messages)
            for index, entry in enumerate(group):
                if entry.receipt is not None:
                    outcomes[index] = entry in new
                    if entry.act is not None and entry in new:
                        entry.act(connection)
                    continue
                if entry.act is None:
                    continue
                try:
                    with connection.begin_nested():
                        entry.act(connection)
                except StoreError as error:
                    outcomes[index] = error
        self._ids.keep(streams)
        return outcomes

    def _write_messages(self, connection: Connection, messages: list[Entry]) -> tuple[set[Entry], dict[StreamKey, int]]:
        """Receipts and samples of the messages that are not there yet; returns these and their streams."""
        if not messages:
            return set(), {}
        first: dict[str, Entry] = {}
        for entry in messages:
            if entry.receipt is not None:
                first.setdefault(storable(entry.receipt.key), entry)
        there = known_keys(connection, list(first))
        new = {key: entry for key, entry in first.items() if key not in there}
        write_receipts(connection, [row_of(e.receipt) for e in new.values() if e.receipt is not None])
        rows = rows_of([blob for entry in new.values() for blob in entry.blobs])
        # A number is never used again, also when this transaction fails: another row may have taken it by then.
        number = self._number
        self._number += len(rows)
        streams, _ = write_hot(connection, self._ids, rows, self._identity, number)
        return set(new.values()), streams

    def _write_samples(self) -> None:
        """Write the buffer down, a batch at a time; a batch that failed is tried again unchanged."""
        while True:
            if self._batch is None:
                blobs = self._buffer.take()
                if not blobs:
                    return
                rows = rows_of(blobs)
                self._batch = (blobs, rows, self._number)
                self._number += len(rows)
            if time.monotonic() < self._retry_at or not self._attempt(Role.SAMPLES, self._write_batch):
                return

    def _write_batch(self) -> None:
        if self._batch is None:
            return
        blobs, rows, number = self._batch
        connection = self._lanes.connection(Role.SAMPLES)
        try:
            with connection.begin():
                streams, _ = write_hot(connection, self._ids, rows, self._identity, number)
        except SQLAlchemyError as error:
            if understand(error) is not Fault.ENTRY:
                raise
            # Nothing of a blob can be refused but the name of its stream; trying again would stop all others.
            self._buffer.drop(blobs)
        else:
            self._ids.keep(streams)
        self._batch = None

    def _expire(self, now: float) -> None:
        """End the futures whose deadline has passed; forget their entries unless they are to be kept."""
        self._expire_at = now + 0.25
        with self._wake:
            late = [entry for entry in self._queue if entry.deadline <= now and not entry.future.done()]
            for entry in late:
                entry.over = not entry.keep
                entry.tell(NotDurable(self.failure or "not recorded in time"))
            if late:
                self._queue = deque(entry for entry in self._queue if not entry.over)

    def _empty(self) -> bool:
        return not self._queue and not len(self._buffer) and self._batch is None

    def _leave(self) -> None:
        """Tell what could not be written any more, and let go of the database."""
        with self._wake:
            left, self._queue = list(self._queue), deque()
        for entry in left:
            entry.finish(StoreClosed(self.failure or "the store was closed before this could be recorded"))
        if self._batch is not None:
            self._buffer.drop(self._batch[0])
        while blobs := self._buffer.take():
            self._buffer.drop(blobs)
        self._lanes.close()
