"""The ward's clock over a span: which hour of the day an instant lies in, and how much of each hour there was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from console.store.alarm_columns import Longs
from console.store.instants import HOUR_US, MINUTE_US, from_us, to_us

QUARTER_US = 15 * MINUTE_US
"""Every zone's clock has stood off UTC by whole quarters of an hour, and changed on one, since 1972 (tz database)."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the ward's calendar, [start, end) in microseconds: 23, 24 or 25 hours."""

    day: date
    start: int
    end: int


class WardClock:
    """Of the span [start, end) in microseconds."""

    def __init__(self, zone: ZoneInfo, start_us: int, end_us: int) -> None:
        self._zone, self._start, self._end = zone, start_us, max(start_us, end_us)
        self._first = start_us // QUARTER_US
        quarters = np.arange(self._first, -(-self._end // QUARTER_US) + 1, dtype=np.int64) * QUARTER_US
        offsets = np.fromiter((_offset_us(zone, int(at)) for at in quarters), np.int64, len(quarters))
        self._quarters = quarters
        self._hours = ((quarters + offsets) // HOUR_US % 24).astype(np.int64)

    def hour_of(self, at: Longs) -> npt.NDArray[np.int64]:
        """The hour of the day, 0 to 23, of instants inside the span."""
        return self._hours[at // QUARTER_US - self._first]

    def hours(self) -> npt.NDArray[np.float64]:
        """How many hours of the span stood under each hour of the day."""
        begin = np.maximum(self._quarters, self._start)
        length = np.clip(np.minimum(self._quarters + QUARTER_US, self._end) - begin, 0, None)
        return np.bincount(self._hours, weights=length / HOUR_US, minlength=24).astype(np.float64)

    def days(self) -> list[Day]:
        """The days that touch the span, cut to it."""
        found: list[Day] = []
        day = from_us(self._start).astimezone(self._zone).date()
        while (begin := self._midnight(day)) < self._end:
            end = self._midnight(day + timedelta(days=1))
            if min(end, self._end) > max(begin, self._start):
                found.append(Day(day, max(begin, self._start), min(end, self._end)))
            day += timedelta(days=1)
        return found

    def _midnight(self, day: date) -> int:
        return to_us(datetime.combine(day, time(), self._zone).astimezone(UTC))


def _offset_us(zone: ZoneInfo, at: int) -> int:
    offset = from_us(at).astimezone(zone).utcoffset() or timedelta()
    return round(offset.total_seconds() * 1e6)


def week_before(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant that showed the same time of day on the ward's clock a week earlier. A time that was skipped there is
    the moment after the change."""
    local = at.astimezone(zone)
    return (local - timedelta(days=7)).astimezone(UTC)
