"""The right side of the history: the chosen alarm, the vital signs about it, why it was raised, what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
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
from console.ui.history_page.reasons import Reasons, answer_words, told_words
from console.ui.history_page.strip_data import PARAMETERS, whereabouts, whole_span
from console.ui.history_page.time_window import clock
from console.ui.history_page.vitals_strip import VitalsStrip
from console.ui.theme import Theme

CHOOSE = "Choose an alarm to see its course."
STORY_S = 10.0
"""So often the steps are read again: who was told of an alarm comes without a step of its own."""

LINES = 60
"""Steps shown; an alarm with more is told by its newest."""

Spans = list[tuple[str, datetime, datetime]]


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
        self._questions, self._reading = Questions(self), Questions(self)
        self.alarm: AlarmRecord | None = None
        self._window: tuple[datetime, datetime] | None = None
        self._spans: Spans = []
        self._answers: dict[int, Trend] = {}
        self._trends: list[Trend] = []
        self._zone = ZoneInfo("UTC")
        self._now = self._asked_at = datetime.now(UTC)
        self._badge = _Badge(theme)
        self.heading = label(CHOOSE, "title", wrap=True)
        self.meta = label(role="caption", wrap=True)
        self.strip = VitalsStrip(theme)
        self.answered = label(wrap=True)
        self.told = label(role="caption", wrap=True)
        self.why = Reasons(theme)
        self.lines: list[tuple[str, str]] = []
        self._grid = QGridLayout()
        self.titles = [label(text, "caption") for text in ("Why, as it was then", "What happened")]
        self.story = QScrollArea()
        self.open_button = button("Open bed")
        self.previous, self.next = button("Previous"), button("Next")
        self._lay_out()
        self.open_button.clicked.connect(self._open)
        self.previous.clicked.connect(lambda: self.step.emit(-1))
        self.next.clicked.connect(lambda: self.step.emit(1))
        self.strip.moved.connect(self._look_at)
        self.show_nothing()

    def _lay_out(self) -> None:
        box = panel()
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self._badge)
        head.addWidget(self.heading, 1)
        column.addLayout(head)
        column.addWidget(self.meta)
        column.addWidget(self.strip, 3)
        column.addWidget(self._story(), 1)
        buttons = QHBoxLayout()
        for made in (self.open_button, self.previous, self.next):
            buttons.addWidget(made)
        buttons.addStretch(1)
        column.addLayout(buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(box)

    def _story(self) -> QScrollArea:
        """What is read, not looked at: who answered, why it was raised, and everything in its order."""
        content = QWidget()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 4, 8, 4)
        column.setSpacing(6)
        for widget in (self.answered, self.told, self.titles[0], self.why, self.titles[1]):
            column.addWidget(widget)
        column.addLayout(self._grid)
        column.addStretch(1)
        self.story.setWidgetResizable(True)
        self.story.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Reached by Tab, scrolled by the arrow keys: what does not fit can be read without a mouse.
        self.story.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.story.setAccessibleName("Answers, reasons and course of the alarm")
        self.story.setWidget(content)
        self.story.setMinimumHeight(90)
        return self.story

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self._badge.theme = self.why.theme = theme
        self.strip.set_theme(theme)
        self._badge.update()
        self.why.show_record(self.alarm, self._zone, self._now)

    def set_time(self, now: datetime, zone: ZoneInfo) -> None:
        """The ward's clock."""
        self._now, self._zone = now, zone
        self.strip.zone = zone
        if abs((now - self._asked_at).total_seconds()) < STORY_S or self.waiting or self.alarm is None:
            return
        self._ask_story(self.alarm.alarm)
        # What is shown goes on into the present: its newest values have come since.
        if self._window is not None and self._trends and self._trends[-1].end < min(now, self._window[1]):
            self._read(self._spans)

    def show_nothing(self) -> None:
        """No alarm is chosen."""
        self._drop()
        self.alarm = None
        self._badge.hide()
        self.heading.setText(CHOOSE)
        self.meta.setText("")
        self.strip.show_text("")
        self._tell()
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
        if again and self.alarm is not None and not record.transitions:
            # A row of the table comes without its story: what was read of it stands until it is read again.
            known = self.alarm
            record = replace(record, transitions=known.transitions, told=known.told, notes=known.notes)
        self.alarm = record
        self._show_head(alarm)
        if not again:
            self._drop()
            self.story.verticalScrollBar().setValue(0)
            self.strip.show_text("Reading the record …" if alarm.bed else "An alarm of the console: no vital signs.")
        self._tell()
        self._ask_story(alarm)
        if not again and alarm.bed:
            self._look_at(*whole_span(alarm))
        self.shown.emit(record)

    def _drop(self) -> None:
        self._questions.drop()
        self._reading.drop()
        self._window, self._spans, self._trends = None, [], []

    @property
    def waiting(self) -> bool:
        """True while something of the chosen alarm is still being read."""
        return self._questions.waiting or self._reading.waiting

    # --- the vital signs -----------------------------------------------------------------------------------------

    def _look_at(self, start: datetime, end: datetime) -> None:
        """Read the values between two times, in every bed the patient lay in meanwhile."""
        if self.alarm is None:
            return
        self._window = start, end
        self._read(whereabouts(self.alarm, start, end))

    def _read(self, spans: Spans) -> None:
        self._reading.drop()
        self._spans, self._answers = spans, {}
        for index, (bed, start, end) in enumerate(spans):
            until = max(start + timedelta(minutes=1), min(end, self._now))
            asked = self._link.trend(bed, PARAMETERS, start, until)
            self._reading.ask(asked, partial(self._take_trend, index))

    def _take_trend(self, index: int, answer: Trend | Failure) -> None:
        if self.alarm is None:
            return
        if isinstance(answer, Failure):
            self._reading.drop()
            self.strip.show_text(f"?  The vital signs cannot be read: {answer.text}.")
            return
        self._answers[index] = answer
        if len(self._answers) == len(self._spans):
            self._trends = [self._answers[i] for i in sorted(self._answers)]
            self.strip.show_trends(self.alarm, self._trends, self._now)
            self._tell()

    # --- the story -----------------------------------------------------------------------------------------------

    def _ask_story(self, alarm: Alarm) -> None:
        self._asked_at = self._now
        self._questions.ask(self._link.alarm_story(alarm.id), self._take_story)

    def read_again(self) -> None:
        """Something was added to the chosen alarm."""
        if self.alarm is not None:
            self._ask_story(self.alarm.alarm)

    def _take_story(self, answer: AlarmRecord | Failure | None) -> None:
        if self.alarm is None:
            return
        if isinstance(answer, Failure):
            self.meta.setText(f"?  The steps of this alarm cannot be read: {answer.text}.")
            return
        if answer is None:
            return
        self.alarm = answer
        self._show_head(answer.alarm)
        self._tell()
        self.strip.show_steps(answer)
        if self._window is not None and whereabouts(answer, *self._window) != self._spans:
            # The patient lay in another bed meanwhile: his values are there.
            self._look_at(*self._window)

    def _show_head(self, alarm: Alarm) -> None:
        self._badge.alarm = alarm
        self._badge.show()
        self._badge.update()
        where = wording.bed_words(alarm.bed) if alarm.bed else "Console"
        self.heading.setText(f"{where} · {rows.title(alarm)}")
        local = alarm.raised_at.astimezone(self._zone)
        points = f" · {alarm.condition.points} points" if alarm.condition.points else ""
        lasted = rows.lasted(alarm, self._now)
        self.meta.setText(f"{local:%d %b} {clock(local, seconds=True)}{points} · {rows.state(alarm)} · lasted {lasted}")
        self.open_button.setText(f"Open {wording.bed_words(alarm.bed).replace('Bed', 'bed', 1)} at {clock(local)}")
        self.open_button.setVisible(bool(alarm.bed))
        self.previous.show()
        self.next.show()

    def _tell(self) -> None:
        """Everything that is read, from what is known now."""
        record = self.alarm
        self.answered.setText("" if record is None else answer_words(record, self._now))
        self.told.setText("" if record is None else told_words(record))
        self.why.show_record(record, self._zone, self._now)
        for part in (self.answered, *self.titles):
            part.setVisible(record is not None)
        self.told.setVisible(bool(self.told.text()))
        self._write([] if record is None else rows.course(record, self._trends, self._zone))

    def _write(self, lines: list[tuple[datetime, str]]) -> None:
        shown = [(rows.moment(at, self._zone, self._now), text) for at, text in lines[-LINES:]]
        if shown == self.lines:
            return
        self.lines = shown
        clear(self._grid)
        for index, (time, text) in enumerate(shown):
            self._grid.addWidget(label(time, "muted"), index, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(label(text, wrap=True), index, 1)

    def _open(self) -> None:
        if self.alarm is not None and self.alarm.alarm.bed:
            self.open_at.emit(self.alarm.alarm.bed, self.alarm.alarm.raised_at.timestamp())
