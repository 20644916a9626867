"""Tells a new cuff reading from the last one sent again, by its values and its age."""

from __future__ import annotations

MINUTE = 60.0

Values = tuple[float | None, ...]


class Inflations:
    """Knows the last cuff reading of one link.

    A reading comes with whole minutes of age, so it was measured within the minute that ended so long ago. The same
    values are a new reading when that minute lies wholly behind the old one, and when a second answer says so too: a
    damaged age must not make an old reading young.
    """

    def __init__(self) -> None:
        self._values: Values | None = None
        self._latest: float | None = None  # link time at which the reading was measured at the latest
        self._claimed: float | None = None  # the same by one answer that calls it younger

    def is_repeat(self, values: Values, age_min: int | None, elapsed: float) -> bool:
        """Whether the reading of an answer that came `elapsed` seconds after the link came up was there before."""
        latest = None if age_min is None else elapsed - age_min * MINUTE
        if values != self._values:
            self._values, self._latest, self._claimed = values, latest, None
            return False
        if latest is None:
            return True
        if self._latest is None:
            self._latest = latest
            return True
        if latest - MINUTE > self._latest:
            confirmed = self._claimed is not None and abs(latest - self._claimed) <= MINUTE
            self._latest, self._claimed = (latest, None) if confirmed else (self._latest, latest)
            return not confirmed
        self._claimed = None
        if latest > self._latest - MINUTE:
            self._latest = min(latest, self._latest)
        return True
