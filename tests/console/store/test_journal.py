"""Stays, charted entries, alarms and the audit trail, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from console.alarms.alarm import Alarm, Change, Kind, Presence, Priority, Stage, Transition
from console.clock import VirtualClock
from console.store.audit_check import verify
from console.store.database import Role, open_engine
from console.store.errors import Refused, StoreClosed
from console.store.records import AuditEntry, HistoryFilter, HistoryPage
from console.store.sql_store import SqlStore
from console.ward.chart import FINDING_CODES, NurseObservation, PumpEvent, PumpEventKind
from tests.console.store.records_made import T0, alarm, answer, ended, patient, sample, step

Open = Callable[..., SqlStore]


def minutes(n: float) -> datetime:
    return T0 + timedelta(minutes=n)


def test_a_restart_restores_stays_entries_and_open_alarms(url: str, opened: Open) -> None:
    store = opened(url)
    refill = PumpEvent(PumpEventKind.REFILL, minutes(-90), "nurse", 30.0, True, "note\x00", "p1")
    itch = NurseObservation("pruritus", minutes(5), "nurse", "both arms", "f1")
    wrong = NurseObservation("seizure", minutes(6), "nurse", "", "f2")
    running = alarm("a1", 3, acknowledged=answer(40))
    puts = [
        store.put_admission(patient(), "nurse"),
        store.put_admission(patient("7B-02", "H2"), "nurse"),
        store.put_pump_event("H1", "7B-01", refill),
        store.put_finding("H1", "7B-01", itch),
        store.put_finding("H1", "7B-01", wrong),
        store.strike_entry("f2", minutes(7), "nurse"),
        store.put_transitions([step(alarm("a1")), step(alarm("a1", 2), Change.UPDATE, 10)]),
        store.put_transitions([step(running, Change.ACKNOWLEDGE, 40)]),
        store.put_transitions([step(alarm("a2")), step(ended("a2", 0, 20), Change.CLEAR, 20)]),
        store.put_discharge("7B-02", "H2", minutes(9), "nurse"),
    ]
    assert [put.result(10) for put in puts] == [None] * 10
    store.close()
    restored = opened(url).restore()
    (stay,) = restored.stays
    assert stay.patient == patient()
    assert stay.pump_events == (replace(refill, note="note\ufffd"),)
    assert stay.findings == (itch,)
    assert restored.alarms == (running,)


def test_a_restart_restores_the_steps_of_the_pattern_alarms_of_the_last_six_hours(url: str, opened: Open) -> None:
    store = opened(url)
    hour, pattern = 3600.0, {"kind": Kind.OVERDOSE, "stage": Stage.WARNING}
    wanted = [
        step(alarm("a1", raised=-30 * hour, **pattern), seconds=-30 * hour),
        step(alarm("a2", raised=-7 * hour, **pattern), seconds=-7 * hour),
        step(ended("a2", -7 * hour, 2 * hour, **pattern), Change.CLEAR, -5 * hour),
    ]
    others = [
        step(alarm("a3", raised=-8 * hour, **pattern), seconds=-8 * hour),
        step(ended("a3", -8 * hour, hour, **pattern), Change.CLEAR, -7 * hour),
        step(alarm("a4", raised=-hour), seconds=-hour),
    ]
    store.put_transitions([*wanted, *others]).result(10)
    store.close()
    assert opened(url, clock=VirtualClock(T0.timestamp())).restore().pattern_steps == tuple(wanted)


def test_every_finding_outlasts_a_restart_by_its_code(url: str, opened: Open) -> None:
    store = opened(url)
    store.put_admission(patient(), "nurse").result(10)
    puts = [
        store.put_finding("H1", "7B-01", NurseObservation(code, minutes(n), "nurse", "", code))
        for n, code in enumerate(FINDING_CODES)
    ]
    assert [put.result(10) for put in puts] == [None] * len(FINDING_CODES)
    store.close()
    (stay,) = opened(url).restore().stays
    assert [finding.code for finding in stay.findings] == list(FINDING_CODES)


def test_the_reasons_at_each_rise_outlast_restart_and_end_and_are_written_once(url: str, opened: Open) -> None:
    store = opened(url)
    first = alarm("a1").with_account(T0)
    over = replace(ended("a1", 0, 20), version=3, accounts=first.accounts)
    store.put_transitions([step(first), step(replace(first, version=2), Change.UPDATE, 10)]).result(10)
    store.close()
    store = opened(url)
    assert store.restore().alarms == (replace(first, version=2),)
    store.put_transitions([step(over, Change.CLEAR, 20)]).result(10)
    story = store.alarm_story("a1").result(10)
    assert story is not None
    assert story.alarm.accounts == first.accounts
    assert story.transitions[0].alarm.condition == first.accounts[0].condition
    assert [t.alarm.accounts for t in story.transitions] == [(), (), ()]


def test_entries_of_an_earlier_stay_do_not_come_back_with_the_next(store: SqlStore) -> None:
    store.put_admission(patient(), "n")
    store.put_finding("H1", "7B-01", NurseObservation("pruritus", T0, id="f1"))
    store.put_discharge("7B-01", "H1", minutes(1), "n")
    store.put_admission(patient(at=minutes(2)), "n").result(10)
    (stay,) = store.restore().stays
    assert stay.findings == ()


def test_a_taken_bed_is_refused_and_what_is_known_of_its_patient_can_be_brought_up_to_date(store: SqlStore) -> None:
    store.put_admission(patient(), "n").result(10)
    with pytest.raises(Refused, match="taken"):
        store.put_admission(patient(number="H9"), "n").result(10)
    older = replace(patient(), age=55)
    store.put_admission(older, "n").result(10)
    assert [stay.patient for stay in store.restore().stays] == [older]


@pytest.mark.parametrize("put", ["strike", "discharge"])
def test_what_is_not_there_cannot_be_struck_or_discharged(store: SqlStore, put: str) -> None:
    future = store.strike_entry("f9", T0, "n") if put == "strike" else store.put_discharge("7B-01", "H1", T0, "n")
    with pytest.raises(Refused):
        future.result(10)


def test_a_refused_entry_takes_nothing_else_of_its_group_with_it(store: SqlStore) -> None:
    futures = [store.put_admission(patient(), "n")]
    naive = NurseObservation("pruritus", datetime(2026, 1, 1), id="bad")
    for i in range(20):
        futures.append(store.put_finding("H1", "7B-01", NurseObservation("pruritus", T0, id=f"f{i}")))
        futures.append(store.put_finding("H1", "7B-01", naive))
        futures.append(store.strike_entry(f"none{i}", T0, "n"))
    good = [f.result(10) is None for f in futures if f.exception(10) is None]
    assert len(good) == 21
    assert all(isinstance(f.exception(), Refused) for f in futures if f.exception())
    assert len(store.restore().stays[0].findings) == 20


def test_a_step_put_twice_is_one_step_and_an_older_state_never_replaces_a_newer(store: SqlStore) -> None:
    first, second = step(alarm("a")), step(alarm("a", 2, stage=Stage.WARNING), Change.ESCALATE, 5)
    for steps in ([first, second], [first], [second]):
        store.put_transitions(steps).result(10)
    story = store.alarm_story("a").result(10)
    assert story is not None
    assert story.alarm == second.alarm
    assert story.transitions == (first, second)
    assert store.alarm_story("b").result(10) is None


def page(store: SqlStore, **filter: object) -> HistoryPage:
    return store.history(HistoryFilter(**filter), 0, 500).result(10)


def history_of(url: str, opened: Open) -> SqlStore:
    """Six alarms over two hours; the clock stands three hours after T0."""
    store = opened(url, clock=VirtualClock(minutes(180).timestamp()))
    lives: list[list[Transition]] = [
        [step(alarm("1", kind=Kind.OVERDOSE, priority=Priority.HIGH))],
        [step(alarm("2", raised=60)), step(ended("2", 60, 20), Change.CLEAR, 80)],
        [step(alarm("3", raised=4000, priority=Priority.LOW, kind=Kind.TECHNICAL, bed="7B-02"))],
        [step(alarm("4", raised=4100)), step(ended("4", 4100, 300), Change.CLEAR, 4400)],
        [step(alarm("5", raised=4200, bed="7B-03"))],
        [step(alarm("6", raised=4300, priority=Priority.HIGH))],
    ]
    lives[0].append(step(replace(lives[0][0].alarm, version=2, acknowledged=answer(30)), Change.ACKNOWLEDGE, 30))
    lives[3].insert(1, step(alarm("4", 1, 4100, acknowledged=answer(4110)), Change.ACKNOWLEDGE, 4110))
    taken = alarm("6", 2, 4300, priority=Priority.HIGH, acknowledged=answer(4400))
    lives[5].append(step(taken, Change.ACKNOWLEDGE, 4400))
    lives[5].append(step(replace(taken, version=3, acknowledged=None), Change.UNACKNOWLEDGE, 4403))
    for life in lives:
        store.put_transitions(life).result(10)
    return store


def test_the_history_filters_pages_and_adds_up(url: str, opened: Open) -> None:
    store = history_of(url, opened)
    whole = page(store)
    assert [row.alarm.id for row in whole.rows] == ["6", "5", "4", "3", "2", "1"]
    assert whole.total == 6
    figures = store.history_figures(HistoryFilter()).result(10)
    assert figures.total == 6
    assert figures.median_response_high_s == 30
    assert figures.median_response_medium_s == 10
    assert figures.longest_unanswered_s == 180 * 60 - 4200  # alarm 5 still stands
    assert figures.technical_share == pytest.approx(1 / 6)
    assert figures.short_limit_alarms == 1
    assert figures.by_hour == ((T0, 0, 1, 1), (T0 + timedelta(hours=1), 1, 2, 1))
    assert figures.by_bed == (("7B-01", 4), ("7B-02", 1), ("7B-03", 1))
    second = store.history(HistoryFilter(), 2, 3).result(10)
    assert [row.alarm.id for row in second.rows] == ["4", "3", "2"]
    assert (second.offset, second.total) == (2, 6)
    assert store.history(HistoryFilter(), 2, 3, count=False).result(10) == replace(second, total=None)


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        ({"beds": ("7B-02", "7B-03")}, "53"),
        ({"kinds": ("overdose", "technical")}, "31"),
        ({"priorities": ("high",)}, "61"),
        ({"priorities": ("low", "medium"), "beds": ("7B-01",)}, "42"),
        ({"not_seen_only": True}, "6532"),
        ({"start": minutes(1), "end": T0 + timedelta(seconds=4100)}, "32"),
        ({"beds": ("' OR 1=1 --",)}, ""),
    ],
)
def test_a_filter_keeps_what_it_names(url: str, opened: Open, filter: dict[str, object], ids: str) -> None:
    found = page(history_of(url, opened), **filter)
    assert [row.alarm.id for row in found.rows] == list(ids)
    assert found.total == len(ids)


@pytest.mark.parametrize("bad", [{"priorities": ("urgent",)}, {"kinds": ("x",)}])
def test_unknown_words_in_a_filter_are_an_error(store: SqlStore, bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is not a"):
        page(store, **bad)


def test_a_page_of_more_than_500_is_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="500"):
        store.history(HistoryFilter(), 0, 501).result(10)


def test_a_trend_carries_the_alarms_and_entries_that_touch_it(store: SqlStore) -> None:
    before = step(alarm("old", raised=-600), seconds=-600)
    gone = [step(alarm("gone", raised=-900), seconds=-900), step(ended("gone", -900, 60), Change.CLEAR, -840)]
    inside = step(alarm("new", raised=60), seconds=60)
    elsewhere = step(alarm("else", raised=60, bed="7B-02"), seconds=60)
    store.put_transitions([before, *gone, inside, elsewhere])
    store.put_pump_event("H1", "7B-01", PumpEvent(PumpEventKind.MRI, minutes(2), id="p"))
    store.put_finding("H1", "7B-01", NurseObservation("rigidity", minutes(3), id="f"))
    store.put_finding("H1", "7B-01", NurseObservation("rigidity", minutes(30), id="later")).result(10)
    found = store.trend("7B-01", [], T0, minutes(10)).result(10)
    assert found.transitions == (before, inside)
    assert [e.id for e in found.pump_events] == ["p"]
    assert [e.id for e in found.findings] == ["f"]


def test_the_journals_refuse_to_be_changed_or_emptied(url: str, store: SqlStore) -> None:
    store.put_transitions([step(alarm("a"))])
    store.put_audit(AuditEntry(T0, "nurse", "opened page")).result(10)
    engine = open_engine(url, Role.JOURNAL)
    for table in ("transition", "audit"):
        for act in (f"UPDATE {table} SET bed = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
                connection.exec_driver_sql(act)
    engine.dispose()


def test_the_audit_chain_names_the_first_entry_that_was_changed(url: str, store: SqlStore) -> None:
    for i in range(50):
        store.put_audit(AuditEntry(minutes(i), f"n{i}", "acknowledged", "7B-01", "was\nnot"))
    store.put_audit(AuditEntry(T0, "x", "y")).result(10)
    engine = open_engine(url, Role.JOURNAL)
    with engine.begin() as connection:
        numbers = list(connection.exec_driver_sql("SELECT number FROM audit ORDER BY number").scalars())
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_append_only ON audit")
        connection.exec_driver_sql(f"UPDATE audit SET detail = 'nothing' WHERE number = {numbers[20]}")
    with engine.connect() as connection:
        broken = verify(connection).broken
    assert broken is not None
    assert broken.number == numbers[20]
    engine.dispose()


def test_a_closed_store_says_so(url: str, opened: Open) -> None:
    store = opened(url)
    store.close()
    store.close()
    with pytest.raises(StoreClosed):
        store.put_audit(AuditEntry(datetime.now(UTC), "n", "late")).result(1)
    with pytest.raises(StoreClosed):
        store.alarm_story("a").result(1)


def test_a_latched_alarm_is_not_over(store: SqlStore) -> None:
    latched: Alarm = alarm("l", presence=Presence.LATCHED)
    store.put_transitions([step(latched)]).result(10)
    store.put_samples([sample(0)])
    assert store.restore().alarms == (latched,)
