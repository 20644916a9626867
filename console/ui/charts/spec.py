"""What the rows of the bed page show, and the names and figures at their left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt

from console.ui.theme import Theme, Weight, colour, font
from drivers.observation import Parameter

P = Parameter
AXIS_WIDTH = 62


@dataclass(frozen=True, slots=True)
class RowSpec:
    """What a row shows. height: relative; low, high: the fixed range, which only ever widens; gap_s: the line breaks
    after so many seconds without a value; parameters: the first that has values is drawn."""

    label: str
    unit: str
    token: str
    height: int
    low: float
    high: float
    gap_s: float
    parameters: tuple[Parameter, ...]
    decimals: int = 0
    dashed: bool = False
    optional: bool = False
    name: str = ""


ROWS: tuple[RowSpec, ...] = (
    RowSpec("HR", "/min", "hr", 112, 40, 150, 90, (P.HR, P.PR)),
    RowSpec("BP", "mmHg", "bp", 112, 40, 190, 90, (P.NIBP_SYS, P.ART_SYS)),
    RowSpec("RR", "/min", "rr", 94, 0, 40, 90, (P.RR,)),
    RowSpec("Temp", "°C", "temp", 94, 35.5, 40.0, 600, (P.TEMP,), decimals=1, name="temperature"),
    RowSpec("SpO₂", "%", "spo2", 70, 84, 100, 90, (P.SPO2,), optional=True),
    RowSpec("EtCO₂", "mmHg", "etco2", 68, 20, 60, 90, (P.ETCO2,), dashed=True, optional=True),
)
"""Ranges: engineering choice, wide enough for the limits; heights from the interface design."""


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Name and three values at the left of a row."""

    def __init__(self, spec: RowSpec) -> None:
        super().__init__("left", showValues=True)
        self._spec = spec
        self.setStyle(tickLength=0, autoExpandTextSpace=False)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Steps that leave room for the words."""
        for step in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0):
            if size / max(1e-6, (maxVal - minVal) / step) >= 24:
                # The name of the row stands at its top: no figure within 22 px of it.
                first = np.ceil((minVal + 9 * (maxVal - minVal) / size) / step) * step
                return [(step, [float(v) for v in np.arange(first, maxVal - 24 * (maxVal - minVal) / size, step)])]
        return []

    def dress(self, theme: Theme) -> None:
        """Colours and type."""
        t = theme.tokens
        self.setTickFont(font(12, Weight.SEMIBOLD))
        self.setTextPen(pg.mkPen(t.text_2))
        self.setPen(pg.mkPen(None))
        self._tint, self._face = colour(getattr(t, self._spec.token)), font(15, Weight.EXTRABOLD)

    def paint(self, p, opt, widget) -> None:  # type: ignore[no-untyped-def]
        super().paint(p, opt, widget)
        p.setPen(self._tint)
        p.setFont(self._face)
        p.drawText(QRectF(4, 0, self.size().width(), 20), int(Qt.AlignmentFlag.AlignLeft), self._spec.label)
