"""What the store takes and gives, free of SQL: plain frozen records and numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from console.alarms.alarm import Acknowledgement, Alarm, Presence, Transition
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.credentials import SecretKind
from console.ward.labs import LabResult
from console.ward.limits import OwnLimits
from console.ward.lockout import Tries
from console.ward.patient import Patient
from console.ward.people import Person, Role
from console.ward.pump_card import PumpCard
from drivers.observation import Observation, Parameter


class Sample(NamedTuple):
    """An observation on its way to the archive, under the bed it belongs to."""

    bed: str
    observation: Observation


@dataclass(frozen=True, slots=True)
class Series:
    """One parameter of a trend. times: POSIX seconds UTC, float64, increasing; values: float64 of the same length,
    NaN where the device said "no data"; questionable: bool of the same length."""

    parameter: Parameter
    times: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    questionable: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StaySpan:
    """Who lay in a bed from when to when (UTC; end None: still there). ids: every number of the person."""

    ids: tuple[str, ...]
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Stored values of one bed, and the alarms and charted entries that touch the span (times UTC). stays: who lay
    there in the span, oldest first, None where that was not looked up; labs: what stands of the results of specimens
    that were taken from them in it."""

    bed: str
    start: datetime
    end: datetime
    series: dict[Parameter, Series] = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()
    pump_events: tuple[PumpEvent, ...] = ()
    findings: tuple[NurseObservation, ...] = ()
    stays: tuple[StaySpan, ...] | None = None
    labs: tuple[LabResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody an alarm manager has told of one of our alarms. at: UTC; status: its word, "read"; recipient: a person
    or a device in plain words; manager: who says so. control_id: of a message about the alarm, for a report that names
    that alone (its alarm_id is ""); not kept.
    """

    alarm_id: str
    at: datetime
    status: str
    recipient: str
    manager: str = ""
    control_id: str = ""


LONGEST_NOTE = 1_000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class AlarmNote:
    """What a person has written to an alarm. at: UTC."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class AlarmRecord:
    """One alarm as the history shows it: its newest state and (in its story, not on a page) every transition, oldest
    first. told: who was told of it by an alarm manager, oldest first. notes: oldest first. answer: the first
    acknowledgement since it last stepped up that was not taken back, also when its sound has returned since;
    response_s: how long it had called by then."""

    alarm: Alarm
    transitions: tuple[Transition, ...] = ()
    told: tuple[Told, ...] = ()
    notes: tuple[AlarmNote, ...] = ()
    answer: Acknowledgement | None = None
    response_s: float | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the history. total: alarms that match the filter in all, None where they were not to be counted."""

    rows: tuple[AlarmRecord, ...]
    offset: int
    total: int | None


@dataclass(frozen=True, slots=True)
class HistoryFigures:
    """Figures over everything that matches a filter: alarms in all, median seconds for which high and medium alarms
    called until they were answered (None when nobody answered any), the longest time a medium or high alarm stood
    unanswered, the share of technical alarms (0-1), and how many limit alarms lasted under 30 s.
    by_hour: (hour start UTC, low, medium, high)."""

    total: int
    median_response_high_s: float | None = None
    median_response_medium_s: float | None = None
    longest_unanswered_s: float | None = None
    technical_share: float = 0.0
    short_limit_alarms: int = 0
    by_hour: tuple[tuple[datetime, int, int, int], ...] = ()
    by_bed: tuple[tuple[str, int], ...] = ()


class ReceiptOutcome(StrEnum):
    """What became of an HL7 message."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    ERROR = "error"
    REJECTED = "rejected"


class Receipt(NamedTuple):
    """One HL7 message taken in. key: sender + control id + content hash, unique; raw: the message bytes, kept."""

    key: str
    feed: str
    peer: str
    control_id: str
    message_type: str
    received_at: datetime
    outcome: ReceiptOutcome
    reason: str
    raw: bytes


MESSAGES_OF_A_PAGE = 100


class Taken(StrEnum):
    """Which stored messages: by what became of them when they came."""

    ALL = "all"
    CHARTED = "taken whole"
    PUT_ASIDE = "taken, something put aside"
    NOT_TAKEN = "not taken"


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """feed: its name, "" for all; peer: a part of the address; text: a part of the message, its type, its control id or
    what became of it, whatever the case; "" for all."""

    feed: str = ""
    taken: Taken = Taken.ALL
    peer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A stored message. number: by which it is asked for, larger for later ones. outcome, reason: what became of it
    when it came. kept: its bytes are still there."""

    number: int
    feed: str
    peer: str
    control_id: str
    message_type: str
    received_at: datetime
    outcome: str
    reason: str
    kept: bool


@dataclass(frozen=True, slots=True)
class MessagePage:
    """rows: newest first. before: from where the search goes on, None when there is nothing older. looked_at: messages
    gone through for this page; when there are fewer rows than a page although `before` is given, the search has paused.
    """

    rows: tuple[MessageRow, ...]
    before: int | None
    looked_at: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of a person or of the system. at: UTC; by: name of the person, or "system". bed: "" for an act that is
    about none. station: the computer it was done at, "" for the one whose store is given the entry. before, after: old
    and new value in plain words where something changed; detail: what else is to be said."""

    at: datetime
    by: str
    act: str
    bed: str = ""
    detail: str = ""
    station: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """An open stay: the admitted patient with what has been charted, as restored at start. pump_cards: oldest first;
    labs: what stands of them, newest specimen first; ended_at: when he left, None while he is there."""

    patient: Patient
    pump_events: tuple[PumpEvent, ...] = ()
    findings: tuple[NurseObservation, ...] = ()
    limits: OwnLimits = field(default_factory=OwnLimits)
    pump_cards: tuple[PumpCard, ...] = ()
    labs: tuple[LabResult, ...] = ()
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Somebody who may sign in, as he is kept. secret: the hash alone; it is left out of every text of this record.
    signed_in_at, signed_in_where: the last time (UTC), and the station; None and "" for never."""

    name: str
    roles: frozenset[Role]
    secret: str = field(repr=False)
    kind: SecretKind
    disabled: bool = False
    tries: Tries = field(default_factory=Tries)
    signed_in_at: datetime | None = None
    signed_in_where: str = ""

    @property
    def person(self) -> Person:
        """As the screens know him."""
        return Person(self.name, self.roles, self.disabled)


class Doer(NamedTuple):
    """Who changes something about people, when (UTC), and at which station."""

    by: str
    at: datetime
    station: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What the engine needs to go on after a restart: open stays, alarms that are not over, and the steps of pattern
    alarms that stood within the last hours, oldest first. ended: stays that ended lately, newest first."""

    stays: tuple[Stay, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    pattern_steps: tuple[Transition, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    ended: tuple[Stay, ...] = ()


MOST_IDS = 2_000
"""Alarms a filter names one by one, at most."""


class HistoryState(StrEnum):
    """Where an alarm stands in its life, as the history shows it."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    UNSEEN = "ended, not seen"
    ENDED = "ended"


def state_of(alarm: Alarm) -> HistoryState:
    """The state of an alarm; acknowledged: its condition is still there."""
    if alarm.presence is Presence.LATCHED:
        return HistoryState.UNSEEN
    if alarm.presence is Presence.ENDED:
        return HistoryState.ENDED
    return HistoryState.ACTIVE if alarm.acknowledged is None else HistoryState.ACKNOWLEDGED


class Sort(StrEnum):
    """By what alarms are listed. LASTED and RESPONSE: what has no end yet is the longest of all."""

    RAISED = "raised"
    BED = "bed"
    PRIORITY = "priority"
    LASTED = "lasted"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which alarms, and in which order: times UTC (None = open), beds, kinds, priorities, stages (of patterns, the
    highest reached) and states by their words (empty = all). not_seen_only: never acknowledged at all. unanswered: not
    since it last stepped up. patient: a hospital number; answered_by: a name. search: a part of what the alarm is
    called, why it was answered, a note to it, the patient's number or name, whatever the case.

    descending: the newest first, also among alarms that are alike in `sort`; ascending is the exact reverse.
    ids: these alarms alone, at most MOST_IDS (empty = all). key: of one condition, "" for all. demo: False for none of
    invented values, True for them alone, None for both.
    """

    start: datetime | None = None
    end: datetime | None = None
    beds: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    not_seen_only: bool = False
    ids: tuple[str, ...] = ()
    key: str = ""
    demo: bool | None = None
    patient: str = ""
    stages: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    answered_by: str = ""
    unanswered: bool = False
    search: str = ""
    sort: Sort = Sort.RAISED
    descending: bool = True
