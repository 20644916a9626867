"""The limits sheet as a nurse uses it: real clicks and keys, in the whole window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.alarms.patient_limits import LimitsView, laid_over, setting_of
from console.link.commands import Reply, SetLimits
from console.rules import load_rules
from console.ui.limits_sheet import LimitsSheet
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.wall.cells import cell_views
from console.ward.limits import LimitSetting
from console.ward.patient import Baseline
from console.ward.source import Liveness
from drivers.observation import Parameter
from tests.console.ui import fakes as f
from tests.console.ui.shell import open_window, settle

P = Parameter
WARD = load_rules().limits
HR = setting_of(WARD, P.HR)


def limited(own: tuple[LimitSetting, ...] = (), by: str = ""):
    bed = f.bed("7B-01")
    return replace(bed, baseline=Baseline(hr=80), limits=LimitsView(WARD, laid_over(WARD, own), own, by))


@pytest.fixture
def link() -> f.FakeLink:
    return f.FakeLink(f.ward([limited()]))


@pytest.fixture
def window(qtbot: QtBot, link: f.FakeLink) -> MainWindow:
    return open_window(qtbot, link)


def sheet_of(window: MainWindow) -> LimitsSheet:
    sheet = window.sheets[Sheet.LIMITS]
    assert isinstance(sheet, LimitsSheet)
    return sheet


@pytest.fixture
def sheet(qtbot: QtBot, window: MainWindow) -> LimitsSheet:
    window.open_sheet(Sheet.LIMITS, "7B-01")
    settle(window)
    return sheet_of(window)


def type_in(qtbot: QtBot, sheet: LimitsSheet, name: str, text: str, parameter: Parameter = P.HR) -> None:
    field = sheet.fields[parameter, name]
    qtbot.mouseDClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)


def press(qtbot: QtBot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_key_l_opens_it_from_the_ward_and_from_the_bed(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.current, Qt.Key.Key_Right)
    window.current.selected = "7B-01"
    qtbot.keyClick(window.current, Qt.Key.Key_L)
    assert sheet_of(window).isVisible()
    qtbot.keyClick(sheet_of(window), Qt.Key.Key_Escape)
    assert not sheet_of(window).isVisible()
    window.open_bed("7B-01")
    qtbot.keyClick(window.current, Qt.Key.Key_L)
    assert sheet_of(window).isVisible()


def test_the_button_of_the_bed_head_opens_it(qtbot: QtBot, window: MainWindow) -> None:
    window.open_bed("7B-01")
    settle(window)
    press(qtbot, window.current.head._buttons["limits"])
    assert sheet_of(window).isVisible()


def test_it_starts_with_the_limits_in_force(sheet: LimitsSheet) -> None:
    assert [sheet.fields[P.HR, n].text() for n in ("very_low", "low", "high", "very_high")] == [
        "40",
        "50",
        "120",
        "140",
    ]
    assert sheet.fields[P.TEMP, "low"].text() == "35.5"
    assert sheet.fields[P.SPO2, "high"].text() == ""


def test_a_changed_limit_is_sent_whole_with_what_was_seen_and_the_name(qtbot: QtBot, sheet, link) -> None:
    type_in(qtbot, sheet, "high", "130")
    press(qtbot, sheet.save_button)
    assert link.commands[-1] == SetLimits("7B-01", (replace(HR, high=130.0),), (), "R. Test")
    assert "in force" in sheet.message.text()


def test_faults_are_told_and_nothing_is_sent(qtbot: QtBot, sheet, link) -> None:
    before = list(link.commands)
    for text, words in (
        ("abc", "is not a number"),
        ("60", "at least 20"),
        ("900", "outside 20 to 250"),
        ("nan", "outside"),
    ):
        type_in(qtbot, sheet, "high", text)
        press(qtbot, sheet.save_button)
        assert words in sheet.message.text()
        assert sheet.message.property("role") == "error"
    assert link.commands == before


def test_a_limit_that_tells_of_danger_cannot_be_emptied_and_a_medium_one_can(qtbot: QtBot, sheet, link) -> None:
    type_in(qtbot, sheet, "very_high", "")
    press(qtbot, sheet.save_button)
    assert "cannot be switched off" in sheet.message.text()
    type_in(qtbot, sheet, "very_high", "140")
    type_in(qtbot, sheet, "high", "off")
    press(qtbot, sheet.save_button)
    assert link.commands[-1].limits == (replace(HR, high=None),)


def test_nobody_named_saves_nothing(qtbot: QtBot, sheet, link, window: MainWindow) -> None:
    window.session.type_name("")
    before = list(link.commands)
    type_in(qtbot, sheet, "high", "130")
    press(qtbot, sheet.save_button)
    assert "Say who you are" in sheet.message.text()
    assert link.commands == before


def test_baseline_fills_the_form_and_shows_what_would_alarm_before_anything_is_sent(qtbot: QtBot, sheet, link) -> None:
    hr = link.ward.bed("7B-01").reading(P.HR).value
    before = list(link.commands)
    press(qtbot, sheet.around)
    assert [sheet.fields[P.HR, n].text() for n in ("low", "high")] == ["64", "100"]
    assert sheet.fields[P.RR, "high"].text() == "25"
    assert "nothing would alarm" in sheet.alarming.text()
    type_in(qtbot, sheet, "high", f"{hr - 1:g}")
    assert f"** HR {hr:g}" in sheet.alarming.text()
    assert link.commands == before


def test_a_value_that_is_not_live_is_not_judged(qtbot: QtBot, sheet, link, window: MainWindow) -> None:
    bed = link.ward.bed("7B-01")
    late = tuple(replace(r, liveness=Liveness.LATE) for r in bed.readings)
    link.ward = f.ward([replace(bed, readings=late)])
    window.refresh()
    type_in(qtbot, sheet, "very_high", "65")
    type_in(qtbot, sheet, "high", "65")
    assert "nothing would alarm" in sheet.alarming.text()


def test_reset_fills_in_the_ward_and_saves_none_of_its_own(qtbot: QtBot, sheet, link, window: MainWindow) -> None:
    own = (replace(HR, high=130),)
    link.ward = f.ward([limited(own, "Nurse A")])
    window.close_sheet()
    window.open_sheet(Sheet.LIMITS, "7B-01")
    assert sheet.fields[P.HR, "high"].text() == "130"
    assert "last set by Nurse A" in sheet._who.text()
    press(qtbot, sheet.defaults)
    press(qtbot, sheet.save_button)
    assert link.commands[-1] == SetLimits("7B-01", (), own, "R. Test")


def test_a_refusal_is_told_and_what_was_typed_stays(qtbot: QtBot, sheet, link) -> None:
    link.answer = lambda _: Reply("Nurse A has changed these limits meanwhile. Look at them again.")
    type_in(qtbot, sheet, "high", "130")
    press(qtbot, sheet.save_button)
    assert "not saved. Nurse A" in sheet.message.text()
    assert sheet.fields[P.HR, "high"].text() == "130"


def test_another_patient_at_the_bed_does_not_get_what_was_typed(qtbot: QtBot, sheet, link, window: MainWindow) -> None:
    type_in(qtbot, sheet, "high", "130")
    bed = link.ward.bed("7B-01")
    link.ward = f.ward([replace(bed, patient=replace(bed.patient, patient_id="other"))])
    window.refresh()
    assert sheet.fields[P.HR, "high"].text() == "120"


def test_changed_and_switched_off_limits_are_told_on_tile_and_bed_page(qtbot: QtBot, window: MainWindow, link) -> None:
    link.ward = f.ward([limited((replace(HR, high=None), LimitSetting(P.RR, 6, 8, 28, 32)), "Nurse A")])
    window.open_bed("7B-01")
    settle(window)
    page = window.current
    assert page.head._buttons["limits"].text().startswith("●")
    assert "HIGH OFF" in page.numerals.accessibleName()
    assert "● limits" in page.numerals.accessibleName()
    bed = link.ward.bed("7B-01")
    labels = [c.label for c in cell_views(bed, Liveness.LIVE, f.NOW, page._zone, 1.0)]
    assert "HR off" in labels
    assert "RR" in labels
