"""What reaches the engine: frozen items in one queue, handled in the order they came."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from console.engine.plan import WardPlan
from console.link.commands import Ask
from console.store.records import Sample, Trend
from console.ward.labs import LabResult
from console.ward.movements import Movement
from console.ward.occupancy import Occupancy
from drivers.observation import DeviceAlert


@dataclass(frozen=True, slots=True)
class Samples:
    """Values from one source. stored: they are durable already (an HL7 message), only to be shown and judged. under:
    who was admitted where when a feed placed them; None for a source whose values name nobody."""

    samples: tuple[Sample, ...]
    stored: bool = False
    under: Occupancy | None = None


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """An alert of a device at a bed. stamp: engine time of reception. steps: see `ReportedAlerts.take`."""

    bed: str
    source: str
    alert: DeviceAlert
    stamp: float
    steps: bool = False


@dataclass(frozen=True, slots=True)
class PatientSeen:
    """A patient that a feed names for a bed: offered for admission, never adopted. source: the feed; it tells anew
    every few seconds while he is not the one admitted there. name: as the feed words it, "" for none."""

    bed: str
    patient_id: str
    source: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement that the admissions office has told. done: ends when what it changes is durable, or with the error
    that stopped it; its message is answered only then, so that none is lost between the two."""

    movement: Movement
    done: Future[None] = field(default_factory=Future, compare=False)


@dataclass(frozen=True, slots=True)
class LabsArrived:
    """Laboratory results of admitted patients, durable already."""

    results: tuple[LabResult, ...]


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Something a person should know of a source, for the audit trail: a new unknown location, a refused peer."""

    source: str
    act: str
    detail: str


@dataclass(frozen=True, slots=True)
class TrendRead:
    """The stored hours before the start of one bed, for the trend on its tile."""

    bed: str
    trend: Trend


@dataclass(frozen=True, slots=True)
class Replan:
    """The ward is another one from now on: beds and sources have been added, removed or changed by a person.

    rebound: (bed, source) of every source whose values of before are no longer to be shown at that bed, because it has
    left or leads to another device. reason: for the journal, such as "source 'bed 1 oximeter' was removed". done: ""
    when it is in force, else the sentence why nothing was changed.
    """

    plan: WardPlan
    rebound: tuple[tuple[str, str], ...]
    by: str
    reason: str
    done: Future[str]


Item = Samples | DeviceReport | PatientSeen | LabsArrived | Moved | SourceNote | TrendRead | Replan | Ask
