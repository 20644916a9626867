"""Whole minutes of samples, packed: the form of the chunk tier.

A row holds the samples of one stream whose measured time lies in one minute. Its layout says what its data holds:
axes (times shared by all series that came in the same frames) and series (parameter and site), each with the
number and width of what follows. Rows of equal layout have data of equal shape and are decoded together.

- Times are a regular grid (first, step) and what is left over in the narrowest whole number of microseconds that
  takes it, nothing at all when the stream is regular.
- Values are int16 of the value times 10, 1, 100 or 1000, whichever gives back the very same doubles, and when they
  lie within 255 steps of the lowest, that one and a byte each; else float32 when that does; else float64. Nothing is
  ever rounded or wrapped.
- A status byte a sample, left out where every sample of the block is valid.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from console.store.frames import NO_TIME, NO_VALUE, Columns
from console.store.instants import MINUTE_US

FORMAT = 1

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arrays:
    """Samples of one series, equal lengths. measured, received: microseconds UTC; device, zone: as in frames
    (clock face, seconds east or NAIVE or NO_TIME); value: 0.0 where `status` has NO_VALUE set."""

    measured: Ints
    received: Ints
    device: Ints
    zone: npt.NDArray[np.int32]
    status: npt.NDArray[np.uint8]
    value: npt.NDArray[np.float64]

    def take(self, which: Any) -> Arrays:
        """The samples that `which` (a mask, slice or order) names."""
        return Arrays(*(getattr(self, f.name)[which] for f in fields(self)))

    def sorted(self) -> Arrays:
        """By measured time, then time of reception, then arrival."""
        measured = self.measured
        later = np.diff(measured)
        if (later > 0).all():
            return self
        return self.take(np.lexsort((self.received, measured)))


def arrays_of(columns: Columns) -> Arrays:
    """Lists of samples as arrays."""
    return Arrays(
        np.array(columns.measured, np.int64),
        np.array(columns.received, np.int64),
        np.array(columns.device, np.int64),
        np.array(columns.zone, np.int32),
        np.array(columns.status, np.uint8),
        np.array(columns.value, np.float64),
    )


def join(parts: Sequence[Arrays]) -> Arrays:
    """Several pieces as one, in their order."""
    if len(parts) == 1:
        return parts[0]
    return Arrays(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Arrays)))


_RESIDUALS: tuple[npt.DTypeLike | None, ...] = (None, "<i2", "<i4", "<i8")
_SAME, _ABSENT = 4, 5
_ZONE_ABSENT, _ZONE_ONE, _ZONE_EACH = 0, 1, 2
_DIVISORS = (10, 1, 100, 1000)
_FLOAT32, _FLOAT64, _BYTES = 4, 5, 6
_VALUE_TYPES: tuple[npt.DTypeLike, ...] = ("<i2", "<i2", "<i2", "<i2", "<f4", "<f8", "u1", "u1", "u1", "u1")

_HEAD = Struct("<BHH")
_AXIS = Struct("<IBBBB")
_SERIES = Struct("<HBBH")


def _grid(times: Ints) -> tuple[int, bytes]:
    """Times as (code of the residual, bytes): first, step, residuals."""
    count = len(times)
    first = int(times[0])
    step = (int(times[-1]) - first) // (count - 1) if count > 1 else 0
    rest = times - (first + step * np.arange(count, dtype=np.int64))
    low, high = int(rest.min()), int(rest.max())
    wide = max(-low - 1, high)
    code = 0 if low == high == 0 else next(c for c, bits in ((1, 15), (2, 31), (3, 63)) if wide < 2**bits)
    head = np.array((first, step), "<i8").tobytes()
    kind = _RESIDUALS[code]
    return code, head if kind is None else head + rest.astype(kind).tobytes()


def _encode_axis(samples: Arrays) -> tuple[bytes, bytes]:
    """The times of a series as (layout, data)."""
    measured_code, data = _grid(samples.measured)
    received_code, device_code, zone_code = _SAME, _ABSENT, _ZONE_ABSENT
    if not np.array_equal(samples.received, samples.measured):
        received_code, more = _grid(samples.received)
        data += more
    first_zone = samples.zone[0]
    if (samples.zone == first_zone).all():
        if first_zone != NO_TIME:
            zone_code = _ZONE_ONE
            device_code, more = _grid(samples.device)
            data += more + np.array((first_zone,), "<i4").tobytes()
    else:
        zone_code = _ZONE_EACH
        device_code, more = _grid(samples.device)
        data += more + samples.zone.astype("<i4").tobytes()
    return _AXIS.pack(len(samples.measured), measured_code, received_code, device_code, zone_code), data


def _encode_values(samples: Arrays) -> tuple[int, int, bytes]:
    """Values and statuses as (code of the value type, 1 when statuses are stored, data)."""
    stated = int(samples.status.any())
    statuses = samples.status.tobytes() if stated else b""
    values = samples.value
    wanted = values.view(np.int64)
    for code, divisor in enumerate(_DIVISORS):
        with np.errstate(all="ignore"):
            scaled = np.rint(values * divisor)
            if not (np.abs(scaled) <= 32767).all():
                continue
            packed = scaled.astype("<i2")
            # Judged on what a reader will make of it: a minus zero, for one, has no int16.
            if np.array_equal((packed / np.float64(divisor)).view(np.int64), wanted):
                low = int(packed.min())
                if int(packed.max()) - low > 255:
                    return code, stated, packed.tobytes() + statuses
                above = (packed.astype(np.int32) - low).astype("u1")
                return _BYTES + code, stated, np.array((low,), "<i2").tobytes() + above.tobytes() + statuses
    with np.errstate(all="ignore"):
        single = values.astype("<f4")
        if np.array_equal(single.astype(np.float64).view(np.int64), wanted):
            return _FLOAT32, stated, single.tobytes() + statuses
    return _FLOAT64, stated, values.astype("<f8").tobytes() + statuses


def encode_minute(series: Mapping[bytes, Arrays]) -> tuple[bytes, bytes]:
    """One row of the chunk tier as (layout, data) from non-empty series by label."""
    axes: dict[tuple[bytes, bytes], int] = {}
    entries, blocks = [], []
    for label, samples in sorted(series.items()):
        axis = axes.setdefault(_encode_axis(samples), len(axes))
        code, stated, data = _encode_values(samples)
        entries.append(_SERIES.pack(axis, code, stated, len(label)) + label)
        blocks.append(data)
    layout = _HEAD.pack(FORMAT, len(axes), len(entries)) + b"".join([a for a, _ in axes] + entries)
    return layout, b"".join([d for _, d in axes] + blocks)


def checksum(layout: bytes, data: bytes) -> int:
    """CRC-32 of a row: a bit that flipped on the disk must not become a vital sign."""
    return zlib.crc32(data, zlib.crc32(layout))


@dataclass(frozen=True, slots=True)
class _Layout:
    """A layout, read: the shape of the data, and by label (axis, code of the value type, statuses stored)."""

    kind: np.dtype[np.void]
    axes: tuple[tuple[int, int, int, int, int], ...]
    series: tuple[tuple[bytes, int, int, int], ...]


@lru_cache(maxsize=4096)
def _read_layout(layout: bytes) -> _Layout:
    form, axis_count, series_count = _HEAD.unpack_from(layout)
    if form != FORMAT:
        raise ValueError(f"samples in format {form}, this program reads {FORMAT}")
    position = _HEAD.size
    parts: list[tuple[str, Any, tuple[int, ...]]] = []
    axes = []
    for index in range(axis_count):
        axis = _AXIS.unpack_from(layout, position)
        axes.append(axis)
        position += _AXIS.size
        count, *grids, zone = axis
        for name, code in zip("mrd", grids, strict=True):
            if code in (_SAME, _ABSENT):
                continue
            parts.append((f"{name}{index}", "<i8", (2,)))
            if _RESIDUALS[code] is not None:
                parts.append((f"{name}{index}+", _RESIDUALS[code], (count,)))
        if zone != _ZONE_ABSENT:
            parts.append((f"z{index}", "<i4", (1 if zone == _ZONE_ONE else count,)))
    series = []
    for index in range(series_count):
        axis, code, stated, length = _SERIES.unpack_from(layout, position)
        position += _SERIES.size
        series.append((layout[position : position + length], axis, code, stated))
        position += length
        count = axes[axis][0]
        if code >= _BYTES:
            parts.append((f"b{index}", "<i2", (1,)))
        parts.append((f"v{index}", _VALUE_TYPES[code], (count,)))
        if stated:
            parts.append((f"s{index}", "u1", (count,)))
    return _Layout(np.dtype(parts), tuple(axes), tuple(series))


class _Rows:
    """Rows of one layout, decoded on demand into matrices of (row, sample)."""

    def __init__(self, layout: _Layout, data: Sequence[bytes]) -> None:
        self._layout = layout
        self._table = np.frombuffer(b"".join(data), layout.kind)
        self._cache: dict[tuple[str, int], Any] = {}

    def times(self, name: str, axis: int) -> Any:
        key = (name, axis)
        if key not in self._cache:
            self._cache[key] = self._decode_times(name, axis)
        return self._cache[key]

    def _decode_times(self, name: str, axis: int) -> Any:
        count, measured, received, device, zone = self._layout.axes[axis]
        rows = len(self._table)
        if name == "z":
            if zone == _ZONE_ABSENT:
                return np.full((rows, count), NO_TIME, np.int32)
            return np.broadcast_to(self._table[f"z{axis}"], (rows, count))
        code = {"m": measured, "r": received, "d": device}[name]
        if code == _SAME:
            return self.times("m", axis)
        if code == _ABSENT:
            return np.zeros((rows, count), np.int64)
        head = self._table[f"{name}{axis}"]
        grid = head[:, :1] + head[:, 1:] * np.arange(count, dtype=np.int64)
        return grid if code == 0 else grid + self._table[f"{name}{axis}+"]

    def value(self, index: int, code: int) -> Any:
        raw = self._table[f"v{index}"]
        if code in (_FLOAT32, _FLOAT64):
            return raw.astype(np.float64)
        if code >= _BYTES:
            raw = np.add(raw, self._table[f"b{index}"], dtype=np.float64)
            return np.divide(raw, _DIVISORS[code - _BYTES], out=raw)
        return raw / np.float64(_DIVISORS[code])

    def status(self, index: int, stated: int) -> Any:
        raw = self._table[f"v{index}"]
        return self._table[f"s{index}"] if stated else np.zeros(raw.shape, np.uint8)


ChunkRow = tuple[bytes, bytes, int]
"""Layout, data, checksum."""


def decode_minutes(rows: Iterable[ChunkRow], wanted: Any = None) -> tuple[dict[bytes, Arrays], int]:
    """All samples of rows given in order of time, by label, and the number of rows left out as damaged.

    wanted: a test on labels; the others are not decoded. Samples come sorted by row, inside a row as it was encoded.
    """
    groups: dict[bytes, tuple[list[int], list[bytes]]] = {}
    damaged = 0
    total = 0
    for layout, data, crc in rows:
        if checksum(layout, data) != crc:
            damaged += 1
            continue
        group = groups.get(layout)
        if group is None:
            group = groups[layout] = ([], [])
        group[0].append(total)
        group[1].append(data)
        total += 1
    pieces: dict[bytes, list[tuple[list[int], Any]]] = {}
    for layout, (positions, data_list) in groups.items():
        read = _read_layout(layout)
        table = _Rows(read, data_list)
        for index, (label, axis, code, stated) in enumerate(read.series):
            if wanted is None or wanted(label):
                matrices = (
                    *(table.times(name, axis) for name in "mrdz"),
                    table.status(index, stated),
                    table.value(index, code),
                )
                pieces.setdefault(label, []).append((positions, matrices))
    flat: dict[int, Any] = {}
    return {label: _in_order(parts, total, flat) for label, parts in pieces.items()}, damaged


def _in_order(parts: list[tuple[list[int], Any]], total: int, flat: dict[int, Any]) -> Arrays:
    """Matrices of several layouts as one run of samples, in the order of their rows."""
    if len(parts) == 1:
        # Series of one axis get the very same array of times: a reader need not look at it twice.
        return Arrays(*(flat.setdefault(id(matrix), matrix.ravel()) for matrix in parts[0][1]))
    lengths = np.zeros(total + 1, np.int64)
    for positions, matrices in parts:
        lengths[np.array(positions) + 1] = matrices[0].shape[1]
    starts = np.cumsum(lengths)
    kinds = (np.int64, np.int64, np.int64, np.int32, np.uint8, np.float64)
    whole: list[Any] = [np.empty(int(starts[-1]), kind) for kind in kinds]
    for positions, matrices in parts:
        place = starts[np.array(positions)][:, None] + np.arange(matrices[0].shape[1])
        for column, matrix in zip(whole, matrices, strict=True):
            column[place] = matrix
    return Arrays(*whole)


def by_minute(samples: Arrays) -> Iterable[tuple[int, Arrays]]:
    """The samples cut at minutes since 1970 of their measured time; sorted inside each."""
    ordered = samples.sorted()
    minutes = ordered.measured // MINUTE_US
    edges = np.flatnonzero(np.diff(minutes)) + 1
    for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(minutes)], strict=True):
        yield int(minutes[start]), ordered.take(slice(start, end))


def present(status: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Where a sample has a value."""
    return np.asarray((status & NO_VALUE) == 0)
