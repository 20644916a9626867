"""The tables, alike on SQLite and PostgreSQL. Times are microseconds since 1970 UTC, records are ASCII JSON text.

Two kinds of tables stand beside each other. The journal (stays, charted entries, alarms, receipts, audit) is made
of ordinary rows. Samples are packed: `hot` takes what has just arrived, one row per stream and commit, and
`chunk` holds whole minutes, one row per stream and minute with a block per parameter and site inside, so that
all parameters of one frame share one axis of times.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

Identity = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column whose type is INTEGER."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

stay = Table(
    "stay",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("bed", String, nullable=False),
    Column("patient_id", String, nullable=False),
    Column("admitted_at", BigInteger, nullable=False),
    Column("admitted_by", String, nullable=False),
    Column("discharged_at", BigInteger),
    Column("discharged_by", String),
    Column("patient", Text, nullable=False),
    # One open stay a bed, whoever asks and from however many processes.
    Index(
        "ix_stay_open_bed",
        "bed",
        unique=True,
        sqlite_where=text("discharged_at IS NULL"),
        postgresql_where=text("discharged_at IS NULL"),
    ),
    Index("ix_stay_bed_admitted_at", "bed", "admitted_at"),
)

pump_event = Table(
    "pump_event",
    metadata,
    Column("id", String, primary_key=True),
    Column("stay_id", BigInteger, ForeignKey("stay.id")),
    Column("patient_id", String, nullable=False),
    Column("bed", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("percent", Float),
    Column("confirmed", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("struck_at", BigInteger),
    Column("struck_by", String),
    Index("ix_pump_event_bed_at", "bed", "at"),
    Index("ix_pump_event_stay_id", "stay_id"),
    Index("ix_pump_event_at", "at"),
)

finding = Table(
    "finding",
    metadata,
    Column("id", String, primary_key=True),
    Column("stay_id", BigInteger, ForeignKey("stay.id")),
    Column("patient_id", String, nullable=False),
    Column("bed", String, nullable=False),
    Column("code", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("struck_at", BigInteger),
    Column("struck_by", String),
    Index("ix_finding_bed_at", "bed", "at"),
    Index("ix_finding_stay_id", "stay_id"),
)

limit_setting = Table(
    "limit_setting",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("stay_id", BigInteger, ForeignKey("stay.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_limit_setting_stay_id", "stay_id"),
)
"""Limits set for one stay, a row per change; the newest row of a stay holds all that differs from the ward's."""

