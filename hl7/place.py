"""Who and where: patient and location of a message, as plain text that can be compared."""

from __future__ import annotations

from drivers.seen import seen
from hl7.reader import MAXIMUM_IDENTIFIER, MAXIMUM_TEXT, Segment

NULL = '""'
"""HL7's explicit null: the sender says that there is nothing."""

# Table 0203: which identifier of several names the patient.
_PREFERRED = ("MR", "PI", "")
_OF_THE_PERSON = frozenset(("MR", "PI", "PT", ""))
_MAXIMUM_IDS = 8


def location(segment: Segment, field: int = 3) -> str | None:
    """Unit, room and bed of a PV1 location, joined by "^" whatever the sender's delimiters ("ICU^^5"); None if empty.

    The facility, building and the address some gateways add behind the bed are left out: they change, the bed does
    not. Subcomponents of the bed are kept ("^^Doc1&5&1").
    """
    parts = segment.components(segment.repetitions(field)[0])[:3]
    text = "^".join("" if part.strip() == NULL else part.strip() for part in parts).rstrip("^&")
    return text if text.strip("^&") and len(text) <= MAXIMUM_IDENTIFIER else None


def patient_id(segment: Segment) -> str | None:
    """The patient of a PID segment: PID-3, by preference the record number; PID-2 where PID-3 is empty; else None."""
    candidates: dict[str, str] = {}
    for raw in segment.repetitions(3):
        value = segment.part(raw, 1).strip()
        if value and value != NULL and len(value) <= MAXIMUM_IDENTIFIER:
            candidates.setdefault(segment.part(raw, 5).strip().upper(), value)
    for kind in _PREFERRED:
        if kind in candidates:
            return candidates[kind]
    if candidates:
        return next(iter(candidates.values()))
    old = segment.text(2).strip()
    return old if old and old != NULL and len(old) <= MAXIMUM_IDENTIFIER else None


def patient_ids(segment: Segment) -> tuple[str, ...]:
    """Every identifier of PID-3 that names the person, the preferred one first: those of a visit, an account or an
    insurance are not taken, as two persons may share the number."""
    first = patient_id(segment)
    found = [] if first is None else [first]
    for raw in segment.repetitions(3):
        value, kind = segment.part(raw, 1).strip(), segment.part(raw, 5).strip().upper()
        if value and value != NULL and len(value) <= MAXIMUM_IDENTIFIER and kind in _OF_THE_PERSON:
            found.append(value)
    return tuple(dict.fromkeys(found))[:_MAXIMUM_IDS]


def merged_id(segment: Segment) -> str | None:
    """The identifier an MRG segment gives up (MRG-1)."""
    value = segment.text(1).strip()
    return value if value and value != NULL and len(value) <= MAXIMUM_IDENTIFIER else None


def name(segment: Segment) -> str:
    """PID-5 as "Family, Given"; "" when there is none."""
    raw = segment.repetitions(5)[0]
    parts = [segment.part(raw, position).strip() for position in (1, 2)]
    return seen(", ".join(part for part in parts if part and part != NULL)[:MAXIMUM_TEXT]).strip()
