"""One bed on the wall: a single painted widget. It is told what to show and asks for nothing."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from console.alarms.alarm import Priority
from console.link.snapshot import BedState
from console.ui.theme import RADIUS, Mode, Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.age import paint_age, paint_badge
from console.ui.wall.charts import Charts, paint_charts
from console.ui.wall.geometry import Geometry, Size, geometry
from console.ui.wall.header import admit_box, paint_header
from console.ui.wall.slot import paint_slot, shades, slot_boxes
from console.ui.wall.trend import paint_trend
from console.ui.wall.values import paint_labels, paint_numbers
from console.ui.wall.view import Action, Look, TileView

RIM = 2
"""Width in px of the rim about an emergency that nobody has answered; 1 where its frame is thin."""


class Tile(QWidget):
    """Signals: selected(bed), opened(bed), acknowledge(alarm id), admit(bed), resume(bed)."""

    selected = Signal(str)
    opened = Signal(str)
    acknowledge = Signal(str)
    admit = Signal(str)
    resume = Signal(str)
    pump = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.view: TileView | None = None
        self.phases: dict[Priority, bool] = {}
        self.charts: Charts | None = None
        self._size = Size.MINI
        self._minutes = 0.0
        self._geometry = geometry(Size.MINI, 166, 74)
        self._pressed: str | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._ground = QPixmap()
        self._ground_key: tuple[object, ...] = ()
        self.painted = 0

    # --- what it shows -------------------------------------------------------------------------------------------

    def show_view(self, view: TileView, minutes: float) -> bool:
        """Show a bed; minutes: age of its trend in whole minutes. True when something has changed on screen."""
        if view == self.view and minutes == self._minutes:
            return False
        if self.view is None or view.spoken != self.view.spoken:
            self.setAccessibleName(view.spoken)
        self.view, self._minutes = view, minutes
        self.update()
        return True

    def set_charts(self, charts: Charts | None) -> None:
        """New charts of four hours."""
        if charts is not self.charts:
            self.charts = charts
            self.update()

    def place(self, box: QRect, size: Size) -> None:
        """Stand at this place in this size class."""
        self._size = size
        self.setGeometry(box)
        self._measure()

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        self.update()

    def flash(self, phases: dict[Priority, bool]) -> None:
        """The phase of the flash has changed: only slot and frame are painted anew."""
        before, self.phases = self.phases, phases
        if self.view is None:
            return
        flashing = {s.priority for s in self.view.slots if s.flashes}
        if any(before.get(p, True) != phases.get(p, True) for p in flashing):
            self.update(self._signal_region())

    @property
    def parts(self) -> Geometry:
        """Where its parts lie."""
        return self._geometry

    def _measure(self) -> None:
        self._geometry = geometry(self._size, self.width(), self.height())
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._measure()

    # --- painting ------------------------------------------------------------------------------------------------

    def _signal_region(self) -> QRegion:
        thick = self._geometry.metrics.frames[2] + 1
        inner = self.rect().adjusted(thick, thick, -thick, -thick)
        return QRegion(self.rect()).subtracted(QRegion(inner)).united(QRegion(self._geometry.slot))

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        painter = QPainter(self)
        g, view, theme = self._geometry, self.view, self.theme
        if view is None:
            painter.fillRect(self.rect(), colour(theme.tokens.bg))
            painter.end()
            return
        key = (view.ground, self._minutes, g, theme, self.charts, self.devicePixelRatioF())
        if key != self._ground_key:
            self._ground_key = key
            self._ground = self._new_ground(view)
        painter.drawPixmap(0, 0, self._ground)
        if event.region().intersects(QRect(6, g.slot.bottom() + 1, g.width - 12, g.height - g.slot.bottom() - 7)):
            paint_numbers(painter, g, view, theme)
            paint_age(painter, g, view, theme)
            paint_badge(painter, g, view, theme)
        if view.slots:
            paint_slot(painter, g, view, theme, self.phases)
            self._paint_frame(painter, view)
        painter.end()

    def _new_ground(self, view: TileView) -> QPixmap:
        """The picture of everything that does not change with each value."""
        g, theme, ratio = self._geometry, self.theme, self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(pixmap)
        self._paint_ground(painter, view)
        paint_labels(painter, g, view, theme)
        paint_trend(painter, g, view, theme, self._minutes)
        if g.size is Size.CHARTS and view.cells:
            paint_charts(painter, g, view, self.charts, theme)
        self._paint_middle(painter, view)
        if not g.slot_is_header:
            paint_header(painter, g, view, theme)
        if not view.slots:
            paint_slot(painter, g, view, theme, self.phases)
        painter.end()
        return pixmap

    def _paint_ground(self, painter: QPainter, view: TileView) -> None:
        t = self.theme.tokens
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        empty, standby = view.state is BedState.EMPTY, view.state is BedState.STANDBY
        painter.fillRect(self.rect(), colour(t.bg))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colour(t.line), 1)
        if empty:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(colour(t.sunk if empty or standby else t.panel))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if view.demo:
            alpha = 0.055 if self.theme.mode is Mode.DARK else 0.07
            step = 44 if self._geometry.metrics.slot else 32
            painter.fillRect(self.rect().adjusted(1, 1, -1, -1), ink.hatch(t.interaction, alpha, step, step // 2 - 6))

    def _paint_frame(self, painter: QPainter, view: TileView) -> None:
        slot = view.frame
        if slot is None:
            return
        low, medium, high = self._geometry.metrics.frames
        thick = {Priority.LOW: low, Priority.MEDIUM: medium, Priority.HIGH: high}[slot.priority]
        tint = shades(slot, self.theme, self.phases.get(slot.priority, True))
        if slot.look is Look.ANSWERED:
            assert tint.edge is not None
            ink.frame(painter, self.rect(), 2 if self._geometry.slot_is_header else 1, tint.edge)
            return
        ink.frame(painter, self.rect(), thick, tint.fill)
        if slot.priority is Priority.HIGH:
            # Red is dark to eyes without red or green cones, yellow is not: a steady rim without hue, which no other
            # priority has, lets an emergency stand out by lightness alone.
            ink.frame(painter, self.rect(), RIM if thick > 2 * RIM else 1, colour(self.theme.tokens.text))
        if tint.edge is not None:
            below = QRect(0, self._geometry.slot.bottom(), self.width(), self.height() - self._geometry.slot.bottom())
            painter.setPen(QPen(tint.edge, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(below.adjusted(thick, 0, -thick - 1, -thick - 1))
            if not self._geometry.slot_is_header:
                painter.drawRect(
                    QRect(thick, thick, self.width() - 2 * thick - 1, self._geometry.header.height() - thick)
                )

    def _paint_middle(self, painter: QPainter, view: TileView) -> None:
        """The text and button in the middle of an empty bed or one on standby."""
        text, button = self._middle_texts(view)
        if not text:
            return
        t, g = self.theme.tokens, self._geometry
        box = self._middle_box()
        if g.slot_is_header:
            self._paint_small_middle(painter, view)
            return
        px = g.px(15, 13)
        wide = ink.width(text, px, Weight.MEDIUM)
        tint = colour(t.muted if view.state is BedState.EMPTY else t.text_2)
        above = box.center().y() - 24 * g.text if button else float(box.center().y())
        shown = ink.elide(text, g.width - 20, px, Weight.MEDIUM)
        ink.write(painter, max(10.0, (g.width - wide) / 2), above, shown, px, Weight.MEDIUM, tint)
        if button:
            place = self.button_box()
            ink.pill(painter, QRectF(place), colour(t.raised), 5, colour(t.line_strong))
            wide = ink.width(button, px, Weight.SEMIBOLD)
            ink.write(
                painter,
                place.center().x() - wide / 2,
                place.center().y() + 0.5,
                button,
                px,
                Weight.SEMIBOLD,
                colour(t.text),
            )

    def _paint_small_middle(self, painter: QPainter, view: TileView) -> None:
        if view.state is not BedState.STANDBY:
            return
        g, place = self._geometry, view.standby[0]
        px, box = max(11.5, 14 * g.text), self._middle_box()
        if ink.width(place, px, Weight.MEDIUM) > g.width - 16:
            place = place.partition(" since ")[0]
        lines = (place[:1].upper() + place[1:], view.standby[1].capitalize())
        for index, line in enumerate(lines):
            text = ink.elide(line, g.width - 16, px, Weight.MEDIUM)
            y = box.center().y() + (index - 0.5) * px * 1.35
            ink.write(painter, 8, y, text, px, Weight.MEDIUM, colour(self.theme.tokens.text_2))

    def _middle_texts(self, view: TileView) -> tuple[str, str]:
        if view.state is BedState.EMPTY:
            return view.quiet[0], Action.ADMIT.value
        if view.state is BedState.STANDBY:
            return "Resume when the patient is back.", Action.RESUME.value
        return "", ""

    def _middle_box(self) -> QRect:
        top = self._geometry.slot.bottom() + 1
        return QRect(0, top, self.width(), self.height() - top)

    def button_box(self) -> QRect:
        """The button of an empty bed, of one on standby, or of one without a patient; null where there is none."""
        view, g = self.view, self._geometry
        if view is None or view.action is Action.NONE or g.slot_is_header:
            return QRect()
        if view.state not in (BedState.EMPTY, BedState.STANDBY):
            return admit_box(g, view)
        wide = round(ink.width(view.action.value, g.px(15, 13), Weight.SEMIBOLD)) + 34
        high = round(max(32.0, 40 * g.text))
        box = self._middle_box()
        return QRect((self.width() - wide) // 2, box.center().y() + round(2 * g.text) - 2, wide, high)

    # --- pointer -------------------------------------------------------------------------------------------------

    def target_at(self, at: QPoint) -> str:
        """What a press there means: "ack:<alarm id>", "admit", "resume", "pump", "more" or ""."""
        view, g = self.view, self._geometry
        if view is None:
            return ""
        if self.button_box().contains(at):
            return "resume" if view.action is Action.RESUME else "admit"
        for slot, box in zip(view.slots, slot_boxes(g, view), strict=True):
            if box.contains(at):
                return "" if slot.look is Look.ANSWERED else f"ack:{slot.alarm_id}"
        # After the slots: on the small tiles of a large ward they lie in the head.
        if view.pump is not None and g.header.contains(at) and at.x() > g.width / 2:
            return "pump"
        return "more" if (view.more or view.asked) and g.slot.contains(at) else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self.view is None:
            return
        self._pressed = self.target_at(event.position().toPoint())
        self.selected.emit(self.view.bed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if not pressed or self.view is None or pressed != self.target_at(event.position().toPoint()):
            return
        if pressed.startswith("ack:"):
            self.acknowledge.emit(pressed.removeprefix("ack:"))
        else:
            told = {"more": self.opened, "pump": self.pump, "resume": self.resume, "admit": self.admit}
            told[pressed].emit(self.view.bed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.view is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._pressed = self.target_at(event.position().toPoint())
        if not self._pressed:
            self.opened.emit(self.view.bed)
