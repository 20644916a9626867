"""The one vocabulary of every source: what a bedside device can say, and nothing about how it said it.

`Vital` is one value as a device sent it. `Observation` is the same value once the console has received it, with
the receive time and a monotonic stamp. Neither is ever changed: "no data" is a new Vital whose value is None,
never the last good value carried on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Parameter(StrEnum):
    """Vital-sign parameters, named alike in code, database, exports and HL7; the unit of each stands in `UNITS`."""

    HR = "hr"
    PR = "pr"
    RR = "rr"
    SPO2 = "spo2"
    ETCO2 = "etco2"
    NIBP_SYS = "nibp_sys"
    NIBP_DIA = "nibp_dia"
    NIBP_MEAN = "nibp_mean"
    ART_SYS = "art_sys"
    ART_DIA = "art_dia"
    ART_MEAN = "art_mean"
    TEMP = "temp"
    PERFUSION_INDEX = "perfusion_index"

    # Enum hashes in Python; every value that arrives is looked up by its parameter several times.
    __hash__ = str.__hash__


UNITS: dict[Parameter, str] = {
    Parameter.HR: "/min",
    Parameter.PR: "/min",
    Parameter.RR: "/min",
    Parameter.SPO2: "%",
    Parameter.ETCO2: "mmHg",
    Parameter.NIBP_SYS: "mmHg",
    Parameter.NIBP_DIA: "mmHg",
    Parameter.NIBP_MEAN: "mmHg",
    Parameter.ART_SYS: "mmHg",
    Parameter.ART_DIA: "mmHg",
    Parameter.ART_MEAN: "mmHg",
    Parameter.TEMP: "Cel",
    Parameter.PERFUSION_INDEX: "%",
}
"""Unit of every parameter: UCUM, except `/min` (UCUM `/min`) which is per minute for rates."""


class Status(StrEnum):
    """How far a value may be believed. `UNAVAILABLE` always goes with value None."""

    VALID = "valid"
    QUESTIONABLE = "questionable"
    UNAVAILABLE = "unavailable"

    # See Parameter.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Vital:
    """One parameter as a device reported it.

    value: in the unit of `UNITS[parameter]`, or None exactly when status is UNAVAILABLE.
    site: the site or label the device gives ("T1", "axilla", "ECG-II"), or None.
    device_time: the device's own clock; naive when the device names no zone, None when it gives no time.
    repeat: True when the device sends a spot reading (a cuff inflation) that was already reported on this link again:
    not a new measurement, so it must not make the reading look younger.
    age_s: seconds since the measurement of a spot reading, where the device tells its age, or its time and what its
    own clock shows now; else None.
    Raises ValueError when value and status contradict each other.
    """

    parameter: Parameter
    value: float | None
    status: Status = Status.VALID
    site: str | None = None
    device_time: datetime | None = None
    repeat: bool = False
    age_s: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) != (self.status is Status.UNAVAILABLE):
            raise ValueError(f"{self.parameter}: value {self.value!r} does not go with status {self.status}")


class Observation(NamedTuple):
    """A Vital as the console received it. A named tuple, as every value of the ward passes here: a frozen dataclass
    takes three times as long to make.

    source: the name of the configured source or feed.
    received_at: UTC, aware. measured_at: UTC, aware; the time the value belongs to (a cuff reading resent every
    minute keeps the time of its inflation), equal to received_at for a live stream.
    stamp: engine time of reception in seconds (see console.clock); it never steps, ages are judged by it alone.
    """

    parameter: Parameter
    value: float | None
    status: Status
    source: str
    received_at: datetime
    measured_at: datetime
    stamp: float
    site: str | None = None
    device_time: datetime | None = None


class AlertPriority(StrEnum):
    """Priority a device gives its own alert, after IEC 60601-1-8; NONE where it names none."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class DeviceAlert:
    """An alarm or message of the device itself, shown as "device reported", never mixed with our own alarms.

    code: short and stable within a driver ("sensor_off", "spo2_low"); text: as the device words it, or the
    documented meaning of its bit, plain text. active False says that it has ended.
    parameter: the parameter it speaks of, or None. Of an alarm that comes as a message: instance tells two of one
    code apart ("" where the sender does not); phase is the sender's word ("start", "continue", "end", ...), "" for
    none; latched: its cause is over and the device still holds it, or will hold it.
    """

    code: str
    text: str
    active: bool = True
    priority: AlertPriority = AlertPriority.NONE
    parameter: Parameter | None = None
    instance: str = ""
    phase: str = ""
    latched: bool = False
