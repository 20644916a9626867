"""The alarm history: pages, figures for their head, and one alarm with its whole story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, select

from console.alarms.alarm import Alarm, Kind, Presence, Priority, Transition
from console.store.codec import decode
from console.store.instants import HOUR_US, from_us, to_us
from console.store.outbox import read_told
from console.store.records import MOST_IDS, AlarmRecord, HistoryFilter, HistoryPage
from console.store.schema import alarm, transition

LONGEST_PAGE = 500
MOST_PATTERNS = 500
SHORT_ALARM_US = 30_000_000


def conditions(filter: HistoryFilter) -> list[Any]:
    """The filter as conditions on the alarm table. An alarm belongs to the time at which it was raised; its
    priority is the highest it reached; not seen: never acknowledged. Raises ValueError for an unknown word."""
    found: list[Any] = []
    if filter.start is not None:
        found.append(alarm.c.raised_at >= to_us(filter.start))
    if filter.end is not None:
        found.append(alarm.c.raised_at < to_us(filter.end))
    if filter.beds:
        found.append(alarm.c.bed.in_(filter.beds))
    if filter.kinds:
        found.append(alarm.c.kind.in_([Kind(word).value for word in filter.kinds]))
    if filter.priorities:
        found.append(alarm.c.highest.in_([int(_priority(word)) for word in filter.priorities]))
    if filter.not_seen_only:
        found.append(alarm.c.answered_at.is_(None))
    if filter.ids:
        if len(filter.ids) > MOST_IDS:
            raise ValueError(f"{len(filter.ids)} alarms named one by one: use {MOST_IDS} at most")
        found.append(alarm.c.id.in_(filter.ids))
    if filter.key:
        found.append(alarm.c.key == filter.key)
    if filter.demo is not None:
        found.append(alarm.c.demo.is_(filter.demo))
    return found


def _priority(word: str) -> Priority:
    try:
        return Priority[word.upper()]
    except KeyError:
        raise ValueError(f"'{word}' is not a priority; use low, medium or high") from None


def read_history(connection: Connection, filter: HistoryFilter, offset: int, limit: int, now: datetime) -> HistoryPage:
    """A page, newest first, and the figures over everything that matches. now: for alarms that are still there.

    Raises ValueError for a negative offset or a limit outside 1 to 500.
    """
    if offset < 0 or not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"offset {offset} and limit {limit}: use 0 or more, and 1 to {LONGEST_PAGE}")
    chosen = conditions(filter)
    page = (
        select(alarm.c.id, alarm.c.body)
        .where(*chosen)
        .order_by(alarm.c.raised_at.desc(), alarm.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    rows = connection.execute(page).all()
    stories = _stories(connection, [row.id for row in rows])
    records = tuple(AlarmRecord(decode(Alarm, row.body), tuple(stories.get(row.id, ()))) for row in rows)
    columns = (
        alarm.c.bed, alarm.c.kind, alarm.c.highest, alarm.c.presence,
        alarm.c.raised_at, alarm.c.ended_at, alarm.c.answered_at,
    )  # fmt: skip
    figures = _Figures(to_us(now))
    total = 0
    for row in connection.execute(select(*columns).where(*chosen).execution_options(yield_per=2_000)):
        figures.add(row)
        total += 1
    return figures.page(records, offset, total)


def _stories(connection: Connection, ids: Iterable[str]) -> dict[str, list[Transition]]:
    wanted = list(ids)
    found: dict[str, list[Transition]] = {}
    if not wanted:
        return found
    query = select(transition.c.alarm_id, transition.c.body).where(transition.c.alarm_id.in_(wanted))
    for row in connection.execute(query.order_by(transition.c.number)):
        found.setdefault(row.alarm_id, []).append(decode(Transition, row.body))
    return found


def read_story(connection: Connection, alarm_id: str) -> AlarmRecord | None:
    """One alarm with all its transitions, None when there is none of that id."""
    body = connection.execute(select(alarm.c.body).where(alarm.c.id == alarm_id)).scalar()
    if body is None:
        return None
    steps = tuple(_stories(connection, [alarm_id]).get(alarm_id, ()))
    return AlarmRecord(decode(Alarm, body), steps, read_told(connection, alarm_id))


class _Figures:
    """Adds up what stands at the head of the page."""

    def __init__(self, now_us: int) -> None:
        self._now = now_us
        self._responses: dict[int, list[float]] = {Priority.MEDIUM: [], Priority.HIGH: []}
        self._unanswered: list[int] = []
        self._technical = 0
        self._short = 0
        self._hours: dict[int, list[int]] = {}
        self._beds: Counter[str] = Counter()

    def add(self, row: Any) -> None:
        over = row.ended_at if row.presence == Presence.ENDED.value and row.ended_at is not None else self._now
        if row.highest in self._responses:
            if row.answered_at is not None:
                self._responses[row.highest].append((row.answered_at - row.raised_at) / 1e6)
            self._unanswered.append((over if row.answered_at is None else row.answered_at) - row.raised_at)
        self._technical += row.kind == Kind.TECHNICAL.value
        if row.kind == Kind.LIMIT.value and row.ended_at is not None:
            self._short += row.ended_at - row.raised_at < SHORT_ALARM_US
        hour = self._hours.setdefault(row.raised_at // HOUR_US, [0, 0, 0])
        hour[row.highest - 1] += 1
        self._beds[row.bed] += 1

    def page(self, records: tuple[AlarmRecord, ...], offset: int, total: int) -> HistoryPage:
        high, medium = self._responses[Priority.HIGH], self._responses[Priority.MEDIUM]
        return HistoryPage(
            records,
            offset,
            total,
            median(high) if high else None,
            median(medium) if medium else None,
            max(self._unanswered) / 1e6 if self._unanswered else None,
            self._technical / total if total else 0.0,
            self._short,
            tuple((from_us(h * HOUR_US), c[0], c[1], c[2]) for h, c in sorted(self._hours.items())),
            tuple(sorted(self._beds.items(), key=lambda item: (-item[1], item[0]))),
        )


def pattern_steps(connection: Connection, since: datetime) -> tuple[Transition, ...]:
    """The steps of pattern alarms that were not over at `since`, oldest first; of those that are over now, only alarms
    raised within the two days before it."""
    kinds = [Kind.WITHDRAWAL.value, Kind.OVERDOSE.value]
    lately = (alarm.c.raised_at >= to_us(since - timedelta(days=2))) & (alarm.c.ended_at >= to_us(since))
    query = select(alarm.c.id).where(alarm.c.kind.in_(kinds), (alarm.c.presence != Presence.ENDED.value) | lately)
    newest = query.order_by(alarm.c.raised_at.desc()).limit(MOST_PATTERNS)
    stories = _stories(connection, connection.execute(newest).scalars())
    return tuple(sorted((step for story in stories.values() for step in story), key=lambda step: step.at))


def open_alarms(connection: Connection) -> tuple[Alarm, ...]:
    """Alarms that are not over, oldest first."""
    query = select(alarm.c.body).where(alarm.c.presence != Presence.ENDED.value).order_by(alarm.c.raised_at, alarm.c.id)
    return tuple(decode(Alarm, body) for body in connection.execute(query).scalars())
