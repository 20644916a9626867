"""Laboratory results on the bed page: the newest of each with their age, on the timeline, and the kidney flag."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.link.commands import SetRenalImpairment
from console.link.snapshot import BedSnapshot
from console.ui.bed_page.labs import CONFIRM, SET, TAKE_AWAY
from console.ui.theme import Theme, apply
from console.ward.labs import LabResult
from console.ward.patient import Patient, RiskFlag
from hl7.lab_codes import Analyte
from hl7.labs import LabStatus
from tests.console.ui.fakes import NOW, bed
from tests.console.ui.test_bed_page import Desk

AT = datetime.fromtimestamp(NOW, UTC)
RENAL = frozenset({RiskFlag.RENAL_IMPAIRMENT})


def lab(analyte: Analyte, sent: str, unit: str, hours: float, **more: object) -> LabResult:
    taken = AT - timedelta(hours=hours)
    whole = LabResult(
        "lab", "P1", f"F{hours}||", analyte, taken, AT, float(sent), "", sent, unit, LabStatus.FINAL, flag="H"
    )
    return replace(whole, **more)  # type: ignore[arg-type]


CK = lab(Analyte.CK, "900", "U/L", 1.0)
CREATININE = lab(Analyte.CREATININE, "180", "umol/L", 3.0, earlier="190 umol/L")
POTASSIUM = lab(Analyte.POTASSIUM, "5.9", "mmol/L", 0.5, haemolysed=True)


def bed_with(*labs: LabResult, **changes: object) -> BedSnapshot:
    view = bed("7B-01")
    assert view.patient is not None
    person: Patient = replace(view.patient, sex="F", age=66, **changes)  # type: ignore[arg-type]
    return replace(view, labs=labs, patient=person)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Desk:
    apply(qapp, Theme())
    made = Desk(monkeypatch)
    qtbot.addWidget(made.page)
    return made


def cells(desk: Desk) -> list[str]:
    return [cell.text() for cell in desk.page.labs.cells if cell.isVisible()]


def test_without_results_nothing_is_shown_in_their_place(desk: Desk) -> None:
    desk.show(bed("7B-01"))
    assert not desk.page.labs.isVisible()


def test_the_newest_of_each_is_shown_with_mark_doubts_and_age(desk: Desk) -> None:
    desk.show(bed_with(POTASSIUM, CK, CREATININE, lab(Analyte.CK, "12400", "U/L", 9.0)))
    assert cells(desk) == [
        "CK 900 U/L ▲ high · 60 min ago",
        "Creatinine 180 µmol/L ▲ high · eGFR 26 · 3 h ago · corrected, was 190 µmol/L",
        "Potassium 5.9 mmol/L ▲ high · haemolysed · 30 min ago",
    ]


def test_the_age_goes_on(desk: Desk) -> None:
    desk.show(bed_with(CK))
    desk.show(bed_with(CK), later=3600)
    assert cells(desk) == ["CK 900 U/L ▲ high · 2 h ago"]


def test_a_withdrawn_result_leaves_the_line_and_stays_on_the_timeline(desk: Desk) -> None:
    gone = replace(CK, value=None, status=LabStatus.WITHDRAWN, earlier="900 U/L")
    desk.show(bed_with(gone))
    assert not desk.page.labs.isVisible()
    marks = [(mark.shape, mark.text) for mark in desk.page._story.marks()]
    assert ("lab", "CK withdrawn · was 900 U/L") in marks


def test_a_result_stands_on_the_timeline_when_the_blood_was_taken(desk: Desk) -> None:
    desk.show(bed_with(CK))
    (mark,) = [mark for mark in desk.page._story.marks() if mark.shape == "lab"]
    assert (mark.time, mark.text) == (NOW - 3600, "CK 900 U/L ▲ high")


def test_text_of_the_laboratory_is_shown_as_text(desk: Desk) -> None:
    desk.show(bed_with(replace(CK, note="<b>x</b> & more")))
    tip = desk.page.labs.cells[0].toolTip()
    assert "&lt;b&gt;x&lt;/b&gt; &amp; more" in tip


def test_the_flag_is_taken_away_by_two_presses_and_set_by_one(desk: Desk, qtbot: QtBot) -> None:
    desk.show(bed_with(CREATININE, flags=RENAL))
    button = desk.page.labs.flag
    assert button.text() == TAKE_AWAY
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (button.text(), desk.link.commands) == (CONFIRM, [])
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.link.commands == [SetRenalImpairment("7B-01", False, "R. Test")]
    desk.show(bed_with(CREATININE, declined=RENAL))
    assert button.text() == SET
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.link.commands[-1] == SetRenalImpairment("7B-01", True, "R. Test")


def test_a_first_press_is_forgotten(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.show(bed_with(CREATININE, flags=RENAL))
    qtbot.mouseClick(desk.page.labs.flag, Qt.MouseButton.LeftButton)
    desk.seconds += 6
    desk.show(bed_with(CREATININE, flags=RENAL))
    assert desk.page.labs.flag.text() == TAKE_AWAY
    qtbot.mouseClick(desk.page.labs.flag, Qt.MouseButton.LeftButton)
    assert desk.link.commands == []


def test_without_a_name_nothing_is_asked_of_the_engine(desk: Desk, qtbot: QtBot) -> None:
    desk.page.user = " "
    desk.show(bed_with(CREATININE, declined=RENAL))
    qtbot.mouseClick(desk.page.labs.flag, Qt.MouseButton.LeftButton)
    assert desk.link.commands == []
    assert "Say who you are" in desk.page.message.text()


def test_without_a_flag_or_a_creatinine_there_is_no_button(desk: Desk) -> None:
    desk.show(bed_with(CREATININE))
    assert not desk.page.labs.flag.isVisible()
    desk.show(bed_with(CK, flags=RENAL))
    assert not desk.page.labs.flag.isVisible()
