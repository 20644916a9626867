"""The audit trail: who did what, when and where, old and new value; verified and saved from here."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
)

from console.link.analysis import Saved
from console.link.audit import Audit, Verdict
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.store.audit_pages import AuditFilter, AuditPage, AuditRow
from console.ui.devices_page.words import count_text
from console.ui.elided import ElidedLabel
from console.ui.feeds_page.rows_model import RowsModel
from console.ui.feeds_page.words import cell
from console.ui.forms import Failure, Questions, button, label
from console.ui.page import Page
from console.ui.theme import GAP, MARGIN, Theme

LEAST = QSize(900, 480)
TYPED_MS = 300
SPANS = (("Last 24 hours", 1), ("Last 7 days", 7), ("Last 30 days", 30), ("Last 400 days", 400), ("All", 0))
ALL_BEDS = "All beds"
READING = "Reading the audit trail …"
VERIFYING = "Following the whole trail …"
SAVING = "Saving …"
NONE_FITS = "No entry fits."
DETAIL_LINES = 7
HIDDEN = "hidden while patients are shown by initials (Ctrl+U)"


class AuditTrailPage(Page):
    """audit: the desk of the station the console runs on."""

    title = "Audit"

    def __init__(self, link: Link, user: str, theme: Theme, audit: Audit) -> None:
        super().__init__(link, user, theme)
        self.setMinimumSize(LEAST)
        self._audit = audit
        self._zone = ZoneInfo("UTC")
        self._utc: datetime | None = None
        self._next: int | None = None
        self._before: int | None = None
        self._asked_for = ""
        self._questions, self._acts = Questions(self), Questions(self)
        self.model: RowsModel[AuditRow] = RowsModel(
            self,
            (
                ("Time", 196, lambda row: f"{row.at.astimezone(self._zone):%d %b %Y %H:%M:%S}"),
                ("Who", 150, lambda row: cell(row.by)),
                ("What", 216, lambda row: cell(row.act)),
                ("Bed", 70, lambda row: cell(row.bed)),
                ("Old value", 180, lambda row: self._shown(row, row.before)),
                ("New value", 0, lambda row: self._shown(row, row.after)),
                ("Detail", 250, lambda row: self._shown(row, row.detail)),
            ),
            key=lambda row: row.number,
            strong=lambda row: row.by != "system",
        )
        self.span, self.bed = QComboBox(), QComboBox()
        self.by, self.text = QLineEdit(), QLineEdit()
        self.newest, self.older = button("Newest"), button("Older")
        self.verify, self.save = button("Verify"), button("Save as CSV")
        self.table, self.whole = QTableView(), QPlainTextEdit()
        self.empty = label(READING, "muted", wrap=True)
        self.told, self.verdict = ElidedLabel(wide=True), label("", wrap=True)
        self._list, self._typed = QStackedWidget(), QTimer(self)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        for text, days in SPANS:
            self.span.addItem(text, days)
        self.bed.addItem(ALL_BEDS, "")
        bar = QHBoxLayout()
        bar.setSpacing(GAP)
        fields = ((self.span, "Time"), (self.bed, "Bed"), (self.by, "Person"), (self.text, "Text in the entry"))
        for field, spoken in fields:
            field.setAccessibleName(spoken)
            field.setMinimumHeight(40)
            bar.addWidget(field, 2 if field is self.text else 1)
        for line, hint in ((self.by, "Person"), (self.text, "Find act, value or detail")):
            line.setPlaceholderText(hint)
            line.setMaxLength(120)
        for act in (self.newest, self.older, self.verify, self.save):
            bar.addWidget(act)
        self.model.dress(self.table, "Entries of the audit trail, newest first")
        self.table.verticalHeader().setDefaultSectionSize(32)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._list.addWidget(self.table)
        self._list.addWidget(self.empty)
        self._list.setCurrentWidget(self.empty)
        self.whole.setReadOnly(True)
        self.whole.setAccessibleName("The chosen entry, whole")
        self.whole.setPlaceholderText("Choose an entry to read it whole.")
        self.whole.setFixedHeight(self.whole.fontMetrics().lineSpacing() * DETAIL_LINES + 24)
        self.told.setProperty("role", "caption")
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        column.setSpacing(GAP)
        column.addLayout(bar)
        column.addWidget(self.verdict)
        column.addWidget(self._list, 1)
        column.addWidget(self.told)
        column.addWidget(self.whole)

    def _connect(self) -> None:
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self.search)
        for choice in (self.span, self.bed):
            choice.currentIndexChanged.connect(lambda _: self.search())
        for line in (self.by, self.text):
            line.textChanged.connect(lambda _: self._typed.start())
            line.returnPressed.connect(self.search)
        self.newest.clicked.connect(self.search)
        self.older.clicked.connect(lambda: self._ask(self._next))
        self.verify.clicked.connect(self._verify)
        self.save.clicked.connect(self._save)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._open())

    # --- the shell -----------------------------------------------------------------------------------------------

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Beds, zone and time of the ward; another person at the station is asked for again."""
        self._utc = snapshot.system.utc
        self._zone = ZoneInfo(snapshot.timezone)
        beds = [bed.bed for bed in snapshot.beds]
        if beds != [self.bed.itemData(i) for i in range(1, self.bed.count())]:
            chosen = self.bed.currentData()
            self.bed.blockSignals(True)
            self.bed.clear()
            self.bed.addItem(ALL_BEDS, "")
            for bed in beds:
                self.bed.addItem(bed, bed)
            self.bed.setCurrentIndex(max(0, self.bed.findData(chosen)))
            self.bed.blockSignals(False)
        if self.user != self._asked_for:
            self.search()

    def activated(self) -> None:
        """The page has become visible: the newest entries."""
        if self._utc is not None:
            self.search()

    def deactivated(self) -> None:
        """Nothing of the trail stays on a page nobody looks at."""
        self._questions.drop()
        self._clear("", "")

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        super().set_theme(theme)
        self.model.theme = theme
        self.table.setColumnHidden(6, theme.compact)
        self.table.setColumnWidth(4, 200 if theme.compact else 300)
        self.table.setColumnWidth(6, 560)
        self.table.viewport().update()
        self._open()

    def _shown(self, row: AuditRow, text: str) -> str:
        """Values of an entry about a bed may name who lay in it: not where patients are shown by initials."""
        return HIDDEN if self.theme.initials and row.bed and text else cell(text)

    # --- looking -------------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> AuditFilter:
        """What is asked for."""
        days = int(self.span.currentData())
        start = self._utc - timedelta(days=days) if days and self._utc is not None else None
        return AuditFilter(start, None, self.bed.currentData() or "", self.by.text().strip(), self.text.text().strip())

    def search(self) -> None:
        """Look again from the newest."""
        self._typed.stop()
        self._ask(None)

    def _ask(self, before: int | None) -> None:
        if self._utc is None:
            return
        if self.user != self._asked_for:
            self._clear(READING, "")
        self._asked_for, self._before = self.user, before
        self._questions.drop()
        self._questions.ask(self._audit.page(self.wanted, before, self.user), self._found)

    def _clear(self, words: str, told: str) -> None:
        self.model.show([])
        self.whole.clear()
        self.verdict.hide()
        self.empty.setText(words)
        self._list.setCurrentWidget(self.empty)
        self.told.setText(told)
        self._asked_for = "\n"  # no name of anybody: the next look asks again

    def _found(self, page: AuditPage | Failure) -> None:
        if isinstance(page, Failure) or page.error:
            words = f"?  The audit trail cannot be read: {page.text}" if isinstance(page, Failure) else page.error
            asked = self._asked_for
            self._clear(words, "")
            self._asked_for = asked
            for act in (self.newest, self.older):
                act.setEnabled(False)
            return
        self._next = page.before
        self.older.setEnabled(page.before is not None)
        self.newest.setEnabled(True)
        self.model.show(page.rows)
        self._list.setCurrentWidget(self.table if page.rows else self.empty)
        self.empty.setText(NONE_FITS)
        self.whole.clear()
        looked = f"{count_text(page.looked_at)} entries looked at"
        if page.before is None:
            self.told.setText(f"{looked}; there are no older ones.")
        elif page.rows:
            self.told.setText(f"{looked}. “Older” goes further back.")
        else:
            self.told.setText(f"{looked}, none fits so far. “Older” looks further back.")

    def _open(self) -> None:
        row = self.model.at(self.table.currentIndex().row())
        if row is None:
            return
        where = " · ".join(part for part in (row.bed, f"at {row.station}" if row.station else "") if part)
        lines = [
            f"Entry {row.number} · {row.at.astimezone(self._zone):%d %b %Y %H:%M:%S %Z} · {cell(row.by)}"
            f"{f' · {cell(where)}' if where else ''}",
            cell(row.act),
        ]
        lines += [f"Old value: {self._shown(row, row.before)}"] if row.before else []
        lines += [f"New value: {self._shown(row, row.after)}"] if row.after else []
        lines += [self._shown(row, row.detail)] if row.detail else []
        self.whole.setPlainText("\n".join(lines))

    # --- acts ----------------------------------------------------------------------------------------------------

    def _verify(self) -> None:
        self._say(VERIFYING)
        self.verify.setEnabled(False)
        self._acts.ask(self._audit.verify(self.user), self._verified)

    def _verified(self, verdict: Verdict | Failure) -> None:
        self.verify.setEnabled(True)
        if isinstance(verdict, Failure):
            self._say(f"?  The trail cannot be followed: {verdict.text}")
        else:
            self._say(verdict.error or f"{'✓' if verdict.whole else '!'}  {verdict.text}")

    def _save(self) -> None:
        self._say(SAVING)
        self.save.setEnabled(False)
        self._acts.ask(self._audit.save(self.wanted, self.user), self._saved)

    def _saved(self, saved: Saved | Failure) -> None:
        self.save.setEnabled(True)
        if isinstance(saved, Failure):
            self._say(f"?  Nothing was saved: {saved.text}")
        else:
            self._say(saved.error or f"Saved: {saved.file}")

    def _say(self, words: str) -> None:
        self.verdict.setText(words)
        self.verdict.setVisible(bool(words))
