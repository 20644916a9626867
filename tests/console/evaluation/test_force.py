"""From an evaluation into force on a real station: audited, in the file, and with the next start in the alarms."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from console.config_file import ConfigFile
from console.link.commands import Reply
from console.link.devices import SaveWard
from console.link.evaluation import Question, Role, RunView
from console.station import Station
from console.store.sql_store import open_store
from console.store.upkeep import reading
from tests.console.evaluation.past_ward import END, Course, admit, patient, record

HR = "withdrawal.hr.one"
TEXT = """# ours
[ward]
beds = ["A", "B"]  # two

[alarms]
"withdrawal.rr.one" = 22  # agreed
"""


class Desk:
    """A station on stored days, and what its file and its audit trail say."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ward.toml"
        self.folder = folder
        self.station = Station((file := ConfigFile(self.path)).config, folder, file=file)
        self.station.start()
        assert self.station.evaluation is not None
        self.evaluation = self.station.evaluation

    def evaluate(self, changes: dict[str, object], hours: float = 3) -> RunView:
        run = self.evaluation.start(Question(changes, END - timedelta(hours=hours), END))
        deadline = time.monotonic() + 90
        while not run.view().done:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return run.view()

    def put(self, changes: dict[str, object], by: str = "C. Harge", reason: str = "many fevers this week") -> Reply:
        return self.evaluation.put_into_force(changes, by, Role.CHARGE_NURSE, reason).result(timeout=30)

    def threshold(self, key: str):
        return next(one for one in self.evaluation.thresholds() if one.key == key)

    def audit(self) -> list[tuple[str, str, str]]:
        with reading(f"sqlite:///{self.folder / 'ward.db'}") as engine, engine.connect() as connection:
            rows = connection.execute(sql('SELECT "by", act, detail FROM audit ORDER BY number')).all()
        return [tuple(row) for row in rows if row[1].endswith("thresholds changed")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ward.toml").write_text(TEXT)
    store = open_store(f"sqlite:///{tmp_path / 'ward.db'}", flush_s=0.02)
    admit(store, patient("A", 1))
    record(store, Course("A", 1))
    store.close()
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    made = Desk(folder)
    yield made
    made.station.stop()


def test_an_evaluated_value_is_audited_written_and_in_force_from_the_next_start(desk):
    rules = desk.station.engine._core._rules
    assert desk.evaluate({HR: 118}).result is not None
    assert desk.put({HR: 118}) == Reply()
    assert desk.path.read_text() == TEXT.replace("[alarms]\n", f'[alarms]\n"{HR}" = 118\n')
    ((by, act, detail),) = desk.audit()
    assert (by, act) == ("C. Harge", "thresholds changed")
    for words in (f"{HR} 110 -> 118", "as charge nurse", "many fevers this week", "patient-days (too few to judge)"):
        assert words in detail
    assert (desk.threshold(HR).in_force, desk.threshold(HR).written) == (110, 118)
    assert desk.station.engine._core._rules is rules
    assert desk.station.link().snapshot().system.rule_set == "Site rules (1 changed)"
    desk.station.stop()
    again = Desk(desk.folder)
    try:
        assert (again.threshold(HR).in_force, again.threshold(HR).waits) == (118, False)
        assert again.station.engine._core._rules.detectors.withdrawal.hr.one == 118
        assert again.threshold("withdrawal.rr.one").own
    finally:
        again.station.stop()


def test_another_change_of_the_ward_does_not_bring_it_into_force(desk):
    desk.evaluate({HR: 118})
    assert desk.put({HR: 118}) == Reply()
    more = SaveWard("Ward", "UTC", ("A", "B", "C"))
    assert desk.station.devices.change(more, "B. Tech").result(timeout=30) == Reply()
    assert desk.station.link().snapshot().system.rule_set == "Site rules (1 changed)"
    bed = desk.station.engine._core.beds["C"]
    assert bed.alarms._rules.detectors.withdrawal.hr.one == 110
    assert f'"{HR}" = 118' in desk.path.read_text()


def test_a_shipped_value_takes_its_line_out_of_the_file(desk):
    desk.evaluate({"withdrawal.rr.one": 21})
    assert desk.put({"withdrawal.rr.one": 21}) == Reply()
    assert "withdrawal.rr.one" not in desk.path.read_text()
    assert desk.threshold("withdrawal.rr.one").written == desk.threshold("withdrawal.rr.one").shipped


@pytest.mark.parametrize(
    ("evaluated", "put", "words"),
    [
        (None, {HR: 118}, "Show first"),
        ({HR: 117}, {HR: 118}, "Show first"),
        ({HR: 118}, {HR: 118, "withdrawal.hr.two": 125}, "Show first"),
    ],
)
def test_only_what_has_been_evaluated_goes_into_force(desk, evaluated, put, words):
    if evaluated is not None:
        desk.evaluate(evaluated)
    assert words in desk.put(put).error
    assert desk.path.read_text() == TEXT
    assert desk.audit() == []


@pytest.mark.parametrize(("by", "reason", "words"), [("", "because", "name"), ("C. Harge", "  ", "reason")])
def test_nobody_and_no_reason_are_refused(desk, by, reason, words):
    desk.evaluate({HR: 118})
    assert words in desk.put({HR: 118}, by, reason).error
    assert desk.path.read_text() == TEXT
    assert desk.audit() == []


def test_an_evaluation_of_before_another_change_does_not_count(desk):
    desk.evaluate({HR: 118})
    assert desk.put({HR: 118}) == Reply()
    assert "Show first" in desk.put({HR: 118}).error


def test_a_file_that_somebody_else_has_changed_is_left_alone(desk):
    desk.evaluate({HR: 118})
    desk.path.write_text(TEXT + "\n# by hand\n")
    assert "changed by somebody else" in desk.put({HR: 118}).error
    assert desk.path.read_text() == TEXT + "\n# by hand\n"
    assert desk.audit() == []


def test_a_file_that_cannot_be_written_is_told_and_the_audit_says_that_nothing_came_of_it(desk, monkeypatch):
    desk.evaluate({HR: 118})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("console.config_file._replace", full)
    assert "disk is full" in desk.put({HR: 118}).error
    assert desk.path.read_text() == TEXT
    desk.station.stop()
    assert [act for _, act, _ in desk.audit()] == ["thresholds changed", "not done: thresholds changed"]


def test_a_second_evaluation_ends_the_first_and_the_station_ends_the_last(desk):
    first = desk.evaluation.start(Question({}, END - timedelta(days=2), END))
    second = desk.evaluation.start(Question({HR: 118}, END - timedelta(days=2), END))
    assert (first.view().done, first.view().result) == (True, None)
    desk.station.stop()
    assert (second.view().done, second.view().result) == (True, None)
    assert second._process.returncode is not None
    with pytest.raises(OSError, match="being closed"):
        desk.evaluation.start(Question({}, END - timedelta(days=2), END))
