"""The table of the sources, problems first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.link.snapshot import SourceView
from console.ui.devices_page.words import count_text, in_order, state_text, troubled, value_age
from console.ui.theme import Theme, Weight, colour, font

RATE_S = 5.0
"""Seconds over which bytes per second are taken."""

WIDTHS = {"Bed": 78, "State": 196, "Last value": 88, "Bytes/s": 70, "Good": 84, "Bad": 60, "Reconn.": 70}
SHOWN_FIRST = ("Bed", "State", "Last value", "Bad", "Bytes/s", "Good", "Reconn.")
LEAST_NAME = 120
"""Width in px the name of a source has at least."""

Index = QModelIndex | QPersistentModelIndex


class Rates:
    """Bytes per second of every source, from its counter over the last seconds."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[float, int]]] = {}

    def take(self, sources: Sequence[SourceView], now: float) -> None:
        """Remember the counters at `now` (engine seconds)."""
        self._seen = {s.name: self._seen.get(s.name, []) for s in sources}
        for source in sources:
            seen = self._seen[source.name]
            if seen and (now <= seen[-1][0] or source.bytes_in < seen[-1][1]):
                seen.clear()
            if not seen or now - seen[-1][0] >= 0.5:
                seen.append((now, source.bytes_in))
            while len(seen) > 2 and now - seen[0][0] > RATE_S:
                seen.pop(0)

    def of(self, name: str) -> float | None:
        """Bytes per second, None while it cannot be said."""
        seen = self._seen.get(name, [])
        if len(seen) < 2:
            return None
        return (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0])


class SourcesModel(QAbstractTableModel):
    """The sources in their order; rows change in place, so that the chosen one stays chosen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = Theme()
        self.rates = Rates()
        self.now = 0.0
        self._sources: list[SourceView] = []
        self.columns: tuple[tuple[str, Callable[[SourceView], str]], ...] = (
            ("Bed", lambda s: ", ".join(s.beds) or "–"),
            ("Source", lambda s: s.name),
            ("State", state_text),
            ("Last value", lambda s: value_age(s, self.now)),
            ("Bytes/s", self._rate),
            ("Good", lambda s: count_text(s.good)),
            ("Bad", lambda s: count_text(s.bad)),
            ("Reconn.", lambda s: count_text(s.reconnects)),
        )

    def column(self, name: str) -> int:
        """Where a column stands."""
        return next(i for i, (title, _) in enumerate(self.columns) if title == name)

    def widths(self, width: int) -> dict[str, int]:
        """Column widths in px for a table of this width; 0 hides a column. What matters most goes last.

        The name takes what is left and is not in it.
        """
        left = width - LEAST_NAME
        made = dict.fromkeys((name for name, _ in self.columns if name != "Source"), 0)
        for name in SHOWN_FIRST:
            if WIDTHS[name] > left:
                break
            made[name] = WIDTHS[name]
            left -= WIDTHS[name]
        return made

    def _rate(self, source: SourceView) -> str:
        rate = self.rates.of(source.name)
        return "–" if rate is None else f"{rate:.0f}"

    def show(self, sources: Sequence[SourceView], now: float) -> None:
        """Bring the table up to date."""
        ordered = in_order(sources)
        self.now = now
        if [s.name for s in ordered] != [s.name for s in self._sources]:
            self.layoutAboutToBeChanged.emit()
            before = self.persistentIndexList()
            names = [self._sources[i.row()].name for i in before]
            self._sources = ordered
            for index, name in zip(before, names, strict=True):
                row = self.row_of(name)
                self.changePersistentIndex(index, self.index(row, index.column()) if row >= 0 else QModelIndex())
            self.layoutChanged.emit()
        else:
            self._sources = ordered
        if ordered:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ordered) - 1, len(self.columns) - 1))

    def row_of(self, name: str) -> int:
        """Where a source stands, -1 when it is gone."""
        return next((i for i, s in enumerate(self._sources) if s.name == name), -1)

    def source(self, row: int) -> SourceView | None:
        """The source of a row."""
        return self._sources[row] if 0 <= row < len(self._sources) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._sources)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section][0]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        source = self.source(index.row())
        if source is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.columns[index.column()][1](source)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.FontRole:
            return font(14, Weight.EXTRABOLD if index.column() < 1 else Weight.SEMIBOLD)
        if role == Qt.ItemDataRole.ForegroundRole:
            bold = troubled(source) or index.column() < 2
            return colour(self.theme.tokens.text if bold else self.theme.tokens.text_2)
        return None


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column >= 3 else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
