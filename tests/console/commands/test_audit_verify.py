"""`audit verify` and `db check` as a person runs them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console import cli
from console.store.records import AuditEntry
from console.store.sql_store import open_store
from tests.console.store.records_made import T0


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    store = open_store("sqlite:///ward.db", tmp_path)
    for i in range(30):
        store.put_audit(AuditEntry(T0, "A", "act", "7B-01", str(i)))
    store.close()
    return tmp_path


def run(*words: object) -> int:
    return cli.main([str(word) for word in words])


def change(ward: Path, *statements: str) -> None:
    with closing(sqlite3.connect(ward / "ward.db")) as sql:
        for trigger in ("audit_no_update", "audit_no_delete", "audit_head_no_step"):
            sql.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            sql.execute(statement)
        sql.commit()


def test_a_whole_trail_is_told_with_how_far_its_anchors_reach(ward: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("audit", "verify", "--data-dir", ward) == 0
    said = capsys.readouterr().out
    assert "30 entries, the newest is number 30: the audit trail is whole" in said
    assert "1 anchors agree" in said
    assert "reaches to entry 30" in said


def test_a_trail_without_anchors_is_said_to_have_none(ward: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (ward / "ward.db-anchors").unlink()
    assert run("audit", "verify", "--db", f"sqlite:///{ward / 'ward.db'}") == 0
    assert "there is no anchor" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE audit SET detail = 'x' WHERE number = 7", "entry 7 of 2026-11-22T13:00:00+00:00: it was edited"),
        ("DELETE FROM audit WHERE number = 7", "entry 7: it is missing"),
        ("DELETE FROM audit WHERE number > 20", "entry 21: it and what followed was cut off"),
        ("UPDATE audit_head SET number = 12", "entry 31: the head of the trail was changed"),
    ],
)
def test_the_first_bad_entry_is_named_by_both_commands(
    ward: Path, statement: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(ward, statement)
    for command in (("audit", "verify"), ("db", "check")):
        assert run(*command, "--data-dir", ward) == 1
        said = capsys.readouterr().err
        assert says in said
        assert len(said.splitlines()) == 1


def test_anchors_that_were_kept_elsewhere_know_of_a_trail_cut_off_with_its_head(
    ward: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = ward / "elsewhere.txt"
    (ward / "ward.db-anchors").rename(kept)
    change(
        ward,
        "DELETE FROM audit WHERE number > 20",
        "UPDATE audit_head SET entries = 20, number = 20, digest = (SELECT digest FROM audit WHERE number = 20)",
    )
    assert run("audit", "verify", "--data-dir", ward) == 0
    assert run("audit", "verify", "--data-dir", ward, "--anchors", kept) == 1
    assert "entry 21: it and what followed was cut off" in capsys.readouterr().err
    kept.write_text("nothing of ours\n")
    assert run("audit", "verify", "--data-dir", ward, "--anchors", kept) == 1
    assert "its anchors were changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--data-dir", "{nowhere}"], "there is no database"),
        (["--data-dir", "{ward}", "--anchors", "{nowhere}"], "no such file of anchors"),
        (["--db", "oracle://x"], "sqlite:///"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    ward: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [word.format(ward=ward, nowhere=ward / "nowhere") for word in words]
    assert run("audit", "verify", *filled) == 2
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1
