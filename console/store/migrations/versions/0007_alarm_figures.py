"""What is counted of an alarm, in columns of its own: the figures of a month are read from one index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LONG = "ended_at IS NULL OR ended_at - raised_at >= 86400000000"


def upgrade() -> None:
    """Add the columns and fill them from the stored alarms."""
    op.add_column("alarm", sa.Column("key", sa.String, nullable=False, server_default=""))
    op.add_column("alarm", sa.Column("demo", sa.Boolean, nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "sqlite":
        key, demo = "json_extract(body, '$.condition.key')", "json_extract(body, '$.demo')"
    else:
        key, demo = "body::json -> 'condition' ->> 'key'", "(body::json ->> 'demo')::boolean"
    op.execute(f"UPDATE alarm SET key = COALESCE({key}, ''), demo = COALESCE({demo}, false)")
    columns = ["raised_at", "bed", "kind", "highest", "ended_at", "answered_at", "patient_id", "key", "demo"]
    op.create_index("ix_alarm_figures", "alarm", columns)
    long = sa.text(_LONG)
    op.create_index("ix_alarm_long", "alarm", ["raised_at"], sqlite_where=long, postgresql_where=long)


def downgrade() -> None:
    """No command takes a schema back: it would remove what a ward has recorded."""
    raise NotImplementedError("the columns hold nothing that is not in the alarms")
