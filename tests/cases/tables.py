"""What a run of the cases found, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from console.alarms.alarm import Stage
from tests.cases.score import Verdict
from tests.scenarios.tables import grid


def report(found: Sequence[Verdict], *, verbose: bool = False) -> str:
    """By set and label; the true cases; the look-alikes; every case out of range. verbose: those within it, too."""
    names = sorted({v.name[0] for v in found})
    lines = [grid([["within range", *names, "all"], *_by_label(found, names)]), "", *_true(found, names)]
    lines += ["", *_look_alikes(found, names), ""]
    lines += [f"{v.name} {v.label}: {v.title} | {v.faults()}" for v in found if not v.within]
    if verbose:
        lines += ["", *(f"{v.name} {v.label}: {v.title} | {_called(v)}" for v in found if v.within)]
    return "\n".join(lines)


def _by_label(found: Sequence[Verdict], names: Iterable[str]) -> Iterable[list[str]]:
    for label in (*dict.fromkeys(v.label for v in found), None):
        own = [v for v in found if label in (None, v.label)]
        parts = [[v for v in own if v.name[0] == name] for name in names]
        yield [label or "all", *(f"{sum(v.within for v in part)}/{len(part)}" for part in (*parts, own))]


def _true(found: Sequence[Verdict], names: Iterable[str]) -> Iterable[str]:
    rows = [["true cases", "n", "caught", "in time", "h before due, median", "least"]]
    for name in (*names, ""):
        own = [v for v in found if v.true and v.name.startswith(name)]
        ahead = [hours for v in own for hours in v.ahead.values()]
        times = [f"{median(ahead):.1f}", f"{min(ahead):.1f}"] if ahead else ["-", "-"]
        caught, in_time = sum(not v.missed for v in own), sum(v.in_time for v in own)
        rows.append([name or "all", str(len(own)), str(caught), str(in_time), *times])
    yield grid(rows)


def _look_alikes(found: Sequence[Verdict], names: Iterable[str]) -> Iterable[str]:
    own = [v for v in found if not v.true]
    counts = Counter((v.name[0], kind, v.called[kind]) for v in own for kind in v.over)
    names = list(names)
    rows = [["over-called look-alikes", *names, "all"]]
    for kind, stage in sorted({(kind, stage) for _, kind, stage in counts}, key=lambda k: (k[0], -k[1])):
        parts = [counts[name, kind, stage] for name in names]
        rows.append([f"{kind} {stage.word}", *map(str, parts), str(sum(parts))])
    totals = [sum(bool(v.over) for v in own if v.name[0] == name) for name in names]
    rows.append(["any", *map(str, totals), f"{sum(totals)} of {len(own)}"])
    yield grid(rows)


def _called(verdict: Verdict) -> str:
    words = [f"{kind} {stage.word}" for kind, stage in verdict.called.items() if stage is not Stage.NONE]
    times = [f"{kind} warning at {hours:.1f} h" for kind, hours in verdict.warned.items()]
    return "; ".join(words + times) or "nothing called"
