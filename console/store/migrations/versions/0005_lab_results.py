"""Results of the laboratory, every version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table; what is there already is not touched."""
    op.create_table(
        "lab_result",
        sa.Column("number", _identity, primary_key=True),
        sa.Column("feed", sa.String, nullable=False),
        sa.Column("patient_id", sa.String, nullable=False),
        sa.Column("result_key", sa.String, nullable=False),
        sa.Column("analyte", sa.String, nullable=False),
        sa.Column("measured_at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint(
            "feed", "patient_id", "result_key", "analyte", "measured_at", "version", name="uq_lab_result"
        ),
    )
    op.create_index("ix_lab_result_patient_id_received_at", "lab_result", ["patient_id", "received_at"])


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("results of the laboratory are not taken back")
