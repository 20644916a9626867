"""Rules that tell a moved probe or a lost lead from a sick patient; they act on streams, never on validated sets.

Detector specification, section 1.1. Decisions where it is silent:
* The ten-second saturation step needs the step, and beside it either an unchanged rate or poor perfusion: poor
  perfusion alone blinds nobody, because shock perfuses poorly for hours. Only falls are held back, never recoveries.
* The minute rule is for feeds of at most two samples a minute, and needs heart and breathing rate to prove their
  steadiness: without them a real fall would be hidden for ten minutes.
* Perfusion that is not reported counts as sufficient for taking the pulse rate instead of the heart rate.
* A fall of more than `spo2_sudden` points within `spo2_sudden_seconds`, from `spo2_sudden_from` or more, is no lung and
  no blood: without any breathing an adult's alveolar oxygen falls by 1.5 (lean) to 3 mmHg a second (obese), which from
  97 % costs 5 to 12 points in so short a time, and an oximeter averages (Farmery and Roe, Br J Anaesth 1996;76:284;
  Benumof, Anesthesiology 1997;87:979). It is a moved probe whatever else moves with it, since washing shakes leads and
  probe at once, and is put aside until it is back near the old value, ten minutes at most, as the minute rule of the
  specification does for slow feeds. The limit alarm of the saturation judges it all the while.
"""

from __future__ import annotations

from collections import deque

from console.alarms.rules import ArtefactRules

RECENT_SECONDS = 120.0


class PulseCheck:
    """Heart rate of the ECG against the pulse rate of the oximeter."""

    __slots__ = (
        "_difference",
        "_hr",
        "_hr_at",
        "_last",
        "_pr",
        "_pr_at",
        "_seconds",
        "_since",
    )

    def __init__(self, rules: ArtefactRules) -> None:
        self._difference, self._seconds = rules.hr_pr_difference, rules.hr_pr_seconds
        self._hr: float | None = None
        self._pr: float | None = None
        self._hr_at = self._pr_at = 0.0
        self._since: float | None = None
        self._last = 0.0

    @property
    def rate(self) -> float | None:
        """Newest heart rate, else pulse rate."""
        return self._hr if self._hr is not None else self._pr

    def rate_at(self, stamp: float) -> float | None:
        """Newest heart rate, else pulse rate, when it is at most two minutes old at `stamp`."""
        if self._hr is not None and stamp - self._hr_at <= RECENT_SECONDS:
            return self._hr
        return self._pr if self._pr is not None and stamp - self._pr_at <= RECENT_SECONDS else None

    def hr(self, value: float, stamp: float) -> None:
        """A heart rate."""
        self._hr, self._hr_at = value, stamp
        if self._pr is not None:
            self._compare(stamp, self._pr_at)

    def pr(self, value: float, stamp: float) -> None:
        """A pulse rate."""
        self._pr, self._pr_at = value, stamp
        if self._hr is not None:
            self._compare(stamp, self._hr_at)

    def _compare(self, stamp: float, other_at: float) -> None:
        assert self._hr is not None
        assert self._pr is not None
        if abs(self._hr - self._pr) <= self._difference or stamp - other_at > RECENT_SECONDS:
            self._since = None
            return
        if self._since is None:
            self._since = stamp
        self._last = stamp

    def disagree(self, now: float) -> bool:
        """Whether the two have differed for longer than allowed, and still did within the last two minutes."""
        if self._since is None or now - self._last > RECENT_SECONDS:
            return False
        return self._last - self._since > self._seconds


class OverlayCheck:
    """Breathing by impedance that counts heart beats: both rates run together."""

    __slots__ = (
        "_carbon_dioxide_at",
        "_count",
        "_difference",
        "_last",
        "_seconds",
        "_since",
        "_sites",
    )

    def __init__(self, rules: ArtefactRules) -> None:
        self._difference, self._seconds = rules.overlay_difference, rules.overlay_seconds
        self._sites = frozenset(site.lower() for site in rules.respiration_sites)
        self._since: float | None = None
        self._last = 0.0
        self._count = 0
        self._carbon_dioxide_at: dict[str, float] = {}

    def carbon_dioxide(self, source: str, stamp: float) -> None:
        """Carbon dioxide arrives from `source`: its breathing rate is that of the capnograph."""
        self._carbon_dioxide_at[source] = stamp

    def rr(self, value: float, heart_rate: float | None, site: str | None, source: str, stamp: float) -> None:
        """A breathing rate with the newest heart rate."""
        if heart_rate is None or abs(value - heart_rate) > self._difference or self._direct(site, source, stamp):
            self._since = None
            return
        if self._since is None:
            self._since, self._count = stamp, 0
        self._count += 1
        self._last = stamp

    def _direct(self, site: str | None, source: str, stamp: float) -> bool:
        if site is not None and site.lower() in self._sites:
            return True
        at = self._carbon_dioxide_at.get(source)
        return at is not None and stamp - at <= RECENT_SECONDS

    def overlaid(self, now: float) -> bool:
        """Whether the breathing rate must be taken for the heart rate."""
        if self._since is None or self._count < 2 or now - self._last > RECENT_SECONDS:
            return False
        return self._last - self._since > self._seconds


