"""What the movements of patients change in the record: plain records, written together in one durable commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.store.records import AuditEntry
from console.ward.movements import Answer, Question
from console.ward.patient import Patient


@dataclass(frozen=True, slots=True)
class Opened:
    """A stay has begun."""

    patient: Patient
    by: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The open stay at a bed has ended."""

    bed: str
    patient_id: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Carried:
    """The newest stay of a patient goes on at `patient.bed` from `at` on, with all that was charted during it. It must
    have been closed before, in the same commit or earlier."""

    patient: Patient
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of the patient at a bed is another. before: the number he had."""

    patient: Patient
    before: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The history under these identifiers is that of `patient_id`."""

    prior_ids: tuple[str, ...]
    patient_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question is open."""

    question: Question


@dataclass(frozen=True, slots=True)
class Settled:
    """A question is settled, by a person or because it has settled itself (by the system)."""

    question_id: str
    answer: Answer
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """When a person (one identifier, folded) was last moved by the admissions office, and the bed before the last
    transfer ("" for none)."""

    person: str
    at: datetime
    previous: str = ""


Change = Opened | Closed | Carried | Described | Joined | Asked | Settled | Whereabouts | AuditEntry


@dataclass(frozen=True, slots=True)
class Admissions:
    """What stands open, as read at a start. kept_out: questions about monitors that a person has said are the wrong
    ones."""

    questions: tuple[Question, ...] = ()
    kept_out: tuple[Question, ...] = ()
    whereabouts: tuple[Whereabouts, ...] = ()
