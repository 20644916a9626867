"""The whole window on a link without an engine and a loudspeaker that only keeps a list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Priority
from console.link.desks import Desks
from console.link.people import People
from console.ui import theme as themes
from console.ui.app import Options, build_window
from console.ui.main_window import COMPACT_BELOW, MainWindow
from console.ui.sound.tones import Sounds, Tone
from console.ui.theme import Theme
from console.ui.wall.page import WallPage
from console.ui.wall.slot import slot_boxes
from tests.console.ui.fakes import FakeLink


class FakeOutput:
    """Keeps what was played; `fault` is what it says of itself."""

    def __init__(self) -> None:
        self.played: list[Priority] = []
        self.sounding = False
        self.fault = ""
        self.closed = False

    def choose(self, sounds: Sounds) -> None:
        self.sounds = sounds

    def play(self, tone: Tone, volume: float) -> None:
        self.played.append(tone.priority)
        self.sounding = True

    def stop(self) -> None:
        self.sounding = False

    def problem(self) -> str:
        return self.fault

    def close(self) -> None:
        self.stop()
        self.closed = True


def open_window(
    qtbot: QtBot, link: FakeLink, width: int = 1920, height: int = 1080, people: People | None = None, **more: Any
) -> MainWindow:
    """The window, shown and up to date; its timers stand still, `refresh` moves it. more: other desks and `options`."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    # In the size it will have: dressed anew with every page in it, a window costs half a second more.
    themes.apply(application, Theme(compact=width < COMPACT_BELOW))
    window = build_window(
        link, Options(user="R. Test", **more.pop("options", {})), FakeOutput(), Desks(people=people, **more)
    )
    qtbot.addWidget(window)
    window.resize(width, height)
    window.show()
    qtbot.waitExposed(window)
    window.current.activated()
    settle(window)
    return window


def settle(window: MainWindow) -> None:
    """Show the newest picture and let the layouts end."""
    for _ in range(3):
        window.refresh()
        QApplication.processEvents()


def wall(window: MainWindow) -> WallPage:
    """The ward page."""
    page = window.pages[0]
    assert isinstance(page, WallPage)
    return page


def slot_point(window: MainWindow, bed: str, index: int = 0) -> tuple[object, QPoint]:
    """The tile of a bed and the middle of one of its alarm slots."""
    tile = wall(window).tiles[bed]
    assert tile.view is not None
    return tile, slot_boxes(tile._geometry, tile.view)[index].center()
