"""Alarms that come close together: floods, chattering, fleeting; and those that never go: stale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from console.analysis.ward_clock import Day
from console.link.analysis import Flood, StaleDay
from console.store.alarm_columns import NEVER, AlarmColumns, Bools, Longs
from console.store.instants import MINUTE_US, from_us

TEN_MINUTES_US = 10 * MINUTE_US

FLOOD_ABOVE = 10
"""More alarms than this in ten minutes are a flood (ANSI/ISA-18.2-2016; EEMUA 191)."""

CHATTER_ALARMS = 3
CHATTER_US = MINUTE_US
"""The same alarm so often within a minute chatters (the rule of thumb of ANSI/ISA-18.2-2016 and EEMUA 191)."""

FLEETING_US = 30 * 1_000_000
"""A condition that ends sooner is gone before anyone can come. Engineering choice; the history counts limit alarms by
the same figure."""

STALE_US = 24 * 60 * MINUTE_US
"""A condition that stands for longer is stale (ANSI/ISA-18.2-2016)."""


def within_ten_minutes(raised: Longs) -> Longs:
    """How many alarms there are in the ten minutes [t, t + 10 min) that begin with each alarm. raised: in order."""
    return np.searchsorted(raised, raised + TEN_MINUTES_US, side="left") - np.arange(len(raised))


def floods(raised: Longs) -> list[Flood]:
    """Episodes, oldest first: ten minutes with more than ten alarms, those that overlap taken together."""
    counts = within_ten_minutes(raised)
    starts = np.flatnonzero(counts > FLOOD_ABOVE)
    if not len(starts):
        return []
    past = starts + counts[starts]
    new = np.flatnonzero(starts[1:] >= past[:-1]) + 1
    found = []
    for some in np.split(np.arange(len(starts)), new):
        first, last = starts[some[0]], past[some[-1]] - 1
        peak = int(counts[starts[some]].max())
        found.append(Flood(from_us(raised[first]), from_us(raised[last]), int(last - first + 1), peak))
    return found


def in_flood(raised: Longs) -> Bools:
    """Which alarms belong to a flood."""
    belongs = np.zeros(len(raised), np.bool_)
    counts = within_ten_minutes(raised)
    for start in np.flatnonzero(counts > FLOOD_ABOVE):
        belongs[start : start + counts[start]] = True
    return belongs


def flood_periods(raised: Longs, start_us: int, end_us: int) -> tuple[int, int]:
    """Stretches of ten minutes from the start of the span on, the last one perhaps shorter: how many there are, and how
    many of them are in flood."""
    if end_us <= start_us:
        return 0, 0
    counts = np.bincount((raised - start_us) // TEN_MINUTES_US) if len(raised) else np.zeros(0, np.int64)
    return int(-((start_us - end_us) // TEN_MINUTES_US)), int((counts > FLOOD_ABOVE).sum())


def in_flood_periods(raised: Longs, start_us: int) -> Bools:
    """Which alarms lie in stretches of ten minutes, counted from the start of the span, that are in flood."""
    period = (raised - start_us) // TEN_MINUTES_US
    flooded: Bools = np.bincount(period)[period] > FLOOD_ABOVE if len(raised) else np.zeros(0, np.bool_)
    return flooded


def fullest(raised: Longs) -> Bools:
    """Which alarms lie in the first ten minutes that hold most."""
    belongs = np.zeros(len(raised), np.bool_)
    if len(raised):
        counts = within_ten_minutes(raised)
        most = int(counts.argmax())
        belongs[most : most + counts[most]] = True
    return belongs


def chattering(alarms: AlarmColumns) -> Bools:
    """Which alarms belong to a burst: three or more of one condition at one bed in a minute [t, t + 60 s)."""
    belongs = np.zeros(len(alarms), np.bool_)
    same = alarms.bed.astype(np.int64) * max(1, len(alarms.keys)) + alarms.key
    order = np.lexsort((alarms.raised, same))
    same, raised = same[order], alarms.raised[order]
    reach = CHATTER_ALARMS - 1
    if len(order) > reach:
        burst = (same[reach:] == same[:-reach]) & (raised[reach:] - raised[:-reach] < CHATTER_US)
        for step in range(CHATTER_ALARMS):
            belongs[order[step : len(order) - reach + step][burst]] = True
    return belongs


def fleeting(alarms: AlarmColumns) -> Bools:
    """Which alarms' condition ended within 30 s."""
    short: Bools = (alarms.ended != NEVER) & (alarms.ended - alarms.raised < FLEETING_US)
    return short


def stale(alarms: AlarmColumns, day: Day) -> Bools:
    """Which alarms stood for longer than 24 h at some moment of the day."""
    stood: Bools = np.maximum(alarms.raised + STALE_US, day.start) < np.minimum(alarms.ended, day.end)
    return stood


def stale_days(alarms: AlarmColumns, days: Sequence[Day]) -> tuple[StaleDay, ...]:
    """Days with stale alarms. alarms: all that may be, whenever they were raised."""
    counted = ((day.day, int(stale(alarms, day).sum())) for day in days)
    return tuple(StaleDay(day, count) for day, count in counted if count)
