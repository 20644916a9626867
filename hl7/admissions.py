"""Admissions: what an ADT message says has happened to whom, where and when. It is read, never acted upon here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from hl7.place import location, merged_id, name, patient_id, patient_ids
from hl7.reader import Message, Segment
from hl7.times import parse_time, to_utc

EVENTS: dict[str, str] = {
    "A01": "admit",
    "A02": "transfer",
    "A03": "discharge",
    "A04": "register",
    "A06": "becomes an inpatient",
    "A07": "becomes an outpatient",
    "A08": "update",
    "A11": "cancel admit",
    "A12": "cancel transfer",
    "A13": "cancel discharge",
    "A40": "merge",
}
"""The trigger events that are read, and what each means (HL7 v2.5, chapter 3)."""

PLACED = frozenset(("A01", "A02", "A04", "A12", "A13"))
"""Events that are about a place: without PV1-3 nobody knows which."""

_SEXES = ("M", "F")
_MAXIMUM_PATIENTS = 16


@dataclass(frozen=True, slots=True)
class Movement:
    """One ADT event. event: the trigger ("A01" admit, "A02" transfer, "A03" discharge, "A40" merge, ...).

    location, prior_location: PV1-3 and PV1-6 as in `hl7.place`. prior_patient_id: the identifier that a merge gives
    up (MRG-1). patient_ids: every identifier of the person in PID-3, the preferred one first; those of a visit or an
    account are none. born: ISO date or "". sex: "M", "F" or "". at: when it happened (EVN-6, else EVN-2, else
    PV1-44 or PV1-45, else MSH-7), aware UTC; naive when neither message nor feed names a zone, None without a time.
    """

    event: str
    patient_id: str | None
    name: str
    location: str | None = None
    prior_location: str | None = None
    prior_patient_id: str | None = None
    patient_ids: tuple[str, ...] = ()
    born: str = ""
    sex: str = ""
    at: datetime | None = None


def read_movement(message: Message, errors: list[str]) -> Movement | None:
    """The movement of an ADT message; None for other messages, and where it names two different patients.

    What is wrong is added to `errors`, one sentence each. Of a merge of several pairs this is the first.
    """
    return next(iter(read_movements(message, errors)), None)


def read_movements(
    message: Message, errors: list[str], zone: tzinfo | None = None, received_at: datetime | None = None
) -> list[Movement]:
    """Every movement of an ADT message: one, or one for each pair of a merge; none for other messages.

    zone: of times that carry none; received_at: to know which of two equal hours in autumn is meant.
    """
    code, event = message.kind
    if code != "ADT":
        return []
    evn = message.first("EVN")
    event = event or (evn.text(1).strip().upper() if evn else "")
    patients = message.all("PID")
    if not patients:
        errors.append("ADT message without PID segment")
        return []
    if event == "A40":
        return list(_merges(message, errors, zone, received_at))
    if len({patient_id(segment) for segment in patients}) > 1:
        errors.append("ADT message with two different patients")
        return []
    visit = message.first("PV1")
    movement = _movement(event, patients[0], visit, message.first("MRG"), _when(message, event, zone, received_at))
    errors += _missing(movement)
    return [movement]


def _movement(
    event: str, patient: Segment, visit: Segment | None, merge: Segment | None, at: datetime | None
) -> Movement:
    sex = patient.text(8).strip().upper()[:1]
    return Movement(
        event,
        patient_id(patient),
        name(patient),
        location(visit) if visit else None,
        location(visit, 6) if visit else None,
        merged_id(merge) if merge else None,
        patient_ids(patient),
        _birth_date(patient.text(7)),
        sex if sex in _SEXES else "",
        at,
    )


def _merges(
    message: Message, errors: list[str], zone: tzinfo | None, received_at: datetime | None
) -> Iterator[Movement]:
    """A merge repeats PID and MRG in pairs: each MRG belongs to the PID before it."""
    at = _when(message, "A40", zone, received_at)
    visit = message.first("PV1")
    pairs: list[tuple[Segment, Segment | None]] = []
    for segment in message.segments:
        if segment.name == "PID" and len(pairs) < _MAXIMUM_PATIENTS:
            pairs.append((segment, None))
        elif segment.name == "MRG" and pairs and pairs[-1][1] is None:
            pairs[-1] = (pairs[-1][0], segment)
    for patient, merge in pairs:
        movement = _movement("A40", patient, visit, merge, at)
        errors += _missing(movement)
        yield movement


def _missing(movement: Movement) -> list[str]:
    """What a movement lacks to be acted upon, one sentence each."""
    told = []
    if movement.event not in EVENTS:
        told.append(f"ADT event {movement.event[:10] or 'without a name'} moves nobody here")
    if movement.patient_id is None:
        told.append("ADT message without patient identifier")
    if movement.event in PLACED and movement.location is None:
        told.append(f"{movement.event} ({EVENTS[movement.event]}) without a location in PV1-3")
    if movement.event == "A40" and movement.prior_patient_id is None:
        told.append("A40 (merge) without the identifier that is given up in MRG-1")
    return told


def _when(message: Message, event: str, zone: tzinfo | None, received_at: datetime | None) -> datetime | None:
    evn, visit = message.first("EVN"), message.first("PV1")
    stated = [evn.text(6), evn.text(2)] if evn else []
    if visit is not None:
        stated.append(visit.text(45 if event == "A03" else 44))
    for text in (*stated, message.msh.text(7)):
        moment = parse_time(text)
        if moment is not None:
            return to_utc(moment, zone, received_at)
    return None


def _birth_date(text: str) -> str:
    """PID-7 as an ISO date; "" for none, for a year alone, and for one that cannot be."""
    digits = text.strip().replace("-", "")[:8]
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if digits.isdecimal() else None
    except ValueError:
        return ""
    return born.isoformat() if born is not None and born >= date(1880, 1, 1) else ""
