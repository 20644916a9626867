"""Stays of patients wherever they lay, with what was charted and the alarms of a window, for reports. Read only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from console.alarms.alarm import Alarm, Presence, Transition
from console.store.alarm_notes import notes_of
from console.store.codec import decode
from console.store.instants import from_us, to_us
from console.store.labs import read_labs
from console.store.records import AlarmNote
from console.store.restore import of_stay
from console.store.schema import alarm, finding, limit_setting, pump_card, pump_event, stay, transition
from console.store.trend import read_findings, read_pump_events
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.labs import LabResult
from console.ward.limits import OwnLimits
from console.ward.patient import Patient
from console.ward.pump_card import MAXIMUM_VERSIONS, PumpCard

MOST_STAYS = 2_000
"""Rows of stays looked through for the list of episodes, the newest."""

MOST_ALARMS = 2_000
"""Alarms of one bed and window that are read; more are counted."""

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Leg:
    """A patient's time in one bed. end: None while he lies there; times UTC."""

    stay_id: int
    bed: str
    begin: datetime
    end: datetime | None
    patient: Patient


@dataclass(frozen=True, slots=True)
class StayRecord:
    """One stay: legs in order of time, and what was charted of it up to the end of a window, nothing struck out.

    limits: what had last been set by then; pump_cards: oldest first; labs: those that had come by then.
    """

    legs: tuple[Leg, ...]
    pump_events: tuple[PumpEvent, ...] = ()
    findings: tuple[NurseObservation, ...] = ()
    limits: OwnLimits = field(default_factory=OwnLimits)
    pump_cards: tuple[PumpCard, ...] = ()
    labs: tuple[LabResult, ...] = ()

    @property
    def patient(self) -> Patient:
        """As known last."""
        return self.legs[-1].patient

    @property
    def ended_at(self) -> datetime | None:
        """When he left the ward, None while he is here."""
        return self.legs[-1].end


@dataclass(frozen=True, slots=True)
class AlarmPast:
    """An alarm with every step of it and every note to it, oldest first."""

    alarm: Alarm
    steps: tuple[Transition, ...]
    notes: tuple[AlarmNote, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmsFound:
    """alarms: oldest first; left_out: more that match and were not read, the oldest."""

    alarms: tuple[AlarmPast, ...]
    left_out: int = 0


def read_stays(connection: Connection) -> list[tuple[Leg, ...]]:
    """The legs of each stay, the stay that began last first."""
    newest = select(stay).order_by(stay.c.admitted_at.desc(), stay.c.id.desc()).limit(MOST_STAYS)
    found: dict[tuple[str, datetime], list[Leg]] = {}
    for row in connection.execute(newest).all():
        leg = _leg(row)
        found.setdefault((leg.patient.patient_id, leg.patient.admitted_at), []).append(leg)
    return [tuple(reversed(legs)) for legs in found.values()]


def read_legs(connection: Connection, start: datetime, end: datetime) -> list[Leg]:
    """Who lay in which bed at any time of [start, end), by bed and time."""
    query = (
        select(stay)
        .where(stay.c.admitted_at < to_us(end))
        .where(stay.c.discharged_at.is_(None) | (stay.c.discharged_at > to_us(start)))
        .order_by(stay.c.bed, stay.c.admitted_at, stay.c.id)
    )
    return [_leg(row) for row in connection.execute(query).all()]


def _leg(row: Any) -> Leg:
    end = None if row.discharged_at is None else from_us(row.discharged_at)
    return Leg(int(row.id), row.bed, from_us(row.admitted_at), end, decode(Patient, row.patient))


def read_record(connection: Connection, legs: Sequence[Leg], until: datetime) -> StayRecord:
    """What was charted of a stay up to `until`."""
    events: list[PumpEvent] = []
    findings: list[NurseObservation] = []
    for leg in legs:
        events += read_pump_events(connection, of_stay(pump_event, leg.stay_id))
        findings += read_findings(connection, of_stay(finding, leg.stay_id))
    numbers = [leg.stay_id for leg in legs]
    limits = _versions(connection, limit_setting, numbers, until, 1)
    cards = _versions(connection, pump_card, numbers, until, MAXIMUM_VERSIONS)
    return StayRecord(
        tuple(legs),
        tuple(sorted((e for e in events if e.at < until), key=lambda e: e.at)),
        tuple(sorted((f for f in findings if f.at < until), key=lambda f: f.at)),
        decode(OwnLimits, limits[0]) if limits else OwnLimits(),
        tuple(decode(PumpCard, body) for body in reversed(cards)),
        tuple(r for r in read_labs(connection, legs[-1].patient) if r.received_at < until),
    )


def _versions(connection: Connection, table: Any, stays: Sequence[int], until: datetime, most: int) -> list[str]:
    """Bodies of a versioned table of a stay, the newest first."""
    query = select(table.c.body).where(table.c.stay_id.in_(stays), table.c.at < to_us(until))
    return list(connection.execute(query.order_by(table.c.number.desc()).limit(most)).scalars())


def read_alarms(connection: Connection, bed: str, since: datetime, start: datetime, end: datetime) -> AlarmsFound:
    """Alarms of a bed that were there at any time of [start, end), with their steps. since: when who lies there came;
    what was raised before belongs to somebody else."""
    touching = (
        alarm.c.bed == bed,
        alarm.c.raised_at >= to_us(since),
        alarm.c.raised_at < to_us(end),
        (alarm.c.presence != Presence.ENDED.value) | (alarm.c.ended_at >= to_us(start)) | alarm.c.ended_at.is_(None),
    )
    newest = select(alarm.c.id, alarm.c.body).where(*touching).order_by(alarm.c.raised_at.desc(), alarm.c.id.desc())
    rows = list(reversed(connection.execute(newest.limit(MOST_ALARMS)).all()))
    count = len(rows)
    if count == MOST_ALARMS:
        count = connection.execute(select(func.count()).select_from(alarm).where(*touching)).scalar_one()
    ids = [row.id for row in rows]
    steps = _steps(connection, ids)
    notes = {key: told for some in _pieces(ids) for key, told in notes_of(connection, some).items()}
    found = tuple(
        AlarmPast(decode(Alarm, row.body), tuple(steps.get(row.id, ())), notes.get(row.id, ())) for row in rows
    )
    return AlarmsFound(found, count - len(rows))


def _steps(connection: Connection, ids: Sequence[str]) -> dict[str, list[Transition]]:
    found: dict[str, list[Transition]] = {}
    for some in _pieces(ids):
        query = select(transition.c.alarm_id, transition.c.body).where(transition.c.alarm_id.in_(some))
        for row in connection.execute(query.order_by(transition.c.number)):
            found.setdefault(row.alarm_id, []).append(decode(Transition, row.body))
    return found


def _pieces(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _IDS_AT_ONCE] for at in range(0, len(ids), _IDS_AT_ONCE))
