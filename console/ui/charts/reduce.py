"""Long series reduced to what a screen has columns for: least and greatest value of each. Qt-free.

Never subsampled, which hides spikes; a gap stays a gap.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def visible(
    times: Floats, values: Floats, start: float, end: float, columns: int, gap_s: float
) -> tuple[Floats, Floats]:
    """The points to draw between two times, in order, with NaN where the line must break.

    times: increasing seconds; values: same length, NaN for "no data". At most `columns` pairs of least and greatest
    value, or the samples themselves when there are fewer. The line breaks where nothing came for more than `gap_s`.
    One sample beyond each edge is kept, so that the line reaches it.
    """
    first = max(0, int(np.searchsorted(times, start)) - 1)
    last = min(len(times), int(np.searchsorted(times, end, side="right")) + 1)
    t, v = times[first:last], values[first:last]
    if len(t) > 2 * max(1, columns):
        t, v = _pairs(t, v, (end - start) / max(1, columns))
    return _broken(t, v, gap_s)


def _pairs(times: Floats, values: Floats, width: float) -> tuple[Floats, Floats]:
    """Two points per column, at the time of its first sample; fmin and fmax skip NaN unless there is nothing else."""
    column = np.floor((times - times[0]) / width)
    starts = np.flatnonzero(np.diff(column, prepend=-1.0))
    reduced_times = np.repeat(times[starts], 2)
    reduced = np.empty(2 * len(starts))
    with np.errstate(invalid="ignore"):
        reduced[0::2] = np.fmin.reduceat(values, starts)
        reduced[1::2] = np.fmax.reduceat(values, starts)
    return reduced_times, reduced


def _broken(times: Floats, values: Floats, gap_s: float) -> tuple[Floats, Floats]:
    """The same with a NaN point inside every gap of time."""
    gaps = np.flatnonzero(np.diff(times) > gap_s) + 1
    if not len(gaps):
        return times, values
    return np.insert(times, gaps, times[gaps]), np.insert(values, gaps, np.nan)


def beyond(values: Floats, low: float | None, high: float | None) -> Floats:
    """The part of a curve beyond its limits, NaN elsewhere."""
    out = np.full(len(values), np.nan)
    with np.errstate(invalid="ignore"):
        if low is not None:
            out = np.where(values < low, values, out)
        if high is not None:
            out = np.where(values > high, values, out)
    return out
