"""Sizes of the ward wall: how beds are laid out, which size class a tile has, and where its parts lie.

Every measure of a tile stands in `METRICS`; `geometry` scales it to the tile's real size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache

from PySide6.QtCore import QRect


class Size(Enum):
    """Size classes, richest first."""

    CHARTS = "charts"
    LARGE = "large"
    FULL = "full"
    COMPACT = "compact"
    SMALL = "small"
    MINI = "mini"


class Cell(IntEnum):
    """The six places of values; each keeps its place whatever arrives."""

    HR = 0
    SPO2 = 1
    RR = 2
    BP = 3
    TEMP = 4
    ETCO2 = 5


@dataclass(frozen=True, slots=True)
class Metrics:
    """Measures of one size class in px at its base size. least: smallest tile it is used for.

    slot 0: the header is the slot. star, alarm, aside, button: type sizes in the slot. columns: widths of the values.
    line: a heart rate line stands above the ribbons. frames: widths of the frame for low, medium, high priority.
    """

    base: tuple[int, int]
    least: tuple[int, int]
    header: int
    slot: int
    row1: int
    row2: int
    bed: float
    name: float
    star: float
    alarm: float
    aside: float
    label: float
    number1: float
    number2: float
    columns: tuple[int, int, int]
    ribbon: int
    line: bool
    button: int
    frames: tuple[int, int, int]


METRICS: dict[Size, Metrics] = {
    Size.CHARTS: Metrics(
        (945, 463), (700, 400), 44, 48, 68, 44, 30, 20, 38, 24, 17, 15, 50, 32, (150, 150, 150), 9, True, 40, (2, 3, 5)
    ),
    Size.LARGE: Metrics(
        (667, 316), (560, 262), 42, 46, 76, 52, 28, 18, 34, 22, 16, 15, 62, 38, (252, 192, 192), 8, True, 40, (2, 3, 5)
    ),
    Size.FULL: Metrics(
        (469, 225), (340, 190), 36, 40, 50, 35, 24, 16, 30, 19, 15, 13, 45, 28, (180, 132, 130), 7, True, 34, (2, 3, 5)
    ),
    Size.COMPACT: Metrics(
        (332, 155),
        (270, 132),
        28,
        34,
        37,
        27,
        20,
        14,
        27,
        16,
        13,
        11.5,
        32,
        19,
        (127, 97, 91),
        6,
        False,
        30,
        (2, 3, 5),
    ),
    Size.SMALL: Metrics(
        (231, 110), (140, 92), 34, 0, 41, 26, 21, 13, 27, 16, 13, 11, 26, 16.5, (74, 74, 74), 0, False, 0, (2, 3, 5)
    ),
    Size.MINI: Metrics(
        (166, 74), (0, 0), 30, 0, 40, 0, 19, 12, 23, 15, 12, 10.5, 24, 0, (53, 53, 53), 0, False, 0, (2, 3, 4)
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Where the parts of one tile lie. scale: of numerals against the base size; text: of everything else."""

    size: Size
    metrics: Metrics
    width: int
    height: int
    scale: float
    text: float
    header: QRect
    slot: QRect
    cells: dict[Cell, QRect]
    trend: QRect
    ribbons: QRect
    charts: tuple[QRect, ...]

    @property
    def slot_is_header(self) -> bool:
        """True for small tiles, whose header is filled by the alarm."""
        return self.metrics.slot == 0

    def px(self, size: float, least: float = 10.0) -> float:
        """A type size of the text around the numerals, never under `least`."""
        return max(least, size * self.text)


def columns_for(beds: int) -> int:
    """Tiles beside each other: 2 up to 4 beds, 4 up to 16, 6 up to 36, 8 up to 64 (interface design, section 7)."""
    for columns in (2, 4, 6, 8):
        if beds <= columns * columns:
            return columns
    return math.ceil(math.sqrt(beds))


TALLEST = 1.45
"""A ward with empty rows gives tiles so much more height than a full one, no more: they stay tiles."""


def places(beds: int, width: int, height: int) -> list[QRect]:
    """Where the tiles of so many beds lie on a page of this size: whole, side by side, all of them visible."""
    if not beds:
        return []
    columns = columns_for(beds)
    gap, margin = (8, 10) if columns <= 4 and width > 1500 else (6, 8)
    rows = math.ceil(beds / columns)
    full = (height - 2 * margin - gap * (columns - 1)) / columns
    tall = min((height - 2 * margin - gap * (rows - 1)) / rows, full * TALLEST)
    wide = (width - 2 * margin - gap * (columns - 1)) / columns
    found = []
    for index in range(beds):
        row, column = divmod(index, columns)
        left, top = margin + column * (wide + gap), margin + row * (tall + gap)
        x, y = round(left), round(top)
        found.append(QRect(x, y, round(left + wide) - x, round(top + tall) - y))
    return found


