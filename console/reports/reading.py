"""Reads for one report what the store has of a stay, each piece in a short transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine

from console.reports.curves import Curves, read_curves
from console.store.admissions import open_questions
from console.store.episodes import (
    AlarmPast,
    AlarmsFound,
    Leg,
    StayRecord,
    read_alarms,
    read_legs,
    read_record,
    read_stays,
)
from console.store.records import Series
from console.store.trend import read_series
from console.ward.movements import Question
from drivers.observation import Parameter

T = TypeVar("T")

STANDING = timedelta(days=31)
"""How long an alarm of the console may have stood to be told."""


@dataclass(frozen=True, slots=True)
class PatientPast:
    """What the store has of one stay in [start, end), which lies within the stay and before now. alarms: of every bed
    while he lay there, oldest first."""

    record: StayRecord
    alarms: AlarmsFound
    curves: Curves
    start: datetime
    end: datetime


class Reader:
    """engine: one that cannot write. now: for stays that go on."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self._engine = engine
        self.now = now
        self._known: list[tuple[Leg, ...]] | None = None

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection, connection.begin():
            return work(connection)

    def stays(self) -> list[StayRecord]:
        """Every stay with what was charted of it, the one that began last first."""
        return [self.record(legs, self.now) for legs in self._all()]

    def _all(self) -> list[tuple[Leg, ...]]:
        if self._known is None:
            self._known = self._read(read_stays)
        return self._known

    def record(self, legs: Sequence[Leg], until: datetime) -> StayRecord:
        """What was charted of a stay up to a time."""
        return self._read(lambda c: read_record(c, legs, until))

    def legs(self, patient_id: str, admitted_at: datetime) -> tuple[Leg, ...]:
        """The legs of one stay, none when it is not on record."""
        wanted = patient_id, admitted_at
        return next((s for s in self._all() if (s[0].patient.patient_id, s[0].patient.admitted_at) == wanted), ())

    def legs_between(self, start: datetime, end: datetime) -> list[Leg]:
        """Who lay in which bed."""
        return self._read(lambda c: read_legs(c, start, end))

    def past(
        self, legs: Sequence[Leg], start: datetime, end: datetime, parameters: Sequence[Parameter] = tuple(Parameter)
    ) -> PatientPast:
        """What happened to a patient in the part of [start, end) in which he was here."""
        begin = max(start, legs[0].begin)
        over = max(begin, min(end, legs[-1].end or self.now, self.now))
        record = self.record(legs, end)
        alarms = [self._alarms_of(leg, begin, over) for leg in legs]
        together = AlarmsFound(
            tuple(sorted((a for found in alarms for a in found.alarms), key=lambda a: a.alarm.raised_at)),
            sum(found.left_out for found in alarms),
        )
        return PatientPast(record, together, read_curves(self._series, legs, begin, over, parameters), begin, over)

    def _alarms_of(self, leg: Leg, start: datetime, end: datetime) -> AlarmsFound:
        begin, over = max(start, leg.begin), end if leg.end is None else min(end, leg.end)
        if begin >= over:
            return AlarmsFound(())
        return self._read(lambda c: read_alarms(c, leg.bed, leg.begin, begin, over))

    def ward_alarms(self, start: datetime, end: datetime) -> tuple[AlarmPast, ...]:
        """Alarms of the console itself."""
        return self._read(lambda c: read_alarms(c, "", start - STANDING, start, end)).alarms

    def questions(self) -> tuple[Question, ...]:
        """What a person has to settle of admissions, now."""
        return self._read(open_questions)

    def _series(
        self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime
    ) -> dict[Parameter, Series]:
        return self._read(lambda c: read_series(c, bed, parameters, start, end))
