"""To whom of the ward a laboratory result belongs: by the patient's number alone, never by a location.

A result of nobody who is admitted stays in its message; whether the person is the same is checked by the date of birth
where both sides know it, because two hospitals may use one number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from console.ward.labs import LabResult
from console.ward.occupancy import Occupancy
from hl7.labs import LabReading, ReadLab
from hl7.reading import Quarantined

NOBODY = "laboratory result of nobody admitted"
BIRTH_DATE = "laboratory result with another date of birth"
FUTURE = "specimen time in the future"

AHEAD = timedelta(minutes=10)
"""The clock of a laboratory may be ahead by so much; a specimen of later than that was not taken when it says."""


@dataclass(slots=True)
class Matched:
    """results: of admitted patients, under the number they are admitted with; aside: the others, with the reason."""

    results: list[LabResult] = field(default_factory=list)
    aside: list[Quarantined] = field(default_factory=list)


def match(
    reading: LabReading,
    occupancy: Occupancy,
    feed: str,
    received_at: datetime,
    may_speak: Callable[[str], bool] = lambda _: True,
    not_own: str = "",
) -> Matched:
    """Results of a message to patients of the ward. may_speak: whether its sender may speak for a bed; not_own: the
    reason where it may not. received_at: UTC."""
    matched = Matched(aside=list(reading.quarantined))
    for read in reading.results:
        occupant = occupancy.of(read.patient_id)
        if occupant is None:
            reason = NOBODY
        elif not may_speak(occupant.bed):
            reason = not_own
        elif read.born and occupant.born and read.born != occupant.born:
            reason = BIRTH_DATE
        elif read.measured_at > received_at + AHEAD:
            reason = FUTURE
        else:
            matched.results.append(_result(read, occupant.patient_id, feed, received_at))
            continue
        matched.aside.append(Quarantined(read.key, read.analyte.value, f"{read.sent} {read.sent_unit}".strip(), reason))
    return matched


def _result(read: ReadLab, patient_id: str, feed: str, received_at: datetime) -> LabResult:
    return LabResult(
        feed,
        patient_id,
        read.key,
        read.analyte,
        read.measured_at,
        received_at,
        read.value,
        read.comparator,
        read.sent,
        read.sent_unit,
        read.status,
        read.reported_at,
        read.reference_range,
        read.flag,
        read.haemolysed,
        read.note,
    )
