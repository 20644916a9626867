"""Admission: the draft as a pure function, and the page pressed and typed at as a nurse would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.engine.checks import check_patient, check_pump_event
from console.link.commands import Admit, ChartFinding, Reply
from console.link.snapshot import SourceView
from console.ui.admit_page import AdmitPage
from console.ui.admit_page.draft import CAUSES, Draft, PumpNow, TimeKnown, check, fahrenheit, parse_date, watched
from console.ui.theme import Mode, Theme
from console.ward.chart import PumpEventKind
from console.ward.patient import RiskFlag
from console.ward.source import Liveness, SourceState
from tests.console.ui import fakes as f

NOW = f.utc()


def complete(**changes: object) -> Draft:
    """All that is needed, and nothing more."""
    values: dict[str, object] = {
        "name": "Test Osprey",
        "number": "T-1016",
        "born": "1981-06-02",
        "values_match": True,
        "pump": PumpNow.UNKNOWN,
        **changes,
    }
    return Draft(**values)  # type: ignore[arg-type]


def problems(draft: Draft, *, received: bool = True, by: str = "R. Test") -> dict[str, str]:
    return {p.field: p.text for p in check(draft, "16", by, NOW, received=received)[1]}


def admitted(draft: Draft) -> Admit:
    command, wrong = check(draft, "16", "R. Test", NOW, received=True)
    assert command is not None, wrong
    return command


class TestDraft:
    def test_what_is_needed_is_enough(self):
        patient = admitted(complete()).patient
        assert (patient.name, patient.patient_id, patient.bed, patient.age) == ("Test Osprey", "T-1016", "16", 44)
        assert patient.born == "1981-06-02"
        assert patient.pump_known is False

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": "  "}, "name"),
            ({"number": ""}, "number"),
            ({"born": ""}, "born"),
            ({"born": "yesterday"}, "born"),
            ({"born": "", "age": "many"}, "age"),
            ({"weight": "7"}, "weight"),
            ({"values_match": False}, "values_match"),
            ({"pump": None}, "pump"),
            ({"pump": PumpNow.STOPPED}, "cause"),
            ({"pump": PumpNow.STOPPED, "cause": "Motor stall"}, "at"),
            ({"pump": PumpNow.STOPPED, "cause": "Motor stall", "at": NOW + timedelta(hours=1)}, "at"),
            ({"pump": PumpNow.REFILLED, "cause": "Refilled", "at": NOW}, "confirmed"),
            ({"baseline": {"hr": "7"}}, "hr"),
            ({"baseline": {"bp": "118"}}, "bp"),
            ({"baseline": {"bp": "70/118"}}, "bp"),
            ({"baseline": {"bp": "118/"}}, "bp"),
            ({"baseline": {"temp": "98.2"}}, "temp"),
            ({"baseline": {"temp": "46"}}, "temp"),
        ],
    )
    def test_each_fault_is_named_at_its_field(self, changes, field):
        found = problems(complete(**changes))
        assert list(found) == [field]
        assert found[field]

    def test_nobody_named(self):
        assert "by" in problems(complete(), by=" ")

    @pytest.mark.parametrize("changes", [{"born": "2010-11-01"}, {"born": "", "age": "15"}])
    def test_under_16_is_refused_with_the_reason(self, changes):
        text = next(iter(problems(complete(**changes)).values()))
        assert "16 years and over" in text
        assert "do not fit a child" in text

    @pytest.mark.parametrize(("born", "fine"), [("2010-04-14", True), ("2010-04-15", False)])
    def test_sixteenth_birthday_is_the_first_day(self, born, fine):
        assert (problems(complete(born=born)) == {}) is fine

    def test_values_need_no_comparison_where_none_arrive(self):
        assert problems(complete(values_match=False), received=False) == {}

    @pytest.mark.parametrize("state", [s for s in PumpNow if s in CAUSES])
    def test_every_state_and_cause_becomes_an_event_the_engine_takes(self, state):
        for cause, kind in CAUSES[state]:
            at = NOW - timedelta(hours=3)
            command = admitted(complete(pump=state, cause=cause, at=at, confirmed=True))
            (event,) = command.pump_events
            assert (event.kind, event.at) == (kind, at)
            assert check_pump_event(event, NOW) == ""
            assert command.patient.pump_known
            assert event.confirmed is (state in (PumpNow.REPAIRED, PumpNow.REFILLED))

    def test_running_pump_is_known_and_has_no_event(self):
        command = admitted(complete(pump=PumpNow.RUNNING))
        assert command.pump_events == ()
        assert command.patient.pump_known

    def test_a_time_not_known_counts_from_now_and_says_so(self):
        draft = complete(pump=PumpNow.STOPPED, cause="Motor stall", time_known=TimeKnown.NOT_KNOWN)
        (event,) = admitted(draft).pump_events
        assert event.at == NOW
        assert "time not known" in event.note

    def test_what_is_known_of_the_dose_goes_into_the_note(self):
        draft = complete(pump=PumpNow.UNDER, cause="Catheter leak or kink", at=NOW, notes={"dose": "380"})
        (event,) = admitted(draft).pump_events
        assert event.kind is PumpEventKind.PUMP_STOPPED
        assert event.note == "Under-delivery · Catheter leak or kink · Dose before, µg/day: 380"

    @given(st.dictionaries(st.sampled_from(["dose", "concentration", "bridging"]), st.text(max_size=120)))
    def test_notes_never_grow_beyond_what_the_engine_takes(self, notes):
        draft = complete(pump=PumpNow.STOPPED, cause="Motor stall", at=NOW, notes=notes)
        assert check_pump_event(admitted(draft).pump_events[0], NOW) == ""

    def test_baseline_as_typed(self):
        draft = complete(baseline={"hr": "72", "bp": "118/70", "rr": "14", "temp": "36,7", "spo2": "97", "etco2": ""})
        b = admitted(draft).patient.baseline
        assert (b.hr, b.sbp, b.dbp, b.rr, b.temp, b.spo2, b.etco2) == (72, 118, 70, 14, 36.7, 97, None)
        assert (b.charted_by, b.charted_at) == ("R. Test", NOW)

    def test_no_baseline_is_not_charted_by_anybody(self):
        assert admitted(complete()).patient.baseline.charted_by == ""

    @pytest.mark.parametrize(("typed", "celsius"), [("98.2", 36.8), ("104", 40.0), ("37", None), ("x", None)])
    def test_fahrenheit_is_seen(self, typed, celsius):
        assert fahrenheit(typed) == celsius

    @given(
        st.dictionaries(st.sampled_from(["hr", "bp", "rr", "temp", "spo2", "etco2"]), st.text(max_size=8)),
        st.text(max_size=10),
        st.text(max_size=10),
    )
    def test_whatever_passes_here_passes_the_engine_too(self, baseline, age, weight):
        command, found = check(
            complete(baseline=baseline, born="", age=age, weight=weight), "16", "R", NOW, received=True
        )
        assert (command is None) is bool(found)
        if command is not None:
            assert check_patient(command.patient, NOW.date()) == ""

    @pytest.mark.parametrize("text", ["1981-06-02", "02.06.1981", "02/06/1981", "2 Jun 1981", "02 June 1981"])
    def test_dates_as_people_write_them(self, text):
        assert str(parse_date(text)) == "1981-06-02"

    def test_every_pump_state_says_what_is_watched(self):
        assert len({watched(Draft(pump=state)) for state in (None, *PumpNow)}) == 7


class Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        sources = (SourceView("bed 16 monitor", "serial", "dri_s5", "/dev/ttyS4", ("16",), SourceState.CONNECTED),)
        beds = [f.not_admitted_bed("16", offered="4711-08"), f.empty_bed("17"), f.bed("07", name="Test Gale")]
        self.link = f.FakeLink(replace(f.ward(beds), sources=sources))
        self.page = AdmitPage(self.link, "R. Test", Theme())
        qtbot.addWidget(self.page)
        self.page.resize(1920, 942)
        self.page.show_bed("16")
        self.page.show()
        self.page.activated()

    def click(self, widget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def fill(self) -> None:
        """The least one has to do."""
        self.qtbot.keyClicks(self.page.patient.name, "Test Osprey")
        self.qtbot.keyClicks(self.page.patient.number, "T-1016")
        self.qtbot.keyClicks(self.page.patient.age, "44")
        self.click(self.page.monitor.match)
        self.click(self.page.pump.states[PumpNow.UNKNOWN])

    def publish(self, bed: str, **changes: object) -> None:
        beds = tuple(replace(b, **changes) if b.bed == bed else b for b in self.link.ward.beds)
        self.link.ward = replace(self.link.ward, beds=beds)
        self.page.show_ward(self.link.ward, f.NOW)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.page.close()


class TestPage:
    def test_admits_with_the_least_one_has_to_type(self, qtbot, bench):
        bench.fill()
        with qtbot.waitSignal(bench.page.open_bed, timeout=500) as caught:
            bench.click(bench.page.admit)
        (command,) = bench.link.commands
        assert command.patient.name == "Test Osprey"
        assert caught.args == ["16"]

    def test_the_pump_card_is_offered_and_opens_after_admission_only_when_asked_for(self, qtbot, bench):
        bench.fill()
        bench.click(bench.page.pump.card)
        with qtbot.waitSignal(bench.page.open_sheet, timeout=500) as caught:
            bench.click(bench.page.admit)
        assert caught.args == ["pump_card", "16"]

    def test_incomplete_form_goes_to_what_is_missing_and_frames_it(self, bench):
        bench.click(bench.page.admit)
        assert bench.link.commands == []
        assert bench.page.message.text().startswith("?  The name is needed.")
        assert bench.page.patient.name.property("invalid") == "true"
        assert bench.page.focusWidget() is bench.page.patient.name

    def test_frames_go_as_the_form_is_filled(self, qtbot, bench):
        bench.click(bench.page.admit)
        qtbot.keyClicks(bench.page.patient.name, "T")
        assert bench.page.patient.name.property("invalid") == "false"
        assert bench.page.message.text().startswith("?  The hospital number is needed.")

    def test_a_child_is_refused(self, qtbot, bench):
        bench.fill()
        bench.page.patient.age.selectAll()
        qtbot.keyClicks(bench.page.patient.age, "12")
        bench.click(bench.page.admit)
        assert bench.link.commands == []
        assert "12 years old: not admitted" in bench.page.message.text()

    def test_number_from_the_feed_is_offered_not_taken(self, bench):
        assert bench.page.patient.number.text() == ""
        assert "4711-08" in bench.page.patient.offer.text()
        bench.click(bench.page.patient.offer)
        assert bench.page.patient.number.text() == "4711-08"
        assert bench.page.draft.number == "4711-08"
        assert not bench.page.patient.offer.isVisible()

    def test_draft_survives_another_bed(self, qtbot, bench):
        qtbot.keyClicks(bench.page.patient.name, "Half")
        bench.click(bench.page.pump.states[PumpNow.STOPPED])
        bench.page.show_bed("17")
        assert bench.page.patient.name.text() == ""
        assert not bench.page.pump.states[PumpNow.STOPPED].isChecked()
        bench.page.show_bed("16")
        assert bench.page.patient.name.text() == "Half"
        assert bench.page.pump.states[PumpNow.STOPPED].isChecked()

    def test_draft_can_be_thrown_away(self, qtbot, bench):
        qtbot.keyClicks(bench.page.patient.name, "Half")
        bench.click(bench.page.discard)
        assert bench.page.patient.name.text() == ""
        assert bench.page.draft.name == ""

    def test_fahrenheit_is_asked_and_turned_over(self, qtbot, bench):
        field = bench.page.baseline.fields["temp"]
        qtbot.keyClicks(field, "98.2")
        assert bench.page.baseline.celsius.isVisible()
        bench.click(bench.page.baseline.celsius)
        assert field.text() == "36.8"
        assert not bench.page.baseline.celsius.isVisible()

    def test_stop_with_cause_and_time(self, qtbot, bench):
        bench.fill()
        bench.click(bench.page.pump.states[PumpNow.STOPPED])
        bench.click(bench.page.pump.causes["Motor stall"])
        bench.click(bench.page.admit)
        assert "press Now" in bench.page.message.text()
        bench.click(bench.page.pump.now)
        bench.page.pump.at.setDateTime(bench.page.pump.at.dateTime().addSecs(-7200))
        bench.click(bench.page.admit)
        (event,) = bench.link.commands[0].pump_events
        assert event.kind is PumpEventKind.PUMP_STALL
        assert event.at == f.utc(7200).replace(second=event.at.second)

    def test_cause_of_another_state_is_forgotten(self, bench):
        bench.click(bench.page.pump.states[PumpNow.STOPPED])
        bench.click(bench.page.pump.causes["Motor stall"])
        bench.click(bench.page.pump.states[PumpNow.REPAIRED])
        assert bench.page.draft.cause == ""
        assert set(bench.page.pump.causes) == {"Catheter revised", "Pump replaced", "Pump restarted"}

    def test_received_values_are_shown_with_their_limits(self, bench):
        texts = [bench.page.monitor._grid.itemAt(i).widget().text() for i in range(bench.page.monitor._grid.count())]
        assert "72 /min" in texts
        assert "120" in texts

    def test_confirmation_falls_when_values_stop(self, bench):
        bench.click(bench.page.monitor.match)
        assert bench.page.draft.values_match
        bench.publish("16", readings=f.readings(age=90, liveness=Liveness.NO_DATA))
        assert not bench.page.draft.values_match
        assert not bench.page.monitor.match.isEnabled()
        assert "Nothing live arrives" in bench.page.monitor._missing.text()

    def test_late_values_are_not_offered_for_comparison(self, bench):
        bench.publish("16", readings=f.readings(age=48, liveness=Liveness.LATE))
        texts = [bench.page.monitor._grid.itemAt(i).widget().text() for i in range(bench.page.monitor._grid.count())]
        assert "72 /min" not in texts

    def test_refusal_of_the_engine_is_told_and_the_draft_stays(self, bench):
        bench.fill()
        bench.link.answer = lambda _: Reply("Test Osprey (T-1016) is already admitted to 03.")
        bench.click(bench.page.admit)
        assert "Bed 16: not admitted. Test Osprey (T-1016) is already admitted to 03." in bench.page.message.text()
        assert bench.page.patient.name.text() == "Test Osprey"
        assert bench.page.admit.isEnabled()

    def test_one_admission_however_often_one_presses(self, bench):
        bench.fill()
        bench.link.hold = True
        bench.click(bench.page.admit)
        bench.click(bench.page.admit)
        bench.page.submit()
        assert len(bench.link.commands) == 1
        bench.link.finish()
        bench.page.questions.poll()

    def test_usual_spasticity_becomes_the_first_finding(self, bench):
        bench.fill()
        bench.click(bench.page.baseline.grades.buttons()[2])
        bench.click(bench.page.admit)
        admit, finding = bench.link.commands
        assert isinstance(admit, Admit)
        assert isinstance(finding, ChartFinding)
        assert (finding.finding.code, finding.finding.note) == ("no_spasticity_up1", "MAS 1+, usual")

    def test_a_taken_bed_cannot_be_admitted_to(self, bench):
        bench.page.show_bed("07")
        assert not bench.page.admit.isEnabled()
        assert "Taken by Test Gale" in bench.page._state.text()
        bench.page.submit()
        assert bench.link.commands == []

    def test_a_bed_taken_meanwhile_closes_the_form(self, bench):
        bench.fill()
        bench.publish("16", patient=f.patient("16", "Somebody Else"))
        assert not bench.page.admit.isEnabled()
        assert not bench.page.patient.name.isEnabled()

    def test_ctrl_enter_admits(self, qtbot, bench):
        bench.fill()
        qtbot.keyClick(bench.page.patient.name, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert len(bench.link.commands) == 1

    def test_risks_go_with_the_patient(self, bench):
        bench.fill()
        bench.page.patient.flags[RiskFlag.SCI_T6].click()
        bench.click(bench.page.admit)
        assert bench.link.commands[0].patient.flags == frozenset({RiskFlag.SCI_T6})

    def test_tab_walks_from_name_to_number(self, qtbot, bench):
        bench.page.patient.name.setFocus()
        qtbot.keyClick(bench.page.patient.name, Qt.Key.Key_Tab)
        assert bench.page.focusWidget() is bench.page.patient.number

    @pytest.mark.parametrize("mode", list(Mode))
    @pytest.mark.parametrize("size", [(1920, 942), (1366, 652), (970, 652)])
    def test_fits_every_screen(self, bench, mode, size):
        bench.page.set_theme(Theme(mode, compact=size[0] < 1600))
        bench.page.resize(*size)
        assert (bench.page.width(), bench.page.height()) == size
        assert bench.page.rect().contains(bench.page.admit.geometry().center())
