"""Who is admitted where: one immutable picture for the feeds, which must know it beside the engine. Plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from console.ward.patient import Patient


@dataclass(frozen=True, slots=True)
class Occupant:
    """An admitted patient, as far as a feed needs to know him. born: ISO date or "", sex: as charted or "", age: years,
    None where nobody has charted it. other_ids: further identifiers of the same person."""

    bed: str
    patient_id: str
    name: str
    born: str = ""
    sex: str = ""
    age: int | None = None
    other_ids: tuple[str, ...] = ()

    def is_called(self, patient_id: str) -> bool:
        """True when it is one of his identifiers."""
        same = same_id(patient_id)
        return any(same_id(own) == same for own in (self.patient_id, *self.other_ids))


@dataclass(frozen=True, slots=True)
class Left:
    """Who lay in a bed last, by his identifiers, and when he left it (UTC)."""

    bed: str
    ids: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Every admitted patient of the ward at one moment, and who lay in each bed before."""

    occupants: tuple[Occupant, ...] = ()
    left: tuple[Left, ...] = ()
    _by_bed: dict[str, Occupant] = field(init=False, repr=False, compare=False)
    _by_patient: dict[str, Occupant] = field(init=False, repr=False, compare=False)
    _left: dict[str, Left] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_bed", {one.bed: one for one in self.occupants})
        by_patient = {same_id(i): one for one in self.occupants for i in one.other_ids}
        by_patient.update({same_id(one.patient_id): one for one in self.occupants})
        object.__setattr__(self, "_by_patient", by_patient)
        object.__setattr__(self, "_left", {one.bed: one for one in self.left})

    def at(self, bed: str) -> Occupant | None:
        """Who is admitted to a bed."""
        return self._by_bed.get(bed)

    def of(self, patient_id: str | None) -> Occupant | None:
        """The admitted patient with this hospital number."""
        return self._by_patient.get(same_id(patient_id)) if patient_id else None

    def differs(self, now: Occupancy) -> frozenset[str]:
        """Beds where somebody else lies `now`: what was placed under this occupancy may be another patient's there."""
        if now is self:
            return frozenset()
        return frozenset(bed for bed in self._by_bed.keys() | now._by_bed.keys() if self.at(bed) != now.at(bed))

    def takes(self, bed: str, patient_id: str | None) -> bool:
        """True when values under this name belong to this bed now: to its patient, or to a bed without one. Values that
        name nobody are taken."""
        there = self._by_bed.get(bed)
        return there is None or not patient_id or there.is_called(patient_id)

    def takes_back(self, bed: str, patient_id: str | None, measured_at: datetime) -> bool:
        """False for a value of a time at which another patient lay in the bed."""
        before = self._left.get(bed)
        if before is None or not patient_id or measured_at >= before.until:
            return True
        return same_id(patient_id) in map(same_id, before.ids)


def same_id(patient_id: str) -> str:
    """The form in which two hospital numbers are compared."""
    return patient_id.strip().casefold()


def occupancy_of(patients: Iterable[Patient], left: Iterable[Left] = ()) -> Occupancy:
    """The occupancy of these admitted patients, and who left each bed last."""
    there = (Occupant(p.bed, p.patient_id, p.name, p.born, p.sex, p.age, p.other_ids) for p in patients)
    return Occupancy(tuple(there), tuple(left))
