"""The table of rights, act by act, against a whole running station: engine, desks and people, for every role, for
nobody, for somebody disabled and for a name that is not the one signed in.

The table is written out here, not derived from the program: who changes who may do what changes both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from console.config import SerialTransport, SourceConfig
from console.config_hl7 import CodeConfig, Hl7ListenerConfig
from console.link import commands as c
from console.link import devices as d
from console.link import feeds as f
from console.link.analysis import Answer, Question
from console.link.commands import Reply
from console.link.evaluation import Role as ThresholdRole
from console.link.reports import Report, ReportKind, Wanted
from console.people.hashing import Cost
from console.station import Station
from console.store.audit_pages import AuditFilter
from console.store.records import Doer, HistoryFilter
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.movements import Answer as Settled
from console.ward.patient import Patient
from console.ward.people import Right, Role
from console.ward.pump_card import PumpCard
from drivers.observation import Parameter
from tests.console.devices.oximeters import Bench
from tests.console.people.reception import CHEAPEST

WARD = """
[ward]
beds = ["A", "B"]
audio_off_min = 10
audio_off_by = ["Ann", "Bob", "Cleo", "Dan", "Eve", "Somebody Else"]
"""

AT = datetime.now(UTC) - timedelta(minutes=5)
LISTENER = Hl7ListenerConfig(name="feed", host="127.0.0.1", port=0, plain=True)
SOURCE = SourceConfig(name="one", driver="masimo_ascii1", bed="A", transport=SerialTransport(kind="serial", port="/no"))

NURSE, CHARGE, ENGINEER, ADMINISTRATOR = (
    frozenset({"nurse"}),
    frozenset({"charge nurse"}),
    frozenset({"engineer"}),
    frozenset({"administrator"}),
)
NURSES = NURSE | CHARGE
EVERYBODY = NURSES | ENGINEER | ADMINISTRATOR | {"nobody", "disabled", "another name"}

Act = Callable[[Station, str], object]


def asks(make: Callable[[str], c.Command]) -> Act:
    """A command of a screen to the engine."""
    return lambda station, by: station.link().submit(make(by)).result(20)


def changes(change: d.Change) -> Act:
    """A change by the engineer's desk; changes of feeds by the desk of feeds."""

    def act(station: Station, by: str) -> object:
        assert station.devices is not None
        assert station.feeds is not None
        desk = station.feeds if isinstance(change, get_args(f.FeedChange)) else station.devices
        return desk.change(change, by).result(20)

    return act


def handover(station: Station) -> Report:
    """A report of the last hour; looking at it on the screen needs no right."""
    assert station.reports is not None
    return station.reports.make(Wanted(ReportKind.HANDOVER, AT - timedelta(hours=1), AT), "").result(20)


def figures(station: Station) -> Answer:
    """Alarm figures of the last hour; looking at them needs no right either."""
    assert station.analysis is not None
    return station.analysis.ask(Question(AT - timedelta(hours=1), AT)).result(20)


