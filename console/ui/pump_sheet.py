"""The pump event sheet: choose what happened, add what is known of it, save. Nothing is preselected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.link.commands import ChartPumpEvent
from console.link.link import Link
from console.ui import charting
from console.ui.charting import EventForm
from console.ui.charting_sheet import ChartingSheet, next_named
from console.ui.forms import button, label, panel
from console.ui.page import Sheet
from console.ui.theme import Theme
from console.ward.chart import PumpEvent, PumpEventKind

LARGEST_PERCENT = 1000.0
SHOWN = 3

EVERYDAY = (PumpEventKind.REFILL, PumpEventKind.PUMP_STOPPED, PumpEventKind.RESTORED, PumpEventKind.BOLUS)
"""Events charted most: the first that a letter chooses."""


class PumpSheet(ChartingSheet):
    """Keyed by `P`. buttons: by kind of event."""

    heading = "Chart pump event"

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self.form: EventForm | None = None
        self.buttons: dict[PumpEventKind, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._recent = label(role="caption", wrap=True)
        self.details = panel()
        self._what = label(role="title")
        self._percent_row = QWidget()
        self.percent = QLineEdit()
        self._confirmed_row = QWidget()
        self.confirmed = button("Save: delivers", "choice", checkable=True)
        self.not_confirmed = button("Save, not confirmed", "choice", checkable=True)
        self.note = QLineEdit()
        self.save_button = button("Save", "primary")
        self.card_button = button("Pump card: refill, dose, empty date   K")
        self.card_button.clicked.connect(lambda: self.open_sheet.emit(Sheet.PUMP_CARD, self.bed))
        self.body.addWidget(self._recent)
        self.body.addWidget(self.card_button)
        self._fill_groups()
        self.body.addStretch(1)
        self._fill_details()
        self._group.buttonClicked.connect(self._chosen)
        self.save_button.clicked.connect(self.chart)
        for answer in (self.confirmed, self.not_confirmed):
            answer.clicked.connect(self.chart)
        self.note.returnPressed.connect(self.chart)
        self.percent.returnPressed.connect(self.chart)
        self._dress()

    def _fill_groups(self) -> None:
        for title, forms in charting.EVENT_GROUPS:
            self.body.addWidget(label(title, "caption"))
            grid = QGridLayout()
            grid.setSpacing(7)
            for index, form in enumerate(forms):
                made = button(form.text, "choice", checkable=True)
                self._group.addButton(made)
                self.buttons[form.kind] = made
                grid.addWidget(made, index // 2, index % 2)
            grid.setColumnStretch(0, 1)
            grid.setColumnStretch(1, 1)
            self.body.addLayout(grid)

    def _fill_details(self) -> None:
        column = QVBoxLayout(self.details)
        column.setContentsMargins(12, 10, 12, 12)
        column.addWidget(self._what)
        self.percent.setPlaceholderText("not known")
        self.percent.setAccessibleName("Size of the change in percent")
        self.percent.setValidator(QDoubleValidator(0.0, LARGEST_PERCENT, 1))
        row = QHBoxLayout(self._percent_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label("Changed by"))
        row.addWidget(self.percent, 1)
        row.addWidget(label("%"))
        choice = QButtonGroup(self)
        answers = QHBoxLayout()
        for made in (self.confirmed, self.not_confirmed):
            choice.addButton(made)
            answers.addWidget(made, 1)
        block = QVBoxLayout(self._confirmed_row)
        block.setContentsMargins(0, 0, 0, 0)
        block.addWidget(label("Has a person confirmed that the pump delivers?", "caption", wrap=True))
        block.addLayout(answers)
        self.note.setPlaceholderText("Note: dose, concentration, place")
        self.note.setAccessibleName("Note")
        self.note.setMaxLength(200)
        for part in (self._percent_row, self._confirmed_row, self.note, self.save_button):
            column.addWidget(part)
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        outer.insertWidget(outer.count() - 1, self.details)
        self.details.hide()

    # --- charting ------------------------------------------------------------------------------------------------

    def _chosen(self, made: QPushButton) -> None:
        kind = next(k for k, b in self.buttons.items() if b is made)
        self.form = next(f for _, forms in charting.EVENT_GROUPS for f in forms if f.kind is kind)
        self._what.setText(self.form.text)
        self._percent_row.setVisible(self.form.ask_percent)
        self._confirmed_row.setVisible(self.form.ask_confirmed)
        # The answer saves: one press less at a bedside, and no event is kept waiting for a second one.
        self.save_button.setVisible(not self.form.ask_confirmed)
        self.percent.clear()
        for answer in (self.confirmed, self.not_confirmed):
            answer.setAutoExclusive(False)
            group = answer.group()
            group.setExclusive(False)
            answer.setChecked(False)
            group.setExclusive(True)
        self.details.show()
        first: QWidget = self.percent if self.form.ask_percent else self.save_button
        (self.confirmed if self.form.ask_confirmed else first).setFocus(Qt.FocusReason.OtherFocusReason)

    def chart(self) -> None:
        """Save the chosen event with its details."""
        if self.form is None or self.view is None:
            return
        at = self.chosen_time()
        if at is None:
            return
        if self.form.ask_confirmed and not (self.confirmed.isChecked() or self.not_confirmed.isChecked()):
            self.tell("Say whether a person has confirmed that the pump delivers.", problem=True)
            return
        percent: float | None = None
        if self.form.ask_percent and self.percent.text().strip():
            try:
                percent = float(self.percent.text().replace(",", "."))
            except ValueError:
                percent = -1.0
            if not 0 <= percent <= LARGEST_PERCENT:
                self.tell(f"A change lies between 0 and {LARGEST_PERCENT:g} %, or is left empty.", problem=True)
                return
        confirmed = self.form.ask_confirmed and self.confirmed.isChecked()
        event = PumpEvent(self.form.kind, at, self.user, percent, confirmed, self.note.text().strip())
        self.save(ChartPumpEvent(self.bed, event), charting.event_text(event), at, self._put_away)

    # --- what is shown -------------------------------------------------------------------------------------------

    def type_ahead(self, letter: str) -> bool:
        """A letter chooses the next event that begins with it, the everyday ones first."""
        common = [self.buttons[kind] for kind in EVERYDAY]
        others = [made for made in self.buttons.values() if made not in common]
        made = next_named([*common, *others], self._group.checkedButton(), letter)
        if made is None:
            return False
        made.click()
        return True

    def bed_changed(self) -> None:
        """Nothing of another bed stays chosen."""
        self._put_away()

    def half_written(self) -> str:
        """An event that is chosen and not saved."""
        return f"a pump event at {self.bed}" if self.form is not None else ""

    def forget(self) -> None:
        """Nothing is chosen."""
        self._put_away()

    def _put_away(self) -> None:
        self.form = None
        self._group.setExclusive(False)
        for made in self.buttons.values():
            made.setChecked(False)
        self._group.setExclusive(True)
        self.percent.clear()
        self.note.clear()
        self.details.hide()

    def set_open(self, able: bool) -> None:
        """Nobody admitted: nothing to press."""
        super().set_open(able)
        for made in self.buttons.values():
            made.setEnabled(able)
        if not able:
            self._put_away()

    def bed_shown(self) -> None:
        """The newest events of this stay."""
        events = self.view.pump_events if self.view is not None else ()
        newest = sorted(events, key=lambda e: e.at, reverse=True)[:SHOWN]
        lines = [f"{e.at.astimezone(self.zone):%d %b %H:%M}  {_line(e)}" for e in newest]
        self._recent.setText("\n".join(lines) if lines else "No pump event charted in this stay.")

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        super().set_theme(theme)
        self._dress()

    def _dress(self) -> None:
        self.setStyleSheet("QPushButton[role='choice'] { padding: 2px; min-height: 36px; font-size: 14px; }")


def _line(event: PumpEvent) -> str:
    words = charting.event_text(event)
    if event.confirmed:
        words += ", confirmed"
    return f"{words} · {event.note}" if event.note else words
