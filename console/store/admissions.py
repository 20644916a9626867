"""Movements of patients as rows: stays that go on in another bed, joined histories, open questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from console.alarms.alarm import Alarm
from console.store import audit, journal
from console.store.alarm_words import keep_patient, number_of_patient
from console.store.codec import decode, encode
from console.store.errors import Refused
from console.store.instants import from_us, to_us
from console.store.records import AuditEntry
from console.store.schema import alarm, finding, limit_setting, pump_card, pump_event, question, stay, whereabouts
from console.store.stay_changes import (
    Asked,
    Carried,
    Change,
    Closed,
    Described,
    Joined,
    Opened,
    Settled,
    Whereabouts,
)
from console.store.words import storable
from console.ward.movements import Answer, Matter, Question
from console.ward.patient import Patient

REOPENED_WITHIN = timedelta(days=7)
"""A discharge can be cancelled for so long with everything that was charted."""

MOST_RESTORED = 500
"""Questions, and people who have left, that are read at a start."""


def write_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Write what has happened, in its order. Raises Refused when the record does not fit it."""
    for change in changes:
        match change:
            case Opened():
                journal.admit(connection, change.patient, change.by)
            case Closed():
                journal.discharge(connection, change.bed, change.patient_id, change.at, change.by)
            case Carried():
                _carry(connection, change)
            case Described():
                _describe(connection, change.patient, change.before)
            case Joined():
                _join(connection, change)
            case Asked():
                _ask(connection, change.question)
            case Settled():
                row = {"settled_at": to_us(change.at), "answer": change.answer.value, "by": storable(change.by)}
                connection.execute(update(question).where(question.c.id == change.question_id), row)
            case Whereabouts():
                _keep_whereabouts(connection, change)
            case AuditEntry():
                audit.append(connection, change)


def _carry(connection: Connection, change: Carried) -> None:
    patient = change.patient
    of_him = (stay.c.patient_id == storable(patient.patient_id), stay.c.discharged_at.is_not(None))
    newest = select(stay.c.id).where(*of_him).order_by(stay.c.discharged_at.desc(), stay.c.id.desc()).limit(1)
    old = connection.execute(newest).scalar()
    if old is None:
        raise Refused(f"there is no stay of {patient.patient_id} that could go on")
    if journal.open_stay(connection, patient.bed) is not None:
        raise Refused(f"bed {patient.bed} is taken")
    row = {
        "bed": storable(patient.bed),
        "patient_id": storable(patient.patient_id),
        "admitted_at": to_us(change.at),
        "admitted_by": storable(change.by),
        "patient": encode(patient),
    }
    inserted = connection.execute(insert(stay), row).inserted_primary_key
    assert inserted is not None
    for table in (pump_event, finding, limit_setting, pump_card):
        connection.execute(update(table).where(table.c.stay_id == old), {"stay_id": inserted[0]})
    keep_patient(connection, patient)


def _describe(connection: Connection, patient: Patient, before: str) -> None:
    there = journal.open_stay(connection, patient.bed)
    if there is None or there.patient_id != storable(before):
        raise Refused(f"patient is not at bed {patient.bed}")
    row = {"patient_id": storable(patient.patient_id), "patient": encode(patient)}
    connection.execute(update(stay).where(stay.c.id == there.id), row)
    keep_patient(connection, patient)


def _join(connection: Connection, change: Joined) -> None:
    """History under the survivor. The journal of steps stays as it was written."""
    prior, new = [storable(i) for i in change.prior_ids], storable(change.patient_id)
    for row in connection.execute(select(stay.c.id, stay.c.patient).where(stay.c.patient_id.in_(prior))).all():
        was = decode(Patient, row.patient)
        ids = tuple(i for i in dict.fromkeys((*was.ids, *change.prior_ids)) if i != change.patient_id)
        now = replace(was, patient_id=change.patient_id, other_ids=ids)
        connection.execute(update(stay).where(stay.c.id == row.id), {"patient_id": new, "patient": encode(now)})
        keep_patient(connection, now)
    for table in (pump_event, finding):
        connection.execute(update(table).where(table.c.patient_id.in_(prior)), {"patient_id": new})
    for row in connection.execute(select(alarm.c.id, alarm.c.body).where(alarm.c.patient_id.in_(prior))).all():
        body = encode(replace(decode(Alarm, row.body), patient_id=change.patient_id))
        values = {"patient_id": new, "person": number_of_patient(connection, change.patient_id), "body": body}
        connection.execute(update(alarm).where(alarm.c.id == row.id), values)


def _ask(connection: Connection, asked: Question) -> None:
    row = {"id": asked.id, "bed": storable(asked.bed), "opened_at": to_us(asked.opened_at), "body": encode(asked)}
    connection.execute(insert(question), row)


def _keep_whereabouts(connection: Connection, known: Whereabouts) -> None:
    connection.execute(delete(whereabouts).where(whereabouts.c.person == storable(known.person)))
    row = {"at": to_us(known.at), "previous": storable(known.previous)}
    connection.execute(insert(whereabouts), {"person": storable(known.person), **row})


def open_questions(connection: Connection) -> tuple[Question, ...]:
    """What nobody has settled, oldest first."""
    query = select(question.c.body).where(question.c.settled_at.is_(None)).order_by(question.c.opened_at, question.c.id)
    return tuple(decode(Question, body) for body in connection.execute(query.limit(MOST_RESTORED)).scalars())


def kept_out(connection: Connection) -> tuple[Question, ...]:
    """Monitors that a person has said are the wrong ones, newest first."""
    query = select(question.c.body).where(question.c.answer == Answer.KEEP_OUT.value)
    bodies = connection.execute(query.order_by(question.c.settled_at.desc()).limit(MOST_RESTORED)).scalars()
    return tuple(q for q in (decode(Question, body) for body in bodies) if q.matter is Matter.MONITOR)


def known_whereabouts(connection: Connection) -> tuple[Whereabouts, ...]:
    """Every person who was ever moved here."""
    return tuple(
        Whereabouts(row.person, from_us(row.at), row.previous) for row in connection.execute(select(whereabouts)).all()
    )


def ended_stays(connection: Connection, now: datetime) -> list[Any]:
    """Rows of the stays that ended lately, newest first."""
    since = to_us(now - REOPENED_WITHIN)
    query = select(stay.c.id, stay.c.patient, stay.c.discharged_at).where(stay.c.discharged_at >= since)
    return list(connection.execute(query.order_by(stay.c.discharged_at.desc(), stay.c.id.desc()).limit(MOST_RESTORED)))
