"""Acts of the ward as rows: what each entry of the journal writes inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table, insert, select, update

from console.alarms.alarm import Transition
from console.store.alarm_state import keep_newest
from console.store.alarm_words import keep_patient
from console.store.codec import encode
from console.store.database import insert_new
from console.store.errors import Refused
from console.store.instants import to_us
from console.store.outbox import Route, nowhere, queue_step
from console.store.schema import finding, limit_setting, pump_card, pump_event, stay, transition
from console.store.words import storable
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.limits import OwnLimits
from console.ward.patient import Patient
from console.ward.pump_card import PumpCard


def write_transitions(connection: Connection, transitions: Iterable[Transition], route: Route = nowhere) -> None:
    """Append steps to the alarm journal, queue them for the alarm managers that `route` names, and bring the newest
    state of each alarm up to date."""
    for step in transitions:
        state = step.alarm
        row = {
            "alarm_id": state.id,
            "version": state.version,
            "change": step.change.value,
            "at": to_us(step.at),
            "bed": storable(state.bed),
            # The step of the rise carries the account in its condition; written again at every step it would be bulk.
            "body": encode(replace(step, alarm=replace(state, accounts=()))),
        }
        connection.execute(insert_new(connection, transition), row)
        queue_step(connection, step, route)
        keep_newest(connection, step)


def open_stay(connection: Connection, bed: str) -> Any:
    """The row of the open stay at a bed, or None."""
    return connection.execute(select(stay).where(stay.c.bed == storable(bed), stay.c.discharged_at.is_(None))).first()


def admit(connection: Connection, patient: Patient, by: str) -> None:
    """Open a stay; for the patient who is already there, write down what is known of him now.

    Raises Refused when another patient is there.
    """
    there = open_stay(connection, patient.bed)
    if there is None:
        row = {
            "bed": storable(patient.bed),
            "patient_id": storable(patient.patient_id),
            "admitted_at": to_us(patient.admitted_at),
            "admitted_by": storable(by),
            "patient": encode(patient),
        }
        connection.execute(insert(stay), row)
    elif there.patient_id == storable(patient.patient_id):
        connection.execute(update(stay).where(stay.c.id == there.id), {"patient": encode(patient)})
    else:
        raise Refused(f"bed {patient.bed} is taken")
    keep_patient(connection, patient)


def discharge(connection: Connection, bed: str, patient_id: str, at: datetime, by: str) -> None:
    """End the open stay of this patient. Raises Refused when he is not there."""
    there = open_stay(connection, bed)
    if there is None or there.patient_id != storable(patient_id):
        raise Refused(f"patient is not at bed {bed}")
    connection.execute(
        update(stay).where(stay.c.id == there.id), {"discharged_at": to_us(at), "discharged_by": storable(by)}
    )


def chart_finding(connection: Connection, patient_id: str, bed: str, entry: NurseObservation) -> None:
    """Add a finding to the open stay; an entry whose id is there already is left as it is."""
    row = {"code": entry.code, "at": to_us(entry.at), "by": storable(entry.by), "note": storable(entry.note)}
    _chart(connection, finding, patient_id, bed, entry.id, row)


def chart_pump_event(connection: Connection, patient_id: str, bed: str, entry: PumpEvent) -> None:
    """Add a pump event to the open stay; an entry whose id is there already is left as it is."""
    row = {
        "kind": entry.kind.value,
        "at": to_us(entry.at),
        "by": storable(entry.by),
        "percent": entry.percent,
        "confirmed": entry.confirmed,
        "note": storable(entry.note),
    }
    _chart(connection, pump_event, patient_id, bed, entry.id, row)


def chart_pump_card(connection: Connection, patient_id: str, bed: str, card: PumpCard, at: datetime) -> None:
    """Add a version of the pump card to the open stay of this patient; earlier ones stay on record. Raises Refused when
    he is not there."""
    _version_of_stay(connection, pump_card, patient_id, bed, card.by, encode(card), at)


def set_limits(connection: Connection, patient_id: str, bed: str, limits: OwnLimits, at: datetime) -> None:
    """Set the limits of the open stay of this patient; what was set before stays on record. Raises Refused when he is
    not there."""
    _version_of_stay(connection, limit_setting, patient_id, bed, limits.by, encode(limits), at)


def _version_of_stay(
    connection: Connection, table: Table, patient_id: str, bed: str, by: str, body: str, at: datetime
) -> None:
    there = open_stay(connection, bed)
    if there is None or there.patient_id != storable(patient_id):
        raise Refused(f"patient is not at bed {bed}")
    connection.execute(insert(table), {"stay_id": there.id, "at": to_us(at), "by": storable(by), "body": body})


def _chart(connection: Connection, table: Table, patient_id: str, bed: str, entry_id: str, row: dict[str, Any]) -> None:
    there = open_stay(connection, bed)
    of_stay = there is not None and there.patient_id == storable(patient_id)
    whole = {
        "id": entry_id or uuid4().hex,
        "stay_id": there.id if of_stay else None,
        "patient_id": storable(patient_id),
        "bed": storable(bed),
        **row,
    }
    connection.execute(insert_new(connection, table), whole)


def strike(connection: Connection, entry_id: str, at: datetime, by: str) -> None:
    """Strike an entry out; it stays in the journal. Struck twice it keeps the first. Raises Refused without one."""
    for table in (finding, pump_event):
        row = connection.execute(select(table.c.struck_at).where(table.c.id == entry_id)).first()
        if row is None:
            continue
        if row.struck_at is None:
            change = {"struck_at": to_us(at), "struck_by": storable(by)}
            connection.execute(update(table).where(table.c.id == entry_id), change)
        return
    raise Refused("there is no such entry")
