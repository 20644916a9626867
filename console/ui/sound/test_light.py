"""The light of the self test: one priority in its colours and flash, with words that say that it is no alarm."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.alarms.alarm import Priority
from console.ui.flash import FlashClock
from console.ui.theme import PREFIX, RADIUS, Theme, Weight, colour, font

WORDS = "Self test, no alarm"


class TestLight(QWidget):
    """Hidden unless a test runs; it flashes in the phase of all alarms, so that the flash is tested too."""

    __test__ = False

    def __init__(self, flash: FlashClock, theme: Theme) -> None:
        super().__init__()
        self._flash = flash
        self.theme = theme
        self.lit: Priority | None = None
        self._result = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(WORDS)
        flash.changed.connect(self.update)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._result if self.lit is None else f"{PREFIX[self.lit]}  {WORDS}"

    def show_test(self, lit: Priority | None, result: str = "") -> None:
        """Light up, say the result in plain colours, or go out."""
        if (lit, result) == (self.lit, self._result):
            return
        self.lit, self._result = lit, result
        self.setAccessibleName(result or WORDS)
        self.setVisible(bool(self.text))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(font(17, Weight.BOLD)).horizontalAdvance(f"***  {WORDS}") + 24, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self.theme.tokens
        fill, edge, text = tokens.raised, tokens.line_strong, tokens.text
        if self.lit is not None:
            colours, bright = tokens.alarm(self.lit), self._flash.is_bright(self.lit)
            fill, edge, text = (colours.fill if bright else colours.dim), colours.edge, colours.text
            text = text if bright else colours.dim_text
        inset = 6 if self.theme.compact else 8
        box: QRect = self.rect().adjusted(1, inset, -1, -inset)
        painter.setBrush(colour(fill))
        painter.setPen(colour(edge) if edge else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(colour(text))
        painter.setFont(font(17, Weight.BOLD))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text)
