"""Engine time: seconds that never step, and the wall time that belongs to them.

Every age, delay and persistence in the console is judged in engine time. It starts near the POSIX time at which
the clock was made, so that stored UTC times can be placed on the same axis, and then follows the monotonic clock
alone: a step of the wall clock does not move it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine is driven by. speed: engine seconds per real second, 1 outside a demonstration."""

    speed: float

    def now(self) -> float:
        """Engine time in seconds; never decreases."""
        ...

    def utc(self) -> datetime:
        """Wall time, aware, UTC; may step."""
        ...


class SystemClock:
    """The machine's clocks. `speed` > 1 makes both run faster, for a demonstration.

    anchor: (wall seconds, monotonic seconds) of the start; two processes of one machine that share it agree on the
    time, since the monotonic clock is the machine's.
    """

    def __init__(self, speed: float = 1.0, anchor: tuple[float, float] | None = None) -> None:
        self.speed = speed
        self.anchor = anchor or (time.time(), time.monotonic())
        self._wall_start, self._start = self.anchor

    def now(self) -> float:
        """Engine time in seconds."""
        return self._wall_start + (time.monotonic() - self._start) * self.speed

    def utc(self) -> datetime:
        """Wall time; at speed 1 it is the system's, so that a step of it is seen."""
        if self.speed == 1.0:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self.now(), UTC)

    def step_seconds(self) -> float:
        """How far the wall clock has moved against engine time since the start, in seconds (positive: forward)."""
        return self.utc().timestamp() - self.now()


class VirtualClock:
    """A clock that stands still until it is told the time: replay and tests."""

    speed = 1.0

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """Engine time in seconds."""
        return self._now

    def utc(self) -> datetime:
        """The same moment as wall time."""
        return datetime.fromtimestamp(self._now, UTC)

    def advance_to(self, now: float) -> None:
        """Move forward; raises ValueError when `now` lies in the past."""
        if now < self._now:
            raise ValueError(f"time runs backward: {now} after {self._now}")
        self._now = now
