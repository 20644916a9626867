"""A link without an engine, and short ways to make beds in every state a tile can show."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from console.alarms.alarm import (
    STAGE_PRIORITY,
    Acknowledgement,
    Alarm,
    Condition,
    Kind,
    Presence,
    Priority,
    Reason,
    Stage,
    Transition,
)
from console.alarms.explain import Criterion, PatternView
from console.alarms.late_course import LateFinding
from console.alarms.late_notes import LateNotes
from console.link.commands import Command, Reply
from console.link.snapshot import BedSnapshot, BedState, Reading, SystemView, TileTrend, WardSnapshot
from console.store.records import AlarmRecord, HistoryFigures, HistoryFilter, HistoryPage, Series, Trend
from console.store.timeline_records import Timeline
from console.ward.patient import Patient
from console.ward.pump import PumpState, PumpSummary
from console.ward.source import Liveness
from drivers.observation import Parameter, Status

NOW = 1_776_141_738.0
"""Engine time of every picture made here: 14 April 2026, 04:42:18 UTC."""

P = Parameter


def utc(seconds_ago: float = 0.0) -> datetime:
    """Wall time so many seconds before NOW."""
    return datetime.fromtimestamp(NOW - seconds_ago, UTC)


class FakeLink:
    """A link whose snapshot and answers the test sets. Commands are kept in `commands`; each is answered by
    `answer(command)`, or stays open while `hold` is True (end it with `finish`)."""

    def __init__(self, snapshot: WardSnapshot | None = None) -> None:
        self.ward = snapshot or ward([])
        self.time = NOW
        self.commands: list[Command] = []
        self.pending: list[tuple[Command, Future[Reply]]] = []
        self.transitions: list[Transition] = []
        self.trends_asked: list[tuple[str, tuple[Parameter, ...], datetime, datetime]] = []
        self.page = HistoryPage((), 0, 0)
        self.figures = HistoryFigures(0)
        self.story: AlarmRecord | None = None
        self.beside: AlarmRecord | None = None
        self.timelines_asked: list[tuple[HistoryFilter, datetime, datetime, int]] = []
        self.made_timeline: Callable[[HistoryFilter, datetime, datetime, int], Timeline] = lambda _, start, end, __: (
            Timeline(start, end, 0)
        )
        self.hold = False
        self.answer: Callable[[Command], Reply] = lambda _: Reply()
        self.made_trend: Callable[[str, Sequence[Parameter], datetime, datetime], Trend] = wavy_trend

    def snapshot(self) -> WardSnapshot:
        return self.ward

    def drain(self) -> list[Transition]:
        taken, self.transitions = self.transitions, []
        return taken

    def submit(self, command: Command) -> Future[Reply]:
        reply: Future[Reply] = Future()
        self.commands.append(command)
        if self.hold:
            self.pending.append((command, reply))
        else:
            reply.set_result(self.answer(command))
        return reply

    def finish(self) -> None:
        """Answer everything that was held."""
        waiting, self.pending = self.pending, []
        for command, reply in waiting:
            reply.set_result(self.answer(command))

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        return _done(self.page)

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]:
        return _done(self.figures)

    def answerers(self) -> Future[tuple[str, ...]]:
        return _done(("B. Nurse", "R. Test"))

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        return _done(self.story)

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        self.timelines_asked.append((filter, start, end, columns))
        return _done(self.made_timeline(filter, start, end, columns))

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]:
        return _done(self.beside)

    def trend(self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Future[Trend]:
        self.trends_asked.append((bed, tuple(parameters), start, end))
        return _done(self.made_trend(bed, parameters, start, end))

    def now(self) -> float:
        return self.time


def _done(value: Any) -> Future[Any]:
    reply: Future[Any] = Future()
    reply.set_result(value)
    return reply


def wavy_trend(bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Trend:
    """A value a minute about the usual one; a cuff pressure every quarter of an hour; a gap in the second hour."""
    usual = {P.HR: 84, P.PR: 84, P.RR: 16, P.SPO2: 96, P.ETCO2: 38, P.TEMP: 37.0, P.NIBP_SYS: 128, P.NIBP_DIA: 76}
    series = {}
    for parameter in parameters:
        if parameter not in usual:
            continue
        step = 900.0 if parameter in (P.NIBP_SYS, P.NIBP_DIA) else 60.0
        times = np.arange(start.timestamp(), end.timestamp(), step)
        hours = (times - times[0]) / 3600 if len(times) else times
        values = usual[parameter] * (1 + 0.05 * np.sin(hours * 3) + 0.01 * np.sin(hours * 40))
        values = np.minimum(values, 100.0) if parameter is P.SPO2 else values
        if step == 60.0:
            values = np.where((hours > 1.2) & (hours < 1.5), np.nan, values)
        series[parameter] = Series(parameter, times, values, np.zeros(len(times), dtype=bool))
    return Trend(bed, start, end, series)


# --- values ------------------------------------------------------------------------------------------------------

DECIMALS = {P.TEMP}
LIMITS = {
    P.HR: (50.0, 120.0),
    P.RR: (10.0, 24.0),
    P.SPO2: (92.0, None),
    P.TEMP: (35.0, 38.5),
    P.NIBP_SYS: (90.0, 160.0),
}


def reading(
    parameter: Parameter,
    value: float | None,
    age: float = 0.5,
    liveness: Liveness = Liveness.LIVE,
    breach: int | None = None,
    status: Status | None = None,
) -> Reading:
    """A reading received `age` seconds before NOW; breach is judged by LIMITS unless given."""
    low, high = LIMITS.get(parameter, (None, None))
    if breach is None:
        breach = 0
        if value is not None:
            breach = -1 if low is not None and value < low else 1 if high is not None and value > high else 0
    status = status or (Status.UNAVAILABLE if value is None else Status.VALID)
    return Reading(parameter, value, status, liveness, utc(age), NOW - age, "monitor", None, low, high, breach)


def readings(
    hr: float | None = 72,
    spo2: float | None = 97,
    rr: float | None = 14,
    bp: tuple[float, float] | None = (118, 72),
    temp: float | None = 36.8,
    etco2: float | None = 38,
    *,
    age: float = 0.5,
    liveness: Liveness = Liveness.LIVE,
    cuff_age: float = 540.0,
) -> tuple[Reading, ...]:
    """The usual set in the order of the engine. bp None: never measured."""
    made = [reading(p, v, age, liveness) for p, v in ((P.HR, hr), (P.RR, rr), (P.SPO2, spo2), (P.ETCO2, etco2))]
    if bp is not None:
        single = Liveness.LATE if liveness is Liveness.NO_DATA else liveness
        made += [reading(P.NIBP_SYS, bp[0], cuff_age, single), reading(P.NIBP_DIA, bp[1], cuff_age, single)]
    made.append(reading(P.TEMP, temp, age, liveness))
    return tuple(made)


# --- alarms ------------------------------------------------------------------------------------------------------

_numbers = iter(range(1, 1_000_000))


def pattern_alarm(
    kind: Kind = Kind.WITHDRAWAL,
    stage: Stage = Stage.WATCH,
    age: float = 860.0,
    parameters: tuple[Parameter, ...] = (P.HR, P.PR),
    points: int = 3,
    held: bool = False,
    bed: str = "01",
    reasons: tuple[Reason, ...] = (),
    **more: Any,
) -> Alarm:
    """A pattern alarm in the engine's words."""
    title = "Autonomic pattern" if kind is Kind.WITHDRAWAL else "Respiratory pattern"
    condition = Condition(
        key=str(kind),
        kind=kind,
        priority=STAGE_PRIORITY[stage],
        text=f"{title} – {stage.word}",
        stage=stage,
        parameters=parameters,
        points=points,
        reasons=reasons,
        held=held,
        advice="Possible causes differ; see the patient.",
    )
    return _alarm(condition, bed, age, sounding=stage > Stage.WATCH, **more)


