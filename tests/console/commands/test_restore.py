"""Restore as a person runs it: verified, exchanged in one step, audited; and killed in the middle."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from console import cli
from console.store.claim import Claim
from console.store.records import AuditEntry
from console.store.recovery import look
from console.store.sql_store import open_store
from console.store.upkeep import verify_audit
from tests.console.store.records_made import T0, patient


def run(*words: object) -> int:
    return cli.main([str(word) for word in words])


def write(folder: Path, *acts: str, bed: str = "") -> None:
    store = open_store("sqlite:///ward.db", folder)
    for act in acts:
        store.put_audit(AuditEntry(T0, "A", act)).result(10)
    if bed:
        store.put_admission(patient(bed=bed), "A").result(10)
    store.close()


def acts(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as sql:
        return [act for (act,) in sql.execute("SELECT act FROM audit ORDER BY number")]


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A ward with a backup of yesterday."""
    write(tmp_path, "one", "two", bed="7B-01")
    assert run("db", "backup", "--data-dir", tmp_path, tmp_path / "backup.db") == 0
    write(tmp_path, "three", bed="7B-02")
    return tmp_path


def test_a_backup_takes_the_place_of_the_database_and_both_tell_of_it(
    ward: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acts(ward / "ward.db") == ["one", "two", "database backed up", "three"]
    assert run("db", "restore", "--data-dir", ward, ward / "backup.db") == 0
    assert "verified" in capsys.readouterr().out
    assert acts(ward / "ward.db") == ["one", "two", "database restored"]
    with closing(sqlite3.connect(ward / "ward.db")) as sql:
        before, after, by = sql.execute('SELECT "before", "after", "by" FROM audit WHERE number = 3').fetchone()
    assert before.startswith("4 entries, the newest with digest ")
    assert str(ward / "backup.db") in after
    assert by.endswith("(account of this computer)")
    (kept,) = [f for f in ward.glob("ward.db.replaced-*") if "anchors" not in f.name]
    assert acts(kept)[-1] == "three"
    assert Path(f"{kept}-anchors").exists()
    assert verify_audit(f"sqlite:///{ward / 'ward.db'}").broken is None
    store = open_store("sqlite:///ward.db", ward)
    assert [stay.patient.bed for stay in store.restore().stays] == ["7B-01"]
    assert store.notices == ()
    store.close()
    assert (ward / "ward.db").stat().st_mode & 0o777 == 0o600
    assert run("audit", "verify", "--data-dir", ward) == 0
    assert "is whole" in capsys.readouterr().out


def test_where_there_is_no_database_the_backup_becomes_it(ward: Path, tmp_path: Path) -> None:
    assert run("db", "restore", "--data-dir", tmp_path / "new", ward / "backup.db") == 0
    assert acts(tmp_path / "new" / "ward.db")[-1] == "database restored"


def refused(ward: Path, backup: Path, capsys: pytest.CaptureFixture[str], status: int = 1) -> str:
    """What is said; the database is as it was, and nothing is left beside it."""
    before = sorted(f.name for f in ward.iterdir())
    content = acts(ward / "ward.db")
    assert run("db", "restore", "--data-dir", ward, backup) == status
    assert sorted(f.name for f in ward.iterdir()) in (before, sorted([*before, "ward.db.lock"]))
    assert acts(ward / "ward.db") == content
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    return said


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as sql:
        for statement in statements:
            sql.execute(statement)
        sql.commit()


def test_what_is_no_whole_backup_is_refused_in_one_clear_sentence(
    ward: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    backup = ward / "backup.db"
    assert "no such file" in refused(ward, ward / "nowhere.db", capsys, status=2)
    assert "is the database itself" in refused(ward, ward / "ward.db", capsys)
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refused(ward, backup, capsys)
    backup.write_bytes(b"not a database at all" * 100)
    assert "file is not a database" in refused(ward, backup, capsys)
    backup.write_bytes(b"")
    assert "no database of Ward Console" in refused(ward, backup, capsys)
    backup.write_bytes(whole)
    change(backup, "UPDATE alembic_version SET version_num = '9999'")
    assert "written by a newer version of Ward Console" in refused(ward, backup, capsys)
    backup.write_bytes(whole)
    change(backup, "DROP TRIGGER audit_no_update", "UPDATE audit SET detail = 'x' WHERE number = 1")
    assert "entry 1" in refused(ward, backup, capsys)


def test_nothing_is_restored_under_a_running_console_or_another_program(
    ward: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    claim = Claim(f"sqlite:///{ward / 'ward.db'}")
    try:
        assert "in use by another console or gateway" in refused(ward, ward / "backup.db", capsys)
    finally:
        claim.release()
    with closing(sqlite3.connect(ward / "ward.db")) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM audit").fetchone()
        assert run("db", "restore", "--data-dir", ward, ward / "backup.db") == 1
        assert "in use by another program" in capsys.readouterr().err
    assert acts(ward / "ward.db")[-1] == "three"


def test_a_damaged_database_can_be_replaced_and_is_kept(ward: Path) -> None:
    with (ward / "ward.db").open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(8000))
    assert look(ward / "ward.db").problem
    assert run("db", "restore", "--data-dir", ward, ward / "backup.db") == 0
    assert acts(ward / "ward.db")[-1] == "database restored"
    (kept,) = [f for f in ward.glob("ward.db.replaced-*") if f.name.endswith("Z")]
    assert look(kept).problem


def test_a_disk_that_takes_nothing_more_leaves_the_database_as_it_was(
    ward: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit on the size of files stands for the full disk."""
    capsys.readouterr()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        said = refused(ward, ward / "backup.db", capsys)
        assert run("db", "backup", "--data-dir", ward, ward / "second.db") == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "nothing was restored, the database is as it was" in said
    assert "the backup failed" in capsys.readouterr().err
    assert not list(ward.glob("second*"))


KILLED = """
import os, signal, sys
step_to_die_at = int(sys.argv[1])
steps = 0
def step(event, args):
    global steps
    if event.startswith("os.") or event in ("open", "sqlite3.connect"):
        steps += 1
        if steps == step_to_die_at:
            os.kill(os.getpid(), signal.SIGKILL)
from console import cli
from console.store import restoring
real = restoring.restore
def restore(*words):
    sys.addaudithook(step)
    return real(*words)
restoring.restore = restore
status = cli.main(["db", "restore", "--data-dir", sys.argv[2], sys.argv[3]])
print("steps:", steps)
sys.exit(status)
"""


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_any_step_the_database_is_the_old_one_or_the_new_one(ward: Path, tmp_path: Path, every: int) -> None:
    """SIGKILL before each (in the quick form, each fourth) of the last steps of the file system in turn, and before
    some earlier ones."""

    def killed(step: int, folder: Path) -> tuple[int, str]:
        words = [sys.executable, "-c", KILLED, str(step), str(folder), str(ward / "backup.db")]
        process = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60)
        assert process.returncode in (0, -signal.SIGKILL), process.stderr
        return process.returncode, process.stdout

    other = tmp_path / "other"
    write(other, "three")
    total = int(killed(10**9, other)[1].split("steps:")[1])
    outcomes = []
    for step in [3, total // 2, *range(total - 14, total + 1, every)]:
        killed(step, ward)
        outcomes.append(acts(ward / "ward.db")[-1])
        assert outcomes[-1] in ("three", "database restored")
        assert look(ward / "ward.db").problem == ""
        assert verify_audit(f"sqlite:///{ward / 'ward.db'}").broken is None
    assert outcomes[0] == "three"
    assert outcomes[-1] == "database restored"
    print(f"\n{len(outcomes)} runs killed: {outcomes.count('three')} times it is the old database, else the new one")
    assert run("db", "restore", "--data-dir", ward, ward / "backup.db") == 0
    assert not list(ward.glob("*.restoring*"))
