"""The page of the alarm history: figures, filters, table, the chosen alarm, and the load of the ward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from console.alarms.alarm import Priority
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.store.records import HistoryFilter
from console.store.records import HistoryPage as Answer
from console.ui import wording
from console.ui.elided import ElidedLabel
from console.ui.forms import Failure, Questions, button, label, panel
from console.ui.history_page import rows
from console.ui.history_page.choosing import Choosing
from console.ui.history_page.course import Course
from console.ui.history_page.drawings import BedBars, LoadBars
from console.ui.history_page.model import PRIORITY, HistoryModel, PriorityDelegate
from console.ui.history_page.timeline_panel import TimelinePanel
from console.ui.page import Page
from console.ui.theme import GAP, MARGIN, PREFIX, Theme

SPANS: tuple[tuple[str, timedelta | None], ...] = (
    ("Last 24 h", timedelta(hours=24)),
    ("Last 8 h", timedelta(hours=8)),
    ("Last 72 h", timedelta(hours=72)),
    ("Last 7 days", timedelta(days=7)),
    ("All", None),
)
ALL_BEDS = "All beds"
KINDS = ("pattern", "limit", "technical")
REFRESH_S = 3.0
"""The table is read again at most so often while alarms change."""

LEAST = QSize(900, 500)

FIGURES = (
    "Alarms",
    "Median response ***",
    "Median response **",
    "Longest unanswered",
    "Technical share",
    "Limit alarms under 30 s",
)


class HistoryPage(Page):
    """Read only; Enter opens the bed at the time of the chosen alarm. Another page may give the alarms to show."""

    title = "Alarm history"
    short = "History"

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self.model = HistoryModel(link, self)
        self._questions = Questions(self)
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(UTC)
        self._seen: frozenset[tuple[str, int]] | None = None
        self._asked_at = 0.0
        self._beds: tuple[str, ...] = ()
        self.figures = [label("–") for _ in FIGURES]
        self.span, self.bed = QComboBox(), QComboBox()
        self.priorities = {p: button(PREFIX[p], "choice", checkable=True) for p in sorted(Priority, reverse=True)}
        self.kinds = {k: button(k.capitalize(), "choice", checkable=True) for k in KINDS}
        self.not_seen = button("Not seen only", "choice", checkable=True)
        self._given: HistoryFilter | None = None
        self.given = panel()
        self.given_text = ElidedLabel(wide=True)
        self.all_again = button("Show all", "choice")
        self.count = label(role="caption")
        self.table = QTableView()
        self.empty = label(role="title", wrap=True)
        self.course = Course(link, theme)
        self.timeline = TimelinePanel(link, theme)
        self.views = [button(name, "choice", checkable=True) for name in ("Table", "Timeline")]
        self.load, self.by_bed = LoadBars(theme), BedBars(theme)
        self._load_title = label("Alarm load per hour, ward")
        self._delegate = PriorityDelegate(self)
        self._figure_strip = panel()
        self.choosing = Choosing(link, self.table, self.model, self.course, self.timeline, self.filter)
        # A page never keeps the window from shrinking to a small screen; its parts scroll or elide.
        self.setMinimumSize(LEAST)
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    # --- layout --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self._figure_strip)
        self._fill_figures()
        left.addLayout(self._filters())
        left.addWidget(self._given_bar())
        left.addLayout(self._view_bar())
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        both = QWidget()
        self._both = QStackedLayout(both)
        self._both.addWidget(stack)
        self._both.addWidget(self.timeline)
        left.addWidget(both, 1)
        self._dress_table()
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self.course, 3)
        right.addWidget(self._load_panel(), 2)
        self._right = QWidget()
        self._right.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, GAP, MARGIN, GAP)
        row.setSpacing(MARGIN)
        row.addLayout(left, 1)
        row.addWidget(self._right)

    def _fill_figures(self) -> None:
        row = QHBoxLayout(self._figure_strip)
        row.setContentsMargins(16, 8, 8, 8)
        for name, value in zip(FIGURES, self.figures, strict=True):
            value.setObjectName("figure")
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(label(name, "caption"))
            column.addWidget(value)
            row.addLayout(column, 1)

    def _filters(self) -> QHBoxLayout:
        for name, _ in SPANS:
            self.span.addItem(name)
        self.bed.addItem(ALL_BEDS)
        self.span.setAccessibleName("Time span")
        self.bed.setAccessibleName("Bed")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.span)
        row.addWidget(self.bed)
        for priority, made in self.priorities.items():
            made.setAccessibleName(f"{priority.word} priority")
        for made in (*self.priorities.values(), *self.kinds.values()):
            made.setChecked(True)
            row.addWidget(made)
        row.addWidget(self.not_seen)
        row.addStretch(1)
        return row

    def _view_bar(self) -> QHBoxLayout:
        """Table or timeline, and what belongs to each."""
        row = QHBoxLayout()
        row.setSpacing(6)
        for made in self.views:
            row.addWidget(made)
        row.addSpacing(8)
        row.addWidget(self.timeline.bar)
        row.addStretch(1)
        row.addWidget(self.count)
        return row

    def _given_bar(self) -> QWidget:
        row = QHBoxLayout(self.given)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self.given_text, 1)
        row.addWidget(self.all_again)
        self.given.hide()
        return self.given

    def _dress_table(self) -> None:
        self.table.setModel(self.model)
        self.table.setItemDelegateForColumn(PRIORITY, self._delegate)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.setAccessibleName("Alarms, newest first")
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)

    def _load_panel(self) -> QWidget:
        box = panel()
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 10)
        head = QHBoxLayout()
        head.addWidget(self._load_title, 1)
        head.addWidget(label("* low, ** medium, *** high", "caption"))
        column.addLayout(head)
        column.addWidget(self.load, 1)
        self._by_bed_title = label("Beds with most alarms")
        column.addWidget(self._by_bed_title)
        column.addWidget(self.by_bed)
        return box

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        compact = theme.compact
        self.model.theme = self._delegate.theme = theme
        self.load.theme = self.by_bed.theme = theme
        self.course.set_theme(theme)
        self.timeline.set_theme(theme)
        self._right.setFixedWidth(430 if compact else 660)
        self.table.verticalHeader().setDefaultSectionSize(32 if compact else 35)
        widths = (104, 86, 52, 0, 76, 80, 84, 92, 140, 96) if compact else (140, 92, 60, 0, 96, 86, 100, 110, 160, 150)
        for column, width in enumerate(widths):
            if width:
                self.table.setColumnWidth(column, width)
        self.table.setColumnHidden(4, compact)
        self.table.setColumnHidden(9, compact)
        self._by_bed_title.setHidden(compact)
        self.by_bed.setHidden(compact)
        size = 24 if compact else 30
        self._figure_strip.setStyleSheet(f"QLabel#figure {{ font-size: {size}px; font-weight: 800; }}")
        padding = "4px 10px" if compact else "6px 14px"
        self.setStyleSheet(
            f"QPushButton[role='choice'] {{ padding: {padding}; }} QTableView::item {{ padding: 0 8px; }}"
        )
        self.table.viewport().update()

    def _connect(self) -> None:
        self.span.currentIndexChanged.connect(self._choose)
        self.bed.currentIndexChanged.connect(self._choose)
        for made in (*self.priorities.values(), *self.kinds.values(), self.not_seen, self.all_again):
            made.clicked.connect(self._choose)
        self.model.arrived.connect(self._show_answer)
        self.model.failed.connect(self._show_failure)
        self.model.modelReset.connect(self._restore_selection)
        self.model.rowsInserted.connect(self._show_count)
        self.table.selectionModel().currentRowChanged.connect(self._select)
        self.table.activated.connect(lambda _: self.course.open_button.click())
        for index, made in enumerate(self.views):
            made.clicked.connect(lambda _=False, i=index: self.show_view(i))
        self.show_view(0)
        for keys, by in (("Ctrl+Down", 1), ("N", 1), ("Ctrl+Up", -1), ("B", -1)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda b=by: self.choosing.step(b))
        self.course.open_at.connect(self.open_bed_at)

    def show_view(self, index: int) -> None:
        """Show the table (0) or the timeline (1)."""
        for number, made in enumerate(self.views):
            made.setChecked(number == index)
        self._both.setCurrentIndex(index)
        self.timeline.bar.setVisible(index == 1)
        self.count.setVisible(index == 0)

    # --- asking --------------------------------------------------------------------------------------------------

    def filter(self) -> HistoryFilter:
        """What the person has chosen, as of now; or what another page has."""
        if self._given is not None:
            return self._given
        span = SPANS[self.span.currentIndex()][1]
        bed = self.bed.currentText()
        priorities = tuple(p.word for p, made in self.priorities.items() if made.isChecked())
        return HistoryFilter(
            start=None if span is None else self._now - span,
            beds=() if bed == ALL_BEDS else (bed,),
            kinds=rows.kind_words(k for k, made in self.kinds.items() if made.isChecked()),
            priorities=() if len(priorities) == len(self.priorities) else priorities,
            not_seen_only=self.not_seen.isChecked(),
        )

    def show_alarms(self, filter: HistoryFilter, what: str) -> None:
        """Show these alarms alone, until something is chosen here."""
        self._given = filter
        self.given_text.setText(what)
        self.given.show()
        self.ask()

    def _choose(self) -> None:
        self._given = None
        self.given.hide()
        self.ask()

    def _nothing_chosen(self) -> bool:
        if self._given is not None:
            return False
        return not any(m.isChecked() for m in self.priorities.values()) or not any(
            m.isChecked() for m in self.kinds.values()
        )

    def ask(self) -> None:
        """Read the table anew with the chosen filter."""
        self._asked_at = self._now.timestamp()
        if self._nothing_chosen():
            # An empty choice means "all" to the store; here it means that nothing is wanted.
            self._show_empty("Choose at least one priority and one kind of alarm.")
            self.count.setText("")
            return
        self._stack.setCurrentWidget(self.table)
        self.model.choose(self.filter())
        self.timeline.set_filter(self.filter())

    def activated(self) -> None:
        """Read again when the page is turned to."""
        self.hint.emit("Up and down choose an alarm · Enter opens the bed at that time · all times are the ward's")
        snapshot = self.link.snapshot()
        self._take_time(snapshot)
        self._seen = _versions(snapshot)
        self.ask()

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the clock; read again when an alarm has changed."""
        self._take_time(snapshot)
        beds = tuple(b.bed for b in snapshot.beds)
        if beds != self._beds:
            self._list_beds(beds)
        versions = _versions(snapshot)
        due = abs(self._now.timestamp() - self._asked_at) >= REFRESH_S * snapshot.system.speed
        if versions != self._seen and due and not self._nothing_chosen():
            self._seen = versions
            self._asked_at = self._now.timestamp()
            self.model.refresh(self.filter())
            self.timeline.refresh()

    def _take_time(self, snapshot: WardSnapshot) -> None:
        self._now = snapshot.system.utc
        if snapshot.timezone != self._zone.key:
            self._zone = ZoneInfo(snapshot.timezone)
            self.load.zone = self._zone
        self.model.set_time(self._now, self._zone)
        self.course.set_time(self._now, self._zone)
        self.timeline.set_time(self._now, self._zone)

    def _list_beds(self, beds: tuple[str, ...]) -> None:
        self._beds = beds
        self.timeline.set_beds(beds)
        chosen = self.bed.currentText()
        self.bed.blockSignals(True)
        self.bed.clear()
        self.bed.addItems([ALL_BEDS, *beds])
        self.bed.setCurrentText(chosen)
        self.bed.blockSignals(False)

    # --- showing -------------------------------------------------------------------------------------------------

    def _show_answer(self, answer: Answer) -> None:
        texts = (
            str(answer.total),
            _duration(answer.median_response_high_s),
            _duration(answer.median_response_medium_s),
            _duration(answer.longest_unanswered_s),
            f"{answer.technical_share * 100:.0f} %" if answer.total else "–",
            str(answer.short_limit_alarms) if answer.total else "–",
        )
        for value, text in zip(self.figures, texts, strict=True):
            value.setText(text)
        self.load.show_hours(answer.by_hour)
        self._load_title.setText(f"Alarm load per {'day' if self.load.per_day else 'hour'}, ward")
        self.by_bed.show_beds(answer.by_bed)
        self._show_count()
        if answer.total:
            self._stack.setCurrentWidget(self.table)
            return
        span = rows.span_words(self.filter(), self._zone)
        self._show_empty(f"No alarms with this choice {span}.")
        day = HistoryFilter(start=self._now - timedelta(hours=24))
        self._questions.drop()
        self._questions.ask(self.link.history(day, 0, 1), lambda found: self._show_day(span, found))

    def _show_day(self, span: str, found: Answer | Failure) -> None:
        if isinstance(found, Answer) and self._stack.currentWidget() is self.empty:
            count = "None" if not found.total else str(found.total)
            self._show_empty(f"No alarms with this choice {span}. {count} in the last 24 h.")

    def _show_empty(self, text: str) -> None:
        self.empty.setText(text)
        self._stack.setCurrentWidget(self.empty)
        self.course.show_nothing()

    def _show_failure(self, text: str) -> None:
        if self.model.loaded:
            self.count.setText(f"?  {text}")
        else:
            self._show_empty(f"?  {text} Alarms go on; see the ward.")

    def _show_count(self) -> None:
        self.count.setText(f"{self.model.loaded} of {self.model.total} shown")

    def _select(self, current: QModelIndex, _before: QModelIndex) -> None:
        record = self.model.record(current.row())
        if record is not None:
            self.choosing.by_row(record)

    def _restore_selection(self) -> None:
        """Rows have come or gone: the chosen alarm stays chosen."""
        chosen = self.course.alarm
        if chosen is None or not self.model.loaded:
            return
        row = self.model.row_of(chosen.alarm.id)
        if row >= 0:
            self.table.selectRow(row)
        elif not self.choosing.outside:
            self.course.show_nothing()


def _versions(snapshot: WardSnapshot) -> frozenset[tuple[str, int]]:
    alarms = (*snapshot.alarms, *(alarm for bed in snapshot.beds for alarm in bed.alarms))
    return frozenset((alarm.id, alarm.version) for alarm in alarms)


def _duration(seconds: float | None) -> str:
    return "–" if seconds is None else wording.age_text(seconds)
