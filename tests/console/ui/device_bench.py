"""The device page on a desk without devices, worked by real clicks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QListWidget
from pytestqt.qtbot import QtBot

from console.config import Config
from console.ui.devices_page import DevicesPage
from console.ui.theme import Theme
from tests.console.ui import fakes as f
from tests.console.ui.fake_desk import FakeDesk


class DeviceBench:
    """`desk` and `link` say what there is; `show` brings the page up to date."""

    def __init__(self, qtbot: QtBot, config: Config | None = None, user: str = "B. Tech") -> None:
        self.qtbot = qtbot
        self.link = f.FakeLink()
        self.desk = FakeDesk(config, self.link)
        self.desk._publish(self.link)
        self.page = DevicesPage(self.link, user, Theme(), "", self.desk)
        qtbot.addWidget(self.page)
        self.page.resize(1920, 942)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.show()

    @property
    def setup(self):
        return self.page.setup

    def show(self) -> None:
        """A second later."""
        self.link.time += 1.0
        self.page.show_ward(self.link.ward, self.link.time)

    def click(self, button: QAbstractButton) -> None:
        assert button.isVisible(), f"{button.text()} is not to be seen"
        assert button.isEnabled(), f"{button.text()} cannot be pressed"
        assert button.height() >= 40, f"{button.text()} is too low for a finger"
        at = button.rect().center()
        at.setX(min(at.x(), 12))
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=at)

    def choose(self, items: QListWidget, row: int) -> None:
        """Click an entry of a list."""
        place = items.visualItemRect(items.item(row)).center()
        self.qtbot.mouseClick(items.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert items.currentRow() == row

    def kind(self, word: str) -> None:
        """Say where the bytes come from."""
        self.click(next(b for b in self.setup.port.kinds.buttons() if b.text() == word))

    def next(self) -> None:
        self.click(self.setup.next)

    def look(self) -> None:
        """The next look at the line."""
        self.setup.watch.look()
