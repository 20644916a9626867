"""When the audit trail is anchored: at the start, at the stop, and in between by time and by count."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from console.store.anchors import Anchor, read_anchors, write_anchor
from console.store.schema import audit, audit_head

log = logging.getLogger(__name__)

Read = Callable[[Callable[[Connection], Any]], Any]
"""Does some reading on a connection of its own. Raises DBAPIError."""

LOOK_S = 5.0
EVERY_S = 60.0
EVERY_ENTRIES = 100
"""New entries are anchored after a minute at the latest; more than so many at the next look."""


class Anchoring:
    """Keeps the anchors of one database; used from the readers' threads, where waiting for the disk delays no journal.

    utc: wall time of an anchor. tell: puts a line into the audit trail when anchors cannot be written any more, and
    when they can again.
    """

    def __init__(self, file: Path, utc: Callable[[], datetime], tell: Callable[[str, str], object]) -> None:
        self._file = file
        self._utc = utc
        self._tell = tell
        self._lock = threading.Lock()
        self._number = 0
        self._at = time.monotonic()
        self._problem = ""

    def begin(self, read: Read) -> tuple[str, ...]:
        """At the start: hold the newest anchor against the trail, then anchor it. A sentence when they disagree."""
        try:
            told = read(self._compare)
        except DBAPIError as error:
            told = f"The audit trail cannot be held against its anchors: {error.orig}"
        return (told,) if told else ()

    def end(self, read: Read) -> None:
        """At the stop: anchor what was written last."""
        try:
            read(self.write)
        except DBAPIError as error:
            log.warning("the audit trail could not be anchored at the end: %s", error.orig)

    def _compare(self, connection: Connection) -> str:
        try:
            known = read_anchors(self._file).anchors
        except OSError as error:
            return f"The anchors of the audit trail cannot be read ({error.strerror}: {self._file.name})."
        told = ""
        if known:
            newest = known[-1]
            digest = connection.execute(select(audit.c.digest).where(audit.c.number == newest.number)).scalar()
            if digest != newest.digest:
                told = (
                    f"The audit trail does not agree with its anchor of {newest.at.isoformat(timespec='minutes')} "
                    f"(entry {newest.number}): it was cut off or changed. Run ward-console audit verify."
                )
            else:
                self._number = newest.number
        self.write(connection)
        return told

    def look(self, connection: Connection) -> None:
        """Anchor when it is time to."""
        head = connection.execute(select(audit_head.c.number)).scalar() or 0
        new = head - self._number
        if new >= EVERY_ENTRIES or (new and time.monotonic() - self._at >= EVERY_S):
            self.write(connection)

    def write(self, connection: Connection) -> None:
        """Anchor the head as it is on the disk, unless it is anchored already."""
        head = connection.execute(select(audit_head)).first()
        with self._lock:
            if head is None or head.number <= self._number:
                return
            try:
                write_anchor(self._file, Anchor(self._utc(), head.number, head.digest))
            except OSError as error:
                problem = f"the audit trail cannot be anchored: {error.strerror}: {self._file}"
            else:
                problem, self._number, self._at = "", head.number, time.monotonic()
        self._say(problem)

    def _say(self, problem: str) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        if problem:
            log.warning("%s", problem)
        self._tell("audit trail not anchored" if problem else "audit trail anchored again", problem)
