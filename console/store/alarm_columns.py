"""What figures are made of, as columns: alarms, how long stays were open, and when values were stored.

Read past the bodies of the alarms, in pieces, and given up as soon as nobody wants the answer any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select, case, func, select, text

from console.alarms.alarm import Alarm, Kind, Priority
from console.store.archive import chunk_id, hot_minutes, hot_streams, minute_of, streams_of
from console.store.codec import decode
from console.store.instants import HOUR_US, MINUTE_US
from console.store.schema import FOREVER, LONG_ALARM, alarm, audit, chunk, stay
from console.ward.patient import Patient

NEVER = np.iinfo(np.int64).max
"""Stands for a time that has not come."""

KINDS = tuple(Kind)
_KIND_CODE = {kind.value: code for code, kind in enumerate(KINDS)}

_PRIORITIES = max(Priority) + 1

PIECE_US = 24 * HOUR_US
"""Alarms of so long are in Python's hands at a time."""

_EVER_MINUTES = 6 * 10**9
_ONE_BY_ONE = "technical:late_data:"
"""Keys that begin so end with the minute they tell of: they are one condition."""

Longs = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]
Codes = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class Cancelled(Exception):  # noqa: N818 - reads as the state it names
    """Nobody wants the answer any more."""


@dataclass(frozen=True, slots=True)
class AlarmColumns:
    """Alarms, ordered by the time they were raised. Times: microseconds since 1970 UTC, NEVER for none. called: since
    when it called for the answer, answered: when that came (console.store.answers). kind: place in KINDS; priority:
    the highest reached; bed, key: places in `beds` and `keys`; patient: one was admitted. number: empty unless
    asked for."""

    raised: Longs
    ended: Longs
    called: Longs
    answered: Longs
    kind: Small
    priority: Small
    bed: Codes
    key: Codes
    patient: Bools
    number: Longs
    beds: tuple[str, ...]
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.raised)

    def take(self, where: Any) -> AlarmColumns:
        """Some of them: a mask, a slice or places."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, column in arrays.items():
            if isinstance(column, np.ndarray) and len(column):
                arrays[name] = column[where]
        return AlarmColumns(**arrays)


def condition_of(key: str) -> str:
    """The key under which an alarm is counted."""
    return key.rpartition(":")[0] if key.startswith(_ONE_BY_ONE) else key


def read_alarms(
    connection: Connection,
    start_us: int,
    end_us: int,
    beds: Sequence[str] = (),
    kinds: Sequence[Kind] = (),
    *,
    numbers: bool = False,
    wanted: Callable[[], bool] = lambda: True,
) -> AlarmColumns:
    """Alarms raised in [start, end), those of invented values left out. Raises Cancelled once nobody wants them."""
    query = _query(beds, kinds, numbers)
    edges = range(start_us, end_us, PIECE_US)
    pieces = (query.where(alarm.c.raised_at.between(at, min(at + PIECE_US, end_us) - 1)) for at in edges)
    return _read(connection, pieces, numbers, wanted)


def read_long(
    connection: Connection,
    end_us: int,
    beds: Sequence[str] = (),
    kinds: Sequence[Kind] = (),
    *,
    numbers: bool = False,
    wanted: Callable[[], bool] = lambda: True,
) -> AlarmColumns:
    """Alarms raised before `end` whose condition stood for 24 h or more, or is still there."""
    query = _query(beds, kinds, numbers).where(alarm.c.raised_at < end_us, text(f"({LONG_ALARM})"))
    return _read(connection, [query], numbers, wanted)


def _query(beds: Sequence[str], kinds: Sequence[Kind], numbers: bool) -> Select[Any]:
    """Seven columns: a row costs by what the driver makes of it, so small numbers share one."""
    a = alarm.c
    patient = case((a.patient_id != "", 1), else_=0)
    small = (case(_KIND_CODE, value=a.kind) * _PRIORITIES + a.highest) * 2 + patient
    times = a.raised_at, func.coalesce(a.ended_at, NEVER), a.calls_from, a.response
    query = (
        select(*times, small, a.bed, a.key, *([a.number] if numbers else []))
        .where(a.demo.is_(False))
        .order_by(a.raised_at)
    )
    if beds:
        query = query.where(a.bed.in_(beds))
    return query.where(a.kind.in_([kind.value for kind in kinds])) if kinds else query


class _Numbered:
    """Words by the order in which they turned up."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def codes(self, words: Sequence[str]) -> Codes:
        known = self.known
        return np.fromiter((known.setdefault(word, len(known)) for word in words), np.int32, len(words))


