"""Paints the alarm slot of a tile, and of a small tile its head, which is the slot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.alarms.alarm import Priority
from console.link.snapshot import BedState, PumpState
from console.ui.theme import PREFIX, Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.geometry import Geometry, Size
from console.ui.wall.view import Look, SlotView, TileView

ACK = "Ack"
LEFT_SHARE = 0.58
"""Of two alarms the more urgent stands left and wider."""


@dataclass(frozen=True, slots=True)
class Shades:
    """Colours of one slot now. edge "": none. stripe: of the hatch over what has ended."""

    fill: QColor
    text: QColor
    edge: QColor | None
    outlined: bool = False
    stripe: str = ""


def shades(slot: SlotView, theme: Theme, bright: bool) -> Shades:
    """How an alarm is coloured: bright or dim while it calls, outlined when answered, hatched when it ended unseen."""
    a = theme.tokens.alarm(slot.priority)
    edge = colour(a.edge) if a.edge else None
    if slot.look is Look.ANSWERED:
        return Shades(_pale(a.fill, theme.tokens.panel), colour(a.outline), colour(a.fill), True)
    if slot.look is Look.ENDED:
        return Shades(colour(a.fill), colour(a.text), edge, stripe=a.text)
    if slot.flashes and not bright:
        return Shades(colour(a.dim), colour(a.dim_text), edge)
    return Shades(colour(a.fill), colour(a.text), edge)


@lru_cache(maxsize=16)
def _pale(fill: str, ground: str) -> QColor:
    """A trace of the alarm's colour on the ground."""
    a, b = QColor(fill), QColor(ground)
    part = 0.07 if b.lightness() < 128 else 0.16
    return QColor(*(round(x * part + y * (1 - part)) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True)))


def slot_boxes(g: Geometry, view: TileView) -> list[QRect]:
    """Where each alarm of the slot lies: the whole box is the target of its acknowledgement."""
    box = g.slot
    if len(view.slots) < 2:
        return [box] * len(view.slots)
    more = _more_width(g, view)
    left = _bed_width(g, view) if g.slot_is_header else 0
    share = left + round((box.width() - more - left) * LEFT_SHARE)
    return [
        QRect(box.x(), box.y(), share, box.height()),
        QRect(box.x() + share, box.y(), box.width() - share - more, box.height()),
    ]


def _more_width(g: Geometry, view: TileView) -> int:
    return round(ink.width(f"+{view.more}", g.px(15, 13), Weight.EXTRABOLD)) + 14 if view.more else 0


def _bed_width(g: Geometry, view: TileView) -> int:
    return round(ink.width(view.bed, g.px(g.metrics.bed, 14), Weight.EXTRABOLD)) + 7


def paint_slot(painter: QPainter, g: Geometry, view: TileView, theme: Theme, phases: dict[Priority, bool]) -> None:
    """The slot with its alarms, or its quiet line."""
    if not view.slots:
        _paint_quiet(painter, g, view, theme)
        return
    for index, (slot, box) in enumerate(zip(view.slots, slot_boxes(g, view), strict=True)):
        tint = shades(slot, theme, phases.get(slot.priority, True))
        _ground(painter, box, tint)
        left = float(box.left() + (6 if g.slot_is_header else 9 if g.size is not Size.COMPACT else 8))
        if g.slot_is_header and index == 0:
            px = g.px(g.metrics.bed, 14)
            left = ink.write(painter, left, _middle(box), view.bed, px, Weight.EXTRABOLD, tint.text) + 7
        _paint_alarm(painter, g, view, slot, box, left, tint)
    if view.more:
        _paint_more(painter, g, view, theme)


def _middle(box: QRect) -> float:
    return box.center().y() + 0.5


def _ground(painter: QPainter, box: QRect, tint: Shades) -> None:
    painter.fillRect(box, tint.fill)
    if tint.stripe:
        painter.fillRect(box, ink.hatch(tint.stripe, 0.28, 18, 4))
    if tint.edge is not None:
        ink.frame(painter, box, 2, tint.edge)


