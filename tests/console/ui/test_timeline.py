"""The timeline by bed: windows and clock times, what is drawn when many alarms share a pixel, clicks and keys."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Kind, Priority, Stage
from console.store.records import AlarmRecord, HistoryFilter, HistoryPage
from console.store.timeline_records import Bar, LaneEvent, Timeline
from console.ui.history_page import HistoryPage as Page
from console.ui.history_page import lanes as ln
from console.ui.history_page import time_window as tw
from console.ui.history_page.time_window import TimeWindow
from console.ui.history_page.timeline_view import LABEL
from console.ui.theme import Theme
from console.ward.chart import PumpEventKind
from tests.console.ui import fakes as f

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600.0


class TestWindow:
    @given(
        st.floats(60, 31 * 86_400),
        st.floats(0, 1),
        st.sampled_from([0.1, 0.5, 0.8, 1.25, 2.0, 30.0]),
        st.floats(0, 1e6),
    )
    def test_zoom_keeps_the_time_under_the_pointer_in_its_place(self, span, share, factor, ago):
        now = 1e9
        window = TimeWindow(now - ago - span, now - ago)
        around = window.start + share * span
        zoomed = window.zoomed(factor, around, now)
        assert 60 - 1e-6 <= zoomed.span <= 31 * 86_400 + 1e-6
        assert zoomed.end <= now + 1e-6
        if zoomed.end < now - 1e-3:
            assert zoomed.x(around, 1000) == pytest.approx(window.x(around, 1000), abs=1e-3)

    def test_a_time_well_inside_moves_nothing_one_outside_comes_to_the_middle(self):
        window = TimeWindow(0, 100)
        assert window.around(50, 1e9) is window
        assert window.around(500, 1e9) == TimeWindow(450, 550)
        assert window.around(500, 510) == TimeWindow(410, 510)

    def test_the_hour_that_comes_twice_says_which_one_it_is(self):
        start = datetime(2026, 10, 24, 23, tzinfo=UTC)
        window = TimeWindow(start.timestamp(), (start + timedelta(hours=5)).timestamp())
        words = [tick.text for tick in tw.axis(window, 1000, BERLIN, room=150)]
        assert words == ["01:00", "02:00 CEST", "02:00 CET", "03:00", "04:00", "05:00"][: len(words)]
        assert "02:00 CET" in words

    def test_the_hour_that_is_skipped_is_not_on_the_axis(self):
        start = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
        window = TimeWindow(start.timestamp(), (start + timedelta(hours=4)).timestamp())
        assert [tick.text for tick in tw.axis(window, 1000, BERLIN, room=150)] == ["01:00", "03:00", "04:00", "05:00"]

    def test_days_are_the_wards_days_over_a_change_of_summer_time(self):
        start = datetime(2026, 10, 20, tzinfo=BERLIN)
        window = TimeWindow(start.timestamp(), datetime(2026, 10, 30, tzinfo=BERLIN).timestamp())
        found = tw.axis(window, 2000, BERLIN)
        assert all(datetime.fromtimestamp(tick.time, BERLIN).hour in (0, 12) for tick in found)
        assert [tick.text for tick in found if tick.strong][4:7] == ["24 Oct", "25 Oct", "26 Oct"]

    @pytest.mark.parametrize("span", [60.0, 600.0, HOUR, 8 * HOUR, 86_400.0, 7 * 86_400.0, 31 * 86_400.0])
    def test_words_of_the_axis_have_room_and_are_there(self, span):
        found = tw.axis(TimeWindow(f.NOW - span, f.NOW), 800, BERLIN)
        assert 2 <= len(found) <= 13
        gaps = np.diff([tick.time for tick in found]) / span * 800
        assert gaps.min() >= 60


COUNTS = st.lists(st.lists(st.integers(0, 500) | st.just(0), min_size=6, max_size=6), min_size=1, max_size=8).map(
    lambda rows: np.array(rows, dtype=np.int64).reshape(-1, 3, 2)
)
COLOURS = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}
PATTERN = 9


class TestManyInOnePixel:
    @given(COUNTS, st.integers(11, 44))
    def test_no_alarm_is_left_out_and_a_high_one_is_seen_whatever_else_is_there(self, counts, height):
        picture = ln.density({"07": counts}, ("07",), height, COLOURS, PATTERN)
        assert picture.shape == (height, len(counts) * ln.SUB)
        for bucket, there in enumerate(counts):
            columns = picture[:, bucket * ln.SUB : (bucket + 1) * ln.SUB]
            for priority, width in ((Priority.LOW, 1), (Priority.MEDIUM, 2), (Priority.HIGH, 3)):
                rows = (columns == COLOURS[priority]).sum(axis=0)
                least = 3 if priority is Priority.HIGH else 1
                if there[priority - 1].sum():
                    assert (rows[:width] >= least).all()
                assert not rows[width:].any()
            assert (columns == PATTERN).any() == bool(there[:, 1].sum())

    def test_twice_as_many_stand_twice_as_high(self):
        counts = np.zeros((3, 3, 2), dtype=np.int64)
        counts[:, 1, 0] = (10, 20, 40)
        picture = ln.density({"07": counts}, ("07",), 41, COLOURS, PATTERN)
        assert [(picture[:, bucket * ln.SUB] == 2).sum() for bucket in range(3)] == [10, 20, 40]

    @given(
        st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 300), st.sampled_from(["07", "13"])), max_size=40),
        st.floats(0.01, 10),
    )
    def test_every_bar_is_in_one_group_and_a_group_reaches_over_all_of_its_bars(self, told, scale):
        bars = [bar(f"a{n}", at, at + lasted, bed=bed) for n, (at, lasted, bed) in enumerate(told)]
        bars.sort(key=lambda b: b.raised_at)
        groups = ln.grouped(bars, 0.0, scale, 2000.0)
        assert sorted(b.alarm_id for some in groups.values() for g in some for b in g.bars) == sorted(
            b.alarm_id for b in bars
        )
        for bed, some in groups.items():
            for group in some:
                assert {b.bed for b in group.bars} == {bed}
                assert group.right >= max(b.ended_at for b in group.bars) * scale - 1e-6

    def test_a_group_stands_for_its_most_urgent_alarm(self):
        group = ln.Group((bar("low", 0), bar("high", 1, priority=Priority.HIGH), bar("later", 2)), 0, 9)
        assert group.top.alarm_id == "high"


def bar(alarm_id: str, at: float, until: float | None = None, bed: str = "07", **more) -> Bar:
    values = {"priority": Priority.MEDIUM, "kind": Kind.LIMIT, "answered": True, **more}
    return Bar(alarm_id, bed, at, until, **values)


class TimelineLink(f.FakeLink):
    """A ward of some beds with alarms; the timeline is a plain look at all of them, as is the story of one."""

    def __init__(self, alarms, beds: int = 3) -> None:
        super().__init__(f.ward([f.bed(f"{n:02d}") for n in range(1, beds + 1)]))
        self.records = [AlarmRecord(a) for a in sorted(alarms, key=lambda a: a.raised_at, reverse=True)]
        self.in_table = self.records
        self.made_timeline = self.plain
        self.error: Exception | None = None
        self.events: tuple[LaneEvent, ...] = ()

    def plain(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Timeline:
        bars = [
            Bar(a.id, a.bed, a.raised_at.timestamp(), a.ended_at and a.ended_at.timestamp(), a.highest, k, False)
            for a, k in ((r.alarm, r.alarm.condition.kind) for r in reversed(self.records))
            if a.raised_at < end and (a.ended_at is None or a.ended_at >= start)
            and (not filter.beds or a.bed in filter.beds)
        ]  # fmt: skip
        return Timeline(start, end, len(bars), tuple(bars), events=self.events)

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        if self.error is None:
            return super().timeline(filter, start, end, columns)
        failed: Future[Timeline] = Future()
        failed.set_exception(self.error)
        return failed

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        found: Future[HistoryPage] = Future()
        found.set_result(HistoryPage(tuple(self.in_table[offset : offset + limit]), offset, len(self.in_table)))
        return found

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        found: Future[AlarmRecord | None] = Future()
        found.set_result(next((r for r in self.records if r.alarm.id == alarm_id), None))
        return found

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]:
        ids = [r.alarm.id for r in self.records]
        place = ids.index(alarm_id) + (-1 if later else 1)
        found: Future[AlarmRecord | None] = Future()
        found.set_result(self.records[place] if 0 <= place < len(ids) else None)
        return found


def some_alarms():
    return [
        f.latched(f.pattern_alarm(Kind.WITHDRAWAL, Stage.EMERGENCY, age=7200, bed="01"), 5400),
        f.latched(f.limit_alarm(age=10_000, bed="02"), 9000),
        f.technical_alarm(age=1800, bed="03"),
    ]


def opened(qtbot: QtBot, link: TimelineLink, size: tuple[int, int] = (1366, 652)) -> Page:
    page = Page(link, "C. Lead", Theme(compact=size[0] < 1500))
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    qtbot.waitExposed(page)
    page.activated()
    page.show_ward(link.snapshot(), f.NOW)
    qtbot.mouseClick(page.views[1], Qt.MouseButton.LeftButton)
    return page


@pytest.fixture
def link() -> TimelineLink:
    return TimelineLink(some_alarms())


@pytest.fixture
def page(qtbot: QtBot, link: TimelineLink) -> Iterator[Page]:
    made = opened(qtbot, link)
    yield made
    made.close()


def place_of(page: Page, bed: str, time: float) -> QPoint:
    view = page.timeline.view
    top = view.lane_top(bed)
    assert top is not None
    return QPoint(round(view.x_of(time)), round(top + view.lane_height() - 4))


def wheel(page: Page, place: QPoint, turn: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    view = page.timeline.view
    event = QWheelEvent(
        QPointF(place),
        QPointF(view.mapToGlobal(place)),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


class TestByHand:
    def test_the_toggle_shows_lanes_of_the_ward_over_the_time_of_the_filter(self, link, page):
        assert page.timeline.isVisible()
        assert not page.table.isVisible()
        view = page.timeline.view
        assert view.lanes() == ("01", "02", "03")
        assert (view.window_.start, view.window_.end) == (f.NOW - 86_400, f.NOW)
        asked, start, _, columns = link.timelines_asked[-1]
        assert asked == replace(page.filter(), end=None)
        assert start.timestamp() <= f.NOW - 86_400
        assert 10 <= columns <= 1000

    def test_the_table_asks_nothing_of_the_timeline_while_it_is_out_of_sight(self, qtbot, link, page):
        qtbot.mouseClick(page.views[0], Qt.MouseButton.LeftButton)
        asked = len(link.timelines_asked)
        page.filters.unanswered.click()
        assert len(link.timelines_asked) == asked
        qtbot.mouseClick(page.views[1], Qt.MouseButton.LeftButton)
        assert link.timelines_asked[-1][0].unanswered

    def test_click_on_a_bar_opens_the_strip_and_the_table_follows(self, qtbot, link, page):
        emergency = next(r.alarm for r in link.records if r.alarm.bed == "01")
        qtbot.mouseClick(page.timeline.view, Qt.MouseButton.LeftButton, pos=place_of(page, "01", f.NOW - 6300))
        assert page.course.alarm.alarm.id == emergency.id
        assert page.model.record(page.table.currentIndex().row()).alarm.id == emergency.id
        assert page.timeline.view.chosen.alarm_id == emergency.id

    def test_an_alarm_the_table_does_not_have_is_shown_all_the_same(self, qtbot, link):
        link.in_table = link.records[:1]
        page = opened(qtbot, link)
        qtbot.mouseClick(page.timeline.view, Qt.MouseButton.LeftButton, pos=place_of(page, "02", f.NOW - 9500))
        assert page.course.alarm.alarm.bed == "02"
        assert not page.table.selectionModel().selectedRows()
        page.model.refresh(page.filter())
        assert page.course.alarm.alarm.bed == "02", "rows that come and go leave the choice alone"
        page.close()

    def test_wheel_zooms_about_the_pointer(self, page):
        view = page.timeline.view
        place = QPoint(LABEL + 300, 40)
        time, span = view.time_at(place.x()), view.window_.span
        for _ in range(5):
            wheel(page, place, 120)
        assert view.window_.span == pytest.approx(span / 1.25**5)
        assert view.time_at(place.x()) == pytest.approx(time, abs=0.01)
        wheel(page, place, -120)
        assert view.time_at(place.x()) == pytest.approx(time, abs=0.01)

    def test_from_a_month_to_a_minute_by_buttons_and_keys(self, qtbot, page):
        view = page.timeline.view
        qtbot.mouseClick(page.timeline.spans[0], Qt.MouseButton.LeftButton)
        assert view.window_.span == 31 * 86_400
        view.setFocus()
        for _ in range(40):
            qtbot.keyClick(view, Qt.Key.Key_Plus)
        assert view.window_.span == 60
        assert page.timeline.spans[-1].isChecked()
        for _ in range(40):
            qtbot.mouseClick(page.timeline.wider, Qt.MouseButton.LeftButton)
        assert view.window_.span == 31 * 86_400

    def test_drag_and_arrows_move_in_time_and_home_comes_back(self, qtbot, page):
        view = page.timeline.view
        before = view.window_
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(LABEL + 100, 300))
        qtbot.mouseMove(view, QPoint(LABEL + 150, 300))
        qtbot.mouseMove(view, QPoint(LABEL + 200, 300))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(LABEL + 200, 300))
        assert view.window_.start == pytest.approx(before.start - 100 / view.plot_width * before.span, rel=1e-6)
        assert page.course.alarm is None, "a drag chooses nothing"
        qtbot.keyClick(view, Qt.Key.Key_Left)
        assert view.window_.span == before.span
        qtbot.keyClick(view, Qt.Key.Key_Home)
        assert view.window_ == before

    def test_no_time_after_now_is_shown_and_a_live_window_goes_on(self, qtbot, link, page):
        view = page.timeline.view
        for _ in range(20):
            qtbot.mouseClick(page.timeline.later, Qt.MouseButton.LeftButton)
        assert view.window_.end <= f.NOW + view.window_.span / 50
        qtbot.mouseClick(page.timeline.now_button, Qt.MouseButton.LeftButton)
        link.ward = replace(link.ward, system=replace(link.ward.system, utc=f.utc(-600)))
        page.show_ward(link.ward, f.NOW + 600)
        assert view.window_.end == pytest.approx(f.NOW + 600)

    def test_a_window_in_the_past_stays_where_it_is(self, qtbot, link, page):
        view = page.timeline.view
        qtbot.mouseClick(page.timeline.earlier, Qt.MouseButton.LeftButton)
        before = view.window_
        link.ward = replace(link.ward, system=replace(link.ward.system, utc=f.utc(-600)))
        page.show_ward(link.ward, f.NOW + 600)
        assert view.window_ == before

    def test_only_what_is_shown_is_asked_for_and_again_when_it_has_moved_away(self, qtbot, link, page):
        asked = len(link.timelines_asked)
        view = page.timeline.view
        view.pan(-0.02)
        assert len(link.timelines_asked) == asked, "read with a margin"
        view.pan(-2)
        assert len(link.timelines_asked) == asked + 1
        _, start, end, _ = link.timelines_asked[-1]
        assert (end - start).total_seconds() <= 1.6 * view.window_.span

    def test_an_alarm_that_is_still_there_reaches_to_now(self, page):
        (group,) = page.timeline.view.groups()["03"]
        view = page.timeline.view
        begin = view.x_of(view.timeline.start.timestamp())
        assert group.right + begin == pytest.approx(view.x_of(f.NOW), abs=0.01)

    def test_words_under_the_pointer_name_bed_alarm_and_times_in_the_wards_zone(self, qtbot, page):
        view = page.timeline.view
        words = view.words_at(QPointF(place_of(page, "01", f.NOW - 6300)))
        assert words.startswith("Bed 01 · 14 Apr 04:5")
        assert "*** Autonomic pattern, raised 14 Apr 04:42:18, lasted 30:00, not answered" in words

    def test_pump_events_are_named_under_the_pointer(self, qtbot, link):
        link.events = (LaneEvent("02", f.NOW - 3600, PumpEventKind.REFILL), LaneEvent("02", f.NOW - 60_000, None, 7))
        page = opened(qtbot, link)
        view = page.timeline.view
        assert "Refilled 14 Apr 05:42:18" in view.words_at(QPointF(place_of(page, "02", f.NOW - 3600)))
        assert "7 pump events" in view.words_at(QPointF(place_of(page, "02", f.NOW - 60_000)))
        page.close()

    def test_alarms_of_the_console_and_of_beds_that_are_gone_have_lanes_of_their_own(self, qtbot, link):
        link.records += [AlarmRecord(f.technical_alarm(bed="")), AlarmRecord(f.limit_alarm(bed="99"))]
        page = opened(qtbot, link)
        assert page.timeline.view.lanes() == ("01", "02", "03", "99", "")
        page.close()

    def test_a_store_that_fails_is_told_and_what_was_read_stays(self, link, page):
        link.error = OSError("database is locked")
        page.timeline.refresh()
        assert page.timeline.state.text() == "?  The timeline cannot be read: database is locked."
        assert len(page.timeline.view.timeline.bars) == 3
        link.error = None
        page.timeline.refresh()
        assert "shown" in page.timeline.state.text()

    def test_sixty_four_beds_on_a_small_screen_are_all_within_reach(self, qtbot):
        link = TimelineLink([f.limit_alarm(bed="64", age=7200)], beds=64)
        page = opened(qtbot, link)
        view = page.timeline.view
        assert view.lane_height() >= ln.LEAST_LANE
        view.setFocus()
        for _ in range(3):
            qtbot.keyClick(view, Qt.Key.Key_PageDown)
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place_of(page, "64", f.NOW - 3600))
        assert page.course.alarm.alarm.bed == "64"
        page.close()


class TestCounted:
    @pytest.fixture
    def counted(self, qtbot: QtBot) -> Iterator[Page]:
        link = TimelineLink(some_alarms())
        plain = link.made_timeline

        def made(filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Timeline:
            if end - start < timedelta(hours=2):
                return plain(filter, start, end, columns)
            first = start.timestamp() // HOUR * HOUR
            counts = np.zeros((int((end.timestamp() - first) // HOUR) + 1, 3, 2), dtype=np.int64)
            counts[int((f.NOW - 7200 - first) // HOUR), 2, 1] = 1
            counts[int((f.NOW - 7200 - first) // HOUR), 0, 0] = 20
            return Timeline(start, end, 21, bucket_s=HOUR, first=first, counts={"01": counts})

        link.made_timeline = made
        page = opened(qtbot, link)
        yield page
        page.close()

    def test_a_bucket_says_what_it_holds(self, counted):
        words = counted.timeline.view.words_at(QPointF(place_of(counted, "01", f.NOW - 7200)))
        assert words.endswith("in 1 h: 1 ***, 0 **, 20 *, 1 of patterns")
        assert "a full lane is 21" in counted.timeline.legend.text()

    def test_click_on_a_bucket_chooses_the_most_urgent_alarm_in_it(self, qtbot, counted):
        place = place_of(counted, "01", f.NOW - 7200)
        qtbot.mouseClick(counted.timeline.view, Qt.MouseButton.LeftButton, pos=place)
        assert counted.course.alarm.alarm.highest is Priority.HIGH

    def test_click_on_nothing_chooses_nothing(self, qtbot, counted):
        place = place_of(counted, "01", f.NOW - 80_000)
        qtbot.mouseClick(counted.timeline.view, Qt.MouseButton.LeftButton, pos=place)
        assert counted.course.alarm is None


class TestNextAndPrevious:
    @pytest.mark.parametrize(("down", "up"), [("N", "B"), ("Ctrl+Down", "Ctrl+Up")])
    def test_by_key_from_table_timeline_and_strip(self, qtbot, link, page, down, up):
        def press(widget, keys: str) -> None:
            key, modifier = Qt.Key.Key_N if keys == "N" else Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier
            if keys.startswith("Ctrl"):
                key = Qt.Key.Key_Down if keys.endswith("Down") else Qt.Key.Key_Up
                modifier = Qt.KeyboardModifier.ControlModifier
            widget.setFocus()
            qtbot.keyClick(widget, key, modifier)

        ids = [record.alarm.id for record in link.records]
        press(page.timeline.view, down)
        assert page.course.alarm.alarm.id == ids[0]
        press(page.timeline.view, down)
        assert page.course.alarm.alarm.id == ids[1]
        qtbot.mouseClick(page.views[0], Qt.MouseButton.LeftButton)
        press(page.table, down)
        assert page.course.alarm.alarm.id == ids[2]
        press(page.table, down)
        assert page.course.alarm.alarm.id == ids[2], "the last one stays"
        press(page.course.next, up)
        assert page.course.alarm.alarm.id == ids[1]

    def test_beyond_the_rows_that_are_loaded_it_goes_on_by_time(self, qtbot, link):
        link.in_table = link.records[:2]
        page = opened(qtbot, link)
        for _ in range(3):
            page.choosing.step(1)
        assert page.course.alarm.alarm.id == link.records[2].alarm.id
        page.choosing.step(-1)
        assert page.table.currentIndex().row() == 1, "back in the table"
        page.close()


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["01", "02", "99", ""]), max_size=5))
def test_lanes_keep_the_order_of_the_ward_and_the_console_is_last(beds):
    timeline = Timeline(f.utc(10), f.utc(), 0, tuple(bar(str(n), 0.0, 1.0, bed=b) for n, b in enumerate(beds)))
    lanes = ln.lanes_of(("02", "01"), (), timeline)
    assert lanes[:2] == ("02", "01")
    assert set(lanes) == {"01", "02", *beds}
    assert "" not in lanes[:-1]
