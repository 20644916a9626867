"""The alarms of the history as a file: all of them, told what they are, safe in a spreadsheet, audited first."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from console.alarms.alarm import Acknowledgement, Change
from console.analysis.alarm_export import AlarmExportDesk
from console.clock import VirtualClock
from console.config import Config
from console.link.people import OpenGate
from console.store.records import AlarmNote, HistoryFilter
from console.store.rows import ALARM_COLUMNS, audit_rows
from console.store.sql_store import SqlStore, open_store
from console.ward.people import Right
from tests.bench.history_seed import Past, seed
from tests.console.store.records_made import T0, alarm, step

CONFIG = Config.model_validate({"ward": {"name": "=Ward 7B", "timezone": "Europe/Berlin", "beds": ["7B-01"]}})
EVIL = '=HYPERLINK("http://x","y")'


class OneMay:
    """A gate that lets one person export."""

    def refusal(self, by: str, right: Right) -> str:
        return "" if (by, right) == ("C. Lead", Right.EXPORT) else f"{by} may not export data."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = open_store(f"sqlite:///{tmp_path / 'ward.db'}", clock=VirtualClock((T0 + timedelta(days=1)).timestamp()))
    yield made
    made.close()


def desk(store: SqlStore, folder: Path, gate: object = None) -> Iterator[AlarmExportDesk]:
    made = AlarmExportDesk(store, store._clock, lambda: CONFIG, folder, gate or OpenGate())
    yield made
    made.close()


@pytest.fixture
def export(store: SqlStore, tmp_path: Path) -> Iterator[AlarmExportDesk]:
    yield from desk(store, tmp_path / "exports", OneMay())


def audited(store: SqlStore) -> list[tuple[str, str, str]]:
    store._writer.put(lambda _: None).result(10)
    return [(row["by"], row["act"], row["detail"]) for row in audit_rows(store._readers, HistoryFilter())]


def test_what_is_listed_is_written_with_its_filter_zone_and_rule_set(store, export):
    answer = Acknowledgement(EVIL, T0 + timedelta(seconds=30), "+1")
    store.put_transitions([step(alarm("a")), step(alarm("a", 2, acknowledged=answer), Change.ACKNOWLEDGE, 30)])
    store.put_transitions([step(alarm("b", raised=60, bed="7B-02"))])
    store.put_note("a", AlarmNote(T0, "C. Lead", "@SUM(1)")).result(10)
    saved = export.save(HistoryFilter(beds=("7B-01",)), "on record; beds: 7B-01", "C. Lead").result(20)
    assert saved.error == ""
    assert saved.file.stat().st_mode & 0o777 == 0o600
    lines = list(csv.reader(saved.file.read_text("utf-8-sig").splitlines()))
    head = dict(line for line in lines[:6])
    assert head["Ward Console alarm history"] == "'=Ward 7B"
    assert head["Filter"] == "on record; beds: 7B-01"
    assert head["Times"].startswith("Europe/Berlin")
    assert head["Rule set"]
    assert head["Exported"].endswith("by C. Lead")
    assert lines[6] == list(ALARM_COLUMNS)
    rows = [dict(zip(ALARM_COLUMNS, line, strict=True)) for line in lines[7:]]
    assert [row["id"] for row in rows] == ["a"]
    assert rows[0]["raised_at"] == "2026-11-22T14:00:00+01:00"
    assert rows[0]["acknowledged_by"] == "'" + EVIL
    assert rows[0]["reason"] == "'+1"
    assert "C. Lead: @SUM(1)" in rows[0]["notes"]
    assert audited(store)[-1][:2] == ("C. Lead", "alarms exported")
    assert "beds: 7B-01" in audited(store)[-1][2]


def test_who_may_not_export_gets_nothing(store, export, tmp_path):
    saved = export.save(HistoryFilter(), "all", "R. Test").result(20)
    assert saved.error == "R. Test may not export data."
    assert not (tmp_path / "exports").exists()
    assert all(act != "alarms exported" for _, act, _ in audited(store))


def test_a_name_is_needed_also_where_nobody_signs_in(store, tmp_path):
    for made in desk(store, tmp_path / "exports"):
        assert "needs the name" in made.save(HistoryFilter(), "all", " ").result(20).error


def test_a_file_that_cannot_be_written_is_told_and_audited(store, tmp_path):
    (tmp_path / "exports").write_text("in the way")
    for made in desk(store, tmp_path / "exports"):
        error = made.save(HistoryFilter(), "all", "C. Lead").result(20).error
        assert "a part of the path is a file" in error
    assert [act for _, act, _ in audited(store)][-2:] == ["alarms exported", "not done: alarms exported"]


def test_pages_join_without_a_gap_and_a_whole_number_of_pages_ends(tmp_path):
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    seed(url, Past(alarms=2000, days=20, beds=3, sample_days=0))
    store = open_store(url)
    for made in desk(store, tmp_path / "exports"):
        file = made.save(HistoryFilter(), "all", "C. Lead").result(60).file
    lines = list(csv.reader(file.read_text("utf-8-sig").splitlines()))[7:]
    store.close()
    assert len({line[0] for line in lines}) == len(lines) == 2000
    assert [line[1] for line in lines] == sorted(line[1] for line in lines)


def test_an_export_nobody_waits_for_leaves_no_file(store, export, tmp_path, monkeypatch):
    store.put_transitions([step(alarm("a"))]).result(10)
    reading = store.reading
    futures = []
    monkeypatch.setattr(store, "reading", lambda work: (futures[0].cancel(), reading(work))[1] and ([], (0, 0)))
    futures.append(export.save(HistoryFilter(), "all", "C. Lead"))
    export.close()
    assert futures[0].cancelled()
    assert list((tmp_path / "exports").iterdir()) == []
