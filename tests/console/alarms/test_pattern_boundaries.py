"""Thresholds of the detector specification at their boundary: just below, at, and just above."""

from __future__ import annotations

import pytest

from console.alarms.alarm import Stage
from console.alarms.pressure import CuffPressure
from console.alarms.reduction import RateChannel
from console.alarms.temperature import Temperature
from console.ward.patient import Baseline, RiskFlag
from drivers.observation import Parameter
from tests.console.alarms.pattern_ward import NORMAL, RULES, Ward, charted

NONE, WATCH, WARNING, EMERGENCY = Stage
DETECTORS = RULES.detectors
SCI = frozenset({RiskFlag.SCI_T6})


class TestInputs:
    @pytest.mark.parametrize(
        ("name", "low", "high"), [("hr", 20, 250), ("rr", 0, 60), ("spo2", 50, 100), ("etco2", 0, 120)]
    )
    def test_a_rate_outside_its_range_is_no_measurement(self, name: str, low: float, high: float) -> None:
        channel = RateChannel(getattr(DETECTORS.channels, name), DETECTORS.reduction)
        assert [channel.in_range(value) for value in (low - 1, low, high, high + 1)] == [False, True, True, False]

    @pytest.mark.parametrize(("name", "minutes"), [("hr", 5), ("rr", 5), ("spo2", 5), ("etco2", 2)])
    def test_a_rate_is_stale_after_its_minutes(self, name: str, minutes: int) -> None:
        channel = RateChannel(getattr(DETECTORS.channels, name), DETECTORS.reduction)
        channel.confirm(50.0, 0.0)
        assert (channel.fresh(minutes * 60 - 0.1), channel.fresh(minutes * 60)) == (True, False)

    @pytest.mark.parametrize(("value", "taken"), [(29.9, False), (30.0, True), (43.5, True), (43.6, False)])
    def test_a_temperature_outside_its_range_is_no_measurement(self, value: float, taken: bool) -> None:
        assert temperature((0, value)).value == (value if taken else None)

    def test_a_temperature_typed_in_fahrenheit_is_refused(self) -> None:
        ward = Ward({"w": 0, "o": 0}, validated=True)
        assert ward.monitor.observe_set({Parameter.TEMP: 99.5}, ward.now) == (Parameter.TEMP,)

    def test_a_probe_gives_the_median_of_five_minutes(self) -> None:
        probe = temperature((0, 36.8), (1, 36.8), (2, 36.8), (3, 37.2), (4, 37.2))
        assert probe.value == 36.8
        assert temperature((0, 36.8), (1, 36.8), (2, 37.2), (3, 37.2), (4, 37.2)).value == 37.2
        whole = ((0, 36.8), (1, 36.8), (2, 36.8), (3, 37.2), (4, 37.2), (5, 37.2))
        assert temperature(*whole).value == 37.2, "the sixth minute back is not looked at"

    @pytest.mark.parametrize(
        ("sys", "dia", "taken"),
        [
            (40, 20, True),
            (270, 140, True),
            (220, 180, True),
            (120, 105, True),
            (120, 106, False),
            (200, 50, True),
            (200, 49, False),
        ],
    )
    def test_a_cuff_reading_at_the_edge_of_its_range_is_taken(self, sys: float, dia: float, taken: bool) -> None:
        assert (cuff((0, sys, dia)).confirmed is not None) is taken


