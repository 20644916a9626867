"""What a frame of the bed page costs: six parameters of 24 h at 1 Hz, panned and zoomed in a window of 1600x900."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from console.store.records import Series, Trend
from console.ui.charts.panel import ChartPanel
from console.ui.theme import Theme, apply
from drivers.observation import Parameter
from tests.console.ui import fakes

SAMPLES = 86_400
FRAMES = 80
_USUAL = {
    Parameter.HR: 84.0,
    Parameter.RR: 16.0,
    Parameter.SPO2: 96.0,
    Parameter.ETCO2: 38.0,
    Parameter.TEMP: 37.0,
    Parameter.ART_SYS: 128.0,
}
"""All six stream, the pressure by an arterial line: the most that is ever drawn."""


def _panel() -> tuple[Any, ChartPanel]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply(application, Theme())
    panel = ChartPanel(Theme(), ZoneInfo("Europe/Berlin"))
    panel.resize(1600, 900)
    panel.show_bed("01")
    panel.data.load(Trend("01", fakes.utc(SAMPLES), fakes.utc(), _series()))
    panel.window_s = 86_400.0
    panel.follow(fakes.bed("01"), fakes.NOW)
    panel.show()
    application.processEvents()
    assert len(panel.rows) == 6
    return application, panel


def _series() -> dict[Parameter, Series]:
    rng = np.random.default_rng(3)
    times = fakes.NOW - SAMPLES + np.arange(SAMPLES, dtype=float)
    good = np.zeros(SAMPLES, dtype=bool)
    made = {}
    for parameter, usual in _USUAL.items():
        values = np.round(usual * (1 + 0.05 * np.sin(times / 4000) + 0.02 * rng.normal(size=SAMPLES)), 1)
        values[40_000:40_900] = np.nan
        made[parameter] = Series(parameter, times, values, good)
    return made


def frames() -> list[dict[str, Any]]:
    """Time from the order to move until everything is painted."""
    application, panel = _panel()
    panel.move_to(fakes.NOW - 40_000)
    panel.window_s = 43_200.0
    rows = []
    for name, act in (("pan", _pan(panel)), ("zoom", _zoom(panel)), ("pan_24h", _pan_day(panel))):
        wall, processor = [], []
        for number in range(FRAMES):
            before, spent = time.perf_counter(), time.process_time()
            act(number)
            application.processEvents()
            wall.append((time.perf_counter() - before) * 1000)
            processor.append((time.process_time() - spent) * 1000)
        wall, processor = sorted(wall[5:]), sorted(processor[5:])
        rows += [
            _row(f"detail.{name}_median", statistics.median(processor), _words(statistics.median(wall))),
            _row(f"detail.{name}_p95", processor[int(len(processor) * 0.95)], _words(wall[int(len(wall) * 0.95)])),
        ]
    panel.close()
    panel.deleteLater()
    application.processEvents()
    return rows


def _pan(panel: ChartPanel) -> Callable[[int], None]:
    return lambda number: panel.move_to(fakes.NOW - 40_000 + 300 * (number % 40))


def _pan_day(panel: ChartPanel) -> Callable[[int], None]:
    def act(number: int) -> None:
        panel.window_s = 86_400.0
        panel.move_to(fakes.NOW - 60 * (number % 50))

    return act


def _zoom(panel: ChartPanel) -> Callable[[int], None]:
    return lambda number: panel.zoom(0.9 if number % 20 < 10 else 1 / 0.9, fakes.NOW - 50_000)


def _words(wall: float) -> str:
    return f"6 x 86,400 points, 1600x900 offscreen, moved and painted, processor time; {wall:.1f} ms by the clock"


def _row(name: str, measured: float, how: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured,
        "unit": "ms",
        "budget": "16",
        "peer": None,
        "ratio": None,
        "pass": measured <= 16,
        "how": how,
    }


BENCHES = [frames]
