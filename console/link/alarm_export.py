"""How the history page has what it lists written to a file."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from console.link.analysis import Saved
from console.store.records import HistoryFilter


class AlarmExport(Protocol):
    """The desk of one station. It never blocks; the future may be cancelled, and then nothing is kept."""

    def save(self, filter: HistoryFilter, told: str, by: str) -> Future[Saved]:
        """Write every alarm of a filter as CSV, oldest first, into the folder of the station's exports. told: the
        filter in plain words, which stands in the file and in the audit trail. Needs Right.EXPORT; audited before a row
        is read."""
        ...
