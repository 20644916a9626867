"""A table of plain texts whose rows change in place, so that the chosen one stays chosen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from console.ui.tables import dress
from console.ui.theme import Theme, Weight, colour, font

Index = QModelIndex | QPersistentModelIndex
Row = TypeVar("Row")


class RowsModel(QAbstractTableModel, Generic[Row]):
    """columns: title, width in px (0: what is left) and text of a row. key: what makes a row the same as before.
    strong: rows that stand out."""

    def __init__(
        self,
        parent: QObject,
        columns: Sequence[tuple[str, int, Callable[[Row], str]]],
        key: Callable[[Row], Hashable],
        strong: Callable[[Row], bool] = lambda _: True,
    ) -> None:
        super().__init__(parent)
        self.theme = Theme()
        self.columns = tuple(columns)
        self._key = key
        self._strong = strong
        self._rows: list[Row] = []

    def dress(self, table: QTableView, spoken: str) -> None:
        """Give a table this model and its columns."""
        table.setModel(self)
        dress(table, spoken)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.verticalHeader().setDefaultSectionSize(40)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(40)
        for number, (_, width, _) in enumerate(self.columns):
            if width:
                table.setColumnWidth(number, width)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def show(self, rows: Sequence[Row]) -> None:
        """Bring the table up to date."""
        fresh = list(rows)
        if [self._key(row) for row in fresh] != [self._key(row) for row in self._rows]:
            self.layoutAboutToBeChanged.emit()
            before = self.persistentIndexList()
            keys = [self._key(self._rows[index.row()]) for index in before]
            self._rows = fresh
            for index, key in zip(before, keys, strict=True):
                row = self.row_of(key)
                self.changePersistentIndex(index, self.index(row, index.column()) if row >= 0 else QModelIndex())
            self.layoutChanged.emit()
        else:
            self._rows = fresh
        if fresh:
            self.dataChanged.emit(self.index(0, 0), self.index(len(fresh) - 1, len(self.columns) - 1))

    def row_of(self, key: Hashable) -> int:
        """Where a row stands, -1 when it is gone."""
        return next((i for i, row in enumerate(self._rows) if self._key(row) == key), -1)

    def at(self, row: int) -> Row | None:
        """What stands in a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section][0]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.at(index.row())
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.columns[index.column()][2](row)
        if role == Qt.ItemDataRole.FontRole:
            return font(14, Weight.SEMIBOLD)
        if role == Qt.ItemDataRole.ForegroundRole:
            tokens = self.theme.tokens
            return colour(tokens.text if self._strong(row) else tokens.text_2)
        return None
