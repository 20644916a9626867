"""The head of the bed page: who lies here, what the pump does, what can be done; and the alarm slot under it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.alarms.alarm import Alarm, Presence
from console.link.snapshot import BedSnapshot, BedState
from console.ui import account_words, wording
from console.ui.elided import ElidedLabel
from console.ui.flash import bright
from console.ui.patient_words import shown_name
from console.ui.pump_card_words import head_line
from console.ui.theme import MARGIN, PREFIX, RADIUS, Theme, Weight, colour, font
from console.ward.pump import PumpState

GLYPH = {
    PumpState.RUNNING: "✓",
    PumpState.STOPPED: "✕",
    PumpState.UNDER_DELIVERY: "!",
    PumpState.NOT_CONFIRMED: "–",
}


PUMP_WORDS = {
    PumpState.RUNNING: "Pump running",
    PumpState.STOPPED: "Pump stopped",
    PumpState.UNDER_DELIVERY: "Under-delivery",
    PumpState.NOT_CONFIRMED: "Pump not confirmed",
}


class BedHead(QWidget):
    """Signals: step(-1 or 1) to the next bed, observation(), pump_event(), pump_card(), limits(), admit(),
    discharge()."""

    step = Signal(int)
    observation = Signal()
    pump_event = Signal()
    pump_card = Signal()
    limits = Signal()
    admit = Signal()
    discharge = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._initials = theme.initials
        self.setFixedHeight(58)
        self._bed, self._who, self._facts = _label(), _label(), _label()
        self._glyph, self._pump, self._detail = _label(), ElidedLabel(), ElidedLabel()
        self._glyph.setFixedSize(26, 26)
        self._glyph.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._buttons = {
            "observation": QPushButton("Observation   O"),
            "pump_event": QPushButton("Pump event   P"),
            "limits": QPushButton("Limits"),
            "discharge": QPushButton("Discharge"),
            "admit": QPushButton("Admit patient"),
        }
        for name, button in self._buttons.items():
            button.clicked.connect(getattr(self, name))
            # A click leaves the keys to the page: Space after Discharge must pause the sound, not confirm.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        back, forth = QPushButton("‹"), QPushButton("›")
        back.setAccessibleName("Bed before")
        forth.setAccessibleName("Next bed")
        for button in (back, forth):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        back.clicked.connect(lambda: self.step.emit(-1))
        forth.clicked.connect(lambda: self.step.emit(1))
        self.strip = PumpStrip()
        self.strip.clicked.connect(self.pump_card)
        pump = QVBoxLayout()
        pump.setSpacing(0)
        for line in (self._pump, self._detail):
            # The pump's words take what width there is; otherwise the buttons would grow into it.
            line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            pump.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, 4, MARGIN, 4)
        row.setSpacing(12)
        for widget in (back, self._bed, self._who, self._facts, forth):
            row.addWidget(widget)
        row.addSpacing(12)
        inside = QHBoxLayout(self.strip)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addWidget(self._glyph)
        inside.addLayout(pump, 1)
        row.addWidget(self.strip, 1)
        for button in self._buttons.values():
            row.addWidget(button)
        self.set_theme(theme)

    def show_bed(self, bed: BedSnapshot, zone: ZoneInfo, now: float) -> None:
        """Bring it up to date."""
        patient, pump = bed.patient, bed.pump
        self._bed.setText(bed.bed)
        nobody = "Not admitted" if bed.readings else "Empty bed"
        self._who.setText(shown_name(patient.name, self._initials) if patient else nobody)
        facts = []
        if patient is not None:
            facts = [patient.sex, f"{patient.age} y" if patient.age else "", _weight(patient.weight_kg)]
        self._facts.setText(" · ".join(f for f in facts if f))
        self._glyph.setVisible(pump is not None)
        self._pump.setText(_pump_line(bed, zone, now))
        self.strip.setEnabled(patient is not None)
        card = head_line(bed.pump_card, bed.reservoir, zone, datetime.fromtimestamp(now, UTC))
        card = card or ("No pump card: press here or K" if patient is not None else "")
        self._detail.setText(" · ".join(words for words in (card, pump.detail if pump else "") if words))
        if pump is not None:
            self._glyph.setText(GLYPH[pump.state])
        admitted = patient is not None
        own = bed.limits is not None and bool(bed.limits.own)
        self._buttons["limits"].setText("● Limits" if own else "Limits")
        self._buttons["limits"].setAccessibleName("Limits, changed for this patient" if own else "Limits")
        for name in ("observation", "pump_event", "limits", "discharge"):
            self._buttons[name].setVisible(admitted)
        self._buttons["admit"].setVisible(not admitted and bed.state is not BedState.STANDBY)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        t = theme.tokens
        self._initials = theme.initials
        self._bed.setStyleSheet("font-size: 32px; font-weight: 800;")
        self._who.setStyleSheet("font-size: 20px; font-weight: 700;")
        self._facts.setStyleSheet(f"color: {t.text_2};")
        self._pump.setStyleSheet("font-size: 16px; font-weight: 700;")
        self._detail.setStyleSheet(f"font-size: 13px; color: {t.text_2};")
        self._glyph.setStyleSheet(
            f"border: 2px solid {t.text}; border-radius: 13px; font-weight: 800; font-size: 15px;"
        )


class PumpStrip(QWidget):
    """The pump context; pressing it asks for the pump card: clicked()."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Pump card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # else its release is never told

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class AlarmSlot(QWidget):
    """The most urgent alarm of the bed, with its Acknowledge; the others as "+n". acknowledge(alarm id)."""

    acknowledge = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setFixedHeight(50)
        self._alarms: tuple[Alarm, ...] = ()
        self._zone = ZoneInfo("UTC")
        self._now = 0.0
        self._quiet = ""
        self.button = QPushButton("Acknowledge   A", self)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.press)

    @property
    def first(self) -> Alarm | None:
        """The alarm shown."""
        return self._alarms[0] if self._alarms else None

    def press(self) -> None:
        """Ask for the acknowledge sheet of the alarm shown."""
        if self.first is not None and self.first.acknowledged is None:
            self.acknowledge.emit(self.first.id)

    def show_bed(self, bed: BedSnapshot, zone: ZoneInfo, now: float) -> None:
        """Bring it up to date; called often enough to flash."""
        self._alarms = tuple(a for a in bed.alarms if not wording.is_member(a))
        self._zone, self._now = zone, now
        last = f"last: {bed.last_alarm}" if bed.last_alarm else "none in the last 24 h"
        self._quiet = "Alarms off: standby" if bed.state is BedState.STANDBY else f"No active alarm · {last}"
        self.button.setVisible(self.first is not None and self.first.acknowledged is None)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """The look has changed: the button is dark on every alarm colour, in both looks."""
        self.theme = theme
        t = theme.tokens
        self.button.setStyleSheet(
            f"QPushButton {{ background: {t.button_dark}; color: #FFFFFF; border: 1px solid {t.button_dark};"
            f" font-size: 16px; font-weight: 700; }} QPushButton:focus {{ border: 2px solid {t.interaction}; }}"
        )
        self.update()

    def resizeEvent(self, event: object) -> None:
        self.button.setGeometry(self.width() - 186, 7, 174, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = self.theme.tokens
        alarm = self.first
        if alarm is None:
            painter.fillRect(self.rect(), colour(t.panel))
            painter.setPen(colour(t.text_2))
            painter.setFont(font(16, Weight.SEMIBOLD))
            painter.drawText(self.rect().adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._quiet)
            return
        words = self._ground(painter, alarm)
        painter.setPen(colour(words))
        x = 16
        title = (
            wording.ended_texts(alarm, self._zone)[0]
            if alarm.presence is Presence.LATCHED
            else wording.alarm_text(alarm)
        )
        parts = ((PREFIX[alarm.priority], 34.0, Weight.EXTRABOLD), (title, 24.0, Weight.EXTRABOLD))
        for text, size, weight in parts:
            painter.setFont(font(size, weight))
            painter.drawText(QRect(x, 0, 1200, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += QFontMetrics(painter.font()).horizontalAdvance(text) + 16
        painter.setFont(font(15, Weight.SEMIBOLD))
        right = self._right(alarm)
        edge = self.width() - (200 if alarm.acknowledged is None else 16)
        room = QRect(edge - 420, 0, 420, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)
        left_over = edge - x - QFontMetrics(painter.font()).horizontalAdvance(right) - 24
        told = QFontMetrics(painter.font()).elidedText(alarm.condition.detail, Qt.TextElideMode.ElideRight, left_over)
        painter.drawText(QRect(x, 0, max(0, left_over), self.height()), Qt.AlignmentFlag.AlignVCenter, told)

    def _ground(self, painter: QPainter, alarm: Alarm) -> str:
        """Paint the ground of the slot; the colour of the words on it."""
        t = self.theme.tokens
        colours = t.alarm(alarm.priority)
        if alarm.acknowledged is not None:
            painter.setBrush(colour(t.panel))
            painter.setPen(QPen(colour(colours.outline), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), RADIUS, RADIUS)
            return colours.outline
        latched = alarm.presence is Presence.LATCHED
        lit = latched or bright(alarm.priority, round(time.monotonic() * 1000))
        painter.fillRect(self.rect(), colour(colours.fill if lit else colours.dim))
        if latched:
            painter.fillRect(self.rect(), QBrush(colour(colours.text, 0.25), Qt.BrushStyle.BDiagPattern))
        return colours.text if lit else colours.dim_text

    def _right(self, alarm: Alarm) -> str:
        more = f" · +{len(self._alarms) - 1} more" if len(self._alarms) > 1 else ""
        if alarm.acknowledged is not None:
            at = wording.clock_text(alarm.acknowledged.at, self._zone)
            return f"✓ acknowledged {at} by {alarm.acknowledged.by}{more}"
        words = account_words.held_words(alarm.condition, self._zone)
        held = f" · {words}" if words else ""
        since = wording.clock_text(alarm.stepped_at, self._zone, seconds=True)
        age = wording.unanswered_text(alarm, self._now) or wording.age_text(self._now - alarm.since)
        return f"since {since} · {age}{held}{more}"


def _pump_line(bed: BedSnapshot, zone: ZoneInfo, now: float) -> str:
    if bed.pump is None:
        return ""
    state, text = PUMP_WORDS[bed.pump.state], bed.pump.text
    what = state if text.lower() in state.lower() else f"{state} – {text[0].lower() + text[1:]}"
    if bed.pump.since is None:
        return what
    ago = wording.old_text(now - bed.pump.since.timestamp())
    return f"{what} {ago} ago, {bed.pump.since.astimezone(zone):%d %b %H:%M}"


def _weight(kg: float | None) -> str:
    return "" if kg is None else f"{kg:g} kg"


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
