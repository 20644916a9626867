"""Reads the alarm rules: the defaults under resources, changed by the site's own values, all range-checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from console.alarms.alarm_rules import AlarmRules
from console.alarms.detector_rules import DetectorRules, RulesError
from console.alarms.escalation import EscalationRules
from console.alarms.limits import LimitRules

DETECTORS = "detectors"
LIMITS = "limits"
ESCALATION = "escalation"


def load_rules(overrides: Mapping[str, Any] | None = None) -> AlarmRules:
    """The default rules with `overrides` laid over them.

    overrides: nested mappings, dotted keys, or both mixed, as they come from `[alarms]` of the configuration or from
    `--set`: {"withdrawal": {"hr": {"one": 115}}}, {"withdrawal.hr.one": 115}, {"limits.hr.high": 130}. A first part
    "detectors" may be left out. Raises RulesError naming the key and what is allowed.
    """
    trees = _trees(overrides or {})
    return AlarmRules(
        DetectorRules.from_mapping(trees[DETECTORS]),
        LimitRules.from_mapping(trees[LIMITS]),
        EscalationRules.from_mapping(trees[ESCALATION]),
    )


def settings(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Every threshold there is by its dotted key, with `overrides` laid over the defaults; not yet range-checked.

    Keys of the detectors stand without their first part, as in {"withdrawal.hr.one": 110, "limits.hr.high": 120}.
    Raises RulesError for a key that does not exist.
    """
    trees = _trees(overrides or {})
    return {
        leaf: value
        for tree, values in trees.items()
        for leaf, value in _flat(values, "" if tree == DETECTORS else f"{tree}.")
    }


def _trees(overrides: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The files as nested mappings, with the overrides laid over."""
    trees = {tree: _defaults(f"{tree}.toml") for tree in (DETECTORS, LIMITS, ESCALATION)}
    for key, value in _flat(overrides):
        tree, _, rest = key.partition(".")
        if tree not in trees:
            tree, rest = DETECTORS, key
        _lay(trees[tree], rest.split("."), value, key)
    return trees


def _defaults(name: str) -> dict[str, Any]:
    return tomllib.loads(files("resources").joinpath("alarms", name).read_text(encoding="utf-8"))


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Leaves of a nested mapping as dotted keys."""
    leaves: list[tuple[str, Any]] = []
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            leaves += _flat(value, f"{prefix}{key}.")
        else:
            leaves.append((f"{prefix}{key}", value))
    return leaves


def _lay(tree: dict[str, Any], path: list[str], value: Any, key: str) -> None:
    """Set one leaf that must exist already: a misspelt key would otherwise change nothing and say nothing."""
    for part in path[:-1]:
        branch = tree.get(part)
        if not isinstance(branch, dict):
            raise RulesError(f"{key}: is not a known threshold")
        tree = branch
    if path[-1] not in tree or isinstance(tree[path[-1]], dict):
        raise RulesError(f"{key}: is not a known threshold")
    tree[path[-1]] = value
