"""Which bed the values of a message belong to, and when they were measured.

Locations are mapped to beds by the configuration alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from console.acquisition.peers import PeerBeds
from console.alarms.minute_memory import HOURS_BACK
from console.config_hl7 import Hl7ListenerConfig
from console.store.records import Sample
from console.ward.labs import LabResult
from console.ward.occupancy import Occupancy
from drivers.observation import Observation
from hl7.observations import Reading

JUDGED_BACK = timedelta(hours=HOURS_BACK)
"""Values of an older time are stored and judged no more (see console/alarms/retrospect.py)."""

ANOTHER_PATIENT = "another patient"
"""Why a value is put aside: the message names somebody else than the patient admitted to the bed."""

# What NamedTuple does in its own __new__ and _make, without their call: every value of a feed passes here.
_new = tuple.__new__

_NOBODY = Occupancy()
_ANEW = object()


@dataclass(slots=True)
class Brought:
    """What a message brings. places: (location, patient) of its values in turn; unplaced: values of unknown beds;
    foreign: values and alerts for beds that are not the sender's own; old: values of a time that is not judged any
    more, stored only. reused: the control id has stood for another message. labs: laboratory results of admitted
    patients. others: values and alerts of another patient than the one admitted, now or when they were measured; under:
    who was admitted where when it was found."""

    samples: list[Sample] = field(default_factory=list)
    places: list[tuple[str | None, str | None]] = field(default_factory=list)
    unplaced: int = 0
    foreign: int = 0
    old: int = 0
    reused: bool = False
    labs: list[LabResult] = field(default_factory=list)
    others: int = 0
    under: Occupancy = _NOBODY


class Placing:
    """The places of one feed. unknown: told of a location nobody has mapped; foreign: of a sender and a location whose
    bed is not its own; each time it is met."""

    def __init__(
        self,
        config: Hl7ListenerConfig,
        unknown: Callable[[str], None],
        foreign: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._name = config.name
        self._beds = config.beds
        self._owned = PeerBeds(config)
        self._unknown = unknown
        self._foreign = foreign

    def bed(self, location: str | None, sender: str = "") -> str | None:
        """The bed of a location, None for none, for an unknown one, and for one that is not this sender's own."""
        if location is None:
            return None
        bed = self._beds.get(location)
        if bed is None:
            self._unknown(location)
        elif not self._owned.may_speak(sender, location, bed):
            self._foreign(sender, location)
            return None
        return bed

    def may_speak_for(self, sender: str, bed: str) -> bool:
        """Whether a bed is this sender's own, by its name alone, or one of its locations leads there."""
        return self._owned.has_bed(sender, bed)

    def may_ask(self, sender: str, bed: str) -> bool:
        """Whether this sender may be told who lies in a bed: its own, and one the feed has values of."""
        return bed in self._beds.values() and self.may_speak_for(sender, bed)

    def is_foreign(self, location: str | None, sender: str) -> bool:
        """Whether a location leads to a bed that is not this sender's own."""
        bed = self._beds.get(location or "")
        return bed is not None and not self._owned.may_speak(sender, location or "", bed)

    def place(
        self, reading: Reading, received_at: datetime, stamp: float, sender: str = "", under: Occupancy = _NOBODY
    ) -> Brought:
        """The values of known beds as samples, and how many belong to none, to none of this sender's, or to another
        patient than the one admitted."""
        brought = Brought(under=under)
        name, samples = self._name, brought.samples
        at_bed: tuple[str | None, str | None] | None = None
        bed: str | None = None
        foreign = stranger = False
        of: object = _ANEW
        measured, old = received_at, False
        rows = [*reading.observations, *reading.unavailable] if reading.unavailable else reading.observations
        for parameter, value, status, site, device_time, measured_at, location, patient in rows:
            if at_bed is None or location is not at_bed[0] or patient is not at_bed[1]:
                at_bed = location, patient
                bed = self.bed(location, sender)
                foreign = bed is None and self.is_foreign(location, sender)
                brought.places.append(at_bed)
                of = _ANEW
            if bed is None:
                brought.foreign += foreign
                brought.unplaced += not foreign
                continue
            if measured_at is not of:
                of = measured_at
                measured = _measured(measured_at, received_at)
                old = received_at - measured > JUDGED_BACK
                stranger = not (under.takes(bed, patient) and under.takes_back(bed, patient, measured))
            if stranger:
                brought.others += 1
                continue
            if old:
                brought.old += 1
            seen = _new(Observation, (parameter, value, status, name, received_at, measured, stamp, site, device_time))
            samples.append(_new(Sample, (bed, seen)))
        brought.foreign += sum(self.is_foreign(alert.location, sender) for alert in reading.alerts)
        return brought


def _measured(measured_at: datetime | None, received_at: datetime) -> datetime:
    """Without a zone nobody knows when it was; from the future it cannot be. The sender's words stay beside it."""
    if measured_at is None or measured_at.tzinfo is None or measured_at > received_at:
        return received_at
    return measured_at
