"""Episodes of two runs over the same days, side by side: what is lost, new, later or earlier. Pure.

An episode of a level is the time a pattern stands at that stage or above. Episodes of the two runs belong together when
they overlap, or when the second begins within half an hour of the end of the first: an alarm that is late by the whole
length of a short episode is late, not another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median

from console.alarms.alarm import Change, Kind, Priority, Stage, Transition
from console.link.evaluation import Difference, Load, Shift

PATTERNS = (Kind.WITHDRAWAL, Kind.OVERDOSE)
STAGES = (Stage.WATCH, Stage.WARNING, Stage.EMERGENCY)
LIMITS = (Priority.MEDIUM, Priority.HIGH)

NEAR_S = 1800.0
SAME_S = 60.0
"""Patterns are judged once a minute; what differs by less is no difference."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Time at a level. start, end: POSIX seconds; end is that of the run while it still stood."""

    start: float
    end: float

    def within(self, start: float, end: float) -> float:
        """Seconds of it in [start, end)."""
        return max(0.0, min(self.end, end) - max(self.start, start))


def stage_spans(transitions: Iterable[Transition], kind: Kind, stage: Stage, end: float) -> list[Span]:
    """Times at `stage` or above, in order. end: of the run."""
    spans: list[Span] = []
    since: float | None = None
    for transition in transitions:
        condition = transition.alarm.condition
        if condition.kind is not kind:
            continue
        stands = transition.change is not Change.CLEAR and condition.stage >= stage
        if stands and since is None:
            since = transition.stamp
        elif not stands and since is not None:
            spans.append(Span(since, transition.stamp))
            since = None
    return spans if since is None else [*spans, Span(since, end)]


def limit_spans(transitions: Iterable[Transition], priority: Priority, end: float) -> list[Span]:
    """Times of every limit alarm at `priority` or above; alarms of different limits may overlap."""
    spans: list[Span] = []
    since: dict[str, float] = {}
    for transition in transitions:
        condition = transition.alarm.condition
        if condition.kind is not Kind.LIMIT:
            continue
        stands = transition.change is not Change.CLEAR and condition.priority >= priority
        if stands:
            since.setdefault(condition.key, transition.stamp)
        elif condition.key in since:
            spans.append(Span(since.pop(condition.key), transition.stamp))
    return sorted([*spans, *(Span(begun, end) for begun in since.values())])


def covered_s(spans: Sequence[Span], start: float, end: float) -> float:
    """Seconds of [start, end) in at least one of the spans, which are in order of their beginning."""
    total, reached = 0.0, start
    for span in spans:
        total += Span(max(span.start, reached), span.end).within(start, end) if span.end > reached else 0.0
        reached = max(reached, span.end)
    return total


def begun(spans: Iterable[Span], start: float, end: float) -> int:
    """Spans that begin in [start, end)."""
    return sum(1 for span in spans if start <= span.start < end)


def to_stage_s(whole: Sequence[Span], at: Sequence[Span], start: float, end: float) -> list[float]:
    """For each episode of `whole` that begins in [start, end) and reached the level of `at`: seconds until it did."""
    found = []
    for episode in whole:
        first = next((span.start for span in at if episode.start <= span.start <= episode.end), None)
        if first is not None and start <= episode.start < end:
            found.append(first - episode.start)
    return found


@dataclass(frozen=True, slots=True)
class Shifted:
    """A difference between two runs at one level. at: of the present episode, of a new one its own."""

    shift: Shift
    stage: Stage
    span: Span
    minutes: float = 0.0


def shifts(present: Sequence[Span], proposed: Sequence[Span], stage: Stage, start: float, end: float) -> list[Shifted]:
    """What differs at one level between [start, end). An episode that another one of the other run still covers is
    neither lost nor new: two have become one, or one has become two."""
    found: list[Shifted] = []
    paired: set[Span] = set()
    for old in present:
        touching = [new for new in proposed if _touch(old, new)]
        own = next((new for new in touching if new not in paired), None)
        if own is not None:
            paired.add(own)
        if not start <= old.start < end:
            continue
        if not touching:
            found.append(Shifted(Shift.LOST, stage, old))
        elif own is not None and abs(own.start - old.start) >= SAME_S and not _held_over(old, own, present, proposed):
            shift = Shift.LATER if own.start > old.start else Shift.EARLIER
            found.append(Shifted(shift, stage, old, abs(own.start - old.start) / 60.0))
    for new in proposed:
        if start <= new.start < end and not any(_touch(old, new) for old in present):
            found.append(Shifted(Shift.NEW, stage, new))
    return found


def _touch(old: Span, new: Span) -> bool:
    return new.start <= old.end + NEAR_S and old.start <= new.end + NEAR_S


def _held_over(old: Span, new: Span, present: Sequence[Span], proposed: Sequence[Span]) -> bool:
    """True when one of the two began while another episode of the other run stood: nobody waited for it."""
    before = any(s is not new and s.start <= old.start < s.end for s in proposed)
    return before or any(s is not old and s.start <= new.start < s.end for s in present)


def highest_only(found: Iterable[Shifted]) -> list[Shifted]:
    """One entry for an episode that is lost or new as a whole: that of the highest stage it had."""
    entries = sorted(found, key=lambda one: (-one.stage, one.span))
    kept: list[Shifted] = []
    for one in entries:
        whole = one.shift in (Shift.LOST, Shift.NEW)
        told = whole and any(
            k.shift is one.shift and k.stage > one.stage and one.span.start <= k.span.start <= one.span.end
            for k in kept
        )
        if not told:
            kept.append(one)
    return kept


def load(kind: str, level: str, present: Sequence[Span], proposed: Sequence[Span], watched: Sequence[Span]) -> Load:
    """Episodes and time of one level in both runs. watched: the times with vital signs, in order; an alarm that is held
    while nothing arrives takes no time of them."""
    start, end = (watched[0].start, watched[-1].end) if watched else (0.0, 0.0)
    return Load(
        kind,
        level,
        begun(present, start, end),
        begun(proposed, start, end),
        sum(covered_s(present, part.start, part.end) for part in watched),
        sum(covered_s(proposed, part.start, part.end) for part in watched),
    )


def added(one: Load, other: Load) -> Load:
    """Sum over patients; medians are taken of all of them elsewhere."""
    return replace(
        one,
        present=one.present + other.present,
        proposed=one.proposed + other.proposed,
        present_s=one.present_s + other.present_s,
        proposed_s=one.proposed_s + other.proposed_s,
    )


def middle(values: Sequence[float]) -> float | None:
    """The median, None of nothing."""
    return median(values) if values else None


def in_order(differences: Iterable[Difference]) -> list[Difference]:
    """What costs most first: acted on and lost or late, then by stage, then what is lost, then by time."""
    order = list(Shift)
    return sorted(differences, key=lambda d: (not d.costs, -d.stage, order.index(d.shift), d.at, d.bed))


def as_time(seconds: float) -> datetime:
    """UTC of POSIX seconds."""
    return datetime.fromtimestamp(seconds, UTC)