class TestArtefacts:
    @pytest.mark.parametrize(
        ("next_reading", "confirmed", "readings"), [(152, 152, 2), (153, 153, 3), (207, 207, 3), (208, 120, 1)]
    )
    def test_a_jump_is_confirmed_within_fifteen_percent(
        self, next_reading: float, confirmed: float, readings: int
    ) -> None:
        # 15 % of the provisional 180 is 27; 152 lies within 30 % of the old 120, so it discards the jump
        found = cuff((0, 120, 70), (15, 180, 90), (30, next_reading, 90))
        assert found.confirmed is not None
        assert (found.confirmed.sys, found.readings) == (confirmed, readings)

    @pytest.mark.parametrize(
        ("before", "value", "minute", "taken"),
        [
            (36.5, 35.5, 6, True),  # not below 35.5
            (36.4, 35.4, 6, True),  # a fall of 1.0
            (36.5, 35.4, 6, False),
            (36.5, 35.4, 10, False),
            (36.5, 35.4, 11, True),  # slower than in ten minutes
        ],
    )
    def test_a_probe_that_drops_off(self, before: float, value: float, minute: int, taken: bool) -> None:
        assert temperature((0, before), (minute, value)).value == (value if taken else before)

    @pytest.mark.parametrize(
        ("etco2", "rr", "spo2", "points"),
        [(15, 10, 97, 0), (15, 9, 97, 3), (15, 24, 97, 0), (15, 25, 97, 3), (15, 15, 95, 0), (15, 15, 94, 3),
         (16, 9, 97, 0)],
    )  # fmt: skip
    def test_a_cannula_off_the_nose(self, etco2: float, rr: float, spo2: float, points: int) -> None:
        assert charted(1, "etco2", etco2=etco2, rr=rr, spo2=spo2) == points


class TestUsualValues:
    @pytest.mark.parametrize(("spo2", "learned"), [(94, True), (93, False)])
    def test_news2_of_more_than_four_teaches_nothing(self, spo2: float, learned: bool) -> None:
        # breathing 22 scores 2, pulse 95 scores 1; saturation 94 scores 1 and 93 scores 2
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline(temp=36.8, sbp=120))
        ward.minute(70, hr=95.0, rr=22.0, spo2=float(spo2))
        assert (ward.monitor.news2 <= 4) is learned
        assert (ward.monitor.baseline.hr is not None) is learned

    @pytest.mark.parametrize(
        ("name", "sent", "kept"),
        [("hr", 44, 45), ("hr", 46, 46), ("rr", 9, 10), ("rr", 11, 11), ("spo2", 99, 99), ("temp", 35.9, 36.0)],
    )
    def test_what_is_learned_is_clamped(self, name: str, sent: float, kept: float) -> None:
        values = {"hr": 70.0, "rr": 14.0, "spo2": 97.0, "temp": 36.8} | {name: float(sent)}
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline())
        ward.minute(70, **values)
        assert getattr(ward.monitor.baseline, name) == kept

    def test_relative_clauses_are_off_at_a_default_baseline(self) -> None:
        for channel, which, values in (
            ("hr", 0, {"hr": 109.0}),
            ("rr", 0, {"rr": 20.0}),
            ("bp_high", 0, {"sbp": 137.0, "dbp": 80.0}),
            ("rr", 1, {"rr": 10.0, "spo2": 97.0}),
            ("etco2", 1, {"etco2": 49.0, "rr": 15.0, "spo2": 97.0}),
        ):
            assert charted(which, channel, Baseline(), **values) == 0, channel


