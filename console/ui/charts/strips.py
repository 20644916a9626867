"""Painted strips above and below the rows: navigator, stage ribbons, events, time. All share one `Span`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from console.alarms.alarm import STAGE_PRIORITY, Stage
from console.ui.charts.data import Samples
from console.ui.charts.reduce import visible
from console.ui.theme import PREFIX, Theme, Weight, colour, font

RIBBON_SHARE = {Stage.WATCH: 0.38, Stage.WARNING: 0.68, Stage.EMERGENCY: 1.0}
CURSOR_ROOM = 56
"""Px either side of the crosshair in which its own time stands alone."""
FOLD = timedelta(hours=1)
STEPS_S = (60, 300, 900, 1800, 3600, 7200, 14400, 21600, 43200)


@dataclass(frozen=True, slots=True)
class Span:
    """Times in POSIX seconds shown between `left` px and the right edge of a strip."""

    start: float
    end: float
    left: int
    now: float

    def x(self, time: float, width: int) -> float:
        """Where a time stands."""
        return self.left + (time - self.start) / (self.end - self.start) * (width - self.left)

    def time(self, x: float, width: int) -> float:
        """Which time stands there."""
        return self.start + (x - self.left) / max(1, width - self.left) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Mark:
    """One event. shape: "pump" (diamond P), "finding" (circle O), "ack" (square check), "medicine" (square M),
    "late" (square L: found in late data), "lab" (square B: blood was taken for a result), "note" (square N)."""

    time: float
    shape: str
    text: str


class Strip(QWidget):
    """A painted widget over a span."""

    def __init__(self, height: int, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.span: Span | None = None
        self.setFixedHeight(height)

    def show_span(self, span: Span) -> None:
        """The times have changed."""
        self.span = span
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.span is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, self.span)

    def draw(self, painter: QPainter, span: Span) -> None:
        """Paint what lies in the span."""
        raise NotImplementedError


class Ribbon(Strip):
    """The stages of one pattern over time: height tells the stage, bright means now."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__(22, theme)
        self._name = name
        self._steps: list[tuple[float, Stage]] = []

    def show_steps(self, steps: Sequence[tuple[float, Stage]]) -> None:
        """Times (POSIX seconds) at which a stage began, oldest first."""
        if list(steps) != self._steps:
            self._steps = list(steps)
            self.update()

    def draw(self, painter: QPainter, span: Span) -> None:
        t = self.theme.tokens
        painter.fillRect(QRect(span.left, 0, self.width() - span.left, self.height()), colour(t.sunk))
        painter.setPen(colour(t.text_2))
        painter.setFont(font(11.5, Weight.SEMIBOLD))
        painter.drawText(QRect(4, 0, span.left - 8, self.height()), Qt.AlignmentFlag.AlignVCenter, self._name)
        ends = [*(time for time, _ in self._steps[1:]), span.now]
        for (begin, stage), end in zip(self._steps, ends, strict=False):
            if stage is Stage.NONE or end <= span.start or begin >= span.end:
                continue
            colours = t.alarm(STAGE_PRIORITY[stage])
            left, right = max(span.left, span.x(begin, self.width())), span.x(min(end, span.end), self.width())
            height = self.height() * RIBBON_SHARE[stage]
            bar = QRectF(left, self.height() - height, max(2.0, right - left), height)
            going_on = end == span.now and (begin, stage) == self._steps[-1]
            painter.fillRect(bar, colour(colours.past))
            if going_on:
                # What stands now is bright at its newest end; the rest of the stage is past.
                tip = min(bar.width(), 6.0)
                painter.fillRect(QRectF(bar.right() - tip, bar.top(), tip, height), colour(colours.fill))
            words = f"{PREFIX[STAGE_PRIORITY[stage]]} {stage.word}"
            if bar.width() > QFontMetrics(painter.font()).horizontalAdvance(words) + 12:
                painter.setPen(colour(t.text))
                painter.drawText(QRectF(left + 5, 0, bar.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, words)


class Events(Strip):
    """What was charted and done: two rows of marks with their words where there is room."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(42, theme)
        self.zone = zone
        self._marks: list[Mark] = []
        self.shown = True

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Oldest first."""
        self._marks = sorted(marks, key=lambda m: m.time)
        self.update()

    def draw(self, painter: QPainter, span: Span) -> None:
        t = self.theme.tokens
        painter.setPen(colour(t.text_2))
        painter.setFont(font(11.5, Weight.SEMIBOLD))
        painter.drawText(QRect(4, 0, span.left - 8, self.height()), Qt.AlignmentFlag.AlignVCenter, "Events")
        if not self.shown:
            return
        face = font(12.5, Weight.BOLD)
        metrics = QFontMetrics(face)
        free = [float(span.left), float(span.left)]
        earlier = [m for m in self._marks if m.time < span.start and m.shape == "pump"]
        if earlier:
            painter.setFont(face)
            painter.setPen(colour(t.text))
            at = datetime.fromtimestamp(earlier[-1].time, self.zone)
            words = f"◂ {earlier[-1].text} {at:%d %b %H:%M}"
            painter.drawText(QPointF(span.left + 2, 15), words)
            free[0] += metrics.horizontalAdvance(words) + 14
        for mark in self._marks:
            if not span.start <= mark.time <= span.end:
                continue
            x = span.x(mark.time, self.width())
            row = 0 if x - 9 >= free[0] else 1
            if x - 9 < free[row]:
                row = int(np.argmin(free))
            y = 10 + row * 21
            self._glyph(painter, mark.shape, x, y)
            at = datetime.fromtimestamp(mark.time, self.zone)
            words = f"{at:%H:%M} {mark.text}"
            width = metrics.horizontalAdvance(words)
            painter.setFont(face)
            painter.setPen(colour(t.text))
            if x + 14 + width <= self.width() and x - 9 >= free[row]:
                painter.drawText(QPointF(x + 13, y + 4.5), words)
                free[row] = x + 20 + width
            elif x - 14 - width >= free[row]:
                painter.drawText(QPointF(x - 13 - width, y + 4.5), words)
                free[row] = x + 12
            else:
                free[row] = max(free[row], x + 12)

    def _glyph(self, painter: QPainter, shape: str, x: float, y: float) -> None:
        t = self.theme.tokens
        painter.setPen(QPen(colour(t.text), 1.2))
        painter.setBrush(colour(t.interaction if shape == "finding" else t.text))
        letter = {"pump": "P", "finding": "O", "medicine": "M", "ack": "✓", "late": "L", "lab": "B", "note": "N"}[shape]
        if shape == "pump":
            around = ((x, y - 9), (x + 9, y), (x, y + 9), (x - 9, y))
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in around]))
        elif shape == "finding":
            painter.drawEllipse(QPointF(x, y), 8, 8)
        else:
            if shape == "ack":
                painter.setBrush(colour(t.bg))
            painter.drawRoundedRect(QRectF(x - 7.5, y - 7.5, 15, 15), 2, 2)
        painter.setPen(colour(t.text if shape == "ack" else t.bg))
        painter.setFont(font(10.5, Weight.EXTRABOLD))
        painter.drawText(QRectF(x - 9, y - 9, 18, 18), Qt.AlignmentFlag.AlignCenter, letter)


