"""Small things painters share: text that fits, hatches, glyphs, buttons. Everything measured is remembered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from console.ui.theme import Weight, colour, font
from console.ward.pump import PumpState

DIGITS = "0123456789"
MASK = str.maketrans(DIGITS, "0" * 10)


@lru_cache(maxsize=8192)
def _width(text: str, px: int, weight: Weight) -> float:
    return _face(px, weight, 100)[1].horizontalAdvance(text)


@lru_cache(maxsize=512)
def _cap_height(px: int, weight: Weight) -> float:
    return _face(px, weight, 100)[1].capHeight()


def width(text: str, px: float, weight: Weight) -> float:
    """Width of a text in px. Figures are of one width, so numbers are measured once."""
    return _width(text.translate(MASK), round(px) or 1, weight)


def cap_height(px: float, weight: Weight) -> float:
    """Height of a capital in px."""
    return _cap_height(round(px) or 1, weight)


def fit(texts: Sequence[str], room: float, px: float, weight: Weight) -> str | None:
    """The first text that fits, or None."""
    return next((t for t in texts if width(t, px, weight) <= room), None)


def elide(text: str, room: float, px: float, weight: Weight) -> str:
    """The text, or as much as fits and "…"; nothing where not even a few letters fit."""
    if width(text, px, weight) <= room:
        return text
    short = _face(max(1, round(px)), weight, 100)[1].elidedText(text, Qt.TextElideMode.ElideRight, room)
    return short if len(short) > 2 else ""


@lru_cache(maxsize=2048)
def _sprite(text: str, px: int, weight: Weight, rgba: int, spacing: int, ratio: float) -> tuple[QPixmap, int]:
    """A text painted once, and how far above its base line it begins: laying out a text costs ten times a copy."""
    face, lines = _face(px, weight, spacing)
    wide = QFontMetricsF(face).horizontalAdvance(text)
    above, below = math.ceil(lines.ascent()), math.ceil(lines.descent())
    pixmap = QPixmap(round((math.ceil(wide) + 4) * ratio), round((above + below) * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setFont(face)
    painter.setPen(QColor.fromRgba(rgba))
    painter.drawText(QPointF(2, above), text)
    painter.end()
    return pixmap, above


@lru_cache(maxsize=256)
def _face(px: int, weight: Weight, spacing: int) -> tuple[QFont, QFontMetricsF]:
    face = font(px, weight)
    if spacing != 100:
        face = QFont(face)
        face.setLetterSpacing(QFont.SpacingType.PercentageSpacing, spacing)
    return face, QFontMetricsF(face)


def write_on(
    painter: QPainter,
    x: float,
    baseline: float,
    text: str,
    px: float,
    weight: Weight,
    tint: QColor,
    spacing: int = 100,
) -> None:
    """Write on a base line. spacing: distance of letters in percent."""
    if not text:
        return
    ratio = painter.device().devicePixelRatio()
    pixmap, above = _sprite(text, round(px) or 1, weight, tint.rgba(), spacing, ratio)
    painter.drawPixmap(round(x) - 2, round(baseline) - above, pixmap)


def write(painter: QPainter, x: float, middle: float, text: str, px: float, weight: Weight, tint: QColor) -> float:
    """Write with capitals centred on `middle`; the x behind the text."""
    write_on(painter, x, middle + cap_height(px, weight) / 2, text, px, weight, tint)
    return x + width(text, px, weight)


STAR_SPACING = 88


@lru_cache(maxsize=64)
def stars_width(text: str, px: int) -> float:
    """Width of the asterisks of a priority."""
    return _face(px, Weight.EXTRABOLD, STAR_SPACING)[1].horizontalAdvance(text)


def stars(painter: QPainter, x: float, middle: float, text: str, px: float, tint: QColor) -> float:
    """The asterisks of a priority, close together; an asterisk hangs from the cap line and is lowered to the middle."""
    baseline = middle + cap_height(px, Weight.EXTRABOLD) / 2 + px * 0.17
    write_on(painter, x, baseline, text, px, Weight.EXTRABOLD, tint, STAR_SPACING)
    return x + stars_width(text, max(1, round(px)))


@lru_cache(maxsize=64)
def hatch(tint: str, alpha: float, step: int, stroke: int) -> QBrush:
    """Diagonal stripes that rise to the right, `stroke` wide, every `step` px."""
    pixmap = QPixmap(step, step)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour(tint, alpha), stroke))
    for offset in (-step, 0, step):
        painter.drawLine(QPointF(offset - 1, step + 1), QPointF(offset + step + 1, -1))
    painter.end()
    return QBrush(pixmap)


def pump_glyph(painter: QPainter, x: float, middle: float, size: float, state: PumpState, tint: QColor) -> None:
    """A circle with a check (running), cross (stopped), exclamation mark (under-delivery) or dash (not confirmed)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(x, middle - size / 2)
    painter.scale(size / 20, size / 20)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tint, 1.8))
    painter.drawEllipse(QRectF(2, 2, 16, 16))
    painter.setPen(QPen(tint, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    if state is PumpState.RUNNING:
        painter.drawPolyline(QPolygonF([QPointF(6, 10.5), QPointF(9, 13.5), QPointF(14, 7)]))
    elif state is PumpState.STOPPED:
        painter.drawLine(QPointF(6.5, 6.5), QPointF(13.5, 13.5))
        painter.drawLine(QPointF(13.5, 6.5), QPointF(6.5, 13.5))
    elif state is PumpState.UNDER_DELIVERY:
        painter.drawLine(QPointF(10, 5), QPointF(10, 11))
        painter.drawLine(QPointF(10, 13), QPointF(10, 15))
    else:
        painter.drawLine(QPointF(6, 10), QPointF(14, 10))
    painter.restore()


def check(painter: QPainter, x: float, middle: float, size: float, tint: QColor) -> None:
    """A check mark."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tint, size * 0.16))
    points = ((0.15, 0.05), (0.38, 0.27), (0.85, -0.27))
    painter.drawPolyline(QPolygonF([QPointF(x + size * a, middle + size * b) for a, b in points]))
    painter.restore()


def arrow(painter: QPainter, x: float, middle: float, size: float, up: bool, tint: QColor) -> None:
    """A filled triangle, `size` wide."""
    tip = -size * 0.42 if up else size * 0.42
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawPolygon(
        QPolygonF([QPointF(x, middle - tip), QPointF(x + size, middle - tip), QPointF(x + size / 2, middle + tip)])
    )
    painter.restore()


def pill(painter: QPainter, box: QRectF, fill: QColor, radius: float = 4, edge: QColor | None = None) -> None:
    """A filled box with round corners."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, radius, radius)
    else:
        painter.setPen(QPen(edge, 1))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()


def frame(painter: QPainter, box: QRect, thick: int, tint: QColor) -> None:
    """A frame `thick` px wide inside a box."""
    painter.fillRect(box.x(), box.y(), box.width(), thick, tint)
    painter.fillRect(box.x(), box.bottom() - thick + 1, box.width(), thick, tint)
    painter.fillRect(box.x(), box.y() + thick, thick, box.height() - 2 * thick, tint)
    painter.fillRect(box.right() - thick + 1, box.y() + thick, thick, box.height() - 2 * thick, tint)
