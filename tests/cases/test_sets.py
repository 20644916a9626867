"""The cases of the three authors never change unnoticed, and none of them has seen a rule."""

from __future__ import annotations

import ast
import json
from collections import Counter
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.cases.sets import SETS, CasesError, from_file

LABELS = {"withdrawal": 10, "overdose": 7, "mixed": 1, "other": 26}
TOLD = {
    "A": "358ef9e46892706c63e7ad1b01efa4a150d03ae80206c5690c7aca53d119c2ad",
    "B": "27a8aabc4258939f8f231ab171afdb59c995b402942d4708d10be21e30050bad",
    "C": "0c40fa0d4b9f7ea271cd172331b8143dc32707aaa55bdcaec67de276b5adfe1f",
}
"""What is told of the cases beside their courses, as a digest."""
POINTS = {"A": 6233, "B": 7479, "C": 20496}
SUMS = {
    "A": (9802, 517395, 119717, 68755, 106674, 586777, 10544),
    "B": (8609, 629690, 136465, 80210, 128669, 695040, 35721),
    "C": (10502, 1712893, 126674, 73586, 349169, 1945606, 37574),
}
CHANNELS = ("temp_c", "hr", "sbp", "dbp", "rr", "spo2", "etco2")
MIDDLE = {
    "A01": (12.8333, None, 90, None, None, 17, 97, None),
    "A18": (9.5, None, 140, None, None, 28, 97, None),
    "B01": (12.4833, None, 97, 132, 80, 18, 98, None),
    "B37": (6.3167, None, None, None, None, None, None, None),
    "C01": (12.15, 37.0, 96, None, None, 18, 97, None),
    "C37": (5.5, None, 69, None, None, 13, 94, None),
}
"""The point in the middle of a course."""


@pytest.fixture(scope="module")
def sets() -> dict[str, list[dict[str, Any]]]:
    return {letter: cases() for letter, cases in SETS.items()}


@pytest.mark.parametrize("letter", SETS)
def test_a_set_is_what_its_author_wrote(letter: str, sets: dict[str, list[dict[str, Any]]]) -> None:
    cases = sets[letter]
    assert [case["id"] for case in cases] == [f"{letter}{number:02d}" for number in range(1, 45)]
    assert Counter(case["label"] for case in cases) == LABELS
    told = json.dumps([{k: v for k, v in case.items() if k != "timeline"} for case in cases], sort_keys=True)
    assert sha256(told.encode()).hexdigest() == TOLD[letter]


@pytest.mark.parametrize("letter", SETS)
def test_courses_are_drawn_as_ever(letter: str, sets: dict[str, list[dict[str, Any]]]) -> None:
    """A value may round to its neighbour on another processor, so sums are held and not every digit."""
    points = [point for case in sets[letter] for point in case["timeline"]]
    assert len(points) == POINTS[letter]
    sums = tuple(sum(point[name] or 0 for point in points) for name in CHANNELS)
    assert sums == pytest.approx(SUMS[letter], abs=5)


@pytest.mark.parametrize("name", MIDDLE)
def test_the_middle_of_some_courses(name: str, sets: dict[str, list[dict[str, Any]]]) -> None:
    case = next(case for case in sets[name[0]] if case["id"] == name)
    point = case["timeline"][len(case["timeline"]) // 2]
    assert tuple(point.values()) == MIDDLE[name]


def test_every_course_is_a_course(sets: dict[str, list[dict[str, Any]]]) -> None:
    for case in (case for cases in sets.values() for case in cases):
        hours = [point["hours"] for point in case["timeline"]]
        assert hours[0] == 0, case["id"]
        assert all(before < after for before, after in pairwise(hours)), case["id"]
        assert 6 <= hours[-1] <= 24, case["id"]
        told = [entry["hours"] for key in ("pump_events", "observations") for entry in case[key]]
        assert all(0 <= at <= hours[-1] for at in told), case["id"]
        if case["label"] == "other":
            assert not case["pump_events"], case["id"]
            assert "pump_unknown" not in case, case["id"]
        for point in case["timeline"]:
            assert (point["sbp"] is None) == (point["dbp"] is None)


def test_only_the_mixed_cases_name_the_pattern_of_their_hour(sets: dict[str, list[dict[str, Any]]]) -> None:
    named = {c["id"]: c for cases in sets.values() for c in cases if "latest_hours_by_pattern" in c["expected"]}
    assert sorted(named) == ["A18", "B18", "C18"]
    for case in named.values():
        assert list(case["expected"]["latest_hours_by_pattern"]) == ["withdrawal"]
        assert "The hour is the one of the withdrawal." in case["why"]


def test_the_authors_see_nothing_of_the_console() -> None:
    for path in Path(__file__).parent.glob("author_*/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        own = f"tests.cases.{path.parent.name}"
        allowed = {"__future__", "collections.abc", "math", "numpy", "numpy.typing", "typing", "zlib"}
        allowed |= {"tests.cases.record", own, f"{own}.course", f"{own}.shapes"}
        assert modules <= allowed, path


class TestFromFile:
    def test_a_file_gives_its_cases(self, tmp_path: Path, sets: dict[str, list[dict[str, Any]]]) -> None:
        path = tmp_path / "cases.jsonl"
        path.write_text("\n".join(json.dumps(case) for case in sets["A"][:2]) + "\n\n", encoding="utf-8")
        assert from_file(path) == sets["A"][:2]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "no case"),
            ("{", "line 1: is not JSON"),
            ("[]", "has no 'id'"),
            ('\n{"id": "X"}', "line 2: has no 'label'"),
        ],
    )
    def test_anything_else_is_told(self, tmp_path: Path, text: str, words: str) -> None:
        path = tmp_path / "cases.jsonl"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CasesError, match=words):
            from_file(path)

    def test_a_missing_file_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(CasesError, match="cannot be read"):
            from_file(tmp_path / "none")
