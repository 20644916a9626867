"""The outbox: steps of alarms on their way to alarm managers, written with the step itself and kept until answered.

A step that is in the journal is in the outbox of every manager that wants it: both are one transaction. What becomes
of it is written down as it happens; after a crash the steps that were not answered are there to be sent again, with
the control ids they had.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from console.alarms.alarm import Presence, Transition
from console.store.database import insert_new
from console.store.errors import StoreError
from console.store.instants import from_us, to_us
from console.store.records import Told
from console.store.schema import alarm, alert_outbox, alert_told
from console.store.words import storable
from hl7.dissemination import Dissemination

KEPT = timedelta(days=30)
"""What has become of a step is kept for so long after its alarm is over."""

MOST_TOLD = 200
"""Reports kept of one alarm."""

_CONTROL_ID_BYTES = 10
_LONGEST_ANSWER = 400


class StepState(StrEnum):
    """SENT: on its way, not answered. REFUSED: the manager will not have it. EXPIRED: let go, too old or too many."""

    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    EXPIRED = "expired"


_WAITING = (StepState.QUEUED.value, StepState.SENT.value)


@dataclass(frozen=True, slots=True)
class QueuedStep:
    """A step of an alarm for one manager. phase: as it is sent ("start", ..., "end"); body: the encoded AlertRecord.

    priority: 1 to 3. counts: whether waiting for long, or being refused, is itself to become an alarm.
    """

    manager: str
    alarm_id: str
    version: int
    phase: str
    priority: int
    at: datetime
    body: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """A step that has not been accepted. number: rises in the order of the journal; ends: it is the alarm's last.

    control_id: MSH-10, the same however often it is sent; at: UTC of the step; tries: how often it has been sent.
    """

    number: int
    alarm_id: str
    control_id: str
    priority: int
    at: datetime
    ends: bool = False
    counts: bool = True
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """What has become of a step. answer: what the manager said, or why it was let go."""

    number: int
    state: StepState
    tries: int
    at: datetime
    answer: str = ""


LastPhase = Callable[[str], str | None]
"""The phase last queued of the alarm for a manager, None where none was."""

Route = Callable[[Transition, LastPhase], Sequence[QueuedStep]]


def nowhere(_: Transition, __: LastPhase) -> Sequence[QueuedStep]:
    """The route of a ward without alarm managers."""
    return ()


def queue_step(connection: Connection, step: Transition, route: Route) -> None:
    """Queue a step for its managers; one that is queued already is left as it is."""

    def last(manager: str) -> str | None:
        of_alarm = alert_outbox.c.manager == storable(manager), alert_outbox.c.alarm_id == step.alarm.id
        earlier = *of_alarm, alert_outbox.c.version < step.alarm.version
        query = select(alert_outbox.c.phase).where(*earlier, alert_outbox.c.state != StepState.EXPIRED.value)
        found = connection.execute(query.order_by(alert_outbox.c.number.desc()).limit(1)).scalar()
        return None if found is None else str(found)

    for queued in route(step, last):
        row = {
            "manager": storable(queued.manager),
            "alarm_id": queued.alarm_id,
            "version": queued.version,
            # Not counted up: a receiver would take the numbers of a new database for messages it has had.
            "control_id": secrets.token_hex(_CONTROL_ID_BYTES),
            "phase": queued.phase,
            "priority": queued.priority,
            "counts": queued.counts,
            "at": to_us(queued.at),
            "state": StepState.QUEUED.value,
            "tries": 0,
            "changed_at": to_us(queued.at),
            "answer": "",
            "body": queued.body,
        }
        connection.execute(insert_new(connection, alert_outbox), row)


def read_told(connection: Connection, alarm_id: str) -> tuple[Told, ...]:
    """Who was told of an alarm, oldest first."""
    query = select(alert_told).where(alert_told.c.alarm_id == alarm_id).order_by(alert_told.c.at, alert_told.c.number)
    rows = connection.execute(query.limit(MOST_TOLD))
    return tuple(Told(row.alarm_id, from_us(row.at), row.status, row.recipient, row.manager) for row in rows)


class Outbox:
    """What a sender asks of the store. Every method may be called from any thread.

    read: runs a query on a connection of its own; put: queues an act for the writer, to be written also after its
    future has failed. Queries raise StoreError.
    """

    def __init__(
        self,
        read: Callable[[Callable[[Connection], Any]], Any],
        put: Callable[[Callable[[Connection], None]], Future[None]],
    ) -> None:
        self._connected = read
        self._put = put
        self._listeners: tuple[Callable[[], None], ...] = ()

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard`, from another thread, whenever steps of alarms have become durable."""
        self._listeners = (*self._listeners, heard)

    def announce(self) -> None:
        """Steps of alarms have become durable."""
        for heard in self._listeners:
            heard()

    def _read(self, work: Callable[[Connection], Any]) -> Any:
        """Raises StoreError when the database cannot be read."""
        try:
            return self._connected(work)
        except DBAPIError as error:
            raise StoreError(f"alarms to be sent cannot be read: {error.orig}") from error

    def waiting(self, manager: str, after: int, limit: int) -> tuple[WaitingStep, ...]:
        """Steps behind number `after` that are neither accepted nor given up, in their order."""
        mine = alert_outbox.c.manager == storable(manager), alert_outbox.c.state.in_(_WAITING)
        query = select(alert_outbox).where(*mine, alert_outbox.c.number > after).order_by(alert_outbox.c.number)
        rows = self._read(lambda connection: connection.execute(query.limit(limit)).all())
        return tuple(
            WaitingStep(
                r.number, r.alarm_id, r.control_id, r.priority, from_us(r.at), r.phase == "end", r.counts, r.tries
            )
            for r in rows
        )

    def body(self, number: int) -> str:
        """The encoded record of a step, "" when it is not there any more."""
        query = select(alert_outbox.c.body).where(alert_outbox.c.number == number)
        return str(self._read(lambda connection: connection.execute(query).scalar()) or "")

    def mark(self, marks: Sequence[Mark]) -> Future[None]:
        """Write down what has become of steps."""
        rows = tuple(marks)

        def write(connection: Connection) -> None:
            for mark in rows:
                change = {
                    "state": mark.state.value,
                    "tries": mark.tries,
                    "changed_at": to_us(mark.at),
                    "answer": storable(mark.answer[:_LONGEST_ANSWER]),
                }
                connection.execute(update(alert_outbox).where(alert_outbox.c.number == mark.number), change)

        return self._put(write)

    def leave(self, managers: Sequence[str], at: datetime) -> Future[None]:
        """Let go what waits for managers other than these: they are no longer there."""
        known = [storable(manager) for manager in managers]

        def write(connection: Connection) -> None:
            state, gone = alert_outbox.c.state, alert_outbox.c.manager.not_in(known)
            change = {
                "state": StepState.EXPIRED.value,
                "changed_at": to_us(at),
                "answer": "the alarm manager is no longer in the configuration",
            }
            connection.execute(update(alert_outbox).where(gone, state.in_(_WAITING)), change)

        return self._put(write)

    def forget(self, at: datetime) -> Future[None]:
        """Take out what is over and was answered long ago, of alarms that are over themselves."""

        def write(connection: Connection) -> None:
            state = alert_outbox.c.state
            standing = select(alarm.c.id).where(alarm.c.presence != Presence.ENDED.value)
            old = alert_outbox.c.changed_at < to_us(at - KEPT), alert_outbox.c.alarm_id.not_in(standing)
            connection.execute(delete(alert_outbox).where(*old, state.not_in(_WAITING)))
            connection.execute(
                delete(alert_told).where(alert_told.c.at < to_us(at - KEPT), alert_told.c.alarm_id.not_in(standing))
            )

        return self._put(write)

    def tell(self, reports: Sequence[Told]) -> Future[int]:
        """Keep reports of who was told; the future gives how many were about no alarm of ours."""
        rows = tuple(reports)
        unknown: list[int] = [0]
        done: Future[int] = Future()

        def write(connection: Connection) -> None:
            unknown[0] = sum(not _keep(connection, report) for report in rows)

        def durable(written: Future[None]) -> None:
            error = written.exception()
            if error is None:
                done.set_result(unknown[0])
            else:
                done.set_exception(error)

        self._put(write).add_done_callback(durable)
        return done


def _keep(connection: Connection, report: Told) -> bool:
    """Keep one report; False when it is about no alarm of ours."""
    wanted = storable(report.alarm_id)
    if not wanted:
        by_message = select(alert_outbox.c.alarm_id).where(alert_outbox.c.control_id == storable(report.control_id))
        wanted = str(connection.execute(by_message).scalar() or "")
    if connection.execute(select(alarm.c.id).where(alarm.c.id == wanted)).scalar() is None:
        return False
    of_alarm = alert_told.c.alarm_id == wanted
    if connection.execute(select(func.count()).where(of_alarm)).scalar_one() < MOST_TOLD:
        row = {
            "alarm_id": wanted,
            "at": to_us(report.at),
            "status": storable(report.status),
            "recipient": storable(report.recipient),
            "manager": storable(report.manager),
        }
        connection.execute(insert_new(connection, alert_told), row)
    return True


def told_of(found: Iterable[Dissemination], manager: str, received_at: datetime) -> tuple[Told, ...]:
    """Recipients that a manager has reported; one without a time of its own was told when it was reported."""
    return tuple(Told(f.alarm_id, f.at or received_at, f.status, f.recipient, manager, f.control_id) for f in found)
