"""Which version of the schema a database has, and bringing it to ours. A newer database is never written to."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from console.store.audit import append
from console.store.errors import SchemaTooNew
from console.store.records import AuditEntry

_UPGRADE_LOCK = 0x57434F4E
"""Advisory lock under which one PostgreSQL client at a time upgrades."""


def _alembic(connection: Connection | None = None) -> AlembicConfig:
    config = AlembicConfig()
    # alembic reads % as an interpolation in its options.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@lru_cache(maxsize=1)
def known_versions() -> tuple[str, ...]:
    """Every schema version this program can make, oldest first."""
    script = ScriptDirectory.from_config(_alembic())
    return tuple(reversed([revision.revision for revision in script.walk_revisions()]))


def newest_version() -> str:
    """The version this program writes."""
    return known_versions()[-1]


def schema_version(connection: Connection) -> str | None:
    """The version of a database, None when it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def refuse_newer(version: str | None) -> None:
    """Raises SchemaTooNew for a version this program does not know."""
    if version is not None and version not in known_versions():
        raise SchemaTooNew(
            f"the database has schema {version}, written by a newer version of Ward Console (this one knows up to "
            f"{newest_version()}); it is left as it is - install the newer version to use it"
        )


def upgrade(engine: Engine, by: str = "system") -> tuple[str | None, str]:
    """Bring the schema to ours in one transaction; returns (version before, version after).

    by: who does it; an upgrade stands in the audit trail, in the same transaction. Raises SchemaTooNew, and whatever
    the database says; a migration that does not end leaves nothing behind.
    """
    with engine.connect() as connection:
        with connection.begin():
            before = schema_version(connection)
        refuse_newer(before)
        if before == newest_version():
            return before, before
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
            command.upgrade(_alembic(connection), "head")
            after = schema_version(connection) or ""
            if before is not None:
                station = socket.gethostname()
                told = AuditEntry(datetime.now(UTC), by, "database upgraded", "", "", station, before, after)
                append(connection, told)
        return before, after
