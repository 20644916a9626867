"""An evaluation from beginning to end: stored days of the ward, patient by patient, with two sets of thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Engine

from console.alarms.alarm import Alarm, Stage
from console.alarms.alarm_rules import AlarmRules
from console.config import Config
from console.engine.plan import BedPlan, plan_ward
from console.evaluation.bed_run import BedRun
from console.evaluation.comparison import (
    PATTERNS,
    STAGES,
    Span,
    added,
    as_time,
    highest_only,
    in_order,
    load,
    middle,
    shifts,
    to_stage_s,
)
from console.link.evaluation import MOST_DIFFERENCES, Difference, Load, Result, Shift
from console.store.past import SLICE_S, PastStay, answered_alarms, past_stays, past_values
from drivers.observation import Observation

WARM_UP = timedelta(hours=12)
"""Hours before the span that are run, not counted: usual values are learned in six hours, findings stand for eight."""

STANDS_S = 900.0
"""A value covers a quarter of an hour at most; time without any is not counted as watched."""

ANSWER_S = 600.0
"""An alarm of the journal and an episode of the run are the same when they are no further apart: a restart, another
threshold at that time or another order of arrival moves an onset by minutes."""

ACTED_ON = frozenset({"Going to the bedside", "Doctor informed", "Pump team informed", "Treatment given"})
"""Reasons of an acknowledgement that tell of an act at or for the patient; the others tell of none."""

Spans = Mapping[tuple[str, str], list[Span]]
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Days:
    """What is run. simulated: count invented patients too."""

    start: datetime
    end: datetime
    beds: tuple[str, ...] = ()
    simulated: bool = False


@dataclass(slots=True)
class _Sum:
    """What is added up over the patients."""

    seconds: float = 0.0
    values: int = 0
    patients: set[str] = field(default_factory=set)
    loads: dict[tuple[str, str], Load] = field(default_factory=dict)
    waits: dict[tuple[str, str], tuple[list[float], list[float]]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    more: int = 0
    elsewhere: int = 0


def evaluate(
    engine: Engine,
    config: Config,
    present: AlarmRules,
    proposed: AlarmRules,
    days: Days,
    progress: Progress | None = None,
) -> Result:
    """Run all patients of the span with both sets of thresholds. progress: told the part done and what is read.

    Nothing is written. Raises what the database raises, and ConfigError.
    """
    plans = {plan.bed: plan for plan in plan_ward(config).beds}
    stays = [s for s in past_stays(engine, days.beds, days.start, days.end) if days.simulated or not s.patient.demo]
    answered = [a for a in answered_alarms(engine, days.beds, days.start, days.end) if _acted(a)]
    total, done, sums = sum(_length(stay, days) for stay in stays) or 1.0, 0.0, _Sum()
    for number, stay in enumerate(stays, start=1):
        doing = f"{stay.patient.bed}, patient {number} of {len(stays)}"
        plan = plans.get(stay.patient.bed) or BedPlan(stay.patient.bed, (), demo=False)
        runs: list[BedRun] = []
        watch = _Watch(days.start.timestamp())
        for hour in _hours(engine, stay, days):
            # An admission may be dated back; at the bed nothing is judged before the first value either.
            if hour.groups and not runs:
                runs = [BedRun(stay, rules, plan, hour.groups[0][0]) for rules in (present, proposed)]
            for run in runs:
                _play(run, hour)
            watch.take(hour)
            if progress is not None:
                progress(min(1.0, (done + (hour.until - _begin(stay, days).timestamp())) / total), doing)
        done += _length(stay, days)
        if watch.values:
            _add(sums, stay, days, watch, [run.spans(_finish(stay, days).timestamp()) for run in runs], answered)
    return _result(sums, days)


# --- one patient -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hour:
    """Values grouped by the time they were received, and the end of the hour."""

    groups: list[tuple[float, list[Observation]]]
    until: float


def _begin(stay: PastStay, days: Days) -> datetime:
    return max(stay.patient.here_since, days.start - WARM_UP)


def _finish(stay: PastStay, days: Days) -> datetime:
    return days.end if stay.ended is None else min(stay.ended, days.end)


def _length(stay: PastStay, days: Days) -> float:
    return (_finish(stay, days) - _begin(stay, days)).total_seconds()


@dataclass(slots=True)
class _Watch:
    """When the patient was watched, from `start` on: a value covers the time until the next, as far as it stands."""

    start: float
    values: int = 0
    spans: list[Span] = field(default_factory=list)

    def take(self, hour: _Hour) -> None:
        for stamp, group in hour.groups:
            if stamp < self.start or all(value.value is None for value in group):
                continue
            self.values += len(group)
            if self.spans and stamp <= self.spans[-1].end:
                self.spans[-1] = Span(self.spans[-1].start, stamp + STANDS_S)
            else:
                self.spans.append(Span(stamp, stamp + STANDS_S))

    def until(self, end: float) -> list[Span]:
        """The times up to the end of the stay or of the days."""
        return [Span(span.start, min(span.end, end)) for span in self.spans]


def _hours(engine: Engine, stay: PastStay, days: Days) -> Iterator[_Hour]:
    """The stay hour by hour."""
    begin, finish = _begin(stay, days), _finish(stay, days)
    until = begin.timestamp()
    for values in past_values(engine, stay.patient.bed, begin, finish):
        groups = [(stamp, list(group)) for stamp, group in groupby(values, key=lambda value: value.stamp)]
        until = min(until + SLICE_S, finish.timestamp())
        yield _Hour(groups, until)


def _play(run: BedRun, hour: _Hour) -> None:
    for stamp, group in hour.groups:
        run.take(group, stamp)
    run.advance(hour.until)


# --- adding up -------------------------------------------------------------------------------------------------------


def _add(
    sums: _Sum, stay: PastStay, days: Days, watch: _Watch, spans: Sequence[Spans], answered: Sequence[Alarm]
) -> None:
    present, proposed = spans
    start, end = days.start.timestamp(), days.end.timestamp()
    watched = watch.until(_finish(stay, days).timestamp())
    sums.values += watch.values
    sums.patients.add(stay.patient.patient_id)
    sums.seconds += sum(span.end - span.start for span in watched)
    for (kind, level), old in present.items():
        new = proposed[kind, level]
        own = load(kind, level, old, new, watched)
        before = sums.loads.get((kind, level))
        sums.loads[kind, level] = own if before is None else added(before, own)
        whole = (kind, Stage.WATCH.word)
        if whole in present:
            waits = sums.waits.setdefault((kind, level), ([], []))
            waits[0].extend(to_stage_s(present[whole], old, start, end))
            waits[1].extend(to_stage_s(proposed[whole], new, start, end))
    _add_differences(sums, stay, days, present, proposed, answered)


def _add_differences(
    sums: _Sum, stay: PastStay, days: Days, present: Spans, proposed: Spans, answered: Sequence[Alarm]
) -> None:
    patient, start, end = stay.patient, days.start.timestamp(), days.end.timestamp()
    for kind in PATTERNS:
        own = [a for a in answered if a.condition.kind is kind and a.patient_id == patient.patient_id]
        own = [a for a in own if a.bed == patient.bed and _begin(stay, days) <= a.raised_at < _finish(stay, days)]
        whole = present[kind.value, Stage.WATCH.word]
        sums.elsewhere += sum(1 for a in own if not any(_is(a, span) for span in whole))
        found = [
            shifted
            for stage in STAGES
            for shifted in shifts(present[kind.value, stage.word], proposed[kind.value, stage.word], stage, start, end)
        ]
        for one in highest_only(found):
            acted = "" if one.shift is Shift.NEW else next((_who(a) for a in own if _is(a, one.span)), "")
            at = as_time(one.span.start)
            sums.differences.append(
                Difference(
                    one.shift, patient.bed, patient.patient_id, patient.name, kind, one.stage, at, one.minutes, acted
                )
            )
    # Bounded while it grows, whatever the thresholds do.
    if len(sums.differences) > 2 * MOST_DIFFERENCES:
        sums.more += len(sums.differences) - MOST_DIFFERENCES
        sums.differences = in_order(sums.differences)[:MOST_DIFFERENCES]


def _acted(alarm: Alarm) -> bool:
    return alarm.acknowledged is not None and alarm.acknowledged.reason in ACTED_ON


def _is(alarm: Alarm, span: Span) -> bool:
    """True when the alarm of the journal stood while the episode did."""
    over = span.end if alarm.ended_at is None else alarm.ended_at.timestamp()
    return alarm.raised_at.timestamp() <= span.end + ANSWER_S and over >= span.start - ANSWER_S


def _who(alarm: Alarm) -> str:
    answer = alarm.acknowledged
    return "" if answer is None else f"{answer.reason}, {answer.by}"


def _result(sums: _Sum, days: Days) -> Result:
    loads = []
    for level, one in sums.loads.items():
        old, new = sums.waits.get(level, ([], []))
        loads.append(replace(one, present_to_stage_s=middle(old), proposed_to_stage_s=middle(new)))
    ordered = in_order(sums.differences)
    return Result(
        days.start,
        days.end,
        len(sums.patients),
        sums.seconds / 86400.0,
        sums.values,
        tuple(loads),
        tuple(ordered[:MOST_DIFFERENCES]),
        sums.more + max(0, len(ordered) - MOST_DIFFERENCES),
        sums.elsewhere,
    )
