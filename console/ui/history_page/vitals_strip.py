"""The vital signs about an alarm, half an hour either side, as they were recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.alarms.alarm import Alarm
from console.store.records import Trend
from console.ui import wording
from console.ui.charts.reduce import Floats, visible
from console.ui.theme import Theme, Weight, colour, font
from drivers.observation import Parameter

P = Parameter


@dataclass(frozen=True, slots=True)
class StripRow:
    """One row. least: smallest range shown; parameters: the first that came; gap_s: the line breaks after so many
    seconds; single: readings taken one by one, drawn as dots; joined: with a line between them."""

    label: str
    token: str
    least: float
    parameters: tuple[Parameter, ...]
    gap_s: float
    single: bool = False
    joined: bool = True


STRIP = (
    StripRow("HR", "hr", 20.0, (P.HR, P.PR), 150.0),
    StripRow("ABP", "bp", 40.0, (P.ART_SYS,), 150.0),
    StripRow("NIBP", "bp", 40.0, (P.NIBP_SYS,), 5400.0, single=True, joined=False),
    StripRow("RR", "rr", 10.0, (P.RR,), 150.0),
    StripRow("Temp", "temp", 1.0, (P.TEMP,), 5400.0),
    StripRow("SpO₂", "spo2", 8.0, (P.SPO2,), 150.0),
    StripRow("EtCO₂", "etco2", 15.0, (P.ETCO2,), 150.0),
)
"""Signals about an alarm. Arterial pressure and EtCO₂ stand there only where they came."""

OFTEN_ABSENT = frozenset({P.ART_SYS, P.ETCO2})

PARAMETERS = tuple(parameter for row in STRIP for parameter in row.parameters)
HALF_WIDTH = timedelta(minutes=30)


class VitalsStrip(QWidget):
    """Half an hour before and after the onset of an alarm, as it was recorded; nothing in it is live."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.zone = ZoneInfo("UTC")
        self._alarm: Alarm | None = None
        self._trend: Trend | None = None
        self._text = ""
        self.setMinimumHeight(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_text(self, text: str) -> None:
        """Nothing to draw, and why."""
        self._trend, self._text = None, text
        self.setAccessibleName(text)
        self.update()

    def show_trend(self, alarm: Alarm, trend: Trend) -> None:
        """Draw what was recorded about an alarm."""
        self._alarm, self._trend, self._text = alarm, trend, ""
        self.setAccessibleName("Vital signs 30 minutes either side of the alarm")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = self.theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._trend is None or self._alarm is None:
            painter.setPen(colour(t.text_2))
            painter.setFont(font(15, Weight.SEMIBOLD))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._text)
            return
        area = QRectF(50, 2, self.width() - 52, self.height() - 24)
        rows = strip_rows(self._trend)
        height = area.height() / len(rows)
        for index, row in enumerate(rows):
            place = QRectF(area.left(), area.top() + index * height, area.width(), height - 4)
            self._row(painter, place, row, self._alarm, self._trend)
        self._times(painter, area)

    def _x(self, area: QRectF, at: float) -> float:
        assert self._alarm is not None
        start = (self._alarm.raised_at - HALF_WIDTH).timestamp()
        return area.left() + (at - start) / (2 * HALF_WIDTH.total_seconds()) * area.width()

    def _row(self, painter: QPainter, area: QRectF, row: StripRow, alarm: Alarm, trend: Trend) -> None:
        t = self.theme.tokens
        tint = colour(getattr(t, row.token))
        painter.fillRect(area, colour(t.sunk))
        painter.setPen(tint)
        painter.setFont(font(12.5, Weight.BOLD))
        painter.drawText(QRectF(2, area.top(), 48, area.height()), Qt.AlignmentFlag.AlignVCenter, row.label)
        found = (trend.series.get(p) for p in row.parameters)
        series = next((s for s in found if s is not None and not np.isnan(s.values).all()), None)
        if series is None:
            painter.setPen(colour(t.muted))
            painter.drawText(area.adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "nothing recorded")
            return
        start, end = (alarm.raised_at + d for d in (-HALF_WIDTH, HALF_WIDTH))
        columns = max(2, int(area.width()))
        x, y = visible(series.times, series.values, start.timestamp(), end.timestamp(), columns, row.gap_s)
        painter.save()
        painter.setClipRect(area)
        painter.setPen(QPen(tint, 1))
        painter.setBrush(tint)
        for line in _lines(y, lambda i: self._x(area, x[i]), _scale(y, area, row.least)):
            if row.joined:
                painter.drawPolyline(QPolygonF(line))
            if row.single or len(line) == 1:
                for point in line:
                    painter.drawEllipse(point, 2, 2)
        painter.restore()
        raised = alarm.raised_at.timestamp()
        at = (series.times <= raised + 1) & (series.times >= raised - row.gap_s) & ~np.isnan(series.values)
        if at.any():
            text = wording.value_text(row.parameters[0], float(series.values[at][-1]))
            painter.setFont(font(13.5, Weight.EXTRABOLD))
            box = QRectF(self._x(area, raised) + 6, area.bottom() - 20, 12 + 9 * len(text), 19)
            painter.fillRect(box, colour(t.bg))
            painter.setPen(tint)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _times(self, painter: QPainter, area: QRectF) -> None:
        assert self._alarm is not None
        t, raised = self.theme.tokens, self._alarm.raised_at
        painter.setFont(font(12.5, Weight.SEMIBOLD))
        for minutes in (-30, -15, 0, 15, 30):
            at = raised + timedelta(minutes=minutes)
            x = min(max(self._x(area, at.timestamp()), area.left() + 22), area.right() - 22)
            text = wording.clock_text(at, self.zone) + (" raised" if minutes == 0 else "")
            painter.setPen(colour(t.text if minutes == 0 else t.muted))
            painter.drawText(QRectF(x - 60, area.bottom() + 2, 120, 20), Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(QPen(colour(t.text), 1))
        x = self._x(area, raised.timestamp())
        painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom()))
        ack = self._alarm.acknowledged
        if ack is not None and ack.at - raised <= HALF_WIDTH:
            painter.setPen(QPen(colour(t.text_2), 1, Qt.PenStyle.DashLine))
            x = self._x(area, ack.at.timestamp())
            painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom()))
            painter.setPen(colour(t.text))
            words = f"✓ {wording.clock_text(ack.at, self.zone)}"
            painter.drawText(QRectF(x + 4, area.bottom() - 40, 80, 18), Qt.AlignmentFlag.AlignVCenter, words)


