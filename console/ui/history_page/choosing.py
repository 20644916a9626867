"""Which alarm is chosen: in the table, on the timeline, by key; the three show the same one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTableView

from console.link.link import Link
from console.store.records import AlarmRecord, HistoryFilter
from console.ui.forms import Failure, Questions
from console.ui.history_page.course import Course
from console.ui.history_page.model import HistoryModel
from console.ui.history_page.timeline_panel import TimelinePanel


class Choosing(QObject):
    """An alarm whose row is in the table is chosen there; another one, `outside` the table, is read by itself."""

    def __init__(
        self,
        link: Link,
        table: QTableView,
        model: HistoryModel,
        course: Course,
        timeline: TimelinePanel,
        filter: Callable[[], HistoryFilter],
    ) -> None:
        super().__init__(table)
        self._link, self._table, self._model, self._course = link, table, model, course
        self._timeline, self._filter = timeline, filter
        self._questions = Questions(self)
        self.outside = False
        timeline.chosen.connect(self.choose)
        course.step.connect(self.step)
        course.shown.connect(timeline.show_chosen)

    def by_row(self, record: AlarmRecord) -> None:
        """A row of the table was chosen."""
        self._questions.drop()
        self.outside = False
        self._course.show_alarm(record)

    def choose(self, alarm_id: str) -> None:
        """Show an alarm, wherever it was pressed; the table follows when it has a row of it."""
        self._questions.drop()
        row = self._model.row_of(alarm_id)
        if row >= 0:
            self._select(row)
        else:
            self._questions.ask(self._link.alarm_story(alarm_id), self._take)

    def step(self, by: int) -> None:
        """One alarm down (1) or up (-1) the table; beyond its rows, and from an alarm outside it, by time: down is
        earlier, as in a table that has the newest first."""
        chosen = self._course.alarm
        if chosen is None:
            if by > 0 and self._model.total:
                self._select(0)
            return
        row = self._model.row_of(chosen.alarm.id)
        if row >= 0 and 0 <= row + by < self._model.total:
            self._select(row + by)
        elif row < 0 or row + by >= self._model.total:
            self._questions.drop()
            beside = self._link.alarm_beside(self._filter(), chosen.alarm.id, by < 0)
            self._questions.ask(beside, self._take)

    def _select(self, row: int) -> None:
        record = self._model.record(row)
        if self._table.currentIndex().row() == row and record is not None:
            # The row was current already, while another alarm was shown.
            self.by_row(record)
        self._table.selectRow(row)

    def _take(self, answer: AlarmRecord | Failure | None) -> None:
        if isinstance(answer, Failure):
            self._course.show_failure(f"The alarm cannot be read: {answer.text}.")
        elif answer is not None:
            row = self._model.row_of(answer.alarm.id)
            if row >= 0:
                self._select(row)
                return
            self.outside = True
            self._table.clearSelection()
            self._course.show_alarm(answer)
