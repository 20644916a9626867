"""Cuff pressures as bars: a reading that a device repeats is one reading. Qt-free."""

from __future__ import annotations

import numpy as np

from console.ui.charts.data import Samples
from console.ui.charts.reduce import Floats


def cuff_bars(sys_: Samples, dia: Samples, start: float, end: float, apart: float) -> tuple[Floats, Floats, Floats]:
    """Times, diastolic and systolic of the cuff readings between two times: a value that a device repeats is one
    reading, and of readings closer than `apart` seconds the last is drawn with the extremes of both."""
    # One reading before the window tells whether the first inside is only its repetition.
    first, last = np.searchsorted(sys_.times, start), np.searchsorted(sys_.times, end, side="right")
    t, s = sys_.times[max(0, first - 1) : last], sys_.values[max(0, first - 1) : last]
    if not len(dia) or not len(t):
        return np.empty(0), np.empty(0), np.empty(0)
    index = np.clip(np.searchsorted(dia.times, t), 0, len(dia) - 1)
    nearer = (index > 0) & (np.abs(dia.times[index - 1] - t) < np.abs(dia.times[index] - t))
    index = np.where(nearer, index - 1, index)
    d = np.where(np.abs(dia.times[index] - t) < 2.0, dia.values[index], np.nan)
    good = ~(np.isnan(s) | np.isnan(d))
    t, s, d = t[good], s[good], d[good]
    if not len(t):
        return t, d, s
    changed = np.flatnonzero(np.diff(s, prepend=np.nan) != 0) if len(t) else np.empty(0, int)
    other = np.flatnonzero((np.diff(d, prepend=np.nan) != 0) | (np.diff(t, prepend=-np.inf) > 240))
    keep = np.union1d(changed, other)
    keep = keep[t[keep] >= start]
    if not len(keep):
        return np.empty(0), np.empty(0), np.empty(0)
    t, s, d = t[keep], s[keep], d[keep]
    column = np.flatnonzero(np.diff(np.floor((t - start) / apart), prepend=-np.inf))
    return t[column], np.minimum.reduceat(d, column), np.maximum.reduceat(s, column)
