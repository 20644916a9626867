"""When the audit trail is anchored, and what becomes of the file of anchors."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.store import anchoring, anchors
from console.store.anchors import Anchor, anchor_file, read_anchors, write_anchor
from console.store.records import AuditEntry
from console.store.sql_store import open_store
from tests.console.store.records_made import T0, eventually

ONE = Anchor(datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC), 7, "a" * 64)


def test_an_anchor_is_one_line_that_reads_back(tmp_path: Path) -> None:
    write_anchor(tmp_path / "a", ONE)
    assert (tmp_path / "a").read_text() == f"2026-11-23T01:02:03+00:00 7 {'a' * 64}\n"
    assert read_anchors(tmp_path / "a").anchors == (ONE,)


def test_a_line_that_the_power_cut_off_is_left_and_another_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a"
    write_anchor(file, ONE)
    with file.open("a") as cut:
        cut.write("2026-11-23T01:03:03+00:00 9 abc")
    write_anchor(file, ONE)
    assert (read_anchors(file).anchors, read_anchors(file).unreadable) == ((ONE, ONE), "")
    file.write_text(file.read_text() + "nothing of ours\n")
    assert read_anchors(file).unreadable == "line 4 of a"


def test_the_files_stay_bounded_and_the_newest_anchors_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "LARGEST", 1_000)
    for number in range(1, 60):
        write_anchor(tmp_path / "a", Anchor(ONE.at, number, ONE.digest))
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a", "a.1"]
    assert all(f.stat().st_size <= 1_100 for f in tmp_path.iterdir())
    numbers = [anchor.number for anchor in read_anchors(tmp_path / "a").anchors]
    assert numbers == list(range(numbers[0], 60))
    assert len(numbers) >= 10


@pytest.mark.parametrize(("entries", "seconds"), [(3, 1000.0), (1000, 0.0)])
def test_a_running_store_anchors_by_count_and_by_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: int, seconds: float
) -> None:
    monkeypatch.setattr("console.store.housekeeping.LOOK_S", 0.05)
    monkeypatch.setattr(anchoring, "EVERY_ENTRIES", entries)
    monkeypatch.setattr(anchoring, "EVERY_S", seconds)
    store = open_store(f"sqlite:///{tmp_path / 'ward.db'}")
    try:
        for _ in range(3):
            store.put_audit(AuditEntry(T0, "A", "act")).result(10)
        file = anchor_file(f"sqlite:///{tmp_path / 'ward.db'}")
        eventually(lambda: [a.number for a in read_anchors(file).anchors][-1:] == [3])
    finally:
        store.close()


def test_anchors_that_cannot_be_written_stand_in_the_trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.store.housekeeping.LOOK_S", 0.05)
    monkeypatch.setattr(anchoring, "EVERY_ENTRIES", 1)
    file = tmp_path / "ward.db-anchors"
    file.mkdir()
    store = open_store(f"sqlite:///{tmp_path / 'ward.db'}")
    try:
        assert any("cannot be read" in notice for notice in store.notices)
        store.put_audit(AuditEntry(T0, "A", "act")).result(10)
        eventually(lambda: acts(tmp_path)[-1] == "audit trail not anchored")
        file.rmdir()
        store.put_audit(AuditEntry(T0, "A", "act")).result(10)
        eventually(lambda: acts(tmp_path)[-1] == "audit trail anchored again")
    finally:
        store.close()


def acts(folder: Path) -> list[str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "ward.db")) as sql:
        return [act for (act,) in sql.execute("SELECT act FROM audit ORDER BY number")]


def test_anchors_of_a_server_lie_in_the_data_directory(tmp_path: Path) -> None:
    url = "postgresql+psycopg://ward:secret@db.example/ward 7"
    assert anchor_file(url, tmp_path) == tmp_path / "db.example-ward_7-anchors"