class TestWithdrawalBands:
    @pytest.mark.parametrize(
        ("channel", "values", "points"),
        [("temp", {"temp": 37.7}, 0), ("temp", {"temp": 37.8}, 1), ("hr", {"hr": 109}, 0), ("hr", {"hr": 110}, 1)],
    )
    def test_absolute_bands_hold_without_a_baseline(self, channel: str, values: dict[str, float], points: int) -> None:
        assert charted(0, channel, baseline=Baseline(), **values) == points

    @pytest.mark.parametrize(("usual", "hr", "points"), [(80, 115, 1), (80, 116, 2), (70, 109, 1), (70, 110, 2)])
    def test_heart_rate_nearly_half_above_the_own(self, usual: float, hr: float, points: int) -> None:
        assert charted(0, "hr", Baseline(hr=usual), hr=hr) == points

    @pytest.mark.parametrize(("sbp", "points"), [(91, 1), (90, 2), (81, 2), (80, 3)])
    def test_low_pressure_between_its_bands(self, sbp: float, points: int) -> None:
        assert charted(0, "bp_low", sbp=sbp, dbp=50, hr=80) == points

    @pytest.mark.parametrize(("temp", "points"), [(37.4, 0), (37.5, 1), (37.7, 1), (37.8, 2), (38.9, 2), (39.0, 3)])
    def test_temperature_after_a_spinal_injury(self, temp: float, points: int) -> None:
        assert charted(0, "temp", flags=SCI, temp=temp) == points

    @pytest.mark.parametrize(("usual", "points"), [(36.6, 0), (36.5, 1), (36.4, 1)])
    def test_a_rise_of_one_degree(self, usual: float, points: int) -> None:
        assert charted(0, "temp", Baseline(temp=usual), temp=37.5) == points

    @pytest.mark.parametrize(("hr", "points"), [(89, 0), (90, 1), (99, 1), (100, 2)])
    def test_heart_rate_after_a_spinal_injury(self, hr: float, points: int) -> None:
        assert charted(0, "hr", Baseline(hr=66), flags=SCI, hr=hr) == points

    @pytest.mark.parametrize(("usual", "hr", "points"), [(77, 96, 0), (77, 97, 1), (72, 94, 0), (72, 95, 1)])
    def test_heart_rate_a_quarter_above_the_own(self, usual: float, hr: float, points: int) -> None:
        # +25 % of 77 is 96.25; of 72 it is 90, below the floor of 95
        assert charted(0, "hr", Baseline(hr=usual), hr=hr) == points

    @pytest.mark.parametrize(("usual", "rr", "points"), [(13, 19, 0), (13, 20, 1), (14, 20, 0), (14, 21, 1)])
    def test_breathing_half_above_the_own(self, usual: float, rr: float, points: int) -> None:
        assert charted(0, "rr", Baseline(rr=usual), rr=rr) == points

    @pytest.mark.parametrize(("usual", "sbp", "points"), [(104, 129, 0), (104, 130, 1), (105, 131, 0), (105, 132, 1)])
    def test_pressure_a_quarter_above_the_own(self, usual: float, sbp: float, points: int) -> None:
        assert charted(0, "bp_high", Baseline(sbp=usual), sbp=sbp, dbp=80) == points

    @pytest.mark.parametrize(
        ("usual", "sbp", "points"),
        [(117, 100, 0), (118, 100, 1), (105, 90, 0), (106, 90, 2), (88, 80, 0), (89, 80, 3)],
    )
    def test_low_pressure_needs_its_distance_from_the_own(self, usual: float, sbp: float, points: int) -> None:
        # -15 % of 118 is 100.3, of 106 it is 90.1; the lowest band needs -10 %: of 89 it is 80.1
        assert charted(0, "bp_low", Baseline(hr=76, sbp=usual), sbp=sbp, dbp=50, hr=80) == points

    @pytest.mark.parametrize(("hr", "sbp", "points"), [(75, 118, (0, 0)), (76, 119, (1, 1))])
    def test_low_charted_baselines(self, hr: float, sbp: float, points: tuple[int, int]) -> None:
        # +40 % of 54 is 75.6, +35 % of 88 is 118.8
        low = Baseline(temp=36.0, hr=54, sbp=88, dbp=52, rr=12, spo2=96)
        ward = Ward({"w": 2, "o": 0}, baseline=low, validated=True)
        ward.set(hr=hr, sbp=sbp, dbp=70)
        assert (ward.points("hr"), ward.points("bp_high")) == points

    @pytest.mark.parametrize(("hr", "points"), [(71, 0), (72, 3)])
    def test_slow_and_low(self, hr: float, points: int) -> None:
        assert charted(0, "bp_low", Baseline(hr=80, sbp=120), sbp=80, dbp=50, hr=hr) == points

    @pytest.mark.parametrize(
        ("channel", "reached", "kept", "lost"),
        [
            ("temp", {"temp": 38.1}, {"temp": 37.9}, {"temp": 37.8}),
            ("hr", {"hr": 120}, {"hr": 115}, {"hr": 114}),
            ("rr", {"rr": 25}, {"rr": 23}, {"rr": 22}),
            ("bp_high", {"sbp": 160, "dbp": 90}, {"sbp": 155, "dbp": 90}, {"sbp": 154, "dbp": 90}),
        ],
    )
    def test_a_band_is_lost_beyond_its_deadband(
        self, channel: str, reached: dict[str, float], kept: dict[str, float], lost: dict[str, float]
    ) -> None:
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline(temp=36.8, hr=90, sbp=120, rr=15), validated=True)
        seen = []
        for values in (reached, kept, lost):
            ward.set(0.1, **values)
            seen.append(ward.points(channel))
        assert seen == [2, 2, 1]

    @pytest.mark.parametrize(("move", "points"), [(29, 0), (30, 1)])
    def test_swings_add_a_point_from_none(self, move: float, points: int) -> None:
        ward = Ward({"w": 0, "o": 0}, validated=True)
        for sbp in (105.0, 105.0 + move, 105.0, 105.0 + move, 120.0):
            ward.set(0.2, sbp=sbp, dbp=70.0)
        assert ward.points("bp_high") == points

    @pytest.mark.parametrize(("rise", "points"), [(14.0, 1), (15.5, 2)])
    def test_a_rising_heart_rate(self, rise: float, points: int) -> None:
        ward = Ward({"w": 1, "o": 0})
        for minute in range(40):
            ward.minute(hr=105.0 - rise * (40 - minute) / 30, rr=15.0, spo2=97.0)
        assert ward.points("hr") == points


