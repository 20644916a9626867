"""The top line: name, ward, tabs, sound, look, person, date and clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QLineEdit, QPushButton, QWidget

from console.ui import icons
from console.ui.bar_tab import ROOMS, Room, Tab
from console.ui.elided import ElidedLabel
from console.ui.person_chip import PersonChip
from console.ui.session import Session
from console.ui.sound.loudness import LOUDEST, USUAL
from console.ui.theme import RADIUS, Mode, Theme, colour
from console.ui.tips import tip

TITLE = "Ward Console"

_SOUND = ("No alarm sound", "Sound OFF", "Sound paused")
_SOUND_SHORT = ("No sound", "Sound OFF", "Paused")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the bar was told last."""

    ward: str = ""
    simulated: bool = False
    speed: float = 1.0
    problem: str = ""
    paused: bool = False
    level: int = USUAL
    off: bool = False


class SystemBar(QWidget):
    """Signals: tab(index), theme_toggled(), user_changed(name), sound_opened(), person_opened(). titles: of each tab,
    long and short. Where people sign in a chip says who is; else a name is typed.

    What it says depends on its width (bar_tab.ROOMS), never on what happens: the tabs keep their places.
    """

    tab = Signal(int)
    theme_toggled = Signal()
    user_changed = Signal(str)
    sound_opened = Signal()
    person_opened = Signal()

    def __init__(self, titles: Sequence[tuple[str, str]], user: str, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.room = ROOMS[0]
        self._said = _Said()
        self._mark = QLabel()
        self._title = _label(TITLE)
        self._ward = ElidedLabel()
        self.simulated = _label("")
        self.tabs = [Tab(title, short, f"F{n}", theme) for n, (title, short) in enumerate(titles, start=1)]
        self.sound = QPushButton()
        self.sound.clicked.connect(self.sound_opened)
        self.look = QPushButton()
        self.look.clicked.connect(self.theme_toggled)
        self.user = QLineEdit(user)
        self.user.setPlaceholderText("Your name")
        self.user.setMaxLength(40)
        self.user.setAccessibleName("Your name")
        self.user.editingFinished.connect(lambda: self.user_changed.emit(self.user.text().strip()))
        self.user.returnPressed.connect(self.user.clearFocus)
        self.person = PersonChip()
        self.person.clicked.connect(self.person_opened)
        self.person.hide()
        self._date = _label("")
        self._date.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._clock = _label("")
        self._lay_out()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for label in (self._mark, self._title, self._ward):
            row.addWidget(label)
        tabs = self._tabs = QHBoxLayout()
        tabs.setSpacing(2)
        for index, tab in enumerate(self.tabs):
            tab.clicked.connect(lambda _=False, i=index: self.tab.emit(i))
            tabs.addWidget(tab)
        row.addLayout(tabs)
        row.addStretch(1)
        for widget in (self.simulated, self.sound, self.look, self.user, self.person, self._date, self._clock):
            row.addWidget(widget)
        for button in (self.sound, self.look):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    # --- what is told ----------------------------------------------------------------------------------------------

    def show_ward(self, name: str, simulated: bool, speed: float) -> None:
        """The name of the ward; a simulated one says so without pause."""
        self._hear(ward=name, simulated=simulated, speed=speed)

    def show_time(self, utc: datetime, zone: str) -> None:
        """Date and clock in the ward's time zone."""
        local = utc.astimezone(ZoneInfo(zone))
        clock = f"{local:%H:%M:%S}"
        if clock != self._clock.text():
            self._clock.setText(clock)
            self._date.setText(f"{local:%a}\n{local:%d %b %Y}" if not self.theme.compact else f"{local:%d %b}")

    def show_sound(self, problem: str, paused_s: float, level: int = USUAL, off: bool = False) -> None:
        """The state of alarm sound at this station, and its volume level."""
        self._hear(problem=problem, paused=paused_s > 0, level=level, off=off)

    def show_person(self, session: Session) -> None:
        """Who acts."""
        if session.needed != self.person.isVisibleTo(self):
            self.user.setVisible(not session.needed)
            self.person.setVisible(session.needed)
            self._fit()
        self.person.show_person(session, self.theme)

    def select(self, index: int) -> None:
        """Mark one tab."""
        for number, tab in enumerate(self.tabs):
            tab.setChecked(number == index)

    def rename(self, index: int, title: str) -> None:
        """Another title for a tab, such as that of the bed shown."""
        if title != self.tabs[index].text():
            self.tabs[index].rename(title)
            self._fit()

    def _hear(self, **news: Any) -> None:
        said = replace(self._said, **news)
        if said != self._said:
            self._said = said
            self._fit()

    # --- how it is said --------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Say as much as the width allows."""
        for room in ROOMS[2 * self.theme.compact :]:
            self._take(room)
            self._tabs.invalidate()
            self._row.invalidate()
            if self._row.sizeHint().width() <= self.width():
                break

    def _take(self, room: Room) -> None:
        self.room = room
        for tab in self.tabs:
            tab.take(room)
        self._row.setContentsMargins(room.margin, 0, room.margin, 0)
        self._row.setSpacing(room.margin)
        self._ward.setMaximumWidth(room.ward)
        self.user.setFixedWidth(room.person)
        self.person.setFixedWidth(room.person)
        self._title.setVisible(room.name)
        self._mark.setVisible(room.words or room.name)
        self._date.setVisible(room.date)
        self._say_ward()
        self._say_sound()
        self._say_look()

    def _say_ward(self) -> None:
        said, t = self._said, self.theme.tokens
        self._ward.setText(said.ward)
        edge = f"border-left: 1px solid {t.line_strong}; padding: 3px 10px;" if self.room.words else "padding: 3px 2px;"
        if (style := f"color: {t.text_2}; {edge}") != self._ward.styleSheet():
            self._ward.setStyleSheet(style)
        what = "SIMULATED WARD" if self.room.name else "SIMULATED"
        speed = f" · time × {said.speed:g}" if self.room.name else f" × {said.speed:g}"
        self.simulated.setText(what + (speed if said.speed != 1 and self.room is not ROOMS[-1] else ""))
        self.simulated.setVisible(said.simulated)

    def _say_sound(self) -> None:
        said, room = self._said, self.room
        volume = f"{said.level}/{LOUDEST}"
        on = f"{'Alarm sound' if room.name else 'Sound'} on {volume}" if room.words else volume
        texts = _SOUND if room.words else _SOUND_SHORT
        state = 1 if said.problem else 2 if said.off else 3 if said.paused else 0
        full = (f"Alarm sound on {volume}", *_SOUND)[state]
        self.sound.setText((on, *texts)[state])
        self.sound.setToolTip(tip(said.problem))
        self.sound.setAccessibleName(f"{full}; volume {said.level} of {LOUDEST}, open settings")
        tint = colour(self.theme.tokens.text)
        self.sound.setIcon(icons.bell(tint, crossed=state in (1, 3), dashed=state in (0, 3)))
        # As wide as its longest words, else the tabs would move with the state of the sound.
        widest = max(self.sound.fontMetrics().horizontalAdvance(text) for text in (on, *texts))
        self.sound.setFixedWidth(widest + 2 * self._padding + (30 if room.words else 22))

    def _say_look(self) -> None:
        other = "Night" if self.theme.mode is Mode.LIGHT else "Day"
        self.look.setText(other if self.room.words else "")
        self.look.setIcon(QIcon() if self.room.words else icons.half(colour(self.theme.tokens.text)))
        self.look.setAccessibleName(f"{other} colours")
        self.look.setToolTip(tip(f"{other} colours"))

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        t = theme.tokens
        self.setFixedHeight(theme.system_bar)
        self._mark.setPixmap(icons.pulse(colour(t.interaction), colour(t.interaction_fill), 26))
        self._title.setStyleSheet(f"font-size: {16 if theme.compact else 18}px; font-weight: 800;")
        self.simulated.setStyleSheet(
            f"background: {t.interaction}; color: {t.bg if theme.mode is Mode.DARK else '#FFFFFF'};"
            f" font-weight: 800; font-size: {12 if theme.compact else 13}px; padding: 5px 7px; max-height: 20px;"
            f" border-radius: {RADIUS}px;"
        )
        self._date.setStyleSheet(f"color: {t.text_2}; font-size: 13px;")
        self._clock.setStyleSheet(f"font-size: {17 if theme.compact else 22}px; font-weight: 800;")
        day = "88 Mmm" if theme.compact else "88 Mmm 8888"
        for label, widest in ((self._clock, "88:88:88"), (self._date, day)):
            label.setText("")
            label.ensurePolished()
            label.setFixedWidth(label.fontMetrics().horizontalAdvance(widest) + 2)
        for button in (self.sound, self.look):
            button.setStyleSheet(f"padding: 4px {self._padding}px;")
            button.ensurePolished()
        for tab in self.tabs:
            tab.theme = theme
            tab.setFixedHeight(theme.system_bar)
        self._fit()

    @property
    def _padding(self) -> int:
        return 8 if self.theme.compact else 12

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.theme.system_bar)  # it says less rather than hold a window wide

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self.theme.tokens.bg))
        painter.fillRect(0, self.height() - 1, self.width(), 1, colour(self.theme.tokens.line))


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
