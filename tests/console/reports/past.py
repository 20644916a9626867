"""A made-up past of a small ward in the real store: a pump that fails and is mended, a quiet bed, an empty one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.alarms.alarm import (
    STAGE_PRIORITY,
    Acknowledgement,
    Alarm,
    Change,
    Condition,
    Kind,
    Presence,
    Priority,
    Reason,
    Stage,
    Transition,
)
from console.analysis.desk import AnalysisDesk
from console.clock import SystemClock
from console.config import Config
from console.link.people import Gate, OpenGate
from console.link.reports import Report, Wanted
from console.reports.desk import ReportDesk
from console.rules import load_rules
from console.store.records import AuditEntry, Sample
from console.store.sql_store import SqlStore, open_store
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.labs import LabResult
from console.ward.limits import LimitSetting, OwnLimits
from console.ward.patient import Baseline, Patient, RiskFlag
from console.ward.pump_card import Admixture, PumpCard
from drivers.observation import Observation, Parameter, Status
from hl7.lab_codes import Analyte
from hl7.labs import LabStatus
from tests.console.store.records_made import receipt

P = Parameter
END = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
"""When the reports are made: 15:00 in London, in winter."""

ADMITTED = END - timedelta(hours=40)
STALLED = END - timedelta(hours=36)
RESTORED = END - timedelta(hours=20)
BEDS = ("7B-01", "7B-02", "7B-03")
FAILING = "7B-01"


class FixedClock(SystemClock):
    """Utc stands still at END."""

    def utc(self) -> datetime:
        return END


def hours_ago(hours: float) -> datetime:
    """So many hours before END."""
    return END - timedelta(hours=hours)


def failing_patient(**more: object) -> Patient:
    """The patient whose pump fails."""
    given = {
        "name": "Alder, Test", "age": 54, "sex": "F", "weight_kg": 71.0, "born": "1971-05-02", "pump_known": True,
        "flags": frozenset({RiskFlag.SCI_T6}),
        "baseline": Baseline(36.8, 74, 118, 70, 15, 97, 38, "C. Harge", ADMITTED),
        **more,
    }  # fmt: skip
    name = str(given.pop("name"))
    return Patient("P-4711", name, FAILING, ADMITTED, **given)  # type: ignore[arg-type]


def write_past(
    store: SqlStore, patient: Patient | None = None, note: str = "itching both legs, no rash", hours: float = 40
) -> None:
    """Everything of the two patients; hours: of values."""
    someone = patient or failing_patient()
    store.put_admission(someone, "C. Harge").result(10)
    quiet = Patient("P-4712", "Birch, Test", "7B-02", hours_ago(30), age=61, pump_known=True)
    store.put_admission(quiet, "C. Harge").result(10)
    _chart(store, someone.patient_id, note)
    _values(store, FAILING, hours, _ill)
    _values(store, "7B-02", min(30, hours), lambda _: 0.0)
    withdrawal(store, "w1")


def _chart(store: SqlStore, number: str, note: str) -> None:
    event = PumpEventKind
    charted = [
        PumpEvent(event.PUMP_STALL, STALLED, "N. Urse", note="two-tone alarm heard", id="e1"),
        PumpEvent(event.ORAL_BACLOFEN_DOSE, hours_ago(33), "N. Urse", note="20 mg", id="e2"),
        PumpEvent(event.PUMP_REPLACED, RESTORED, "B. Tech", None, True, "interrogated, delivers", id="e3"),
    ]
    findings = [
        NurseObservation("pruritus", hours_ago(34), "N. Urse", note, "f1"),
        NurseObservation("spasticity_up2", hours_ago(32), "N. Urse", "MAS 3", "f2"),
        NurseObservation("delirium", hours_ago(9), "R. Nurse", "does not know the day", "f3"),
        NurseObservation("sedation_poss2", hours_ago(2), "R. Nurse", "", "f4"),
    ]
    for entry in charted:
        store.put_pump_event(number, FAILING, entry).result(10)
    for finding in findings:
        store.put_finding(number, FAILING, finding).result(10)
    card = PumpCard(
        "SynchroMed II 40 mL", (Admixture.MORPHINE,), 500, 250, hours_ago(400), 38, 2, 40, 2,
        by="B. Tech", at=hours_ago(39),
    )  # fmt: skip
    store.put_pump_card(number, FAILING, card, AuditEntry(hours_ago(39), "B. Tech", "pump card", FAILING)).result(10)
    own = OwnLimits((LimitSetting(P.HR, 40, 50, 130, 150),), "C. Harge")
    store.put_limits(number, FAILING, own, AuditEntry(hours_ago(38), "C. Harge", "limits", FAILING)).result(10)
    ck = LabResult(
        "lab", number, "F1|2157-6|", Analyte.CK, hours_ago(26), hours_ago(25), 2145, "", "2145", "U/L",
        LabStatus.FINAL, hours_ago(25), "26-192", "HH", False, "checked twice",
    )  # fmt: skip
    store.put_message(receipt("k1"), [], [ck]).result(10)


def _ill(ago: float) -> float:
    """How ill, 0 to 1, so many hours before END."""
    return math.exp(-(((ago - 27) / 5) ** 2))


def _values(store: SqlStore, bed: str, begin_h: float, ill: object) -> None:
    """A value a minute; a cuff and a thermometer every quarter of an hour; an hour of silence."""
    samples = []
    for minute in range(int(begin_h * 60)):
        ago = begin_h - minute / 60
        if bed == FAILING and 13 <= ago < 14:
            continue
        at, x = hours_ago(ago), ill(ago)  # type: ignore[operator]
        wave = math.sin(minute / 9)
        values = {P.HR: 76 + 60 * x + 3 * wave, P.RR: 15 + 14 * x + wave, P.SPO2: 97 - 3 * x, P.ETCO2: 38 - 6 * x}
        if minute % 15 == 0:
            values |= {P.NIBP_SYS: 120 + 50 * x, P.NIBP_DIA: 72 + 24 * x, P.TEMP: 36.8 + 1.9 * x}
        for parameter, value in values.items():
            seen = Observation(parameter, round(value, 1), Status.VALID, "monitor", at, at, at.timestamp())
            samples.append(Sample(bed, seen))
    store.put_samples(samples)


REASONS = (
    Reason("hr", "HR 142 (+92 %)", 142, 74, 3),
    Reason("temp", "T 38.7 (+1.9)", 38.7, 36.8, 2),
    Reason("bp_high", "BP 170 (+44 %)", 170, 118, 2),
    Reason("finding", "itching 2 h ago", None, None, 2),
    Reason("rule", "W2"),
)


def pattern_condition(stage: Stage, points: int) -> Condition:
    """The autonomic pattern at a stage."""
    return Condition(
        "withdrawal", Kind.WITHDRAWAL, STAGE_PRIORITY[stage], f"Autonomic pattern – {stage.word}", stage,
        parameters=(P.HR, P.TEMP), points=points, reasons=REASONS,
    )  # fmt: skip


def withdrawal(store: SqlStore, number: str) -> None:
    """Warning, emergency, answered, stepped down, over."""
    raised, up, answered, down, over = (hours_ago(h) for h in (31, 29, 28.9, 22, 18))
    alarm = Alarm(number, 1, FAILING, "P-4711", pattern_condition(Stage.WARNING, 7), raised, raised, raised.timestamp())
    worse = replace(alarm, version=2, condition=pattern_condition(Stage.EMERGENCY, 11), stepped_at=up)
    worse = replace(worse, highest=Priority.HIGH)
    seen = replace(worse, version=3, acknowledged=Acknowledgement("R. Nurse", answered, "Doctor informed"))
    better = replace(seen, version=4, condition=pattern_condition(Stage.WATCH, 4))
    ended = replace(better, version=5, presence=Presence.ENDED, ended_at=over)
    steps = (
        Transition(alarm, Change.ONSET, raised, raised.timestamp()),
        Transition(worse, Change.ESCALATE, up, up.timestamp(), Stage.WARNING),
        Transition(seen, Change.ACKNOWLEDGE, answered, answered.timestamp(), by="R. Nurse"),
        Transition(better, Change.DEESCALATE, down, down.timestamp(), Stage.EMERGENCY),
        Transition(ended, Change.CLEAR, over, over.timestamp(), Stage.WATCH),
    )
    store.put_transitions(steps).result(10)


def limit_alarms(store: SqlStore, count: int, detail: str = "above 120 for 15 s", bed: str = FAILING) -> None:
    """So many limit alarms in the last 24 hours: every third answered, every third ended unseen, the rest over."""
    steps: list[Transition] = []
    for number in range(count):
        at = hours_ago(24 * (1 - number / count))
        priority = Priority.HIGH if number % 25 == 0 else Priority.MEDIUM
        condition = Condition("limit:hr:high", Kind.LIMIT, priority, f"HR {121 + number % 40} > 120", detail=detail)
        alarm = Alarm(f"l{bed}{number}", 1, bed, "P-4711", condition, at, at, at.timestamp(), highest=priority)
        end = at + timedelta(minutes=3)
        ended = replace(alarm, version=3, presence=Presence.ENDED, ended_at=end)
        steps.append(Transition(alarm, Change.ONSET, at, at.timestamp()))
        if number % 3 == 0:
            answer = Acknowledgement("R. Nurse", at + timedelta(seconds=95), "Patient moved")
            seen = replace(alarm, version=2, acknowledged=answer)
            steps.append(Transition(seen, Change.ACKNOWLEDGE, answer.at, answer.at.timestamp(), by=answer.by))
            ended = replace(ended, acknowledged=answer)
        elif number % 3 == 1:
            ended = replace(ended, presence=Presence.LATCHED)
        steps.append(Transition(ended, Change.CLEAR, end, end.timestamp()))
    store.put_transitions(steps).result(30)


def ward_config(**ward: object) -> Config:
    """The ward of these patients."""
    given = {"name": "Ward 7B", "beds": list(BEDS), "timezone": "Europe/London", **ward}
    return Config.model_validate({"ward": given})


@contextmanager
def report_desk(folder: Path, gate: Gate | None = None, **ward: object) -> Iterator[tuple[SqlStore, ReportDesk]]:
    """A store and the desk that reads it."""
    url = f"sqlite:///{folder / 'ward.db'}"
    store = open_store(url, flush_s=0.05)
    config = ward_config(**ward)
    analysis = AnalysisDesk(store, FixedClock(), lambda: config, folder / "exports", gate or OpenGate())
    desk = ReportDesk(lambda: config, url, store, FixedClock(), load_rules(), folder / "reports", gate, analysis)
    try:
        yield store, desk
    finally:
        desk.stop()
        analysis.close()
        store.close()


def made(desk: ReportDesk, wanted: Wanted) -> Report:
    """A report, waited for."""
    return desk.make(wanted, "N. Urse").result(60)
