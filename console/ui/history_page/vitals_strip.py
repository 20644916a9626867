"""The vital signs about an alarm as they were recorded, with its steps and what was charted; nothing in it is live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.store.records import AlarmRecord, Trend
from console.ui import wording
from console.ui.charts.strips import Mark, Span
from console.ui.elided import ElidedLabel
from console.ui.forms import button
from console.ui.history_page.signals import LEFT, READ, EventMarks, Signals, StepCaptions, StripAxis
from console.ui.history_page.strip_data import HALF_WIDTH, StripData, steps_of, whole_span
from console.ui.history_page.time_window import clock, when
from console.ui.theme import Theme, Weight, colour, font

NEAR_PX = 9.0
STEP = timedelta(minutes=30)


class VitalsStrip(QWidget):
    """moved(start, end): other times about the alarm are wanted. The cursor reads all values of one moment: by the
    pointer, or by the arrow keys when the strip has the focus."""

    moved = Signal(object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.zone = ZoneInfo("UTC")
        self.now: datetime | None = None
        self.record: AlarmRecord | None = None
        self.data: StripData | None = None
        self.window_: tuple[datetime, datetime] | None = None
        self._text = ""
        self.captions, self.signals = StepCaptions(theme), Signals(theme)
        self.events, self.axis = EventMarks(theme, self.zone), StripAxis(theme)
        self.caption = ElidedLabel(wide=True)
        self.caption.setProperty("role", "caption")
        self.earlier, self.later = button("◂"), button("▸")
        self.onset, self.ending = button("Onset"), button("End")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._parts = (self.captions, self.signals, self.events, self.axis)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setHorizontalSpacing(0)
        grid.setColumnMinimumWidth(1, READ)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.captions, 0, 0)
        grid.addWidget(self.signals, 1, 0, 1, 2)
        grid.addWidget(self.events, 2, 0)
        grid.addWidget(self.axis, 3, 0)
        grid.setRowStretch(1, 1)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.caption, 1)
        named = (
            (self.earlier, "30 minutes earlier"),
            (self.later, "30 minutes later"),
            (self.onset, "Back to the onset"),
            (self.ending, "To the end of the alarm"),
        )
        for made, spoken in named:
            made.setMinimumHeight(40)
            made.setStyleSheet("padding: 2px 8px;")
            made.setAccessibleName(spoken)
            row.addWidget(made)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(grid, 1)
        column.addLayout(row)
        for part in self._parts:
            part.setMouseTracking(True)
            part.installEventFilter(self)
        self._show_parts(False)

    def _connect(self) -> None:
        self.earlier.clicked.connect(lambda: self.shift(-STEP))
        self.later.clicked.connect(lambda: self.shift(STEP))
        self.onset.clicked.connect(lambda: self._go_to(*self._home()))
        self.ending.clicked.connect(self._go_to_end)

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_text(self, text: str) -> None:
        """Nothing to draw, and why."""
        self.record, self.data, self._text = None, None, text
        self.setAccessibleName(text)
        self._show_parts(False)
        self.update()

    def show_trends(self, record: AlarmRecord, trends: Sequence[Trend], now: datetime) -> None:
        """Draw what was recorded between the start of the first and the end of the last trend."""
        self.record, self.now = record, now
        self.data = StripData(record.alarm, trends, now)
        alarm = record.alarm
        if self.window_ is None or self.window_[0] != trends[0].start:
            start = trends[0].start
            self.window_ = (start, start + 2 * HALF_WIDTH)
        self._text = "" if self.data.rows else "No vital signs were recorded about this time."
        self.setAccessibleName(f"Vital signs about the alarm, raised {when(alarm.raised_at.timestamp(), self.zone)}")
        self._show_parts(True)
        self._redraw()

    def show_steps(self, record: AlarmRecord) -> None:
        """The alarm has gone on; the values stand."""
        self.record = record
        if self.data is not None:
            self._redraw()

    def _redraw(self) -> None:
        if self.data is None or self.record is None or self.window_ is None or self.now is None:
            return
        start, end = (at.timestamp() for at in self.window_)
        steps = steps_of(self.record, self.zone)
        self.signals.zone = self.events.zone = self.axis.zone = self.zone
        self.captions.steps = steps
        self.signals.show_data(self.data, steps)
        self.events.show_marks(self.marks())
        span = Span(start, end, LEFT, self.now.timestamp())
        for part in self._parts:
            part.show_span(span)
        self._show_cursor(self.signals.cursor_time)
        self._show_ways()

    def marks(self) -> list[Mark]:
        """What was charted, and the notes to the alarm."""
        if self.data is None or self.record is None:
            return []
        notes = (Mark(note.at.timestamp(), "note", f"Note: {note.text}") for note in self.record.notes)
        return sorted((*self.data.marks, *notes), key=lambda mark: mark.time)

    def _show_parts(self, shown: bool) -> None:
        for part in (*self._parts, self.caption, self.earlier, self.later, self.onset, self.ending):
            part.setVisible(shown)
        if not shown:
            self.signals.cursor_time = None
            self.window_ = None

    def _show_ways(self) -> None:
        """Buttons that lead on: only where there is something to go to."""
        if self.window_ is None or self.record is None or self.now is None:
            return
        alarm, (start, end) = self.record.alarm, self.window_
        self.later.setEnabled(end < self.now)
        self.onset.setEnabled((start, end) != self._home())
        until = alarm.ended_at or self.now
        self.ending.setEnabled(not start <= until <= end)
        self.ending.setVisible(until > self._home()[1])
        self.ending.setText("Now" if alarm.ended_at is None else "End")

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        for part in self._parts:
            part.set_theme(theme)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = self.theme.tokens
        painter = QPainter(self)
        if self._text:
            painter.setPen(colour(t.text_2))
            painter.setFont(font(15, Weight.SEMIBOLD))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._text)
        if self.hasFocus():
            painter.setPen(QPen(colour(t.interaction), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    # --- the window ----------------------------------------------------------------------------------------------

    def _home(self) -> tuple[datetime, datetime]:
        assert self.record is not None
        return whole_span(self.record.alarm)

    def shift(self, by: timedelta) -> None:
        """Show what was before or after, never what is still to come."""
        if self.window_ is None or self.now is None:
            return
        start, end = self.window_
        if by > timedelta(0) and end >= self.now:
            return
        self._go_to(start + by, end + by)

    def _go_to_end(self) -> None:
        if self.record is None or self.now is None:
            return
        until = self.record.alarm.ended_at or self.now
        self._go_to(until - HALF_WIDTH, until + HALF_WIDTH)

    def _go_to(self, start: datetime, end: datetime) -> None:
        self.signals.cursor_time = None
        self.moved.emit(start, end)

    # --- the cursor ----------------------------------------------------------------------------------------------

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Wherever the pointer is over the parts, all of them show the same moment."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove and self.signals.span is not None:
            time = self.signals.span.time(event.position().x(), self.axis.width())
            inside = self.signals.span.start <= time <= self.signals.span.end
            self._show_cursor(time if inside else None)
        elif event.type() == QEvent.Type.Leave:
            self._show_cursor(None)
        elif event.type() == QEvent.Type.MouseButtonPress:
            self.setFocus()
        return False

    def _show_cursor(self, time: float | None) -> None:
        self.signals.cursor_time = time
        self.axis.cursor_time = time
        self.axis.update()
        self.signals.update()
        self.caption.setText(self._words(time))

    def _words(self, time: float | None) -> str:
        """What is told under the strip: the moment, and what happened there."""
        if self.record is None or self.window_ is None:
            return ""
        if time is None:
            return self._beyond() or f"Values at the onset, {self._clock(self.record.alarm.raised_at.timestamp())}"
        assert self.signals.span is not None
        within = NEAR_PX / max(1, self.axis.width() - LEFT) * (self.signals.span.end - self.signals.span.start)
        near = [f"{self._clock(m.time)} {m.text}" for m in self.marks() if abs(m.time - time) <= within]
        near += [s.text for s in self.captions.steps if abs(s.time - time) <= within]
        return " · ".join(near) or f"Values at {self._clock(time, seconds=True)}"

    def _beyond(self) -> str:
        """That the alarm lasted longer than is shown, or began before."""
        if self.record is None or self.window_ is None or self.now is None:
            return ""
        alarm, (start, end) = self.record.alarm, self.window_
        if alarm.raised_at < start:
            return f"◂ raised {when(alarm.raised_at.timestamp(), self.zone)}"
        if (alarm.ended_at or self.now) > end:
            lasted = wording.age_text(((alarm.ended_at or self.now) - alarm.raised_at).total_seconds())
            return f"Lasted {lasted}: goes on ▸" if alarm.ended_at else f"Still there after {lasted} ▸"
        return ""

    def _clock(self, time: float, seconds: bool = False) -> str:
        return clock(datetime.fromtimestamp(time, self.zone), seconds)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        span, key = self.signals.span, event.key()
        if self.data is None or span is None or key not in (
            Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
        ):  # fmt: skip
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Home:
            self.onset.click()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.shift(-STEP if key == Qt.Key.Key_PageUp else STEP)
        else:
            step = (span.end - span.start) / max(1, self.axis.width() - LEFT) * 4
            at = self.signals.read_time() + (-step if key == Qt.Key.Key_Left else step)
            self._show_cursor(min(max(at, span.start), span.end))
