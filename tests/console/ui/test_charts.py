"""Charts over time: nothing is lost by drawing less, gaps stay gaps, cuff readings are bars, clock times are round."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.ui.charts.cuff import cuff_bars
from console.ui.charts.data import KEPT_S, BedData, Samples
from console.ui.charts.reduce import beyond, visible
from console.ui.charts.strips import ticks
from drivers.observation import Parameter
from tests.console.ui import fakes

Floats = npt.NDArray[np.float64]
GAP_S = 90.0


@st.composite
def _courses(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Times with small steps and now and then a gap; values with now and then "no data"."""
    count = draw(st.integers(1, 400))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    steps = rng.choice([1.0, 1.0, 1.0, 5.0, 60.0, 89.0, 91.0, 4000.0], count)
    values = np.round(rng.normal(80, 20, count), 1)
    values[rng.random(count) < draw(st.sampled_from([0.0, 0.02, 0.3]))] = np.nan
    return 1e9 + np.cumsum(steps), values


def _pieces(x: Floats, y: Floats) -> list[tuple[float, float]]:
    """First and last time of every unbroken line."""
    found: list[tuple[float, float]] = []
    begin: float | None = None
    last = 0.0
    for time, value in zip([*x, np.inf], [*y, np.nan], strict=True):
        if np.isnan(value):
            if begin is not None:
                found.append((begin, last))
            begin = None
        else:
            begin = time if begin is None else begin
            last = time
    return found


@given(_courses(), st.integers(1, 120), st.floats(0, 1), st.floats(0.01, 1.5))
@settings(max_examples=300, deadline=None)
def test_no_column_loses_its_least_or_greatest_value(
    course: tuple[Floats, Floats], columns: int, from_share: float, length_share: float
) -> None:
    times, values = course
    whole = times[-1] - times[0] + 1
    start = times[0] + from_share * whole
    end = start + length_share * whole
    x, y = visible(times, values, start, end, columns, GAP_S)
    width = (end - start) / columns
    inside = (times >= start) & (times <= end) & ~np.isnan(values)
    shown = ~np.isnan(y)
    edges = np.arange(np.floor(times[0] / width), np.floor(times[-1] / width) + 2) * width
    columns_of, drawn_in = np.searchsorted(edges, times, "right"), np.searchsorted(edges, x, "right")
    for column in np.unique(columns_of[inside]):
        here = inside & (columns_of == column)
        drawn = shown & (drawn_in == column)
        assert y[drawn].min() <= values[here].min()
        assert y[drawn].max() >= values[here].max()
        assert set(y[drawn]) <= set(values[columns_of == column])


def test_peaks_stand_still_while_the_window_moves() -> None:
    times = np.arange(0.0, 90_000.0)
    values = 80 + 10 * np.random.default_rng(1).normal(size=len(times))
    before = visible(times, values, 0.0, 86_400.0, 900, GAP_S)
    after = visible(times, values, 7.0, 86_407.0, 900, GAP_S)
    inside = [(x, y) for x, y in zip(*before, strict=True) if 200 < x < 86_000]
    assert inside == [(x, y) for x, y in zip(*after, strict=True) if 200 < x < 86_000]


@given(_courses(), st.integers(1, 120))
@settings(max_examples=200, deadline=None)
def test_what_is_drawn_is_bounded_and_in_order(course: tuple[Floats, Floats], columns: int) -> None:
    times, values = course
    x, y = visible(times, values, times[0], times[-1], columns, GAP_S)
    assert len(x) == len(y) <= 3 * (columns + 3)
    assert (np.diff(x) >= 0).all()


@given(_courses(), st.integers(1, 120))
@settings(max_examples=300, deadline=None)
def test_no_line_bridges_a_gap_wider_than_a_column(course: tuple[Floats, Floats], columns: int) -> None:
    """A gap of time, or a stretch of "no data", that reaches over a whole column and the gap time stays open."""
    times, values = course
    x, y = visible(times, values, times[0], times[-1], columns, GAP_S)
    width = (times[-1] - times[0]) / columns
    known = times[~np.isnan(values)]
    wide = np.flatnonzero(np.diff(known) > max(GAP_S, 2 * width))
    for before, after in zip(known[wide], known[wide + 1], strict=True):
        assert not [p for p in _pieces(x, y) if p[0] <= before - width and p[1] >= after]


