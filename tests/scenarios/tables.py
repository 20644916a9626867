"""The figures of a run, as rows and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

import numpy as np

from tests.scenarios.evaluate import SIGNALS, Outcome, Signal
from tests.scenarios.groups import GRADUAL_H, GROUPS

DAY_MIN = 1440.0
AHEAD_MIN = 30.0


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Crisis groups and calm time, each by group and pooled."""
    crises = [o for o in outcomes if o.group.crisis]
    pools: dict[str, list[Outcome]] = {
        group.name: [o for o in crises if o.group is group] for group in GROUPS if group.crisis
    }
    for pattern in ("withdrawal", "overdose"):
        pools[f"ALL {pattern}"] = [o for o in crises if o.group.crisis == pattern]
    pools["ALL gradual withdrawal"] = [o for o in pools["ALL withdrawal"] if o.gradual_h >= GRADUAL_H]
    calm = {group.name: [o for o in outcomes if o.group is group] for group in GROUPS if not group.crisis}
    calm["before a crisis"] = crises
    calm["ALL stable"] = [o for o in outcomes if o.group.name.startswith("stable")]
    calm["ALL"] = list(outcomes)
    return {
        "crisis": {name: _crisis(own) for name, own in pools.items() if own},
        "calm": {name: _calm(own) for name, own in calm.items() if own},
    }


def _crisis(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    pattern = outcomes[0].group.crisis
    other = "overdose" if pattern == "withdrawal" else "withdrawal"
    own = {signal: [o.reached(signal) for o in outcomes] for signal in SIGNALS if signal[0] != other}
    warned = own[pattern, "warning"]
    return {
        "patients": len(outcomes),
        **{" ".join(signal).removeprefix(f"{pattern} "): _leads(leads) for signal, leads in own.items()},
        "warned_30_min_ahead": round(
            sum(1 for lead in warned if lead is not None and lead >= AHEAD_MIN) / len(warned), 3
        ),
        "other_pattern_warning": round(sum(_during(o, (other, "warning")) for o in outcomes) / len(outcomes), 3),
    }


def _leads(leads: Sequence[float | None]) -> dict[str, Any]:
    """sensitivity: reached within 90 min after the emergency of the truth; in_time: by then. Minutes of lead of those
    reached: middle one and tenth percentile."""
    found = [lead for lead in leads if lead is not None]
    return {
        "sensitivity": round(len(found) / len(leads), 3),
        "in_time": round(sum(1 for lead in found if lead >= 0) / len(leads), 3),
        "lead_min": round(median(found), 1) if found else None,
        "lead_min_p10": round(float(np.percentile(found, 10)), 1) if found else None,
    }


def _during(outcome: Outcome, signal: Signal) -> bool:
    return outcome.onset is not None and any(start >= outcome.onset for start, _ in outcome.spans[signal])


def _calm(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    minutes = sum(o.calm for o in outcomes)
    days = minutes / DAY_MIN
    per_day = {" ".join(s): round(sum(o.false(s) for o in outcomes) / days, 3) for s in SIGNALS}
    watch = {
        f"{pattern}_watch_share": round(sum(o.calm_share((pattern, "watch")) for o in outcomes) / minutes, 4)
        for pattern in ("withdrawal", "overdose")
    }
    return {"patients": len(outcomes), "patient_days": round(days, 2), **per_day, **watch}


def text(result: dict[str, Any]) -> str:
    """Both tables."""
    return "\n".join(
        [
            "Crises. %: patients in whom it was reached up to 90 min after the emergency of the truth (by then). lead:",
            "minutes before it, median (tenth percentile) of those reached. ahead: % warned 30 min before. other: % in",
            "whom the other pattern warned. Limits and NEWS2 on the same rows: they also call by chance, see below.",
            grid(_crisis_lines(result["crisis"])),
            "",
            "Calm time: false alarms per patient-day (rises to the stage or above), share of time at watch or above.",
            grid(_calm_lines(result["calm"])),
        ]
    )


def _crisis_lines(groups: dict[str, Any]) -> Iterable[list[str]]:
    signals = ("watch", "warning", "emergency", "limits medium", "limits high", "news2 5", "news2 7")
    yield ["group", "n", *(word for name in signals for word in (f"{name} %", "lead")), "ahead", "other"]
    for name, row in groups.items():
        line = [name, str(row["patients"])]
        for signal in signals:
            own = row[signal]
            line.append(f"{own['sensitivity']:.0%} ({own['in_time']:.0%})".replace("%", ""))
            line.append("-" if own["lead_min"] is None else f"{own['lead_min']:.0f} ({own['lead_min_p10']:.0f})")
        yield [*line, f"{100 * row['warned_30_min_ahead']:.0f}", f"{100 * row['other_pattern_warning']:.0f}"]


def _calm_lines(groups: dict[str, Any]) -> Iterable[list[str]]:
    short = {"withdrawal": "W", "overdose": "O", "limits": "limits", "news2": "NEWS2"}
    yield ["group", "days", *(f"{short[kind]} {level}" for kind, level in SIGNALS), "W watch time", "O watch time"]
    for name, row in groups.items():
        rates = [f"{row[' '.join(signal)]:.2f}" for signal in SIGNALS]
        shares = [f"{100 * row[f'{pattern}_watch_share']:.1f} %" for pattern in ("withdrawal", "overdose")]
        yield [name, f"{row['patient_days']:.1f}", *rates, *shares]


def grid(lines: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need."""
    table = list(lines)
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in table)
