"""Questions of admissions, and when a person was last moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what is there already is not touched."""
    op.create_table(
        "question",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("bed", sa.String, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.Column("answer", sa.String),
        sa.Column("by", sa.String),
    )
    op.create_index("ix_question_settled_at", "question", ["settled_at"])
    op.create_table(
        "whereabouts",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
    )


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("what the admissions office has told is not taken back")
