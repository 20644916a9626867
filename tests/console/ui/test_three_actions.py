"""Common acts take at most three actions from the wall: by keys, and by touch. An action is a key or a press."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Stage
from console.link.commands import Acknowledge, ChartFinding, ChartPumpEvent, Command, Reply, ReportSound
from console.ui.ack_sheet import AckSheet
from console.ui.main_window import MainWindow
from console.ui.observation_sheet import ObservationSheet
from console.ui.page import Sheet
from console.ui.pump_sheet import PumpSheet
from console.ward.chart import PumpEventKind
from tests.console.ui import fakes as f
from tests.console.ui.fake_people import NURSE, PIN, FakePeople
from tests.console.ui.shell import open_window, settle, slot_point, wall

K = Qt.Key


class Nurse:
    """Acts on a whole window and counts; the first bed of the wall is selected."""

    def __init__(self, qtbot: QtBot, people: FakePeople | None = None) -> None:
        beds = [f.bed("01", alarms=(f.pattern_alarm(stage=Stage.EMERGENCY),)), f.bed("02")]
        self.link = f.FakeLink(f.ward(beds))
        self.link.answer = lambda _: Reply("", "entry-1")
        self.qtbot, self.actions = qtbot, 0
        self.window: MainWindow = open_window(qtbot, self.link, people=people)
        wall(self.window).setFocus()

    def key(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.actions += 1
            held = QApplication.focusWidget() or self.window
            self.qtbot.keyClick(held, key)
            settle(self.window)

    def touch(self, widget: QWidget, at: QPoint | None = None, *, twice: bool = False) -> None:
        self.actions += 1
        act = self.qtbot.mouseDClick if twice else self.qtbot.mouseClick
        act(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())
        settle(self.window)

    def sheet(self, which: Sheet) -> QWidget:
        return self.window.sheets[which]

    @property
    def command(self) -> Command:
        """The one command that has been sent."""
        (command,) = (c for c in self.link.commands if not isinstance(c, ReportSound))
        return command


@pytest.fixture(params=["typed name", "signed in"])
def nurse(qtbot: QtBot, request: pytest.FixtureRequest) -> Nurse:
    """In a ward without people, and in one where somebody is signed in."""
    people = None
    if request.param == "signed in":
        people = FakePeople()
        people.signed_in = NURSE
    return Nurse(qtbot, people)


def pump_by_touch(nurse: Nurse, kind: PumpEventKind, last: Callable[[PumpSheet], QWidget]) -> None:
    tile = wall(nurse.window).tiles["01"]
    nurse.touch(tile, QPoint(tile.width() - 20, tile._geometry.header.center().y()))
    sheet = nurse.sheet(Sheet.PUMP_EVENT)
    assert isinstance(sheet, PumpSheet)
    nurse.touch(sheet.buttons[kind])
    nurse.touch(last(sheet))


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        (PumpEventKind.REFILL, lambda s: s.confirmed),
        (PumpEventKind.RESTORED, lambda s: s.confirmed),
        (PumpEventKind.PUMP_STOPPED, lambda s: s.save_button),
    ],
)
def test_a_pump_event_by_touch(nurse: Nurse, kind: PumpEventKind, last: Callable[[PumpSheet], QWidget]) -> None:
    pump_by_touch(nurse, kind, last)
    command = nurse.command
    assert isinstance(command, ChartPumpEvent)
    assert (command.bed, command.event.kind) == ("01", kind)
    assert nurse.actions <= 3


@pytest.mark.parametrize(
    ("key", "kind", "confirmed"),
    [
        (K.Key_R, PumpEventKind.REFILL, True),
        (K.Key_S, PumpEventKind.PUMP_STOPPED, False),
        (K.Key_D, PumpEventKind.RESTORED, True),
    ],
)
def test_a_pump_event_by_keys(nurse: Nurse, key: Qt.Key, kind: PumpEventKind, confirmed: bool) -> None:
    nurse.key(K.Key_P, key, K.Key_Space)
    command = nurse.command
    assert isinstance(command, ChartPumpEvent)
    assert (command.event.kind, command.event.confirmed) == (kind, confirmed)
    assert nurse.actions <= 3


def test_itch_by_touch(nurse: Nurse) -> None:
    tile = wall(nurse.window).tiles["02"]
    nurse.touch(tile, tile._geometry.trend.center(), twice=True)
    nurse.touch(nurse.window.current.head._buttons["observation"])
    sheet = nurse.sheet(Sheet.OBSERVATION)
    assert isinstance(sheet, ObservationSheet)
    nurse.touch(sheet.buttons["pruritus", "yes"])
    command = nurse.command
    assert isinstance(command, ChartFinding)
    assert (command.bed, command.finding.code) == ("02", "pruritus")
    assert nurse.actions <= 3


@pytest.mark.parametrize(("key", "code"), [(K.Key_I, "pruritus"), (K.Key_3, "sedation_poss3")])
def test_a_finding_by_keys(nurse: Nurse, key: Qt.Key, code: str) -> None:
    nurse.key(K.Key_O, key, K.Key_Space)
    command = nurse.command
    assert isinstance(command, ChartFinding)
    assert command.finding.code == code
    assert nurse.actions <= 3


def test_an_emergency_is_acknowledged_by_touch(nurse: Nurse) -> None:
    tile, at = slot_point(nurse.window, "01")
    assert isinstance(tile, QWidget)
    nurse.touch(tile, at)
    sheet = nurse.sheet(Sheet.ACKNOWLEDGE)
    assert isinstance(sheet, AckSheet)
    nurse.touch(sheet.reasons[0])
    assert isinstance(nurse.command, Acknowledge)
    assert nurse.actions <= 3


def test_an_emergency_is_acknowledged_by_keys(nurse: Nurse) -> None:
    nurse.key(K.Key_A, K.Key_1)
    assert isinstance(nurse.command, Acknowledge)
    assert nurse.actions <= 3


def test_nobody_signed_in_acknowledges_with_reason_name_and_pin(qtbot: QtBot) -> None:
    nurse = Nurse(qtbot, FakePeople(recent=[NURSE]))
    tile, at = slot_point(nurse.window, "01")
    assert isinstance(tile, QWidget)
    nurse.touch(tile, at)
    sheet = nurse.sheet(Sheet.ACKNOWLEDGE)
    assert isinstance(sheet, AckSheet)
    nurse.touch(sheet.reasons[0])
    nurse.touch(sheet.who.form.names[NURSE])
    for digit in PIN:
        nurse.touch(sheet.who.form.pad.digits[digit])
    nurse.touch(sheet.who.form.pad.go)
    assert isinstance(nurse.command, Acknowledge)
    assert nurse.actions == 3 + len(PIN) + 1
