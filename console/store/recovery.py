"""Looking at a SQLite file before it is used, and setting it aside when it is damaged."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from console.store.errors import StoreError
from console.store.locate import sqlite_file
from console.store.migrate import refuse_newer

CHECK_SECONDS = 5.0
"""How long the start may be held up by the check; a file too large for it is checked further while it is used."""

_COMPANIONS = ("", "-wal", "-shm", "-journal", "-anchors", "-anchors.1")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at the file brought. problem: "" or what is wrong; complete: the check went through the file.

    version: of the schema, None without tables of ours. foreign: tables, but not ours.
    """

    problem: str = ""
    complete: bool = True
    version: str | None = None
    foreign: bool = False


def time_limit(seconds: float = CHECK_SECONDS) -> Callable[[], bool]:
    """True once the seconds from now are over."""
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() > ends


def look(file: Path, give_up: Callable[[], bool] | None = None) -> Finding:
    """Check a database without changing a byte of it. give_up: asked now and again whether to leave it unfinished.

    Raises sqlite3.OperationalError when the file cannot be looked at for a reason other than damage.
    """
    if not file.exists() or file.stat().st_size == 0:
        return Finding()
    # Read-only, so that closing does not fold the write-ahead log into a file that may have to be kept as it is.
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
        try:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
            version = None
            if "alembic_version" in tables:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                version = None if row is None else str(row[0])
            if give_up is not None:
                connection.set_progress_handler(lambda: int(give_up()), 20_000)
            lines = [str(line) for (line,) in connection.execute("PRAGMA quick_check(3)")]
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_INTERRUPT:
                return Finding(complete=False, version=version)
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
                return Finding(problem=str(error))
            raise
    problem = "" if lines == ["ok"] else "; ".join(lines)
    return Finding(problem, True, version, bool(tables) and version is None)


def set_aside(file: Path, at: datetime) -> Path:
    """Rename the database and what belongs to it; nothing is deleted or overwritten. Raises OSError."""
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    for number in range(1000):
        target = file.with_name(f"{file.name}.damaged-{stamp}" + (f"-{number}" if number else ""))
        if not target.exists():
            break
    for companion in _COMPANIONS:
        source = Path(f"{file}{companion}")
        if source.exists():
            source.rename(f"{target}{companion}")
    return target


def look_first(file: Path, at: datetime, notices: list[str]) -> bool:
    """Before the store opens: check the file, and set it aside when it is damaged, which is told in `notices`.

    False when the check could not be completed in time. Raises StoreError for a file that is not ours to write.
    """
    found = look(file, time_limit())
    if found.problem:
        kept = set_aside(file, at)
        notices.append(
            f"The database was damaged and has been set aside as {kept.name}; a new one was started. "
            "Earlier history is in the file set aside and in your last backup."
        )
        return True
    if found.foreign:
        raise StoreError(f"{file} is a database of another program")
    refuse_newer(found.version)
    return found.complete


def look_further(url: str, give_up: Callable[[], bool]) -> str:
    """While the store runs: what is wrong with its file, "" for nothing, and for a server."""
    file = sqlite_file(url)
    if file is None:
        return ""
    try:
        return look(file, give_up).problem
    except sqlite3.Error as error:
        return str(error)
