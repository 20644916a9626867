"""What the retention rule lets go: told before, told after, by whole days, and never ahead of the audit trail."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from console.clock import SystemClock
from console.config import ConfigError, parse_config
from console.store.database import Role, open_engine
from console.store.receipts import Retention
from console.store.records import AuditEntry, HistoryFilter
from console.store.sql_store import SqlStore
from console.store.upkeep import verify_audit
from drivers.observation import Parameter
from tests.console.store.records_made import T0, alarm, eventually, receipt, sample, step

Open = Callable[..., SqlStore]
DAY = 86_400


class Later(SystemClock):
    """The wall clock at noon, some days after T0."""

    def __init__(self, days: float) -> None:
        super().__init__()
        self._utc = T0.replace(hour=12) + timedelta(days=days)

    def utc(self) -> datetime:
        return self._utc


def asked(url: str, query: str) -> list[tuple]:
    engine = open_engine(url, Role.READER)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query)).all()]
    finally:
        engine.dispose()


def told(url: str) -> list[tuple]:
    return asked(url, "SELECT act, detail FROM audit WHERE act LIKE 'purge %' ORDER BY number")


def filled(url: str, opened: Open, days: int) -> None:
    """Samples of one minute a day from T0 on, packed; an alarm, and a message of the first day."""
    store = opened(url, compact_s=0.05)
    store.put_transitions([step(alarm("old"))]).result(10)
    store.put_message(receipt("old"), []).result(10)
    for day in range(days):
        store.put_samples([sample(day * DAY)])
    eventually(lambda: asked(url, "SELECT count(*) FROM chunk") == [(days,)])
    store.close()


def days_left(store: SqlStore, days: int) -> list[int]:
    left = []
    for day in range(days):
        at = T0 + timedelta(days=day)
        found = store.trend("7B-01", [Parameter.HR], at - timedelta(minutes=1), at + timedelta(minutes=1)).result(10)
        left += [day] if any(len(series.times) for series in found.series.values()) else []
    return left


def test_a_purge_is_told_before_and_after_and_takes_whole_days_alone(url: str, opened: Open) -> None:
    filled(url, opened, 12)
    rule = Retention(samples_days=7, row_days=365, raw_days=365)
    store = opened(url, clock=Later(12), prune_s=0.05, retention=rule)
    eventually(lambda: len(told(url)) == 2)
    assert told(url) == [
        ("purge begun", "samples measured from 2026-11-22T13:00:00+00:00 to 2026-11-27T00:00:00+00:00"),
        ("purge done", "0 HL7 messages or their bytes; 5 minutes of samples, each source counted"),
    ]
    assert days_left(store, 12) == list(range(5, 12))
    time.sleep(0.3)
    assert len(told(url)) == 2, "nothing is due, so nothing is told"
    assert store.history(HistoryFilter(), 0, 10).result(10).total == 1, "alarms stay"


def test_messages_that_go_are_told_too(url: str, opened: Open) -> None:
    filled(url, opened, 1)
    store = opened(url, clock=Later(60), prune_s=0.05, retention=Retention(raw_days=7, row_days=30))
    eventually(lambda: len(told(url)) == 2)
    assert told(url)[0][1].startswith("HL7 messages received up to 2026-12-22T12:00:00+00:00, their bytes up to")
    assert told(url)[1][1].startswith("1 HL7 messages")
    assert asked(url, "SELECT count(*) FROM receipt") == [(0,)]
    store.close()
    assert verify_audit(url).broken is None


def test_a_clock_that_jumps_ahead_by_years_takes_a_week_in_a_run(url: str, opened: Open) -> None:
    filled(url, opened, 12)
    rule = Retention(samples_days=400, row_days=40_000, raw_days=40_000)
    store = opened(url, clock=Later(4_000), prune_s=0.3, retention=rule)
    eventually(lambda: len(told(url)) >= 2)
    store.close()
    assert told(url)[0] == (
        "purge begun", "samples measured from 2026-11-22T13:00:00+00:00 to 2026-11-29T00:00:00+00:00",
    )  # fmt: skip


def test_what_cannot_be_told_is_not_deleted(tmp_path, opened: Open) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    filled(url, opened, 12)
    engine = open_engine(url, Role.JOURNAL)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
    engine.dispose()
    store = opened(url, clock=Later(12), prune_s=0.05, retention=Retention(samples_days=7))
    time.sleep(0.5)
    assert days_left(store, 12) == list(range(12))
    assert told(url) == []


def test_the_journal_does_not_wait_for_a_purge(tmp_path, opened: Open) -> None:
    """Twenty thousand minutes go while entries are made durable one after the other."""
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    filled(url, opened, 1)
    engine = open_engine(url, Role.JOURNAL)
    with engine.begin() as connection:
        connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO chunk "
                "SELECT c.id + i, c.layout, zeroblob(1000), 0 FROM n, (SELECT min(id) AS id, layout FROM chunk) c"
            )
        )
    engine.dispose()
    store = opened(url, clock=Later(30), prune_s=0.05, retention=Retention(samples_days=7, row_days=90, raw_days=90))
    waits = []
    while asked(url, "SELECT count(*) FROM chunk")[0][0] and len(waits) < 2_000:
        begun = time.perf_counter()
        store.put_audit(AuditEntry(datetime.now(UTC), "A", "act")).result(10)
        waits.append((time.perf_counter() - begun) * 1000)
    waits.sort()
    print(f"\n{len(waits)} entries during a purge of 10,001 minutes: median {waits[len(waits) // 2]:.1f} ms, "
          f"slowest {waits[-1]:.1f} ms")  # fmt: skip
    assert asked(url, "SELECT count(*) FROM chunk") == [(0,)]
    assert waits[-1] < 2_000


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("alarms_days = 365", "alarms cannot be deleted"),
        ("audit_days = 4000", "the audit trail cannot be deleted"),
        ("samples_days = 3", "samples_days"),
        ("raw_message_days = 60", "at most message_days"),
    ],
)
def test_what_the_configuration_may_not_say_is_refused_in_words(line: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_config(f"[retention]\n{line}\n")


def test_the_configuration_says_how_long(tmp_path) -> None:
    from console.station import Station

    text_ = "[retention]\nsamples_days = 30\nraw_message_days = 2\nraw_message_mb = 64\nmessage_days = 5\n"
    station = Station(parse_config(text_), tmp_path)
    kept = station.store._retention
    station.stop()
    assert (kept.samples_days, kept.raw_days, kept.raw_bytes, kept.row_days) == (30, 2, 64 * 1024**2, 5)
    assert parse_config("").retention.samples_days >= 400
