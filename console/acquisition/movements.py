"""A movement as a feed has read it, in the words of the ward: beds of the configuration instead of locations."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from console.config_hl7 import Hl7ListenerConfig
from console.ward.movements import EVENT_OF, Movement, Person
from hl7.admissions import Movement as ReadMovement
from hl7.admissions import read_movements
from hl7.reader import Message


def movements_of(message: Message, config: Hl7ListenerConfig, received_at: datetime) -> list[Movement]:
    """What an ADT message says of people; nothing for other messages, nor where it does not say of whom."""
    zone = ZoneInfo(config.timezone) if config.timezone else None
    found = (_of_the_ward(read, config, received_at) for read in read_movements(message, [], zone, received_at))
    return [movement for movement in found if movement is not None]


def _of_the_ward(read: ReadMovement, config: Hl7ListenerConfig, received_at: datetime) -> Movement | None:
    event = EVENT_OF.get(read.event)
    if event is None or read.patient_id is None:
        return None
    bed = config.beds.get(read.location or "", "")
    # A moment of the future would make every later movement of this person look old.
    at = received_at if read.at is None or read.at.tzinfo is None else min(read.at, received_at)
    return Movement(
        event,
        Person(read.patient_ids, read.name, read.born, read.sex),
        at,
        bed,
        "" if bed else read.location or "",
        (read.prior_patient_id,) if read.prior_patient_id else (),
        config.name,
        config.admissions == "apply",
    )
