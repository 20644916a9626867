"""HL7 messages: acknowledged only when durable, stored once, and let go by the retention rule."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from console.store.database import Role, open_engine
from console.store.instants import to_us
from console.store.receipts import Retention, plan, prune, raw_of
from console.store.recovery import look
from console.store.schema import receipt as receipts
from console.store.sql_store import SqlStore
from drivers.observation import Parameter
from tests.console.store.records_made import T0, receipt, sample

Open = Callable[..., SqlStore]


def stored(store: SqlStore) -> int:
    span = T0 - timedelta(hours=1), T0 + timedelta(hours=1)
    series = store.trend("7B-01", [Parameter.HR], *span).result(10).series
    return len(series[Parameter.HR].values) if series else 0


def test_a_message_is_stored_once_however_often_it_is_sent(store: SqlStore) -> None:
    futures = [store.put_message(receipt(f"k{i % 100}"), [sample(i % 100, 70.0)]) for i in range(300)]
    assert [f.result(10) for f in futures] == [True] * 100 + [False] * 200
    assert stored(store) == 100


def test_a_message_is_readable_at_the_moment_its_future_ends(store: SqlStore) -> None:
    for i in range(20):
        assert store.put_message(receipt(f"k{i}"), [sample(i)]).result(10)
        assert stored(store) == i + 1


def test_the_bytes_of_a_message_are_kept_as_they_were(url: str, store: SqlStore) -> None:
    raw = bytes(range(256)) * 40
    store.put_message(receipt("k\x00\ud800", raw), []).result(10)
    engine = open_engine(url, Role.READER)
    with engine.connect() as connection:
        row = connection.execute(receipts.select()).one()
    engine.dispose()
    assert raw_of(row.raw) == raw
    assert row.key == "k\ufffd?"


def test_a_message_that_cannot_be_stored_does_not_stop_the_others(store: SqlStore) -> None:
    good = [store.put_message(receipt(f"k{i}"), [sample(i)]) for i in range(10)]
    bad = store.put_message(receipt("bad", at=T0.replace(tzinfo=None)), [])
    more = [store.put_message(receipt(f"m{i}"), [sample(60 + i)]) for i in range(10)]
    assert all(f.result(10) for f in good + more)
    assert bad.exception(10) is not None
    assert store.failure == ""


def test_the_retention_rule_lets_bytes_go_by_age_and_size_but_never_below_its_floors(url: str, store: SqlStore) -> None:
    # One message an hour for 60 hours, 1,000 incompressible-enough bytes each.
    raws = [bytes((i * 37 + j * j * 13 + (j >> 3)) % 256 for j in range(1000)) for i in range(60)]
    for hour, raw in enumerate(raws):
        store.put_message(receipt(f"k{hour}", raw, T0 + timedelta(hours=hour, minutes=30)), []).result(10)
    now = to_us(T0 + timedelta(hours=60))

    def kept(rule: Retention) -> tuple[int, int]:
        engine = open_engine(url, Role.SAMPLES)
        with engine.begin() as connection:
            cuts = plan(connection, now, rule)
            while prune(connection, cuts):
                pass
            rows = connection.execute(receipts.select()).all()
        engine.dispose()
        return len(rows), sum(row.raw is not None for row in rows)

    wide = Retention(raw_days=30, row_days=30)
    assert kept(wide) == (60, 60)
    assert kept(Retention(raw_days=2, row_days=30)) == (60, 48)
    engine = open_engine(url, Role.READER)
    with engine.connect() as connection:
        size = max(row.raw_size for row in connection.execute(receipts.select()))
    engine.dispose()
    few = kept(Retention(raw_days=30, raw_bytes=size * 20, row_days=30))[1]
    assert 15 <= few <= 25
    assert kept(Retention(raw_days=30, raw_bytes=0, raw_floor_hours=10, row_days=30)) == (60, 10)
    assert kept(Retention(rows=30, row_floor_hours=1)) == (30, 10)
    assert kept(Retention(rows=0, row_floor_hours=24)) == (24, 10)
    assert kept(Retention(row_days=0.5)) == (12, 10)


WRITER = """
import sys, itertools
from console.store.sql_store import open_store
from tests.console.store.records_made import receipt, sample, step, alarm
from drivers.observation import Parameter
THREE = (Parameter.HR, Parameter.RR, Parameter.SPO2)
url, start = sys.argv[1], int(sys.argv[2])
store = open_store(url, flush_s=0.05, compact_s=0.05)
waiting = []
for i in itertools.count(start):
    message = store.put_message(receipt(f"k{i}"), [sample(i / 100, float(i % 1000), p) for p in THREE])
    waiting.append((i, message, store.put_transitions([step(alarm(f"a{i}"))])))
    if len(waiting) >= 100:
        for n, *futures in waiting:
            for future in futures:
                assert future.result(30) is not False
            print(n, flush=True)
        waiting = []
