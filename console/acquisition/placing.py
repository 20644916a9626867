"""Which bed the values of a message belong to, and when they were measured.

Locations are mapped to beds by the configuration alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from console.alarms.minute_memory import HOURS_BACK
from console.config_hl7 import Hl7ListenerConfig
from console.store.records import Sample
from drivers.observation import Observation
from hl7.observations import Reading

JUDGED_BACK = timedelta(hours=HOURS_BACK)
"""Values of an older time are stored and judged no more (see console/alarms/retrospect.py)."""

# What NamedTuple does in its own __new__ and _make, without their call: every value of a feed passes here.
_new = tuple.__new__


@dataclass(slots=True)
class Brought:
    """What a message brings. places: (location, patient) of its values in turn; unplaced: values of unknown beds;
    old: values of a time that is not judged any more, stored only."""

    samples: list[Sample] = field(default_factory=list)
    places: list[tuple[str | None, str | None]] = field(default_factory=list)
    unplaced: int = 0
    old: int = 0


class Placing:
    """The places of one feed. unknown: told of a location nobody has mapped, each time it is met."""

    def __init__(self, config: Hl7ListenerConfig, unknown: Callable[[str], None]) -> None:
        self._name = config.name
        self._beds = config.beds
        self._unknown = unknown

    def bed(self, location: str | None) -> str | None:
        """The bed of a location, None for none and for an unknown one."""
        if location is None:
            return None
        bed = self._beds.get(location)
        if bed is None:
            self._unknown(location)
        return bed

    def place(self, reading: Reading, received_at: datetime, stamp: float) -> Brought:
        """The values of known beds as samples, and how many belong to none."""
        brought = Brought()
        name, samples = self._name, brought.samples
        at_bed: tuple[str | None, str | None] | None = None
        bed: str | None = None
        of: datetime | None = None
        measured, old = received_at, False
        rows = [*reading.observations, *reading.unavailable] if reading.unavailable else reading.observations
        for parameter, value, status, site, device_time, measured_at, location, patient in rows:
            if at_bed is None or location is not at_bed[0] or patient is not at_bed[1]:
                at_bed = location, patient
                bed = self.bed(location)
                brought.places.append(at_bed)
            if bed is None:
                brought.unplaced += 1
                continue
            if measured_at is not of:
                of = measured_at
                measured = _measured(measured_at, received_at)
                old = received_at - measured > JUDGED_BACK
            if old:
                brought.old += 1
            seen = _new(Observation, (parameter, value, status, name, received_at, measured, stamp, site, device_time))
            samples.append(_new(Sample, (bed, seen)))
        return brought


def _measured(measured_at: datetime | None, received_at: datetime) -> datetime:
    """Without a zone nobody knows when it was; from the future it cannot be. The sender's words stay beside it."""
    if measured_at is None or measured_at.tzinfo is None or measured_at > received_at:
        return received_at
    return measured_at
