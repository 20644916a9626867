"""A new PIN or password, typed twice, with the rules beside it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ui.forms import label
from console.ui.pin_pad import SecretField
from console.ward.credentials import PASSWORD_CHARACTERS, PIN_DIGITS, secret_fault

RULES = (
    f"A PIN of {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits, or a password of {PASSWORD_CHARACTERS[0]} to "
    f"{PASSWORD_CHARACTERS[1]} characters. None is set from the start, and nobody can read it afterwards."
)
DIFFER = "The two are not the same; type the second again."


class SecretPair(QWidget):
    """entered(): Enter in the second field."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = SecretField("New PIN or password"), SecretField("The same again")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.first)
        column.addWidget(self.second)
        column.addWidget(label(RULES, "caption", wrap=True))
        self.first.returnPressed.connect(self.second.setFocus)
        self.second.returnPressed.connect(self.entered)

    @property
    def secret(self) -> str:
        """As typed first."""
        return self.first.text()

    def fault(self, name: str) -> str:
        """What is wrong with it for the person of this name, "" for nothing."""
        fault = secret_fault(self.secret, name)
        return fault or ("" if self.first.text() == self.second.text() else DIFFER)

    def clear(self) -> None:
        """Nothing is typed."""
        self.first.clear()
        self.second.clear()
