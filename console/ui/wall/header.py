"""Paints the head of a tile: bed, name, tag, and what the pump does."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from console.link.snapshot import BedState
from console.ui.theme import Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.geometry import Geometry, Size
from console.ui.wall.view import Action, TileView
from console.ward.pump import PumpState

PAD = 10
ADMIT = "Admit"


def paint_header(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    """The head of a tile with a slot of its own; the bed is always whole, the name gives way."""
    t = theme.tokens
    absent = view.state in (BedState.EMPTY, BedState.STANDBY)
    strong = colour(t.muted if view.state is BedState.EMPTY else t.text_2 if absent else t.text)
    middle = g.header.center().y() + 1.5
    pad = 8 if g.size is Size.COMPACT else PAD
    left = ink.write(painter, pad, middle, view.bed, g.px(g.metrics.bed, 15), Weight.EXTRABOLD, strong) + 10
    right = _right(painter, g, view, theme, middle, pad)
    if view.tag or view.demo or view.device:
        left = _tags(painter, g, view, theme, left, middle, right)
    px = g.px(g.metrics.name, 12)
    room = right - left
    fits = ink.width(view.name, px, Weight.SEMIBOLD) <= room
    # A cut name is still a name; a cut patient number would be another number.
    name = view.name if fits else "" if view.tag else ink.elide(view.name, room, px, Weight.SEMIBOLD)
    if name:
        ink.write(painter, left, middle, name, px, Weight.SEMIBOLD, strong)


def _right(painter: QPainter, g: Geometry, view: TileView, theme: Theme, middle: float, pad: int) -> float:
    """Pump context or the button to admit, flush right; the x at which it begins, with a gap."""
    t = theme.tokens
    box = admit_box(g, view)
    if not box.isNull():
        ink.pill(painter, QRectF(box), colour(t.raised), 4, colour(t.line_strong))
        px = g.px(14, 12)
        wide = ink.width(ADMIT, px, Weight.SEMIBOLD)
        middle_of_box = box.center().y() + 0.5
        x = box.center().x() - wide / 2
        ink.write(painter, x, middle_of_box, ADMIT, px, Weight.SEMIBOLD, colour(t.text))
        return box.left() - 10
    if view.pump is None:
        return g.width - pad
    state, text, since = view.pump
    strong = state in (PumpState.STOPPED, PumpState.UNDER_DELIVERY)
    tint = colour(t.text if strong else t.text_2)
    px = g.px(14, 12)
    glyph = 18 * g.text
    room = g.width * 0.46 - glyph
    tail = f" {since}" if since else ""
    words = ink.elide(text, room - ink.width(tail, px, Weight.SEMIBOLD), px, Weight.SEMIBOLD) + tail
    wide = ink.width(words, px, Weight.SEMIBOLD)
    x = g.width - pad - wide
    ink.write(painter, x, middle, words, px, Weight.SEMIBOLD, tint)
    ink.pump_glyph(painter, x - glyph - 5, middle, glyph, state, tint)
    return x - glyph - 15


def _tags(
    painter: QPainter, g: Geometry, view: TileView, theme: Theme, left: float, middle: float, right: float
) -> float:
    t = theme.tokens
    px = g.px(13, 11)
    if view.demo:
        text = "DEMO" if g.size is Size.COMPACT else "DEMO DATA"
        ground, tint = colour(t.interaction), colour(t.bg if theme.mode.value == "dark" else t.panel)
        left = _tag(painter, left, middle, text, px, ground, tint)
    if view.tag:
        left = _tag(painter, left, middle, view.tag, px, colour(t.line_strong), colour(t.text))
    if view.device:
        # An outline, not a fill: nothing of the colours and shapes of our own alarms.
        text = view.device.replace("DEVICE", "DEV") if g.size is Size.COMPACT else view.device
        left = _tag(painter, left, middle, text, px, colour(t.raised), colour(t.text), colour(t.text_2))
    return left


def _tag(
    painter: QPainter,
    left: float,
    middle: float,
    text: str,
    px: float,
    ground: QColor,
    tint: QColor,
    edge: QColor | None = None,
) -> float:
    wide = ink.width(text, px, Weight.EXTRABOLD) + 14
    ink.pill(painter, QRectF(left, middle - px * 0.8, wide, px * 1.6), ground, 3, edge)
    ink.write(painter, left + 7, middle, text, px, Weight.EXTRABOLD, tint)
    return left + wide + 9


def admit_box(g: Geometry, view: TileView) -> QRect:
    """The button to admit in the head of a bed that has data and no patient; null where there is none."""
    if view.action is not Action.ADMIT or view.state is BedState.EMPTY or g.slot_is_header:
        return QRect()
    wide = round(ink.width(ADMIT, g.px(14, 12), Weight.SEMIBOLD)) + 24
    return QRect(g.width - wide - 7, g.header.top() + 4, wide, g.header.height() - 6)
