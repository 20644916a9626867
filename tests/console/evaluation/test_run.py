"""The stored days of a seeded ward judged twice, in this process, in a process of its own, and by the command."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.alarms.alarm import Kind, Stage
from console.cli import main
from console.config import Config
from console.evaluation.child import request
from console.evaluation.process import ProcessRun
from console.evaluation.run import ACTED_ON, Days, evaluate
from console.link.evaluation import Load, Question, Result, RunView, Shift
from console.rules import load_rules
from console.store.sql_store import SqlStore, open_store
from console.store.upkeep import reading
from console.ui.ack_sheet import REASONS
from console.ward.chart import NurseObservation
from tests.console.evaluation.past_ward import END, RACING, Course, admit, answered, failing_pump, patient, record

CONFIG = Config.model_validate({"ward": {"beds": ["A", "B"]}})
SLOWER = {"withdrawal.persistence.warning_min": 30, "withdrawal.persistence.emergency_min": 30}
NO_EMERGENCY = {"withdrawal.stages.e1_points": 12, "withdrawal.stages.e2_points": 12}


@pytest.fixture
def ward(tmp_path: Path) -> Callable[[Callable[[SqlStore], None]], str]:
    """Writes a ward and gives the URL of its database."""

    def made(write: Callable[[SqlStore], None]) -> str:
        url = f"sqlite:///{tmp_path / 'ward.db'}"
        store = open_store(url, flush_s=0.02)
        write(store)
        store.close()
        return url

    return made


def judged(url: str, changes: Mapping[str, Any], days: float = 2, **more: Any) -> Result:
    with reading(url) as engine:
        span = Days(END - timedelta(days=days), END, **more)
        return evaluate(engine, CONFIG, load_rules(), load_rules(changes), span)


def of(result: Result, kind: str, level: str) -> Load:
    return next(one for one in result.loads if (one.kind, one.level) == (kind, level))


def told(result: Result) -> list[tuple[Shift, str, Stage]]:
    return [(d.shift, d.bed, d.stage) for d in result.differences]


def test_without_a_change_both_runs_are_the_same(ward):
    result = judged(ward(failing_pump), {})
    assert result.differences == ()
    assert all(one.present == one.proposed and one.present_s == one.proposed_s for one in result.loads)
    assert of(result, "withdrawal", "emergency").present == 1
    assert of(result, "overdose", "watch").present == 0
    assert of(result, "limits", "medium").present >= 2
    assert of(result, "news2", "5").present == 1
    assert result.patients == 2
    assert result.patient_days == pytest.approx(15 / 24, abs=0.01)
    assert result.few


def test_a_longer_delay_comes_later_and_a_stage_out_of_reach_is_lost(ward):
    url = ward(failing_pump)
    later = judged(url, SLOWER)
    assert (Shift.LATER, "B", Stage.WARNING) in told(later)
    shift = next(d for d in later.differences if d.stage is Stage.WARNING)
    assert 10 <= shift.minutes <= 30
    assert shift.acted_on == ""
    warning = of(later, "withdrawal", "warning")
    assert warning.present_to_stage_s < warning.proposed_to_stage_s
    lost = judged(url, NO_EMERGENCY)
    assert told(lost) == [(Shift.LOST, "B", Stage.EMERGENCY)]
    assert (of(lost, "withdrawal", "emergency").present, of(lost, "withdrawal", "emergency").proposed) == (1, 0)


def test_a_lower_limit_shows_what_it_would_have_called(ward):
    result = judged(ward(failing_pump), {"limits.hr.high": 75, "limits.hr.low": 50})
    limits = of(result, "limits", "medium")
    assert limits.proposed > limits.present


@pytest.mark.parametrize(("reason", "costs"), [("Going to the bedside", True), ("Measurement not reliable", False)])
def test_a_lost_alarm_is_a_cost_when_people_acted_on_it(ward, reason, costs):
    def write(store: SqlStore) -> None:
        failing_pump(store)
        answered(store, "B", Kind.WITHDRAWAL, 5.8, reason)

    (lost,) = judged(ward(write), NO_EMERGENCY).differences
    assert lost.costs is costs
    assert lost.acted_on == ("Going to the bedside, R. Nurse" if costs else "")


def test_an_alarm_acted_on_that_the_run_does_not_raise_is_counted(ward):
    def write(store: SqlStore) -> None:
        failing_pump(store)
        answered(store, "A", Kind.WITHDRAWAL, 5, "Doctor informed")

    assert judged(ward(write), {}).acted_elsewhere == 1


def test_reasons_that_count_as_acts_are_those_a_nurse_can_give():
    assert set(REASONS) >= ACTED_ON
    assert not ACTED_ON & {"Known, watching closely", "Measurement not reliable"}


def test_only_the_chosen_bed_and_days_are_counted(ward):
    url = ward(failing_pump)
    assert judged(url, {}, beds=("A",)).patients == 1
    two_hours = judged(url, {}, days=2 / 24)
    assert two_hours.patient_days == pytest.approx(4 / 24, abs=0.01)
    # The pattern of four to six hours ago was raised before these days and is over by then.
    assert of(two_hours, "withdrawal", "warning").present == 0


def test_gaps_are_not_counted_as_watched(ward):
    def write(store: SqlStore) -> None:
        admit(store, patient("A", 24))
        record(store, Course("A", 24, end_h=20))
        record(store, Course("A", 4))

    assert judged(ward(write), {}).patient_days == pytest.approx(8.25 / 24, abs=0.01)


def test_an_admission_dated_back_is_judged_from_the_first_value_on(ward):
    """What was charted before stands when the values begin; nothing is called in hours nobody was watched."""

    def write(store: SqlStore) -> None:
        admit(store, patient("B", 30))
        for code in ("rigidity", "pruritus"):
            at = END - timedelta(hours=8)
            store.put_finding("P-B", "B", NurseObservation(code, at, "N. Urse", id=code)).result(10)
        record(store, Course("B", 3))

    result = judged(ward(write), {})
    assert result.patient_days == pytest.approx(3 / 24, abs=0.01)
    for one in result.loads:
        assert one.present_s <= result.patient_days * 86400
    assert of(result, "withdrawal", "watch").present <= 1


def test_invented_patients_count_on_a_simulated_ward_alone(ward):
    def write(store: SqlStore) -> None:
        admit(store, patient("A", 24, demo=True))
        record(store, Course("A", 24))

    url = ward(write)
    assert judged(url, {}).values == 0
    assert judged(url, {}, simulated=True).patients == 1


def test_a_second_source_does_not_add_its_values_to_the_first(ward):
    """As at the bed, one source of a parameter is judged at a time: a quiet copy changes nothing."""

    def write(store: SqlStore) -> None:
        admit(store, patient("B", 9))
        record(store, Course("B", 9, ill=RACING, ill_from_h=6, ill_to_h=4))

    url = ward(write)
    alone = of(judged(url, {}), "withdrawal", "emergency")
    store = open_store(url, flush_s=0.02)
    record(store, Course("B", 9, source="second"))
    store.close()
    both = of(judged(url, {}), "withdrawal", "emergency")
    assert (both.present, both.present_s) == (alone.present, alone.present_s)


# --- a process of its own --------------------------------------------------------------------------------------------


def line(url: str, changes: Mapping[str, Any]) -> str:
    question = Question(changes, END - timedelta(days=2), END)
    return request(url, CONFIG, {}, changes, question)


def ended(run: ProcessRun, within_s: float = 90) -> RunView:
    deadline = time.monotonic() + within_s
    while not run.view().done:
        assert time.monotonic() < deadline, run.view()
        time.sleep(0.02)
    run.join()
    return run.view()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_process_gives_the_same_result_and_is_gone_afterwards(ward):
    url = ward(failing_pump)
    run = ProcessRun(line(url, NO_EMERGENCY))
    view = ended(run)
    assert view.error == ""
    assert view.result == judged(url, NO_EMERGENCY)
    assert gone(run._process.pid)


def test_a_cancelled_run_has_neither_result_nor_error_and_leaves_no_process(ward):
    run = ProcessRun(line(ward(failing_pump), {}))
    run.cancel()
    run.cancel()
    view = ended(run, 5)
    assert (view.result, view.error) == (None, "")
    assert gone(run._process.pid)


def test_the_process_ends_with_the_console_that_asked(ward):
    """What is left of a killed console is a closed pipe."""
    run = ProcessRun(line(ward(failing_pump), {}))
    deadline = time.monotonic() + 20
    while run.view().progress == 0.0 and not run.view().done and time.monotonic() < deadline:
        time.sleep(0.01)
    run._process.stdin.close()
    assert ended(run, 20).done
    assert gone(run._process.pid)


def test_a_process_that_dies_is_told_in_a_sentence(ward):
    run = ProcessRun(line(ward(failing_pump), {}))
    os.kill(run._process.pid, signal.SIGKILL)
    assert ended(run, 5).error == "The evaluation ended without an answer."


def test_a_database_that_is_not_there_is_told_in_a_sentence(tmp_path):
    view = ended(ProcessRun(line(f"sqlite:///{tmp_path / 'none.db'}", {})))
    assert view.result is None
    assert view.error.startswith("there is no database at ")


def test_nothing_is_written(ward, tmp_path):
    url = ward(failing_pump)
    before = (tmp_path / "ward.db").read_bytes()
    assert ended(ProcessRun(line(url, SLOWER))).result is not None
    assert (tmp_path / "ward.db").read_bytes() == before


# --- the command -----------------------------------------------------------------------------------------------------


def recent(store: SqlStore) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    ago = (now - END).total_seconds() / 3600
    admit(store, patient("A", 20 - ago))
    record(store, Course("A", 20), now)


def test_the_command_prints_both_runs_and_writes_the_whole(ward, tmp_path, capsys):
    url = ward(recent)
    out = tmp_path / "result.json"
    words = ["evaluate", "--db", url, "--days", "1", "--set", "limits.hr.high=75", "--json", str(out)]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "0.83 patient-days, 1 patients" in printed
    assert "too few to judge" in printed
    assert any(row.startswith("limits medium") for row in printed.splitlines())
    assert json.loads(out.read_text())["patients"] == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--set", "withdrawal.hr.one=999"], "less than or equal to 250"),
        (["--set", "withdrawal.hr.ones=9"], "is not a known threshold"),
        (["--days", "15"], "at most 14 days"),
        (["--db", "sqlite:////nowhere/ward.db"], "there is no database at"),
    ],
)
def test_bad_words_of_the_command_are_refused_in_one_line(ward, capsys, words, sentence):
    url = ward(recent)
    try:
        status = main(["evaluate", "--db", url, *words])
    except SystemExit as end:
        status = end.code
    assert status == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert len(told.strip().splitlines()) == 1
