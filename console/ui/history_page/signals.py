"""The rows of the strip: every signal that came, on one axis of time, with the steps of the alarm across them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF

from console.ui.charts.cuff import cuff_bars
from console.ui.charts.data import Samples
from console.ui.charts.reduce import visible
from console.ui.charts.strips import Events, Mark, Span, Strip
from console.ui.history_page import time_window as tw
from console.ui.history_page.strip_data import Step, StripData, StripRow
from console.ui.theme import Theme, Weight, colour, font

LEFT = 50
READ = 92
"""Px at the right in which each row tells its value."""

ROW = 32


class StepCaptions(Strip):
    """What the lines across the rows are: in words where there is room, else a sign, never nothing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(34, theme)
        self.steps: Sequence[Step] = ()

    def draw(self, painter: QPainter, span: Span) -> None:
        t = self.theme.tokens
        painter.setFont(font(12, Weight.BOLD))
        metrics = painter.fontMetrics()
        inside = [(span.x(s.time, self.width()), s) for s in self.steps if span.start <= s.time <= span.end]
        free = [float(span.left), float(span.left)]
        for index, (x, step) in enumerate(inside):
            row = 0 if free[0] <= x + 1 else 1
            # The next line but one comes to stand in the same row.
            room = min([self.width(), *(later for later, _ in inside[index + 2 : index + 3])]) - x - 4
            words = step.text if metrics.horizontalAdvance(step.text) <= room and free[row] <= x + 1 else step.short
            width = metrics.horizontalAdvance(words)
            left = max(free[row], x + 2)
            if left + width > self.width():
                left = self.width() - width - 1
            free[row] = left + width + 5
            pen = colour(t.text if step.solid else t.text_2)
            painter.setPen(QPen(pen, 1, _dash(step)))
            painter.drawLine(QPointF(x, row * 17 + 2), QPointF(x, self.height()))
            painter.fillRect(QRectF(left, row * 17, width + 1, 17), colour(t.panel))
            painter.setPen(pen)
            painter.drawText(QRectF(left, row * 17, width + 2, 17), Qt.AlignmentFlag.AlignVCenter, words)


class EventMarks(Events):
    """What was charted, by its sign; in words where these reach no other sign of their row."""

    def draw(self, painter: QPainter, span: Span) -> None:
        t, face = self.theme.tokens, font(12, Weight.SEMIBOLD)
        painter.setFont(face)
        painter.setPen(colour(t.text_2))
        painter.drawText(QRectF(2, 0, span.left - 4, self.height()), Qt.AlignmentFlag.AlignVCenter, "Events")
        placed: list[tuple[float, int, Mark]] = []
        last = [-100.0, -100.0]
        for mark in self._marks:
            if span.start <= mark.time <= span.end:
                x = span.x(mark.time, self.width())
                # Where both rows are taken, the one whose last sign lies further away.
                row = 0 if x - last[0] >= 70 or last[0] <= last[1] else 1
                last[row] = x
                placed.append((x, row, mark))
        for index, (x, row, mark) in enumerate(placed):
            y = 10 + row * 21
            after = next((other for other, its, _ in placed[index + 1 :] if its == row), self.width() + 9.0)
            painter.setFont(face)
            words = painter.fontMetrics().elidedText(mark.text, Qt.TextElideMode.ElideRight, int(after - 10 - x - 13))
            if len(words) > 4:
                painter.setPen(colour(t.text))
                painter.drawText(QPointF(x + 12, y + 4.5), words)
            self._glyph(painter, mark.shape, x, y)


