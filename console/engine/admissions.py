"""The admissions desk of the engine: movements that are told, monitors that name somebody else, and what a person has
to settle. The rules are console.ward.admission_rules; here they meet the ward. Used by the engine thread alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from console.alarms.lifecycle import RefusedError
from console.engine.bed import Bed
from console.engine.items import Moved, PatientSeen
from console.engine.stays import Moment, Stays
from console.store.records import AuditEntry
from console.store.stay_changes import Admissions, Asked, Change, Settled, Whereabouts
from console.store.store import Store
from console.ward.admission_rules import decide_all
from console.ward.movements import (
    Answer,
    Ask,
    Do,
    End,
    Event,
    Matter,
    Move,
    Movement,
    Nothing,
    Person,
    Question,
    WardState,
)
from console.ward.occupancy import same_id
from console.ward.settling import monitor_question, settle

OFFICE = "admissions office"
"""Who has done it, in the audit trail, where a feed's word counts."""

MOST_QUESTIONS = 200
"""Open questions; beyond them the oldest offer gives way, audited."""

_PLACES = frozenset(Event) - {Event.UPDATE, Event.MERGE}


class AdmissionDesk:
    """Movements and conflicts of the ward."""

    def __init__(
        self,
        beds: Callable[[], Mapping[str, Bed]],
        stays: Stays,
        store: Store,
        new_id: Callable[[], str],
        touch: Callable[[Bed], None],
    ) -> None:
        self._beds = beds
        self._stays = stays
        self._store = store
        self._new_id = new_id
        self._touch = touch
        self._questions: dict[str, Question] = {}
        self._known: dict[str, Whereabouts] = {}
        self._kept_out: set[tuple[str, str, str]] = set()

    def restore(self, admissions: Admissions, at: Moment) -> None:
        """Take up what nobody has settled before the start."""
        self._questions = {question.id: question for question in admissions.questions}
        self._known = {known.person: known for known in admissions.whereabouts}
        for question in admissions.kept_out:
            if question.seen is not None:
                self._kept_out.add((question.bed, question.source, same_id(question.seen.ids[0])))
        for bed in self._beds().values():
            bed.strangers.restore(bed.technical, at.now)
        self._show()

    # --- what is told --------------------------------------------------------------------------------------------

    def moved(self, item: Moved, at: Moment) -> None:
        """The admissions office has told a movement."""
        try:
            written = self._move(item.movement, at)
        except Exception as error:
            item.done.set_exception(error)
            raise
        written.add_done_callback(partial(_pass_on, item.done))

    def _move(self, movement: Movement, at: Moment) -> Future[None]:
        """Ends when what the movement changes is durable."""
        ward = self._state(at)
        outcome = decide_all(ward, movement)
        if isinstance(outcome, Nothing):
            told = AuditEntry(at.utc, OFFICE, f"{movement.event}: no change", movement.bed, outcome.why)
            return self._write([told] if self._concerns(ward, movement) else [])
        changes = [] if movement.event is Event.UPDATE else self._supersede(movement, at)
        changes += self._note_time(movement)
        if isinstance(outcome, Do):
            changes += self._do(outcome, movement.event.value, OFFICE, at)
        else:
            changes += self._open(outcome, at, movement=movement)
        written = self._write(changes)
        self.review(at)
        return written

    def seen(self, item: PatientSeen, at: Moment) -> None:
        """A feed names a patient at a bed: offered for admission, never adopted; another one than admitted is told."""
        bed = self._beds().get(item.bed)
        if bed is None:
            return
        if bed.feed_patient_id != item.patient_id:
            bed.feed_patient_id = bed.offered_patient_id = item.patient_id
            self._touch(bed)
        if bed.patient is None and bed.strangers.is_new(item.source, item.patient_id):
            bed.forget_source(item.source)
            self._touch(bed)
        person = Person((item.patient_id,), item.name)
        if bed.strangers.named(item.source, person, bed.patient, bed.technical, at.now):
            self.review(at)

    # --- what a person says --------------------------------------------------------------------------------------

    def settle(self, question_id: str, answer: Answer, by: str, at: Moment) -> Future[None]:
        """Do what was answered. Raises RefusedError with a plain sentence."""
        question = self._questions.get(question_id)
        if question is None:
            raise RefusedError("This has been settled meanwhile.")
        outcome = settle(self._state(at), question, answer)
        if isinstance(outcome, Nothing):
            raise RefusedError(outcome.why)
        if isinstance(outcome, Ask):
            self._write([*self._close(question, Answer.DISMISS, "system", at), *self._replaced(outcome, question, at)])
            self.review(at)
            raise RefusedError(f"The ward has changed. Now: {outcome.text}.")
        changes: list[Change] = self._close(question, answer, by, at)
        if answer is Answer.KEEP_OUT and question.seen is not None:
            self._kept_out.add((question.bed, question.source, same_id(question.seen.ids[0])))
            self._beds()[question.bed].strangers.keep_out(question.source)
        label = next(choice.label for choice in question.choices if choice.answer is answer)
        changes += self._do(outcome, f"{question.matter}: {label}", by, at)
        written = self._write(changes)
        self.review(at)
        return written

    # --- what follows --------------------------------------------------------------------------------------------

    def review(self, at: Moment) -> None:
        """The ward has changed: questions that have answered themselves go, and those that wait are looked at again."""
        for _ in range(len(self._questions) + 1):
            if not any(self._look_again(question, at) for question in list(self._questions.values())):
                break
        for bed in self._beds().values():
            for source, person in bed.strangers.present(bed.patient):
                self._ask_about(bed, source, person, at)
        self._show()

    def advance(self, at: Moment) -> None:
        """Once a second: sources that are believed again."""
        for bed in self._beds().values():
            bed.strangers.advance(bed.patient, bed.technical, at.now)
        if any(question.matter is Matter.MONITOR for question in self._questions.values()):
            self.review(at)

    def _look_again(self, question: Question, at: Moment) -> bool:
        """True when the ward has changed by it."""
        if question.id not in self._questions:
            return False
        if question.movement is None:
            if self._monitor_still(question):
                return False
            self._write(self._close(question, Answer.DISMISS, "system", at))
            return False
        outcome = decide_all(self._state(at), question.movement)
        if isinstance(outcome, Nothing):
            self._write(self._close(question, Answer.DISMISS, "system", at))
        elif isinstance(outcome, Do) and question.matter is Matter.TAKEN:
            changes = self._close(question, Answer.ACCEPT, "system", at)
            self._write(changes + self._do(outcome, question.movement.event.value, OFFICE, at))
            return True
        elif isinstance(outcome, Ask) and (outcome.text, outcome.choices) != (question.text, question.choices):
            changes = self._close(question, Answer.DISMISS, "system", at)
            self._write(changes + self._replaced(outcome, question, at))
        return False

    def _monitor_still(self, question: Question) -> bool:
        bed = self._beds().get(question.bed)
        if bed is None or bed.patient is None or question.seen is None:
            return False
        if question.source in bed.technical.strangers() and not bed.strangers.heard(question.source):
            return True  # from before a restart, and not heard since
        return (question.source, question.seen) in bed.strangers.present(bed.patient)

    def _ask_about(self, bed: Bed, source: str, person: Person, at: Moment) -> None:
        if (bed.name, source, same_id(person.ids[0])) in self._kept_out:
            bed.strangers.keep_out(source)
            return
        asked = (q for q in self._questions.values() if q.matter is Matter.MONITOR)
        if any((q.bed, q.source) == (bed.name, source) for q in asked):
            return
        assert bed.patient is not None
        lies_in = self._state(at).bed_of(person.ids)
        ask = monitor_question(bed.name, bed.patient, person, source, lies_in)
        self._write(self._open(ask, at, seen=person, source=source))

    # --- doing and writing ---------------------------------------------------------------------------------------

    def _do(self, outcome: Do, act: str, by: str, at: Moment) -> list[Change]:
        changes: list[Change] = []
        for step in outcome.steps:
            if isinstance(step, Move):
                changes += self._note_moves(step, at)
            if isinstance(step, End):
                patient = self._beds()[step.bed].patient
                assert patient is not None
                told = f"{patient.name} ({patient.patient_id}): {step.why}"
                changes.append(AuditEntry(at.utc, by, act, step.bed, told))
            changes += self._stays.do(step, by, at)
        for bed in self._beds().values():
            self._touch(bed)
        changes.append(AuditEntry(at.utc, by, act, outcome.bed, outcome.text))
        if outcome.other_bed and outcome.steps:
            changes.append(AuditEntry(at.utc, by, act, outcome.other_bed, outcome.text))
        for movement in outcome.resolves:
            for question in [q for q in self._questions.values() if q.movement == movement]:
                changes += self._close(question, Answer.ACCEPT, "system", at)
        return changes

    def _open(
        self, ask: Ask, at: Moment, *, movement: Movement | None = None, seen: Person | None = None, source: str = ""
    ) -> list[Change]:
        question = Question(
            self._new_id(),
            ask.matter,
            ask.bed,
            ask.text,
            ask.detail,
            ask.choices,
            at.utc,
            ask.other_bed,
            movement,
            seen,
            source,
        )
        changes: list[Change] = []
        if len(self._questions) >= MOST_QUESTIONS:
            oldest = next((q for q in self._questions.values() if q.is_offer), next(iter(self._questions.values())))
            changes += self._close(oldest, Answer.DISMISS, "system", at)
            changes.append(AuditEntry(at.utc, "system", "too many open questions", oldest.bed, oldest.text))
        self._questions[question.id] = question
        kind = "offer" if question.is_offer else "conflict"
        return [*changes, Asked(question), AuditEntry(at.utc, "system", f"{kind} opened", ask.bed, ask.text)]

    def _replaced(self, ask: Ask, question: Question, at: Moment) -> list[Change]:
        return self._open(ask, at, movement=question.movement, seen=question.seen, source=question.source)

    def _close(self, question: Question, answer: Answer, by: str, at: Moment) -> list[Change]:
        self._questions.pop(question.id, None)
        changes: list[Change] = [Settled(question.id, answer, at.utc, by)]
        if by == "system":
            changes.append(AuditEntry(at.utc, by, f"{question.matter}: settled by itself", question.bed, question.text))
        return changes

    def _supersede(self, movement: Movement, at: Moment) -> list[Change]:
        """What was asked of an earlier movement of the same person is not asked any more."""
        mine = {same_id(i) for i in movement.person.ids}
        changes: list[Change] = []
        for question in list(self._questions.values()):
            asked = question.movement
            if asked is not None and movement.event in _PLACES and mine & {same_id(i) for i in asked.person.ids}:
                changes += self._close(question, Answer.DISMISS, "system", at)
        return changes

    def _note_time(self, movement: Movement) -> list[Change]:
        if movement.event not in _PLACES:
            return []
        return [self._know(key, replace(self._about(key, movement), at=movement.at)) for key in _keys(movement.person)]

    def _note_moves(self, step: Move, at: Moment) -> list[Change]:
        noted: list[Change] = []
        for start, _ in step.moves:
            patient = self._beds()[start].patient
            for key in map(same_id, patient.ids if patient is not None else ()):
                noted.append(self._know(key, replace(self._known.get(key) or Whereabouts(key, at.utc), previous=start)))
        return noted

    def _about(self, key: str, movement: Movement) -> Whereabouts:
        return self._known.get(key) or Whereabouts(key, movement.at)

    def _know(self, key: str, known: Whereabouts) -> Whereabouts:
        self._known[key] = known
        return known

    def _write(self, changes: Sequence[Change]) -> Future[None]:
        return self._store.put_changes(changes)

    # --- the ward as the rules see it ----------------------------------------------------------------------------

    def _state(self, at: Moment) -> WardState:
        waiting = (q.movement for q in self._questions.values() if q.matter is Matter.TAKEN and q.movement is not None)
        return WardState(
            self._stays.occupants(at.now),
            {key: known.at for key, known in self._known.items()},
            {key: known.previous for key, known in self._known.items() if known.previous},
            self._stays.departed,
            tuple(waiting),
        )

    def _concerns(self, ward: WardState, movement: Movement) -> bool:
        """A feed may tell the movements of a whole hospital; only those of this ward are worth a line."""
        return bool(movement.bed or ward.bed_of(movement.person.ids))

    def _show(self) -> None:
        """Every bed knows its own questions, conflicts first."""
        shown: dict[str, list[Question]] = {}
        for question in sorted(self._questions.values(), key=lambda q: (q.is_offer, q.opened_at)):
            for name in dict.fromkeys((question.bed, question.other_bed)):
                shown.setdefault(name, []).append(question)
        for name, bed in self._beds().items():
            questions = tuple(shown.get(name, ()))
            if questions != bed.questions:
                bed.questions = questions
                self._touch(bed)


def _keys(person: Person) -> list[str]:
    return [same_id(i) for i in person.ids]


def _pass_on(told: Future[None], written: Future[None]) -> None:
    error = written.exception()
    if error is None:
        told.set_result(None)
    else:
        told.set_exception(error)
