"""What a person's answer to a question about an admission comes to, in the ward as it is now. Pure."""

from __future__ import annotations

from dataclasses import replace

from console.ward.admission_rules import decide, who
from console.ward.movements import (
    AdmitTo,
    Answer,
    Ask,
    Choice,
    Do,
    End,
    Join,
    Matter,
    Move,
    Movement,
    Nothing,
    Outcome,
    Person,
    Question,
    WardState,
)
from console.ward.patient import Patient


def monitor_question(bed: str, patient: Patient, seen: Person, source: str, lies_in: str) -> Ask:
    """A monitor names another patient than the one admitted. lies_in: the bed of that patient, "" for nowhere here."""
    text = f"{source} at {bed} names {who(seen)}; {patient.name} ({patient.patient_id}) is admitted"
    detail = "Its values are not shown and not charted. Watch the bedside monitor, and say who lies here."
    join = (Choice(Answer.JOIN, "Same patient: join the numbers"),)
    other = "Another patient: discharge and admit" if not lies_in else f"Another patient: bring him from {lies_in}"
    choices = (Choice(Answer.REPLACE, other), Choice(Answer.KEEP_OUT, "Wrong monitor: keep out"))
    return Ask(Matter.MONITOR, bed, text, detail, choices if lies_in else join + choices, lies_in)


def settle(ward: WardState, question: Question, answer: Answer) -> Outcome:
    """What is to be done. Ask: the ward has changed, and something else is to be settled now; Nothing: it cannot be
    done any more, with the reason."""
    if answer not in {choice.answer for choice in question.choices}:
        return Nothing("This is no answer to what was asked.")
    if answer in (Answer.DISMISS, Answer.KEEP_OUT):
        return Do((), question.text, question.bed)
    if question.matter is Matter.MONITOR:
        return _settle_monitor(ward, question, answer)
    movement = question.movement
    if movement is None:
        return Nothing("Nobody knows any more what this was about.")
    if answer is Answer.SWAP:
        return _swap(ward, question, movement)
    if answer is Answer.REPLACE:
        return _replace(ward, question, movement)
    if answer in (Answer.FIRST, Answer.SECOND):
        return _keep_one(ward, movement, first=answer is Answer.FIRST)
    return decide(ward, movement, confirmed=True)


def _swap(ward: WardState, question: Question, movement: Movement) -> Outcome:
    here, to = ward.bed_of(movement.person.ids), movement.bed or question.bed
    if not here or ward.beds.get(to) is None or here == to:
        return decide(ward, movement, confirmed=True)
    return Do((Move(((here, to), (to, here))),), f"Swap {here} and {to}", here, to)


def _replace(ward: WardState, question: Question, movement: Movement) -> Outcome:
    taken = question.bed
    if ward.beds.get(taken) is None or ward.bed_of(movement.person.ids) == taken:
        return decide(ward, movement, confirmed=True)
    after = decide(replace(ward, beds={**ward.beds, taken: None}), movement, confirmed=True)
    if not isinstance(after, Do):
        return after
    return replace(after, steps=(End(taken), *after.steps))


def _keep_one(ward: WardState, movement: Movement, first: bool) -> Outcome:
    survivor, prior = ward.bed_of(movement.person.ids), ward.bed_of(movement.prior_ids)
    if not survivor or not prior or survivor == prior:
        return decide(ward, movement, confirmed=True)
    kept, ended = (survivor, prior) if first else (prior, survivor)
    join = Join(kept, movement.person, movement.prior_ids)
    return Do((End(ended, "joined with another stay"), join), f"{who(movement.person)} lies in {kept}", kept, ended)


def _settle_monitor(ward: WardState, question: Question, answer: Answer) -> Outcome:
    seen, bed = question.seen, question.bed
    occupant = ward.beds.get(bed)
    if seen is None or occupant is None:
        return Nothing("Nobody is admitted to this bed any more.")
    patient, lies_in = occupant.patient, ward.bed_of(seen.ids)
    if answer is Answer.JOIN:
        if lies_in and lies_in != bed:
            return Nothing(f"{who(seen)} lies in {lies_in}: two patients here cannot be one.")
        own = Person(patient.ids, patient.name)
        return Do((Join(bed, own, seen.ids),), f"{', '.join(seen.ids)} is {who(own)}", bed)
    if lies_in == bed:
        return Nothing("This patient is admitted here meanwhile.")
    come = Move(((lies_in, bed),)) if lies_in else AdmitTo(bed, seen)
    return Do((End(bed), come), f"{who(seen)} lies in {bed}", bed, lies_in)
