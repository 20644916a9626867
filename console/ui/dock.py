"""The pane in which sheets dock, beside the pages: it takes width from them and covers nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from console.ui.page import DockedSheet
from console.ui.theme import SHEET_WIDTH

SMALLEST_PAGE = QSize(320, 240)


class Dock(QSplitter):
    """pages: what stands at the left. home: whose children sheets are while they are not shown. changed(open): called
    when a sheet has come or gone."""

    def __init__(self, pages: QWidget, home: QWidget, changed: Callable[[bool], None]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.sheet: DockedSheet | None = None
        self.before: DockedSheet | None = None
        """The sheet that was docked before the present one and comes back after it."""
        self._home, self._changed = home, changed
        # A page that needs more room than there is gets less: it never makes the window larger than the screen.
        pages.setMinimumSize(SMALLEST_PAGE)
        self.addWidget(pages)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)

    def open(self, sheet: DockedSheet) -> None:
        """Dock a sheet in the place of the one there is."""
        self.before = None
        if sheet is not self.sheet:
            self._put_away()
            self._put(sheet)

    def close_sheet(self) -> bool:
        """Give the width back, or the place back to the sheet before; False when there was none."""
        if self.sheet is None:
            return False
        before, self.before = self.before, None
        self._put_away()
        if before is not None:
            self._put(before)
        return True

    def _put(self, sheet: DockedSheet) -> None:
        self.sheet = sheet
        self._changed(True)
        self.addWidget(sheet)
        sheet.setFixedWidth(SHEET_WIDTH)
        sheet.setMinimumHeight(SMALLEST_PAGE.height())
        sheet.show()

    def _put_away(self) -> None:
        if self.sheet is not None:
            sheet, self.sheet = self.sheet, None
            self._changed(False)
            sheet.setParent(self._home)  # which also hides it
