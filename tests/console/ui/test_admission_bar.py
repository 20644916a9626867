"""Offers and conflicts of admissions on the screens: marked on the wall, settled on the bed page and the admit page."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.link.commands import SettleQuestion
from console.ui.admit_page.page import AdmitPage
from console.ui.bed_page.page import BedPage
from console.ui.theme import Mode, Theme
from console.ui.wall.view import tile_view
from console.ui.who import TYPED
from console.ward.movements import Answer
from tests.console.ui import fakes
from tests.console.ui.admission_pictures import questions

ZONE = ZoneInfo("UTC")
BED = fakes.bed("07")
ASKED = questions(BED, BED.patient)


@pytest.fixture
def page(qtbot: QtBot) -> BedPage:
    bed = replace(BED, questions=(ASKED["monitor"], ASKED["watched"]))
    made = BedPage(fakes.FakeLink(fakes.ward([bed])), "R. Test", Theme(Mode.DARK))
    qtbot.addWidget(made)
    made.resize(1366, 652)
    made.show()
    made.show_bed("07")
    made.show_ward(made.link.snapshot(), fakes.NOW)
    return made


def test_a_conflict_says_what_is_wrong_and_offers_every_answer(page):
    bar = page.admission
    assert bar.isVisible()
    assert "names Berg, Ben (4711-99)" in bar.text.text()
    assert bar.detail.text().startswith("1 of 2 to settle.")
    assert list(bar.buttons) == [Answer.JOIN, Answer.REPLACE, Answer.KEEP_OUT]


def test_one_press_settles_it_under_the_name_of_the_person(qtbot: QtBot, page):
    qtbot.mouseClick(page.admission.buttons[Answer.KEEP_OUT], Qt.MouseButton.LeftButton)
    assert page.link.commands[-1] == SettleQuestion(ASKED["monitor"].id, Answer.KEEP_OUT, "R. Test")


def test_nobody_settles_anything_without_a_name(page):
    page.user = ""
    page.admission.answer(Answer.JOIN)
    assert not [c for c in page.link.commands if isinstance(c, SettleQuestion)]
    assert TYPED in page.admission.detail.text()


def test_a_settled_question_leaves_the_page(page):
    page.show_ward(fakes.ward([BED]), fakes.NOW)
    assert not page.admission.isVisible()


def test_an_offer_accepted_on_the_admit_page_leads_to_the_bed(qtbot: QtBot):
    empty = replace(fakes.empty_bed("07"), questions=(ASKED["offer"],))
    page = AdmitPage(fakes.FakeLink(fakes.ward([empty])), "R. Test", Theme(Mode.LIGHT))
    qtbot.addWidget(page)
    page.resize(1366, 652)
    page.show()
    page.show_bed("07")
    opened: list[str] = []
    page.open_bed.connect(opened.append)
    qtbot.mouseClick(page.admission.buttons[Answer.ACCEPT], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._going_to == "07")
    page.show_ward(fakes.ward([BED]), fakes.NOW)
    assert opened == ["07"]


def test_a_tile_is_marked_and_says_it_where_no_alarm_speaks():
    quiet = tile_view(replace(BED, questions=(ASKED["monitor"],)), fakes.NOW, ZONE)
    assert (quiet.tag, quiet.name, quiet.asked) == ("?", BED.patient.name, True)
    assert "Who lies here? Berg, Ben" in quiet.quiet
    assert "to be settled" in quiet.spoken


def test_a_question_hides_no_word_about_alarms_that_do_not_sound():
    standby = fakes.standby_bed("04")
    asked = tile_view(replace(standby, questions=(ASKED["watched"],)), fakes.NOW, ZONE)
    assert (asked.quiet, asked.tag) == (tile_view(standby, fakes.NOW, ZONE).quiet, "?")
