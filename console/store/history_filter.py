"""A filter of the history as conditions on the alarm table, and its order. Everything here lies in the indexes."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select

from console.alarms.alarm import STAGE_PRIORITY, Kind, Presence, Priority, Stage
from console.store.alarm_words import LONGEST_WORDS, fold
from console.store.answers import LONGEST_BY
from console.store.instants import to_us
from console.store.records import MOST_IDS, HistoryFilter, HistoryState, Sort
from console.store.schema import FOREVER, alarm, alarm_note, alarm_patient, alarm_words
from console.store.words import storable

W = TypeVar("W", bound=Enum)


def conditions(filter: HistoryFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions. An alarm belongs to the time at which it was raised; its priority is the highest it
    reached. Raises ValueError for an unknown word."""
    found: list[ColumnElement[bool]] = []
    if filter.start is not None:
        found.append(alarm.c.raised_at >= to_us(filter.start))
    if filter.end is not None:
        found.append(alarm.c.raised_at < to_us(filter.end))
    if filter.beds:
        found.append(alarm.c.bed.in_([storable(bed) for bed in filter.beds]))
    if filter.kinds:
        found.append(alarm.c.kind.in_([Kind(word).value for word in filter.kinds]))
    if filter.priorities:
        found.append(alarm.c.highest.in_([int(_named(Priority, word)) for word in filter.priorities]))
    if filter.stages:
        patterns = [kind.value for kind in Kind if kind.is_pattern]
        reached = [int(STAGE_PRIORITY[_stage(word)]) for word in filter.stages]
        found += [alarm.c.kind.in_(patterns), alarm.c.highest.in_(reached)]
    if filter.states:
        states = [HistoryState(word) for word in filter.states]
        found.append(alarm.c.state.in_([state.value for state in states]))
        if HistoryState.ENDED not in states:
            # Few of a million are not over: they have an index of their own.
            found.append(alarm.c.presence.in_([Presence.ACTIVE.value, Presence.LATCHED.value]))
    if filter.not_seen_only:
        found.append(alarm.c.answered_at.is_(None))
    if filter.unanswered:
        found.append(alarm.c.response == FOREVER)
    if filter.answered_by:
        found.append(alarm.c.answer_by == storable(filter.answered_by)[:LONGEST_BY])
    if filter.patient:
        key = storable(filter.patient)[:LONGEST_WORDS]
        found.append(
            alarm.c.person == select(alarm_patient.c.number).where(alarm_patient.c.patient_id == key).scalar_subquery()
        )
    if filter.ids:
        if len(filter.ids) > MOST_IDS:
            raise ValueError(f"{len(filter.ids)} alarms named one by one: use {MOST_IDS} at most")
        found.append(alarm.c.id.in_(filter.ids))
    if filter.key:
        found.append(alarm.c.key == filter.key)
    if filter.demo is not None:
        found.append(alarm.c.demo.is_(filter.demo))
    if fold(filter.search):
        found.append(_contains(fold(filter.search)))
    return found


def _contains(needle: str) -> ColumnElement[bool]:
    """Words are looked up among the texts there are, not in every alarm."""
    called = select(alarm_words.c.number).where(alarm_words.c.words.contains(needle, autoescape=True))
    patients = select(alarm_patient.c.number).where(alarm_patient.c.words.contains(needle, autoescape=True))
    noted = (
        select(alarm.c.number)
        .join(alarm_note, alarm_note.c.alarm_id == alarm.c.id)
        .where(alarm_note.c.words.contains(needle, autoescape=True))
    )
    return or_(alarm.c.words.in_(called), alarm.c.person.in_(patients), alarm.c.number.in_(noted))


def ordering(filter: HistoryFilter) -> list[ColumnElement[Any]]:
    """The order as of one of the indexes, or its exact reverse."""
    leading = {
        Sort.RAISED: (),
        Sort.BED: (alarm.c.bed,),
        Sort.PRIORITY: (alarm.c.highest,),
        Sort.LASTED: (alarm.c.lasted,),
        Sort.RESPONSE: (alarm.c.response,),
    }[filter.sort]
    columns = (*leading, alarm.c.raised_at, alarm.c.number)
    return [column.desc() if filter.descending else column.asc() for column in columns]


def _stage(word: str) -> Stage:
    stage = _named(Stage, word)
    if stage is Stage.NONE:
        raise ValueError("'none' is not a stage of an alarm; use watch, warning or emergency")
    return stage


def _named(kind: type[W], word: str) -> W:
    try:
        return kind[word.upper()]
    except KeyError:
        allowed = ", ".join(name.lower() for name in kind.__members__)
        raise ValueError(f"'{word}' is not a {kind.__name__.lower()}; use {allowed}") from None
