"""Joins what the store holds of a span with the pure figures: the one place of the analysis that reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
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
    zone = ward.zone
    earlier = replace(question, start=week_before(question.start, zone), end=week_before(question.end, zone))
    spans = _span(question, now, begins), _span(earlier, now, begins)
    told, before = (
        _named(connection, figures(span, zone, of))
        for span, of in zip(spans, _material(connection, question, spans, ward, wanted), strict=True)
    )
    return Answer(question, zone.key, now, told, before, benchmarks(told), tuple(_notes(question, told, before)))


def check(question: Question) -> None:
    """Raises ValueError, in one plain sentence."""
    if question.end <= question.start:
        raise ValueError("The span ends before it begins.")
    if question.end - question.start > LONGEST + timedelta(hours=1):
        raise ValueError(f"At most {LONGEST.days} days are counted at once.")


def _span(question: Question, now: datetime, begins: int | None) -> Span:
    start = question.start if begins is None else min(max(question.start, from_us(begins)), question.end)
    return Span(start, max(start, min(question.end, now)))


def _material(
    connection: Connection, question: Question, spans: tuple[Span, Span], ward: Ward, wanted: Callable[[], bool]
) -> tuple[Material, Material]:
    """For the span and for the week before. What lies in both is read once; what lies in neither weighs nothing."""
    beds, kinds, without = question.beds, question.kinds, ward.invented
    now, before = ((to_us(span.start), to_us(span.end)) for span in spans)

    def alarms(start: int, end: int) -> columns.AlarmColumns:
        return columns.read_alarms(connection, start, end, beds, kinds, wanted=wanted)

    if before[0] <= now[0] <= before[1]:
        both = alarms(before[0], now[1])
        each = [both.take(slice(*both.raised.searchsorted(edges, side="left"))) for edges in (now, before)]
        hours = columns.stored_hours(connection, before[0], now[1], beds, without, wanted)
    else:
        each = [alarms(*now), alarms(*before)]
        parts = [columns.stored_hours(connection, *edges, beds, without, wanted) for edges in (before, now)]
        hours = np.concatenate(parts)
    long = columns.read_long(connection, now[1], beds, kinds, wanted=wanted)
    stays = columns.open_stays(connection, before[0], now[1], beds)
    begin = columns.values_begin(connection, beds, without)
    return Material(each[0], long, stays, hours, begin), Material(each[1], long, stays, hours, begin)


def _named(connection: Connection, found: Figures) -> Figures:
    """With the words of the newest alarm for every condition that is listed."""
    first, last = to_us(found.span.start), to_us(found.span.end)

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
    beds, kinds = question.beds, question.kinds
    if part.day is None:
        alarms = columns.read_alarms(connection, first, last, beds, kinds, numbers=True, wanted=wanted)
    else:
        alarms = columns.read_long(connection, last, beds, kinds, numbers=True, wanted=wanted)
    places = chosen(Drawn(alarms, first, last, ward.zone), part)
    newest = alarms.number[places[-MOST_IDS:]][::-1].tolist()
    return Behind(tuple(columns.ids_of(connection, newest)), len(places))
