"""What the forms of the feed page share: asking the desk for a change, and saying what came of it."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from console.link.commands import Reply
from console.link.feeds import FeedChange, Feeds
from console.ui.feeds_page.words import visible
from console.ui.forms import Failure, Questions
from console.ui.who import unnamed

WRITING = "Writing and applying …"
LONGEST = 600


def faults(error: ValidationError) -> str:
    """What is wrong with a form, one sentence a field."""
    told = []
    for fault in error.errors():
        place = " ".join(str(part) for part in fault["loc"])
        text = "is empty" if fault["type"] == "string_too_short" else fault["msg"].removeprefix("Value error, ")
        told.append(
            f"{place.capitalize()} {text}." if text == "is empty" else f"{place.capitalize()}: {text}.".lstrip(": ")
        )
    return " ".join(told)[:LONGEST]


class Changes(QObject):
    """One change at a time. message: where it is said. follow: called when one begins and when it has ended."""

    def __init__(self, parent: QObject, feeds: Feeds, message: QLabel, follow: Callable[[], None]) -> None:
        super().__init__(parent)
        self.user = ""
        self._feeds = feeds
        self._message = message
        self._follow = follow
        self._questions = Questions(self)

    @property
    def waiting(self) -> bool:
        """True while a change is under way."""
        return self._questions.waiting

    def say(self, text: str) -> None:
        """A sentence beside the form, "" for none."""
        self._message.setText(visible(text))
        self._message.setVisible(bool(text))

    def ask(self, change: FeedChange, told: str, then: Callable[[], None] = lambda: None) -> None:
        """told: what is said when it is done; then: what follows."""
        if self.waiting:
            return
        if refusal := unnamed(self._message, self.user):
            self.say(refusal)
            return

        def answered(answer: Reply | Failure) -> None:
            error = answer.text if isinstance(answer, Failure) else answer.error
            self.say(f"?  {error}" if error else told)
            if not error:
                then()
            self._follow()

        self.say(WRITING)
        self._questions.ask(self._feeds.change(change, self.user), answered)
        self._follow()
