"""Cuff readings: devices send the last one again and again, and a repeated one is not a new measurement."""

from __future__ import annotations

from collections.abc import Hashable


class CuffReadings:
    """Knows the last cuff reading of one link."""

    def __init__(self) -> None:
        self._last: Hashable | None = None
        self._was_old = False

    def is_repeat(self, reading: Hashable, old: bool = False) -> bool:
        """True when `reading` was there before. old: the device calls it old; old no longer, it was measured anew."""
        repeat = reading == self._last and not (self._was_old and not old)
        self._last, self._was_old = reading, old
        return repeat
