"""A disk that is full, a file that is locked, damaged, newer or not ours: told, ridden out, nothing lost in silence."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from console.config import ConfigError
from console.store import migrate, writer
from console.store.buffer import CAPACITY, SampleBuffer
from console.store.database import Role, open_engine, prepare_file
from console.store.errors import NotDurable, SchemaTooNew, StoreError
from console.store.locate import absolute_url, database_url, hidden
from console.store.records import AuditEntry
from console.store.recovery import look, time_limit
from console.store.schema import metadata
from console.store.sql_store import SqlStore, open_store
from drivers.observation import Parameter
from tests.console.store.records_made import T0, alarm, eventually, patient, receipt, sample, step

Open = Callable[..., SqlStore]


def stored(store: SqlStore) -> int:
    span = T0 - timedelta(hours=1), T0 + timedelta(hours=24)
    series = store.trend("7B-01", [Parameter.HR], *span).result(10).series
    return len(series[Parameter.HR].values) if series else 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(filler: Path) -> None:
    """Write until the disk does not take any more."""
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_on_a_full_disk_nothing_is_acknowledged_and_all_goes_on_when_it_is_freed(small_disk: Path) -> None:
    store = open_store(f"sqlite:///{small_disk / 'ward.db'}", flush_s=0.05, deadline_s=1.0)
    try:
        assert store.put_message(receipt("before"), [sample(0)]).result(10) is True
        filler = small_disk / "filler"
        with pytest.raises(OSError, match="space"):
            fill(filler)
        # What is left inside files already made can take a few more; then it stops.
        outcomes = [store.put_message(receipt(f"k{i}", os.urandom(8000)), [sample(1 + i)]) for i in range(300)]
        kept = store.put_transitions([step(alarm("a"))])
        store.put_samples([sample(1000)])
        done = [f.exception(20) is None for f in outcomes]
        assert not all(done)
        assert all(isinstance(f.exception(), NotDurable) for f in outcomes if f.exception())
        assert store.failure == "Recording stopped - disk full"
        filler.unlink()
        eventually(lambda: store.failure == "", 30)
        # Exactly what was acknowledged is there, and what has happened is written after all.
        eventually(lambda: stored(store) == 2 + sum(done))
        assert isinstance(kept.exception(10), NotDurable | None)
        eventually(lambda: store.alarm_story("a").result(10) is not None)
        assert store.put_message(receipt("after"), [sample(2000)]).result(10) is True
        assert store.samples_dropped == 0
        problem = look(small_disk / "ward.db").problem
        assert problem == ""
    finally:
        store.close()


def test_a_lock_held_by_another_program_is_told_and_waited_out(tmp_path: Path, opened: Open) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    store = opened(url, deadline_s=30.0)
    store.put_samples([sample(0)])
    eventually(lambda: stored(store) == 1)
    with closing(sqlite3.connect(tmp_path / "ward.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        future = store.put_message(receipt("k"), [sample(1)])
        store.put_samples([sample(2)])
        eventually(lambda: "locked" in store.failure, 5)
        assert stored(store) == 1  # reading goes on
        assert not future.done()
        other.execute("COMMIT")
    assert future.result(10) is True
    eventually(lambda: store.failure == "" and stored(store) == 3)


def test_an_entry_that_is_not_durable_by_its_deadline_fails_by_type(tmp_path: Path, opened: Open) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    store = opened(url, deadline_s=0.5)
    with closing(sqlite3.connect(tmp_path / "ward.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        message = store.put_message(receipt("k"), [sample(1)])
        admission = store.put_admission(patient(), "n")
        steps = store.put_transitions([step(alarm("a"))])
        noted = store.put_audit(AuditEntry(T0, "n", "act"))
        for future in (message, admission, steps, noted):
            assert isinstance(future.exception(10), NotDurable)
        other.execute("COMMIT")
    # What is told as failed to a sender or a person is not stored behind their back; what has happened is.
    eventually(lambda: store.failure == "" and store.alarm_story("a").result(5) is not None)
    assert store.restore().stays == ()
    assert stored(store) == 0
    assert store.put_message(receipt("k"), [sample(1)]).result(10) is True


def test_closing_while_nothing_can_be_written_ends_in_time_and_counts_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_CLOSING_S", 1.0)
    store = open_store(f"sqlite:///{tmp_path / 'ward.db'}", flush_s=0.05)
    with closing(sqlite3.connect(tmp_path / "ward.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.put_samples([sample(i) for i in range(10)])
        future = store.put_message(receipt("k"), [sample(1)])
        started = time.monotonic()
        store.close()
        assert time.monotonic() - started < 6
        assert isinstance(future.exception(0), NotDurable)
        assert store.samples_dropped == 10


def test_the_buffer_holds_a_quarter_of_an_hour_of_a_full_ward_and_keeps_the_newest() -> None:
    assert CAPACITY >= 15 * 60 * 64 * 6
    buffer = SampleBuffer(100)
    for i in range(25):
        buffer.add([sample(i, float(i)) for _ in range(6)])
    assert len(buffer) <= 100
    assert len(buffer) + buffer.dropped == 150
    newest = buffer.take()
    assert sum(count for _, count, _ in newest) == 96
    assert len(buffer) == 0


def damaged_copies(file: Path) -> list[bytes]:
    whole = file.read_bytes()
    flipped = bytearray(whole)
    for page in range(1, len(whole) // 4096):
        flipped[page * 4096 : page * 4096 + 12] = b"\xff" * 12
    header = b"X" * 100 + whole[100:]
    return [bytes(flipped), header, whole[: len(whole) // 2], b"not a database at all " * 500]


@pytest.mark.parametrize("kind", range(4))
def test_a_damaged_file_is_set_aside_byte_for_byte_and_recording_starts_anew(tmp_path: Path, kind: int) -> None:
    file = tmp_path / "ward.db"
    store = open_store(f"sqlite:///{file}")
    for i in range(300):
        store.put_message(receipt(f"k{i}"), [sample(i)])
    store.close()
    bad = damaged_copies(file)[kind]
    file.write_bytes(bad)
    started = time.monotonic()
    store = open_store(f"sqlite:///{file}", flush_s=0.05)
    try:
        assert time.monotonic() - started < 5
        (notice,) = store.restore().extra["notices"]
        assert "set aside" in notice
        (kept,) = (f for f in tmp_path.glob("ward.db.damaged-*") if not f.name.endswith(("-wal", "-shm")))
        assert kept.name in notice
        assert kept.read_bytes() == bad
        assert store.put_message(receipt("k"), [sample(0)]).result(10) is True
        assert store.failure == ""
    finally:
        store.close()


def test_a_write_ahead_log_cut_short_loses_no_more_than_its_end(tmp_path: Path) -> None:
    file = tmp_path / "ward.db"
    store = open_store(f"sqlite:///{file}")
    for i in range(50):
        store.put_message(receipt(f"k{i}"), [sample(i)]).result(10)
    for suffix in ("", "-wal"):
        shutil.copy(f"{file}{suffix}", f"{tmp_path / 'copy.db'}{suffix}")
    store.close()
    with (tmp_path / "copy.db-wal").open("r+b") as log:
        log.truncate(os.fstat(log.fileno()).st_size * 2 // 3 + 17)
    store = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    found = stored(store)
    notices = store.notices
    store.close()
    assert 0 < found <= 50
    assert notices == ()


@pytest.mark.parametrize("leftover", [None, b""])
def test_an_empty_or_missing_file_is_simply_begun(tmp_path: Path, leftover: bytes | None) -> None:
    file = tmp_path / "new" / "ward.db"
    if leftover is not None:
        file.parent.mkdir()
        file.write_bytes(leftover)
    store = open_store("sqlite:///ward.db", file.parent)
    assert store.notices == ()
    store.close()
    if leftover is None:
        assert file.stat().st_mode & 0o077 == 0  # it names patients


def test_a_newer_database_is_refused_and_left_as_it_is(url: str, opened: Open, tmp_path: Path) -> None:
    opened(url).close()
    engine = open_engine(url, Role.JOURNAL)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    before = [file.read_bytes() for file in tmp_path.glob("ward.db")]
    with pytest.raises(SchemaTooNew, match="newer version"):
        open_store(url)
    assert [file.read_bytes() for file in tmp_path.glob("ward.db")] == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(StoreError, match="another program"):
        open_store(f"sqlite:///{tmp_path / 'other.db'}")


def test_a_place_that_cannot_be_written_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'ward.db'}")
    with pytest.raises(StoreError, match="not reachable"):
        open_store(f"postgresql+psycopg://ward@/ward?host={tmp_path}")


def test_a_look_at_a_large_file_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "large.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.execute("CREATE TABLE t (x UNIQUE)")
        rows = ((os.urandom(20),) for _ in range(50_000))
        connection.executemany("INSERT INTO t VALUES (?)", rows)
        connection.commit()
    assert look(tmp_path / "large.db", time_limit(0.0)).complete is False
    assert look(tmp_path / "large.db").complete is True


def test_migrations_make_exactly_the_tables_the_program_uses(url: str) -> None:
    prepare_file(url)
    engine = open_engine(url, Role.JOURNAL)
    assert migrate.upgrade(engine) == (None, migrate.newest_version())
    assert migrate.upgrade(engine) == (migrate.newest_version(), migrate.newest_version())
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@pytest.mark.parametrize("statement", range(1, 30, 4))
def test_a_migration_that_is_cut_off_leaves_nothing_behind(url: str, statement: int) -> None:
    from sqlalchemy import event

    prepare_file(url)
    engine = open_engine(url, Role.JOURNAL)
    seen = 0

    def cut(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", cut)
    with pytest.raises(KeyboardInterrupt):
        migrate.upgrade(engine)
    engine.dispose()
    engine = open_engine(url, Role.JOURNAL)
    with engine.connect() as connection:
        assert migrate.schema_version(connection) is None
        assert not set(metadata.tables) & set(connection.dialect.get_table_names(connection))
    assert migrate.upgrade(engine)[0] is None
    engine.dispose()


def test_many_threads_may_call_the_store_at_once(tmp_path: Path, opened: Open) -> None:
    store = opened(f"sqlite:///{tmp_path / 'ward.db'}")

    def work(number: int) -> None:
        for i in range(25):
            store.put_samples([sample(number * 100 + i)])
            store.put_message(receipt(f"{number}-{i}"), [sample(number * 100 + i + 0.5)]).result(10)
            store.put_audit(AuditEntry(T0, str(number), "act")).result(10)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: stored(store) == 400)


@pytest.mark.parametrize(
    "bad", ["mysql://x", "sqlite://", "sqlite:///", "sqlite:///:memory:", "ward.db", "postgresql://x"]
)
def test_a_url_the_store_does_not_understand_is_a_plain_error(bad: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        absolute_url(bad, tmp_path)


def test_a_relative_file_is_in_the_data_directory_and_passwords_stay_out_of_messages(tmp_path: Path) -> None:
    assert database_url(None, tmp_path) == f"sqlite:///{tmp_path}/ward.db"
    assert database_url("sqlite:////var/x.db", tmp_path) == "sqlite:////var/x.db"
    config = tmp_path / "ward.toml"
    config.write_text('[store]\nurl = "sqlite:///other.db"\n')
    assert database_url(None, tmp_path, config) == f"sqlite:///{tmp_path}/other.db"
    assert "secret" not in hidden("postgresql+psycopg://u:secret@h/w")
