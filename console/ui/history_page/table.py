"""The view of the table: what of it is on the screen, and what a click on a heading means."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from console.ui.history_page.model import PRIORITY, HistoryModel, PriorityDelegate
from console.ui.theme import Theme

_WIDE = (164, 78, 60, 0, 92, 86, 104, 96, 150, 144)
_COMPACT = (136, 80, 52, 0, 76, 80, 92, 84, 148, 96)
_ALARM, _KIND, _REASON = 3, 4, 9


class AlarmTable(QTableView):
    """looked_at(): other rows are on the screen. sort(section): a heading was clicked."""

    looked_at = Signal()
    sort = Signal(int)

    def __init__(self, model: HistoryModel) -> None:
        super().__init__()
        self._rows = model
        self._delegate = PriorityDelegate(self)
        self.setModel(model)
        self.setItemDelegateForColumn(PRIORITY, self._delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setAccessibleName("Alarms")
        self.verticalHeader().hide()
        # Rows of one height: a million of them need not be measured.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_ALARM, QHeaderView.ResizeMode.Stretch)
        header.sectionClicked.connect(self.sort)
        self.verticalScrollBar().valueChanged.connect(self.look)

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        self._rows.theme = self._delegate.theme = theme
        self.verticalHeader().setDefaultSectionSize(32 if theme.compact else 35)
        for column, width in enumerate(_COMPACT if theme.compact else _WIDE):
            if width:
                self.setColumnWidth(column, width)
        self.setColumnHidden(_KIND, theme.compact)
        self.setColumnHidden(_REASON, theme.compact)

    @property
    def at_top(self) -> bool:
        """The first row is on the screen."""
        return self.verticalScrollBar().value() == 0

    def rows_in_view(self) -> tuple[int, int]:
        """The first and the last row on the screen, also where it is seen in part."""
        height = max(1, self.verticalHeader().defaultSectionSize())
        top = self.verticalScrollBar().value()
        last = max(0, self._rows.total - 1)
        return min(last, top // height), min(last, (top + max(1, self.viewport().height()) - 1) // height)

    def look(self) -> None:
        """Have the rows on the screen fetched."""
        self._rows.look_at(*self.rows_in_view())
        self.looked_at.emit()

    def choose_row(self, row: int) -> None:
        """Mark a row without scrolling to it."""
        how = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.setAutoScroll(False)
        self.selectionModel().setCurrentIndex(self._rows.index(row, 0), how)
        self.setAutoScroll(True)

    def choose_none(self) -> None:
        """No row is marked."""
        self.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.look()
