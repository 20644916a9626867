"""Digits for touch, and the field they go to: a PIN or a password, never shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QWidget

from console.ui.forms import button
from console.ui.theme import Theme

LONGEST_SECRET = 128


class SecretField(QLineEdit):
    """A field for a secret: dots, no undo, nothing to copy. spoken: its accessible name."""

    def __init__(self, spoken: str) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(LONGEST_SECRET)
        self.setPlaceholderText(spoken)
        self.setAccessibleName(spoken)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData)
        self.setMinimumHeight(44)


class PinPad(QWidget):
    """Ten digits, one to take the last back, one to go on. It types into `field`. entered(): the last was pressed."""

    entered = Signal()

    def __init__(self, field: QLineEdit) -> None:
        super().__init__()
        self._field = field
        self.digits: dict[str, QPushButton] = {}
        self.back = button("⌫")
        self.back.setAccessibleName("Take the last one back")
        self.go = button("Sign in", "primary")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(7)
        for place, digit in enumerate("123456789"):
            grid.addWidget(self._digit(digit), place // 3, place % 3)
        for column, made in enumerate((self.back, self._digit("0"), self.go)):
            grid.addWidget(made, 3, column)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        for made in (*self.digits.values(), self.back, self.go):
            # A press leaves the keyboard where it was: in the field.
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.go.setStyleSheet("padding: 4px;")
        self.back.clicked.connect(field.backspace)
        self.go.clicked.connect(self.entered)

    def _digit(self, digit: str) -> QPushButton:
        made = self.digits[digit] = button(digit)
        made.setStyleSheet("font-size: 22px; font-weight: 700;")
        made.clicked.connect(lambda: self._field.insert(digit))
        return made

    def set_theme(self, theme: Theme) -> None:
        """A low window gets lower buttons, never under 40 px."""
        for made in (*self.digits.values(), self.back, self.go):
            made.setFixedHeight(46 if theme.compact else 60)
