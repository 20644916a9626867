"""The words of the alarm system: priorities, stages, reasons, alarms and their transitions.

An `Alarm` is one occurrence, from onset to its end. It is never changed: every step of its life is a new Alarm of
the same id with a higher version, wrapped in the `Transition` that led to it. Terms after IEC 60601-1-8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from drivers.observation import Parameter


class Priority(IntEnum):
    """IEC 60601-1-8 priority; `word` is the name used in configuration, exports and replay output."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """low, medium or high."""
        return self.name.lower()


class Stage(IntEnum):
    """Stage of a pattern (clinical/detectors.md): emergency is high, warning medium, watch low priority."""

    NONE = 0
    WATCH = 1
    WARNING = 2
    EMERGENCY = 3

    @property
    def word(self) -> str:
        """none, watch, warning or emergency."""
        return self.name.lower()


STAGE_PRIORITY: dict[Stage, Priority] = {
    Stage.WATCH: Priority.LOW,
    Stage.WARNING: Priority.MEDIUM,
    Stage.EMERGENCY: Priority.HIGH,
}


class Kind(StrEnum):
    """What raised the alarm; the first two are the patterns."""

    WITHDRAWAL = "withdrawal"
    OVERDOSE = "overdose"
    LIMIT = "limit"
    TECHNICAL = "technical"

    @property
    def is_pattern(self) -> bool:
        """True for the two multi-parameter patterns."""
        return self in (Kind.WITHDRAWAL, Kind.OVERDOSE)


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of "why": what contributed, as judged.

    channel: "hr", "rr", "spo2", "etco2", "temp", "bp_high", "bp_low", "finding", "pump", "rule" ...
    text: plain words; value and baseline in the display unit of the channel, None where there is none. note: what
    else is to be said of it; fresh False: the value is stale or was put aside.
    """

    channel: str
    text: str
    value: float | None = None
    baseline: float | None = None
    points: int = 0
    note: str = ""
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """An alarm condition as a detector sees it now; the life cycle turns a stream of these into alarms.

    key: identifies the condition at its bed: "withdrawal", "overdose", "limit:hr:high", "technical:no_data:<source>".
    stage is NONE for limits and technical conditions. parameters: the members, framed on the tile.
    points: pattern score, 0 otherwise. advice: what to do, or what else it could be. against: what was weighed and gave
    no point. held: nothing fresh speaks for or against it since `refreshed_at` (UTC, None where nothing is known).
    """

    key: str
    kind: Kind
    priority: Priority
    text: str
    stage: Stage = Stage.NONE
    detail: str = ""
    advice: str = ""
    parameters: tuple[Parameter, ...] = ()
    points: int = 0
    reasons: tuple[Reason, ...] = ()
    held: bool = False
    against: tuple[Reason, ...] = ()
    refreshed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A condition as it stood when its stage, or its priority, rose: never changed afterwards. at: UTC of the rise."""

    at: datetime
    condition: Condition


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who answered the alarm, when (UTC) and why."""

    by: str
    at: datetime
    reason: str = ""


class Presence(StrEnum):
    """ACTIVE: the condition is there. LATCHED: it ended and nobody has acknowledged. ENDED: over."""

    ACTIVE = "active"
    LATCHED = "latched"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One occurrence of an alarm. id is unique for ever; version grows with every transition.

    bed: "" for an alarm of the console itself. raised_at: UTC of the onset; stepped_at: UTC of the last change of
    priority upward (equal to raised_at before); since: engine time of stepped_at, for the age on screen.
    A member limit alarm of a sounding pattern alarm has sounding False: shown, logged, not sounded.
    called: engine time from which it has called without an answer, None for `since`; unanswered: how many steps of
    escalation it has reached since then. accounts: its reasons as they were at the latest rise to each stage (of a
    limit or technical alarm: to each priority), oldest first, so three at most.
    """

    id: str
    version: int
    bed: str
    patient_id: str
    condition: Condition
    raised_at: datetime
    stepped_at: datetime
    since: float
    presence: Presence = Presence.ACTIVE
    ended_at: datetime | None = None
    acknowledged: Acknowledgement | None = None
    highest: Priority = Priority.LOW
    sounding: bool = True
    demo: bool = False
    called: float | None = None
    unanswered: int = 0
    accounts: tuple[Account, ...] = ()

    def with_account(self, at: datetime) -> Alarm:
        """The alarm with its condition of this moment kept as the account of its stage."""
        now = self.condition
        others = (a for a in self.accounts if (a.condition.stage, a.condition.priority) != (now.stage, now.priority))
        return replace(self, accounts=(*others, Account(at, now)))

    @property
    def priority(self) -> Priority:
        """Priority now; a latched alarm keeps that of the moment its condition ended."""
        return self.condition.priority


class Change(StrEnum):
    """What happened to an alarm; the first four are also the events of the replay output."""

    ONSET = "onset"
    ESCALATE = "escalate"
    DEESCALATE = "deescalate"
    CLEAR = "clear"
    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    RESOUND = "resound"
    UPDATE = "update"
    RESTORE = "restore"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Transition:
    """One step in the life of an alarm, in the order it happened. at: UTC; stamp: engine time in seconds.

    before: priority and stage before the step (LOW/NONE at onset, where they mean nothing).
    """

    alarm: Alarm
    change: Change
    at: datetime
    stamp: float
    stage_before: Stage = Stage.NONE
    by: str = ""
