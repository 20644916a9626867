"""Who is signed in, in the system bar. A press opens the sign-in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from console.ui.session import WARNING_S, Session
from console.ui.theme import Theme
from console.ui.tips import tip

ROOMY = 140
"""Width in px from which on the chip says in words that nobody is signed in."""


class PersonChip(QPushButton):
    """Shows the person, and counts down before the station signs out by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._shown: tuple[object, ...] = ()

    def show_person(self, session: Session, theme: Theme) -> None:
        """Bring it up to date."""
        left = session.left_s()
        counting = left is not None and left <= WARNING_S
        seconds = max(0, int(left + 0.999)) if left is not None and counting else 0
        shown = session.name, counting, seconds, theme, self.width()
        if shown == self._shown:
            return
        self._shown = shown
        self._dress(session.name, counting, theme)
        if not session.name:
            self.setText("Nobody signed in" if self.width() >= ROOMY else "Sign in")
            self.setAccessibleName("Nobody is signed in; press to sign in")
        else:
            clock = f" {seconds // 60}:{seconds % 60:02d}" if counting else ""
            metrics = self.fontMetrics()
            room = self.width() - 18 - metrics.horizontalAdvance(clock)
            self.setText(metrics.elidedText(session.name, Qt.TextElideMode.ElideRight, room).replace("&", "&&") + clock)
            soon = f"; signs out in {seconds} s" if counting else ""
            self.setAccessibleName(f"Signed in: {session.name}{soon}; press to change")
        self.setToolTip(tip(session.name))

    def _dress(self, name: str, counting: bool, theme: Theme) -> None:
        t = theme.tokens
        if counting:
            look = f"background: {t.selected_fill}; color: {t.selected_text};"
        elif name:
            look = f"background: {t.interaction_fill}; color: {t.text}; border-color: {t.interaction};"
        else:
            look = f"color: {t.text_2}; border-style: dashed;"
        self.setStyleSheet(f"QPushButton {{ padding: 4px 7px; {look} }}")
