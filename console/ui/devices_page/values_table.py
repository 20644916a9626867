"""The decoded values of a line: parameter, value, unit, status, site, age."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from console.link.devices import HeardVital, LineView
from console.ui import wording
from console.ui.devices_page.seen import is_old, name_of, number, unit_of
from console.ui.theme import Theme, Weight, colour, font
from drivers.observation import Status

COLUMNS = ("Value of", "Value", "Unit", "Status", "Site", "Age")
STATUS = {Status.VALID: "valid", Status.QUESTIONABLE: "? questionable", Status.UNAVAILABLE: "no data"}
RIGHT = (1, 5)

Index = QModelIndex | QPersistentModelIndex
Row = tuple[HeardVital, bool, float]


class ValuesModel(QAbstractTableModel):
    """One row a parameter and site, in the order of the device."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = Theme()
        self._rows: list[Row] = []

    def show(self, view: LineView, interval_s: float) -> None:
        """The values of the line now."""
        rows = [(h, is_old(h, view, interval_s), view.seconds - h.seconds) for h in view.vitals]
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        heard, old, age = self._rows[index.row()]
        column = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _text(heard, old, age, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return font(18 if column == 1 else 14, Weight.BOLD if column < 2 else Weight.MEDIUM)
        if role == Qt.ItemDataRole.ForegroundRole:
            return colour(self._dye(heard, old, column))
        return None

    def _dye(self, heard: HeardVital, old: bool, column: int) -> str:
        tokens = self.theme.tokens
        if old or heard.vital.value is None:
            return tokens.muted
        return tokens.parameter(heard.vital.parameter) if column < 2 else tokens.text_2


def _text(heard: HeardVital, old: bool, age: float, column: int) -> str:
    vital = heard.vital
    status = "old" if old and vital.value is not None else STATUS[vital.status]
    if column == 3 and vital.repeat and not old:
        status = f"{status}, sent again"
    return (
        name_of(vital.parameter),
        number(heard),
        unit_of(vital.parameter),
        status,
        vital.site or "–",
        wording.age_text(age),
    )[column]


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class ValuesTable(QTableView):
    """The table itself."""

    def __init__(self) -> None:
        super().__init__()
        self.values = ValuesModel()
        self.values.setParent(self)
        self.setModel(self.values)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.setMinimumHeight(80)
        self.setAccessibleName("Decoded values")
        self.setStyleSheet("QTableView::item { padding: 0 8px; }")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate((88, 70, 66, 0, 76, 60)):
            if width:
                self.setColumnWidth(column, width)

    def show_line(self, view: LineView, interval_s: float) -> None:
        """The values of the line now; sites only where one is told."""
        self.values.show(view, interval_s)
        self.setColumnHidden(4, all(h.vital.site is None for h in view.vitals))

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.values.theme = theme
        self.viewport().update()
