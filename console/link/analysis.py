"""How a screen or a report asks what the ward's alarms come to: figures of a span beside the benchmarks for them.

A screen calls these from its own thread; nothing here blocks. How each figure is counted stands at its field, and in
words for the screen in `console.ui.analysis_page.words`. Common to all of them:

An alarm is one occurrence, from onset to end; it belongs to the time at which it was raised, to the bed at which it
stands or last stood, and to the highest priority it reached. One taken over after a restart is the same occurrence.
What late data have shown counts when it was told. Alarms of invented values (demonstration) never count. Of an alarm
that still stands, what is known at `Answer.read_at` counts.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from console.alarms.alarm import Kind, Priority

LONGEST = timedelta(days=400)
"""Longest span that is counted at once: as long as alarms are kept at the least."""

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted: alarms raised in [start, end), UTC. beds: () for all, and for the console's own alarms. kinds:
    () for all."""

    start: datetime
    end: datetime
    beds: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end), UTC, of which the figures are: the question's, but not before the record begins nor after now."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length, never negative."""
        return max(0.0, (self.end - self.start).total_seconds())

    @property
    def days(self) -> float:
        """Its length in days of 24 hours."""
        return self.seconds / 86_400


@dataclass(frozen=True, slots=True)
class Load:
    """Alarms of one kind and priority. at_beds: those at a bed (not of the console itself) raised since
    `Figures.values_since`, which is what bed-days are counted from; of_patients: those of an admitted patient."""

    kind: Kind
    priority: Priority
    alarms: int
    at_beds: int
    of_patients: int


@dataclass(frozen=True, slots=True)
class HourOfDay:
    """Alarms raised in one hour of the ward's clock, 0 to 23, over all days of the span. hours: how much of that hour
    there was in the span, so that the days on which clocks change are right (twice on one, never on the other)."""

    hour: int
    low: int
    medium: int
    high: int
    hours: float

    @property
    def alarms(self) -> int:
        """Of any priority."""
        return self.low + self.medium + self.high

    @property
    def per_hour(self) -> float | None:
        """Alarms per hour that existed; None when there was none in the span."""
        return self.alarms / self.hours if self.hours > 0 else None


@dataclass(frozen=True, slots=True)
class Repeated:
    """One condition at one bed. key: of the condition; text: of its newest alarm, as recorded."""

    bed: str
    key: str
    kind: Kind
    alarms: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answering:
    """How alarms of one priority were answered, as the history tells it (console.store.answers). answered: acknowledged
    since they last stepped up, by an acknowledgement that was not taken back. median_s, p90_s: seconds to the first
    such one from the onset, or from the step up that came after an answer; over the answered alone, None without
    any; between two ranks interpolated in proportion (Hyndman and Fan 1996, Am Stat 50:361, type 7). ended_before:
    the condition ended while the alarm was unanswered, whether it was answered afterwards or not."""

    priority: Priority
    alarms: int
    answered: int
    median_s: float | None
    p90_s: float | None
    ended_before: int

    @property
    def unanswered(self) -> int:
        """Not answered up to now, whether the alarm still stands or is over."""
        return self.alarms - self.answered


@dataclass(frozen=True, slots=True)
class Flood:
    """More than ten alarms in ten minutes. start: the first alarm of the first such ten minutes; end: the last alarm of
    the last ones that overlap; alarms: from start to end; peak: most in any ten minutes of it."""

    start: datetime
    end: datetime
    alarms: int
    peak: int


@dataclass(frozen=True, slots=True)
class StaleDay:
    """A day of the ward's calendar. alarms: how many stood for longer than 24 h at some moment of it inside the span,
    those raised before the span among them."""

    day: date
    alarms: int


class Verdict(StrEnum):
    """Where a figure stands against its benchmark."""

    WITHIN = "within"
    ABOVE = "above the target"
    OVER = "over"
    UNDER = "under"
    NONE = "nothing to judge"


