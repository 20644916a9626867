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

    times: increasing seconds; values: same length, NaN for "no data". At most `columns` + 3 pairs of least and
    greatest value, or the samples themselves when there are fewer; each may have one break more. The line breaks at
    "no data" and where nothing came for more than `gap_s`; what is narrower than a column cannot be seen.
    One sample beyond each edge is kept, so that the line reaches it.
    """
    first = max(0, int(np.searchsorted(times, start)) - 1)
    last = min(len(times), int(np.searchsorted(times, end, side="right")) + 1)
    t, v = times[first:last], values[first:last]
    if len(t) > 2 * max(1, columns):
        return _pairs(t, v, (end - start) / max(1, columns), gap_s)
    return _broken(t, v, np.flatnonzero(np.diff(t) > gap_s) + 1)


def _pairs(times: Floats, values: Floats, width: float, gap_s: float) -> tuple[Floats, Floats]:
    """Two points per column, at the time of its first sample; fmin and fmax skip NaN unless there is nothing else.

    A gap is judged between neighbouring samples, never between columns: those may be wider than a gap. Columns lie
    on a grid that does not move with the window, so that peaks stand still while it does.
    """
    # Searched for, not computed per sample: a tenth of the time at 24 h.
    edges = np.arange(np.floor(times[0] / width), np.floor(times[-1] / width) + 2) * width
    starts = np.concatenate([[0], np.searchsorted(times, edges[1:-1])])
    starts = starts[np.diff(starts, append=len(times)) > 0]
    reduced_times = np.repeat(times[starts], 2)
    reduced = np.empty(2 * len(starts))
    with np.errstate(invalid="ignore"):
        reduced[0::2] = np.fmin.reduceat(values, starts)
        reduced[1::2] = np.fmax.reduceat(values, starts)
    left, right = starts[1:] - 1, starts[1:]
    torn = (times[right] - times[left] > gap_s) | np.isnan(values[left]) | np.isnan(values[right])
    gaps = np.flatnonzero(torn) + 1
    return _broken(reduced_times, reduced, 2 * gaps)


def _broken(times: Floats, values: Floats, gaps: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """The same with a NaN point before each of these places."""
    if not len(gaps):
        return times, values
    return np.insert(times, gaps, times[gaps]), np.insert(values, gaps, np.nan)


def lonely(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Points with a gap on either side: no line reaches them, so they are drawn as dots."""
    empty = np.isnan(values)
    before = np.concatenate([[True], empty[:-1]])
    after = np.concatenate([empty[1:], [True]])
    alone = ~empty & before & after
    # A column of one sample is two equal points: alone when both its neighbours are gaps.
    if len(values) > 1:
        twin = ~empty[:-1] & ~empty[1:] & (times[:-1] == times[1:]) & (values[:-1] == values[1:])
        twin &= before[:-1] & after[1:]
        alone[:-1] |= twin
    return times[alone], values[alone]


def outline(times: Floats, values: Floats, *, upper: bool) -> tuple[Floats, Floats]:
    """The upper or lower edge of reduced points: one of each pair, which is all that an area needs. Breaks stay."""
    twin = (times[1:] == times[:-1]) & ~np.isnan(values[1:]) & ~np.isnan(values[:-1])
    keep = np.ones(len(times), dtype=bool)
    if upper:
        keep[:-1] &= ~twin
    else:
        keep[1:] &= ~twin
    return times[keep], values[keep]


def beyond(values: Floats, low: float | None, high: float | None) -> Floats:
    """The part of a curve beyond its limits, NaN elsewhere."""
    out = np.full(len(values), np.nan)
    with np.errstate(invalid="ignore"):
        if low is not None:
            out = np.where(values < low, values, out)
        if high is not None:
            out = np.where(values > high, values, out)
    return out
