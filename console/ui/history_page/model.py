"""The table of the history: it knows how many alarms there are, and holds the pages looked at. Nothing blocks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from console.alarms.alarm import Alarm, Presence
from console.link.link import Link
from console.store.records import AlarmRecord, HistoryFilter, HistoryPage, Sort
from console.ui.forms import Failure, Questions
from console.ui.history_page import rows
from console.ui.theme import PREFIX, Theme, Weight, colour, font

PAGE = 60
"""Rows asked for at once."""

KEPT = 24
"""Pages held; the one looked at longest ago goes first."""

Index = QModelIndex | QPersistentModelIndex

COLUMNS: tuple[tuple[str, Callable[[AlarmRecord, ZoneInfo, datetime], str], Sort | None], ...] = (
    ("Raised", lambda record, zone, now: rows.raised(record.alarm, zone, now), Sort.RAISED),
    ("Bed", lambda record, *_: record.alarm.bed or rows.NONE, Sort.BED),
    ("", lambda record, *_: PREFIX[record.alarm.highest], Sort.PRIORITY),
    ("Alarm", lambda record, *_: rows.title(record.alarm), None),
    ("Kind", lambda record, *_: rows.kind(record.alarm), None),
    ("Lasted", lambda record, _, now: rows.lasted(record.alarm, now), Sort.LASTED),
    ("Response", lambda record, *_: rows.response(record), Sort.RESPONSE),
    ("By", lambda record, *_: record.answer.by if record.answer else rows.NONE, None),
    ("State", lambda record, *_: rows.state(record.alarm), None),
    ("Reason", lambda record, *_: (record.answer.reason if record.answer else "") or rows.NONE, None),
)
"""Heading, text of a cell, and what a click on the heading sorts by."""

PRIORITY, LASTED, STATE = 2, 5, 8
_RIGHT = (LASTED, 6)


class HistoryModel(QAbstractTableModel):
    """The rows of a filter. arrived(): the first page of a filter is here; shown(): a page has come; failed(text)."""

    arrived = Signal()
    shown = Signal()
    failed = Signal(str)

    def __init__(self, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._questions = Questions(self)
        self._filter = HistoryFilter()
        self._pages: OrderedDict[int, tuple[AlarmRecord, ...]] = OrderedDict()
        self._stale: set[int] = set()
        self._total = 0
        self._looked_at = (0, PAGE - 1)
        self._failed = False
        self._asked: Future[HistoryPage] | None = None
        self.zone = ZoneInfo("UTC")
        self.now = datetime.now(UTC)
        self.theme = Theme()

    # --- filling -------------------------------------------------------------------------------------------------

    @property
    def filter(self) -> HistoryFilter:
        """What is listed."""
        return self._filter

    def choose(self, filter: HistoryFilter) -> None:
        """Another filter: what was there goes, the first page is asked for."""
        self._questions.drop()
        if self._asked is not None:
            # What has not begun yet need not be looked for any more.
            self._asked.cancel()
        self._filter = filter
        self.beginResetModel()
        self._pages.clear()
        self._stale.clear()
        self._total, self._looked_at, self._failed = 0, (0, PAGE - 1), False
        self.endResetModel()
        self._ask(0, counted=True)

    def refresh(self, filter: HistoryFilter) -> None:
        """Read again what is looked at, because alarms have changed; nothing while a page is on its way. The other
        pages are read again when they are looked at."""
        if self._questions.waiting:
            return
        self._filter, self._failed = filter, False
        self._stale = set(self._pages)
        self._ask(self._looked_at[0] // PAGE, counted=True)

    def look_at(self, first: int, last: int) -> None:
        """These rows are on the screen: ask for what is missing of them. What was asked for before, and is not on the
        screen any more, is not waited for."""
        self._looked_at = (max(0, first), max(0, last))
        self._fetch()

    def _fetch(self) -> None:
        if self._questions.waiting or self._failed or not self._total:
            return
        first, last = (min(row, self._total - 1) // PAGE for row in self._looked_at)
        for page in range(first, last + 1):
            if page not in self._pages or page in self._stale:
                self._ask(page, counted=False)
                return

    def _ask(self, page: int, counted: bool) -> None:
        def answered(answer: HistoryPage | Failure) -> None:
            if isinstance(answer, Failure):
                self._failed = True
                self.failed.emit(f"The alarm history cannot be read: {answer.text}.")
                return
            self._take(page, answer)
            if counted:
                self.arrived.emit()
            self.shown.emit()
            self._fetch()

        self._asked = self._link.history(self._filter, page * PAGE, PAGE, counted)
        self._questions.ask(self._asked, answered)

    def _take(self, page: int, answer: HistoryPage) -> None:
        self._stale.discard(page)
        self._pages[page] = answer.rows
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT:
            gone, _ = self._pages.popitem(last=False)
            self._stale.discard(gone)
        if answer.total is not None and answer.total != self._total:
            self._resize(answer.total)
        if self._total:
            last = min((page + 1) * PAGE, self._total) - 1
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(COLUMNS) - 1))

    def _resize(self, total: int) -> None:
        """Rows come or go at the end: what is on the screen keeps its place."""
        if not self._total or not total:
            self.beginResetModel()
            self._total = total
            self.endResetModel()
        elif total > self._total:
            self.beginInsertRows(QModelIndex(), self._total, total - 1)
            self._total = total
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), total, self._total - 1)
            self._total = total
            self.endRemoveRows()

    # --- reading -------------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Alarms that match the filter, held or not."""
        return self._total

    @property
    def held(self) -> int:
        """Rows in memory."""
        return sum(len(page) for page in self._pages.values())

    @property
    def waiting(self) -> bool:
        """A page is on its way."""
        return self._questions.waiting

    def record(self, row: int) -> AlarmRecord | None:
        """The alarm of a row; None while its page is not here."""
        page = self._pages.get(row // PAGE) if row >= 0 else None
        return page[row % PAGE] if page is not None and row % PAGE < len(page) else None

    def row_of(self, alarm_id: str) -> int:
        """Where an alarm stands, -1 when it is not held."""
        for page, records in self._pages.items():
            for place, record in enumerate(records):
                if record.alarm.id == alarm_id:
                    return page * PAGE + place
        return -1

    def set_time(self, now: datetime, zone: ZoneInfo) -> None:
        """The clock goes on: what still lasts is written anew, once a second."""
        moved = zone.key != self.zone.key
        if not moved and int(now.timestamp()) == int(self.now.timestamp()):
            return
        self.now, self.zone = now, zone
        if self._total:
            first, last = (min(row, self._total - 1) for row in self._looked_at)
            left, right = (0, len(COLUMNS) - 1) if moved else (LASTED, LASTED)
            self.dataChanged.emit(self.index(first, left), self.index(last, right))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heading(section)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return "Priority" if section == PRIORITY else COLUMNS[section][0]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def _heading(self, section: int) -> str:
        name, _, sort = COLUMNS[section]
        if sort is not self._filter.sort or sort is None:
            return name
        arrow = "▼" if self._filter.descending else "▲"
        return f"{name} {arrow}".strip()

    def sorted_by(self, section: int) -> HistoryFilter:
        """The filter in the order in which a click on a heading lists it: the other way round at the second click."""
        sort = COLUMNS[section][2]
        if sort is None:
            return self._filter
        # The newest come first, whatever they are sorted by, until it is turned round.
        return replace(self._filter, sort=sort, descending=sort is not self._filter.sort or not self._filter.descending)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        record, column = self.record(index.row()), index.column()
        if record is None:
            # A row on its way: the dots tell that something comes.
            return "…" if role == Qt.ItemDataRole.DisplayRole and column == 0 else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return COLUMNS[column][1](record, self.zone, self.now)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return font(16, Weight.EXTRABOLD) if column == 1 else font(14, Weight.SEMIBOLD)
        if role == Qt.ItemDataRole.ForegroundRole:
            strong = column < 4 or record.alarm.presence is not Presence.ENDED
            return colour(self.theme.tokens.text if strong else self.theme.tokens.text_2)
        if role == Qt.ItemDataRole.UserRole:
            return record.alarm
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
