"""When the audit trail is anchored: at the start, at the stop, and in between by time and by count."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from console.store.anchors import Anchor, read_anchors, write_anchor
from console.store.schema import audit, audit_head

log = logging.getLogger(__name__)

LOOK_S = 5.0
EVERY_S = 60.0
EVERY_ENTRIES = 100
"""New entries are anchored after a minute at the latest; more than so many at the next look."""


class Anchoring:
    """Keeps the anchors of one database; used from the readers' threads, where waiting for the disk delays no journal.

    utc: wall time of an anchor. trouble: given a sentence when anchors cannot be written any more, "" when they can be
    again.
    """

    def __init__(self, file: Path, utc: Callable[[], datetime], trouble: Callable[[str], None]) -> None:
        self._file = file
        self._utc = utc
        self._trouble = trouble
        self._lock = threading.Lock()
        self._number = 0
        self._at = time.monotonic()
        self._problem = ""

    def begin(self, connection: Connection) -> str:
        """At the start: hold the newest anchor against the trail, then anchor it. A sentence when they disagree."""
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
        self._tell(problem)

    def _tell(self, problem: str) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        if problem:
            log.warning("%s", problem)
        self._trouble(problem)
