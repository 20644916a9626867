"""The ward itself: its name, its time zone, and its beds in the order of the wall."""

from __future__ import annotations

from zoneinfo import available_timezones

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
)

from console.config import MAXIMUM_BEDS, Config, WardConfig
from console.link.commands import Reply
from console.link.devices import Devices, SaveWard
from console.link.snapshot import WardSnapshot
from console.ui.devices_page.draft import sentences
from console.ui.forms import Failure, Questions, button, label, row_label
from console.ui.patient_words import initials
from console.ui.theme import GAP
from console.ui.who import unnamed

FIRST = "Begin with the beds, in the order in which they stand on the wall."


class WardPanel(QFrame):
    """finished: it was saved, or the person has cancelled."""

    finished = Signal()

    def __init__(self, devices: Devices) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.user = ""
        self._devices = devices
        self._ward: WardSnapshot | None = None
        self._questions = Questions(self)
        self.name, self.zone, self.new_bed = QLineEdit(), QComboBox(), QLineEdit()
        self.beds = QListWidget()
        self.add, self.remove = button("Add bed"), button("Remove bed")
        self.up, self.down = button("Earlier"), button("Later")
        self.message = label(wrap=True)
        self.cancel, self.save_button = button("Cancel"), button("Save ward", "primary")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for widget, spoken in (
            (self.name, "Name of the ward"),
            (self.zone, "Time zone"),
            (self.new_bed, "Name of the new bed"),
            (self.beds, "Beds in the order of the wall"),
        ):
            widget.setAccessibleName(spoken)
        self.name.setMaxLength(60)
        self.new_bed.setMaxLength(12)
        self.new_bed.setPlaceholderText("Name of the new bed, such as 7B-01")
        self.zone.setEditable(True)
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.zone.setStyleSheet("QComboBox { combobox-popup: 0; }")
        self.zone.addItems(sorted(available_timezones()))
        completer = QCompleter(self.zone.model(), self.zone)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.zone.setCompleter(completer)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        for word, field in (("Name", self.name), ("Time zone", self.zone)):
            field.setMinimumHeight(40)
            form.addRow(row_label(word), field)
        adding = QHBoxLayout()
        adding.setSpacing(GAP)
        self.new_bed.setMinimumHeight(40)
        adding.addWidget(self.new_bed, 1)
        adding.addWidget(self.add)
        acts = QVBoxLayout()
        acts.setSpacing(GAP)
        for act in (self.up, self.down, self.remove):
            acts.addWidget(act)
        acts.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self.beds, 1)
        middle.addLayout(acts)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self.cancel)
        foot.addWidget(self.message, 1)
        foot.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(10)
        column.addWidget(label("Ward and beds", "title"))
        column.addLayout(form)
        column.addLayout(adding)
        column.addLayout(middle, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.add.clicked.connect(self._add)
        self.new_bed.returnPressed.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.beds.currentRowChanged.connect(self._say)
        self.cancel.clicked.connect(self.finished)
        self.save_button.clicked.connect(self.save)

    # --- what is shown -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Show the ward as it runs now."""
        ward = self._devices.config().ward
        self._questions.drop()
        self._set_busy(False)
        self.name.setText(ward.name)
        self.zone.setCurrentText(ward.timezone)
        self.new_bed.clear()
        self.beds.clear()
        self.beds.addItems(ward.beds)
        self._say()
        if not ward.beds:
            self.message.setText(FIRST)

    def show_ward(self, ward: WardSnapshot) -> None:
        """Who lies where, now: a bed that is used stays."""
        self._ward = ward

    def names(self) -> tuple[str, ...]:
        """The beds as they stand in the list."""
        return tuple(self.beds.item(row).text() for row in range(self.beds.count()))

    def _say(self) -> None:
        row = self.beds.currentRow()
        used = self.used_by(self.beds.item(row).text()) if row >= 0 else ""
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < self.beds.count() - 1)
        self.remove.setEnabled(row >= 0 and not used)
        self.message.setText(used)

    def used_by(self, bed: str) -> str:
        """Why a bed must stay, "" when it may go."""
        here = self._ward.bed(bed) if self._ward is not None else None
        if here is not None and here.patient is not None:
            return f"{bed} stays: {initials(here.patient.name)} is admitted there."
        user = _user_of(self._devices.config(), bed)
        return f"{bed} stays: “{user}” is bound to it. Remove or move that source first." if user else ""

    # --- acts ----------------------------------------------------------------------------------------------------

    def _add(self) -> None:
        bed = self.new_bed.text().strip()
        if not bed:
            self.message.setText("Write the name of the bed first.")
        elif bed in self.names():
            self.message.setText(f"{bed} is there already.")
        elif self.beds.count() >= MAXIMUM_BEDS:
            self.message.setText(f"One console watches at most {MAXIMUM_BEDS} beds.")
        else:
            self.beds.addItem(bed)
            self.beds.setCurrentRow(self.beds.count() - 1)
            self.new_bed.clear()
        self.new_bed.setFocus()

    def _remove(self) -> None:
        self.beds.takeItem(self.beds.currentRow())
        self._say()

    def _move(self, step: int) -> None:
        row = self.beds.currentRow()
        item = self.beds.takeItem(row)
        self.beds.insertItem(row + step, item)
        self.beds.setCurrentRow(row + step)

    def save(self) -> None:
        """Check, then have it written and applied."""
        if refusal := unnamed(self, self.user):
            self.message.setText(refusal)
            return
        given = {"name": self.name.text().strip(), "timezone": self.zone.currentText().strip(), "beds": self.names()}
        try:
            ward = WardConfig.model_validate(given)
        except ValidationError as error:
            self.message.setText(" ".join(sentences(error)))
            return
        self._set_busy(True)
        change = SaveWard(ward.name, ward.timezone, ward.beds)
        self._questions.ask(self._devices.change(change, self.user), self._saved)

    def _saved(self, answer: Reply | Failure) -> None:
        self._set_busy(False)
        error = answer.text if isinstance(answer, Failure) else answer.error
        if error:
            self.message.setText(error)
        else:
            self.finished.emit()

    def _set_busy(self, busy: bool) -> None:
        for part in (self.name, self.zone, self.new_bed, self.beds, self.add, self.cancel, self.save_button):
            part.setEnabled(not busy)
        self.message.setText("Writing and applying …" if busy else "")


def _user_of(config: Config, bed: str) -> str:
    names = [s.name for s in config.source if s.bed == bed]
    names += [f.name for f in config.hl7_listener if bed in f.beds.values()]
    return names[0] if names else ""
