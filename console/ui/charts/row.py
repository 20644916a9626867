"""One row of the bed page: curve or cuff bars, limits, baseline, what lies beyond a limit, the crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor

from console.alarms.recovery import Recovery
from console.ui.charts.cap import flat_cap
from console.ui.charts.cuff import cuff_bars
from console.ui.charts.data import BedData, Samples
from console.ui.charts.recovery import RecoveryShade
from console.ui.charts.reduce import Floats, beyond, lonely, outline, visible
from console.ui.charts.spec import AXIS_WIDTH, ROWS, RowSpec, ValueAxis
from console.ui.theme import Theme, Weight, colour, font
from drivers.observation import Parameter

P = Parameter
CUFF_NEAR_S = 1800.0
"""The crosshair tells a cuff reading that lies so near; bars stand this far apart at most on a watched patient."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A hatched stretch of time, POSIX seconds. named: wide enough for its words."""

    start: float
    end: float
    name: str
    named: bool


class ChartRow:
    """A pyqtgraph plot without an axis of its own in time: the page gives all rows one range.

    Time is drawn as the share of the window, 0 at its left edge and 1 at its right. While one pans and zooms, the view
    stands still and only the curves are new: moving it would cost every line and label its place, milliseconds a frame.
    """

    def __init__(self, spec: RowSpec, layout: pg.GraphicsLayout, index: int, theme: Theme) -> None:
        self.spec = spec
        self._low, self._high = spec.low, spec.high
        self._start, self._window = 0.0, 1.0
        self._shown: dict[str, object] = {}
        self._wanted: dict[pg.TextItem, bool] = {}
        self._limits: tuple[float | None, float | None] = (None, None)
        self.axis = ValueAxis(spec)
        self.plot: pg.PlotItem = layout.addPlot(row=index, col=0, axisItems={"left": self.axis})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.hideAxis("bottom")
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.getViewBox().setDefaultPadding(0)
        self.axis.setWidth(AXIS_WIDTH)
        self.plot.setXRange(0.0, 1.0, padding=0)
        self.plot.setYRange(self._low, self._high, padding=0)
        self._band = pg.LinearRegionItem(orientation="horizontal", movable=False, pen=pg.mkPen(None))
        self._lines = [pg.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        self._base = [pg.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        self._labels = [pg.TextItem(anchor=(0, 1)) for _ in range(3)]
        self._beyond = [pg.PlotCurveItem(connect="finite", skipFiniteCheck=False) for _ in range(2)]
        self._curve = pg.PlotCurveItem(connect="finite", skipFiniteCheck=False)
        self._lower = pg.PlotCurveItem(connect="finite", skipFiniteCheck=False)
        self._dots = pg.ScatterPlotItem(size=4, symbol="o", pxMode=True)
        self._bars = pg.PlotCurveItem(connect="pairs")
        self._caps = pg.ScatterPlotItem(size=7, symbol=flat_cap(), pxMode=True)
        self._empty = pg.TextItem(anchor=(0.5, 0.5))
        self._closed: list[pg.LinearRegionItem] = []
        self._closed_names: list[pg.TextItem] = []
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._value = pg.TextItem(anchor=(0, 0.5))
        self._marks: list[pg.InfiniteLine] = []
        self._mark_times: list[float] = []
        self._recovery = RecoveryShade(self.plot, named=spec is ROWS[0])
        self._band.setZValue(-20)
        self._value.setZValue(20)
        items = (self._band, *self._lines, *self._base, *self._labels, *self._beyond, self._curve, self._lower)
        for item in (*items, self._dots, self._bars, self._caps, self._empty, self._cursor, self._value):
            self.plot.addItem(item, ignoreBounds=True)
        self._cursor.hide()
        self._value.hide()
        self.set_theme(theme)

    # --- what is drawn -------------------------------------------------------------------------------------------

    def show_data(self, data: BedData, start: float, end: float, columns: int) -> None:
        """Draw what lies between two times on so many pixel columns."""
        self._start, self._window = start, end - start
        self._place_marks()
        if self.spec.label == "BP":
            self._show_pressure(data, start, end, columns)
            return
        self._draw_line(self._samples(data), start, end, columns)

    def _share(self, times: Floats) -> Floats:
        """Where times stand in the window, 0 to 1."""
        return (times - self._start) / self._window

    def _draw_line(self, samples: Samples, start: float, end: float, columns: int) -> None:
        x, y = visible(samples.times, samples.values, start, end, columns, self.spec.gap_s)
        x = self._share(x)
        self._widen(y)
        self._curve.setData(x, y)
        dots = lonely(x, y)
        if self._fresh("dots", len(dots[0]) > 0) or len(dots[0]):
            self._dots.setData(*dots)
        low, high = self._limits
        # Each side by itself: filled to one level, what lies below would colour the whole band up to the high limit.
        for item, limit, upper in zip(self._beyond, (low, high), (False, True), strict=True):
            out = beyond(y, None, limit) if upper else beyond(y, limit, None)
            if limit is None or np.isnan(out).all():
                if item.xData is not None and len(item.xData):
                    item.setData([], [])
            else:
                item.setData(*outline(x, out, upper=upper), fillLevel=limit, fillOutline=False)

    def _show_pressure(self, data: BedData, start: float, end: float, columns: int) -> None:
        """Cuff readings as bars, never joined; an arterial line as a line."""
        if data.has(P.ART_SYS):
            self._draw_line(data.of(P.ART_SYS), start, end, columns)
            lower = data.of(P.ART_DIA)
            x, y = visible(lower.times, lower.values, start, end, columns, self.spec.gap_s)
            self._lower.setData(self._share(x), y)
        x, low, high = cuff_bars(data.of(P.NIBP_SYS), data.of(P.NIBP_DIA), start, end, (end - start) / columns * 5)
        if not self._fresh("bars", (start, end, x.tobytes(), low.tobytes(), high.tobytes())):
            return
        x = self._share(x)
        self._widen(np.concatenate([low, high]))
        self._bars.setData(np.repeat(x, 2), np.column_stack([low, high]).ravel() if len(x) else np.empty(0))
        self._caps.setData(np.concatenate([x, x]), np.concatenate([low, high]))

    def _samples(self, data: BedData) -> Samples:
        return data.of(next((p for p in self.spec.parameters if data.has(p)), self.spec.parameters[0]))

    def _widen(self, values: Floats) -> None:
        """The range grows in whole steps when a value would not fit, with a twentieth to spare, so that nothing is cut
        at its edge; it never shrinks and never moves by itself."""
        if not len(values) or np.isnan(values).all():
            return
        step = 1.0 if self.spec.label == "Temp" else 10.0
        # Plain floats: a comparison with numpy's gives a numpy bool, which Qt refuses.
        least, most, spare = np.nanmin(values), np.nanmax(values), (self._high - self._low) / 20
        low = self._low if least >= self._low else float(np.floor((least - spare) / step) * step)
        high = self._high if most <= self._high else float(np.ceil((most + spare) / step) * step)
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.plot.setYRange(low, high, padding=0)

    def show_limits(self, low: float | None, high: float | None, shown: bool) -> None:
        """Limit lines, labelled, with the band between them shaded."""
        self._limits = (low, high) if shown else (None, None)
        if not self._fresh("limits", (low, high, shown, self._low, self._high)):
            return
        for line, label, value in zip(self._lines, self._labels, (high, low), strict=False):
            line.setVisible(shown and value is not None)
            self._wanted[label] = shown and value is not None and self._low < value < self._high
            if value is not None:
                line.setValue(value)
                label.setText(f"limit {value:g}")
        self._band.setVisible(shown and (low is not None or high is not None))
        self._band.setRegion((self._low - 50 if low is None else low, self._high + 500 if high is None else high))

    def show_baseline(self, values: Sequence[float | None], shown: bool) -> None:
        """Dotted lines at the usual values."""
        known = [v for v in values if v is not None]
        if not self._fresh("baseline", (tuple(known), shown)):
            return
        for index, line in enumerate(self._base):
            line.setVisible(shown and index < len(known))
            if index < len(known):
                line.setValue(known[index])
        label = self._labels[2]
        self._wanted[label] = shown and bool(known)
        if known:
            label.setText("baseline " + "/".join(f"{v:.{self.spec.decimals}f}" for v in known))

    def show_recovery(self, recovery: Recovery | None) -> None:
        """Shade the time after a repair, None for none; drawn where the window shows it."""
        if self._fresh("recovery", (recovery, self._start, self._window, self._low, self._high)):
            self._recovery.show(recovery, self._start, self._window, self._low + 0.9 * (self._high - self._low))

    def show_marks(self, times: Sequence[float], shown: bool) -> None:
        """Vertical lines of pump events."""
        self._mark_times = list(times) if shown else []
        for line in self._marks:
            self.plot.removeItem(line)
        self._marks = [pg.InfiniteLine(angle=90, movable=False, pen=self._mark_pen) for _ in self._mark_times]
        for line in self._marks:
            line.setZValue(-5)
            self.plot.addItem(line, ignoreBounds=True)
        self._place_marks()

    def _place_marks(self) -> None:
        for line, time in zip(self._marks, self._mark_times, strict=True):
            share = (time - self._start) / self._window
            line.setVisible(0 <= share <= 1)
            if 0 <= share <= 1:
                line.setValue(share)

    def _fresh(self, what: str, value: object) -> bool:
        """True when something is shown otherwise than before; it is remembered."""
        if self._shown.get(what) == value:
            return False
        self._shown[what] = value
        return True

    def show_closed(self, stretches: Sequence[Closed]) -> None:
        """Hatch the stretches of time in which nothing was received, or that belong to somebody else; the top row
        names those that are wide enough."""
        if not self._fresh("closed", (tuple(stretches), self._start, self._window)):
            return
        while len(self._closed) < len(stretches):
            region = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None), brush=self._hatch)
            region.setZValue(-10)
            self._closed.append(region)
            name = pg.TextItem(anchor=(0.5, 0.5), color=self._name_colour)
            name.setFont(font(13, Weight.BOLD))
            self._closed_names.append(name)
            for item in (region, name):
                self.plot.addItem(item, ignoreBounds=True)
        for region, name, stretch in zip(self._closed, self._closed_names, stretches, strict=False):
            begin, end = (stretch.start - self._start) / self._window, (stretch.end - self._start) / self._window
            region.setRegion((begin, end))
            name.setText(stretch.name)
            # At the top of the row: the words of limits and baseline stand lower.
            name.setPos((begin + end) / 2, self._low + 0.9 * (self._high - self._low))
        for index, (region, name) in enumerate(zip(self._closed, self._closed_names, strict=True)):
            region.setVisible(index < len(stretches))
            name.setVisible(index < len(stretches) and stretches[index].named and self.spec is ROWS[0])

    def show_empty(self, text: str) -> None:
        """Words in place of a curve; "" where there is one."""
        if not self._fresh("empty", (text, self._low, self._high)):
            return
        self._empty.setVisible(bool(text))
        if text:
            self._empty.setText(text)
            self._empty.setPos(0.5, (self._low + self._high) / 2)

    def last_value_at(self, data: BedData, start: float, end: float) -> float | bool | None:
        """False when something stands between two times; else the time of the last value before, None for never."""
        last: float | None = None
        for parameter in self.spec.parameters:
            samples = data.of(parameter)
            first, after = np.searchsorted(samples.times, (start, end))
            if not np.isnan(samples.values[first:after]).all():
                return False
            earlier = np.flatnonzero(~np.isnan(samples.values[:first]))
            if len(earlier):
                last = max(last or 0.0, float(samples.times[earlier[-1]]))
        return last

    def place_labels(self) -> None:
        """Words of limits and baseline stand at the left edge, in rows high enough to leave the curve in sight."""
        values = tuple(line.value() for line in (*self._lines, self._base[0]))
        height = self.plot.size().height()
        wanted = tuple(height >= 62 and self._wanted.get(label, False) for label in self._labels)
        if not self._fresh("labels", (values, self._low, self._high, wanted)):
            return
        for label, seen in zip(self._labels, wanted, strict=True):
            label.setVisible(seen)
        for label, line, share in zip(self._labels, (*self._lines, self._base[0]), (0.004, 0.004, 0.075), strict=True):
            near_top = line.value() > self._high - 0.22 * (self._high - self._low)
            label.setAnchor((0, 0) if near_top else (0, 1))
            label.setPos(share, line.value())

    def show_cursor(self, time: float | None, data: BedData) -> None:
        """The crosshair of this row, with its value."""
        self._cursor.setVisible(time is not None)
        text = "" if time is None else self.value_text(data, time)
        self._value.setVisible(bool(text))
        if time is None:
            return
        share = (time - self._start) / self._window
        self._cursor.setValue(share)
        if text:
            self._value.setText(text)
            near = self._samples(data).near(time, CUFF_NEAR_S if self.spec.label == "BP" else self.spec.gap_s)
            # Near the right edge the words stand left of the line.
            self._value.setAnchor((1, 0.5) if share > 0.9 else (0, 0.5))
            level = near if near is not None else (self._low + self._high) / 2
            self._value.setPos(share, level)

    def value_text(self, data: BedData, time: float) -> str:
        """What stood here at a time, "" in a gap."""
        if self.spec.label == "BP":
            arterial = [data.of(p).near(time, self.spec.gap_s) for p in (P.ART_SYS, P.ART_DIA)]
            cuff = [data.of(p).near(time, CUFF_NEAR_S) for p in (P.NIBP_SYS, P.NIBP_DIA)]
            return "/".join(f"{v:.0f}" for v in (cuff if arterial[0] is None else arterial) if v is not None)
        value = self._samples(data).near(time, self.spec.gap_s)
        return "" if value is None else f"{value:.{self.spec.decimals}f}"

    # --- how it looks --------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Colours of the look."""
        t = theme.tokens
        tint = colour(getattr(t, self.spec.token))
        style = Qt.PenStyle.DashLine if self.spec.dashed else Qt.PenStyle.SolidLine
        self._curve.setPen(pg.mkPen(tint, width=1, style=style))
        fill = QColor(tint)
        fill.setAlphaF(0.28)
        for item in self._beyond:
            item.setPen(pg.mkPen(None))
            item.setBrush(fill)
        self._lower.setPen(pg.mkPen(tint, width=1))
        self._dots.setPen(pg.mkPen(None))
        self._dots.setBrush(tint)
        self._empty.setColor(t.text_2)
        self._empty.setFont(font(14, Weight.SEMIBOLD))
        self._hatch = QBrush(colour(t.line), Qt.BrushStyle.BDiagPattern)
        self._name_colour = t.text_2
        for region, name in zip(self._closed, self._closed_names, strict=True):
            region.setBrush(self._hatch)
            name.setColor(t.text_2)
        self._bars.setPen(pg.mkPen(colour(getattr(t, self.spec.token), 0.55), width=1))
        self._caps.setPen(pg.mkPen(None))
        self._caps.setBrush(tint)
        for line in self._lines:
            line.setPen(pg.mkPen(t.limit_line, width=1, style=Qt.PenStyle.DashLine))
        for line in self._base:
            line.setPen(pg.mkPen(t.baseline, width=1, style=Qt.PenStyle.DotLine))
        for label in self._labels:
            label.setColor(t.text)
            label.fill = pg.mkBrush(colour(t.panel, 0.75))
            label.setFont(font(11.5, Weight.SEMIBOLD))
            label.setZValue(10)
        self._band.setBrush(colour(t.limit_band))
        self._cursor.setPen(pg.mkPen(t.text, width=1))
        self._value.setColor(tint)
        self._value.fill = pg.mkBrush(t.bg)
        self._value.border = pg.mkPen(tint)
        self._value.setFont(font(13, Weight.BOLD))
        self._mark_pen = pg.mkPen(t.line_strong, width=1)
        self._recovery.set_theme(theme)
        self.plot.getViewBox().setBackgroundColor(t.panel)
        self.axis.dress(theme)
