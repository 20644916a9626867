"""The page of people and the first administrator, by clicks and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from console.ui.first_administrator import SKIPPED
from console.ui.first_run_page import FirstRunPage
from console.ui.main_window import MainWindow
from console.ui.people_page import PeoplePage
from console.ui.people_page.form import NO_ROLE
from console.ui.people_page.model import roles_text
from console.ui.secret_pair import DIFFER
from console.ward.people import RIGHTS, Person, Right, Role
from tests.console.ui import fakes as f
from tests.console.ui.fake_people import ADMIN, CHARGE, NURSE, FakePeople
from tests.console.ui.shell import open_window, settle


class Office:
    """The window on the page of people."""

    def __init__(self, qtbot: QtBot, people: FakePeople, **more: object) -> None:
        self.qtbot, self.people = qtbot, people
        self.window: MainWindow = open_window(qtbot, f.FakeLink(), 1366, 768, people=people, **more)
        self.page = next(page for page in self.window.pages if isinstance(page, PeoplePage))
        self.window.show_tab(self.window.pages.index(self.page))
        settle(self.window)

    def press(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        settle(self.window)

    def type(self, field: QLineEdit, text: str) -> None:
        field.clear()
        self.qtbot.keyClicks(field, text)

    def choose(self, name: str) -> None:
        row = [person.name for person in self.page.model.people].index(name)
        at = self.page.table.visualRect(self.page.model.index(row, 0)).center()
        self.qtbot.mouseClick(self.page.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
        settle(self.window)

    def secrets(self, first: str, second: str = "") -> None:
        self.type(self.page.form.pair.first, first)
        self.type(self.page.form.pair.second, second or first)

    @property
    def asked(self) -> list[tuple]:
        return [call for call in self.people.calls if call[0] not in ("sign_in", "sign_out")]


@pytest.fixture
def office(qtbot: QtBot) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def make(signed_in: str = ADMIN, people: FakePeople | None = None, **more: object) -> Office:
        desk = people or FakePeople()
        desk.signed_in = signed_in
        made.append(Office(qtbot, desk, **more))
        return made[-1]

    yield make
    for one in made:
        one.window.close()


def test_it_is_the_last_tab_and_lists_everybody(office) -> None:
    shown = office()
    assert shown.window.pages[-1] is shown.page
    model = shown.page.model
    rows = [tuple(model.data(model.index(row, column)) for column in range(3)) for row in range(model.rowCount())]
    assert (ADMIN, "Administrator", "Signed in here") in rows
    assert (CHARGE, "Nurse, charge nurse", "Can sign in") in rows


def test_the_table_of_rights_is_the_one_that_counts(office) -> None:
    model = office().page._rights_model
    for row, right in enumerate(Right):
        for column, role in enumerate(Role, 1):
            assert model.data(model.index(row, column)) == ("✓" if right in RIGHTS[role] else "–")
    assert model.rowCount() == len(Right)


def test_an_administrator_adds_somebody(office) -> None:
    shown = office()
    shown.press(shown.page.add)
    shown.type(shown.page.form.name_field, "Nora Lind")
    shown.page.form.boxes[Role.NURSE].setChecked(True)
    shown.secrets("90210")
    shown.press(shown.page.form.save)
    assert shown.asked == [("add", "Nora Lind", frozenset({Role.NURSE}), ADMIN)]
    assert "Nora Lind can sign in" in shown.page.told.text()
    assert not shown.page.form.isVisible()
    assert "Nora Lind" in [person.name for person in shown.page.model.people]
    assert shown.page.form.pair.secret == ""


@pytest.mark.parametrize(
    ("name", "role", "first", "second", "told"),
    [
        ("", True, "90210", "90210", "Give a name."),
        ("Nora Lind", False, "90210", "90210", NO_ROLE),
        ("Nora Lind", True, "90210", "90211", DIFFER),
        ("Nora Lind", True, "12", "12", "digits"),
        ("system", True, "90210", "90210", "choose another name"),
    ],
)
def test_what_is_wrong_is_told_beside_the_form_and_nothing_is_asked(office, name, role, first, second, told) -> None:
    shown = office()
    shown.press(shown.page.add)
    shown.type(shown.page.form.name_field, name)
    shown.page.form.boxes[Role.NURSE].setChecked(role)
    shown.secrets(first, second)
    shown.press(shown.page.form.save)
    assert told in shown.page.form.message.text()
    assert shown.asked == []


def test_roles_are_changed(office) -> None:
    shown = office()
    shown.choose(NURSE)
    shown.press(shown.page.roles)
    assert shown.page.form.boxes[Role.NURSE].isChecked()
    shown.page.form.boxes[Role.CHARGE_NURSE].setChecked(True)
    shown.press(shown.page.form.save)
    assert shown.asked == [("set_roles", NURSE, frozenset({Role.NURSE, Role.CHARGE_NURSE}), ADMIN)]


def test_somebody_is_disabled_and_enabled_again(office) -> None:
    shown = office()
    shown.choose(NURSE)
    shown.press(shown.page.disable)
    assert shown.page.disable.text() == "Enable"
    shown.press(shown.page.disable)
    assert [call[2] for call in shown.asked] == [True, False]


def test_a_refusal_of_the_desk_is_told_in_its_words_and_the_form_stays(office) -> None:
    shown = office()
    shown.people.refuse = "The last administrator cannot be demoted."
    shown.choose(ADMIN)
    shown.press(shown.page.roles)
    shown.page.form.boxes[Role.NURSE].setChecked(True)
    shown.press(shown.page.form.save)
    assert "The last administrator cannot be demoted." in shown.page.form.message.text()
    assert shown.page.form.isVisible()
    shown.press(shown.page.form.cancel)
    shown.press(shown.page.disable)
    assert "The last administrator cannot be demoted." in shown.page.told.text()


@pytest.mark.parametrize(
    ("who", "reason"), [(NURSE, f"{NURSE} may not manage people."), ("", "Sign in to manage people.")]
)
def test_whoever_may_not_is_told_why(office, who, reason) -> None:
    shown = office(who)
    shown.choose(CHARGE)
    assert shown.page.reason.text() == reason
    acts = (shown.page.add, shown.page.roles, shown.page.secret, shown.page.disable)
    assert not any(act.isEnabled() for act in acts)
    assert shown.page.own.isEnabled() == bool(who)


def test_everybody_changes_the_own_secret(office) -> None:
    shown = office(NURSE)
    shown.press(shown.page.own)
    assert not shown.page.form.boxes[Role.NURSE].isVisible()
    shown.secrets("71935")
    shown.qtbot.keyClick(shown.page.form.pair.second, Qt.Key.Key_Return)
    assert shown.asked == [("set_secret", NURSE, NURSE)]


def test_a_half_written_change_does_not_outlive_its_writer(office) -> None:
    shown = office()
    shown.press(shown.page.add)
    shown.type(shown.page.form.name_field, "Nora Lind")
    shown.secrets("90210")
    shown.people.sign_in(CHARGE, "2580")
    settle(shown.window)
    assert not shown.page.form.isVisible()
    assert shown.page.form.pair.secret == ""
    assert f"a change of people (begun by {ADMIN})" in shown.window._status._hint.text()


# --- the first administrator ---------------------------------------------------------------------------------------


def make_first(shown: Office, form, name: str = "Ada Stern", secret: str = "long enough 7") -> None:
    shown.type(form.name, name)
    shown.type(form.pair.first, secret)
    shown.type(form.pair.second, secret)
    shown.press(form.make)
    form._questions.poll()
    settle(shown.window)


def test_the_page_of_a_ward_without_people_makes_the_administrator_and_signs_him_in(office) -> None:
    shown = office("", FakePeople([]))
    assert shown.page.first.isVisible()
    assert not shown.page.table.isVisible()
    make_first(shown, shown.page.first)
    assert ("create_first", "Ada Stern") in shown.asked
    assert shown.window.session.name == "Ada Stern"
    assert shown.page.table.isVisible()
    assert shown.page.add.isEnabled()


def test_a_weak_secret_makes_nobody(office) -> None:
    shown = office("", FakePeople([]))
    make_first(shown, shown.page.first, secret="1111")
    assert shown.asked == []
    assert shown.page.first.message.text().startswith("?")


def test_the_first_run_begins_with_the_administrator(office) -> None:
    shown = office("", FakePeople([]), options={"configured": False})
    shown.window.show_tab(0)
    page = shown.window.pages[0]
    assert isinstance(page, FirstRunPage)
    assert page.people.isVisible()
    assert not page.beds.isVisible()
    make_first(shown, page.people)
    assert page.beds.isVisible()
    assert "Ada Stern is the administrator and signed in" in page.told.text()


def test_skipping_is_possible_and_said(office) -> None:
    shown = office("", FakePeople([]), options={"configured": False})
    shown.window.show_tab(0)
    page = shown.window.pages[0]
    assert isinstance(page, FirstRunPage)
    shown.press(page.people.skip)
    assert page.beds.isVisible()
    assert page.told.text() == SKIPPED
    assert shown.asked == []


def test_a_first_run_where_people_are_there_asks_for_none(office) -> None:
    shown = office("", FakePeople(), options={"configured": False})
    page = shown.window.pages[0]
    assert isinstance(page, FirstRunPage)
    shown.window.show_tab(0)
    assert page.beds.isVisible()
    assert not page.people.isVisible()


def test_roles_in_words() -> None:
    assert roles_text(Person("x", frozenset())) == "No role"
    assert roles_text(Person("x", frozenset({Role.ADMINISTRATOR, Role.NURSE}))) == "Nurse, administrator"
