"""One alarm of the history: values about it on one axis, whose they are, its steps, reasons as they were, answers."""

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
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Change, Transition
from console.store.records import AlarmRecord, Series, StaySpan, Trend
from console.ui.history_page import rows
from console.ui.history_page.course import Course
from console.ui.history_page.reasons import answer_words, told_words
from console.ui.history_page.strip_data import PARAMETERS, STRIP, StripData, steps_of, whereabouts
from console.ui.theme import Theme
from drivers.observation import Parameter
from tests.console.ui import fakes as f
from tests.console.ui.told_alarms import PATIENT, told_alarm, told_trend

P = Parameter
BERLIN = ZoneInfo("Europe/Berlin")
HALF = timedelta(minutes=30)


class StripLink(f.FakeLink):
    def __init__(self, record: AlarmRecord) -> None:
        super().__init__()
        self.story = record
        self.made_trend = told_trend(record)
        self.error: Exception | None = None

    def trend(self, *asked) -> Future[Trend]:
        if self.error is None:
            return super().trend(*asked)
        failed: Future[Trend] = Future()
        failed.set_exception(self.error)
        return failed


def shown(qtbot: QtBot, record: AlarmRecord, link: StripLink | None = None, zone: ZoneInfo = BERLIN) -> Course:
    course = Course(link or StripLink(record), Theme(compact=True))
    qtbot.addWidget(course)
    course.resize(430, 590)
    course.show()
    qtbot.waitExposed(course)
    course.set_time(f.utc(), zone)
    course.show_alarm(AlarmRecord(record.alarm))
    return course


@pytest.fixture
def record() -> AlarmRecord:
    return told_alarm()


@pytest.fixture
def link(record: AlarmRecord) -> StripLink:
    return StripLink(record)


@pytest.fixture
def course(qtbot: QtBot, record: AlarmRecord, link: StripLink) -> Iterator[Course]:
    made = shown(qtbot, record, link)
    yield made
    made.close()


def reading(course: Course, name: str, minutes: float) -> str:
    data = course.strip.data
    row = next(row for row in data.rows if row.spec.label == name)
    return data.reading(row, course.alarm.alarm.raised_at.timestamp() + 60 * minutes, BERLIN)


class TestValues:
    def test_it_opens_from_half_an_hour_before_to_half_an_hour_after_with_every_parameter(self, course, link):
        ((bed, parameters, start, end),) = link.trends_asked
        raised = course.alarm.alarm.raised_at
        assert (bed, start, end) == ("07", raised - HALF, raised + HALF)
        assert set(parameters) == set(P) == {p for row in STRIP for p in row.parameters} == set(PARAMETERS)
        assert [row.spec.label for row in course.strip.data.rows] == ["HR", "BP", "RR", "Temp", "SpO₂", "EtCO₂", "PI"]
        assert course.strip.signals.span.start == start.timestamp()
        assert course.strip.axis.span == course.strip.signals.span == course.strip.events.span

    def test_what_never_came_takes_no_row(self, qtbot, record, link):
        link.made_trend = told_trend(record, left=[P.ETCO2, P.PERFUSION_INDEX, P.ART_SYS, P.ART_DIA, P.ART_MEAN])
        course = shown(qtbot, record, link)
        assert [row.spec.label for row in course.strip.data.rows] == ["HR", "BP", "RR", "Temp", "SpO₂"]
        assert reading(course, "BP", 0).endswith("04:33"), "a cuff reading tells its own time"
        course.close()

    def test_values_at_a_moment_name_the_second_curve_and_the_mean(self, course):
        heart, pressure = reading(course, "HR", 2), reading(course, "BP", 2)
        assert heart.split()[1] == "PR"
        assert pressure.count("/") == 1
        assert pressure.endswith(")")

    def test_questionable_values_say_so_and_a_gap_shows_nothing(self, course):
        assert reading(course, "SpO₂", 18.5).endswith("?")
        assert reading(course, "RR", -16) == "– –"
        assert [c.why for c in course.strip.data.closed] == ["No data"]

    def test_ranges_are_fixed_and_widen_only_for_what_would_not_fit(self, course, record):
        data = course.strip.data
        heart = data.rows[0]
        assert data.range_of(heart) == (heart.spec.low, heart.spec.high)
        times = np.array([record.alarm.raised_at.timestamp()])
        high = Series(P.HR, times, np.array([203.0]), np.array([False]))
        trend = Trend("07", record.alarm.raised_at - HALF, record.alarm.raised_at + HALF, {P.HR: high})
        wide = StripData(record.alarm, [trend], f.utc())
        assert wide.range_of(wide.rows[0]) == (heart.spec.low, 210)

    def test_pointer_and_keys_read_one_moment_in_all_rows(self, qtbot, course):
        strip = course.strip
        signals = strip.signals
        place = QPoint(round(signals.span.x(course.alarm.alarm.raised_at.timestamp() + 300, strip.axis.width())), 40)
        qtbot.mouseMove(signals, place)
        assert signals.cursor_time == pytest.approx(course.alarm.alarm.raised_at.timestamp() + 300, abs=10)
        assert strip.axis.cursor_time == signals.cursor_time
        assert "04:47 Itch: yes" in strip.caption.text()
        strip.setFocus()
        before = signals.cursor_time
        qtbot.keyClick(strip, Qt.Key.Key_Right)
        assert signals.cursor_time > before
        qtbot.keyClick(strip, Qt.Key.Key_Left)
        assert signals.cursor_time == pytest.approx(before)

    def test_results_of_another_person_are_not_shown(self, course):
        assert [mark.shape for mark in course.strip.marks()] == ["pump", "lab", "finding", "medicine"]
        assert sum("CK 2145" in text for _, text in course.lines) == 1

    def test_a_store_that_fails_is_told_and_the_story_stays(self, qtbot, record, link):
        link.error = OSError("disk error")
        course = shown(qtbot, record, link)
        assert course.strip._text == "?  The vital signs cannot be read: disk error."
        assert course.lines
        course.close()


