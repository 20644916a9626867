"""Values that come late: what is raised now, what is only told, and that nothing falls or sounds by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.alarms.alarm import Change, Presence, Priority, Stage
from console.alarms.bed import BedAlarms
from console.alarms.late_notes import STANDS_S, late_since
from console.alarms.minute_memory import HOURS_BACK
from console.alarms.pattern_monitor import PatternMonitor
from console.ward.chart import NurseObservation
from console.ward.patient import Patient
from drivers.observation import Parameter, Status
from tests.console.alarms.pattern_ward import CHARTED, MINUTE, NAMES, NORMAL, RULES, T0
from tests.console.ward_fakes import ids

NONE, WATCH, WARNING, EMERGENCY = Stage
QUIET = {**NORMAL, "temp": 36.8, "sbp": 120.0}
SICK = {"hr": 125.0, "rr": 26.0, "spo2": 97.0, "temp": 36.8, "sbp": 120.0}
"""With W = 2: V = 2 + 2 and rising, a warning after eight qualifying minutes, no emergency."""

DEPRESSED = {"hr": 76.0, "rr": 7.0, "spo2": 89.0, "temp": 36.8, "sbp": 120.0}


class Bed:
    """One bed; `minute` sends values and lets minutes end, `late` sends what was measured before."""

    def __init__(self, now: float = T0, admitted: float = T0 - 86_400.0, **given: Any) -> None:
        self.bed = BedAlarms("B1", RULES, ids(), remember=True, **given)
        admitted_at = datetime.fromtimestamp(admitted, UTC)
        patient = Patient("p1", "P One", "B1", admitted_at, age=40, baseline=CHARTED, pump_known=True)
        self.bed.admit(patient, now=now, windows={"w": 2, "o": 2})
        self.now = now
        self.steps: list[Any] = []

    @property
    def monitor(self) -> PatternMonitor:
        assert self.bed.patterns is not None
        return self.bed.patterns

    def send(self, values: dict[str, float]) -> None:
        for name, value in values.items():
            self.bed.observe_value(NAMES[name], value, Status.VALID, self.now)

    def late(self, values: dict[str, float], minutes_ago: float) -> None:
        for name, value in values.items():
            self.bed.late_value(NAMES[name], value, Status.VALID, self.now, minutes_ago * MINUTE)

    def step(self, seconds: float) -> None:
        self.now += seconds
        self.steps += self.bed.advance(self.now, datetime.fromtimestamp(self.now, UTC))

    def minute(self, minutes: int = 1, values: dict[str, float] | None = None) -> None:
        for _ in range(minutes):
            self.send(values or {})
            self.step(MINUTE)

    def settle(self, values: dict[str, float] | None = None) -> None:
        """Let the past be judged again; it takes a minute of engine time."""
        self.send(values or {})
        self.step(6.0)
        while self.bed.reassess(60, self.now):
            pass
        self.step(MINUTE - 6.0)

    def stages(self) -> tuple[Stage, Stage]:
        return self.monitor.stages()

    def notes(self) -> list[Any]:
        return [a for a in self.bed.alarms() if late_since(a.condition) is not None]

    def pattern(self, key: str = "withdrawal") -> Any:
        return next((a for a in self.bed.alarms() if a.condition.key == key), None)


class TestRaisedNow:
    def test_a_stage_that_holds_in_the_light_of_late_values_sounds_at_once(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(20)  # nothing comes
        for ago in range(20, 0, -1):
            bed.late(SICK, ago)
        assert bed.stages()[0] is NONE
        bed.settle()
        assert bed.stages()[0] is WARNING
        alarm = bed.pattern()
        assert (alarm.priority, alarm.sounding) == (Priority.MEDIUM, True)
        assert bed.notes() == []

    def test_it_was_not_raised_without_them(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(20)
        bed.settle()
        assert bed.stages() == (NONE, NONE)

    def test_silence_after_the_late_values_is_no_end(self) -> None:
        bed = Bed()
        bed.minute(30, QUIET)
        bed.minute(60)
        for ago in range(60, 30, -1):
            bed.late(SICK, ago)
        bed.settle()
        assert bed.stages()[0] is WARNING
        assert bed.pattern().sounding

    @pytest.mark.parametrize(("over_min", "sounds"), [(10, True), (11, False)])
    def test_over_for_ten_minutes_sounds_and_for_longer_is_told(self, over_min: int, sounds: bool) -> None:
        """The last minute at which the rule holds lies so many minutes before the late values are taken up."""
        bed = Bed()
        bed.minute(40, QUIET)
        course = [SICK] * 20 + [QUIET] * 40
        met = self.last_met(course)
        gap = met + over_min
        for minute in range(gap):
            # The last minute is in force only at its end, when the second look is taken up.
            if minute == gap - 1:
                for back, values in enumerate(reversed(course[: gap - 1])):
                    bed.late(values, back + 1)
                bed.settle(course[gap - 1])
            else:
                bed.minute()
        assert (bed.stages()[0] >= WARNING) is sounds
        assert (bed.pattern() is not None and bed.pattern().sounding) is sounds
        assert bool(bed.notes()) is not sounds

    def last_met(self, course: list[dict[str, float]]) -> int:
        """Minutes of the course after which the warning was last met, delivered in order."""
        bed, met = Bed(), 0
        bed.minute(40, QUIET)
        for number, values in enumerate(course, 1):
            bed.minute(1, values)
            if bed.monitor.holds()[0] >= WARNING:
                met = number
        assert 20 <= met < 30
        return met

    def test_what_is_raised_late_steps_down_by_the_ordinary_clock(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(24)
        for ago in range(24, 0, -1):
            bed.late(SICK if ago > 5 else QUIET, ago)
        bed.settle(QUIET)
        assert bed.stages()[0] is WARNING
        bed.minute(16, QUIET)
        assert bed.stages()[0] < WARNING


class TestTold:
    def outage(self, course: list[dict[str, float]], **given: Any) -> Bed:
        """The course comes late, after twenty quiet minutes that came in time."""
        bed = Bed(**given)
        bed.minute(40, QUIET)
        bed.minute(len(course))
        bed.minute(20, QUIET)
        for back, values in enumerate(reversed(course)):
            bed.late(values, back + 21)
        bed.settle(QUIET)
        return bed

    def test_a_stage_that_is_over_is_information(self) -> None:
        bed = self.outage([SICK] * 25 + [QUIET] * 30)
        assert bed.stages()[0] is NONE
        (note,) = bed.notes()
        assert (note.priority, note.condition.stage) == (Priority.LOW, NONE)
        assert note.condition.text == "Found in late data: autonomic pattern"
        # Forty quiet minutes from 08:00, a running median of three, eight qualifying minutes.
        assert note.condition.detail == "would have been WARNING 08:49–09:06"
        assert "HR 125" in note.condition.reasons[0].text
        assert not [s for s in bed.steps if s.alarm.condition.kind.is_pattern]

    def test_both_stages_are_told_in_one(self) -> None:
        high = {**SICK, "hr": 145.0, "rr": 31.0, "sbp": 165.0}
        bed = self.outage([SICK] * 15 + [high] * 15 + [QUIET] * 30)
        (note,) = bed.notes()
        assert note.condition.detail == "would have been EMERGENCY 09:00–09:10, WARNING 08:49–09:11"

    def test_the_respiratory_pattern_too(self) -> None:
        bed = self.outage([DEPRESSED] * 15 + [QUIET] * 30)
        assert [n.condition.text for n in bed.notes()] == ["Found in late data: respiratory pattern"]

    def test_a_watch_that_is_over_is_not_told(self) -> None:
        assert self.outage([{**QUIET, "hr": 112.0, "rr": 22.0}] * 30 + [QUIET] * 30).notes() == []

    def test_it_is_told_once_and_goes_when_somebody_has_seen_it(self) -> None:
        bed = self.outage([SICK] * 25 + [QUIET] * 30)
        for back in range(30, 0, -1):
            bed.late(QUIET, back)
        bed.settle(QUIET)
        (note,) = bed.notes()
        bed.bed.acknowledge(note.id, note.version, "Nurse A", "", bed.now, datetime.fromtimestamp(bed.now, UTC))
        bed.minute(2, QUIET)
        assert bed.notes() == []
        last = [s for s in bed.steps if s.alarm.id == note.id][-1]
        assert (last.change, last.alarm.presence) == (Change.CLEAR, Presence.ENDED)

    def test_an_acknowledgement_taken_back_leaves_it_there(self) -> None:
        bed = self.outage([SICK] * 25 + [QUIET] * 30)
        (note,) = bed.notes()
        utc = datetime.fromtimestamp(bed.now, UTC)
        bed.bed.acknowledge(note.id, note.version, "Nurse A", "", bed.now, utc)
        bed.bed.undo(note.id, "Nurse A", bed.now + 4, utc)
        bed.minute(2, QUIET)
        assert [n.id for n in bed.notes()] == [note.id]

    def test_nobody_has_seen_it_for_twelve_hours(self) -> None:
        bed = self.outage([SICK] * 25 + [QUIET] * 30)
        told = bed.now
        while bed.now < told + STANDS_S - 2 * MINUTE:
            bed.minute(1, QUIET)
        assert bed.notes() != []
        bed.minute(3, QUIET)
        assert bed.notes() == []

    def test_more_of_the_same_makes_the_note_longer(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(55)
        bed.minute(20, QUIET)
        course = [SICK] * 25 + [QUIET] * 30
        for back, values in enumerate(reversed(course)):
            if back + 21 > 60:  # the first fifteen sick minutes
                bed.late(values, back + 21)
        bed.settle(QUIET)
        for back, values in enumerate(reversed(course)):
            if back + 21 <= 60:
                bed.late(values, back + 22)
        bed.settle(QUIET)
        assert len(bed.notes()) <= 1

    def test_what_sounded_live_is_not_told_again(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(5, {"hr": 125.0, "spo2": 97.0})
        bed.minute(25, SICK)
        assert bed.stages()[0] is WARNING
        bed.minute(60, QUIET)
        for ago in range(90, 85, -1):
            bed.late({"rr": 26.0}, ago)
        bed.settle(QUIET)
        assert bed.notes() == []

    def test_it_ends_with_the_stay(self) -> None:
        bed = self.outage([SICK] * 25 + [QUIET] * 30)
        bed.bed.discharge(bed.now, datetime.fromtimestamp(bed.now, UTC))
        assert bed.bed.alarms() == ()
        bed.step(1)
        assert bed.bed.alarms() == ()

    def test_it_survives_a_restart(self) -> None:
        bed = self.outage([SICK] * 25 + [QUIET] * 30)
        (note,) = bed.notes()
        after = Bed(now=bed.now + 60)
        after.bed.restore(bed.bed.alarms(), after.now, datetime.fromtimestamp(after.now, UTC))
        after.minute(1, QUIET)
        assert [(n.id, n.condition.detail) for n in after.notes()] == [(note.id, note.condition.detail)]
        assert not after.notes()[0].condition.kind.is_pattern

    def test_an_answer_after_the_end_makes_a_stage_shown_no_longer(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(25, SICK)
        onset = next(s for s in bed.steps if s.alarm.condition.stage is WARNING)
        over = replace(onset.alarm, presence=Presence.LATCHED)
        steps = [onset, replace(onset, alarm=over, change=Change.CLEAR, at=onset.at + timedelta(minutes=5))]
        steps += [replace(steps[-1], change=Change.ACKNOWLEDGE, at=onset.at + timedelta(minutes=10))]
        after = Bed(now=bed.now + 120 * MINUTE)
        after.bed.shown_before(steps)
        for ago in range(110, 0, -1):
            after.late(SICK if 25 <= ago <= 50 else QUIET, ago)
        after.settle(QUIET)
        assert len(after.notes()) == 1

    def test_its_time_is_known_to_the_charts(self) -> None:
        (note,) = self.outage([SICK] * 25 + [QUIET] * 30).notes()
        assert late_since(note.condition) == T0 + 49 * MINUTE


class TestNothingFalls:
    def test_late_normal_values_do_not_lower_a_standing_alarm(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(15, SICK)
        assert bed.stages()[0] is WARNING
        alarm = bed.pattern()
        bed.bed.acknowledge(alarm.id, alarm.version, "Nurse A", "", bed.now, datetime.fromtimestamp(bed.now, UTC))
        bed.minute(14)
        for ago in range(14, 0, -1):
            bed.late(QUIET, ago)
        bed.settle(QUIET)
        assert bed.stages()[0] is WARNING
        assert bed.pattern().acknowledged.by == "Nurse A"
        bed.minute(13, QUIET)
        assert bed.stages()[0] is WARNING, "late minutes do not count towards stepping down"
        bed.minute(10, QUIET)
        assert bed.stages()[0] is WATCH

    def test_a_struck_finding_takes_points_away_and_the_stage_steps_down_as_ever(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        at = datetime.fromtimestamp(bed.now, UTC)
        bed.bed.chart_finding(NurseObservation("seizure", at, "Nurse A", id="f1"))
        bed.minute(1, QUIET)
        assert bed.stages()[0] is EMERGENCY
        bed.bed.strike("f1")
        bed.settle(QUIET)
        assert bed.stages()[0] is EMERGENCY
        bed.minute(16, QUIET)
        assert bed.stages()[0] < EMERGENCY
        assert bed.notes() == []

    def test_late_values_reach_no_limit_and_are_no_present_value(self) -> None:
        bed = Bed()
        bed.minute(10, QUIET)
        bed.minute(10)
        bed.late({"hr": 220.0, "spo2": 60.0}, 5)
        bed.settle()
        assert [c for c in bed.bed.conditions() if c.kind == "limit"] == []


class TestWhatIsTaken:
    def test_a_finding_charted_late_counts_from_its_own_time(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(75, {**QUIET, "temp": 39.1})
        assert bed.stages()[0] is WATCH
        past = datetime.fromtimestamp(bed.now - 70 * MINUTE, UTC)
        bed.bed.chart_finding(NurseObservation("seizure", past, "Nurse A", id="f1"))
        bed.settle(QUIET)
        (note,) = bed.notes()
        assert note.condition.detail == "would have been EMERGENCY 08:45–09:44"

    def test_a_cuff_reading_that_comes_late_but_stands_is_judged_in_its_own_minute(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        bed.minute(20, {"hr": 125.0, "rr": 20.0, "spo2": 97.0})
        assert bed.stages()[0] < WARNING
        bed.bed.observe_value(Parameter.NIBP_SYS, 155.0, Status.VALID, bed.now, 18 * MINUTE)
        bed.settle({"hr": 125.0, "rr": 20.0, "spo2": 97.0})
        # V = 2 + 1 over eighteen minutes and no warning; with a high pressure of 2 points it is one.
        assert bed.stages()[0] is WATCH
        bed.bed.observe_value(Parameter.NIBP_SYS, 165.0, Status.VALID, bed.now, 16 * MINUTE)
        bed.settle({"hr": 125.0, "rr": 20.0, "spo2": 97.0})
        assert bed.stages()[0] is WARNING

    @pytest.mark.parametrize(("hours", "taken"), [(HOURS_BACK - 0.1, True), (HOURS_BACK + 0.1, False)])
    def test_values_of_the_last_six_hours(self, hours: float, taken: bool) -> None:
        bed = Bed(admitted=T0 - 10 * 86_400)
        bed.minute(400, QUIET)
        lag = hours * 3600.0
        assert bed.monitor.late(Parameter.HR, 80.0, Status.VALID, bed.now, bed.now - lag) is taken
        assert bed.monitor.refused == (not taken)

    def test_values_from_before_the_admission_belong_to_nobody_here(self) -> None:
        bed = Bed(admitted=T0)
        bed.minute(5, QUIET)
        assert not bed.monitor.late(Parameter.HR, 80.0, Status.VALID, bed.now, T0 - 1)
        assert bed.monitor.late(Parameter.HR, 80.0, Status.VALID, bed.now, T0)

    def test_what_a_feed_held_back_during_a_restart_is_judged(self) -> None:
        bed = Bed()
        bed.minute(1, SICK)
        for ago in range(30, 1, -1):
            bed.late(SICK, ago)
        bed.settle(SICK)
        assert bed.stages()[0] is WARNING

    def test_the_same_values_sent_again_change_nothing(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        for ago in range(40, 1, -1):
            bed.late(QUIET, ago)
        bed.step(6)
        assert bed.bed.reassess(1000, bed.now) == 0

    def test_a_bed_is_judged_again_once_a_minute_at_the_most(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        done = 0
        for _ in range(60):
            bed.late({"hr": 100.0 + done}, 10)
            bed.step(1)
            done += bed.bed.reassess(1000, bed.now) > 0
        assert done == 1

    def test_a_value_from_the_future_counts_when_it_arrives(self) -> None:
        bed = Bed()
        bed.minute(40, QUIET)
        for _ in range(15):
            for name, value in SICK.items():
                bed.monitor.observe(NAMES[name], value, Status.VALID, bed.now, bed.now + 7200)
            bed.step(MINUTE)
        assert bed.stages()[0] is WARNING


COURSES = st.lists(st.tuples(st.sampled_from([QUIET, SICK, DEPRESSED]), st.integers(3, 25)), min_size=2, max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(course=COURSES, seed=st.randoms(use_true_random=False), share=st.sampled_from([0.2, 0.5, 1.0]))
def test_a_course_partly_late_ends_where_it_would_have_in_order(course: Any, seed: Any, share: float) -> None:
    """At least the stage whose rule holds when all came in time, and none that has been over for ten minutes."""
    minutes = [values for values, length in course for _ in range(length)]
    whole, broken = Bed(), Bed()
    held: list[tuple[Stage, Stage]] = []
    gone: list[tuple[float, dict[str, float]]] = []
    for values in minutes:
        whole.minute(1, values)
        held.append(whole.monitor.holds())
        late = {name: value for name, value in values.items() if seed.random() < share}
        gone.append((broken.now, late))
        broken.minute(1, {name: value for name, value in values.items() if name not in late})
    before = broken.stages()
    for at, late in gone:
        broken.late(late, (broken.now - at) / MINUTE)
    whole.settle(minutes[-1])
    broken.settle(minutes[-1])
    held.append(whole.monitor.holds())
    for which in (0, 1):
        lately = max(stages[which] for stages in held[-11:])
        assert broken.stages()[which] >= held[-1][which]
        assert broken.stages()[which] <= max(before[which], lately)
        assert broken.stages()[which] >= before[which] or before[which] > held[-1][which]