COMMANDS: dict[type, tuple[str, frozenset[str], Act]] = {
    c.Acknowledge: ("acknowledge alarms", NURSES, asks(lambda by: c.Acknowledge("none", 1, by))),
    c.UndoAcknowledge: ("acknowledge alarms", NURSES, asks(lambda by: c.UndoAcknowledge("none", by))),
    c.Admit: (
        "admit and discharge",
        NURSES,
        asks(lambda by: c.Admit(Patient("P1", "Test, Anna", "A", AT, age=50), by)),
    ),
    c.Discharge: ("admit and discharge", NURSES, asks(lambda by: c.Discharge("B", by))),
    c.SettleQuestion: ("admit and discharge", NURSES, asks(lambda by: c.SettleQuestion("none", Settled.ACCEPT, by))),
    c.ChartFinding: (
        "chart observations and pump events",
        NURSES,
        asks(lambda by: c.ChartFinding("B", NurseObservation("pruritus", AT, by))),
    ),
    c.ChartPumpEvent: (
        "chart observations and pump events",
        NURSES,
        asks(lambda by: c.ChartPumpEvent("B", PumpEvent(PumpEventKind.REFILL, AT, by))),
    ),
    c.RemoveEntry: ("chart observations and pump events", NURSES, asks(lambda by: c.RemoveEntry("B", "none", by))),
    c.SetPumpCard: (
        "chart observations and pump events",
        NURSES,
        asks(lambda by: c.SetPumpCard("B", PumpCard(model="x"), None, by)),
    ),
    c.SetRenalImpairment: (
        "chart observations and pump events",
        NURSES,
        asks(lambda by: c.SetRenalImpairment("B", True, by)),
    ),
    c.SetStandby: ("set limits and standby", NURSES, asks(lambda by: c.SetStandby("B", "MRI", by))),
    c.SetLimits: ("set limits and standby", NURSES, asks(lambda by: c.SetLimits("B", (), (), by))),
    c.AddAlarmNote: ("add notes to alarms", NURSES, asks(lambda by: c.AddAlarmNote("none", "looked at", by))),
    c.TurnSoundOff: ("turn alarm sound off", NURSES, asks(lambda by: c.TurnSoundOff("desk 1", by))),
    c.ReportSound: ("", EVERYBODY, asks(lambda _: c.ReportSound("desk 1", True))),
    c.AuditNote: ("", EVERYBODY, asks(lambda by: c.AuditNote(by, "sound paused for 2 min", "desk 1"))),
}

CHANGES: dict[type, tuple[str, frozenset[str], Act]] = {
    d.SaveWard: ("change devices and beds", ENGINEER, changes(d.SaveWard("Ward", "UTC", ("A", "B", "C")))),
    d.SaveSource: ("change devices and beds", ENGINEER, changes(d.SaveSource(SOURCE))),
    d.RemoveSource: ("change devices and beds", ENGINEER, changes(d.RemoveSource("none"))),
    d.SetEnabled: ("change devices and beds", ENGINEER, changes(d.SetEnabled("none", True))),
    d.ConfirmDevice: ("change devices and beds", ENGINEER, changes(d.ConfirmDevice("none", "1", "compared"))),
    d.Record: ("change devices and beds", ENGINEER, changes(d.Record("none", True))),
    d.SetThresholds: (
        "change thresholds",
        CHARGE | ENGINEER,
        changes(d.SetThresholds({}, "nothing", "charge nurse", "", "")),
    ),
    f.SaveListener: ("change feeds and code mappings", ENGINEER, changes(f.SaveListener(LISTENER, replaces="none"))),
    f.RemoveListener: ("change feeds and code mappings", ENGINEER, changes(f.RemoveListener("none"))),
    f.MapCode: (
        "change feeds and code mappings",
        ENGINEER,
        changes(f.MapCode("none", CodeConfig(code="1", parameter=Parameter.HR))),
    ),
    f.UnmapCode: ("change feeds and code mappings", ENGINEER, changes(f.UnmapCode("none", "1", ""))),
    f.MapPlace: ("change feeds and code mappings", ENGINEER, changes(f.MapPlace("none", "ICU^^5", "A"))),
}

