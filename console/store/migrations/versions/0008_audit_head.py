"""Where an act was done, its old and new value, and the head of the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows that are there keep the form their digests were made in; the head starts at the newest of them."""
    for column in (
        sa.Column("station", sa.String, nullable=False, server_default=""),
        sa.Column("before", sa.Text, nullable=False, server_default=""),
        sa.Column("after", sa.Text, nullable=False, server_default=""),
        sa.Column("form", sa.Integer, nullable=False, server_default="1"),
    ):
        op.add_column("audit", column)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="one_head"),
    )
    op.execute(
        "INSERT INTO audit_head (id, entries, number, digest) SELECT 1, (SELECT count(*) FROM audit), "
        "coalesce((SELECT max(number) FROM audit), 0), "
        f"coalesce((SELECT digest FROM audit ORDER BY number DESC LIMIT 1), '{'0' * 64}')"
    )
    _forward_only()


def _forward_only() -> None:
    """The head goes on by one row at a time and is never removed."""
    other = "NEW.id <> OLD.id OR NEW.entries <> OLD.entries + 1 OR NEW.number <= OLD.number"
    if op.get_bind().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'audit_head only goes forward'); END"
        op.execute(f"CREATE TRIGGER audit_head_no_step BEFORE UPDATE ON audit_head WHEN {other} {refuse}")
        op.execute(f"CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head {refuse}")
        return
    op.execute(
        "CREATE FUNCTION audit_head_forward() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_head only goes forward'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_step BEFORE UPDATE ON audit_head FOR EACH ROW "
        f"WHEN ({other}) EXECUTE FUNCTION audit_head_forward()"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_delete BEFORE DELETE OR TRUNCATE ON audit_head "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_head_forward()"
    )


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("the audit trail is not taken back")
