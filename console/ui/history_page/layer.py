"""What the timeline draws of alarms and events, painted once: while one pans, the picture is moved, not made anew."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QImage

from console.store.timeline_records import Bar, Timeline
from console.ui.history_page import lanes as ln
from console.ui.history_page.time_window import TimeWindow
from console.ui.theme import Theme

MARGIN = 0.25
"""Spans painted on either side of the window."""


@dataclass
class Layer:
    """A wider window on so many more px, with every lane; nothing of it is scrolled. label: px before the plot."""

    timeline: Timeline
    theme: Theme
    window: TimeWindow
    plot_width: float
    lanes: tuple[str, ...]
    lane_height: float
    now: float
    chosen: Bar | None
    counted: QImage | None
    label: float

    def __post_init__(self) -> None:
        self.top = {bed: index * self.lane_height for index, bed in enumerate(self.lanes)}

    def x_of(self, time: float) -> float:
        """Where a time stands."""
        return self.label + self.window.x(time, self.plot_width)

    @property
    def size(self) -> tuple[int, int]:
        """Px of the picture."""
        return int(self.label + self.plot_width) + 1, max(1, int(len(self.lanes) * self.lane_height) + 1)

    def groups(self) -> dict[str, list[ln.Group]]:
        """The bars of every lane, px from the left edge of the plot."""
        return ln.grouped(self.timeline.bars, self.window.start, self.plot_width / self.window.span, self.now)


def wider(window: TimeWindow) -> TimeWindow:
    """The window with its margins."""
    return TimeWindow(window.start - MARGIN * window.span, window.end + MARGIN * window.span)
