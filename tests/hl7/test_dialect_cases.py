"""Messages of every dialect, with what a careful person expects of each, written before the reader had seen them.

The cases are `dialect_cases/*.toml`, one file a dialect; the people in them are invented. A value is told as
`parameter value [time] [~]`: `~` where a unit is converted and the last digit is not told, `-` for no time of its own.
Times without a zone are of the feed's, which is one hour ahead of UTC. `feed`: judged as a feed does, which charts
nothing without a place.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.commands.hl7 import decode_message
from hl7.held import HeldPatients
from hl7.observations import ObservationReader
from hl7.reader import read_message

ZONE = ZoneInfo("Europe/Berlin")
CASES = Path(__file__).parent / "dialect_cases"
LINE_ENDS = {"cr": "\r", "lf": "\n", "crlf": "\r\n"}


def _cases() -> dict[str, dict[str, dict[str, Any]]]:
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(CASES.glob("*.toml"))}
    named = {name: {"dialect": file["dialect"]} if "dialect" in file else {} for name, file in files.items()}
    return {name: {case["name"]: named[name] | case for case in file["message"]} for name, file in files.items()}


ALL = _cases()
EACH = [pytest.param(dialect, name, id=f"{dialect}: {name}") for dialect, file in ALL.items() for name in file]


def message_bytes(case: dict[str, Any]) -> bytes:
    text = case["text"].replace("\n", LINE_ENDS[case.get("lines", "cr")])
    return bytes(text.encode(case.get("encoding", "ascii" if text.isascii() else "utf-8")))


def decoded(dialect: str, name: str) -> dict[str, Any]:
    """What the reader says of a case, after the messages that came before it on the same connection."""
    case, held = ALL[dialect][name], partial(HeldPatients().of, 1)
    for before in case.get("after", ()):
        decode_message(message_bytes(ALL[dialect][before]), ZONE, held)
    seen = decode_message(message_bytes(case), ZONE, held)
    if case.get("feed"):
        message = read_message(message_bytes(case))
        reading = ObservationReader(ZONE).read(message, datetime.now(UTC), held(message))
        seen["observations"] = reading.observations
        seen["quarantined"] = [{"code": item.code, "reason": item.reason} for item in reading.quarantined]
    return seen


def _fits(told: str, seen: dict[str, Any]) -> bool:
    parameter, value, *rest = told.split()
    near = "~" in rest
    times = [word for word in rest if word != "~"]
    if parameter != seen["parameter"] or not math.isclose(float(value), seen["value"], abs_tol=0.06 if near else 1e-9):
        return False
    if not times:
        return True
    if times == ["-"] or seen["time"] is None:
        return times == ["-"] and seen["time"] is None
    return datetime.fromisoformat(times[0]) == datetime.fromisoformat(seen["time"])


def _charted_wrongly(case: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    found, rest = [], list(seen["observations"])
    for told in case.get("charted", case.get("charted_at_least", ())):
        match = next((item for item in rest if _fits(told, item)), None)
        if match is None:
            found.append(f"lost: {told}")
        else:
            rest.remove(match)
    if "charted" in case:
        found += [f"charted although it must not be: {item}" for item in rest]
    found += [f"never {name}" for name in case.get("never", ()) for item in rest if item["parameter"] == name]
    values = [item["value"] for item in seen["observations"]]
    return found + [f"never {value}" for value in case.get("never_value", ()) if value in values]


def mismatches(dialect: str, name: str) -> list[str]:
    """Where the reader differs from what was expected; the first kind is the dangerous one."""
    case, seen = ALL[dialect][name], decoded(dialect, name)
    found = _charted_wrongly(case, seen)
    missing = Counter(case.get("unavailable", ())) - Counter(item["parameter"] for item in seen["unavailable"])
    found += [f"no value, and nobody is told: {parameter}" for parameter in missing]
    aside = {item["code"] for item in seen["quarantined"]}
    found += [f"not put aside where an engineer sees it: {code}" for code in case.get("aside", ()) if code not in aside]
    for key in ("patient", "location"):
        if key in case and seen[{"patient": "patient_id"}.get(key, key)] != case[key]:
            found.append(f"{key} {case[key]!r}, read {seen[{'patient': 'patient_id'}.get(key, key)]!r}")
    for key in ("ack", "dialect", "heartbeat"):
        if key in case and seen[key] != case[key]:
            found.append(f"{key} {case[key]!r}, read {seen[key]!r}")
    if "alerts" in case:
        found += _alerts(case["alerts"], seen["alerts"])
    return found


def _alerts(expected: list[str], alerts: list[dict[str, Any]]) -> list[str]:
    seen = [f"{alert['priority']} {alert['phase'] or '-'}" for alert in alerts]
    if len(expected) != len(seen):
        return [f"alerts {expected}, read {seen}"]
    pairs = [(told.split(), item.split()) for told, item in zip(expected, seen, strict=True)]
    right = all(all(a in ("*", b) for a, b in zip(told, item, strict=False)) for told, item in pairs)
    return [] if right else [f"alerts {expected}, read {seen}"]


@pytest.mark.parametrize(("dialect", "name"), EACH)
def test_a_message_says_what_a_careful_person_expects(dialect: str, name: str) -> None:
    assert mismatches(dialect, name) == []


def test_every_dialect_has_six_messages_or_more() -> None:
    assert len(ALL) >= 15
    assert all(len(file) >= 6 for file in ALL.values())


@pytest.mark.parametrize(("dialect", "name"), EACH)
def test_every_row_ends_in_one_place(dialect: str, name: str) -> None:
    seen = decoded(dialect, name)
    rows = ALL[dialect][name]["text"].count("\nOBX")
    if seen["alerts"] or seen["heartbeat"]:
        return  # the rows of an alert are no values
    # A sentinel of a charted parameter is told twice: the number is put aside, "no value" is news.
    sentinels = sum(item["reason"] == "sentinel" for item in seen["quarantined"])
    once = len(seen["observations"]) + len(seen["quarantined"]) + seen["skipped"]
    assert once <= rows <= once + len(seen["unavailable"]) <= rows + sentinels
