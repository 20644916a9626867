"""The sets of cases by the letter of their author, and sets from a file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cases import author_a, author_b, author_c
from tests.cases.record import Case

SETS = {"A": author_a.cases, "B": author_b.cases, "C": author_c.cases}


class CasesError(Exception):
    """A file of cases that cannot be used."""


def all_cases() -> list[Case]:
    """A01 to C44."""
    return [case for cases in SETS.values() for case in cases()]


def from_file(path: Path) -> list[Case]:
    """One JSON object a line, in the form of record.py. Raises CasesError with the line."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            case = json.loads(line) if line.strip() else None
        except json.JSONDecodeError as error:
            raise CasesError(f"{path}: line {number}: is not JSON: {error}") from error
        if case is None:
            continue
        needed = ("id", "label", "age", "flags", "baseline", "pump_events", "observations", "timeline", "expected")
        if missing := [key for key in needed if not isinstance(case, dict) or key not in case]:
            raise CasesError(f"{path}: line {number}: has no '{missing[0]}'")
        found.append({"title": case.get("source", ""), **case})
    if not found:
        raise CasesError(f"{path}: holds no case")
    return found
