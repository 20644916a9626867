"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_open = sa.text("discharged_at IS NULL")


def upgrade() -> None:
    """Make every table, and the triggers that keep the journals as they were written."""
    _journal()
    _alarms()
    _records()
    _samples()
    _append_only("transition")
    _append_only("audit")


def _journal() -> None:
    op.create_table(
        "stay",
        sa.Column("id", _identity, primary_key=True),
        sa.Column("bed", sa.String, nullable=False),
        sa.Column("patient_id", sa.String, nullable=False),
        sa.Column("admitted_at", sa.BigInteger, nullable=False),
        sa.Column("admitted_by", sa.String, nullable=False),
        sa.Column("discharged_at", sa.BigInteger),
        sa.Column("discharged_by", sa.String),
        sa.Column("patient", sa.Text, nullable=False),
    )
    op.create_index("ix_stay_open_bed", "stay", ["bed"], unique=True, sqlite_where=_open, postgresql_where=_open)
    op.create_index("ix_stay_bed_admitted_at", "stay", ["bed", "admitted_at"])
    own: dict[str, list[sa.Column[Any]]] = {
        "pump_event": [
            sa.Column("kind", sa.String, nullable=False),
            sa.Column("at", sa.BigInteger, nullable=False),
            sa.Column("by", sa.String, nullable=False),
            sa.Column("percent", sa.Float),
            sa.Column("confirmed", sa.Boolean, nullable=False),
        ],
        "finding": [
            sa.Column("code", sa.String, nullable=False),
            sa.Column("at", sa.BigInteger, nullable=False),
            sa.Column("by", sa.String, nullable=False),
        ],
    }
    for table, columns in own.items():
        op.create_table(
            table,
            sa.Column("id", sa.String, primary_key=True),
            sa.Column("stay_id", sa.BigInteger, sa.ForeignKey("stay.id", name=f"fk_{table}_stay_id")),
            sa.Column("patient_id", sa.String, nullable=False),
            sa.Column("bed", sa.String, nullable=False),
            *columns,
            sa.Column("note", sa.Text, nullable=False),
            sa.Column("struck_at", sa.BigInteger),
            sa.Column("struck_by", sa.String),
        )
        op.create_index(f"ix_{table}_bed_at", table, ["bed", "at"])
        op.create_index(f"ix_{table}_stay_id", table, ["stay_id"])


def _alarms() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("bed", sa.String, nullable=False),
        sa.Column("patient_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("highest", sa.Integer, nullable=False),
        sa.Column("presence", sa.String, nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_alarm_raised_at", "alarm", ["raised_at"])
    op.create_index("ix_alarm_presence", "alarm", ["presence"])
    op.create_table(
        "transition",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("alarm_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("change", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("bed", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("alarm_id", "version", "change", "at", name="uq_transition_alarm_id_version_change_at"),
    )
    op.create_index("ix_transition_bed_at", "transition", ["bed", "at"])


def _records() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", _identity, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("feed", sa.String, nullable=False),
        sa.Column("peer", sa.String, nullable=False),
        sa.Column("control_id", sa.String, nullable=False),
        sa.Column("message_type", sa.String, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("raw_size", sa.Integer, nullable=False),
        sa.Column("raw", sa.LargeBinary),
        sa.UniqueConstraint("key", name="uq_receipt_key"),
    )
    op.create_index("ix_receipt_received_at_raw_size", "receipt", ["received_at", "raw_size"])
    op.create_table(
        "audit",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("bed", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def _samples() -> None:
    op.create_table(
        "stream",
        sa.Column("id", _identity, primary_key=True),
        sa.Column("bed", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.UniqueConstraint("bed", "source", name="uq_stream_bed_source"),
    )
    op.create_table(
        "hot",
        sa.Column("writer", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chunk",
        sa.Column("id", _identity, primary_key=True, autoincrement=False),
        sa.Column("layout", sa.LargeBinary, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("crc", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "damaged",
        sa.Column("id", _identity, primary_key=True),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


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
    """There is nothing before the first tables, and no command that would remove what a ward has recorded."""
    raise NotImplementedError("the first tables are not taken back")
