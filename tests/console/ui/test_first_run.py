"""Without a configuration the window tells how to begin, and one press leads to the demonstration."""

from __future__ import annotations

import tomllib

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.config import Config
from console.ui.app import Options, build_window
from console.ui.first_run_page import EXAMPLE, FirstRunPage
from console.ui.theme import Theme
from tests.console.ui.fakes import FakeLink


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
