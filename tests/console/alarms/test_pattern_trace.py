"""Every rule of the detector specification is traced to the code that judges it and the tests that hold it.

trace.csv: section of the specification, the rule in short, module:attribute, test node ids parted by a blank.
"""

from __future__ import annotations

import ast
import csv
import importlib
import re
from functools import cache
from operator import attrgetter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SECTIONS = {"1", "1.1", "1.2", "2", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "4.4", "5", "6", "7"}
"""Sections that hold rules; 8 holds targets and 9 weaknesses. The rows of 3 and 4 stand in their subsections."""


def rows() -> list[dict[str, str]]:
    with (HERE / "trace.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def names_of(path: str) -> frozenset[str]:
    """Names of the tests of a file, those of classes as Class::name."""
    found: set[str] = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return frozenset(found)


def test_every_rule_names_code_that_exists() -> None:
    for row in rows():
        module, _, attribute = row["module"].partition(":")
        assert attrgetter(attribute)(importlib.import_module(module)) is not None, row


def test_every_rule_names_tests_that_exist() -> None:
    missing = []
    for row in rows():
        nodes = row["tests"].split()
        assert nodes, row
        for node in nodes:
            path, _, name = node.partition("::")
            if name.rpartition("::")[2][:5] != "test_" or name not in names_of(path):
                missing.append(node)
    assert missing == []


def test_no_rule_is_traced_twice_and_no_section_without_rules() -> None:
    keys = [(row["section"], row["rule"]) for row in rows()]
    assert len(keys) == len(set(keys))
    assert {section for section, _ in keys} == SECTIONS


def test_every_stage_rule_by_name_is_traced() -> None:
    """A stage rule added to a detector needs its row."""
    names: set[str] = set()
    for module in ("withdrawal", "overdose"):
        source = (ROOT / "console" / "alarms" / f"{module}.py").read_text(encoding="utf-8")
        names |= set(re.findall(r'met\.append\("([^"]+)"\)', source))
    traced = {row["rule"].removeprefix("stage rule ") for row in rows() if row["rule"].startswith("stage rule ")}
    assert traced == names


@pytest.mark.reference
def test_the_sections_are_those_of_the_specification(reference: Path) -> None:
    text = (reference / "clinical" / "detectors.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", text, re.MULTILINE))
    assert headings - {"3", "4", "8", "9"} == SECTIONS
