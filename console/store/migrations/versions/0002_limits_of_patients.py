"""Limits that a person has set for one stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; what is there already is not touched."""
    op.create_table(
        "limit_setting",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("stay_id", sa.BigInteger, sa.ForeignKey("stay.id", name="fk_limit_setting_stay_id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_limit_setting_stay_id", "limit_setting", ["stay_id"])


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("limits of patients are not taken back")
