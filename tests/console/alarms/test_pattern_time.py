"""Persistence, stepping down, data loss and the invariants of both detectors on streams."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.alarms.alarm import Stage
from console.alarms.persistence import Judgement, Persistence, Requirement, StageMachine
from drivers.observation import Status
from tests.console.alarms.pattern_ward import NORMAL, RULES, Ward

NONE, WATCH, WARNING, EMERGENCY = Stage
SHARE = RULES.detectors.persistence


def lasts(minutes: int, pattern: str) -> int | None:
    """First minute (from 1) at which a requirement of so many minutes is met: y qualifies, n does not, - invalid."""
    persistence = Persistence([Requirement(WATCH, minutes, 1)], SHARE)
    for number, letter in enumerate(pattern, 1):
        if persistence.minute(int(letter == "y"), int(letter == "y"), letter != "-"):
            return number
    return None


class TestPersistence:
    @pytest.mark.parametrize(("minutes", "acts_as"), [(15, 12), (10, 8), (5, 4)])
    def test_acts_as_twelve_eight_and_four_after_quiet_minutes(self, minutes: int, acts_as: int) -> None:
        assert lasts(minutes, "n" * minutes + "y" * minutes) == minutes + acts_as

    @pytest.mark.parametrize("minutes", [2, 3])
    def test_short_ones_need_every_minute(self, minutes: int) -> None:
        assert lasts(minutes, "n" * 5 + "y" * minutes) == 5 + minutes
        assert lasts(minutes, "n" * 5 + "y" * (minutes - 1) + "-" + "y" * (minutes - 1)) is None

    def test_sixty_percent_must_be_valid(self) -> None:
        assert lasts(10, "-" * 5 + "y" * 5) is None
        assert lasts(10, "-" * 4 + "y" * 6) == 10

    def test_it_is_raised_at_a_qualifying_minute_only(self) -> None:
        assert lasts(5, "nyyyn") is None

    def test_held_values_make_a_minute_invalid_not_qualifying(self) -> None:
        persistence = Persistence([Requirement(WATCH, 5, 1)], SHARE)
        assert [persistence.minute(1, 0, True) for _ in range(20)] == [NONE] * 20


class TestMinutesToRaise:
    """Minutes on a stream whose history is quiet; the running median of three adds its one minute."""

    def quiet(self, **windows: int) -> Ward:
        ward = Ward(windows)
        ward.minute(65, **NORMAL, temp=36.8, sbp=120.0, dbp=74.0)
        return ward

    def test_withdrawal_watch_warning_emergency(self) -> None:
        two_channels = {"temp": 36.8, "hr": 100.0, "rr": 23.0, "spo2": 97.0}
        assert self.quiet(w=0, o=0).until(WATCH, 0, 30, **two_channels) == 12 + 1
        warning = {"hr": 125.0, "rr": 26.0, "spo2": 97.0}
        assert self.quiet(w=3, o=0).until(WARNING, 0, 30, **warning) == 8 + 1
        emergency = {"hr": 145.0, "rr": 31.0, "spo2": 97.0, "sbp": 155.0, "dbp": 95.0}
        assert self.quiet(w=3, o=0).until(EMERGENCY, 0, 30, **emergency) == 4 + 1

    def test_quiet_pump_needs_an_hour_without_fever(self) -> None:
        exertion = {"temp": 36.8, "hr": 125.0, "rr": 31.0, "spo2": 97.0}
        ward = self.quiet(w=0, o=0)
        assert ward.until(WARNING, 0, 80, **exertion) == 48 + 1
        assert self.quiet(w=1, o=0).until(WARNING, 0, 80, **exertion) == 8 + 1

    def test_itch_at_a_quiet_pump_takes_the_short_way(self) -> None:
        ward = self.quiet(w=0, o=0)
        ward.chart("pruritus")
        assert ward.until(WARNING, 0, 80, temp=36.8, hr=125.0, rr=31.0, spo2=97.0) == 8 + 1

    def test_shock_takes_two_minutes(self) -> None:
        ward = self.quiet(w=1, o=0)
        ward.minute(1, **NORMAL, sbp=100.0, dbp=60.0)
        ward.minute(1, **NORMAL, sbp=80.0, dbp=50.0)
        assert ward.until(EMERGENCY, 0, 20, hr=150.0, rr=15.0, spo2=97.0, sbp=79.0, dbp=50.0) in range(3, 5)

    @pytest.mark.parametrize(
        ("values", "stage", "minutes"),
        [
            ({"hr": 76.0, "rr": 11.0, "spo2": 93.0}, WATCH, 4),  # corroborated: two core channels
            ({"hr": 76.0, "rr": 15.0, "spo2": 90.0}, WARNING, 4),  # single channel
            ({"hr": 76.0, "rr": 7.0, "spo2": 92.0}, WARNING, 3),  # corroborated
            ({"hr": 76.0, "rr": 8.0, "spo2": 90.0}, EMERGENCY, 2),  # corroborated
            ({"hr": 76.0, "rr": 15.0, "spo2": 85.0}, EMERGENCY, 3),  # alone with a good signal
        ],
    )
    def test_overdose(self, values: dict[str, float], stage: Stage, minutes: int) -> None:
        assert self.quiet(w=0, o=int(stage > WATCH)).until(stage, 1, 30, **values) == minutes + 1

    def test_a_doubtful_signal_takes_five_minutes_alone(self) -> None:
        ward = self.quiet(w=0, o=1)
        stages = []
        for _ in range(6):
            ward.send(Status.QUESTIONABLE, spo2=85.0)
            stages.append(ward.minute(hr=76.0, rr=15.0, spo2=85.0)[1])
        assert stages.index(EMERGENCY) + 1 == 4 + 1

    def test_findings_alone_count_at_once(self) -> None:
        ward = Ward({"w": 2, "o": 1})
        assert ward.chart("seizure", "sedation_poss3") == (EMERGENCY, WARNING)

    def test_one_spot_temperature_of_forty_raises_no_emergency_two_do(self) -> None:
        ward = self.quiet(w=0, o=0)
        ward.minute(30, **NORMAL)
        assert ward.minute(1, **NORMAL, temp=40.4)[0] is not EMERGENCY
        assert ward.minute(25, **NORMAL)[0] is not EMERGENCY
        ward.minute(1, **NORMAL, temp=40.3)
        assert ward.minute(2, **NORMAL)[0] is EMERGENCY


class TestSteppingDown:
    def risen(self, which: int) -> Ward:
        ward = Ward({"w": 3, "o": 2})
        bad = {"hr": 145.0, "rr": 31.0, "spo2": 97.0} if which == 0 else {"hr": 76.0, "rr": 5.0, "spo2": 84.0}
        ward.minute(30, **bad, temp=36.8 if which else 39.2, sbp=120.0, dbp=74.0)
        assert ward.monitor.stages()[which] is EMERGENCY
        return ward

    @pytest.mark.parametrize(("which", "minutes"), [(0, 15), (1, 10)])
    def test_one_stage_at_a_time(self, which: int, minutes: int) -> None:
        ward = self.risen(which)
        stages = [ward.minute(1, **NORMAL, temp=36.8, sbp=120.0, dbp=74.0)[which] for _ in range(4 * minutes + 5)]
        lengths = [stages.count(stage) for stage in (EMERGENCY, WARNING, WATCH)]
        assert lengths[1:] == [minutes, minutes]
        assert minutes <= lengths[0] <= minutes + 6  # medians and, for temperature, its five minutes follow

    @pytest.mark.parametrize("which", [0, 1])
    def test_silence_never_steps_down(self, which: int) -> None:
        ward = self.risen(which)
        assert ward.minute(600)[which] is EMERGENCY
        condition = ward.condition(("withdrawal", "overdose")[which])
        assert condition is not None
        assert condition.held

    def test_the_clock_pauses_while_a_raising_channel_is_stale(self) -> None:
        ward = self.risen(1)
        ward.minute(5, **NORMAL)
        assert ward.minute(60, hr=76.0, rr=15.0)[1] is EMERGENCY
        assert ward.until(WARNING, 1, 30, **NORMAL) < 20  # SpO2 is back: the clock goes on and ends

    def test_a_sedation_score_that_is_over_holds_the_stage_and_asks(self) -> None:
        ward = Ward({"w": 0, "o": 1})
        ward.chart("sedation_poss3")
        ward.minute(239, **NORMAL)
        assert ward.condition("technical:prompt:sedation") is None
        assert ward.minute(60, **NORMAL)[1] is WARNING
        assert ward.condition("technical:prompt:sedation") is not None
        ward.chart("sedation_poss2")
        assert ward.minute(30, **NORMAL)[1] is NONE

    def test_an_expired_observation_does_not_hold(self) -> None:
        ward = Ward({"w": 2, "o": 0})
        assert ward.chart("pruritus")[0] is WATCH
        assert ward.minute(479, **NORMAL)[0] is WATCH
        assert ward.minute(17, **NORMAL)[0] is NONE

    def test_an_activity_note_does_not_step_down(self) -> None:
        ward = self.risen(0)
        ward.minute(1, **NORMAL, temp=36.8)
        ward.chart("activity")
        assert ward.minute(19, hr=145.0, rr=31.0, spo2=97.0, temp=36.8)[0] is EMERGENCY

    def test_sets_step_down_one_stage_each_after_the_time(self) -> None:
        ward = Ward({"w": 3, "o": 0}, validated=True)
        well = {"temp": 36.8, "hr": 76.0, "rr": 15.0, "spo2": 97.0, "sbp": 120.0, "dbp": 74.0}
        assert ward.set(temp=39.2, hr=145.0, rr=31.0)[0] is EMERGENCY
        assert ward.set(0.2, **well)[0] is EMERGENCY
        assert ward.set(0.2, **well)[0] is WARNING
        assert ward.set(1.0, hr=76.0)[0] is WARNING  # what raised it is not all fresh
        assert ward.set(1.0, **well)[0] is WATCH
        assert ward.set(1.0, **well)[0] is NONE

    def test_machine_jumps_up_and_keeps_the_channels_of_the_last_true_minute(self) -> None:
        machine = StageMachine(10)
        machine.raise_to(EMERGENCY, Judgement(0.0, EMERGENCY, 1 | 2, 1 | 2))
        for minute in range(1, 30):
            machine.minute(Judgement(minute * 60.0, NONE, 0, 2), sets_only=False)
        assert (machine.stage, machine.waiting) == (EMERGENCY, True)


VALUES = st.fixed_dictionaries(
    {
        "hr": st.sampled_from([None, 60.0, 80.0, 115.0, 145.0]),
        "rr": st.sampled_from([None, 4.0, 10.0, 15.0, 26.0, 32.0]),
        "spo2": st.sampled_from([None, 80.0, 89.0, 97.0]),
        "temp": st.sampled_from([None, 36.8, 38.3, 39.4]),
        "sbp": st.sampled_from([None, 78.0, 120.0, 190.0]),
    }
)
COURSES = st.lists(st.tuples(VALUES, st.integers(1, 12)), min_size=1, max_size=8)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def play(ward: Ward, course: list[tuple[dict[str, Any], int]]) -> None:
    for values, minutes in course:
        ward.minute(minutes, **{k: v for k, v in values.items() if v is not None})


@QUICK
@given(course=COURSES, silence=st.integers(1, 400))
def test_any_data_loss_never_lowers_a_stage(course: list[tuple[dict[str, Any], int]], silence: int) -> None:
    ward = Ward({"w": 2, "o": 2})
    ward.minute(3, **NORMAL)
    play(ward, course)
    before = ward.monitor.stages()
    for _ in range(silence):
        now = ward.minute()
        assert now[0] >= before[0]
        assert now[1] >= before[1]
        before = now


def test_a_channel_lost_while_another_kept_the_stage_is_still_waited_for() -> None:
    ward = Ward({"w": 2, "o": 0})
    ward.minute(20, hr=76.0, rr=26.0, spo2=97.0, temp=38.3)
    assert ward.monitor.stages()[0] >= WATCH
    ward.minute(20, hr=76.0, spo2=97.0, temp=38.3)
    assert ward.minute(90, hr=76.0, spo2=97.0, temp=36.8)[0] >= WATCH
    assert ward.minute(60, **NORMAL, temp=36.8)[0] is NONE


@QUICK
@given(course=COURSES, lost=st.sets(st.sampled_from(["hr", "rr", "spo2"]), min_size=1))
def test_losing_a_channel_that_raised_never_clears(course: list[tuple[dict[str, Any], int]], lost: set[str]) -> None:
    """Whatever else recovers, a stage whose members include a lost rate stays."""
    ward = Ward({"w": 2, "o": 2})
    play(ward, course)
    stages = ward.monitor.stages()
    members = [
        {str(p) for p in condition.parameters} if (condition := ward.condition(key)) is not None else set()
        for key in ("withdrawal", "overdose")
    ]
    kept = {k: v for k, v in {**NORMAL, "temp": 36.8, "sbp": 120.0}.items() if k not in lost}
    after = ward.minute(90, **kept)
    for stage, later, names in zip(stages, after, members, strict=True):
        if names & lost:
            assert later >= min(stage, WATCH)


@QUICK
@given(
    course=COURSES,
    cuts=st.lists(st.floats(0.1, 59.9), max_size=4),
    skip=st.integers(1, 5),
)
def test_how_often_time_is_told_changes_nothing(
    course: list[tuple[dict[str, Any], int]], cuts: list[float], skip: int
) -> None:
    often, seldom = Ward({"w": 2, "o": 2}), Ward({"w": 2, "o": 2})
    number = 0
    for values, minutes in course:
        given_values = {k: v for k, v in values.items() if v is not None}
        for _ in range(minutes):
            number += 1
            for ward in (often, seldom):
                ward.send(**given_values)
            for cut in sorted(cuts):
                often.monitor.advance(often.now + cut)
            often.now += 60
            seldom.now += 60
            often.monitor.advance(often.now)
            if number % skip == 0:
                seldom.monitor.advance(seldom.now)
    seldom.monitor.advance(seldom.now)
    assert [v.history for v in often.monitor.views()] == [v.history for v in seldom.monitor.views()]
    assert often.monitor.conditions() == seldom.monitor.conditions()
