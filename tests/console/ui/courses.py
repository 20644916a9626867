"""Two invented courses of three days, as a store would give them: withdrawal after a motor stall, overdose after a
refill. The numbers belong to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from console.alarms.alarm import Change, Kind, Stage, Transition
from console.alarms.explain import Criterion, PatternView
from console.link.snapshot import BedSnapshot
from console.store.records import Series, Trend
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Baseline, Patient
from console.ward.pump import PumpState, PumpSummary
from drivers.observation import Parameter
from tests.console.ui import fakes
from tests.console.ui.fakes import NOW, utc

P = Parameter
HOUR = 3600.0

Keys = Sequence[tuple[float, float]]

WITHDRAWAL: dict[Parameter, tuple[Keys, float]] = {
    P.HR: (((-72, 74), (-40, 76), (-31, 76), (-24, 82), (-12, 92), (-4, 112), (-1.7, 124), (0, 138)), 2.5),
    P.RR: (((-72, 15), (-24, 16), (-9, 19), (-5, 22), (-1.5, 28), (0, 32)), 1.2),
    P.TEMP: (((-72, 36.8), (-24, 36.9), (-10, 37.5), (-3, 38.4), (0, 39.4)), 0.03),
    P.SPO2: (((-72, 97), (-8, 96), (-3, 95), (0, 94)), 0.4),
    P.ETCO2: (((-72, 37), (-8, 35), (-3, 32), (0, 29)), 0.9),
    P.NIBP_SYS: (((-72, 124), (-24, 128), (-8, 146), (-4, 156), (0, 178)), 5.0),
    P.NIBP_DIA: (((-72, 74), (-24, 76), (-8, 86), (-4, 92), (0, 104)), 3.0),
}
OVERDOSE: dict[Parameter, tuple[Keys, float]] = {
    P.HR: (((-72, 72), (-57, 92), (-24, 132), (-20, 120), (-15, 92), (-10, 80), (-3.5, 77), (-1, 62), (0, 48)), 2.2),
    P.RR: (((-72, 15), (-24, 30), (-19, 24), (-13, 16), (-3.5, 15), (-2, 14), (-0.5, 9), (0, 7)), 0.9),
    P.TEMP: (((-72, 36.8), (-24, 39.2), (-20, 38.9), (-14, 37.2), (-3.5, 36.8), (0, 36.3)), 0.03),
    P.SPO2: (((-72, 96), (-24, 95), (-20, 94), (-3.5, 96), (-1.2, 93.5), (0, 89)), 0.4),
    P.ETCO2: (((-72, 38), (-24, 30), (-15, 36), (-3.5, 38), (-2, 41), (-0.4, 52), (0, 61)), 0.8),
    P.NIBP_SYS: (((-72, 122), (-24, 172), (-19, 162), (-13, 126), (-3.5, 122), (-0.4, 98), (0, 92)), 4.0),
    P.NIBP_DIA: (((-72, 72), (-24, 100), (-19, 92), (-13, 74), (-3.5, 72), (-0.4, 56), (0, 50)), 2.0),
}


def series(parameter: Parameter, keys: Keys, noise: float, step: float, gap: tuple[float, float] | None) -> Series:
    """Smooth between the key hours, with noise that wanders, and nothing inside the gap (hours before NOW)."""
    step = 900.0 if parameter in (P.NIBP_SYS, P.NIBP_DIA) else step
    times = np.arange(NOW - 72 * HOUR, NOW + 0.5, step)
    hours = (times - NOW) / HOUR
    wander = np.random.default_rng(sum(parameter.value.encode())).normal(size=len(times))
    alpha = min(1.0, step / 240)
    slow = np.empty(len(times))
    last = 0.0
    for index, value in enumerate(wander):
        last += alpha * (value * 2 - last)
        slow[index] = last
    values = np.interp(hours, [k[0] for k in keys], [k[1] for k in keys]) + noise * (slow + 0.35 * wander)
    values = np.round(values, 1 if parameter is P.TEMP else 0)
    if parameter is P.SPO2:
        values = np.minimum(values, 100)
    values[-1] = keys[-1][1]
    keep = np.ones(len(times), bool) if gap is None else (hours < gap[0]) | (hours > gap[1])
    return Series(parameter, times[keep], values[keep], np.zeros(int(keep.sum()), bool))


def trend(course: dict[Parameter, tuple[Keys, float]], step: float = 10.0, **more: Any) -> Any:
    """What `link.made_trend` is set to."""
    gap = more.pop("gap", None)
    made = {p: series(p, keys, noise, step, gap) for p, (keys, noise) in course.items()}

    def answer(bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Trend:
        found = {}
        for parameter in parameters:
            if parameter in made:
                s = made[parameter]
                inside = (s.times >= start.timestamp()) & (s.times <= end.timestamp())
                found[parameter] = Series(parameter, s.times[inside], s.values[inside], s.questionable[inside])
        return Trend(bed, start, end, found, **more)

    return answer


def stages(kind: Kind, bed: str, steps: Sequence[tuple[float, Stage, Change]]) -> tuple[Transition, ...]:
    """Transitions at hours before NOW."""
    made, before = [], Stage.NONE
    for hours, stage, change in steps:
        alarm = fakes.pattern_alarm(kind, stage if stage else Stage.WATCH, age=-hours * HOUR, bed=bed)
        made.append(Transition(alarm, change, utc(-hours * HOUR), NOW + hours * HOUR, before))
        before = stage
    return tuple(made)


def withdrawal_bed(label: str = "07") -> BedSnapshot:
    """Bed of the withdrawal course, as the engine shows it."""
    readings = fakes.readings(138, 94, 32, (178, 104), 39.4, 29, cuff_age=60)
    reasons = "HR 138 (+86 %), T 39.4 (+2.6), BP 178/104 (+44 %), RR 32. Pump: motor stall 31 h ago"
    alarm = fakes.pattern_alarm(
        Kind.WITHDRAWAL,
        Stage.EMERGENCY,
        112,
        (P.HR, P.PR, P.NIBP_SYS, P.NIBP_DIA, P.RR, P.TEMP),
        points=10,
        bed=label,
    )
    alarm = fakes.replace(alarm, condition=fakes.replace(alarm.condition, detail=reasons))
    core = (
        Criterion("temp", "T", 39.4, 36.8, "+2.6", 3, True, "rising; usual value charted"),
        Criterion("hr", "HR", 138, 74, "+86 %", 3, True, "rising; usual value charted"),
        Criterion("bp_high", "BP /104", 178, 124, "+44 %", 2, True, "usual value charted"),
        Criterion("rr", "RR", 32, 15, "+113 %", 2, True, "usual value charted"),
    )
    return fakes.bed(
        label,
        patient=Patient("T-1007", "Test Gale", label, utc(80 * HOUR), age=46, sex="M", weight_kg=71, pump_known=True),
        readings=readings,
        alarms=(alarm,),
        patterns=(_view(core), fakes.pattern_view(Kind.OVERDOSE)),
        pump=PumpSummary(PumpState.STOPPED, "Motor stall", utc(31 * HOUR), "confirmed by interrogation"),
        baseline=Baseline(36.8, 74, 124, 74, 15, 97, 37, charted_by="R. Test"),
        pump_events=PUMP_W,
        findings=FINDINGS_W,
    )


PUMP_W = (
    PumpEvent(PumpEventKind.PUMP_STALL, utc(31 * HOUR), "R. Test", id="p1", note="confirmed by interrogation"),
    PumpEvent(PumpEventKind.MRI, utc(19.4 * HOUR), "R. Test", id="p2"),
    PumpEvent(PumpEventKind.ORAL_BACLOFEN_DOSE, utc(2.5 * HOUR), "R. Test", id="p3", note="20 mg"),
)
FINDINGS_W = (
    NurseObservation("no_spasticity_up1", utc(30 * HOUR), "R. Test", "MAS 1, usual", "f0"),
    NurseObservation("spasticity_up1", utc(8.5 * HOUR), "R. Test", "MAS 2", "f1"),
    NurseObservation("pruritus", utc(3.4 * HOUR), "R. Test", "", "f2"),
    NurseObservation("spasticity_up2", utc(0.75 * HOUR), "R. Test", "MAS 3", "f3"),
)
STAGES_W = (
    (-9.0, Stage.WATCH, Change.ONSET),
    (-2.9, Stage.WARNING, Change.ESCALATE),
    (-112 / HOUR, Stage.EMERGENCY, Change.ESCALATE),
)


def _view(core: tuple[Criterion, ...]) -> PatternView:
    return PatternView(
        Kind.WITHDRAWAL,
        Stage.EMERGENCY,
        utc(112),
        10,
        12,
        core=core,
        findings=(
            Criterion("finding", "Spasticity up two grades or more", None, None, "", 2, True, "45 min ago"),
            Criterion("finding", "Itch without rash", None, None, "", 2, True, "3 h ago"),
        ),
        context=(Criterion("pump", "Motor stall", None, None, "", 3, True, "31 h ago"),),
        window_weight=3,
        rules=("E1", "E2"),
        could_be="Possible withdrawal of intrathecal baclofen; sepsis, neuroleptic malignant syndrome, autonomic "
        "dysreflexia, serotonin syndrome, pain or exertion also fit.",
        started=True,
        history=((utc(9 * HOUR), Stage.WATCH), (utc(2.9 * HOUR), Stage.WARNING), (utc(112), Stage.EMERGENCY)),
    )


def now() -> datetime:
    """The moment of every picture."""
    return datetime.fromtimestamp(NOW, UTC)


def overdose_bed(label: str = "09") -> BedSnapshot:
    """Bed of the overdose course, as the engine shows it."""
    alarm = fakes.pattern_alarm(
        Kind.OVERDOSE, Stage.EMERGENCY, 322, (P.RR, P.SPO2, P.ETCO2, P.HR, P.PR), points=7, bed=label
    )
    detail = "RR 7 (-53 %), SpO2 89 (-7), EtCO2 61 (+23), POSS 4. Pump: refill 3 h ago"
    alarm = fakes.replace(alarm, condition=fakes.replace(alarm.condition, detail=detail))
    limit = fakes.limit_alarm(P.HR, "HR 48 < 50", age=100, bed=label, side="low", sounding=False)
    view = PatternView(
        Kind.OVERDOSE,
        Stage.EMERGENCY,
        utc(322),
        7,
        9,
        core=(
            Criterion("rr", "RR", 7, 15, "-53 %", 2, True, "usual value charted"),
            Criterion("spo2", "SpO2", 89, 96, "-7", 2, True, "usual value charted"),
            Criterion("etco2", "EtCO2", 61, 38, "+23", 3, True, "usual value charted"),
            Criterion("hr", "HR", 48, 76, "-37 %", 1, True, "usual value charted"),
        ),
        findings=(Criterion("finding", "POSS 4", None, None, "", 3, True, "5 min ago"),),
        context=(Criterion("pump", "Refill", None, None, "", 3, True, "3 h ago"),),
        window_weight=3,
        rules=("E1",),
        could_be="Possible baclofen overdose; opioids, other sedatives, sleep apnoea or a lung problem also fit.",
        started=True,
        history=((utc(1.2 * HOUR), Stage.WATCH), (utc(0.5 * HOUR), Stage.WARNING), (utc(322), Stage.EMERGENCY)),
    )
    return fakes.bed(
        label,
        patient=Patient("T-1009", "Test Inlet", label, utc(80 * HOUR), age=38, sex="F", weight_kg=58, pump_known=True),
        readings=fakes.readings(48, 89, 7, (92, 50), 36.3, 61, cuff_age=70),
        alarms=(alarm, limit),
        patterns=(fakes.pattern_view(), view),
        pump=PumpSummary(PumpState.RUNNING, "Refilled", utc(3.5 * HOUR), "500 to 2000 µg/mL"),
        baseline=Baseline(36.8, 76, 122, 72, 15, 96, 38, charted_by="R. Test"),
        pump_events=(
            PumpEvent(PumpEventKind.CATHETER_REVISION, utc(20.2 * HOUR), "R. Test", id="p1", confirmed=True),
            PumpEvent(PumpEventKind.REFILL, utc(3.5 * HOUR), "R. Test", id="p2", note="500 to 2000 µg/mL"),
        ),
        findings=(
            NurseObservation("sedation_poss1", utc(6.1 * HOUR), "R. Test", "", "f1"),
            NurseObservation("sedation_poss3", utc(0.78 * HOUR), "R. Test", "", "f2"),
            NurseObservation("sedation_poss4", utc(0.1 * HOUR), "R. Test", "", "f3"),
        ),
    )


STAGES_O = (
    (-1.2, Stage.WATCH, Change.ONSET),
    (-0.5, Stage.WARNING, Change.ESCALATE),
    (-322 / HOUR, Stage.EMERGENCY, Change.ESCALATE),
)
