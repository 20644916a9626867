"""The outbox: queued with the step, never twice, and kept until it is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect, text

from console.alarms.alarm import Change, Presence, Transition
from console.store import migrate
from console.store.outbox import LastPhase, Mark, QueuedStep, StepState
from console.store.records import Told
from console.store.schema import alert_outbox, alert_told
from tests.console.store.records_made import alarm
from tests.console.ward_fakes import START, utc


def to(*managers: str):
    """Every step to each of the managers, its phase saying what was queued last."""

    def route(step: Transition, last: LastPhase) -> list[QueuedStep]:
        ends = step.alarm.presence is Presence.ENDED
        return [
            QueuedStep(m, step.alarm.id, step.alarm.version, "end" if ends else f"after {last(m)}", 2, step.at, "{}")
            for m in managers
        ]

    return route


def steps(alarm_id: str, versions: range) -> list[Transition]:
    return [Transition(alarm(id=alarm_id, version=v), Change.UPDATE, utc(START + v), START + v) for v in versions]


def test_steps_are_queued_in_the_order_of_the_journal_for_each_manager(url, opened):
    store = opened(url, route=to("A", "B"))
    store.put_transitions([*steps("x", range(1, 3)), *steps("y", range(1, 2)), *steps("x", range(3, 4))]).result(10)
    waiting = store.outbox.waiting("A", 0, 100)
    assert [w.alarm_id for w in waiting] == ["x", "x", "y", "x"]
    assert [w.number for w in waiting] == sorted(w.number for w in waiting)
    assert len({w.control_id for m in "AB" for w in store.outbox.waiting(m, 0, 100)}) == 8
    assert store.outbox.waiting("A", waiting[1].number, 1) == waiting[2:3]
    assert store.outbox.waiting("C", 0, 100) == ()
    assert store.outbox.body(waiting[0].number) == "{}"


def test_a_step_written_twice_is_queued_once(url, opened):
    store = opened(url, route=to("A"))
    for _ in range(2):
        store.put_transitions(steps("x", range(1, 4))).result(10)
    assert len(store.outbox.waiting("A", 0, 100)) == 3


def test_a_route_knows_what_was_queued_last_also_after_a_restart(url, opened):
    store = opened(url, route=to("A"))
    store.put_transitions(steps("x", range(1, 2))).result(10)
    store.close()
    store = opened(url, route=to("A"))
    store.put_transitions(steps("x", range(2, 3))).result(10)
    engine = create_engine(url)
    with engine.connect() as connection:
        phases = connection.execute(text("SELECT phase FROM alert_outbox ORDER BY number")).scalars().all()
    engine.dispose()
    assert phases == ["after None", "after after None"]


def test_what_is_answered_waits_no_more_and_what_was_sent_still_does(url, opened):
    store = opened(url, route=to("A"))
    store.put_transitions(steps("x", range(1, 5))).result(10)
    first, second, third, fourth = store.outbox.waiting("A", 0, 100)
    states = (StepState.ACKNOWLEDGED, StepState.SENT, StepState.REFUSED, StepState.EXPIRED)
    marks = [
        Mark(s.number, state, 2, utc(START), "AA")
        for s, state in zip((first, second, third, fourth), states, strict=True)
    ]
    store.outbox.mark(marks).result(10)
    [left] = store.outbox.waiting("A", 0, 100)
    assert (left.number, left.tries) == (second.number, 2)


def test_who_is_told_hears_of_durable_steps(url, opened):
    store = opened(url, route=to("A"))
    heard = []
    store.outbox.listen(lambda: heard.append(len(store.outbox.waiting("A", 0, 100))))
    store.put_transitions(steps("x", range(1, 3))).result(10)
    store.close()
    assert heard == [2]


def test_a_manager_that_is_gone_keeps_nothing_waiting_and_old_answers_are_forgotten(url, opened):
    store = opened(url, route=to("A", "gone"))
    ended = Transition(alarm(id="x", version=2, presence=Presence.ENDED), Change.CLEAR, utc(START + 2), START + 2)
    store.put_transitions([*steps("x", range(1, 2)), ended, *steps("y", range(1, 2))]).result(10)
    store.outbox.leave(["A"], utc(START)).result(10)
    assert store.outbox.waiting("gone", 0, 100) == ()
    waiting = store.outbox.waiting("A", 0, 100)
    assert [w.ends for w in waiting] == [False, True, False]
    marks = [Mark(w.number, StepState.ACKNOWLEDGED, 1, utc(START)) for w in (waiting[0], waiting[2])]
    store.outbox.mark(marks).result(10)
    store.outbox.forget(utc(START) + timedelta(days=31)).result(10)
    assert [w.number for w in store.outbox.waiting("A", 0, 100)] == [waiting[1].number], "what waits is kept"
    assert store.outbox.body(waiting[0].number) == "", "of an alarm that is over"
    assert store.outbox.body(waiting[2].number) == "{}", "of an alarm that stands"


def test_who_was_told_stands_in_the_story_of_the_alarm_once(url, opened):
    store = opened(url)
    store.put_transitions(steps("x", range(1, 2))).result(10)
    reports = [Told("x", utc(START + n), status, "Dr Test", "A") for n, status in enumerate(("delivered", "read"))]
    assert store.outbox.tell([*reports, Told("nobody's", utc(START), "read", "Dr Test", "A")]).result(10) == 1
    assert store.outbox.tell(reports).result(10) == 0
    record = store.alarm_story("x").result(10)
    assert record is not None
    assert record.told == tuple(reports)


def test_a_database_of_schema_3_takes_steps(url, opened):
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrate._alembic(connection), "0003")
        assert "alert_outbox" not in inspect(connection).get_table_names()
    engine.dispose()
    store = opened(url, route=to("A"))
    store.put_transitions(steps("x", range(1, 2))).result(10)
    assert len(store.outbox.waiting("A", 0, 100)) == 1


@pytest.mark.parametrize("table", [alert_outbox, alert_told], ids=lambda table: table.name)
def test_the_migrated_tables_are_those_of_the_schema(url, opened, table):
    opened(url).close()
    engine = create_engine(url)
    found = inspect(engine)
    assert [c["name"] for c in found.get_columns(table.name)] == [c.name for c in table.columns]
    assert {i["name"]: i["column_names"] for i in found.get_indexes(table.name) if not i["unique"]} == {
        i.name: [c.name for c in i.columns] for i in table.indexes
    }
    unique = {u["name"] for u in found.get_unique_constraints(table.name)}
    assert unique == {c.name for c in table.constraints if str(c.name).startswith("uq_")}
    engine.dispose()
