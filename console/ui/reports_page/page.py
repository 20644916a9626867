"""Reports: choose one, look at its pages, save them as PDF, print them, take their tables out as CSV."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.link.commands import Reply
from console.link.link import Link
from console.link.reports import Episode, Report, ReportKind, Reports
from console.link.snapshot import WardSnapshot
from console.ui.elided import ElidedLabel
from console.ui.forms import Failure, Questions, button, label, panel
from console.ui.page import Page
from console.ui.reports_page.choice import Choice
from console.ui.reports_page.flow import Document, lay_out
from console.ui.reports_page.paper import PAPERS, Paper
from console.ui.reports_page.preview import ZOOMS, Preview
from console.ui.reports_page.printing import Printers, Printing
from console.ui.reports_page.sheet import pdf_of
from console.ui.reports_page.steps import Steps
from console.ui.theme import GAP, MARGIN, Theme

LEAST = QSize(900, 480)
WHO = "Say who you are first: the name stands at the top right."
EMPTY = "Choose a report on the left, then press “Show”."
READING = "Reading the record …"
LAYING_OUT = "Laying out the pages …"
CHANGED = "Another choice was made on the left: press “Show”."
KINDS = tuple(ReportKind)
ZOOM_WORDS = ("Width", "100 %", "150 %", "200 %")
LOOK_FOR = "Print …"


class ReportsPage(Page):
    """reports: the desk of the station the console runs on. printing: of this computer."""

    title = "Reports"

    def __init__(self, link: Link, user: str, theme: Theme, reports: Reports, printing: Printing | None = None) -> None:
        super().__init__(link, user, theme)
        self.setMinimumSize(LEAST)
        self.reports = reports
        self.printing = printing or Printing()
        self.destroyed.connect(self.printing.close)
        self.choice = Choice(KINDS)
        self.papers = QButtonGroup(self)
        self.show_button = button("Show", "primary")
        self.folder = QLineEdit()
        self.save, self.csv, self.print_button = button("Save PDF"), button("Tables as CSV"), button(LOOK_FOR)
        self.printers = QComboBox()
        self.message = label(role="caption", wrap=True)
        self.preview = Preview(theme)
        self.heading, self.count = ElidedLabel("Reports", wide=True), label(role="caption")
        self.zoom = QComboBox()
        self.as_printed = button("As printed", "choice", checkable=True)
        self.report: Report | None = None
        self.document: Document | None = None
        self._questions, self._steps, self._outlook = Questions(self), Steps(self), QWidget()
        self._bed, self._patient, self._stale, self._private = "", "", False, False
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._settle()
        self.preview.show_document(None, EMPTY)

    # --- layout --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(14, 12, 14, 12)
        left.setSpacing(GAP)
        left.addWidget(self.choice)
        papers = QHBoxLayout()
        papers.setSpacing(7)
        for number, paper in enumerate(PAPERS):
            made = button(paper.name, "choice", checkable=True)
            self.papers.addButton(made, number)
            papers.addWidget(made)
        self.paper_button(PAPERS[0]).setChecked(True)
        left.addLayout(papers)
        left.addWidget(self.show_button)
        out = QVBoxLayout(self._outlook)
        out.setContentsMargins(0, 8, 0, 0)
        out.setSpacing(7)
        out.addWidget(label("Save in this folder", "caption"))
        out.addWidget(self.folder)
        row = QHBoxLayout()
        row.setSpacing(7)
        for made in (self.save, self.csv):
            made.setStyleSheet("padding-left: 6px; padding-right: 6px;")
            row.addWidget(made, 1)
        out.addLayout(row)
        out.addWidget(self.printers)
        out.addWidget(self.print_button)
        left.addWidget(self._outlook)
        left.addWidget(self.message)
        left.addStretch(1)
        self.folder.setAccessibleName("Folder for reports")
        self.printers.setAccessibleName("Printer")
        for field in (self.folder, self.printers):
            field.setMinimumHeight(40)
        self.printers.hide()
        content = QWidget()
        content.setLayout(left)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        self._left = panel()
        holder = QVBoxLayout(self._left)
        holder.setContentsMargins(1, 1, 1, 1)
        holder.addWidget(scroll)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        row.setSpacing(MARGIN)
        row.addWidget(self._left)
        row.addLayout(self._right(), 1)

    def _right(self) -> QVBoxLayout:
        self.heading.setProperty("role", "title")
        self.zoom.addItems(ZOOM_WORDS)
        self.zoom.setMinimumHeight(40)
        self.zoom.setAccessibleName("Size of the pages")
        self.as_printed.setAccessibleName("Show the pages white, as they are printed")
        tools = QHBoxLayout()
        tools.setSpacing(GAP)
        tools.addWidget(self.heading, 1)
        for part in (self.count, self.zoom, self.as_printed):
            tools.addWidget(part)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addLayout(tools)
        right.addWidget(self.preview, 1)
        return right

    def _connect(self) -> None:
        self.choice.changed.connect(self._note_change)
        self.show_button.clicked.connect(self.make)
        self.papers.idClicked.connect(lambda _: self._lay_out_pages())
        self.save.clicked.connect(self._save_pdf)
        self.csv.clicked.connect(self._save_csv)
        self.print_button.clicked.connect(self._print)
        self.zoom.currentIndexChanged.connect(lambda index: self.preview.set_zoom(ZOOMS[index]))
        self.as_printed.toggled.connect(lambda on: self.preview.set_look(self.theme, on))
        self.preview.verticalScrollBar().valueChanged.connect(lambda _: self._show_count())

    def paper_button(self, paper: Paper) -> QPushButton:
        """The button of a size of paper."""
        made = self.papers.button(PAPERS.index(paper))
        assert isinstance(made, QPushButton)
        return made

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        self.preview.set_look(theme, self.as_printed.isChecked())
        if theme.initials != self._private:
            self._private = theme.initials
            self._take_private(theme.initials)
        self._left.setFixedWidth(330 if theme.compact else 400)

    def _take_private(self, on: bool) -> None:
        """Names that stand here leave the screen when privacy is asked for."""
        self.choice.set_private(on)
        wanted = self.report.wanted if self.report is not None else None
        if on and wanted is not None and not wanted.initials:
            self._drop()
            self.preview.show_document(None, EMPTY)
            self._settle()

    # --- following -----------------------------------------------------------------------------------------------

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the clock, for what the choices are about."""
        self.choice.set_time(self.reports.settings().shifts, snapshot.system.utc, ZoneInfo(snapshot.timezone))

    def show_episode(self, bed: str, patient_id: str) -> None:
        """Make the episode of a patient at a bed, "" for who lies there now."""
        self._bed, self._patient = bed, patient_id

    def activated(self) -> None:
        """Ask for the stays when the page is turned to."""
        self.hint.emit("Page up and page down turn the pages · what leaves the console stands in the audit trail")
        settings = self.reports.settings()
        snapshot = self.link.snapshot()
        self.choice.set_time(settings.shifts, snapshot.system.utc, ZoneInfo(settings.zone))
        if not self.folder.text():
            self.folder.setText(str(settings.folder))
        self._questions.ask(self.reports.episodes(), self._take_episodes)

    def _take_episodes(self, answer: tuple[Episode, ...] | Failure) -> None:
        if isinstance(answer, Failure):
            self._say(f"?  The patients cannot be read: {answer.text}")
            return
        self.choice.set_episodes(answer)
        if self._bed:
            bed, self._bed = self._bed, ""
            if self.choice.choose_stay(bed, self._patient):
                self.make()
            elif self._patient:
                self._say(f"?  No stay of this patient at bed {bed} is on record. Choose a patient.")
            else:
                self._say(f"?  Nobody is admitted at bed {bed}. Choose a patient.")

    # --- making --------------------------------------------------------------------------------------------------

    def make(self) -> None:
        """Have the chosen report made and show it."""
        wanted = self.choice.wanted()
        if wanted is None:
            self._say("?  Choose a patient and a time first.")
            return
        self._drop()
        self._say("")
        self.preview.show_document(None, READING)
        self._questions.ask(self.reports.make(wanted, self.user), self._take_report)
        self._settle()

    def _drop(self) -> None:
        self._questions.drop()
        self._steps.stop()
        self.report = self.document = None
        self._stale = False

    def _take_report(self, answer: Report | Failure) -> None:
        if isinstance(answer, Failure):
            self.preview.show_document(None, f"?  {answer.text}")
            self._settle()
            return
        self.report = answer
        self._lay_out_pages()

    def _lay_out_pages(self) -> None:
        if self.report is None:
            return
        self.document = None
        self.preview.show_document(None, LAYING_OUT)
        self._steps.run(lay_out(self.report, PAPERS[self.papers.checkedId()]), self._take_document)
        self._settle()

    def _take_document(self, document: Document) -> None:
        self.document = document
        self.preview.show_document(document)
        self.heading.setText(f"{document.report.title} · {document.report.subject}")
        self._settle()
        self.preview.setFocus()

    def _note_change(self) -> None:
        self._stale = self.document is not None
        self._settle()

    def _settle(self) -> None:
        """Only a whole report that is what the choices say may leave the console."""
        ready = self.document is not None and not self._stale and not self._steps.busy
        for made in (self.save, self.csv, self.print_button, self.printers):
            made.setEnabled(ready)
        if self._stale:
            self._say(CHANGED)
        elif self.message.text() == CHANGED:
            self._say("")
        if self.document is None:
            self.heading.setText("Reports")
        self._show_count()

    def _show_count(self) -> None:
        total = 0 if self.document is None else len(self.document.pages)
        self.count.setText(f"page {self.preview.page} of {total}" if total else "")

    # --- out -----------------------------------------------------------------------------------------------------

    def _may(self) -> Document | None:
        if not self.user.strip():
            self._say(f"?  {WHO}")
            return None
        return self.document

    def stem(self) -> str:
        """Name of the files: no name and no number of a patient stands in it."""
        assert self.report is not None
        wanted = self.report.wanted
        of = wanted.episode.bed if wanted is not None and wanted.episode is not None else "ward"
        safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in of)
        made = self.report.made_at.astimezone(ZoneInfo(self.report.zone))
        return f"{self.report.kind.value.replace(' ', '-')}_{safe}_{made:%Y%m%d-%H%M}"

    def _target(self) -> Path:
        return Path(self.folder.text().strip() or str(self.reports.settings().folder)).expanduser()

    def _save_pdf(self) -> None:
        document = self._may()
        if document is None:
            return
        target = self._target() / f"{self.stem()}.pdf"
        self._say("Writing the PDF …")
        self._steps.run(pdf_of(document), lambda pdf: self._hand_over(document.report, pdf, target))
        self._settle()

    def _hand_over(self, report: Report, pdf: bytes, target: Path) -> None:
        self._settle()
        answer = self.reports.save_pdf(report, pdf, target, self.user)
        self._questions.ask(answer, lambda reply: self._told(reply, f"Saved as {target}"))

    def _save_csv(self) -> None:
        document = self._may()
        if document is None:
            return
        folder, count = self._target(), sum(1 for _ in document.report.tables())
        answer = self.reports.save_csv(document.report, folder, self.stem(), self.user)
        self._questions.ask(answer, lambda reply: self._told(reply, f"Saved {count} tables in {folder}"))

    def _print(self) -> None:
        document = self._may()
        if document is None:
            return
        if not self.printers.isVisible():
            self._say("Looking for printers …")
            self._questions.ask(self.printing.look(), self._take_printers)
            return
        printer = self.printers.currentText()
        answer = self.reports.may_print(document.report, printer, self.user)
        self._questions.ask(answer, lambda reply: self._print_now(reply, document, printer))

    def _take_printers(self, found: Printers | Failure) -> None:
        error = found.text if isinstance(found, Failure) else found.error
        if isinstance(found, Failure) or not found.names:
            self._say(f"?  {error}")
            return
        self.printers.clear()
        self.printers.addItems(list(found.names))
        self.printers.show()
        self.print_button.setText("Print")
        self._say("Choose a printer, then press “Print”.")

    def _print_now(self, reply: Reply | Failure, document: Document, printer: str) -> None:
        if isinstance(reply, Failure) or reply.error:
            self._told(reply, "")
            return
        self._say(f"Printing on {printer} …")
        sent = self.printing.print(document.report, document.paper.name, printer)
        self._questions.ask(sent, lambda error: self._printed(error, printer))

    def _printed(self, error: str | Failure, printer: str) -> None:
        why = error.text if isinstance(error, Failure) else error
        self._say(f"?  {why}" if why else f"Handed over to {printer}.")

    def _told(self, reply: Reply | Failure, done: str) -> None:
        error = reply.text if isinstance(reply, Failure) else reply.error
        self._say(f"?  {error}" if error else done)

    def _say(self, text: str) -> None:
        self.message.setText(text)
