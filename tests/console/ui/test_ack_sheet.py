"""The acknowledge sheet, pressed and typed at as a nurse would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Alarm, Kind, Priority, Stage
from console.link.commands import Acknowledge, Reply, UndoAcknowledge
from console.ui.ack_sheet import REASONS, AckSheet
from console.ui.theme import Theme
from console.ward.source import Liveness
from tests.console.ui import fakes as f
from tests.console.ui.ward_states import emergency, two_patterns


class Bench:
    """A sheet on a link, with a clock the test moves."""

    def __init__(self, qtbot: QtBot) -> None:
        self.link = f.FakeLink(f.ward([emergency("07"), two_patterns("15")]))
        self.seconds = 100.0
        self.sheet = AckSheet(self.link, "R. Test", Theme(), clock=lambda: self.seconds)
        qtbot.addWidget(self.sheet)
        self.sheet.resize(396, 942)
        self.sheet.show()

    def alarm(self, bed: str, index: int = 0) -> Alarm:
        found = self.link.ward.bed(bed)
        assert found is not None
        return found.alarms[index]

    def change(self, bed: str, **changes: object) -> Alarm:
        """The engine publishes the first alarm of a bed anew."""
        old = self.alarm(bed)
        new = replace(old, version=old.version + 1, **changes)
        beds = tuple(replace(b, alarms=(new, *b.alarms[1:])) if b.bed == bed else b for b in self.link.ward.beds)
        self.link.ward = replace(self.link.ward, beds=beds)
        self.show()
        return new

    def show(self) -> None:
        self.sheet.show_ward(self.link.snapshot(), self.link.now())


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.sheet.close()


def _press(qtbot: QtBot, bench: Bench, number: int) -> None:
    qtbot.mouseClick(bench.sheet.reasons[number - 1], Qt.MouseButton.LeftButton)


def test_one_press_on_a_reason_acknowledges_the_alarm_as_it_was_seen(qtbot: QtBot, bench: Bench) -> None:
    alarm = bench.alarm("07")
    bench.sheet.open_for(alarm.id)
    _press(qtbot, bench, 2)
    assert bench.link.commands == [Acknowledge(alarm.id, alarm.version, "R. Test", "Doctor informed")]
    assert "Acknowledged" in bench.sheet.message.text()
    assert bench.sheet.undo_button.isVisible()


@pytest.mark.parametrize("digit", range(1, 7))
def test_a_digit_gives_its_reason(qtbot: QtBot, bench: Bench, digit: int) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    qtbot.keyClick(bench.sheet, Qt.Key(Qt.Key.Key_0 + digit))
    (command,) = bench.link.commands
    assert isinstance(command, Acknowledge)
    assert command.reason == REASONS[digit - 1]


def test_seven_begins_to_type_a_reason_and_enter_acknowledges_with_it(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    bench.sheet.activateWindow()
    qtbot.keyClick(bench.sheet, Qt.Key.Key_7)
    assert bench.link.commands == []
    qtbot.keyClicks(bench.sheet.other, "Seen with 2 colleagues")
    qtbot.keyClick(bench.sheet.other, Qt.Key.Key_Return)
    (command,) = bench.link.commands
    assert isinstance(command, Acknowledge)
    assert command.reason == "Seen with 2 colleagues"


def test_an_empty_own_reason_acknowledges_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    qtbot.keyClicks(bench.sheet.other, "   ")
    qtbot.keyClick(bench.sheet.other, Qt.Key.Key_Return)
    assert bench.link.commands == []
    assert bench.sheet.message.text().startswith("?")


def test_escape_and_opening_acknowledge_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    with qtbot.waitSignal(bench.sheet.closed, timeout=500):
        qtbot.keyClick(bench.sheet, Qt.Key.Key_Escape)
    assert bench.link.commands == []


def test_two_quick_presses_are_one_acknowledgement(qtbot: QtBot, bench: Bench) -> None:
    bench.link.hold = True
    bench.sheet.open_for(bench.alarm("07").id)
    _press(qtbot, bench, 1)
    _press(qtbot, bench, 2)
    qtbot.keyClick(bench.sheet, Qt.Key.Key_3)
    assert len(bench.link.commands) == 1
    bench.link.finish()
    qtbot.waitUntil(bench.sheet.undo_button.isVisible, timeout=1000)
    _press(qtbot, bench, 2)
    assert len(bench.link.commands) == 1


def test_undo_takes_it_back_and_the_reasons_open_again(qtbot: QtBot, bench: Bench) -> None:
    alarm = bench.alarm("07")
    bench.sheet.open_for(alarm.id)
    _press(qtbot, bench, 1)
    assert not bench.sheet.reasons[0].isEnabled()
    qtbot.mouseClick(bench.sheet.undo_button, Qt.MouseButton.LeftButton)
    assert bench.link.commands[-1] == UndoAcknowledge(alarm.id, "R. Test")
    assert "not acknowledged" in bench.sheet.message.text()
    bench.show()
    assert bench.sheet.reasons[0].isEnabled()


def test_a_refusal_is_told_in_the_sheet_and_can_be_answered_again(qtbot: QtBot, bench: Bench) -> None:
    bench.link.answer = lambda _: Reply("This alarm has changed since it was shown: look again.")
    bench.sheet.open_for(bench.alarm("07").id)
    _press(qtbot, bench, 1)
    assert "look again" in bench.sheet.message.text()
    assert "not acknowledged" in bench.sheet.message.text()
    assert not bench.sheet.undo_button.isVisible()
    bench.show()
    assert bench.sheet.reasons[0].isEnabled()


def test_a_link_that_fails_is_told_too(qtbot: QtBot, bench: Bench) -> None:
    bench.link.hold = True
    bench.sheet.open_for(bench.alarm("07").id)
    _press(qtbot, bench, 1)
    _, future = bench.link.pending.pop()
    future.set_exception(OSError("disk gone"))
    qtbot.waitUntil(lambda: "disk gone" in bench.sheet.message.text(), timeout=1000)
    assert not bench.sheet.undo_button.isVisible()


def test_a_press_does_not_answer_a_stage_that_appeared_under_the_finger(qtbot: QtBot, bench: Bench) -> None:
    seen = bench.alarm("15")
    bench.sheet.open_for(seen.id)
    bench.seconds += 5
    bench.show()
    bench.seconds += 0.1
    higher = replace(
        seen.condition, priority=Priority.HIGH, stage=Stage.EMERGENCY, text="Respiratory pattern – emergency"
    )
    stepped = bench.change("15", condition=higher)
    bench.seconds += 0.1
    _press(qtbot, bench, 1)
    (command,) = bench.link.commands
    assert isinstance(command, Acknowledge)
    assert command.version == seen.version < stepped.version


def test_a_stage_that_has_been_read_is_answered(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("15").id)
    stepped = bench.change("15")
    bench.seconds += 1
    bench.show()
    _press(qtbot, bench, 1)
    (command,) = bench.link.commands
    assert isinstance(command, Acknowledge)
    assert command.version == stepped.version


def test_a_higher_alarm_elsewhere_does_not_change_the_target(qtbot: QtBot, bench: Bench) -> None:
    mine = bench.alarm("15", 1)
    bench.sheet.open_for(mine.id)
    bench.change("07")
    assert bench.sheet.alarm is not None
    assert bench.sheet.alarm.id == mine.id
    _press(qtbot, bench, 1)
    (command,) = bench.link.commands
    assert isinstance(command, Acknowledge)
    assert command.alarm_id == mine.id


def test_nobody_named_acknowledges_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.user = "  "
    bench.sheet.open_for(bench.alarm("07").id)
    _press(qtbot, bench, 1)
    assert bench.link.commands == []
    assert "who you are" in bench.sheet.message.text()


def test_the_other_alarm_of_the_bed_is_offered_and_needs_its_own_answer(qtbot: QtBot, bench: Bench) -> None:
    first, second = bench.alarm("15"), bench.alarm("15", 1)
    bench.sheet.open_for(first.id)
    _press(qtbot, bench, 1)
    qtbot.mouseClick(bench.sheet.next_button, Qt.MouseButton.LeftButton)
    assert bench.sheet.alarm is not None
    assert bench.sheet.alarm.id == second.id
    assert not bench.sheet.undo_button.isVisible()
    _press(qtbot, bench, 4)
    assert [c.alarm_id for c in bench.link.commands if isinstance(c, Acknowledge)] == [first.id, second.id]


def test_an_alarm_that_is_over_needs_no_answer(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    bench.link.ward = f.ward([f.bed("07")])
    bench.show()
    assert "over" in bench.sheet.message.text()
    _press(qtbot, bench, 1)
    qtbot.keyClick(bench.sheet, Qt.Key.Key_1)
    assert bench.link.commands == []


def test_an_alarm_somebody_else_answers_closes_its_reasons(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    bench.change("07", acknowledged=f.acknowledged(bench.alarm("07"), by="S. Other").acknowledged)
    assert "S. Other" in bench.sheet.message.text()
    assert not bench.sheet.reasons[0].isEnabled()


def test_not_reliable_asks_for_a_sensor_check(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    _press(qtbot, bench, 6)
    assert "sensor" in bench.sheet.message.text().lower()


def test_values_behind_the_alarm_say_when_they_are_not_live(bench: Bench) -> None:
    late = f.late_bed("11", age=90)
    alarm = f.pattern_alarm(Kind.WITHDRAWAL, Stage.WARNING, bed="11", held=True)
    bench.link.ward = f.ward([replace(late, alarms=(alarm,), liveness=Liveness.LATE)])
    bench.sheet.open_for(alarm.id)
    words = " ".join(part.text() for cell in bench.sheet.values._cells for part in cell)
    assert "not live" in words or "no data" in words
    assert "held" in bench.sheet.head.since.text()


@pytest.mark.parametrize("compact", [False, True])
def test_every_reason_stays_on_screen_and_is_large_enough_to_touch(qtbot: QtBot, bench: Bench, compact: bool) -> None:
    bench.sheet.set_theme(Theme(compact=compact))
    bench.sheet.resize(396, 652 if compact else 942)
    bench.sheet.open_for(bench.alarm("07").id)
    qtbot.waitExposed(bench.sheet)
    qtbot.wait(20)
    for made in bench.sheet.reasons:
        assert made.height() >= 40
        assert made.visibleRegion().boundingRect().size() == made.size()
        assert made.fontMetrics().horizontalAdvance(made.text()) < made.width() - 20


def test_undo_ends_by_itself_and_gives_the_width_back(qtbot: QtBot, bench: Bench) -> None:
    bench.sheet.open_for(bench.alarm("07").id)
    bench.sheet._undo_timer.setInterval(5)
    _press(qtbot, bench, 1)
    with qtbot.waitSignal(bench.sheet.closed, timeout=2000):
        pass
    assert not bench.sheet.undo_button.isVisible()


def test_what_late_data_have_shown_says_when_it_was_and_that_it_makes_no_sound(qtbot: QtBot) -> None:
    note = f.late_note()
    link = f.FakeLink(f.ward([f.bed("07", alarms=(note,))]))
    sheet = AckSheet(link, "R. Test", Theme())
    qtbot.addWidget(sheet)
    sheet.resize(396, 942)
    sheet.show()
    sheet.open_for(note.id)
    sheet.show_ward(link.snapshot(), f.NOW)
    words = " ".join(part.text() for part in sheet.findChildren(QLabel) if part.isVisible())
    assert note.condition.detail in words
    assert "It makes no sound" in words
    assert "sound stops" not in words


def test_an_alarm_that_never_sounds_promises_no_silence(qtbot: QtBot) -> None:
    alarm = f.technical_alarm(bed="07")
    sheet = AckSheet(f.FakeLink(f.ward([f.bed("07", alarms=(alarm,))])), "R. Test", Theme())
    qtbot.addWidget(sheet)
    sheet.open_for(alarm.id)
    sheet.show_ward(sheet.link.snapshot(), f.NOW)
    assert sheet._after.text().startswith("It makes no sound.")
