"""Reports of who was told of an alarm (IHE PCD-05), as they are kept with the alarm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from console.store.records import Told
from hl7.dissemination import read_dissemination
from hl7.reader import Message


def told_of(
    message: Message, manager: str, zone: tzinfo | None, received_at: datetime, alarm_of: Callable[[str], str]
) -> list[Told]:
    """Every recipient a report names. alarm_of: the alarm of a control id, for reports that name the message alone.

    A report without a time of its own has that of its arrival.
    """
    return [
        Told(
            found.alarm_id or alarm_of(found.control_id),
            found.at or received_at,
            found.status,
            found.recipient,
            manager,
        )
        for found in read_dissemination(message, zone)
    ]