def strip_rows(trend: Trend) -> list[StripRow]:
    """The rows worth drawing: cuff pressure gives way to an arterial line, EtCO₂ stands only where it came."""
    came = {p for p, s in trend.series.items() if len(s.values) and not np.isnan(s.values).all()}
    left_out = OFTEN_ABSENT - came
    if P.ART_SYS in came and P.NIBP_SYS not in came:
        left_out |= {P.NIBP_SYS}
    return [row for row in STRIP if row.parameters[0] not in left_out]


def _scale(values: Floats, area: QRectF, least: float) -> Callable[[float], float]:
    """Where a value stands in its row: the range of what is shown, and at least `least`."""
    if np.isnan(values).all():
        return lambda _: area.bottom()
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    spare = max(0.0, least - (high - low)) / 2
    low, high = low - spare, high + spare
    return lambda value: area.bottom() - 3 - (value - low) / (high - low) * (area.height() - 6)


def _lines(values: Floats, x: Callable[[int], float], y: Callable[[float], float]) -> list[list[QPointF]]:
    """Points of unbroken stretches: a gap stays a gap."""
    lines: list[list[QPointF]] = [[]]
    for index, value in enumerate(values):
        if np.isnan(value):
            lines.append([])
        else:
            lines[-1].append(QPointF(x(index), y(float(value))))
    return [line for line in lines if line]
