"""The few glyphs of the bars, drawn as paths so that they follow the theme and need no font."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap


def bell(tint: QColor, crossed: bool = False, size: int = 18, dashed: bool = False) -> QIcon:
    """A bell; crossed when sound is off, with a dashed cross while it is paused (IEC 60417-5576)."""
    pixmap, painter = _canvas(size)
    painter.setBrush(tint)
    painter.setPen(Qt.PenStyle.NoPen)
    body = QPainterPath(QPointF(3, 14))
    body.cubicTo(QPointF(5, 12), QPointF(4.5, 3), QPointF(9, 2.5))
    body.cubicTo(QPointF(13.5, 3), QPointF(13, 12), QPointF(15, 14))
    body.closeSubpath()
    painter.drawPath(body)
    painter.drawEllipse(QRectF(7, 14, 4, 3))
    if crossed:
        pen = QPen(tint, 2)
        if dashed:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([1.6, 1.2])
        painter.setPen(pen)
        painter.drawLine(QPointF(2, 16), QPointF(16, 2))
        painter.drawLine(QPointF(2, 2), QPointF(16, 16))
    painter.end()
    return QIcon(pixmap)


def half(tint: QColor, size: int = 18) -> QIcon:
    """A disc half filled: day and night."""
    pixmap, painter = _canvas(size)
    painter.setPen(QPen(tint, 1.8))
    painter.drawEllipse(QRectF(3, 3, 12, 12))
    painter.setBrush(tint)
    painter.drawPie(QRectF(3, 3, 12, 12), 90 * 16, 180 * 16)
    painter.end()
    return QIcon(pixmap)


def pulse(tint: QColor, ground: QColor, size: int = 24) -> QPixmap:
    """The mark of the program: one beat on a rounded square."""
    pixmap, painter = _canvas(size, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(0, 0, 24, 24), 5, 5)
    painter.setPen(QPen(tint, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = QPainterPath(QPointF(3, 13))
    for x, y in ((7, 13), (9.5, 7), (13, 18), (15.5, 11), (17, 13), (21, 13)):
        line.lineTo(QPointF(x, y))
    painter.drawPath(line)
    painter.end()
    return pixmap


def _canvas(size: int, units: int = 18) -> tuple[QPixmap, QPainter]:
    pixmap = QPixmap(size * 2, size * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / units, size / units)
    return pixmap, painter
