"""From the present occupancy and one movement to what is to be done, asked, or let be. Pure.

A bed never gets a second patient and a patient never a second bed. Monitoring of a patient with live values or with an
alarm that stands or waits for an answer is never ended here: a person settles that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from console.ward.movements import (
    AdmitTo,
    Answer,
    Ask,
    Choice,
    Do,
    End,
    Event,
    Join,
    Matter,
    Move,
    Movement,
    Nothing,
    Outcome,
    Person,
    Reopen,
    Step,
    Update,
    WardState,
)
from console.ward.patient import MINIMUM_AGE_YEARS, Patient

LEAVE = Choice(Answer.DISMISS, "Leave as it is")


def decide(ward: WardState, movement: Movement, confirmed: bool = False) -> Outcome:
    """What a movement comes to. confirmed: a person has said that it is so, also where monitoring ends by it.

    A movement older than the newest of the same person changes nothing, however it arrives.
    """
    newest = max((ward.newest[i] for i in _keys(movement.person) if i in ward.newest), default=None)
    if newest is not None and movement.at < newest and not confirmed and movement.event is not Event.MERGE:
        return Nothing(f"older than what is known of {who(movement.person)}")
    return _RULES[movement.event](ward, movement, confirmed)


def decide_all(ward: WardState, movement: Movement) -> Outcome:
    """As `decide`, with what a person must see first: everything of a feed whose word is not taken as it stands."""
    outcome = decide(ward, movement)
    if isinstance(outcome, Do) and (not movement.apply or _only_offered(ward, movement)):
        return offer(outcome)
    return outcome


def offer(outcome: Do) -> Ask:
    """The same, waiting for one press."""
    choices = (Choice(Answer.ACCEPT, "Accept"), Choice(Answer.DISMISS, "Not so"))
    return Ask(Matter.OFFER, outcome.bed, outcome.text, "Told by the admissions office.", choices, outcome.other_bed)


def _only_offered(ward: WardState, movement: Movement) -> bool:
    """An update of somebody who is not here says where he lies, but not that he has just come."""
    return movement.event is Event.UPDATE and not ward.bed_of(movement.person.ids)


# --- the events --------------------------------------------------------------------------------------------------


def _admit(ward: WardState, movement: Movement, confirmed: bool) -> Outcome:
    here = ward.bed_of(movement.person.ids)
    if here and here == movement.bed:
        return _update(ward, movement, confirmed)
    if here:
        return _transfer(ward, movement, confirmed)
    return _come(ward, movement, lambda bed: AdmitTo(bed, movement.person), "Admit")


def _transfer(ward: WardState, movement: Movement, confirmed: bool) -> Outcome:
    here = ward.bed_of(movement.person.ids)
    if not here:
        return _come(ward, movement, lambda bed: AdmitTo(bed, movement.person), "Admit")
    if movement.bed:
        return _go(ward, movement, here, movement.bed, confirmed)
    if movement.elsewhere:
        return _leave(ward, movement, here, confirmed, "transferred out")
    return Nothing(f"{movement.event} without a location")


def _discharge(ward: WardState, movement: Movement, confirmed: bool) -> Outcome:
    here = ward.bed_of(movement.person.ids)
    if not here:
        return Nothing(f"{who(movement.person)} is not here")
    if movement.bed and movement.bed != here and not confirmed:
        text = f"Discharge of {who(movement.person)} from {movement.bed}, but he lies in {here}"
        choices = (Choice(Answer.ACCEPT, f"Discharge from {here}"), LEAVE)
        return Ask(Matter.PLACE, here, text, "The admissions office names another bed.", choices, movement.bed)
    return _leave(ward, movement, here, confirmed, "discharged")


def _cancel_admit(ward: WardState, movement: Movement, confirmed: bool) -> Outcome:
    here = ward.bed_of(movement.person.ids)
    if not here:
        return Nothing(f"{who(movement.person)} is not here")
    return _leave(ward, movement, here, confirmed, "admission cancelled")


def _cancel_transfer(ward: WardState, movement: Movement, confirmed: bool) -> Outcome:
    here = ward.bed_of(movement.person.ids)
    if not here:
        return _cancel_discharge(ward, movement, confirmed)
    back = movement.bed or ward.known(ward.previous, movement.person.ids)
    if not back or back == here or back not in ward.beds:
        return Nothing(f"{who(movement.person)} has not been moved")
    return _go(ward, movement, here, back, confirmed)


def _cancel_discharge(ward: WardState, movement: Movement, _confirmed: bool) -> Outcome:
    person = movement.person
    if ward.bed_of(person.ids):
        return Nothing(f"{who(person)} is here")
    left = ward.known(ward.departed, person.ids)
    bed = movement.bed or left
    if not bed or bed not in ward.beds:
        return Nothing(f"{who(person)} was not here")
    if not left:
        return _come(ward, movement, lambda to: AdmitTo(to, person), "Admit")
    return _come(ward, movement, lambda to: Reopen(to, person), "Take up again", bed)


def _update(ward: WardState, movement: Movement, _confirmed: bool) -> Outcome:
    person = movement.person
    here = ward.bed_of(person.ids)
    if not here:
        if movement.bed and ward.beds.get(movement.bed) is None:
            return _come(ward, movement, lambda bed: AdmitTo(bed, person), "Admit")
        return Nothing(f"{who(person)} is not here")
    occupant = ward.beds[here]
    assert occupant is not None
    told = changes(occupant.patient, person)
    if not told:
        return Nothing(f"nothing new of {who(person)}")
    child = _child(here, movement)
    return child or Do((Update(here, person),), f"Correct {who(person)}: {told}", here)


def _merge(ward: WardState, movement: Movement, _confirmed: bool) -> Outcome:
    person, prior = movement.person, movement.prior_ids
    first, second = ward.bed_of(person.ids), ward.bed_of(prior)
    known = {key for table in (ward.newest, ward.departed) for key in table}
    if not prior:
        return Nothing("a merge that gives up no identifier")
    if first and second and first != second:
        text = f"{who(person)} in {first} and the patient in {second} are one person"
        choices = (
            Choice(Answer.FIRST, f"He lies in {first}"),
            Choice(Answer.SECOND, f"He lies in {second}"),
            Choice(Answer.DISMISS, "Two persons: leave"),
        )
        return Ask(Matter.MERGE, first, text, "The admissions office has joined two patients.", choices, second)
    if not (first or second) and not known & {i.casefold() for i in (*person.ids, *prior)}:
        return Nothing(f"{who(person)} is not known here")
    bed = first or second
    occupant = ward.beds.get(bed)
    if occupant is not None and occupant.patient.is_called(prior) and occupant.patient.patient_id == person.ids[0]:
        return Nothing(f"{who(person)} is joined already")
    text = f"Join {', '.join(prior)} with {who(person)}"
    return Do((Join(bed, person, prior),), text, bed)


_RULES: dict[Event, Callable[[WardState, Movement, bool], Outcome]] = {
    Event.ADMIT: _admit,
    Event.TRANSFER: _transfer,
    Event.DISCHARGE: _discharge,
    Event.UPDATE: _update,
    Event.CANCEL_ADMIT: _cancel_admit,
    Event.CANCEL_TRANSFER: _cancel_transfer,
    Event.CANCEL_DISCHARGE: _cancel_discharge,
    Event.MERGE: _merge,
}


# --- coming, going, leaving --------------------------------------------------------------------------------------


def _come(ward: WardState, movement: Movement, step: Callable[[str], Step], verb: str, bed: str = "") -> Outcome:
    person, bed = movement.person, bed or movement.bed
    if not bed or bed not in ward.beds:
        return Nothing(f"{who(person)} does not come to a bed of this ward")
    child = _child(bed, movement)
    if child is not None:
        return child
    there = ward.beds[bed]
    if there is None:
        return Do((step(bed),), f"{verb} {who(person)} to {bed}", bed)
    text = f"{verb} {who(person)} to {bed}, which is taken by {there.patient.name}"
    choices = (Choice(Answer.REPLACE, f"Discharge {there.patient.name} and admit"), LEAVE)
    return Ask(Matter.TAKEN, bed, text, "The bed is taken. A transfer of the other patient may follow.", choices)


def _go(ward: WardState, movement: Movement, here: str, to: str, confirmed: bool) -> Outcome:
    """From one bed of the ward to another; with others who wait for each other's beds all at once."""
    if to not in ward.beds or to == here:
        return _update(ward, movement, confirmed)
    moves, resolves = _circle(ward, here, to)
    if not moves:
        there = ward.beds[to]
        assert there is not None
        text = f"Move {who(movement.person)} from {here} to {to}, which is taken by {there.patient.name}"
        choices = (
            Choice(Answer.SWAP, "Swap the two"),
            Choice(Answer.REPLACE, f"Discharge {there.patient.name} and move"),
            LEAVE,
        )
        detail = "The bed is taken. If the other patient's transfer follows, this settles itself."
        return Ask(Matter.TAKEN, to, text, detail, choices, here)
    names = [_name(ward, start) for start, _ in moves]
    text = (
        f"Move {who(movement.person)} from {here} to {to}"
        if len(moves) == 1
        else f"Swap beds: {', '.join(f'{name} to {end}' for name, (_, end) in zip(names, moves, strict=True))}"
    )
    for start, _ in moves:
        guarded = None if confirmed else _guard(ward, start, text, "Move")
        if guarded is not None:
            return guarded
    return Do((Move(moves),), text, here, to, resolves)


