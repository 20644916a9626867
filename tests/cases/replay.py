"""A case as the replay engine takes it: rows of vital signs, and what is known of the patient beside them.

Heart rate, breathing, saturation and carbon dioxide are joined by straight lines to one value a minute between
neighbouring points that both have one; one that stands alone, as on a round, arrives as it is. Cuff pressure and
temperature arrive at their points only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from console.replay.context import Case, load_context
from console.replay.rows import Row
from drivers.observation import Parameter

RATES = {"hr": Parameter.HR, "rr": Parameter.RR, "spo2": Parameter.SPO2, "etco2": Parameter.ETCO2}
CHARTED = {"temp_c": Parameter.TEMP, "sbp": Parameter.NIBP_SYS, "dbp": Parameter.NIBP_DIA}
MINUTE_S, HOUR_S = 60, 3600
SLACK_MIN = 1e-6


@dataclass(frozen=True, slots=True)
class Prepared:
    """told: the case as its author wrote it; known, rows: what the console gets of it."""

    told: dict[str, Any]
    known: Case
    rows: Sequence[Row]


def prepare(cases: Iterable[dict[str, Any]]) -> list[Prepared]:
    """The cases ready for replay. Raises ReplayError for one that the context of a replay does not allow."""
    told = list(cases)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "context.json"
        path.write_text(json.dumps({case["id"]: _context(case) for case in told}), encoding="utf-8")
        context = load_context(path)
    return [Prepared(case, context.case(case["id"]), rows(case)) for case in told]


def rows(case: dict[str, Any]) -> list[Row]:
    """Rows in the order of time."""
    points, found = case["timeline"], dict[int, list[tuple[Parameter, float]]]()
    for name, parameter in RATES.items():
        for second, value in _minutes([(p["hours"] * 60, p[name]) for p in points]).items():
            found.setdefault(second, []).append((parameter, value))
    for point in points:
        values = [(parameter, float(point[name])) for name, parameter in CHARTED.items() if point[name] is not None]
        if values:
            found.setdefault(round(point["hours"] * HOUR_S), []).extend(values)
    return [Row(case["id"], float(second), values) for second, values in sorted(found.items())]


def _minutes(points: Sequence[tuple[float, float | None]]) -> dict[int, float]:
    """Second to value, from minute and value of the points."""
    found: dict[int, float] = {}
    alone = {round(minute): value for minute, value in points if value is not None}
    for (start, first), (end, second) in pairwise(points):
        if first is None or second is None:
            continue
        alone.pop(round(start), None)
        alone.pop(round(end), None)
        for minute in range(ceil(start), floor(end + SLACK_MIN) + 1):
            found[minute * MINUTE_S] = round(first + (second - first) * (minute - start) / (end - start), 2)
    return found | {minute * MINUTE_S: float(value) for minute, value in alone.items()}


def _context(case: dict[str, Any]) -> dict[str, Any]:
    usual = dict(case["baseline"]) if case["baseline"] else None
    if usual is not None and case.get("baseline_etco2"):
        usual["etco2"] = case["baseline_etco2"]
    return {
        "age": case["age"],
        "flags": case["flags"],
        "baseline": usual,
        "pump_events": None if case.get("pump_unknown") else case["pump_events"],
        "observations": case["observations"],
    }
