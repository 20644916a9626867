"""Saturation below an inflating cuff: what is put aside, for how long at most, and what is never hidden."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from console.alarms.bed import BedAlarms
from console.alarms.cuff_hold import FREE_MINUTES, CuffHold
from drivers.observation import AlertPriority, DeviceAlert, Parameter, Status
from tests.console.alarms.pattern_ward import MINUTE, NORMAL, RULES, T0, Ward

SECONDS = RULES.detectors.artefact.cuff_hold_seconds
NOTE = "SpO2 while the cuff inflates on the same arm: not used"


def hold() -> CuffHold:
    return CuffHold(SECONDS, RULES.detectors.reduction.valid_fraction)


def aside(made: CuffHold, *stamps: float, end: float = 60.0, same_arm: bool = True) -> list[float]:
    """The stamps put aside of a minute with these samples."""
    for stamp in stamps:
        made.sample(stamp)
    return [stamps[n] for n in made.close_minute(end, len(stamps), same_arm=same_arm)]


class TestSpan:
    def test_sixty_seconds_from_a_start_that_is_told(self) -> None:
        made = hold()
        made.started(10.0)
        assert aside(made, 9.9, 10.0, 59.0, 59.5, 1.0, 2.0, 3.0) == [10.0, 59.0, 59.5]
        assert aside(made, 60.0, 70.0, 70.1, 100.0, 110.0, end=120.0) == [60.0, 70.0]

    def test_sixty_seconds_before_a_reading_as_far_as_the_minute_is_not_judged(self) -> None:
        made = hold()
        assert aside(made, 10.0, 50.0) == []
        made.reading(70.0)
        assert aside(made, 60.0, 70.0, 70.1, 80.0, 90.0, end=120.0) == [60.0, 70.0]

    def test_a_late_reading_takes_nothing_back(self) -> None:
        made = hold()
        assert aside(made, 10.0, 50.0) == []
        made.reading(55.0)
        assert aside(made, 61.0, 100.0, end=120.0) == []

    def test_a_reading_whose_start_was_told_holds_nothing_more(self) -> None:
        made = hold()
        made.started(5.0)
        assert aside(made, 1.0, 2.0, 3.0, 4.0, 30.0, 50.0) == [30.0, 50.0]
        made.reading(100.0)
        assert aside(made, 62.0, 66.0, 80.0, 90.0, 100.0, end=120.0) == [62.0]

    def test_a_start_told_again_prolongs_nothing(self) -> None:
        made = hold()
        made.started(0.0)
        made.started(40.0)
        aside(made)
        assert aside(made, 61.0, 99.0, end=120.0) == []

    def test_a_reading_repeated_by_its_source_holds_up_to_its_last_time_and_not_what_lies_between_two(self) -> None:
        made = hold()
        for second in range(10):
            made.reading(200.0 + second)
        made.reading(290.0)
        times = [135.0, 141.0, 180.0, 209.0, 220.0, 231.0, 289.0, 291.0]
        assert aside(made, *times, end=300.0) == [141.0, 180.0, 209.0, 231.0, 289.0]

    def test_without_the_nurses_word_nothing_is_held(self) -> None:
        made = hold()
        made.started(0.0)
        made.reading(30.0)
        assert aside(made, 5.0, 20.0, same_arm=False) == []
        assert not made.holding


class TestBound:
    def test_a_lost_minute_ends_the_hold_of_its_inflation(self) -> None:
        made = hold()
        made.started(20.0)
        assert aside(made, 30.0, 50.0) == [30.0, 50.0]
        assert aside(made, 70.0, 80.0, end=120.0) == []

    def test_the_next_four_minutes_are_judged_whatever_the_cuff_does(self) -> None:
        made, lost = hold(), []
        for minute in range(12):
            begin = minute * 60.0
            made.reading(begin + 59.0)
            if aside(made, begin + 10.0, begin + 40.0, end=begin + 60.0):
                lost.append(minute)
        assert FREE_MINUTES == 4
        assert lost == [0, 5, 10]

    def test_half_of_the_samples_make_the_minute_and_lose_nothing(self) -> None:
        made = hold()
        made.reading(70.0)
        assert aside(made, 65.0, 70.0, 80.0, 90.0, end=120.0) == [65.0, 70.0]
        assert made.holding
        made.reading(130.0)
        assert aside(made, 125.0, 130.0, 140.0, end=180.0) == [125.0, 130.0], "a minute that was not lost frees nothing"

    @settings(max_examples=300, deadline=None)
    @given(
        starts=st.lists(st.floats(0, 1200), max_size=30),
        readings=st.lists(st.floats(0, 1200), max_size=60),
        every=st.sampled_from([1.0, 2.0, 5.0, 17.0, 30.0, 40.0, 60.0]),
    )
    def test_never_two_minutes_lost_of_any_five_and_never_a_sample_beyond_its_minute(
        self, starts: list[float], readings: list[float], every: float
    ) -> None:
        made, lost = hold(), []
        events = sorted([(t, made.started) for t in starts] + [(t, made.reading) for t in readings], key=lambda e: e[0])
        times = [every * n for n in range(int(1200 / every))]
        for minute in range(20):
            begin, end = minute * 60.0, minute * 60.0 + 60
            for at, tell in events:
                if begin <= at < end:
                    tell(at)
            mine = [t for t in times if begin <= t < end]
            held = aside(made, *mine, end=end)
            near = [
                t
                for t in held
                if any(s <= t <= s + SECONDS for s in starts) or any(r - SECONDS <= t <= r for r in readings)
            ]
            assert held == near
            if held and len(mine) - len(held) < max(1, len(mine) / 2):
                lost.append(minute)
        assert all(later - earlier > FREE_MINUTES for earlier, later in pairwise(lost))


class TestWard:
    def fall(self, *charted: str, reading: bool = True) -> Ward:
        """A patient whose saturation falls to 84 in the minute in which the cuff inflates."""
        ward = Ward({"w": 0, "o": 1})
        ward.chart(*charted)
        ward.minute(5, **NORMAL)
        if reading:
            ward.send(sbp=120.0, dbp=70.0)
        ward.minute(hr=76.0, rr=15.0, spo2=84.0)
        return ward

    def seen(self, ward: Ward) -> tuple[float | None, bool]:
        view = ward.monitor.views()[1]
        return next(c.now for c in view.core if c.channel == "spo2"), NOTE in view.excluded

    def test_on_the_same_arm_the_fall_is_put_aside_and_said(self) -> None:
        assert self.seen(self.fall("probe_on_cuff_arm")) == (97.0, True)

    def test_without_the_entry_or_after_its_end_it_counts(self) -> None:
        for charted in ((), ("probe_on_cuff_arm", "no_probe_on_cuff_arm")):
            ward = self.fall(*charted)
            ward.minute(hr=76.0, rr=15.0, spo2=84.0)
            assert self.seen(ward) == (84.0, False)

    def test_the_entry_ends_with_the_shift(self) -> None:
        for minutes, held in ((479, True), (480, False)):
            ward = Ward({"w": 0, "o": 0})
            ward.chart("probe_on_cuff_arm")
            ward.now += minutes * MINUTE - MINUTE
            ward.monitor.advance(ward.now)
            ward.send(sbp=120.0, dbp=70.0)
            ward.minute(**NORMAL)
            assert self.seen(ward)[1] is held

    def test_without_a_cuff_nothing_is_held(self) -> None:
        ward = self.fall("probe_on_cuff_arm", reading=False)
        ward.minute(hr=76.0, rr=15.0, spo2=84.0)
        assert self.seen(ward) == (84.0, False)

    def test_a_real_fall_alarms_one_minute_later_at_most(self) -> None:
        minutes = {}
        for code in ("probe_on_cuff_arm", "no_probe_on_cuff_arm"):
            ward = self.fall(code)
            for number in range(1, 20):
                ward.send(sbp=120.0, dbp=70.0)  # the cuff inflates every minute
                if ward.minute(hr=76.0, rr=15.0, spo2=84.0)[1].word == "emergency":
                    minutes[code] = number
                    break
        assert minutes["probe_on_cuff_arm"] - minutes["no_probe_on_cuff_arm"] <= 1

    def test_a_start_told_by_the_device_holds(self) -> None:
        bed = BedAlarms("B1", RULES, iter("abcdefgh").__next__)
        ward = Ward({"w": 0, "o": 0})
        bed.patterns = ward.monitor
        ward.chart("probe_on_cuff_arm")
        ward.minute(5, **NORMAL)
        bed.device_alert(DeviceAlert("cuff_inflating", "Cuff measuring", True, AlertPriority.NONE), "monitor", ward.now)
        ward.minute(hr=76.0, rr=15.0, spo2=84.0)
        assert self.seen(ward) == (97.0, True)

    def test_the_limit_alarm_judges_what_the_detectors_leave_out(self) -> None:
        bed = BedAlarms("B1", RULES, iter("abcdefgh").__next__)
        ward = Ward({"w": 0, "o": 0})
        bed.patterns = ward.monitor
        ward.chart("probe_on_cuff_arm")
        for second in range(60):
            at = T0 + second
            bed.observe_value(Parameter.SPO2, 80.0, Status.VALID, at)
        bed.observe_value(Parameter.NIBP_SYS, 120.0, Status.VALID, T0 + 59)
        bed.limits.advance(T0 + 60)
        ward.monitor.advance(T0 + 60)
        assert any(c.parameters == (Parameter.SPO2,) for c in bed.limits.conditions())
        assert self.seen(ward) == (None, True)
