"""Lone readings and the areas beyond a limit, after reduction to pixel columns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from console.ui.charts.reduce import beyond, lonely, outline, visible

GAP_S = 90.0

samples = st.lists(
    st.tuples(
        st.sampled_from([1.0, 1.0, 1.0, 5.0, 60.0, 300.0]),
        st.one_of(st.just(float("nan")), st.integers(0, 300).map(float)),
    ),
    min_size=2,
    max_size=400,
)


def arrays(steps):
    times = np.cumsum([step for step, _ in steps]) + 1_776_000_000.0
    return times, np.array([value for _, value in steps])


def segments(times, values):
    """Unbroken stretches as (first time, last time)."""
    found, open_ = [], None
    for time, value in zip(times, values, strict=True):
        if np.isnan(value):
            open_ = None
        elif open_ is None:
            open_ = [time, time]
            found.append(open_)
        else:
            open_[1] = time
    return found


@given(samples, st.integers(2, 60))
def test_no_value_is_drawn_that_was_not_there(steps, columns):
    times, values = arrays(steps)
    _, drawn = visible(times, values, times[0], times[-1], columns, GAP_S)
    assert set(drawn[~np.isnan(drawn)]) <= set(values[~np.isnan(values)])


@given(samples)
def test_a_lone_reading_is_a_dot_and_only_that(steps):
    times, values = arrays(steps)
    x, y = visible(times, values, times[0], times[-1], 10_000, GAP_S)
    dots, _ = lonely(x, y)
    alone = [begin for begin, end in segments(x, y) if begin == end]
    assert sorted(dots) == sorted(alone)


@given(samples, st.integers(2, 60), st.integers(0, 300))
def test_the_edge_of_an_area_keeps_its_extremes(steps, columns, limit):
    times, values = arrays(steps)
    x, y = visible(times, values, times[0], times[-1], columns, GAP_S)
    for upper in (True, False):
        out = beyond(y, None, limit) if upper else beyond(y, limit, None)
        _, edge = outline(x, out, upper=upper)
        best = np.fmax if upper else np.fmin
        assert np.array_equal(best.reduce(edge), best.reduce(out), equal_nan=True)