class TestEdges:
    def trend(self, record: AlarmRecord, times: np.ndarray, **more) -> Trend:
        start, end = record.alarm.raised_at - HALF, record.alarm.raised_at + HALF
        series = Series(P.HR, times, np.full(len(times), 80.0), np.zeros(len(times), bool))
        return Trend("07", start, end, {P.HR: series}, **more)

    def test_an_alarm_at_the_very_start_of_the_data(self, record):
        raised = record.alarm.raised_at.timestamp()
        data = StripData(record.alarm, [self.trend(record, np.arange(raised, raised + 1800, 5))], f.utc())
        assert [(c.start, c.end, c.why) for c in data.closed] == [(raised - 1800, raised, "No data")]

    def test_an_alarm_at_the_very_end_of_the_data(self, qtbot):
        record = told_alarm(raised_ago=60, there=True)
        link = StripLink(record)
        course = shown(qtbot, record, link)
        _, _, start, end = link.trends_asked[-1]
        assert (start, end) == (record.alarm.raised_at - HALF, f.utc()), "not beyond now"
        assert course.strip.window_[1] == record.alarm.raised_at + HALF, "what is to come keeps its place"
        assert not course.strip.later.isEnabled()
        course.set_time(f.utc(-30), BERLIN)
        assert link.trends_asked[-1][3] == f.utc(-30), "new values come as time goes on"
        course.close()

    def test_an_alarm_without_samples_says_so_and_keeps_its_story(self, qtbot, record, link):
        link.made_trend = lambda bed, parameters, start, end: Trend(bed, start, end)
        course = shown(qtbot, record, link)
        assert course.strip._text == "No vital signs were recorded about this time."
        assert course.why.texts
        assert not course.strip.grab().isNull()
        course.close()

    def test_an_alarm_of_the_console_has_no_strip(self, qtbot):
        alarm = f.technical_alarm("Recording stopped – disk full", bed="")
        course = shown(qtbot, AlarmRecord(alarm))
        assert course.strip._text == "An alarm of the console: no vital signs."
        assert not course.open_button.isVisible()
        course.close()

    def test_an_alarm_that_is_still_there_says_so(self, qtbot):
        course = shown(qtbot, told_alarm(there=True))
        assert course.strip.caption.text() == "Still there after 2 h 00 ▸"
        assert course.strip.ending.text() == "Now"
        course.close()

    @pytest.mark.parametrize("minutes", [0, 1])
    def test_the_hour_that_comes_twice_is_told_apart(self, qtbot, minutes):
        raised = datetime(2026, 10, 25, 0, 40 + minutes, tzinfo=UTC)
        alarm = replace(f.limit_alarm(), raised_at=raised, id="autumn")
        ended = replace(alarm, ended_at=raised + timedelta(minutes=50))
        record = AlarmRecord(ended, (Transition(alarm, Change.ONSET, raised, 0.0),))
        words = [step.text for step in steps_of(record, BERLIN)]
        assert words == [f"raised 02:4{minutes} CEST", f"ended 02:{30 + minutes} CET"]


