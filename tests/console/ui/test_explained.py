"""Why an alarm is there, on screen: now, and as it was at each rise; what has changed; and limits that say whose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Change, Reason, Stage, Transition
from console.alarms.patient_limits import LimitsView, laid_over
from console.rules import load_rules
from console.store.records import AlarmRecord
from console.ui import account_words
from console.ui.ack_sheet import AckSheet
from console.ui.bed_page.numerals import cell
from console.ui.bed_page.page import BedPage
from console.ui.charts.spec import ROWS
from console.ui.history_page import rows
from console.ui.history_page.reasons import Reasons
from console.ui.limits_sheet import LimitsSheet
from console.ui.theme import Mode, Theme
from console.ward.limits import LimitSetting
from console.ward.patient import RiskFlag
from drivers.observation import Parameter
from tests.console.ui import fakes as f
from tests.console.ui.explained import condition, explained_bed, risen

UTC = ZoneInfo("UTC")
THEME = Theme(Mode.DARK)


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[BedPage]:
    made = BedPage(f.FakeLink(f.ward([explained_bed()])), "R. Test", THEME)
    qtbot.addWidget(made)
    made.resize(1920, 942)
    made.show()
    made.show_bed("07")
    made.show_ward(made.link.snapshot(), f.NOW)
    yield made
    made.close()


def _show(page: BedPage, **changes: object) -> None:
    bed = replace(explained_bed(), **changes)
    page.link.ward = f.ward([bed])  # type: ignore[attr-defined]
    page.show_ward(f.ward([bed], sequence=2), f.NOW)


def test_each_rise_has_a_button_beside_now(page: BedPage) -> None:
    shown = [b for b in page.why.times if b.isVisible()]
    assert [b.text().split()[0] for b in shown] == ["Now", "*", "**", "***"]
    assert shown[0].isChecked()
    assert shown[3].accessibleName().startswith("As it was at the onset of emergency, ")


def test_one_press_shows_what_was_known_at_the_rise_beside_what_holds_now(page: BedPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.why.times[3], Qt.MouseButton.LeftButton)
    onset = page.why.onset
    assert onset.isVisible()
    assert not page.why.content.isVisible()
    by_name = {line.name: line for line in onset.lines}
    assert (by_name["Heart rate"].then, by_name["Heart rate"].now) == ("132 (+69 %)", "142 (+82 %)")
    itch = by_name["Itch without rash"]
    assert (itch.then, itch.now, itch.points_then, itch.points_now) == ("–", "charted", 0, 2)
    assert not by_name["Motor stall"].changed
    assert "5 of 7 lines have changed" in onset.changes.text()
    assert onset.told.text().startswith("AUTONOMIC PATTERN – EMERGENCY. T 38.9 (+2.1), HR 132")
    assert onset.told.text().endswith("Check pump; call ITB physician per local plan.")


def test_now_comes_back_by_one_press_and_with_another_bed(page: BedPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.why.times[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.why.times[0], Qt.MouseButton.LeftButton)
    assert page.why.content.isVisible()
    qtbot.mouseClick(page.why.times[1], Qt.MouseButton.LeftButton)
    page.why.turn_to()
    _show(page, version=9)
    assert page.why.content.isVisible()


def test_the_account_stays_as_it_was_while_the_present_moves_on(page: BedPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.why.times[2], Qt.MouseButton.LeftButton)
    before = {line.name: line.then for line in page.why.onset.lines if line.then != account_words.GONE}
    _show(page, alarms=(risen(condition(Stage.EMERGENCY, 120, 38.0, 20, 130)),))
    after = {line.name: (line.then, line.now) for line in page.why.onset.lines}
    assert {name: after[name][0] for name in before} == before
    assert after["Heart rate"] == ("118 (+51 %)", "120 (+54 %)")


def test_without_an_account_there_is_only_the_present(page: BedPage) -> None:
    _show(page, alarms=())
    assert not any(button.isVisible() for button in page.why.times)
    assert page.why.content.isVisible()


def test_a_held_stage_says_since_when_it_was_not_refreshed() -> None:
    held = replace(condition(Stage.WARNING, 118, 38.0, 23, 148), held=True)
    assert account_words.held_words(held, UTC) == "held, not refreshed since the restart"
    known = replace(held, refreshed_at=f.utc(2400))
    assert account_words.held_words(known, UTC) == f"not refreshed since {f.utc(2400):%H:%M}"
    assert account_words.held_words(replace(known, held=False), UTC) == ""


def test_a_value_that_was_not_fresh_is_told_so() -> None:
    stale = Reason("hr", "HR 118 (+51 %)", 118, 78, 2, fresh=False)
    then = replace(condition(Stage.WARNING, 118, 38.0, 23, 148), reasons=(stale,), against=())
    (line,) = account_words.compare(then, None)
    assert line.then == "118 (+51 %) (not fresh)"
    assert account_words.reason_lines(then) == ["HR 118 (+51 %), usual 78: 2 points, not fresh"]


def test_the_history_keeps_the_reasons_of_every_rise_of_an_alarm_that_is_over(qtbot: QtBot) -> None:
    alarm = risen()
    steps = [
        Transition(replace(alarm, version=n, condition=a.condition), change, a.at, f.NOW)
        for n, (a, change) in enumerate(zip(alarm.accounts, (Change.ONSET, *[Change.ESCALATE] * 2), strict=True))
    ]
    over = replace(alarm, accounts=(), condition=replace(alarm.condition, reasons=()))
    why = Reasons(THEME)
    qtbot.addWidget(why)
    why.show_record(AlarmRecord(over, tuple(steps)), UTC, f.utc())
    heads = [words[0] for words in why.texts if len(words) == 1]
    assert [head.partition(" ")[0] for head in heads] == ["Raised", "Stepped", "Stepped"]
    assert ("Heart rate", "98 (+26 %), usual 78", "1") in why.texts
    assert why.texts[-1][:2] == ("Rules", "E1, E2")
    lines = [text for _, text in rows.course(AlarmRecord(over, tuple(steps)), (), UTC)]
    assert lines[0].startswith("Raised: HR 98 (+26 %). Pump: motor stall 14 h ago")
    assert lines[2].startswith("Stepped up to emergency")


@pytest.mark.parametrize("number", [6, 12])
def test_the_acknowledge_sheet_tells_why_and_what_to_do(qtbot: QtBot, number: int) -> None:
    limit = replace(
        f.limit_alarm(bed="13").condition,
        reasons=(
            Reason("hr", "HR 128 > 120 /min", 128, note="8 /min from the limit"),
            Reason("limit", "Limit of the ward"),
        ),
    )
    alarm = risen() if number == 6 else replace(f.limit_alarm(bed="07"), condition=limit)
    ward = f.ward([explained_bed(alarm) if number == 6 else f.bed("07", alarms=(alarm,))])
    sheet = AckSheet(f.FakeLink(ward), "R. Test", THEME)
    qtbot.addWidget(sheet)
    sheet.open_for(alarm.id)
    words = sheet.why.text()
    if number == 6:
        assert words.startswith("AUTONOMIC PATTERN – EMERGENCY.")
        assert words.endswith("per local plan.")
    else:
        assert words == "HR 128 > 120 /min (8 /min from the limit). Limit of the ward"


def _limits(*own: LimitSetting) -> LimitsView:
    ward = load_rules().limits
    in_force = laid_over(ward, own).for_patient(frozenset({RiskFlag.SCI_T6}), 95.0)
    return LimitsView(ward, in_force, own, "R. Test")


def test_a_breach_of_the_high_limit_names_it_where_the_medium_one_is_off() -> None:
    limits = _limits(LimitSetting(Parameter.HR, 40, 45, None, 140))
    hr = replace(f.reading(Parameter.HR, 151), low=45, high=None, breach=1)
    bed = f.bed("07", readings=(hr,), limits=limits)
    assert cell(ROWS[0], bed, f.NOW, 1.0, "").limit == "140"


def test_the_limits_sheet_tells_what_spinal_injury_lowers(qtbot: QtBot) -> None:
    bed = f.bed("07", limits=_limits())
    sheet = LimitsSheet(f.FakeLink(f.ward([bed])), "R. Test", THEME)
    qtbot.addWidget(sheet)
    sheet.open_for("07")
    notes = {p: note.text() for p, (_, note) in sheet._rows.items()}
    assert notes[Parameter.NIBP_SYS].splitlines()[1] == "in force, spinal injury: ** 135, *** 135"
    assert "\n" not in notes[Parameter.HR]
