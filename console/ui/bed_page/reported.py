"""What the devices at the bed report of their own alarms: a quiet list under our alarm, never in its colours."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.link.snapshot import BedSnapshot
from console.ui import wording
from console.ui.elided import ElidedLabel
from console.ui.forms import label
from console.ui.theme import MARGIN, Theme
from console.ward.reported import ReportedAlert, ReportedState
from drivers.observation import AlertPriority

ROWS, ROWS_COMPACT = 3, 2
"""Alarms shown line by line, on a large and on a small screen; the rest as a number."""

MARKS = {
    AlertPriority.HIGH: "!!! high",
    AlertPriority.MEDIUM: "!! medium",
    AlertPriority.LOW: "! low",
    AlertPriority.NONE: "no priority",
}


class ReportedList(QWidget):
    """Hidden while no device reports an alarm."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: tuple[ReportedAlert, ...] | None = None
        self._rows = ROWS
        self._title = label("Device reported")
        self._lines = [ElidedLabel() for _ in range(ROWS)]
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN + 4, 5, MARGIN + 4, 5)
        column.setSpacing(2)
        column.addWidget(self._title)
        for line in self._lines:
            column.addWidget(line)
        self.set_theme(theme)
        self.hide()

    def show_bed(self, bed: BedSnapshot, zone: ZoneInfo) -> None:
        """Bring it up to date."""
        alerts = bed.device_alerts
        if alerts is self._shown:
            return
        self._shown = alerts
        self.setVisible(bool(alerts))
        more = f" · {len(alerts) - self._rows} more" if len(alerts) > self._rows else ""
        self._title.setText(f"Device reported · not an alarm of this console{more}")
        for number, line in enumerate(self._lines):
            there = number < min(len(alerts), self._rows)
            line.setVisible(there)
            if there:
                line.setText(reported_text(alerts[number], zone))

    @property
    def lines(self) -> list[str]:
        """The lines shown."""
        return [line.text() for line in self._lines[: self._rows][: len(self._shown or ())]]

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        t = theme.tokens
        self._rows = ROWS_COMPACT if theme.compact else ROWS
        self._shown = None
        self._title.setStyleSheet(f"font-size: 12px; font-weight: 700; color: {t.text_2};")
        for line in self._lines:
            line.setStyleSheet(f"font-size: 15px; font-weight: 600; color: {t.text};")


def reported_text(item: ReportedAlert, zone: ZoneInfo) -> str:
    """One alarm of a device: priority, words, step, times, and who says so."""
    since = wording.clock_text(item.since, zone, seconds=True)
    heard = wording.clock_text(item.last_at, zone, seconds=True)
    times = f"since {since}"
    if item.state is ReportedState.NO_END:
        times += f" · no end reported, last heard {heard}"
    elif item.state is ReportedState.LATCHED:
        times += " · latched by the device"
    elif item.alert.phase:
        times += f" · {item.alert.phase}"
        times += f" {heard}" if heard != since else ""
    return f"{MARKS[item.alert.priority]}   {item.alert.text}   {times} · {item.source}"


def mark(bed: BedSnapshot) -> str:
    """The mark on a tile: how urgent the most urgent alarm is that a device reports as present, "" for none."""
    present = [item for item in bed.device_alerts if item.state is not ReportedState.NO_END]
    if not present:
        return "DEVICE ?" if bed.device_alerts else ""
    return f"DEVICE {'!' * max(item.urgency for item in present)}".strip()
