"""The newest laboratory results of a bed on one line, and the kidney flag they have set."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from console.link.snapshot import BedSnapshot
from console.ui import lab_words
from console.ui.elided import ElidedLabel
from console.ui.forms import label
from console.ui.theme import MARGIN, Theme
from console.ui.tips import tip
from console.ward.labs import LabResult, Mark, newest
from console.ward.patient import RiskFlag
from hl7.lab_codes import Analyte

EXPLAINED = (
    "Renal impairment raises an overdose window that is open. A creatinine has set it; only a person takes it away."
)

CONFIRM_S = 5.0
"""Real seconds within which the second press counts: without the flag the overdose detector is less watchful."""

FLAG = RiskFlag.RENAL_IMPAIRMENT
TAKE_AWAY, CONFIRM, SET = "✓ Kidney flag", "Take it away?", "Set kidney flag"


class LabStrip(QWidget):
    """Hidden where there is no result. renal(bool): the flag of renal impairment is to be set or taken away."""

    renal = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(48)
        self._asked: float | None = None
        self._on = False
        self.title = label("LABORATORY")
        self.cells = [ElidedLabel() for _ in Analyte]
        self.flag = QPushButton()
        self.flag.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.flag.clicked.connect(self._press)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, 2, MARGIN, 2)
        row.setSpacing(24)
        row.addWidget(self.title)
        for cell in self.cells:
            row.addWidget(cell)
        row.addStretch(1)
        row.addWidget(self.flag)
        self.set_theme(theme)
        self.hide()

    def show_bed(self, bed: BedSnapshot, now: float) -> None:
        """Bring it up to date."""
        results = newest(bed.labs)
        self.setVisible(bool(results))
        for number, cell in enumerate(self.cells):
            cell.setVisible(number < len(results))
            if number < len(results):
                self._fill(cell, results[number], bed, now)
        self._show_flag(bed, any(result.analyte is Analyte.CREATININE for result in results))

    def _fill(self, cell: ElidedLabel, result: LabResult, bed: BedSnapshot, now: float) -> None:
        text = lab_words.line(result, bed.patient, now)
        if cell.text() != text:
            cell.setText(text)
            cell.setToolTip(tip(lab_words.whole(result, bed.patient, now)))
            cell.setAccessibleName(text)
        weight = "600" if result.mark is Mark.NONE else "800"
        if cell.property("weight") != weight:
            cell.setProperty("weight", weight)
            cell.setStyleSheet(f"font-size: {self._size}px; font-weight: {weight};")

    def _show_flag(self, bed: BedSnapshot, creatinine: bool) -> None:
        patient = bed.patient
        self._on = patient is not None and FLAG in patient.flags
        declined = patient is not None and FLAG in patient.declined
        self.flag.setVisible(creatinine and (self._on or declined))
        waiting = self._on and self._asked is not None and time.monotonic() - self._asked <= CONFIRM_S
        self._asked = self._asked if waiting else None
        self.flag.setToolTip(EXPLAINED)
        self.flag.setText(CONFIRM if waiting else TAKE_AWAY if self._on else SET)

    def _press(self) -> None:
        """Setting is one press; taking away two, within five seconds."""
        if self._on and self._asked is None:
            self._asked = time.monotonic()
            self.flag.setText(CONFIRM)
            return
        self._asked = None
        self.renal.emit(not self._on)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.title.setStyleSheet(f"font-size: 12px; font-weight: 700; color: {theme.tokens.text_2};")
        self.title.setText("LAB" if theme.compact else "LABORATORY")
        self._size = 14 if theme.compact else 16
        for cell in self.cells:
            cell.setProperty("weight", None)
        self._row.setSpacing(14 if theme.compact else 28)
