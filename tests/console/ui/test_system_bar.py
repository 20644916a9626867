"""The top line at every width: ten tabs beside the ward, the sound, the person and the clock, none over another."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.ui import theme as themes
from console.ui.bar_tab import ROOMS
from console.ui.main_window import COMPACT_BELOW
from console.ui.system_bar import SystemBar
from console.ui.theme import Mode, Theme

TITLES = (
    ("Ward", ""),
    ("Bed", ""),
    ("Alarm history", "History"),
    *((title, "") for title in ("Devices", "Feeds", "Rules", "Analysis", "Reports", "People", "Audit")),
)


def made_bar(qtbot: QtBot, width: int, tabs: int = 9, *, simulated: bool = False, ward: str = "Ward 4 East"):
    theme = Theme(Mode.DARK, compact=width < COMPACT_BELOW)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    themes.apply(application, theme)
    host = QWidget()
    host.resize(width, theme.system_bar)
    qtbot.addWidget(host)
    bar = SystemBar(TITLES[:tabs], "R. Test", theme)
    bar.setParent(host)
    bar.resize(width, theme.system_bar)
    host.show()
    bar.show_ward(ward, simulated, 60.0 if simulated else 1.0)
    bar.show_time(datetime(2026, 4, 14, 4, 42, 18, tzinfo=UTC), "Europe/Berlin")
    bar.show_sound("", 0.0)
    bar.rename(1, "Bed 7B-04")
    QApplication.processEvents()
    bar.host = host  # it lives as long as the bar
    return bar


def extents(bar: SystemBar) -> list[tuple[int, int]]:
    """Left and right edge of everything that is seen, from the left."""
    parts = [w for w in bar.findChildren(QWidget) if w.isVisible() and w.width() > 0]
    return sorted((w.mapTo(bar, QPoint(0, 0)).x(), w.mapTo(bar, QPoint(w.width(), 0)).x()) for w in parts)


@pytest.mark.parametrize("tabs", [9, 10])
@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("width", [1024, 1280, 1366, 1599, 1600, 1920, 2560])
def test_everything_has_its_own_place_within_the_bar(qtbot: QtBot, width: int, simulated: bool, tabs: int) -> None:
    bar = made_bar(qtbot, width, tabs, simulated=simulated)
    edges = extents(bar)
    assert edges[0][0] >= 0
    assert edges[-1][1] <= width
    assert [(a, b) for a, b in pairwise(edges) if a[1] > b[0]] == []
    assert all(tab.isVisible() for tab in bar.tabs)
    assert bar.simulated.isVisible() == simulated
    assert bar.sound.isVisible()
    assert bar._clock.isVisible()


@pytest.mark.parametrize(("width", "words"), [(1366, "History"), (1920, "Alarm history")])
def test_titles_are_short_where_room_is_scarce(qtbot: QtBot, width: int, words: str) -> None:
    bar = made_bar(qtbot, width)
    assert bar.tabs[2].words == words
    assert bar.tabs[2].accessibleName() == "Alarm history, F3"
    assert bar.tabs[2].height() >= 40


def test_a_wide_bar_says_everything(qtbot: QtBot) -> None:
    bar = made_bar(qtbot, 2560)
    assert bar.room == ROOMS[0]
    assert bar.sound.text() == "Alarm sound on 3/4"


def test_a_long_name_of_a_ward_gives_way(qtbot: QtBot) -> None:
    bar = made_bar(qtbot, 1366, ward="Ward with a name of sixty characters, as long as is allowed")
    edges = extents(bar)
    assert edges[-1][1] <= 1366
    assert [(a, b) for a, b in pairwise(edges) if a[1] > b[0]] == []


@pytest.mark.parametrize("width", [1024, 1366, 1920])
def test_the_tabs_keep_their_places_whatever_becomes_of_the_sound(qtbot: QtBot, width: int) -> None:
    bar = made_bar(qtbot, width, simulated=True)
    before = [tab.geometry() for tab in bar.tabs]
    for told in (("No sound device", 0.0, 3, False), ("", 90.0, 3, False), ("", 90.0, 3, True)):
        bar.show_sound(*told)
        QApplication.processEvents()
        assert [tab.geometry() for tab in bar.tabs] == before
        metrics = bar.sound.fontMetrics()
        assert metrics.horizontalAdvance(bar.sound.text()) + 20 <= bar.sound.width()


@pytest.mark.parametrize(("width", "words"), [(1024, "No sound"), (1366, "No alarm sound")])
def test_a_sound_that_does_not_work_is_always_said_in_words(qtbot: QtBot, width: int, words: str) -> None:
    bar = made_bar(qtbot, width)
    bar.show_sound("No sound device", 0.0)
    assert bar.sound.text() == words
    assert bar.sound.accessibleName().startswith("No alarm sound")
