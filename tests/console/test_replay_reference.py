"""The detectors against published courses and sets kept beside the checkout; skipped where they are absent."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from console.alarms.alarm import Stage
from tests.console.test_replay import COLUMNS, call

pytestmark = pytest.mark.reference

CASES_NEEDED = 48
"""Of 53; an independent implementation of the same specification reached 50, and the rules were drawn from these."""


def module(reference: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"reference_{name}", reference / "clinical" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def replayed(tmp_path: Path, rows: list[list[Any]], context: dict[str, Any]) -> dict[str, Any]:
    data, out, about, summary = (tmp_path / name for name in ("in.csv", "out.jsonl", "c.json", "s.json"))
    with data.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    about.write_text(json.dumps(context))
    assert call(data, "--context", about, "--out", out, "--summary", summary) == 0
    patients: dict[str, Any] = json.loads(summary.read_text())["patients"]
    return patients


def test_vignettes_reach_their_stage(reference: Path, tmp_path: Path) -> None:
    rows, context, expected = [], {}, {}
    for line in (reference / "clinical" / "vignettes.jsonl").read_text().splitlines():
        case = json.loads(line)
        if not case["adult"]:
            continue
        name, about = case["id"], case["context"]
        expected[name] = case["expected_stage"]
        context[name] = {
            "baseline": case["baseline"],
            "pump_events": [],
            "flags": ["sci_t6"] if about.get("sci_t6") else [],
            "validated": True,
            "windows": {"w": about.get("w_window", 0), "o": about.get("o_window", 0)},
            "observations": [
                {"hours": row["hours"], "code": code} for row in case["timeline"] for code in row.get("obs", [])
            ],
        }
        for row in case["timeline"]:
            values = ["" if row.get(key) is None else row[key] for key in COLUMNS[2:] if key != "map"]
            rows.append([name, row["hours"] * 3600, *values[:4], "", *values[4:]])
    found = replayed(tmp_path, rows, context)
    wrong = [
        (name, kind, found[name][kind]["highest_stage"], stages[kind])
        for name, stages in expected.items()
        for kind in ("withdrawal", "overdose")
        if stages[kind] not in ("any", "not_scorable") and found[name][kind]["highest_stage"] != stages[kind]
    ]
    assert len(expected) >= 25
    assert wrong == []


def test_cases_stay_in_their_range_and_warn_in_time(
    reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(reference / "clinical"))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    score = module(reference, "score_replay")
    cases = [json.loads(line) for line in (reference / "clinical" / "cases.jsonl").read_text().splitlines()]
    rows = [
        [case["id"], second, *(row.get(key, "") for key in COLUMNS[2:])]
        for case in cases
        for second, row in score.rows_of(case)
    ]
    found = replayed(tmp_path, rows, {case["id"]: score.context_of(case) for case in cases})
    failed = []
    for case in cases:
        late = score.deadlines(case["expected"])
        for kind in ("withdrawal", "overdose"):
            allowed, own = case["expected"][kind], found[case["id"]][kind]
            stage = Stage[own["highest_stage"].upper()]
            due, first = late.get(kind), own["warning"]["first_reached_seconds"]
            in_range = Stage[allowed["min"].upper()] <= stage <= Stage[allowed["max"].upper()]
            needed = due is not None and Stage[allowed["min"].upper()] >= Stage.WARNING
            if not in_range or (needed and (first is None or first > due * 3600 + 0.01)):
                failed.append((case["id"], kind, own["highest_stage"]))
    missed = [entry for entry in failed if entry[0][:2] in ("BW", "BO", "BM")]
    assert missed == []
    assert len(cases) - len({name for name, *_ in failed}) >= CASES_NEEDED
