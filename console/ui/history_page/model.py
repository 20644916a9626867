"""The table of the history: pages come from the link as the table is scrolled, and never block the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from console.alarms.alarm import Alarm, Presence
from console.link.link import Link
from console.store.records import AlarmRecord, HistoryFilter, HistoryPage
from console.ui.forms import Failure, Questions
from console.ui.history_page import rows
from console.ui.theme import PREFIX, Theme, Weight, colour, font

PAGE = 100
LARGEST = 500
"""Most rows the link gives at once."""

Index = QModelIndex | QPersistentModelIndex

COLUMNS: tuple[tuple[str, Callable[[Alarm, ZoneInfo, datetime], str]], ...] = (
    ("Raised", rows.raised),
    ("Bed", lambda alarm, *_: alarm.bed or "–"),
    ("", lambda alarm, *_: PREFIX[alarm.highest]),
    ("Alarm", lambda alarm, *_: rows.title(alarm)),
    ("Kind", lambda alarm, *_: rows.kind(alarm)),
    ("Lasted", lambda alarm, _, now: rows.lasted(alarm, now)),
    ("Response", lambda alarm, *_: rows.response(alarm)),
    ("By", lambda alarm, *_: alarm.acknowledged.by if alarm.acknowledged else rows.NONE),
    ("State", lambda alarm, *_: rows.state(alarm)),
    ("Reason", lambda alarm, *_: (alarm.acknowledged.reason if alarm.acknowledged else "") or rows.NONE),
)
PRIORITY, LASTED, STATE = 2, 5, 8
_RIGHT = (LASTED, 6)


class HistoryModel(QAbstractTableModel):
    """Newest first. arrived(HistoryPage): the first page of a filter is here; failed(text)."""

    arrived = Signal(object)
    failed = Signal(str)

    def __init__(self, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._questions = Questions(self)
        self._filter = HistoryFilter()
        self._records: list[AlarmRecord] = []
        self._total = 0
        self.zone = ZoneInfo("UTC")
        self.now = datetime.now(UTC)
        self.theme = Theme()

    # --- filling -------------------------------------------------------------------------------------------------

    def choose(self, filter: HistoryFilter) -> None:
        """Another filter: what was there goes, the first page is asked for."""
        self._filter = filter
        self.beginResetModel()
        self._records, self._total = [], 0
        self.endResetModel()
        self._ask(0, PAGE, self._replace)

    def refresh(self, filter: HistoryFilter) -> None:
        """Read again what is shown, because alarms have changed; nothing while a page is on its way."""
        if self._questions.waiting:
            return
        self._filter = filter
        self._ask(0, min(LARGEST, max(PAGE, len(self._records))), self._replace)

    def _ask(self, offset: int, limit: int, then: Callable[[HistoryPage], None]) -> None:
        def answered(answer: HistoryPage | Failure) -> None:
            if isinstance(answer, Failure):
                self.failed.emit(f"The alarm history cannot be read: {answer.text}.")
            else:
                then(answer)

        self._questions.drop()
        self._questions.ask(self._link.history(self._filter, offset, limit), answered)

    def _replace(self, page: HistoryPage) -> None:
        # The view keeps its selection and place unless rows have come or gone.
        if [r.alarm.id for r in page.rows] == [r.alarm.id for r in self._records]:
            self._records, self._total = list(page.rows), page.total
            if self._records:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._records) - 1, len(COLUMNS) - 1))
        else:
            self.beginResetModel()
            self._records, self._total = list(page.rows), page.total
            self.endResetModel()
        self.arrived.emit(page)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._records) < self._total and not self._questions.waiting

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._ask(len(self._records), PAGE, self._append)

    def _append(self, page: HistoryPage) -> None:
        known = {record.alarm.id for record in self._records}
        new = [record for record in page.rows if record.alarm.id not in known]
        self._total = page.total if page.rows else len(self._records)
        if not new:
            return
        self.beginInsertRows(QModelIndex(), len(self._records), len(self._records) + len(new) - 1)
        self._records += new
        self.endInsertRows()

    # --- reading -------------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Alarms that match the filter, loaded or not."""
        return self._total

    @property
    def loaded(self) -> int:
        """Rows in the table."""
        return len(self._records)

    def record(self, row: int) -> AlarmRecord | None:
        """The alarm of a row."""
        return self._records[row] if 0 <= row < len(self._records) else None

    def row_of(self, alarm_id: str) -> int:
        """Where an alarm stands, -1 when it is not loaded."""
        return next((i for i, r in enumerate(self._records) if r.alarm.id == alarm_id), -1)

    def set_time(self, now: datetime, zone: ZoneInfo) -> None:
        """The clock goes on: what still lasts is written anew, once a second."""
        moved = zone.key != self.zone.key
        if not moved and int(now.timestamp()) == int(self.now.timestamp()):
            return
        self.now, self.zone = now, zone
        if self._records:
            first = 0 if moved else LASTED
            last = len(COLUMNS) - 1 if moved else LASTED
            self.dataChanged.emit(self.index(0, first), self.index(len(self._records) - 1, last))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section][0]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        record = self.record(index.row())
        if record is None:
            return None
        alarm, column = record.alarm, index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return COLUMNS[column][1](alarm, self.zone, self.now)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return font(16, Weight.EXTRABOLD) if column == 1 else font(14, Weight.SEMIBOLD)
        if role == Qt.ItemDataRole.ForegroundRole:
            strong = column < 4 or alarm.presence is not Presence.ENDED
            return colour(self.theme.tokens.text if strong else self.theme.tokens.text_2)
        if role == Qt.ItemDataRole.UserRole:
            return alarm
        return None


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class PriorityDelegate(QStyledItemDelegate):
    """Asterisks on the priority's ground: bright while the alarm is there, dulled when it is past."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = Theme()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        alarm: Alarm | None = index.data(Qt.ItemDataRole.UserRole)
        if alarm is None:
            return
        area: QRect = option.rect
        box = area.adjusted(3, (area.height() - 24) // 2, -3, -((area.height() - 24) // 2))
        paint_priority(painter, box, alarm, self.theme)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.text = ""


def paint_priority(painter: QPainter, box: QRect, alarm: Alarm, theme: Theme) -> None:
    """The highest priority an alarm had, as asterisks on its colour."""
    t = theme.tokens
    colours = t.alarm(alarm.highest)
    there = alarm.presence is Presence.ACTIVE
    painter.fillRect(box, colour(colours.fill if there else colours.past))
    painter.setPen(colour(colours.text if there else t.text))
    painter.setFont(font(18, Weight.EXTRABOLD))
    # Asterisks hang high in their line.
    painter.drawText(box.adjusted(0, 6, 0, 0), Qt.AlignmentFlag.AlignCenter, PREFIX[alarm.highest])
