"""Filter, order, pages and figures of the history against a plain evaluation of the same alarms in Python."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from console.alarms.alarm import (
    Acknowledgement,
    Alarm,
    Change,
    Condition,
    Kind,
    Presence,
    Priority,
    Stage,
    Transition,
)
from console.clock import VirtualClock
from console.store import migrate, schema
from console.store.alarm_words import fold
from console.store.answers import Answer, after_step
from console.store.codec import encode
from console.store.database import Role, open_engine
from console.store.errors import Refused, StoreClosed
from console.store.in_turn import InTurn
from console.store.instants import to_us
from console.store.records import AlarmNote, AlarmRecord, HistoryFilter, HistoryState, Sort, state_of
from console.store.sql_store import SqlStore
from console.ward.patient import Patient
from tests.console.store.records_made import T0, alarm, step

Open = Callable[..., SqlStore]
NOW = T0 + timedelta(days=2)
BEDS = ("7B-01", "7B-02", "Ä-3")
PATIENTS = (("H1", "J. Weiß"), ("H2", "A. Smith"), ("X_9%", "O'Neill"))
TEXTS = ("HR 128 > 120", "SpO2 – no reading", "Autonomic pattern – warning", "100% of 50_% \\ back")
PEOPLE = ("R. Test", "M. Demo")


@dataclass(frozen=True)
class Life:
    """One alarm with its journal and notes."""

    steps: tuple[Transition, ...]
    notes: tuple[str, ...] = ()


def life(number: int, chance: random.Random) -> Life:
    """An alarm that steps up, is answered, answered again, taken back and ended as chance will have it."""
    kind = chance.choice(list(Kind))
    who = chance.choice(PATIENTS)[0] if chance.random() < 0.9 else ""
    # Few moments, so that many alarms begin in the very same one.
    raised = T0 + timedelta(minutes=chance.randrange(40))
    low = chance.choice((Priority.LOW, Priority.MEDIUM))
    stage = Stage(int(low)) if kind.is_pattern else Stage.NONE
    text = chance.choice(TEXTS)
    state = Alarm(
        f"a{number:03d}", 1, chance.choice(BEDS), who, Condition("key", kind, low, text, stage),
        raised, raised, 0.0, highest=low,
    )  # fmt: skip
    steps = [Transition(state, Change.ONSET, raised, 0.0)]
    at = raised
    for _ in range(chance.randrange(5)):
        at += timedelta(seconds=chance.choice((10, 20, 3000)))
        state = replace(state, version=state.version + 1)
        draw = chance.random()
        if draw < 0.35 and state.acknowledged is None:
            given = Acknowledgement(chance.choice(PEOPLE), at, chance.choice(("Doctor informed", "")))
            over = state.presence is Presence.LATCHED
            state = replace(state, acknowledged=given, presence=Presence.ENDED if over else state.presence)
            change = Change.ACKNOWLEDGE
        elif draw < 0.5 and state.acknowledged is not None:
            state, change = replace(state, acknowledged=None), chance.choice((Change.UNACKNOWLEDGE, Change.RESOUND))
        elif draw < 0.7 and state.priority < Priority.HIGH and state.presence is Presence.ACTIVE:
            higher = Priority(state.priority + 1)
            condition = replace(
                state.condition, priority=higher, stage=Stage(int(higher)) if kind.is_pattern else Stage.NONE
            )
            state = replace(state, condition=condition, highest=higher, stepped_at=at, acknowledged=None)
            change = Change.ESCALATE
        elif state.presence is Presence.ACTIVE:
            latch = state.acknowledged is None and state.highest > Priority.LOW
            state = replace(state, presence=Presence.LATCHED if latch else Presence.ENDED, ended_at=at)
            change = Change.CLEAR
        else:
            break
        steps.append(Transition(state, change, at, 0.0, by="R. Test"))
        if state.presence is Presence.ENDED:
            break
    notes = tuple(chance.choice(("Kabel getauscht", "50_% of the dose")) for _ in range(chance.random() < 0.2))
    return Life(tuple(steps), notes)


def answer_of(one: Life) -> tuple[float | None, str, str]:
    """Seconds until it was answered since it began to call, by whom and why: told again in other words."""
    calls, found, last = one.steps[0].at, None, None
    for taken in one.steps:
        if taken.change is Change.ESCALATE and found is not None:
            calls, found = taken.at, None
        elif taken.change is Change.UNACKNOWLEDGE and found is not None and found[1] == last:
            found = None
        elif taken.change is Change.ACKNOWLEDGE:
            last = taken.alarm.acknowledged
            found = found or (calls, last)
    if found is None or found[1] is None:
        return None, "", ""
    return (found[1].at - found[0]).total_seconds(), found[1].by, found[1].reason


class Plain:
    """The same alarms, and what is asked of them, without a database. Numbers follow the order of writing."""

    def __init__(self, lives: list[Life], names: dict[str, str]) -> None:
        self.lives = lives
        self.names = names

    def rows(self, filter: HistoryFilter) -> list[Life]:
        chosen = [(n, one) for n, one in enumerate(self.lives) if self.matches(one, filter)]
        return [
            one for _, one in sorted(chosen, key=lambda it: self.place(*it, filter.sort), reverse=filter.descending)
        ]

    def matches(self, one: Life, filter: HistoryFilter) -> bool:
        state = one.steps[-1].alarm
        seconds, by, reason = answer_of(one)
        pattern = state.condition.kind.is_pattern
        reached = Stage(int(state.highest)).word if pattern else ""
        was = f"was {reached}" if pattern and state.highest > state.priority else ""
        parts = (state.condition.text, was, reason, state.patient_id, self.names.get(state.patient_id, ""), *one.notes)
        return (
            (filter.start is None or state.raised_at >= filter.start)
            and (filter.end is None or state.raised_at < filter.end)
            and (not filter.beds or state.bed in filter.beds)
            and (not filter.kinds or state.condition.kind.value in filter.kinds)
            and (not filter.priorities or state.highest.word in filter.priorities)
            and (not filter.stages or reached in filter.stages)
            and (not filter.states or state_of(state).value in filter.states)
            and (not filter.unanswered or seconds is None)
            and (not filter.answered_by or by == filter.answered_by)
            and (not filter.patient or state.patient_id == filter.patient)
            and (not fold(filter.search) or any(fold(filter.search) in fold(part) for part in parts))
        )

    def place(self, number: int, one: Life, sort: Sort) -> tuple[object, ...]:
        state = one.steps[-1].alarm
        at = to_us(state.raised_at)
        over = state.ended_at is not None and state.presence is not Presence.ACTIVE
        lasted = (state.ended_at - state.raised_at).total_seconds() if over and state.ended_at else float("inf")
        seconds = answer_of(one)[0]
        return {
            Sort.RAISED: (at, number),
            Sort.BED: (state.bed.encode(), at, number),
            Sort.PRIORITY: (state.highest, at, number),
            Sort.LASTED: (lasted, at, number),
            Sort.RESPONSE: (float("inf") if seconds is None else seconds, at, number),
        }[sort]


def fill(store: SqlStore, seed: int, count: int = 60) -> Plain:
    chance = random.Random(seed)
    lives = [life(n, chance) for n in range(count)]
    for bed, (number, name) in zip(BEDS, PATIENTS, strict=True):
        store.put_admission(Patient(number, name, bed, T0 - timedelta(days=1)), "n").result(10)
    for one in lives:
        written = store.put_transitions(one.steps)
        for text in one.notes:
            written = store.put_note(one.steps[0].alarm.id, AlarmNote(NOW, "C. Lead", text))
    written.result(30)
    return Plain(lives, dict(PATIENTS))


@pytest.fixture
def filled(url: str, opened: Open) -> tuple[SqlStore, Plain]:
    store = opened(url, clock=VirtualClock(NOW.timestamp()))
    return store, fill(store, 11)


def some(words: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.one_of(st.just(()), st.lists(st.sampled_from(words), max_size=2, unique=True).map(tuple))


moments = st.one_of(st.none(), st.integers(-1, 41).map(lambda minute: T0 + timedelta(minutes=minute)))
filters = st.builds(
    HistoryFilter,
    start=moments,
    end=moments,
    beds=some([*BEDS, "nowhere"]),
    kinds=some([kind.value for kind in Kind]),
    priorities=some(["low", "medium", "high"]),
    patient=st.sampled_from(["", "", "", "H1", "X_9%", "h1"]),
    stages=st.one_of(st.just(()), st.just(()), some(["watch", "warning", "emergency"])),
    states=some([state.value for state in HistoryState]),
    answered_by=st.sampled_from(["", "", "", "R. Test", "nobody"]),
    unanswered=st.sampled_from([False, False, True]),
    search=st.sampled_from(
        ["", "", "", "hr 128", "SPO₂ - NO", "weiss", "weiß", "_", "%", "\\", "0_%", "doctor", "kabel", "x_9", "'", " "]
    ),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filter=filters, size=st.integers(1, 40))
def test_pages_hold_what_a_plain_evaluation_finds(filled: tuple[SqlStore, Plain], filter: HistoryFilter, size: int):
    store, plain = filled
    wanted = plain.rows(filter)
    found: list[AlarmRecord] = []
    while True:
        page = store.history(filter, len(found), size).result(10)
        assert page.total == len(wanted)
        found += page.rows
        if len(page.rows) < size:
            break
    assert [row.alarm.id for row in found] == [one.steps[0].alarm.id for one in wanted]
    for row, one in zip(found, wanted, strict=True):
        seconds, by, reason = answer_of(one)
        assert row.alarm == one.steps[-1].alarm
        assert row.response_s == seconds
        assert ((row.answer.by, row.answer.reason) if row.answer else ("", "")) == (by, reason)
    # Anywhere at once, as the scroll bar jumps.
    middle = len(wanted) // 2
    jumped = store.history(filter, middle, size, count=False).result(10)
    assert [row.alarm.id for row in jumped.rows] == [one.steps[0].alarm.id for one in wanted[middle : middle + size]]
    figures = store.history_figures(filter).result(10)
    assert figures.total == len(wanted)
    check_figures(figures, wanted)


def check_figures(figures, wanted: list[Life]) -> None:
    states = [one.steps[-1].alarm for one in wanted]
    answers = {p: [] for p in Priority}
    waited = []
    for one, state in zip(wanted, states, strict=True):
        seconds = answer_of(one)[0]
        if seconds is not None:
            answers[state.highest].append(seconds)
        if state.highest > Priority.LOW:
            over = state.ended_at if state.presence is Presence.ENDED and state.ended_at else NOW
            waited.append((over - state.raised_at).total_seconds() if seconds is None else seconds)
    assert figures.median_response_high_s == (median(answers[Priority.HIGH]) if answers[Priority.HIGH] else None)
    assert figures.median_response_medium_s == (median(answers[Priority.MEDIUM]) if answers[Priority.MEDIUM] else None)
    assert figures.longest_unanswered_s == (max(waited) if waited else None)
    technical = sum(state.condition.kind is Kind.TECHNICAL for state in states)
    assert figures.technical_share == (technical / len(states) if states else 0)
    assert dict(figures.by_bed) == {bed: n for bed in BEDS if (n := sum(state.bed == bed for state in states))}
    assert sum(low + medium + high for _, low, medium, high in figures.by_hour) == len(states)
    short = [s for s in states if s.condition.kind is Kind.LIMIT and s.presence is not Presence.ACTIVE and s.ended_at]
    assert figures.short_limit_alarms == sum((s.ended_at - s.raised_at).total_seconds() < 30 for s in short)


def test_people_who_answered_are_named_once_each(filled: tuple[SqlStore, Plain]) -> None:
    store, plain = filled
    assert store.answerers().result(10) == tuple(sorted({by for one in plain.lives if (by := answer_of(one)[1])}))


def test_a_story_carries_answer_steps_and_notes(store: SqlStore) -> None:
    first = step(alarm("a"))
    given = Acknowledgement("R. Test", T0 + timedelta(seconds=40), "seen")
    answered = step(alarm("a", 2, acknowledged=given), Change.ACKNOWLEDGE, 40)
    back = step(alarm("a", 3), Change.RESOUND, 400)
    store.put_transitions([first, answered, back])
    store.put_note("a", AlarmNote(T0 + timedelta(hours=1), "C. Lead", "<b>Kabel</b>"))
    store.put_note("a", AlarmNote(T0 + timedelta(hours=2), "M. Demo", "again")).result(10)
    story = store.alarm_story("a").result(10)
    assert story is not None
    assert story.transitions == (first, answered, back)
    assert (story.answer, story.response_s) == (given, 40.0)
    assert [(note.by, note.text) for note in story.notes] == [("C. Lead", "<b>Kabel</b>"), ("M. Demo", "again")]


def test_a_step_up_after_an_answer_calls_anew_until_it_is_answered(store: SqlStore) -> None:
    first = alarm("a", kind=Kind.WITHDRAWAL, stage=Stage.WARNING)
    given = Acknowledgement("R. Test", T0 + timedelta(seconds=40), "seen")
    risen = alarm("a", 3, kind=Kind.WITHDRAWAL, stage=Stage.EMERGENCY, priority=Priority.HIGH)
    store.put_transitions(
        [step(first), step(replace(first, version=2, acknowledged=given), Change.ACKNOWLEDGE, 40)]
    ).result(10)
    assert store.history(HistoryFilter(unanswered=True), 0, 10).result(10).total == 0
    store.put_transitions([step(risen, Change.ESCALATE, 900)]).result(10)
    emergencies = HistoryFilter(unanswered=True, stages=("emergency",))
    assert [row.alarm.id for row in store.history(emergencies, 0, 10).result(10).rows] == ["a"]
    later = replace(risen, version=4, acknowledged=Acknowledgement("M. Demo", T0 + timedelta(seconds=930), "seen"))
    store.put_transitions([step(later, Change.ACKNOWLEDGE, 930)]).result(10)
    (row,) = store.history(HistoryFilter(answered_by="M. Demo"), 0, 10).result(10).rows
    assert row.response_s == 30


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1001])
def test_a_note_without_text_or_too_long_is_refused_and_not_audited(store: SqlStore, text: str) -> None:
    store.put_transitions([step(alarm("a"))]).result(10)
    with pytest.raises(Refused, match="1 to 1000"):
        store.put_note("a", AlarmNote(T0, "C. Lead", text)).result(10)
    with pytest.raises(Refused, match="not in the record"):
        store.put_note("b", AlarmNote(T0, "C. Lead", "seen")).result(10)
    store.put_note("a", AlarmNote(T0, "C. Lead", "y" * 1000)).result(10)
    engine = open_engine(store._url, Role.READER)
    with engine.connect() as connection:
        told = connection.execute(
            select(schema.audit.c.by, schema.audit.c.bed, schema.audit.c.detail, schema.audit.c.after)
        ).all()
    engine.dispose()
    assert [(row.by, row.bed) for row in told if "alarm a" in row.detail] == [("C. Lead", "7B-01")]
    assert [row.after for row in told if "alarm a" in row.detail] == ["y" * 1000]


def test_notes_refuse_to_be_changed_or_removed(store: SqlStore) -> None:
    store.put_transitions([step(alarm("a"))])
    store.put_note("a", AlarmNote(T0, "C. Lead", "seen")).result(10)
    engine = open_engine(store._url, Role.JOURNAL)
    for act in ("UPDATE alarm_note SET note = 'x'", "DELETE FROM alarm_note"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(act)
    engine.dispose()


def test_a_patient_who_is_renamed_is_found_by_the_new_name(store: SqlStore) -> None:
    someone = Patient("H1", "Unknown", "7B-01", T0)
    store.put_admission(someone, "n")
    store.put_transitions([step(alarm("a"))])
    store.put_admission(replace(someone, name="Müller"), "n").result(10)
    assert store.history(HistoryFilter(search="MÜLL"), 0, 10).result(10).total == 1
    assert store.history(HistoryFilter(search="unknown"), 0, 10).result(10).total == 0


def test_figures_nobody_wants_any_more_are_given_up() -> None:
    began, go = threading.Event(), threading.Event()
    parts: list[int] = []

    def work(_: Connection):
        for part in range(100):
            parts.append(part)
            began.set()
            go.wait(5)
            yield None
        yield "done"

    turn = InTurn(lambda through: through(None))  # type: ignore[arg-type]
    first, second = turn.ask(work), turn.ask(lambda _: iter(["second"]))
    began.wait(5)
    assert first.cancel(), "also while it is under way"
    go.set()
    assert second.result(5) == "second"
    assert len(parts) == 1
    with pytest.raises(CancelledError):
        first.result(0)
    turn.close()
    with pytest.raises(StoreClosed):
        turn.ask(work).result(1)


def test_what_was_recorded_before_is_taken_along(tmp_path: Path, opened: Open) -> None:
    """An older database, brought up to date, holds what the journal of today would have written."""
    chance = random.Random(5)
    lives = [life(n, chance) for n in range(80)]
    old, new = (f"sqlite:///{tmp_path / name}" for name in ("old.db", "new.db"))
    engine = open_engine(old, Role.JOURNAL)
    with engine.connect() as connection, connection.begin():
        command.upgrade(migrate._alembic(connection), "0010")
        for one in lives:
            _write_old(connection, one)
        patient = Patient("H1", "J. Weiß", "7B-01", T0)
        row = {"bed": "7B-01", "patient_id": "H1", "admitted_at": 1, "admitted_by": "n", "patient": encode(patient)}
        connection.execute(insert(schema.stay), row)
    migrate.upgrade(engine)
    engine.dispose()
    store = opened(new)
    store.put_admission(patient, "n")
    store.put_transitions([taken for one in lives for taken in one.steps]).result(10)
    assert _alarms(old) == _alarms(new)
    again = opened(old)
    assert again.history(HistoryFilter(search="weiß"), 0, 10).result(10).total == sum(
        one.steps[0].alarm.patient_id == "H1" for one in lives
    )
    # And it goes on from there.
    again.put_transitions(lives[0].steps).result(10)


def _write_old(connection: Connection, one: Life) -> None:
    for taken in one.steps:
        state = taken.alarm
        values = (state.id, state.version, taken.change.value, to_us(taken.at), state.bed, encode(taken))
        connection.exec_driver_sql(
            "INSERT INTO transition (alarm_id, version, change, at, bed, body) VALUES (?, ?, ?, ?, ?, ?)", values
        )
    first = next((s.alarm.acknowledged for s in one.steps if s.change is Change.ACKNOWLEDGE), None)
    for taken in one.steps:
        if taken.change is Change.UNACKNOWLEDGE:
            first = None
        elif taken.change is Change.ACKNOWLEDGE and first is None:
            first = taken.alarm.acknowledged
    ended = None if state.ended_at is None else to_us(state.ended_at)
    answered = None if first is None else to_us(first.at)
    row = (state.id, state.version, state.bed, state.patient_id, state.condition.kind.value, int(state.highest))
    more = (state.presence.value, to_us(state.raised_at), ended, answered, encode(state))
    connection.exec_driver_sql(
        "INSERT INTO alarm (id, version, bed, patient_id, kind, highest, presence, raised_at, ended_at, answered_at, "
        "body, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, *more, state.condition.key),
    )


def _alarms(url: str) -> list[tuple[object, ...]]:
    skipped = ("number", "words", "person", "answered_at")
    columns = (*(c for c in schema.alarm.c if c.name not in skipped), schema.alarm_words.c.words)
    query = (
        select(*columns, schema.alarm_patient.c.words)
        .join(schema.alarm_words, schema.alarm_words.c.number == schema.alarm.c.words)
        .join(schema.alarm_patient, schema.alarm_patient.c.number == schema.alarm.c.person)
        .order_by(schema.alarm.c.id)
    )
    engine = open_engine(url, Role.READER)
    with engine.connect() as connection, connection.begin():
        found = [tuple(row) for row in connection.execute(query)]
    engine.dispose()
    return found


def test_an_answer_counts_from_the_call_it_ended() -> None:
    given = (50, "R. Test", "seen")
    assert after_step(None, Change.ONSET, 0, 0, None) == Answer(0)
    assert after_step(Answer(0), Change.ACKNOWLEDGE, 50, 0, given) == Answer(0, 50, "R. Test", "seen")
    assert after_step(Answer(0), Change.ESCALATE, 30, 0, None) == Answer(0), "nobody came: it calls since its onset"
    assert after_step(Answer(0, 10, "A", ""), Change.ESCALATE, 30, 0, None) == Answer(30)


def test_a_filter_of_moments_is_exact(store: SqlStore) -> None:
    at: datetime = T0
    store.put_transitions([step(alarm("a"))]).result(10)
    for start, end, total in ((at, None, 1), (None, at, 0), (at + timedelta(microseconds=1), None, 0)):
        assert store.history(HistoryFilter(start, end), 0, 1).result(10).total == total
