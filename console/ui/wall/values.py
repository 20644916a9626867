"""Paints the values of a tile: labels, which rarely change, and numerals, which change every second.

Where each stands is planned once per size, label and number of digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from console.ui.theme import Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.cells import OFF_MARK, CellView
from console.ui.wall.geometry import Cell, Geometry, Size
from console.ui.wall.view import TileView

BIG = (Cell.HR, Cell.SPO2, Cell.RR)
SMALL_LABELS = {Cell.TEMP: "T"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the parts of one cell stand, in px of the tile; y is a base line. time_px 0: no room for a time."""

    label: str
    label_x: float
    label_y: float
    label_px: float
    x: float
    y: float
    px: float
    time_x: float
    time_y: float
    time_px: float
    arrow_x: float
    arrow_y: float
    arrow_size: float


@lru_cache(maxsize=4096)
def plan(g: Geometry, cell: Cell, label: str, text: str, timed: bool, arrow: bool) -> Plan:
    """The plan of a cell. text: with every digit as "0", since all are of one width."""
    if not g.slot_is_header:
        return _plan_cell(g, cell, label, text, timed, arrow)
    return _plan_small(g, cell, label, text) if cell in BIG else _plan_small_line(g, cell, label, text)


def number_px(g: Geometry, cell: Cell) -> float:
    """Type size of a numeral before it is fitted to its cell."""
    if g.size is Size.CHARTS:
        return g.scale * (g.metrics.number1 * 0.76 if cell is Cell.BP else g.metrics.number1 if cell in BIG else 26)
    if g.slot_is_header and cell in BIG:
        # As high as the tile allows, and so that three digits fit: two digits are never bigger than three.
        three = ink.width("000", 100, Weight.BOLD) / 100
        return min(g.metrics.number1 * min(1.4, g.height / g.metrics.base[1]), (g.cells[cell].width() - 9) / three)
    return g.scale * (g.metrics.number1 if cell in BIG else g.metrics.number2)


def _plan_cell(g: Geometry, cell: Cell, label: str, text: str, timed: bool, arrow: bool) -> Plan:
    box = g.cells[cell]
    big = cell in BIG or (g.size is Size.CHARTS and cell is Cell.BP)
    tight = g.size is Size.COMPACT or g.scale < 0.9
    label_px, time_px = g.px(g.metrics.label, 10.5), g.px(10.5, 10)
    label_wide = ink.width(label, label_px, Weight.BOLD)
    column = max(label_wide, (34 if big else 24) * min(g.text, g.scale) * (0.7 if tight else 1))
    if timed:
        column = max(column, ink.width("00:00", time_px, Weight.SEMIBOLD))
    left = box.left() + (4 if tight else 6)
    x = left + column + (3 if tight else 7 if big else 5)
    size = max(9.0, (13 if big else 12) * g.text * min(1.0, g.scale + 0.1) * (0.8 if g.size is Size.COMPACT else 1))
    # In the first row numerals keep their size and the arrow gives way; in the second there is no place above.
    room = box.right() - x - 3
    px = _shrunk(text, number_px(g, cell), room if big or not arrow else room - size - 4)
    y = box.center().y() + 1 + ink.cap_height(px, Weight.BOLD) / 2
    arrow_x, arrow_y = x + ink.width(text, px, Weight.BOLD) + (2 if tight else 4), y - size * 0.45
    if arrow_x + size > box.right() - 2:
        arrow_x, arrow_y = left + (label_wide - size) / 2, box.top() + 5 + size / 2
        if timed:
            arrow_x, arrow_y = left + label_wide + 2, box.center().y() - 2 - label_px * 0.35
    label_y = box.center().y() - 2 if timed else y
    time_y = label_y + time_px + 2
    return Plan(label, left, label_y, label_px, x, y, px, left, time_y, time_px, arrow_x, arrow_y, size)


def _shrunk(text: str, px: float, room: float) -> float:
    """A size at which the text fits its room."""
    wide = ink.width(text, px, Weight.BOLD)
    return px if wide <= room else max(10.0, px * room / wide)


