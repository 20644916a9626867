"""The desk on a real store: what it answers, what it refuses, what it writes and records."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from console.alarms.alarm import Change, Kind, Priority
from console.analysis.desk import AnalysisDesk
from console.clock import VirtualClock
from console.config import Config
from console.link.analysis import Measure, Part, Question, Verdict
from console.link.people import Gate, OpenGate
from console.store.errors import StoreClosed, StoreError
from console.store.schema import audit
from console.store.sql_store import SqlStore, open_store
from console.ward.people import Right
from tests.console.store.records_made import T0, alarm, answer, ended, patient, sample, step

NOW = T0 + timedelta(hours=2)
QUESTION = Question(T0 - timedelta(hours=1), NOW)
CONFIG = Config.model_validate({"ward": {"timezone": "Europe/London", "beds": ["7B-01", "7B-02"]}})


class Refusing:
    """Lets nobody export."""

    def refusal(self, by: str, right: Right) -> str:
        return f"{by or 'Nobody'} may not {right.value}."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = open_store(f"sqlite:///{tmp_path / 'ward.db'}", clock=VirtualClock(NOW.timestamp()), flush_s=0.05)
    yield made
    made.close()


@pytest.fixture
def desk(store: SqlStore, tmp_path: Path) -> Iterator[AnalysisDesk]:
    made = desk_of(store, tmp_path)
    yield made
    made.close()


def desk_of(store: SqlStore, folder: Path, gate: Gate | None = None, config: Config = CONFIG) -> AnalysisDesk:
    clock = VirtualClock(NOW.timestamp())
    return AnalysisDesk(store, clock, lambda: config, folder / "exports", gate or OpenGate())


def fill(store: SqlStore) -> None:
    """Three alarms: an answered emergency, a fleeting limit that nobody saw, and one of a demonstration."""
    emergency = alarm("a1", raised=60, priority=Priority.HIGH)
    store.put_admission(patient(at=T0), "nurse")
    store.put_samples([sample(s) for s in range(0, 3000, 100)])
    store.put_transitions([step(emergency, seconds=60)])
    store.put_transitions([step(replace(emergency, version=2, acknowledged=answer(100)), Change.ACKNOWLEDGE, 100)])
    store.put_transitions([step(alarm("a2", raised=70, bed="7B-02", patient_id=""), seconds=70)])
    store.put_transitions([step(ended("a2", 70, 10, bed="7B-02", patient_id=""), Change.CLEAR, 80)])
    store.put_transitions([step(alarm("a3", raised=75, demo=True), seconds=75)]).result(10)


def acts(store: SqlStore) -> list[tuple[str, str, str]]:
    rows = store.reading(lambda c: c.execute(select(audit.c.by, audit.c.act, audit.c.detail)).all())
    return [tuple(row) for row in rows]


def test_a_small_ward_is_counted(store: SqlStore, desk: AnalysisDesk) -> None:
    fill(store)
    told = desk.ask(QUESTION).result(10)
    now = told.now
    assert (now.alarms, now.count(Priority.HIGH), now.count(kind=Kind.LIMIT)) == (2, 1, 2)
    # From the first alarm, a minute after the admission, to now.
    assert now.patient_days == pytest.approx(119 / 1440)
    assert [(one.bed, one.key, one.text, one.alarms) for one in now.frequent] == [
        ("7B-01", "limit:hr:high", "Heart rate high", 1),
        ("7B-02", "limit:hr:high", "Heart rate high", 1),
    ]
    high, medium, low = now.answering
    assert (high.median_s, high.p90_s, high.unanswered, high.ended_before) == (40.0, 40.0, 0, 0)
    assert (medium.median_s, medium.unanswered, medium.ended_before) == (None, 1, 1)
    assert (low.alarms, now.fleeting, now.peak) == (0, 1, 2)
    assert told.before.alarms == 0
    assert told.zone == "Europe/London"
    verdicts = {mark.measure: mark.verdict for mark in told.benchmarks}
    assert verdicts[Measure.FLEETING] is Verdict.OVER
    assert verdicts[Measure.PEAK] is Verdict.WITHIN


def test_the_record_begins_with_its_first_alarm_and_that_is_said(store: SqlStore, desk: AnalysisDesk) -> None:
    fill(store)
    told = desk.ask(QUESTION).result(10)
    assert told.now.span.start == T0 + timedelta(seconds=60)
    assert told.now.span.end == NOW
    assert any("record begins" in note for note in told.notes)


def test_a_span_is_refused_in_a_plain_sentence(desk: AnalysisDesk) -> None:
    backwards = Question(NOW, NOW)
    with pytest.raises(ValueError, match="ends before it begins"):
        desk.ask(backwards).result(10)
    with pytest.raises(ValueError, match="At most 400 days"):
        desk.ask(Question(NOW - timedelta(days=402), NOW)).result(10)


def test_an_empty_ward_has_figures_of_nothing(desk: AnalysisDesk) -> None:
    told = desk.ask(QUESTION).result(10)
    assert (told.now.alarms, told.now.loads, told.now.frequent, told.now.peak) == (0, (), (), 0)
    assert told.now.value(Measure.TECHNICAL_SHARE) is None
    assert told.now.value(Measure.PER_BED_DAY) is None


def test_beds_and_kinds_narrow_what_is_counted(store: SqlStore, desk: AnalysisDesk) -> None:
    fill(store)
    assert desk.ask(replace(QUESTION, beds=("7B-02",))).result(10).now.alarms == 1
    assert desk.ask(replace(QUESTION, kinds=(Kind.TECHNICAL,))).result(10).now.alarms == 0


def test_beds_whose_values_are_invented_have_no_bed_days(store: SqlStore, tmp_path: Path) -> None:
    fill(store)
    source = {
        "name": "s", "driver": "masimo_ascii1", "bed": "7B-01", "demo": True,
        "transport": {"kind": "tcp", "host": "h", "port": 1},
    }  # fmt: skip
    config = Config.model_validate({"ward": {"beds": ["7B-01", "7B-02"]}, "source": [source]})
    desk = desk_of(store, tmp_path, config=config)
    try:
        assert desk.ask(QUESTION).result(10).now.bed_days == 0
    finally:
        desk.close()


def test_the_alarms_behind_a_figure_are_those_it_counts(store: SqlStore, desk: AnalysisDesk) -> None:
    fill(store)
    told = desk.ask(QUESTION).result(10)
    assert desk.behind(told, Part(Measure.FLEETING)).result(10).ids == ("a2",)
    assert desk.behind(told, Part(Measure.UNANSWERED)).result(10).ids == ("a2",)
    assert desk.behind(told, Part()).result(10).ids == ("a2", "a1")
    assert desk.behind(told, Part(bed="7B-01", key="limit:hr:high")).result(10).ids == ("a1",)
    assert desk.behind(told, Part(priority=Priority.HIGH)).result(10).ids == ("a1",)
    assert desk.behind(told, Part(before=True)).result(10).total == 0


def test_a_question_that_was_dropped_is_not_answered(store: SqlStore, desk: AnalysisDesk) -> None:
    fill(store)
    asked = [desk.ask(QUESTION) for _ in range(20)]
    assert all(one.cancel() for one in asked[5:-1])
    assert asked[-1].result(10).now.alarms == 2
    with pytest.raises(CancelledError):
        asked[10].result(1)


def test_a_closed_desk_says_so(store: SqlStore, tmp_path: Path) -> None:
    desk = desk_of(store, tmp_path)
    desk.close()
    with pytest.raises(StoreClosed):
        desk.ask(QUESTION).result(1)


def test_figures_are_written_and_the_act_is_recorded(store: SqlStore, desk: AnalysisDesk) -> None:
    fill(store)
    told = desk.ask(replace(QUESTION, beds=("=HYPERLINK(1)", "7B-01"))).result(10)
    saved = desk.save_table(told, "C. Lead").result(10)
    assert saved.file is not None
    text = saved.file.read_text(encoding="utf-8-sig")
    found = {(row[0], row[1]): row[2] for row in csv.reader(text.splitlines())}
    assert found["figures", "alarms"] == "1"
    assert found["about", "time zone"] == "Europe/London"
    assert found["about", "beds"] == "'=HYPERLINK(1), 7B-01"
    assert found["about", "alarm rules"] == "Default rules"
    assert found["about", "program version"]
    (act,) = acts(store)
    assert act[:2] == ("C. Lead", "alarm analysis exported")
    assert saved.file.name in act[2]
    again = desk.save_table(told, "C. Lead").result(10)
    assert again.file is not None
    assert again.file != saved.file


def test_a_picture_is_written_under_a_harmless_name(store: SqlStore, desk: AnalysisDesk) -> None:
    told = desk.ask(QUESTION).result(10)
    saved = desk.save_picture(told, "../Alarms: per hour", b"\x89PNG", "C. Lead").result(10)
    assert saved.file is not None
    assert saved.file.read_bytes() == b"\x89PNG"
    assert saved.file.parent.name == "exports"
    assert saved.file.name.startswith("alarm-analysis-alarms-per-hour-")


def test_who_may_not_export_gets_the_reason_and_nothing_is_written(store: SqlStore, tmp_path: Path) -> None:
    desk = desk_of(store, tmp_path, Refusing())
    try:
        told = desk.ask(QUESTION).result(10)
        assert desk.save_table(told, "A. Night").result(10).error == "A. Night may not export data."
    finally:
        desk.close()
    assert not (tmp_path / "exports").exists()
    assert acts(store) == []


def test_an_export_without_a_name_or_a_folder_is_refused(store: SqlStore, desk: AnalysisDesk, tmp_path: Path) -> None:
    told = desk.ask(QUESTION).result(10)
    assert "name of the person" in desk.save_table(told, " ").result(10).error
    (tmp_path / "exports").write_text("in the way")
    assert "cannot be written" in desk.save_table(told, "C. Lead").result(10).error
    assert [act for _, act, _ in acts(store)] == ["alarm analysis exported", "not done: alarm analysis exported"]


def test_a_record_that_cannot_be_read_is_one_plain_sentence(
    store: SqlStore, desk: AnalysisDesk, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "ward.db") as other:
        other.execute("ALTER TABLE alarm RENAME TO gone")
    other.close()
    with pytest.raises(StoreError, match=r"^The record cannot be read: the database does not hold what is asked\.$"):
        desk.ask(QUESTION).result(10)
