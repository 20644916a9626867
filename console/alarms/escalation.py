"""When an unanswered alarm is told again, and when an answered one comes back. Pure: times are passed in.

Reminder, as read from the detector specification, section 5 ("emergency 2 min audio pause max then 10-min reminder;
warning 30 min; watch none"): the audio pause of a station lasts two minutes at most, whatever is paused; an alarm that
somebody has answered and that still stands sounds again after 10 and 30 minutes. The interface design (section 5) names
shorter times "that the hospital sets": a hospital may shorten each reminder and lengthen none.
"""

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

SHORTEST_REMINDER_S = 60.0
LONGEST_REMINDER_S: Mapping[Priority, float] = {Priority.HIGH: 600.0, Priority.MEDIUM: 1800.0, Priority.LOW: 3600.0}
"""Also the defaults. Low: a technical condition that nobody has mended comes back to the list; it makes no sound, and a
watch of a pattern never comes back (detector specification, section 5: none)."""

REMINDER_KEYS = {
    Priority.HIGH: "reminder_high_s",
    Priority.MEDIUM: "reminder_medium_s",
    Priority.LOW: "reminder_low_s",
}


@dataclass(frozen=True, slots=True)
class EscalationRules:
    """high_after_s, medium_after_s: seconds without an answer at which each step is reached, ascending; empty: never.
    Low priority never. reminder_*_s: seconds after an answer at which an alarm that still stands sounds again."""

    high_after_s: tuple[float, ...] = ()
    medium_after_s: tuple[float, ...] = ()
    reminder_high_s: float = LONGEST_REMINDER_S[Priority.HIGH]
    reminder_medium_s: float = LONGEST_REMINDER_S[Priority.MEDIUM]
    reminder_low_s: float = LONGEST_REMINDER_S[Priority.LOW]

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> EscalationRules:
        """As read from TOML. Raises RulesError naming the key and what is allowed."""
        reminders = {key: _reminder(values, key, priority) for priority, key in REMINDER_KEYS.items()}
        return cls(_times(values, "high_after_s"), _times(values, "medium_after_s"), **reminders)

    def reminder_s(self, priority: Priority) -> float:
        """Seconds for which an answer keeps an alarm of this priority silent while it stands."""
        seconds: float = getattr(self, REMINDER_KEYS[priority])
        return seconds

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


def _reminder(values: Mapping[str, Any], key: str, priority: Priority) -> float:
    time, longest = values[key], LONGEST_REMINDER_S[priority]
    number = isinstance(time, int | float) and not isinstance(time, bool) and math.isfinite(time)
    if not number or not SHORTEST_REMINDER_S <= time <= longest:
        raise RulesError(f"escalation.{key}: {time!r} is not a time from {SHORTEST_REMINDER_S:g} to {longest:g} s")
    return float(time)
