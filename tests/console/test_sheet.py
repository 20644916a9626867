"""CSV is safe to open in a spreadsheet, and a file is written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from console.sheet import cell, sheet_bytes
from console.whole_file import why_not, write_whole

FORMULAS = ("=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", '=HYPERLINK("http://a")')


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    assert str(cell(text)).startswith("'")


def test_a_cell_that_another_separator_would_split_has_no_formula_behind_the_split() -> None:
    assert cell("calm;=cmd()") == "calm;'=cmd()"
    assert cell(";=cmd()") == ";'=cmd()"
    assert cell("one\n=2") == "one\n'=2"
    assert cell("a;b") == "a;b"


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert [cell(v) for v in (-5, -5.5, 3.0, None, float("nan"))] == [-5, -5.5, 3, "", "nan"]


def test_what_is_written_can_be_read_again_with_every_character() -> None:
    rows = [["Ægir, “x”", 'quote " and\nnew line', 37.5]]
    read = list(csv.reader(io.StringIO(sheet_bytes(["a", "=b", "c"], rows).decode("utf-8-sig"), newline="")))
    assert read == [["a", "'=b", "c"], ["Ægir, “x”", 'quote " and\nnew line', "37.5"]]


def test_a_file_is_whole_and_only_its_writer_may_read_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "report.pdf"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert [p.name for p in target.parent.iterdir()] == ["report.pdf"]
    assert target.stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_what_was_there_and_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.pdf"
    write_whole(target, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as raised:
        write_whole(target, b"new")
    assert why_not(raised.value) == "the disk is full"
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.pdf"]


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").mkdir()
    with pytest.raises(OSError, match="directory") as raised:
        write_whole(tmp_path / "report.pdf", b"x")
    assert why_not(raised.value) == "there is a folder of that name"


def test_a_path_through_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="File exists") as raised:
        write_whole(tmp_path / "file" / "report.pdf", b"x")
    assert "file, not a folder" in why_not(raised.value)
