"""The last hours of one patient, minute by minute, in little memory: what was measured and what was shown.

One row of numbers a minute in a ring, 85 kB, and beside it a few cuff readings, up to 80 kB when one is taken every
minute; the states kept by retrospect.py come to as much again (tests/bench, `late.memory_a_bed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from struct import Struct

from console.alarms.alarm import Stage
from console.alarms.minute import RATES, Minute, Rate
from console.alarms.pressure import RawReading

HOURS_BACK = 6
"""A value that belongs to a time longer ago is stored and judged no more."""

MINUTES = (HOURS_BACK + 2) * 60
"""More than values may be late: the state to begin from is kept once an hour, and time goes on meanwhile."""

CUFFS_KEPT = 3
"""A cuff takes its time: of a source that repeats a reading every second, the last three of a minute are kept."""

_READING = Struct("4d")
_WIDTH = 3 * len(RATES)
_RECEIVED, _TEMP, _TEMP_AT, _QUESTIONABLE = range(_WIDTH, _WIDTH + 4)
_ROW = Struct(f"{_WIDTH + 4}d")
_NOTHING = (nan,) * (_WIDTH + 4)


class MinuteMemory:
    """A ring of minutes, each known by its number: the engine time of its end in minutes.

    shown: stage of W and of O as it stood at the end of each minute; found: as late values would have had it.
    """

    def __init__(self) -> None:
        self._rows = bytearray(_ROW.pack(*_NOTHING) * MINUTES)
        self._cuffs: dict[int, bytes] = {}
        self.shown = (bytearray(MINUTES), bytearray(MINUTES))
        self.found = (bytearray(MINUTES), bytearray(MINUTES))

    def begin(self, number: int, minute: Minute | None, stages: tuple[Stage, Stage]) -> None:
        """Take a minute that has just ended; it takes the place of the oldest."""
        place = number % MINUTES
        for ring, stage in zip(self.shown, stages, strict=True):
            ring[place] = stage
        for ring in self.found:
            ring[place] = 0
        self._cuffs.pop(number - MINUTES, None)
        self.put(number, minute)

    def show(self, which: int, numbers: range, stage: Stage) -> None:
        """The stage that detector W (0) or O (1) showed in these minutes."""
        for number in numbers:
            self.shown[which][number % MINUTES] = stage

    def put(self, number: int, minute: Minute | None) -> None:
        """What a minute has come to, now."""
        place = number % MINUTES * _ROW.size
        if minute is None:
            _ROW.pack_into(self._rows, place, *_NOTHING)
            return
        row = [nan if field is None else field for rate in minute.rates for field in rate]
        temp, at = minute.temp or (nan, nan)
        _ROW.pack_into(self._rows, place, *row, minute.received, temp, at, minute.questionable)
        if minute.cuffs:
            self._cuffs[number] = _packed(minute.cuffs[-CUFFS_KEPT:])

    def get(self, number: int) -> Minute | None:
        """What a minute has come to, None when nothing arrived."""
        row = _ROW.unpack_from(self._rows, number % MINUTES * _ROW.size)
        if row[_RECEIVED] != row[_RECEIVED]:
            return None
        rates = tuple(Rate(_known(row[i]), row[i + 1], int(row[i + 2])) for i in range(0, _WIDTH, 3))
        temp = _known(row[_TEMP])
        return Minute(
            rates,
            int(row[_RECEIVED]),
            None if temp is None else (temp, row[_TEMP_AT]),
            _unpacked(self._cuffs.get(number, b"")),
            bool(row[_QUESTIONABLE]),
        )


def _packed(readings: Sequence[RawReading]) -> bytes:
    return b"".join(_READING.pack(*(nan if part is None else part for part in raw)) for raw in readings)


def _unpacked(packed: bytes) -> tuple[RawReading, ...]:
    return tuple((at, _known(s), _known(d), _known(m)) for at, s, d, m in _READING.iter_unpack(packed))


def _known(value: float) -> float | None:
    return None if value != value else value
