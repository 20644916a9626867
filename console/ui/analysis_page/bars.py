"""A chart of bars that can be opened: by a click, or with the arrow keys and Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from console.ui.theme import Theme, Weight, colour, font

THICK = 0.72
"""Share of a place that its bar fills."""


@dataclass(frozen=True, slots=True)
class Bar:
    """name: at the axis. parts: lengths one after the other, by the chart's colours. spoken: all of it in one sentence.
    beside: drawn at the end of the bar. mark: length of a mark across the bar, None for none."""

    name: str
    parts: tuple[float, ...]
    spoken: str
    beside: str = ""
    mark: float | None = None


class BarChart(QWidget):
    """upright: bars stand side by side; else they lie below each other. apart: the parts of a bar lie beside each other
    instead of one after the other. Signals: opened(place), chosen(place), -1 for none."""

    opened = Signal(int)
    chosen = Signal(int)

    def __init__(self, spoken: str, theme: Theme, *, upright: bool = True, apart: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._spoken, self._upright, self._apart = spoken, upright, apart
        self._theme = theme
        self._colours: tuple[str, ...] = ()
        self.bars: tuple[Bar, ...] = ()
        self.current = -1
        self._plot = pg.PlotWidget()
        self._plot.setFrameShape(QFrame.Shape.NoFrame)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().installEventFilter(self)
        self._plot.getPlotItem().getViewBox().setDefaultPadding(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.addWidget(self._plot)
        self.setMinimumHeight(130)

    # --- what is drawn -------------------------------------------------------------------------------------------

    def show_bars(self, bars: Sequence[Bar], colours: Sequence[str]) -> None:
        """colours: of the parts, as #RRGGBB."""
        self.bars, self._colours = tuple(bars), tuple(colours)
        self._choose(min(self.current, len(self.bars) - 1))
        self._draw()

    def set_theme(self, theme: Theme, colours: Sequence[str]) -> None:
        """The look has changed."""
        self._theme, self._colours = theme, tuple(colours)
        self._draw()

    def _draw(self) -> None:
        t = self._theme.tokens
        self._plot.clear()
        self._plot.setBackground(colour(t.panel))
        lengths = [max(bar.parts) if self._apart else sum(bar.parts) for bar in self.bars]
        longest = max([*lengths, *(bar.mark or 0.0 for bar in self.bars), 1e-9]) * (1.12 if self._upright else 1.2)
        self._scale(longest)
        for index, name in enumerate(self._colours):
            self._put_part(index, name)
        self._put_marks()
        self._put_words(lengths)
        self._outline(longest)

    def _scale(self, longest: float) -> None:
        t = self._theme.tokens
        item = self._plot.getPlotItem()
        count = max(1, len(self.bars))
        names, values = ("bottom", "left") if self._upright else ("left", "bottom")
        for side in ("bottom", "left"):
            axis = item.getAxis(side)
            axis.setStyle(tickLength=0, autoExpandTextSpace=False, tickTextOffset=6)
            axis.setTickFont(font(12.5, Weight.SEMIBOLD))
            axis.setTextPen(pg.mkPen(t.text_2))
            axis.setPen(pg.mkPen(t.line_strong))
            # The lines of the grid belong behind the bars.
            axis.setZValue(-10)
        item.getAxis(names).setTicks([self._ticks()])
        item.getAxis(values).setTicks(None)
        if self._upright:
            item.getAxis("left").setWidth(46)
            item.getAxis("bottom").setHeight(24)
            self._plot.setXRange(-0.5, count - 0.5, padding=0)
            self._plot.setYRange(0, longest, padding=0)
        else:
            item.getAxis("left").setWidth(self._name_width())
            item.getAxis("bottom").setHeight(24)
            self._plot.setYRange(count - 0.5, -0.5, padding=0)
            item.getViewBox().invertY(True)
            self._plot.setXRange(0, longest, padding=0)
        item.showGrid(x=not self._upright, y=self._upright, alpha=0.12)

    def _ticks(self) -> list[tuple[int, str]]:
        if self._upright:
            every = 1 if self.width() / max(1, len(self.bars)) > 26 else 3
            return [(index, bar.name) for index, bar in enumerate(self.bars) if index % every == 0]
        room = self._name_width() - 14
        metrics = QFontMetrics(font(12.5, Weight.SEMIBOLD))
        side = Qt.TextElideMode.ElideRight
        return [(index, metrics.elidedText(bar.name, side, room)) for index, bar in enumerate(self.bars)]

    def _name_width(self) -> int:
        metrics = QFontMetrics(font(12.5, Weight.SEMIBOLD))
        longest = max((metrics.horizontalAdvance(bar.name) for bar in self.bars), default=40)
        return int(min(longest + 18, max(90, self.width() * 0.42)))

    def _put_part(self, index: int, name: str) -> None:
        places, starts, lengths = [], [], []
        thick = THICK / len(self._colours) if self._apart else THICK
        for place, bar in enumerate(self.bars):
            shift = (index - (len(self._colours) - 1) / 2) * thick if self._apart else 0.0
            places.append(place + shift)
            starts.append(0.0 if self._apart else sum(bar.parts[:index]))
            lengths.append(bar.parts[index])
        kind: dict[str, object] = {"brush": colour(name), "pen": pg.mkPen(None)}
        if self._upright:
            kind |= {"x": places, "y0": starts, "height": lengths, "width": thick}
        else:
            kind |= {"y": places, "x0": starts, "width": lengths, "height": thick}
        self._plot.addItem(pg.BarGraphItem(**kind))

    def _put_marks(self) -> None:
        """A short line across each bar, such as the same figure a week before."""
        x: list[float] = []
        y: list[float] = []
        for place, bar in enumerate(self.bars):
            if bar.mark is None:
                continue
            across, along = (place - 0.44, place + 0.44), (bar.mark, bar.mark)
            x += across if self._upright else along
            y += along if self._upright else across
        if x:
            pen = pg.mkPen(self._theme.tokens.text, width=2)
            self._plot.addItem(pg.PlotCurveItem(x, y, connect="pairs", pen=pen))

    def _put_words(self, lengths: Sequence[float]) -> None:
        for place, (bar, length) in enumerate(zip(self.bars, lengths, strict=True)):
            if not bar.beside:
                continue
            text = pg.TextItem(
                bar.beside, color=self._theme.tokens.text, anchor=(0.5, 1) if self._upright else (0, 0.5)
            )
            text.setFont(font(12.5, Weight.BOLD))
            end = max(length, bar.mark or 0.0)
            text.setPos(*((place, end) if self._upright else (end, place)))
            self._plot.addItem(text, ignoreBounds=True)

    def _outline(self, longest: float) -> None:
        if not 0 <= self.current < len(self.bars):
            return
        low, high = self.current - 0.48, self.current + 0.48
        edge = longest * 0.998
        x, y = [low, low, high, high, low], [0.0, edge, edge, 0.0, 0.0]
        pen = pg.mkPen(self._theme.tokens.interaction, width=2)
        self._plot.addItem(pg.PlotCurveItem(*((x, y) if self._upright else (y, x)), pen=pen))

    # --- keys and clicks -----------------------------------------------------------------------------------------

    def _choose(self, place: int) -> None:
        self.current = place if 0 <= place < len(self.bars) else -1
        what = self.bars[self.current].spoken if self.current >= 0 else "no bar chosen"
        self.setAccessibleDescription(what)
        self.chosen.emit(self.current)

    def choose(self, place: int) -> None:
        """Choose a bar, -1 for none."""
        self._choose(place)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        forward, back = (Qt.Key.Key_Right, Qt.Key.Key_Left) if self._upright else (Qt.Key.Key_Down, Qt.Key.Key_Up)
        key = event.key()
        if key in (forward, back) and self.bars:
            step = 1 if key == forward else -1
            self.choose(max(0, min(len(self.bars) - 1, self.current + step)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current < 0 and event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.choose(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            place = self._place_at(event)
            if place >= 0:
                self.choose(place)
                self.opened.emit(place)
        return super().eventFilter(watched, event)

    def _place_at(self, event: QMouseEvent) -> int:
        view = self._plot.getPlotItem().getViewBox()
        at = view.mapSceneToView(self._plot.mapToScene(event.position().toPoint()))
        place = round(at.x() if self._upright else at.y())
        inside = view.sceneBoundingRect().contains(self._plot.mapToScene(event.position().toPoint()))
        return place if inside and 0 <= place < len(self.bars) else -1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()
