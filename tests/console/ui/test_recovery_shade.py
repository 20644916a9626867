"""The shade of the time after a repair on the bed page: only what the window shows, and only where it is asked for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from console.alarms.recovery import Recovery
from console.ui.charts.panel import ChartPanel
from console.ui.theme import Theme
from tests.console.ui.fakes import NOW, bed, pattern_view

HOUR = 3600.0


def panel(qtbot: QtBot, hours_ago: float | None, window_h: int) -> ChartPanel:
    """A panel on a bed whose pump was repaired so many hours ago."""
    at = NOW - (hours_ago or 0) * HOUR
    recovery = None if hours_ago is None else Recovery(at + 4 * HOUR, at + 72 * HOUR, at + 42.9 * HOUR)
    charts = ChartPanel(Theme(), ZoneInfo("Europe/Berlin"))
    qtbot.addWidget(charts)
    charts.resize(1200, 700)
    charts.show()
    charts.show_bed("01")
    charts.choose_window(window_h * 3600)
    charts.follow(bed(patterns=(pattern_view(recovery=recovery),)), NOW)
    return charts


@pytest.mark.parametrize(
    ("hours_ago", "window_h", "region", "mark"),
    [
        (3.0, 4, None, None),  # not yet begun
        (6.0, 4, (0.5, 1.0), None),  # began 2 h ago
        (44.0, 4, (0.0, 1.0), 1 - 1.1 / 4),  # the mark lies 1.1 h back
        (74.0, 4, (0.0, 0.5), None),  # ended 2 h ago
        (77.0, 4, None, None),
        (60.0, 72, (16 / 72, 1.0), 1 - 17.1 / 72),
        (None, 72, None, None),
    ],
)
def test_what_lies_in_the_window_is_shaded(
    qtbot: QtBot,
    hours_ago: float | None,
    window_h: int,
    region: tuple[float, float] | None,
    mark: float | None,
) -> None:
    charts = panel(qtbot, hours_ago, window_h)
    for number, row in enumerate(charts.rows):
        shade = row._recovery
        assert shade.region.isVisible() is (region is not None)
        if region is not None:
            assert shade.region.getRegion() == pytest.approx(region)
        assert shade.mark.isVisible() is (mark is not None)
        if mark is not None:
            assert shade.mark.value() == pytest.approx(mark)
        assert shade.words.isVisible() is (number == 0 and region is not None)


def test_it_goes_with_the_events(qtbot: QtBot) -> None:
    charts = panel(qtbot, 20.0, 4)
    charts.options["events"] = False
    charts.redraw()
    assert not any(row._recovery.region.isVisible() for row in charts.rows)
    charts.options["events"] = True
    charts.redraw()
    assert all(row._recovery.region.isVisible() for row in charts.rows)
