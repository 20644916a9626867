"""The top line: name, ward, tabs, sound, look, person, date and clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from console.ui import icons
from console.ui.elided import ElidedLabel
from console.ui.sound.loudness import LOUDEST, USUAL
from console.ui.theme import MARGIN, RADIUS, Mode, Theme, Weight, colour, font
from console.ui.tips import tip

TITLE = "Ward Console"


class Tab(QAbstractButton):
    """One tab: its title and, where there is room, its key."""

    def __init__(self, title: str, key: str, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._key = key
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rename(title)

    def rename(self, title: str) -> None:
        """Another title, such as that of the bed shown."""
        self.setText(title)
        self.setAccessibleName(f"{title}, {self._key}")
        width = QFontMetrics(self._face).horizontalAdvance(title) + (24 if self.theme.compact else 76)
        self.setFixedWidth(width)
        self.update()

    @property
    def _face(self) -> QFont:
        return font(15 if self.theme.compact else 17, Weight.BOLD)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = self.theme.tokens
        if self.isChecked():
            painter.fillRect(self.rect(), colour(t.raised))
            painter.fillRect(0, self.height() - 3, self.width(), 3, colour(t.interaction))
        painter.setPen(colour(t.text if self.isChecked() else t.text_2))
        painter.setFont(self._face)
        left = self.rect().adjusted(12 if self.theme.compact else 20, 0, 0, 0)
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if not self.theme.compact:
            cap = self.rect().adjusted(self.width() - 46, self.height() // 2 - 10, -18, -self.height() // 2 + 10)
            painter.setPen(colour(t.line_strong))
            painter.drawRoundedRect(cap, 3, 3)
            painter.setPen(colour(t.muted))
            painter.setFont(font(11.5, Weight.SEMIBOLD))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)
        if self.hasFocus():
            painter.setPen(colour(t.interaction))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -5), RADIUS, RADIUS)


class SystemBar(QWidget):
    """Signals: tab(index), theme_toggled(), user_changed(name), sound_opened()."""

    tab = Signal(int)
    theme_toggled = Signal()
    user_changed = Signal(str)
    sound_opened = Signal()

    def __init__(self, titles: list[str], user: str, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._mark = QLabel()
        self._title = _label(TITLE)
        self._ward = ElidedLabel()
        self.simulated = _label("")
        self.tabs = [Tab(title, f"F{n}", theme) for n, title in enumerate(titles, start=1)]
        self.sound = QPushButton()
        self.sound.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.sound.clicked.connect(self.sound_opened)
        self.look = QPushButton()
        self.look.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.look.clicked.connect(self.theme_toggled)
        self.user = QLineEdit(user)
        self.user.setPlaceholderText("Your name")
        self.user.setMaxLength(40)
        self.user.setAccessibleName("Your name")
        self.user.editingFinished.connect(lambda: self.user_changed.emit(self.user.text().strip()))
        self.user.returnPressed.connect(self.user.clearFocus)
        self._date = _label("")
        self._date.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._clock = _label("")
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.setSpacing(10)
        for label in (self._mark, self._title, self._ward):
            row.addWidget(label)
        for index, tab in enumerate(self.tabs):
            tab.clicked.connect(lambda _=False, i=index: self.tab.emit(i))
            row.addWidget(tab)
        row.addStretch(1)
        for widget in (self.simulated, self.sound, self.look, self.user, self._date, self._clock):
            row.addWidget(widget)
        self.set_theme(theme)
        self.show_sound("", 0.0)

    def show_ward(self, name: str, simulated: bool, speed: float) -> None:
        """The name of the ward; a simulated one says so without pause."""
        self._ward.setText(name)
        what = "SIMULATED" if self.theme.compact else "SIMULATED WARD"
        text = f"{what} · time × {speed:g}" if speed != 1 else what
        self.simulated.setText(text if simulated else "")
        self.simulated.setVisible(simulated)

    def show_time(self, utc: datetime, zone: str) -> None:
        """Date and clock in the ward's time zone."""
        local = utc.astimezone(ZoneInfo(zone))
        clock = f"{local:%H:%M:%S}"
        if clock != self._clock.text():
            self._clock.setText(clock)
            self._date.setText(f"{local:%a}\n{local:%d %b %Y}" if not self.theme.compact else f"{local:%d %b}")

    def show_sound(self, problem: str, paused_s: float, level: int = USUAL, off: bool = False) -> None:
        """The state of alarm sound at this station, and its volume level."""
        t = self.theme.tokens
        on = f"{'Sound' if self.theme.compact else 'Alarm sound'} on {level}/{LOUDEST}"
        text = "No alarm sound" if problem else "Sound OFF" if off else "Sound paused" if paused_s > 0 else on
        if text != self.sound.text() or self.sound.icon().isNull():
            self.sound.setText(text)
            self.sound.setToolTip(tip(problem))
            self.sound.setAccessibleName(f"{text}; volume {level} of {LOUDEST}, open settings")
            self.sound.setIcon(
                icons.bell(colour(t.text), crossed=bool(problem) or paused_s > 0, dashed=not (problem or off))
            )

    def select(self, index: int) -> None:
        """Mark one tab."""
        for number, tab in enumerate(self.tabs):
            tab.setChecked(number == index)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        t = theme.tokens
        self.setFixedHeight(theme.system_bar)
        self._mark.setPixmap(icons.pulse(colour(t.interaction), colour(t.interaction_fill), 26))
        self._title.setFont(font(17 if theme.compact else 19, Weight.EXTRABOLD))
        self._title.setStyleSheet(f"font-size: {16 if theme.compact else 18}px; font-weight: 800;")
        self._ward.setStyleSheet(f"color: {t.text_2}; border-left: 1px solid {t.line_strong}; padding: 3px 14px;")
        self.simulated.setStyleSheet(
            f"background: {t.interaction}; color: {t.bg if theme.mode is Mode.DARK else '#FFFFFF'};"
            f" font-weight: 800; font-size: 13px; padding: 5px 9px; max-height: 20px; border-radius: {RADIUS}px;"
        )
        self._date.setStyleSheet(f"color: {t.text_2}; font-size: 13px;")
        self._clock.setStyleSheet(f"font-size: {18 if theme.compact else 22}px; font-weight: 800;")
        self.look.setText("Night" if theme.mode is Mode.LIGHT else "Day")
        self.user.setFixedWidth(120 if theme.compact else 170)
        self.sound.setIcon(icons.bell(colour(t.text)))
        self.sound.setText("")
        for tab in self.tabs:
            tab.theme = theme
            tab.setFixedHeight(theme.system_bar)
            tab.rename(tab.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self.theme.tokens.bg))
        painter.fillRect(0, self.height() - 1, self.width(), 1, colour(self.theme.tokens.line))


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