"""


def test_after_kill_9_every_acknowledged_message_and_alarm_is_there_whole(tmp_path: Path, opened: Open) -> None:
    file = tmp_path / "ward.db"
    url = f"sqlite:///{file}"
    acknowledged: set[int] = set()
    start = 0
    for kill in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(start)], stdout=subprocess.PIPE, cwd=Path.cwd(), text=True
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(0.05 + 0.11 * kill)
        process.kill()
        lines = (first + process.stdout.read()).splitlines(keepends=True)
        numbers = [int(line) for line in lines if line.endswith("\n")]
        process.stdout.close()
        process.wait()
        acknowledged.update(numbers)
        assert look(file).problem == ""
        start += 100_000
    assert len(acknowledged) >= 500
    store = opened(url)
    span = T0 - timedelta(hours=1), T0 + timedelta(hours=1)
    seen: dict[Parameter, set[float]] = {}
    for parameter in (Parameter.HR, Parameter.RR, Parameter.SPO2):
        times: set[float] = set()
        for run in range(5):
            shift = timedelta(seconds=run * 1000)
            found = store.trend("7B-01", [parameter], span[0] + shift, span[1] + shift).result(10).series
            times.update(round((t - T0.timestamp()) * 100) for t in found[parameter].times) if found else None
        seen[parameter] = times
    engine = open_engine(url, Role.READER)
    with engine.connect() as connection:
        keys = {int(k[1:]) for k in connection.execute(receipts.select().with_only_columns(receipts.c.key)).scalars()}
        alarms = {int(i[1:]) for i in connection.exec_driver_sql("SELECT alarm_id FROM transition").scalars()}
        states = {int(json.loads(b)["id"][1:]) for b in connection.exec_driver_sql("SELECT body FROM alarm").scalars()}
    engine.dispose()
    assert acknowledged <= keys
    assert acknowledged <= alarms == states
    # No message is stored by half: exactly the samples of the receipts are there.
    assert seen[Parameter.HR] == seen[Parameter.RR] == seen[Parameter.SPO2] == keys


@pytest.mark.postgres
def test_a_server_that_goes_down_is_told_and_nothing_is_stored_twice(cluster, opened: Open) -> None:
    # On a busy machine the server takes most of a minute to recover.
    store = opened(cluster.create("restarted"), deadline_s=90.0)
    assert store.put_message(receipt("k0"), [sample(0)]).result(10)
    for restart in range(1):
        cluster.stop(3)  # SIGQUIT: as after a crash
        first = 1 + 50 * restart
        futures = [store.put_message(receipt(f"k{i}"), [sample(i)]) for i in range(first, first + 50)]
        store.put_samples([sample(300 + restart)])
        ends = time.monotonic() + 10
        while not store.failure:
            assert time.monotonic() < ends
            time.sleep(0.02)
        assert "not reachable" in store.failure
        cluster.start()
        assert all(f.result(90) is True for f in futures)
    while store.failure or stored(store) != 52:
        assert time.monotonic() < ends + 90
        time.sleep(0.1)