@given(_courses())
@settings(max_examples=100, deadline=None)
def test_few_samples_are_drawn_as_they_are_with_every_gap(course: tuple[Floats, Floats]) -> None:
    times, values = course
    x, y = visible(times, values, times[0], times[-1], len(times), GAP_S)
    assert len(x) == len(times) + int((np.diff(times) > GAP_S).sum())
    drawn = ~np.isnan(y)
    assert x[drawn].tolist() == times[~np.isnan(values)].tolist()
    assert y[drawn].tolist() == values[~np.isnan(values)].tolist()


@pytest.mark.parametrize("hours", [1, 4, 12, 24, 72])
@pytest.mark.parametrize("columns", [500, 900, 1378])
def test_a_steady_stream_is_one_line_in_every_window(hours: int, columns: int) -> None:
    """72 h on 1,378 columns are 188 s a column: wider than the gap time, and still no gap."""
    times = np.arange(0.0, hours * 3600.0, 1.0)
    x, y = visible(times, np.full(len(times), 80.0), 0.0, hours * 3600.0, columns, GAP_S)
    assert len(_pieces(x, y)) == 1


def test_a_single_spike_of_a_day_is_drawn() -> None:
    times = np.arange(0.0, 86_400.0)
    values = np.full(86_400, 80.0)
    values[54_321] = 181.0
    values[12_345] = 21.0
    _, y = visible(times, values, 0.0, 86_400.0, 900, GAP_S)
    assert (y.min(), y.max()) == (21.0, 181.0)


def test_nothing_gives_nothing() -> None:
    none = np.empty(0)
    x, y = visible(none, none, 0.0, 100.0, 50, GAP_S)
    assert len(x) == len(y) == 0


def test_only_what_lies_beyond_a_limit_is_filled() -> None:
    out = beyond(np.array([40.0, 50.0, 80.0, 120.0, 121.0, np.nan]), 50.0, 120.0)
    assert np.isnan(out).tolist() == [False, True, True, True, False, True]


# --- samples -----------------------------------------------------------------------------------------------------


def test_what_arrived_before_the_record_was_loaded_stays_behind_it() -> None:
    samples = Samples()
    for time in (100.0, 101.0, 102.0):
        samples.append(time, time)
    samples.load(np.array([50.0, 100.0, 101.0]), np.array([1.0, 2.0, 3.0]))
    assert samples.times.tolist() == [50.0, 100.0, 101.0, 102.0]
    assert samples.values.tolist() == [1.0, 2.0, 3.0, 102.0]
    samples.append(103.0, 9.0)
    assert samples.times.tolist()[-2:] == [102.0, 103.0]


@given(st.lists(st.integers(0, 300_000), max_size=300))
def test_times_only_ever_grow_and_the_oldest_goes_after_73_hours(moments: list[int]) -> None:
    samples = Samples()
    for moment in moments:
        samples.append(float(moment), float(moment))
    times = samples.times
    assert (np.diff(times) > 0).all()
    assert times.tolist() == samples.values.tolist()
    if moments:
        assert times[-1] == max(moments)
        assert times[-1] - times[0] <= KEPT_S


def test_memory_is_bounded_however_long_the_page_stays_open() -> None:
    samples = Samples()
    for time in range(0, 1_200_000, 10):
        samples.append(float(time), 1.0)
    assert len(samples) == KEPT_S / 10 + 1
    assert len(samples._times) <= 4 * len(samples)


def test_the_value_at_a_time_is_the_nearest_and_none_in_a_gap() -> None:
    samples = Samples()
    for time, value in ((100.0, 1.0), (110.0, 2.0), (120.0, np.nan), (500.0, 3.0)):
        samples.append(time, value)
    assert samples.near(104.0, 90) == 1.0
    assert samples.near(106.0, 90) == 2.0
    assert samples.near(119.0, 90) is None
    assert samples.near(300.0, 90) is None
    assert samples.near(590.0, 90) == 3.0
    assert samples.near(591.0, 90) is None
    assert Samples().near(1.0, 90) is None


def test_a_value_the_device_could_not_give_is_a_break_in_the_data() -> None:
    data = BedData("01")
    data.follow(fakes.bed("01", readings=fakes.readings(hr=None)))
    assert not data.has(Parameter.HR)
    assert np.isnan(data.of(Parameter.HR).values).all()
    assert data.has(Parameter.RR)


