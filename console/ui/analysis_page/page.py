"""The page of the analysis: figures beside benchmarks and the week before, charts, and the alarms behind each."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from console.link.analysis import Analysis, Answer, Behind, Part, Question, Saved
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.store.records import HistoryFilter
from console.ui.analysis_page import words
from console.ui.analysis_page.choice import Choice
from console.ui.analysis_page.definitions import CEILINGS
from console.ui.analysis_page.rows_table import RowsTable
from console.ui.analysis_page.views import Views
from console.ui.elided import ElidedLabel
from console.ui.forms import Failure, Questions, button, label, panel
from console.ui.page import Page
from console.ui.theme import GAP, MARGIN, Theme

STALE_S = 60.0
"""Figures older than this are counted again when the page is turned to."""

LEAST = QSize(900, 500)
HINT = "Enter or a double click on a figure opens its alarms in the history · all times are the ward's"
NO_KIND = "Choose at least one kind of alarm."


class AnalysisPage(Page):
    """Read only. Every figure opens the alarms behind it in the history."""

    title = "Analysis"

    def __init__(self, link: Link, user: str, theme: Theme, analysis: Analysis) -> None:
        super().__init__(link, user, theme)
        self.analysis = analysis
        self.answer: Answer | None = None
        self._asked: Future[Any] | None = None
        self._opening: Future[Any] | None = None
        self._counts, self._others, self._saves = Questions(self), Questions(self), Questions(self)
        self._now = datetime.now(UTC)
        self._zone = ZoneInfo("UTC")
        self.choice = Choice()
        self.again, self.save = button("Read again"), button("Save figures")
        self.about, self.said = ElidedLabel(wide=True), ElidedLabel(wide=True)
        self.notes = label(role="caption", wrap=True)
        self.table = RowsTable(words.HEADINGS, "Figures, the week before, and benchmarks", theme, 1, 3)
        self.open = button("Open alarms")
        self.views = Views(theme)
        self._state = QStackedWidget()
        self.empty = label(role="title", wrap=True)
        self.error = label(role="error", wrap=True)
        self.setMinimumSize(LEAST)
        # Turned to, the arrow keys move in the figures at once.
        self.setFocusProxy(self.table)
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    # --- layout --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.choice)
        top.addStretch(1)
        top.addWidget(self.again)
        top.addWidget(self.save)
        self.again.setAccessibleName("Count again, as of now")
        self.save.setAccessibleName("Save all figures as CSV")
        self.about.setProperty("role", "caption")
        self.said.setProperty("role", "caption")
        self.said.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(MARGIN, GAP, MARGIN, GAP)
        whole.setSpacing(6)
        whole.addLayout(top)
        whole.addWidget(self.about)
        whole.addWidget(self.said)
        whole.addWidget(self._state, 1)
        self._shown = self._result_view()
        self._busy, self._failed = self._busy_view(), self._failed_view()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for part in (self._busy, self.empty, self._failed, self._shown):
            self._state.addWidget(part)

    def _result_view(self) -> QWidget:
        foot = QHBoxLayout()
        foot.addWidget(label(CEILINGS, "caption", wrap=True), 1)
        foot.addWidget(self.open, 0, Qt.AlignmentFlag.AlignBottom)
        self.open.setAccessibleName("Open the alarms behind the chosen figure")
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(6)
        left.addWidget(self.notes)
        left.addWidget(self.table, 1)
        left.addLayout(foot)
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(MARGIN)
        row.addWidget(self._left)
        row.addWidget(self.views, 1)
        return made

    def _busy_view(self) -> QWidget:
        made = panel()
        column = QVBoxLayout(made)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setFixedSize(320, 8)
        bar.setTextVisible(False)
        bar.setAccessibleName("Counting alarms")
        column.addStretch(1)
        said = label("Counting the alarms of this span and of the week before …", "title")
        for part in (said, bar):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        return made

    def _failed_view(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        self.error.setMinimumWidth(560)
        column.addStretch(1)
        column.addWidget(self.error, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        return made

    def _connect(self) -> None:
        self.choice.changed.connect(self.ask)
        self.again.clicked.connect(self.ask)
        self.save.clicked.connect(self._save_table)
        self.open.clicked.connect(self.table.open_chosen)
        self.table.opened.connect(lambda row: self._open(row.part, row.name))
        self.views.opened.connect(self._open)
        self.views.save_wanted.connect(self._save_picture)

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        self.table.theme = theme
        self.views.set_theme(theme)
        padding = "4px 10px" if theme.compact else "6px 14px"
        self.setStyleSheet(f"QPushButton {{ padding: {padding}; }}")
        self._share_width()
        if self.answer is not None:
            self.table.show_rows(words.figure_rows(self.answer))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_width()
        super().resizeEvent(event)

    def _share_width(self) -> None:
        left = max(560, min(round(self.width() * 0.46), 880))
        self._left.setFixedWidth(left)
        narrow = left < 760
        widths = (0, 84, 98, 78, 150) if narrow else (0, 130, 130, 120, 190)
        self.table.set_widths(widths, 26 if self.theme.compact else 30)

    # --- asking --------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Count what is chosen; a question that is still open is dropped."""
        self._drop()
        self.said.hide()
        question = self.choice.question(self._now)
        if question is None:
            self._show_empty(NO_KIND)
            return
        self._state.setCurrentWidget(self._busy)
        self.about.setText("")
        self.save.setEnabled(False)
        self._asked = self.analysis.ask(question)
        self._counts.ask(self._asked, lambda answer: self._show(question, answer))

    def _drop(self) -> None:
        for questions, asked in ((self._counts, self._asked), (self._others, self._opening)):
            questions.drop()
            if asked is not None:
                asked.cancel()
        self._asked = self._opening = None

    def _show(self, question: Question, answer: Answer | Failure) -> None:
        if isinstance(answer, Failure):
            self.answer = None
            self.error.setText(f"?  {answer.text} The ward's alarms are not touched by this.")
            self._state.setCurrentWidget(self._failed)
            return
        self.answer = answer
        zone = ZoneInfo(answer.zone)
        read = f"{answer.read_at.astimezone(zone):%H:%M:%S}"
        count = words.count_text(answer.now.alarms)
        self.about.setText(f"{words.span_text(answer)} · {count} alarms, as of {read} · demonstration alarms left out")
        self.notes.setText(" ".join(answer.notes))
        self.notes.setVisible(bool(answer.notes))
        self.save.setEnabled(True)
        if not answer.now.alarms:
            before = words.count_text(answer.before.alarms)
            span = answer.now.span
            when = f"{words.moment_text(span.start, zone)} and {words.moment_text(span.end, zone)}"
            self._show_empty(f"No alarms with this choice between {when}. {before} in the same span a week before.")
            return
        self.table.show_rows(words.figure_rows(answer))
        self.views.show_answer(answer)
        self._state.setCurrentWidget(self._shown)

    def _show_empty(self, text: str) -> None:
        self.empty.setText(text)
        self._state.setCurrentWidget(self.empty)

    # --- the alarms behind a figure ------------------------------------------------------------------------------

    def _open(self, part: Part, what: str) -> None:
        if self.answer is None:
            return
        exact = words.exact_filter(self.answer, part)
        if exact is not None:
            self.open_alarms.emit(exact, f"Behind the figure: {what} · {words.span_text(self.answer)}")
            return
        self._say("Looking for the alarms behind the figure …")
        if self._opening is not None:
            self._opening.cancel()
        self._others.drop()
        self._opening = self.analysis.behind(self.answer, part)
        answer = self.answer
        self._others.ask(self._opening, lambda found: self._opened(answer, what, found))

    def _opened(self, answer: Answer, what: str, found: Behind | Failure) -> None:
        if isinstance(found, Failure):
            self._say(f"?  {found.text}")
            return
        if not found.ids:
            self._say(f"There are no alarms behind: {what}.")
            return
        self.said.hide()
        listed = len(found.ids)
        more = (
            ""
            if listed == found.total
            else f", the newest {words.count_text(listed)} of {words.count_text(found.total)}"
        )
        told = f"Behind the figure: {what}{more} · {words.span_text(answer)}"
        self.open_alarms.emit(HistoryFilter(ids=found.ids), told)

    # --- exports -------------------------------------------------------------------------------------------------

    def _save_table(self) -> None:
        if self.answer is not None:
            self._wait_for(self.analysis.save_table(self.answer, self.user))

    def _save_picture(self, title: str, png: bytes) -> None:
        if self.answer is not None:
            self._wait_for(self.analysis.save_picture(self.answer, title, png, self.user))

    def _wait_for(self, saving: Future[Saved]) -> None:
        self._say("Saving …")
        self._saves.ask(saving, self._saved)

    def _saved(self, saved: Saved | Failure) -> None:
        error = saved.text if isinstance(saved, Failure) else saved.error
        self._say(f"?  {error}" if error else f"Saved: {saved.file}" if isinstance(saved, Saved) else "")

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))

    # --- following the ward --------------------------------------------------------------------------------------

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the clock and the beds; figures stay as of the time they were counted."""
        self._now = snapshot.system.utc
        if snapshot.timezone != self._zone.key:
            self._zone = ZoneInfo(snapshot.timezone)
        self.choice.set_ward(tuple(bed.bed for bed in snapshot.beds), self._zone, self._now)

    def activated(self) -> None:
        """Count when the page is turned to, unless that was just done."""
        self.hint.emit(HINT)
        self.show_ward(self.link.snapshot(), 0.0)
        age = None if self.answer is None else (self._now - self.answer.read_at).total_seconds()
        if self._asked is None or (self._asked.done() and (age is None or not 0 <= age < STALE_S)):
            self.ask()

    def deactivated(self) -> None:
        """A count that is under way goes on for nobody: it is dropped, and asked again at the next visit."""
        if self._asked is not None and not self._asked.done():
            self._drop()
