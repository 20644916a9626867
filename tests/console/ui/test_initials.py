"""Privacy mode: wherever patients are named on screen it is by initials and the end of a number, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

import console.ui
from console.ui.admission_bar import AdmissionBar
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.patient_words import initials, shortened, shown_text
from console.ui.sign_in_sheet import SignInSheet
from console.ui.wall import ink
from console.ward.movements import Answer, Choice, Event, Matter, Movement, Person, Question
from tests.console.ui import fakes as f
from tests.console.ui.fake_desk import FakeDesk
from tests.console.ui.fake_people import FakePeople
from tests.console.ui.shell import open_window, settle, wall

FAMILY, GIVEN, NUMBER = "Quastenflosser", "Wilhelmine", "90817263"
COMING, COMING_NUMBER = "Zephyrine Osterlamm", "55443322"
SECRET_WORDS = (FAMILY, GIVEN, NUMBER, "Zephyrine", "Osterlamm", COMING_NUMBER)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Maria Klein", "M. K."),
        ("Klein, Maria", "M. K."),
        ("Klein, Maria Luise", "M. L. K."),
        ("Anna Maria Luise von Berg", "A. M. B."),
        ("Müller-Lüdenscheidt, Ö.", "Ö. M. L."),
        ("O'Brien", "O."),
        ("Ивана Петрова", "И. П."),
        ("  ", ""),
        ("", ""),
        ("4711", "–"),
    ],
)
def test_initials_of_a_name(name: str, short: str) -> None:
    assert initials(name) == short


@pytest.mark.parametrize(("number", "short"), [("4711-08", "…-08"), ("123", "…"), ("", ""), (" 90817263 ", "…263")])
def test_a_number_is_told_by_its_end(number: str, short: str) -> None:
    assert shortened(number) == short


def test_a_sentence_loses_whole_names_and_numbers_alone() -> None:
    text = "Admit Maria Klein (17) to 17B; Klein Maria was 171"
    assert shown_text(text, ("Maria Klein", ""), ("17",), True) == "Admit M. K. (…) to 17B; Klein Maria was 171"
    assert shown_text(text, ("Maria Klein",), ("17",), False) == text
    assert shown_text("plain", (), (), True) == "plain"


# --- every screen ------------------------------------------------------------------------------------------------


def ward_with_names():
    """Somebody watched, somebody in standby, an offer for an admission, and values of somebody unknown."""
    patient = replace(f.patient("01", f"{GIVEN} {FAMILY}"), patient_id=NUMBER)
    alarm = f.pattern_alarm(bed="01")
    movement = Movement(Event.ADMIT, Person((COMING_NUMBER,), COMING), datetime(2026, 4, 14, tzinfo=UTC), "01")
    question = Question(
        "q1",
        Matter.TAKEN,
        "01",
        f"Admit {COMING} ({COMING_NUMBER}) to 01, which is taken by {GIVEN} {FAMILY}",
        f"{GIVEN} {FAMILY} is watched.",
        (Choice(Answer.REPLACE, f"Discharge {GIVEN} {FAMILY} and admit"),),
        datetime(2026, 4, 14, tzinfo=UTC),
        movement=movement,
    )
    beds = [
        f.bed("01", patient=patient, alarms=(alarm,), questions=(question,)),
        replace(f.standby_bed("02"), patient=replace(patient, bed="02")),
        f.not_admitted_bed("03", NUMBER),
        f.empty_bed("04"),
    ]
    return f.ward(beds)


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    link = f.FakeLink(ward_with_names())
    made = open_window(qtbot, link, 1366, 768, people=FakePeople(initials=True), devices=FakeDesk(link))
    yield made
    made.close()


def words_of(widget: QWidget) -> list[str]:
    """Everything a widget and what is in it say, to eyes, to a pointer and to a screen reader."""
    told: list[str] = []
    for part in (widget, *widget.findChildren(QWidget)):
        told += [part.accessibleName(), part.accessibleDescription(), part.toolTip(), part.windowTitle()]
        if isinstance(part, QLabel | QAbstractButton | QLineEdit):
            told.append(part.text())
        elif isinstance(part, QPlainTextEdit):
            told.append(part.toPlainText())
        elif isinstance(part, QAbstractItemView) and (model := part.model()) is not None:
            rows = range(model.rowCount())
            columns = range(1 if isinstance(model, QAbstractListModel) else model.columnCount())
            roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
            told += [str(model.data(model.index(r, c), role)) for r in rows for c in columns for role in roles]
    return told


def walk(window: MainWindow) -> Iterator[str]:
    """Every page and every sheet that is about a patient."""
    for index, page in enumerate(window.pages):
        window.show_tab(index)
        yield page.title
    for bed in ("01", "02", "03", "04"):
        window.open_bed(bed)
        yield f"bed {bed}"
        window.open_admit(bed)
        yield f"admission {bed}"
    for which in Sheet:
        alarm = window.link.snapshot().beds[0].alarms[0].id
        window.open_sheet(which, alarm if which is Sheet.ACKNOWLEDGE else "01")
        yield which.value


def told_on_every_screen(window: MainWindow, painted: list[str]) -> dict[str, set[str]]:
    """Which of the words that must not be there are, by screen."""
    found: dict[str, set[str]] = {}
    for screen in walk(window):
        painted.clear()
        settle(window)
        window.grab()
        # A tile keeps a picture of what has not changed: what it was given to paint counts.
        told = words_of(window) + painted + [repr(tile.view) for tile in wall(window).tiles.values()]
        found[screen] = {word for word in SECRET_WORDS if any(word in text for text in told)}
    return found


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What tiles write."""
    texts: list[str] = []
    real = ink.write

    def noted(painter, x, y, text, *rest):
        texts.append(text)
        return real(painter, x, y, text, *rest)

    monkeypatch.setattr(ink, "write", noted)
    return texts


