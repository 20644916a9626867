"""Painted parts of the history: alarms per hour, beds with most alarms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.alarms.alarm import Priority
from console.ui import wording
from console.ui.theme import Theme, Weight, colour, font


class LoadBars(QWidget):
    """Alarms per hour of the ward, by priority; per day when the span is longer than three days."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.zone = ZoneInfo("UTC")
        self.bars: list[tuple[datetime, tuple[int, int, int]]] = []
        self.per_day = False
        self.setMinimumHeight(110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_hours(self, hours: Sequence[tuple[datetime, int, int, int]]) -> None:
        """Hour (UTC) with low, medium and high alarms that began in it; hours without alarms may be missing."""
        self.bars, self.per_day = load_bars(hours, self.zone)
        self.setAccessibleName("Alarms per day" if self.per_day else "Alarms per hour")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = self.theme.tokens
        painter = QPainter(self)
        floor = self.height() - 20
        painter.setPen(colour(t.line_strong))
        painter.drawLine(0, floor, self.width(), floor)
        if not self.bars:
            return
        most = max(1, *(sum(counts) for _, counts in self.bars))
        step = self.width() / len(self.bars)
        width = max(2.0, min(step - 4, 60.0))
        every = max(1, round(66 / step + 0.49))
        painter.setFont(font(12, Weight.SEMIBOLD))
        for index, (at, counts) in enumerate(self.bars):
            left = index * step + (step - width) / 2
            top = float(floor)
            for priority, count in zip((Priority.LOW, Priority.MEDIUM, Priority.HIGH), counts, strict=True):
                height = count / most * (floor - 18)
                top -= height
                if count:
                    painter.fillRect(QRectF(left, top, width, max(1.0, height - 1)), colour(t.alarm(priority).past))
            painter.setPen(colour(t.text))
            # A number that does not fit over its bar would run into the next one.
            if sum(counts) and step > 8 * len(str(sum(counts))) + 3:
                painter.drawText(
                    QRectF(left - 10, top - 17, width + 20, 16), Qt.AlignmentFlag.AlignCenter, str(sum(counts))
                )
            if index % every == 0:
                painter.setPen(colour(t.muted))
                text = f"{at.astimezone(self.zone):{'%d %b' if self.per_day else '%H'}}"
                place = min(max(0.0, left - 20), max(0.0, self.width() - width - 40))
                painter.drawText(QRectF(place, floor + 2, width + 40, 18), Qt.AlignmentFlag.AlignCenter, text)


def load_bars(
    hours: Sequence[tuple[datetime, int, int, int]], zone: ZoneInfo
) -> tuple[list[tuple[datetime, tuple[int, int, int]]], bool]:
    """Every hour from the first to the last, or every day of the ward's calendar; and whether they are days."""
    if not hours:
        return [], False
    ordered = sorted(hours)
    per_day = ordered[-1][0] - ordered[0][0] > timedelta(days=3)
    found: dict[datetime, tuple[int, int, int]] = {}
    for at, *counts in ordered:
        local = at.astimezone(zone)
        key = local.replace(hour=0, minute=0, second=0, microsecond=0) if per_day else at
        before = found.get(key, (0, 0, 0))
        found[key] = (before[0] + counts[0], before[1] + counts[1], before[2] + counts[2])
    first, last = min(found), max(found)
    step = timedelta(days=1) if per_day else timedelta(hours=1)
    bars, at = [], first
    while at <= last:
        bars.append((at, found.get(at, (0, 0, 0))))
        at += step
    return bars, per_day


class BedBars(QWidget):
    """The beds with most alarms."""

    SHOWN = 6

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._beds: list[tuple[str, int]] = []
        self.setMinimumHeight(60)

    def show_beds(self, beds: Sequence[tuple[str, int]]) -> None:
        """Bed and number of alarms."""
        self._beds = sorted(beds, key=lambda b: -b[1])[: self.SHOWN]
        self.setFixedHeight(max(26, 26 * len(self._beds)))
        self.setAccessibleName(", ".join(f"{wording.bed_words(bed)} {count}" for bed, count in self._beds))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = self.theme.tokens
        painter = QPainter(self)
        most = max((count for _, count in self._beds), default=1)
        for index, (bed, count) in enumerate(self._beds):
            y = index * 26
            painter.setFont(font(14, Weight.BOLD))
            painter.setPen(colour(t.text))
            painter.drawText(QRectF(0, y, 70, 24), Qt.AlignmentFlag.AlignVCenter, bed or "console")
            width = count / most * (self.width() - 130)
            painter.fillRect(QRectF(74, y + 6, max(2.0, width), 13), colour(t.limit_line))
            painter.drawText(QRectF(84 + width, y, 50, 24), Qt.AlignmentFlag.AlignVCenter, str(count))
