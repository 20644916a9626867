"""What the page says: values, loads, differences. Free of Qt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from console.alarms.alarm import Kind
from console.link.evaluation import FEW_DAYS, Difference, Load, Result, Shift, Threshold
from console.ui.wording import PATTERN_WORD

NO_LOGIN = (
    "There is no log-in yet: the name at the top right and the role are taken as said, and stand in the audit trail."
)
AT_NEXT_START = (
    "In force from the next start of the console: a detector changed while it runs would forget what it has judged."
)
METHOD = (
    "Stored values of admitted patients are judged again, as if nobody had answered. Left out: limits set for one "
    "patient, standby, and apnoea told by a device. 12 h before the span are run to learn usual values, not counted."
)
EMPTY = (
    "Choose the days, change a threshold on the left if you like, and press “Show what it would have done”. "
    "Both sets of thresholds then judge the ward's own stored days, side by side with plain limits and NEWS2. The "
    "ward's alarms go on untouched beside it."
)
HEADINGS = ("", "In force", "Proposed", "Time in force", "Time proposed", "Reached after")
SHIFT = {Shift.LOST: "not called", Shift.NEW: "new", Shift.LATER: "later", Shift.EARLIER: "earlier"}
LEVELS = {
    ("limits", "medium"): "Single limits",
    ("limits", "high"): "Single limits, high",
    ("news2", "5"): "NEWS2 ≥ 5",
    ("news2", "7"): "NEWS2 ≥ 7",
}


def value_text(value: Any) -> str:
    """A value as it is written in the configuration."""
    return json.dumps(value) if isinstance(value, list | bool | str) else f"{value:.10g}"


def name_text(threshold: Threshold) -> str:
    """The last part of the key."""
    return threshold.key.rpartition(".")[2]


def facts_text(threshold: Threshold) -> str:
    """What stands beside the field: in force, shipped, range."""
    words = [f"In force {value_text(threshold.in_force)}"]
    if threshold.waits:
        words.append(f"from the next start {value_text(threshold.written)}")
    words.append(f"shipped {value_text(threshold.shipped)}")
    if threshold.allowed:
        words.append(f"allowed {threshold.allowed}")
    return " · ".join(words)


def marks_text(thresholds: Sequence[Threshold]) -> str:
    """How far the site stands from what is shipped, in one line."""
    own = sum(1 for t in thresholds if t.own)
    waits = sum(1 for t in thresholds if t.waits)
    if not own and not waits:
        return "All thresholds are as shipped"
    words = f"{own} of {len(thresholds)} thresholds differ from the shipped value" if own else "As shipped"
    return f"{words} · {waits} in force only from the next start" if waits else words


def level_text(load: Load) -> str:
    """The row of a load."""
    return LEVELS.get((load.kind, load.level)) or f"{PATTERN_WORD[Kind(load.kind)]} {_stage(load.level)}"


def _stage(level: str) -> str:
    return level if level == "emergency" else f"≥ {level}"


def load_cells(load: Load, result: Result) -> tuple[str, ...]:
    """One row of the table, in the order of HEADINGS."""
    return (
        level_text(load),
        _rate(load.present, result),
        _rate(load.proposed, result),
        _share(load.present_s, result),
        _share(load.proposed_s, result),
        _reached(load),
    )


def _rate(count: int, result: Result) -> str:
    if not result.patient_days:
        return "–"
    return f"{count / result.patient_days:.2f}  ({count})"


def _share(seconds: float, result: Result) -> str:
    return f"{100 * seconds / (result.patient_days * 86400):.1f} %" if result.patient_days else "–"


def _reached(load: Load) -> str:
    """Median minutes from the beginning of the pattern; at watch there is nothing to tell."""
    if load.kind not in set(Kind) or load.level == "watch":
        return ""
    return f"{_minutes(load.present_to_stage_s)} | {_minutes(load.proposed_to_stage_s)} min"


def _minutes(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds / 60:.0f}"


def head_text(result: Result, beds: Sequence[str], zone: ZoneInfo) -> str:
    """What was looked at."""
    where = ", ".join(beds) if beds else "all beds"
    people = f"{result.patients} patient{'' if result.patients == 1 else 's'}"
    return f"{result.patient_days:.1f} patient-days, {people}, {where} · {at_text(result.start, zone)} to " + at_text(
        result.end, zone
    )


def at_text(at: datetime, zone: ZoneInfo) -> str:
    """A time of the ward."""
    return f"{at.astimezone(zone):%d %b %H:%M}"


def few_text(result: Result) -> str:
    """Why the figures must not be trusted, "" when they may."""
    if not result.values:
        return "No vital signs of an admitted patient are stored for these days: nothing can be said."
    if not result.few:
        return ""
    least = 3 / result.patient_days
    return (
        f"{result.patient_days:.1f} patient-days: too few to judge a rate. Not one episode in so little time does not "
        f"rule out {least:.1f} a day; {FEW_DAYS:g} patient-days at least are needed."
    )


def costs_text(result: Result) -> str:
    """The plain warning, "" when there is nothing to warn of."""
    costs = [d for d in result.differences if d.costs]
    words = []
    if costs:
        lost = sum(1 for d in costs if d.shift is Shift.LOST)
        late = len(costs) - lost
        parts = [f"{lost} would not have been called" if lost else "", f"{late} would have come later" if late else ""]
        words.append(f"Alarms people acted on: {' and '.join(p for p in parts if p)}. They lead the list of episodes.")
    if result.acted_elsewhere:
        words.append(
            f"{result.acted_elsewhere} more that people acted on are not raised again by the thresholds in force: "
            "values or thresholds of that time were others."
        )
    return " ".join(words)


def difference_cells(one: Difference, zone: ZoneInfo) -> tuple[str, ...]:
    """One row of the list of episodes."""
    shift = SHIFT[one.shift]
    if one.shift in (Shift.LATER, Shift.EARLIER):
        shift = f"{one.minutes:.0f} min {shift}"
    return (
        shift,
        one.bed,
        one.patient,
        f"{PATTERN_WORD[one.kind]}, {one.stage.word}",
        at_text(one.at, zone),
        one.acted_on or "–",
    )
