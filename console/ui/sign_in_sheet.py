"""Who acts at this station, and how patients are named on it: the sheet behind the name in the system bar.

It docks beside the ward like every other sheet: watching and hearing alarms goes on, signed in or not.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.elided import ElidedLabel
from console.ui.forms import button, label, panel
from console.ui.page import DockedSheet
from console.ui.session import Session
from console.ui.sign_in_form import SignInForm
from console.ui.theme import Theme

OPEN_TO_ALL = (
    "No people are set up on this ward: anyone can act, under the name typed at the top right. "
    "The page People sets them up."
)
NO_DESK = "Nobody signs in at this console: acts are recorded under the name typed at the top right."
WATCHING = "Watching and hearing alarms needs no sign-in."
INITIALS = "Names as initials, numbers by their last digits, on this station's screen alone."


class SignInSheet(DockedSheet):
    """initials_wanted(on): patients by their initials on this station, or by their names."""

    initials_wanted = Signal(bool)

    def __init__(self, link: Link, user: str, theme: Theme, session: Session) -> None:
        super().__init__(link, user, theme)
        self._session = session
        self._title = label("Sign in", "title")
        self.close_button = button("Close   Esc", "flat")
        self._now = panel()
        self._who = ElidedLabel(wide=True)
        self._roles = ElidedLabel(wide=True)
        self.sign_out = button("Sign out")
        self.notice = label(wrap=True)
        self.form = SignInForm(session, theme)
        self.initials = button("", checkable=True)
        self._lay_out()
        self.close_button.clicked.connect(self.closed)
        self.sign_out.clicked.connect(self._leave)
        self.form.signed_in.connect(self.closed)
        self.initials.clicked.connect(self.initials_wanted)
        session.changed.connect(self._show)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        self._who.setStyleSheet("font-size: 18px; font-weight: 800;")
        self._roles.setProperty("role", "caption")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._who)
        words.addWidget(self._roles)
        now = QHBoxLayout(self._now)
        now.setContentsMargins(14, 8, 10, 8)
        now.addLayout(words, 1)
        now.addWidget(self.sign_out)
        foot = panel()
        low = QVBoxLayout(foot)
        low.setContentsMargins(14, 8, 10, 10)
        low.setSpacing(6)
        row = QHBoxLayout()
        row.addWidget(label("Patients on screen"), 1)
        row.addWidget(self.initials)
        low.addLayout(row)
        low.addWidget(label(INITIALS, "caption", wrap=True))
        inner = QWidget()
        body = QVBoxLayout(inner)
        body.setContentsMargins(16, 4, 16, 8)
        body.setSpacing(10)
        for part in (self._now, self.notice):
            body.addWidget(part)
        body.addWidget(self.form, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(scroll, 1)
        column.addWidget(foot)

    def open_for(self, subject: str) -> None:
        """There is one station; the form begins anew."""
        self._show()
        if self._session.needed:
            self.form.begin()

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """The ward changes nothing here."""

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        super().set_theme(theme)
        self.form.set_theme(theme)
        self._show()

    def _show(self) -> None:
        session, person = self._session, self._session.person
        self._now.setVisible(person is not None)
        if person is not None:
            self._who.setText(person.name)
            self._roles.setText(", ".join(sorted(role.value for role in person.roles)) or "no role")
        self._title.setText("Change person" if person is not None else "Sign in")
        self.form.setVisible(session.needed)
        words = WATCHING if session.needed else OPEN_TO_ALL if session.open_to_all else NO_DESK
        self.notice.setText("" if person is not None else words)
        self.notice.setVisible(bool(self.notice.text()))
        self.initials.setChecked(self.theme.initials)
        self.initials.setText("Initials" if self.theme.initials else "Full names")
        self.initials.setAccessibleName(f"Patients are shown by {'initials' if self.theme.initials else 'full names'}")

    def _leave(self) -> None:
        self._session.sign_out("by hand")
        self.closed.emit()

    def press_digit(self, digit: int) -> bool:
        """A digit of the PIN."""
        return self.form.isVisible() and self.form.press_digit(digit)

    def setFocus(self, *_: object) -> None:
        """The keyboard goes where something is typed."""
        target = self.form.search if self.form.choosing else self.form.secret
        (target if self._session.needed else self.close_button).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
