"""The chart of a report, drawn as lines: signals over one time axis, stages above them, numbered events below.

Told apart without colour as well: names at the left, dashes for second curves, height for stages, hatching for gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.alarms.alarm import STAGE_PRIORITY, Stage
from console.link.reports import Chart, ChartRow, Floats, Mark, Ribbon, Shade
from console.ui.charts.reduce import lonely
from console.ui.reports_page.boxes import Box, Text, broken
from console.ui.reports_page.paper import PT, Ink, metrics
from console.ui.theme import PREFIX, Weight, colour

ROW = 66 * PT
LEAST_ROW = 39 * PT
RIBBON = 15 * PT
MARKS = 26 * PT
AXIS = 16 * PT
LEFT = 62 * PT
ROW_GAP = 4 * PT
SMALL = 7.0
STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 100.0)
_HEIGHT = {Stage.WATCH: 0.38, Stage.WARNING: 0.68, Stage.EMERGENCY: 1.0}
"""Share of the ribbon that a stage fills (interface design, section 5)."""


Level = Callable[[float], float]
"""Where a value stands, in units from the top."""


class ChartBox(Box):
    """most: height there is; rows become lower rather than being cut. zone: of the axis. What stands below it explains
    it and stays with it."""

    def __init__(self, chart: Chart, width: float, most: float, zone: ZoneInfo) -> None:
        rest = len(chart.ribbons) * RIBBON + MARKS + AXIS
        room = (most - rest - 60 * PT) / max(1, len(chart.rows))
        super().__init__(rest + len(chart.rows) * min(ROW, room), keep=True)
        self.least = rest + len(chart.rows) * min(LEAST_ROW, room)
        self._rest = rest
        self._chart, self._width, self._zone = chart, width, zone

    def words(self) -> Iterator[str]:
        for row in self._chart.rows:
            yield row.label
            yield row.empty
        for ribbon in self._chart.ribbons:
            yield ribbon.label

    # --- drawing -----------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, ink: Ink, x: float, y: float) -> None:
        chart = self._chart
        height = (self.height - self._rest) / max(1, len(chart.rows))
        area = QRectF(x + LEFT, y, self._width - LEFT, self.height - AXIS - MARKS)
        for ribbon in chart.ribbons:
            self._ribbon(painter, ink, ribbon, QRectF(area.left(), y, area.width(), RIBBON - 3 * PT), x)
            y += RIBBON
        for number, row in enumerate(chart.rows):
            place = QRectF(area.left(), y, area.width(), height - ROW_GAP)
            self._frame(painter, ink, place, named=number == 0)
            self._one(painter, ink, row, place, x)
            y += height
        self._marks(painter, ink, QRectF(area.left(), y, area.width(), MARKS), area.top() + self._ribbons_height())
        self._axis(painter, ink, QRectF(area.left(), y + MARKS, area.width(), AXIS))

    def _ribbons_height(self) -> float:
        return len(self._chart.ribbons) * RIBBON

    def _x(self, area: QRectF, at: float) -> float:
        share = (at - self._chart.start) / (self._chart.end - self._chart.start)
        return area.left() + min(1.0, max(0.0, share)) * area.width()

    def _label(self, painter: QPainter, text: str, x: float, y: float, points: float, weight: Weight) -> None:
        Text((text,), points, weight).draw(painter, x, y)

    def _ribbon(self, painter: QPainter, ink: Ink, ribbon: Ribbon, area: QRectF, x: float) -> None:
        painter.setPen(colour(ink.text))
        self._label(painter, ribbon.label, x, area.top() + 1 * PT, SMALL, Weight.SEMIBOLD)
        painter.fillRect(area, colour(ink.faint))
        ends = [at for at, _ in ribbon.steps[1:]] + [min(self._chart.end, self._known_until())]
        for (at, stage), end in zip(ribbon.steps, ends, strict=False):
            left, right = self._x(area, at), self._x(area, end)
            if stage is Stage.NONE or right <= left:
                continue
            height = area.height() * _HEIGHT[stage]
            field = QRectF(left, area.bottom() - height, right - left, height)
            colours = ink.alarm(STAGE_PRIORITY[stage])
            painter.setPen(QPen(colour(colours.edge or ink.text), 0.5 * PT))
            painter.setBrush(colour(colours.fill))
            painter.drawRect(field)
            word = PREFIX[STAGE_PRIORITY[stage]]
            if metrics(SMALL, Weight.BOLD).horizontalAdvance(word) + 2 * PT < field.width() and stage > Stage.WATCH:
                painter.setPen(colour(colours.text))
                self._label(painter, word, field.left() + 1.5 * PT, area.bottom() - 8.6 * PT, SMALL, Weight.BOLD)

    def _known_until(self) -> float:
        """A stage is drawn no further than the record goes."""
        after = [s.start for s in self._chart.shades if s.kind == "outside" and s.end >= self._chart.end]
        return min(after, default=self._chart.end)

    def _frame(self, painter: QPainter, ink: Ink, area: QRectF, named: bool) -> None:
        painter.fillRect(area, colour(ink.sheet))
        for shade in self._chart.shades:
            self._shade(painter, ink, shade, area, named)
        painter.setPen(QPen(colour(ink.line), 0.4 * PT))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        for at, _ in self._ticks(area.width()):
            x = self._x(area, at)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _shade(self, painter: QPainter, ink: Ink, shade: Shade, area: QRectF, named: bool) -> None:
        left, right = self._x(area, shade.start), self._x(area, shade.end)
        if right <= left:
            return
        field = QRectF(left, area.top(), right - left, area.height())
        if shade.kind == "recovery":
            painter.fillRect(field, colour(ink.text, 0.07))
            if shade.mark is not None and self._chart.start < shade.mark < self._chart.end:
                painter.setPen(QPen(colour(ink.text), 0.7 * PT, Qt.PenStyle.DashDotLine))
                x = self._x(area, shade.mark)
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        else:
            _hatch(painter, ink, field, 4 * PT if shade.kind == "gap" else 8 * PT)
        room = field.width() - 4 * PT
        if named and shade.words and metrics(SMALL, Weight.MEDIUM).horizontalAdvance(shade.words) < room:
            words = Text((shade.words,), SMALL, Weight.MEDIUM)
            width = metrics(SMALL, Weight.MEDIUM).horizontalAdvance(shade.words) + 4 * PT
            behind = QRectF(field.left() + 1 * PT, field.top() + 1 * PT, width, words.line_height)
            painter.fillRect(behind, colour(ink.sheet))
            painter.setPen(colour(ink.quiet))
            words.draw(painter, behind.left() + 2 * PT, behind.top())

    def _one(self, painter: QPainter, ink: Ink, row: ChartRow, area: QRectF, x: float) -> None:
        tint = colour(ink.curve(row.colour))
        painter.setPen(tint)
        self._label(painter, row.label, x, area.top(), 9.0, Weight.BOLD)
        painter.setPen(colour(ink.quiet))
        self._label(painter, row.unit, x, area.top() + 11 * PT, SMALL, Weight.MEDIUM)
        if row.empty:
            text = broken(row.empty, area.width() - 8 * PT, 8.0, most=2)
            painter.setPen(colour(ink.text))
            text.draw(painter, area.left() + 6 * PT, area.center().y() - text.height / 2)
            return
        low, high = _range(row)
        scale = area.height() / (high - low)

        def level(value: float) -> float:
            return area.bottom() - (min(high, max(low, value)) - low) * scale

        self._values(painter, ink, low, high, row, area)
        painter.save()
        painter.setClipRect(area)
        for limit in row.limits:
            if low < limit < high:
                painter.setPen(QPen(colour(ink.tokens.limit_line), 0.6 * PT, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(area.left(), level(limit)), QPointF(area.right(), level(limit)))
        if row.baseline is not None and low < row.baseline < high:
            painter.setPen(QPen(colour(ink.text), 0.5 * PT, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(area.left(), level(row.baseline)), QPointF(area.right(), level(row.baseline)))
        painter.setBrush(tint)
        for line in row.lines:
            painter.setPen(QPen(tint, 0.8 * PT, Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine))
            self._curve(painter, line.times, line.values, area, level, joined=line.joined)
        painter.setPen(QPen(tint, 1.1 * PT))
        for at, dia, sys_ in row.bars:
            here = self._x(area, at)
            painter.drawLine(QPointF(here, level(dia)), QPointF(here, level(sys_)))
            for value in (dia, sys_):
                painter.drawLine(QPointF(here - 1.5 * PT, level(value)), QPointF(here + 1.5 * PT, level(value)))
        painter.restore()

    def _curve(
        self, painter: QPainter, times: Floats, values: Floats, area: QRectF, level: Level, *, joined: bool
    ) -> None:
        x = area.left() + (times - self._chart.start) / (self._chart.end - self._chart.start) * area.width()
        if joined:
            points: list[QPointF] = []
            for at, value in zip(x.tolist(), values.tolist(), strict=True):
                if np.isnan(value):
                    _polyline(painter, points)
                    points = []
                else:
                    points.append(QPointF(at, level(value)))
            _polyline(painter, points)
            x, values = lonely(x, values)
        painter.setPen(Qt.PenStyle.NoPen)
        for at, value in zip(x.tolist(), values.tolist(), strict=True):
            if not np.isnan(value):
                painter.drawEllipse(QPointF(at, level(value)), 1.2 * PT, 1.2 * PT)

    def _values(self, painter: QPainter, ink: Ink, low: float, high: float, row: ChartRow, area: QRectF) -> None:
        """Figures at the left, in steps that leave room."""
        painter.setPen(colour(ink.quiet))
        step = next((s for s in STEPS if area.height() / ((high - low) / s) >= 10 * PT), STEPS[-1])
        value = np.ceil(low / step) * step
        while value <= high:
            y = area.bottom() - (value - low) / (high - low) * area.height()
            if area.top() + 3 * PT < y < area.bottom() - 1 * PT:
                text = Text((f"{value:.{row.decimals}f}",), SMALL, Weight.MEDIUM)
                text.draw(painter, 0, y - text.line_height / 2, area.left() - 3 * PT)
            value += step

    def _marks(self, painter: QPainter, ink: Ink, area: QRectF, top: float) -> None:
        """Numbers of the events below, and a line up through the signals; what would overlap goes to a second row."""
        taken = [-1.0, -1.0]
        painter.setPen(colour(ink.quiet))
        self._label(painter, "Events", area.left() - LEFT, area.top() + 2 * PT, SMALL, Weight.SEMIBOLD)
        for mark in self._chart.marks:
            if not self._chart.start <= mark.at <= self._chart.end:
                continue
            x = self._x(area, mark.at)
            lane = next((i for i, until in enumerate(taken) if x - 5 * PT > until), None)
            painter.setPen(QPen(colour(ink.quiet, 0.55), 0.35 * PT, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, top), QPointF(x, area.top()))
            if lane is None:
                continue
            taken[lane] = x + 5 * PT
            self._mark(painter, ink, mark, QPointF(x, area.top() + (6 + 12 * lane) * PT))

    def _mark(self, painter: QPainter, ink: Ink, mark: Mark, at: QPointF) -> None:
        size = 4.6 * PT
        painter.setPen(QPen(colour(ink.text), 0.6 * PT))
        painter.setBrush(colour(ink.sheet))
        if mark.shape == "pump":
            diamond = [QPointF(0, -size), QPointF(size, 0), QPointF(0, size), QPointF(-size, 0)]
            painter.drawPolygon(QPolygonF([at + corner for corner in diamond]))
        elif mark.shape == "finding":
            painter.drawEllipse(at, size, size)
        else:
            painter.drawRect(QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size))
        text = Text((mark.number,), 6.0, Weight.SEMIBOLD)
        painter.setPen(colour(ink.text))
        width = metrics(6.0, Weight.SEMIBOLD).horizontalAdvance(mark.number)
        text.draw(painter, at.x() - width / 2, at.y() - text.line_height / 2)

    def _axis(self, painter: QPainter, ink: Ink, area: QRectF) -> None:
        painter.setPen(colour(ink.text))
        reached = area.left() - LEFT
        for at, word in self._ticks(area.width()):
            width = metrics(SMALL, Weight.MEDIUM).horizontalAdvance(word)
            left = min(self._x(area, at) - width / 2, area.right() - width)
            if left > reached:
                self._label(painter, word, left, area.top() + 2 * PT, SMALL, Weight.MEDIUM)
                reached = left + width + 4 * PT

    def _ticks(self, width: float) -> list[tuple[float, str]]:
        """Times on the ward's clock that are round there, with their words."""
        span = self._chart.end - self._chart.start
        hours = next((h for h in (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 96) if span / 3600 / h * 40 * PT <= width), 168)
        local = datetime.fromtimestamp(self._chart.start, self._zone)
        at = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        found: list[tuple[float, str]] = []
        while len(found) < 400:
            stamp = at.replace(tzinfo=self._zone).timestamp()
            if stamp > self._chart.end:
                break
            if stamp >= self._chart.start:
                day = at.hour == 0 and at.minute == 0
                found.append((stamp, f"{at:%d %b}" if day or hours >= 24 else f"{at:%H:%M}"))
            at += timedelta(hours=hours)
        if found and ":" in found[0][1]:
            found[0] = (found[0][0], f"{datetime.fromtimestamp(found[0][0], self._zone):%d %b %H:%M}")
        return found


def _polyline(painter: QPainter, points: list[QPointF]) -> None:
    if len(points) > 1:
        painter.drawPolyline(QPolygonF(points))


def _hatch(painter: QPainter, ink: Ink, area: QRectF, apart: float) -> None:
    """Lines, not a brush: a pattern of pixels would be too fine on paper."""
    painter.save()
    painter.setClipRect(area)
    painter.setPen(QPen(colour(ink.line), 0.35 * PT))
    x = area.left() - area.height()
    lines = []
    while x < area.right():
        lines.append(QLineF(x, area.bottom(), x + area.height(), area.top()))
        x += apart
    painter.drawLines(lines)
    painter.restore()


def _range(row: ChartRow) -> tuple[float, float]:
    """The range of the signal, wider where values lie beyond it."""
    low, high = row.low, row.high
    for line in row.lines:
        there = line.values[~np.isnan(line.values)]
        if len(there):
            low, high = min(low, float(there.min())), max(high, float(there.max()))
    for _, dia, sys_ in row.bars:
        low, high = min(low, dia), max(high, sys_)
    return low, high
