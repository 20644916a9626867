"""The replay command as people use it: files in, files out, one clear line when something is wrong."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from console.commands import replay

COLUMNS = ["patient", "seconds", "temp_c", "hr", "sbp", "dbp", "map", "rr", "spo2", "etco2"]


def call(*words: object) -> int:
    parser = argparse.ArgumentParser()
    replay.add_parser(parser.add_subparsers())
    args = parser.parse_args(["replay", *map(str, words)])
    return int(args.run(args))


def write(path: Path, rows: list[dict[str, Any]], columns: list[str] = COLUMNS) -> Path:
    text = io.StringIO()
    table = csv.DictWriter(text, columns, restval="")
    table.writeheader()
    table.writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def withdrawal_course(patient: str = "P1") -> list[dict[str, Any]]:
    """An hour of calm, two of severe withdrawal, three of calm, one row a minute, pressure every quarter of an hour."""
    rows = []
    for minute in range(360):
        ill = 60 <= minute < 180
        row: dict[str, Any] = {"patient": patient, "seconds": minute * 60, "spo2": 97}
        row |= {"hr": 145, "rr": 31} if ill else {"hr": 74, "rr": 14}
        if minute % 15 == 0:
            row |= {"temp_c": 38.7 if ill else 36.8, "sbp": 150 if ill else 122, "dbp": 90 if ill else 74}
        rows.append(row)
    return rows


CONTEXT = {
    "P1": {
        "age": 54,
        "flags": ["sci_t6", "ms"],
        "baseline": {"temp_c": 36.7, "hr": 72, "sbp": 122, "dbp": 74, "rr": 14, "spo2": 97, "etco2": None},
        "pump_events": [{"hours": -2, "event": "pump_stall"}],
        "observations": [
            {"hours": 1.2, "code": "pruritus"},
            {"hours": 1.3, "code": "spasticity2"},
            {"hours": 3.5, "code": "no_pruritus"},
            {"hours": 3.5, "code": "no_spasticity2"},
        ],
        "validated": False,
    }
}


@pytest.fixture
def course(tmp_path: Path) -> tuple[Path, Path]:
    context = tmp_path / "context.json"
    context.write_text(json.dumps(CONTEXT))
    return write(tmp_path / "in.csv", withdrawal_course()), context


def test_a_course_of_withdrawal_rises_and_steps_down(
    course: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, context = course
    out, summary = tmp_path / "out.jsonl", tmp_path / "summary.json"
    assert call(data, "--context", context, "--out", out, "--summary", summary) == 0
    assert "flags not used: ms (1)" in capsys.readouterr().err
    steps = [e for e in events(out) if e["kind"] == "withdrawal"]
    assert [(e["event"], e["from"], e["to"]) for e in steps][-3:] == [
        ("deescalate", "emergency", "warning"),
        ("deescalate", "warning", "watch"),
        ("clear", "watch", "none"),
    ]
    assert steps[0]["event"] == "onset"
    assert set(steps[0]) >= {
        "patient",
        "seconds",
        "kind",
        "parameter",
        "from",
        "to",
        "priority",
        "event",
        "points",
        "reasons",
    }
    assert 3600 < steps[0]["seconds"] <= 3600 + 6 * 60
    times = [e["seconds"] for e in events(out)]
    assert times == sorted(times)
    own = json.loads(summary.read_text())["patients"]["P1"]
    assert own["withdrawal"]["highest_stage"] == "emergency"
    assert own["overdose"]["highest_stage"] == "none"
    assert own["withdrawal"]["emergency"]["episodes"] == 1
    assert own["withdrawal"]["emergency"]["first_reached_seconds"] == pytest.approx(4000, abs=300)
    assert 0.25 < own["withdrawal"]["emergency"]["fraction_of_time"] < 0.45
    assert own["limits"]["high"]["episodes"] >= 2
    assert own["news2"]["7"]["episodes"] == 1
    assert own["covered_hours"] == pytest.approx(5.983, abs=0.001)


def test_the_same_file_packed_and_mixed_with_another_patient_gives_the_same(
    course: tuple[Path, Path], tmp_path: Path
) -> None:
    data, context = course
    call(data, "--context", context, "--out", tmp_path / "alone.jsonl")
    both = sorted([*withdrawal_course(), *withdrawal_course("P2")], key=lambda row: row["seconds"])
    packed = write(tmp_path / "both.csv.gz", both)
    assert call(packed, "--context", context, "--out", tmp_path / "both.jsonl") == 0
    mixed = events(tmp_path / "both.jsonl")
    assert [e for e in mixed if e["patient"] == "P1"] == events(tmp_path / "alone.jsonl")
    assert {e["patient"] for e in mixed} == {"P1", "P2"}


def test_without_context_the_pump_is_unknown_and_with_an_empty_list_quiet(tmp_path: Path) -> None:
    rows = [{"patient": "P", "seconds": m * 60, "hr": 125, "rr": 26, "spo2": 97} for m in range(40)]
    data, out, context = write(tmp_path / "in.csv", rows), tmp_path / "out.jsonl", tmp_path / "c.json"
    call(data, "--out", out)
    assert "warning" in [e["to"] for e in events(out) if e["kind"] == "withdrawal"]
    context.write_text(json.dumps({"P": {"pump_events": []}}))
    call(data, "--out", out, "--context", context)
    assert [e["to"] for e in events(out) if e["kind"] == "withdrawal"] == ["watch"]


def test_validated_rows_count_at_once_and_windows_can_be_given(tmp_path: Path) -> None:
    rows = [{"patient": "P", "seconds": 0, "temp_c": 36.7, "hr": 131, "sbp": 194, "dbp": 114, "rr": 26, "spo2": 98}]
    context, out = tmp_path / "c.json", tmp_path / "out.jsonl"
    context.write_text(json.dumps({"P": {"validated": True, "windows": {"w": 3, "o": 0}, "pump_events": []}}))
    assert call(write(tmp_path / "in.csv", rows), "--context", context, "--out", out) == 0
    first = next(e for e in events(out) if e["kind"] == "withdrawal")
    assert (first["seconds"], first["to"]) == (0.0, "emergency")


def test_optional_columns(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"patient": "P", "seconds": s, "hr": 76, "rr": 15, "spo2": 97} for s in range(600)]
    rows[400] |= {"apnoea_s": 35}
    rows[450] |= {"apnoea_s": 35}
    for row in rows[500:]:
        row |= {"quality": "poor", "spo2": 50}
    rows[10] |= {"pr": 76, "pi": 1.5}
    columns = [*COLUMNS, "pr", "pi", "apnoea_s", "quality", "o2_lpm"]
    out = tmp_path / "out.jsonl"
    assert call(write(tmp_path / "in.csv", rows, columns), "--out", out) == 0
    steps = [(e["seconds"], e["to"]) for e in events(out) if e["kind"] == "overdose"]
    assert steps == [(400.0, "warning"), (450.0, "emergency")]
    assert not [e for e in events(out) if e["kind"] == "limit"]


def test_oxygen_newly_given_keeps_an_apnoea_from_being_alone(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"patient": "P", "seconds": s * 60, "hr": 76, "rr": 15, "spo2": 97} for s in range(8)]
    rows[3] |= {"o2_lpm": 2}
    rows[6] |= {"apnoea_s": 35}
    out = tmp_path / "out.jsonl"
    assert call(write(tmp_path / "in.csv", rows, [*COLUMNS, "apnoea_s", "o2_lpm"]), "--out", out) == 0
    assert [(e["seconds"], e["to"]) for e in events(out) if e["kind"] == "overdose"] == [(360.0, "emergency")]


def test_the_output_has_the_agreed_fields_in_time_order(course: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    marked = tmp_path / "marked.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + course[0].read_bytes())  # as spreadsheets save it
    assert call(marked, "--context", course[1], "--out", out) == 0
    fields = ["patient", "seconds", "kind", "parameter", "from", "to", "priority", "event", "points", "reasons"]
    found = events(out)
    assert {tuple(event) for event in found} == {tuple(fields)}
    assert [event["seconds"] for event in found] == sorted(event["seconds"] for event in found)


def test_set_and_config_change_the_rules(course: tuple[Path, Path], tmp_path: Path) -> None:
    data, context = course
    out, config = tmp_path / "out.jsonl", tmp_path / "ward.toml"
    config.write_text("[alarms.detectors.withdrawal.persistence]\nemergency_min = 60\n")
    call(data, "--context", context, "--out", out, "--config", config)
    late = next(e["seconds"] for e in events(out) if e["to"] == "emergency" and e["kind"] == "withdrawal")
    assert late > 3600 + 40 * 60
    assert (
        call(
            data, "--context", context, "--out", out, "--set", "limits.hr.high=200", "--set", "limits.hr.very_high=220"
        )
        == 0
    )
    assert not [e for e in events(out) if (e["kind"], e["parameter"]) == ("limit", "hr")]


def test_children_are_named_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = tmp_path / "c.json"
    context.write_text(json.dumps({"P2": {"age": 11}}))
    data = write(tmp_path / "in.csv", [*withdrawal_course(), *withdrawal_course("P2")])
    out, summary = tmp_path / "out.jsonl", tmp_path / "s.json"
    assert call(data, "--context", context, "--out", out, "--summary", summary) == 0
    assert "P2 (age 11" in capsys.readouterr().err
    assert list(json.loads(summary.read_text())["skipped"]) == ["P2"]
    assert {e["patient"] for e in events(out)} == {"P1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seconds,hr\n0,70\n", "has no column 'patient'"),
        ("patient,seconds,hr\nP,0,fast\n", "line 2: hr 'fast' is not a number"),
        ("patient,seconds,hr\nP,,70\n", "line 2: seconds is missing"),
        ("patient,seconds,hr\nP,0\n", "line 2: has fewer cells"),
        ("patient,seconds,hr\nP,60,70\nP,0,70\n", "in.csv: line 3: patient P: second 0 comes after second 60"),
        ("patient,seconds,hr\nP,0,inf\n", "line 2: holds an infinite value"),
        ("patient,seconds,hr\nP,1e300,70\n", "is no time"),
        ("patient,seconds,hr,hr\nP,0,70,70\n", "column 'hr' stands there twice"),
        ("patient,seconds,hr,quality\nP,0,70,so-so\n", "quality 'so-so' is not one of"),
        ("patient,seconds,hr,apnoea_s\nP,0,70,long\n", "apnoea_s 'long' is not a number"),
        ("patient,seconds,hr\nP,0,7_0\n", "line 2: hr '7_0' is not a number"),
        ("patient,seconds,hr\nP,0,\0\n", "line 2: hr '\\x00' is not a number"),
        ("patient,seconds,hr\nP,0,70,80\n", "line 2: has more cells than the heading"),
        ("patient,seconds,hr\n,0,70\n", "line 2: patient is missing"),
        ("patient,seconds," + "x" * 200_000, "field larger than field limit"),
        ("patient,seconds,hr\n", "nothing to replay"),
        ("", "has no column 'patient'"),
    ],
)
def test_bad_files_are_refused_in_one_line(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(text)
    assert call(path) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("[]", "must be a JSON object by patient"),
        ("{", "is not JSON"),
        ('{"P1": {"pump_events": [{"hours": 1, "event": "pump_melted"}]}}', "pump event 'pump_melted' is not known"),
        ('{"P1": {"pump_events": [{"event": "refill"}]}}', "hours 'None' must be a number"),
        ('{"P1": {"observations": [{"hours": 1, "code": "itchy"}]}}', "observation 'itchy' is not known"),
        ('{"P1": {"baseline": {"pulse": 70}}}', "baseline: 'pulse' is not known"),
        ('{"P1": {"windows": {"w": 4}}}', "windows w '4' must be a number from 0 to 3"),
        ('{"P1": {"valid": true}}', "'valid' is not known"),
        ('{"P1": {"validated": 1}}', "must be true or false"),
        ('{"P1": {"age": "old"}}', "age 'old' must be a number"),
    ],
)
def test_bad_context_is_refused_in_one_line(
    context: str, words: str, course: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(context)
    assert call(course[0], "--context", path) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("withdrawal.hr.one=900", "withdrawal.hr.one: input should be less than or equal to 250 (given: 900)"),
        ("withdrawal.hr.one=130", "must rise"),
        ("withdrawal.hr.onne=100", "is not a known threshold; near ones are withdrawal.hr.one"),
        ("withdrawal.hr=100", "is not a known threshold; near ones are withdrawal.hr.one"),
        ("limits.hr.hihg=130", "near ones are limits.hr.high"),
        ("e3_temp=40", "near ones are withdrawal.stages.e3_temp"),
        ("moon=1", "--set moon: is not a known threshold\n"),
        ("withdrawal.hr.one", "must be KEY=VALUE"),
        ("=3", "must be KEY=VALUE"),
        ("withdrawal.hr.one=a lot", "is not a value"),
        ("withdrawal.hr.one=115\nx = 2", "is not a value"),
        ('withdrawal.hr.one="115"', "'115' is not a number such as 110"),
        ("withdrawal.hr.one=true", "True is not a number such as 110"),
        ("withdrawal.hr.one=nan", "nan is not a number"),
        ("channels.hr.high=inf", "inf is not a number"),
        ("withdrawal.persistence.quiet_pump=1", "1 is not true or false"),
        ("withdrawal.persistence.watch_min=1.5", "withdrawal.persistence.watch_min"),
        ("windows.drug_overdose=3", "3 is not a list such as [1, 0, 6]"),
        ("windows.drug_overdose=[9, 0, 6]", "windows.drug_overdose.0"),
        ("limits.hr.high=9000", "limits.hr"),
        ("limits.hr.label=3", "3 is not a text such as 'HR'"),
        ("limits.spo2.high=99", "is not a known threshold"),
    ],
)
def test_bad_thresholds_are_refused_in_one_line(
    change: str, words: str, course: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(course[0], "--set", change) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_the_summary_names_what_was_changed(
    course: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, context = course
    config, summary = tmp_path / "ward.toml", tmp_path / "s.json"
    config.write_text("[alarms.withdrawal.persistence]\nemergency_min = 60\n")
    words = (data, "--context", context, "--out", tmp_path / "out.jsonl", "--summary", summary, "--config", config)
    changes = ("detectors.withdrawal.persistence.emergency_min=20", "limits.hr.high=115", "limits.hr.high=125")
    assert call(*words, *(word for change in changes for word in ("--set", change))) == 0
    assert json.loads(summary.read_text())["changed"] == {
        "withdrawal.persistence.emergency_min": {"from": 60, "to": 20},
        "limits.hr.high": {"from": 120, "to": 125},
    }
    assert "changed for this run: withdrawal.persistence.emergency_min = 20 (else 60)" in capsys.readouterr().err
    with_twenty = json.loads(summary.read_text())["patients"]["P1"]["withdrawal"]["emergency"]["first_reached_seconds"]
    assert call(*words) == 0
    assert json.loads(summary.read_text())["changed"] == {}
    alone = json.loads(summary.read_text())["patients"]["P1"]["withdrawal"]["emergency"]["first_reached_seconds"]
    assert alone > with_twenty + 20 * 60


def test_help_tells_of_set(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call("--help")
    assert "withdrawal.hr.one=115" in capsys.readouterr().out


def test_files_that_cannot_be_read_or_written(course: tuple[Path, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"\x1f\x8b\x08\x00" + b"\x00" * 20)
    assert call(broken) == 2
    assert call(tmp_path / "absent.csv") == 2
    assert call(tmp_path) == 2
    assert call(course[0], "--out", tmp_path / "no" / "folder.jsonl") == 1


def test_events_go_to_standard_output_without_out(
    course: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(course[0]) == 0
    assert all(json.loads(line)["patient"] == "P1" for line in capsys.readouterr().out.splitlines())


def test_replay_is_fast_enough(tmp_path: Path) -> None:
    """A tenth of the budget of 200,000 observations a second, so that a busy machine does not fail it."""
    rows = [
        {"patient": "P", "seconds": s, "temp_c": 36.8, "hr": 75 + s % 3, "sbp": 120, "dbp": 74, "rr": 14, "spo2": 97}
        for s in range(3600)
    ]
    data = write(tmp_path / "in.csv", rows)
    started = time.process_time()
    assert call(data, "--out", tmp_path / "out.jsonl") == 0
    assert 6 * len(rows) / (time.process_time() - started) > 20_000
