"""The observation sheet and the pump event sheet, pressed and typed at as a nurse would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console.link.commands import ChartFinding, ChartPumpEvent, RemoveEntry, Reply
from console.ui import charting
from console.ui.charting_sheet import ChartingSheet
from console.ui.observation_sheet import ObservationSheet
from console.ui.pump_sheet import PumpSheet
from console.ui.theme import Mode, Theme
from console.ward.chart import FINDING_CODES, NurseObservation, PumpEvent, PumpEventKind
from console.ward.sedation import SEDATION_SCORES, SedationScale
from tests.console.ui import fakes as f

AnySheet = TypeVar("AnySheet", bound=ChartingSheet)

MAS_1 = NurseObservation("no_spasticity_up1", f.utc(90_000), "A", "MAS 1, usual", "u")


def press(qtbot: QtBot, made: QPushButton) -> None:
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)


def opened(qtbot: QtBot, kind: type[AnySheet], link: f.FakeLink, bed: str = "07") -> AnySheet:
    link.answer = lambda _: Reply("", f"entry-{len(link.commands)}")
    sheet = kind(link, "R. Test", Theme())
    qtbot.addWidget(sheet)
    sheet.resize(396, 942)
    sheet.open_for(bed)
    sheet.show()
    return sheet


@pytest.fixture
def link() -> f.FakeLink:
    return f.FakeLink(f.ward([f.bed("07", name="Test Gale", findings=(MAS_1,)), f.bed("08"), f.empty_bed("16")]))


@pytest.fixture
def sheet(qtbot: QtBot, link: f.FakeLink) -> Iterator[ObservationSheet]:
    made = opened(qtbot, ObservationSheet, link)
    yield made
    made.close()


@pytest.fixture
def pump(qtbot: QtBot, link: f.FakeLink) -> Iterator[PumpSheet]:
    made = opened(qtbot, PumpSheet, link)
    yield made
    made.close()


def change(link: f.FakeLink, sheet: ChartingSheet, **changes: object) -> None:
    """The engine publishes bed 07 anew."""
    beds = tuple(replace(b, **changes) if b.bed == "07" else b for b in link.ward.beds)
    link.ward = replace(link.ward, beds=beds)
    sheet.show_ward(link.ward, f.NOW)


class TestObservation:
    def test_one_press_charts_a_finding_for_now(self, qtbot, link, sheet):
        press(qtbot, sheet.buttons["pruritus", "yes"])
        (command,) = link.commands
        assert command == ChartFinding("07", NurseObservation("pruritus", f.utc(), "R. Test"))
        assert "Saved for 06:42 · Itch: yes" in sheet.message.text()

    def test_absence_is_charted_as_absence(self, qtbot, link, sheet):
        press(qtbot, sheet.buttons["seizure", "no"])
        assert link.commands[0].finding.code == "no_seizure"

    def test_every_button_charts_a_code_the_engine_knows(self, link, sheet):
        for made in sheet.buttons.values():
            made.click()
        codes = {c.finding.code.removeprefix("no_") for c in link.commands}
        assert len(link.commands) == len(sheet.buttons)
        assert codes <= set(FINDING_CODES)
        assert set(FINDING_CODES) <= codes | {"spasticity_up2"}

    def test_minutes_ago_moves_the_time_of_the_entry(self, qtbot, link, sheet):
        press(qtbot, sheet.strip.choice(2))
        press(qtbot, sheet.buttons["sweating", "yes"])
        assert link.commands[0].finding.at == f.utc(15 * 60)
        assert "06:27" in sheet.message.text()

    def test_a_picked_time_is_the_wards_time(self, qtbot, link, sheet):
        press(qtbot, sheet.strip.choice(4))
        assert sheet.strip.field.isVisible()
        shown = sheet.strip.field.dateTime()
        assert shown.toString("HH:mm") == "06:42"
        sheet.strip.field.setDateTime(shown.addSecs(-3 * 3600))
        press(qtbot, sheet.buttons["pruritus", "yes"])
        assert abs(link.commands[0].finding.at - (f.utc() - timedelta(hours=3))) < timedelta(minutes=1)

    def test_a_future_time_is_refused_with_a_sentence(self, qtbot, link, sheet):
        press(qtbot, sheet.strip.choice(4))
        sheet.strip.field.setDateTime(sheet.strip.field.dateTime().addSecs(3600))
        press(qtbot, sheet.buttons["pruritus", "yes"])
        assert link.commands == []
        assert "lies in the future" in sheet.message.text()

    def test_nothing_is_preselected(self, sheet):
        marks = {made.property("mark") for key, made in sheet.buttons.items() if key[0] != "spasticity"}
        assert marks == {""}

    def test_last_charted_value_is_marked_with_its_time(self, link, sheet):
        last = NurseObservation("sedation_poss3", f.utc(600), "B", "", "x")
        change(link, sheet, findings=(MAS_1, last))
        assert sheet.buttons["sedation", "sedation_poss3"].property("mark") == "last"
        assert sheet.buttons["sedation", "sedation_poss1"].property("mark") == ""

    def test_undo_within_five_seconds_takes_the_entry_back(self, qtbot, link, sheet):
        press(qtbot, sheet.buttons["rigidity", "yes"])
        assert sheet.undo_button.isVisible()
        press(qtbot, sheet.undo_button)
        assert link.commands[1] == RemoveEntry("07", "entry-1", "R. Test")
        assert "Taken back" in sheet.message.text()
        assert not sheet.undo_button.isVisible()

    def test_undo_ends_after_five_seconds(self, qtbot, sheet):
        press(qtbot, sheet.buttons["rigidity", "yes"])
        for _ in range(5):
            assert sheet.undo_button.isVisible()
            sheet._undo_timer.timeout.emit()
        assert not sheet.undo_button.isVisible()

    def test_a_refusal_is_told_in_the_engines_words(self, qtbot, link, sheet):
        link.answer = lambda _: Reply("Nobody is admitted to 07.")
        press(qtbot, sheet.buttons["rigidity", "yes"])
        assert "was not saved. Nobody is admitted to 07." in sheet.message.text()
        assert not sheet.undo_button.isVisible()

    def test_an_engine_that_fails_is_told_and_nothing_counts_as_saved(self, qtbot, link, sheet):
        link.hold = True
        press(qtbot, sheet.buttons["rigidity", "yes"])
        assert "Saving" in sheet.message.text()
        link.pending[0][1].set_exception(RuntimeError("disk full"))
        qtbot.waitUntil(lambda: "disk full" in sheet.message.text(), timeout=1000)
        assert sheet.buttons["rigidity", "yes"].property("mark") == ""

    def test_a_late_answer_of_another_bed_never_looks_like_this_beds(self, qtbot, link, sheet):
        link.hold = True
        press(qtbot, sheet.buttons["rigidity", "yes"])
        sheet.open_for("08")
        link.finish()
        sheet.questions.poll()
        assert "Saved" not in sheet.message.text()
        assert sheet.buttons["rigidity", "yes"].property("mark") == ""

    def test_a_failure_of_another_bed_is_told_with_its_bed(self, qtbot, link, sheet):
        link.hold = True
        press(qtbot, sheet.buttons["rigidity", "yes"])
        sheet.open_for("08")
        link.answer = lambda _: Reply("The store is full.")
        link.finish()
        sheet.questions.poll()
        assert "Bed 07" in sheet.message.text()
        assert "not saved" in sheet.message.text()

    def test_empty_bed_offers_nothing_to_press(self, sheet):
        sheet.open_for("16")
        assert not any(made.isEnabled() for made in sheet.buttons.values())

    def test_nobody_named_nothing_saved(self, qtbot, link, sheet):
        sheet.user = ""
        press(qtbot, sheet.buttons["rigidity", "yes"])
        assert link.commands == []
        assert "Say who you are" in sheet.message.text()

    def test_a_note_goes_with_the_next_value_only(self, qtbot, link, sheet):
        qtbot.keyClicks(sheet.note, "left arm")
        press(qtbot, sheet.buttons["rigidity", "yes"])
        press(qtbot, sheet.buttons["sweating", "yes"])
        assert [c.finding.note for c in link.commands] == ["left arm", ""]

    def test_escape_closes_and_charts_nothing(self, qtbot, link, sheet):
        with qtbot.waitSignal(sheet.closed, timeout=500):
            qtbot.keyClick(sheet, Qt.Key.Key_Escape)
        assert link.commands == []

    def test_space_on_a_focused_value_charts_it(self, qtbot, link, sheet):
        made = sheet.buttons["sedation", "sedation_poss4"]
        made.setFocus()
        qtbot.keyClick(made, Qt.Key.Key_Space)
        assert link.commands[0].finding.code == "sedation_poss4"

    def test_asleep_counts_as_nothing_and_stays_told_apart(self, qtbot, link, sheet):
        press(qtbot, sheet.buttons["sedation", "sedation_posss"])
        finding = link.commands[0].finding
        assert finding.code == "sedation_posss"
        change(link, sheet, findings=(finding,))
        assert sheet.buttons["sedation", "sedation_posss"].property("mark") in ("saved", "last")
        assert charting.finding_text(finding) == "POSS S"

    @pytest.mark.parametrize("scale", list(SedationScale))
    @pytest.mark.parametrize("mode", list(Mode))
    def test_buttons_are_big_enough_to_touch(self, qtbot, sheet, mode, scale):
        sheet.set_theme(Theme(mode))
        sheet.choose_scale(scale)
        qtbot.waitUntil(lambda: all(b.isVisible() for b in scores(sheet, scale)), timeout=1000)
        shown = [b for b in (*sheet.buttons.values(), *sheet.scales.values()) if b.isVisible()]
        assert [(b.text(), b.width(), b.height()) for b in shown if min(b.width(), b.height()) < 40] == []
        lines = [
            (line, b.fontMetrics().horizontalAdvance(line) - b.width()) for b in shown for line in b.text().split("\n")
        ]
        assert [line for line, over in lines if over > -4] == [], "words are cut off"


def scores(sheet: ObservationSheet, scale: SedationScale) -> list[QPushButton]:
    """The buttons of one scale, in the order of the sheet."""
    return [sheet.buttons["sedation", code] for code, score in SEDATION_SCORES.items() if score.scale is scale]


class TestSedation:
    def test_the_usual_scale_takes_one_press_another_two(self, qtbot, link, sheet):
        press(qtbot, sheet.buttons["sedation", "sedation_poss2"])
        press(qtbot, sheet.scales[SedationScale.GCS])
        assert len(link.commands) == 1
        press(qtbot, sheet.buttons["sedation", "sedation_gcs7"])
        assert [c.finding.code for c in link.commands] == ["sedation_poss2", "sedation_gcs7"]
        assert "GCS 7" in sheet.message.text()

    def test_the_scale_used_last_stays_for_every_bed(self, qtbot, sheet):
        press(qtbot, sheet.scales[SedationScale.RASS])
        sheet.open_for("08")
        assert [b.isVisible() for b in scores(sheet, SedationScale.RASS)] == [True] * 10
        assert not any(b.isVisible() for b in scores(sheet, SedationScale.POSS))

    def test_the_last_score_is_told_whatever_its_scale(self, link, sheet):
        change(link, sheet, findings=(NurseObservation("sedation_rass-4", f.utc(600), "B", "", "x"),))
        assert any("last RASS −4 · 06:32" in made.text() for made in sheet.findChildren(QLabel))
        assert sheet.buttons["sedation", "sedation_rass-4"].property("mark") == "last"

    def test_by_keys_alone(self, qtbot, link, sheet):
        sheet.scales[SedationScale.POSS].setFocus()
        for _ in range(2):
            qtbot.keyClick(sheet.focusWidget(), Qt.Key.Key_Right)
            qtbot.keyClick(sheet.focusWidget(), Qt.Key.Key_Space)
        assert sheet.scale is SedationScale.GCS
        scores(sheet, SedationScale.GCS)[0].setFocus()
        qtbot.keyClick(sheet.focusWidget(), Qt.Key.Key_Space)
        assert link.commands[0].finding.code == "sedation_gcs15"

    def test_nobody_admitted_no_scale_to_choose(self, sheet):
        sheet.open_for("16")
        assert not any(made.isEnabled() for made in sheet.scales.values())


class TestSpasticity:
    @pytest.mark.parametrize(
        ("grade", "usual", "code"),
        [
            ("1", "1", "no_spasticity_up1"),
            ("0", "2", "no_spasticity_up1"),
            ("1+", "1", "spasticity_up1"),
            ("2", "1", "spasticity_up1"),
            ("2", "1+", "spasticity_up1"),
            ("3", "1", "spasticity_up2"),
            ("3", "1+", "spasticity_up1"),
            ("4", "2", "spasticity_up2"),
            ("1+", "0", "spasticity_up1"),
        ],
    )
    def test_grade_against_the_usual_one(self, grade, usual, code):
        assert charting.spasticity_code(grade, usual) == code

    @given(st.sampled_from(list(charting.MAS_GRADES)), st.sampled_from(list(charting.MAS_GRADES)))
    def test_a_higher_grade_never_counts_less(self, low, usual):
        rank = {"no_spasticity_up1": 0, "spasticity_up1": 1, "spasticity_up2": 2}
        grades = list(charting.MAS_GRADES)
        higher = grades[grades.index(low) :]
        counts = [rank[charting.spasticity_code(grade, usual)] for grade in higher]
        assert counts == sorted(counts)

    def test_first_grade_of_a_stay_is_the_usual_one(self, qtbot, link, sheet):
        change(link, sheet, findings=())
        press(qtbot, sheet.buttons["spasticity", "2"])
        first = link.commands[0].finding
        assert first.code == "no_spasticity_up1"
        change(link, sheet, findings=(first,))
        press(qtbot, sheet.buttons["spasticity", "4"])
        assert link.commands[1].finding.code == "spasticity_up2"

    def test_grade_charted_at_admission_is_the_usual_one_whatever_came_later(self):
        later = NurseObservation("spasticity_up1", f.utc(100), "A", "MAS 2")
        earlier = NurseObservation("no_spasticity_up1", f.utc(999_999), "A", "MAS 0")
        assert charting.usual_grade([later, MAS_1, earlier]) == "1"

    @given(st.sampled_from(list(charting.MAS_GRADES)), st.booleans(), st.text(max_size=20))
    def test_a_grade_written_into_a_note_is_read_again(self, grade, usual, more):
        finding = NurseObservation("spasticity_up1", f.utc(), "A", charting.mas_note(grade, usual, more))
        assert charting.mas_grade(finding) == grade


class TestPumpEvent:
    def test_event_without_details_is_two_presses(self, qtbot, link, pump):
        press(qtbot, pump.buttons[PumpEventKind.PUMP_STALL])
        assert link.commands == []
        press(qtbot, pump.save_button)
        assert link.commands == [ChartPumpEvent("07", PumpEvent(PumpEventKind.PUMP_STALL, f.utc(), "R. Test"))]
        assert not pump.details.isVisible()

    def test_dose_change_takes_a_percentage(self, qtbot, link, pump):
        press(qtbot, pump.buttons[PumpEventKind.DOSE_DECREASE])
        assert pump.percent.isVisible()
        qtbot.keyClicks(pump.percent, "30")
        qtbot.keyClick(pump.percent, Qt.Key.Key_Return)
        assert link.commands[0].event.percent == 30

    def test_dose_change_of_unknown_size_is_allowed(self, qtbot, link, pump):
        press(qtbot, pump.buttons[PumpEventKind.DOSE_INCREASE])
        press(qtbot, pump.save_button)
        assert link.commands[0].event.percent is None

    def test_impossible_percentage_is_refused(self, qtbot, link, pump):
        press(qtbot, pump.buttons[PumpEventKind.DOSE_INCREASE])
        pump.percent.setText("5000")
        press(qtbot, pump.save_button)
        assert link.commands == []
        assert "between 0 and 1000" in pump.message.text()

    def test_repair_asks_whether_delivery_is_confirmed(self, qtbot, link, pump):
        press(qtbot, pump.buttons[PumpEventKind.REFILL])
        assert link.commands == []
        assert not pump.save_button.isVisible()
        press(qtbot, pump.not_confirmed)
        assert link.commands[0].event.confirmed is False

    def test_an_answer_given_for_one_event_is_not_kept_for_the_next(self, qtbot, link, pump):
        press(qtbot, pump.buttons[PumpEventKind.REFILL])
        press(qtbot, pump.confirmed)
        press(qtbot, pump.buttons[PumpEventKind.RESTORED])
        assert not pump.confirmed.isChecked()
        assert [c.event.kind for c in link.commands] == [PumpEventKind.REFILL]

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (PumpEventKind.ORAL_BACLOFEN_DOSE, "Baclofen by mouth"),
            (PumpEventKind.IV_BACLOFEN_DOSE, "Baclofen by vein"),
            (PumpEventKind.ANTIPSYCHOTIC_DOSE, "Antipsychotic"),
        ],
    )
    def test_a_medicine_is_two_presses_and_is_drawn_as_one(self, qtbot, link, pump, kind, words):
        press(qtbot, pump.buttons[kind])
        press(qtbot, pump.save_button)
        (command,) = link.commands
        assert command == ChartPumpEvent("07", PumpEvent(kind, f.utc(), "R. Test"))
        assert charting.event_text(command.event) == words
        assert kind in charting.MEDICINES

    def test_every_kind_of_event_can_be_charted(self, pump):
        assert set(pump.buttons) == set(PumpEventKind)

    def test_events_of_the_stay_are_listed_newest_first(self, link, pump):
        old = PumpEvent(PumpEventKind.PUMP_STALL, f.utc(90_000), "A", note="seen <b>twice</b>")
        new = PumpEvent(PumpEventKind.REFILL, f.utc(100), "A", confirmed=True)
        change(link, pump, pump_events=(old, new))
        lines = pump._recent.text().splitlines()
        assert "Refilled, confirmed" in lines[0]
        assert "Motor stall · seen <b>twice</b>" in lines[1]
        assert pump._recent.textFormat() is Qt.TextFormat.PlainText

    def test_another_bed_has_nothing_chosen(self, qtbot, pump):
        press(qtbot, pump.buttons[PumpEventKind.BOLUS])
        pump.open_for("08")
        assert pump.form is None
        assert not pump.details.isVisible()
        assert not any(made.isChecked() for made in pump.buttons.values())

    def test_undo_takes_the_event_back(self, qtbot, link, pump):
        press(qtbot, pump.buttons[PumpEventKind.MRI])
        press(qtbot, pump.save_button)
        press(qtbot, pump.undo_button)
        assert link.commands[1] == RemoveEntry("07", "entry-1", "R. Test")

    def test_an_event_of_yesterday(self, qtbot, link, pump):
        press(qtbot, pump.strip.choice(4))
        pump.strip.field.setDateTime(QDateTime.fromSecsSinceEpoch(int(f.NOW) - 86400))
        press(qtbot, pump.buttons[PumpEventKind.EMPTY_RESERVOIR])
        press(qtbot, pump.save_button)
        assert link.commands[0].event.at == f.utc(86400)
