"""A tab of the system bar, and how much the bar says at the width it has."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton

from console.ui.theme import RADIUS, Theme, Weight, colour, font
from console.ui.tips import tip

CAP = 36
"""Width of a key cap with its gap, px."""

LONGEST_TITLE = 110
"""A bed may have a name of twelve letters: its tab takes no more than this, in px, and ends in dots."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much the bar says. px: size of the titles; pad: left and right of one; person, ward: widths of the person
    and, at most, of the ward's name; caps: the key of each tab; name: of the program; date: the day beside the clock;
    short: short titles; words: on the buttons for sound and look; margin: between parts. In px.

    Whatever the room: ward, SIMULATED, a sound that does not work, the person and the clock are said.
    """

    px: float
    pad: int
    person: int
    ward: int
    caps: bool = False
    name: bool = False
    date: bool = False
    short: bool = False
    words: bool = True
    margin: int = 10


ROOMS = (
    Room(17, 16, person=180, ward=230, caps=True, name=True, date=True),
    Room(16, 13, person=170, ward=230, name=True, date=True),
    Room(16, 10, person=150, ward=200, date=True),
    Room(15, 10, person=140, ward=160, date=True, short=True),
    Room(15, 9, person=130, ward=160, short=True, margin=8),
    Room(15, 7, person=120, ward=130, short=True, words=False, margin=6),
    Room(12.5, 5, person=92, ward=96, short=True, words=False, margin=5),
)
"""From a wide window to the narrowest; the first that fits is taken."""


class Tab(QAbstractButton):
    """One tab: its title and, where there is room, its key. short: the title where room is scarce, "" for the same."""

    def __init__(self, title: str, short: str, key: str, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._key = key
        self._short = short
        self._room = ROOMS[0]
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rename(title)

    def rename(self, title: str) -> None:
        """Another title, such as that of the bed shown."""
        self.setText(title)
        self.setAccessibleName(f"{title}, {self._key}")
        self.setToolTip(tip("" if self._room.caps else f"{title}   {self._key}"))
        self.setFixedWidth(self._words_width() + 2 * self._room.pad + (CAP if self._room.caps else 0))
        self.update()

    def take(self, room: Room) -> None:
        """More room, or less."""
        self._room = room
        self.rename(self.text())

    @property
    def words(self) -> str:
        """The title as it is written."""
        return self._short if self._room.short and self._short else self.text()

    @property
    def _face(self) -> QFont:
        return font(self._room.px, Weight.BOLD)

    def _words_width(self) -> int:
        return min(LONGEST_TITLE if self._room.short else 2 * LONGEST_TITLE, _width(self._face, self.words))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t, pad = self.theme.tokens, self._room.pad
        if self.isChecked():
            painter.fillRect(self.rect(), colour(t.raised))
            painter.fillRect(0, self.height() - 3, self.width(), 3, colour(t.interaction))
        painter.setPen(colour(t.text if self.isChecked() else t.text_2))
        painter.setFont(self._face)
        left = self.rect().adjusted(pad, 0, 0, 0)
        width = self._words_width() + 1
        words = QFontMetrics(self._face).elidedText(self.words, Qt.TextElideMode.ElideRight, width)
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        if self._room.caps:
            middle = self.height() // 2
            cap = self.rect().adjusted(self.width() - pad - 28, middle - 10, -pad, 10 - middle)
            painter.setPen(colour(t.line_strong))
            painter.drawRoundedRect(cap, 3, 3)
            painter.setPen(colour(t.muted))
            painter.setFont(font(11.5, Weight.SEMIBOLD))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)
        if self.hasFocus():
            painter.setPen(colour(t.interaction))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -5), RADIUS, RADIUS)


def _width(face: QFont, words: str) -> int:
    return QFontMetrics(face).horizontalAdvance(words)
