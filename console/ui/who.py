"""What becomes of an act for which nobody stands: it is refused with one sentence, and signing in is offered."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

TYPED = "Say who you are first: the name stands at the top right."
"""Where nobody signs in: a ward without people, or a page that stands alone."""

SIGN_IN = "Sign in first, then press again."


class SignInWanted(QEvent):
    """Sent to the window of whoever refuses an act. A window that opens its sign-in sets `offered`."""

    KIND = QEvent.Type(QEvent.registerEventType())

    def __init__(self) -> None:
        super().__init__(SignInWanted.KIND)
        self.offered = False


def unnamed(asking: QWidget, user: str, undone: str = "") -> str:
    """ "" when somebody acts; else why nothing is done, and the sign-in opens beside what is written: that stays.

    asking: the part of the screen that refuses. undone: what did not happen, such as "Nothing was saved."
    """
    if user.strip():
        return ""
    wanted = SignInWanted()
    QCoreApplication.sendEvent(asking.window(), wanted)
    return f"{SIGN_IN if wanted.offered else TYPED} {undone}".strip()
