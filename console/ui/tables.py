"""How every table of the console looks and is worked."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTableView


def dress(table: QTableView, spoken: str) -> None:
    """Whole rows, one at a time, without grid or numbers; Tab leaves the table. spoken: its accessible name."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setStyleSheet("QTableView::item { padding: 0 8px; }")
    table.setTabKeyNavigation(False)
    table.setAccessibleName(spoken)
    table.verticalHeader().hide()
    table.horizontalHeader().setHighlightSections(False)
