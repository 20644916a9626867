"""Sedation on every scale: what it counts, what replaces it, and in which words it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.alarms.alarm import Stage
from console.alarms.findings import FindingsChart
from console.replay.context import load_context
from console.ward.chart import FINDING_CODES, NurseObservation
from console.ward.sedation import SEDATION_SCORES, SedationScale
from tests.console.alarms.pattern_ward import RULES, T0, Ward

NONE, WATCH, WARNING, EMERGENCY = Stage
LEVELS = [
    ("poss", {"s": 1, "1": 1, "2": 2, "3": 3, "4": 4}),
    ("rass", {"+4": 1, "+3": 1, "+2": 1, "+1": 1, "0": 1, "-1": 1, "-2": 1, "-3": 3, "-4": 4, "-5": 4}),
    ("gcs", {str(n): 4 if n <= 8 else 3 if n <= 12 else 1 for n in range(3, 16)}),
    ("avpu", {"a": 1, "v": 3, "p": 4, "u": 4}),
]  # fmt: skip
CODES = {f"sedation_{scale}{score}": level for scale, levels in LEVELS for score, level in levels.items()}


def chart(*entries: tuple[float, str]) -> FindingsChart:
    """Findings charted at hours."""
    made = FindingsChart(RULES.detectors.findings, RULES.detectors.withdrawal.findings)
    for hours, code in entries:
        made.chart(NurseObservation(code, datetime.fromtimestamp(T0 + hours * 3600, UTC), id=code))
    return made


def test_every_score_of_every_scale_is_a_finding_with_a_level() -> None:
    assert set(CODES) == set(SEDATION_SCORES) <= set(FINDING_CODES)
    assert {code: chart((0, code)).active(T0).sedation for code in CODES} == CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_points_and_stage_of_a_score_alone(code: str) -> None:
    points = {3: 2, 4: 3}.get(CODES[code], 0)
    stage = {3: WATCH, 4: EMERGENCY}.get(CODES[code], NONE)
    ward = Ward({"w": 0, "o": 0})
    assert ward.chart(code)[1] is stage
    (row,) = (c for c in ward.monitor.views()[1].findings)
    assert (row.points, row.label) == (points, SEDATION_SCORES[code].text)


@pytest.mark.parametrize("code", ["sedation_rass-3", "sedation_gcs12", "sedation_gcs9", "sedation_avpuv"])
def test_a_score_of_level_three_does_with_a_slow_breath_what_poss_3_does(code: str) -> None:
    for rr, stage in ((8.0, EMERGENCY), (9.0, WARNING)):
        ward = Ward({"w": 0, "o": 0}, validated=True)
        ward.chart(code)
        assert ward.set(rr=rr)[1] is stage


@pytest.mark.parametrize("code", ["sedation_rass-2", "sedation_gcs13", "sedation_avpua", "sedation_posss"])
def test_a_light_score_supports_nothing(code: str) -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    ward.chart(code)
    assert ward.set(rr=9.0, spo2=97.0)[1] is NONE


@pytest.mark.parametrize("waking", ["sedation_gcs15", "sedation_avpua", "sedation_rass0", "sedation_rass-2"])
def test_the_newest_score_of_any_scale_counts(waking: str) -> None:
    made = chart((0, "sedation_poss4"), (1, waking))
    assert made.active(T0 + 3599).sedation == 4
    assert (made.active(T0 + 3600).sedation, made.active(T0 + 3600).sedation_code) == (1, waking)
    deeper = chart((0, waking), (1, "sedation_avpup"))
    assert deeper.active(T0 + 3600).sedation == 4


def test_of_two_scores_of_one_moment_the_one_charted_later_counts() -> None:
    assert chart((0, "sedation_poss4"), (0, "sedation_avpua")).active(T0).sedation == 1


@pytest.mark.parametrize("code", sorted(CODES))
def test_only_deep_scores_outlive_their_four_hours(code: str) -> None:
    made, deep = chart((0, code)), CODES[code] >= 3
    assert made.active(T0 + 14399).sedation_code == code
    after = made.active(T0 + 14400)
    assert (after.sedation_code, after.sedation_overdue) == (code if deep else "", deep)


def test_an_overdue_score_is_asked_for_in_its_own_words() -> None:
    ward = Ward({"w": 0, "o": 2})
    ward.chart("sedation_gcs7")
    ward.minute(239)
    assert ward.condition("technical:prompt:sedation") is None
    ward.minute(1)
    asked = ward.condition("technical:prompt:sedation")
    assert asked is not None
    assert asked.detail == "GCS 7 is over 4 h old"
    ward.chart("sedation_rass-1")
    assert ward.condition("technical:prompt:sedation") is None


def test_the_alarm_names_the_score_that_was_charted() -> None:
    ward = Ward({"w": 0, "o": 0})
    ward.chart("sedation_rass-5")
    condition = ward.condition("overdose")
    assert condition is not None
    assert condition.detail == "RASS −5"


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_recorded_case_may_name_a_score_in_full_or_short(code: str, tmp_path: Path) -> None:
    short = code.removeprefix("sedation_")
    entries = [{"hours": n, "code": name} for n, name in enumerate((code, short, short.upper()))]
    (tmp_path / "context.json").write_text(json.dumps({"P1": {"observations": entries}}))
    case = load_context(tmp_path / "context.json").case("P1")
    assert [finding.code for finding in case.findings] == [code] * 3


class TestAgitation:
    @pytest.mark.parametrize(("score", "points"), [("+1", 1), ("+4", 1), ("0", 0), ("-1", 0)])
    def test_a_restless_score_is_agitation(self, score: str, points: int) -> None:
        assert chart((0, f"sedation_rass{score}")).active(T0).points == points

    def test_it_counts_once_beside_charted_agitation(self) -> None:
        assert chart((0, "agitation"), (0, "sedation_rass+2")).active(T0).points == 1

    def test_it_stands_as_long_as_the_score(self) -> None:
        made = chart((0, "sedation_rass+2"))
        assert [made.active(T0 + s).points for s in (14399, 14400)] == [1, 0]

    def test_a_calm_score_ends_it_and_no_charted_agitation(self) -> None:
        assert chart((0, "sedation_rass+2"), (1, "sedation_rass0")).active(T0 + 3600).points == 0
        assert chart((0, "agitation"), (1, "sedation_rass0")).active(T0 + 3600).points == 1

    @pytest.mark.parametrize(("hours", "points"), [(-1.0, 1), (1.0, 0)])
    def test_agitation_charted_absent_after_it_ends_it(self, hours: float, points: int) -> None:
        assert chart((0, "sedation_rass+2"), (hours, "no_agitation")).active(T0 + 3600).points == points

    def test_no_other_scale_tells_agitation(self) -> None:
        others = [c for c, s in SEDATION_SCORES.items() if s.scale is not SedationScale.RASS]
        assert {chart((0, code)).active(T0).points for code in others} == {0}
