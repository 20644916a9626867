"""The desk of the audit trail: pages, filters, rights, the check, and the file."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from console.store.audit_pages import AuditFilter, read_audit
from console.store.records import AuditEntry
from console.ward.people import Right
from tests.console.trail.trails import PERSON, Allowing, Trail
from tests.console.ui import fakes


@pytest.fixture
def trail(tmp_path: Path) -> Iterator[Trail]:
    made = Trail(tmp_path)
    yield made
    made.close()


def acts(trail: Trail, wanted: AuditFilter) -> list[str]:
    return [row.act for row in trail.desk.page(wanted, None, PERSON).result(10).rows]


def test_the_newest_come_first_with_everything_that_stands_in_an_entry(trail: Trail) -> None:
    page = trail.desk.page(AuditFilter(), None, PERSON).result(10)
    assert [row.number for row in page.rows] == list(range(8, 0, -1))
    row = page.rows[3]
    assert (row.by, row.act, row.bed, row.station) == (PERSON, "alarm acknowledged", "01", "desk-2")
    assert (row.before, row.after) == ("unanswered", f"acknowledged by {PERSON}")
    assert (page.before, page.looked_at) == (None, 8)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (AuditFilter(by="cedar"), [4, 2]),
        (AuditFilter(bed="01"), [5, 4]),
        (AuditFilter(text="ACKNOWLEDGED"), [5]),
        (AuditFilter(text="135 /MIN"), [2]),
        (AuditFilter(text="100%"), []),
        (AuditFilter(by="Berta", text="paused"), [7]),
        (AuditFilter(start=fakes.utc() - timedelta(hours=6), end=fakes.utc() - timedelta(hours=1)), [5, 4]),
    ],
)
def test_filters(trail: Trail, wanted: AuditFilter, numbers: list[int]) -> None:
    assert [row.number for row in trail.desk.page(wanted, None, PERSON).result(10).rows] == numbers


def test_pages_follow_each_other_without_a_gap(tmp_path: Path) -> None:
    trail = Trail(tmp_path, [AuditEntry(fakes.utc(), "A", f"act {i}") for i in range(449)])
    try:
        numbers, before = [], None
        while True:
            page = trail.desk.page(AuditFilter(), before, PERSON).result(10)
            numbers += [row.number for row in page.rows]
            before = page.before
            if before is None:
                break
        assert numbers == list(range(450, 0, -1))
        found = trail.store.reading(lambda c: read_audit(c, AuditFilter(text="act 7"), None, most=3))
        assert len(found.rows) == 3
        assert found.before is not None
    finally:
        trail.close()


def test_reading_and_verifying_need_one_right_and_saving_two(tmp_path: Path) -> None:
    trail = Trail(tmp_path, gate=Allowing(Right.EXPORT))
    try:
        assert "may not read the audit trail" in trail.desk.page(AuditFilter(), None, PERSON).result(10).error
        assert "may not read the audit trail" in trail.desk.verify(PERSON).result(10).error
        assert "may not read the audit trail" in trail.desk.save(AuditFilter(), PERSON).result(10).error
        trail.desk._gate = Allowing(Right.AUDIT)
        assert trail.desk.verify(PERSON).result(10).whole
        assert "may not export data" in trail.desk.save(AuditFilter(), PERSON).result(10).error
        assert not (tmp_path / "exports").exists()
    finally:
        trail.close()


def test_a_check_is_told_and_audited(trail: Trail) -> None:
    verdict = trail.desk.verify(PERSON).result(10)
    assert verdict.whole
    assert "8 entries" in verdict.text
    assert acts(trail, AuditFilter())[0] == "audit trail verified"
    with closing(sqlite3.connect(trail.folder / "ward.db")) as sql:
        sql.execute("DROP TRIGGER audit_no_update")
        sql.execute("UPDATE audit SET detail = 'x' WHERE number = 3")
        sql.commit()
    verdict = trail.desk.verify(PERSON).result(10)
    assert not verdict.whole
    assert "entry 3" in verdict.text


def test_a_file_holds_what_fits_is_no_formula_and_is_audited(trail: Trail) -> None:
    saved = trail.desk.save(AuditFilter(text="mapped"), PERSON).result(10)
    assert saved.file is not None
    (row,) = csv.DictReader(io.StringIO(saved.file.read_text("utf-8-sig")))
    assert (row["by"], row["before"], row["after"], row["detail"]) == (
        "Dora Dale", "not mapped", "temp, Cel", "'=1+1",
    )  # fmt: skip
    assert acts(trail, AuditFilter())[0] == "audit trail exported"
    assert "needs the name" in trail.desk.save(AuditFilter(), " ").result(10).error


def test_a_file_that_cannot_be_written_is_told_and_audited(trail: Trail) -> None:
    (trail.folder / "exports").write_text("a file in the way")
    assert "cannot be written" in trail.desk.save(AuditFilter(), PERSON).result(10).error
    assert acts(trail, AuditFilter())[0] == "not done: audit trail exported"
