"""Paints the alarm slot of a tile, and of a small tile its head, which is the slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from console.alarms.alarm import Priority
from console.link.snapshot import BedState
from console.ui.theme import PREFIX, Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.geometry import Geometry, Size
from console.ui.wall.view import Look, SlotView, TileView
from console.ward.pump import PumpState

ACK = "Ack"
FAR_PX, FAR_SHARE = 30.0, 0.75
"""Type of an emergency that calls, and its share of the slot's height at most. On a 24-inch screen of 1920x1080 its
capitals are 6 mm high, 5.2 minutes of arc at 4 m: a person with 6/6 sight (IEC 60601-1-8 asks for signals to be
perceived at 4 m with that) can just read letters of 5 minutes. The 16 minutes that ISO 9241-303 asks for at a desk
would be capitals of 67 px, higher than the slot. Stage words give way before the size does: asterisks and red carry the
stage."""

LEFT_SHARE = 0.56
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
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(x * part + y * (1 - part)) for x, y in pairs))


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
        left = float(box.left() + (5 if g.slot_is_header else 9 if g.size is not Size.COMPACT else 7))
        if g.slot_is_header and index == 0:
            px = g.px(g.metrics.bed, 14)
            left = ink.write(painter, left, _middle(box), view.bed, px, Weight.EXTRABOLD, tint.text) + 5
        _paint_alarm(painter, g, view, slot, box, left, tint)
    if len(view.slots) == 2:
        # Two alarms of one colour are still two.
        painter.fillRect(slot_boxes(g, view)[1].left() - 1, g.slot.top(), 2, g.slot.height(), colour(theme.tokens.bg))
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
    m, split, small = g.metrics, len(view.slots) > 1, g.slot_is_header
    middle, right = _middle(box), box.right() - (4.0 if split else 6.0)
    star = g.px(m.star, 22) * (0.88 if split else 1)
    left = ink.stars(painter, left, middle, PREFIX[slot.priority], star, tint.text) + (4 if split or small else 6)
    base = max(14.0 if small else 15.0, m.alarm * g.text)
    sizes = (14.0 if small else 15.0,) if split and g.size is not Size.FULL else (base, base * 0.94)
    if small:
        text, aside, px = _words_small(g, slot, right - left, sizes, split)
    else:
        button = _button_width(g, split) + 6 if slot.look is not Look.ANSWERED else 0.0
        far = None if split else _words_far(g, slot, right - button - left, box.height())
        text, aside, px = far or _words(g, slot, right - button - left, sizes)
        if not text:
            # The whole slot is the target: what it is about goes before the word on it.
            text, aside, px = _words(g, slot, right - left, sizes)
        elif button:
            right = _paint_button(painter, g, box, right, split) - 6
    if text:
        if tint.stripe:
            _backed(painter, left, middle, text, px, tint)
        ink.write(painter, left, middle, text, px, Weight.EXTRABOLD, tint.text)
    if aside:
        _paint_aside(painter, g, slot, aside, right, middle, tint)


Fitted = tuple[str, str, float]


def _words(g: Geometry, slot: SlotView, room: float, sizes: Sequence[float]) -> Fitted:
    """Text, aside and type size that fit. What ended says when; what was answered says by whom; a calling alarm keeps
    its stage and its age as long as both fit, then its stage, then its name."""
    texts = slot.texts[1:] if slot.look is Look.ANSWERED and len(slot.texts) > 2 else slot.texts
    named = texts[:-1] if len(texts) > 2 else texts
    if slot.look is Look.ENDED:
        pairs = [(text, aside) for text in texts for aside in (*slot.asides, "")]
    elif slot.held:
        pairs = [(text, aside) for text in texts for aside in slot.asides] + [(texts[-1], "")]
    else:
        pairs = [(text, aside) for text in named for aside in slot.asides]
        pairs += [(text, "") for text in named]
        pairs += [(text, aside) for text in texts[-1:] for aside in (*slot.asides, "")]
    return _first_fit(g, slot, room, sizes, pairs)


def _words_far(g: Geometry, slot: SlotView, room: float, height: int) -> Fitted | None:
    """What an emergency that calls can be read by at 4 m, None where nothing of it fits at that size."""
    if slot.priority is not Priority.HIGH or slot.look is not Look.CALLING:
        return None
    px = min(FAR_PX, FAR_SHARE * height)
    texts = slot.texts[:-1] if len(slot.texts) > 2 else slot.texts
    asides = slot.asides if slot.held else (*slot.asides, "")
    for text in texts:
        for aside in asides:
            beside = 9 + _aside_width(g, aside) if aside else 0.0
            if ink.width(text, px, Weight.EXTRABOLD) + beside <= room:
                return text, aside, px
    return None


def _words_small(g: Geometry, slot: SlotView, room: float, sizes: Sequence[float], split: bool) -> Fitted:
    """On small tiles the asterisks carry the stage; the age goes before the name does."""
    pattern = len(slot.texts) > 2 and slot.look is not Look.ENDED and slot.texts[0].count(" – ") == 1
    texts = slot.texts[2:] if pattern and len(slot.texts) == 4 else slot.texts[1:] or slot.texts
    if slot.look is Look.ENDED:
        texts = slot.texts[-2:]
    if split and slot.held:
        texts = (f"{texts[-1]} held", "held")
    asides = ("",) if split else (slot.short, "")
    if pattern or slot.look is Look.ENDED:
        pairs = [(text, aside) for aside in asides for text in texts]
    else:
        # A limit keeps its number, a cause its words; only then comes the age.
        pairs = [(text, aside) for text in texts for aside in asides]
    return _first_fit(g, slot, room, sizes, pairs)


def _first_fit(
    g: Geometry, slot: SlotView, room: float, sizes: Sequence[float], pairs: Sequence[tuple[str, str]]
) -> Fitted:
    tick = g.px(g.metrics.aside, 12) * 1.5 if slot.look is Look.ANSWERED else 0.0
    for text, aside in pairs:
        beside = 9 + tick + _aside_width(g, aside) if aside else 0.0
        for px in sizes:
            if ink.width(text, px, Weight.EXTRABOLD) + beside <= room:
                return text, aside, px
    last = pairs[-1][0]
    # A cut name of a cause can still be read; a cut pattern or a cut limit cannot: its asterisks stand alone.
    cut = ink.elide(last, room, sizes[-1], Weight.EXTRABOLD) if slot.texts[0].count(" – ") == 0 else ""
    return "" if any(c in ink.DIGITS for c in last) else cut, "", sizes[-1]


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
        ink.check(painter, x - px * 1.45, middle, px * 1.1, tint.text)


def _backed(
    painter: QPainter, x: float, middle: float, text: str, px: float, tint: Shades, weight: Weight = Weight.EXTRABOLD
) -> None:
    """Clears the hatch behind words."""
    wide = ink.width(text, px, weight)
    painter.fillRect(QRectF(x - 4, middle - px * 0.72, wide + 8, px * 1.44), tint.fill)


def _button_width(g: Geometry, split: bool) -> float:
    pad = (12 if split else 15 if g.size is Size.COMPACT else 20) * g.text
    return ink.width(ACK, g.px(14, 13), Weight.BOLD) + pad


def _paint_button(painter: QPainter, g: Geometry, box: QRect, right: float, split: bool) -> float:
    px, wide = g.px(14, 13), ink.width(ACK, g.px(14, 13), Weight.BOLD)
    high, broad = min(g.metrics.button - 4, box.height() - 8), _button_width(g, split)
    button = QRectF(right - broad, box.center().y() + 0.5 - high / 2, broad, high)
    ink.pill(painter, button, colour("#0A0E13"))
    ink.write(painter, button.center().x() - wide / 2, _middle(box), ACK, px, Weight.BOLD, colour("#FFFFFF"))
    return button.left()


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
    if view.state is BedState.EMPTY:
        return
    box, middle = g.slot, _middle(g.slot)
    painter.setPen(colour(t.line, 0.8))
    painter.drawLine(QPointF(1, box.top()), QPointF(box.right() - 1, box.top()))
    painter.drawLine(QPointF(1, box.bottom()), QPointF(box.right() - 1, box.bottom()))
    left = 10.0
    if standby:
        left = ink.write(painter, left, middle, "STANDBY", g.px(16, 14), Weight.BOLD, colour(t.text)) + 10
    px, weight = g.px(14, 12.5), Weight.BOLD if view.alert else Weight.MEDIUM
    room = box.width() - left - 10
    text = ink.fit(view.quiet, room, px, weight) or ink.elide(view.quiet[-1], room, px, weight)
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
    if view.device:
        # An outline, as in the head of a larger tile: nothing of the colours of our own alarms.
        px, text = g.px(12, 10.5), view.device.replace("DEVICE", "D").replace(" ", "")
        wide = ink.width(text, px, Weight.EXTRABOLD) + 10
        ink.pill(painter, QRectF(left, middle - px * 0.8, wide, px * 1.6), colour(t.raised), 3, colour(t.text_2))
        ink.write(painter, left + 5, middle, text, px, Weight.EXTRABOLD, colour(t.text))
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
