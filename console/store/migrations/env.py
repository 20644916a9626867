"""Run by alembic, on the connection that console.store.migrate hands over."""

from __future__ import annotations

from alembic import context

from console.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite takes tables back as PostgreSQL does: a migration that is cut off leaves nothing behind.
    transactional_ddl=True,
)
context.run_migrations()
