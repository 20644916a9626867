"""Admissions played as a day on a ward, over real sockets and a real database, with a restart in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from console.alarms.alarm import Kind, Presence
from console.link.commands import Acknowledge, ChartFinding, ChartPumpEvent
from console.store.locate import database_url
from console.store.schema import audit
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.movements import Answer, Matter
from console.ward.pump import PumpState
from drivers.observation import Parameter
from tests.console.admissions.day import NURSE, Day

HR = Parameter.HR


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    made = Day(tmp_path)
    yield made
    made.close()


@pytest.fixture
def offered(tmp_path: Path) -> Iterator[Day]:
    made = Day(tmp_path, mode="offer")
    yield made
    made.close()


def test_a_day_on_the_ward(day: Day) -> None:
    # Morning: two admissions; nothing is known of their pumps.
    day.adt("A01", "1001", "7B-01")
    day.adt("A01", "1002", "7B-02")
    day.lie(b1="1001", b2="1002")
    assert day.bed("7B-01").patient.name == "Meyer, Anna"
    assert day.bed("7B-01").pump.state is PumpState.NOT_CONFIRMED
    now = datetime.now(UTC)
    day.do(ChartPumpEvent("7B-01", PumpEvent(PumpEventKind.REFILL, now - timedelta(hours=1), NURSE)))
    day.do(ChartFinding("7B-01", NurseObservation("activity", now, NURSE)))

    # A transfer to a free bed: the stay goes with the patient.
    day.adt("A02", "1001", "7B-03")
    day.lie(b3="1001", b2="1002")
    moved = day.bed("7B-03")
    assert [e.kind for e in moved.pump_events] == [PumpEventKind.REFILL]
    assert [f.code for f in moved.findings] == ["activity"]
    assert day.bed("7B-01").pump_events == ()

    # It was a mistake.
    day.adt("A12", "1001", "7B-01")
    day.lie(b1="1001", b2="1002")
    assert [f.code for f in day.bed("7B-01").findings] == ["activity"]

    # Two beds are swapped: the first transfer finds its bed taken, the second settles it.
    day.adt("A02", "1001", "7B-02")
    question = day.asked(Matter.TAKEN)
    assert "taken by Berg, Ben" in question.text
    assert day.patients == {"7B-01": "1001", "7B-02": "1002"}

    day.restart()
    assert [q.id for q in day.questions] == [question.id]
    assert day.patients == {"7B-01": "1001", "7B-02": "1002"}

    day.adt("A02", "1002", "7B-01")
    day.lie(b2="1001", b1="1002")
    day.until(lambda: day.questions == [])
    assert [f.code for f in day.bed("7B-02").findings] == ["activity"]
    assert [e.kind for e in day.bed("7B-02").pump_events] == [PumpEventKind.REFILL]

    # A late message from before the swap changes nothing.
    day.adt("A02", "1001", "7B-03", earlier_s=30)
    # An admission that is cancelled.
    day.adt("A01", "1003", "7B-03")
    day.lie(b1="1002", b2="1001", b3="1003")
    day.adt("A11", "1003", "7B-03")
    day.lie(b1="1002", b2="1001")

    # A correction of the name, and two numbers that are one person.
    day.adt("A08", "1001", "7B-02", words="Meyer-Roth^Anna")
    day.until(lambda: day.bed("7B-02").patient.name == "Meyer-Roth, Anna")
    day.adt("A40", "1004", merge="1002")
    day.until(lambda: day.patients.get("7B-01") == "1004")
    assert day.bed("7B-01").patient.other_ids == ("1002",)
    assert day.questions == []

    # The discharge, and its cancellation: the stay goes on with all that was charted.
    day.adt("A03", "1001", "7B-02")
    day.lie(b1="1004")
    day.restart()
    day.lie(b1="1004")
    day.adt("A13", "1001", "7B-02")
    day.lie(b1="1004", b2="1001")
    assert [f.code for f in day.bed("7B-02").findings] == ["activity"]

    day.restart()
    day.lie(b1="1004", b2="1001")
    assert [f.code for f in day.bed("7B-02").findings] == ["activity"]
    assert day.bed("7B-01").patient.other_ids == ("1002",)


def test_values_of_another_patient_are_kept_out_until_a_person_says_who_it_is(day: Day) -> None:
    day.adt("A01", "1001", "7B-01")
    day.lie(b1="1001")
    day.values("7B-01", "1001", {HR: 72})
    day.until(lambda: day.bed("7B-01").reading(HR) is not None)
    day.values("7B-01", "9999", {HR: 150})
    question = day.asked(Matter.MONITOR)
    assert day.bed("7B-01").reading(HR).value == 72
    alarm = next(a for a in day.bed("7B-01").alarms if a.condition.key == "technical:patient:gateway")
    assert alarm.condition.text == "Monitor names another patient"
    view = next(v for v in day.station.acquisition.views() if v.name == "gateway")
    assert ("another patient", 1) in view.quarantined
    assert day.stored("7B-01") == [72.0]

    day.restart()
    assert [q.id for q in day.questions] == [question.id]
    assert any(a.condition.key == alarm.condition.key for a in day.bed("7B-01").alarms)
    day.values("7B-01", "9999", {HR: 151})
    assert day.stored("7B-01") == [72.0]

    assert day.answer(day.questions[0], Answer.JOIN).error == ""
    day.until(lambda: day.questions == [])
    assert day.bed("7B-01").patient.other_ids == ("9999",)
    day.until(lambda: not any(a.presence is Presence.ACTIVE for a in day.bed("7B-01").alarms))
    day.values("7B-01", "9999", {HR: 80})
    day.until(lambda: [r.value for r in day.bed("7B-01").readings] == [80])
    assert day.stored("7B-01") == [72.0, 80.0]


def test_the_monitor_of_the_next_patient_admits_him_when_a_person_says_so(day: Day) -> None:
    day.adt("A01", "1001", "7B-01")
    day.lie(b1="1001")
    day.values("7B-01", "1003", {HR: 90})
    assert day.answer(day.asked(Matter.MONITOR), Answer.REPLACE).error == ""
    day.lie(b1="1003")
    assert day.bed("7B-01").patient.name == "Cole, Carl"
    assert day.bed("7B-01").readings == ()
    day.values("7B-01", "1003", {HR: 91})
    day.until(lambda: day.bed("7B-01").reading(HR) is not None)
    # What is measured on the patient before, and comes late, is not the new one's.
    day.values("7B-01", "1001", {HR: 40}, at=datetime.now(UTC) - timedelta(minutes=5))
    day.values("7B-01", "1003", {HR: 41}, at=datetime.now(UTC) - timedelta(minutes=5))
    assert day.stored("7B-01") == [91.0]


def test_what_the_monitor_measured_on_somebody_else_is_not_shown_under_the_new_name(day: Day) -> None:
    day.values("7B-01", "1003", {HR: 90})
    day.until(lambda: day.bed("7B-01").reading(HR) is not None)
    day.adt("A01", "1001", "7B-01")
    day.lie(b1="1001")
    assert day.bed("7B-01").readings == ()
    assert "names Cole, Carl (1003)" in day.asked(Matter.MONITOR).text


def test_a_wrong_monitor_is_kept_out_and_asked_about_once(day: Day) -> None:
    day.adt("A01", "1001", "7B-01")
    day.lie(b1="1001")
    day.values("7B-01", "9999", {HR: 150})
    assert day.answer(day.asked(Matter.MONITOR), Answer.KEEP_OUT).error == ""
    day.values("7B-01", "9999", {HR: 151})
    day.settled()
    day.restart()
    day.values("7B-01", "9999", {HR: 152})
    day.settled()
    assert day.stored("7B-01") == []


def test_monitoring_that_runs_is_ended_by_a_person_alone(day: Day) -> None:
    day.adt("A01", "1001", "7B-01")
    day.lie(b1="1001")
    day.values("7B-01", "1001", {HR: 150})
    day.until(lambda: day.bed("7B-01").reading(HR) is not None)
    day.adt("A03", "1001", "7B-01")
    question = day.asked(Matter.WATCHED)
    assert day.patients == {"7B-01": "1001"}
    assert day.answer(question, Answer.ACCEPT).error == ""
    day.lie()


def test_open_alarms_go_with_the_patient_and_stay_answered(day: Day) -> None:
    day.adt("A01", "1001", "7B-01")
    day.lie(b1="1001")
    day.do(ChartFinding("7B-01", NurseObservation("pruritus", datetime.now(UTC), NURSE)))
    day.until(lambda: any(a.condition.kind is Kind.WITHDRAWAL for a in day.bed("7B-01").alarms))
    alarm = next(a for a in day.bed("7B-01").alarms if a.condition.kind is Kind.WITHDRAWAL)
    assert day.do(Acknowledge(alarm.id, alarm.version, NURSE)).error == ""
    day.adt("A02", "1001", "7B-03")
    assert day.answer(day.asked(Matter.WATCHED), Answer.ACCEPT).error == ""
    day.lie(b3="1001")
    moved = [a for a in day.bed("7B-03").alarms if a.id == alarm.id]
    assert [(a.bed, a.acknowledged.by) for a in moved] == [("7B-03", NURSE)]
    assert alarm.id not in [a.id for a in day.bed("7B-01").alarms]
    day.restart()
    assert alarm.id in [a.id for a in day.bed("7B-03").alarms]


def test_a_feed_that_offers_changes_nothing_until_a_nurse_accepts(offered: Day) -> None:
    offered.adt("A01", "1001", "7B-01")
    question = offered.asked(Matter.OFFER)
    assert offered.patients == {}
    offered.restart()
    assert [q.id for q in offered.questions] == [question.id]
    assert offered.answer(question, Answer.ACCEPT).error == ""
    offered.lie(b1="1001")
    offered.adt("A02", "1001", "7B-02")
    offered.adt("A03", "1001", "7B-01")  # newer: the transfer is not asked any more
    offered.until(lambda: [q.movement.event for q in offered.questions] == ["discharge"])
    assert offered.answer(offered.questions[0], Answer.DISMISS).error == ""
    offered.until(lambda: offered.questions == [])
    assert offered.patients == {"7B-01": "1001"}


def test_two_present_patients_that_are_joined_are_settled_by_a_person(day: Day) -> None:
    day.adt("A01", "1001", "7B-01")
    day.adt("A01", "77", "7B-02")
    day.lie(b1="1001", b2="77")
    day.adt("A40", "1001", merge="77")
    question = day.asked(Matter.MERGE)
    assert day.answer(question, Answer.SECOND).error == ""
    day.lie(b2="1001")
    assert day.bed("7B-02").patient.is_called(("77",))


def test_a_child_is_refused_and_told(day: Day) -> None:
    day.adt("A01", "1003", "7B-01", born="20200101")
    assert "not admitted here" in day.asked(Matter.CHILD).text
    assert day.patients == {}


def test_every_movement_stands_in_the_audit_trail(day: Day, tmp_path: Path) -> None:
    day.adt("A01", "1001", "7B-01")
    day.lie(b1="1001")
    day.values("7B-01", "1003", {HR: 90})
    day.answer(day.asked(Matter.MONITOR), Answer.REPLACE)
    day.close()
    engine = create_engine(database_url(None, tmp_path, day._config))
    with engine.connect() as connection:
        rows = [(row.by, row.act, row.bed, row.detail) for row in connection.execute(select(audit)).all()]
    engine.dispose()
    day.open()
    assert ("admissions office", "admit", "7B-01", "Admit Meyer, Anna (1001) to 7B-01") in rows
    assert (NURSE, "monitor: Another patient: discharge and admit", "7B-01", "Cole, Carl (1003) lies in 7B-01") in rows