class StripAxis(Strip):
    """Clock times of the ward, and that of the cursor."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(24, theme)
        self.zone = ZoneInfo("UTC")
        self.cursor_time: float | None = None

    def draw(self, painter: QPainter, span: Span) -> None:
        t, width = self.theme.tokens, self.width() - span.left
        window = tw.TimeWindow(span.start, span.end)
        painter.setFont(font(12.5, Weight.SEMIBOLD))
        for tick in tw.axis(window, width, self.zone, room=62):
            x = span.x(tick.time, self.width())
            painter.setPen(colour(t.text_2))
            painter.drawLine(QPointF(x, 0), QPointF(x, 4))
            self._words(painter, x, tick.text)
        if self.cursor_time is not None and span.start <= self.cursor_time <= span.end:
            words = tw.clock(datetime.fromtimestamp(self.cursor_time, self.zone), seconds=True)
            painter.setFont(font(13, Weight.EXTRABOLD))
            self._words(painter, span.x(self.cursor_time, self.width()), words, boxed=True)

    def _words(self, painter: QPainter, x: float, words: str, boxed: bool = False) -> None:
        """Under their place, and whole at the edges."""
        t, wide = self.theme.tokens, painter.fontMetrics().horizontalAdvance(words) + 8
        box = QRectF(min(max(x - wide / 2, 0), self.width() - wide), 3, wide, 20)
        if boxed:
            painter.fillRect(box, colour(t.selected_fill))
            painter.setPen(colour(t.selected_text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


class Signals(Strip):
    """Curves, cuff readings, hatched stretches, lines of the steps, and the cursor with what it reads."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(ROW, theme)
        self.zone = ZoneInfo("UTC")
        self.data: StripData | None = None
        self.steps: Sequence[Step] = ()
        self.cursor_time: float | None = None
        self._drawn: tuple[object, list[_Drawn]] | None = None

    def show_data(self, data: StripData, steps: Sequence[Step]) -> None:
        """Draw this."""
        self.data, self.steps, self._drawn = data, steps, None
        self.setMinimumHeight(ROW * max(1, len(data.rows)))
        self.setMaximumHeight(16_777_215)
        self.update()

    def draw(self, painter: QPainter, span: Span) -> None:
        data = self.data
        if data is None:
            return
        plot = self.width() - READ
        area = QRectF(span.left, 0, plot - span.left, self.height())
        for row, drawn in zip(data.rows, self._prepared(data, span, plot), strict=True):
            self._frame(painter, row, drawn)
            painter.save()
            painter.setClipRect(drawn.area)
            self._curves(painter, row, drawn)
            painter.restore()
        self._hatch(painter, data, span, area, plot)
        for step in self.steps:
            if span.start <= step.time <= span.end:
                x = span.x(step.time, plot)
                painter.setPen(QPen(colour(self.theme.tokens.text), 1, _dash(step)))
                painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        self._read(painter, data, span, plot)

    def _prepared(self, data: StripData, span: Span, plot: int) -> list[_Drawn]:
        """The curves in px, made once for a size and a window: the cursor moves over them."""
        key = (span.start, span.end, plot, self.height(), id(data))
        if self._drawn is None or self._drawn[0] != key:
            height = self.height() / max(1, len(data.rows))
            made = []
            for index, row in enumerate(data.rows):
                area = QRectF(span.left, index * height, plot - span.left, height - 4)
                made.append(_Drawn(row, data, area, span, plot))
            self._drawn = (key, made)
        return self._drawn[1]

    def _frame(self, painter: QPainter, row: StripRow, drawn: _Drawn) -> None:
        t, area = self.theme.tokens, drawn.area
        painter.fillRect(area, colour(t.sunk))
        painter.setPen(colour(getattr(t, row.spec.token)))
        painter.setFont(font(12.5, Weight.BOLD))
        painter.drawText(QRectF(2, area.top(), LEFT - 4, 16), Qt.AlignmentFlag.AlignVCenter, row.spec.label)
        painter.setPen(colour(t.muted))
        painter.setFont(font(11.5, Weight.MEDIUM))
        if area.height() >= 40:
            painter.drawText(QRectF(2, area.top() + 15, LEFT - 4, 15), Qt.AlignmentFlag.AlignVCenter, row.spec.unit)
            for value, y in ((drawn.high, area.top()), (drawn.low, area.bottom() - 14)):
                words = QRectF(area.left() + 2, y, 60, 14)
                painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, f"{value:g}")

    def _curves(self, painter: QPainter, row: StripRow, drawn: _Drawn) -> None:
        tint = colour(getattr(self.theme.tokens, row.spec.token))
        painter.setBrush(tint)
        for index, curves in enumerate(drawn.lines):
            dashed = row.spec.dashed or (index and row.spec.label == "HR")
            painter.setPen(QPen(tint, 1, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
            _stroke(painter, curves)
        painter.setPen(QPen(tint, 1.6, Qt.PenStyle.DotLine))
        for curves in drawn.doubtful:
            _stroke(painter, curves)
        painter.setPen(QPen(tint, 1.4))
        for x, low, high, mean in drawn.cuff:
            painter.drawLine(QPointF(x, low), QPointF(x, high))
            for y in (low, high):
                painter.drawLine(QPointF(x - 3.5, y), QPointF(x + 3.5, y))
            if mean is not None:
                painter.drawEllipse(QPointF(x, mean), 1.8, 1.8)

    def _hatch(self, painter: QPainter, data: StripData, span: Span, area: QRectF, plot: int) -> None:
        t = self.theme.tokens
        closed = [(c.start, c.end, c.why) for c in data.closed]
        if span.now < span.end:
            closed.append((max(span.now, span.start), span.end, "Not yet"))
        painter.setFont(font(12, Weight.BOLD))
        for start, end, why in closed:
            left = max(area.left(), span.x(start, plot))
            right = min(area.right(), span.x(end, plot))
            if right <= left:
                continue
            box = QRectF(left, 0, right - left, area.bottom() - 4)
            painter.fillRect(box, QBrush(colour(t.line_strong), Qt.BrushStyle.BDiagPattern))
            width = painter.fontMetrics().horizontalAdvance(why) + 8
            if width <= box.width():
                place = QRectF(box.center().x() - width / 2, 2, width, 17)
                painter.fillRect(place, colour(t.panel))
                painter.setPen(colour(t.text_2))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, why)

    def read_time(self) -> float:
        """Of which moment the values are told: that of the cursor, else the onset."""
        assert self.data is not None
        return self.data.alarm.raised_at.timestamp() if self.cursor_time is None else self.cursor_time

    def _read(self, painter: QPainter, data: StripData, span: Span, plot: int) -> None:
        t, time = self.theme.tokens, self.read_time()
        if self.cursor_time is not None:
            x = span.x(time, plot)
            painter.setPen(QPen(colour(t.interaction), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        inside = span.start <= time <= span.end
        for row, drawn in zip(data.rows, self._prepared(data, span, plot), strict=True):
            text = data.reading(row, time, self.zone) if inside else "– –"
            tint = colour(getattr(t, row.spec.token))
            value, _, more = text.partition(" ") if len(text) > 7 and text != "– –" else (text, "", "")
            two = bool(more) and drawn.area.height() >= 30
            shown = value if two else text
            painter.setPen(tint)
            size = next((s for s in (16.0, 13.5, 11.5) if _width(painter, shown, s) <= READ - 8), 11.5)
            painter.setFont(font(size, Weight.EXTRABOLD))
            box = QRectF(plot + 6, drawn.area.top(), READ - 6, drawn.area.height())
            side = Qt.AlignmentFlag.AlignTop if two else Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, side, shown)
            if two:
                painter.setFont(font(11.5, Weight.SEMIBOLD))
                painter.setPen(colour(t.text_2))
                painter.drawText(box, Qt.AlignmentFlag.AlignBottom, more)


class _Drawn:
    """One row in px."""

    def __init__(self, row: StripRow, data: StripData, area: QRectF, span: Span, plot: int) -> None:
        self.area = area
        self.low, self.high = data.range_of(row)
        self._span, self._plot = span, plot
        self.lines = [self._curves(data.of(p), row) for p in row.lines]
        self.doubtful = [self._curves(data.doubtful(p), row) for p in row.parameters]
        self.cuff = self._cuff(row, data) if row.cuff else []

    def _y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.area.bottom() - 2 - share * (self.area.height() - 4)

    def _curves(self, samples: Samples, row: StripRow) -> list[list[QPointF]]:
        """Unbroken stretches, least and greatest value per column of px: a gap stays a gap."""
        if not samples.ever:
            return []
        columns = max(2, int(self.area.width()))
        x, y = visible(samples.times, samples.values, self._span.start, self._span.end, columns, row.spec.gap_s)
        found: list[list[QPointF]] = [[]]
        for time, value in zip(x.tolist(), y.tolist(), strict=True):
            if value != value:
                found.append([])
            else:
                found[-1].append(QPointF(self._span.x(time, self._plot), self._y(value)))
        return [line for line in found if line]

    def _cuff(self, row: StripRow, data: StripData) -> list[tuple[float, float, float, float | None]]:
        systolic, diastolic, mean = (data.of(p) for p in row.cuff)
        span = self._span
        times, low, high = cuff_bars(systolic, diastolic, span.start, span.end, 1.0)
        return [
            (span.x(time, self._plot), self._y(a), self._y(b), _at(mean, time, self._y))
            for time, a, b in zip(times.tolist(), low.tolist(), high.tolist(), strict=True)
        ]


def _at(samples: Samples, time: float, y: Callable[[float], float]) -> float | None:
    value = samples.near(time, 2.0)
    return None if value is None else y(value)


def _stroke(painter: QPainter, curves: list[list[QPointF]]) -> None:
    for line in curves:
        if len(line) > 1:
            painter.drawPolyline(QPolygonF(line))
        else:
            painter.drawEllipse(line[0], 2, 2)


def _dash(step: Step) -> Qt.PenStyle:
    return Qt.PenStyle.SolidLine if step.solid else Qt.PenStyle.DashLine


def _width(painter: QPainter, text: str, size: float) -> int:
    painter.setFont(font(size, Weight.EXTRABOLD))
    return painter.fontMetrics().horizontalAdvance(text)
