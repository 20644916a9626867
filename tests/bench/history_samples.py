"""Days of made-up vital signs in the form of the chunk tier, without encoding each minute anew.

Every minute has the same shape, so its layout is encoded once and the rest is arithmetic on whole days. HR, RR and SpO2
come every ten seconds, cuff pressure and temperature every quarter of an hour; now and then a minute is missing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from console.store.archive import chunk_id
from console.store.blocks import Arrays, encode_minute
from console.store.frames import NO_TIME, label_of
from console.store.instants import MINUTE_US, to_us
from drivers.observation import Parameter

STEP_US = 10_000_000
EACH = MINUTE_US // STEP_US
SLOW_MINUTES = 15
_FAST = ((Parameter.HR, 78, 9), (Parameter.RR, 16, 4), (Parameter.SPO2, 96, 2))
_SLOW = ((Parameter.NIBP_DIA, 74, 8), (Parameter.NIBP_SYS, 122, 12), (Parameter.TEMP, 37, 1))
_SCALE = 10
"""Values are stored times ten, the first divisor of the chunk tier."""


def sample_rows(stream: int, start: datetime, minutes: int, seed: int) -> Iterator[dict[str, Any]]:
    """Rows of `chunk` for one bed, `minutes` of them from `start` on, about one in 200 left out."""
    draw = np.random.default_rng(seed)
    first = to_us(start) // MINUTE_US
    layouts = [_layout(slow=False), _layout(slow=True)]
    hours = np.arange(minutes) / 60.0
    fast = {p: _course(draw, hours, level, swing) for p, level, swing in _FAST}
    slow = {p: _course(draw, hours, level, swing)[:, 0] for p, level, swing in _SLOW}
    missing = draw.random(minutes) < 1 / 200
    for place in np.flatnonzero(~missing).tolist():
        minute = first + place
        with_slow = place % SLOW_MINUTES == 0
        blocks = {p: _block(values[place].tolist()) for p, values in fast.items()}
        if with_slow:
            blocks |= {p: _block([int(values[place])]) for p, values in slow.items()}
        head = struct.pack("<qq", minute * MINUTE_US, STEP_US)
        if with_slow:
            head += struct.pack("<qq", minute * MINUTE_US, 0)
        layout = layouts[with_slow]
        data = head + b"".join(blocks[p] for p in sorted(blocks, key=lambda p: label_of(p, None)))
        yield {
            "id": chunk_id(stream, minute),
            "layout": layout,
            "data": data,
            "crc": zlib.crc32(data, zlib.crc32(layout)),
        }


def _course(draw: Any, hours: Any, level: int, swing: int) -> Any:
    """Values times ten by minute and sample: a slow day's swing, the minute's own, and a little noise."""
    slow = level + swing * np.sin(hours * (2 * np.pi / 24)) * 0.5
    minute = draw.normal(0, swing / 4, len(hours))
    noise = draw.normal(0, swing / 8, (len(hours), EACH)).clip(-swing, swing)
    whole = np.rint(slow[:, None] + minute[:, None] + noise)
    return (np.minimum(whole, 100 if level == 96 else 400) * _SCALE).astype(np.int64)


def _block(values: list[int]) -> bytes:
    low = min(values)
    return struct.pack("<h", low) + bytes(value - low for value in values)


def _arrays(count: int) -> Arrays:
    times = np.arange(count, dtype=np.int64) * STEP_US
    none = np.zeros(count, np.int64)
    whole = np.full(count, 70.0)
    return Arrays(times, times, none, np.full(count, NO_TIME, np.int32), np.zeros(count, np.uint8), whole)


def _layout(slow: bool) -> bytes:
    series = {label_of(p, None): _arrays(EACH) for p, _, _ in _FAST}
    if slow:
        series |= {label_of(p, None): _arrays(1) for p, _, _ in _SLOW}
    return encode_minute(series)[0]
