"""All figures of one span, from columns: nothing is read and no clock is asked here."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from console.alarms.alarm import Priority
from console.analysis import bursts
from console.analysis.ward_clock import WardClock
from console.link.analysis import MOST_FLOODS, Answering, Figures, HourOfDay, Load, Repeated, Span
from console.store.alarm_columns import KINDS, NEVER, AlarmColumns, Bools, Longs
from console.store.instants import HOUR_US, from_us, to_us

MOST_REPEATED = 10
DAY_US = 24 * HOUR_US


@dataclass(frozen=True, slots=True)
class Material:
    """What the figures of a span are made of. alarms: raised in the span; long: all that may be stale in it; stays: as
    `open_stays`; hours: as `stored_hours`; values_begin: microseconds, None where no value is stored."""

    alarms: AlarmColumns
    long: AlarmColumns
    stays: Longs
    hours: Longs
    values_begin: int | None


def figures(span: Span, zone: ZoneInfo, of: Material) -> Figures:
    """Count. The texts of repeated conditions are left empty."""
    start, end = to_us(span.start), max(to_us(span.start), to_us(span.end))
    clock = WardClock(zone, start, end)
    alarms = of.alarms
    values_since = None if of.values_begin is None else max(start, of.values_begin)
    periods, in_flood = bursts.flood_periods(alarms.raised, start, end)
    found = bursts.floods(alarms.raised)
    chatter = bursts.chattering(alarms)
    return Figures(
        span=span,
        alarms=len(alarms),
        bed_days=float(_within(of.hours * HOUR_US, of.hours * HOUR_US + HOUR_US, start, end).sum()) / DAY_US,
        values_since=None if values_since is None or values_since >= end else from_us(values_since),
        patient_days=float(_within(of.stays[:, 0], of.stays[:, 1], start, end).sum()) / DAY_US,
        loads=_loads(alarms, end if values_since is None else values_since),
        by_hour=_by_hour(alarms, clock),
        frequent=repeated(alarms),
        answering=tuple(_answering(alarms, priority) for priority in sorted(Priority, reverse=True)),
        periods=periods,
        flood_periods=in_flood,
        peak=int(bursts.within_ten_minutes(alarms.raised).max(initial=0)),
        floods=tuple(found[-MOST_FLOODS:]),
        flood_count=len(found),
        chattering=int(chatter.sum()),
        chatter=repeated(alarms.take(chatter)),
        fleeting=int(bursts.fleeting(alarms).sum()),
        stale=bursts.stale_days(of.long, clock.days()),
    )


def _within(begin: Longs, finish: Longs, start: int, end: int) -> Longs:
    """How much of each [begin, finish) lies in [start, end)."""
    inside: Longs = np.clip(np.minimum(finish, end) - np.maximum(begin, start), 0, None)
    return inside


def _loads(alarms: AlarmColumns, values_since: int) -> tuple[Load, ...]:
    bedside = np.array([bed != "" for bed in alarms.beds], np.bool_)
    at_bed = bedside[alarms.bed] & (alarms.raised >= values_since) if len(alarms) else np.zeros(0, np.bool_)
    loads = []
    for code, kind in enumerate(KINDS):
        for priority in sorted(Priority, reverse=True):
            these = (alarms.kind == code) & (alarms.priority == priority)
            if these.any():
                counts = (int(these.sum()), int((these & at_bed).sum()), int((these & alarms.patient).sum()))
                loads.append(Load(kind, priority, *counts))
    return tuple(loads)


def _by_hour(alarms: AlarmColumns, clock: WardClock) -> tuple[HourOfDay, ...]:
    hour = clock.hour_of(alarms.raised)
    there = clock.hours()
    low, medium, high = (np.bincount(hour[alarms.priority == p], minlength=24) for p in sorted(Priority))
    return tuple(HourOfDay(h, int(low[h]), int(medium[h]), int(high[h]), round(float(there[h]), 9)) for h in range(24))


def repeated(alarms: AlarmColumns) -> tuple[Repeated, ...]:
    """The most frequent conditions, by bed and key where they are equally frequent."""
    keys = max(1, len(alarms.keys))
    codes, first, counts = np.unique(
        alarms.bed.astype(np.int64) * keys + alarms.key, return_index=True, return_counts=True
    )
    found = [
        Repeated(alarms.beds[code // keys], alarms.keys[code % keys], KINDS[alarms.kind[place]], int(count))
        for code, place, count in zip(codes, first, counts, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.alarms, one.bed, one.key))[:MOST_REPEATED])


def ended_before(alarms: AlarmColumns) -> Bools:
    """Which alarms' condition ended while nobody had answered."""
    alone: Bools = (alarms.ended != NEVER) & (alarms.answered > alarms.ended)
    return alone


def _answering(alarms: AlarmColumns, priority: Priority) -> Answering:
    these = alarms.take(alarms.priority == priority)
    answered = these.answered != NEVER
    taken = (these.answered[answered] - these.called[answered]) / 1e6
    middle, late = (float(np.percentile(taken, p)) for p in (50, 90)) if len(taken) else (None, None)
    return Answering(priority, len(these), int(answered.sum()), middle, late, int(ended_before(these).sum()))
