"""What the history filters, sorts and searches by, in columns; and notes to alarms. What is recorded is taken along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from console.alarms.alarm import Change, Kind, Priority
from console.store.alarm_words import called, number_of_patient, number_of_words, patient_words
from console.store.answers import Answer, after_step
from console.store.instants import to_us
from console.store.records import HistoryState
from console.store.schema import FOREVER

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TAIL = ("kind", "highest", "state", "lasted", "response", "answer_by", "words", "person", "answered_at")
_ROWS = 2_000
_CHANGES = (Change.ACKNOWLEDGE, Change.UNACKNOWLEDGE, Change.ESCALATE)


def upgrade() -> None:
    """Make the tables, carry every alarm over, then drop the old one."""
    _make_tables()
    connection = op.get_bind()
    _patients(connection)
    _alarms(connection)
    op.drop_table("alarm")
    op.rename_table("alarm_next", "alarm")
    if connection.dialect.name == "postgresql":
        for name in ("pk_alarm", "uq_alarm_id"):
            op.execute(f"ALTER TABLE alarm RENAME CONSTRAINT {_own(name)} TO {name}")
    _make_indexes()
    _append_only("alarm_note")


def _make_tables() -> None:
    op.create_table(
        "alarm_words",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("words", sa.Text, nullable=False),
        sa.UniqueConstraint("words", name="uq_alarm_words_words"),
    )
    op.create_table(
        "alarm_patient",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("patient_id", sa.String, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.UniqueConstraint("patient_id", name="uq_alarm_patient_patient_id"),
    )
    op.create_table(
        "alarm_note",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("alarm_id", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_index("ix_alarm_note_alarm_id", "alarm_note", ["alarm_id"])
    op.create_table(
        "alarm_next",
        sa.Column("number", _identity, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("bed", sa.String, nullable=False),
        sa.Column("patient_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("highest", sa.Integer, nullable=False),
        sa.Column("presence", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False, server_default="ended"),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("lasted", sa.BigInteger, nullable=False, server_default=str(FOREVER)),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("key", sa.String, nullable=False, server_default=""),
        sa.Column("demo", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("calls_from", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("response", sa.BigInteger, nullable=False, server_default=str(FOREVER)),
        sa.Column("answer_by", sa.String, nullable=False, server_default=""),
        sa.Column("answer_reason", sa.Text, nullable=False, server_default=""),
        sa.Column("words", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("person", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=_own("pk_alarm")),
        sa.UniqueConstraint("id", name=_own("uq_alarm_id")),
    )


def _own(name: str) -> str:
    """PostgreSQL has the name of a constraint once only: the old table still has it."""
    return name if op.get_bind().dialect.name == "sqlite" else f"{name}_next"


def _make_indexes() -> None:
    newest = ["raised_at", "number"]
    op.create_index("ix_alarm_presence", "alarm", ["presence"])
    op.create_index("ix_alarm_raised_at", "alarm", ["raised_at"])
    op.create_index("ix_alarm_by_person", "alarm", ["person", *newest])
    op.create_index("ix_alarm_by_answer", "alarm", ["answer_by", *newest, "bed", *_without("answer_by")])
    op.create_index("ix_alarm_by_raised", "alarm", ["raised_at", "number", "bed", *_TAIL, "ended_at"])
    op.create_index("ix_alarm_by_bed", "alarm", ["bed", *newest, *_TAIL])
    op.create_index("ix_alarm_by_highest", "alarm", ["highest", "raised_at", "number", "bed", *_without("highest")])
    long = sa.text("ended_at IS NULL OR ended_at - raised_at >= 86400000000")
    op.create_index("ix_alarm_long", "alarm", ["raised_at"], sqlite_where=long, postgresql_where=long)
    counted = ["raised_at", "bed", "kind", "highest", "ended_at", "answered_at", "patient_id", "key", "demo"]
    op.create_index("ix_alarm_figures", "alarm", counted)
    for name in ("lasted", "response"):
        op.create_index(f"ix_alarm_by_{name}", "alarm", [name, *newest, "bed", *_without(name)])


def _without(name: str) -> list[str]:
    return [column for column in _TAIL if column != name]


def _patients(connection: sa.Connection) -> None:
    patient = sa.table("alarm_patient", sa.column("patient_id"), sa.column("words"))
    found: dict[str, str] = {}
    for row in connection.execute(sa.text("SELECT patient_id, patient FROM stay ORDER BY admitted_at, id")):
        body = json.loads(row.patient)
        found[row.patient_id] = patient_words((row.patient_id, *body.get("other_ids", ()), body["name"]))
    for patient_id, words in found.items():
        connection.execute(sa.insert(patient), {"patient_id": patient_id, "words": words})


def _alarms(connection: sa.Connection) -> None:
    columns = (
        "id", "version", "bed", "patient_id", "kind", "highest", "presence", "state", "raised_at", "ended_at", "lasted",
        "answered_at", "key", "demo", "calls_from", "response", "answer_by", "answer_reason", "words", "person", "body",
    )  # fmt: skip
    target = sa.table("alarm_next", *map(sa.column, columns))
    words: dict[str, int] = {}
    patients: dict[str, int] = {}
    for rows in _batches(connection):
        answers = _answers(connection, [row.id for row in rows])
        made = []
        for row in rows:
            body = json.loads(row.body)
            answer = answers.get(row.id, Answer(row.raised_at))
            condition = body["condition"]
            text = called(
                condition["text"], Kind(row.kind), Priority(condition["priority"]), Priority(row.highest), answer.reason
            )
            if text not in words:
                words[text] = number_of_words(connection, text)
            if row.patient_id not in patients:
                patients[row.patient_id] = number_of_patient(connection, row.patient_id)
            over = row.ended_at is not None and row.presence != "active"
            values = {name: getattr(row, name) for name in columns if hasattr(row, name)}
            made.append(
                {
                    **values,
                    "state": _state(row.presence, body["acknowledged"] is not None).value,
                    "lasted": max(0, row.ended_at - row.raised_at) if over else FOREVER,
                    "calls_from": answer.calls_from,
                    "response": answer.response,
                    "answer_by": answer.by,
                    "answer_reason": answer.reason,
                    "words": words[text],
                    "person": patients[row.patient_id],
                }
            )
        connection.execute(sa.insert(target), made)


def _batches(connection: sa.Connection) -> Iterator[list[Any]]:
    """Every alarm in the order in which they were raised."""
    at, name = -(2**62), ""
    query = sa.text(
        "SELECT id, version, bed, patient_id, kind, highest, presence, raised_at, ended_at, answered_at, key, demo, "
        "body FROM alarm WHERE raised_at > :at OR (raised_at = :at AND id > :name) ORDER BY raised_at, id LIMIT :rows"
    )
    while rows := list(connection.execute(query, {"at": at, "name": name, "rows": _ROWS}).all()):
        yield rows
        at, name = rows[-1].raised_at, rows[-1].id


def _answers(connection: sa.Connection, ids: list[str]) -> dict[str, Answer]:
    """The steps that answer, played again."""
    found: dict[str, Answer] = {}
    last: dict[str, int] = {}
    query = sa.text(
        "SELECT alarm_id, change, at, body FROM transition "
        "WHERE alarm_id IN :ids AND change IN :changes ORDER BY number"
    ).bindparams(sa.bindparam("ids", expanding=True), sa.bindparam("changes", expanding=True))
    for row in connection.execute(query, {"ids": ids, "changes": [change.value for change in _CHANGES]}):
        state = json.loads(row.body)["alarm"]
        given = state["acknowledged"]
        answer = given and (to_us(datetime.fromisoformat(given["at"])), given["by"], given["reason"])
        raised = to_us(datetime.fromisoformat(state["raised_at"]))
        before, change = found.get(row.alarm_id), Change(row.change)
        found[row.alarm_id] = after_step(before, change, row.at, raised, answer, last.get(row.alarm_id))
        if answer is not None:
            last[row.alarm_id] = answer[0]
    return found


def _state(presence: str, acknowledged: bool) -> HistoryState:
    if presence == "latched":
        return HistoryState.UNSEEN
    if presence == "ended":
        return HistoryState.ENDED
    return HistoryState.ACKNOWLEDGED if acknowledged else HistoryState.ACTIVE


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("the alarm history is not taken back")
