"""What late values have shown, as information: seen in the list of alarms and in the history, never sounded.

A note is a technical condition of low priority: it is about what could not be watched in time. It stands until somebody
has acknowledged it, twelve hours at the most (a shift and the next), and ends with the stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import inf

from console.alarms.alarm import Condition, Kind, Priority, Reason, Stage
from console.alarms.late_course import NEAR_MIN, LateFinding
from console.alarms.reduction import MINUTE

PREFIX = "technical:late_data:"
STANDS_S = 12 * 3600.0
NOTES_KEPT = 8
ANSWERED_S = 30.0
"""A note that was acknowledged goes a little later, so that the acknowledgement can be taken back."""

NAMES = {Kind.WITHDRAWAL: "autonomic", Kind.OVERDOSE: "respiratory"}
ADVICE = "It is over. Look at the patient and at the chart."

Spans = dict[Stage, tuple[float, float]]


def late_since(condition: Condition) -> float | None:
    """Engine time at which what a note tells began, None for any other condition."""
    if not condition.key.startswith(PREFIX):
        return None
    return float(condition.key.rpartition(":")[2]) * MINUTE


@dataclass(slots=True)
class _Note:
    condition: Condition
    until: float
    stands: float
    kind: Kind | None = None
    spans: Spans | None = None


class LateNotes:
    """The notes of one bed. zone: for the clock times in their words."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._notes: dict[str, _Note] = {}
        self._conditions: tuple[Condition, ...] = ()
        self._due = inf

    def add(self, finding: LateFinding, now: float) -> None:
        """Take what is over; what lies near a note that stands makes that one longer."""
        spans: Spans = {stage: (begin, end) for stage, begin, end in finding.spans}
        key = f"{PREFIX}{finding.kind}:{int(min(begin for begin, _ in spans.values()) // MINUTE)}"
        for known, note in self._notes.items():
            if note.kind is finding.kind and note.spans is not None and _near(note.spans, spans):
                key, spans = known, _together(note.spans, spans)
        condition = _condition(key, finding, spans, self.zone)
        self._notes[key] = _Note(condition, now + STANDS_S, now + STANDS_S, finding.kind, spans)
        while len(self._notes) > NOTES_KEPT:
            del self._notes[next(iter(self._notes))]
        self._show()

    def restore(self, condition: Condition, age_s: float, now: float, *, answered: bool) -> None:
        """Take up a note from before a restart, told `age_s` ago."""
        until = now + (0.0 if answered else STANDS_S - age_s)
        self._notes[condition.key] = _Note(condition, until, until)
        self._show()

    def acknowledged(self, key: str, now: float) -> None:
        """Somebody has seen it."""
        if key in self._notes:
            self._notes[key].until = now + ANSWERED_S
            self._show()

    def undone(self, key: str) -> None:
        """It was not to be acknowledged."""
        if key in self._notes:
            self._notes[key].until = self._notes[key].stands
            self._show()

    def clear(self) -> None:
        """The patient has left."""
        self._notes.clear()
        self._show()

    def advance(self, now: float) -> None:
        """Let go of what has stood long enough."""
        if now >= self._due:
            self._notes = {key: note for key, note in self._notes.items() if note.until > now}
            self._show()

    def conditions(self) -> tuple[Condition, ...]:
        """The notes that stand, the same objects while nothing changes."""
        return self._conditions

    def _show(self) -> None:
        self._conditions = tuple(note.condition for note in self._notes.values())
        self._due = min((note.until for note in self._notes.values()), default=inf)


def _near(a: Spans, b: Spans) -> bool:
    gap = NEAR_MIN * MINUTE
    begin, end = max(_begin(a), _begin(b)), min(_end(a), _end(b))
    return begin - end <= gap


def _begin(spans: Spans) -> float:
    return min(begin for begin, _ in spans.values())


def _end(spans: Spans) -> float:
    return max(end for _, end in spans.values())


def _together(a: Spans, b: Spans) -> Spans:
    both = {}
    for stage in sorted(a.keys() | b.keys()):
        times = [spans[stage] for spans in (a, b) if stage in spans]
        both[stage] = (min(begin for begin, _ in times), max(end for _, end in times))
    return both


def _condition(key: str, finding: LateFinding, spans: Spans, zone: tzinfo) -> Condition:
    def clock(at: float) -> str:
        return f"{datetime.fromtimestamp(at, zone):%H:%M}"

    highest = max(spans)
    told = [
        f"{stage.word.upper()} {clock(span[0])}–{clock(span[1])}"
        for stage, span in sorted(spans.items(), reverse=True)
        if stage is highest or span != spans[highest]
    ]
    reasons = (Reason("late", finding.words),) if finding.words else ()
    return Condition(
        key,
        Kind.TECHNICAL,
        Priority.LOW,
        f"Found in late data: {NAMES[finding.kind]} pattern",
        detail=f"would have been {', '.join(told)}",
        advice=ADVICE,
        reasons=reasons,
    )
