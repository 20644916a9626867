"""The load of the ward under the chosen alarm: alarms by hour or day, and the beds with most of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from console.store.records import HistoryFigures
from console.ui.forms import label
from console.ui.history_page.drawings import BedBars, LoadBars
from console.ui.theme import Theme


class LoadPanel(QFrame):
    """Drawn from the figures of the filter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.load, self.by_bed = LoadBars(theme), BedBars(theme)
        self._title, self._beds_title = label("Alarm load per hour, ward"), label("Beds with most alarms")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(label("* low, ** medium, *** high", "caption"))
        column.addLayout(head)
        column.addWidget(self.load, 1)
        column.addWidget(self._beds_title)
        column.addWidget(self.by_bed)

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed; a small screen has no room for the beds."""
        self.load.theme = self.by_bed.theme = theme
        self._beds_title.setHidden(theme.compact)
        self.by_bed.setHidden(theme.compact)

    def set_zone(self, zone: ZoneInfo) -> None:
        """The ward's clock."""
        self.load.zone = zone

    def show_figures(self, found: HistoryFigures) -> None:
        """Hours, or days where there are many of them, and beds."""
        self.load.show_hours(found.by_hour)
        self._title.setText(f"Alarm load per {'day' if self.load.per_day else 'hour'}, ward")
        self.by_bed.show_beds(found.by_bed)
