"""What a frame of the bed page costs with a whole day at a value a second: panning, zooming, and the live second."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from console.store.records import Series, Trend
from console.ui.bed_page.page import BedPage
from console.ui.theme import Theme, apply
from drivers.observation import Parameter
from tests.console.ui import courses, fakes

P = Parameter
DAY = 86_400
SIX = (P.HR, P.RR, P.SPO2, P.ETCO2, P.TEMP, P.ART_SYS)
LEVELS = (84.0, 16.0, 96.0, 38.0, 37.2, 128.0)
BLOCKS, FRAMES = 4, 40
BUDGET_MS = 16.0
SIZE = (1920, 942)


def _application() -> Any:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    apply(application, Theme())
    return application


def _day() -> dict[Parameter, Series]:
    """Six curves that wander, every value there, as the worst case of drawing."""
    random = np.random.default_rng(1)
    times = np.arange(fakes.NOW - DAY, fakes.NOW, 1.0)
    made = {}
    for parameter, level in zip(SIX, LEVELS, strict=True):
        walk = np.cumsum(random.normal(0, 0.02, DAY)) + random.normal(0, 1.5, DAY)
        decimals = 1 if parameter is P.TEMP else 0
        values = np.round(level + walk * (0.05 if parameter is P.TEMP else 1), decimals)
        made[parameter] = Series(parameter, times, values, np.zeros(DAY, bool))
    return made


def _page() -> BedPage:
    day = _day()
    link = fakes.FakeLink(fakes.ward([courses.withdrawal_bed()]))
    link.made_trend = lambda bed, parameters, start, end: Trend(bed, start, end, day)
    page = BedPage(link, "R. Test", Theme())
    page.resize(*SIZE)
    page.show_bed("07")
    page.show()
    page.show_ward(link.snapshot(), link.now())
    page.windows[4].click()
    return page


def _frames(application: Any, step: Callable[[int], None]) -> list[float]:
    """Processor milliseconds of every frame, the change and all painting it brings, in the quietest of the blocks: a
    neighbour on the same core slows a frame even in processor time."""
    blocks = []
    for _ in range(BLOCKS):
        taken = []
        for index in range(-5, FRAMES):
            started = time.process_time()
            step(index)
            application.processEvents()
            if index >= 0:
                taken.append((time.process_time() - started) * 1000)
        blocks.append(taken)
    return min(blocks, key=statistics.median)


def _row(
    name: str, taken: list[float], how: str, peer: list[float] | None = None, budget: float | None = BUDGET_MS
) -> list[dict[str, Any]]:
    ordered = sorted(taken)
    median, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
    against = None if peer is None else statistics.median(peer)
    rows = []
    for part, value in (("median", median), ("p95", p95)):
        compared = against is not None and part == "median"
        rows.append(
            {
                "name": f"{name} {part}",
                "measured": round(value, 2),
                "unit": "ms",
                "budget": budget or "",
                "peer": round(against, 1) if compared and against is not None else None,
                "ratio": round(against / value, 1) if compared and against is not None else None,
                "pass": None if budget is None else value <= budget,
                "how": how,
            }
        )
    return rows


def pan() -> list[dict[str, Any]]:
    """The whole day moves by a minute a frame; against pyqtgraph left to its defaults with the same six curves."""
    application, page = _application(), _page()
    try:
        taken = _frames(application, lambda i: page.charts.move_to(fakes.NOW - 60.0 * (i + 6)))
    finally:
        _close(application, page)
    how = (
        "processor time of the quietest of 4 blocks, bed page 1920x942 offscreen, 24 h window, 6 curves of 86,400 "
        "points; peer: pyqtgraph defaults, plots alone"
    )
    return _row("detail pan 24 h", taken, how, _defaults(application))


def zoom() -> list[dict[str, Any]]:
    """In and out about the middle of the day."""
    application, page = _application(), _page()
    around = fakes.NOW - DAY / 2
    try:
        taken = _frames(application, lambda i: page.charts.zoom(0.8 if i % 20 < 10 else 1.25, around))
    finally:
        _close(application, page)
    return _row("detail zoom", taken, "the same page, wheel steps between 24 h and 2.5 h")


def live() -> list[dict[str, Any]]:
    """A new second arrives at the live page."""
    application, page = _application(), _page()
    link = page.link
    bed = link.snapshot().beds[0]
    try:

        def second(index: int) -> None:
            changed = fakes.replace(bed, version=index + 10)
            ward = fakes.replace(link.snapshot(), beds=(changed,))
            page.show_ward(ward, fakes.NOW + index + 6)

        taken = _frames(application, second)
    finally:
        _close(application, page)
    how = "the same page follows the present, 24 h window; this happens once a second"
    return _row("detail live second", taken, how, budget=None)


def _defaults(application: Any) -> list[float]:
    import pyqtgraph as pg

    widget = pg.GraphicsLayoutWidget()
    widget.resize(1440, 780)
    plots = []
    for index, series in enumerate(_day().values()):
        plot = widget.addPlot(row=index, col=0)
        plot.plot(series.times, series.values)
        if plots:
            plot.setXLink(plots[0])
        plots.append(plot)
    widget.show()

    def move(index: int) -> None:
        plots[0].setXRange(fakes.NOW - DAY - 60.0 * index, fakes.NOW - 60.0 * index, padding=0)

    taken = _frames(application, move)
    widget.close()
    widget.deleteLater()
    application.processEvents()
    return taken


def _close(application: Any, page: BedPage) -> None:
    page.close()
    page.deleteLater()
    application.processEvents()


BENCHES = [pan, zoom, live]
