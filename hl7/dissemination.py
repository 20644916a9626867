"""IHE PCD-05 (ORA^R41): whom an alarm manager has told of an alarm, and what became of it.

The alarm is named as it was sent: OBR-29 (parent) or OBR-3, else MSA-2 holds the control id of a message of it. Each
PRT segment is one recipient (HL7 v2.8, section 7.4.4): PRT-3 what became of it, PRT-5 the person, PRT-8 the group,
PRT-10 the device, PRT-11 and PRT-12 when, PRT-15 the number called. An ORA^R41 without PRT is a plain acknowledgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from hl7.reader import Message, Segment
from hl7.times import parse_time, to_utc

MOST = 50
"""Recipients read from one message."""

LONGEST = 80


@dataclass(frozen=True, slots=True)
class Dissemination:
    """One recipient of one alarm. alarm_id: "" where the message names none; control_id: MSA-2, that of a message about
    the alarm. status: in small letters, "delivered", "read", "accepted"...; at: None where no time is given."""

    alarm_id: str
    control_id: str
    status: str
    recipient: str
    at: datetime | None


def is_dissemination(message: Message) -> bool:
    """Whether a message reports who was told."""
    return message.kind == ("ORA", "R41") and any(segment.name == "PRT" for segment in message.segments)


def read_dissemination(message: Message, zone: tzinfo | None = None) -> list[Dissemination]:
    """Every recipient of a report, in order; none for another message. zone: of times without one."""
    if not is_dissemination(message):
        return []
    alarm, control_id = "", ""
    found: list[Dissemination] = []
    for segment in message.segments:
        if segment.name == "MSA":
            control_id = segment.text(2).strip()[:LONGEST]
        elif segment.name == "OBR":
            alarm = _alarm(segment)
        elif segment.name == "PRT" and len(found) < MOST:
            found.append(_recipient(segment, alarm, control_id, zone))
    return found


def _alarm(obr: Segment) -> str:
    """Our name of the alarm. A later step is named by the alarm, a dot and its number."""
    parent = obr.text(29, 2).strip()
    return (parent or obr.text(3, 1).strip().partition(".")[0])[:LONGEST]


def _recipient(prt: Segment, alarm: str, control_id: str, zone: tzinfo | None) -> Dissemination:
    status = (prt.text(3, 2).strip() or prt.text(3, 1).strip() or "told").lower()
    person = " ".join(filter(None, (prt.text(5, part).strip() for part in (6, 3, 2)))) or prt.text(5).strip()
    device = _first(prt, (10, 2), (10, 1), (15, 12), (15, 1))
    who = ", ".join(filter(None, (person or prt.text(8).strip(), device)))
    moment = parse_time(prt.text(12)) or parse_time(prt.text(11))
    at = None if moment is None else to_utc(moment, zone, None)
    if at is not None and at.tzinfo is None:
        at = None
    return Dissemination(alarm, control_id, status[:LONGEST], (who or "somebody")[:LONGEST], at)


def _first(segment: Segment, *places: tuple[int, int]) -> str:
    """The first of some components that says anything."""
    return next(filter(None, (segment.text(*place).strip() for place in places)), "")
