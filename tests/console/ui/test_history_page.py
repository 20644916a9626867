"""The alarm history: filled page by page, filtered, chosen from, refreshed while alarms change."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Change, Kind, Presence, Priority, Stage, Transition
from console.store.records import AlarmRecord, HistoryFilter, HistoryPage, Series, Told, Trend
from console.ui.history_page import HistoryPage as Page
from console.ui.history_page import rows
from console.ui.history_page.drawings import load_bars
from console.ui.history_page.vitals_strip import strip_rows
from console.ui.theme import Mode, Theme
from console.ward.chart import PumpEvent, PumpEventKind
from drivers.observation import Parameter
from tests.console.ui import fakes as f

P = Parameter
BERLIN = ZoneInfo("Europe/Berlin")


def ended(alarm, ago: float):
    return replace(alarm, presence=Presence.ENDED, ended_at=f.utc(ago), version=alarm.version + 1)


class HistoryLink(f.FakeLink):
    """Answers like a store: filters by bed and priority, gives pages, counts the questions."""

    def __init__(self, alarms) -> None:
        super().__init__(f.ward([f.bed("07"), f.bed("13")]))
        self.records = [AlarmRecord(alarm) for alarm in alarms]
        self.asked: list[tuple[HistoryFilter, int, int]] = []
        self.held: list[Future[HistoryPage]] = []
        self.holding = False
        self.error: Exception | None = None

    def history(self, filter: HistoryFilter, offset: int, limit: int) -> Future[HistoryPage]:
        self.asked.append((filter, offset, limit))
        future: Future[HistoryPage] = Future()
        if self.error is not None:
            future.set_exception(self.error)
            return future
        found = [
            r
            for r in self.records
            if (not filter.beds or r.alarm.bed in filter.beds)
            and (not filter.priorities or r.alarm.highest.word in filter.priorities)
            and (not filter.not_seen_only or r.alarm.acknowledged is None)
        ]
        page = HistoryPage(
            tuple(found[offset : offset + limit]),
            offset,
            len(found),
            38.0,
            None,
            1322.0,
            0.32,
            9,
            ((f.utc(7200), 1, 2, 0), (f.utc(3600), 0, 0, 1)),
            (("07", 5), ("13", 9)),
        )
        if self.holding:
            self.held.append(future)
            future.page = page  # type: ignore[attr-defined]
        else:
            future.set_result(page)
        return future

    def release(self) -> None:
        for future in self.held:
            future.set_result(future.page)  # type: ignore[attr-defined]
        self.held.clear()

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        future: Future[AlarmRecord | None] = Future()
        future.set_result(self.story or next((r for r in self.records if r.alarm.id == alarm_id), None))
        return future


def many(count: int):
    return [
        ended(f.acknowledged(f.limit_alarm(bed="13" if n % 2 else "07", age=1000.0 + 60 * n), ago=900 + 60 * n), n)
        for n in range(count)
    ]


@pytest.fixture
def link() -> HistoryLink:
    return HistoryLink([f.pattern_alarm(Kind.WITHDRAWAL, Stage.EMERGENCY, age=112, bed="07"), *many(5)])


def opened(qtbot: QtBot, link: f.FakeLink, size: tuple[int, int] = (1920, 942)) -> Page:
    page = Page(link, "C. Lead", Theme())
    qtbot.addWidget(page)
    page.resize(*size)
    page.activated()
    page.show_ward(link.snapshot(), f.NOW)
    page.show()
    qtbot.waitExposed(page)
    return page


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
        assert [cell(page, 0, n) for n in ("Raised", "Bed", "Alarm", "Kind", "State", "Response")] == [
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

    def test_rows_come_page_by_page_as_one_scrolls(self, qtbot):
        link = HistoryLink(many(350))
        page = opened(qtbot, link)
        assert page.model.loaded == 100
        assert page.count.text() == "100 of 350 shown"
        while page.model.canFetchMore(QModelIndex()):
            page.table.verticalScrollBar().setValue(page.table.verticalScrollBar().maximum())
            page.model.fetchMore(QModelIndex())
        assert page.model.loaded == 350
        ids = [page.model.record(r).alarm.id for r in range(350)]
        assert ids == [r.alarm.id for r in link.records]
        assert all(limit <= 500 for _, _, limit in link.asked)
        page.close()

    def test_alarms_that_begin_while_scrolling_make_no_row_twice(self, qtbot):
        link = HistoryLink(many(150))
        page = opened(qtbot, link)
        link.records.insert(0, AlarmRecord(f.limit_alarm(age=1)))
        page.model.fetchMore(QModelIndex())
        ids = [page.model.record(r).alarm.id for r in range(page.model.loaded)]
        assert len(ids) == len(set(ids))
        page.close()

    def test_screen_goes_on_while_the_store_thinks(self, qtbot, link):
        link.holding = True
        page = opened(qtbot, link)
        assert page.model.loaded == 0
        page.show_ward(link.snapshot(), f.NOW)
        link.release()
        qtbot.waitUntil(lambda: page.model.loaded == 6, timeout=1000)
        page.close()

    def test_an_old_answer_never_fills_a_new_filter(self, qtbot, link, page):
        link.holding = True
        page.not_seen.click()
        (old,) = link.held
        page.bed.setCurrentText("13")
        link.held.remove(old)
        link.release()
        qtbot.waitUntil(lambda: page.count.text() == f"{page.model.loaded} of {page.model.total} shown", timeout=1000)
        old.set_result(HistoryPage((AlarmRecord(f.limit_alarm(text="stale")),), 0, 1))
        qtbot.wait(100)
        assert all(page.model.record(r).alarm.condition.text != "stale" for r in range(page.model.loaded))


class TestFilters:
    def test_first_question_is_the_last_24_hours(self, link, page):
        assert link.asked[0][0] == HistoryFilter(start=f.utc(24 * 3600))

    def test_pressed_choices_become_the_filter(self, qtbot, link, page):
        qtbot.mouseClick(page.priorities[Priority.LOW], Qt.MouseButton.LeftButton)
        qtbot.mouseClick(page.kinds["technical"], Qt.MouseButton.LeftButton)
        qtbot.mouseClick(page.not_seen, Qt.MouseButton.LeftButton)
        page.bed.setCurrentText("07")
        page.span.setCurrentIndex(4)
        last = link.asked[-1][0]
        assert last == HistoryFilter(
            beds=("07",),
            kinds=("withdrawal", "overdose", "limit"),
            priorities=("high", "medium"),
            not_seen_only=True,
        )

    def test_no_kind_chosen_asks_nothing_and_says_so(self, link, page):
        asked = len(link.asked)
        for made in page.kinds.values():
            made.setChecked(False)
        page.kinds["limit"].click()
        page.kinds["limit"].click()
        assert "Choose at least one" in page.empty.text()
        assert page.empty.isVisible()
        assert len(link.asked) == asked + 1

    def test_empty_filter_tells_how_many_there_are(self, qtbot, link, page):
        link.records = [AlarmRecord(a) for a in many(3)]
        page.not_seen.click()
        assert page.empty.isVisible()
        assert page.empty.text() == "No alarms with this choice since 13 Apr 06:42. 3 in the last 24 h."

    def test_a_store_that_fails_is_told_and_the_page_stays(self, qtbot, link):
        link.error = OSError("database is locked")
        page = opened(qtbot, link)
        assert "cannot be read: database is locked" in page.empty.text()
        link.error = None
        page.not_seen.click()
        assert page.table.isVisible()
        page.close()

    def test_figures_of_the_store(self, page):
        assert [label.text() for label in page.figures] == ["6", "0:38", "–", "22:02", "32 %", "9"]


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
        link.records.insert(0, AlarmRecord(f.technical_alarm("Recording stopped – disk full", bed="")))
        page.ask()
        page.table.selectRow(0)
        assert not page.course.open_button.isVisible()
        assert page.course.heading.text() == "Console · Recording stopped – disk full"

    def test_a_new_alarm_comes_in_and_the_choice_stays(self, link, page):
        page.table.selectRow(1)
        chosen = page.course.alarm.alarm.id
        new = f.limit_alarm(age=1, bed="13")
        link.records.insert(0, AlarmRecord(new))
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
        link.records[0] = AlarmRecord(f.technical_alarm("<img src=x> late", bed="07"))
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

    def test_signals_that_never_came_take_no_row(self):
        def of(*came: Parameter) -> list[str]:
            series = {p: Series(p, np.array([1.0]), np.array([5.0]), np.array([False])) for p in came}
            return [row.label for row in strip_rows(Trend("07", f.utc(1), f.utc(), series))]

        assert of(P.HR, P.NIBP_SYS) == ["HR", "NIBP", "RR", "Temp", "SpO₂"]
        assert of(P.HR, P.ART_SYS, P.ETCO2) == ["HR", "ABP", "RR", "Temp", "SpO₂", "EtCO₂"]

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