NEARLY = [
    # rule, window, findings, values that just meet it, window, findings, values that just do not
    ("E1", (1, (), {"temp": 38.1, "hr": 120, "rr": 30}), (1, (), {"temp": 38.1, "hr": 120, "rr": 29})),
    ("E1", (1, (), {"temp": 39.0, "hr": 140, "rr": 21}), (1, (), {"temp": 39.0, "hr": 140, "rr": 20})),
    ("E2", (2, ("pruritus",), {"temp": 39.0, "hr": 140}), (2, ("pruritus",), {"temp": 38.9, "hr": 140})),
    ("E2", (2, ("pruritus",), {"temp": 39.0, "hr": 140}), (1, ("pruritus",), {"temp": 39.0, "hr": 140})),
    ("E2", (2, ("pruritus",), {"temp": 39.0, "hr": 140}), (2, ("sweating",), {"temp": 39.0, "hr": 140})),
    ("E3", (0, (), {"temp": 40.0}), (0, (), {"temp": 39.9})),
    ("E4", (0, ("delirium",), {"temp": 39.0}), (0, ("delirium",), {"temp": 38.9})),
    ("E4", (0, ("seizure",), {"temp": 39.0}), (0, ("pruritus",), {"temp": 39.0})),
    ("E5", (2, (), {"hr": 140, "sbp": 160, "dbp": 90}), (2, (), {"hr": 139, "sbp": 160, "dbp": 90})),
    ("E5", (2, (), {"hr": 140, "sbp": 160, "dbp": 90}), (2, (), {"hr": 140, "sbp": 159, "dbp": 90})),
    ("E6", (0, (), {"hr": 120, "sbp": 80, "dbp": 50}), (0, (), {"hr": 119, "sbp": 80, "dbp": 50})),
    ("E6", (0, (), {"hr": 120, "sbp": 80, "dbp": 50}), (0, (), {"hr": 120, "sbp": 81, "dbp": 50})),
    ("E6", (0, (), {"hr": 140, "sbp": 90, "dbp": 50}), (0, (), {"hr": 139, "sbp": 90, "dbp": 50})),
    ("E6", (0, (), {"hr": 140, "sbp": 90, "dbp": 50}), (0, (), {"hr": 140, "sbp": 91, "dbp": 50})),
    ("E7", (2, ("seizure",), {}), (1, ("seizure",), {})),
    ("W1", (2, (), {"temp": 38.1, "hr": 120}), (2, (), {"temp": 38.1, "hr": 110})),
    ("W1", (2, (), {"temp": 38.1, "hr": 120}), (1, (), {"temp": 38.1, "hr": 120})),
    ("W2", (1, (), {"temp": 38.1, "hr": 140}), (1, (), {"temp": 38.0, "hr": 139})),
    ("W3", (2, ("pruritus", "sweating"), {"hr": 120}), (2, ("pruritus", "sweating"), {"hr": 109})),
    ("W3", (2, ("pruritus", "sweating"), {"hr": 120}), (2, ("pruritus",), {"hr": 120})),
    ("W4", (1, ("pruritus",), {"hr": 140}), (1, ("pruritus",), {"hr": 139})),
    ("W4", (1, ("pruritus",), {"hr": 140}), (0, ("pruritus",), {"hr": 140})),
    ("W5", (0, ("rigidity", "sweating"), {"temp": 37.8, "hr": 120}), (0, ("rigidity",), {"temp": 37.8, "hr": 120})),
    ("W5", (0, ("rigidity", "sweating"), {"temp": 37.8, "hr": 120}), (0, ("rigidity", "sweating"), {"hr": 140})),
    ("a", (0, (), {"temp": 37.8, "hr": 95}), (0, (), {"temp": 37.8, "hr": 94})),
    ("b", (0, (), {"temp": 39.0}), (0, (), {"temp": 38.9})),
    ("c", (2, (), {"hr": 120}), (2, (), {"hr": 109})),
    ("c", (2, (), {"hr": 120}), (1, (), {"hr": 120})),
    ("d", (2, ("pruritus",), {}), (2, ("sweating",), {})),
    ("d", (2, ("pruritus",), {}), (1, ("pruritus",), {})),
]
Situation = tuple[int, tuple[str, ...], dict[str, float]]


