"""The pages of a report on the screen: in the colours of the screen, or white as they leave the printer."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from console.ui.reports_page.flow import Document
from console.ui.reports_page.paper import ON_PAPER, PT, Ink, on_screen
from console.ui.reports_page.sheet import draw_page
from console.ui.theme import Theme, Weight, colour, font

BETWEEN = 14
SIDE = 12
KEPT = 6
"""Painted pages kept."""

ZOOMS = (0.0, 1.0, 1.5, 2.0)
"""0: as wide as there is room; else pixels a point."""

WIDEST = 1.75
"""Pixels a point at most where a page takes the width of the screen."""


class Preview(QScrollArea):
    """Read only; scrolled like any list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.sheets = _Sheets(theme)
        self.setWidget(self.sheets)
        self.setWidgetResizable(False)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName("Pages of the report")

    def show_document(self, document: Document | None, text: str = "") -> None:
        """Show pages from the first on, or a sentence in their place."""
        self.sheets.document, self.sheets.text = document, text
        self.verticalScrollBar().setValue(0)
        self.arrange()

    def set_look(self, theme: Theme, as_printed: bool) -> None:
        """Colours of the screen, or of paper."""
        self.sheets.theme = theme
        self.sheets.ink = ON_PAPER if as_printed else on_screen(theme.tokens)
        self.sheets.forget()

    def set_zoom(self, zoom: float) -> None:
        """Pixels a point, 0 for the width of the view."""
        self.sheets.zoom = zoom
        self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Give the sheets their size."""
        room = self.viewport()
        document = self.sheets.document
        if document is None:
            self.sheets.resize(room.size())
            self.sheets.update()
            return
        fit = min(WIDEST, (room.width() - 2 * SIDE) / document.paper.width * PT)
        self.sheets.scale = max(0.3, self.sheets.zoom or fit)
        width, height = self.sheets.page_size()
        count = len(document.pages)
        self.sheets.resize(max(room.width(), width + 2 * SIDE), count * (height + BETWEEN) + BETWEEN)
        self.sheets.forget()

    @property
    def page(self) -> int:
        """Number of the page in the middle of the view, from 1."""
        if self.sheets.document is None:
            return 0
        middle = self.verticalScrollBar().value() + self.viewport().height() / 2
        each = self.sheets.page_size()[1] + BETWEEN
        return min(len(self.sheets.document.pages), int(middle // each) + 1)


class _Sheets(QWidget):
    """All pages below each other; only those that are seen are painted."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.document: Document | None = None
        self.text = ""
        self.theme = theme
        self.ink: Ink = on_screen(theme.tokens)
        self.scale = 1.0
        self.zoom = 0.0
        self._painted: OrderedDict[int, QPixmap] = OrderedDict()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def forget(self) -> None:
        """Paint everything anew."""
        self._painted.clear()
        self.update()

    def page_size(self) -> tuple[int, int]:
        """Of one page in pixels."""
        assert self.document is not None
        paper = self.document.paper
        return round(paper.width / PT * self.scale), round(paper.height / PT * self.scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.document is None:
            painter.setFont(font(16, Weight.SEMIBOLD))
            painter.setPen(colour(self.theme.tokens.text_2))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(40, 20, -40, -20), flags, self.text)
            return
        width, height = self.page_size()
        left = (self.width() - width) // 2
        for index in range(len(self.document.pages)):
            top = BETWEEN + index * (height + BETWEEN)
            if top > event.rect().bottom() or top + height < event.rect().top():
                continue
            painter.drawPixmap(left, top, self._page(index, width, height))
            painter.setPen(colour(self.theme.tokens.line_strong))
            painter.drawRect(left, top, width - 1, height - 1)

    def _page(self, index: int, width: int, height: int) -> QPixmap:
        known = self._painted.get(index)
        if known is not None:
            self._painted.move_to_end(index)
            return known
        assert self.document is not None
        ratio = self.devicePixelRatioF()
        made = QPixmap(round(width * ratio), round(height * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(colour(self.ink.sheet))
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(0, 0, width, height))
        painter.scale(self.scale / PT, self.scale / PT)
        draw_page(painter, self.document, index, self.ink)
        painter.end()
        self._painted[index] = made
        while len(self._painted) > KEPT:
            self._painted.popitem(last=False)
        return made