class TestLonger:
    def test_it_says_that_it_goes_on_and_leads_to_its_end_and_back(self, qtbot, course, link):
        strip = course.strip
        assert strip.caption.text() == "Lasted 1 h 30: goes on ▸"
        qtbot.mouseClick(strip.ending, Qt.MouseButton.LeftButton)
        _, _, start, end = link.trends_asked[-1]
        ended = course.alarm.alarm.ended_at
        assert (start, end) == (ended - HALF, ended + HALF)
        assert strip.signals.span.start == start.timestamp()
        assert strip.caption.text() == "◂ raised 14 Apr 04:42:18"
        qtbot.mouseClick(strip.onset, Qt.MouseButton.LeftButton)
        assert link.trends_asked[-1][2] == course.alarm.alarm.raised_at - HALF
        assert not strip.onset.isEnabled()

    def test_half_an_hour_on_and_back_by_button_and_key(self, qtbot, course, link):
        strip, raised = course.strip, course.alarm.alarm.raised_at
        qtbot.mouseClick(strip.later, Qt.MouseButton.LeftButton)
        assert link.trends_asked[-1][2] == raised
        strip.setFocus()
        qtbot.keyClick(strip, Qt.Key.Key_PageUp)
        qtbot.keyClick(strip, Qt.Key.Key_PageUp)
        assert link.trends_asked[-1][2] == raised - 2 * HALF
        for _ in range(9):
            qtbot.keyClick(strip, Qt.Key.Key_PageDown)
        assert strip.window_[0] < f.utc(), "never only what is still to come"


class TestWhose:
    def test_an_alarm_that_went_along_to_another_bed_is_followed_there(self, qtbot, record, link):
        moved_at = record.alarm.raised_at + timedelta(minutes=10)
        last = replace(record.alarm, bed="13", version=99)
        steps = (*record.transitions[:2], Transition(last, Change.UPDATE, moved_at, 0.0))
        link.story = AlarmRecord(last, steps)
        course = shown(qtbot, link.story, link)
        asked = [(bed, start, end) for bed, _, start, end in link.trends_asked[-2:]]
        raised = record.alarm.raised_at
        assert asked == [("07", raised - HALF, moved_at), ("13", moved_at, raised + HALF)]
        assert course.strip.data.end == (raised + HALF).timestamp()
        course.close()

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=6), st.booleans())
    def test_no_value_of_another_person_is_ever_under_this_alarm(self, edges, open_end):
        """Stays follow each other at random; what is shown was measured while the alarm's patient lay there, or while
        nobody was admitted and he had no stay in the hour."""
        record = told_alarm()
        start = record.alarm.raised_at - HALF
        stays, minutes = [], sorted({minute for minute, _ in edges})
        for (begin, end), (_, his) in zip(zip(minutes, [*minutes[1:], 60], strict=True), edges, strict=False):
            ids = (PATIENT,) if his else ("somebody else",)
            until = None if open_end and end == 60 else start + timedelta(minutes=end)
            stays.append(StaySpan(ids, start + timedelta(minutes=begin), until))
        times = start.timestamp() + np.arange(0, 3600, 15.0)
        series = Series(P.HR, times, np.full(len(times), 80.0), np.zeros(len(times), bool))
        trend = Trend("07", start, start + 2 * HALF, {P.HR: series}, stays=tuple(stays))
        data = StripData(record.alarm, [trend], f.utc())
        his = [s for s in stays if PATIENT in s.ids]
        for time, value in zip(data.of(P.HR).times, data.of(P.HR).values, strict=True):
            at = datetime.fromtimestamp(time, UTC)
            here = [s for s in stays if s.start <= at and (s.end is None or at < s.end)]
            allowed = any(s in his for s in here) if his else not here
            assert np.isnan(value) != allowed

    def test_beds_in_which_the_patient_lay_follow_the_steps(self, record):
        raised = record.alarm.raised_at
        assert whereabouts(record, raised - HALF, raised + HALF) == [("07", raised - HALF, raised + HALF)]
        there = replace(record.alarm, bed="13")
        moved = AlarmRecord(there, (*record.transitions, Transition(there, Change.UPDATE, raised + 2 * HALF, 0.0)))
        assert whereabouts(moved, raised - HALF, raised + HALF) == [("07", raised - HALF, raised + HALF)]
        assert whereabouts(moved, raised + 3 * HALF, raised + 4 * HALF) == [
            ("13", raised + 3 * HALF, raised + 4 * HALF)
        ]