DESKS: dict[str, tuple[str, frozenset[str], Act]] = {
    "send a test message": (
        "change feeds and code mappings",
        ENGINEER,
        lambda station, by: station.feeds.send_test(f.Target(listener="none"), "", by).result(20),
    ),
    "send a stored message again": (
        "change feeds and code mappings",
        ENGINEER,
        lambda station, by: station.feeds.send_again(1, by).result(20),
    ),
    "put thresholds into force": (
        "change thresholds",
        CHARGE | ENGINEER,
        lambda station, by: station.evaluation.put_into_force({}, by, ThresholdRole.ENGINEER, "why").result(20),
    ),
    "add a person": (
        "manage people",
        ADMINISTRATOR,
        lambda station, by: station.people.add("New", frozenset({Role.NURSE}), "2580", by).result(20),
    ),
    "change roles": (
        "manage people",
        ADMINISTRATOR,
        lambda station, by: station.people.set_roles("None Such", frozenset({Role.NURSE}), by).result(20),
    ),
    "change somebody's secret": (
        "manage people",
        ADMINISTRATOR,
        lambda station, by: station.people.set_secret("None Such", "2580", by).result(20),
    ),
    "disable a person": (
        "manage people",
        ADMINISTRATOR,
        lambda station, by: station.people.set_disabled("None Such", True, by).result(20),
    ),
    "print a report": (
        "print and save reports",
        NURSES,
        lambda station, by: station.reports.may_print(handover(station), "printer", by).result(20),
    ),
    "save a report": (
        "print and save reports",
        NURSES,
        lambda station, by: station.reports.save_pdf(
            handover(station), b"%PDF-1.4 made by the test", station.data_dir / "report.pdf", by
        ).result(20),
    ),
    "export the tables of a report": (
        "export data",
        CHARGE | ENGINEER | ADMINISTRATOR,
        lambda station, by: station.reports.save_csv(handover(station), station.data_dir, "report", by).result(20),
    ),
    "export a chart of the alarm figures": (
        "export data",
        CHARGE | ENGINEER | ADMINISTRATOR,
        lambda station, by: station.analysis.save_picture(figures(station), "load", b"PNG", by).result(20),
    ),
    "read the audit trail": (
        "read the audit trail",
        CHARGE | ADMINISTRATOR,
        lambda station, by: station.trail.page(AuditFilter(), None, by).result(20),
    ),
    "verify the audit trail": (
        "read the audit trail",
        CHARGE | ADMINISTRATOR,
        lambda station, by: station.trail.verify(by).result(20),
    ),
    "export the audit trail": (
        "read the audit trail",
        CHARGE | ADMINISTRATOR,
        lambda station, by: station.trail.save(AuditFilter(), by).result(20),
    ),
    "export the alarm history": (
        "export data",
        CHARGE | ENGINEER | ADMINISTRATOR,
        lambda station, by: station.alarm_export.save(HistoryFilter(), "all", by).result(20),
    ),
}

PEOPLE = {
    "nurse": ("Ann", {Role.NURSE}),
    "charge nurse": ("Bob", {Role.CHARGE_NURSE}),
    "engineer": ("Cleo", {Role.ENGINEER}),
    "administrator": ("Dan", {Role.ADMINISTRATOR}),
    "nobody": ("Eve", set(Role)),
    "disabled": ("Eve", set(Role)),
    "another name": ("Eve", set(Role)),
}
SECRET = "correct horse"


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    """A station whose ward has an administrator."""
    monkeypatch.setattr("console.people.hashing.Cost", lambda: CHEAPEST)
    bench = Bench(tmp_path, WARD)
    assert bench.station.people.create_first("First", SECRET).result(20) == Reply()
    yield bench.station
    bench.close()


def come(station: Station, who: str) -> str:
    """Bring the station into the state of the name of the case; gives the name under which it acts."""
    people, (name, roles) = station.people, PEOPLE[who]
    assert people.sign_in("First", SECRET).result(20).person is not None
    assert people.add(name, frozenset(roles), SECRET, "First").result(20) == Reply()
    people.sign_out()
    if who != "nobody":
        assert people.sign_in(name, SECRET).result(20).person is not None
    if who == "disabled":
        station.store.people.set_disabled(name, True, Doer("First", AT, "elsewhere")).result(20)
        deadline = time.monotonic() + 10
        while people.view().signed_in is not None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    return "Somebody Else" if who == "another name" else name


def sentence(answer: object) -> str:
    """What an act was answered with."""
    for word in ("error", "verdict"):
        if hasattr(answer, word):
            return str(getattr(answer, word)).removeprefix("Not sent: ")
    return str(answer)


def test_the_table_names_every_command_and_every_change_there_is() -> None:
    assert set(COMMANDS) == set(get_args(c.Command))
    assert set(CHANGES) == set(get_args(d.Change))
    used = {right for right, _, _ in (*COMMANDS.values(), *CHANGES.values(), *DESKS.values())} - {""}
    assert used == {right.value for right in Right}


