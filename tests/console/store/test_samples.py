"""Samples from `put_samples` to trends, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from console.store.database import Role, open_engine
from console.store.instants import to_us
from console.store.records import Trend
from console.store.schema import chunk, hot
from console.store.sql_store import SqlStore, open_store
from drivers.observation import Parameter, Status
from tests.console.store.records_made import T0, eventually, sample

Open = Callable[..., SqlStore]


def trend(store: SqlStore, start: float = -86_400, end: float = 86_400, bed: str = "7B-01") -> Trend:
    span = T0 + timedelta(seconds=start), T0 + timedelta(seconds=end)
    return store.trend(bed, list(Parameter), *span).result(10)


def values(store: SqlStore, parameter: Parameter = Parameter.HR, **span: float) -> list[float]:
    series = trend(store, **span).series.get(parameter)
    return [] if series is None else series.values.tolist()


def counts(url: str) -> tuple[int, int]:
    """Rows in hot and in chunk."""
    engine = open_engine(url, Role.READER)
    with engine.connect() as connection:
        found = tuple(len(connection.execute(table.select()).all()) for table in (hot, chunk))
    engine.dispose()
    return found  # type: ignore[return-value]


def test_a_trend_gives_values_gaps_and_doubt_as_they_were_sent(store: SqlStore) -> None:
    store.put_samples(
        [
            sample(0, 72.0),
            sample(1, None),
            sample(2.25, 73.5, status=Status.QUESTIONABLE),
            sample(0, 36.7, Parameter.TEMP, site="T1"),
            sample(0, 99.0, bed="7B-02"),
        ]
    )
    eventually(lambda: len(values(store)) == 3)
    found = trend(store).series
    assert found[Parameter.HR].times.tolist() == [T0.timestamp(), T0.timestamp() + 1, T0.timestamp() + 2.25]
    np.testing.assert_array_equal(found[Parameter.HR].values, [72.0, np.nan, 73.5])
    assert found[Parameter.HR].questionable.tolist() == [False, False, True]
    assert found[Parameter.TEMP].values.tolist() == [36.7]
    assert set(found) == {Parameter.HR, Parameter.TEMP}


def test_a_trend_is_the_same_before_and_after_compaction(url: str, opened: Open) -> None:
    store = opened(url)
    store.put_samples([sample(s + 0.001 * (s % 3), 60 + s % 20, p) for s in range(150) for p in list(Parameter)[:3]])
    eventually(lambda: len(values(store)) == 150)
    before = trend(store)
    assert counts(url)[1] == 0
    store.close()
    again = opened(url)  # compacts what was left
    eventually(lambda: counts(url) == (0, 3))
    after = trend(again)
    for parameter, series in before.series.items():
        np.testing.assert_array_equal(after.series[parameter].times, series.times)
        np.testing.assert_array_equal(after.series[parameter].values, series.values)


def test_late_samples_take_their_own_place_in_minutes_already_packed(url: str, opened: Open) -> None:
    store = opened(url, compact_s=0.1)
    store.put_samples([sample(s, float(s)) for s in (0, 2, 61, 125)])
    eventually(lambda: counts(url) == (0, 3))
    store.put_samples([sample(1, 1.0, delay=3600), sample(62, 62.0, delay=3600), sample(-30, -30.0, delay=3600)])
    eventually(lambda: len(values(store)) == 7 and counts(url) == (0, 4))
    assert values(store) == [-30.0, 0.0, 1.0, 2.0, 61.0, 62.0, 125.0]


def test_of_two_values_for_one_moment_a_trend_shows_the_one_received_last(url: str, opened: Open) -> None:
    store = opened(url, compact_s=0.1)
    store.put_samples([sample(0, 120.0, Parameter.NIBP_SYS, delay=60)])
    eventually(lambda: counts(url) == (0, 1))
    # The second value tells that the first has been dealt with: before, the trend would show 120 anyway.
    store.put_samples([sample(0, 118.0, Parameter.NIBP_SYS, delay=1), sample(5, 99.0, Parameter.NIBP_SYS)])
    eventually(lambda: counts(url) == (0, 1) and len(values(store, Parameter.NIBP_SYS)) == 2)
    assert values(store, Parameter.NIBP_SYS) == [120.0, 99.0]


def test_a_trend_is_cut_at_its_ends_to_the_microsecond(store: SqlStore) -> None:
    store.put_samples([sample(s, s) for s in (9.999999, 10.0, 19.999999, 20.0)])
    eventually(lambda: len(values(store)) == 4)
    assert values(store, start=10, end=20) == [10.0, 19.999999]


def test_a_trend_of_more_than_73_hours_is_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="73 hours"):
        trend(store, 0, 73 * 3600 + 1)


def test_names_that_a_database_refuses_are_stored_under_a_replacement(store: SqlStore) -> None:
    store.put_samples([sample(0, 70.0, source="a\x00b\ud800", site="x\ud800"), sample(1, 71.0)])
    eventually(lambda: values(store) == [70.0, 71.0])
    assert store.failure == ""
    assert store.samples_dropped == 0


def test_reading_while_compacting_never_loses_nor_doubles_a_sample(url: str, opened: Open) -> None:
    store = opened(url, compact_s=0.05)
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append(len(values(store)))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for second in range(4):
            store.put_samples([sample(60 * second + k / 10, float(k)) for k in range(500)])
            eventually(lambda: len(values(store)) == 500 * (second + 1))  # noqa: B023 - called at once
            eventually(lambda: counts(url)[0] == 0)
    finally:
        stop.set()
        reader.join()
    # Nothing but whole commits was ever seen, and never less than before.
    assert set(seen) <= {0, 500, 1000, 1500, 2000}
    assert seen == sorted(seen)


def test_what_was_put_before_closing_is_there_after_opening(url: str, opened: Open) -> None:
    store = opened(url)
    store.put_samples([sample(s) for s in range(1000)])
    store.close()
    assert len(values(opened(url))) == 1000
    assert store.samples_dropped == 0
    store.put_samples([sample(5000)])
    assert store.samples_dropped == 1


def test_two_stores_on_one_database_write_and_compact_beside_each_other(url: str, opened: Open) -> None:
    one, other = opened(url, compact_s=0.1), opened(url, compact_s=0.1)
    for block in range(5):
        one.put_samples([sample(block * 20 + s, 1.0) for s in range(20)])
        other.put_samples([sample(block * 20 + s + 0.5, 2.0) for s in range(20)])
        eventually(lambda: len(values(one)) == 40 * (block + 1))  # noqa: B023 - called at once
    eventually(lambda: counts(url) == (0, 2))
    assert len(values(other)) == 200
    assert one.failure == other.failure == ""


def test_a_damaged_minute_is_left_out_and_kept_when_it_is_written_again(tmp_path, opened: Open) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    store = opened(url, compact_s=0.1)
    store.put_samples([sample(s, 70.0) for s in (0, 1, 61)])
    eventually(lambda: counts(url) == (0, 2))
    engine = open_engine(url, Role.SAMPLES)
    with engine.begin() as connection:
        first = connection.execute(chunk.select().order_by(chunk.c.id)).first()
        connection.execute(chunk.update().where(chunk.c.id == first.id).values(data=first.data[:-1] + b"\xff"))
    assert values(store) == [70.0]
    store.put_samples([sample(2, 71.0)])
    eventually(lambda: values(store) == [71.0, 70.0])
    eventually(lambda: counts(url)[0] == 0)
    with engine.connect() as connection:
        ((_, origin, data),) = connection.exec_driver_sql("SELECT * FROM damaged").all()
    engine.dispose()
    assert origin.startswith(f"chunk {first.id}")
    assert data == first.layout + first.data[:-1] + b"\xff"


def test_an_hour_of_stored_samples_reads_back_exactly(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    given = [sample(s + (s * 7919 % 1000) / 1e6, 60 + (s * 31 % 97) / 2) for s in range(3600)]
    store = open_store(url)
    store.put_samples(given)
    store.close()
    store = open_store(url, compact_s=0.1, flush_s=0.05)
    eventually(lambda: counts(url) == (0, 60))
    series = trend(store).series[Parameter.HR]
    store.close()
    assert series.values.tolist() == [s.observation.value for s in given]
    assert [round(t * 1e6) for t in series.times] == [to_us(s.observation.measured_at) for s in given]
