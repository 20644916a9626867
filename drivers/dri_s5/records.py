"""Datex records: the 40-byte header, the subrecords it lists, and the requests the console makes.

Source: Datex-Ohmeda S/5 Computer Interface, document M1017617; Datex record interface, document 8005313.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

MAIN_PHYSIOLOGICAL = 0
MAIN_ALARM = 4

DISPLAYED = 1
"""Subrecord of a physiological record: the values on the monitor's screen. 2 and 3 are trends of the past."""
AUXILIARY = 4
"""Subrecord of a physiological record: among others the time of the last cuff reading."""
ALARM_STATUS = 1
"""Subrecord of an alarm record."""

HEADER_BYTES = 40
_END_OF_LIST = 0xFF
_MAIN_TYPES = (0, 1, 4, 5, 8)
_LENGTH, _TIME, _MAIN_TYPE, _LIST = 0, 6, 14, 16
_DESCRIPTORS = 8

SHORTEST_FRAME = HEADER_BYTES + 1
_LONGEST_RECORD = 1600


@dataclass(frozen=True, slots=True)
class Record:
    """A record whose length and list of subrecords are sound. Times are the monitor's own."""

    main_type: int
    subrecords: tuple[tuple[int, bytes], ...]


def parse_record(data: bytes) -> Record | None:
    """Read a record that passed its checksum; None when the header contradicts itself."""
    if len(data) < HEADER_BYTES:
        return None
    length: int = struct.unpack_from("<h", data, _LENGTH)[0]
    main_type: int = struct.unpack_from("<h", data, _MAIN_TYPE)[0]
    if length != len(data) or main_type not in _MAIN_TYPES:
        return None
    places: list[tuple[int, int]] = []
    for index in range(_DESCRIPTORS):
        offset, kind = struct.unpack_from("<hB", data, _LIST + 3 * index)
        if kind == _END_OF_LIST:
            break
        if not 0 <= offset <= length - HEADER_BYTES or (places and offset <= places[-1][0]):
            return None
        places.append((offset, kind))
    ends = [offset for offset, _ in places[1:]] + [length - HEADER_BYTES]
    body = data[HEADER_BYTES:]
    return Record(main_type, tuple((kind, body[offset:end]) for (offset, kind), end in zip(places, ends, strict=True)))


def begins_like_record(data: bytes) -> bool:
    """True when the first bytes could be those of a record: a possible length, and a main type if it is there."""
    if len(data) < 2:
        return False
    length = data[0] | data[1] << 8
    return HEADER_BYTES <= length <= _LONGEST_RECORD and (len(data) < _LIST or data[_MAIN_TYPE] in _MAIN_TYPES)


def make_record(main_type: int, subrecords: tuple[tuple[int, bytes], ...], number: int = 0, seconds: int = 0) -> bytes:
    """A record: what the console asks with, and what a simulated monitor answers with.

    seconds: the sender's clock, seconds since 1970 in its own zone; number: running number of the record.
    """
    body = b"".join(data for _, data in subrecords)
    header = bytearray(HEADER_BYTES)
    struct.pack_into("<hB", header, _LENGTH, HEADER_BYTES + len(body), number & 0xFF)
    struct.pack_into("<I", header, _TIME, seconds)
    struct.pack_into("<h", header, _MAIN_TYPE, main_type)
    offset = 0
    for index, (kind, data) in enumerate(subrecords):
        struct.pack_into("<hB", header, _LIST + 3 * index, offset, kind)
        offset += len(data)
    if len(subrecords) < _DESCRIPTORS:
        header[_LIST + 3 * len(subrecords) + 2] = _END_OF_LIST
    return bytes(header) + body


ALL_CLASSES = 0x0E
"""Class mask that asks for the extended classes too; bit 0 would refuse the basic one."""
BASIC_CLASS = 0x00


def displayed_values_request(interval_s: int, classes: int = BASIC_CLASS) -> bytes:
    """Record that asks for the displayed values each `interval_s` seconds (5 or more; 0 ends it)."""
    return make_record(MAIN_PHYSIOLOGICAL, ((0, struct.pack("<BhIh", DISPLAYED, interval_s, classes, 0)),))


def alarm_status_request() -> bytes:
    """Record that asks once for the alarms on the screen; CARESCAPE monitors know it."""
    return make_record(MAIN_ALARM, ((0, bytes(12)),))


def device_time(seconds: int) -> datetime | None:
    """The monitor's clock, naive because it names no zone; None for the zero it shows when it was never set."""
    return datetime(1970, 1, 1) + timedelta(seconds=seconds) if seconds else None