def _read(
    connection: Connection, queries: Iterable[Select[Any]], numbers: bool, wanted: Callable[[], bool]
) -> AlarmColumns:
    beds, keys = _Numbered(), _Numbered()
    named: dict[str, str] = {}
    pieces: list[tuple[Any, ...]] = []
    for rows in _pieces(connection, queries, wanted):
        raised, ended, called, response, small, bed, key, *more = zip(*rows, strict=True)
        for word in set(key) - named.keys():
            named[word] = condition_of(word)
        shared = np.array(small, np.int32)
        since, took = np.array(called, np.int64), np.array(response, np.int64)
        pieces.append(
            (
                np.array(raised, np.int64),
                np.array(ended, np.int64),
                since,
                np.where(took == FOREVER, NEVER, since + np.minimum(took, FOREVER - since)),
                (shared // (2 * _PRIORITIES)).astype(np.int8),
                (shared // 2 % _PRIORITIES).astype(np.int8),
                beds.codes(bed),
                keys.codes([named[word] for word in key]),
                shared % 2 == 1,
                np.array(more[0] if numbers else (), np.int64),
            )
        )
    types = (np.int64, np.int64, np.int64, np.int64, np.int8, np.int8, np.int32, np.int32, np.bool_, np.int64)
    columns: list[Any] = [np.concatenate(part) for part in zip(*pieces, strict=True)]
    if not columns:
        columns = [np.empty(0, kind) for kind in types]
    words: tuple[Any, ...] = (tuple(beds.known), tuple(keys.known))
    return AlarmColumns(*columns, *words)


def _pieces(
    connection: Connection, queries: Iterable[Select[Any]], wanted: Callable[[], bool]
) -> Iterator[Sequence[Any]]:
    """Rows as the driver hands them over: wrapped once more they would cost as much again."""
    for query in queries:
        if not wanted():
            raise Cancelled
        result = connection.execute(query)
        rows: Sequence[Any] = () if result.cursor is None else result.cursor.fetchall()
        result.close()
        if rows:
            yield rows


def ids_of(connection: Connection, numbers: Sequence[int]) -> list[str]:
    """The ids of alarms by their numbers, in the order of these."""
    query = select(alarm.c.number, alarm.c.id).where(alarm.c.number.in_(numbers))
    found = {row.number: row.id for row in connection.execute(query)}
    return [found[number] for number in numbers if number in found]


def newest_text(connection: Connection, bed: str, key: str, start_us: int, end_us: int) -> str:
    """What the newest alarm of a condition at a bed, raised in [start, end), was called; "" without one."""
    same = (
        alarm.c.key.startswith(f"{key}:", autoescape=True) if f"{key}:".startswith(_ONE_BY_ONE) else alarm.c.key == key
    )
    query = (
        select(alarm.c.body)
        .where(alarm.c.bed == bed, same, alarm.c.raised_at.between(start_us, end_us - 1), alarm.c.demo.is_(False))
        .order_by(alarm.c.raised_at.desc())
        .limit(1)
    )
    body = connection.execute(query).scalar()
    return "" if body is None else decode(Alarm, body).condition.text


def record_begins(connection: Connection) -> int | None:
    """When the record begins: the first alarm or the first entry of the audit trail; None while there is neither."""
    first = [connection.execute(select(func.min(c))).scalar() for c in (alarm.c.raised_at, audit.c.at)]
    return min((at for at in first if at is not None), default=None)


def open_stays(connection: Connection, start_us: int, end_us: int, beds: Sequence[str] = ()) -> Longs:
    """Admission and discharge (NEVER while the patient is there) of stays that touch [start, end), a row each; stays of
    invented patients left out."""
    query = select(stay.c.admitted_at, stay.c.discharged_at, stay.c.patient).where(
        stay.c.admitted_at < end_us, stay.c.discharged_at.is_(None) | (stay.c.discharged_at > start_us)
    )
    if beds:
        query = query.where(stay.c.bed.in_(beds))
    found = [
        (row.admitted_at, NEVER if row.discharged_at is None else row.discharged_at)
        for row in connection.execute(query)
        if not decode(Patient, row.patient).demo
    ]
    return np.array(found, np.int64).reshape(-1, 2)


def stored_hours(
    connection: Connection,
    start_us: int,
    end_us: int,
    beds: Sequence[str] = (),
    without: frozenset[str] = frozenset(),
    wanted: Callable[[], bool] = lambda: True,
) -> Longs:
    """Hours since 1970 UTC that touch [start, end) in which a value of a bed was measured, once for each such bed.
    without: beds that do not count. Raises Cancelled once nobody wants them."""
    first, last = start_us // HOUR_US, -(-end_us // HOUR_US)
    waiting = set(hot_streams(connection))
    hours: dict[str, set[int]] = {}
    for number, (bed, _) in streams_of(connection, beds).items():
        if not wanted():
            raise Cancelled
        if bed in without:
            continue
        found = hours.setdefault(bed, set())
        found.update(_packed_hours(connection, number, first, last))
        if number in waiting:
            found.update(h for m in hot_minutes(connection, number) if first <= (h := m // 60) < last)
    return np.array(sorted(hour for found in hours.values() for hour in found), np.int64)


# From one hour that holds a minute to the next that does: as many steps as there are hours, whatever a minute holds.
_HOURS = text("""
    WITH RECURSIVE seen(id) AS (
        SELECT MIN(id) FROM chunk WHERE id >= :low AND id < :high
        UNION ALL
        SELECT (SELECT MIN(c.id) FROM chunk c WHERE c.id >= :zero + ((seen.id - :zero) / 60 + 1) * 60 AND c.id < :high)
        FROM seen WHERE seen.id IS NOT NULL
    )
    SELECT id FROM seen WHERE id IS NOT NULL
""")


def _packed_hours(connection: Connection, number: int, first: int, last: int) -> list[int]:
    places = {
        "zero": chunk_id(number, 0),
        "low": chunk_id(number, first * 60),
        "high": chunk_id(number, last * 60),
    }
    return [minute_of(key) // 60 for (key,) in connection.execute(_HOURS, places).all()]


def values_begin(connection: Connection, beds: Sequence[str] = (), without: frozenset[str] = frozenset()) -> int | None:
    """The hour (microseconds of its beginning) from which on values of these beds are stored, None without any."""
    found: list[int] = []
    waiting = set(hot_streams(connection))
    for number, (bed, _) in streams_of(connection, beds).items():
        if bed in without:
            continue
        inside = chunk.c.id.between(chunk_id(number, 0), chunk_id(number, _EVER_MINUTES))
        oldest = connection.execute(select(func.min(chunk.c.id)).where(inside)).scalar()
        found += [] if oldest is None else [minute_of(oldest)]
        found += hot_minutes(connection, number)[:1] if number in waiting else []
    return min(found) * MINUTE_US // HOUR_US * HOUR_US if found else None
