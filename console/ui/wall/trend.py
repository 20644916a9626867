"""Paints the four hours of a tile: the heart rate line, the two stage ribbons, and the charts of a wall of four."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from console.alarms.alarm import STAGE_PRIORITY, Stage
from console.link.snapshot import TileTrend
from console.ui.theme import Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.geometry import Geometry
from console.ui.wall.view import TileView
from console.ward.source import Liveness

MINUTES = 240
HEIGHT = {Stage.WATCH: 0.38, Stage.WARNING: 0.68, Stage.EMERGENCY: 1.0}
"""Height of a stage in its ribbon: shape before colour (interface design, section 5)."""

HR_RANGE = (45.0, 145.0)


def paint_trend(painter: QPainter, g: Geometry, view: TileView, theme: Theme, now_minutes: float) -> None:
    """Line and ribbons of a tile. now_minutes: minutes by which the picture is younger than the trend's last one."""
    if g.ribbons.isNull() or not view.cells:
        return
    t = theme.tokens
    dim = view.liveness in (Liveness.LATE, Liveness.NO_DATA)
    if not g.trend.isNull() and g.trend.height() >= 12:
        painter.fillRect(QRectF(g.trend.left(), g.trend.center().y(), g.trend.width(), 1), colour(t.line, 0.6))
        if view.trend is not None:
            tint = colour(t.line_strong if dim else t.hr)
            paint_line(painter, g.trend, view.trend.hr, HR_RANGE, tint, now_minutes)
    _paint_ribbons(painter, g, view.trend, theme, now_minutes, dim)


def paint_line(
    painter: QPainter,
    box: QRect,
    values: Sequence[float | None],
    span: tuple[float, float],
    tint: QColor,
    now_minutes: float = 0.0,
    stroke: float = 1.5,
) -> None:
    """One value a minute, the last at the right edge less `now_minutes`; gaps stay gaps, the range only widens."""
    known = [v for v in values if v is not None]
    if not known:
        return
    low, high = min(span[0], *known), max(span[1], *known)
    step = box.width() / MINUTES
    right = box.right() - now_minutes * step
    first = right - (len(values) - 1) * step
    rise = (box.height() - 4) / (high - low)
    painter.save()
    painter.setClipRect(box.adjusted(0, -1, 1, 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tint, stroke))
    run: list[QPointF] = []
    for index, value in enumerate((*values, None)):
        if value is not None:
            run.append(QPointF(first + index * step, box.bottom() - 2 - (value - low) * rise))
            continue
        if len(run) > 1:
            painter.drawPolyline(QPolygonF(run))
        elif run:
            painter.drawPoint(run[0])
        run = []
    painter.restore()


def _paint_ribbons(
    painter: QPainter, g: Geometry, trend: TileTrend | None, theme: Theme, now_minutes: float, dim: bool
) -> None:
    t = theme.tokens
    high = (g.ribbons.height() - 2) // 2
    for index, (letter, stages) in enumerate(
        (("A", trend.withdrawal if trend else b""), ("R", trend.overdose if trend else b""))
    ):
        box = QRect(g.ribbons.left(), g.ribbons.top() + index * (high + 2), g.ribbons.width(), high)
        painter.fillRect(box, colour(t.sunk if theme.mode.value == "light" else t.bg))
        ink.write(painter, box.left() - 11, box.center().y() + 0.5, letter, 10, Weight.BOLD, colour(t.muted))
        _paint_stages(painter, box, stages, theme, now_minutes, dim)


def _paint_stages(painter: QPainter, box: QRect, stages: bytes, theme: Theme, now_minutes: float, dim: bool) -> None:
    """Runs of one stage; the run that stands now is bright, all before are dulled."""
    step = box.width() / MINUTES
    right = box.right() + 1 - now_minutes * step
    start = 0
    for index in range(1, len(stages) + 1):
        if index < len(stages) and stages[index] == stages[start]:
            continue
        stage = Stage(stages[start]) if stages[start] in tuple(Stage) else Stage.NONE
        if stage is not Stage.NONE:
            now = index == len(stages) and not dim
            a = theme.tokens.alarm(STAGE_PRIORITY[stage])
            left = max(float(box.left()), right - (len(stages) - start) * step)
            end = float(box.right() + 1) if now else right - (len(stages) - index) * step
            high = box.height() * HEIGHT[stage]
            painter.fillRect(
                QRectF(left, box.bottom() + 1 - high, max(2.0, end - left), high), colour(a.fill if now else a.past)
            )
        start = index


def paint_text_axis(painter: QPainter, box: QRect, theme: Theme) -> None:
    """The hours under the charts."""
    t = theme.tokens
    painter.setPen(QPen(colour(t.line), 1))
    for hour in range(5):
        x = box.left() + box.width() * hour / 4
        text = "now" if hour == 4 else f"–{4 - hour} h"
        wide = ink.width(text, 11.5, Weight.SEMIBOLD)
        at = x - wide / 2 if 0 < hour < 4 else x if hour == 0 else x - wide
        ink.write(painter, at, box.bottom() + 12, text, 11.5, Weight.SEMIBOLD, colour(t.muted))