def _circle(ward: WardState, here: str, to: str) -> tuple[tuple[tuple[str, str], ...], tuple[Movement, ...]]:
    """Every move it takes: one to a free bed, or a circle of patients waiting for each other's beds; () for neither."""
    moves, resolves = [(here, to)], []
    while ward.beds[to] is not None and to != here:
        waiting = next((m for m in ward.waiting if m.bed and ward.bed_of(m.person.ids) == to), None)
        if waiting is None or waiting.bed not in ward.beds or any(start == to for start, _ in moves):
            return (), ()
        moves.append((to, waiting.bed))
        resolves.append(waiting)
        to = waiting.bed
    return tuple(moves), tuple(resolves)


def _leave(ward: WardState, movement: Movement, here: str, confirmed: bool, why: str) -> Outcome:
    text = f"{who(movement.person)} at {here}: {why}"
    guarded = None if confirmed else _guard(ward, here, text, "Discharge")
    return guarded or Do((End(here, why),), text, here)


def _guard(ward: WardState, bed: str, text: str, verb: str) -> Ask | None:
    occupant = ward.beds[bed]
    if occupant is None or not occupant.watched:
        return None
    return Ask(Matter.WATCHED, bed, text, f"{occupant.watched}.", (Choice(Answer.ACCEPT, f"{verb} now"), LEAVE))


