"""Who answers an alarm: name and PIN in the place of the reasons, for the one answer that was chosen."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.link.commands import Acknowledge
from console.ui.forms import button, label
from console.ui.session import Session
from console.ui.sign_in_form import SignInForm
from console.ui.theme import Theme


class WhoPanel(QWidget):
    """signed_in(name, answer): somebody has; answer: what he answers with his name on it, None where he only changed
    the person. left(had): gone back, nothing is answered; had: there was an answer."""

    signed_in = Signal(str, object)
    left = Signal(bool)

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._wanted: Acknowledge | None = None
        self.asking = label(wrap=True)
        self.form = SignInForm(session, theme)
        self.back = button("Back   Esc", "flat")
        row = QHBoxLayout()
        row.addWidget(self.asking, 1)
        row.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.form, 1)
        self.hide()
        self.back.clicked.connect(self.leave)
        self.form.signed_in.connect(self._signed_in)

    @property
    def asks(self) -> bool:
        """A name or a PIN is awaited."""
        return not self.isHidden()

    def ask(self, wanted: Acknowledge | None) -> None:
        """wanted: the answer as chosen, with the version of the alarm that was seen then."""
        self._wanted = wanted
        self.asking.setText(f"Who answers: {wanted.reason}" if wanted is not None else "Who are you?")
        self.show()
        self.form.begin()

    def leave(self) -> None:
        """Back, without an answer."""
        wanted, self._wanted = self._wanted, None
        if self.asks:
            self.hide()
            self.left.emit(wanted is not None)

    def _signed_in(self, name: str) -> None:
        wanted, self._wanted = self._wanted, None
        self.hide()
        self.signed_in.emit(name, None if wanted is None else replace(wanted, by=name))
