"""Pump events by their time, for the timeline of the whole ward."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index; no row is touched."""
    op.create_index("ix_pump_event_at", "pump_event", ["at"])


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("a schema is not taken back")