def _plan_small(g: Geometry, cell: Cell, label: str, text: str) -> Plan:
    """Label above numeral; no arrow: the frame has to do."""
    box = g.cells[cell]
    label_px = max(10.0, g.metrics.label * g.text)
    px = _shrunk(text, number_px(g, cell), box.width() - 9)
    label_y = box.top() + 4 + ink.cap_height(label_px, Weight.BOLD)
    y = label_y + 6 + ink.cap_height(px, Weight.BOLD)
    y = min(box.bottom() - 4.0, y + max(0.0, box.bottom() - 4 - y) * 0.4)
    left = box.left() + 4
    return Plan(label, left, label_y, label_px, left, y, px, 0, 0, 0, 0, 0, 0)


def _plan_small_line(g: Geometry, cell: Cell, label: str, text: str) -> Plan:
    """Pressure or temperature of a small tile: label and value on one line, the time behind it if it fits."""
    box = g.cells[cell]
    label = SMALL_LABELS.get(cell, label.removesuffix(OFF_MARK)) + (OFF_MARK if label.endswith(OFF_MARK) else "")
    label_px, time_px = max(10.0, g.metrics.label * g.text), max(10.0, 10.5 * g.text)
    px = max(13.0, g.metrics.number2 * g.scale)
    label_wide, wide = ink.width(label, label_px, Weight.BOLD), ink.width(text, px, Weight.BOLD)
    y = box.center().y() + 0.5 + ink.cap_height(px, Weight.BOLD) / 2
    if cell is Cell.TEMP:
        x = box.right() - 5 - wide
        return Plan(label, x - 4 - label_wide, y, label_px, x, y, px, 0, 0, 0, 0, 0, 0)
    left = box.left() + 4
    x = left + label_wide + 4
    time_x = x + wide + 5
    fits = time_x + ink.width("00:00", time_px, Weight.SEMIBOLD) < box.right() - 3
    return Plan(label, left, y, label_px, x, y, px, time_x, y, time_px if fits else 0, 0, 0, 0)


def _planned(g: Geometry, cell: CellView) -> Plan:
    text = f"{cell.text}?" if cell.doubtful else cell.text
    return plan(g, cell.cell, cell.label, text.translate(ink.MASK), bool(cell.time), cell.arrow != 0)


def paint_labels(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    """What names the values, and the times of single readings."""
    t = theme.tokens
    muted = colour(t.muted)
    for cell in view.cells:
        if not cell.text or cell.cell not in g.cells:
            continue
        p = _planned(g, cell)
        tint = muted if cell.stale or cell.never else colour(t.parameter(cell.parameter))
        ink.write_on(painter, p.label_x, p.label_y, p.label, p.label_px, Weight.BOLD, tint)
        if cell.time and p.time_px:
            ink.write_on(painter, p.time_x, p.time_y, cell.time, p.time_px, Weight.SEMIBOLD, muted)


def paint_numbers(painter: QPainter, g: Geometry, view: TileView, theme: Theme) -> None:
    """The values themselves, the frames of those that contribute to an alarm, and their arrows."""
    t = theme.tokens
    for cell in view.cells:
        if not cell.text or cell.cell not in g.cells:
            continue
        p = _planned(g, cell)
        text = f"{cell.text}?" if cell.doubtful else cell.text
        ink.write_on(painter, p.x, p.y, text, p.px, Weight.BOLD, _tint(cell, theme))
        if cell.frame is not None:
            _paint_frame(painter, g.cells[cell.cell], cell, theme)
        if cell.arrow and p.arrow_size:
            ink.arrow(painter, p.arrow_x, p.arrow_y, p.arrow_size, cell.arrow > 0, colour(t.text))


def _tint(cell: CellView, theme: Theme) -> QColor:
    t = theme.tokens
    if cell.never:
        return colour(t.line_strong)
    if cell.stale:
        return colour(t.muted)
    return colour(t.text_2 if cell.doubtful else t.parameter(cell.parameter))


def _paint_frame(painter: QPainter, box: QRect, cell: CellView, theme: Theme) -> None:
    assert cell.frame is not None
    a = theme.tokens.alarm(cell.frame)
    if a.edge:
        ink.frame(painter, box, 3, colour(a.edge))
        ink.frame(painter, box.adjusted(1, 1, -1, -1), 2, colour(a.fill))
    else:
        ink.frame(painter, box, 2, colour(a.fill))
