"""Makes the first administrator of a ward: name and secret; no password exists before."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.link.commands import Reply
from console.link.people import SignedIn
from console.ui.forms import Failure, Questions, button, label, tell
from console.ui.secret_pair import SecretPair
from console.ui.session import Session
from console.ward.credentials import name_fault
from console.ward.people import LONGEST_NAME

WHY = (
    "Acts are recorded under a name. As long as nobody is set up, anyone can act under any typed name. The first "
    "person is the administrator, who sets up the others on the page People."
)
SKIPPED = "Skipped: anyone can act under any typed name until somebody is set up on the page People."


class FirstAdministrator(QWidget):
    """done(name): made and signed in. skipped(): not now; with_skip: that is offered."""

    done = Signal(str)
    skipped = Signal()

    def __init__(self, session: Session, with_skip: bool = False) -> None:
        super().__init__()
        self._session = session
        self._questions = Questions(self)
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name of the administrator")
        self.name.setAccessibleName("Name of the administrator")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setMinimumHeight(44)
        self.pair = SecretPair()
        self.make = button("Create the administrator", "primary")
        self.skip = button("Skip for now")
        self.skip.setVisible(with_skip)
        self.message = label(wrap=True)
        self.message.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(WHY, wrap=True))
        column.addWidget(self.name)
        column.addWidget(self.pair)
        row = QHBoxLayout()
        row.addWidget(self.make)
        row.addWidget(self.skip)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.message)
        self.name.returnPressed.connect(self.pair.first.setFocus)
        self.pair.entered.connect(self.save)
        self.make.clicked.connect(self.save)
        self.skip.clicked.connect(self._skip)

    def save(self) -> None:
        """Check, then have it made."""
        people, name = self._session.people, self.name.text().strip()
        if people is None or self._questions.waiting:
            return
        fault = name_fault(name) or self.pair.fault(name)
        if fault:
            tell(self.message, fault)
            return
        secret = self.pair.secret
        tell(self.message, "Making it …", problem=False)
        self._questions.ask(people.create_first(name, secret), lambda answer: self._made(name, secret, answer))

    def _made(self, name: str, secret: str, answer: Reply | Failure) -> None:
        error = answer.text if isinstance(answer, Failure) else answer.error
        if error:
            tell(self.message, error)
            return
        self.pair.clear()
        tell(self.message, f"✓  {name} is the administrator.", problem=False)
        self._session.follow()
        self._questions.ask(self._session.sign_in(name, secret), lambda signed: self._signed_in(name, signed))

    def _signed_in(self, name: str, answer: SignedIn | Failure) -> None:
        error = answer.text if isinstance(answer, Failure) else answer.error
        if error:
            tell(self.message, f"{name} is the administrator, and not signed in: {error}")
        self._session.follow()
        self.done.emit(name)

    def _skip(self) -> None:
        self.pair.clear()
        self.skipped.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self.pair.clear()
        super().hideEvent(event)
