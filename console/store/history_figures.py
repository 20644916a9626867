"""The figures at the head of the history, added up by the database: nothing of a million alarms is read into Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select

from console.alarms.alarm import Kind, Priority
from console.store.history_filter import conditions
from console.store.instants import HOUR_US, from_us, to_us
from console.store.records import HistoryFigures, HistoryFilter, HistoryState
from console.store.schema import FOREVER, alarm

SHORT_ALARM_US = 30_000_000


def figures_of(connection: Connection, filter: HistoryFilter, now: datetime) -> Iterator[HistoryFigures | None]:
    """The figures, last; before them None after each part, so that the asker can stop in between. now: for alarms that
    are still there. Raises ValueError for an unknown word."""
    chosen = conditions(filter)
    by_bed = connection.execute(_beds(chosen, to_us(now))).all()
    yield None
    medians = []
    for priority in (Priority.HIGH, Priority.MEDIUM):
        medians.append(_median(connection, chosen, priority))
        yield None
    hours: dict[int, list[int]] = {}
    for row in connection.execute(_hours(chosen)):
        hours.setdefault(int(row.hour), [0, 0, 0])[row.highest - 1] = row.alarms
    total = sum(row.alarms for row in by_bed)
    waited = max((row.waited for row in by_bed if row.waited is not None), default=None)
    yield HistoryFigures(
        total,
        medians[0],
        medians[1],
        None if waited is None else waited / 1e6,
        sum(row.technical for row in by_bed) / total if total else 0.0,
        sum(row.short for row in by_bed),
        tuple((from_us(hour * HOUR_US), *counts) for hour, counts in sorted(hours.items())),  # type: ignore[misc]
        tuple(sorted(((row.bed, row.alarms) for row in by_bed), key=lambda item: (-item[1], item[0]))),
    )


def _beds(chosen: list[Any], now_us: int) -> Any:
    """Counts by bed, and the longest that an alarm of medium or high priority called."""
    waited = case(
        (alarm.c.highest < int(Priority.MEDIUM), None),
        (alarm.c.response < FOREVER, alarm.c.response),
        (alarm.c.state == HistoryState.ENDED.value, alarm.c.lasted),
        else_=now_us - alarm.c.raised_at,
    )
    short = (alarm.c.kind == Kind.LIMIT.value) & (alarm.c.lasted < SHORT_ALARM_US)
    technical = alarm.c.kind == Kind.TECHNICAL.value
    columns = (
        alarm.c.bed,
        func.count().label("alarms"),
        func.max(waited).label("waited"),
        func.sum(case((short, 1), else_=0)).label("short"),
        func.sum(case((technical, 1), else_=0)).label("technical"),
    )
    return select(*columns).where(*chosen).group_by(alarm.c.bed)


def _hours(chosen: list[Any]) -> Any:
    hour = (alarm.c.raised_at // HOUR_US).label("hour")
    return select(hour, alarm.c.highest, func.count().label("alarms")).where(*chosen).group_by(hour, alarm.c.highest)


def _median(connection: Connection, chosen: list[Any], priority: Priority) -> float | None:
    """Of the answers to alarms that reached a priority, in seconds: the middle one, or the mean of the middle two."""
    answered = (*chosen, alarm.c.highest == int(priority), alarm.c.response < FOREVER)
    count = connection.execute(select(func.count()).select_from(alarm).where(*answered)).scalar_one()
    if not count:
        return None
    middle = (count - 1) // 2
    query = select(alarm.c.response).where(*answered).order_by(alarm.c.response).offset(middle).limit(2 - count % 2)
    found = connection.execute(query).scalars().all()
    return float(sum(found)) / len(found) / 1e6
