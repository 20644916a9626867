"""The table of thresholds: grouped by section, with what is proposed beside what is in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from console.link.evaluation import Threshold
from console.ui.evaluation_page.words import name_text, value_text
from console.ui.theme import Theme, Weight, colour, font

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Threshold", "Proposed", "In force", "Shipped")
NAME, PROPOSED, IN_FORCE, SHIPPED = range(4)


class ThresholdModel(QAbstractTableModel):
    """Rows are sections (text) and thresholds. faults: keys whose proposed value cannot be used."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._all: tuple[Threshold, ...] = ()
        self._rows: list[str | Threshold] = []
        self._texts: Mapping[str, str] = {}
        self._faults: frozenset[str] = frozenset()

    def show(
        self, thresholds: Sequence[Threshold], texts: Mapping[str, str], faults: frozenset[str], find: str, own: bool
    ) -> None:
        """find: only thresholds with this in their key or remark; own: only what differs from the shipped value, or is
        proposed."""
        self._all, self._texts, self._faults = tuple(thresholds), dict(texts), faults
        words = find.casefold().split()
        rows: list[str | Threshold] = []
        section = ""
        for one in self._all:
            text = f"{one.key} {one.remark}".casefold()
            if not all(word in text for word in words) or (own and not one.own and one.key not in texts):
                continue
            if one.section != section:
                section = one.section
                rows.append(section)
            rows.append(one)
        if [_key(row) for row in rows] != [_key(row) for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def threshold(self, row: int) -> Threshold | None:
        """The threshold of a row, None for the name of a section."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return found if isinstance(found, Threshold) else None

    def row_of(self, key: str) -> int:
        """Where a threshold stands, -1 when it is not shown."""
        return next((i for i, row in enumerate(self._rows) if isinstance(row, Threshold) and row.key == key), -1)

    def sections(self) -> list[int]:
        """Rows that are names of sections."""
        return [i for i, row in enumerate(self._rows) if isinstance(row, str)]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.threshold(index.row()) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None
        if row is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if isinstance(row, str):
            return self._of_section(row, role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(row, index.column())
        marked = row.own or row.key in self._texts
        if role == Qt.ItemDataRole.FontRole:
            return font(14, Weight.EXTRABOLD if marked and index.column() != SHIPPED else Weight.SEMIBOLD)
        if role == Qt.ItemDataRole.ForegroundRole:
            return colour(self.theme.tokens.text if marked else self.theme.tokens.text_2)
        return None

    def _of_section(self, section: str, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return section
        if role == Qt.ItemDataRole.FontRole:
            return font(14, Weight.BOLD)
        if role == Qt.ItemDataRole.BackgroundRole:
            return colour(self.theme.tokens.sunk)
        return colour(self.theme.tokens.text) if role == Qt.ItemDataRole.ForegroundRole else None

    def _text(self, row: Threshold, column: int) -> str:
        if column == NAME:
            mark = "   ● from the next start" if row.waits else "   ● own value" if row.own else ""
            return name_text(row) + mark
        if column == PROPOSED:
            fault = "?  " if row.key in self._faults else ""
            return f"{fault}{self._texts.get(row.key, '')}"
        if column == IN_FORCE:
            value = value_text(row.in_force)
            return f"{value} → {value_text(row.written)}" if row.waits else value
        return value_text(row.shipped)


def _key(row: str | Threshold) -> str:
    return row if isinstance(row, str) else f"={row.key}"


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
    return int(side | Qt.AlignmentFlag.AlignVCenter)
