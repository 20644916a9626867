"""The end of a cuff bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath


def flat_cap() -> QPainterPath:
    """A flat stroke, in units of the symbol's size."""
    path = QPainterPath()
    path.addRect(QRectF(-0.5, -0.18, 1.0, 0.36))
    return path
