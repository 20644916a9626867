"""Tells lines that are live from lines printed out of the device's memory, and spots damaged date and time."""

from __future__ import annotations

from datetime import datetime, timedelta


class Pace:
    """Live lines keep pace with the link's own time; a print-out of the memory runs through hours in seconds.

    Only differences count, so a device clock that is wrong, or is set while it runs, is no hindrance for longer than
    `PROBATION_S`. Without passing link time (an untimed capture) nothing can be judged, and every line is live.
    """

    TOLERANCE_S = 3.0
    """Seconds by which a live line may come early or late; lines of a print-out are 2 s apart and 15 a second."""

    PROBATION_S = 5.0
    """Seconds for which lines have to keep a new pace before they are believed."""

    FOLLOW = 0.1
    """Part of a small difference that is taken over: clocks drift apart, but never like a print-out."""

    def __init__(self) -> None:
        self._zero: datetime | None = None  # what the device's clock showed when the link came up
        self._rumour: datetime | None = None  # what it must have shown by lines that do not fit
        self._since = 0.0

    def is_live(self, when: datetime, elapsed: float) -> bool:
        """False for a line stamped `when` that may be history, or whose date and time are damaged."""
        if elapsed == 0.0:
            return True
        zero = when - timedelta(seconds=elapsed)
        if self._zero is None:
            self._zero = zero
            return True
        off = (zero - self._zero).total_seconds()
        if abs(off) <= self.TOLERANCE_S:
            self._zero += timedelta(seconds=off * self.FOLLOW)
            self._rumour = None
            return True
        if self._rumour is None or abs((zero - self._rumour).total_seconds()) > self.TOLERANCE_S:
            self._rumour, self._since = zero, elapsed
        elif elapsed - self._since >= self.PROBATION_S:
            self._zero, self._rumour = zero, None
            return True
        return False
