"""The page of the alarm history: figures, filters, table, the chosen alarm, and the load of the ward."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from console.link.alarm_export import AlarmExport
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.store.records import AlarmRecord, HistoryFigures, HistoryFilter
from console.store.records import HistoryPage as Answer
from console.ui.forms import Failure, Questions, button, label
from console.ui.history_page import rows
from console.ui.history_page.beside import Exporting, Figures, versions
from console.ui.history_page.choice import Choice
from console.ui.history_page.choosing import Choosing
from console.ui.history_page.course import Course
from console.ui.history_page.figures import FigureStrip
from console.ui.history_page.filters import Filters
from console.ui.history_page.given_bar import GivenBar
from console.ui.history_page.load_panel import LoadPanel
from console.ui.history_page.model import HistoryModel
from console.ui.history_page.note_form import NoteForm
from console.ui.history_page.saved import SavedFilters
from console.ui.history_page.shelf import Shelf
from console.ui.history_page.table import AlarmTable
from console.ui.history_page.timeline_panel import TimelinePanel
from console.ui.page import Page
from console.ui.theme import GAP, MARGIN, Theme

REFRESH_S = 3.0
"""The table is read again at most so often while alarms change."""

LOADING_MS = 250
"""A table that comes sooner needs no word."""

LEAST = QSize(900, 500)


class HistoryPage(Page):
    """Read only but for notes; Enter opens the bed at the time of the chosen alarm. Another page may give the alarms
    to show. saved_file: where this station keeps its filters; None keeps them until the end. export: writes what is
    listed; without it nothing is exported here."""

    title = "Alarm history"
    short = "History"

    def __init__(
        self, link: Link, user: str, theme: Theme, saved_file: Path | None = None, export: AlarmExport | None = None
    ) -> None:
        super().__init__(link, user, theme)
        self.model = HistoryModel(link, self)
        self._counting, self._day, self._people = (Questions(self) for _ in range(3))
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(UTC)
        self._seen: frozenset[tuple[str, int]] | None = None
        self._asked_at = 0.0
        self._pending: int | None = None
        self._beds: tuple[str, ...] = ()
        self.figures = FigureStrip()
        self.shelf = Shelf(SavedFilters(saved_file))
        self.filters = Filters()
        self._given: HistoryFilter | None = None
        self.given = GivenBar()
        self.given_text, self.all_again = self.given.text, self.given.all_again
        self.count = label(role="caption")
        self.newer = button("", "choice")
        self.table = AlarmTable(self.model)
        self.empty = label(role="title", wrap=True)
        self.course = Course(link, theme)
        self.note = NoteForm(link, lambda: self.user)
        self.timeline = TimelinePanel(link, theme)
        self.views = [button(name, "choice", checkable=True) for name in ("Table", "Timeline")]
        self.choosing = Choosing(link, self.table, self.model, self.course, self.timeline, self.filter)
        self.load = LoadPanel(theme)
        self._adding = Figures(link, self, self._show_figures)
        self._exporting = Exporting(export, self, self.shelf.tell)
        self._loading = QTimer(self)
        self._loading.setSingleShot(True)
        self._loading.setInterval(LOADING_MS)
        # A page never keeps the window from shrinking to a small screen; its parts scroll or elide.
        self.setMinimumSize(LEAST)
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    # --- layout --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        for widget in (self.figures, self.shelf, self.filters, self.given):
            left.addWidget(widget)
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        left.addLayout(self._view_bar())
        both = QWidget()
        self._both = QStackedLayout(both)
        self._both.addWidget(stack)
        self._both.addWidget(self.timeline)
        left.addWidget(both, 1)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self.course, 3)
        right.addWidget(self.note)
        right.addWidget(self.load, 1)
        self._right = QWidget()
        self._right.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, GAP, MARGIN, GAP)
        row.setSpacing(MARGIN)
        row.addLayout(left, 1)
        row.addWidget(self._right)

    def _view_bar(self) -> QHBoxLayout:
        """Table or timeline, and what belongs to each."""
        row = QHBoxLayout()
        row.setSpacing(6)
        for made in self.views:
            row.addWidget(made)
        row.addSpacing(8)
        row.addWidget(self.timeline.bar)
        row.addStretch(1)
        row.addWidget(self.newer)
        row.addWidget(self.count)
        self.newer.hide()
        return row

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        compact = theme.compact
        self.table.set_theme(theme)
        self.load.set_theme(theme)
        self.course.set_theme(theme)
        self.timeline.set_theme(theme)
        self._right.setFixedWidth(430 if compact else 660)
        self._make_room(self.course.alarm)
        self.figures.set_size(24 if compact else 30)
        padding = "4px 10px" if compact else "6px 14px"
        self.setStyleSheet(
            f"QPushButton[role='choice'] {{ padding: {padding}; }} QTableView::item {{ padding: 0 8px; }}"
        )
        self.table.viewport().update()

    def _connect(self) -> None:
        self.filters.changed.connect(self._choose)
        self.all_again.clicked.connect(lambda _: self._choose())
        self.shelf.chosen.connect(self._choose)
        self.shelf.save.connect(lambda name: self.shelf.keep(name, self.filters.choice()))
        self.shelf.export.connect(self._export_csv)
        self.shelf.export_button.setVisible(self._exporting.able)
        self.model.arrived.connect(self._show_table)
        self.model.shown.connect(self._page_came)
        self.model.failed.connect(self._show_failure)
        self.table.looked_at.connect(self._show_count)
        self.table.sort.connect(self._sort)
        self.table.selectionModel().currentRowChanged.connect(self._select)
        self.table.activated.connect(lambda _: self.course.open_button.click())
        self.newer.clicked.connect(lambda _: self.ask())
        self.course.open_at.connect(self.open_bed_at)
        self.course.shown.connect(self._shown)
        self.note.added.connect(self.course.read_again)
        self._loading.timeout.connect(lambda: self._show_empty("Reading the record …"))
        for index, made in enumerate(self.views):
            made.clicked.connect(lambda _=False, i=index: self.show_view(i))
        self.show_view(0)
        for keys, by in (("Ctrl+Down", 1), ("N", 1), ("Ctrl+Up", -1), ("B", -1)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda b=by: self.choosing.step(b))
        report = QShortcut(QKeySequence("R"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        report.activated.connect(self._report)
        self.course.shown.connect(self._make_room)

    def _report(self) -> None:
        """The episode of the patient whose alarm is chosen, wherever he is now."""
        chosen = self.course.alarm
        if chosen is None or not chosen.alarm.patient_id:
            self.hint.emit("Choose an alarm of a patient first: there is no report of this one")
        else:
            self.open_report.emit(chosen.alarm.bed, chosen.alarm.patient_id)

    def show_view(self, index: int) -> None:
        """Show the table (0) or the timeline (1)."""
        for number, made in enumerate(self.views):
            made.setChecked(number == index)
        self._both.setCurrentIndex(index)
        self.timeline.bar.setVisible(index == 1)
        self.count.setVisible(index == 0)

    def _make_room(self, chosen: AlarmRecord | None) -> None:
        """On a small screen the chosen alarm takes the place of the ward's load."""
        self.load.setHidden(self.theme.compact and chosen is not None)

    # --- asking --------------------------------------------------------------------------------------------------

    def filter(self) -> HistoryFilter:
        """What is wanted, as of now: alarms that begin later come with a refresh, and do not push the rows about while
        somebody reads."""
        wanted = self.wanted()
        newest = self._now + timedelta(milliseconds=1)
        return replace(wanted, end=newest if wanted.end is None else min(wanted.end, newest))

    def wanted(self) -> HistoryFilter:
        """What the person has chosen, or another page has."""
        choice = self.filters.choice()
        if self._given is None:
            return choice.filter(self._now, self._zone)
        return replace(self._given, sort=choice.sort, descending=choice.descending)

    def show_alarms(self, filter: HistoryFilter, what: str) -> None:
        """Show these alarms alone, until something is chosen here."""
        self._given = filter
        self.given_text.setText(what)
        self.given.show()
        self.ask()

    def _choose(self, choice: Choice | None = None) -> None:
        """The person has chosen, by the filters or a saved one."""
        self._given = None
        self.given.hide()
        if choice is None:
            self.shelf.release()
        else:
            self.filters.show_choice(choice)
        self.ask()

    def _sort(self, section: int) -> None:
        ordered = self.model.sorted_by(section)
        if ordered != self.model.filter:
            choice = replace(self.filters.choice(), sort=ordered.sort, descending=ordered.descending)
            self.filters.order(choice)
            self.ask(figures=False)

    def _nothing_chosen(self) -> bool:
        return self._given is None and self.filters.choice().empty

    def ask(self, figures: bool = True) -> None:
        """Read the table anew with the chosen filter. figures: those of the same alarms stay."""
        self._asked_at = self._now.timestamp()
        self._pending = None
        self._counting.drop()
        self._day.drop()
        self.newer.hide()
        if self._nothing_chosen():
            # An empty choice means "all" to the store; here it means that nothing is wanted.
            self._loading.stop()
            self._show_empty("Choose at least one priority and one kind of alarm.")
            self.count.setText("")
            return
        self._loading.start()
        self.model.choose(self.filter())
        self.table.scrollToTop()
        self.timeline.set_filter(self._told())
        if figures:
            self.figures.coming()
            self._adding.ask(self.model.filter)

    def activated(self) -> None:
        """Read again when the page is turned to."""
        self.hint.emit("Up and down choose an alarm · Enter opens the bed · R reports on the patient · the ward's time")
        snapshot = self.link.snapshot()
        self._take_time(snapshot)
        self._seen = versions(snapshot)
        self._people.ask(self.link.answerers(), self.filters.take_people)
        self.ask()

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the clock; read again when an alarm has changed."""
        self._take_time(snapshot)
        beds = tuple(b.bed for b in snapshot.beds)
        if beds != self._beds:
            self._beds = beds
            self.filters.list_beds(beds)
            self.timeline.set_beds(beds)
        now_there = versions(snapshot)
        due = abs(self._now.timestamp() - self._asked_at) >= REFRESH_S * snapshot.system.speed
        if now_there != self._seen and due and not self._nothing_chosen() and not self.model.waiting:
            self._seen = now_there
            self._asked_at = self._now.timestamp()
            self._refresh()

    def _refresh(self) -> None:
        """At the top new alarms come in; further down nothing moves, and what is newer is counted."""
        self.timeline.refresh()
        if self.table.at_top:
            self.model.refresh(self.filter())
        else:
            self.model.refresh(self.model.filter)
            before = self.model.filter.end
            later = replace(self.filter(), start=before)
            if before is not None and later.end is not None and later.end > before:
                self._counting.drop()
                self._counting.ask(self.link.history(later, 0, 1), self._show_newer)
        self._adding.again(self.model.filter)

    def _take_time(self, snapshot: WardSnapshot) -> None:
        self._now = snapshot.system.utc
        if snapshot.timezone != self._zone.key:
            self._zone = ZoneInfo(snapshot.timezone)
            self.load.set_zone(self._zone)
        self.model.set_time(self._now, self._zone)
        self.filters.set_time(self._now, self._zone)
        self.timeline.set_time(self._now, self._zone)
        self.course.set_time(self._now, self._zone)

    # --- showing -------------------------------------------------------------------------------------------------

    def _show_figures(self, found: HistoryFigures | Failure) -> None:
        if isinstance(found, Failure):
            self.figures.unknown()
            return
        self.figures.show_figures(found)
        self.load.show_figures(found)

    def _show_table(self) -> None:
        self._loading.stop()
        if self.model.total:
            self._stack.setCurrentWidget(self.table)
            self.table.look()
            return
        span = rows.span_words(self._told(), self._zone)
        self._show_empty(f"No alarms with this choice {span}.")
        day = HistoryFilter(start=self._now - timedelta(hours=24))
        self._day.ask(self.link.history(day, 0, 1), lambda found: self._show_day(span, found))

    def _told(self) -> HistoryFilter:
        """What is wanted, as it is told: that it ends now goes without saying."""
        wanted = self.wanted()
        return wanted if wanted.end is None or wanted.end <= self._now else replace(wanted, end=None)

    def _show_day(self, span: str, found: Answer | Failure) -> None:
        if isinstance(found, Answer) and self._stack.currentWidget() is self.empty and not self.model.total:
            count = f"{found.total:,}" if found.total else "None"
            self._show_empty(f"No alarms with this choice {span}. {count} in the last 24 h.")

    def _show_empty(self, text: str) -> None:
        self.empty.setText(text)
        self._stack.setCurrentWidget(self.empty)
        self.count.setText("")
        self.course.show_nothing()

    def _show_failure(self, text: str) -> None:
        self._loading.stop()
        if self.model.total:
            self.count.setText(f"?  {text}")
        else:
            self._show_empty(f"?  {text} Alarms go on; see the ward.")

    def _show_count(self) -> None:
        first, last = self.table.rows_in_view()
        self.count.setText(f"{first + 1:,}–{last + 1:,} of {self.model.total:,}" if self.model.total else "")

    def _show_newer(self, found: Answer | Failure) -> None:
        if isinstance(found, Answer) and found.total and not self.table.at_top:
            self.newer.setText(f"{found.total:,} newer – show")
            self.newer.show()

    def _select(self, current: QModelIndex, _before: QModelIndex) -> None:
        record = self.model.record(current.row())
        self._pending = current.row() if record is None and current.isValid() else None
        if record is not None:
            self.choosing.by_row(record)

    def _shown(self, record: AlarmRecord | None) -> None:
        """An alarm was chosen, here or on the timeline."""
        self.note.show_alarm("" if record is None else record.alarm.id)
        if record is not None:
            self.filters.offer_patient(record.alarm.patient_id)

    def _page_came(self) -> None:
        """The chosen alarm stays chosen where rows have moved; a row that was on its way is here."""
        self._show_count()
        if self.table.at_top:
            self.newer.hide()
        if self._pending is not None:
            self._select(self.model.index(self._pending, 0), QModelIndex())
            return
        chosen = self.course.alarm
        if chosen is None:
            return
        row = self.model.row_of(chosen.alarm.id)
        record = self.model.record(row)
        if record is not None and record.alarm.version != chosen.alarm.version:
            self.course.show_alarm(record)
        if row == self.table.currentIndex().row():
            return
        if row >= 0:
            self.table.choose_row(row)
        else:
            # It is further away than what is held: its course stays, no row is marked as it.
            self.table.choose_none()

    def _export_csv(self) -> None:
        if not self._nothing_chosen():
            listed = self.filter()
            told = rows.filter_words(listed, self._zone) if self._given is None else self.given_text.text()
            self._exporting.begin(listed, told, self.model.total, self.user)
