"""Without a configuration the window tells how to begin, and one press leads to the demonstration."""

from __future__ import annotations

import tomllib

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.config import Config
from console.link.desks import Desks
from console.ui.app import Options, build_window
from console.ui.devices_page import DevicesPage
from console.ui.first_run_page import EXAMPLE, FirstRunPage
from console.ui.theme import Mode, Theme
from console.ui.wall.page import WallPage
from tests.console.ui.fake_desk import FakeDesk
from tests.console.ui.fakes import FakeLink, empty_bed, ward


def test_the_example_is_a_configuration_the_program_takes() -> None:
    config = Config.model_validate(tomllib.loads(EXAMPLE))
    assert config.ward.beds == ["7B-01", "7B-02"] or config.ward.beds == ("7B-01", "7B-02")


def test_it_names_the_file_and_what_the_program_is_not(qtbot: QtBot) -> None:
    page = FirstRunPage(FakeLink(), "", Theme(), "/home/nurse/<b>ward</b>.toml")
    qtbot.addWidget(page)
    words = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "/home/nurse/<b>ward</b>.toml" in words
    assert "The bedside monitor stays the primary alarm" in words
    assert {label.textFormat() for label in page.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_where_devices_can_be_added_it_says_how_and_leads_there(qtbot: QtBot) -> None:
    window = build_window(FakeLink(), Options(configured=False), desks=Desks(devices=FakeDesk()))
    qtbot.addWidget(window)
    window.show()
    window.start()
    page = window.current
    assert isinstance(page, FirstRunPage)
    words = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "its values are compared with the bedside monitor" in words
    assert "[[source]]" not in words
    qtbot.mouseClick(page.device_button, Qt.MouseButton.LeftButton)
    assert isinstance(window.current, DevicesPage)
    window.close()


def test_the_wall_comes_with_the_first_bed_in_the_look_and_for_the_person_of_the_window(qtbot: QtBot) -> None:
    link = FakeLink()
    window = build_window(link, Options(configured=False), desks=Desks(devices=FakeDesk()))
    qtbot.addWidget(window)
    window.show()
    window.start()
    window.session.type_name("R. Test")
    window.toggle_theme()
    link.ward = ward([empty_bed("7B-01")])
    window.refresh()
    wall = window.current
    assert isinstance(wall, WallPage)
    assert list(wall.tiles) == ["7B-01"]
    assert (wall.user, wall.theme.mode) == ("R. Test", Mode.LIGHT)
    with qtbot.waitSignal(wall.hint, timeout=1000):
        wall.setFocus()
        qtbot.keyClick(wall, Qt.Key.Key_A)
    window.show_tab(3)
    window.show_tab(0)
    assert window.current is wall
    window.close()


def test_one_press_asks_the_window_for_the_demonstration(qtbot: QtBot) -> None:
    window = build_window(FakeLink(), Options(configured=False))
    qtbot.addWidget(window)
    window.show()
    window.start()
    page = window.current
    assert isinstance(page, FirstRunPage)
    with qtbot.waitSignal(window.demo_wanted, timeout=1000):
        qtbot.mouseClick(page.demo_button, Qt.MouseButton.LeftButton)
    window.close()