def limit_alarm(
    parameter: Parameter = P.HR,
    text: str = "HR 128 > 120",
    priority: Priority = Priority.MEDIUM,
    age: float = 41.0,
    bed: str = "01",
    side: str = "high",
    **more: Any,
) -> Alarm:
    """A limit alarm."""
    condition = Condition(f"limit:{parameter.value}:{side}", Kind.LIMIT, priority, text, parameters=(parameter,))
    return _alarm(condition, bed, age, **more)


def technical_alarm(
    text: str = "Late data – monitor",
    priority: Priority = Priority.LOW,
    age: float = 48.0,
    key: str = "technical:data:monitor",
    parameters: tuple[Parameter, ...] = (),
    bed: str = "01",
    **more: Any,
) -> Alarm:
    """A technical alarm."""
    return _alarm(Condition(key, Kind.TECHNICAL, priority, text, parameters=parameters), bed, age, **more)


def late_note(minutes_ago: int = 150, age: float = 1200.0, bed: str = "07") -> Alarm:
    """What late values have shown and what is over; it began so many minutes ago and was found `age` seconds ago."""
    began = NOW - NOW % 60 - 60 * minutes_ago
    spans = ((Stage.WARNING, began, began + 3000), (Stage.EMERGENCY, began + 960, began + 2400))
    notes = LateNotes(UTC)
    notes.add(LateFinding(Kind.WITHDRAWAL, spans, "HR 145, RR 31"), NOW - age)
    return _alarm(notes.conditions()[0], bed, age)


