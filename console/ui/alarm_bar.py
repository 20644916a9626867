"""The bar that is on every page: counts, chips of the most urgent alarms, and the pause of the sound."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QIcon, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from console.alarms.alarm import Alarm, Presence, Priority
from console.link.snapshot import WardSnapshot
from console.ui import icons, wording
from console.ui.alarm_list import AlarmList, alarm_list
from console.ui.flash import FlashClock
from console.ui.sound.test_light import TestLight
from console.ui.theme import GAP, MARGIN, PREFIX, RADIUS, Theme, Weight, colour, font

PAD = 12
WORD_GAP = 9
MOST_CHIPS = 12
FAR_PX, FAR_COMPACT_PX = 30, 24
"""Type of an emergency, which is to be read at 4 m on a 24-inch screen: see console.ui.wall.slot.FAR_PX."""
COUNTED = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)


class Chip(QAbstractButton):
    """One alarm that calls. A press opens its acknowledge sheet. far: an emergency is written to be read at 4 m."""

    def __init__(self, flash: FlashClock, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._flash = flash
        self.theme = theme
        self.alarm: Alarm | None = None
        self.far = True
        self._age = ""
        self._text = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_alarm(self, alarm: Alarm, now: float, zone: ZoneInfo) -> None:
        """Turn to an alarm; repaints only when its words change."""
        latched = alarm.presence is Presence.LATCHED
        text = wording.ended_texts(alarm, zone)[0] if latched else wording.alarm_text(alarm, narrow=True)
        age = "" if latched else wording.unanswered_text(alarm, now) or wording.age_text(max(0.0, now - alarm.since))
        if (alarm, text, age) == (self.alarm, self._text, self._age):
            return
        self.alarm, self._text, self._age = alarm, text, age
        where = wording.bed_words(alarm.bed) if alarm.bed else "this console"
        self.setAccessibleName(f"{wording.stage_word(alarm)}, {where}, {text}, {age}".rstrip(", "))
        self.update()

    def wanted(self) -> int:
        """Width in px that shows it whole; steady while the age counts."""
        if self.alarm is None:
            return 0
        words = (*self._words(self.alarm), re.sub(r"\d", "8", self._age))
        widths = [_width(w, face) + WORD_GAP for w, face in zip(words, self._fonts, strict=True) if w]
        return sum(widths) - WORD_GAP + 2 * PAD

    def sizeHint(self) -> QSize:
        return QSize(self.wanted(), 40)

    @property
    def _fonts(self) -> tuple[QFont, QFont, QFont, QFont]:
        small = 1 if self.theme.compact else 0
        if self.far and self.alarm is not None and self.alarm.priority is Priority.HIGH:
            face = font(FAR_COMPACT_PX if small else FAR_PX, Weight.EXTRABOLD)
            return face, face, face, font(17 - 2 * small, Weight.BOLD)
        return (
            font(20 - 2 * small, Weight.EXTRABOLD),
            font(18 - 2 * small, Weight.EXTRABOLD),
            font(17 - 2 * small, Weight.BOLD),
            font(15 - small, Weight.BOLD),
        )

    def _words(self, alarm: Alarm) -> tuple[str, str, str]:
        return PREFIX[alarm.priority], alarm.bed, self._text

    @property
    def flashes(self) -> bool:
        """Only what is there, and only medium and high priority."""
        alarm = self.alarm
        return alarm is not None and alarm.presence is Presence.ACTIVE and alarm.priority > Priority.LOW

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.alarm is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.theme.tokens.alarm(self.alarm.priority)
        latched = self.alarm.presence is Presence.LATCHED
        lit = latched or self._flash.is_bright(self.alarm.priority)
        painter.setBrush(colour(colours.fill if lit else colours.dim))
        painter.setPen(colour(colours.edge) if colours.edge else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if latched:
            painter.setBrush(QBrush(colour(colours.text, 0.25), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.setPen(colour(colours.text if lit else colours.dim_text))
        x = PAD
        for words, face in zip((*self._words(self.alarm), self._age), self._fonts, strict=True):
            painter.setFont(face)
            width = _width(words, face)
            painter.drawText(QRect(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
            x += width + (WORD_GAP if words else 0)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(colour(self.theme.tokens.interaction))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)


class Counts(QWidget):
    """`*** 1 | ** 5 | * 3 | check 1 ack` in one block."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._list: AlarmList | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_counts(self, alarms: AlarmList) -> None:
        """New numbers."""
        if self._list is not None and (alarms.counts, alarms.acknowledged) == (
            self._list.counts,
            self._list.acknowledged,
        ):
            return
        self._list = alarms
        words = ", ".join(f"{alarms.counts[p]} {p.word}" for p in COUNTED)
        self.setAccessibleName(f"Alarms: {words}, {alarms.acknowledged} acknowledged")
        self.setFixedWidth(sum(width for _, width, _ in self._cells()) + 4)
        self.update()

    def _cells(self) -> list[tuple[str, int, Priority | None]]:
        assert self._list is not None
        face = font(16 if self.theme.compact else 18, Weight.EXTRABOLD)
        cells: list[tuple[str, int, Priority | None]] = []
        for priority in COUNTED:
            text = f"{PREFIX[priority]} {self._list.counts[priority]}"
            cells.append((text, _width(text, face) + 22, priority))
        text = f"✓ {self._list.acknowledged} ack"
        cells.append((text, _width(text, font(15, Weight.SEMIBOLD)) + 22, None))
        return cells

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._list is None:
            return
        painter = QPainter(self)
        tokens = self.theme.tokens
        x = 2
        for text, width, priority in self._cells():
            inset = 6 if self.theme.compact else 8
            cell = QRect(x, inset, width, self.height() - 2 * inset)
            some = priority is not None and self._list.counts[priority] > 0
            painter.fillRect(cell, colour(tokens.alarm(priority).fill if some and priority else tokens.raised))
            if some and priority and tokens.alarm(priority).edge:
                painter.setPen(QPen(colour(tokens.alarm(priority).edge), 2))
                painter.drawRect(cell.adjusted(1, 1, -1, -1))
            painter.setPen(colour(tokens.alarm(priority).text if some and priority else tokens.text_2))
            big = font(16 if self.theme.compact else 18, Weight.EXTRABOLD)
            painter.setFont(big if priority else font(15, Weight.SEMIBOLD))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
            x += width