class SaturationStep:
    """A fall of saturation within seconds that no rate follows, or with hardly any perfusion, or faster than can be."""

    __slots__ = (
        "_old",
        "_recent",
        "_rules",
        "_until",
    )

    def __init__(self, rules: ArtefactRules) -> None:
        self._rules = rules
        self._recent: deque[tuple[float, float, float | None]] = deque(maxlen=24)
        self._old: float | None = None
        self._until = 0.0

    def accept(self, value: float, heart_rate: float | None, perfusion: float | None, stamp: float) -> bool:
        """Whether a sample may be used."""
        rules = self._rules
        if self._old is not None:
            if self._old - value > rules.spo2_step and stamp < self._until:
                return False
            self._old = None
            self._recent.clear()
        recent = self._recent
        if recent and value < recent[-1][1]:
            poor = perfusion is not None and perfusion < rules.perfusion_minimum
            step = rules.spo2_step
            for at, before, rate in recent:
                if before - value > step:
                    still = (
                        rate is not None
                        and heart_rate is not None
                        and abs(heart_rate - rate) < rules.spo2_step_hr_change
                    )
                    hold = self._hold_seconds(before, before - value, stamp - at, unexplained=still or poor)
                    if hold:
                        self._old, self._until = before, stamp + hold
                        return False
        recent.append((stamp, value, heart_rate))
        return True

    def _hold_seconds(self, before: float, fall: float, seconds: float, *, unexplained: bool) -> float:
        """For how long a fall from `before` within so many seconds is put aside, 0 for one that may be real."""
        rules = self._rules
        sudden = fall > rules.spo2_sudden and before >= rules.spo2_sudden_from
        if sudden and seconds <= rules.spo2_sudden_seconds:
            return rules.spo2_minute_hold_min * 60.0
        return rules.spo2_hold_seconds if unexplained and seconds <= rules.spo2_step_seconds else 0.0

    @property
    def holding(self) -> bool:
        """Whether samples are put aside now."""
        return self._old is not None


class SaturationMinute:
    """A fall of saturation from one minute to the next with steady heart and breathing rate, on slow feeds."""

    SLOW_FEED_SAMPLES = 2

    def __init__(self, rules: ArtefactRules) -> None:
        self._rules = rules
        self._before: tuple[float | None, float | None, float | None] = (None, None, None)
        self._old: float | None = None
        self._left = 0

    def accept(self, spo2: float | None, samples: int, hr: float | None, rr: float | None) -> float | None:
        """The minute's saturation, or None while it is held for an artefact. Called once a minute."""
        before, self._before = self._before, (spo2 if spo2 is not None else self._before[0], hr, rr)
        if self._old is not None:
            self._left -= 1
            if self._left < 0 or (spo2 is not None and self._old - spo2 <= self._rules.spo2_step):
                self._old = None
                return spo2
            return None
        if spo2 is None or samples > self.SLOW_FEED_SAMPLES or before[0] is None:
            return spo2
        rules = self._rules
        steady = _within(hr, before[1], rules.spo2_minute_hr_percent) and _within(
            rr, before[2], rules.spo2_minute_rr_percent
        )
        if steady and before[0] - spo2 > rules.spo2_minute_drop:
            self._old, self._left = before[0], rules.spo2_minute_hold_min - 1
            return None
        return spo2

    @property
    def holding(self) -> bool:
        """Whether the detectors are kept from the saturation now."""
        return self._old is not None


class ErraticRate:
    """A heart rate that leaps up and down from minute to minute: somebody moves the leads, and the probe with them."""

    STANDS_MINUTES = 3

    def __init__(self, rules: ArtefactRules) -> None:
        self._percent = rules.erratic_percent
        self._before: float | None = None
        self._leap = 0
        self._left = 0

    def minute(self, hr: float | None) -> None:
        """Take the heart rate of an ended minute, None when there was none."""
        self._left = max(0, self._left - 1)
        before, self._before = self._before, hr
        if hr is None or before is None:
            return
        leap = 0
        if abs(hr - before) * 100 > self._percent * min(hr, before):
            leap = 1 if hr > before else -1
        if leap and leap == -self._leap:
            self._left = self.STANDS_MINUTES
        if leap:
            self._leap = leap
        elif not self._left:
            self._leap = 0

    @property
    def standing(self) -> bool:
        """Whether the rate has leapt both ways within the last minutes."""
        return self._left > 0


def _within(value: float | None, before: float | None, percent: float) -> bool:
    return value is not None and before is not None and abs(value - before) * 100 <= percent * before
