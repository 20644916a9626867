"""Keeping the database: open it for reading, check it, copy it while it is in use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from console.store.anchors import anchor_file, read_anchors
from console.store.archive import minute_of
from console.store.audit import append
from console.store.audit_check import Verified, verify
from console.store.blocks import checksum
from console.store.database import Role, open_engine, understand
from console.store.errors import DatabaseMissing, SchemaTooOld, StoreError
from console.store.instants import MINUTE_US, from_us
from console.store.locate import hidden, sqlite_file
from console.store.migrate import newest_version, refuse_newer, schema_version
from console.store.records import AuditEntry
from console.store.recovery import look
from console.store.schema import chunk, damaged, metadata

_PAGE = 2_000


@contextmanager
def reading(url: str) -> Iterator[Engine]:
    """An engine that cannot write, on a database that exists and has our schema.

    Raises DatabaseMissing, SchemaTooNew, SchemaTooOld and StoreError.
    """
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise DatabaseMissing(f"there is no database at {file}")
    engine = open_engine(url, Role.READER)
    try:
        with engine.connect() as connection, connection.begin():
            version = schema_version(connection)
        refuse_newer(version)
        if version != newest_version():
            raise SchemaTooOld(f"{hidden(url)}: run `ward-console db upgrade` first (schema {version or 'none'})")
        yield engine
    except DBAPIError as error:
        raise StoreError(f"{hidden(url)}: cannot be read: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: rows per table, and every problem in a sentence (none: all is well)."""

    version: str
    counts: dict[str, int]
    problems: tuple[str, ...]


def verify_audit(url: str, anchors: Path | None = None, data_dir: Path | None = None) -> Verified:
    """Follow the audit trail and hold it against its anchors. anchors: their file, None for its usual place.

    Raises as `reading`, and OSError for anchors that cannot be read.
    """
    known = read_anchors(anchors or anchor_file(url, data_dir))
    with reading(url) as engine, engine.connect() as connection:
        return verify(connection, known)


def check(url: str, data_dir: Path | None = None) -> Checked:
    """Integrity of the file, checksums of all samples, the audit trail, and counts. Raises as `reading`."""
    problems: list[str] = []
    file = sqlite_file(url)
    if file is not None and file.exists():
        found = look(file)
        if found.problem:
            return Checked(found.version or "unknown", {}, (f"the file is damaged: {found.problem}",))
    with reading(url) as engine, engine.connect() as connection:
        with connection.begin():
            counts = {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in metadata.tables.items()
            }
        problems += _damaged_samples(connection)
    trail = verify_audit(url, data_dir=data_dir)
    if trail.broken is not None:
        problems.append(f"the audit trail was changed: {trail.broken}")
    if counts[damaged.name]:
        problems.append(f"{counts[damaged.name]} damaged blocks of samples have been set aside in table damaged")
    return Checked(newest_version(), counts, tuple(problems))


def _damaged_samples(connection: Connection) -> list[str]:
    after, bad = -(2**63), []
    while True:
        query = select(chunk).where(chunk.c.id > after).order_by(chunk.c.id).limit(_PAGE)
        with connection.begin():
            rows = connection.execute(query).all()
        bad += [row.id for row in rows if checksum(row.layout, row.data) != row.crc]
        if len(rows) < _PAGE:
            break
        after = rows[-1].id
    if not bad:
        return []
    first = from_us(minute_of(bad[0]) * MINUTE_US).isoformat()
    return [f"{len(bad)} minutes of samples are damaged and are left out of trends; the first is {first}"]


def record(url: str, entry: AuditEntry) -> None:
    """An act at the command line, in the audit trail for good when this returns. Raises StoreError."""
    engine = open_engine(url, Role.JOURNAL)
    try:
        with engine.begin() as connection:
            append(connection, entry)
    except DBAPIError as error:
        why = understand(error).value
        raise StoreError(f"{hidden(url)}: this cannot be recorded in the audit trail: {why}: {error.orig}") from error
    finally:
        engine.dispose()


def backup(url: str, target: Path) -> int:
    """Copy a SQLite database in use to a new file, look at the copy, and only then give it its name.

    Returns its size in bytes. Raises StoreError, also for a server and when the target exists.
    """
    file = sqlite_file(url)
    if file is None:
        raise StoreError(f"a PostgreSQL database is backed up with: pg_dump --format=custom --file={target} DATABASE")
    if not file.exists():
        raise DatabaseMissing(f"there is no database at {file}")
    if target.exists():
        raise FileExistsError(f"{target} exists already; a backup never overwrites a file")
    part = target.with_name(target.name + ".part")
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        with (
            closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5.0)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            # In one step: taken in several, it would start again with every commit of a running console.
            source.backup(copy, pages=-1)
            # One file without companions, to be carried away.
            copy.execute("PRAGMA journal_mode=DELETE")
        found = look(part)
        if found.problem:
            raise StoreError(f"the copy is damaged: {found.problem}")
        refuse_newer(found.version)
        descriptor = os.open(part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        part.rename(target)
    except (sqlite3.Error, DBAPIError) as error:
        raise StoreError(f"the backup failed: {understand(error).value}: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size
