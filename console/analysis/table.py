"""All figures of an answer as rows of a sheet: section, item, its value and that of the week before, and words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from console.link.analysis import Answer, Figures, Measure, Question

COLUMNS = ("section", "item", "value", "week_before", "unit", "benchmark", "verdict")

Row = tuple[Any, ...]

_UNITS = {
    Measure.PER_TEN_MINUTES: "alarms per 10 min",
    Measure.PER_HOUR: "alarms per h",
    Measure.PER_DAY: "alarms per 24 h",
    Measure.PER_BED_DAY: "alarms per bed-day",
    Measure.PER_PATIENT_DAY: "alarms per patient-day",
    Measure.FLOODS: "episodes",
}


def rows(answer: Answer, version: str, rule_set: str) -> list[Row]:
    """Every row below the line of columns. version: of the program."""
    return [*_head(answer, version, rule_set), *_measures(answer), *_parts(answer)]


def _head(answer: Answer, version: str, rule_set: str) -> Iterator[Row]:
    zone = ZoneInfo(answer.zone)
    now, before = answer.now.span, answer.before.span

    def clock(at: datetime) -> str:
        return at.astimezone(zone).isoformat(timespec="seconds")

    yield _row("about", "from", clock(now.start), clock(before.start))
    yield _row("about", "to (not included)", clock(now.end), clock(before.end))
    yield _row("about", "read at", clock(answer.read_at))
    yield _row("about", "time zone", answer.zone)
    yield _row("about", "beds", beds_words(answer.question))
    yield _row("about", "kinds", kinds_words(answer.question))
    yield _row("about", "alarm rules", rule_set)
    yield _row("about", "program version", version)
    yield _row("about", "alarms of invented values", "not counted")
    for note in answer.notes:
        yield _row("about", "note", note)
    yield _row("denominators", "bed-days", answer.now.bed_days, answer.before.bed_days, "days of 24 h")
    yield _row("denominators", "patient-days", answer.now.patient_days, answer.before.patient_days, "days of 24 h")


def beds_words(question: Question) -> str:
    """Which beds, in words."""
    return ", ".join(question.beds) if question.beds else "all, and the console itself"


def kinds_words(question: Question) -> str:
    """Which kinds, in words."""
    return ", ".join(kind.value for kind in question.kinds) if question.kinds else "all"


def _row(
    section: str, item: str, value: Any, before: Any = "", unit: str = "", target: str = "", verdict: str = ""
) -> Row:
    return section, item, value, before, unit, target, verdict


def _measures(answer: Answer) -> Iterator[Row]:
    marks = {mark.measure: mark for mark in answer.benchmarks}
    for measure in Measure:
        mark = marks.get(measure)
        unit = "share, 0 to 1" if measure.is_share else _UNITS.get(measure, "alarms")
        yield _row(
            "figures",
            measure.value,
            answer.now.value(measure),
            answer.before.value(measure),
            unit,
            "" if mark is None else f"{mark.target} ({mark.source})",
            "" if mark is None else mark.verdict.value,
        )


def _parts(answer: Answer) -> Iterator[Row]:
    now, before = answer.now, answer.before
    earlier = {(load.kind, load.priority): load for load in before.loads}
    for load in now.loads:
        was = earlier.get((load.kind, load.priority))
        name = f"{load.kind.value}, {load.priority.word}"
        yield _row("by kind and priority", name, load.alarms, 0 if was is None else was.alarms)
    for hour, was_hour in zip(now.by_hour, before.by_hour, strict=True):
        yield _row("by hour of day", f"{hour.hour:02d}:00", hour.alarms, was_hour.alarms, "alarms")
        yield _row("by hour of day", f"{hour.hour:02d}:00 per hour", hour.per_hour, was_hour.per_hour, "alarms per h")
    for one in now.frequent:
        yield _row("most frequent", f"{one.bed or 'console'}: {one.text or one.key}", one.alarms)
    yield from _answers(now, before)
    for one in now.chatter:
        yield _row("chattering", f"{one.bed or 'console'}: {one.text or one.key}", one.alarms)
    zone = ZoneInfo(answer.zone)
    for flood in now.floods:
        span = f"{flood.start.astimezone(zone).isoformat()} to {flood.end.astimezone(zone).isoformat()}"
        yield _row("floods", f"{span}, at most {flood.peak} in 10 min", flood.alarms)
    if now.flood_count > len(now.floods):
        yield _row("floods", f"{now.flood_count - len(now.floods)} earlier ones are not listed", "")
    for day in now.stale:
        yield _row("stale", day.day.isoformat(), day.alarms)


def _answers(now: Figures, before: Figures) -> Iterator[Row]:
    for one, was in zip(now.answering, before.answering, strict=True):
        word = one.priority.word
        yield _row("time to acknowledge", f"{word}, median", one.median_s, was.median_s, "s")
        yield _row("time to acknowledge", f"{word}, 90th percentile", one.p90_s, was.p90_s, "s")
        yield _row("answers", f"{word}, alarms", one.alarms, was.alarms)
        yield _row("answers", f"{word}, unanswered", one.unanswered, was.unanswered)
        yield _row("answers", f"{word}, ended before anyone came", one.ended_before, was.ended_before)
