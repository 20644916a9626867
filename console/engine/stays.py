"""Stays at the beds: they begin, end, move and go on. What each step changes in the record is given back, to be written
in one commit. Used by the engine thread alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from console.alarms.alarm import Transition
from console.engine.bed import Bed
from console.store.records import Stay
from console.store.stay_changes import Carried, Change, Closed, Described, Joined, Opened
from console.ward.admission_rules import age_at
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.limits import OwnLimits
from console.ward.movements import AdmitTo, End, Join, Move, Occupant, Person, Reopen, Step, Update
from console.ward.occupancy import Left, same_id
from console.ward.patient import Patient

ENDED_KEPT = 200
"""Stays that have ended and can be taken up again."""


class Moment(NamedTuple):
    """Now, in engine seconds and as wall time."""

    now: float
    utc: datetime


class Stays:
    """The stays of the ward.

    beds: those there are now, by name. record: publishes and journals transitions of a bed.
    """

    def __init__(
        self, beds: Callable[[], Mapping[str, Bed]], record: Callable[[Sequence[Transition], Bed], object]
    ) -> None:
        self._beds = beds
        self._record = record
        self._ended: dict[str, Stay] = {}

    def restore(self, ended: Sequence[Stay]) -> None:
        """Stays that ended before the start, newest first."""
        for stay in reversed(ended):
            self._remember(stay)
            bed = self._beds().get(stay.patient.bed)
            if bed is not None and stay.ended_at is not None:
                bed.left = Left(bed.name, stay.patient.ids, stay.ended_at)

    def occupants(self, now: float) -> dict[str, Occupant | None]:
        """Who lies where, and why his monitoring must not end by itself."""
        return {
            name: None if bed.patient is None else Occupant(bed.patient, bed.watched(now))
            for name, bed in self._beds().items()
        }

    @property
    def departed(self) -> dict[str, str]:
        """The bed each person (any identifier, folded) has left last."""
        return {key: stay.patient.bed for key, stay in self._ended.items()}

    def do(self, step: Step, by: str, at: Moment) -> list[Change]:
        """Do one step; what it changes in the record."""
        match step:
            case AdmitTo():
                patient = _new_patient(step.person, step.bed, at.utc)
                self.begin(patient, (), at)
                return [Opened(patient, by)]
            case End():
                return [self.end(self._beds()[step.bed], by, at)]
            case Move():
                return self._move(step, by, at)
            case Update():
                return self._describe(step.bed, step.person, (), at)
            case Join():
                joined = Joined(step.prior_ids, step.person.ids[0])
                return [*(self._describe(step.bed, step.person, step.prior_ids, at) if step.bed else ()), joined]
            case Reopen():
                return self._reopen(step, by, at)

    def begin(
        self,
        patient: Patient,
        pump_events: Sequence[PumpEvent],
        at: Moment,
        findings: Sequence[NurseObservation] = (),
    ) -> Bed:
        """A stay begins at a bed where nobody lies."""
        bed = self._beds()[patient.bed]
        bed.alarms.admit(patient, pump_events, findings, now=at.now)
        bed.pump_events, bed.findings = list(pump_events), list(findings)
        bed.set_pump_cards(())
        bed.strangers.judge(patient, bed.technical, at.now)
        for source, _ in bed.strangers.present(patient):
            bed.forget_source(source)
        for key in map(same_id, patient.ids):
            self._ended.pop(key, None)
        return bed

    def end(self, bed: Bed, by: str, at: Moment) -> Closed:
        """The stay at a bed ends."""
        patient = bed.patient
        assert patient is not None
        view = bed.alarms.limits_view
        limits = OwnLimits(view.own, view.by)
        self._remember(
            Stay(patient, tuple(bed.pump_events), tuple(bed.findings), limits, bed.pump_cards, ended_at=at.utc)
        )
        self._record(bed.alarms.discharge(at.now, at.utc, by), bed)
        bed.vacate()
        bed.left = Left(bed.name, patient.ids, at.utc)
        return Closed(bed.name, patient.patient_id, at.utc, by)

    def _move(self, step: Move, by: str, at: Moment) -> list[Change]:
        """All of them leave before anybody comes, so that beds can be swapped."""
        beds = self._beds()
        closed: list[Change] = []
        carried: list[Change] = []
        going = []
        for start, to in step.moves:
            bed = beds[start]
            patient = bed.patient
            assert patient is not None
            stay, ended = bed.hand_over(at.now, at.utc, by)
            self._record(ended, bed)
            bed.left = Left(start, patient.ids, at.utc)
            closed.append(Closed(start, patient.patient_id, at.utc, by))
            going.append((beds[to], replace(patient, bed=to, moved_at=at.utc), stay))
        for bed, patient, stay in going:
            self._record(bed.take_over(patient, stay, at.now, at.utc, by), bed)
            carried.append(Carried(patient, at.utc, by))
        return closed + carried

    def _describe(self, name: str, person: Person, prior: Sequence[str], at: Moment) -> list[Change]:
        bed = self._beds()[name]
        before = bed.patient
        assert before is not None
        first = person.ids[0] if prior else before.patient_id
        others = dict.fromkeys(i for i in (*before.ids, *person.ids, *prior) if same_id(i) != same_id(first))
        patient = replace(
            before,
            patient_id=first,
            other_ids=tuple(others),
            name=person.name or before.name,
            born=person.born or before.born,
            sex=person.sex or before.sex,
            age=age_at(person.born, at.utc.date()) if person.born else before.age,
        )
        bed.alarms.reflag(patient)
        bed.strangers.judge(patient, bed.technical, at.now)
        return [Described(patient, before.patient_id)]

    def _reopen(self, step: Reopen, by: str, at: Moment) -> list[Change]:
        stay = next((self._ended[key] for key in map(same_id, step.person.ids) if key in self._ended), None)
        if stay is None:
            return self.do(AdmitTo(step.bed, step.person), by, at)
        patient = replace(stay.patient, bed=step.bed, moved_at=at.utc)
        bed = self.begin(patient, stay.pump_events, at, stay.findings)
        bed.set_pump_cards(stay.pump_cards)
        bed.alarms.set_limits(stay.limits.settings, stay.limits.by, at.now)
        return [Carried(patient, at.utc, by)]

    def _remember(self, stay: Stay) -> None:
        for key in map(same_id, stay.patient.ids):
            self._ended.pop(key, None)
            self._ended[key] = stay
        while len(self._ended) > ENDED_KEPT:
            del self._ended[next(iter(self._ended))]


def _new_patient(person: Person, bed: str, utc: datetime) -> Patient:
    """As the admissions office or a monitor words him. What his pump does is not known until somebody charts it."""
    return Patient(
        person.ids[0],
        person.name or f"Patient {person.ids[0]}",
        bed,
        utc,
        person.born,
        age_at(person.born, utc.date()),
        person.sex,
        other_ids=person.ids[1:],
    )
