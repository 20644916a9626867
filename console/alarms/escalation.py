"""When an unanswered alarm is told again, more urgently. Pure: how long it has called is passed in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.alarms.alarm import Alarm, Priority
from console.alarms.detector_rules import RulesError

MOST_STEPS = 3
SOONEST_S, LATEST_S = 15.0, 3600.0
"""Sooner nobody can have walked to the bed; later than an hour it is no reminder."""


@dataclass(frozen=True, slots=True)
class EscalationRules:
    """Seconds without an answer at which each step is reached, ascending; empty: never. Low priority never."""

    high_after_s: tuple[float, ...] = ()
    medium_after_s: tuple[float, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> EscalationRules:
        """As read from TOML. Raises RulesError naming the key and what is allowed."""
        return cls(_times(values, "high_after_s"), _times(values, "medium_after_s"))

    def step(self, alarm: Alarm, now: float) -> int:
        """How many steps the alarm has reached at engine time `now`: never fewer than before, 0 while it is silent."""
        if not alarm.sounding or alarm.demo:
            return alarm.unanswered
        times = {Priority.HIGH: self.high_after_s, Priority.MEDIUM: self.medium_after_s}.get(alarm.priority, ())
        waited = called_s(alarm, now)
        return max(alarm.unanswered, sum(1 for after in times if waited >= after))


def called_s(alarm: Alarm, now: float) -> float:
    """Seconds for which the alarm has called without an answer, at engine time `now`; never negative."""
    return max(0.0, now - (alarm.since if alarm.called is None else alarm.called))


def _times(values: Mapping[str, Any], key: str) -> tuple[float, ...]:
    given = values[key]
    if not isinstance(given, list) or len(given) > MOST_STEPS:
        raise RulesError(f"escalation.{key}: give a list of at most {MOST_STEPS} times in seconds, [] for never")
    for time in given:
        number = isinstance(time, int | float) and not isinstance(time, bool) and math.isfinite(time)
        if not number or not SOONEST_S <= time <= LATEST_S:
            raise RulesError(f"escalation.{key}: {time!r} is not a time from {SOONEST_S:g} to {LATEST_S:g} s")
    if sorted(set(given)) != given:
        raise RulesError(f"escalation.{key}: the times must ascend")
    return tuple(float(time) for time in given)
