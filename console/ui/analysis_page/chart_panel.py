"""A chart with its title, its colours named, and the way to its alarms and into a picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Signal
from PySide6.QtGui import QImageWriter, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from console.ui.analysis_page.bars import Bar, BarChart
from console.ui.forms import button, clear, label
from console.ui.theme import Theme, colour


class _Swatch(QWidget):
    """The colour of a part, or the mark across a bar."""

    def __init__(self, name: str, line: bool) -> None:
        super().__init__()
        self._name, self._line = name, line
        self.setFixedSize(18, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(1, 6, 16, 2.5) if self._line else QRectF(2, 1, 12, 12)
        painter.fillRect(box, colour(self._name))


class ChartPanel(QFrame):
    """Signals: opened(place of a bar), save_wanted()."""

    opened = Signal(int)
    save_wanted = Signal()

    def __init__(self, title: str, hint: str, theme: Theme, *, upright: bool = True, apart: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.title, self._hint = title, hint
        self.chart = BarChart(title, theme, upright=upright, apart=apart)
        self._about = label(role="caption", wrap=True)
        self._legend = QHBoxLayout()
        self._legend.setSpacing(6)
        self.readout = label(hint, "caption", wrap=True)
        # Two lines: what is said of a bar does not move the chart.
        self.readout.setMinimumHeight(36)
        self.open = button("Open alarms")
        self.save = button("Save picture")
        self.open.setAccessibleName(f"Open the alarms of the chosen bar: {title}")
        self.save.setAccessibleName(f"Save as picture: {title}")
        self.open.setEnabled(False)
        self._lay_out()
        self.chart.opened.connect(self.opened)
        self.chart.chosen.connect(self._read_out)
        self.open.clicked.connect(lambda: self.opened.emit(self.chart.current))
        self.save.clicked.connect(self.save_wanted)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.title, "title"))
        head.addStretch(1)
        head.addLayout(self._legend)
        self.sheet = QFrame()
        self.sheet.setObjectName("sheet")
        inside = QVBoxLayout(self.sheet)
        inside.setContentsMargins(8, 6, 8, 2)
        inside.setSpacing(4)
        inside.addLayout(head)
        inside.addWidget(self.chart, 1)
        inside.addWidget(self._about)
        self._about.hide()  # it stands at the head of the page; a picture needs its own
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 0, 0, 0)
        foot.addWidget(self.readout, 1)
        foot.addWidget(self.open)
        foot.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(4)
        column.addWidget(self.sheet, 1)
        column.addLayout(foot)

    def show_chart(
        self, bars: Sequence[Bar], parts: Sequence[tuple[str, str]], about: str, mark: str = "", ink: str = ""
    ) -> None:
        """parts: name and colour of each part; about: span and filter, which stand in the picture too; mark: name of
        the marks across the bars; ink: their colour."""
        clear(self._legend)
        named = [(name, tint, False) for name, tint in reversed(parts) if name]
        if mark:
            named.append((mark, ink, True))
        for name, tint, line in named:
            self._legend.addWidget(_Swatch(tint, line))
            self._legend.addWidget(label(name, "caption"))
        self._about.setText(about)
        self.chart.show_bars(bars, [tint for _, tint in parts])

    def set_theme(self, theme: Theme, colours: Sequence[str]) -> None:
        """The look has changed; the words come with the next chart."""
        self.sheet.setStyleSheet(f"QFrame#sheet {{ background: {theme.tokens.panel}; border: none; }}")
        self.chart.set_theme(theme, colours)

    def _read_out(self, place: int) -> None:
        self.readout.setText(self.chart.bars[place].spoken if place >= 0 else self._hint)
        self.open.setEnabled(place >= 0)

    def picture(self) -> bytes:
        """The chart with title, legend, span and filter as PNG."""
        was = self.chart.current
        self.chart.choose(-1)
        self._about.show()
        image = self.sheet.grab().toImage()
        self._about.hide()
        self.chart.choose(was)
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
        return bytes(data.data())
