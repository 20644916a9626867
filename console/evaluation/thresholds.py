"""Every threshold with its values, its range and the remark beside it, and values proposed by a person, checked."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from console.alarms.detector_rules import DetectorRules, RulesError
from console.alarms.limits import LimitRules, ParameterLimits
from console.link.evaluation import Checked, Threshold
from console.replay.changes import changed_rules
from console.rules import DETECTORS, LIMITS, load_rules, settings

LIMIT_NAMES = ("very_low", "low", "high", "very_high", "delay_s", "deadband", "systolic_rise")
"""Keys of the single limits that decide what alarms; the others bound what a nurse may set."""

FIRST = ("withdrawal", "overdose", LIMITS)
"""What is changed most stands at the top."""

_HEADER = re.compile(r"^\[([\w.]+)\]\s*(?:#\s*(.*))?$")
_KEY = re.compile(r"^([\w]+)\s*=")
_SOURCE = re.compile(r"^# \[(\w)\]\s+([^:;,.]+)", re.MULTILINE)
"""A source by its letter, as the head of limits.toml explains it; its name alone is told."""
_REMARK = re.compile(r"""^(?:[^"'#]|"[^"]*"|'[^']*')*#\s*(.*)$""")


def thresholds(in_force: Mapping[str, Any], written: Mapping[str, Any]) -> tuple[Threshold, ...]:
    """Every threshold that decides what alarms: both detectors and the single limits first, each in the order of its
    file, then what the detectors share. in_force, written: overrides of the configuration, as the alarms run with them
    and as the file says. Raises RulesError."""
    shipped, running, next_start = settings(), settings(in_force), settings(written)
    rules, remarks = load_rules(), _remarks()
    listed = (
        Threshold(key, value, running[key], next_start[key], _allowed(key, rules.limits), _remark(key, remarks))
        for key, value in shipped.items()
        if _decides(key)
    )
    return tuple(sorted(listed, key=lambda one: _rank(one.key.partition(".")[0])))


def _rank(tree: str) -> int:
    return FIRST.index(tree) if tree in FIRST else len(FIRST)


def overrides(values: Mapping[str, Any]) -> dict[str, Any]:
    """How `values` have to be written: None for one that is shipped, which needs no place in the configuration."""
    shipped = settings()
    return {key: None if value == shipped[key] else value for key, value in values.items()}


def check(texts: Mapping[str, str], written: Mapping[str, Any]) -> Checked:
    """Read and check proposed values; the sentences are those of the configuration."""
    standing = settings(written)
    changes: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key, text in texts.items():
        try:
            _, (change,) = changed_rules(standing, [f"{key}={text}"])
        except RulesError as error:
            faults[key] = _sentence(error, key)
            continue
        if change.after != change.before:
            changes[key] = change.after
    if len(texts) < 2:
        return Checked(changes, faults)
    # Two values may only be right together, as when a band is moved past its neighbour, or only alone.
    try:
        _, all_of_them = changed_rules(standing, [f"{key}={text}" for key, text in texts.items()])
    except RulesError as error:
        return Checked(changes, faults or {"": _sentence(error, "")})
    return Checked({c.key: c.after for c in all_of_them if c.after != c.before}, {})


def _sentence(error: RulesError, key: str) -> str:
    text = str(error).removeprefix("--set ")
    for own in (f"{key}: ", f"{key.rpartition('.')[0]}: "):
        text = text.removeprefix(own)
    return f"{text[0].upper()}{text[1:]}."


def _decides(key: str) -> bool:
    tree, _, rest = key.partition(".")
    if tree == "escalation":
        return False
    return tree != LIMITS or rest.rpartition(".")[2] in LIMIT_NAMES


# --- ranges ----------------------------------------------------------------------------------------------------------


def _allowed(key: str, limits: LimitRules) -> str:
    """The range in words, "" where the value has none of its own."""
    tree, _, rest = key.partition(".")
    if tree != LIMITS:
        return _range(DetectorRules, key.split("."))
    parameter, _, name = rest.partition(".")
    if name == "systolic_rise":
        return "20 to 60"
    if name in ("delay_s", "deadband"):
        return _range(ParameterLimits, [name])
    lowest, highest = next(rule.settable for p, rule in limits.parameters.items() if p == parameter)
    return f"{lowest:g} to {highest:g}"


def _range(model: type[BaseModel], path: list[str]) -> str:
    found: Any = model
    for part in path:
        if not (isinstance(found, type) and issubclass(found, BaseModel)):
            args = get_args(found)
            found = args[1] if get_origin(found) is dict else None
            if found is None:
                return ""
            continue
        info = found.model_fields.get(part)
        if info is None:
            return ""
        if part == path[-1]:
            return _words(info)
        found = info.annotation
    return ""


def _words(info: FieldInfo) -> str:
    low = next((f"{m.ge:g}" for m in info.metadata if isinstance(m, Ge) and isinstance(m.ge, int | float)), "")
    high = next((f"{m.le:g}" for m in info.metadata if isinstance(m, Le) and isinstance(m.le, int | float)), "")
    above = next((f"{m.gt:g}" for m in info.metadata if isinstance(m, Gt) and isinstance(m.gt, int | float)), "")
    below = next((f"{m.lt:g}" for m in info.metadata if isinstance(m, Lt) and isinstance(m.lt, int | float)), "")
    if low and high:
        return f"{low} to {high}"
    ends = [f"above {above}" if above else f"at least {low}" if low else "", f"below {below}" if below else ""]
    ends.append(f"at most {high}" if high else "")
    words = ", ".join(end for end in ends if end)
    return words or ("true or false" if _plain(info.annotation) is bool else "")


def _plain(annotation: Any) -> Any:
    """The type without None."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(kind for kind in get_args(annotation) if kind is not type(None))
    return annotation


# --- remarks ---------------------------------------------------------------------------------------------------------


def _remark(key: str, remarks: Mapping[str, str]) -> str:
    """The remark of the key, else that of the table it stands in."""
    while key:
        if remarks.get(key):
            return remarks[key]
        key = key.rpartition(".")[0]
    return ""


@cache
def _remarks() -> dict[str, str]:
    """Remarks by key and by table. A remark stands behind its value, or on the lines directly above it."""
    found: dict[str, str] = {}
    for tree in (DETECTORS, LIMITS):
        text = files("resources").joinpath("alarms", f"{tree}.toml").read_text(encoding="utf-8")
        sources = {sign: words.strip(" .") for sign, words in _SOURCE.findall(text)}
        for key, remark in _remarks_of(text, "" if tree == DETECTORS else f"{LIMITS}."):
            found[key] = " ".join(sources.get(word.strip("[],"), word) for word in remark.split())
    return found


def _remarks_of(text: str, prefix: str) -> Iterator[tuple[str, str]]:
    table, above = "", ""
    for line in text.splitlines():
        plain = line.strip()
        if plain.startswith("#"):
            words = plain.lstrip("# ").strip()
            above = "" if words.startswith("---") else f"{above} {words}".strip()
            continue
        header, key = _HEADER.match(plain), _KEY.match(plain)
        behind = _REMARK.match(plain)
        remark = (behind[1].strip() if behind else "") or above
        if header is not None:
            table = f"{prefix}{header[1]}"
            yield table, header[2].strip() if header[2] else ""
        elif key is not None:
            yield (f"{table}.{key[1]}" if table else f"{prefix}{key[1]}"), remark
        if plain:
            above = "" if key is not None or header is not None else above
        else:
            above = ""
