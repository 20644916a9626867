"""Signing in and out at a station: by touch, by keys, quickly in the place of somebody else, and by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.link.commands import ChartFinding, Reply
from console.ui.main_window import MainWindow
from console.ui.observation_sheet import ObservationSheet
from console.ui.page import Sheet
from console.ui.session import Session
from console.ui.sign_in_form import SignInForm
from console.ui.sign_in_sheet import SignInSheet
from console.ward.people import Person, Role
from tests.console.ui import fakes as f
from tests.console.ui.fake_people import CHARGE, NURSE, PIN, STAFF, WRONG, FakePeople
from tests.console.ui.shell import open_window, settle, wall
from tests.console.ui.ward_states import ward_of

K = Qt.Key


class Station:
    """A whole window with people, and a clock that the test moves."""

    def __init__(self, qtbot: QtBot, people: FakePeople, size: tuple[int, int] = (1366, 768)) -> None:
        self.qtbot, self.people = qtbot, people
        self.link = f.FakeLink(ward_of(16))
        self.window: MainWindow = open_window(qtbot, self.link, *size, people=people)
        self.later = 0.0
        clock = self.window.session._clock
        self.window.session._clock = lambda: clock() + self.later
        self.sheet.form._clock = lambda: clock() + self.later

    @property
    def sheet(self) -> SignInSheet:
        sheet = self.window.sheets[Sheet.SIGN_IN]
        assert isinstance(sheet, SignInSheet)
        return sheet

    @property
    def form(self) -> SignInForm:
        return self.sheet.form

    @property
    def chip(self) -> QWidget:
        return self.window._bar.person

    def press(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        settle(self.window)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        settle(self.window)

    def sign_in(self, name: str = NURSE, pin: str = PIN) -> None:
        """By touch alone."""
        self.press(self.chip)
        self.press(self.form.names[name])
        for digit in pin:
            self.press(self.form.pad.digits[digit])
        self.press(self.form.pad.go)

    def wait(self, seconds: float) -> None:
        self.later += seconds
        settle(self.window)


@pytest.fixture
def made(qtbot: QtBot) -> Iterator[Callable[..., Station]]:
    stations: list[Station] = []

    def make(people: FakePeople | None = None, size: tuple[int, int] = (1366, 768)) -> Station:
        stations.append(Station(qtbot, people or FakePeople(), size))
        return stations[-1]

    yield make
    for station in stations:
        station.window.close()


# --- signing in ----------------------------------------------------------------------------------------------------


def test_somebody_signs_in_by_touch_and_the_ward_stays_beside_the_sheet(made) -> None:
    station = made()
    assert station.chip.isVisible()
    assert not station.window._bar.user.isVisible()
    assert station.window.current.user == ""
    station.press(station.chip)
    assert station.sheet.isVisible()
    assert wall(station.window).isVisible()
    assert station.window.alarm_bar.isVisible()
    station.press(station.form.names[NURSE])
    for digit in PIN:
        station.press(station.form.pad.digits[digit])
    assert station.form.secret.text() == PIN
    assert station.form.secret.displayText() != PIN
    station.press(station.form.pad.go)
    assert not station.sheet.isVisible()
    assert station.chip.text() == NURSE
    assert {part.user for part in station.window._parts} == {NURSE}
    assert station.window.sound.user == NURSE


def test_somebody_signs_in_by_keys(made) -> None:
    station = made()
    station.key(K.Key_U, Qt.KeyboardModifier.ControlModifier)
    station.qtbot.keyClicks(QApplication.focusWidget(), "rut")
    assert list(station.form.names) == [CHARGE]
    station.key(K.Key_Return)
    station.qtbot.keyClicks(QApplication.focusWidget(), PIN)
    station.key(K.Key_Return)
    assert station.window.session.name == CHARGE
    assert not station.sheet.isVisible()


def test_the_person_changes_with_two_presses_and_the_pin(made) -> None:
    station = made(FakePeople(recent=[CHARGE, NURSE]))
    station.sign_in(NURSE)
    station.window.show_tab(3)
    station.press(station.chip)
    assert next(iter(station.form.names)) == CHARGE
    assert NURSE not in station.form.names
    station.press(station.form.names[CHARGE])
    station.qtbot.keyClicks(QApplication.focusWidget(), PIN)
    station.key(K.Key_Return)
    assert station.window.session.name == CHARGE
    assert station.window.current is station.window.pages[3]
    assert station.window.current.user == CHARGE


def test_names_that_signed_in_here_lately_come_first_and_the_disabled_never(made) -> None:
    gone = Person("Gone Away", frozenset({Role.NURSE}), disabled=True)
    station = made(FakePeople([*STAFF, gone], recent=[NURSE, "Gone Away"]))
    station.press(station.chip)
    assert next(iter(station.form.names)) == NURSE
    assert "Gone Away" not in station.form.names
    station.qtbot.keyClicks(station.form.search, "gone")
    assert station.form.names == {}
    assert "Nobody of that name" in station.form.nobody.text()
    station.key(K.Key_Return)
    assert station.form.choosing


def test_a_ward_with_many_people_shows_the_recent_ones_until_a_name_is_typed(made) -> None:
    many = [Person(f"Nurse {n:02d}", frozenset({Role.NURSE})) for n in range(30)]
    station = made(FakePeople(many, recent=["Nurse 07", "Nurse 21"]))
    station.press(station.chip)
    assert list(station.form.names) == ["Nurse 07", "Nurse 21"]
    station.qtbot.keyClicks(station.form.search, "nurse")
    assert len(station.form.names) == 8


def test_a_wrong_pin_is_told_in_one_sentence_and_leaves_nothing_in_the_field(made) -> None:
    station = made()
    station.sign_in(pin="1111")
    assert station.sheet.isVisible()
    assert WRONG in station.form.message.text()
    assert station.form.secret.text() == ""
    assert station.window.session.name == ""
    station.qtbot.keyClicks(QApplication.focusWidget(), PIN)
    station.key(K.Key_Return)
    assert station.window.session.name == NURSE


def test_after_wrong_tries_the_wait_is_counted_down_and_another_name_need_not_wait(made) -> None:
    station = made()
    station.people.wait_s = 20.0
    station.sign_in(pin="1111")
    assert "Next try in 0:20." in station.form.message.text()
    assert not station.form.secret.isEnabled()
    asked = len(station.people.calls)
    station.form.enter()
    assert len(station.people.calls) == asked
    station.wait(5)
    station.form._show_wait()
    assert "Next try in 0:15." in station.form.message.text()
    station.press(station.form.back)
    station.press(station.form.names[CHARGE])
    assert station.form.secret.isEnabled()
    station.press(station.form.back)
    station.press(station.form.names[NURSE])
    assert not station.form.secret.isEnabled()
    station.wait(16)
    station.form._show_wait()
    assert station.form.secret.isEnabled()
    assert "Try again" in station.form.message.text()


@pytest.mark.parametrize("leave", ["escape", "back", "page", "sheet"])
def test_a_secret_is_gone_when_the_form_is_left(made, leave: str) -> None:
    station = made()
    station.press(station.chip)
    station.press(station.form.names[NURSE])
    station.qtbot.keyClicks(station.form.secret, "258")
    if leave == "escape":
        station.key(K.Key_Escape)
    elif leave == "back":
        station.press(station.form.back)
    elif leave == "page":
        station.window.close_sheet()
    else:
        station.window.open_sheet(Sheet.KEYS, "")
    assert station.form.secret.text() == ""
    assert station.window.session.name == ""
    assert [call for call in station.people.calls if call[0] == "sign_in"] == []


def test_an_empty_secret_is_not_tried(made) -> None:
    station = made()
    station.sign_in(pin="")
    assert station.people.calls == []
    assert "PIN or password" in station.form.message.text()


def test_while_a_secret_is_checked_the_ward_goes_on_and_a_second_try_is_not_sent(made) -> None:
    station = made()
    station.people.hold = True
    station.sign_in()
    station.form.enter()
    assert [call[0] for call in station.people.calls] == ["sign_in"]
    assert station.form.message.text() == "Checking …"
    station.link.ward = ward_of(16, sequence=2)
    settle(station.window)
    station.people.finish()
    station.form._questions.poll()
    assert station.window.session.name == NURSE


def test_digits_reach_the_pin_when_the_ward_has_the_keyboard(made) -> None:
    station = made()
    station.press(station.chip)
    station.press(station.form.names[NURSE])
    wall(station.window).setFocus()
    station.key(K.Key_2)
    station.key(K.Key_5)
    assert station.form.secret.text() == "25"


# --- nobody --------------------------------------------------------------------------------------------------------


def test_a_ward_without_people_says_that_anyone_can_act_and_keeps_the_typed_name(made) -> None:
    station = made(FakePeople([]), (1920, 1080))
    assert station.window._bar.user.isVisible()
    assert not station.chip.isVisible()
    assert "No people set up: anyone can act" in station.window._status._left.text()
    assert station.window.current.user == "R. Test"
    station.key(K.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert not station.form.isVisible()
    assert "anyone can act" in station.sheet.notice.text()


def test_the_chip_appears_when_the_first_person_is_created(made) -> None:
    station = made(FakePeople([]))
    station.people.create_first("Ada Stern", "12345678")
    settle(station.window)
    assert station.chip.isVisible()
    assert station.window.current.user == ""


def test_an_act_of_nobody_offers_the_sign_in_and_the_draft_is_there_afterwards(made) -> None:
    station = made()
    station.link.answer = lambda _: Reply("", "entry-1")
    station.window.open_sheet(Sheet.OBSERVATION, "07")
    sheet = station.window.sheets[Sheet.OBSERVATION]
    assert isinstance(sheet, ObservationSheet)
    station.press(sheet.strip.choice(2))
    station.press(sheet.buttons["pruritus", "yes"])
    assert station.sheet.isVisible()
    assert not [c for c in station.link.commands if isinstance(c, ChartFinding)]
    station.press(station.form.names[NURSE])
    station.qtbot.keyClicks(QApplication.focusWidget(), PIN)
    station.key(K.Key_Return)
    assert sheet.isVisible()
    assert "Sign in first" in sheet.message.text()
    assert sheet.strip.choice(2).isChecked()
    station.press(sheet.buttons["pruritus", "yes"])
    (charted,) = [c for c in station.link.commands if isinstance(c, ChartFinding)]
    assert charted.finding.by == NURSE


def test_what_the_engine_refuses_is_told_in_its_own_words(made) -> None:
    station = made()
    station.sign_in()
    station.link.answer = lambda _: Reply(f"{NURSE} may not chart observations and pump events.")
    station.window.open_sheet(Sheet.OBSERVATION, "07")
    sheet = station.window.sheets[Sheet.OBSERVATION]
    assert isinstance(sheet, ObservationSheet)
    station.press(sheet.buttons["pruritus", "yes"])
    assert f"{NURSE} may not chart observations" in sheet.message.text()


# --- signing out ---------------------------------------------------------------------------------------------------


def test_signing_out_by_hand(made) -> None:
    station = made()
    station.sign_in()
    station.press(station.chip)
    station.press(station.sheet.sign_out)
    assert station.window.session.name == ""
    assert ("sign_out", NURSE, "by hand") in station.people.calls
    assert station.window.current.user == ""


def test_a_station_left_alone_counts_down_and_signs_out_with_the_ward_as_it_was(made) -> None:
    station = made(FakePeople(sign_out_after_s=600.0))
    station.sign_in()
    page, tiles = station.window.current, dict(wall(station.window).tiles)
    station.wait(560)
    assert station.chip.text() == NURSE
    station.wait(15)
    assert station.chip.text().endswith("0:25")
    station.wait(26)
    assert station.window.session.name == ""
    assert station.people.calls[-1] == ("sign_out", NURSE, "by itself after 10 min")
    assert station.window.current is page
    assert page.isVisible()
    assert wall(station.window).tiles == tiles


@pytest.mark.parametrize("sign", ["key", "press", "move"])
def test_a_key_a_press_or_the_mouse_keeps_somebody_signed_in(made, sign: str) -> None:
    station = made(FakePeople(sign_out_after_s=600.0))
    station.sign_in()
    station.wait(590)
    handle = station.window.windowHandle()
    if sign == "key":
        QTest.keyClick(handle, K.Key_Down)
    elif sign == "press":
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(400, 60))
    else:
        QTest.mouseMove(handle, QPoint(410, 300))
        QTest.mouseMove(handle, QPoint(420, 310))
    settle(station.window)
    station.wait(300)
    assert station.window.session.name == NURSE


def test_somebody_disabled_elsewhere_is_signed_out_here(made) -> None:
    station = made()
    station.sign_in()
    station.people.signed_in = ""
    settle(station.window)
    assert station.window.current.user == ""
    assert station.chip.text() in ("Nobody signed in", "Sign in")


def test_a_session_without_a_desk_acts_under_the_typed_name() -> None:
    session = Session(None, "R. Test")
    assert (session.name, session.needed, session.open_to_all, session.left_s()) == ("R. Test", False, False, None)
    session.follow()
    session.sign_out()
    session.type_name("S. Other")
    assert session.name == "S. Other"