class TimeAxis(Strip):
    """Clock times of the ward, and that of the crosshair."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(26, theme)
        self.zone = zone
        self._cursor: float | None = None

    def show_cursor(self, time: float | None) -> None:
        """Where the crosshair stands."""
        self._cursor = time
        self.update()

    def draw(self, painter: QPainter, span: Span) -> None:
        t = self.theme.tokens
        painter.setFont(font(13, Weight.SEMIBOLD))
        painter.setPen(colour(t.text_2))
        cursor = None if self._cursor is None else span.x(self._cursor, self.width())
        for time in ticks(span.start, span.end, self.zone):
            x = span.x(time, self.width())
            painter.drawLine(QPointF(x, 0), QPointF(x, 4))
            if cursor is not None and abs(x - cursor) < CURSOR_ROOM:
                continue
            words = f"{datetime.fromtimestamp(time, self.zone):%H:%M}"
            if x - 24 >= span.left - 10 and x + 24 <= self.width():
                painter.drawText(QRectF(x - 30, 4, 60, 20), Qt.AlignmentFlag.AlignCenter, words)
        if self._cursor is not None and span.start <= self._cursor <= span.end:
            x = min(max(span.x(self._cursor, self.width()), span.left + 32), self.width() - 32)
            box = QRectF(x - 32, 2, 64, 22)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(t.selected_fill))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(colour(t.selected_text))
            painter.setFont(font(13.5, Weight.EXTRABOLD))
            painter.drawText(
                box, Qt.AlignmentFlag.AlignCenter, f"{datetime.fromtimestamp(self._cursor, self.zone):%H:%M}"
            )


class Navigator(Strip):
    """72 hours of heart rate at a glance; the framed part is what the rows show, and can be dragged.

    moved(end): the person asks for a window that ends there (POSIX seconds).
    """

    moved = Signal(float)
    HOURS = 72

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(40, theme)
        self.zone = zone
        self._samples = Samples()
        self._window = (0.0, 0.0)
        self._grip: float | None = None
        self._path_of: tuple[object, ...] = ()
        self._path = QPainterPath()
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def show_window(self, now: float, left: int, window: tuple[float, float], samples: Samples) -> None:
        """now: the right edge; window: the part the rows show."""
        self._samples, self._window = samples, window
        self.show_span(Span(now - self.HOURS * 3600, now, left, now))

    def draw(self, painter: QPainter, span: Span) -> None:
        t = self.theme.tokens
        area = QRect(span.left, 0, self.width() - span.left, self.height())
        painter.fillRect(area, colour(t.sunk))
        painter.setPen(colour(t.text_2))
        painter.setFont(font(11.5, Weight.SEMIBOLD))
        painter.drawText(QRect(4, 0, span.left - 8, self.height()), Qt.AlignmentFlag.AlignVCenter, "72 h")
        for time in ticks(span.start, span.end, self.zone, 86400):
            x = span.x(time, self.width())
            painter.setPen(colour(t.line_strong))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
            painter.setPen(colour(t.muted))
            painter.drawText(QPointF(x + 5, 12), f"{datetime.fromtimestamp(time, self.zone):%d %b}")
        painter.setPen(colour(t.hr, 0.7))
        painter.drawPath(self._course(span))
        left, right = (span.x(max(span.start, edge), self.width()) for edge in self._window)
        painter.setPen(QPen(colour(t.interaction), 1.5))
        painter.setBrush(colour(t.interaction, 0.14))
        painter.drawRect(QRectF(left, 1, max(4.0, right - left - 1), self.height() - 2))

    def _course(self, span: Span) -> QPainterPath:
        """The curve as a path; the same while only the window moves over it."""
        times = self._samples.times
        ends = (float(times[0]), float(times[-1])) if len(times) else ()
        key = (self._samples, span, self.width(), len(times), ends)
        if key != self._path_of:
            columns = (self.width() - span.left) // 2
            seconds, values = visible(times, self._samples.values, span.start, span.end, columns, 600)
            x = span.left + (seconds - span.start) / (span.end - span.start) * (self.width() - span.left)
            y = self.height() - 4 - (np.clip(values, 40.0, 160.0) - 40) / 120 * (self.height() - 16)
            self._path_of, self._path = key, arrayToQPath(x, y, connect="finite")
        return self._path

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.span is None:
            return
        time = self.span.time(event.position().x(), self.width())
        start, end = self._window
        self._grip = end - time if start <= time <= end else (end - start) / 2
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.span is not None and self._grip is not None:
            self.moved.emit(self.span.time(event.position().x(), self.width()) + self._grip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None


def ticks(start: float, end: float, zone: ZoneInfo, step: int | None = None) -> list[float]:
    """Round clock times of the ward between two times: at most twelve, or every `step` seconds."""
    if step is None:
        step = next((s for s in STEPS_S if (end - start) / s <= 12), STEPS_S[-1])
    # Wall-clock arithmetic, so that marks stay on round hours over a change of summer time. An hour that comes twice
    # has its marks twice (both folds), one that is skipped has none.
    first = datetime.fromtimestamp(start, zone).replace(tzinfo=None) - FOLD
    last = datetime.fromtimestamp(end, zone).replace(tzinfo=None) + FOLD
    wall = first.replace(hour=0, minute=0, second=0, microsecond=0)
    wall += timedelta(seconds=int((first - wall).total_seconds() // step) * step)
    found = set()
    while wall <= last:
        for fold in (0, 1):
            time = wall.replace(tzinfo=zone, fold=fold).timestamp()
            exists = datetime.fromtimestamp(time, zone).replace(tzinfo=None) == wall
            if exists and start <= time <= end:
                found.add(time)
        wall += timedelta(seconds=step)
    return sorted(found)
