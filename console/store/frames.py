"""Samples as they arrive, packed: the form of the hot tier and of the buffer that waits for the disk.

A blob stands for itself: a list of labels (parameter and site), then frames. A frame is what one reading of a
device brought: its times once, then label, status and value of each sample. Blobs may be joined end to end.
Values are IEEE doubles, so that every value comes out as it went in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from struct import Struct
from struct import error as struct_error

from console.store.instants import EPOCH, to_us
from console.store.records import Sample
from drivers.observation import Observation, Parameter, Status

StreamKey = tuple[str, str]
"""Bed and source."""

Blob = tuple[StreamKey, int, bytes]
"""Stream, number of samples, bytes."""

STATUS_CODE: dict[Status, int] = {Status.VALID: 0, Status.QUESTIONABLE: 1, Status.UNAVAILABLE: 2}
STATUS = (Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE)
STATUS_BITS = 0x0F
NO_VALUE = 0x80
"""Set in the status byte when the value is None, whatever the status."""

NO_TIME = -(2**31)
NAIVE = 2**31 - 1
"""Zone of a device time: seconds east of UTC, or one of these two."""

_MAXIMUM_LABELS = 255
_MAXIMUM_FRAME = 9_999
_COUNTS = Struct("<HI")
_LENGTH = Struct("<H")
_FRAME = Struct("<qqqiH")
_SAMPLE = Struct("<BBd")


@lru_cache(maxsize=4096)
def label_of(parameter: Parameter, site: str | None) -> bytes:
    """Parameter and site as one word. An empty site is no site."""
    return f"{parameter.value}\x00{site or ''}".encode("utf-8", "replace")


@lru_cache(maxsize=4096)
def read_label(label: bytes) -> tuple[Parameter, str | None]:
    """The parameter and site of a label."""
    name, _, site = label.decode("utf-8").partition("\x00")
    return Parameter(name), site or None


def pack_device_time(at: datetime | None) -> tuple[int, int]:
    """A device's own time as (its clock face in microseconds, its zone)."""
    if at is None:
        return 0, NO_TIME
    offset = at.utcoffset()
    face = to_us(at.replace(tzinfo=UTC))
    return face, NAIVE if offset is None else round(offset.total_seconds())


def unpack_device_time(face: int, zone: int) -> datetime | None:
    """The device's own time again, naive when the device named no zone."""
    if zone == NO_TIME:
        return None
    plain = (EPOCH + timedelta(microseconds=int(face))).replace(tzinfo=None)
    return plain if zone == NAIVE else plain.replace(tzinfo=timezone(timedelta(seconds=int(zone))))


@lru_cache(maxsize=512)
def _samples_struct(count: int) -> Struct:
    return Struct("<" + "BBd" * count)


def _same_device_time(one: datetime | None, other: datetime | None) -> bool:
    """Equal instants in different zones are two times here: the zone is kept."""
    return one is other or (one == other and one is not None and other is not None and one.tzinfo is other.tzinfo)


@lru_cache(maxsize=512)
def _label_list(labels: tuple[tuple[Parameter, str | None], ...]) -> bytes:
    """The labels at the head of a blob; a monitor sends the same ones for ever."""
    words = [label_of(parameter, site) for parameter, site in labels]
    return b"".join(_LENGTH.pack(len(word)) + word for word in words)


