"""The right side of the history: the chosen alarm, the vital signs about it, and every step of its life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from console.alarms.alarm import Alarm
from console.link.link import Link
from console.store.records import AlarmRecord, Trend
from console.ui import wording
from console.ui.forms import Failure, Questions, button, clear, label, panel
from console.ui.history_page import rows
from console.ui.history_page.model import paint_priority
from console.ui.history_page.vitals_strip import HALF_WIDTH, PARAMETERS, VitalsStrip
from console.ui.theme import Theme

CHOOSE = "Choose an alarm to see its course."
STORY_S = 10.0
"""So often the steps are read again: who was told of an alarm comes without a step of its own."""

LINES = 60
"""Steps shown; an alarm with more is told by its newest."""


class _Badge(QWidget):
    """The priority of the chosen alarm."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.alarm: Alarm | None = None
        self.setFixedSize(48, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.alarm is not None:
            paint_priority(QPainter(self), self.rect(), self.alarm, self.theme)


class Course(QWidget):
    """Signals: open_at(bed, POSIX seconds), step(-1 or 1) to the alarm above or below, shown(AlarmRecord or None)."""

    open_at = Signal(str, float)
    step = Signal(int)
    shown = Signal(object)

    def __init__(self, link: Link, theme: Theme) -> None:
        super().__init__()
        self._link = link
        self._questions = Questions(self)
        self.alarm: AlarmRecord | None = None
        self._trend: Trend | None = None
        self._zone = ZoneInfo("UTC")
        self._now = self._asked_at = datetime.now(UTC)
        self._badge = _Badge(theme)
        self.heading = label(CHOOSE, "title", wrap=True)
        self.meta = label(role="caption", wrap=True)
        self.strip = VitalsStrip(theme)
        self.lines: list[tuple[str, str]] = []
        self._grid = QGridLayout()
        self.open_button = button("Open bed")
        self.previous, self.next = button("Previous"), button("Next")
        self._lay_out()
        self.open_button.clicked.connect(self._open)
        self.previous.clicked.connect(lambda: self.step.emit(-1))
        self.next.clicked.connect(lambda: self.step.emit(1))
        self.show_nothing()

    def _lay_out(self) -> None:
        box = panel()
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 12)
        head = QHBoxLayout()
        head.addWidget(self._badge)
        head.addWidget(self.heading, 1)
        column.addLayout(head)
        column.addWidget(self.meta)
        column.addWidget(self.strip, 3)
        content = QWidget()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        self._grid.setContentsMargins(0, 4, 0, 4)
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        scroll.setMinimumHeight(60)
        column.addWidget(scroll, 2)
        buttons = QHBoxLayout()
        for made in (self.open_button, self.previous, self.next):
            buttons.addWidget(made)
        buttons.addStretch(1)
        column.addLayout(buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(box)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.strip.theme = self._badge.theme = theme
        self.strip.update()
        self._badge.update()

    def set_time(self, now: datetime, zone: ZoneInfo) -> None:
        """The ward's clock."""
        self._now, self._zone = now, zone
        self.strip.zone = zone
        due = abs((now - self._asked_at).total_seconds()) >= STORY_S and not self._questions.waiting
        if due and self.alarm is not None:
            self._ask_story(self.alarm.alarm)

    def show_nothing(self) -> None:
        """No alarm is chosen."""
        self._questions.drop()
        self.alarm = None
        self._badge.hide()
        self.heading.setText(CHOOSE)
        self.meta.setText("")
        self.strip.show_text("")
        self._write([])
        for made in (self.open_button, self.previous, self.next):
            made.hide()
        self.shown.emit(None)

    def show_failure(self, text: str) -> None:
        """Why another alarm is not shown, in a sentence."""
        self.meta.setText(f"?  {text}")

    def show_alarm(self, record: AlarmRecord) -> None:
        """Turn to an alarm: what is known at once, the rest when the store has answered."""
        alarm = record.alarm
        again = self.alarm is not None and self.alarm.alarm.id == alarm.id
        if again and self.alarm is not None and self.alarm.alarm.version == alarm.version:
            return
        self._questions.drop()
        self.alarm = record
        self._show_head(alarm)
        if not again:
            self._trend = None
            self.strip.show_text("Reading the record …" if alarm.bed else "An alarm of the console: no vital signs.")
        self._write_course(record)
        self._ask_story(alarm)
        if alarm.bed:
            start = alarm.raised_at - HALF_WIDTH
            end = max(start + timedelta(minutes=1), min(alarm.raised_at + HALF_WIDTH, self._now))
            self._questions.ask(self._link.trend(alarm.bed, PARAMETERS, start, end), self._take_trend)
        self.shown.emit(record)

    def read_again(self) -> None:
        """Something was added to the chosen alarm."""
        if self.alarm is not None:
            self._ask_story(self.alarm.alarm)

    def _ask_story(self, alarm: Alarm) -> None:
        self._asked_at = self._now
        self._questions.ask(self._link.alarm_story(alarm.id), self._take_story)

    def _show_head(self, alarm: Alarm) -> None:
        self._badge.alarm = alarm
        self._badge.show()
        self._badge.update()
        where = wording.bed_words(alarm.bed) if alarm.bed else "Console"
        self.heading.setText(f"{where} · {rows.title(alarm)}")
        local = alarm.raised_at.astimezone(self._zone)
        points = f" · {alarm.condition.points} points" if alarm.condition.points else ""
        either = " · 30 min either side" if alarm.bed else ""
        self.meta.setText(f"{local:%d %b %H:%M:%S}{points} · {rows.state(alarm)}{either}")
        self.open_button.setText(f"Open {wording.bed_words(alarm.bed).lower()} at {local:%H:%M}")
        self.open_button.setVisible(bool(alarm.bed))
        self.previous.show()
        self.next.show()

    def _take_story(self, answer: AlarmRecord | Failure | None) -> None:
        if self.alarm is None:
            return
        if isinstance(answer, Failure):
            self.meta.setText(f"?  The steps of this alarm cannot be read: {answer.text}.")
        elif answer is not None:
            self.alarm = answer
            self._show_head(answer.alarm)
            self._write(
                rows.course(answer.alarm, answer.transitions, self._trend, self._zone, answer.told, answer.notes)
            )

    def _take_trend(self, answer: Trend | Failure) -> None:
        if self.alarm is None:
            return
        if isinstance(answer, Failure):
            self.strip.show_text(f"?  The vital signs cannot be read: {answer.text}.")
            return
        self._trend = answer
        if answer.series:
            self.strip.show_trend(self.alarm.alarm, answer)
        else:
            self.strip.show_text("No vital signs were recorded about this time.")
        self._write(
            rows.course(self.alarm.alarm, self.alarm.transitions, answer, self._zone, self.alarm.told, self.alarm.notes)
        )

    def _write_course(self, record: AlarmRecord) -> None:
        known = (record.told, record.notes)
        self._write(rows.course(record.alarm, record.transitions, self._trend, self._zone, *known))

    def _write(self, lines: list[tuple[datetime, str]]) -> None:
        shown = [(rows.moment(at, self._zone, self._now), text) for at, text in lines[-LINES:]]
        if shown == self.lines:
            return
        self.lines = shown
        clear(self._grid)
        for index, (clock, text) in enumerate(shown):
            self._grid.addWidget(label(clock, "muted"), index, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(label(text, wrap=True), index, 1)

    def _open(self) -> None:
        if self.alarm is not None and self.alarm.alarm.bed:
            self.open_at.emit(self.alarm.alarm.bed, self.alarm.alarm.raised_at.timestamp())
