"""Admission on one page: four blocks, one button. A draft stays with its bed until it is used or thrown away."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from console.link.commands import Admit, ChartFinding, Reply
from console.link.link import Link
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ui import charting, wording
from console.ui.admission_bar import AdmissionBar
from console.ui.admit_page.blocks import BaselineBlock, MonitorBlock, PatientBlock
from console.ui.admit_page.draft import Draft, Problem, check
from console.ui.admit_page.pump_block import PumpBlock
from console.ui.forms import Failure, Questions, button, label, set_look
from console.ui.page import Page, Sheet
from console.ui.patient_words import shown_name
from console.ui.theme import MARGIN, Theme
from console.ui.who import unnamed
from console.ward.chart import NurseObservation

LEAST = QSize(900, 480)
READY = "Alarms start at once when you admit."


class AdmitPage(Page):
    """Reached from an empty bed; shares the tab of the bed page."""

    title = "Admit patient"

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self.setMinimumSize(LEAST)
        self.bed = ""
        self.view: BedSnapshot | None = None
        self._initials = theme.initials
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(UTC)
        self._drafts: dict[str, Draft] = {}
        self._tried = False
        self._going_to = ""
        self.questions = Questions(self)
        self._bed = label()
        self._state = label(role="caption")
        self.patient, self.monitor = PatientBlock(), MonitorBlock()
        self.baseline, self.pump = BaselineBlock(), PumpBlock(self._zone)
        self.blocks = (self.patient, self.monitor, self.baseline, self.pump)
        self.message = label(READY, wrap=True)
        self.discard = button("Throw draft away")
        self.admit = button("Admit and start monitoring", "primary")
        self.admission = AdmissionBar(link, lambda: self.user)
        self.admission.settled.connect(self._settled)
        self._form = QWidget()
        self._lay_out()
        for block in self.blocks:
            block.changed.connect(self._changed)
        self.admit.clicked.connect(self.submit)
        self.discard.clicked.connect(self._discard)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 4)
        head.setSpacing(14)
        self._bed.setStyleSheet("font-size: 32px; font-weight: 800;")
        title = label("Admit patient")
        title.setStyleSheet("font-size: 22px; font-weight: 700;")
        head.addWidget(self._bed)
        head.addWidget(title)
        head.addWidget(self._state, 1)
        head.addWidget(label("● needed to start; all else can follow", "caption"))
        columns = QHBoxLayout(self._form)
        columns.setContentsMargins(MARGIN, 0, MARGIN, 0)
        columns.setSpacing(MARGIN)
        for blocks, stretch in (((self.patient,), 4), ((self.pump,), 5), ((self.monitor, self.baseline), 4)):
            column = QVBoxLayout()
            column.setSpacing(MARGIN)
            for block in blocks:
                column.addWidget(block)
            if blocks != (self.pump,):
                column.addStretch(1)
            columns.addLayout(column, stretch)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._form)
        foot = QFrame()
        foot.setProperty("role", "panel")
        row = QHBoxLayout(foot)
        row.setContentsMargins(MARGIN, 8, MARGIN, 8)
        row.setSpacing(12)
        row.addWidget(self.discard)
        row.addWidget(self.message, 1)
        row.addWidget(self.admit)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(head)
        whole.addWidget(self.admission)
        whole.addWidget(scroll, 1)
        whole.addWidget(foot)
        order = (*self.patient.fields.values(), self.monitor.match, *self.baseline.fields.values())
        previous: QWidget = self.patient.name
        for widget in (*order[1:], *self.pump.states.values(), self.discard, self.admit):
            QWidget.setTabOrder(previous, widget)
            previous = widget

    # --- following -----------------------------------------------------------------------------------------------

    def show_bed(self, bed: str, at: float | None = None) -> None:
        """Turn to a bed and to its draft."""
        if bed != self.bed:
            self.bed, self.view, self._tried = bed, None, False
            self._show_draft()
        self.show_ward(self.link.snapshot(), self.link.now())

    @property
    def draft(self) -> Draft:
        """What is written for the bed that is shown."""
        return self._drafts.setdefault(self.bed, Draft())

    def _show_draft(self) -> None:
        self._bed.setText(self.bed)
        for block in self.blocks:
            block.show_draft(self.draft)
            block.mark(set())
        self._tell(READY)

    def activated(self) -> None:
        """Ready to type."""
        self.hint.emit("Tab moves to the next field · Ctrl+Enter admits · nothing typed here is lost by leaving")
        self.patient.name.setFocus()

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """What arrives from the bed, and whether somebody else has admitted meanwhile."""
        self._now = snapshot.system.utc
        if snapshot.timezone != self._zone.key:
            self._zone = ZoneInfo(snapshot.timezone)
            self.pump.set_zone(self._zone)
        self.pump.offer_time(self._now)
        bed = snapshot.bed(self.bed)
        if bed is None:
            return
        sources = [s for s in snapshot.sources if self.bed in s.beds]
        self.monitor.show_bed(bed, sources, self.theme)
        self.admission.show_bed(bed, self.theme.initials)
        if bed is self.view and self.theme.initials == self._initials:
            return
        self.view, self._initials = bed, self.theme.initials
        self.patient.show_offer(bed.offered_patient_id, self._initials)
        taken = bed.patient is not None
        if taken and self._going_to == self.bed:
            self.bed = self._going_to = ""
            self.open_bed.emit(bed.bed)
            return
        here = shown_name(bed.patient.name, self._initials) if bed.patient is not None else ""
        self._state.setText(f"Taken by {here}: discharge first." if taken else "Values arrive" * bool(bed.readings))
        self._form.setEnabled(not taken)
        self.admit.setEnabled(not taken and not self.questions.waiting)

    def _changed(self) -> None:
        """Once Admit has been tried, the list of what is missing follows the typing."""
        if self._tried:
            self._check()

    # --- acts ----------------------------------------------------------------------------------------------------

    def _check(self) -> tuple[Admit | None, list[Problem]]:
        command, problems = check(self.draft, self.bed, self.user, self._now, received=self.monitor.received)
        names = {problem.field for problem in problems}
        for block in self.blocks:
            block.mark(names)
        if problems:
            more = f"  (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            self._tell(problems[0].text + more, problem=True)
        else:
            self._tell(READY)
        return command, problems

    def submit(self) -> None:
        """Admit, or say what is missing and go there."""
        if self.questions.waiting or not self.admit.isEnabled():
            return
        self._tried = True
        command, problems = self._check()
        if command is None:
            if problems[0].field == "by":
                self._tell(unnamed(self, self.user), problem=True)
            self._go_to(problems[0].field)
            return
        bed, usual, card = self.bed, self.draft.usual_mas, self.pump.card.isChecked()
        self.admit.setEnabled(False)
        self._tell("Admitting …")

        def answered(reply: Reply | Failure) -> None:
            self.admit.setEnabled(True)
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self._tell(f"{wording.bed_words(bed)}: not admitted. {error}", problem=True)
                return
            self._drafts.pop(bed, None)
            self._chart_usual(bed, usual)
            if bed == self.bed:
                self.bed = ""
                self.open_bed.emit(bed)
                if card:
                    self.open_sheet.emit(Sheet.PUMP_CARD, bed)

        self.questions.ask(self.link.submit(command), answered)

    def _chart_usual(self, bed: str, grade: str) -> None:
        """The usual spasticity is the first finding of the stay; later grades are judged against it."""
        if not grade:
            return
        code = charting.spasticity_code(grade, grade)
        finding = NurseObservation(code, self._now, self.user, charting.mas_note(grade, usual=True))

        def answered(reply: Reply | Failure) -> None:
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self.hint.emit(
                    f"The usual spasticity of {wording.bed_words(bed).lower()} was not saved: chart it there."
                )

        self.questions.ask(self.link.submit(ChartFinding(bed, finding)), answered)

    def _settled(self, name: str) -> None:
        """As soon as somebody lies here, on to what is known of him and of his pump."""
        self._going_to = name

    def _discard(self) -> None:
        self._drafts.pop(self.bed, None)
        self._tried = False
        self._show_draft()

    def half_written(self) -> str:
        """Beds for which something is typed."""
        beds = [bed for bed, draft in self._drafts.items() if draft.begun]
        return f"the admission of {', '.join(beds)}" if beds else ""

    def forget(self) -> None:
        """Every draft."""
        self._drafts.clear()
        self._tried = False
        self._show_draft()

    def _go_to(self, name: str) -> None:
        for block in self.blocks:
            if name in block.fields:
                block.fields[name].setFocus()
                return
        if name in ("pump", "cause"):
            widgets = list(self.pump.causes.values()) if name == "cause" else list(self.pump.states.values())
            widgets[0].setFocus()

    def _tell(self, text: str, problem: bool = False) -> None:
        self.message.setText(f"?  {text}" if problem else text)
        set_look(self.message, "role", "error" if problem else "caption")

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        self.baseline.set_theme(theme)
        padding = "2px 4px" if theme.compact else "4px 10px"
        size = 13 if theme.compact else 15
        self.setStyleSheet(f"QPushButton[role='choice'] {{ padding: {padding}; font-size: {size}px; }}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submit()
        else:
            super().keyPressEvent(event)