class TestStory:
    def test_every_step_is_a_line_across_the_strip(self, course):
        steps = course.strip.captions.steps
        assert [step.short for step in steps] == ["▲", "**", "?", "✓", "↺", "***", "✓", "■"]
        assert steps[0].text == "raised 04:42"
        assert steps[-1].text == "ended 06:12"

    def test_reasons_stand_stage_by_stage_as_they_were(self, course):
        heads = [words[0] for words in course.why.texts if len(words) == 1]
        assert heads == [
            "Raised 04:42:18 · * watch · 2 points",
            "Stepped up 04:51:18 · ** warning · 3 points",
            "Stepped up 05:03:18 · *** emergency · 10 points",
        ]
        assert ("Heart rate", "98 (+26 %), usual 78", "1") in course.why.texts
        assert ("Heart rate", "142 (+82 %), usual 78", "3") in course.why.texts

    def test_who_answered_what_was_taken_back_and_that_it_called_in_vain(self, course):
        assert course.answered.text().splitlines() == [
            "Answered by R. Test after 14:00 – Doctor informed.",
            "Answer taken back by R. Test.",
            "Answered by M. Demo after 23:00 – Care in progress.",
            "Told again once because nobody answered.",
        ]

    def test_an_alarm_nobody_answered_says_how_long_it_stood(self, record):
        alarm = replace(record.alarm, acknowledged=None)
        alone = AlarmRecord(alarm, record.transitions[:1])
        assert answer_words(alone, f.utc()) == "Not answered; it ended after 1 h 30."
        there = AlarmRecord(replace(alarm, ended_at=None))
        assert answer_words(there, f.utc()) == "Not answered; there for 2 h 00."

    def test_who_was_told_by_the_newest_word_of_each_as_plain_text(self, course):
        assert told_words(course.alarm).splitlines() == [
            "Told: Dr Test, phone 4711, read (says phones)",
            "Told: Night desk <b>bold</b>, undeliverable (says phones)",
        ]
        assert all(part.textFormat() == Qt.TextFormat.PlainText for part in course.findChildren(QLabel) if part.text())

    def test_everything_that_happened_is_listed_in_its_order(self, course):
        texts = [text for _, text in course.lines]
        assert texts[0] == "Charted: Motor stall by B. Nurse – beeps"
        assert texts[1].startswith("Raised: ")
        assert "Charted: Itch: yes by B. Nurse" in texts
        assert any(text.startswith("Blood taken: CK 2145 U/L ▲ high") for text in texts)
        assert texts[-1] == "Ended"
        assert [at for at, _ in rows.course(course.alarm, course._trends, BERLIN)] == sorted(
            at for at, _ in rows.course(course.alarm, course._trends, BERLIN)
        )

    def test_all_of_it_can_be_read_on_a_small_screen(self, qtbot, course):
        story = course.story
        assert course.height() == 590
        assert story.verticalScrollBar().maximum() > 0
        assert story.horizontalScrollBar().maximum() == 0
        assert all(row.area.height() >= 26 for row in course.strip.signals._drawn[1])
        story.setFocus()
        for _ in range(40):
            qtbot.keyClick(story, Qt.Key.Key_Down)
        assert story.verticalScrollBar().value() == story.verticalScrollBar().maximum()

    def test_a_newer_row_of_the_same_alarm_keeps_the_story_that_was_read(self, course, link, record):
        asked = len(link.trends_asked)
        link.story = None
        course.show_alarm(AlarmRecord(replace(record.alarm, version=record.alarm.version + 1)))
        assert course.alarm.transitions == record.transitions
        assert len(link.trends_asked) == asked
