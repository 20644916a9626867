"""From samples to the one value a minute that is shown and judged.

Detector specification, section 1: samples fall into whole minutes of engine time; a minute with enough samples in
range has a median; the running median of the last three minutes is the value. A value that no minute has renewed is
held until it is stale: it is shown and keeps a stage from clearing, and raises nothing.

Decision: half of the samples received, not of those due. How often a source reports is known, how often each of its
parameters comes is not (many monitors send RR or EtCO2 more seldom than HR), and a wrong guess would blind a channel.
A source that falls silent within a minute is told by its technical alarm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from math import floor

from console.alarms.rules import ChannelRules, ReductionRules

MINUTE = 60.0
HR, RR, SPO2, ETCO2, BP, TEMP = 1, 2, 4, 8, 16, 32
"""Channels as bits, so that sets of them are compared in one step."""


def half_up(value: float) -> float:
    """Rounded to a whole number, halves upward: what is shown is what is judged."""
    return floor(value + 0.5)


def half_up_tenth(value: float) -> float:
    """Rounded to 0.1, halves upward; 37.75 is 37.8 although its binary form lies a hair below."""
    return floor(value * 10 + 0.5 + 1e-9) / 10


def median(values: list[float]) -> float:
    """Median of a list that is not empty; the list is sorted in place."""
    values.sort()
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


class RateChannel:
    """One channel that is reduced to a running median of minute medians. Constant cost a sample."""

    __slots__ = (
        "_fraction",
        "_high",
        "_low",
        "_minimum",
        "_minutes",
        "_received",
        "_samples",
        "_stale",
        "count",
        "delivered",
        "from_set",
        "last_valid",
        "stamp",
        "valid",
        "value",
    )

    def __init__(self, channel: ChannelRules, reduction: ReductionRules) -> None:
        self._low, self._high = channel.low, channel.high
        self._stale = channel.stale_min * MINUTE
        self._fraction = reduction.valid_fraction
        self._minimum = reduction.running_minimum
        self._minutes: deque[float | None] = deque(maxlen=reduction.running_minutes)
        self._samples: list[float] = []
        self._received = 0
        self.count = 0
        self.valid = 0
        self.value: float | None = None
        self.stamp = 0.0
        self.last_valid = 0.0
        self.delivered = False
        self.from_set = False

    def add(self, value: float | None, stamp: float) -> None:
        """A sample as it arrives; None for one that the device or an artefact rule has made invalid."""
        self._received += 1
        if value is not None and self._low <= value <= self._high:
            self._samples.append(value)
            self.last_valid = stamp

    @property
    def idle(self) -> bool:
        """True when nothing has arrived in the open minute."""
        return self._received == 0

    @property
    def received(self) -> int:
        """Samples of the open minute, valid or not."""
        return self._received

    def put_aside(self, positions: Collection[int]) -> None:
        """Make samples of the open minute invalid, by their position among the valid ones; they stay received."""
        self._samples = [value for n, value in enumerate(self._samples) if n not in positions]

    def take_minute(self) -> float | None:
        """End the open minute: its median, or None when too few of its samples were in range.

        `count` then says how many samples, valid or not, the minute had received, `valid` how many were in range.
        """
        self.count = self._received
        self.valid = len(self._samples)
        if not self._received:
            return None
        samples, self._samples = self._samples, []
        received, self._received = self._received, 0
        return median(samples) if samples and len(samples) >= self._fraction * received else None

    def push(self, minute: float | None, renewed: float) -> None:
        """Take the value of an ended minute; `renewed` is the time of its last valid sample."""
        self._minutes.append(minute)
        self.delivered = False
        if minute is None:
            return
        present = [m for m in self._minutes if m is not None]
        if len(present) >= self._minimum:
            self.value = half_up(median(present))
            self.stamp = renewed
            self.delivered = True
            self.from_set = False

    def confirm(self, value: float, stamp: float) -> None:
        """A value of a validated set: it counts at once."""
        self.value, self.stamp, self.delivered, self.from_set = half_up(value), stamp, True, True

    def in_range(self, value: float) -> bool:
        """Whether a value can be a measurement at all."""
        return self._low <= value <= self._high

    def fresh(self, now: float) -> bool:
        """Whether the value still counts."""
        return self.value is not None and now - self.stamp < self._stale

    def expires(self) -> float:
        """Engine time at which the value becomes stale."""
        return self.stamp + self._stale
