"""Putting a backup in the place of the ward's database: looked at first, then exchanged in one step of the file system.

Whatever happens meanwhile, the name of the database stands for the old one or for the new one, never for half of one.
The old one stays beside it under a dated name, with its anchors.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from console.store.anchors import COMPANION
from console.store.audit import append
from console.store.audit_check import verify
from console.store.claim import Claim
from console.store.database import Role, open_engine, understand
from console.store.errors import StoreError
from console.store.locate import sqlite_file
from console.store.migrate import refuse_newer, upgrade
from console.store.records import AuditEntry
from console.store.recovery import look

IN_USE = "is in use by another program on this computer; close it first"


@dataclass(frozen=True, slots=True)
class Exchanged:
    """kept: the replaced database under its new name, None where there was none. entries: of the audit trail."""

    file: Path
    kept: Path | None
    entries: int


def restore(url: str, backup: Path, entry: AuditEntry) -> Exchanged:
    """Verify the backup, and put it in the place of the database of `url`.

    entry: who does it, where and when; it stands in the audit trail of the restored database, with both trails' heads.
    Raises StoreError (a server; a console or gateway runs; the backup is damaged, of another program, or its audit
    trail is not whole), SchemaTooNew, FileNotFoundError, and OSError; the database is as it was then.
    """
    file = sqlite_file(url)
    if file is None:
        raise StoreError("a PostgreSQL database is restored with: pg_restore --clean --dbname=DATABASE FILE")
    if not backup.is_file():
        raise FileNotFoundError(2, "there is no such file", str(backup))
    if file.exists() and backup.samefile(file):
        raise StoreError(f"{backup} is the database itself")
    claim = Claim(url)
    part = file.with_name(f"{file.name}.restoring")
    try:
        _clear(part)
        entries = _prepare(backup, part, file, entry)
        return Exchanged(file, _exchange(part, file, f"{entry.at:%Y%m%dT%H%M%SZ}"), entries)
    except (sqlite3.Error, DBAPIError) as error:
        why = f"{understand(error).value}: {getattr(error, 'orig', error)}"
        raise StoreError(f"nothing was restored, the database is as it was: {why}") from error
    finally:
        with suppress(OSError):
            _clear(part)
        claim.release()


def _clear(part: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{part}{suffix}").unlink(missing_ok=True)


def _prepare(backup: Path, part: Path, file: Path, entry: AuditEntry) -> int:
    """A whole copy beside the database, of our schema, that tells in its audit trail where it comes from."""
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy, pages=-1)
    found = look(part)
    if found.problem:
        raise StoreError(f"{backup} is damaged: {found.problem}")
    if found.foreign or found.version is None:
        raise StoreError(f"{backup} is no database of Ward Console")
    refuse_newer(found.version)
    url = f"sqlite:///{part}"
    writer, reader = open_engine(url, Role.JOURNAL), open_engine(url, Role.READER)
    try:
        upgrade(writer, entry.by)
        with reader.connect() as connection:
            trail = verify(connection)
        if trail.broken is not None:
            raise StoreError(f"the audit trail of {backup} was changed: {trail.broken}")
        told = replace(
            entry, before=_head_of(file), after=f"{backup.absolute()}: {trail.entries} entries, the newest {trail.last}"
        )
        with writer.begin() as connection:
            append(connection, told)
    finally:
        reader.dispose()
        writer.dispose()
    with closing(sqlite3.connect(part)) as copy:
        # One file without companions, which can be exchanged in one step.
        copy.execute("PRAGMA journal_mode=DELETE")
    _sync(part)
    return trail.entries + 1


def _head_of(file: Path) -> str:
    """What the trail that is replaced ends with, in words."""
    if not file.exists():
        return "there was no database"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5.0)) as old:
            entries, digest = old.execute("SELECT entries, digest FROM audit_head").fetchone()
    except (sqlite3.Error, TypeError) as error:
        return f"its audit trail could not be read ({error})"
    return f"{entries} entries, the newest with digest {digest}"


def _exchange(part: Path, file: Path, stamp: str) -> Path | None:
    """The copy under the name of the database."""
    kept = None
    if file.exists():
        _fold(file)
        kept = _free_name(file, stamp)
        try:
            os.link(file, kept)
        except OSError:  # a file system without second names
            shutil.copy2(file, kept)
            _sync(kept)
        for companion in ("-wal", "-journal", COMPANION, f"{COMPANION}.1"):
            source = Path(f"{file}{companion}")
            if source.exists():
                source.rename(f"{kept}{companion}")
        Path(f"{file}-shm").unlink(missing_ok=True)
    part.replace(file)
    _sync(file.parent)
    return kept


def _fold(file: Path) -> None:
    """Put what waits in the write-ahead log into the file. Raises StoreError when somebody else has it open; a damaged
    file, for which it cannot be done, keeps its log."""
    if look(file).problem:
        return
    with closing(sqlite3.connect(file, timeout=2.0)) as old:
        busy = old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    # The last one to close a database takes its log away.
    if busy or Path(f"{file}-wal").exists():
        raise StoreError(f"{file} {IN_USE}")


def _free_name(file: Path, stamp: str) -> Path:
    for number in range(1000):
        name = file.with_name(f"{file.name}.replaced-{stamp}" + (f"-{number}" if number else ""))
        if not name.exists():
            return name
    raise StoreError(f"{file.parent} holds a thousand replaced databases of this moment")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
