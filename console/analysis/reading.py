"""Joins what the store holds of a span with the pure figures: the one place of the analysis that reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from console.analysis.benchmarks import benchmarks
from console.analysis.figures import Material, figures
from console.analysis.parts import Drawn, chosen
from console.analysis.ward_clock import week_before
from console.link.analysis import LONGEST, Answer, Behind, Figures, Part, Question, Repeated, Span
from console.store import alarm_columns as columns
from console.store.instants import from_us, to_us
from console.store.records import MOST_IDS


@dataclass(frozen=True, slots=True)
class Ward:
    """What is known of the ward beside its record. invented: beds whose values are, which count nowhere."""

    zone: ZoneInfo
    invented: frozenset[str] = frozenset()


def answer(
    connection: Connection, question: Question, ward: Ward, now: datetime, wanted: Callable[[], bool] = lambda: True
) -> Answer:
    """Figures of the span and of the same span a week earlier. wanted: asked in between; raises Cancelled once it is
    False. Raises ValueError for a span that is empty or too long."""
    check(question)
    begins = columns.record_begins(connection)
    earlier = replace(question, start=week_before(question.start, ward.zone), end=week_before(question.end, ward.zone))
    told = _figures(connection, question, ward, now, begins, wanted)
    before = _figures(connection, earlier, ward, now, begins, wanted)
    return Answer(question, ward.zone.key, now, told, before, benchmarks(told), tuple(_notes(question, told, before)))


def check(question: Question) -> None:
    """Raises ValueError, in one plain sentence."""
    if question.end <= question.start:
        raise ValueError("The span ends before it begins.")
    if question.end - question.start > LONGEST + timedelta(hours=1):
        raise ValueError(f"At most {LONGEST.days} days are counted at once.")


def _figures(
    connection: Connection,
    question: Question,
    ward: Ward,
    now: datetime,
    begins: int | None,
    wanted: Callable[[], bool],
) -> Figures:
    start = question.start if begins is None else max(question.start, from_us(begins))
    span = Span(min(start, question.end), max(min(start, question.end), min(question.end, now)))
    first, last = to_us(span.start), to_us(span.end)
    beds, kinds = question.beds, question.kinds
    material = Material(
        columns.read_alarms(connection, first, last, beds, kinds, wanted=wanted),
        columns.read_long(connection, last, beds, kinds, wanted=wanted),
        columns.open_stays(connection, first, last, beds),
        columns.stored_hours(connection, first, last, beds, ward.invented, wanted),
        columns.values_begin(connection, beds, ward.invented),
    )
    found = figures(span, ward.zone, material)

    def named(some: tuple[Repeated, ...]) -> tuple[Repeated, ...]:
        return tuple(replace(one, text=columns.newest_text(connection, one.bed, one.key, first, last)) for one in some)

    return replace(found, frequent=named(found.frequent), chatter=named(found.chatter))


def _notes(question: Question, now: Figures, before: Figures) -> list[str]:
    notes = []
    if now.span.start > question.start or not now.span.seconds:
        notes.append("The record begins inside this span: what was before it is not counted.")
    if before.span.days + 1 / 24 < now.span.days:
        notes.append("The week before is on record in part only: compare rates and shares, not numbers.")
    if now.values_since is not None and now.values_since > now.span.start:
        notes.append("Values are not stored from the start of the span on: alarms per bed-day are those since then.")
    return notes


def behind(
    connection: Connection, told: Answer, part: Part, ward: Ward, wanted: Callable[[], bool] = lambda: True
) -> Behind:
    """The alarms behind one figure of an answer, newest first, as they stand now."""
    question, span = told.question, (told.before if part.before else told.now).span
    first, last = to_us(span.start), to_us(span.end)
    beds = question.beds if part.bed is None else (part.bed,)
    kinds = question.kinds if part.kind is None else (part.kind,)
    if part.day is None:
        alarms = columns.read_alarms(connection, first, last, beds, kinds, ids=True, wanted=wanted)
    else:
        alarms = columns.read_long(connection, last, beds, kinds, ids=True, wanted=wanted)
    places = chosen(Drawn(alarms, first, last, ward.zone), part)
    newest = alarms.ids[places[-MOST_IDS:]][::-1]
    return Behind(tuple(name.decode() for name in newest.tolist()), len(places))
