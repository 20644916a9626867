"""The alarm history: filled page by page, filtered, chosen from, refreshed while alarms change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Change, Kind, Priority, Stage, Transition
from console.store.records import AlarmRecord, Told, Trend
from console.ui.history_page import HistoryPage as Page
from console.ui.history_page import rows
from console.ui.history_page.drawings import load_bars
from console.ui.theme import Mode, Theme
from console.ward.chart import PumpEvent, PumpEventKind
from drivers.observation import Parameter
from tests.console.ui import fakes as f
from tests.console.ui.history_link import HistoryLink, many, opened, record

P = Parameter
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def link() -> HistoryLink:
    return HistoryLink([f.pattern_alarm(Kind.WITHDRAWAL, Stage.EMERGENCY, age=112, bed="07"), *many(5)])


@pytest.fixture
def page(qtbot: QtBot, link: HistoryLink) -> Iterator[Page]:
    made = opened(qtbot, link)
    yield made
    made.close()


def cell(page: Page, row: int, name: str) -> str:
    model = page.model
    column = next(c for c in range(model.columnCount()) if model.headerData(c, Qt.Orientation.Horizontal) == name)
    return model.index(row, column).data()


class TestTable:
    def test_newest_alarm_in_words(self, page):
        assert [cell(page, 0, n) for n in ("Raised ▼", "Bed", "Alarm", "Kind", "State", "Response")] == [
            "06:40:26",
            "07",
            "Autonomic pattern – emergency",
            "Pattern",
            "● active",
            "none yet",
        ]
        assert cell(page, 0, "Lasted") == "1:52 …"

    def test_an_answered_alarm_says_by_whom_how_fast_and_why(self, page):
        assert cell(page, 1, "By") == "R. Test"
        assert cell(page, 1, "Response") == "1:40"
        assert cell(page, 1, "Reason") == "Doctor informed"
        assert cell(page, 1, "State") == "ended"

    def test_latched_and_stepped_down_alarms_say_so(self):
        alarm = f.latched(f.pattern_alarm(Kind.OVERDOSE, Stage.WARNING))
        assert rows.state(alarm) == "▨ ended, not seen"
        assert rows.title(replace(alarm, highest=Priority.HIGH)).endswith("(was emergency)")

    def test_what_late_data_have_shown_is_called_by_its_name(self):
        assert rows.kind(f.late_note()) == "Late data"
        assert rows.kind(f.technical_alarm("SpO2 – no reading", key="technical:sensor:spo2")) == "Technical"

    def test_demo_alarms_are_tagged(self):
        assert rows.title(f.limit_alarm(demo=True)).startswith("DEMO · ")

    def test_yesterdays_alarm_carries_its_date(self):
        alarm = f.limit_alarm(age=86_400)
        assert rows.raised(alarm, BERLIN, f.utc()) == "13 Apr 06:42:18"

    def test_time_goes_on_for_what_still_lasts(self, page, link):
        link.ward = replace(link.ward, system=replace(link.ward.system, utc=f.utc(-10)))
        page.show_ward(link.ward, f.NOW + 10)
        assert cell(page, 0, "Lasted") == "2:02 …"
        assert cell(page, 1, "Lasted") != ""


class TestCourse:
    def test_click_on_a_row_shows_its_course(self, qtbot, page):
        place = page.table.visualRect(page.model.index(1, 3)).center()
        qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert page.course.heading.text() == "Bed 07 · HR 128 > 120"
        assert page.course.open_button.text() == "Open bed 07 at 06:25"

    def test_vital_signs_are_asked_for_half_an_hour_either_side(self, link, page):
        page.table.selectRow(1)
        bed, _, start, end = link.trends_asked[-1]
        raised = page.model.record(1).alarm.raised_at
        assert (bed, start) == ("07", raised - timedelta(minutes=30))
        assert end == f.utc()  # not beyond now

    def test_steps_of_the_alarm_and_what_was_charted_stand_in_order(self, link, page):
        alarm = page.model.record(0).alarm
        answered = f.acknowledged(alarm, ago=60)
        link.story = AlarmRecord(
            answered,
            (
                Transition(alarm, Change.ONSET, f.utc(112), 0.0),
                Transition(alarm, Change.UPDATE, f.utc(100), 0.0),
                Transition(answered, Change.ACKNOWLEDGE, f.utc(60), 0.0, by="R. Test"),
            ),
        )
        event = PumpEvent(PumpEventKind.REFILL, f.utc(90), "B. Nurse")
        link.made_trend = lambda bed, params, start, end: Trend(bed, start, end, pump_events=(event,))
        page.table.selectRow(0)
        texts = [text for _, text in page.course.lines]
        assert texts == [
            "Raised: Autonomic pattern – emergency, 3 points",
            "Charted: Refilled by B. Nurse",
            "Acknowledged by R. Test after 0:52 – Doctor informed",
        ]

    def test_who_was_told_stands_among_the_steps_also_when_it_comes_later(self, link, page):
        alarm = page.model.record(0).alarm
        steps = (Transition(alarm, Change.ONSET, f.utc(112), 0.0),)
        link.story = AlarmRecord(alarm, steps)
        page.table.selectRow(0)
        assert len(page.course.lines) == 1
        told = Told(alarm.id, f.utc(60), "read", "Dr Test, <b>phone</b>", "phones")
        link.story = AlarmRecord(alarm, steps, (told,))
        page.course.set_time(f.utc(-5), BERLIN)
        assert len(page.course.lines) == 1, "not asked every time"
        page.course.set_time(f.utc(-20), BERLIN)
        assert [text for _, text in page.course.lines][1:] == ["Told: Dr Test, <b>phone</b>, read (says phones)"]

    def test_enter_opens_the_bed_at_that_time(self, qtbot, page):
        page.table.selectRow(1)
        page.table.setFocus()
        with qtbot.waitSignal(page.open_bed_at, timeout=500) as caught:
            qtbot.keyClick(page.table, Qt.Key.Key_Return)
        assert caught.args == ["07", page.model.record(1).alarm.raised_at.timestamp()]

    def test_next_and_previous_walk_through_the_table(self, qtbot, page):
        page.table.selectRow(0)
        qtbot.mouseClick(page.course.next, Qt.MouseButton.LeftButton)
        assert page.table.currentIndex().row() == 1
        qtbot.mouseClick(page.course.previous, Qt.MouseButton.LeftButton)
        qtbot.mouseClick(page.course.previous, Qt.MouseButton.LeftButton)
        assert page.table.currentIndex().row() == 0

    def test_alarm_of_the_console_has_no_bed_to_open(self, link, page):
        link.records.insert(0, record(f.technical_alarm("Recording stopped – disk full", bed="")))
        page.ask()
        page.table.selectRow(0)
        assert not page.course.open_button.isVisible()
        assert page.course.heading.text() == "Console · Recording stopped – disk full"

    def test_a_new_alarm_comes_in_and_the_choice_stays(self, link, page):
        page.table.selectRow(1)
        chosen = page.course.alarm.alarm.id
        new = f.limit_alarm(age=-2, bed="13")
        link.records.insert(0, record(new))
        link.ward = replace(
            link.ward,
            beds=(link.ward.beds[0], replace(link.ward.beds[1], alarms=(new,))),
            system=replace(link.ward.system, utc=f.utc(-5)),
        )
        page.show_ward(link.ward, f.NOW + 5)
        assert page.model.record(0).alarm.id == new.id
        assert page.table.currentIndex().row() == 2
        assert page.course.alarm.alarm.id == chosen

    def test_nothing_is_asked_while_nothing_changes(self, link, page):
        asked = len(link.asked)
        for second in range(20):
            link.ward = replace(link.ward, system=replace(link.ward.system, utc=f.utc(-second)))
            page.show_ward(link.ward, f.NOW + second)
        assert len(link.asked) == asked

    def test_text_from_outside_is_plain(self, link, page):
        link.records[0] = record(f.technical_alarm("<img src=x> late", bed="07"))
        page.ask()
        page.table.selectRow(0)
        assert "<img src=x> late" in page.course.heading.text()
        assert page.course.heading.textFormat() is Qt.TextFormat.PlainText


class TestDrawings:
    def test_hours_without_alarms_stand_between(self):
        start = datetime(2026, 4, 13, 20, tzinfo=UTC)
        bars, per_day = load_bars([(start + timedelta(hours=3), 0, 1, 0), (start, 1, 0, 0)], BERLIN)
        assert not per_day
        assert [counts for _, counts in bars] == [(1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 1, 0)]

    def test_a_long_span_is_summed_by_the_wards_days(self):
        start = datetime(2026, 4, 10, 21, tzinfo=UTC)
        hours = [(start + timedelta(hours=h), 1, 0, 0) for h in range(100)]
        bars, per_day = load_bars(hours, BERLIN)
        assert per_day
        assert [sum(c) for _, c in bars] == [1, 24, 24, 24, 24, 3]

    def test_summer_time_loses_no_alarm(self):
        start = datetime(2026, 3, 27, 0, tzinfo=UTC)
        hours = [(start + timedelta(hours=h), 0, 0, 1) for h in range(96)]
        bars, _ = load_bars(hours, BERLIN)
        assert sum(sum(c) for _, c in bars) == 96

    def test_strip_paints_gaps_and_whole_no_data(self, qtbot, link, page):
        page.table.selectRow(0)
        assert not page.course.strip.grab().isNull()
        link.made_trend = lambda bed, params, start, end: Trend(bed, start, end)
        page.table.selectRow(1)
        assert page.course.strip._text == "No vital signs were recorded about this time."


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("size", [(1920, 942), (1366, 652), (970, 652)])
def test_nothing_makes_the_window_wider_than_the_screen(qtbot, link, mode, size):
    page = opened(qtbot, link, size)
    page.set_theme(Theme(mode, compact=size[0] < 1600))
    page.table.selectRow(0)
    page.resize(*size)
    assert (page.width(), page.height()) == size
    assert page.rect().contains(page.course.mapTo(page, QPoint(page.course.width() - 1, 10)))
    page.close()
