"""Counts as bars, such as alarms per hour: asterisks and figures tell what colours tell."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from console.alarms.alarm import Priority
from console.link.reports import Bars
from console.ui.reports_page.boxes import Box, Text
from console.ui.reports_page.paper import PT, Ink, metrics
from console.ui.theme import PREFIX, Weight, colour

HEIGHT = 120 * PT
SMALL = 7.0
ORDER = (Priority.LOW, Priority.MEDIUM, Priority.HIGH)


class BarBox(Box):
    """All bars of one picture, on one scale."""

    def __init__(self, bars: Bars, width: float) -> None:
        super().__init__(HEIGHT)
        self._bars, self._width = bars, width

    def words(self) -> Iterator[str]:
        yield self._bars.title
        yield from (name for name, *_ in self._bars.bars)

    def draw(self, painter: QPainter, ink: Ink, x: float, y: float) -> None:
        painter.setPen(colour(ink.text))
        title = Text((self._bars.title,), 8.5, Weight.SEMIBOLD)
        title.draw(painter, x, y)
        legend = " ".join(f"{PREFIX[p]} {p.word}" for p in ORDER) + ", low at the foot of each bar"
        painter.setPen(colour(ink.quiet))
        Text((legend,), SMALL, Weight.MEDIUM).draw(painter, x, y, x + self._width)
        bars = self._bars.bars
        floor, top = y + HEIGHT - 14 * PT, y + 26 * PT
        painter.setPen(QPen(colour(ink.text), 0.5 * PT))
        painter.drawLine(QPointF(x, floor), QPointF(x + self._width, floor))
        most = max((low + medium + high for _, low, medium, high in bars), default=0)
        if not most:
            painter.setPen(colour(ink.text))
            Text(("No alarms in this window.",), 8.0, Weight.MEDIUM).draw(painter, x, (top + floor) / 2)
            return
        step = self._width / len(bars)
        reached = x
        for index, (name, *counts) in enumerate(bars):
            left = x + index * step
            self._stack(painter, ink, counts, left, step, floor, (floor - top) / most)
            width = metrics(SMALL, Weight.MEDIUM).horizontalAdvance(name)
            begin = left + (step - width) / 2
            if begin >= reached and begin + width <= x + self._width:
                painter.setPen(colour(ink.text))
                Text((name,), SMALL, Weight.MEDIUM).draw(painter, begin, floor + 2 * PT)
                reached = begin + width + 3 * PT

    def _stack(
        self, painter: QPainter, ink: Ink, counts: list[int], left: float, step: float, floor: float, scale: float
    ) -> None:
        width = min(step * 0.76, 30 * PT)
        x, y = left + (step - width) / 2, floor
        for priority, count in zip(ORDER, counts, strict=True):
            if not count:
                continue
            colours = ink.alarm(priority)
            painter.setPen(QPen(colour(ink.text), 0.4 * PT))
            painter.setBrush(colour(colours.fill))
            y -= count * scale
            painter.drawRect(QRectF(x, y, width, count * scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        total = str(sum(counts))
        advance = metrics(SMALL, Weight.SEMIBOLD).horizontalAdvance(total)
        if sum(counts) and advance <= step:
            painter.setPen(colour(ink.text))
            Text((total,), SMALL, Weight.SEMIBOLD).draw(painter, left + (step - advance) / 2, y - 10 * PT)