class AlarmBar(QWidget):
    """Signals: acknowledge(alarm id), more() when "+n" is pressed, pause() when the sound button is."""

    acknowledge = Signal(str)
    more = Signal()
    pause = Signal()

    def __init__(self, flash: FlashClock, theme: Theme) -> None:
        super().__init__()
        self._flash = flash
        self.theme = theme
        self._alarms: AlarmList | None = None
        self._now = 0.0
        self.counts = Counts(theme, self)
        self.chips: list[Chip] = []
        self._chip_area = QWidget(self)
        self._zone = ZoneInfo("UTC")
        self.test_light = TestLight(flash, theme)
        self.more_button = QPushButton(self._chip_area)
        self.more_button.clicked.connect(self.more)
        self.pause_button = QPushButton(self)
        self.pause_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.pause_button.clicked.connect(self.pause)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.setSpacing(GAP)
        row.addWidget(self.counts)
        row.addWidget(self._chip_area, 1)
        row.addWidget(self.test_light)
        row.addWidget(self.pause_button)
        flash.changed.connect(self._repaint)
        self.set_theme(theme)
        self.show_pause(0.0)

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Bring counts and chips up to date."""
        self._alarms, self._now = alarm_list(snapshot), now
        self._zone = ZoneInfo(snapshot.timezone)
        self.counts.show_counts(self._alarms)
        self._arrange()

    def show_pause(self, left_s: float, off: bool = False) -> None:
        """The pause button, with the countdown while a pause or AUDIO OFF runs; a press ends either."""
        if left_s > 0:
            left = int(left_s + 0.999)
            text = f"{'Sound OFF' if off else 'Sound paused'} {left // 60}:{left % 60:02d}"
        else:
            text = "Pause sound 2 min" + ("" if self.theme.compact else "   Space")
        if text != self.pause_button.text() or self.pause_button.icon().isNull():
            self.pause_button.setText(text)
            self.pause_button.setAccessibleName(text)
            self.pause_button.setIcon(icons.bell(colour(self.theme.tokens.text), crossed=left_s > 0, dashed=not off))

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        self.setFixedHeight(theme.alarm_bar)
        self.counts.theme = self.test_light.theme = theme
        for chip in self.chips:
            chip.theme = theme
        for pressed in (self.more_button, self.pause_button):
            pressed.setStyleSheet("min-height: 0; padding: 2px 12px;")
        self.pause_button.setFixedHeight(theme.alarm_bar - 2 * self._inset)
        self.pause_button.setIcon(QIcon())
        self.pause_button.setText("")
        self._arrange()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Chips are drawn whole or counted in "+n", never cut."""
        if self._alarms is None:
            self.more_button.hide()
            return
        top, high = self._inset, self.height() - 2 * self._inset
        widths = self._show_chips(far=True)
        if not self._fitting(widths):
            widths = self._show_chips(far=False)  # a whole chip comes before a large one
        shown = self._fitting(widths)
        left = 0
        for chip, width in zip(self.chips[:shown], widths, strict=False):
            chip.setGeometry(left, top, width, high)
            chip.show()
            left += width + GAP
        for chip in self.chips[shown:]:
            chip.hide()
        rest = len(self._alarms.chips) - shown
        self.more_button.setVisible(rest > 0)
        self.more_button.setText(f"+{rest} more")
        self.more_button.setGeometry(left, top, self._more_width, high)

    def _show_chips(self, far: bool) -> list[int]:
        """Turn the chips to their alarms; how wide each wants to be. far: the first is written to be read at 4 m; the
        others leave room for a lesser priority beside it."""
        assert self._alarms is not None
        widths = []
        for index, alarm in enumerate(self._alarms.chips[:MOST_CHIPS]):
            chip = self._chip(index)
            chip.far = far and index == 0
            chip.show_alarm(alarm, self._now, self._zone)
            widths.append(chip.wanted())
        return widths

    @property
    def _inset(self) -> int:
        """Space above and below what stands in the bar."""
        return 6 if self.theme.compact else 8

    @property
    def _more_width(self) -> int:
        return _width("+88 more", font(15, Weight.SEMIBOLD)) + 32

    def _fitting(self, widths: list[int]) -> int:
        """How many chips fit whole, with room for "+n more" when not all of them do."""
        assert self._alarms is not None
        room = self._chip_area.width()
        if len(widths) == len(self._alarms.chips) and sum(widths) + GAP * (len(widths) - 1) <= room:
            return len(widths)
        left, shown = 0, 0
        for width in widths:
            if left + width + GAP + self._more_width > room:
                break
            left += width + GAP
            shown += 1
        return shown

    def _chip(self, index: int) -> Chip:
        while len(self.chips) <= index:
            chip = Chip(self._flash, self.theme, self._chip_area)
            chip.clicked.connect(self._pressed)
            self.chips.append(chip)
        return self.chips[index]

    def _pressed(self) -> None:
        chip = self.sender()
        if isinstance(chip, Chip) and chip.alarm is not None:
            self.acknowledge.emit(chip.alarm.id)

    def _repaint(self) -> None:
        for chip in self.chips:
            if chip.isVisible() and chip.flashes:
                chip.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self.theme.tokens.bg))


def _width(text: str, face: QFont) -> int:
    return QFontMetrics(face).horizontalAdvance(text)
