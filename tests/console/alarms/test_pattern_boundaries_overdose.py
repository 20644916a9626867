"""Thresholds of detector O at their boundary: just below, at, and just above."""

from __future__ import annotations

import pytest

from console.alarms.alarm import Stage
from console.ward.patient import Baseline
from tests.console.alarms.pattern_ward import Ward, charted

NONE, WATCH, WARNING, EMERGENCY = Stage
Situation = tuple[int, tuple[str, ...], dict[str, float]]


class TestOverdoseBands:
    @pytest.mark.parametrize(("usual", "rr", "points"), [(14, 11, 0), (15, 11, 1), (13, 10, 0), (14, 10, 1), (9, 9, 1)])
    def test_ten_and_eleven_need_a_quarter_below_the_own(self, usual: float, rr: float, points: int) -> None:
        assert charted(1, "rr", Baseline(rr=usual), rr=rr, spo2=97) == points

    @pytest.mark.parametrize(("usual", "spo2", "points"), [(95, 93, 0), (96, 93, 1), (92, 90, 0), (93, 90, 2)])
    def test_saturation_needs_three_below_the_own(self, usual: float, spo2: float, points: int) -> None:
        assert charted(1, "spo2", Baseline(spo2=usual), spo2=spo2, rr=15) == points

    @pytest.mark.parametrize(
        ("usual", "etco2", "points"), [(45, 54, 0), (45, 55, 1), (46, 55, 0), (39, 48, 0), (38, 48, 1)]
    )
    def test_carbon_dioxide_against_the_own(self, usual: float, etco2: float, points: int) -> None:
        assert charted(1, "etco2", Baseline(etco2=usual), etco2=etco2, rr=15, spo2=97) == points

    @pytest.mark.parametrize(("usual", "rr", "points"), [(15, 20, 3), (15, 21, 1), (17, 21, 3), (17, 22, 1)])
    def test_high_drive_caps_saturation(self, usual: float, rr: float, points: int) -> None:
        # +25 % of 17 is 21.25
        assert charted(1, "spo2", Baseline(rr=usual, spo2=97), rr=rr, spo2=84) == points

    @pytest.mark.parametrize(
        ("etco2", "rr", "points"), [(24, 14, 3), (25, 14, 1), (42, 14, 1), (43, 14, 3), (38, 10, 1), (38, 9, 3)]
    )
    def test_normal_carbon_dioxide_caps_saturation(self, etco2: float, rr: float, points: int) -> None:
        assert charted(1, "spo2", etco2=etco2, rr=rr, spo2=84) == points

    @pytest.mark.parametrize(("etco2", "points"), [(45, 1), (46, 3)])
    def test_carbon_dioxide_above_45_is_not_normal_for_anyone(self, etco2: float, points: int) -> None:
        assert charted(1, "spo2", Baseline(etco2=44, rr=15, spo2=97), etco2=etco2, rr=14, spo2=84) == points

    @pytest.mark.parametrize(("spo2", "stage"), [(95, WATCH), (94, WARNING)])
    def test_a_slow_rate_alone_needs_saturation_within_two(self, spo2: float, stage: Stage) -> None:
        assert Ward({"w": 0, "o": 0}, validated=True).set(rr=8, spo2=spo2)[1] is stage

    @pytest.mark.parametrize(
        ("usual", "hr", "points"),
        [(76, 51, 0), (76, 50, 1), (62, 50, 0), (63, 50, 1), (76, 41, 1), (76, 40, 2), (48, 40, 1)],
    )
    def test_a_slow_heart(self, usual: float, hr: float, points: int) -> None:
        # -20 % of 62 is 49.6, of 63 it is 50.4, of 48 it is 38.4
        assert charted(1, "hr", Baseline(hr=usual), hr=hr, rr=15) == points

    @pytest.mark.parametrize(("usual", "sbp", "points"), [(120, 101, 0), (120, 100, 1), (117, 100, 0), (118, 100, 1)])
    def test_a_low_pressure(self, usual: float, sbp: float, points: int) -> None:
        assert charted(1, "bp_low", Baseline(sbp=usual), sbp=sbp, dbp=60, rr=15) == points

    @pytest.mark.parametrize(("hr", "sbp", "stage"), [(55, 144, WATCH), (56, 144, NONE), (55, 143, NONE)])
    def test_a_slow_heart_with_high_pressure(self, hr: float, sbp: float, stage: Stage) -> None:
        # two points alone are a watch; +20 % of 120 is 144
        assert Ward({"w": 0, "o": 0}, validated=True).set(hr=hr, sbp=sbp, dbp=80, rr=15)[1] is stage

    @pytest.mark.parametrize(
        ("usual", "temp", "points"),
        [(36.8, 36.1, 0), (36.8, 36.0, 1), (36.4, 36.0, 0), (36.5, 36.0, 1), (36.8, 35.1, 1), (36.8, 35.0, 2)],
    )
    def test_cold(self, usual: float, temp: float, points: int) -> None:
        assert charted(1, "temp", Baseline(temp=usual), temp=temp, rr=15) == points

    @pytest.mark.parametrize(
        ("channel", "reached", "kept", "lost"),
        [
            ("rr", {"rr": 8, "spo2": 97}, {"rr": 10, "spo2": 97}, {"rr": 11, "spo2": 97}),
            ("spo2", {"spo2": 90, "rr": 15}, {"spo2": 91, "rr": 15}, {"spo2": 92, "rr": 15}),
            ("etco2", {"etco2": 55, "rr": 15}, {"etco2": 52, "rr": 15}, {"etco2": 51, "rr": 15}),
        ],
    )
    def test_a_band_is_lost_beyond_its_deadband(
        self, channel: str, reached: dict[str, float], kept: dict[str, float], lost: dict[str, float]
    ) -> None:
        ward = Ward({"w": 0, "o": 1}, validated=True)
        seen = []
        for values in (reached, kept, lost):
            ward.set(0.1, **values)
            seen.append(ward.points(channel, 1))
        assert seen == [2, 2, 1]

    @pytest.mark.parametrize(("hr", "temp", "named"), [(94, 38.0, False), (95, 38.0, True), (94, 38.1, True)])
    def test_high_carbon_dioxide_with_high_drive(self, hr: float, temp: float, named: bool) -> None:
        ward = Ward({"w": 0, "o": 0}, validated=True)
        ward.set(etco2=60, hr=hr, temp=temp, rr=15, spo2=97)
        assert ("hypermetabolic" in ward.monitor.views()[1].could_be) is named


