"""The alarm history: pages, one alarm with its whole story, and what a start needs of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from console.alarms.alarm import Alarm, Kind, Presence, Transition
from console.store.alarm_notes import read_notes
from console.store.alarm_state import answer_of
from console.store.codec import decode
from console.store.history_filter import conditions, ordering
from console.store.instants import to_us
from console.store.outbox import read_told
from console.store.records import AlarmRecord, HistoryFilter, HistoryPage
from console.store.schema import alarm, transition

LONGEST_PAGE = 500
MOST_PATTERNS = 500
MOST_PEOPLE = 500

_RECORD = (
    alarm.c.id, alarm.c.body, alarm.c.calls_from, alarm.c.response, alarm.c.answer_by, alarm.c.answer_reason,
)  # fmt: skip


def read_history(
    connection: Connection, filter: HistoryFilter, offset: int, limit: int, count: bool = True
) -> HistoryPage:
    """A page in the order of the filter. count: count what matches in all, which takes longer than the page.

    Rows are found by their numbers in an index that holds all a filter looks at; records are read for the page alone.
    Raises ValueError for a negative offset, a limit outside 1 to 500, or an unknown word.
    """
    if offset < 0 or not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"offset {offset} and limit {limit}: use 0 or more, and 1 to {LONGEST_PAGE}")
    chosen = conditions(filter)
    found = select(alarm.c.number).where(*chosen).order_by(*ordering(filter)).offset(offset).limit(limit)
    numbers = connection.execute(found).scalars().all()
    records = tuple(_record(row) for row in read_numbered(connection, numbers, *_RECORD))
    if not count:
        return HistoryPage(records, offset, None)
    if len(numbers) < limit and (numbers or not offset):
        return HistoryPage(records, offset, offset + len(numbers))
    total = connection.execute(select(func.count()).select_from(alarm).where(*chosen)).scalar_one()
    return HistoryPage(records, offset, int(total))


def read_numbered(connection: Connection, numbers: Sequence[int], *columns: Any) -> list[Any]:
    """Rows of alarms by their numbers, in the order of these; an alarm that is gone is left out."""
    query = select(alarm.c.number, *columns).where(alarm.c.number.in_(numbers))
    rows = {row.number: row for row in connection.execute(query)}
    return [rows[number] for number in numbers if number in rows]


def _record(row: Any) -> AlarmRecord:
    answer, seconds = answer_of(row)
    return AlarmRecord(decode(Alarm, row.body), answer=answer, response_s=seconds)


def read_answerers(connection: Connection) -> tuple[str, ...]:
    """Everybody who has answered an alarm, by name."""
    found: list[str] = []
    last = ""
    # One step through the index for each name instead of one for each alarm.
    while len(found) < MOST_PEOPLE:
        after = select(func.min(alarm.c.answer_by)).where(alarm.c.answer_by > last)
        name = connection.execute(after).scalar()
        if name is None:
            break
        found.append(name)
        last = name
    return tuple(found)


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
    """One alarm with all its transitions, who was told, and its notes; None when there is none of that id."""
    row = connection.execute(select(*_RECORD).where(alarm.c.id == alarm_id)).first()
    if row is None:
        return None
    answer, seconds = answer_of(row)
    steps = tuple(_stories(connection, [alarm_id]).get(alarm_id, ()))
    told, notes = read_told(connection, alarm_id), read_notes(connection, alarm_id)
    return AlarmRecord(decode(Alarm, row.body), steps, told, notes, answer, seconds)


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
