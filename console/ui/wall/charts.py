"""The charts of four hours on a wall of up to four beds: fetched once a minute, painted in the tile."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.link.link import Link
from console.store.records import Series, Trend
from console.ui.theme import Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.geometry import Geometry
from console.ui.wall.trend import paint_text_axis
from console.ui.wall.view import TileView
from console.ward.source import Liveness
from drivers.observation import Parameter

HOURS = 4
REFRESH_S = 60.0
GAP_S = 150.0
"""Points of a stream further apart than this are not joined."""

CHARTED = (
    Parameter.HR,
    Parameter.PR,
    Parameter.NIBP_SYS,
    Parameter.NIBP_DIA,
    Parameter.ART_SYS,
    Parameter.ART_DIA,
    Parameter.RR,
    Parameter.SPO2,
)
RANGES = ((40.0, 160.0), (40.0, 200.0), (0.0, 40.0), (80.0, 100.0))
"""Vertical ranges of HR, BP, RR and SpO2; they widen with the data and never narrow."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A curve reduced to columns: time in POSIX seconds, lowest and highest value of each column."""

    times: Floats
    lows: Floats
    highs: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Charts:
    """Four charts of one bed, their right edge at `end` (POSIX seconds). bars: pressures taken one by one."""

    end: float
    lines: tuple[tuple[tuple[Parameter, Line], ...], ...]
    bars: tuple[tuple[float, float, float], ...] = ()
    error: str = ""


COLUMNS = 640


def reduce(series: Series, start: float) -> Line:
    """Lowest and highest value per column, so that no peak is lost."""
    keep = ~np.isnan(series.values)
    times, values = series.times[keep], series.values[keep]
    column = ((times - start) / (HOURS * 3600) * COLUMNS).astype(np.int64)
    edges = np.flatnonzero(np.diff(column, prepend=-1))
    if not len(edges):
        return Line(times, values, values)
    return Line(times[edges], np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges))


def charts_of(trend: Trend) -> Charts:
    """Charts from what the store gave."""
    start, found = trend.start.timestamp(), trend.series
    heart = Parameter.HR if Parameter.HR in found else Parameter.PR
    wanted = ((heart,), (Parameter.ART_SYS, Parameter.ART_DIA), (Parameter.RR,), (Parameter.SPO2,))
    lines = tuple(tuple((p, reduce(found[p], start)) for p in group if p in found) for group in wanted)
    bars: list[tuple[float, float, float]] = []
    if Parameter.NIBP_SYS in found and Parameter.NIBP_DIA in found:
        top, low = found[Parameter.NIBP_SYS], found[Parameter.NIBP_DIA]
        below = {round(t): v for t, v in zip(low.times.tolist(), low.values.tolist(), strict=True)}
        for at, value in zip(top.times.tolist(), top.values.tolist(), strict=True):
            other = below.get(round(at))
            if other is not None and not np.isnan(value) and not np.isnan(other):
                bars.append((at, value, other))
    return Charts(trend.end.timestamp(), lines, tuple(bars))


@dataclass(slots=True)
class ChartKeeper:
    """Asks the link for each bed once a minute and never waits for the answer."""

    link: Link
    charts: dict[str, Charts] = field(default_factory=dict)
    _asked: dict[str, float] = field(default_factory=dict)
    _open: dict[str, Future[Trend]] = field(default_factory=dict)

    def look(self, bed: str, now: float, utc: datetime) -> Charts | None:
        """The newest charts of a bed; asks for newer ones when these are a minute old."""
        answer = self._open.get(bed)
        if answer is not None and answer.done():
            del self._open[bed]
            self._take(bed, answer)
        if bed not in self._open and now - self._asked.get(bed, -REFRESH_S) >= REFRESH_S:
            self._asked[bed] = now
            self._open[bed] = self.link.trend(bed, CHARTED, utc - timedelta(hours=HOURS), utc)
        return self.charts.get(bed)

    def _take(self, bed: str, answer: Future[Trend]) -> None:
        error = None if answer.cancelled() else answer.exception()
        if answer.cancelled() or error is not None:
            # The chart goes rather than stay with an old right edge; the next minute asks again.
            self.charts[bed] = Charts(datetime.now(UTC).timestamp(), ((), (), (), ()), (), "Stored values not readable")
        else:
            self.charts[bed] = charts_of(answer.result())

    def forget(self) -> None:
        """The wall shows no charts any more."""
        for answer in self._open.values():
            answer.cancel()
        self._open.clear()
        self._asked.clear()
        self.charts.clear()


