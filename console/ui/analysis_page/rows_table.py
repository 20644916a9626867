"""A table of lines that can be opened, some of them names of sections."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from console.link.analysis import Verdict
from console.ui.analysis_page.words import Row
from console.ui.tables import dress
from console.ui.theme import Theme, Weight, colour, font
from console.ui.tips import tip


class RowsTable(QTableWidget):
    """opened(Row): by double click or Enter. figures: how many columns after the first hold figures."""

    opened = Signal(object)

    def __init__(self, headings: Sequence[str], spoken: str, theme: Theme, first_figure: int, figures: int) -> None:
        super().__init__(0, len(headings))
        self.theme = theme
        self.rows: list[Row] = []
        self._figures = range(first_figure, first_figure + figures)
        for column, text in enumerate(headings):
            heading = QTableWidgetItem(text)
            heading.setTextAlignment(self._side(column))
            self.setHorizontalHeaderItem(column, heading)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        dress(self, spoken)
        self.horizontalHeader().setMinimumSectionSize(40)
        self.cellDoubleClicked.connect(lambda row, _: self._open(row))

    def set_widths(self, widths: Sequence[int], height: int) -> None:
        """Of the columns, 0 for the one that takes what is left; height of a line."""
        header = self.horizontalHeader()
        for column, width in enumerate(widths):
            if width:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
                self.setColumnWidth(column, width)
            else:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(height)

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in self._figures else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def show_rows(self, rows: Sequence[Row], cells: Sequence[Sequence[str]] | None = None) -> None:
        """cells: what stands in the columns; left out, those of the rows. The chosen line stays chosen."""
        chosen = self.currentRow()
        self.rows = list(rows)
        self.clearSpans()
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            texts = row.cells if cells is None else cells[number]
            if row.part is None and len(rows) > 1:
                self._put_section(number, row.name)
                continue
            for column, text in enumerate(texts[: self.columnCount()]):
                self.setItem(number, column, self._item(row, column, text))
        if 0 <= chosen < len(rows):
            self.selectRow(chosen)

    def _item(self, row: Row, column: int, text: str) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setTextAlignment(self._side(column))
        item.setToolTip(tip(f"{text}\n{row.tip}" if row.tip and row.benchmark == text else text))
        over = row.verdict in (Verdict.ABOVE, Verdict.OVER, Verdict.UNDER) and text == row.benchmark
        bold = over or column == self._figures.start
        item.setFont(font(14, Weight.BOLD if bold else Weight.SEMIBOLD))
        t = self.theme.tokens
        item.setForeground(colour(t.text if bold or column == 0 else t.text_2))
        return item

    def _put_section(self, number: int, name: str) -> None:
        item = QTableWidgetItem(name)
        item.setFont(font(14, Weight.BOLD))
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setBackground(colour(self.theme.tokens.sunk))
        self.setItem(number, 0, item)
        self.setSpan(number, 0, 1, self.columnCount())

    def _open(self, number: int) -> None:
        if 0 <= number < len(self.rows) and self.rows[number].part is not None:
            self.opened.emit(self.rows[number])

    def open_chosen(self) -> None:
        """Open the chosen line."""
        self._open(self.currentRow())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_chosen()
        else:
            super().keyPressEvent(event)