def _alarm(condition: Condition, bed: str, age: float, **more: Any) -> Alarm:
    values: dict[str, Any] = {"id": f"alarm-{next(_numbers)}", "version": 1, "highest": condition.priority, **more}
    return Alarm(
        bed=bed,
        patient_id="P" + bed,
        condition=condition,
        raised_at=utc(age),
        stepped_at=utc(age),
        since=NOW - age,
        **values,
    )


def acknowledged(alarm: Alarm, by: str = "R. Test", ago: float = 1380.0, reason: str = "Doctor informed") -> Alarm:
    """The alarm, answered."""
    ack = Acknowledgement(by, utc(ago), reason)
    return replace(alarm, acknowledged=ack, sounding=False, version=alarm.version + 1)


def latched(alarm: Alarm, ended_ago: float = 660.0) -> Alarm:
    """The alarm, over, and nobody has seen it."""
    return replace(alarm, presence=Presence.LATCHED, ended_at=utc(ended_ago), sounding=False, version=alarm.version + 1)


def pattern_view(
    kind: Kind = Kind.WITHDRAWAL, stage: Stage = Stage.NONE, points: int = 0, started: bool = True, **more: Any
) -> PatternView:
    """A detector's account."""
    core = (Criterion("hr", "HR", 72, 74, "-3 %", 0), Criterion("temp", "T", 36.8, 36.9, "-0.1", 0))
    maximum = 17 if kind is Kind.WITHDRAWAL else 14
    return PatternView(kind, stage, utc(60), points, maximum, core=core, started=started, **more)


# --- beds --------------------------------------------------------------------------------------------------------


def trend(start: float = 80, end: float = 80, withdrawal: str = "", overdose: str = "") -> TileTrend:
    """Four hours from one rate to another with a gap, and ribbons as digits repeated: "0:180 1:60" is three hours of
    nothing and one of watch."""
    rates = []
    for minute in range(240):
        rate = start + (end - start) * (minute / 239) ** 2 + 2.5 * math.sin(minute / 7) + 1.5 * math.sin(minute / 2.3)
        rates.append(None if 100 <= minute < 108 else rate)
    return TileTrend(utc(18), tuple(rates), _ribbon(withdrawal), _ribbon(overdose))


def _ribbon(words: str) -> bytes:
    made = b"".join(bytes([int(stage)]) * int(count) for stage, count in (w.split(":") for w in words.split()))
    return made.rjust(240, b"\0") if made else bytes(240)