@pytest.mark.parametrize(("rule", "met", "missed"), NEARLY)
def test_a_withdrawal_rule_at_its_edge(rule: str, met: Situation, missed: Situation) -> None:
    found = []
    for window, findings, values in (met, missed):
        ward = Ward({"w": window, "o": 0}, validated=True)
        ward.chart(*findings)
        ward.set(**values)
        found.append(rule in ward.monitor.views()[0].rules)
    assert found == [True, False]


def test_restored_pump_asks_to_check_delivery_only_at_warning() -> None:
    ward = Ward({"w": 2, "o": 0})
    ward.pump("pump_stall", hours_ago=20)
    ward.pump("restored", hours_ago=9)
    ward.chart("pruritus")
    ward.minute(3, **NORMAL)
    assert ward.monitor.stages()[0] is WATCH
    assert ward.condition("technical:prompt:recheck_delivery") is None


def temperature(*readings: tuple[float, float]) -> Temperature:
    """Readings at minutes, each minute ended."""
    made = Temperature(DETECTORS.channels, DETECTORS.reduction, DETECTORS.artefact, DETECTORS.withdrawal.slope)
    for minute, value in readings:
        made.add(value, None, minute * 60.0, minute * 60.0)
        made.close_minute()
    return made


def cuff(*readings: tuple[float, float, float]) -> CuffPressure:
    """Cuff readings at minutes, each judged."""
    made = CuffPressure(DETECTORS.pressure, DETECTORS.withdrawal.lability)
    for minute, sys, dia in readings:
        made.add("sys", sys, minute * 60.0)
        made.add("dia", dia, minute * 60.0)
        made.close_minute()
    return made
