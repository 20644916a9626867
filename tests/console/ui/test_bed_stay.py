"""One patient's record is never shown under another's name, also when both lay in the same bed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Change, Condition, Kind, Priority, Stage
from console.alarms.late_notes import PREFIX
from console.store.records import Trend
from console.ui.bed_page.page import BedPage
from console.ui.bed_page.story import Story
from console.ui.charts.data import BedData
from console.ui.theme import Theme
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Patient
from drivers.observation import Parameter
from tests.console.ui import courses
from tests.console.ui import fakes as f

P = Parameter
HOUR = 3600.0


def admitted(hours_ago: float, number: str = "T-2") -> Patient:
    return Patient(number, "Test Second", "07", f.utc(hours_ago * HOUR), age=50, pump_known=True)


class Desk:
    def __init__(self, qtbot: QtBot, **bed: Any) -> None:
        self.link = f.FakeLink(f.ward([f.bed("07", **bed)]))
        self.link.made_trend = courses.trend(
            courses.WITHDRAWAL,
            step=60.0,
            transitions=courses.stages(Kind.WITHDRAWAL, "07", ((-30.0, Stage.WATCH, Change.ONSET),)),
            pump_events=(PumpEvent(PumpEventKind.REFILL, f.utc(40 * HOUR), "A", id="old"),),
            findings=(NurseObservation("pruritus", f.utc(35 * HOUR), "A", "", "older"),),
        )
        self.page = BedPage(self.link, "R. Test", Theme())
        qtbot.addWidget(self.page)
        self.page.resize(1920, 942)
        self.page.show_bed("07")
        self.page.show()
        self.show()

    def show(self, **changes: Any) -> None:
        if changes:
            self.link.ward = f.ward([replace(self.link.ward.beds[0], **changes)])
        for _ in range(2):
            self.page.show_ward(self.link.snapshot(), self.link.now())

    @property
    def first_hr(self) -> float:
        return float(self.page.charts.data.of(P.HR).times[0])


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot, patient=admitted(6))
    yield made
    made.page.close()


def test_curves_begin_with_the_admission(desk):
    assert desk.first_hr >= f.NOW - 6 * HOUR
    assert all(s.times[0] >= f.NOW - 6 * HOUR for s in desk.page.charts.data.samples.values() if len(s))


def test_marks_and_stages_of_the_patient_before_are_left_out(desk):
    assert desk.page._story.marks() == []
    assert desk.page._story.steps(Kind.WITHDRAWAL) == []


def test_what_happened_before_admission_and_was_charted_at_it_stays(desk):
    stop = PumpEvent(PumpEventKind.PUMP_STALL, f.utc(30 * HOUR), "A", id="p")
    desk.show(pump_events=(stop,))
    assert [m.time for m in desk.page._story.marks()] == [stop.at.timestamp()]


def test_another_patient_in_the_same_bed_starts_with_an_empty_page(desk):
    desk.show(patient=None)
    desk.show(patient=admitted(0.0, "T-3"))
    assert all(s.times[0] >= f.NOW for s in desk.page.charts.data.samples.values() if len(s))


def test_after_a_discharge_nothing_of_the_patient_is_left_on_the_page(desk):
    desk.show(patient=None, readings=f.readings(age=0))
    samples = desk.page.charts.data.samples
    assert all(s.times[0] >= f.NOW - 600 for s in samples.values() if len(s))
    assert all(len(s) <= 1 for s in samples.values())


def test_a_discharge_ends_a_held_view(desk):
    desk.page.hold()
    desk.show(patient=None)
    assert desk.page.charts.end is None


def test_a_record_of_the_patient_before_that_comes_late_is_not_shown(desk):
    asked = len(desk.link.trends_asked)
    desk.show(patient=None)
    assert len(desk.link.trends_asked) == asked + 1
    assert desk.page._story.marks() == []


def test_a_cuff_reading_of_the_patient_before_is_not_followed():
    data = BedData("07", since=f.NOW - 100)
    bed = f.bed("07", readings=f.readings(cuff_age=540))
    data.follow(bed)
    assert not data.has(P.NIBP_SYS)
    assert data.has(P.HR)


def test_story_keeps_what_belongs_to_the_stay():
    story = Story("07", since=f.NOW - 6 * HOUR)
    early = NurseObservation("pruritus", f.utc(7 * HOUR), "A", "", "a")
    late = NurseObservation("rigidity", f.utc(5 * HOUR), "A", "", "b")
    story.load(Trend("07", f.utc(72 * HOUR), f.utc(), findings=(early, late)))
    assert [m.time for m in story.marks()] == [late.at.timestamp()]


def test_an_entry_that_was_taken_back_leaves_the_chart(desk):
    entry = NurseObservation("rigidity", f.utc(HOUR), "A", "", "x")
    desk.show(findings=(entry,))
    assert [m.text for m in desk.page.charts._marks] == ["Rigidity: yes"]
    desk.show(findings=())
    assert desk.page.charts._marks == []


def test_an_acknowledgement_is_marked_as_soon_as_it_is_made(desk):
    alarm = f.acknowledged(f.limit_alarm(bed="07", age=300), ago=60)
    desk.show(alarms=(alarm,))
    assert [(m.shape, m.time, m.text) for m in desk.page.charts._marks] == [("ack", f.NOW - 60, "R. Test")]


def test_what_late_data_have_shown_is_marked_at_its_own_time(desk):
    began = f.NOW - 2 * HOUR
    began -= began % 60
    condition = Condition(
        f"{PREFIX}withdrawal:{int(began // 60)}",
        Kind.TECHNICAL,
        Priority.LOW,
        "Found in late data: autonomic pattern",
        detail="would have been WARNING 08:49–09:06",
    )
    alarm = replace(f.limit_alarm(bed="07", age=30), condition=condition)
    desk.show(alarms=(alarm,))
    assert [(m.shape, m.time, m.text) for m in desk.page.charts._marks] == [
        ("late", began, "Late data: autonomic pattern would have been WARNING 08:49–09:06")
    ]


@pytest.mark.parametrize(("hours", "why"), [(100, "before this stay"), (6.5, "before this stay"), (2, "")])
def test_a_moment_that_is_not_drawn_is_told(desk, hours, why):
    desk.page.show_bed("07", f.NOW - hours * HOUR)
    desk.show()
    assert desk.page.message.isVisible() is bool(why)
    assert why in desk.page.message.text()


def test_a_moment_of_a_long_stay_that_is_too_old(qtbot):
    desk = Desk(qtbot, patient=admitted(400))
    desk.page.show_bed("07", f.NOW - 100 * HOUR)
    desk.show()
    assert "more than 72 h ago" in desk.page.message.text()
    desk.page.close()


def test_nobody_named_discharges_nobody(desk):
    desk.page.user = ""
    for _ in range(2):
        desk.page.head.discharge.emit()
    assert desk.link.commands == []
    assert "Say who you are" in desk.page.message.text()


def test_temperature_that_paused_for_an_hour_is_not_joined(desk):
    data = desk.page.charts.data
    times = np.concatenate([np.arange(0, 1800, 10.0), np.arange(5400, 7200, 10.0)]) + f.NOW - 7200
    series = courses.Series(P.TEMP, times, np.full(len(times), 37.0), np.zeros(len(times), bool))
    data.samples.pop(P.TEMP)
    data.load(Trend("07", f.utc(1), f.utc(), {P.TEMP: series}))
    desk.page.charts.redraw()
    row = next(r for r in desk.page.charts.rows if r.spec.label == "Temp")
    _, drawn = row._curve.getData()
    assert np.isnan(drawn).any()


def test_a_lone_temperature_is_a_dot(desk):
    data = desk.page.charts.data
    data.samples.pop(P.TEMP)
    times = np.array([f.NOW - 3600, f.NOW - 900])
    series = courses.Series(P.TEMP, times, np.array([37.0, 38.0]), np.zeros(2, bool))
    data.load(Trend("07", f.utc(1), f.utc(), {P.TEMP: series}))
    desk.page.charts.redraw()
    row = next(r for r in desk.page.charts.rows if r.spec.label == "Temp")
    assert sorted(row._dots.getData()[1]) == [37.0, 38.0]


def test_a_signal_that_stopped_says_since_when(desk):
    data = desk.page.charts.data
    data.samples.pop(P.TEMP)
    series = courses.Series(P.TEMP, np.array([f.NOW - 5 * HOUR]), np.array([37.0]), np.zeros(1, bool))
    data.load(Trend("07", f.utc(1), f.utc(), {P.TEMP: series}))
    desk.page.charts.redraw()
    row = next(r for r in desk.page.charts.rows if r.spec.label == "Temp")
    assert row._empty.isVisible()
    assert row._empty.toPlainText() == "No temperature received since 01:42."


def test_time_before_the_admission_is_hatched_and_named(desk):
    desk.page.windows[4].click()
    closed = desk.page.charts._closed(*desk.page.charts.span())
    assert closed[-1].name == "Before admission"
    assert closed[-1].end == f.NOW - 6 * HOUR
    assert closed[-1].named


class TestSilences:
    def made(self, *stretches: tuple[float, float]) -> BedData:
        data = BedData("07")
        times = np.concatenate([np.arange(a, b, 1.0) for a, b in stretches])
        series = courses.Series(P.HR, times, np.full(len(times), 70.0), np.zeros(len(times), bool))
        data.load(Trend("07", f.utc(1), f.utc(), {P.HR: series}))
        return data

    def test_a_long_silence_is_found_to_half_a_minute(self):
        ((begin, end),) = self.made((0, 3600), (5400, 7200)).silences
        assert abs(begin - 3600) <= 30
        assert abs(end - 5400) <= 30

    def test_a_short_one_is_none(self):
        assert self.made((0, 3600), (3700, 7200)).silences == []

    def test_one_signal_that_goes_on_is_no_silence(self):
        data = self.made((0, 3600), (5400, 7200))
        times = np.arange(0, 7200, 5.0)
        series = courses.Series(P.SPO2, times, np.full(len(times), 97.0), np.zeros(len(times), bool))
        data.load(Trend("07", f.utc(1), f.utc(), {P.SPO2: series}))
        assert data.silences == []

    def test_no_data_said_by_the_device_is_a_silence(self):
        data = BedData("07")
        times = np.arange(0, 3600, 1.0)
        values = np.where((times > 1000) & (times < 2000), np.nan, 70.0)
        data.load(Trend("07", f.utc(1), f.utc(), {P.HR: courses.Series(P.HR, times, values, values > 0)}))
        assert len(data.silences) == 1

    def test_a_silence_that_ends_while_one_watches_is_found(self):
        data = BedData("07")
        data.follow(f.bed("07", readings=f.readings(age=1000)))
        data.follow(f.bed("07", readings=f.readings(age=0)))
        assert data.silences == [(f.NOW - 1000, f.NOW)]
