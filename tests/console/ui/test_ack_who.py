"""Acknowledging while nobody is signed in: reason, name, PIN, and that alarm is answered with that reason alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Alarm, Stage
from console.link.commands import Acknowledge, Command, Reply
from console.ui.ack_sheet import NOTHING_DONE, AckSheet
from console.ui.page import Sheet
from tests.console.ui import fakes as f
from tests.console.ui.fake_people import CHARGE, NURSE, PIN, FakePeople
from tests.console.ui.shell import open_window, settle, slot_point, wall

K = Qt.Key


class Ward:
    """One emergency at bed 01, nobody signed in. The link refuses an answer to another version, as the engine does."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.alarm = f.pattern_alarm(stage=Stage.WARNING)
        self.link = f.FakeLink()
        self.show(self.alarm)
        self.link.answer = self.answer
        self.people = FakePeople(recent=[NURSE])
        self.window = open_window(qtbot, self.link, 1366, 768, people=self.people)

    def show(self, alarm: Alarm) -> None:
        self.alarm = alarm
        self.link.ward = f.ward([f.bed("01", alarms=(alarm,)), f.bed("02")])

    def answer(self, command: Command) -> Reply:
        stale = isinstance(command, Acknowledge) and command.version != self.alarm.version
        return Reply("The alarm has stepped up since." if stale else "")

    @property
    def sheet(self) -> AckSheet:
        sheet = self.window.sheets[Sheet.ACKNOWLEDGE]
        assert isinstance(sheet, AckSheet)
        return sheet

    @property
    def answers(self) -> list[Acknowledge]:
        return [c for c in self.link.commands if isinstance(c, Acknowledge)]

    def press(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        settle(self.window)

    def key(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(QApplication.focusWidget() or self.window, key)
            settle(self.window)

    def pin(self) -> None:
        self.qtbot.keyClicks(QApplication.focusWidget(), PIN)
        self.key(K.Key_Return)

    def open(self) -> None:
        tile, at = slot_point(self.window, "01")
        self.qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=at)
        settle(self.window)


@pytest.fixture
def ward(qtbot: QtBot) -> Iterator[Ward]:
    made = Ward(qtbot)
    yield made
    made.window.close()


def test_reason_name_and_pin_acknowledge_by_touch(ward: Ward) -> None:
    ward.open()
    ward.press(ward.sheet.reasons[1])
    assert ward.answers == []
    assert "Doctor informed" in ward.sheet.who.asking.text()
    ward.press(ward.sheet.who.form.names[NURSE])
    for digit in PIN:
        ward.press(ward.sheet.who.form.pad.digits[digit])
    ward.press(ward.sheet.who.form.pad.go)
    assert ward.answers == [Acknowledge(ward.alarm.id, ward.alarm.version, NURSE, "Doctor informed")]
    assert "✓  Acknowledged" in ward.sheet.message.text()
    assert ward.sheet.undo_button.isVisible()
    assert ward.window.session.name == NURSE


def test_reason_name_and_pin_acknowledge_by_keys(ward: Ward) -> None:
    wall(ward.window).setFocus()
    ward.key(K.Key_A, K.Key_1)
    ward.key(K.Key_M, K.Key_Return)
    ward.pin()
    assert ward.answers == [Acknowledge(ward.alarm.id, ward.alarm.version, NURSE, "Going to the bedside")]


def test_an_own_reason_is_kept_through_the_sign_in(ward: Ward) -> None:
    ward.open()
    ward.key(K.Key_7)
    ward.qtbot.keyClicks(ward.sheet.other, "At the bedside already")
    ward.key(K.Key_Return)
    ward.press(ward.sheet.who.form.names[CHARGE])
    ward.pin()
    assert [(a.by, a.reason) for a in ward.answers] == [(CHARGE, "At the bedside already")]


def test_an_alarm_that_steps_up_while_the_pin_is_typed_is_not_acknowledged(ward: Ward) -> None:
    ward.open()
    ward.press(ward.sheet.reasons[0])
    seen = ward.alarm.version
    worse = replace(ward.alarm, version=seen + 1, condition=f.pattern_alarm(stage=Stage.EMERGENCY).condition)
    ward.show(worse)
    settle(ward.window)
    ward.press(ward.sheet.who.form.names[NURSE])
    ward.pin()
    assert [answer.version for answer in ward.answers] == [seen]
    assert "is not acknowledged. The alarm has stepped up since." in ward.sheet.message.text()
    assert ward.window.session.name == NURSE


@pytest.mark.parametrize("when", ["name", "secret"])
def test_escape_acknowledges_nothing_and_goes_back_to_the_reasons(ward: Ward, when: str) -> None:
    ward.open()
    ward.press(ward.sheet.reasons[0])
    if when == "secret":
        ward.press(ward.sheet.who.form.names[NURSE])
        ward.qtbot.keyClicks(ward.sheet.who.form.secret, "25")
    ward.key(K.Key_Escape)
    assert ward.sheet.isVisible()
    assert ward.sheet.reasons[0].isVisible()
    assert ward.sheet.message.text() == NOTHING_DONE
    assert ward.sheet.who.form.secret.text() == ""
    ward.key(K.Key_Escape)
    assert not ward.sheet.isVisible()
    assert ward.answers == []


def test_a_sign_in_after_going_back_does_not_answer_the_reason_of_before(ward: Ward) -> None:
    ward.open()
    ward.press(ward.sheet.reasons[0])
    ward.key(K.Key_Escape)
    ward.window.open_sign_in()
    ward.press(ward.window.sheets[Sheet.SIGN_IN].form.names[NURSE])
    ward.pin()
    assert ward.answers == []
    assert ward.sheet.isVisible()


@pytest.mark.parametrize("leave", ["other alarm", "close", "page"])
def test_a_reason_does_not_outlive_the_sheet(ward: Ward, leave: str) -> None:
    second = f.limit_alarm(bed="02")
    ward.link.ward = f.ward([f.bed("01", alarms=(ward.alarm,)), f.bed("02", alarms=(second,))])
    settle(ward.window)
    ward.open()
    ward.press(ward.sheet.reasons[0])
    form = ward.sheet.who.form
    ward.people.hold = True
    ward.press(form.names[NURSE])
    ward.pin()
    if leave == "other alarm":
        ward.window.open_sheet(Sheet.ACKNOWLEDGE, second.id)
    elif leave == "close":
        ward.window.close_sheet()
    else:
        ward.window.open_sheet(Sheet.KEYS, "")
    ward.people.finish()
    form._questions.poll()
    settle(ward.window)
    assert ward.answers == []


def test_digits_are_no_reasons_while_a_name_or_a_pin_is_asked_for(ward: Ward) -> None:
    ward.open()
    ward.press(ward.sheet.reasons[0])
    wall(ward.window).setFocus()
    ward.key(K.Key_2)
    assert "Going to the bedside" in ward.sheet.who.asking.text()
    assert ward.answers == []
    ward.press(ward.sheet.who.form.names[NURSE])
    wall(ward.window).setFocus()
    ward.key(K.Key_2)
    assert ward.sheet.who.form.secret.text() == "2"


def test_a_wrong_pin_keeps_the_reason_for_the_next_try(ward: Ward) -> None:
    ward.open()
    ward.press(ward.sheet.reasons[2])
    ward.press(ward.sheet.who.form.names[NURSE])
    ward.qtbot.keyClicks(QApplication.focusWidget(), "9999")
    ward.key(K.Key_Return)
    assert ward.answers == []
    ward.pin()
    assert [answer.reason for answer in ward.answers] == ["Pump team informed"]


def test_somebody_else_signs_in_beside_the_alarm_and_answers_under_the_own_name(ward: Ward) -> None:
    ward.people.signed_in = NURSE
    settle(ward.window)
    ward.open()
    assert "Recorded as " + NURSE in ward.sheet._recorded.text()
    ward.press(ward.sheet.change_button)
    ward.press(ward.sheet.who.form.names[CHARGE])
    ward.pin()
    assert ward.answers == []
    ward.press(ward.sheet.reasons[0])
    assert [answer.by for answer in ward.answers] == [CHARGE]
