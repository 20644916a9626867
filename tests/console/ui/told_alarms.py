"""An alarm with a whole story, and the values about it, for tests and pictures of the strip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from console.alarms.alarm import Alarm, Change, Presence, Stage, Transition
from console.store.records import AlarmRecord, Series, StaySpan, Told, Trend
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.labs import LabResult
from drivers.observation import Parameter
from hl7.lab_codes import Analyte
from hl7.labs import LabStatus
from tests.console.ui import fakes as f
from tests.console.ui.explained import condition

P = Parameter
BED, PATIENT = "07", "P07"
STEADY = {
    P.HR: (118, 6), P.PR: (117, 6), P.RR: (24, 2), P.SPO2: (95, 1), P.ETCO2: (38, 2), P.PERFUSION_INDEX: (2.4, 0.3),
    P.ART_SYS: (164, 5), P.ART_DIA: (92, 3), P.ART_MEAN: (116, 3),
}  # fmt: skip
RARE = {P.NIBP_SYS: (158, 4), P.NIBP_DIA: (90, 3), P.NIBP_MEAN: (113, 3), P.TEMP: (38.5, 0.1)}


def told_alarm(raised_ago: float = 7200.0, lasted: float = 5400.0, there: bool = False) -> AlarmRecord:
    """Watch, warning, emergency; told by phone, unanswered for a while, answered, taken back, answered; then over."""

    def at(minutes: float) -> datetime:
        return f.utc(raised_ago - 60 * minutes)

    stages = (
        (0.0, condition(Stage.WATCH, 98, 37.6, 22, 148)),
        (9.0, condition(Stage.WARNING, 118, 38.5, 24, 164)),
        (21.0, condition(Stage.EMERGENCY, 142, 39.4, 31, 178)),
    )
    first = replace(f.pattern_alarm(bed=BED, age=raised_ago), condition=stages[0][1], id="told", patient_id=PATIENT)
    steps: list[Transition] = []

    def step(minutes: float, change: Change, by: str = "", **changes: object) -> Alarm:
        before = steps[-1].alarm if steps else first
        alarm = replace(before, version=len(steps) + 1, **changes)
        stamp = alarm.since + 60 * minutes
        steps.append(Transition(alarm, change, at(minutes), stamp, by=by))
        return alarm

    step(0, Change.ONSET)
    step(9, Change.ESCALATE, condition=stages[1][1], highest=stages[1][1].priority)
    step(12, Change.UNANSWERED, unanswered=1)
    answer = f.acknowledged(steps[-1].alarm, "R. Test", raised_ago - 60 * 14).acknowledged
    step(14, Change.ACKNOWLEDGE, "R. Test", acknowledged=answer)
    step(14.05, Change.UNACKNOWLEDGE, "R. Test", acknowledged=None)
    step(21, Change.ESCALATE, condition=stages[2][1], highest=stages[2][1].priority)
    answer = f.acknowledged(steps[-1].alarm, "M. Demo", raised_ago - 60 * 23, "Care in progress").acknowledged
    last = step(23, Change.ACKNOWLEDGE, "M. Demo", acknowledged=answer)
    if not there:
        last = step(lasted / 60, Change.CLEAR, presence=Presence.ENDED, ended_at=at(lasted / 60))
    told = (
        Told(last.id, at(9.2), "delivered", "Dr Test, phone 4711", "phones"),
        Told(last.id, at(9.8), "read", "Dr Test, phone 4711", "phones"),
        Told(last.id, at(21.4), "undeliverable", "Night desk <b>bold</b>", "phones"),
    )
    return AlarmRecord(last, tuple(steps), told)


def told_trend(record: AlarmRecord, left: Sequence[Parameter] = ()) -> object:
    """Answers like the store: all parameters about the alarm, a gap, doubtful values, entries and a result."""
    raised = record.alarm.raised_at

    def trend(bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Trend:
        chance = np.random.default_rng(5)
        series = {}
        for parameter in parameters:
            if parameter in left:
                continue
            if parameter in STEADY:
                times, (level, spread) = np.arange(start.timestamp(), end.timestamp(), 2.0), STEADY[parameter]
            else:
                times, (level, spread) = np.arange(start.timestamp() + 60, end.timestamp(), 600.0), RARE[parameter]
            since = (times - raised.timestamp()) / 1800
            values = level * (1 + 0.12 * np.tanh(since)) + chance.normal(0, spread / 3, len(times))
            values = np.minimum(values, 100) if parameter is P.SPO2 else values
            doubtful = (since > 0.55) & (since < 0.7) & (parameter in (P.HR, P.SPO2))
            values = np.where((since > -0.6) & (since < -0.45) & (parameter in STEADY), np.nan, values)
            series[parameter] = Series(parameter, times, values, doubtful)
        minute = timedelta(minutes=1)
        return Trend(
            bed,
            start,
            end,
            series,
            pump_events=(
                PumpEvent(PumpEventKind.PUMP_STALL, raised - 20 * minute, "B. Nurse", note="beeps"),
                PumpEvent(PumpEventKind.ORAL_BACLOFEN_DOSE, raised + 16 * minute, "B. Nurse"),
            ),
            findings=(NurseObservation("pruritus", raised + 5 * minute, "B. Nurse"),),
            stays=(StaySpan((PATIENT, "other-number"), raised - timedelta(hours=30), None),),
            labs=(lab(raised + 3 * minute), lab(raised + 4 * minute, "somebody else")),
        )

    return trend


def lab(at: datetime, patient_id: str = "other-number") -> LabResult:
    """A creatine kinase far above its range."""
    return LabResult(
        "lab", patient_id, "F1|2157-6|", Analyte.CK, at, at, 2145.0, "", "2145", "U/L", LabStatus.FINAL,
        reference_range="30-200", flag="H",
    )  # fmt: skip
