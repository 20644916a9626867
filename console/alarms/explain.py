"""A detector's own account of itself: what it scores, why, and what it cannot see. Shown in the why panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.alarms.alarm import Condition, Kind, Stage
from console.alarms.recovery import Recovery


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the why panel. channel as in Reason.channel; now and baseline in display units, None if missing.

    change: "+64", "+44 %". points 0-3. fresh False: the value stands but is stale or excluded, `note` says why.
    """

    channel: str
    label: str
    now: float | None
    baseline: float | None
    change: str
    points: int
    fresh: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class PatternView:
    """One detector at one bed as it stands.

    points of max_points; core: the vital-sign criteria, findings: what nurses charted, context: the open windows.
    rules: names of the stage rules now true ("W1", "E2"). degraded: what cannot be watched, "" when it can.
    sampling: how often staff are advised to measure, "" when nothing asks for it. held: nothing fresh speaks for or
    against the stage since `refreshed_at`. waits: what keeps a true
    rule from its stage, "" when nothing does. recovery: of detector W, the time after a repair that the charts shade.
    """

    kind: Kind
    stage: Stage
    since: datetime | None
    points: int
    max_points: int
    core: tuple[Criterion, ...] = ()
    findings: tuple[Criterion, ...] = ()
    context: tuple[Criterion, ...] = ()
    window_weight: int = 0
    rules: tuple[str, ...] = ()
    steps_down: str = ""
    excluded: tuple[str, ...] = ()
    could_be: str = ""
    degraded: str = ""
    sampling: str = ""
    held: bool = False
    started: bool = False
    history: tuple[tuple[datetime, Stage], ...] = ()
    refreshed_at: datetime | None = None
    waits: str = ""
    recovery: Recovery | None = None


def told(condition: Condition) -> str:
    """The whole of an alarm in sentences: what is seen, why, what else it could be, and what to do."""
    sentences = (condition.text.upper() if condition.kind.is_pattern else condition.text, condition.detail)
    begun = " ".join(f"{s[0].upper()}{s[1:].rstrip('.')}." for s in sentences if s)
    return f"{begun} {condition.advice}".rstrip()