def test_no_screen_shows_a_name_or_a_number_in_privacy_mode(window: MainWindow, painted: list[str]) -> None:
    assert window.theme.initials
    found = told_on_every_screen(window, painted)
    assert {screen: words for screen, words in found.items() if words} == {}
    assert len(found) > 15


def test_the_same_screens_name_patients_when_it_is_switched_off(window: MainWindow, painted: list[str]) -> None:
    window.show_initials(False)
    found = told_on_every_screen(window, painted)
    assert found["Ward"] >= {FAMILY, NUMBER}
    assert found["bed 01"] >= {FAMILY, "Osterlamm", COMING_NUMBER}
    for sheet in (Sheet.ACKNOWLEDGE, Sheet.LIMITS, Sheet.OBSERVATION, Sheet.PUMP_CARD, Sheet.PUMP_EVENT):
        assert FAMILY in found[sheet.value]
    assert NUMBER in found["admission 03"]


def test_the_ward_says_what_a_station_begins_with_and_the_station_may_differ(qtbot: QtBot, window: MainWindow) -> None:
    people = window.session.people
    assert isinstance(people, FakePeople)
    window.open_sign_in()
    sheet = window.sheets[Sheet.SIGN_IN]
    assert isinstance(sheet, SignInSheet)
    assert sheet.initials.text() == "Initials"
    qtbot.mouseClick(sheet.initials, Qt.MouseButton.LeftButton)
    assert not window.theme.initials
    assert sheet.initials.text() == "Full names"
    people.signed_in = "Maria Klein"
    settle(window)
    assert not window.theme.initials
    window.toggle_theme()
    assert not window.theme.initials


def test_initials_outlive_day_night_and_size(window: MainWindow) -> None:
    window.toggle_theme()
    window.resize(1920, 1080)
    settle(window)
    assert window.theme.initials
    assert not window.theme.compact


def test_an_answer_is_sent_as_it_is_whatever_the_screen_shows(qtbot: QtBot, window: MainWindow) -> None:
    window.open_bed("03")
    window.open_admit("03")
    settle(window)
    page = window.admit
    qtbot.mouseClick(page.patient.offer, Qt.MouseButton.LeftButton)
    assert page.draft.number == NUMBER


def test_the_question_of_an_admission_names_nobody(window: MainWindow) -> None:
    window.open_bed("01")
    settle(window)
    bar = window.pages[1].admission
    assert isinstance(bar, AdmissionBar)
    assert "Admit Z. O. (…322) to 01, which is taken by W. Q." in bar.text.text()
    assert bar.buttons[Answer.REPLACE].text() == "Discharge W. Q. and admit"


def test_only_one_module_decides_how_a_patient_is_named() -> None:
    """Whoever reads the name of a patient to show it hands it to console.ui.patient_words."""
    loose = []
    for file in sorted(Path(console.ui.__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text())
        inside = {
            id(node)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            if call.func.id in ("shown_name", "shown_number", "shown_text", "initials")
            for node in ast.walk(call)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "name" and id(node) not in inside:
                owner = node.value
                named = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                if named == "patient":
                    loose.append(f"{file.name}:{node.lineno}")
    # The form in which a patient is admitted has a field for the name.
    assert [place for place in loose if not place.startswith("page.py")] == []
