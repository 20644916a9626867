"""What is stored as plain rows, for exports: streamed in short transactions, so that a gateway can go on writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, func, select, tuple_

from console.alarms.alarm import Alarm
from console.store.alarm_notes import notes_of
from console.store.archive import chunk_id, hot_minutes, minute_of, read_stream, streams_of
from console.store.blocks import Arrays
from console.store.codec import decode
from console.store.frames import NO_VALUE, STATUS, STATUS_BITS, StreamKey, read_label
from console.store.history_filter import conditions
from console.store.instants import MINUTE_US, from_us, to_us
from console.store.records import AlarmNote, HistoryFilter
from console.store.schema import alarm, audit, chunk, stay
from drivers.observation import UNITS

OBSERVATION_COLUMNS = (
    "time", "received_at", "bed", "patient_id", "source", "parameter", "value", "unit", "status", "site",
)  # fmt: skip
ALARM_COLUMNS = (
    "id", "raised_at", "ended_at", "bed", "patient_id", "kind", "key", "priority", "stage", "text", "detail",
    "presence", "acknowledged_at", "acknowledged_by", "reason", "demo", "notes",
)  # fmt: skip
AUDIT_COLUMNS = (
    "number", "time", "by", "act", "bed", "detail", "digest", "station", "before", "after", "form",
)  # fmt: skip

_WINDOW_MINUTES = 10
_PAGE = 1_000
_EVER = (-(10**9), 6 * 10**9)
"""Minutes before and after every time Python knows."""

Rows = Iterator[dict[str, Any]]


def observation_rows(engine: Engine, beds: Sequence[str], start_us: int | None, end_us: int | None) -> Rows:
    """Observations measured in [start, end) (None = open), ordered by time, ten minutes of the ward at a time.

    What arrives after the call for a time already passed is not in it. patient_id: of the patient admitted at the
    bed at the measured time, "" for none.
    """
    with engine.connect() as connection:
        with connection.begin():
            stays = _stays(connection)
            last = _last_minute(connection, beds)
        low = _EVER[0] if start_us is None else start_us // MINUTE_US
        high = last if end_us is None else min(last, (end_us - 1) // MINUTE_US)
        while low <= high:
            with connection.begin():
                streams = streams_of(connection, beds)
                first = _next_minute(connection, streams, low)
                if first is None or first > high:
                    return
                low = min(first + _WINDOW_MINUTES, high + 1)
                begins = first * MINUTE_US if start_us is None else max(first * MINUTE_US, start_us)
                ends = low * MINUTE_US if end_us is None else min(low * MINUTE_US, end_us)
                found = [
                    (key, label, samples)
                    for number, key in streams.items()
                    for label, parts in read_stream(connection, number, begins, ends)[0].items()
                    for samples in parts
                ]
            yield from _in_time_order(found, stays)


def _in_time_order(found: list[tuple[StreamKey, bytes, Arrays]], stays: dict[str, list[Any]]) -> Rows:
    if not found:
        return
    lengths = [len(samples.measured) for _, _, samples in found]
    series = np.repeat(np.arange(len(found)), lengths)
    places = np.concatenate([np.arange(n) for n in lengths])
    measured = np.concatenate([samples.measured for _, _, samples in found])
    received = np.concatenate([samples.received for _, _, samples in found])
    for position in np.lexsort((received, measured)):
        (bed, source), label, samples = found[series[position]]
        parameter, site = read_label(label)
        place = places[position]
        status = int(samples.status[place])
        at = int(samples.measured[place])
        yield {
            "time": from_us(at).isoformat(),
            "received_at": from_us(samples.received[place]).isoformat(),
            "bed": bed,
            "patient_id": _patient_at(stays.get(bed, ()), at),
            "source": source,
            "parameter": parameter.value,
            "value": None if status & NO_VALUE else float(samples.value[place]),
            "unit": UNITS[parameter],
            "status": STATUS[status & STATUS_BITS].value,
            "site": site,
        }


def _stays(connection: Connection) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    columns = (stay.c.bed, stay.c.patient_id, stay.c.admitted_at, stay.c.discharged_at)
    for row in connection.execute(select(*columns).order_by(stay.c.admitted_at.desc())):
        found.setdefault(row.bed, []).append(row)
    return found


def _patient_at(stays: Sequence[Any], at: int) -> str:
    """The patient of the newest stay that holds the time."""
    for row in stays:
        if row.admitted_at <= at and (row.discharged_at is None or at < row.discharged_at):
            return str(row.patient_id)
    return ""


def _last_minute(connection: Connection, beds: Sequence[str]) -> int:
    minutes = [_EVER[0]]
    for number in streams_of(connection, beds):
        inside = chunk.c.id.between(chunk_id(number, _EVER[0]), chunk_id(number, _EVER[1]))
        newest = connection.execute(select(func.max(chunk.c.id)).where(inside)).scalar()
        minutes += [] if newest is None else [minute_of(newest)]
        minutes += hot_minutes(connection, number)
    return max(minutes)


def _next_minute(connection: Connection, streams: dict[int, StreamKey], low: int) -> int | None:
    """The first minute from `low` on in which one of the streams has samples."""
    minutes = []
    for number in streams:
        inside = chunk.c.id.between(chunk_id(number, low), chunk_id(number, _EVER[1]))
        oldest = connection.execute(select(func.min(chunk.c.id)).where(inside)).scalar()
        minutes += [] if oldest is None else [minute_of(oldest)]
        minutes += [minute for minute in hot_minutes(connection, number) if minute >= low]
    return min(minutes, default=None)


def alarm_rows(engine: Engine, filter: HistoryFilter) -> Rows:
    """One row an alarm, in the order in which they were raised. priority: the highest reached; stage: the newest."""
    after: Place | None = None
    while True:
        with engine.connect() as connection, connection.begin():
            rows, after = alarm_page(connection, filter, after)
        yield from rows
        if after is None:
            return


Place = tuple[int, int]
"""Where a page of alarms ends."""


def alarm_page(
    connection: Connection, filter: HistoryFilter, after: Place | None
) -> tuple[list[dict[str, Any]], Place | None]:
    """At most 1,000 rows behind a place (None: from the first on), and where the next page begins, None at the end."""
    later = [] if after is None else [tuple_(alarm.c.raised_at, alarm.c.number) > after]
    query = select(alarm.c.id, alarm.c.number, alarm.c.raised_at, alarm.c.body).where(*conditions(filter), *later)
    rows = connection.execute(query.order_by(alarm.c.raised_at, alarm.c.number).limit(_PAGE)).all()
    notes = notes_of(connection, [row.id for row in rows])
    found = [_alarm_row(decode(Alarm, row.body), notes.get(row.id, ())) for row in rows]
    return found, (rows[-1].raised_at, rows[-1].number) if len(rows) == _PAGE else None


def _alarm_row(state: Alarm, notes: Sequence[AlarmNote]) -> dict[str, Any]:
    answer = state.acknowledged
    values = (
        state.id, state.raised_at.isoformat(), state.ended_at and state.ended_at.isoformat(), state.bed,
        state.patient_id, state.condition.kind.value, state.condition.key, max(state.highest, state.priority).word,
        state.condition.stage.word, state.condition.text, state.condition.detail, state.presence.value,
        answer and answer.at.isoformat(), answer and answer.by, answer and answer.reason, state.demo,
        " | ".join(f"{note.at.isoformat()} {note.by}: {note.text}" for note in notes),
    )  # fmt: skip
    return dict(zip(ALARM_COLUMNS, values, strict=True))


def audit_rows(engine: Engine, filter: HistoryFilter) -> Rows:
    """The audit trail in its order, with the digest of each row; `beds`, `start` and `end` of the filter apply."""
    number = 0
    while True:
        query = select(audit).where(audit.c.number > number)
        if filter.beds:
            query = query.where(audit.c.bed.in_(filter.beds))
        if filter.start is not None:
            query = query.where(audit.c.at >= to_us(filter.start))
        if filter.end is not None:
            query = query.where(audit.c.at < to_us(filter.end))
        with engine.connect() as connection:
            rows = connection.execute(query.order_by(audit.c.number).limit(_PAGE)).all()
        for row in rows:
            yield {**{name: getattr(row, name, None) for name in AUDIT_COLUMNS}, "time": from_us(row.at).isoformat()}
        if len(rows) < _PAGE:
            return
        number = rows[-1].number
