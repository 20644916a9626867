"""Rules: choose days, propose values, see what they would have done, put them into force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from console.link.commands import Reply
from console.link.evaluation import DAYS, Evaluation, Question, Role, Run, Threshold
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.elided import ElidedLabel
from console.ui.evaluation_page.editor import Editor
from console.ui.evaluation_page.force_form import ForceForm
from console.ui.evaluation_page.model import IN_FORCE, NAME, PROPOSED, SHIPPED, ThresholdModel
from console.ui.evaluation_page.result_view import ResultView
from console.ui.evaluation_page.words import EMPTY, marks_text
from console.ui.forms import Failure, Questions, button, label, panel
from console.ui.page import Page
from console.ui.tables import dress
from console.ui.theme import GAP, MARGIN, Theme

ALL_BEDS = "All beds"
LEAST = QSize(900, 480)
STALE = "The values on the left have been changed since: show again what they would have done."
WRITTEN = "Written to the configuration file. In force from the next start of the console."


class EvaluationPage(Page):
    """evaluation: of the station the console runs on."""

    title = "Rules"

    def __init__(self, link: Link, user: str, theme: Theme, evaluation: Evaluation) -> None:
        super().__init__(link, user, theme)
        self.setMinimumSize(LEAST)
        self.evaluation = evaluation
        self.model = ThresholdModel(theme)
        self.table = QTableView()
        self.search = QLineEdit()
        self.own = button("Own values only", "choice", checkable=True)
        self.marks = ElidedLabel(wide=True)
        self.editor = Editor()
        self.span, self.bed = QComboBox(), QComboBox()
        self.run_button = button("Show what it would have done", "primary")
        self.cancel = button("Cancel")
        self.bar, self.doing = QProgressBar(), label(role="caption")
        self.error = label(role="error", wrap=True)
        self.empty = label(EMPTY, "muted", wrap=True)
        self.stale = label(STALE, wrap=True)
        self.result, self.force = ResultView(), ForceForm()
        self._questions = Questions(self)
        self._thresholds: tuple[Threshold, ...] = ()
        self._texts: dict[str, str] = {}
        self._changes: Mapping[str, Any] = {}
        self._faults: Mapping[str, str] = {}
        self._run: Run | None = None
        self._asked: Question | None = None
        self._zone = ZoneInfo("UTC")
        self._beds: tuple[str, ...] = ()
        self._left, self._state = QWidget(), QStackedWidget()
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self.set_theme(theme)
        self._load()

    # --- layout --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GAP)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        self.search.setPlaceholderText("Find a threshold")
        self.search.setAccessibleName("Find a threshold")
        self.search.setMinimumHeight(40)
        head.addWidget(self.search, 1)
        head.addWidget(self.own)
        left.addLayout(head)
        left.addWidget(self.table, 1)
        left.addWidget(self.marks)
        left.addWidget(self.editor)
        self._dress_table()
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addLayout(self._choices())
        right.addWidget(self._states(), 1)
        right.addWidget(self.stale)
        right.addWidget(self.force)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        row.setSpacing(MARGIN)
        row.addWidget(self._left)
        row.addLayout(right, 1)
        self.stale.hide()
        self.force.hide()

    def _choices(self) -> QHBoxLayout:
        for days in DAYS:
            self.span.addItem(f"Last {days} days" if days > 1 else "Last day", days)
        self.span.setCurrentIndex(2)
        self.bed.addItem(ALL_BEDS)
        self.span.setAccessibleName("Days to look at")
        self.bed.setAccessibleName("Beds to look at")
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for part in (self.span, self.bed):
            part.setMinimumHeight(40)
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.run_button)
        self.cancel.hide()
        return row

    def _states(self) -> QWidget:
        busy, failed = QWidget(), QWidget()
        column = QVBoxLayout(busy)
        column.addStretch(1)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setAccessibleName("Progress")
        column.addWidget(label("The stored days are judged with both sets of thresholds.", "title"))
        column.addWidget(self.bar)
        column.addWidget(self.doing)
        column.addStretch(1)
        column = QVBoxLayout(failed)
        column.addStretch(1)
        column.addWidget(self.error)
        column.addStretch(1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._busy, self._failed = busy, failed
        for part in (self.empty, busy, failed, self.result):
            self._state.addWidget(part)
        box = panel()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 14, 10)
        inside.addWidget(self._state)
        return box

    def _dress_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        dress(table, "Thresholds by section")
        table.horizontalHeader().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self._fill())
        self.own.clicked.connect(lambda _: self._fill())
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_chosen())
        self.editor.proposed.connect(self.propose)
        self.run_button.clicked.connect(self.start)
        self.cancel.clicked.connect(self._cancel)
        self.force.wanted.connect(self._put_into_force)

    # --- look ----------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        self.model.theme = theme
        self.result.set_compact(theme.compact)
        self.table.verticalHeader().setDefaultSectionSize(29 if theme.compact else 34)
        self._share_width()
        self.table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_width()
        super().resizeEvent(event)

    def _share_width(self) -> None:
        left = max(420, min(round(self.width() * 0.40), 720))
        self._left.setFixedWidth(left)
        for column, share in ((PROPOSED, 0.17), (IN_FORCE, 0.2), (SHIPPED, 0.17)):
            self.table.setColumnWidth(column, round(left * share))

    # --- values --------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        self._thresholds = self.evaluation.thresholds()
        self.marks.setText(marks_text(self._thresholds))
        self._check()

    def propose(self, key: str, text: str) -> None:
        """Propose a value, "" for none any more."""
        if text:
            self._texts[key] = text
        else:
            self._texts.pop(key, None)
        self._check()

    def _check(self) -> None:
        checked = self.evaluation.check(self._texts)
        self._changes, self._faults = checked.changes, checked.faults
        # What is proposed as it stands already is no proposal.
        for key in [k for k in self._texts if k not in self._changes and k not in self._faults and not self._faults]:
            del self._texts[key]
        self._fill()
        self._show_chosen()
        self._follow()

    def _fill(self) -> None:
        chosen = self.model.threshold(self.table.currentIndex().row())
        self.model.show(
            self._thresholds, self._texts, frozenset(self._faults), self.search.text(), self.own.isChecked()
        )
        self.table.clearSpans()
        for row in self.model.sections():
            self.table.setSpan(row, 0, 1, self.model.columnCount())
        row = self.model.row_of(chosen.key) if chosen is not None else -1
        if row >= 0 and row != self.table.currentIndex().row():
            self.table.selectRow(row)

    def _show_chosen(self) -> None:
        chosen = self.model.threshold(self.table.currentIndex().row())
        self.editor.show_threshold(chosen, self._texts.get(chosen.key, "") if chosen is not None else "")
        own = self._faults.get(chosen.key, "") if chosen is not None else ""
        self.editor.show_fault(own or self._faults.get("", "") or self._other_fault())

    def _other_fault(self) -> str:
        key = next(iter(self._faults), "")
        return f"{key}: {self._faults[key]}" if key else ""

    # --- running -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Run the chosen days."""
        end = self.link.snapshot().system.utc
        simulated = self.link.snapshot().system.simulated
        beds = () if self.bed.currentText() == ALL_BEDS else (self.bed.currentText(),)
        start = end - timedelta(days=self.span.currentData())
        self._asked = Question(dict(self._changes), start, end, beds, simulated)
        self.force.say("")
        try:
            self._run = self.evaluation.start(self._asked)
        except OSError as error:
            self._run = None
            self._show_error(f"The evaluation cannot be started: {error.strerror or error}.")
        self._follow()

    def _cancel(self) -> None:
        if self._run is not None:
            self._run.cancel()
        self._follow()

    def _follow(self) -> None:
        """Show how far the run has come, and what may be done now."""
        view = self._run.view() if self._run is not None else None
        busy = view is not None and not view.done
        if view is not None and busy:
            self.bar.setValue(round(view.progress * 1000))
            self.doing.setText(view.doing)
            self._state.setCurrentWidget(self._busy)
        elif view is not None:
            self._ended(view.error, cancelled=view.result is None and not view.error)
        asked = self._asked
        done = view is not None and view.result is not None
        same = asked is not None and asked.changes == self._changes
        self.stale.setVisible(done and not same)
        self.force.setVisible(done and same and bool(self._changes))
        self.cancel.setVisible(busy)
        self.run_button.setEnabled(not busy and not self._faults)

    def _ended(self, error: str, *, cancelled: bool) -> None:
        assert self._run is not None
        assert self._asked is not None
        result = self._run.view().result
        if error:
            self._show_error(error)
        elif cancelled:
            self._run = None
            self._state.setCurrentWidget(self.empty)
        elif result is not None and self._state.currentWidget() is not self.result:
            self.result.show_result(result, self._asked.beds, self._zone)
            self._state.setCurrentWidget(self.result)

    def _show_error(self, text: str) -> None:
        self.error.setText(f"?  {text} The ward's alarms are not touched by this.")
        self._state.setCurrentWidget(self._failed)

    # --- putting into force --------------------------------------------------------------------------------------

    def _put_into_force(self, role: Role, reason: str) -> None:
        self.force.set_busy(True)
        asked = self.evaluation.put_into_force(self._changes, self.user, role, reason)
        self._questions.ask(asked, self._written)

    def _written(self, answer: Reply | Failure) -> None:
        self.force.set_busy(False)
        error = answer.text if isinstance(answer, Failure) else answer.error
        if error:
            self.force.say(f"?  {error}")
            return
        self.force.clear()
        self._texts.clear()
        self._run = None
        self._state.setCurrentWidget(self.empty)
        self.hint.emit(WRITTEN)
        self._load()
        self.marks.setText(f"{WRITTEN}  {marks_text(self._thresholds)}")

    # --- following the ward --------------------------------------------------------------------------------------

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the run, the beds and the person."""
        self.force.user = self.user
        if snapshot.timezone != self._zone.key:
            self._zone = ZoneInfo(snapshot.timezone)
        beds = tuple(bed.bed for bed in snapshot.beds)
        if beds != self._beds:
            self._beds = beds
            chosen = self.bed.currentText()
            self.bed.clear()
            self.bed.addItems([ALL_BEDS, *beds])
            self.bed.setCurrentText(chosen)
        if self._run is not None:
            self._follow()

    def half_written(self) -> str:
        """Values that are proposed and not in force."""
        return "changed thresholds" if self._texts else ""

    def forget(self) -> None:
        """No proposal."""
        self._texts.clear()
        self.force.clear()
        self._check()

    def activated(self) -> None:
        """Read the thresholds again when the page is turned to."""
        self._load()
        self.hint.emit("Values are evaluated on the ward's own stored days; alarms go on untouched beside it")
