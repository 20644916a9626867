"""The screens of people over the real desk: secrets are hashed, wrong tries wait, and the record is a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.config_people import PeopleConfig
from console.people.desk import PeopleDesk
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.people_page import PeoplePage
from console.ui.sign_in_form import SignInForm
from console.ward.people import Right, Role
from tests.console.people.reception import BOSS, BOSS_SECRET, NURSE, NURSE_PIN, Reception
from tests.console.ui import fakes as f
from tests.console.ui.shell import open_window, settle


@pytest.fixture
def reception(tmp_path: Path) -> Iterator[Reception]:
    made = Reception(f"sqlite:///{tmp_path / 'ward.db'}")
    yield made
    made.close()


class Station:
    """A window over a real desk."""

    def __init__(self, qtbot: QtBot, desk: PeopleDesk) -> None:
        self.qtbot, self.desk = qtbot, desk
        self.window: MainWindow = open_window(qtbot, f.FakeLink(), 1366, 768, people=desk)
        form = self.window.sheets[Sheet.SIGN_IN].form
        assert isinstance(form, SignInForm)
        self.form = form

    def press(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        settle(self.window)

    def enter(self, name: str, secret: str) -> None:
        self.window.open_sign_in()
        self.press(self.form.names[name])
        self.qtbot.keyClicks(self.form.secret, secret)
        self.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    def until(self, condition) -> None:
        def now() -> bool:
            settle(self.window)
            return bool(condition())

        self.qtbot.waitUntil(now, timeout=8000)


def test_sign_in_a_wrong_try_and_out_again(qtbot: QtBot, reception: Reception) -> None:
    station = Station(qtbot, reception.staffed(config=PeopleConfig(initials=True)))
    assert station.window.theme.initials
    station.enter(NURSE, "9999")
    station.until(lambda: station.form.message.text().startswith("?"))
    assert station.window.session.name == ""
    station.press(station.form.back)
    station.enter(NURSE, NURSE_PIN)
    station.until(lambda: station.window.session.name == NURSE)
    assert station.window.current.user == NURSE
    assert station.desk.refusal(NURSE, Right.ACKNOWLEDGE) == ""
    station.window.open_sign_in()
    station.press(station.window.sheets[Sheet.SIGN_IN].sign_out)
    assert station.window.current.user == ""
    assert "Sign in" in station.desk.refusal("", Right.ACKNOWLEDGE)
    station.window.close()


def test_the_first_administrator_then_a_nurse_are_made_on_the_page(qtbot: QtBot, reception: Reception) -> None:
    station = Station(qtbot, reception.desk())
    window = station.window
    window.show_tab(len(window.pages) - 1)
    page = window.current
    assert isinstance(page, PeoplePage)
    for field, text in ((page.first.name, BOSS), (page.first.pair.first, BOSS_SECRET)):
        qtbot.keyClicks(field, text)
    qtbot.keyClicks(page.first.pair.second, BOSS_SECRET)
    station.press(page.first.make)
    station.until(lambda: window.session.name == BOSS)
    station.press(page.add)
    qtbot.keyClicks(page.form.name_field, NURSE)
    page.form.boxes[Role.NURSE].setChecked(True)
    qtbot.keyClicks(page.form.pair.first, NURSE_PIN)
    qtbot.keyClicks(page.form.pair.second, NURSE_PIN)
    station.press(page.form.save)
    station.until(lambda: "can sign in" in page.told.text())
    assert [person.name for person in page.model.people] == [BOSS, NURSE]
    station.enter(NURSE, NURSE_PIN)
    station.until(lambda: window.session.name == NURSE)
    assert page.reason.text() == f"{NURSE} may not manage people."
    window.close()


def test_the_last_administrator_stays_and_the_page_says_so(qtbot: QtBot, reception: Reception) -> None:
    station = Station(qtbot, reception.staffed())
    window = station.window
    station.enter(BOSS, BOSS_SECRET)
    station.until(lambda: window.session.name == BOSS)
    window.show_tab(len(window.pages) - 1)
    page = window.current
    assert isinstance(page, PeoplePage)
    page.table.selectRow([person.name for person in page.model.people].index(BOSS))
    settle(window)
    station.press(page.disable)
    station.until(lambda: page.told.text().startswith("?"))
    assert window.session.name == BOSS
    window.close()