def _paint_alarm(
    painter: QPainter, g: Geometry, view: TileView, slot: SlotView, box: QRect, left: float, tint: Shades
) -> None:
    m, split = g.metrics, len(view.slots) > 1
    middle, right = _middle(box), box.right() - 6.0
    stars = PREFIX[slot.priority]
    star = g.px(m.star, 22) * (0.9 if split and g.slot_is_header else 1)
    # An asterisk hangs from the cap line: it is lowered to stand in the middle.
    left = ink.write(painter, left, middle + star * 0.17, stars, star, Weight.EXTRABOLD, tint.text) + 7 * g.text
    if slot.look is not Look.ANSWERED and m.button:
        right = _paint_button(painter, g, box, right) - 7
    px = max(15.0, m.alarm * g.text * (0.95 if split else 1.0))
    if g.slot_is_header:
        px = max(14.0, m.alarm * g.text)
    room = right - left
    if slot.held:
        room -= _held_width(g)
    text, aside = _words(g, slot, room, px, split)
    if text:
        if tint.stripe:
            _backed(painter, left, middle, text, px, tint)
        left = ink.write(painter, left, middle, text, px, Weight.EXTRABOLD, tint.text)
    if slot.held:
        _paint_held(painter, g, left + 6, middle, tint)
    if aside:
        _paint_aside(painter, g, slot, aside, right, middle, tint)


def _words(g: Geometry, slot: SlotView, room: float, px: float, split: bool) -> tuple[str, str]:
    """The longest text that leaves room for the longest possible aside; the aside goes before the last words do."""
    small = g.slot_is_header
    texts = slot.texts[1:] if small and len(slot.texts) > 2 else slot.texts
    if small and slot.texts and len(slot.texts) > 2:
        texts = slot.texts[2:] if slot.look is not Look.ENDED else slot.texts[-1:]
    asides = () if small and split else (slot.short,) if small else slot.asides
    tick = px * 1.2 if slot.look is Look.ANSWERED else 0.0
    least = texts[:-1] if len(texts) > 1 and slot.look is not Look.ENDED else texts
    for text in least:
        for aside in asides:
            if ink.width(text, px, Weight.EXTRABOLD) + 12 + tick + _aside_width(g, aside) <= room:
                return text, aside
    if not asides and small and slot.look is Look.ANSWERED:
        tick = 0.0
    if (text := ink.fit(texts, room, px, Weight.EXTRABOLD)) is not None and (text != texts[-1] or len(texts) == 1):
        return text, ""
    for aside in asides:
        if ink.width(texts[-1], px, Weight.EXTRABOLD) + 12 + tick + _aside_width(g, aside) <= room:
            return texts[-1], aside
    return text if text is not None else ink.elide(texts[-1], room, px, Weight.EXTRABOLD), ""


def _aside_width(g: Geometry, aside: str) -> float:
    return ink.width(aside, g.px(g.metrics.aside, 12), Weight.BOLD)


def _paint_aside(
    painter: QPainter, g: Geometry, slot: SlotView, aside: str, right: float, middle: float, tint: Shades
) -> None:
    px = g.px(g.metrics.aside, 12)
    x = right - _aside_width(g, aside)
    if tint.stripe:
        _backed(painter, x, middle, aside, px, tint, Weight.BOLD)
    ink.write(painter, x, middle, aside, px, Weight.BOLD, tint.text)
    if slot.look is Look.ANSWERED:
        ink.check(painter, x - px * 1.2, middle, px * 1.1, tint.text)


def _backed(
    painter: QPainter, x: float, middle: float, text: str, px: float, tint: Shades, weight: Weight = Weight.EXTRABOLD
) -> None:
    """Clears the hatch behind words."""
    wide = ink.width(text, px, weight)
    painter.fillRect(QRectF(x - 4, middle - px * 0.72, wide + 8, px * 1.44), tint.fill)


def _paint_button(painter: QPainter, g: Geometry, box: QRect, right: float) -> float:
    px, wide = g.px(14, 13), ink.width(ACK, g.px(14, 13), Weight.BOLD)
    high = min(g.metrics.button - 4, box.height() - 8)
    button = QRectF(right - wide - 20 * g.text, box.center().y() + 0.5 - high / 2, wide + 20 * g.text, high)
    ink.pill(painter, button, colour("#0A0E13"))
    ink.write(painter, button.center().x() - wide / 2, _middle(box), ACK, px, Weight.BOLD, colour("#FFFFFF"))
    return button.left()


def _held_width(g: Geometry) -> float:
    return ink.width("held", g.px(13, 11), Weight.BOLD) + 16