class _Packer:
    """Collects the samples of one stream into one blob."""

    __slots__ = ("_device", "_frames", "_labels", "_measured", "_open", "_received", "count")

    def __init__(self) -> None:
        self._labels: dict[tuple[Parameter, str | None], int] = {}
        self._frames: list[bytes] = []
        self._measured: datetime | None = None
        self._received: datetime | None = None
        self._device: datetime | None = None
        self._open: list[int | float] = []
        self.count = 0

    def full(self) -> bool:
        """True when one more label might not fit."""
        return len(self._labels) >= _MAXIMUM_LABELS

    def add(self, seen: Observation) -> None:
        parameter, value, status, _, received, measured, _, site, device = seen
        # Nearly always the very same objects as before: compared by value only when they are not.
        if measured is not self._measured or received is not self._received or device is not self._device:
            if not (
                measured == self._measured and received == self._received and _same_device_time(device, self._device)
            ):
                self._close()
            self._measured, self._received, self._device = measured, received, device
        label = (parameter, site)
        index = self._labels.get(label)
        if index is None:
            index = self._labels[label] = len(self._labels)
        if value is None:
            self._open += (index, STATUS_CODE[status] | NO_VALUE, 0.0)
        else:
            self._open += (index, STATUS_CODE[status], value)
        self.count += 1
        if len(self._open) > 3 * _MAXIMUM_FRAME:
            self._close()

    def _close(self) -> None:
        """End the open frame, if samples are in it."""
        if not self._open or self._measured is None or self._received is None:
            return
        measured_us = to_us(self._measured)
        received_us = measured_us if self._received is self._measured else to_us(self._received)
        count = len(self._open) // 3
        self._frames.append(_FRAME.pack(measured_us, received_us, *pack_device_time(self._device), count))
        self._frames.append(_samples_struct(count).pack(*self._open))
        self._open = []

    def finish(self) -> bytes:
        self._close()
        counts = _COUNTS.pack(len(self._labels), len(self._frames) // 2)
        return b"".join((counts, _label_list(tuple(self._labels)), *self._frames))


def pack(samples: Iterable[Sample]) -> list[Blob]:
    """Pack samples, in order, into blobs.

    Raises TypeError for a time without zone, struct.error for a site label over 65,535 bytes.
    """
    samples = tuple(samples)
    alike = _pack_frame(samples) if len(samples) > 1 else None
    return _pack_any(samples) if alike is None else [alike]


def _pack_frame(samples: tuple[Sample, ...]) -> Blob | None:
    """The values that one reading brought, as most messages are: one stream, the very same times, a value in each.
    None for all others. The same bytes as `_pack_any` makes, by columns."""
    beds, seen = zip(*samples, strict=True)
    parameters, values, statuses, sources, received, measured, _, sites, device = zip(*seen, strict=True)
    count = len(samples)
    if beds.count(beds[0]) < count or sources.count(sources[0]) < count or None in values:
        return None
    if received.count(received[0]) < count or measured.count(measured[0]) < count:
        return None
    # Equal instants in two zones are two device times.
    if device.count(None) < count and len(set(map(id, device))) > 1:
        return None
    layout = _layout(parameters, sites)
    if layout is None:
        return None
    labels, indexes = layout
    body: list[int | float] = [0] * (3 * count)
    body[::3] = indexes
    if statuses.count(Status.VALID) < count:
        body[1::3] = [STATUS_CODE[status] for status in statuses]
    body[2::3] = values
    measured_us = to_us(measured[0])
    received_us = measured_us if received[0] is measured[0] else to_us(received[0])
    head = _FRAME.pack(measured_us, received_us, *pack_device_time(device[0]), count)
    return (beds[0], sources[0]), count, labels + head + _samples_struct(count).pack(*body)


@lru_cache(maxsize=512)
def _layout(parameters: tuple[Parameter, ...], sites: tuple[str | None, ...]) -> tuple[bytes, tuple[int, ...]] | None:
    """The head of a blob of one frame, and the label of each of its samples; None when they are too many for one."""
    places: dict[tuple[Parameter, str | None], int] = {}
    indexes = tuple(places.setdefault(label, len(places)) for label in zip(parameters, sites, strict=True))
    if len(places) > _MAXIMUM_LABELS or len(indexes) > _MAXIMUM_FRAME:
        return None
    return _COUNTS.pack(len(places), 1) + _label_list(tuple(places)), indexes


def _pack_any(samples: Iterable[Sample]) -> list[Blob]:
    """Any samples, in order."""
    blobs: list[Blob] = []
    packers: dict[StreamKey, _Packer] = {}
    for bed, seen in samples:
        key = (bed, seen.source)
        packer = packers.get(key)
        if packer is None:
            packer = packers[key] = _Packer()
        elif packer.full():
            blobs.append((key, packer.count, packer.finish()))
            packer = packers[key] = _Packer()
        packer.add(seen)
    blobs += [(key, packer.count, packer.finish()) for key, packer in packers.items()]
    return blobs


@dataclass(slots=True)
class Columns:
    """Samples of one label as lists of equal length, in order of arrival. Times in microseconds."""

    measured: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    device: list[int] = field(default_factory=list)
    zone: list[int] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)


def unpack(blobs: Sequence[bytes]) -> dict[bytes, Columns]:
    """What the blobs hold, by label. Raises ValueError when a blob is not whole."""
    found: dict[bytes, Columns] = {}
    for blob in blobs:
        position = 0
        try:
            while position < len(blob):
                position = _unpack_one(blob, position, found)
        except (struct_error, IndexError) as error:
            raise ValueError(f"damaged block of samples: {error}") from error
    return found


def _unpack_one(blob: bytes, position: int, found: dict[bytes, Columns]) -> int:
    """Read one blob of a joined row into `found`; returns where it ends."""
    label_count, frame_count = _COUNTS.unpack_from(blob, position)
    position += _COUNTS.size
    columns = []
    for _ in range(label_count):
        (length,) = _LENGTH.unpack_from(blob, position)
        position += _LENGTH.size
        columns.append(found.setdefault(blob[position : position + length], Columns()))
        position += length
    view = memoryview(blob)
    for _ in range(frame_count):
        measured, received, device, zone, count = _FRAME.unpack_from(blob, position)
        position += _FRAME.size
        end = position + count * _SAMPLE.size
        for index, status, value in _SAMPLE.iter_unpack(view[position:end]):
            column = columns[index]
            column.measured.append(measured)
            column.received.append(received)
            column.device.append(device)
            column.zone.append(zone)
            column.status.append(status)
            column.value.append(value)
        position = end
    return position
