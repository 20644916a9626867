"""Which alarms stand behind a figure: the same rules by which it was counted."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from console.analysis import bursts
from console.analysis.figures import ended_before, repeated
from console.analysis.ward_clock import WardClock
from console.link.analysis import Measure, Part
from console.store.alarm_columns import KINDS, NEVER, AlarmColumns, Bools, Longs
from console.store.instants import to_us


@dataclass(frozen=True, slots=True)
class Drawn:
    """Alarms of the span [start, end) in microseconds; where a day is asked about, all that may be stale in it."""

    alarms: AlarmColumns
    start: int
    end: int
    zone: ZoneInfo


def chosen(drawn: Drawn, part: Part) -> Longs:
    """Places of the alarms, in the order in which they were raised."""
    alarms = drawn.alarms
    mask = _of_measure(drawn, part)
    if part.priority is not None:
        mask &= alarms.priority == part.priority
    if part.kind is not None:
        mask &= alarms.kind == KINDS.index(part.kind)
    for wanted, words, codes in ((part.bed, alarms.beds, alarms.bed), (part.key, alarms.keys, alarms.key)):
        if wanted is not None:
            mask &= codes == (words.index(wanted) if wanted in words else -1)
    if part.hour is not None:
        mask &= WardClock(drawn.zone, drawn.start, drawn.end).hour_of(alarms.raised) == part.hour
    if part.start is not None:
        mask &= alarms.raised >= to_us(part.start)
    if part.end is not None:
        mask &= alarms.raised <= to_us(part.end)
    return np.flatnonzero(mask)


def _of_measure(drawn: Drawn, part: Part) -> Bools:
    alarms = drawn.alarms
    if part.day is not None:
        days = WardClock(drawn.zone, drawn.start, drawn.end).days()
        return next((bursts.stale(alarms, day) for day in days if day.day == part.day), np.zeros(len(alarms), np.bool_))
    match part.measure:
        case Measure.CHATTERING:
            return bursts.chattering(alarms)
        case Measure.FLEETING:
            return bursts.fleeting(alarms)
        case Measure.UNANSWERED:
            return np.equal(alarms.answered, NEVER)
        case Measure.ENDED_BEFORE:
            return ended_before(alarms)
        case Measure.FLOODS:
            return bursts.in_flood(alarms.raised)
        case Measure.FLOOD_SHARE:
            return bursts.in_flood_periods(alarms.raised, drawn.start)
        case Measure.PEAK:
            return bursts.fullest(alarms.raised)
        case Measure.PER_BED_DAY:
            return np.not_equal(alarms.bed, alarms.beds.index("") if "" in alarms.beds else -1)
        case Measure.PER_PATIENT_DAY:
            return alarms.patient.copy()
        case Measure.TOP_TEN:
            return _most_frequent(alarms)
        case _:
            return np.ones(len(alarms), np.bool_)


def _most_frequent(alarms: AlarmColumns) -> Bools:
    wanted = {(one.bed, one.key) for one in repeated(alarms)}
    pairs = zip(alarms.bed.tolist(), alarms.key.tolist(), strict=True)
    return np.fromiter(((alarms.beds[b], alarms.keys[k]) in wanted for b, k in pairs), np.bool_, len(alarms))
