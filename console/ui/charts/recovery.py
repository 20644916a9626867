"""The shade behind a row of the bed page for the time after a repair, with a mark at the average recovery."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt

from console.alarms.recovery import Recovery
from console.ui.theme import Theme, Weight, colour, font

WORDS = "Recovery after repair"
NAMED_SHARE = 0.14
"""The words stand, at the right end, where the shade takes at least this share of the window: hatched stretches have
their names in the middle."""


class RecoveryShade:
    """Drawn in shares of the window as everything in a row. named: the row that carries the words."""

    def __init__(self, plot: pg.PlotItem, *, named: bool) -> None:
        self._named = named
        self.region = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
        self.mark = pg.InfiniteLine(angle=90, movable=False)
        self.words = pg.TextItem(WORDS, anchor=(1, 0.5))
        self.region.setZValue(-15)
        self.mark.setZValue(-6)
        for item in (self.region, self.mark, self.words):
            item.hide()
            plot.addItem(item, ignoreBounds=True)

    def show(self, recovery: Recovery | None, start: float, window: float, level: float) -> None:
        """Shade what lies in the window of `window` seconds from `start`; level: height of the words."""
        begin, end, mark = 0.0, 0.0, -1.0
        if recovery is not None:
            begin, end = (min(1.0, max(0.0, (t - start) / window)) for t in (recovery.start, recovery.end))
            mark = (recovery.mark - start) / window
        self.region.setVisible(end > begin)
        self.mark.setVisible(0 <= mark <= 1)
        self.words.setVisible(self._named and end - begin >= NAMED_SHARE)
        if end > begin:
            self.region.setRegion((begin, end))
            self.words.setPos(end - 0.004, level)
        if self.mark.isVisible():
            self.mark.setValue(mark)

    def set_theme(self, theme: Theme) -> None:
        """Colours of the look: no alarm's and no parameter's."""
        t = theme.tokens
        self.region.setBrush(colour(t.baseline, 0.07))
        self.mark.setPen(pg.mkPen(colour(t.text_2, 0.6), width=1, style=Qt.PenStyle.DashDotLine))
        self.words.setColor(t.text_2)
        self.words.setFont(font(12, Weight.SEMIBOLD))
