"""One line, live: raw traffic, decoded values, what the device reports, counters, and what it all means."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.link.devices import LineView
from console.ui.devices_page.raw_view import RawView
from console.ui.devices_page.seen import Mood, sentence
from console.ui.devices_page.values_table import ValuesTable
from console.ui.devices_page.words import count_text, size_text
from console.ui.elided import ElidedLabel
from console.ui.forms import label, panel, set_look
from console.ui.theme import GAP, Theme
from console.ui.tips import tip
from console.ward.source import SourceState
from drivers.driver import DriverInfo
from drivers.observation import DeviceAlert

SIDE_BY_SIDE = 1160
"""Width in px from which the raw traffic and the values stand side by side."""

SIGN = {Mood.GOOD: "✓", Mood.WAIT: "…", Mood.BAD: "?"}
MOST_ALERTS = 8

NOTHING = LineView(SourceState.STOPPED)


class LiveView(QWidget):
    """show_line: the line as it is now; clear: none. aside: what stands beside the values."""

    def __init__(self, theme: Theme, aside: QWidget | None = None) -> None:
        super().__init__()
        self.verdict = label(wrap=True)
        # The frame is a widget of its own: a label whose frame comes and goes is given too little room for its words.
        self.notice = panel()
        self.raw = RawView(theme)
        self.values = ValuesTable()
        self.alerts = label(wrap=True)
        self.counters = ElidedLabel(wide=True)
        self._title = label("Decoded values", "title")
        self._below, self._values = QWidget(), QWidget()
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._lay_out(aside)
        self.clear()

    def _lay_out(self, aside: QWidget | None) -> None:
        self.counters.setProperty("role", "caption")
        self.verdict.setAccessibleName("What is seen on the line")
        self.notice.setProperty("role", "notice")
        said = QVBoxLayout(self.notice)
        said.setContentsMargins(12, 7, 12, 7)
        said.addWidget(self.verdict)
        self.alerts.setAccessibleName("Reported by the device")
        values = QVBoxLayout(self._values)
        values.setContentsMargins(0, 0, 0, 0)
        values.setSpacing(6)
        values.addWidget(self._title)
        values.addWidget(self.values, 1)
        values.addWidget(self.alerts)
        values.addWidget(self.counters)
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(12)
        below.addWidget(self._values, 5)
        if aside is not None:
            below.addWidget(aside, 3)
        self._box.setSpacing(GAP)
        self._box.addWidget(self.raw, 6)
        self._box.addWidget(self._below, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.notice)
        column.addLayout(self._box, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() >= SIDE_BY_SIDE
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        self._title.setMinimumHeight(self.raw.pause.sizeHint().height() if wide else 0)
        super().resizeEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.raw.set_theme(theme)
        self.values.set_theme(theme)

    def clear(self) -> None:
        """Show nothing: what was shown must never be taken for another line's."""
        self.raw.clear()
        self._say("", Mood.WAIT)
        self._show(NOTHING, 1.0)

    def show_traffic(self, shown: bool) -> None:
        """Whether there is a line to look at; without one only what stands aside is shown."""
        for part in (self.notice, self.raw, self._values):
            part.setVisible(shown)

    def show_line(self, view: LineView, info: DriverInfo) -> None:
        """Bring everything up to date."""
        mood, told = sentence(view, info)
        self._say(f"{SIGN[mood]}  {told}", mood)
        self._show(view, info.interval_s)

    def _say(self, text: str, mood: Mood) -> None:
        self.verdict.setText(text)
        set_look(self.notice, "bad", mood is Mood.BAD)

    def _show(self, view: LineView, interval_s: float) -> None:
        self.raw.show_chunks(view.chunks)
        self.values.show_line(view, interval_s)
        self.alerts.setText(alerts_text(view.alerts))
        self.alerts.setVisible(bool(view.alerts))
        self.counters.setText(counters_text(view))
        self.counters.setToolTip(tip(counters_text(view)))


def counters_text(view: LineView) -> str:
    """Frames, bytes and the identity in one line."""
    parts = [
        f"{count_text(view.good)} good, {count_text(view.bad)} bad frames",
        f"{size_text(view.bytes_in)} in, {size_text(view.skipped)} skipped",
        f"device serial number {view.identity}" if view.identity else "no serial number told",
    ]
    return " · ".join(parts)


def alerts_text(alerts: tuple[DeviceAlert, ...]) -> str:
    """Alarms and messages of the device itself, marked as such."""
    told = [f"{a.text} ({a.priority})" if a.priority != "none" else a.text for a in alerts[:MOST_ALERTS]]
    if len(alerts) > MOST_ALERTS:
        told.append(f"and {len(alerts) - MOST_ALERTS} more")
    return f"Device reported: {'; '.join(told)}" if told else ""