class Measure(StrEnum):
    """The figures that stand alone, and can each be opened."""

    ALARMS = "alarms"
    PER_TEN_MINUTES = "per 10 min"
    PER_HOUR = "per hour"
    PER_DAY = "per day"
    PER_BED_DAY = "per bed-day"
    PER_PATIENT_DAY = "per patient-day"
    PEAK = "most in any 10 min"
    FLOOD_SHARE = "share of 10-minute periods in flood"
    FLOODS = "floods"
    TOP_TEN = "share of the ten most frequent"
    CHATTERING = "chattering"
    FLEETING = "fleeting"
    STALE = "most stale on one day"
    HIGH_SHARE = "share of high priority"
    MEDIUM_SHARE = "share of medium priority"
    LOW_SHARE = "share of low priority"
    TECHNICAL_SHARE = "share of technical"
    UNANSWERED = "unanswered"
    ENDED_BEFORE = "ended before anyone came"

    @property
    def is_share(self) -> bool:
        """A part of a whole, from 0 to 1."""
        return self in _SHARES


_SHARES = frozenset(
    {
        Measure.FLOOD_SHARE,
        Measure.TOP_TEN,
        Measure.HIGH_SHARE,
        Measure.MEDIUM_SHARE,
        Measure.LOW_SHARE,
        Measure.TECHNICAL_SHARE,
    }
)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A ceiling for the operator of a process plant, beside the ward's figure. name: of Measure; value: None when there
    is nothing to judge; target: in words; source: edition and clause as far as known."""

    measure: Measure
    value: float | None
    target: str
    verdict: Verdict
    source: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is counted of one span.

    bed_days: clock hours of each bed in which at least one value was stored, by the part of the hour that lies in the
    span, divided by 24; a bed whose values are invented does not count. values_since: the hour from which on values are
    stored at all, the start of the span or later; None where there are none. patient_days: how long stays were open in
    the span, divided by 24 h; invented patients left out. loads: every kind and priority that occurred. frequent: at
    most ten, most frequent first. periods: stretches of ten minutes from the start of the span on, the last one perhaps
    shorter; flood_periods: those with more than ten alarms. peak: most alarms in any ten minutes. floods: the newest
    MOST_FLOODS, oldest first, of flood_count. chattering: alarms that belong to a burst of at least three of the same
    condition at the same bed within one minute; chatter: at most ten of such conditions. fleeting: alarms whose
    condition ended within 30 s. stale: every day with at least one.
    """

    span: Span
    alarms: int
    bed_days: float
    values_since: datetime | None
    patient_days: float
    loads: tuple[Load, ...]
    by_hour: tuple[HourOfDay, ...]
    frequent: tuple[Repeated, ...]
    answering: tuple[Answering, ...]
    periods: int
    flood_periods: int
    peak: int
    floods: tuple[Flood, ...]
    flood_count: int
    chattering: int
    chatter: tuple[Repeated, ...]
    fleeting: int
    stale: tuple[StaleDay, ...]

    def count(self, priority: Priority | None = None, kind: Kind | None = None) -> int:
        """Alarms of a priority, of a kind, or of both."""
        return sum(
            load.alarms
            for load in self.loads
            if (priority is None or load.priority is priority) and (kind is None or load.kind is kind)
        )

    def answered_like(self, *priorities: Priority) -> tuple[int, int, int]:
        """Alarms, unanswered, and ended before anyone came, of some priorities together."""
        chosen = [one for one in self.answering if one.priority in priorities]
        return (
            sum(one.alarms for one in chosen),
            sum(one.unanswered for one in chosen),
            sum(one.ended_before for one in chosen),
        )

    def share(self, part: int) -> float | None:
        """A part of all alarms, 0 to 1; None when there are none."""
        return part / self.alarms if self.alarms else None

    def per(self, seconds: float) -> float | None:
        """Alarms per so many seconds of the span, on average; None for an empty span."""
        return self.alarms * seconds / self.span.seconds if self.span.seconds else None

    def value(self, measure: Measure) -> float | None:
        """A figure that stands alone: a count, a rate, or a share from 0 to 1. None when it cannot be told."""
        return _VALUES[measure](self)


