"""Name, then PIN or password: the form in which a person signs in, wherever it stands."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.link.people import SignedIn
from console.ui.elided import ElidedLabel
from console.ui.forms import Failure, Questions, button, clear, label, tell
from console.ui.pin_pad import PinPad, SecretField
from console.ui.session import Session
from console.ui.theme import Theme
from console.ward.people import LONGEST_NAME

MOST_NAMES = 8
COLUMNS = 2
EMPTY = "Type your PIN or password, then press Enter."


class SignInForm(QWidget):
    """signed_in(name): the desk has taken it. The secret is gone from the screen whenever the form is left.

    clock: monotonic seconds, for the wait after wrong tries.
    """

    signed_in = Signal(str)

    def __init__(self, session: Session, theme: Theme, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._session = session
        self._clock = clock
        self._name = ""
        self._waits: dict[str, float] = {}
        self._told = ""
        self._questions = Questions(self)
        self._timer = QTimer(self)
        self._timer.setInterval(200)
        self._timer.timeout.connect(self._show_wait)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Type a name")
        self.search.setAccessibleName("Search a name")
        self.search.setMaxLength(LONGEST_NAME)
        self.search.setMinimumHeight(44)
        self.names: dict[str, QPushButton] = {}
        self.nobody = label(role="caption", wrap=True)
        self.who = ElidedLabel(wide=True)
        self.back = button("Another name", "flat")
        self.secret = SecretField("PIN or password")
        self.pad = PinPad(self.secret)
        self.message = label(wrap=True)
        self._lay_out()
        self.search.textChanged.connect(self._list)
        self.search.returnPressed.connect(self._first)
        self.back.clicked.connect(self.begin)
        self.secret.returnPressed.connect(self.enter)
        self.pad.entered.connect(self.enter)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        choose = QWidget()
        first = QVBoxLayout(choose)
        first.setContentsMargins(0, 0, 0, 0)
        first.setSpacing(8)
        self._grid = QGridLayout()
        self._grid.setSpacing(7)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        first.addWidget(self.search)
        first.addLayout(self._grid)
        first.addWidget(self.nobody)
        first.addStretch(1)
        prove = QWidget()
        second = QVBoxLayout(prove)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(8)
        head = QHBoxLayout()
        self.who.setStyleSheet("font-size: 20px; font-weight: 800;")
        head.addWidget(self.who, 1)
        head.addWidget(self.back)
        second.addLayout(head)
        second.addWidget(self.secret)
        second.addWidget(self.pad)
        second.addWidget(self.message)
        second.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(choose)
        self._pages.addWidget(prove)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self._theme = theme
        self.pad.set_theme(theme)
        for made in self.names.values():
            made.setFixedHeight(self._height)

    @property
    def _height(self) -> int:
        return 48 if self._theme.compact else 56

    # --- the name --------------------------------------------------------------------------------------------------

    @property
    def choosing(self) -> bool:
        """A name is still to be chosen."""
        return self._pages.currentIndex() == 0

    def begin(self) -> None:
        """From the start: names."""
        self._forget()
        self.search.clear()
        self._list()
        self._pages.setCurrentIndex(0)
        self.search.setFocus()

    def _list(self) -> None:
        """Recent names, or those that hold what is typed."""
        clear(self._grid)
        self.names = {}
        for place, name in enumerate(self._offered(self.search.text().strip().casefold())):
            made = button(name.replace("&", "&&"))
            made.setAccessibleName(name)
            made.setStyleSheet("text-align: left; font-size: 16px; font-weight: 700; padding: 4px 10px;")
            made.setFixedHeight(self._height)
            made.setMinimumWidth(0)
            made.clicked.connect(lambda _=False, chosen=name: self.choose(chosen))
            self._grid.addWidget(made, place // COLUMNS, place % COLUMNS)
            self.names[name] = made
        typed = self.search.text().strip()
        hint = "Nobody of that name can sign in here." if typed else "Type the first letters of your name."
        self.nobody.setText("" if self.names and not typed else hint if not self.names else "Enter takes the first.")
        self.nobody.setVisible(bool(self.nobody.text()))

    def _offered(self, typed: str) -> list[str]:
        present = self._session.person.name if self._session.person is not None else ""
        able = [p.name for p in self._session.view.people if not p.disabled and p.name != present]
        recent = [name for name in self._session.view.recent if name in able]
        ordered = recent + [name for name in able if name not in recent]
        if typed:
            begin = [name for name in ordered if any(part.startswith(typed) for part in name.casefold().split())]
            return (begin + [n for n in ordered if n not in begin and typed in n.casefold()])[:MOST_NAMES]
        return ordered[:MOST_NAMES] if len(able) <= MOST_NAMES else recent[:MOST_NAMES]

    def _first(self) -> None:
        if self.names:
            self.choose(next(iter(self.names)))

    def choose(self, name: str) -> None:
        """On to the secret of this person."""
        self._forget()
        self._name = name
        self.who.setText(name)
        self._pages.setCurrentIndex(1)
        self._show_wait()
        self.secret.setFocus()

    # --- the secret ------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Sign in."""
        if self._questions.waiting or self._wait_s() > 0:
            return
        if not self.secret.text():
            self._tell(EMPTY)
            return
        name, secret = self._name, self.secret.text()
        self.secret.clear()
        self._set_able(False)
        self._told = ""
        tell(self.message, "Checking …", problem=False)
        self._questions.ask(self._session.sign_in(name, secret), lambda answer: self._answered(name, answer))

    def _answered(self, name: str, answer: SignedIn | Failure) -> None:
        self._set_able(True)
        if isinstance(answer, Failure):
            self._tell(f"{answer.text[:1].upper()}{answer.text[1:]}")
        elif answer.person is None:
            if answer.wait_s > 0:
                self._waits[name] = self._clock() + answer.wait_s
            self._tell(answer.error)
            self._show_wait()
        else:
            self._waits.pop(name, None)
            self._forget()
            self._session.follow()
            self.signed_in.emit(answer.person.name)
            return
        self.secret.setFocus()

    def _wait_s(self) -> float:
        return max(0.0, self._waits.get(self._name, 0.0) - self._clock())

    def _show_wait(self) -> None:
        """Count down until the next try is taken."""
        left = self._wait_s()
        self._set_able(left <= 0 and not self._questions.waiting)
        if left > 0:
            whole = int(left + 0.999)
            wait = f"Next try in {whole // 60}:{whole % 60:02d}."
            tell(self.message, f"{self._told} {wait}".strip())
            self._timer.start()
        elif self._timer.isActive():
            self._timer.stop()
            self._tell("Try again now.")
            self.secret.setFocus()

    def _set_able(self, able: bool) -> None:
        for part in (self.secret, self.pad):
            part.setEnabled(able)

    def _tell(self, text: str) -> None:
        self._told = text
        tell(self.message, text)

    def press_digit(self, digit: int) -> bool:
        """A digit pressed while the keyboard is elsewhere; True when it went to the secret."""
        if self.choosing or not self.secret.isEnabled() or not 0 <= digit <= 9:
            return False
        self.secret.insert(str(digit))
        self.secret.setFocus()
        return True

    def _forget(self) -> None:
        """No secret, no answer, no sentence of a try before."""
        self._questions.drop()
        self._timer.stop()
        self.secret.clear()
        self._set_able(True)
        self._tell("")

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self._forget()
        super().hideEvent(event)
