"""What goes on beside the table and never holds it up: the figures, and the export of what is listed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject

from console.link.alarm_export import AlarmExport
from console.link.analysis import Saved
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.store.records import HistoryFigures, HistoryFilter
from console.ui.forms import Failure, Questions

REST = 10
"""Figures are added up again when so many times as long as they took has passed."""


def versions(snapshot: WardSnapshot) -> frozenset[tuple[str, int]]:
    """The alarms that stand, each as it stands: what differs when the table has to be read again."""
    alarms = (*snapshot.alarms, *(alarm for bed in snapshot.beds for alarm in bed.alarms))
    return frozenset((alarm.id, alarm.version) for alarm in alarms)


class Figures(QObject):
    """Asks for the figures of a filter; those of another one are given up, also while they are added up."""

    def __init__(self, link: Link, parent: QObject, show: Callable[[HistoryFigures | Failure], None]) -> None:
        super().__init__(parent)
        self._link, self._show = link, show
        self._questions = Questions(self)
        self._asked: Future[HistoryFigures] | None = None
        self._began = self._took = 0.0

    def ask(self, filter: HistoryFilter) -> None:
        """Of this filter."""
        self._questions.drop()
        if self._asked is not None:
            self._asked.cancel()
        self._began, self._took = time.monotonic(), 0.0
        self._asked = self._link.history_figures(filter)
        self._questions.ask(self._asked, self._take)

    def again(self, filter: HistoryFilter) -> None:
        """The alarms have changed: once more, unless that would keep the store busy."""
        if not self._questions.waiting and time.monotonic() - self._began >= REST * self._took:
            self.ask(filter)

    def _take(self, found: HistoryFigures | Failure) -> None:
        self._took = time.monotonic() - self._began
        self._show(found)


class Exporting(QObject):
    """One export at a time. tell: what has become of it, in one sentence."""

    def __init__(self, export: AlarmExport | None, parent: QObject, tell: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._export, self._tell = export, tell
        self._questions = Questions(self)

    @property
    def able(self) -> bool:
        """There is a desk that writes files."""
        return self._export is not None

    def begin(self, filter: HistoryFilter, told: str, total: int, by: str) -> None:
        """Have the alarms of a filter written; nothing while another export is under way."""
        if self._export is None or self._questions.waiting:
            return
        self._tell(f"Exporting {total:,} alarms …")
        self._questions.ask(self._export.save(filter, told, by), self._done)

    def _done(self, found: Saved | Failure) -> None:
        if isinstance(found, Failure):
            self._tell(f"?  Not exported: {found.text}.")
        else:
            self._tell(f"?  {found.error}" if found.error else f"Saved as {found.file}")
