"""Figures tell how alarms were answered as the history does: since they last stepped up."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Another index over the same rows; nothing recorded changes."""
    op.drop_index("ix_alarm_figures", table_name="alarm")
    columns = ["raised_at", "bed", "kind", "highest", "ended_at", "calls_from", "response", "patient_id", "key", "demo"]
    op.create_index("ix_alarm_figures", "alarm", columns)


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("the index before holds nothing of its own")
