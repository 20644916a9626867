"""Letting go of what the retention rule does not keep: planned on a reader, told in the audit trail, then deleted in
slices that hold up nobody.

Nothing is deleted before the trail says durably what will be, and how much it was is told at the end. Samples go by
whole days (UTC), at most a week of the record in one run: a clock that jumps ahead by years must not empty the record
before somebody has seen it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, or_, select

from console.store.archive import chunk_id, minute_of, streams_of
from console.store.instants import HOUR_US, MINUTE_US, from_us
from console.store.receipts import Cuts, Retention, prune
from console.store.receipts import plan as plan_receipts
from console.store.schema import chunk, receipt

SLICE = 500
"""Minutes of one stream that a step deletes at the most."""

DAY_MINUTES = 24 * 60
MOST_DAYS = 7
_EARLIEST = -(10**9)
_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to go. cuts: times of reception, None where no receipt is concerned; ranges: first and last key of
    minutes, one for each stream that has any; begun: told before anything is deleted, "" where nothing is to go."""

    cuts: Cuts | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    begun: str = ""


def plan(connection: Connection, now_us: int, rule: Retention) -> Plan:
    """What the rule lets go now. Reads indexes of whole tables: not for the writer's connection."""
    cuts = plan_receipts(connection, now_us, rule)
    heavy = (receipt.c.received_at <= cuts.raw) & (receipt.c.raw_size > 0)
    due = connection.execute(
        select(receipt.c.id).where(or_(receipt.c.received_at <= cuts.rows, heavy)).limit(1)
    ).first()
    told = []
    if due is not None:
        told.append(f"HL7 messages received up to {_time(cuts.rows)}, their bytes up to {_time(cuts.raw)}")
    first, end, ranges = _samples(connection, (now_us - int(rule.samples_days * 24 * HOUR_US)) // MINUTE_US)
    if ranges:
        told.append(f"samples measured from {_time(first * MINUTE_US)} to {_time(end * MINUTE_US)}")
    return Plan(cuts if due is not None else None, ranges, "; ".join(told))


def _samples(connection: Connection, cut: int) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    """First minute, the minute before which all go, and the keys concerned."""
    oldest: dict[int, int] = {}
    for stream in streams_of(connection):
        inside = chunk.c.id.between(chunk_id(stream, _EARLIEST), chunk_id(stream, cut))
        key = connection.execute(select(func.min(chunk.c.id)).where(inside)).scalar()
        if key is not None:
            oldest[stream] = minute_of(key)
    if not oldest:
        return 0, 0, ()
    first = min(oldest.values())
    day = DAY_MINUTES
    end = min(cut // day * day, (first // day + MOST_DAYS) * day)
    keys = ((chunk_id(stream, at), chunk_id(stream, end - 1)) for stream, at in oldest.items() if at < end)
    return first, end, tuple(keys)


def _time(us: int) -> str:
    return from_us(us).isoformat(timespec="seconds")


class Purge:
    """One run after the other, a step at a time; used by the writer's thread alone.

    make_plan: starts reading what is to go, on a reader's connection. tell: puts a line into the audit trail; its
    future ends when it is durable.
    """

    def __init__(
        self, make_plan: Callable[[], Future[Plan]], tell: Callable[[str, str], Future[None]], every_s: float
    ) -> None:
        self._make_plan = make_plan
        self._tell = tell
        self._every_s = every_s
        self._planned: Future[Plan] | None = None
        self._announced: Future[None] | None = None
        self._plan = Plan()
        self._ranges: list[tuple[int, int]] = []
        self._receipts = self._minutes = 0

    def step(self, connection: Connection, now: float) -> float:
        """Do the next thing; returns when to come back (monotonic seconds)."""
        if self._planned is None:
            self._planned = self._make_plan()
        if not self._planned.done():
            return now + _POLL_S
        if self._announced is None:
            if self._planned.exception() is not None or not self._planned.result().begun:
                return self._over(now)
            self._begin(self._planned.result())
            return now + _POLL_S
        if not self._announced.done():
            return now + _POLL_S
        if self._announced.exception() is not None:
            return self._over(now)  # what is not in the trail is not deleted
        if self._delete(connection):
            return now
        self._tell(
            "purge done",
            f"{self._receipts} HL7 messages or their bytes; {self._minutes} minutes of samples, each source counted",
        )
        return self._over(now)

    def _begin(self, plan: Plan) -> None:
        self._plan, self._ranges = plan, list(plan.ranges)
        self._receipts = self._minutes = 0
        self._announced = self._tell("purge begun", plan.begun)

    def _delete(self, connection: Connection) -> bool:
        """One slice; False when nothing is left."""
        if self._plan.cuts is not None:
            with connection.begin():
                touched = prune(connection, self._plan.cuts)
            self._receipts += touched
            if touched:
                return True
            self._plan = Plan(None, self._plan.ranges, self._plan.begun)
        if not self._ranges:
            return False
        gone = self._delete_minutes(connection, self._ranges[-1])
        self._minutes += gone
        if gone < SLICE:
            self._ranges.pop()
        return bool(self._ranges) or gone > 0

    def _delete_minutes(self, connection: Connection, keys: Sequence[int]) -> int:
        some = select(chunk.c.id).where(chunk.c.id.between(keys[0], keys[1])).order_by(chunk.c.id).limit(SLICE)
        with connection.begin():
            return int(connection.execute(delete(chunk).where(chunk.c.id.in_(some))).rowcount)

    def _over(self, now: float) -> float:
        self._planned = self._announced = None
        return max(now, time.monotonic()) + self._every_s
