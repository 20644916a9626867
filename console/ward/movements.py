"""What the admissions office tells, as the ward takes it, and what is to be done or asked about it. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from console.ward.patient import Patient


class Event(StrEnum):
    """What has happened to a person, whatever the trigger event was called."""

    ADMIT = "admit"
    TRANSFER = "transfer"
    DISCHARGE = "discharge"
    UPDATE = "update"
    CANCEL_ADMIT = "cancel admit"
    CANCEL_TRANSFER = "cancel transfer"
    CANCEL_DISCHARGE = "cancel discharge"
    MERGE = "merge"


EVENT_OF: dict[str, Event] = {
    "A01": Event.ADMIT,
    "A02": Event.TRANSFER,
    "A03": Event.DISCHARGE,
    "A04": Event.ADMIT,
    "A06": Event.ADMIT,
    "A07": Event.ADMIT,
    "A08": Event.UPDATE,
    "A11": Event.CANCEL_ADMIT,
    "A12": Event.CANCEL_TRANSFER,
    "A13": Event.CANCEL_DISCHARGE,
    "A40": Event.MERGE,
}
"""Trigger events of HL7 v2 (chapter 3). A class change (A06, A07) is an admission where it names a bed of the ward, and
an update of the patient who lies in it already."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is about. ids: the preferred one first, at least one; born: ISO date or ""."""

    ids: tuple[str, ...]
    name: str = ""
    born: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement. bed: of this ward, "" where the location is none of it; elsewhere: a location outside the ward, ""
    where none is named. prior_ids: what a merge gives up. at: UTC, never later than its reception. apply: the word of
    this feed counts; else it is offered."""

    event: Event
    person: Person
    at: datetime
    bed: str = ""
    elsewhere: str = ""
    prior_ids: tuple[str, ...] = ()
    feed: str = ""
    apply: bool = False


@dataclass(frozen=True, slots=True)
class Occupant:
    """Who lies in a bed. watched: why his monitoring must not end without a person ("" when it may): his monitor still
    sends, or an alarm stands or is unanswered."""

    patient: Patient
    watched: str = ""


@dataclass(frozen=True, slots=True)
class WardState:
    """The ward before a movement. beds: every bed, None where nobody lies. newest: when each person (any id, folded)
    was last moved. previous, departed: the bed a person lay in before the last transfer, and before the discharge.
    waiting: movements to a bed that was taken."""

    beds: Mapping[str, Occupant | None]
    newest: Mapping[str, datetime] = field(default_factory=dict)
    previous: Mapping[str, str] = field(default_factory=dict)
    departed: Mapping[str, str] = field(default_factory=dict)
    waiting: tuple[Movement, ...] = ()

    def bed_of(self, ids: tuple[str, ...]) -> str:
        """Where a person lies, "" for nowhere here."""
        for bed, occupant in self.beds.items():
            if occupant is not None and occupant.patient.is_called(ids):
                return bed
        return ""

    def known(self, table: Mapping[str, str], ids: tuple[str, ...]) -> str:
        """The entry of a person in `previous` or `departed`, "" for none."""
        return next((table[key] for key in map(str.casefold, ids) if key in table), "")


# --- what is done ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AdmitTo:
    """Begin a stay."""

    bed: str
    person: Person


@dataclass(frozen=True, slots=True)
class Move:
    """Move stays with everything that belongs to them, all at once: (from, to) of each, so that beds can be swapped."""

    moves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class End:
    """End the stay at a bed. why: a word for the journal, such as "discharged"."""

    bed: str
    why: str = "discharged"


@dataclass(frozen=True, slots=True)
class Update:
    """Write down what is known of the patient at a bed now."""

    bed: str
    person: Person


@dataclass(frozen=True, slots=True)
class Join:
    """Two sets of identifiers are one person: `person` survives. bed: where he lies, "" for nowhere here."""

    bed: str
    person: Person
    prior_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reopen:
    """The stay that ended last goes on, at this bed."""

    bed: str
    person: Person


Step = AdmitTo | Move | End | Update | Join | Reopen


# --- what is asked -----------------------------------------------------------------------------------------------


class Matter(StrEnum):
    """What a question is about. OFFER: a movement that only waits for a press; the others are conflicts."""

    OFFER = "offer"
    TAKEN = "taken"
    WATCHED = "watched"
    PLACE = "place"
    MERGE = "merge"
    CHILD = "child"
    MONITOR = "monitor"


class Answer(StrEnum):
    """What a person may say to a question."""

    ACCEPT = "accept"
    SWAP = "swap"
    REPLACE = "replace"
    FIRST = "first"
    SECOND = "second"
    JOIN = "join"
    KEEP_OUT = "keep out"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer and the words on its button."""

    answer: Answer
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person must settle, shown at `bed` (and at `other_bed`). text: one plain sentence; detail: why it is
    asked. movement: what it came from; at a monitor: seen, the person its feed (`source`) names."""

    id: str
    matter: Matter
    bed: str
    text: str
    detail: str
    choices: tuple[Choice, ...]
    opened_at: datetime
    other_bed: str = ""
    movement: Movement | None = None
    seen: Person | None = None
    source: str = ""

    @property
    def is_offer(self) -> bool:
        """True for a movement that only waits for a press."""
        return self.matter is Matter.OFFER


@dataclass(frozen=True, slots=True)
class Do:
    """To be done as it stands. resolves: movements that waited and are done with it."""

    steps: tuple[Step, ...]
    text: str
    bed: str
    other_bed: str = ""
    resolves: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A person has to settle it."""

    matter: Matter
    bed: str
    text: str
    detail: str
    choices: tuple[Choice, ...]
    other_bed: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing changes. why: for the audit trail."""

    why: str


Outcome = Do | Ask | Nothing
