"""Movements against the present occupancy: what is done, what is asked, what is let be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.ward.admission_rules import decide, decide_all
from console.ward.movements import (
    AdmitTo,
    Answer,
    Ask,
    Do,
    End,
    Event,
    Join,
    Matter,
    Move,
    Movement,
    Nothing,
    Occupant,
    Person,
    Question,
    Reopen,
    Update,
    WardState,
)
from console.ward.patient import Patient
from console.ward.settling import monitor_question, settle

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANNA = Person(("1001",), "Meyer, Anna", "1962-03-14", "F")
BEN = Person(("1002",), "Berg, Ben", "1970-01-02", "M")
CARL = Person(("1003",), "Cole, Carl")


def lying(person: Person, bed: str, watched: str = "") -> Occupant:
    patient = Patient(person.ids[0], person.name, bed, AT, person.born, sex=person.sex, other_ids=person.ids[1:])
    return Occupant(patient, watched)


def ward(one: Person | None = None, two: Person | None = None, watched: str = "", **more) -> WardState:
    beds = {f"B{i}": lying(p, f"B{i}", watched) if p else None for i, p in enumerate((one, two, None), 1)}
    return WardState(beds, **more)


def move(event: Event, person: Person = ANNA, bed: str = "", **more) -> Movement:
    return Movement(event, person, more.pop("at", AT), bed, **more)


def steps(outcome) -> tuple:
    assert isinstance(outcome, Do), outcome
    return outcome.steps


def asked(outcome, matter: Matter) -> Ask:
    assert isinstance(outcome, Ask), outcome
    assert outcome.matter is matter
    return outcome


@pytest.mark.parametrize("event", [Event.ADMIT, Event.TRANSFER, Event.CANCEL_TRANSFER])
def test_somebody_new_comes_to_a_free_bed(event):
    if event is Event.CANCEL_TRANSFER:
        assert steps(decide(ward(departed={"1001": "B3"}), move(event, bed="B1"))) == (Reopen("B1", ANNA),)
    else:
        assert steps(decide(ward(), move(event, bed="B1"))) == (AdmitTo("B1", ANNA),)


def test_a_location_outside_the_ward_brings_nobody():
    assert isinstance(decide(ward(), move(Event.ADMIT, elsewhere="ICU^^9")), Nothing)


def test_a_taken_bed_is_a_conflict_that_names_who_lies_there():
    question = asked(decide(ward(BEN), move(Event.ADMIT, bed="B1")), Matter.TAKEN)
    assert "taken by Berg, Ben" in question.text
    assert Answer.REPLACE in [choice.answer for choice in question.choices]


def test_a_transfer_to_a_free_bed_moves_the_stay():
    assert steps(decide(ward(ANNA), move(Event.TRANSFER, bed="B3"))) == (Move((("B1", "B3"),)),)


@pytest.mark.parametrize(("first", "second"), [((ANNA, "B2"), (BEN, "B1")), ((BEN, "B1"), (ANNA, "B2"))])
def test_two_transfers_that_swap_settle_themselves_in_either_order(first, second):
    before = ward(ANNA, BEN)
    waits = move(Event.TRANSFER, first[0], first[1])
    asked(decide(before, waits), Matter.TAKEN)
    done = decide(replace(before, waiting=(waits,)), move(Event.TRANSFER, second[0], second[1]))
    [moves] = steps(done)
    assert set(moves.moves) == {("B1", "B2"), ("B2", "B1")}
    assert done.resolves == (waits,)


def test_three_patients_in_a_circle_move_at_once():
    beds = {"B1": lying(ANNA, "B1"), "B2": lying(BEN, "B2"), "B3": lying(CARL, "B3")}
    waiting = (move(Event.TRANSFER, ANNA, "B2"), move(Event.TRANSFER, BEN, "B3"))
    [moves] = steps(decide(WardState(beds, waiting=waiting), move(Event.TRANSFER, CARL, "B1")))
    assert set(moves.moves) == {("B1", "B2"), ("B2", "B3"), ("B3", "B1")}


@pytest.mark.parametrize(
    "movement",
    [
        move(Event.DISCHARGE),
        move(Event.CANCEL_ADMIT),
        move(Event.TRANSFER, elsewhere="OR^1"),
        move(Event.TRANSFER, bed="B3"),
        move(Event.ADMIT, bed="B3"),
    ],
)
def test_monitoring_that_still_runs_is_ended_by_a_person_alone(movement):
    watched = ward(ANNA, watched="The monitor at this bed still sends")
    question = asked(decide(watched, movement), Matter.WATCHED)
    assert question.choices[0].answer is Answer.ACCEPT
    assert isinstance(decide(watched, movement, confirmed=True), Do)


def test_a_discharge_ends_the_stay_and_one_for_another_bed_is_asked():
    assert steps(decide(ward(ANNA), move(Event.DISCHARGE, bed="B1"))) == (End("B1", "discharged"),)
    asked(decide(ward(ANNA), move(Event.DISCHARGE, bed="B2")), Matter.PLACE)


def test_a_cancelled_transfer_goes_back_and_a_cancelled_discharge_is_taken_up():
    moved = ward(None, ANNA, previous={"1001": "B1"})
    assert steps(decide(moved, move(Event.CANCEL_TRANSFER))) == (Move((("B2", "B1"),)),)
    gone = ward(departed={"1001": "B2"})
    assert steps(decide(gone, move(Event.CANCEL_DISCHARGE))) == (Reopen("B2", ANNA),)
    asked(decide(ward(None, BEN, departed={"1001": "B2"}), move(Event.CANCEL_DISCHARGE)), Matter.TAKEN)


def test_an_update_tells_what_differs_and_nothing_else():
    outcome = decide(ward(ANNA), move(Event.UPDATE, replace(ANNA, name="Meyer-Roth, Anna")))
    assert steps(outcome) == (Update("B1", replace(ANNA, name="Meyer-Roth, Anna")),)
    assert "was Meyer, Anna" in outcome.text
    assert isinstance(decide(ward(ANNA), move(Event.UPDATE, Person(("1001",)))), Nothing)


def test_a_merge_joins_one_present_patient_and_asks_about_two():
    merge = move(Event.MERGE, ANNA, prior_ids=("77",))
    prior = Person(("77",), "Unknown")
    assert steps(decide(ward(prior), merge)) == (Join("B1", ANNA, ("77",)),)
    asked(decide(ward(ANNA, prior), merge), Matter.MERGE)
    assert isinstance(decide(ward(), merge), Nothing)


def test_a_child_is_refused():
    child = replace(ANNA, born="2015-01-01")
    question = asked(decide(ward(), move(Event.ADMIT, child, "B1")), Matter.CHILD)
    assert [choice.answer for choice in question.choices] == [Answer.DISMISS]


def test_a_late_movement_does_not_undo_a_newer_one():
    newer = {"1001": AT + timedelta(minutes=5)}
    for event in (Event.ADMIT, Event.TRANSFER, Event.DISCHARGE, Event.CANCEL_ADMIT):
        assert isinstance(decide(ward(ANNA, newest=newer), move(event, bed="B3")), Nothing)


def test_a_repeated_movement_changes_nothing():
    assert isinstance(decide(ward(ANNA), move(Event.ADMIT, bed="B1")), Nothing)
    assert isinstance(decide(ward(), move(Event.DISCHARGE)), Nothing)
    assert isinstance(decide(ward(ANNA), move(Event.CANCEL_TRANSFER, bed="B1")), Nothing)


def test_a_feed_that_offers_waits_for_a_press_and_one_that_applies_does_not():
    asked(decide_all(ward(), move(Event.ADMIT, bed="B1")), Matter.OFFER)
    assert isinstance(decide_all(ward(), move(Event.ADMIT, bed="B1", apply=True)), Do)
    asked(decide_all(ward(), move(Event.UPDATE, bed="B1", apply=True)), Matter.OFFER)


def question(ask: Ask, **more) -> Question:
    return Question("q", ask.matter, ask.bed, ask.text, ask.detail, ask.choices, AT, ask.other_bed, **more)


def test_a_taken_bed_is_settled_by_a_swap_or_by_a_discharge():
    before, movement = ward(ANNA, BEN), move(Event.TRANSFER, bed="B2")
    open_ = question(decide(before, movement), movement=movement)
    assert steps(settle(before, open_, Answer.SWAP)) == (Move((("B1", "B2"), ("B2", "B1"))),)
    assert steps(settle(before, open_, Answer.REPLACE)) == (End("B2"), Move((("B1", "B2"),)))
    assert steps(settle(before, open_, Answer.DISMISS)) == ()
    assert isinstance(settle(before, open_, Answer.FIRST), Nothing)


def test_two_joined_patients_end_in_the_bed_a_person_names():
    before, movement = ward(ANNA, Person(("77",), "Roe")), move(Event.MERGE, prior_ids=("77",))
    open_ = question(decide(before, movement), movement=movement)
    assert steps(settle(before, open_, Answer.SECOND)) == (
        End("B1", "joined with another stay"),
        Join("B2", ANNA, ("77",)),
    )


def test_a_monitor_of_another_patient_is_settled_in_three_ways():
    before = ward(ANNA)
    open_ = question(monitor_question("B1", before.beds["B1"].patient, BEN, "gateway", ""), seen=BEN, source="gateway")
    assert steps(settle(before, open_, Answer.JOIN)) == (Join("B1", Person(("1001",), "Meyer, Anna"), ("1002",)),)
    assert steps(settle(before, open_, Answer.REPLACE)) == (End("B1"), AdmitTo("B1", BEN))
    assert steps(settle(before, open_, Answer.KEEP_OUT)) == ()


def test_a_monitor_that_names_a_patient_of_another_bed_brings_him_and_joins_nobody():
    before = ward(ANNA, BEN)
    ask = monitor_question("B1", before.beds["B1"].patient, BEN, "gateway", "B2")
    assert Answer.JOIN not in [choice.answer for choice in ask.choices]
    open_ = question(ask, seen=BEN, source="gateway")
    assert steps(settle(before, open_, Answer.REPLACE)) == (End("B1"), Move((("B2", "B1"),)))
