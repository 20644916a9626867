"""Admissions: what an ADT message says has happened to whom, and where. It is read, never acted upon here."""

from __future__ import annotations

from dataclasses import dataclass

from hl7.place import location, merged_id, name, patient_id
from hl7.reader import Message


@dataclass(frozen=True, slots=True)
class Movement:
    """One ADT event. event: the trigger ("A01" admit, "A02" transfer, "A03" discharge, "A40" merge, ...).

    location, prior_location: PV1-3 and PV1-6 as in `hl7.place`. prior_patient_id: the identifier that a merge gives
    up (MRG-1).
    """

    event: str
    patient_id: str | None
    name: str
    location: str | None = None
    prior_location: str | None = None
    prior_patient_id: str | None = None


def read_movement(message: Message, errors: list[str]) -> Movement | None:
    """The movement of an ADT message; None for other messages, and where it names two different patients.

    What is wrong is added to `errors`, one sentence each.
    """
    code, event = message.kind
    if code != "ADT":
        return None
    evn = message.first("EVN")
    event = event or (evn.text(1).strip().upper() if evn else "")
    patients = message.all("PID")
    if not patients:
        errors.append("ADT message without PID segment")
        return None
    if len({patient_id(segment) for segment in patients}) > 1:
        errors.append("ADT message with two different patients")
        return None
    if patient_id(patients[0]) is None:
        errors.append("ADT message without patient identifier")
    visit, merge = message.first("PV1"), message.first("MRG")
    return Movement(
        event,
        patient_id(patients[0]),
        name(patients[0]),
        location(visit) if visit else None,
        location(visit, 6) if visit else None,
        merged_id(merge) if merge else None,
    )
