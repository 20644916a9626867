"""Reduction, artefact rules, temperature, cuff pressure: each at its boundary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.alarms.artefact import OverlayCheck, PulseCheck, SaturationMinute, SaturationStep
from console.alarms.pressure import CuffPressure
from console.alarms.reduction import RateChannel, half_up, half_up_tenth
from console.alarms.signs import theil_sen
from console.alarms.temperature import Temperature, slope_per_hour
from tests.console.alarms.pattern_ward import NORMAL, RULES, Ward

DETECTORS = RULES.detectors
ARTEFACT = DETECTORS.artefact


class TestRounding:
    @pytest.mark.parametrize(("value", "shown"), [(0.5, 1), (1.5, 2), (2.5, 3), (2.49, 2), (92.5, 93)])
    def test_halves_go_up(self, value: float, shown: float) -> None:
        assert half_up(value) == shown

    @given(st.integers(3000, 4350))
    def test_tenths_go_half_up_whatever_the_binary_form(self, hundredths: int) -> None:
        expected = (hundredths + 5) // 10
        assert round(half_up_tenth(hundredths / 100) * 10) == expected


class TestRateChannel:
    def channel(self) -> RateChannel:
        return RateChannel(DETECTORS.channels.hr, DETECTORS.reduction)

    def feed(self, channel: RateChannel, minutes: list[list[float | None]]) -> None:
        for number, samples in enumerate(minutes):
            for sample in samples:
                channel.add(sample, number * 60.0)
            channel.push(channel.take_minute(), channel.last_valid)

    def test_one_minute_alone_is_no_value(self) -> None:
        channel = self.channel()
        self.feed(channel, [[80.0]])
        assert channel.value is None

    def test_two_of_three_minutes_are(self) -> None:
        channel = self.channel()
        self.feed(channel, [[80.0], [], [90.0]])
        assert channel.value == 85.0
        assert channel.delivered

    def test_a_missing_minute_holds_the_value_without_delivering(self) -> None:
        channel = self.channel()
        self.feed(channel, [[80.0], [80.0], []])
        assert (channel.value, channel.delivered) == (80.0, False)

    @pytest.mark.parametrize(("samples", "there"), [([80.0, None], True), ([80.0, 80.0, None, None, None], False)])
    def test_half_of_the_samples_must_be_in_range(self, samples: list[float | None], there: bool) -> None:
        channel = self.channel()
        for sample in samples:
            channel.add(sample, 0.0)
        assert (channel.take_minute() is not None) is there

    @pytest.mark.parametrize(("value", "there"), [(19.0, False), (20.0, True), (250.0, True), (251.0, False)])
    def test_range(self, value: float, there: bool) -> None:
        channel = self.channel()
        channel.add(value, 0.0)
        assert (channel.take_minute() is not None) is there

    def test_stale_after_five_minutes(self) -> None:
        channel = self.channel()
        channel.confirm(80.0, 1000.0)
        assert channel.fresh(1299.9)
        assert not channel.fresh(1300.0)


class TestPulseCheck:
    def test_more_than_fifteen_for_more_than_thirty_seconds(self) -> None:
        check = PulseCheck(ARTEFACT)
        for second in range(0, 31):
            check.hr(140, second)
            check.pr(100, second)
        assert not check.disagree(30)
        check.hr(140, 31)
        assert check.disagree(31)

    @pytest.mark.parametrize(("difference", "disagree"), [(15, False), (16, True)])
    def test_fifteen_is_allowed(self, difference: int, disagree: bool) -> None:
        check = PulseCheck(ARTEFACT)
        for second in range(0, 90):
            check.hr(100 + difference, second)
            check.pr(100, second)
        assert check.disagree(90) is disagree

    def test_the_pulse_rate_is_used_when_they_disagree(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(6, hr=150.0, pr=76.0, rr=15.0, spo2=97.0)
        assert next(c.now for c in ward.monitor.views()[0].core if c.channel == "hr") == 76.0
        assert any("disagree" in note for note in ward.monitor.views()[0].excluded)

    def test_with_poor_perfusion_neither_is(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(6, pi=0.2, hr=150.0, pr=76.0, rr=15.0, spo2=97.0)
        assert next(c.now for c in ward.monitor.views()[0].core if c.channel == "hr") is None

    def test_the_pulse_rate_stands_in_for_a_missing_heart_rate(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(3, pr=88.0, rr=15.0)
        assert next(c.now for c in ward.monitor.views()[0].core if c.channel == "hr") == 88.0


class TestOverlay:
    def rr(self, check: OverlayCheck, seconds: list[float], site: str | None = None) -> None:
        for second in seconds:
            check.rr(74, 76, site, "monitor", second)

    def test_two_samples_more_than_thirty_seconds_apart(self) -> None:
        check = OverlayCheck(ARTEFACT)
        self.rr(check, [0, 30])
        assert not check.overlaid(30)
        self.rr(check, [31])
        assert check.overlaid(31)

    def test_three_beats_apart_is_breathing(self) -> None:
        check = OverlayCheck(ARTEFACT)
        for second in range(60):
            check.rr(73, 76, None, "monitor", second)
        assert not check.overlaid(60)

    def test_capnography_is_trusted(self) -> None:
        by_site, by_gas = OverlayCheck(ARTEFACT), OverlayCheck(ARTEFACT)
        self.rr(by_site, [0, 40], site="CO2")
        by_gas.carbon_dioxide("monitor", 0)
        self.rr(by_gas, [0, 40])
        assert not by_site.overlaid(40)
        assert not by_gas.overlaid(40)


class TestSaturationStep:
    def seen(self, *samples: tuple[float, float, float | None, float | None]) -> list[bool]:
        step = SaturationStep(ARTEFACT)
        return [step.accept(value, hr, pi, at) for at, value, hr, pi in samples]

    def test_more_than_eight_with_a_steady_heart_is_put_aside(self) -> None:
        assert self.seen((0, 97, 76, None), (1, 89, 76, None)) == [True, True]
        assert self.seen((0, 97, 76, None), (1, 88, 76, None)) == [True, False]

    def test_a_heart_that_changes_by_five_confirms_it(self) -> None:
        assert self.seen((0, 97, 76, None), (1, 85, 81, None)) == [True, True]
        assert self.seen((0, 97, 76, None), (1, 85, 80, None)) == [True, False]

    def test_hardly_any_perfusion_puts_it_aside_whatever_the_heart(self) -> None:
        assert self.seen((0, 97, 76, 0.29), (1, 85, 90, 0.29)) == [True, False]
        assert self.seen((0, 97, 76, 0.3), (1, 85, 90, 0.3)) == [True, True]

    def test_a_slow_fall_is_real(self) -> None:
        assert self.seen((0, 97, 76, None), (11, 85, 76, None)) == [True, True]
        assert self.seen((0, 97, 76, None), (10, 85, 76, None)) == [True, False]

    def test_it_is_believed_after_a_minute(self) -> None:
        assert self.seen((0, 97, 76, None), (1, 85, 76, None), (60, 85, 76, None), (61, 85, 76, None))[1:] == [
            False,
            False,
            True,
        ]

    def test_back_within_eight_ends_it(self) -> None:
        assert self.seen((0, 97, 76, None), (1, 85, 76, None), (2, 89, 76, None)) == [True, False, True]


class TestSaturationMinute:
    def test_a_fall_of_more_than_fifteen_with_steady_rates_is_held_ten_minutes(self) -> None:
        minute = SaturationMinute(ARTEFACT)
        minute.accept(97, 1, 76, 15)
        held = [minute.accept(81, 1, 76, 15) for _ in range(11)]
        assert held == [None] * 10 + [81]

    @pytest.mark.parametrize(
        ("spo2", "samples", "hr", "rr"),
        [(82, 1, 76, 15), (70, 3, 76, 15), (70, 1, 84, 15), (70, 1, 76, 19), (70, 1, None, 15), (70, 1, 76, None)],
    )
    def test_what_is_not_held(self, spo2: float, samples: int, hr: float | None, rr: float | None) -> None:
        minute = SaturationMinute(ARTEFACT)
        minute.accept(97, 1, 76, 15)
        assert minute.accept(spo2, samples, hr, rr) == spo2

    @pytest.mark.parametrize(("hr", "rr"), [(83, 15), (69, 15), (76, 18), (76, 12)])
    def test_rates_within_a_tenth_and_a_fifth_are_steady(self, hr: float, rr: float) -> None:
        minute = SaturationMinute(ARTEFACT)
        minute.accept(97, 1, 76, 15)
        assert minute.accept(81, 1, hr, rr) is None

    def test_five_of_twenty_four_breaths_are_more_than_a_fifth(self) -> None:
        minute = SaturationMinute(ARTEFACT)
        minute.accept(97, 1, 76, 24)
        assert minute.accept(81, 1, 76, 29) == 81

    def test_back_within_eight_ends_it(self) -> None:
        minute = SaturationMinute(ARTEFACT)
        minute.accept(97, 1, 76, 15)
        assert minute.accept(60, 1, 76, 15) is None
        assert minute.accept(89, 1, 76, 15) == 89


class TestTemperature:
    def take(self, *readings: tuple[float, float]) -> Temperature:
        temperature = Temperature(
            DETECTORS.channels, DETECTORS.reduction, DETECTORS.artefact, DETECTORS.withdrawal.slope
        )
        for minute, value in readings:
            temperature.add(value, None, minute * 60.0, minute * 60.0)
            temperature.close_minute()
        return temperature

    def test_three_values_in_ten_minutes_are_a_probe(self) -> None:
        assert not self.take((0, 36.8), (5, 36.8), (11, 36.8)).continuous
        assert self.take((0, 36.8), (5, 36.8), (10, 36.8)).continuous

    def test_a_probe_is_stale_after_ten_minutes_a_spot_reading_after_four_hours(self) -> None:
        probe, spot = self.take((0, 36.8), (1, 36.8), (2, 36.8)), self.take((0, 36.8))
        assert (probe.fresh(719), probe.fresh(720)) == (True, False)
        assert (spot.fresh(14399), spot.fresh(14400)) == (True, False)

    def test_a_step_waits_for_three_that_agree(self) -> None:
        assert self.take((0, 36.8), (5, 37.6)).value == 37.6
        assert self.take((0, 36.8), (5, 37.7)).value == 36.8
        assert self.take((0, 36.8), (6, 37.7)).value == 37.7
        assert self.take((0, 36.8), (1, 38.8), (2, 38.9)).value == 36.8
        assert self.take((0, 36.8), (1, 38.8), (2, 38.9), (3, 38.6)).value != 36.8
        assert self.take((0, 36.8), (1, 38.8), (2, 38.9), (3, 38.5)).value == 36.8

    def test_a_probe_that_drops_off_is_put_aside(self) -> None:
        falling = [(m, 36.8) for m in range(10)] + [(9 + n, 36.8 - 0.15 * n) for n in range(1, 10)]
        assert self.take(*falling).doubtful
        assert self.take((0, 36.8), (10, 35.5)).value == 35.5

    def test_a_second_site_is_not_mixed_in(self) -> None:
        temperature = self.take((0, 36.8))
        temperature.add(34.0, "skin", 60.0, 60.0)
        temperature.close_minute()
        assert temperature.value == 36.8
        temperature.add(36.5, "skin", 700.0, 700.0)
        temperature.close_minute()
        assert temperature.value == 36.5

    @pytest.mark.parametrize(
        ("readings", "rising"),
        [
            ([(0, 36.9), (30, 37.2), (60, 37.4)], True),
            ([(0, 36.9), (30, 37.1), (60, 37.3)], False),
            ([(0, 36.9), (59, 37.4)], False),
            ([(0, 36.9), (30, 37.2), (59, 37.4)], False),
            ([(0, 36.5), (30, 36.8), (60, 37.2)], False),
        ],
    )
    def test_rise(self, readings: list[tuple[float, float]], rising: bool) -> None:
        assert self.take(*readings).rising is rising


class TestCuff:
    def cuff(self, *readings: tuple[float, float, float | None]) -> CuffPressure:
        cuff = CuffPressure(DETECTORS.pressure, DETECTORS.withdrawal.lability)
        for minute, sys, dia in readings:
            cuff.add("sys", sys, minute * 60.0)
            cuff.add("dia", dia, minute * 60.0)
            cuff.close_minute()
        return cuff

    def value(self, cuff: CuffPressure) -> tuple[float | None, float | None]:
        return (cuff.confirmed and cuff.confirmed.sys, cuff.latest and cuff.latest.sys)

    def test_a_jump_beyond_thirty_percent_is_provisional(self) -> None:
        assert self.value(self.cuff((0, 120, 70), (15, 156, 90))) == (156, 156)
        assert self.value(self.cuff((0, 120, 70), (15, 157, 90))) == (120, 157)

    def test_the_next_reading_within_fifteen_percent_confirms_both(self) -> None:
        cuff = self.cuff((0, 120, 70), (15, 180, 90), (30, 153, 90))
        assert self.value(cuff) == (153, 153)
        assert cuff.readings == 3

    def test_the_next_reading_near_the_old_value_discards_it(self) -> None:
        cuff = self.cuff((0, 120, 70), (15, 200, 90), (30, 125, 75))
        assert self.value(cuff) == (125, 125)
        assert cuff.readings == 2

    def test_a_jump_after_the_old_value_went_stale_stands_at_once(self) -> None:
        assert self.value(self.cuff((0, 120, 70), (89, 200, 90))) == (120, 200)
        assert self.value(self.cuff((0, 120, 70), (90, 200, 90))) == (200, 200)

    def test_a_provisional_reading_stands_when_the_old_value_goes_stale(self) -> None:
        cuff = self.cuff((0, 120, 70), (30, 200, 90))
        cuff.settle(3599)
        assert cuff.provisional
        cuff.settle(3600)
        assert self.value(cuff) == (200, 200)

    def test_it_counts_for_watch_only(self) -> None:
        ward = Ward({"w": 3, "o": 0})
        ward.minute(5, hr=125.0, rr=15.0, spo2=97.0, temp=36.8, sbp=120.0, dbp=70.0)
        ward.minute(20, hr=125.0, rr=15.0, spo2=97.0)
        assert ward.monitor.stages()[0].word == "watch"
        ward.minute(1, hr=125.0, rr=15.0, spo2=97.0, sbp=200.0, dbp=100.0)
        assert ward.minute(30, hr=125.0, rr=15.0, spo2=97.0)[0].word == "watch"
        ward.minute(1, hr=125.0, rr=15.0, spo2=97.0, sbp=198.0, dbp=100.0)
        assert ward.minute(12, hr=125.0, rr=15.0, spo2=97.0)[0].word == "warning"

    @pytest.mark.parametrize(
        ("sys", "dia"), [(39, 20), (271, 140), (120, 19), (200, 181), (120, 106), (200, 49), (80, 90)]
    )
    def test_impossible_readings_are_refused(self, sys: float, dia: float) -> None:
        assert self.cuff((0, sys, dia)).confirmed is None

    def test_a_mean_outside_its_reading_refuses_it(self) -> None:
        cuff = CuffPressure(DETECTORS.pressure, DETECTORS.withdrawal.lability)
        for part, value in (("sys", 120.0), ("dia", 70.0), ("mean", 130.0)):
            cuff.add(part, value, 0.0)
        cuff.close_minute()
        assert cuff.confirmed is None

    @pytest.mark.parametrize(("interval", "age"), [(15, 60), (30, 60), (50, 75), (80, 90)])
    def test_its_age_follows_the_cuff_interval_up_to_ninety_minutes(self, interval: float, age: float) -> None:
        cuff = self.cuff((0, 120, 70), (interval, 121, 70))
        at = interval * 60
        assert (cuff.fresh(at + age * 60 - 1), cuff.fresh(at + age * 60)) == (True, False)

    def test_the_same_reading_sent_again_is_one_reading(self) -> None:
        cuff = self.cuff((0, 120, 70), (0, 120, 70), (0, 120, 70))
        assert cuff.readings == 1

    @pytest.mark.parametrize(
        ("readings", "labile"),
        [
            ([120, 150, 120, 150], True),
            ([120, 149, 120, 150], False),
            ([120, 150, 120], False),
            ([120, 150, 150, 120], False),
        ],
    )
    def test_swings(self, readings: list[float], labile: bool) -> None:
        cuff = self.cuff(*((15.0 * n, sys, None) for n, sys in enumerate(readings)))
        assert (cuff.labile_until() > 0) is labile

    def test_swings_count_for_two_hours_from_their_first_reading(self) -> None:
        cuff = self.cuff(*((10.0 * n, sys, None) for n, sys in enumerate([120, 150, 120, 150])))
        assert cuff.labile_until() == 7200.0


def test_slopes() -> None:
    assert slope_per_hour([(0, 36.0), (1800, 36.5), (3600, 37.0)]) == pytest.approx(1.0)
    assert slope_per_hour([(5, 36.0)]) == 0.0
    assert theil_sen([(0, 80.0), (60, 81.0), (120, 82.0), (180, 83.0), (240, 200.0)]) * 60 == pytest.approx(1.0)


def test_heart_rate_rise_adds_a_point_in_an_open_window_only() -> None:
    for window, expected in ((0, 1), (1, 2)):
        ward = Ward({"w": window, "o": 0})
        for minute in range(40):
            ward.minute(hr=80.0 + 0.6 * minute, rr=15.0, spo2=97.0)
        assert ward.points("hr") == expected


def test_values_the_device_calls_questionable_or_missing_are_not_used() -> None:
    from drivers.observation import Status

    ward = Ward({"w": 0, "o": 0})
    for _ in range(5):
        ward.send(Status.QUESTIONABLE, hr=150.0)
        ward.send(spo2=None)
        ward.minute(rr=15.0)
    core = {c.channel: c.now for view in ward.monitor.views() for c in view.core}
    assert (core["hr"], core["spo2"], core["rr"]) == (None, None, 15.0)


def test_nothing_is_shown_as_normal_before_the_first_evaluation() -> None:
    ward = Ward({"w": 0, "o": 0})
    assert not ward.monitor.views()[0].started
    ward.minute(**NORMAL)
    assert ward.monitor.views()[0].started
