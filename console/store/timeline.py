"""The alarms of a ward on one axis of time: one by one while they are few, counted per bed and bucket when many.

No span is ever read whole into memory: what comes back is bounded by MOST_BARS, or by beds times buckets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, text, tuple_, union_all

from console.alarms.alarm import Alarm, Kind, Priority
from console.store.codec import decode
from console.store.history_filter import conditions
from console.store.instants import HOUR_US, to_us
from console.store.records import AlarmRecord, HistoryFilter
from console.store.schema import LONG_ALARM, alarm, pump_event
from console.store.timeline_records import Bar, Counts, LaneEvent, Timeline
from console.store.words import storable
from console.ward.chart import PumpEventKind

MOST_BARS = 4_000
MOST_EVENTS = 2_000
MOST_COLUMNS = 1_000

_S = 1_000_000
_DAY_US = 24 * HOUR_US
WIDTHS_US = tuple(_S * s for s in (1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200)) + tuple(
    _DAY_US * days for days in (1, 2, 4, 7, 14, 28, 56, 112)
)
"""Widths of buckets, so that a step of the zoom changes them and a pan does not."""

_PATTERNS = (Kind.WITHDRAWAL.value, Kind.OVERDOSE.value)


def read_timeline(
    connection: Connection, filter: HistoryFilter, start: datetime, end: datetime, columns: int, now: datetime
) -> Timeline:
    """What matches the filter (its times aside) and was there at any moment of [start, end).

    columns: buckets the screen has room for, 1 to 1,000. now: up to which alarms last that are still there.
    Raises ValueError for times or columns out of range and for unknown words of the filter.
    """
    if not start < end or not 1 <= columns <= MOST_COLUMNS:
        raise ValueError(
            f"{columns} columns from {start} to {end}: use 1 to {MOST_COLUMNS}, and an end after the start"
        )
    start_us, end_us = to_us(start), to_us(end)
    chosen = conditions(replace(filter, start=None, end=None))
    width = next((w for w in WIDTHS_US if (end_us - start_us) / w <= columns), WIDTHS_US[-1])
    if (end_us - start_us) / width > MOST_COLUMNS:
        raise ValueError(f"{(end - start).days} days are more than a timeline shows")
    events = _events(connection, filter.beds, start_us, end_us, width)
    total = _count(connection, chosen, start_us, end_us)
    if total <= MOST_BARS:
        bars = _bars(connection, chosen, start_us, end_us)
        return Timeline(start, end, len(bars), bars, events=events)
    first = start_us // width
    buckets = (end_us - 1) // width - first + 1
    counts, total = _counts(connection, chosen, start_us, end_us, width, first, buckets, to_us(now))
    return Timeline(start, end, total, bucket_s=width / _S, first=first * width / _S, counts=counts, events=events)


def _touching(chosen: Sequence[ColumnElement[bool]], start_us: int, end_us: int, *columns: Any) -> list[Select[Any]]:
    """Two selects that together give each alarm of the span once: those raised in it or in the day before
    it, and the few raised earlier that lasted longer than a day."""
    raised, ended = alarm.c.raised_at, alarm.c.ended_at
    near = and_(raised >= start_us - _DAY_US, raised < end_us)
    reaching = or_(raised >= start_us, ended.is_(None), ended >= start_us)
    earlier = and_(raised < start_us - _DAY_US, text(f"({LONG_ALARM})"), or_(ended.is_(None), ended >= start_us))
    return [select(*columns).where(near, reaching, *chosen), select(*columns).where(earlier, *chosen)]


def _count(connection: Connection, chosen: Sequence[ColumnElement[bool]], start_us: int, end_us: int) -> int:
    """How many there are, counted no further than MOST_BARS + 1."""
    few = union_all(*_touching(chosen, start_us, end_us, alarm.c.raised_at)).limit(MOST_BARS + 1)
    return int(connection.execute(select(func.count()).select_from(few.subquery())).scalar_one())


def _bars(connection: Connection, chosen: Sequence[ColumnElement[bool]], start_us: int, end_us: int) -> tuple[Bar, ...]:
    c = alarm.c
    columns = (c.id, c.bed, c.raised_at, c.ended_at, c.highest, c.kind, c.answered_at)
    rows = [row for query in _touching(chosen, start_us, end_us, *columns) for row in connection.execute(query)]
    rows.sort(key=lambda row: (row.raised_at, row.id))
    return tuple(
        Bar(
            row.id,
            row.bed,
            row.raised_at / _S,
            None if row.ended_at is None else row.ended_at / _S,
            Priority(row.highest),
            Kind(row.kind),
            row.answered_at is not None,
        )
        for row in rows
    )


def _counts(
    connection: Connection,
    chosen: Sequence[ColumnElement[bool]],
    start_us: int,
    end_us: int,
    width: int,
    first: int,
    buckets: int,
    now_us: int,
) -> tuple[dict[str, Counts], int]:
    """Alarms present in each bucket. SQL counts those that share bed, first and last bucket, priority and sort; the
    buckets between are filled in here."""
    c = alarm.c
    begins = c.raised_at // width
    # An alarm is there in the bucket of its onset, whatever its end says: a clock may have stepped back.
    more = func.coalesce(c.ended_at, now_us) // width - begins
    more = case((more.between(0, _MORE - 1), more), (more < 0, 0), else_=_MORE - 1)
    # One number for both buckets, priority and sort: to group by it takes half the time.
    sort = (((begins * _MORE + more) * 4 + c.highest) * 2 + case((c.kind.in_(_PATTERNS), 1), else_=0)).label("sort")
    found: list[Any] = []
    for query in _touching(chosen, start_us, end_us, sort, c.bed.label("bed"), func.count()):
        found += connection.execute(query.group_by("sort", "bed")).all()
    return _spread(found, first, buckets), sum(many for _, _, many in found)


_MORE = 1 << 26
"""Above the buckets any alarm lasts: two years in seconds. Times so many fit into 63 bits until the year 2500."""


def _spread(found: Sequence[Any], first: int, buckets: int) -> dict[str, Counts]:
    """(number of `_counts`, bed, how many) laid out over the buckets."""
    beds = sorted({bed for _, bed, _ in found})
    lane_of = {bed: index for index, bed in enumerate(beds)}
    sort = np.array([row[0] for row in found], dtype=np.int64)
    lane = np.array([lane_of[row[1]] for row in found], dtype=np.int64)
    many = np.array([row[2] for row in found], dtype=np.int64)
    pattern, priority, rest = sort % 2, sort // 2 % 4 - 1, sort // 8
    begins = rest // _MORE
    onset = np.clip(begins - first, 0, buckets - 1)
    after = np.clip(begins + rest % _MORE - first + 1, onset + 1, buckets)
    changes = np.zeros((len(beds), buckets + 1, 3, 2), dtype=np.int64)
    np.add.at(changes, (lane, onset, priority, pattern), many)
    np.add.at(changes, (lane, after, priority, pattern), -many)
    there = np.cumsum(changes, axis=1)[:, :-1]
    return {bed: there[index] for bed, index in lane_of.items()}


def _events(
    connection: Connection, beds: Sequence[str], start_us: int, end_us: int, width: int
) -> tuple[LaneEvent, ...]:
    c = pump_event.c
    where = [c.at >= start_us, c.at < end_us, c.struck_at.is_(None)]
    if beds:
        where.append(c.bed.in_([storable(bed) for bed in beds]))
    one_by_one = select(c.bed, c.at, c.kind).where(*where).order_by(c.at, c.id).limit(MOST_EVENTS + 1)
    rows = connection.execute(one_by_one).all()
    if len(rows) <= MOST_EVENTS:
        return tuple(LaneEvent(row.bed, row.at / _S, PumpEventKind(row.kind)) for row in rows)
    bucket = (c.at // width).label("bucket")
    grouped = select(c.bed.label("bed"), func.min(c.at).label("at"), func.min(c.kind), func.count(), bucket)
    found = connection.execute(grouped.where(*where).group_by("bed", "bucket").order_by("at", "bed"))
    return tuple(
        LaneEvent(bed, at / _S, PumpEventKind(kind) if many == 1 else None, many) for bed, at, kind, many, _ in found
    )


def read_beside(connection: Connection, filter: HistoryFilter, alarm_id: str, later: bool) -> AlarmRecord | None:
    """The alarm of the filter that was raised next after another one, or before it; None at the end, and for an alarm
    that is not there. The one it is beside need not match the filter."""
    c = alarm.c
    here = connection.execute(select(c.raised_at, c.number).where(c.id == alarm_id)).first()
    if here is None:
        return None
    place = tuple_(c.raised_at, c.number)
    if later:
        query = select(c.body).where(place > (here.raised_at, here.number)).order_by(c.raised_at, c.number)
    else:
        query = select(c.body).where(place < (here.raised_at, here.number))
        query = query.order_by(c.raised_at.desc(), c.number.desc())
    body = connection.execute(query.where(*conditions(filter)).limit(1)).scalar()
    return None if body is None else AlarmRecord(decode(Alarm, body))
