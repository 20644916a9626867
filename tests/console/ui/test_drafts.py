"""What one person has half written is never the next one's: it waits for its writer, or is cleared and that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.ui.admit_page import AdmitPage
from console.ui.main_window import MainWindow
from console.ui.page import DockedSheet, Page, Sheet
from console.ward.chart import PumpEventKind
from tests.console.ui import fakes as f
from tests.console.ui.fake_desk import FakeDesk
from tests.console.ui.fake_people import CHARGE, NURSE, PIN, FakePeople
from tests.console.ui.shell import open_window, settle

Part = Page | DockedSheet


class Shift:
    """A window, and how each of its parts is half written."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.link = f.FakeLink(f.ward([f.bed("01", alarms=(f.limit_alarm(),)), f.empty_bed("02")]))
        self.people = FakePeople()
        self.window: MainWindow = open_window(qtbot, self.link, 1366, 768, people=self.people, devices=FakeDesk())

    def become(self, name: str) -> None:
        """Somebody signs in, "" for nobody."""
        if name:
            self.people.sign_in(name, PIN)
        else:
            self.people.sign_out()
        settle(self.window)

    def admission(self) -> Part:
        self.window.open_admit("02")
        page = self.window.admit
        assert isinstance(page, AdmitPage)
        self.qtbot.keyClicks(page.patient.name, "Test Birch")
        return page

    def pump_event(self) -> Part:
        self.window.open_sheet(Sheet.PUMP_EVENT, "01")
        sheet = self.window.sheets[Sheet.PUMP_EVENT]
        self.qtbot.mouseClick(sheet.buttons[PumpEventKind.PUMP_STOPPED], Qt.MouseButton.LeftButton)
        return sheet

    def note(self) -> Part:
        self.window.open_sheet(Sheet.OBSERVATION, "01")
        sheet = self.window.sheets[Sheet.OBSERVATION]
        self.qtbot.keyClicks(sheet.note, "after the walk")
        return sheet

    def pump_card(self) -> Part:
        self.window.open_sheet(Sheet.PUMP_CARD, "01")
        sheet = self.window.sheets[Sheet.PUMP_CARD]
        self.qtbot.keyClicks(sheet.model, "Model Z")
        return sheet

    def reason(self) -> Part:
        self.window.open_sheet(Sheet.ACKNOWLEDGE, self.link.ward.beds[0].alarms[0].id)
        sheet = self.window.sheets[Sheet.ACKNOWLEDGE]
        self.qtbot.keyClicks(sheet.other, "on my way")
        return sheet

    def device(self) -> Part:
        self.window.show_tab(3)
        page = self.window.pages[3]
        self.qtbot.mouseClick(page.add, Qt.MouseButton.LeftButton)
        return page


WRITING: list[Callable[[Shift], Part]] = [
    Shift.admission,
    Shift.pump_event,
    Shift.note,
    Shift.pump_card,
    Shift.reason,
    Shift.device,
]


@pytest.fixture
def shift(qtbot: QtBot) -> Iterator[Shift]:
    made = Shift(qtbot)
    yield made
    made.window.close()


@pytest.mark.parametrize("write", WRITING, ids=lambda write: write.__name__)
def test_a_draft_waits_for_its_writer_and_is_cleared_for_anybody_else(shift: Shift, write) -> None:
    shift.become(NURSE)
    part = write(shift)
    settle(shift.window)
    what = part.half_written()
    assert what
    shift.become("")
    assert part.half_written() == what
    shift.become(NURSE)
    assert part.half_written() == what
    shift.become(CHARGE)
    assert part.half_written() == ""
    assert shift.window._status._hint.text() == f"Cleared, not saved: {what} (begun by {NURSE})."


def test_what_is_written_while_nobody_is_signed_in_belongs_to_the_next(shift: Shift) -> None:
    shift.become(NURSE)
    shift.become("")
    page = shift.admission()
    shift.become(CHARGE)
    assert page.half_written() == "the admission of 02"


def test_a_draft_that_was_saved_or_cleared_by_hand_is_told_to_nobody(shift: Shift) -> None:
    shift.become(NURSE)
    sheet = shift.note()
    shift.become("")
    sheet.note.clear()
    settle(shift.window)
    shift.become(CHARGE)
    assert "Cleared" not in shift.window._status._hint.text()


def test_nothing_is_half_written_on_a_fresh_window(shift: Shift) -> None:
    for bed in ("01", "02"):
        shift.window.open_admit(bed)
        for which in (Sheet.LIMITS, Sheet.PUMP_CARD, Sheet.PUMP_EVENT, Sheet.OBSERVATION):
            shift.window.open_sheet(which, bed)
            settle(shift.window)
    assert [part.half_written() for part in shift.window._parts if part.half_written()] == []
