"""Reading a bed's stored values, with the alarms and charted entries that touch the span."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select, text

from console.alarms.alarm import Presence, Transition
from console.store.archive import read_stream, streams_of
from console.store.blocks import Arrays, join, present
from console.store.codec import decode
from console.store.frames import STATUS_BITS, STATUS_CODE, read_label
from console.store.instants import HOUR_US, from_us, to_us
from console.store.labs import read_labs_taken
from console.store.records import Series, StaySpan, Trend
from console.store.schema import LONG_ALARM, alarm, finding, pump_event, stay, transition
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Patient
from drivers.observation import Parameter, Status

_TRANSITIONS_LIMIT = 5_000
"""Most alarm steps a trend carries, the newest of the span."""

_QUESTIONABLE = STATUS_CODE[Status.QUESTIONABLE]


def read_trend(
    connection: Connection, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime
) -> Trend:
    """Values measured in [start, end), in the caller's transaction.

    Sources and sites of one parameter are laid together in order of time; of several values for the very same
    moment the one received last stands.
    """
    start_us, end_us = to_us(start), to_us(end)
    stays = _stays(connection, bed, start_us, end_us)
    return Trend(
        bed,
        start,
        end,
        read_series(connection, bed, parameters, start, end),
        _transitions(connection, bed, start_us, end_us),
        tuple(read_pump_events(connection, _charted(pump_event, bed, start_us, end_us))),
        tuple(read_findings(connection, _charted(finding, bed, start_us, end_us))),
        stays,
        read_labs_taken(connection, [number for one in stays for number in one.ids], start_us, end_us),
    )


def read_series(
    connection: Connection, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime
) -> dict[Parameter, Series]:
    """The values of a trend alone."""
    start_us, end_us = to_us(start), to_us(end)
    wanted = frozenset(parameters)
    pieces: dict[Parameter, list[Arrays]] = {}
    for number in streams_of(connection, (bed,)):
        found, _ = read_stream(connection, number, start_us, end_us, lambda label: read_label(label)[0] in wanted)
        for label, samples in found.items():
            pieces.setdefault(read_label(label)[0], []).extend(samples)
    axes = _Axes()
    return {parameter: _series(parameter, pieces[parameter], axes) for parameter in parameters if parameter in pieces}


def _stays(connection: Connection, bed: str, start_us: int, end_us: int) -> tuple[StaySpan, ...]:
    """Who lay there at any moment of the span, oldest first."""
    c = stay.c
    query = (
        select(c.patient, c.admitted_at, c.discharged_at)
        .where(c.bed == bed, c.admitted_at < end_us, c.discharged_at.is_(None) | (c.discharged_at > start_us))
        .order_by(c.admitted_at, c.id)
    )
    return tuple(
        StaySpan(
            decode(Patient, row.patient).ids,
            from_us(row.admitted_at),
            None if row.discharged_at is None else from_us(row.discharged_at),
        )
        for row in connection.execute(query)
    )


class _Axes:
    """Times in seconds, made once for all parameters that share an axis; None for times that do not increase."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Any, Any]] = {}

    def seconds(self, measured: Any) -> Any:
        if id(measured) not in self._made:
            rising = bool((measured[1:] > measured[:-1]).all())
            # The array is kept with its times, so that its identity stays its own.
            self._made[id(measured)] = (measured, measured / 1_000_000.0 if rising else None)
        return self._made[id(measured)][1]


def _series(parameter: Parameter, pieces: list[Arrays], axes: _Axes) -> Series:
    samples = join(pieces)
    times = axes.seconds(samples.measured)
    if times is None:
        samples = samples.sorted()
        samples = samples.take(np.append(np.diff(samples.measured) > 0, True))
        times = samples.measured / 1_000_000.0
    values = samples.value
    there = present(samples.status)
    if not there.all():
        values = np.where(there, values, np.nan)
    return Series(parameter, times, values, (samples.status & STATUS_BITS) == _QUESTIONABLE)


def _transitions(connection: Connection, bed: str, start_us: int, end_us: int) -> tuple[Transition, ...]:
    """Steps inside the span, and all steps of alarms that were there when it began and did not end before."""
    c = transition.c
    steps = select(c.number, c.body, c.bed).limit(_TRANSITIONS_LIMIT)
    # Each in the order of its own index: by number, or by the bed for the second, a database without statistics goes
    # through all there ever was.
    queries = [steps.where(c.bed == bed, c.at.between(start_us, end_us - 1)).order_by(c.at.desc())]
    if before := _there_before(connection, bed, start_us):
        queries.append(steps.where(c.alarm_id.in_(before), c.at < end_us).order_by(c.alarm_id, c.version))
    rows = (row for query in queries for row in connection.execute(query))
    found = {row.number: row.body for row in rows if row.bed == bed}
    return tuple(decode(Transition, found[number]) for number in sorted(found)[-_TRANSITIONS_LIMIT:])


def _there_before(connection: Connection, bed: str, start_us: int) -> list[str]:
    """Alarms of a bed that were raised before and were not over: three short looks, each by its own index, instead of
    one through all the bed ever had. Raised within the day before; there for longer than a day; still not seen."""
    a, day = alarm.c, start_us - 24 * HOUR_US
    there = a.raised_at + a.lasted >= start_us
    lately = select(a.id).where(a.bed == bed, a.raised_at.between(day, start_us - 1), there)
    found = list(connection.execute(lately).scalars())
    # Without the bed: it would lead to the index by bed, and through all of it.
    longer = select(a.id, a.bed).where(a.raised_at < day, text(f"({LONG_ALARM})"), there)
    unseen = select(a.id, a.bed, a.raised_at).where(a.presence == Presence.LATCHED.value)
    found += [row.id for row in connection.execute(longer) if row.bed == bed]
    found += [row.id for row in connection.execute(unseen) if row.bed == bed and row.raised_at < start_us]
    return list(dict.fromkeys(found))[-_TRANSITIONS_LIMIT:]


def _charted(table: Any, bed: str, start_us: int, end_us: int) -> Select[Any]:
    span = table.c.at.between(start_us, end_us - 1)
    return select(table).where(table.c.bed == bed, span, table.c.struck_at.is_(None)).order_by(table.c.at, table.c.id)


def read_pump_events(connection: Connection, query: Select[Any]) -> list[PumpEvent]:
    """Rows of `pump_event` as records."""
    return [
        PumpEvent(PumpEventKind(r.kind), from_us(r.at), r.by, r.percent, bool(r.confirmed), r.note, r.id)
        for r in connection.execute(query)
    ]


def read_findings(connection: Connection, query: Select[Any]) -> list[NurseObservation]:
    """Rows of `finding` as records."""
    return [NurseObservation(r.code, from_us(r.at), r.by, r.note, r.id) for r in connection.execute(query)]
