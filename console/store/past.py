"""What is needed to judge stored days anew: stays, values in the order they were received, answered alarms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, Engine, select

from console.alarms.alarm import Alarm, Kind
from console.store.archive import read_stream, streams_of
from console.store.codec import decode
from console.store.frames import NO_VALUE, STATUS, STATUS_BITS, read_label
from console.store.instants import HOUR_US, from_us, to_us
from console.store.restore import of_stay
from console.store.schema import alarm, finding, pump_event, stay
from console.store.trend import read_findings, read_pump_events
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.patient import Patient
from drivers.observation import Observation

SLICE_S = 3600.0
"""Values are read an hour of one bed at a time: that bounds the memory, whatever the span."""


@dataclass(frozen=True, slots=True)
class PastStay:
    """A stay of which a part lies in the span. patient.bed: where. ended: None while the patient is there. pump_events,
    findings: all that were charted during the stay and not struck out, oldest first."""

    patient: Patient
    ended: datetime | None
    pump_events: tuple[PumpEvent, ...]
    findings: tuple[NurseObservation, ...]


def past_stays(engine: Engine, beds: Sequence[str], start: datetime, end: datetime) -> list[PastStay]:
    """Stays that touch [start, end) at some beds (all beds when none is named), by bed and admission."""
    query = (
        select(stay.c.id, stay.c.patient, stay.c.bed, stay.c.discharged_at)
        .where(stay.c.admitted_at < to_us(end))
        .where(stay.c.discharged_at.is_(None) | (stay.c.discharged_at > to_us(start)))
        .order_by(stay.c.bed, stay.c.admitted_at, stay.c.id)
    )
    if beds:
        query = query.where(stay.c.bed.in_(beds))
    with engine.connect() as connection, connection.begin():
        return [
            PastStay(
                decode(Patient, row.patient),
                None if row.discharged_at is None else from_us(row.discharged_at),
                tuple(read_pump_events(connection, of_stay(pump_event, row.id))),
                tuple(read_findings(connection, of_stay(finding, row.id))),
            )
            for row in connection.execute(query).all()
        ]


def answered_alarms(engine: Engine, beds: Sequence[str], start: datetime, end: datetime) -> list[Alarm]:
    """Pattern alarms raised in [start, end) that a person has acknowledged, oldest first."""
    query = (
        select(alarm.c.body)
        .where(alarm.c.raised_at.between(to_us(start), to_us(end) - 1))
        .where(alarm.c.kind.in_([Kind.WITHDRAWAL.value, Kind.OVERDOSE.value]), alarm.c.answered_at.is_not(None))
        .order_by(alarm.c.raised_at, alarm.c.id)
    )
    if beds:
        query = query.where(alarm.c.bed.in_(beds))
    with engine.connect() as connection, connection.begin():
        return [decode(Alarm, body) for body in connection.execute(query).scalars()]


def past_values(engine: Engine, bed: str, start: datetime, end: datetime) -> Iterator[list[Observation]]:
    """Values of a bed measured in [start, end) and received before `end`, an hour at a time, in the order they were
    received. stamp: POSIX seconds of the reception, never before that of the value handed over before it.

    Every hour is read in a transaction of its own, so that nothing is kept from writing. One damaged block is left
    out, as everywhere.
    """
    last_us, at, newest = to_us(end), to_us(start), float("-inf")
    waiting: list[tuple[int, Observation]] = []
    while at < last_us:
        edge = min(at + HOUR_US, last_us)
        # What was measured in this hour and received later waits for its hour.
        found = sorted([*waiting, *_measured(engine, bed, at, edge)], key=lambda entry: entry[0])
        ready = [one for received, one in found if received < edge]
        waiting = [entry for entry in found if entry[0] >= edge]
        at = edge
        for index, one in enumerate(ready):
            if one.stamp < newest:
                # A value whose source's clock runs ahead turns up in the hour after: it is taken when that begins.
                ready[index] = one._replace(stamp=newest)
            newest = max(newest, one.stamp)
        yield ready


def _measured(engine: Engine, bed: str, start_us: int, end_us: int) -> list[tuple[int, Observation]]:
    out: list[tuple[int, Observation]] = []
    with engine.connect() as connection, connection.begin():
        for number, (_, source) in streams_of(connection, (bed,)).items():
            out += _of_stream(connection, number, source, start_us, end_us)
    return out


def _of_stream(
    connection: Connection, number: int, source: str, start_us: int, end_us: int
) -> Iterator[tuple[int, Observation]]:
    for label, pieces in read_stream(connection, number, start_us, end_us)[0].items():
        parameter, site = read_label(label)
        for samples in pieces:
            seconds = samples.received / 1e6
            same = np.equal(samples.measured, samples.received)
            for received, stamp, measured, equal, status, value in zip(
                samples.received.tolist(),
                seconds.tolist(),
                (samples.measured / 1e6).tolist(),
                same.tolist(),
                samples.status.tolist(),
                samples.value.tolist(),
                strict=True,
            ):
                at = datetime.fromtimestamp(stamp, UTC)
                yield (
                    received,
                    Observation(
                        parameter,
                        None if status & NO_VALUE else value,
                        STATUS[status & STATUS_BITS],
                        source,
                        at,
                        at if equal else datetime.fromtimestamp(measured, UTC),
                        stamp,
                        site,
                    ),
                )