def patient(bed: str, name: str = "Test Alder", demo: bool = False) -> Patient:
    """An adult."""
    return Patient(f"P{bed}", name, bed, utc(90_000), age=50, pump_known=True, demo=demo)


def pump(state: PumpState = PumpState.RUNNING, text: str = "Repaired", hours: float | None = 20.0) -> PumpSummary:
    """Pump context."""
    return PumpSummary(state, text, None if hours is None else utc(hours * 3600))


def bed(label: str = "01", /, **changes: Any) -> BedSnapshot:
    """A monitored, quiet bed with live values; anything may be changed."""
    values: dict[str, Any] = {
        "state": BedState.MONITORED,
        "version": 1,
        "patient": patient(label),
        "pump": pump(),
        "readings": readings(),
        "liveness": Liveness.LIVE,
        "last_data_at": utc(0.5),
        "last_data_stamp": NOW - 0.5,
        "patterns": (pattern_view(), pattern_view(Kind.OVERDOSE)),
        "trend": trend(),
        **changes,
    }
    if "name" in values:
        values["patient"] = patient(label, values.pop("name"))
    return BedSnapshot(bed=label, **values)


def late_bed(label: str = "11", /, age: float = 48.0, **changes: Any) -> BedSnapshot:
    """Nothing has come for 48 s and the engine says so."""
    values: dict[str, Any] = {
        "readings": readings(84, 97, 17, (128, 76), 37.2, 37, age=age, liveness=Liveness.LATE),
        "liveness": Liveness.LATE,
        "last_data_at": utc(age),
        "last_data_stamp": NOW - age,
        "alarms": (technical_alarm(age=age - 30, bed=label),),
        **changes,
    }
    return bed(label, **values)


def no_data_bed(label: str = "12", /, age: float = 185.0, **changes: Any) -> BedSnapshot:
    """Nothing has come for three minutes and the engine says so."""
    values: dict[str, Any] = {
        "readings": readings(90, 96, 18, (130, 80), 37.0, None, age=age, liveness=Liveness.NO_DATA),
        "liveness": Liveness.NO_DATA,
        "last_data_at": utc(age),
        "last_data_stamp": NOW - age,
        "alarms": (technical_alarm("Connection lost – monitor", Priority.MEDIUM, age, bed=label),),
        "pump": pump(PumpState.STOPPED, "Stopped", 6),
        **changes,
    }
    return bed(label, **values)


def standby_bed(label: str = "04", reason: str = "in imaging") -> BedSnapshot:
    """Alarms off, values still come."""
    return bed(label, state=BedState.STANDBY, standby_reason=reason, standby_since=utc(32 * 60), name="Test Dune")


def empty_bed(label: str = "16") -> BedSnapshot:
    """Nobody and nothing."""
    return BedSnapshot(bed=label, state=BedState.EMPTY, version=1)


def not_admitted_bed(label: str = "18", /, offered: str = "4711-08", **changes: Any) -> BedSnapshot:
    """Values arrive and nobody is admitted."""
    values: dict[str, Any] = {"patient": None, "pump": None, "patterns": (), "offered_patient_id": offered, **changes}
    return bed(label, state=BedState.NOT_ADMITTED, **values)


def starting_bed(label: str = "17") -> BedSnapshot:
    """Admitted, nothing has arrived yet."""
    return bed(
        label,
        readings=(),
        liveness=Liveness.STARTING,
        last_data_at=None,
        last_data_stamp=None,
        patterns=(pattern_view(started=False), pattern_view(Kind.OVERDOSE, started=False)),
        trend=None,
    )


def ward(beds: Sequence[BedSnapshot], sequence: int = 1, **system: Any) -> WardSnapshot:
    """A ward of these beds at NOW."""
    values: dict[str, Any] = {"engine_stamp": NOW, "utc": utc(), "rule_set": "test", **system}
    return WardSnapshot(sequence, "Ward 4 East", "Europe/Berlin", tuple(beds), (), SystemView(**values))
