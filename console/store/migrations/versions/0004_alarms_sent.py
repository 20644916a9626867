"""Steps of alarms on their way to alarm managers, and who was told of an alarm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables; what is there already is not touched."""
    op.create_table(
        "alert_outbox",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("manager", sa.String, nullable=False),
        sa.Column("alarm_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("control_id", sa.String(20), nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("manager", "alarm_id", "version", name="uq_alert_outbox_manager_alarm_id_version"),
        sa.UniqueConstraint("control_id", name="uq_alert_outbox_control_id"),
    )
    op.create_index("ix_alert_outbox_manager_state_number", "alert_outbox", ["manager", "state", "number"])
    op.create_index("ix_alert_outbox_alarm_id", "alert_outbox", ["alarm_id"])
    op.create_table(
        "alert_told",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("alarm_id", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("manager", sa.String, nullable=False),
        sa.UniqueConstraint("alarm_id", "recipient", "status", "at", name="uq_alert_told_alarm_id_recipient_status_at"),
    )


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("alarms on their way are not taken back")