pump_card = Table(
    "pump_card",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("stay_id", BigInteger, ForeignKey("stay.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_pump_card_stay_id", "stay_id"),
)
"""Pump cards of one stay, a row per version; the newest row is the card."""

lab_result = Table(
    "lab_result",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("feed", String, nullable=False),
    Column("patient_id", String, nullable=False),
    Column("result_key", String, nullable=False),
    Column("analyte", String, nullable=False),
    Column("measured_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("feed", "patient_id", "result_key", "analyte", "measured_at", "version", name="uq_lab_result"),
    Index("ix_lab_result_patient_id_received_at", "patient_id", "received_at"),
)
"""Results of the laboratory, a row per version: a correction stands beside what it corrects. result_key: order number,
code and sub-id. measured_at: when the specimen was taken."""

LONG_ALARM = "ended_at IS NULL OR ended_at - raised_at >= 86400000000"

FOREVER = 2**62
"""Stands for a span that has no end yet: it sorts after every other, on every database."""

_TAIL = ("kind", "highest", "state", "lasted", "response", "answer_by", "words", "person", "answered_at")
"""What filters and figures look at: it rides along in every index of the order in which alarms are listed, so that the
records themselves are read for the rows of a page alone."""


def _without(name: str) -> tuple[str, ...]:
    return tuple(column for column in _TAIL if column != name)


alarm = Table(
    "alarm",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("bed", String, nullable=False),
    Column("patient_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("highest", Integer, nullable=False),
    Column("presence", String, nullable=False),
    Column("state", String, nullable=False, server_default="ended"),
    Column("raised_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("lasted", BigInteger, nullable=False, server_default=str(FOREVER)),
    Column("answered_at", BigInteger),
    Column("calls_from", BigInteger, nullable=False, server_default="0"),
    Column("response", BigInteger, nullable=False, server_default=str(FOREVER)),
    Column("answer_by", String, nullable=False, server_default=""),
    Column("answer_reason", Text, nullable=False, server_default=""),
    Column("words", BigInteger, nullable=False, server_default="0"),
    Column("person", BigInteger, nullable=False, server_default="0"),
    Column("key", String, nullable=False, server_default=""),
    Column("demo", Boolean, nullable=False, server_default=false()),
    Column("body", Text, nullable=False),
    Index("ix_alarm_presence", "presence"),
    # Of times alone: a count goes through a tenth of what the others hold.
    Index("ix_alarm_raised_at", "raised_at"),
    Index("ix_alarm_by_person", "person", "raised_at", "number"),
    Index("ix_alarm_by_answer", "answer_by", "raised_at", "number", "bed", *_without("answer_by")),
    Index("ix_alarm_by_raised", "raised_at", "number", "bed", *_TAIL, "ended_at"),
    Index("ix_alarm_by_bed", "bed", "raised_at", "number", *_TAIL),
    Index("ix_alarm_by_highest", "highest", "raised_at", "number", "bed", *_without("highest")),
    Index("ix_alarm_by_lasted", "lasted", "raised_at", "number", "bed", *_without("lasted")),
    Index("ix_alarm_by_response", "response", "raised_at", "number", "bed", *_without("response")),
    # All that figures are made of: a month is read from the index alone, past the bodies.
    Index(
        "ix_alarm_figures",
        *("raised_at", "bed", "kind", "highest", "ended_at", "calls_from", "response", "patient_id", "key", "demo"),
    ),
    # Those that may stand for more than a day: few, and wanted of any time.
    Index("ix_alarm_long", "raised_at", sqlite_where=text(LONG_ALARM), postgresql_where=text(LONG_ALARM)),
)
"""The newest state of every alarm. state: a HistoryState. lasted: microseconds, FOREVER while its condition is there.
answered_at: the first acknowledgement that was not taken back. calls_from, response, answer_by, answer_reason: since
when it called, how long until it was answered (FOREVER: not), by whom and why (console.store.answers). words: of
alarm_words, by which it is searched; person: of alarm_patient. key: of its condition; demo: of invented values."""

alarm_words = Table(
    "alarm_words",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("words", Text, nullable=False, unique=True),
)
"""What alarms are called and why they were answered, folded for the search: thousands of texts, not a million."""

alarm_patient = Table(
    "alarm_patient",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("patient_id", String, nullable=False, unique=True),
    Column("words", Text, nullable=False),
)
"""Patients of alarms. words: numbers and name, folded for the search."""

alarm_note = Table(
    "alarm_note",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("alarm_id", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_alarm_note_alarm_id", "alarm_id"),
)
"""What people have written to alarms; never changed nor removed. words: folded for the search."""

transition = Table(
    "transition",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("alarm_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("change", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("bed", String, nullable=False),
    Column("body", Text, nullable=False),
    # A step written twice (retried after a lost connection) is one step.
    UniqueConstraint("alarm_id", "version", "change", "at"),
    Index("ix_transition_bed_at", "bed", "at"),
)
"""The alarm journal; rows are never changed nor removed (a trigger refuses it)."""

alert_outbox = Table(
    "alert_outbox",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("manager", String, nullable=False),
    Column("alarm_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("control_id", String(20), nullable=False, unique=True),
    Column("phase", String, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("manager", "alarm_id", "version"),
    Index("ix_alert_outbox_manager_state_number", "manager", "state", "number"),
    Index("ix_alert_outbox_alarm_id", "alarm_id"),
)
"""Steps of alarms on their way to alarm managers, in the order of the journal (console.store.outbox)."""

alert_told = Table(
    "alert_told",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("alarm_id", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("manager", String, nullable=False),
    # The same report sent twice is one report.
    UniqueConstraint("alarm_id", "recipient", "status", "at"),
)
"""Who an alarm manager has told of an alarm of ours, and what became of it."""

receipt = Table(
    "receipt",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("feed", String, nullable=False),
    Column("peer", String, nullable=False),
    Column("control_id", String, nullable=False),
    Column("message_type", String, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw_size", Integer, nullable=False),
    Column("raw", LargeBinary),
    # Covers the sums of the pruning rule without touching the messages.
    Index("ix_receipt_received_at_raw_size", "received_at", "raw_size"),
)
"""HL7 messages taken in. raw: the bytes, deflated; None (and raw_size 0) once the retention rule has let them go."""

audit = Table(
    "audit",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("act", String, nullable=False),
    Column("bed", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("station", String, nullable=False, server_default=""),
    Column("before", Text, nullable=False, server_default=""),
    Column("after", Text, nullable=False, server_default=""),
    Column("form", Integer, nullable=False, server_default="1"),
    Index("ix_audit_at", "at"),
)
"""Acts of persons and of the system; never changed nor removed, each row chained to the one before by its digest.
form: what the digest covers (console.store.audit)."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    CheckConstraint("id = 1", name="one_head"),
)
"""One row: how many rows the audit trail has, and the number and digest of the newest. Brought forward with every row,
in its transaction (a trigger refuses to take it back), so that rows cut off at the end are missed."""

stream = Table(
    "stream",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("bed", String, nullable=False),
    Column("source", String, nullable=False),
    UniqueConstraint("bed", "source"),
)
"""Dictionary of what samples come from: one source at one bed."""

hot = Table(
    "hot",
    metadata,
    Column("writer", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Samples as they arrived (console.store.frames). writer: random per opening; a row written twice is one row."""

chunk = Table(
    "chunk",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("layout", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("crc", BigInteger, nullable=False),
)
"""Whole minutes (console.store.blocks). id: stream and minute in one number, so that a stream lies in one piece."""

damaged = Table(
    "damaged",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("origin", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Packed samples that failed their checksum, kept for whoever wants to look."""

question = Table(
    "question",
    metadata,
    Column("id", String, primary_key=True),
    Column("bed", String, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("settled_at", BigInteger),
    Column("answer", String),
    Column("by", String),
    Index("ix_question_settled_at", "settled_at"),
)
"""Offers and conflicts of admissions: what a person has to settle, and how it was settled."""

whereabouts = Table(
    "whereabouts",
    metadata,
    Column("person", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("previous", String, nullable=False),
)
"""When a person (one identifier, folded) was last moved by the admissions office, and from where."""

person = Table(
    "person",
    metadata,
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("roles", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("locked_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", String, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("signed_in_at", BigInteger),
    Column("signed_in_where", String),
)
"""Who may sign in. key: the name whatever its case. secret: Argon2id (console.people.hashing); kind: PIN or password.
failed, locked_until: wrong tries in a row, and until when none is taken. signed_in_where: the station of the last time.
Nobody is ever removed: the records name them."""

APPEND_ONLY = ("transition", "audit", "alarm_note")
"""Tables in which the database itself refuses UPDATE and DELETE."""
