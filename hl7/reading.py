"""What a message says of vital signs: plain records, made by `hl7.observations`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from drivers.observation import Parameter, Status, Vital
from hl7.alerts import ReadAlert
from hl7.reader import Segment


class ReadObservation(NamedTuple):
    """One value and what it belongs to; the first five as in `drivers.observation.Vital`.

    measured_at: aware UTC; naive when neither message nor feed names a zone; None when the message holds no time,
    so that the receive time stands for it. location, patient_id: None where the message names none.
    """

    parameter: Parameter
    value: float | None
    status: Status
    site: str | None
    device_time: datetime | None
    measured_at: datetime | None
    location: str | None
    patient_id: str | None

    @property
    def vital(self) -> Vital:
        """The value by itself."""
        return Vital(self.parameter, self.value, self.status, self.site, self.device_time)


class Quarantined(NamedTuple):
    """A value that was put aside. code, label: OBX-3.1 and 3.2; value: OBX-5, shortened; reason: fit for counting.
    sent, name: number and name of OBX-3 as the tables are asked for them; unit: OBX-6 as sent, its text first."""

    code: str
    label: str
    value: str
    reason: str
    location: str | None = None
    sent: str = ""
    name: str = ""
    unit: str = ""


@dataclass(slots=True)
class Reading:
    """What a message says.

    observations: to be charted. unavailable: the device says that it has no value (empty, or a number that means
    so): status UNAVAILABLE, so that an older value is not taken for the present one. skipped: rows that are no
    measurement (device tree, waveforms, attributes, texts). laboratory: rows that are results of the laboratory, for
    `hl7.labs`. demo: a row is marked as demonstration. production: MSH-11 is P or empty. heartbeat: a sign of life and
    nothing else. patient_id, location: the first named.
    """

    observations: list[ReadObservation] = field(default_factory=list)
    unavailable: list[ReadObservation] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    alerts: list[ReadAlert] = field(default_factory=list)
    skipped: int = 0
    laboratory: list[Segment] = field(default_factory=list)
    demo: bool = False
    production: bool = True
    heartbeat: bool = False
    patient_id: str | None = None
    location: str | None = None
    flags: list[str] = field(default_factory=list)