def _paint_held(painter: QPainter, g: Geometry, x: float, middle: float, tint: Shades) -> None:
    """The pattern waits for fresh values and cannot step down before."""
    px = g.px(13, 11)
    box = QRectF(x, middle - px * 0.8, _held_width(g) - 6, px * 1.6)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tint.text, 1.4))
    painter.drawRoundedRect(box, 3, 3)
    painter.restore()
    ink.write(painter, box.left() + 5, middle, "held", px, Weight.BOLD, tint.text)


def _paint_more(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    wide, t = _more_width(g, view), theme.tokens
    box = QRect(g.slot.right() - wide + 1, g.slot.y(), wide, g.slot.height())
    painter.fillRect(box, colour(t.raised))
    px = g.px(15, 13)
    ink.write(painter, box.left() + 6, _middle(box), f"+{view.more}", px, Weight.EXTRABOLD, colour(t.text))


def _paint_quiet(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    t = theme.tokens
    standby = view.state is BedState.STANDBY
    if standby:
        painter.fillRect(g.slot, colour(t.raised))
    if g.slot_is_header:
        _paint_small_head(painter, g, view, theme)
        return
    box, middle = g.slot, _middle(g.slot)
    painter.setPen(colour(t.line, 0.8))
    painter.drawLine(QPointF(1, box.top()), QPointF(box.right() - 1, box.top()))
    painter.drawLine(QPointF(1, box.bottom()), QPointF(box.right() - 1, box.bottom()))
    if view.state is BedState.EMPTY:
        return
    left = 10.0
    if standby:
        left = ink.write(painter, left, middle, "STANDBY", g.px(16, 14), Weight.BOLD, colour(t.text)) + 10
    px, weight = g.px(14, 12.5), Weight.BOLD if view.alert else Weight.MEDIUM
    text = ink.elide(view.quiet, box.width() - left - 10, px, weight)
    ink.write(
        painter, left, middle, text, px, weight, colour(t.text if view.alert else t.text_2 if standby else t.muted)
    )


def _paint_small_head(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    t, middle = theme.tokens, _middle(g.slot)
    empty, standby = view.state is BedState.EMPTY, view.state is BedState.STANDBY
    strong = colour(t.muted if empty else t.text_2 if standby else t.text)
    px = g.px(g.metrics.bed, 14)
    left = ink.write(painter, 7, middle, view.bed, px, Weight.EXTRABOLD, strong) + 8
    right = g.width - 8.0
    if view.pump is not None and not standby:
        right = _paint_small_pump(painter, g, view, theme, middle, right)
    if view.demo:
        px = g.px(12, 10.5)
        wide = ink.width("DEMO", px, Weight.EXTRABOLD) + 12
        ink.pill(painter, QRectF(left, middle - px * 0.8, wide, px * 1.6), colour(t.interaction), 3)
        ink.write(painter, left + 6, middle, "DEMO", px, Weight.EXTRABOLD, colour(t.bg))
        left += wide + 6
    if standby:
        ink.write(painter, left, middle, "STANDBY", g.px(16, 13), Weight.EXTRABOLD, colour(t.text))
        return
    text, alert = view.quiet_short or ("Not admitted" if view.tag else view.name), view.alert
    px, weight = (g.px(14, 12), Weight.BOLD) if alert else (g.px(g.metrics.name, 11.5), Weight.MEDIUM)
    text = ink.elide(text, right - left, px, weight)
    ink.write(painter, left, middle, text, px, weight, colour(t.text if alert else t.muted))


def _paint_small_pump(
    painter: QPainter, g: Geometry, view: TileView, theme: Theme, middle: float, right: float
) -> float:
    assert view.pump is not None
    state, _, since = view.pump
    tint = colour(theme.tokens.text if state in (PumpState.STOPPED, PumpState.UNDER_DELIVERY) else theme.tokens.text_2)
    if since and state is not PumpState.RUNNING and g.size is Size.SMALL:
        px = g.px(13, 11)
        wide = ink.width(since, px, Weight.BOLD)
        ink.write(painter, right - wide, middle, since, px, Weight.BOLD, tint)
        right -= wide + 4
    size = 15 * max(0.85, g.text)
    ink.pump_glyph(painter, right - size, middle, size, state, tint)
    return right - size - 6
