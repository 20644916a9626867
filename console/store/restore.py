"""What the engine needs to go on after a restart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, select

from console.alarms.minute_memory import HOURS_BACK
from console.store.admissions import ended_stays, kept_out, known_whereabouts, open_questions
from console.store.codec import decode
from console.store.history import open_alarms, pattern_steps
from console.store.instants import from_us
from console.store.labs import read_labs
from console.store.records import Restored, Stay
from console.store.schema import finding, limit_setting, pump_card, pump_event, stay
from console.store.stay_changes import Admissions
from console.store.trend import read_findings, read_pump_events
from console.ward.limits import OwnLimits
from console.ward.patient import Patient
from console.ward.pump_card import MAXIMUM_VERSIONS, PumpCard


def read_restored(connection: Connection, now: datetime) -> Restored:
    """Open stays, each with what was charted during it and not struck out, alarms that are not over, and the steps of
    the pattern alarms of the last hours."""
    query = select(stay.c.id, stay.c.patient).where(stay.c.discharged_at.is_(None)).order_by(stay.c.bed)
    stays = [_stay(connection, row.id, row.patient) for row in connection.execute(query).all()]
    steps = pattern_steps(connection, now - timedelta(hours=HOURS_BACK))
    ended = (_stay(connection, row.id, row.patient, from_us(row.discharged_at)) for row in ended_stays(connection, now))
    return Restored(tuple(stays), open_alarms(connection), steps, ended=tuple(ended))


def read_admissions(connection: Connection) -> Admissions:
    """What the admissions office has told and nobody has settled yet."""
    return Admissions(open_questions(connection), kept_out(connection), known_whereabouts(connection))


def _stay(connection: Connection, stay_id: int, patient: str, ended_at: datetime | None = None) -> Stay:
    person = decode(Patient, patient)
    return Stay(
        person,
        tuple(read_pump_events(connection, of_stay(pump_event, stay_id))),
        tuple(read_findings(connection, of_stay(finding, stay_id))),
        _limits(connection, stay_id),
        _pump_cards(connection, stay_id),
        read_labs(connection, person),
        ended_at,
    )


def _limits(connection: Connection, stay_id: int) -> OwnLimits:
    """What was last set for the stay."""
    query = select(limit_setting.c.body).where(limit_setting.c.stay_id == stay_id)
    body = connection.execute(query.order_by(limit_setting.c.number.desc()).limit(1)).scalar()
    return OwnLimits() if body is None else decode(OwnLimits, body)


def _pump_cards(connection: Connection, stay_id: int) -> tuple[PumpCard, ...]:
    """The newest versions of the stay's pump card, oldest first."""
    query = select(pump_card.c.body).where(pump_card.c.stay_id == stay_id).order_by(pump_card.c.number.desc())
    bodies = connection.execute(query.limit(MAXIMUM_VERSIONS)).scalars().all()
    return tuple(decode(PumpCard, body) for body in reversed(bodies))


def of_stay(table: Any, stay_id: int) -> Select[Any]:
    """What was charted during a stay and not struck out, oldest first."""
    return select(table).where(table.c.stay_id == stay_id, table.c.struck_at.is_(None)).order_by(table.c.at, table.c.id)