MOST_FLOODS = 200


def _per_bed_day(figures: Figures) -> float | None:
    at_beds = sum(load.at_beds for load in figures.loads)
    return at_beds / figures.bed_days if figures.bed_days else None


def _per_patient_day(figures: Figures) -> float | None:
    of_patients = sum(load.of_patients for load in figures.loads)
    return of_patients / figures.patient_days if figures.patient_days else None


_VALUES: dict[Measure, Callable[[Figures], float | None]] = {
    Measure.ALARMS: lambda f: f.alarms,
    Measure.PER_TEN_MINUTES: lambda f: f.per(600),
    Measure.PER_HOUR: lambda f: f.per(3_600),
    Measure.PER_DAY: lambda f: f.per(86_400),
    Measure.PER_BED_DAY: _per_bed_day,
    Measure.PER_PATIENT_DAY: _per_patient_day,
    Measure.PEAK: lambda f: f.peak,
    Measure.FLOOD_SHARE: lambda f: f.flood_periods / f.periods if f.periods else None,
    Measure.FLOODS: lambda f: f.flood_count,
    Measure.TOP_TEN: lambda f: f.share(sum(one.alarms for one in f.frequent)),
    Measure.CHATTERING: lambda f: f.chattering,
    Measure.FLEETING: lambda f: f.fleeting,
    Measure.STALE: lambda f: max((day.alarms for day in f.stale), default=0),
    Measure.HIGH_SHARE: lambda f: f.share(f.count(Priority.HIGH)),
    Measure.MEDIUM_SHARE: lambda f: f.share(f.count(Priority.MEDIUM)),
    Measure.LOW_SHARE: lambda f: f.share(f.count(Priority.LOW)),
    Measure.TECHNICAL_SHARE: lambda f: f.share(f.count(kind=Kind.TECHNICAL)),
    Measure.UNANSWERED: lambda f: sum(one.unanswered for one in f.answering),
    Measure.ENDED_BEFORE: lambda f: sum(one.ended_before for one in f.answering),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """now: the span asked about; before: the same span a week earlier by the ward's clock. zone: of the ward.
    benchmarks: of `now`. notes: sentences about what could not be counted."""

    question: Question
    zone: str
    read_at: datetime
    now: Figures
    before: Figures
    benchmarks: tuple[Benchmark, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Which alarms of an answer: those behind one figure, narrowed further by what is given. before: of the week
    before. hour: of the ward's clock. bed with key: of one condition at one bed. start, end: raised in [start, end]."""

    measure: Measure = Measure.ALARMS
    priority: Priority | None = None
    kind: Kind | None = None
    hour: int | None = None
    bed: str | None = None
    key: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    day: date | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Behind:
    """The alarms behind a figure. ids: the newest of them, at most console.store.records.MOST_IDS; total: all."""

    ids: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an export. file: where it is; error: one plain sentence, then nothing was kept."""

    file: Path | None = None
    error: str = ""


class Analysis(Protocol):
    """The analysis of one station's alarms. Futures may be cancelled at any time: the work then ends early. They fail
    with a ValueError (a span that is empty or longer than LONGEST) or a StoreError, each in one plain sentence."""

    def ask(self, question: Question) -> Future[Answer]:
        """Count. Questions are taken in turn."""
        ...

    def behind(self, answer: Answer, part: Part) -> Future[Behind]:
        """The alarms behind a figure of an answer, newest first."""
        ...

    def save_table(self, answer: Answer, by: str) -> Future[Saved]:
        """Write the figures as CSV. Needs Right.EXPORT; audited."""
        ...

    def save_picture(self, answer: Answer, title: str, png: bytes, by: str) -> Future[Saved]:
        """Write a chart of the answer. Needs Right.EXPORT; audited."""
        ...
