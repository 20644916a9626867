"""Floods, chattering, fleeting and stale alarms at the very edges of their definitions."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from console.analysis import bursts
from console.analysis.ward_clock import WardClock
from console.store.alarm_columns import NEVER, AlarmColumns
from console.store.instants import HOUR_US

S = 1_000_000
DAY = 24 * HOUR_US


def alarms(*rows: tuple[float, float | None], keys: str = "") -> AlarmColumns:
    """Alarms of one bed by the seconds at which they were raised and ended; keys: a letter for each, else all alike."""
    count = len(rows)
    letters = keys or "a" * count
    known = tuple(dict.fromkeys(letters)) or ("a",)
    return AlarmColumns(
        raised=np.array([round(r * S) for r, _ in rows], np.int64),
        ended=np.array([NEVER if e is None else round(e * S) for _, e in rows], np.int64),
        called=np.array([round(r * S) for r, _ in rows], np.int64),
        answered=np.full(count, NEVER),
        kind=np.full(count, 2, np.int8),
        priority=np.full(count, 2, np.int8),
        bed=np.zeros(count, np.int32),
        key=np.array([known.index(letter) for letter in letters], np.int32),
        patient=np.ones(count, np.bool_),
        number=np.arange(count),
        beds=("7B-01",),
        keys=known,
    )


def raised(*seconds: float) -> np.ndarray:
    return np.array([round(s * S) for s in seconds], np.int64)


def test_ten_alarms_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    ten = [float(n) for n in range(10)]
    assert bursts.floods(raised(*ten)) == []
    (flood,) = bursts.floods(raised(*ten, 599.999999))
    assert (flood.alarms, flood.peak) == (11, 11)
    assert (flood.start.timestamp(), flood.end.timestamp()) == (0.0, 599.999999)


def test_the_eleventh_alarm_ten_minutes_after_the_first_is_outside() -> None:
    assert bursts.floods(raised(*range(10), 600)) == []


def test_floods_that_overlap_are_one_and_those_that_do_not_are_two() -> None:
    burst = [n * 10.0 for n in range(11)]
    apart = bursts.floods(raised(*burst, *(s + 1000 for s in burst)))
    assert [flood.alarms for flood in apart] == [11, 11]
    # The last alarm of the first ten minutes begins ten minutes of its own with ten more.
    chain = [*burst, *(100 + 50.0 * n for n in range(1, 12))]
    (one,) = bursts.floods(raised(*chain))
    assert one.alarms == len(chain)
    assert one.end.timestamp() == 650


def test_alarms_in_floods_are_those_the_episodes_count() -> None:
    burst = [n * 10.0 for n in range(15)]
    times = raised(*burst, 700, 1300, *(2000 + s for s in burst))
    assert bursts.in_flood(times).sum() == sum(flood.alarms for flood in bursts.floods(times)) == 30


def test_periods_run_from_the_start_of_the_span_and_the_last_may_be_shorter() -> None:
    begin = 7 * S
    times = begin + raised(*(590 + n for n in range(20)))
    assert bursts.flood_periods(times, begin, begin + 1500 * S) == (3, 0)
    assert bursts.flood_periods(times + 10 * S, begin, begin + 1200 * S) == (2, 1)
    assert bursts.flood_periods(times[:0], begin, begin) == (0, 0)


@pytest.mark.parametrize(("third", "count"), [(59.999999, 3), (60.0, 0)])
def test_three_of_the_same_within_a_minute_chatter(third: float, count: int) -> None:
    some = alarms((0, 1), (30, 31), (third, None))
    assert bursts.chattering(some).sum() == count


def test_chattering_is_of_one_condition_and_takes_the_whole_burst() -> None:
    mixed = alarms((0, 1), (10, 11), (20, 21), keys="aba")
    assert not bursts.chattering(mixed).any()
    many = alarms(*((n * 20.0, None) for n in range(6)), (1000, None), (5, None), keys="aaaaaaab")
    assert bursts.chattering(many).tolist() == [True] * 6 + [False, False]


def test_fleeting_is_under_thirty_seconds() -> None:
    assert bursts.fleeting(alarms((0, 29.999999), (0, 30), (0, None))).tolist() == [True, False, False]


def test_stale_counts_on_every_day_on_which_it_stood_longer_than_a_day() -> None:
    clock = WardClock(ZoneInfo("UTC"), 0, 5 * DAY)
    hour = 3600.0
    long = alarms((12 * hour, 60 * hour), (0, 24 * hour), (0, 24 * hour + 1e-6), (-90 * hour, None))
    days = [[bool(b) for b in bursts.stale(long, day)] for day in clock.days()]
    assert days == [
        [False, False, False, True],
        [True, False, True, True],
        [True, False, False, True],
        [False, False, False, True],
        [False, False, False, True],
    ]
    assert [d.alarms for d in bursts.stale_days(long, clock.days())] == [1, 3, 2, 1, 1]
    assert bursts.stale_days(long, clock.days())[0].day == date(1970, 1, 1)
