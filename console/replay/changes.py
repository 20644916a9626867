"""Thresholds changed for one run by `--set KEY=VALUE`: found, checked like the configuration, and told afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Any

from console.alarms.alarm_rules import AlarmRules
from console.alarms.detector_rules import RulesError
from console.rules import DETECTORS, load_rules, settings

NEAR = 3
"""Known keys named beside one that is not known."""


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """One threshold of this run. before: what would have stood without the change."""

    key: str
    before: Any
    after: Any


def changed_rules(overrides: Mapping[str, Any], words: Iterable[str]) -> tuple[AlarmRules, list[ThresholdChange]]:
    """The rules of `overrides` with the KEY=VALUE `words` laid over them, and what they changed, by key.

    A key given twice keeps its last value. Raises RulesError: no such key (with near ones), another type than the
    threshold has, or outside what the configuration allows.
    """
    standing = settings(overrides)
    changes: dict[str, ThresholdChange] = {}
    for word in words:
        key, value = _parsed(word)
        key = key.removeprefix(f"{DETECTORS}.")
        if key not in standing:
            raise RulesError(f"--set {key}: is not a known threshold{_near(key, standing)}")
        if not _same_type(standing[key], value):
            raise RulesError(f"--set {key}: {value!r} is not {_type_words(standing[key])}")
        changes[key] = ThresholdChange(key, standing[key], value)
    values = {key: change.after for key, change in changes.items()}
    return load_rules(standing | values), list(changes.values())


def _parsed(word: str) -> tuple[str, Any]:
    """Key and value; a value is written as in TOML."""
    key, equals, text = word.partition("=")
    key = key.strip()
    if not equals or not key:
        raise RulesError(f"--set {word}: must be KEY=VALUE")
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        parsed = {}
    if set(parsed) != {"value"}:
        raise RulesError(f"--set {key}: {text!r} is not a value; write a number, true or false, or a list [a, b]")
    return key, parsed["value"]


def _near(key: str, standing: Mapping[str, Any]) -> str:
    """Thresholds below it, else keys written much like it, else thresholds of the same last name."""
    near = [known for known in standing if known.startswith(f"{key}.")][:NEAR]
    near = near or get_close_matches(key, standing, NEAR)
    near = near or [known for known in standing if known.endswith(f".{key}")][:NEAR]
    return f"; near ones are {', '.join(near)}" if near else ""


def _same_type(before: Any, after: Any) -> bool:
    """Whether 5 may become 5.5 is left to the range check."""
    if isinstance(before, bool) or isinstance(after, bool):
        return isinstance(before, bool) and isinstance(after, bool)
    if isinstance(before, int | float):
        return isinstance(after, int | float) and isfinite(after)
    if isinstance(before, list):
        return isinstance(after, list)
    return isinstance(after, type(before))


def _type_words(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"a number such as {value}"
    return f"a list such as {value}" if isinstance(value, list) else f"a text such as {value!r}"
