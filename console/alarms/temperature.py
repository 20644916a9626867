"""Temperature: continuous probe or spot readings, steps that no body makes, and its rise.

Detector specification, section 1 and 1.1. Decisions: the artefact rule looks at one value a minute (the median of the
minute's samples), because on a stream of one a second "three consecutive samples" would be over before anybody has
put the probe back. One site is followed at a time; another takes over when it has been silent for ten minutes, for
two sites side by side would look like steps. A step needs two values within its minutes, so spot readings half an
hour apart are never taken for one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from console.alarms.reduction import MINUTE, half_up_tenth, median
from console.alarms.rules import ArtefactRules, ChannelsRules, ReductionRules
from console.alarms.rules_withdrawal import SlopeRules

SITE_SILENT_SECONDS = 600.0


def slope_per_hour(points: Sequence[tuple[float, float]]) -> float:
    """Least-squares slope of (seconds, value) points per hour; 0 when they all fall on one moment."""
    count = len(points)
    mean_t = sum(t for t, _ in points) / count
    mean_v = sum(v for _, v in points) / count
    spread = sum((t - mean_t) ** 2 for t, _ in points)
    if spread == 0:
        return 0.0
    return 3600.0 * sum((t - mean_t) * (v - mean_v) for t, v in points) / spread


class Temperature:
    """The temperature of one patient. `value` is rounded to 0.1 Cel; `readings` counts values that were accepted."""

    __slots__ = (
        "_accepted",
        "_arrivals",
        "_artefact",
        "_channels",
        "_doubtful",
        "_reduction",
        "_sample_at",
        "_samples",
        "_site",
        "_site_at",
        "_slope",
        "before",
        "continuous",
        "from_set",
        "readings",
        "renewed",
        "rising",
        "stamp",
        "value",
    )

    def __init__(
        self, channels: ChannelsRules, reduction: ReductionRules, artefact: ArtefactRules, slope: SlopeRules
    ) -> None:
        self._channels, self._reduction, self._artefact, self._slope = channels, reduction, artefact, slope
        self._samples: list[float] = []
        self._sample_at = 0.0
        self._site: str | None = None
        self._site_at: float | None = None
        self._accepted: deque[tuple[float, float]] = deque(maxlen=slope.temp_window_min + 1)
        self._doubtful: deque[tuple[float, float]] = deque(maxlen=artefact.temp_agree_values)
        self._arrivals: deque[float] = deque(maxlen=reduction.continuous_values)
        self.value: float | None = None
        self.before: float | None = None
        self.stamp = 0.0
        self.continuous = False
        self.rising = False
        self.from_set = False
        self.renewed = False
        self.readings = 0

    def add(self, value: float | None, site: str | None, at: float, stamp: float) -> None:
        """A sample; `at` is the time it belongs to, `stamp` when it arrived. None: invalid by the device."""
        if value is None or not self._channels.temp.low <= value <= self._channels.temp.high:
            return
        if site != self._site:
            if self._site_at is not None and stamp - self._site_at <= SITE_SILENT_SECONDS:
                return
            self._site = site
        self._site_at = stamp
        self._samples.append(value)
        self._sample_at = at

    @property
    def idle(self) -> bool:
        """True when nothing usable has arrived in the open minute."""
        return not self._samples

    @property
    def doubtful(self) -> bool:
        """True while values are put aside because the last one jumped."""
        return bool(self._doubtful)

    def close_minute(self) -> tuple[float, float] | None:
        """Judge what has arrived in the minute that ends; gives its value and the time that belongs to, if any."""
        self.renewed = False
        if not self._samples:
            return None
        value, self._samples = median(self._samples), []
        self.take(value, self._sample_at)
        return value, self._sample_at

    def take(self, value: float, at: float) -> None:
        """Judge the value of one minute; one not later than the last changes nothing."""
        self.renewed = False
        if self._accepted and at <= self._accepted[-1][0]:
            return
        self._arrivals.append(at)
        if self._doubtful or self._jumps(value, at):
            self._doubtful.append((at, value))
            values = [v for _, v in self._doubtful]
            if len(values) < self._artefact.temp_agree_values or max(values) - min(values) > self._artefact.temp_agree:
                return
            self._doubtful.clear()
        self._use(value, at)

    def confirm(self, value: float, stamp: float) -> bool:
        """A reading of a validated set: it counts at once. False when it is out of range and so refused."""
        if not self._channels.temp.low <= value <= self._channels.temp.high:
            return False
        self._doubtful.clear()
        self.continuous = False
        self._store(value, value, stamp)
        self.from_set = True
        return True

    def _jumps(self, value: float, at: float) -> bool:
        rules = self._artefact
        for before_at, before in reversed(self._accepted):
            age = at - before_at
            if age > rules.temp_fall_min * MINUTE:
                return False
            if age <= rules.temp_step_min * MINUTE and abs(value - before) > rules.temp_step + 1e-9:
                return True
            if before - value > rules.temp_fall + 1e-9 and value < rules.temp_fall_below:
                return True
        return False

    def follow(self, live: Temperature) -> None:
        """Go on with the samples of another."""
        self._samples, self._sample_at = live._samples, live._sample_at
        self._site, self._site_at = live._site, live._site_at

    def _use(self, value: float, at: float) -> None:
        arrivals = self._arrivals
        window = self._reduction.continuous_window_min * MINUTE
        self.continuous = len(arrivals) == arrivals.maxlen and arrivals[-1] - arrivals[0] <= window
        shown = value
        if self.continuous:
            since = at - self._reduction.temp_median_min * MINUTE
            shown = median([v for t, v in self._accepted if t > since] + [value])
        self._store(value, shown, at)
        self.from_set = False

    def _store(self, value: float, shown: float, at: float) -> None:
        self._accepted.append((at, value))
        self.before, self.value, self.stamp = self.value, half_up_tenth(shown), at
        self.readings += 1
        self.renewed = True
        self.rising = self._rises(at)

    def _rises(self, at: float) -> bool:
        rules = self._slope
        assert self.value is not None
        if self.value < rules.temp_floor:
            return False
        points = [(t, v) for t, v in self._accepted if at - t <= rules.temp_window_min * MINUTE]
        if len(points) < rules.temp_values or points[-1][0] - points[0][0] < rules.temp_span_min * MINUTE:
            return False
        return slope_per_hour(points) >= rules.temp_per_h - 1e-9

    @property
    def sure(self) -> float | None:
        """The value of a probe or a validated set; of spot readings the lower of the last two, None after only one."""
        if self.value is None or self.continuous or self.from_set:
            return self.value
        return None if self.before is None else min(self.before, self.value)

    def expires(self) -> float:
        """Engine time at which the value becomes stale: a probe's soon, a spot reading's after hours."""
        minutes = self._channels.temp_continuous_stale_min if self.continuous else self._channels.temp.stale_min
        return self.stamp + minutes * MINUTE

    def fresh(self, now: float) -> bool:
        """Whether the value still counts."""
        return self.value is not None and now < self.expires()
