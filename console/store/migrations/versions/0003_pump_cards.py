"""Pump cards of a stay, every version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; what is there already is not touched."""
    op.create_table(
        "pump_card",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("stay_id", sa.BigInteger, sa.ForeignKey("stay.id", name="fk_pump_card_stay_id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_pump_card_stay_id", "pump_card", ["stay_id"])


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("pump cards are not taken back")