def paint_charts(painter: QPainter, g: Geometry, view: TileView, charts: Charts | None, theme: Theme) -> None:
    """The four charts with their scales and the hours below."""
    t = theme.tokens
    dim = view.liveness in (Liveness.LATE, Liveness.NO_DATA)
    for index, box in enumerate(g.charts):
        painter.fillRect(box, colour(t.bg))
        painter.setPen(QPen(colour(t.line), 1))
        for hour in range(1, HOURS):
            x = box.left() + box.width() * hour / HOURS
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        if charts is None or charts.error:
            text = charts.error if charts else "Reading stored values"
            ink.write(painter, box.left() + 10, box.center().y(), text, 12, Weight.MEDIUM, colour(t.muted))
            continue
        span = _span(index, charts)
        _scale(painter, box, span, theme)
        for parameter, line in charts.lines[index]:
            tint = colour(t.line_strong if dim else t.parameter(parameter))
            _paint(painter, box, line, span, charts.end, QPen(tint, 1.5))
        if index == 1 and charts.bars:
            tint = colour(t.line_strong if dim else t.bp)
            _paint_bars(painter, box, charts.bars, span, charts.end, QPen(tint, 2.5))
    paint_text_axis(painter, g.charts[-1].united(g.ribbons).adjusted(0, 0, 0, 2), theme)


def _span(index: int, charts: Charts) -> tuple[float, float]:
    low, high = RANGES[index]
    for _, line in charts.lines[index]:
        if len(line.times):
            low, high = min(low, float(line.lows.min())), max(high, float(line.highs.max()))
    if index == 1:
        for _, top, bottom in charts.bars:
            low, high = min(low, bottom), max(high, top)
    return low, high


def _scale(painter: QPainter, box: QRect, span: tuple[float, float], theme: Theme) -> None:
    tint = colour(theme.tokens.muted)
    for value, y in ((span[1], box.top() + 7), (span[0], box.bottom() - 5)):
        ink.write(painter, box.right() + 6, y, f"{value:.0f}", 11.5, Weight.SEMIBOLD, tint)


def _paint(painter: QPainter, box: QRect, line: Line, span: tuple[float, float], end: float, pen: QPen) -> None:
    across = box.width() / (HOURS * 3600)
    rise = (box.height() - 6) / (span[1] - span[0])
    xs = (box.right() + 1 - (end - line.times) * across).tolist()
    lows = (box.bottom() - 3 - (line.lows - span[0]) * rise).tolist()
    highs = (box.bottom() - 3 - (line.highs - span[0]) * rise).tolist()
    breaks = set((np.flatnonzero(np.diff(line.times) > GAP_S) + 1).tolist())
    painter.save()
    painter.setClipRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    run: list[QPointF] = []
    for index, (x, low, high) in enumerate(zip(xs, lows, highs, strict=True)):
        if index in breaks:
            _stroke(painter, run)
            run = []
        run.append(QPointF(x, low))
        if high != low:
            run.append(QPointF(x, high))
    _stroke(painter, run)
    painter.restore()


def _stroke(painter: QPainter, run: list[QPointF]) -> None:
    if len(run) > 1:
        painter.drawPolyline(QPolygonF(run))
    elif run:
        painter.drawPoint(run[0])


def _paint_bars(
    painter: QPainter,
    box: QRect,
    bars: tuple[tuple[float, float, float], ...],
    span: tuple[float, float],
    end: float,
    pen: QPen,
) -> None:
    """Cuff pressures: systolic to diastolic, never joined."""
    across = box.width() / (HOURS * 3600)
    rise = (box.height() - 6) / (span[1] - span[0])
    for at, top, bottom in bars:
        x = box.right() + 1 - (end - at) * across
        if x < box.left():
            continue
        high, low = box.bottom() - 3 - (top - span[0]) * rise, box.bottom() - 3 - (bottom - span[0]) * rise
        painter.fillRect(QRectF(x - pen.widthF() / 2, high, pen.widthF(), low - high), pen.color())
        for y in (high, low):
            painter.fillRect(QRectF(x - 3, y - 0.75, 6, 1.5), pen.color())
