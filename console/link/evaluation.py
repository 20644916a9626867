"""How a screen asks what changed thresholds would have done on the ward's own last days, and puts them into force.

A screen calls these from its own thread; nothing here blocks. A run goes on beside the ward, and is looked at again
and again through its view.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from console.alarms.alarm import Kind, Stage
from console.link.commands import Reply

DAYS = (1, 3, 7, 14)
"""Spans that can be looked at; more would take hours beside a running ward."""

FEW_DAYS = 6.0
"""Patient-days below which a rate cannot be judged: not one episode in n days does not rule out 3/n a day (rule of
three, Hanley and Lippman-Hand, JAMA 1983;249:1743), and 0.5 a day is what the withdrawal warning is meant to keep."""

MOST_DIFFERENCES = 400
"""Differences a result carries, those of the highest stages first; the others are counted."""


class Role(StrEnum):
    """Who may change a threshold; told by the person, and written in the audit trail."""

    CHARGE_NURSE = "charge nurse"
    ENGINEER = "biomedical engineer"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One threshold. key: as in the configuration, "withdrawal.hr.one". shipped: the default. in_force: what the alarms
    run with. written: what the configuration file says, in force from the next start. allowed: the range in words.
    remark: where the number comes from, as it stands beside it."""

    key: str
    shipped: Any
    in_force: Any
    written: Any
    allowed: str = ""
    remark: str = ""

    @property
    def section(self) -> str:
        """All but the last part of the key."""
        return self.key.rpartition(".")[0] or self.key

    @property
    def waits(self) -> bool:
        """True when the next start brings another value into force."""
        return bool(self.written != self.in_force)

    @property
    def own(self) -> bool:
        """True when the site's value is another than the shipped one, now or from the next start on."""
        return bool(self.in_force != self.shipped or self.written != self.shipped)


@dataclass(frozen=True, slots=True)
class Checked:
    """Proposed values as read. changes: what differs from the file, by key; faults: a sentence for each key that cannot
    be used, under "" what is wrong with several together."""

    changes: Mapping[str, Any]
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """What to run. changes: thresholds by key, laid over those of the file. beds: () for all. simulated: count invented
    patients too."""

    changes: Mapping[str, Any]
    start: datetime
    end: datetime
    beds: tuple[str, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """Episodes and time of one level in both runs. kind: withdrawal, overdose, limits or news2; level: stage, priority
    or score. present: with the thresholds in force; proposed: with those asked about. seconds: at this level or above.
    to_stage_s: median time from the beginning of a pattern to this stage, None where it was never reached."""

    kind: str
    level: str
    present: int
    proposed: int
    present_s: float
    proposed_s: float
    present_to_stage_s: float | None = None
    proposed_to_stage_s: float | None = None


class Shift(StrEnum):
    """What would have become of an episode."""

    LOST = "lost"
    LATER = "later"
    EARLIER = "earlier"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Difference:
    """One episode that would have been another. at: when it reached the stage with the thresholds in force (of a new
    one: with those proposed). minutes: by which it comes later or earlier. acted_on: who acted on the alarm of that
    time, in words, "" when nobody did."""

    shift: Shift
    bed: str
    patient_id: str
    patient: str
    kind: Kind
    stage: Stage
    at: datetime
    minutes: float = 0.0
    acted_on: str = ""

    @property
    def costs(self) -> bool:
        """True when an alarm that people acted on would have come later or not at all."""
        return bool(self.acted_on) and self.shift in (Shift.LOST, Shift.LATER)


@dataclass(frozen=True, slots=True)
class Result:
    """Both runs side by side. patient_days: time with vital signs of admitted patients, in days. more: differences left
    out. acted_elsewhere: alarms people acted on that the run with the thresholds in force did not raise again."""

    start: datetime
    end: datetime
    patients: int
    patient_days: float
    values: int
    loads: tuple[Load, ...]
    differences: tuple[Difference, ...]
    more: int = 0
    acted_elsewhere: int = 0

    @property
    def few(self) -> bool:
        """Too little to judge a rate by."""
        return self.patient_days < FEW_DAYS


@dataclass(frozen=True, slots=True)
class RunView:
    """How far a run has come. progress: 0 to 1. doing: what is read now. error: why it ended without a result, in one
    plain sentence. A run that was cancelled is done and has neither result nor error."""

    done: bool
    progress: float
    doing: str = ""
    error: str = ""
    result: Result | None = None


class Run(Protocol):
    """One evaluation under way."""

    def view(self) -> RunView:
        """How far it has come."""
        ...

    def cancel(self) -> None:
        """End it; returns at once, may be called twice."""
        ...


class Evaluation(Protocol):
    """The evaluation of one station."""

    def thresholds(self) -> tuple[Threshold, ...]:
        """Every threshold: both detectors and the single limits first, then what the detectors share."""
        ...

    def check(self, texts: Mapping[str, str]) -> Checked:
        """Read proposed values as written by a person (as in TOML), and check them like the configuration."""
        ...

    def start(self, question: Question) -> Run:
        """Run the stored days beside the ward. One at a time: one that is under way is cancelled."""
        ...

    def put_into_force(self, changes: Mapping[str, Any], by: str, role: Role, reason: str) -> Future[Reply]:
        """Write thresholds to the configuration file, audited first; in force from the next start. Refused, in one
        plain sentence, unless exactly these have been evaluated since the file was last changed."""
        ...
