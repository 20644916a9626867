"""Connections: what every one of them is told when it opens, and how an error of the driver is understood."""

from __future__ import annotations

import os
import sqlite3
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from console.store.errors import StoreError
from console.store.locate import sqlite_file

BUSY_TIMEOUT_MS = 2_000
"""How long SQLite itself waits for another writer before the attempt is given back to us."""

WAL_LIMIT_BYTES = 64 * 1024 * 1024
POSTGRES_CONNECT_TIMEOUT_S = 5


class Role(StrEnum):
    """What a connection is for. JOURNAL: a commit is on the disk when it returns. SAMPLES: the last commits before
    a power cut may be missing, never damaged. READER: cannot write, and sees one moment throughout a transaction."""

    JOURNAL = "journal"
    SAMPLES = "samples"
    READER = "reader"


def open_engine(url: str, role: Role, readers: int = 2) -> Engine:
    """An engine for one role. Nothing is connected yet. Writers do not pool: the writer thread keeps its own."""
    pool: dict[str, Any] = {"poolclass": NullPool}
    if role is Role.READER:
        pool = {"poolclass": QueuePool, "pool_size": readers, "max_overflow": 2}
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, role, pool)
    return _postgres(url, role, pool)


def _sqlite(url: str, role: Role, pool: dict[str, Any]) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}, **pool)

    @event.listens_for(engine, "connect")
    def _told(connection: Any, _record: Any) -> None:
        # Transactions are begun by us (below), not guessed by the driver from the first word of a statement.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if role is Role.READER:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}")
            cursor.execute(f"PRAGMA synchronous={'FULL' if role is Role.JOURNAL else 'NORMAL'}")
            cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes the lock at once: what it reads cannot change before it writes.
        connection.exec_driver_sql("BEGIN" if role is Role.READER else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: str, role: Role, pool: dict[str, Any]) -> Engine:
    level = "REPEATABLE READ" if role is Role.READER else "READ COMMITTED"
    connect = {"connect_timeout": POSTGRES_CONNECT_TIMEOUT_S, "application_name": f"ward-console {role}"}
    try:
        engine = create_engine(url, connect_args=connect, isolation_level=level, pool_pre_ping=True, **pool)
    except ImportError as error:
        raise StoreError("PostgreSQL needs its driver: pip install 'ward-console[postgres]'") from error

    @event.listens_for(engine, "connect")
    def _told(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET synchronous_commit = {'on' if role is Role.JOURNAL else 'off'}")
            cursor.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
            cursor.execute("SET TIME ZONE 'UTC'")
            if role is Role.READER:
                cursor.execute("SET default_transaction_read_only = on")
        connection.commit()

    return engine


def prepare_file(url: str) -> None:
    """Make the directory and the SQLite file, readable by its owner alone: it names patients. Raises OSError."""
    file = sqlite_file(url)
    if file is None:
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def insert_new(connection: Connection, table: Table) -> Any:
    """An INSERT that leaves rows alone whose key is already there."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def upsert(connection: Connection, table: Table, *columns: str) -> Any:
    """An INSERT by primary key that replaces `columns` of a row that is already there."""
    insert = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_update(
        index_elements=[c.name for c in table.primary_key], set_={name: insert.excluded[name] for name in columns}
    )


class Fault(StrEnum):
    """Why writing failed, as far as it decides what to do next; the value is the sentence told to the ward."""

    LOCKED = "Recording delayed - database locked by another program"
    FULL = "Recording stopped - disk full"
    DISK = "Recording stopped - disk error"
    DAMAGED = "Recording stopped - database damaged"
    READ_ONLY = "Recording stopped - database cannot be written"
    SERVER = "Recording stopped - database server not reachable"
    RETRY = "Recording delayed - database busy"
    ENTRY = "The entry itself cannot be stored"

    @property
    def cause(self) -> str:
        """What is wrong when reading failed, as the end of a sentence."""
        return "the database does not hold what is asked" if self is Fault.ENTRY else self.value.rpartition(" - ")[2]

    @property
    def reconnect(self) -> bool:
        """The connection is not to be trusted after this: open it again and look before going on."""
        return self in (Fault.DISK, Fault.DAMAGED, Fault.READ_ONLY, Fault.SERVER)


_SQLITE_FAULTS = {
    sqlite3.SQLITE_BUSY: Fault.LOCKED,
    sqlite3.SQLITE_LOCKED: Fault.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Fault.LOCKED,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_IOERR: Fault.DISK,
    sqlite3.SQLITE_CANTOPEN: Fault.DISK,
    sqlite3.SQLITE_NOMEM: Fault.DISK,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_PERM: Fault.READ_ONLY,
    sqlite3.SQLITE_AUTH: Fault.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
}

_POSTGRES_FAULTS = {
    "08": Fault.SERVER,
    "57": Fault.SERVER,
    "58": Fault.DISK,
    "40": Fault.RETRY,
    "55": Fault.LOCKED,
    "53": Fault.SERVER,
    "25": Fault.READ_ONLY,
    "28": Fault.SERVER,
    "3D": Fault.SERVER,
    "XX": Fault.DAMAGED,
}
"""By class of SQLSTATE (PostgreSQL documentation, appendix A)."""


def understand(error: BaseException) -> Fault:
    """The fault behind an error. ENTRY when trying again cannot help: the values themselves are refused."""
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_FAULTS.get(code & 0xFF, Fault.ENTRY)
    state = getattr(original, "sqlstate", None)
    if state == "53100":
        return Fault.FULL
    if state:
        return _POSTGRES_FAULTS.get(state[:2], Fault.ENTRY)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Fault.SERVER
    if type(original).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout", "PoolTimeout"):
        # A driver that lost its server has no SQLSTATE to tell.
        return Fault.DISK if isinstance(original, sqlite3.Error) else Fault.SERVER
    return Fault.DISK if isinstance(original, OSError) else Fault.ENTRY
