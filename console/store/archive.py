"""SQL of the two sample tiers: what arrives goes to `hot`, the compactor moves whole streams on to `chunk`.

A sample is in exactly one of the two at any moment, so a reader that sees one moment sees each sample once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select

from console.store.blocks import Arrays, arrays_of, by_minute, checksum, decode_minutes, encode_minute, join
from console.store.bulk import insert_rows
from console.store.database import insert_new, upsert
from console.store.frames import Columns, StreamKey, unpack
from console.store.instants import MINUTE_US
from console.store.schema import chunk, damaged, hot, stream
from console.store.words import storable

_MINUTE_BITS = 33
_MINUTE_ZERO = 1 << 31
"""Room for every minute of the years 1 to 9999 on either side of 1970."""

COMPACT_ROWS = 20_000
"""Most hot rows one step of the compactor takes: bounds its memory when it has to catch up."""


def chunk_id(stream_id: int, minute: int) -> int:
    """The key of a minute of a stream; minutes of a stream follow each other."""
    return (stream_id << _MINUTE_BITS) + minute + _MINUTE_ZERO


def minute_of(key: int) -> int:
    """The minute since 1970 in a key."""
    return (key & ((1 << _MINUTE_BITS) - 1)) - _MINUTE_ZERO


class StreamIds:
    """Numbers of streams, looked up once and remembered."""

    def __init__(self) -> None:
        self._known: dict[StreamKey, int] = {}

    def of(self, connection: Connection, key: StreamKey) -> int:
        """The number of a stream, given out in this transaction when it is new. Not remembered before `keep`."""
        found = self._known.get(key)
        if found is not None:
            return found
        bed, source = storable(key[0]), storable(key[1])
        query = select(stream.c.id).where(stream.c.bed == bed, stream.c.source == source)
        number = connection.execute(query).scalar()
        if number is None:
            connection.execute(insert_new(connection, stream), {"bed": bed, "source": source})
            number = connection.execute(query).scalar_one()
        return int(number)

    def keep(self, numbers: Mapping[StreamKey, int]) -> None:
        """Remember numbers whose transaction is committed."""
        self._known.update(numbers)


def write_hot(
    connection: Connection, ids: StreamIds, rows: Iterable[tuple[StreamKey, bytes]], writer: int, number: int
) -> tuple[dict[StreamKey, int], int]:
    """Append packed samples, one row each, numbered from `number`; returns the stream numbers and the next number.

    A row whose (writer, number) is there already is left alone: writing it again after a lost connection is safe.
    """
    streams: dict[StreamKey, int] = {}
    values: list[tuple[Any, ...]] = []
    for key, data in rows:
        if key not in streams:
            streams[key] = ids.of(connection, key)
        values.append((writer, number, streams[key], data))
        number += 1
    insert_rows(connection, "hot", ("writer", "number", "stream", "data"), values, new=True)
    return streams, number


def hot_streams(connection: Connection) -> list[int]:
    """Streams that have samples waiting for the compactor."""
    return list(connection.execute(select(hot.c.stream).distinct().order_by(hot.c.stream)).scalars())


def compact(connection: Connection, stream_id: int) -> int:
    """Move what one stream has in `hot` to its minutes in `chunk`; returns the number of rows moved.

    The caller's transaction holds insert and delete together. A minute that is there already (late samples, a
    minute that was not over) is read, merged and written again.
    """
    query = (
        select(hot.c.writer, hot.c.number, hot.c.data)
        .where(hot.c.stream == stream_id)
        .order_by(hot.c.writer, hot.c.number)
        .limit(COMPACT_ROWS)
        # Two gateways that compact the same stream take turns (PostgreSQL; SQLite has one writer anyway).
        .with_for_update()
    )
    rows = connection.execute(query).all()
    if not rows:
        return 0
    minutes: dict[int, dict[bytes, Arrays]] = {}
    found, bad = _unpack_each([row.data for row in rows])
    for index in bad:
        row = rows[index]
        _set_aside(connection, f"hot {row.writer} {row.number}", row.data)
    for label, columns in found.items():
        for minute, samples in by_minute(arrays_of(columns)):
            minutes.setdefault(minute, {})[label] = samples
    written = [_merged(connection, chunk_id(stream_id, minute), series) for minute, series in minutes.items()]
    if written:
        connection.execute(upsert(connection, chunk, "layout", "data", "crc"), written)
    connection.execute(_DELETE_HOT, [{"w": row.writer, "n": row.number} for row in rows])
    return len(rows)


_DELETE_HOT = delete(hot).where(hot.c.writer == bindparam("w"), hot.c.number == bindparam("n"))


def _unpack_each(blobs: Sequence[bytes]) -> tuple[dict[bytes, Columns], list[int]]:
    """What the blobs hold, and which of them are damaged."""
    try:
        return unpack(blobs), []
    except ValueError:
        bad = [index for index, blob in enumerate(blobs) if not _whole(blob)]
        return unpack([blob for index, blob in enumerate(blobs) if index not in bad]), bad


def _whole(blob: bytes) -> bool:
    try:
        unpack([blob])
    except ValueError:
        return False
    return True


def _set_aside(connection: Connection, origin: str, data: bytes) -> None:
    """Keep the bytes of a damaged row where nobody takes them for vital signs."""
    connection.execute(insert(damaged), {"origin": origin, "data": data})


def _merged(connection: Connection, key: int, series: dict[bytes, Arrays]) -> dict[str, Any]:
    """The row of a minute: what is new, and what was there."""
    there = connection.execute(select(chunk.c.layout, chunk.c.data, chunk.c.crc).where(chunk.c.id == key)).first()
    if there is not None:
        old, bad = decode_minutes([(there.layout, there.data, there.crc)])
        if bad:
            _set_aside(connection, f"chunk {key} crc {there.crc}", there.layout + there.data)
        for label, samples in old.items():
            series[label] = join([samples, series[label]]).sorted() if label in series else samples
    layout, data = encode_minute(series)
    return {"id": key, "layout": layout, "data": data, "crc": checksum(layout, data)}


def streams_of(connection: Connection, beds: Sequence[str] = ()) -> dict[int, StreamKey]:
    """Streams of some beds (all beds when none is named) by number."""
    query = select(stream.c.id, stream.c.bed, stream.c.source)
    if beds:
        query = query.where(stream.c.bed.in_(beds))
    return {row.id: (row.bed, row.source) for row in connection.execute(query)}


def read_stream(
    connection: Connection, stream_id: int, start_us: int, end_us: int, wanted: Any = None
) -> tuple[dict[bytes, list[Arrays]], int]:
    """Samples of a stream measured in [start, end), by label, and the number of damaged rows left out.

    Each label has at most two pieces, sorted in themselves: from chunks, and from hot rows.
    """
    first, last = start_us // MINUTE_US, (end_us - 1) // MINUTE_US
    query = (
        select(chunk.c.layout, chunk.c.data, chunk.c.crc)
        .where(chunk.c.id.between(chunk_id(stream_id, first), chunk_id(stream_id, last)))
        .order_by(chunk.c.id)
    )
    rows = connection.execute(query).all()
    stored, bad = decode_minutes(rows, wanted)
    waiting = connection.execute(
        select(hot.c.data).where(hot.c.stream == stream_id).order_by(hot.c.writer, hot.c.number)
    ).scalars()
    found, torn = _unpack_each(list(waiting))
    recent = {label: arrays_of(columns).sorted() for label, columns in found.items()}
    pieces: dict[bytes, list[Arrays]] = {}
    for source in (stored, recent):
        for label, samples in source.items():
            if wanted is not None and not wanted(label):
                continue
            inside = _between(samples, start_us, end_us)
            if len(inside.measured):
                pieces.setdefault(label, []).append(inside)
    return pieces, bad + len(torn)


def _between(samples: Arrays, start_us: int, end_us: int) -> Arrays:
    """Sorted samples cut to [start, end)."""
    low, high = np.searchsorted(samples.measured, (start_us, end_us), side="left")
    if low == 0 and high == len(samples.measured):
        return samples
    return samples.take(slice(int(low), int(high)))


def hot_minutes(connection: Connection, stream_id: int) -> list[int]:
    """Minutes of which a stream has samples in `hot`, in order."""
    waiting = connection.execute(select(hot.c.data).where(hot.c.stream == stream_id)).scalars()
    found, _ = _unpack_each(list(waiting))
    return sorted({at // MINUTE_US for columns in found.values() for at in columns.measured})
