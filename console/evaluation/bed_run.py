"""One patient's stored days at a bed, with one set of thresholds: the bed of the live engine on a virtual clock."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from zoneinfo import ZoneInfo

from console.alarms.alarm import Transition
from console.alarms.alarm_rules import AlarmRules
from console.engine.bed import Bed
from console.engine.plan import BedPlan
from console.evaluation.comparison import LIMITS, PATTERNS, STAGES, Span, limit_spans, stage_spans
from console.replay.comparison import THRESHOLDS, Comparison
from console.replay.course import MINUTE, Course
from console.store.past import PastStay
from drivers.observation import Observation

UTC = ZoneInfo("UTC")


class BedRun:
    """Takes values as the live bed does: of several sources of one parameter one at a time, late ones as late. Nobody
    answers its alarms, and limits that were set for the patient alone are left out: thresholds are compared.

    now: POSIX seconds of the beginning; the stay must have begun by then.
    """

    def __init__(self, stay: PastStay, rules: AlarmRules, plan: BedPlan, now: float) -> None:
        numbers = count(1)
        self._bed = Bed(plan, rules, lambda: str(next(numbers)), UTC, now)
        self._bed.alarms.admit(stay.patient, now=now)
        self._news2 = Comparison(stay.patient.flags, sets=False)
        self._course = Course(self._bed.alarms, (*stay.pump_events, *stay.findings), now, self._news2)
        self._minute = now // MINUTE

    def take(self, values: Sequence[Observation], now: float) -> None:
        """Values received at the same time.

        Patterns are judged where a minute ends; between, only a limit that is being passed needs a look.
        """
        minute = now // MINUTE
        quiet = minute == self._minute and self._within_limits()
        self._course.advance_to(now)
        for value in values:
            self._bed.observe(value)
        if not quiet or not self._within_limits():
            self._course.step(now)
        self._minute = minute

    def _within_limits(self) -> bool:
        limits = self._bed.alarms.limits
        return limits.next_due() is None and not limits.conditions()

    def advance(self, now: float) -> None:
        """Let time pass without values."""
        self._course.advance_to(now)
        self._course.step(now)

    def spans(self, end: float) -> dict[tuple[str, str], list[Span]]:
        """Times at every level of patterns, limits and NEWS2, once the run is over. end: of the run."""
        transitions: list[Transition] = self._course.transitions
        found: dict[tuple[str, str], list[Span]] = {
            (kind.value, stage.word): stage_spans(transitions, kind, stage, end)
            for kind in PATTERNS
            for stage in STAGES
        }
        found |= {("limits", priority.word): limit_spans(transitions, priority, end) for priority in LIMITS}
        self._news2.end(end)
        for score in THRESHOLDS:
            times, ends = self._news2.times[score], self._news2.ends[score]
            found["news2", str(score)] = [Span(begin, over) for begin, over in zip(times, ends, strict=True)]
        return found
