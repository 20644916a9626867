"""Paints the values of a tile: numerals in their fixed cells, frames of what contributes, the hatch of what is old."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from console.link.snapshot import Liveness
from console.ui.theme import Mode, Theme, Weight, colour, font
from console.ui.wall import ink
from console.ui.wall.cells import CellView
from console.ui.wall.geometry import Cell, Geometry, Size
from console.ui.wall.view import TileView

BIG = (Cell.HR, Cell.SPO2, Cell.RR)
SMALL_LABELS = {Cell.TEMP: "T"}


def paint_values(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    """Every cell of the tile, then the marks of age over them."""
    for cell in view.cells:
        box = g.cells.get(cell.cell)
        if box is None or not cell.text:
            continue
        if g.slot_is_header:
            _paint_small(painter, g, cell, box, theme)
        else:
            _paint_cell(painter, g, cell, box, theme)
    _paint_age(painter, g, view, theme)


def number_px(g: Geometry, cell: Cell, text: str) -> float:
    """Type size of a numeral: that of its row, less where a long pressure would leave its cell."""
    if g.size is Size.CHARTS and cell is Cell.BP:
        return g.metrics.number1 * 0.76 * g.scale
    first = cell in BIG
    px = (g.metrics.number1 if first else g.metrics.number2) * g.scale
    if g.size is Size.CHARTS and not first:
        px = g.metrics.number2 * g.scale * 0.8
    return px


def _tints(cell: CellView, theme: Theme) -> tuple[QColor, QColor]:
    """Colours of label and numeral."""
    t = theme.tokens
    if cell.stale or cell.never:
        return colour(t.muted), colour(t.line_strong if cell.never else t.muted)
    own = colour(t.parameter(cell.parameter))
    return own, colour(t.text_2) if cell.doubtful else own


def _paint_cell(painter: QPainter, g: Geometry, cell: CellView, box: QRect, theme: Theme) -> None:
    label_tint, tint = _tints(cell, theme)
    big = cell.cell in BIG or (g.size is Size.CHARTS and cell.cell is Cell.BP)
    label_px = g.px(g.metrics.label, 10.5)
    px = number_px(g, cell.cell, cell.text)
    label_wide = ink.width(cell.label, label_px, Weight.BOLD)
    tight = g.size is Size.COMPACT or g.scale < 0.9
    column = max(label_wide, (37 if big else 24) * min(g.text, g.scale) * (0.8 if tight else 1))
    if cell.time:
        column = max(column, ink.width(cell.time, g.px(10.5, 10), Weight.SEMIBOLD))
    x = box.left() + (4 if tight else 6)
    value_x = x + column + (3 if tight else 7 if big else 5)
    text = f"{cell.text}?" if cell.doubtful else cell.text
    # In the first row numerals keep their size and the arrow gives way; in the second there is no place above.
    room = box.right() - value_x - 3
    px = _shrunk(text, px, room if big or not cell.arrow else room - _arrow_size(g, big) - 1)
    baseline = box.center().y() + 1 + ink.cap_height(px, Weight.BOLD) / 2
    if cell.time:
        # The time of a single reading stands under its label: it is not a value of now.
        small = g.px(10.5, 10)
        top = box.center().y() - 2
        ink.write_on(painter, x, top, cell.label, font(label_px, Weight.BOLD), label_tint)
        ink.write_on(painter, x, top + small + 2, cell.time, font(small, Weight.SEMIBOLD), colour(theme.tokens.muted))
    else:
        ink.write_on(painter, x, baseline, cell.label, font(label_px, Weight.BOLD), label_tint)
    ink.write_on(painter, value_x, baseline, text, font(px, Weight.BOLD), tint)
    if cell.frame is not None:
        _paint_frame(painter, box, cell, theme)
    if cell.arrow:
        size = _arrow_size(g, big)
        after, middle = value_x + ink.width(text, px, Weight.BOLD) + (2 if tight else 4), baseline - size * 0.45
        if after + size > box.right() - 2:
            # Beside a long value there is no room: the arrow stands over the label.
            after, middle = x + (label_wide - size) / 2, box.top() + 5 + size / 2
        ink.arrow(painter, after, middle, size, cell.arrow > 0, colour(theme.tokens.text))


def _arrow_size(g: Geometry, big: bool) -> float:
    return max(9.0, (13 if big else 12) * g.text * min(1.0, g.scale + 0.1) * (0.8 if g.size is Size.COMPACT else 1))


def _shrunk(text: str, px: float, room: float) -> float:
    """A size at which the text fits its room."""
    wide = ink.width(text, px, Weight.BOLD)
    return px if wide <= room else max(10.0, px * room / wide)


def _paint_frame(painter: QPainter, box: QRect, cell: CellView, theme: Theme) -> None:
    assert cell.frame is not None
    a = theme.tokens.alarm(cell.frame)
    if a.edge:
        ink.frame(painter, box, 3, colour(a.edge))
        ink.frame(painter, box.adjusted(1, 1, -1, -1), 2, colour(a.fill))
    else:
        ink.frame(painter, box, 2, colour(a.fill))


def _paint_small(painter: QPainter, g: Geometry, cell: CellView, box: QRect, theme: Theme) -> None:
    label_tint, tint = _tints(cell, theme)
    text = f"{cell.text}?" if cell.doubtful else cell.text
    label_px = max(10.0, g.metrics.label * g.text)
    if cell.cell in BIG:
        px = _shrunk(text, number_px(g, cell.cell, text), box.width() - 9)
        top = box.top() + 4 + ink.cap_height(label_px, Weight.BOLD)
        ink.write_on(painter, box.left() + 4, top, cell.label, font(label_px, Weight.BOLD), label_tint)
        baseline = min(box.bottom() - 4.0, top + 6 + ink.cap_height(px, Weight.BOLD))
        ink.write_on(painter, box.left() + 4, baseline, text, font(px, Weight.BOLD), tint)
    else:
        _paint_small_line(painter, g, cell, box, theme, text, label_px)
    if cell.frame is not None:
        _paint_frame(painter, box, cell, theme)


def _paint_small_line(
    painter: QPainter, g: Geometry, cell: CellView, box: QRect, theme: Theme, text: str, label_px: float
) -> None:
    """Pressure or temperature of a small tile: label and value on one line."""
    label_tint, tint = _tints(cell, theme)
    label = SMALL_LABELS.get(cell.cell, cell.label)
    px = max(13.0, g.metrics.number2 * g.scale)
    label_wide = ink.width(label, label_px, Weight.BOLD)
    baseline = box.center().y() + 0.5 + ink.cap_height(px, Weight.BOLD) / 2
    wide = ink.width(text, px, Weight.BOLD)
    if cell.cell is Cell.TEMP:
        x = box.right() - 5 - wide
        ink.write_on(painter, x - 4 - label_wide, baseline, label, font(label_px, Weight.BOLD), label_tint)
    else:
        ink.write_on(painter, box.left() + 4, baseline, label, font(label_px, Weight.BOLD), label_tint)
        x = box.left() + 4 + label_wide + 4
        small = max(10.0, 10.5 * g.text)
        if cell.time and x + wide + 5 + ink.width(cell.time, small, Weight.SEMIBOLD) < box.right() - 3:
            ink.write_on(
                painter, x + wide + 5, baseline, cell.time, font(small, Weight.SEMIBOLD), colour(theme.tokens.muted)
            )
    ink.write_on(painter, x, baseline, text, font(px, Weight.BOLD), tint)


def _paint_age(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    """The hatch over what is not live, and the words that say so."""
    t = theme.tokens
    brush = ink.hatch(t.text_2, 0.16 if theme.mode is Mode.DARK else 0.3, 13, 2)
    if view.liveness in (Liveness.LATE, Liveness.NO_DATA) and view.cells:
        boxes = list(g.cells.values())
        whole = QRect(boxes[0])
        for box in boxes:
            whole = whole.united(box)
        painter.fillRect(whole, brush)
    else:
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
    right, bottom = badge_corner(g)
    box = QRectF(right - wide, bottom - high, wide, high)
    dark = theme.mode is Mode.DARK
    ink.pill(painter, box, colour(t.text_2), 3)
    tint = colour(t.bg if dark else t.panel)
    ink.write(painter, box.left() + pad, box.center().y(), text, px, Weight.BOLD, tint)


def badge_corner(g: Geometry) -> tuple[float, float]:
    """Right and bottom of the badge: over the trend or a label, never over a numeral."""
    if g.slot_is_header:
        return g.width - 5.0, g.cells[Cell.RR].top() + 15.0
    if g.size is Size.CHARTS:
        return g.charts[0].right() + 1.0, g.charts[0].bottom() + 1.0
    if g.trend.isNull():
        return g.width - 8.0, g.height - 4.0
    return g.width - 10.0, g.ribbons.top() - 1.0
