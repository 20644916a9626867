"""Paints the marks of age: the hatch over what is not live, and the words that say so."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from console.ui.theme import Mode, Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.geometry import Cell, Geometry, Size
from console.ui.wall.view import TileView
from console.ward.source import Liveness


def paint_age(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    """The hatch: over all values when the bed is not live, else over the ones that are not."""
    if not view.badge and not any(cell.stale for cell in view.cells):
        return
    brush = ink.hatch(theme.tokens.text_2, 0.16 if theme.mode is Mode.DARK else 0.3, 13, 2)
    if view.liveness in (Liveness.LATE, Liveness.NO_DATA) and view.cells:
        whole = QRect()
        for box in g.cells.values():
            whole = whole.united(box)
        painter.fillRect(whole, brush)
        return
    for cell in view.cells:
        if cell.stale and not cell.never and cell.cell in g.cells:
            painter.fillRect(g.cells[cell.cell], brush)


def paint_badge(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    """The words that say what is not live. A small tile without an alarm says it in its head."""
    if not view.badge or (g.slot_is_header and not view.slots):
        return
    t = theme.tokens
    px = max(10.5, 12 * g.text) if g.slot_is_header else g.px(14, 12)
    texts = (view.badge_short,) if g.slot_is_header else (view.badge, view.badge_short)
    text = ink.fit(texts, g.width - 40, px, Weight.BOLD) or ink.elide(texts[-1], g.width - 40, px, Weight.BOLD)
    pad = 4 if g.slot_is_header else 8
    wide, high = ink.width(text, px, Weight.BOLD) + 2 * pad, px * (1.25 if g.slot_is_header else 1.5)
    if g.slot_is_header:
        wide = max(wide, g.cells[Cell.RR].width() - 2.0)  # over the whole label, not through the middle of it
    right, bottom = badge_corner(g)
    box = QRectF(right - wide, bottom - high, wide, high)
    ink.pill(painter, box, colour(t.text_2), 3)
    tint = colour(t.bg if theme.mode is Mode.DARK else t.panel)
    ink.write(
        painter, box.right() - pad - ink.width(text, px, Weight.BOLD), box.center().y(), text, px, Weight.BOLD, tint
    )


def badge_corner(g: Geometry) -> tuple[float, float]:
    """Right and bottom of the badge: over the trend or a label, never over a numeral."""
    if g.slot_is_header:
        return g.width - 5.0, g.cells[Cell.RR].top() + 15.0
    if g.size is Size.CHARTS:
        return g.charts[0].right() + 1.0, g.charts[0].bottom() + 1.0
    if g.trend.isNull():
        return g.width - 8.0, g.height - 4.0
    return g.width - 10.0, g.ribbons.top() - 1.0
