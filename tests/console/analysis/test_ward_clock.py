"""The ward's clock over the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from console.analysis.ward_clock import WardClock, week_before
from console.store.instants import HOUR_US, to_us

LONDON = ZoneInfo("Europe/London")


def local(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)


def clock(zone: ZoneInfo, start: datetime, end: datetime) -> WardClock:
    return WardClock(zone, to_us(start), to_us(end))


def test_the_hour_that_comes_twice_counts_twice_and_the_one_that_never_comes_not_at_all() -> None:
    autumn = clock(LONDON, local(LONDON, 2026, 10, 25), local(LONDON, 2026, 10, 26)).hours()
    assert autumn.tolist() == [1.0, 2.0, *([1.0] * 22)]
    spring = clock(LONDON, local(LONDON, 2026, 3, 29), local(LONDON, 2026, 3, 30)).hours()
    assert spring.tolist() == [1.0, 0.0, *([1.0] * 22)]


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"])
def test_every_instant_lies_under_the_hour_the_clock_shows(zone: str) -> None:
    there = ZoneInfo(zone)
    start = datetime(2026, 3, 1, 13, 7, 30, tzinfo=UTC)
    found = clock(there, start, start + timedelta(days=60))
    instants = [start + timedelta(minutes=7 * n) for n in range(12_000)]
    hours = found.hour_of(np.array([to_us(at) for at in instants], np.int64))
    assert hours.tolist() == [at.astimezone(there).hour for at in instants]
    assert found.hours().sum() == pytest.approx(60 * 24)


def test_days_are_those_of_the_calendar_cut_to_the_span() -> None:
    start, end = local(LONDON, 2026, 10, 24, 18), local(LONDON, 2026, 10, 26, 6)
    days = clock(LONDON, start, end).days()
    assert [day.day for day in days] == [date(2026, 10, d) for d in (24, 25, 26)]
    assert [(day.end - day.start) / HOUR_US for day in days] == [6, 25, 6]


def test_a_week_earlier_is_the_same_time_of_day_although_clocks_have_changed() -> None:
    assert week_before(local(LONDON, 2026, 10, 28, 7), LONDON) == local(LONDON, 2026, 10, 21, 7)
    # 01:30 did not exist on 29 March: the moment after the change.
    skipped = week_before(local(LONDON, 2026, 4, 5, 1, 30), LONDON)
    assert skipped.astimezone(LONDON).hour == 2
