"""Who is admitted where: one immutable picture for the feeds, which must know it beside the engine. Plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from console.ward.patient import Patient


@dataclass(frozen=True, slots=True)
class Occupant:
    """An admitted patient, as far as a feed needs to know him. born: ISO date or "", sex: as charted or "", age: years,
    None where nobody has charted it."""

    bed: str
    patient_id: str
    name: str
    born: str = ""
    sex: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Every admitted patient of the ward at one moment."""

    occupants: tuple[Occupant, ...] = ()
    _by_bed: dict[str, Occupant] = field(init=False, repr=False, compare=False)
    _by_patient: dict[str, Occupant] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_bed", {one.bed: one for one in self.occupants})
        object.__setattr__(self, "_by_patient", {same_id(one.patient_id): one for one in self.occupants})

    def at(self, bed: str) -> Occupant | None:
        """Who is admitted to a bed."""
        return self._by_bed.get(bed)

    def of(self, patient_id: str | None) -> Occupant | None:
        """The admitted patient with this hospital number."""
        return self._by_patient.get(same_id(patient_id)) if patient_id else None


def same_id(patient_id: str) -> str:
    """The form in which two hospital numbers are compared."""
    return patient_id.strip().casefold()


def occupancy_of(patients: Iterable[Patient]) -> Occupancy:
    """The occupancy of these admitted patients."""
    return Occupancy(tuple(Occupant(p.bed, p.patient_id, p.name, p.born, p.sex, p.age) for p in patients))