@pytest.mark.parametrize("who", PEOPLE)
def test_each_act_is_taken_from_whom_the_table_says_and_refused_to_everybody_else(station: Station, who: str) -> None:
    by = come(station, who)
    wrong = []
    for act, (right, may, do) in {**COMMANDS, **CHANGES, **DESKS}.items():
        told = sentence(do(station, by))
        refused = {f"{by} may not {right}.", f"{by} is not signed in here; sign in to {right}."}
        if (told not in refused) != (who in may):
            wrong.append(f"{getattr(act, '__name__', act)}: {told or 'done'}")
    assert wrong == []


@pytest.mark.parametrize("who", ["nobody", "disabled", "another name"])
def test_what_is_refused_changes_nothing(station: Station, who: str) -> None:
    by = come(station, who)
    assert station.devices is not None
    before = (station.devices.config(), station.people.view())
    for right, may, do in (*COMMANDS.values(), *CHANGES.values(), *DESKS.values()):
        if who not in may:
            assert right in sentence(do(station, by))
    assert (station.devices.config(), station.people.view()) == before
    assert all(bed.patient is None and not bed.standby_reason for bed in station.engine.snapshot().beds)


def test_a_ward_without_people_takes_every_act_under_any_name(tmp_path: Path) -> None:
    bench = Bench(tmp_path, WARD)
    try:
        rights = {right for right, _, _ in (*COMMANDS.values(), *CHANGES.values(), *DESKS.values())} - {""}
        people = {"add a person", "change roles", "change somebody's secret", "disable a person"}
        for act, (_, _, do) in {**COMMANDS, **CHANGES, **DESKS}.items():
            told = sentence(do(bench.station, "Ann"))
            assert not any(told.endswith(f" {right}.") for right in rights)
            if act in people:
                assert told == "Make the first administrator first."
        assert bench.station.people.view().needed is False
    finally:
        bench.close()


def test_a_pump_event_charted_with_an_admission_carries_no_strange_name(station: Station) -> None:
    by = come(station, "nurse")
    patient = Patient("P1", "Test, Anna", "A", AT, age=50)
    link = station.link()
    strange = c.Admit(patient, by, (PumpEvent(PumpEventKind.REFILL, AT, "Bob"),))
    assert "Bob is not signed in here" in link.submit(strange).result(20).error
    assert link.submit(c.Admit(patient, by, (PumpEvent(PumpEventKind.REFILL, AT, by),))).result(20) == Reply()


def test_ones_own_secret_needs_no_right_and_nobody_elses_is_changed_by_it(station: Station) -> None:
    by = come(station, "nurse")
    assert station.people.set_secret("ann", "another horse", by).result(20) == Reply()
    assert station.people.set_secret("First", "another horse", by).result(20).error == "Ann may not manage people."
    station.people.sign_out()
    assert "sign in to manage people" in station.people.set_secret("Ann", SECRET, by).result(20).error


def test_what_was_asked_before_the_console_was_closed_is_still_done(station: Station) -> None:
    by = come(station, "nurse")
    link = station.link()
    asked = [link.submit(c.Admit(Patient("P1", "Test, Anna", "A", AT, age=50), by))]
    asked += [link.submit(c.ChartFinding("A", NurseObservation("pruritus", AT, by))) for _ in range(200)]
    station.stop()
    assert {answer.result(20).error for answer in asked} == {""}


def test_the_engine_does_what_it_does_by_itself_whoever_is_signed_in(station: Station) -> None:
    """Alarms, notes of the system and admissions of the office need nobody: they pass no gate."""
    link = station.link()
    assert link.submit(c.ReportSound("desk 1", False, "no device")).result(20) == Reply()
    deadline = time.monotonic() + 15
    while not any("sound" in alarm.condition.text.casefold() for alarm in link.snapshot().alarms):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert link.drain()


def test_the_real_cost_is_used_where_nothing_else_is_said() -> None:
    assert Cost() == Cost(3, 32 * 1024, 1)