def size_for(width: int, height: int, beds: int) -> Size:
    """The richest class that fits a tile of this size; charts only on a wall of up to four beds."""
    for size, metrics in METRICS.items():
        if size is Size.CHARTS and beds > 4:
            continue
        if width >= metrics.least[0] and height >= metrics.least[1]:
            return size
    return Size.MINI


@lru_cache(maxsize=256)
def geometry(size: Size, width: int, height: int) -> Geometry:
    """The parts of a tile of this class and size."""
    m = METRICS[size]
    sx, sy = width / m.base[0], height / m.base[1]
    scale = min(sx, sy, 1.25)
    text = min(1.0, 0.4 + 0.6 * min(sx, sy))
    header = QRect(0, 0, width, round(m.header * min(sy, 1.0)))
    slot = QRect(0, header.bottom() + 1, width, round(m.slot * min(sy, 1.1))) if m.slot else header
    if size is Size.CHARTS:
        return _with_charts(m, width, height, scale, text, header, slot)
    top = slot.bottom() + (4 if m.slot else 2)
    foot = 5 if m.slot else 3
    bands = m.ribbon * 2 + 2 if m.ribbon else 0
    line = 28 if m.line else 0
    wanted = m.row1 + m.row2 + 2
    if m.slot and not line and height - top - foot - bands - 3 > 1.25 * wanted + 25:
        line = 24  # a taller tile has room for the heart rate line after all
    room = height - top - foot - bands - (line + 3 if line else 3 if bands else 0)
    stretch = min(room / wanted, 1.3 if m.slot else 1.7)
    row1, row2 = round(m.row1 * stretch), round(m.row2 * stretch)
    cells = _rows(m, sx, width, top, row1, row2)
    below = top + row1 + row2 + 4
    ribbons = QRect(16, height - foot - bands, width - 16 - 11, bands) if bands else QRect()
    trend = QRect(16, below, width - 27, ribbons.top() - 2 - below) if line else QRect()
    return Geometry(size, m, width, height, scale, text, header, slot, cells, trend, ribbons, ())


def _rows(m: Metrics, sx: float, width: int, top: int, row1: int, row2: int) -> dict[Cell, QRect]:
    cells = {}
    left, gap = 6, 3
    widths = [round(c * sx) for c in m.columns]
    spare = width - 2 * left - sum(widths) - 2 * gap
    widths[0] += spare if m.slot else 0
    if not m.slot:
        left, gap = 4, 2
        widths = [(width - 2 * left - 2 * gap) // 3] * 3
    x = left
    for index in range(3):
        cells[Cell(index)] = QRect(x, top, widths[index], row1)
        if m.slot:
            cells[Cell(index + 3)] = QRect(x, top + row1 + 2, widths[index], row2)
        x += widths[index] + gap
    if not m.slot and row2:
        part = round((width - 2 * left) * 0.64)
        cells[Cell.BP] = QRect(left, top + row1 + 1, part, row2)
        cells[Cell.TEMP] = QRect(left + part + 2, top + row1 + 1, width - 2 * left - part - 2, row2)
    return cells


def _with_charts(
    m: Metrics, width: int, height: int, scale: float, text: float, header: QRect, slot: QRect
) -> Geometry:
    """Numerals in a column at the left, beside each its chart of four hours; temperature and EtCO2 by the ribbons."""
    top, foot, column = slot.bottom() + 6, 24, round(214 * max(0.8, min(1.0, width / m.base[0])))
    row2 = round(m.row2 * height / m.base[1])
    row1 = (height - top - foot - row2 - 6) // 4
    cells, charts = {}, []
    for index, cell in enumerate((Cell.HR, Cell.BP, Cell.RR, Cell.SPO2)):
        y = top + index * row1
        cells[cell] = QRect(8, y, column, row1 - 3)
        charts.append(QRect(column + 16, y, width - column - 16 - 46, row1 - 3))
    y = top + 4 * row1 + 2
    half = (column - 4) // 2 + 12
    cells[Cell.TEMP] = QRect(8, y, half, row2)
    cells[Cell.ETCO2] = QRect(8 + half + 4, y, half, row2)
    bands = m.ribbon * 2 + 4
    left = charts[0].left()
    x = 8 + 2 * half + 4 + 22
    ribbons = QRect(max(left, x), y + (row2 - bands) // 2, charts[0].right() - max(left, x) + 1, bands)
    return Geometry(Size.CHARTS, m, width, height, scale, text, header, slot, cells, QRect(), ribbons, tuple(charts))
