"""The form of a case, the same for all authors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Case = dict[str, Any]
Stages = tuple[str, str]
"""The least and the highest stage a careful physician would accept."""


def record(
    *,
    name: str,
    label: str,
    title: str,
    age: int,
    flags: Sequence[str],
    baseline: dict[str, float] | None,
    baseline_etco2: float | None,
    unknown: bool,
    events: Iterable[tuple[Any, ...]],
    observations: Iterable[tuple[float, str]],
    timeline: list[dict[str, Any]],
    withdrawal: Stages,
    overdose: Stages,
    latest: float | dict[str, float] | None,
    why: str,
) -> Case:
    """One case. label: withdrawal, overdose, mixed or other; baseline: usual values that are charted; unknown: nobody
    knows the state of the pump; events: hours, event and perhaps percent; latest: hour by which a warning is due, of
    the one pattern or by pattern."""
    made: Case = {
        "id": name,
        "label": label,
        "title": title,
        "provenance": "synthetic",
        "age": age,
        "flags": list(flags),
        "baseline": baseline,
    }
    if baseline_etco2 is not None:
        made["baseline_etco2"] = baseline_etco2
    if unknown:
        made["pump_unknown"] = True
    made["pump_events"] = [{"hours": e[0], "event": e[1], **({"percent": e[2]} if len(e) > 2 else {})} for e in events]
    made["observations"] = [{"hours": hours, "code": code} for hours, code in observations]
    made["timeline"] = timeline
    stages = {"withdrawal": withdrawal, "overdose": overdose}
    made["expected"] = {pattern: {"min": least, "max": most} for pattern, (least, most) in stages.items()}
    if isinstance(latest, dict):
        made["expected"]["latest_hours_by_pattern"] = latest
    elif latest is not None:
        made["expected"]["latest_hours_to_warning"] = latest
    made["why"] = why
    return made