OVERDOSE_EDGES = [
    ("E core 3", (0, (), {"rr": 5}), (0, (), {"rr": 6})),
    ("E core sum", (0, (), {"rr": 8, "spo2": 90}), (0, (), {"rr": 8, "spo2": 91})),
    ("E unrousable", (0, ("sedation_poss4",), {}), (0, ("sedation_poss3",), {})),
    ("E rate and sedation", (0, ("sedation_poss3",), {"rr": 8}), (0, ("sedation_poss3",), {"rr": 9})),
    ("E rate and sedation", (0, ("sedation_poss3",), {"rr": 8}), (0, ("sedation_poss2",), {"rr": 8})),
    (
        "E core and sedation",
        (0, ("sedation_poss3",), {"spo2": 90, "rr": 11}),
        (0, ("sedation_poss3",), {"spo2": 91, "rr": 11}),
    ),
    (
        "E core, sedation and circulation",
        (2, ("sedation_poss3",), {"rr": 11, "spo2": 93, "hr": 50, "sbp": 100, "dbp": 60}),
        (1, ("sedation_poss3",), {"rr": 11, "spo2": 93, "hr": 50, "sbp": 100, "dbp": 60}),
    ),
    ("W core 2", (1, (), {"spo2": 90, "rr": 15}), (1, (), {"spo2": 91, "rr": 15})),
    ("W core supported", (1, (), {"rr": 11, "spo2": 93}), (0, (), {"rr": 11, "spo2": 93})),
    ("W core supported", (1, (), {"rr": 11, "spo2": 93}), (1, (), {"rr": 11, "spo2": 94})),
    ("W sedation", (1, ("sedation_poss3",), {}), (0, ("sedation_poss3",), {})),
    ("W circulation", (2, (), {"hr": 40, "sbp": 100, "dbp": 60}), (2, (), {"hr": 41, "sbp": 100, "dbp": 60})),
    ("W circulation", (2, (), {"hr": 40, "sbp": 100, "dbp": 60}), (1, (), {"hr": 40, "sbp": 100, "dbp": 60})),
    ("W tone", (2, ("hypotonia",), {"rr": 11}), (1, ("hypotonia",), {"rr": 11})),
    ("W tone", (2, ("ascending_weakness",), {"rr": 11}), (2, ("ascending_weakness",), {"rr": 12})),
    ("watch core in window", (2, (), {"rr": 11}), (1, (), {"rr": 11})),
    ("watch core", (0, (), {"rr": 11, "spo2": 93}), (0, (), {"rr": 11, "spo2": 94})),
    ("watch sedation", (0, ("sedation_poss3",), {}), (0, ("sedation_poss2",), {})),
    ("watch tone", (1, ("hypotonia",), {}), (0, ("hypotonia",), {})),
    ("watch circulation", (0, (), {"hr": 50, "sbp": 100, "dbp": 60}), (0, (), {"hr": 51, "sbp": 100, "dbp": 60})),
]


@pytest.mark.parametrize(("rule", "met", "missed"), OVERDOSE_EDGES)
def test_an_overdose_rule_at_its_edge(rule: str, met: Situation, missed: Situation) -> None:
    found = []
    for window, findings, values in (met, missed):
        ward = Ward({"w": 0, "o": window}, validated=True)
        ward.chart(*findings)
        ward.set(**values)
        found.append(rule in ward.monitor.views()[1].rules)
    assert found == [True, False]
