"""Stored days of a small ward, written through the real store: one patient who stays well, one whose pump fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from console.alarms.alarm import Acknowledgement, Alarm, Change, Condition, Kind, Presence, Priority, Stage, Transition
from console.store.records import Sample
from console.store.sql_store import SqlStore
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.patient import Baseline, Patient
from drivers.observation import Observation, Parameter, Status

P = Parameter
END = datetime(2026, 3, 9, 12, tzinfo=UTC)
WELL: Mapping[Parameter, float] = {
    P.HR: 78, P.RR: 15, P.SPO2: 97, P.NIBP_SYS: 122, P.NIBP_DIA: 74, P.NIBP_MEAN: 90, P.TEMP: 36.8,
}  # fmt: skip
RACING: Mapping[Parameter, float] = {
    P.HR: 128, P.RR: 26, P.SPO2: 96, P.NIBP_SYS: 165, P.NIBP_DIA: 96, P.NIBP_MEAN: 119, P.TEMP: 38.4,
}  # fmt: skip
BASELINE = Baseline(temp=36.8, hr=78, sbp=122, dbp=74, rr=15, spo2=97)


@dataclass(frozen=True)
class Course:
    """Values from `begin` hours before END on, every `every_s`, with `ill` from `ill_from` to `ill_to` hours before."""

    bed: str
    begin_h: float
    every_s: float = 60.0
    ill: Mapping[Parameter, float] | None = None
    ill_from_h: float = 0.0
    ill_to_h: float = 0.0
    end_h: float = 0.0
    source: str = "monitor"


def patient(bed: str, admitted_h: float, **more: object) -> Patient:
    """Somebody in the bed since so many hours before END."""
    given = {"age": 54, "baseline": BASELINE, "pump_known": True, **more}
    return Patient(f"P-{bed}", f"Patient {bed}", bed, END - timedelta(hours=admitted_h), **given)


def admit(store: SqlStore, someone: Patient) -> None:
    store.put_admission(someone, "C. Harge").result(10)


def stall(store: SqlStore, bed: str, hours_ago: float) -> None:
    """The pump of the bed has stood still since then."""
    event = PumpEvent(PumpEventKind.PUMP_STALL, END - timedelta(hours=hours_ago), "N. Urse", id=f"stall-{bed}")
    store.put_pump_event(f"P-{bed}", bed, event).result(10)


def record(store: SqlStore, course: Course, end: datetime = END) -> None:
    """Write the values of a course."""
    at = end - timedelta(hours=course.begin_h)
    over = end - timedelta(hours=course.end_h)
    samples = []
    while at < over:
        ago = (end - at).total_seconds() / 3600
        ill = course.ill is not None and course.ill_to_h <= ago < course.ill_from_h
        for parameter, value in (course.ill if ill and course.ill else WELL).items():
            # A cuff and a thermometer are read now and then.
            if parameter in (P.HR, P.RR, P.SPO2) or at.minute % 15 == 0:
                seen = Observation(parameter, float(value), Status.VALID, course.source, at, at, at.timestamp())
                samples.append(Sample(course.bed, seen))
        at += timedelta(seconds=course.every_s)
    store.put_samples(samples)


def answered(store: SqlStore, bed: str, kind: Kind, hours_ago: float, reason: str, by: str = "R. Nurse") -> None:
    """The journal of an alarm of that time, answered five minutes after its onset and over after an hour."""
    at = END - timedelta(hours=hours_ago)
    condition = Condition(kind.value, kind, Priority.MEDIUM, "pattern", Stage.WARNING)
    alarm = Alarm(f"a-{bed}-{kind}-{hours_ago}", 1, bed, f"P-{bed}", condition, at, at, at.timestamp())
    answer = Acknowledgement(by, at + timedelta(minutes=5), reason)
    ended = Alarm(
        alarm.id, 2, bed, alarm.patient_id, condition, at, at, at.timestamp(), Presence.ENDED,
        at + timedelta(hours=1), answer, Priority.MEDIUM,
    )  # fmt: skip
    steps = (
        Transition(alarm, Change.ONSET, at, at.timestamp()),
        Transition(ended, Change.CLEAR, at + timedelta(hours=1), at.timestamp() + 3600),
    )
    store.put_transitions(steps).result(10)


def failing_pump(store: SqlStore) -> None:
    """A: well. B: the pump stands still, and six hours before END the pattern is there for two hours."""
    for bed, hours in (("A", 6.0), ("B", 9.0)):
        admit(store, patient(bed, hours))
        record(store, Course(bed, hours, ill=RACING if bed == "B" else None, ill_from_h=6, ill_to_h=4))
    stall(store, "B", 8)