# --- clock times -------------------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


def _utc(*moment: int) -> float:
    return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[arg-type]


def _clock(times: list[float], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{datetime.fromtimestamp(t, zone):%H:%M}" for t in times]


def test_marks_stay_on_round_hours_when_summer_time_begins() -> None:
    times = ticks(_utc(2026, 3, 28, 23), _utc(2026, 3, 29, 4), BERLIN, 3600)
    assert _clock(times) == ["00:00", "01:00", "03:00", "04:00", "05:00", "06:00"]
    assert (np.diff(times) == 3600).all()


def test_the_hour_that_comes_twice_has_its_marks_twice() -> None:
    times = ticks(_utc(2026, 10, 24, 23), _utc(2026, 10, 25, 3), BERLIN, 3600)
    assert _clock(times) == ["01:00", "02:00", "02:00", "03:00", "04:00"]
    assert (np.diff(times) == 3600).all()


def test_a_quarter_of_an_hour_within_the_second_two_o_clock_has_marks() -> None:
    times = ticks(_utc(2026, 10, 25, 1, 20), _utc(2026, 10, 25, 1, 35), BERLIN)
    assert _clock(times)[0] == "02:20"
    assert len(times) == 4


@given(
    st.floats(_utc(2026, 1, 1), _utc(2026, 12, 31)),
    st.sampled_from([900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 72 * 3600]),
    st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
)
@settings(max_examples=150, deadline=None)
def test_marks_are_few_in_order_and_inside(start: float, window: int, zone: str) -> None:
    times = ticks(start, start + window, ZoneInfo(zone))
    assert 2 <= len(times) <= 14
    assert all(start <= t <= start + window for t in times)
    assert (np.diff(times) > 0).all()
    assert {t % 60 for t in times} == {0.0}


# --- cuff readings -----------------------------------------------------------------------------------------------


def _cuff(readings: list[tuple[float, float, float]], late_dia: float = 0.0) -> tuple[Samples, Samples]:
    systolic, diastolic = Samples(), Samples()
    for time, sys_, dia in readings:
        systolic.append(time, sys_)
        diastolic.append(time + late_dia, dia)
    return systolic, diastolic


@pytest.mark.parametrize("late", [0.0, 0.5, -0.5])
def test_a_reading_that_the_device_repeats_is_one_bar(late: float) -> None:
    repeated = [(1000.0 + 5 * n, 128.0, 76.0) for n in range(180)] + [(1900.0 + 5 * n, 131.0, 80.0) for n in range(20)]
    x, low, high = cuff_bars(*_cuff(repeated, late), 0.0, 3000.0, 10.0)
    assert (x.tolist(), low.tolist(), high.tolist()) == ([1000.0, 1900.0], [76.0, 80.0], [128.0, 131.0])


def test_the_same_pressure_measured_again_is_another_bar() -> None:
    x, _, _ = cuff_bars(*_cuff([(1000.0, 120.0, 70.0), (1900.0, 120.0, 70.0)]), 0.0, 3000.0, 10.0)
    assert x.tolist() == [1000.0, 1900.0]


def test_a_repetition_at_the_left_edge_is_not_a_new_reading() -> None:
    repeated = [(1000.0 + 5 * n, 128.0, 76.0) for n in range(100)]
    x, _, _ = cuff_bars(*_cuff(repeated), 1200.0, 3000.0, 10.0)
    assert x.tolist() == []


def test_half_a_reading_is_no_bar() -> None:
    systolic, diastolic = _cuff([(1000.0, 120.0, 70.0)])
    systolic.append(2000.0, 140.0)
    x, _, _ = cuff_bars(systolic, diastolic, 0.0, 3000.0, 10.0)
    assert x.tolist() == [1000.0]
    assert cuff_bars(systolic, Samples(), 0.0, 3000.0, 10.0)[0].tolist() == []
    assert cuff_bars(Samples(), Samples(), 0.0, 3000.0, 10.0)[0].tolist() == []


def test_readings_too_close_to_draw_apart_keep_their_extremes() -> None:
    x, low, high = cuff_bars(*_cuff([(1000.0, 120.0, 70.0), (1060.0, 180.0, 110.0)]), 0.0, 259_200.0, 600.0)
    assert (len(x), low.tolist(), high.tolist()) == (1, [70.0], [180.0])
