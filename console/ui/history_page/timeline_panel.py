"""The timeline with its buttons: reads what the window shows from the store, never more, and says what was chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.link.link import Link
from console.store.records import AlarmRecord, HistoryFilter
from console.store.timeline_records import Bar, Timeline
from console.ui.elided import ElidedLabel
from console.ui.forms import Failure, Questions, button, label
from console.ui.history_page import lanes as ln
from console.ui.history_page import time_window as tw
from console.ui.history_page.time_window import TimeWindow
from console.ui.history_page.timeline_view import TimelineView
from console.ui.theme import Theme

SPANS: tuple[tuple[str, float], ...] = (
    ("Month", 31 * tw.DAY_S),
    ("Week", 7 * tw.DAY_S),
    ("Day", tw.DAY_S),
    ("8 h", 28_800.0),
    ("1 h", 3600.0),
    ("10 min", 600.0),
    ("1 min", 60.0),
)
BUCKET_PX = 4.0
"""Px of a bucket of counted alarms, at least."""

MARGIN_UP_TO_S = 8 * tw.DAY_S
"""Up to this span a quarter of the window is read on either side, so that a short pan finds it there."""

KEYS = "Wheel or + and − zoom · drag or ← → move · Home is now · click chooses an alarm"


class TimelinePanel(QWidget):
    """chosen(alarm id): a person has pressed an alarm. `bar`, with the buttons, is placed by the page."""

    chosen = Signal(str)

    def __init__(self, link: Link, theme: Theme) -> None:
        super().__init__()
        self._link = link
        self._questions, self._picks = Questions(self), Questions(self)
        self._filter = HistoryFilter()
        self._span_of_filter: tuple[float | None, float | None] | None = None
        self._asked: tuple[HistoryFilter, TimeWindow] | None = None
        self._stale = True
        self._live = True
        self.view = TimelineView(theme)
        self.spans = [button(name, "choice", checkable=True) for name, _ in SPANS]
        self.earlier, self.later = button("◂"), button("▸")
        self.closer, self.wider = button("+"), button("−")
        self.now_button = button("Now")
        self.state = label(role="caption")
        self.bar = QWidget()
        self.hover, self.legend = ElidedLabel(KEYS, wide=True), ElidedLabel(wide=True)
        for made in (self.hover, self.legend):
            made.setProperty("role", "caption")
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        named = (
            (self.earlier, "Earlier"),
            (self.later, "Later"),
            (self.closer, "Less time"),
            (self.wider, "More time"),
        )
        for made, spoken in named:
            made.setAccessibleName(spoken)
            made.setFixedWidth(40)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for made in (*self.spans, self.wider, self.closer, self.earlier, self.later, self.now_button):
            row.addWidget(made)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self.hover, 1)
        head.addWidget(self.state)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.legend)

    def _connect(self) -> None:
        for made, (_, seconds) in zip(self.spans, SPANS, strict=True):
            made.clicked.connect(lambda _=False, s=seconds: self._choose_span(s))
        self.earlier.clicked.connect(lambda: self.view.pan(-0.25))
        self.later.clicked.connect(lambda: self.view.pan(0.25))
        self.closer.clicked.connect(lambda: self.view.zoom(0.5))
        self.wider.clicked.connect(lambda: self.view.zoom(2.0))
        self.now_button.clicked.connect(self._go_to_now)
        self.view.window_moved.connect(self._moved)
        self.view.hovered.connect(lambda text: self.hover.setText(text or KEYS))
        self.view.picked.connect(lambda bar: self.chosen.emit(bar.alarm_id))
        self.view.opened.connect(self._pick_from)

    # --- what it is told -----------------------------------------------------------------------------------------

    def set_filter(self, filter: HistoryFilter) -> None:
        """The filter of the table. Its times say where the timeline starts; it may be moved beyond them."""
        self._filter = filter
        self.view.wanted = filter.beds
        start, end = (None if at is None else at.timestamp() for at in (filter.start, filter.end))
        self.view.table_span = (start, end)
        span = (None if start is None else round((end or self.view.now) - start, -2), end)
        if span != self._span_of_filter:
            self._span_of_filter = span
            last = self.view.now if end is None else end
            first = last - tw.LONGEST_S if start is None else max(start, last - tw.LONGEST_S)
            self.view.show_window(TimeWindow(min(first, last - tw.SHORTEST_S), last))
            self._live = end is None
        self.refresh()

    def refresh(self) -> None:
        """Alarms have changed: read again what is shown."""
        self._stale = True
        self._ask()

    def set_time(self, now: datetime, zone: ZoneInfo) -> None:
        """The ward's clock; a window that ends now goes on with it."""
        view, at = self.view, now.timestamp()
        if zone.key != view.zone.key:
            view.zone = zone
        elif abs(at - view.now) < min(1.0, view.window_.span / 1000):
            return
        gone, view.now = at - view.now, at
        if self._live and self.isVisible():
            window = view.window_.moved(gone, view.newest)
            view.show_window(window)
            self._live = True
        view.update()

    def set_beds(self, beds: tuple[str, ...]) -> None:
        """The beds of the ward, in its order."""
        self.view.ward = beds
        self.view.show_timeline(self.view.timeline)

    def show_chosen(self, record: AlarmRecord | None) -> None:
        """Mark the chosen alarm and turn to its time when it is out of sight."""
        view, before = self.view, self.view.chosen
        view.chosen = None if record is None else bar_of(record)
        view.update()
        if view.chosen is not None and (before is None or before.alarm_id != view.chosen.alarm_id):
            window = view.window_.around(view.chosen.raised_at, view.newest)
            if window != view.window_:
                view.show_window(window)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.view.set_theme(theme)
        padding = "4px 6px" if theme.compact else "6px 12px"
        for made in (*self.spans, self.earlier, self.later, self.closer, self.wider, self.now_button):
            made.setStyleSheet(f"padding: {padding};")
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._questions.drop()
        self._asked = None

    @property
    def reading(self) -> bool:
        """True while an answer of the store is awaited."""
        return self._questions.waiting

    # --- moving --------------------------------------------------------------------------------------------------

    def _choose_span(self, seconds: float) -> None:
        view = self.view
        middle = view.window_.start + view.window_.span / 2
        around = middle if not self._live else view.now
        if view.chosen is not None and view.window_.start <= view.chosen.raised_at <= view.window_.end:
            around = view.chosen.raised_at
        view.zoom(seconds / view.window_.span, around)
        self._show_state()

    def _go_to_now(self) -> None:
        self.view.show_window(TimeWindow(self.view.now - self.view.window_.span, self.view.now))
        self._live = True

    def _moved(self) -> None:
        self._live = self.view.window_.end >= self.view.now - self.view.window_.span / 1000
        self._show_state()
        self._ask()

    # --- reading -------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Read what is shown, unless it is there; one question at a time, the newest window next."""
        if not self.isVisible() or self._questions.waiting or not self._needed():
            return
        view, window = self.view, self.view.window_
        spare = window.span / 4 if window.span <= MARGIN_UP_TO_S else 0.0
        wide = TimeWindow(window.start - spare, window.end + spare)
        columns = round(view.plot_width / BUCKET_PX * wide.span / window.span)
        self._asked, self._stale = (self._filter, window), False
        start, end = (datetime.fromtimestamp(at, UTC) for at in (wide.start, wide.end))
        self._questions.ask(self._link.timeline(self._filter, start, end, min(1000, max(10, columns))), self._take)

    def _needed(self) -> bool:
        timeline, window = self.view.timeline, self.view.window_
        if self._stale or timeline is None or self._asked is None or self._asked[0] != self._filter:
            return True
        rescaled = bool(timeline.bucket_s) and not 0.8 <= window.span / self._asked[1].span <= 1.25
        inside = timeline.start.timestamp() <= window.start + 0.001 and timeline.end.timestamp() >= window.end - 0.001
        return rescaled or not inside

    def _take(self, answer: Timeline | Failure) -> None:
        if isinstance(answer, Failure):
            self._asked = None
            self.state.setText(f"?  The timeline cannot be read: {answer.text}.")
            return
        self.view.show_timeline(answer)
        self._show_state()
        self._ask()

    def _pick_from(self, bed: str, start: float, end: float) -> None:
        """A bucket was pressed: the most urgent alarm of it is chosen."""
        begin, until = (datetime.fromtimestamp(at, UTC) for at in (start, end))
        found = self._link.timeline(replace(self._filter, beds=(bed,)), begin, until, 10)
        self._picks.drop()
        self._picks.ask(found, lambda answer: self._take_pick(answer, start, end))

    def _take_pick(self, answer: Timeline | Failure, start: float, end: float) -> None:
        if isinstance(answer, Failure):
            self.state.setText(f"?  The timeline cannot be read: {answer.text}.")
        elif answer.bars:
            self.chosen.emit(max(answer.bars, key=ln.urgency).alarm_id)
        elif answer.bucket_s:
            # More than can be told one by one: nearer, then.
            self.view.show_window(TimeWindow(start, end).not_beyond(self.view.newest))

    def _show_state(self) -> None:
        view = self.view
        for made, (_, seconds) in zip(self.spans, SPANS, strict=True):
            made.setChecked(abs(view.window_.span / seconds - 1) < 0.01)
        timeline = view.timeline
        if timeline is None:
            self.state.setText("Reading …")
            return
        self.state.setText(f"{tw.span_words(view.window_.span)} shown")
        if timeline.bucket_s:
            full = ln.most_in_a_bucket(timeline.counts)
            self.legend.setText(
                f"Counted per {tw.span_words(timeline.bucket_s)}: a full lane is {full}, high on top and widest · "
                "line on top: pattern · ◆ pump event · zoom in for single alarms"
            )
        else:
            self.legend.setText(
                "Height: * low, ** middle, *** full · bright: there now · framed: pattern · "
                "figure or tick on top: several · ◆ pump event, ■ medicine"
            )


def bar_of(record: AlarmRecord) -> Bar:
    """An alarm of the table as the timeline draws it."""
    alarm = record.alarm
    return Bar(
        alarm.id,
        alarm.bed,
        alarm.raised_at.timestamp(),
        None if alarm.ended_at is None else alarm.ended_at.timestamp(),
        max(alarm.highest, alarm.priority),
        alarm.condition.kind,
        alarm.acknowledged is not None,
    )
