"""The chosen threshold: its facts, its source, and a field for another value."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from console.link.evaluation import Threshold
from console.ui.elided import ElidedLabel
from console.ui.evaluation_page.words import facts_text, value_text
from console.ui.forms import button, label, set_look
from console.ui.theme import GAP
from console.ui.tips import tip

LONGEST_VALUE = 200
CHOOSE = "Choose a threshold"


class Editor(QFrame):
    """proposed(key, text): another value, "" for none any more."""

    proposed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._threshold: Threshold | None = None
        self.name = ElidedLabel(CHOOSE, wide=True)
        self.name.setProperty("role", "title")
        self.facts, self.remark = ElidedLabel(wide=True), ElidedLabel(wide=True)
        self.remark.setProperty("role", "caption")
        self.field = QLineEdit()
        self.field.setMaxLength(LONGEST_VALUE)
        self.field.setMinimumHeight(40)
        self.field.setPlaceholderText("Another value")
        self.propose = button("Propose")
        self.shipped = button("As shipped")
        self.drop = button("Leave as it is")
        self.fault = label(wrap=True)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.field, 1)
        for act in (self.propose, self.shipped, self.drop):
            row.addWidget(act)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 10)
        column.setSpacing(5)
        for part in (self.name, self.facts, self.remark):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self.fault)
        self.propose.clicked.connect(self._propose)
        self.field.returnPressed.connect(self._propose)
        self.shipped.clicked.connect(self._ship)
        self.drop.clicked.connect(self._drop)
        self.show_threshold(None, "")

    def show_threshold(self, threshold: Threshold | None, text: str) -> None:
        """Turn to a threshold; text: what is proposed for it."""
        self._threshold = threshold
        for part in (self.field, self.propose, self.shipped, self.drop):
            part.setEnabled(threshold is not None)
        self.field.setText(text)
        if threshold is None:
            self.name.setText(CHOOSE)
            self.facts.setText("")
            self.remark.setText("")
            return
        self.name.setText(threshold.key)
        self.field.setAccessibleName(f"Proposed value of {threshold.key}")
        self.facts.setText(facts_text(threshold))
        remark = threshold.remark or "no remark stands beside it"
        self.remark.setText(f"Source: {remark}")
        for words in (self.facts, self.remark):
            words.setToolTip(tip(words.text()))
        self.drop.setEnabled(bool(text))
        self.shipped.setEnabled(threshold.written != threshold.shipped)

    def show_fault(self, sentence: str) -> None:
        """Why the value cannot be used, "" when it can."""
        self.fault.setText(f"?  {sentence}" if sentence else "")
        set_look(self.field, "invalid", bool(sentence))

    def _propose(self) -> None:
        if self._threshold is not None:
            self.proposed.emit(self._threshold.key, self.field.text().strip())

    def _ship(self) -> None:
        if self._threshold is not None:
            self.proposed.emit(self._threshold.key, value_text(self._threshold.shipped))

    def _drop(self) -> None:
        if self._threshold is not None:
            self.proposed.emit(self._threshold.key, "")
