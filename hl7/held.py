"""Who is at the other end of a connection, for the dialect that says it once and then never again (Mindray PDS).

A PDS monitor names patient and bed in a message of class 103; the values (204, 503) and alarms (54, 56) that follow on
the same connection name neither.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from hl7.alerts import PDS_PATIENT, pds_class
from hl7.place import location, patient_id
from hl7.reader import Message

MAXIMUM_CONNECTIONS = 1024


@dataclass(frozen=True, slots=True)
class Held:
    """What a connection said last. location, patient_id: as in `hl7.place`, None where it named none."""

    location: str | None = None
    patient_id: str | None = None


NOTHING = Held()


class HeldPatients:
    """The patients of the connections of one feed; the longest silent is forgotten beyond MAXIMUM_CONNECTIONS.

    A connection is a number that is never used again: an address and port may come back with another monitor.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[int, Held] = OrderedDict()

    def of(self, connection: int, message: Message) -> Held:
        """What holds for a message of this connection: NOTHING unless it is of the PDS dialect.

        A message of class 103 replaces all that was held, also by nothing: a bed without patient says so in it.
        """
        kind = pds_class(message)
        if not kind:
            return NOTHING
        if kind == PDS_PATIENT:
            self._held[connection] = _named(message)
            while len(self._held) > MAXIMUM_CONNECTIONS:
                self._held.popitem(last=False)
        if connection in self._held:
            self._held.move_to_end(connection)
        return self._held.get(connection, NOTHING)


def _named(message: Message) -> Held:
    patients, visits = message.all("PID"), message.all("PV1")
    if len(patients) > 1 or len(visits) > 1 or message.damaged or message.processing_id not in ("P", ""):
        return NOTHING
    return Held(location(visits[0]) if visits else None, patient_id(patients[0]) if patients else None)
