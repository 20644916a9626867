"""How a case becomes rows, and how what was called is held against what is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.alarms.alarm import Kind, Stage
from drivers.observation import Parameter
from tests.cases import author_a
from tests.cases.__main__ import main
from tests.cases.curve import moves
from tests.cases.replay import prepare, rows
from tests.cases.score import Range, Verdict, accepted
from tests.cases.tables import report

W, O = Kind.WITHDRAWAL, Kind.OVERDOSE  # noqa: E741
NONE, WATCH, WARNING, EMERGENCY = Stage


def point(hours: float, **values: float) -> dict[str, Any]:
    return {"hours": hours} | dict.fromkeys(("temp_c", "hr", "sbp", "dbp", "rr", "spo2", "etco2")) | values


def course(*points: dict[str, Any]) -> dict[float, dict[Parameter, float]]:
    return {row.seconds: dict(row.values) for row in rows({"id": "X", "timeline": points})}


class TestRows:
    def test_rates_are_joined_minute_by_minute(self) -> None:
        found = course(point(0, hr=60), point(0.05, hr=90))
        assert found == {
            0: {Parameter.HR: 60},
            60: {Parameter.HR: 70},
            120: {Parameter.HR: 80},
            180: {Parameter.HR: 90},
        }

    def test_points_between_minutes_give_values_at_whole_minutes(self) -> None:
        found = course(point(0.005, hr=60), point(0.045, hr=84))
        assert found == {60: {Parameter.HR: 67}, 120: {Parameter.HR: 77}}

    def test_nothing_is_drawn_across_a_gap(self) -> None:
        found = course(point(0, hr=60), point(1 / 60, hr=62), point(0.1), point(0.2, hr=80), point(0.2 + 1 / 60, hr=81))
        assert sorted(found) == [0, 60, 720, 780]

    def test_a_reading_of_a_round_arrives_alone(self) -> None:
        found = course(point(0), point(4, hr=88, rr=20), point(8))
        assert found == {14400: {Parameter.HR: 88, Parameter.RR: 20}}

    def test_cuff_and_temperature_come_at_their_points_only(self) -> None:
        found = course(point(0, sbp=120, dbp=70, temp_c=36.8), point(1, sbp=180, dbp=90, temp_c=39))
        assert found[3600] == {Parameter.NIBP_SYS: 180, Parameter.NIBP_DIA: 90, Parameter.TEMP: 39}
        assert sorted(found) == [0, 3600]


def test_what_is_known_reaches_the_console() -> None:
    retainer = next(case for case in author_a.cases() if case["id"] == "A40")
    unknown = next(case for case in author_a.cases() if case["id"] == "A08")
    first, second = prepare([retainer, unknown])
    assert first.known.patient.baseline.etco2 == 52
    assert first.known.patient.pump_known
    assert not second.known.patient.pump_known
    assert len(second.known.findings) == len(unknown["observations"])


def test_one_hour_is_of_the_patterns_that_must_warn() -> None:
    ranges = {"withdrawal": {"min": "warning", "max": "emergency"}, "overdose": {"min": "none", "max": "watch"}}
    assert accepted({**ranges, "latest_hours_to_warning": 5}) == {
        W: Range(WARNING, EMERGENCY, 5),
        O: Range(NONE, WATCH, None),
    }
    by_pattern = accepted({**ranges, "latest_hours_by_pattern": {"overdose": 7}})
    assert (by_pattern[W].due, by_pattern[O].due) == (None, 7)


def verdict(called: Stage, hours: float | None = None, *, label: str = "withdrawal", other: Stage = NONE) -> Verdict:
    """Warning or more accepted of withdrawal, due at 10 h; of overdose watch at most."""
    ranges = {W: Range(WARNING, EMERGENCY, 10.0), O: Range(NONE, WATCH, None)}
    if label == "other":
        ranges[W] = Range(NONE, WATCH, None)
    warned = {} if hours is None else {W: hours}
    return Verdict("X01", label, "title", ranges, {W: called, O: other}, warned)


class TestVerdict:
    @pytest.mark.parametrize(
        ("found", "words"),
        [
            (verdict(WARNING, 10.0), ""),
            (verdict(EMERGENCY, 2.0, other=WATCH), ""),
            (verdict(WATCH), "withdrawal watch below warning"),
            (verdict(WARNING, 10.1), "withdrawal warning at 10.1 h, due 10.0"),
            (verdict(WARNING, 9.0, other=WARNING), "overdose warning above watch"),
            (verdict(WARNING, 9.0, label="other"), "withdrawal warning above watch"),
        ],
    )
    def test_what_is_out_of_range_is_said(self, found: Verdict, words: str) -> None:
        assert found.faults() == words
        assert found.within == (not words)

    def test_over_called_by_the_other_pattern_is_still_in_time(self) -> None:
        assert verdict(WARNING, 9.0, other=WARNING).in_time
        assert not verdict(WARNING, 11.0).in_time
        assert not verdict(WATCH).in_time

    def test_moves_are_those_of_patterns_that_must_be_found(self) -> None:
        before, after = [verdict(WARNING, 9.0)] * 2, [verdict(WARNING, 9.5), verdict(WATCH)]
        assert moves(after, before) == [30.0]
        assert moves([verdict(WARNING, 9.0, label="other")], [verdict(WARNING, 8.0, label="other")]) == []

    def test_the_report_counts_and_names(self) -> None:
        text = report([verdict(WARNING, 9.0), verdict(WATCH), verdict(EMERGENCY, 1.0, label="other")])
        assert [line.split() for line in text.splitlines()[:4]] == [
            ["within", "range", "X", "all"],
            ["withdrawal", "1/2", "1/2"],
            ["other", "0/1", "0/1"],
            ["all", "1/3", "1/3"],
        ]
        assert "X01 withdrawal: title | withdrawal watch below warning" in text
        assert "withdrawal emergency     1  1" in text


class TestCommand:
    def cases(self, path: Path) -> list[str]:
        """Author A's attack of asthma (A22), as a file."""
        case = next(case for case in author_a.cases() if case["id"] == "A22")
        path.write_text(json.dumps(case), encoding="utf-8")
        return ["--cases", str(path)]

    def test_a_changed_threshold_changes_what_is_called_and_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = self.cases(tmp_path / "cases.jsonl")
        assert main([*words, "--verbose"]) == 0
        before = capsys.readouterr().out
        assert main([*words, "--set", "withdrawal.rr.one=10", "--set", "withdrawal.stages.w2_points=1"]) == 0
        after = capsys.readouterr().out
        assert "A22 other: Asthma attack at night | " in before
        assert "other         1/1  1/1" in before
        assert "above watch" in after
        assert "withdrawal.stages.w2_points = 1 (else 5)" in after

    @pytest.mark.parametrize("words", [["--curve", "--only", "A"], ["--only", "D"], ["--only", "A", "--cases", "x"]])
    def test_wrong_usage_ends(self, words: list[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2

    def test_an_unknown_threshold_or_file_is_told_in_one_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--set", "withdrawal.hr.onne=1"]) == 2
        assert "near ones are withdrawal.hr.one" in capsys.readouterr().err
        assert main(["--cases", str(tmp_path / "none")]) == 2
        assert capsys.readouterr().err.count("\n") == 1
