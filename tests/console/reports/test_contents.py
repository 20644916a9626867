"""What a report says is what the store has: of whom, over which time, and nothing that was not sent."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from console.alarms.alarm import Acknowledgement, Alarm, Change, Priority, Stage, Transition
from console.link.people import Gate
from console.link.reports import (
    Bars,
    Chart,
    ChartRow,
    Episode,
    Facts,
    Paragraph,
    Report,
    ReportKind,
    Section,
    Table,
    Wanted,
)
from console.reports.alarm_rows import answers
from console.reports.desk import ReportDesk
from console.store.episodes import AlarmPast
from console.store.records import AlarmNote, HistoryFilter
from console.store.rows import audit_rows
from console.store.sql_store import SqlStore
from console.store.stay_changes import Carried, Closed
from console.store.upkeep import reading
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.patient import Patient
from console.ward.people import Right
from tests.console.reports import past

Ward = tuple[SqlStore, ReportDesk]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Read only for the tests of this file."""
    with past.report_desk(tmp_path_factory.mktemp("ward")) as (store, desk):
        past.write_past(store)
        past.limit_alarms(store, 30)
        settled(store)
        desk.episodes().result(10)
        yield store, desk


def settled(store: SqlStore) -> None:
    """Samples are on the disk."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = store.trend("7B-02", (past.P.HR,), past.hours_ago(1), past.END).result(10)
        if past.P.HR in found.series and len(found.series[past.P.HR].times) == 60:
            return
        time.sleep(0.05)
    raise AssertionError("the samples are not stored")


def stay(desk: ReportDesk, bed: str = past.FAILING) -> Episode:
    return next(e for e in desk.episodes().result(10) if e.bed == bed)


def episode(desk: ReportDesk, hours: float = 48, bed: str = past.FAILING, **more: object) -> Report:
    wanted = Wanted(ReportKind.EPISODE, past.hours_ago(hours), past.END, stay(desk, bed), **more)
    return past.made(desk, wanted)


def section(report: Report, title: str) -> Section:
    return next(s for s in report.sections if s.title == title)


def table(report: Report, name: str) -> Table:
    return next(t for _, t in report.tables() if t.name == name)


def chart(report: Report) -> Chart:
    return next(b for s in report.sections for b in s.blocks if isinstance(b, Chart))


def row(report: Report, label: str) -> ChartRow:
    return next(r for r in chart(report).rows if r.label == label)


def facts(report: Report) -> dict[str, str]:
    return {k: v for s in report.sections for b in s.blocks if isinstance(b, Facts) for k, v in b.pairs}


def words(report: Report) -> str:
    """Everything a report says."""
    said = [report.title, report.subject]
    for part in report.sections:
        said.append(part.title)
        for block in part.blocks:
            if isinstance(block, Facts):
                said += [f"{k}: {v}" for k, v in block.pairs]
            elif isinstance(block, Table):
                said += [cell for r in block.rows for cell in r.cells] or [block.empty]
            elif isinstance(block, Paragraph):
                said.append(block.text)
            elif isinstance(block, Chart):
                said += [r.empty for r in block.rows]
    return "\n".join(said)


# --- patient episode ---------------------------------------------------------------------------------------------


def test_an_episode_names_patient_number_and_bed_and_says_that_a_pattern_is_no_diagnosis(ward: Ward) -> None:
    report = episode(ward[1])
    assert report.subject == "Alder, Test · P-4711 · Bed 7B-01"
    assert "A pattern is not a diagnosis; the bedside monitor is the primary alarm." in report.sentence
    told = facts(report)
    assert told["Person"] == "54 years, F, born 1971-05-02, 71 kg"
    assert told["Pump"] == "Replaced since 08 Mar 19:00 (interrogated, delivers)"
    assert told["Pump card"].startswith("SynchroMed II 40 mL · Card is older than the pump replacement of 08 Mar 19:00")
    assert told["Autonomic pattern"] == "highest stage emergency, from 08 Mar 10:00 to 08 Mar 17:00"
    assert told["Respiratory pattern"] == "no stage in this window"


def test_an_alarm_is_told_with_who_answered_it_and_the_reasons_at_its_onset(ward: Ward) -> None:
    rows = table(episode(ward[1]), "Alarms").rows
    assert len(rows) == 31
    first = rows[0]
    assert first.priority is Priority.HIGH
    assert first.cells[:4] == ("08 Mar 08:00:00", "***", "Autonomic pattern – emergency", "13 h 00")
    assert first.cells[4] == "R. Nurse after 2 h 06: Doctor informed"
    assert "HR 142 (+92 %), usual 74: 3 points" in first.cells[5]
    assert "08 Mar 10:00 stepped up to *** emergency:" in first.cells[5]
    assert [r.cells[4] for r in rows[1:4]] == ["R. Nurse after 1:35: Patient moved", "ended, not seen", "not answered"]


def test_notes_stand_with_their_alarm_and_are_plain(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        past.write_past(store)
        note = AlarmNote(past.hours_ago(20), "C. Harge", "seen\u202e with <b>Dr A</b>")
        store.put_note("w1", note).result(10)
        (only,) = table(episode(desk), "Alarms").rows
    assert only.cells[4].splitlines() == [
        "R. Nurse after 2 h 06: Doctor informed",
        "Note 08 Mar 19:00, C. Harge: seen⟨U+202E⟩ with <b>Dr A</b>",
    ]


def test_an_alarm_is_told_as_it_stood_at_the_end_of_a_window_that_is_over(ward: Ward) -> None:
    wanted = Wanted(ReportKind.EPISODE, past.hours_ago(32), past.hours_ago(28.95), stay(ward[1]))
    (only,) = table(past.made(ward[1], wanted), "Alarms").rows
    assert only.cells[3] == "2 h 03 … still there"
    assert only.cells[4] == "not answered yet"
    before = replace(wanted, end=past.hours_ago(30))
    (only,) = table(past.made(ward[1], before), "Alarms").rows
    assert only.cells[1:3] == ("**", "Autonomic pattern – warning")


def test_a_chart_shows_what_was_sent_and_a_gap_stays_a_gap(ward: Ward) -> None:
    report = episode(ward[1], 40)
    (hr,) = row(report, "HR").lines
    assert np.nanmax(hr.values) == pytest.approx(139, abs=1)
    begin, over = past.hours_ago(14).timestamp(), past.hours_ago(13).timestamp()
    inside = (hr.times > begin) & (hr.times < over - 1)
    assert np.isnan(hr.values[inside]).all()
    (gap,) = [s for s in chart(report).shades if s.kind == "gap"]
    assert (gap.start, gap.end) == (pytest.approx(begin, abs=61), pytest.approx(over, abs=61))
    assert re.search("No data 09 Mar 01:0[01] to 09 Mar 02:0[01]: 1.0 h in all.", words(report))
    assert len(row(report, "BP").bars) == 4 * 39
    assert row(report, "EtCO₂").lines
    assert [r.label for r in chart(report).rows] == ["HR", "BP", "RR", "Temp", "SpO₂", "EtCO₂"]


def test_no_peak_is_lost_however_long_the_window(ward: Ward) -> None:
    values = [float(np.nanmax(row(episode(ward[1], h), "HR").lines[0].values)) for h in (40, 24 * 20)]
    assert values[0] == values[1]


def test_stages_stand_in_the_ribbon_as_the_journal_has_them(ward: Ward) -> None:
    autonomic, respiratory = chart(episode(ward[1])).ribbons
    hours = [(31, Stage.WARNING), (29, Stage.EMERGENCY), (22, Stage.WATCH), (18, Stage.NONE)]
    assert autonomic.steps == tuple((past.hours_ago(h).timestamp(), stage) for h, stage in hours)
    assert respiratory.steps == ()


def test_events_are_numbered_alike_in_the_chart_and_in_the_table(ward: Ward) -> None:
    report = episode(ward[1])
    rows = table(report, "Events and findings").rows
    assert [r.cells[0] for r in rows] == [m.number for m in chart(report).marks] == [str(n) for n in range(1, 9)]
    assert rows[0].cells[1:] == ("08 Mar 03:00", "Motor stall", "N. Urse", "two-tone alarm heard")
    assert [m.shape for m in chart(report).marks[:4]] == ["pump", "finding", "medicine", "finding"]
    assert "CK 2145 U/L ▲▲ critical high" in table(report, "Laboratory").rows[0].cells[1]


def test_what_lies_outside_the_stay_is_set_off_and_no_value_of_another_patient_is_drawn(ward: Ward) -> None:
    report = episode(ward[1], 48)
    (outside,) = [s for s in chart(report).shades if s.kind == "outside"]
    assert (outside.start, outside.end) == (past.hours_ago(48).timestamp(), past.ADMITTED.timestamp())
    assert row(report, "HR").lines[0].times[0] >= past.ADMITTED.timestamp()


def test_values_of_who_lay_there_before_are_not_the_patients(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        past.write_past(store)
        settled(store)
        store.put_discharge("7B-02", "P-4712", past.hours_ago(3), "C. Harge").result(10)
        quiet = past.failing_patient()
        store.put_admission(replace(quiet, patient_id="P-9", bed="7B-02", admitted_at=past.hours_ago(2)), "A").result(
            10
        )
        report = episode(desk, 24, "7B-02")
        assert report.subject.startswith("Alder, Test · P-9")
        assert row(report, "HR").lines[0].times[0] >= past.hours_ago(2).timestamp()
        gone = next(e for e in desk.episodes().result(10) if e.patient_id == "P-4712")
        assert gone.ended_at == past.hours_ago(3)
        left = past.made(desk, Wanted(ReportKind.EPISODE, past.hours_ago(24), past.END, gone))
        assert row(left, "HR").lines[0].times[-1] < past.hours_ago(3).timestamp()
        assert [s.words for s in chart(left).shades if s.kind == "outside"] == ["after the stay"]


def test_a_patient_who_moved_keeps_his_own_values_and_no_others(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        past.write_past(store)
        settled(store)
        moved, patient = past.hours_ago(10), past.failing_patient()
        there = replace(patient, bed="7B-03", moved_at=moved)
        store.put_changes((Closed(past.FAILING, "P-4711", moved, "A"), Carried(there, moved, "A"))).result(10)
        next_one = Patient("P-77", "Cedar, Test", past.FAILING, past.hours_ago(9))
        store.put_admission(next_one, "A").result(10)
        report = episode(desk, 48, "7B-03")
        (hr,) = row(report, "HR").lines
        assert (hr.times[0], hr.times[-1]) == (past.ADMITTED.timestamp(), pytest.approx(moved.timestamp(), abs=61))
        assert facts(report)["Beds"] == "Bed 7B-01 from 07 Mar 23:00, Bed 7B-03 from 09 Mar 05:00"
        assert report.subject.endswith("Bed 7B-03")
        assert len(table(report, "Alarms").rows) == 1
        assert len(table(report, "Events and findings").rows) == 8
        (gap,) = [s for s in chart(report).shades if s.kind == "gap" and s.end == past.END.timestamp()]
        assert gap.start == pytest.approx(moved.timestamp(), abs=61)
        other = episode(desk, 48, past.FAILING)
        assert other.subject.startswith("Cedar, Test")
        assert row(other, "HR").lines[0].times[0] >= past.hours_ago(9).timestamp()
        assert table(other, "Alarms").rows == ()
        shift = past.made(desk, Wanted(ReportKind.HANDOVER, past.hours_ago(12), past.END))
        titles = [s.title for s in shift.sections][1:]
        assert titles[:2] == ["Alder, Test · P-4711 · Bed 7B-01", "Cedar, Test · P-77 · Bed 7B-01"]
        assert titles[-1] == "Alder, Test · P-4711 · Bed 7B-03"


def test_a_patient_without_data_or_alarms_has_a_report_that_says_so(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        store.put_admission(past.failing_patient(pump_known=False, flags=frozenset()), "A").result(10)
        told = words(episode(desk, 24))
    for sentence in (
        "No alarms in this window.",
        "No vital signs received in this window.",
        "No heart rate received in this window.",
        "No temperature received in this window.",
        "Nothing charted in this window.",
        "No laboratory results of this stay.",
        "Pump: Pump state not known",
        "Pump card: no card charted",
        "Limits as the ward's.",
    ):
        assert sentence in told, sentence


def test_initials_stand_in_place_of_the_name_everywhere(ward: Ward) -> None:
    report = episode(ward[1], initials=True)
    assert report.subject.startswith("T. A. · P-4711")
    assert "Alder" not in words(report)
    assert "1971" not in words(report)


def test_demo_data_are_marked_in_a_simulated_ward_and_with_a_demo_patient(tmp_path: Path) -> None:
    for number, (ward, patient) in enumerate((({"simulated": True}, {}), ({}, {"demo": True}))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with past.report_desk(folder, **ward) as (store, desk):
            store.put_admission(past.failing_patient(**patient), "A").result(10)
            report = episode(desk, 24)
        assert report.demo
        assert report.sentence.startswith("DEMO")


# --- recovery view -----------------------------------------------------------------------------------------------


def recovery(desk: ReportDesk) -> Report:
    window = past.RESTORED - timedelta(hours=4), past.RESTORED + timedelta(hours=76)
    return past.made(desk, Wanted(ReportKind.RECOVERY, *window, stay(desk), restored_at=past.RESTORED))


def test_a_recovery_view_shades_4_to_72_hours_after_the_repair_with_a_line_at_the_published_mean(ward: Ward) -> None:
    assert stay(ward[1]).restorations == (past.RESTORED,)
    report = recovery(ward[1])
    (band,) = [s for s in chart(report).shades if s.kind == "recovery"]
    hours = [(at - past.RESTORED.timestamp()) / 3600 for at in (band.start, band.end, band.mark)]
    assert hours == pytest.approx([4, 72, 42.9])
    assert [s.words for s in chart(report).shades if s.kind == "outside"] == ["not yet"]
    assert "No autonomic stage of warning or above from 8 h after the repair on." in words(report)
    rows = table(report, "Course, medians").rows
    assert [r.cells[0] for r in rows] == ["−4 to 0", "0 to +4", "+4 to +8", "+8 to +12", "+12 to +16", "+16 to +20"]
    assert rows[0].cells[7] == "*** emergency"
    assert "New confusion: yes" in words(report)


def test_a_band_ends_where_delivery_is_interrupted_again(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        past.write_past(store, hours=1)
        stop = PumpEvent(PumpEventKind.PUMP_STALL, past.hours_ago(6), "N. Urse", id="e9")
        store.put_pump_event("P-4711", past.FAILING, stop).result(10)
        report = recovery(desk)
    (band,) = [s for s in chart(report).shades if s.kind == "recovery"]
    assert (band.end, band.mark) == (past.hours_ago(6).timestamp(), None)
    assert facts(report)["Interrupted again"] == "Motor stall, 09 Mar 2026 09:00"


def test_a_recovery_view_needs_a_confirmed_return_of_delivery(ward: Ward) -> None:
    wanted = Wanted(ReportKind.RECOVERY, past.STALLED, past.END, stay(ward[1]), restored_at=past.STALLED)
    with pytest.raises(Exception, match="No confirmed return of delivery"):
        past.made(ward[1], wanted)


# --- shift handover ----------------------------------------------------------------------------------------------


def test_a_handover_tells_every_bed_and_what_is_open(ward: Ward) -> None:
    report = past.made(ward[1], Wanted(ReportKind.HANDOVER, past.hours_ago(8), past.END))
    assert [s.title for s in report.sections] == [
        "Ward",
        "Alder, Test · P-4711 · Bed 7B-01",
        "Birch, Test · P-4712 · Bed 7B-02",
        "Bed 7B-03",
    ]
    summary = table(report, "Ward").rows
    assert summary[0].cells == (
        "7B-01",
        "Alder, Test · P-4711",
        "Replaced since 08 Mar 19:00",
        "–",
        "–",
        "10 (***)",
    )
    assert summary[2].cells[1] == "nobody admitted in this shift"
    told = words(report)
    assert "POSS 2" in told
    assert "10 raised: 1 ***, 9 **, 0 *; 7 of ** or *** not answered by anybody" in told
    assert "No alarm stood or waited for an answer at the end." in told
    assert "HR /min 73 to 79" in told


def test_a_past_shift_is_told_as_it_stood_then(ward: Ward) -> None:
    shift = Wanted(ReportKind.HANDOVER, past.hours_ago(32), past.hours_ago(28.95), beds=(past.FAILING,))
    report = past.made(ward[1], shift)
    (only,) = table(report, "Open alarms").rows
    assert only.cells[1:3] == ("***", "Autonomic pattern – emergency")
    assert only.cells[4:] == ("still there", "not answered yet")
    assert "A past shift" in facts(report)
    assert "Motor stall since 08 Mar 03:00" in facts(report)["Pump"]
    assert [s.title for s in report.sections][1:] == ["Alder, Test · P-4711 · Bed 7B-01"]


# --- text from outside, windows, files ---------------------------------------------------------------------------


def test_huge_and_hostile_text_is_bounded_plain_and_the_cut_is_said(tmp_path: Path) -> None:
    name = "<b>Alder</b>\u202eabc\x1b[31m " + "x" * 65_536
    with past.report_desk(tmp_path) as (store, desk):
        past.write_past(store, past.failing_patient(name=name), note="=cmd()\n" + "long " * 13_000)
        report = episode(desk, 48)
        told = words(report)
        reply = desk.save_csv(report, tmp_path / "out", "episode", "C. Harge").result(10)
    assert report.subject.startswith("<b>Alder</b>⟨U+202E⟩abc⟨U+001B⟩[31m xxx")
    assert "more characters are not printed)" in report.subject
    assert "\u202e" not in told
    assert "\x1b" not in told
    assert max(len(line) for line in told.splitlines()) < 1200
    assert reply.error == ""
    for file in (tmp_path / "out").glob("*.csv"):
        for cells in csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")):
            assert not any(cell.lstrip().startswith(("=", "+", "@", "-")) for cell in cells), cells


def test_a_window_without_sense_is_refused_in_one_sentence(ward: Ward) -> None:
    for wanted, sentence in (
        (Wanted(ReportKind.HANDOVER, past.END, past.hours_ago(1)), "The end has to lie after the begin."),
        (Wanted(ReportKind.HANDOVER, past.hours_ago(24 * 40), past.END), "at most 31 days"),
        (Wanted(ReportKind.HANDOVER, past.END, past.hours_ago(-8)), "has not begun yet"),
        (Wanted(ReportKind.EPISODE, past.hours_ago(8), past.END), "Choose a patient first."),
        (Wanted(ReportKind.EPISODE, past.hours_ago(60), past.hours_ago(50), stay(ward[1])), "was not in the ward"),
    ):
        with pytest.raises(Exception, match=sentence):
            past.made(ward[1], wanted)


def test_times_say_which_they_are_where_summer_time_begins_in_the_window(tmp_path: Path) -> None:
    with past.report_desk(tmp_path, timezone="America/New_York") as (store, desk):
        past.write_past(store)  # there, clocks go forward on 8 March 2026
        told = words(episode(desk, 40))
    assert "07 Mar 2026 18:00 EST" in told
    assert "08 Mar 15:00 EDT" in told


class NoGate:
    """Lets nobody do one thing."""

    def __init__(self, right: Right) -> None:
        self.right = right

    def refusal(self, by: str, right: Right) -> str:
        return f"{by} may not {right.value}." if right is self.right else ""


def audit(folder: Path) -> list[dict[str, object]]:
    with reading(f"sqlite:///{folder / 'ward.db'}") as engine:
        return list(audit_rows(engine, HistoryFilter()))


def test_saving_is_on_record_with_who_what_and_where(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        store.put_admission(past.failing_patient(), "A").result(10)
        report = episode(desk, 24)
        target = tmp_path / "out" / "episode.pdf"
        assert desk.save_pdf(report, b"%PDF-1.4 x", target, "C. Harge").result(10).error == ""
        assert desk.may_print(report, "Office", "C. Harge").result(10).error == ""
    assert target.read_bytes() == b"%PDF-1.4 x"
    saved, printed = audit(tmp_path)[-2:]
    assert (saved["by"], saved["act"], saved["bed"]) == ("C. Harge", "report saved", past.FAILING)
    assert "patient episode, Alder, Test · P-4711 · Bed 7B-01, 2026-03-08 15:00 to 2026-03-09 15:00 UTC" in str(saved)
    assert str(target) in str(saved["detail"])
    assert (printed["act"], "on Office" in str(printed["detail"])) == ("report printed", True)


@pytest.mark.parametrize("right", [Right.REPORT, Right.EXPORT])
def test_who_has_no_right_saves_and_prints_nothing(tmp_path: Path, right: Right) -> None:
    gate: Gate = NoGate(right)
    with past.report_desk(tmp_path, gate) as (store, desk):
        store.put_admission(past.failing_patient(), "A").result(10)
        report, before = episode(desk, 24), len(audit(tmp_path))
        replies = {
            Right.REPORT: desk.save_pdf(report, b"%PDF-1.4", tmp_path / "out" / "a.pdf", "X").result(10),
            Right.EXPORT: desk.save_csv(report, tmp_path / "csv", "a", "X").result(10),
        }
        printed = desk.may_print(report, "Office", "X").result(10)
    assert replies[right].error == f"X may not {right.value}."
    assert [r.error for k, r in replies.items() if k is not right] == [""]
    assert bool(printed.error) is (right is Right.REPORT)
    assert (tmp_path / "out").exists() is (right is Right.EXPORT)
    assert (tmp_path / "csv").exists() is (right is Right.REPORT)
    assert len(audit(tmp_path)) == before + (1 if right is Right.REPORT else 2)


def test_nobody_in_particular_saves_nothing_and_a_place_that_takes_nothing_is_told(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        store.put_admission(past.failing_patient(), "A").result(10)
        report = episode(desk, 24)
        assert "name of the person" in desk.save_pdf(report, b"%PDF-1.4", tmp_path / "a.pdf", " ").result(10).error
        (tmp_path / "file").write_bytes(b"")
        told = desk.save_pdf(report, b"%PDF-1.4", tmp_path / "file" / "a.pdf", "X").result(10).error
        assert told.endswith("a part of the path is a file, not a folder.")
        assert "nothing was saved" in desk.save_pdf(report, b"", tmp_path / "a.pdf", "X").result(10).error
    assert not (tmp_path / "a.pdf").exists()
    assert audit(tmp_path)[-1]["act"] == "report saved: failed"


def test_the_time_to_an_answer_runs_as_in_the_history() -> None:
    begin = past.hours_ago(5)
    alarm = Alarm("a", 1, "A", "P", past.pattern_condition(Stage.WARNING, 7), begin, begin, 0.0)

    def step(change: Change, minutes: float, by: str = "") -> Transition:
        at = begin + timedelta(minutes=minutes)
        answer = Acknowledgement(by, at, "seen") if change is Change.ACKNOWLEDGE else None
        return Transition(replace(alarm, acknowledged=answer), change, at, 0.0, by=by)

    steps = (
        step(Change.ONSET, 0),
        step(Change.ACKNOWLEDGE, 2, "A"),
        step(Change.UNACKNOWLEDGE, 3, "A"),
        step(Change.ACKNOWLEDGE, 10, "B"),
        step(Change.ESCALATE, 60),
        step(Change.ACKNOWLEDGE, 61, "C"),
    )
    said = answers(AlarmPast(alarm, steps), past.END)
    assert said.splitlines() == ["A after 2:00: seen", "taken back by A", "B after 10:00: seen", "C after 1:00: seen"]


# --- ward alarm load ---------------------------------------------------------------------------------------------


def test_the_load_tells_what_the_analysis_counted_beside_benchmarks(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        past.write_past(store)
        past.limit_alarms(store, 30)
        settled(store)
        report = past.made(desk, Wanted(ReportKind.LOAD, past.hours_ago(48), past.END))
    told = facts(report)
    assert told["Alarms"] == "31"
    assert told["Patients"] == "2.9 patient-days"
    figures = {r.cells[0]: r.cells[1:] for r in table(report, "Figures").rows}
    assert figures["Alarms"] == ("31", "–")
    assert 10 < float(figures["Per patient-day"][0]) < 11
    kinds = {r.cells[0]: r.cells[1:] for r in table(report, "By kind and priority").rows}
    assert kinds["Autonomic pattern"] == ("1", "0", "0", "1")
    assert kinds["Limit"] == ("2", "28", "0", "30")
    answers = {r.cells[0]: r.cells[1:] for r in table(report, "Answers").rows}
    assert answers["** medium"][:4] == ("28", "9", "1:35", "1:35")
    assert sum(low + medium + high for _, low, medium, high in bars(report).bars) == 31
    assert "nobody has set any for a ward" in words(report)
    assert table(report, "Floods").rows == ()


def test_a_quiet_ward_has_a_load_that_says_so(tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (_, desk):
        report = past.made(desk, Wanted(ReportKind.LOAD, past.hours_ago(48), past.END))
    assert "No alarms in this window." in words(report)
    assert {r.cells[1] for r in table(report, "Figures").rows} <= {"0", "–", "0.0 %"}


def bars(report: Report) -> Bars:
    return next(b for s in report.sections for b in s.blocks if isinstance(b, Bars))