def _child(bed: str, movement: Movement) -> Ask | None:
    """Adults only: the alarm rules do not fit a child."""
    years = age_at(movement.person.born, movement.at.date())
    if years is None or years >= MINIMUM_AGE_YEARS:
        return None
    text = f"{who(movement.person)} for {bed} is {years} years old and is not admitted here"
    detail = f"This console is for patients of {MINIMUM_AGE_YEARS} years and over. Watch the bedside monitor."
    return Ask(Matter.CHILD, bed, text, detail, (Choice(Answer.DISMISS, "Understood"),))


# --- words and persons -------------------------------------------------------------------------------------------


def who(person: Person) -> str:
    """A person in words."""
    return f"{person.name} ({person.ids[0]})" if person.name else f"patient {person.ids[0]}"


def changes(patient: Patient, person: Person) -> str:
    """What a person's record says that differs from what is known of the patient, in words; "" for nothing. What the
    record leaves empty stays as it is."""
    told = []
    if person.name and person.name != patient.name:
        told.append(f"name {person.name}, was {patient.name}")
    if person.born and person.born != patient.born:
        told.append(f"born {person.born}" + (f", was {patient.born}" if patient.born else ""))
    if person.sex and person.sex != patient.sex:
        told.append(f"sex {person.sex}" + (f", was {patient.sex}" if patient.sex else ""))
    new = [i for i in person.ids if not patient.is_called((i,))]
    if new:
        told.append(f"also known as {', '.join(new)}")
    return "; ".join(told)


def age_at(born: str, day: date) -> int | None:
    """Age in completed years, None where the birth date is not known."""
    try:
        date_of_birth = date.fromisoformat(born)
    except ValueError:
        return None
    return day.year - date_of_birth.year - ((day.month, day.day) < (date_of_birth.month, date_of_birth.day))


def _name(ward: WardState, bed: str) -> str:
    occupant = ward.beds[bed]
    return occupant.patient.name if occupant is not None else "nobody"


def _keys(person: Person) -> list[str]:
    return [i.casefold() for i in person.ids]
