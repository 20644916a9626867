"""Who acts at this station: the person signed in, or in a ward without people the name that is typed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QEvent, QObject, Signal

from console.link.people import People, PeopleView, SignedIn
from console.ward.people import Person, Right

WARNING_S = 30.0
"""The last seconds before a station signs out by itself are counted down (engineering choice)."""

ACTIVE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
    }
)


class Session(QObject):
    """Follows the desk of people. people: None where there is none; typed: the name to begin with.

    Signal changed(): somebody else acts, or what is known of people is new. Watching and hearing alarms asks nothing
    here. As a filter of a window's events it sees that somebody is there.
    """

    changed = Signal()

    def __init__(self, people: People | None, typed: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.people = people
        self._typed = typed
        self._clock = clock
        self.view = people.view() if people is not None else PeopleView()
        self._touched = clock()

    @property
    def needed(self) -> bool:
        """People sign in at this station."""
        return self.view.needed

    @property
    def person(self) -> Person | None:
        """Who is signed in."""
        return self.view.signed_in if self.needed else None

    @property
    def name(self) -> str:
        """What stands in the record as `by`, "" when nobody may act."""
        if not self.needed:
            return self._typed
        return self.person.name if self.person is not None else ""

    @property
    def open_to_all(self) -> bool:
        """There is a desk of people and nobody on it: anyone can act, and that is said."""
        return self.people is not None and not self.needed

    def lacks(self, right: Right) -> str:
        """Why the present person may not, "" when he may; for acts that no engine and no desk refuses."""
        if not self.needed:
            return ""
        if self.person is None:
            return f"Sign in to {right}."
        return "" if self.person.may(right) else f"{self.person.name} may not {right}."

    def type_name(self, name: str) -> None:
        """The name under which acts are taken in a ward without people."""
        self._typed = name
        self.changed.emit()

    def sign_in(self, name: str, secret: str) -> Future[SignedIn]:
        """Ask the desk. `follow` afterwards."""
        if self.people is None:
            raise RuntimeError("nobody signs in at a station without a desk of people")
        return self.people.sign_in(name, secret)

    def sign_out(self, why: str = "") -> None:
        """Nobody acts any more."""
        if self.people is not None:
            self.people.sign_out(why)
            self.follow()

    def follow(self) -> None:
        """Take what is new from the desk, and sign out whoever has left."""
        if self.people is None:
            return
        view = self.people.view()
        if view != self.view:
            if view.signed_in is not None and view.signed_in != self.view.signed_in:
                self.touch()
            self.view = view
            self.changed.emit()
        left = self.left_s()
        if left is not None and left <= 0:
            self.sign_out(f"by itself after {self.view.sign_out_after_s / 60:g} min")

    def touch(self) -> None:
        """Somebody is there."""
        self._touched = self._clock()

    def left_s(self) -> float | None:
        """Seconds until this station signs out by itself; None when nobody is signed in."""
        if self.person is None:
            return None
        return self._touched + self.view.sign_out_after_s - self._clock()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in ACTIVE:
            self.touch()
        return False
