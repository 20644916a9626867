"""The pump card sheet as a nurse uses it: real clicks and keys, in the whole window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.link.commands import Reply, SetPumpCard
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.pump_card_sheet import PumpCardSheet
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.pump_card import Admixture, PumpCard, reservoir
from tests.console.ui import fakes as f
from tests.console.ui.shell import open_window, settle

DAY = 86400
CARD = PumpCard(
    concentration_ug_ml=500.0,
    dose_ug_day=250.0,
    refilled_at=f.utc(30 * DAY),
    volume_ml=20.0,
    by="A",
    at=f.utc(29 * DAY),
)


def carded(card: PumpCard | None, events: tuple[PumpEvent, ...] = ()):
    made = None if card is None else reservoir(card, events)
    return replace(f.bed("7B-01"), pump_card=card, reservoir=made, pump_events=events)


def opened(qtbot: QtBot, card: PumpCard | None, events: tuple[PumpEvent, ...] = ()) -> MainWindow:
    window = open_window(qtbot, f.FakeLink(f.ward([carded(card, events)])))
    window.open_bed("7B-01")
    settle(window)
    return window


def sheet_of(window: MainWindow) -> PumpCardSheet:
    window.open_sheet(Sheet.PUMP_CARD, "7B-01")
    settle(window)
    sheet = window.sheets[Sheet.PUMP_CARD]
    assert isinstance(sheet, PumpCardSheet)
    return sheet


def type_in(qtbot: QtBot, sheet: PumpCardSheet, name: str, text: str) -> None:
    sheet.numbers[name].selectAll()
    qtbot.keyClicks(sheet.numbers[name], text)


def press(qtbot: QtBot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_the_pump_strip_of_the_bed_page_and_the_key_open_it(qtbot: QtBot) -> None:
    window = opened(qtbot, None)
    assert window.current.head._detail.text().startswith("No pump card")
    press(qtbot, window.current.head.strip)
    assert window.docked is window.sheets[Sheet.PUMP_CARD]
    window.close_sheet()
    qtbot.keyClick(window.current, Qt.Key.Key_K)
    assert window.docked is window.sheets[Sheet.PUMP_CARD]


def test_the_pump_event_sheet_leads_to_it(qtbot: QtBot) -> None:
    window = opened(qtbot, CARD)
    window.open_sheet(Sheet.PUMP_EVENT, "7B-01")
    press(qtbot, window.sheets[Sheet.PUMP_EVENT].card_button)
    assert window.docked is window.sheets[Sheet.PUMP_CARD]


def test_the_head_says_when_the_reservoir_may_be_empty(qtbot: QtBot) -> None:
    window = opened(qtbot, CARD)
    assert "May be empty 18 Apr" in window.current.head._detail.text()
    assert "±14.5 %" in window.current.head._detail.text()


def test_a_reached_low_date_stands_first_and_an_overtaken_card_gives_no_date(qtbot: QtBot) -> None:
    window = opened(qtbot, replace(CARD, low_alarm_at=f.utc(3600)))
    assert "– reached" in window.current.head._detail.text().split(" · ")[0]
    refill = PumpEvent(PumpEventKind.REFILL, f.utc(DAY), "A", id="r")
    window = opened(qtbot, CARD, (refill,))
    assert window.current.head._detail.text().startswith("Card is older than the refill of 13 Apr")
    assert "empty date not known" in sheet_of(window).computed.text()


def test_dates_follow_what_is_typed_and_the_saved_card_is_what_was_typed(qtbot: QtBot) -> None:
    window = opened(qtbot, CARD)
    sheet = sheet_of(window)
    before = sheet.computed.text()
    type_in(qtbot, sheet, "dose_ug_day", "500")
    assert sheet.computed.text() != before
    assert "Flow 1 mL/day" in sheet.computed.text()
    press(qtbot, sheet.admixtures[Admixture.MORPHINE])
    press(qtbot, sheet.save_button)
    (command,) = [c for c in window.link.commands if isinstance(c, SetPumpCard)]
    typed = replace(CARD, dose_ug_day=500.0, admixtures=(Admixture.MORPHINE,), by="", at=None)
    refilled = CARD.refilled_at.replace(microsecond=0)
    assert replace(command.card, refilled_at=refilled) == replace(typed, refilled_at=refilled)
    assert command.seen == CARD
    assert "saved" in sheet.message.text()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [("dose_ug_day", "0.25", "mg/day"), ("volume_ml", "50", "10 to 40 mL"), ("concentration_ug_ml", "x", "number")],
)
def test_a_slip_is_refused_beside_its_field_and_nothing_is_sent(qtbot: QtBot, name: str, text: str, says: str) -> None:
    window = opened(qtbot, CARD)
    sheet = sheet_of(window)
    type_in(qtbot, sheet, name, text)
    assert says in sheet.wrong[name].text()
    assert sheet.wrong[name].isVisible()
    press(qtbot, sheet.save_button)
    assert "Nothing was saved" in sheet.message.text()
    assert not [c for c in window.link.commands if isinstance(c, SetPumpCard)]
    type_in(qtbot, sheet, name, "30")
    assert says not in sheet.wrong[name].text()


def test_an_empty_card_computes_nothing_and_a_time_becomes_known_by_a_press(qtbot: QtBot) -> None:
    sheet = sheet_of(opened(qtbot, None))
    assert "Empty date not known: concentration, dose" in sheet.computed.text()
    time = sheet.times["refilled_at"]
    assert (time.value(), time.field.isVisible()) == (None, False)
    press(qtbot, time.known)
    assert time.field.isVisible()
    assert time.field.lineEdit().width() > 150
    assert time.value() is not None
    assert "last refill" not in sheet.computed.text()


def test_a_refusal_of_the_engine_is_told_and_what_was_typed_stays(qtbot: QtBot) -> None:
    window = opened(qtbot, CARD)
    window.link.answer = lambda _: Reply("B has changed this pump card meanwhile. Look at it again.")
    sheet = sheet_of(window)
    type_in(qtbot, sheet, "dose_ug_day", "300")
    press(qtbot, sheet.save_button)
    assert "meanwhile" in sheet.message.text()
    assert sheet.numbers["dose_ug_day"].text() == "300"
