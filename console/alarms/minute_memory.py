"""The last hours of one patient, minute by minute, in little memory: what was measured and what was shown.

About 85 kB a bed, whatever arrives: one row of numbers a minute in a ring, and a few cuff readings beside it.
"""

from __future__ import annotations

import numpy as np

from console.alarms.alarm import Stage
from console.alarms.minute import RATES, Minute, Rate

HOURS_BACK = 6
"""A value that belongs to a time longer ago is stored and judged no more."""

MINUTES = (HOURS_BACK + 2) * 60
"""More than values may be late: the state to begin from is kept once an hour, and time goes on meanwhile."""

CUFFS_KEPT = 3
"""A cuff takes its time: of a source that repeats a reading every second, the last three of a minute are kept."""

_WIDTH = 3 * len(RATES)
_RECEIVED, _TEMP, _TEMP_AT, _QUESTIONABLE = range(_WIDTH, _WIDTH + 4)


class MinuteMemory:
    """A ring of minutes, each known by its number: the engine time of its end in minutes.

    shown: stage of W and of O as it stood at the end of each minute; found: as late values would have had it.
    """

    def __init__(self) -> None:
        self._rows = np.full((MINUTES, _WIDTH + 4), np.nan)
        self._cuffs: dict[int, tuple[tuple[float, float | None, float | None, float | None], ...]] = {}
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

    def put(self, number: int, minute: Minute | None) -> None:
        """What a minute has come to, now."""
        row = self._rows[number % MINUTES]
        if minute is None:
            row[_RECEIVED] = np.nan
            return
        numbers: list[float | None] = [field for rate in minute.rates for field in rate]
        temp, at = minute.temp or (None, None)
        row[:] = [*numbers, minute.received, temp, at, minute.questionable]
        if minute.cuffs:
            self._cuffs[number] = minute.cuffs[-CUFFS_KEPT:]

    def get(self, number: int) -> Minute | None:
        """What a minute has come to, None when nothing arrived."""
        row: list[float] = self._rows[number % MINUTES].tolist()
        if row[_RECEIVED] != row[_RECEIVED]:
            return None
        rates = tuple(Rate(_known(row[i]), row[i + 1], int(row[i + 2])) for i in range(0, _WIDTH, 3))
        temp = _known(row[_TEMP])
        return Minute(
            rates,
            int(row[_RECEIVED]),
            None if temp is None else (temp, row[_TEMP_AT]),
            self._cuffs.get(number, ()),
            bool(row[_QUESTIONABLE]),
        )


def _known(value: float) -> float | None:
    return None if value != value else value
