"""`export` and `db` as a person runs them, on a database that a gateway goes on writing."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console import cli
from console.alarms.alarm import Change
from console.commands import db, export
from console.store.archive import minute_of
from console.store.records import AuditEntry
from console.store.recovery import look
from console.store.sql_store import SqlStore, open_store
from drivers.observation import Parameter, Status
from tests.console.store.records_made import T0, alarm, ended, eventually, patient, receipt, sample, step


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_store("sqlite:///ward.db", tmp_path, flush_s=0.05)
    yield store
    store.close()


def parser() -> object:
    import argparse

    made = argparse.ArgumentParser()
    commands = made.add_subparsers()
    export.add_parser(commands)
    db.add_parser(commands)
    return made


def run(*words: object) -> int:
    args = parser().parse_args([str(w) for w in words])  # type: ignore[attr-defined]
    return int(args.run(args))


def exported(capsys: pytest.CaptureFixture[str], *words: object) -> list[dict[str, object]]:
    assert run("export", *words, "--format", "jsonl") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_observations_come_out_as_they_were_received(
    ward: SqlStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward.put_admission(patient(at=T0 + timedelta(seconds=10)), "n")
    ward.put_discharge("7B-01", "H1", T0 + timedelta(seconds=20), "n").result(10)
    given = [
        sample(5.000001, 36.7, Parameter.TEMP, site="T1"),
        sample(15, 72.0, delay=0.25),
        sample(16, None),
        sample(17, 0.1 + 0.2, Parameter.PERFUSION_INDEX, status=Status.QUESTIONABLE),
        sample(25, -3.5, Parameter.ETCO2),
        sample(86_400 * 40, 71.0),
        sample(-86_400 * 365 * 30, 70.0, bed="7B-02"),
    ]
    ward.put_samples(given)
    eventually(lambda: len(exported(capsys, "observations", "--data-dir", tmp_path)) == len(given))
    rows = exported(capsys, "observations", "--data-dir", tmp_path)
    assert [list(row) for row in rows] == [
        ["time", "received_at", "bed", "patient_id", "source", "parameter", "value", "unit", "status", "site"]
    ] * len(given)
    for row, item in zip(rows, sorted(given, key=lambda s: s.observation.measured_at), strict=True):
        seen = item.observation
        assert datetime.fromisoformat(row["time"]) == seen.measured_at
        assert datetime.fromisoformat(row["received_at"]) == seen.received_at
        assert (row["bed"], row["source"], row["parameter"]) == (item.bed, seen.source, seen.parameter)
        assert (row["value"], row["status"], row["site"]) == (seen.value, seen.status, seen.site)
    assert [row["patient_id"] for row in rows] == ["", "", "H1", "H1", "H1", "", ""]
    assert rows[1]["unit"] == "Cel"
    one = exported(capsys, "observations", "--data-dir", tmp_path, "--bed", "7B-02")
    assert [row["value"] for row in one] == [70]
    span = ("--from", "2026-11-22T14:00:15+01:00", "--to", "2026-11-22T13:00:17")
    assert len(exported(capsys, "observations", "--data-dir", tmp_path, *span)) == 2


def test_an_export_while_samples_arrive_and_are_packed_has_each_sample_once(tmp_path: Path) -> None:
    store = open_store("sqlite:///ward.db", tmp_path, flush_s=0.02, compact_s=0.05)
    try:
        given = 0
        for round_ in range(5):
            for minute in range(30):
                store.put_samples([sample(minute * 60 + round_ + k / 100, float(given + k)) for k in range(20)])
                given += 20
            out = tmp_path / f"{round_}.jsonl"
            words = ("export", "observations", "--data-dir", tmp_path, "--format", "jsonl", "--out", out)
            assert run(*words) == 0
            values = [json.loads(line)["value"] for line in out.read_text().splitlines()]
            assert len(values) == len(set(values)) <= given
    finally:
        store.close()
    assert run(*words) == 0
    assert sorted(json.loads(line)["value"] for line in out.read_text().splitlines()) == list(range(given))


def test_a_cell_that_looks_like_a_formula_is_text_and_a_negative_number_stays_one(
    ward: SqlStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for word in ("=1+1", "+1", "-1", "@x", "\t=1", 'a"b,c\nd'):
        ward.put_audit(AuditEntry(T0, word, "act", detail=word)).result(10)
    ward.put_samples([sample(0, -5.5, Parameter.ETCO2, source="=cmd|' /C calc'!A0", site="@x")])
    assert run("export", "audit", "--data-dir", tmp_path) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["by"] for row in rows[:-1]] == ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", 'a"b,c\nd']
    assert rows[-1]["act"] == "data export"
    assert rows[-1]["detail"].startswith("audit, all beds, from the beginning to now, as csv, to standard output")
    eventually(lambda: run("export", "observations", "--data-dir", tmp_path) == 0 and "-5.5" in capsys.readouterr().out)
    assert run("export", "observations", "--data-dir", tmp_path) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["source"].startswith("'=cmd")
    assert (row["value"], row["site"], row["unit"]) == ("-5.5", "'@x", "mmHg")


def test_alarms_come_out_one_a_row(ward: SqlStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(1200):
        ward.put_transitions([step(alarm(f"a{i:04}", raised=i // 3, bed=f"B{i % 2}"))])
    ward.put_transitions([step(ended("a0000", 0, 20, bed="B0"), Change.CLEAR, 20)]).result(10)
    rows = exported(capsys, "alarms", "--data-dir", tmp_path)
    assert [row["id"] for row in rows] == [f"a{i:04}" for i in range(1200)]
    assert rows[0]["presence"] == "ended"
    assert rows[0]["priority"] == "medium"
    assert datetime.fromisoformat(str(rows[0]["ended_at"])) == T0 + timedelta(seconds=20)
    assert len(exported(capsys, "alarms", "--data-dir", tmp_path, "--bed", "B1")) == 600


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--from", "yesterday"], "ISO 8601"),
        (["--from", "2026-01-02", "--to", "2026-01-01"], "later"),
        ([], "no database"),
        (["--db", "oracle://x"], "sqlite:///"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2(
    tmp_path: Path, words: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "COMMANDS", ("console.commands.export", "console.commands.db"))
    assert cli.main(["export", "observations", "--data-dir", str(tmp_path), *words]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_a_database_in_use_is_whole_and_verified(
    ward: SqlStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    futures = [ward.put_message(receipt(f"k{i}"), [sample(i)]) for i in range(500)]
    assert all(f.result(10) for f in futures)
    target = tmp_path / "copy.db"
    assert run("db", "backup", "--data-dir", tmp_path, target) == 0
    assert "verified" in capsys.readouterr().out
    assert look(target).problem == ""
    assert sorted(f.name for f in tmp_path.glob("copy*")) == ["copy.db"]
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT count(*) FROM receipt").fetchone() == (500,)
    assert run("db", "backup", "--data-dir", tmp_path, target) == 2
    assert "exists already" in capsys.readouterr().err
    assert run("db", "backup", "--db", "postgresql+psycopg://u@h/w", target) == 2
    assert "pg_dump" in capsys.readouterr().err


def test_check_counts_what_is_stored_and_names_what_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("db", "check", "--data-dir", tmp_path) == 2
    assert run("db", "upgrade", "--data-dir", tmp_path) == 0
    assert run("db", "upgrade", "--data-dir", tmp_path) == 0
    assert "current" in capsys.readouterr().out
    store = open_store("sqlite:///ward.db", tmp_path, flush_s=0.02, compact_s=0.05)
    store.put_audit(AuditEntry(T0, "nurse", "act"))
    store.put_samples([sample(i) for i in range(120)])
    file = tmp_path / "ward.db"

    def chunks() -> list[int]:
        with closing(sqlite3.connect(file)) as connection:
            return [key for (key,) in connection.execute("SELECT id FROM chunk")]

    eventually(lambda: len(chunks()) == 2)
    assert minute_of(chunks()[0]) == T0.timestamp() // 60
    store.close()
    assert run("db", "check", "--data-dir", tmp_path) == 0
    assert "no damage" in capsys.readouterr().out
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE chunk SET crc = crc + 1 WHERE id = (SELECT min(id) FROM chunk)")
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET by = 'someone else'")
        connection.commit()
    assert run("db", "check", "--data-dir", tmp_path) == 1
    said = capsys.readouterr().err
    assert "1 minutes of samples are damaged" in said
    assert "entry 1" in said
    file.write_bytes(b"X" * 20_000)
    assert run("db", "check", "--data-dir", tmp_path) == 1
    assert "damaged" in capsys.readouterr().err
    assert run("db", "upgrade", "--data-dir", tmp_path) == 1


def test_a_newer_database_is_neither_exported_nor_upgraded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("db", "upgrade", "--data-dir", tmp_path) == 0
    with closing(sqlite3.connect(tmp_path / "ward.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    capsys.readouterr()
    for words in (("export", "alarms"), ("db", "upgrade"), ("db", "check")):
        assert run(*words, "--data-dir", tmp_path) == 1
        assert "newer version" in capsys.readouterr().err
