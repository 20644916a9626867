"""Putting evaluated thresholds into force: who, in which role, and why."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from console.link.evaluation import Role
from console.ui.evaluation_page.words import AT_NEXT_START, NO_LOGIN
from console.ui.forms import button, label
from console.ui.theme import GAP
from console.ui.who import unnamed

WHICH_ROLE = "Say in which role: only a charge nurse or a biomedical engineer changes thresholds."
WHY = "Give the reason; it stands in the audit trail."
CHOOSE_ROLE = "Your role"
LONGEST_REASON = 300


class ForceForm(QFrame):
    """wanted(role, reason): the person has pressed the button and said all that is needed."""

    wanted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.user = ""
        self.role = QComboBox()
        self.role.addItem(CHOOSE_ROLE)
        for role in Role:
            self.role.addItem(role.value.capitalize(), role)
        self.role.setAccessibleName("Your role")
        self.reason = QLineEdit()
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.setPlaceholderText("Why these values")
        self.reason.setAccessibleName("Reason")
        self.go = button("Put into force", "primary")
        self.message = label(wrap=True)
        for part in (self.role, self.reason):
            part.setMinimumHeight(40)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.role)
        row.addWidget(self.reason, 1)
        row.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 10)
        column.setSpacing(5)
        column.addWidget(label(f"{AT_NEXT_START} {NO_LOGIN}", "caption", wrap=True))
        column.addLayout(row)
        column.addWidget(self.message)
        self.go.clicked.connect(self._go)
        self.message.hide()

    def say(self, text: str) -> None:
        """A sentence below the fields."""
        self.message.setText(text)
        self.message.setHidden(not text)

    def set_busy(self, busy: bool) -> None:
        """While it is being written."""
        for part in (self.role, self.reason, self.go):
            part.setEnabled(not busy)
        self.say("Writing …" if busy else "")

    def clear(self) -> None:
        """Empty for the next change."""
        self.role.setCurrentIndex(0)
        self.reason.clear()
        self.say("")

    def _go(self) -> None:
        role, reason = self.role.currentData(), self.reason.text().strip()
        if refusal := unnamed(self, self.user, "Nothing was changed."):
            self.say(refusal)
        elif role is None:
            self.say(WHICH_ROLE)
        elif not reason:
            self.say(WHY)
        else:
            self.wanted.emit(Role(role), reason)
