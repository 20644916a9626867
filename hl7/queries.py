"""Questions for the demographics of a patient, by bed or by number: QBP^ZV1 (IHE ITI-22) and QRY^A19.

Only exact questions are taken: one number, one bed, or both. Whoever asks for names or for everybody is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from hl7.place import NULL, location
from hl7.reader import MAXIMUM_IDENTIFIER, Message, Segment

NEITHER = "the query names neither a patient nor a bed"
IMMEDIATE = "only immediate answers are given"
NOT_PRODUCTION = "only production queries are answered"
DAMAGED = "the query is damaged"

_PARAMETER = re.compile(r"@?(PID|PV1)\.(\d+)(?:\.(\d+))?(?:\.1)?", re.IGNORECASE)
# Assigning authority and facility say whose number or bed it is; ours have none to compare them with.
_PASSED_OVER = frozenset({("PID", 3, 4), ("PID", 3, 5), ("PV1", 3, 4)})


class QueryKind(StrEnum):
    """Which question; its value is MSH-9 in short."""

    VISIT = "QBP^ZV1"
    ADT = "QRY^A19"


_KINDS = frozenset(QueryKind)


@dataclass(frozen=True, slots=True)
class Query:
    """One question. tag: what the answer must repeat (QPD-2 or QRD-4). location as in `hl7.place`. refusal: why it
    cannot be answered, "" where it can: then patient_id, location or both are there, and both must be met."""

    kind: QueryKind
    tag: str
    patient_id: str = ""
    location: str = ""
    refusal: str = ""


def read_query(message: Message) -> Query | None:
    """The question of a message; None for a message that is none of these two."""
    if message.message_type not in _KINDS:
        return None
    kind = QueryKind(message.message_type)
    found = _visit(message) if kind is QueryKind.VISIT else _adt(message)
    if found.refusal:
        return found
    if message.processing_id not in ("P", ""):
        return Query(kind, found.tag, refusal=NOT_PRODUCTION)
    if any(segment.damaged for segment in message.segments):
        return Query(kind, found.tag, refusal=DAMAGED)
    longest = max(len(found.patient_id), len(found.location))
    if not (found.patient_id or found.location) or longest > MAXIMUM_IDENTIFIER:
        return Query(kind, found.tag, refusal=NEITHER)
    return found


def _visit(message: Message) -> Query:
    """QPD-3: repetitions of "@PID.3.1^10003" and "@PV1.3.3^5"."""
    definition, control = message.first("QPD"), message.first("RCP")
    if definition is None:
        return Query(QueryKind.VISIT, "", refusal=NEITHER)
    tag = definition.text(2)
    if control is not None and control.text(1).strip().upper() not in ("I", ""):
        return Query(QueryKind.VISIT, tag, refusal=IMMEDIATE)
    number, place = "", ["", "", ""]
    for raw in definition.repetitions(3):
        name, value = definition.part(raw, 1).strip(), definition.part(raw, 2).strip()
        if not name and not value:
            continue
        match = _PARAMETER.fullmatch(name)
        asked = (match[1].upper(), int(match[2]), int(match[3] or 1)) if match else None
        if asked == ("PID", 3, 1):
            number = value
        elif asked is not None and asked[:2] == ("PV1", 3) and asked[2] in (1, 2, 3):
            place[asked[2] - 1] = value
        elif asked not in _PASSED_OVER:
            return Query(QueryKind.VISIT, tag, refusal=f"a query by {name[:20] or 'nothing'} is not answered")
    return Query(QueryKind.VISIT, tag, number, "^".join(place).rstrip("^"))


def _adt(message: Message) -> Query:
    """QRD-8: the number; a PV1 segment, which some monitors add, names the bed."""
    definition = message.first("QRD")
    if definition is None:
        return Query(QueryKind.ADT, "", refusal=NEITHER)
    tag = definition.text(4)
    if definition.text(3).strip().upper() not in ("I", ""):
        return Query(QueryKind.ADT, tag, refusal=IMMEDIATE)
    wanted = _given(definition, 9).upper()
    if wanted not in ("DEM", ""):
        return Query(QueryKind.ADT, tag, refusal=f"a query for {wanted[:20]} is not answered")
    if len(definition.repetitions(8)) > 1:
        return Query(QueryKind.ADT, tag, refusal="one patient at a time is asked for")
    visit = message.first("PV1")
    return Query(QueryKind.ADT, tag, _given(definition, 8), (location(visit) if visit else None) or "")


def _given(segment: Segment, number: int) -> str:
    text = segment.text(number).strip()
    return "" if text == NULL else text
