"""Cuff pressure: readings put together, jumps kept provisional until the next reading, and swings.

Detector specification, section 1.1 and 3.1. Decisions: when the last confirmed reading goes stale, a provisional one
takes its place, as it would have had it arrived then. Of a reading that is neither near the provisional nor near the
confirmed one, the distance decides, and it is then judged like any other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from console.alarms.reduction import MINUTE, half_up
from console.alarms.rules import PressureRules
from console.alarms.rules_withdrawal import LabilityRules

SAME_READING_SECONDS = 5.0
"""Parts of one reading arrive in one report; parts further apart are two readings."""


RawReading = tuple[float, float | None, float | None, float | None]
"""One reading as sent: engine time it belongs to, systolic, diastolic, mean."""


@dataclass(frozen=True, slots=True)
class Cuff:
    """One reading, mmHg, rounded; `at` is the engine time it belongs to."""

    at: float
    sys: float
    dia: float | None


class CuffPressure:
    """The cuff readings of one patient. `confirmed` serves every stage, `latest` the watch stage alone."""

    __slots__ = (
        "_closed",
        "_history",
        "_lability",
        "_last_at",
        "_parts",
        "_parts_at",
        "_provisional",
        "_rules",
        "_stale",
        "_swung_from",
        "confirmed",
        "from_set",
        "readings",
        "rejected",
    )

    def __init__(self, rules: PressureRules, lability: LabilityRules) -> None:
        self._rules, self._lability = rules, lability
        self._parts: dict[str, float] = {}
        self._parts_at: float | None = None
        self._closed: list[RawReading] = []
        self._provisional: Cuff | None = None
        self._history: deque[Cuff] = deque(maxlen=4)
        self._stale = rules.stale_min * MINUTE
        self._last_at: float | None = None
        self._swung_from: float | None = None
        self.confirmed: Cuff | None = None
        self.readings = 0
        self.rejected = 0
        self.from_set = False

    def add(self, part: str, value: float | None, at: float) -> None:
        """One part of a reading ("sys", "dia", "mean"); a part sent again with the same time changes nothing."""
        if value is None:
            return
        if self._parts_at is None or abs(at - self._parts_at) > SAME_READING_SECONDS:
            self._put_together()
            self._parts_at = at
        self._parts[part] = value

    @property
    def idle(self) -> bool:
        """True when no part of a reading waits."""
        return not self._parts

    def _put_together(self) -> None:
        if not self._parts:
            return
        parts, at, self._parts, self._parts_at = self._parts, self._parts_at, {}, None
        assert at is not None
        raw = (at, parts.get("sys"), parts.get("dia"), parts.get("mean"))
        self._closed.append(raw)
        self.take(raw)

    def close_minute(self) -> tuple[RawReading, ...]:
        """Put together what has arrived and judge it; gives the readings of the minute as they were sent."""
        self._put_together()
        if not self._closed:
            return ()
        readings, self._closed = tuple(self._closed), []
        return readings

    def take(self, raw: RawReading) -> None:
        """Judge a whole reading; one not later than the last changes nothing."""
        at, sys, dia, mean = raw
        if self._last_at is not None and at <= self._last_at + SAME_READING_SECONDS:
            return
        reading = self._reading(sys, dia, mean, at)
        if reading is None:
            self.rejected += sys is not None
            return
        self._judge(reading)
        self.from_set = False

    def confirm(self, sys: float, dia: float | None, mean: float | None, at: float) -> None:
        """A reading of a validated set is never provisional."""
        reading = self._reading(sys, dia, mean, at)
        if reading is None:
            self.rejected += 1
            return
        self._note_time(at)
        self._provisional = None
        self._accept(reading)
        self.from_set = True

    def _reading(self, sys: float | None, dia: float | None, mean: float | None, at: float) -> Cuff | None:
        rules = self._rules
        if sys is None or not rules.sys_low <= sys <= rules.sys_high:
            return None
        if dia is not None:
            if not rules.dia_low <= dia <= rules.dia_high or not rules.pulse_low <= sys - dia <= rules.pulse_high:
                return None
            if mean is not None and not dia < mean < sys:
                return None
        return Cuff(at, half_up(sys), None if dia is None else half_up(dia))

    def _note_time(self, at: float) -> None:
        """The cuff interval stretches the age a reading may reach, within a cap."""
        rules = self._rules
        if self._last_at is not None:
            interval = rules.interval_factor * (at - self._last_at)
            self._stale = min(max(rules.stale_min * MINUTE, interval), rules.stale_cap_min * MINUTE)
        self._last_at = at

    def _judge(self, reading: Cuff) -> None:
        self._note_time(reading.at)
        confirmed, provisional = self.confirmed, self._provisional
        if confirmed is None or reading.at - confirmed.at >= self._stale:
            self._provisional = None
            self._accept(reading)
            return
        if provisional is not None:
            self._provisional = None
            if _differ(reading.sys, provisional.sys, self._rules.confirm_percent) <= 0:
                self._accept(provisional)
                self._accept(reading)
                return
        if _differ(reading.sys, confirmed.sys, self._rules.provisional_percent) > 0:
            self._provisional = reading
            return
        self._accept(reading)

    def _accept(self, reading: Cuff) -> None:
        self.confirmed = reading
        self.readings += 1
        self._history.append(reading)
        last = list(self._history)
        if _swings([r.sys for r in last], self._lability.sys) or _swings([r.dia for r in last], self._lability.dia):
            self._swung_from = last[0].at

    def settle(self, now: float) -> None:
        """A provisional reading stands by itself once the confirmed one no longer counts."""
        if self._provisional is not None and (self.confirmed is None or now >= self.confirmed.at + self._stale):
            provisional, self._provisional = self._provisional, None
            self._accept(provisional)

    @property
    def latest(self) -> Cuff | None:
        """The newest reading, provisional or not."""
        return self._provisional or self.confirmed

    @property
    def provisional(self) -> bool:
        """True while the newest reading waits to be confirmed."""
        return self._provisional is not None

    def expires(self) -> float:
        """Engine time at which the newest reading becomes stale; 0 when there is none."""
        latest = self.latest
        return 0.0 if latest is None else latest.at + self._stale

    def settles(self) -> float | None:
        """Engine time at which a waiting reading would stand by itself, None when none waits."""
        if self._provisional is None or self.confirmed is None:
            return None
        return self.confirmed.at + self._stale

    def fresh(self, now: float) -> bool:
        """Whether the newest reading still counts."""
        return self.latest is not None and now < self.expires()

    def labile_until(self) -> float:
        """Engine time until which the last swing of three moves lies within the window; 0 when there was none."""
        return 0.0 if self._swung_from is None else self._swung_from + self._lability.window_min * MINUTE


def _differ(value: float, reference: float, percent: float) -> float:
    """How far two values differ beyond `percent` of the reference; above 0 means further."""
    return abs(value - reference) * 100 - percent * reference


def _swings(values: Sequence[float | None], move: float) -> bool:
    """Three consecutive moves of at least `move`, each against the one before."""
    if len(values) < 4 or any(v is None for v in values):
        return False
    moves = [b - a for a, b in pairwise(values) if a is not None and b is not None]
    if any(abs(m) < move for m in moves):
        return False
    return moves[0] * moves[1] < 0 and moves[1] * moves[2] < 0
