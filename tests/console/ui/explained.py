"""A bed whose emergency was watched from the first rise: alarm with accounts, and the views of both detectors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from console.alarms.alarm import STAGE_PRIORITY, Alarm, Condition, Kind, Reason, Stage
from console.alarms.explain import Criterion
from console.link.snapshot import BedSnapshot
from console.ward.pump import PumpState
from tests.console.ui import fakes as f
from tests.console.ui.ward_states import HIGH_SIGNS

ADVICE = (
    "Possible withdrawal of intrathecal baclofen; sepsis, neuroleptic malignant syndrome, autonomic dysreflexia, "
    "serotonin syndrome, pain or exertion also fit. Check pump; call ITB physician per local plan."
)
PUMP = Reason("pump", "Motor stall 14 h ago", note="window of weight 3")


def reason(channel: str, label: str, value: float, usual: float, points: int, fresh: bool = True) -> Reason:
    """A vital sign as the detector tells it."""
    shown = f"{value:.1f}" if channel == "temp" else f"{value:.0f}"
    change = f"{value - usual:+.1f}" if channel == "temp" else f"{(value - usual) * 100 / usual:+.0f} %"
    return Reason(channel, f"{label} {shown} ({change})", value, usual, points, "usual value charted", fresh)


def condition(stage: Stage, hr: float, temp: float, rr: float, bp: float, itch: bool = False) -> Condition:
    """A withdrawal condition from four values."""
    scored = [
        reason("temp", "T", temp, 36.8, 3 if temp >= 38.9 else 1 if temp >= 37.6 else 0),
        reason("hr", "HR", hr, 78, 3 if hr >= 130 else 2 if hr >= 110 else 1),
        reason("bp_high", "BP", bp, 124, 2 if bp >= 165 else 0),
        reason("rr", "RR", rr, 15, 2 if rr >= 27 else 0),
    ]
    found = [r for r in scored if r.points]
    charted = [Reason("finding", "Itch without rash", points=2)] if itch else []
    rules = [Reason("rule", name) for name in {Stage.WATCH: ("c",), Stage.WARNING: ("W1",)}.get(stage, ("E1", "E2"))]
    return Condition(
        "withdrawal",
        Kind.WITHDRAWAL,
        STAGE_PRIORITY[stage],
        f"Autonomic pattern – {stage.word}",
        stage,
        ", ".join(r.text for r in found) + ". Pump: motor stall 14 h ago",
        ADVICE,
        HIGH_SIGNS,
        sum(r.points for r in (*found, *charted)),
        (*found, *charted, PUMP, *rules),
        against=tuple(r for r in scored if not r.points),
    )


def risen(now: Condition | None = None, bed: str = "07") -> Alarm:
    """An emergency that began as a watch an hour before, with what was known at each of its three rises."""
    rises = (
        (3700.0, condition(Stage.WATCH, 98, 37.2, 18, 131)),
        (1900.0, condition(Stage.WARNING, 118, 38.0, 23, 148)),
        (112.0, condition(Stage.EMERGENCY, 132, 38.9, 28, 166)),
    )
    alarm = f.pattern_alarm(stage=Stage.EMERGENCY, age=112, parameters=HIGH_SIGNS, bed=bed)
    for age, found in rises:
        alarm = replace(alarm, condition=found).with_account(f.utc(age))
    latest = now or condition(Stage.EMERGENCY, 142, 39.4, 31, 178, itch=True)
    return replace(alarm, condition=latest, raised_at=f.utc(3700))


def explained_bed(alarm: Alarm | None = None, bed: str = "07") -> BedSnapshot:
    """The bed of `risen`, with the detectors' views."""
    told = alarm or risen(bed=bed)
    now: datetime | None = told.condition.refreshed_at
    rows = [r for r in (*told.condition.reasons, *told.condition.against) if r.value is not None]
    core = tuple(
        Criterion(r.channel, r.text.split()[0], r.value, r.baseline, "", r.points, r.fresh, r.note) for r in rows
    )
    view = f.pattern_view(
        Kind.WITHDRAWAL,
        told.condition.stage,
        told.condition.points,
        findings=(Criterion("finding", "Itch without rash", None, None, "", 2, True, "40 min ago"),),
        context=(Criterion("pump", "Motor stall", None, None, "", 3, True, "14 h ago"),),
        rules=("E1", "E2"),
        steps_down="not while a rule of this stage is true; then after 15 min without",
        held=told.condition.held,
        refreshed_at=now,
        could_be=ADVICE,
        history=tuple((a.at, a.condition.stage) for a in told.accounts),
    )
    return f.bed(
        bed,
        name="Test Gale",
        pump=f.pump(PumpState.STOPPED, "Motor stall", 14),
        readings=f.readings(142, 94, 31, (178, 104), 39.4, 29),
        alarms=(told,),
        patterns=(replace(view, core=core), f.pattern_view(Kind.OVERDOSE)),
    )
