"""Which burst is heard and when: the loudest, again and again, paused for two minutes at most; a mute station tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Alarm, Change, Priority, Stage, Transition
from console.link.commands import AuditNote, ReportSound
from console.ui.sound.output import QtOutput
from console.ui.sound.player import AlarmSound
from console.ui.sound.tones import BURSTS, Sounds, Tone
from tests.console.ui import fakes
from tests.console.ui.fakes import FakeLink, bed, latched, limit_alarm, pattern_alarm, technical_alarm, ward


class FakeOutput:
    """Keeps what was played; `trouble` is what it says about itself."""

    def __init__(self) -> None:
        self.said: list[Priority | str] = []
        self.tones: list[Tone] = []
        self.volumes: list[float] = []
        self.chosen: list[Sounds] = []
        self.trouble = ""

    def choose(self, sounds: Sounds) -> None:
        self.chosen.append(sounds)

    def play(self, tone: Tone, volume: float) -> None:
        self.said.append(tone.priority)
        self.tones.append(tone)
        self.volumes.append(volume)

    def stop(self) -> None:
        self.said.append("stop")

    def problem(self) -> str:
        return self.trouble

    def close(self) -> None:
        self.said.append("close")


class Room:
    """A station with its sound, and the time in the test's hands."""

    def __init__(self) -> None:
        self.seconds = 500.0
        self.link = FakeLink()
        self.output = FakeOutput()
        self.sound = AlarmSound(self.link, self.output, "desk 1", "R. Test", lambda: self.seconds)

    def follow(self, *alarms: Alarm, began: tuple[Alarm, ...] = ()) -> None:
        transitions = [Transition(a, Change.ONSET, fakes.utc(), fakes.NOW) for a in began]
        self.sound.follow(ward([bed("01", alarms=alarms)]), transitions)

    @property
    def timer(self) -> QTimer:
        (timer,) = self.sound.findChildren(QTimer)
        return timer

    @property
    def reports(self) -> list[ReportSound]:
        return [c for c in self.link.commands if isinstance(c, ReportSound)]


@pytest.fixture
def room(qapp: QApplication) -> Iterator[Room]:
    made = Room()
    yield made
    made.sound.close()
    assert not made.timer.isActive()
    assert made.output.said[-1] == "close"


EMERGENCY = pattern_alarm(stage=Stage.EMERGENCY)
WARNING = pattern_alarm(stage=Stage.WARNING)
LIMIT = limit_alarm()


def test_the_loudest_alarm_is_heard_once_at_its_onset(room: Room) -> None:
    room.follow(LIMIT, EMERGENCY, WARNING)
    room.follow(LIMIT, EMERGENCY, WARNING)
    assert room.output.said == [Priority.HIGH]
    assert room.timer.interval() == round(BURSTS[Priority.HIGH].repeat_s * 1000)


def test_the_burst_repeats_by_itself(room: Room) -> None:
    room.follow(EMERGENCY)
    room.timer.timeout.emit()
    room.timer.timeout.emit()
    assert room.output.said == [Priority.HIGH] * 3


def test_the_burst_repeats_in_real_time(room: Room, qtbot: QtBot) -> None:
    room.follow(EMERGENCY)
    room.timer.setInterval(30)
    qtbot.waitUntil(lambda: room.output.said.count(Priority.HIGH) >= 4, timeout=2000)


def test_a_louder_alarm_takes_over_and_the_quieter_one_comes_back(room: Room) -> None:
    room.follow(LIMIT)
    room.follow(LIMIT, EMERGENCY)
    room.follow(LIMIT)
    assert room.output.said == [Priority.MEDIUM, Priority.HIGH, Priority.MEDIUM]
    room.follow()
    assert room.output.said[-1] == "stop"
    assert not room.timer.isActive()


@pytest.mark.parametrize(
    "silent",
    [
        fakes.acknowledged(EMERGENCY),
        limit_alarm(sounding=False),
        pattern_alarm(stage=Stage.EMERGENCY, demo=True),
        pattern_alarm(stage=Stage.WATCH),
        technical_alarm(priority=Priority.LOW),
        latched(EMERGENCY),
    ],
    ids=["acknowledged", "member of a pattern", "demo", "watch", "low", "ended"],
)
def test_these_are_silent(room: Room, silent: Alarm) -> None:
    room.follow(silent)
    assert room.output.said == []
    assert not room.timer.isActive()


def test_an_alarm_of_the_console_itself_is_heard(room: Room) -> None:
    from dataclasses import replace

    alarm = technical_alarm("Recording stopped", Priority.MEDIUM, bed="")
    room.sound.follow(replace(ward([]), alarms=(alarm,)), [])
    assert room.output.said == [Priority.MEDIUM]


def test_a_pause_is_silence_for_two_minutes_and_ends_by_itself(room: Room) -> None:
    room.follow(EMERGENCY)
    room.sound.toggle_pause()
    assert room.output.said == [Priority.HIGH, "stop"]
    room.seconds += 119.9
    room.follow(EMERGENCY)
    assert room.output.said == [Priority.HIGH, "stop"]
    room.seconds += 0.2
    room.follow(EMERGENCY)
    assert room.output.said == [Priority.HIGH, "stop", Priority.HIGH]
    assert room.sound.paused_s() == 0


def test_a_second_press_ends_the_pause_and_both_are_recorded(room: Room) -> None:
    room.follow(EMERGENCY)
    room.sound.toggle_pause()
    room.sound.toggle_pause()
    assert room.output.said == [Priority.HIGH, "stop", Priority.HIGH]
    notes = [c for c in room.link.commands if isinstance(c, AuditNote)]
    assert [(n.by, n.act) for n in notes] == [
        ("R. Test", "sound paused for 2 min"),
        ("R. Test", "sound pause ended"),
    ]


def test_a_new_emergency_breaks_the_pause(room: Room) -> None:
    room.follow(LIMIT)
    room.sound.toggle_pause()
    room.follow(LIMIT, EMERGENCY, began=(EMERGENCY,))
    assert room.sound.paused_s() == 0
    assert room.output.said[-1] == Priority.HIGH


@pytest.mark.parametrize("began", [LIMIT, pattern_alarm(stage=Stage.EMERGENCY, demo=True)], ids=["medium", "demo"])
def test_lesser_news_do_not_break_the_pause(room: Room, began: Alarm) -> None:
    room.follow()
    room.sound.toggle_pause()
    room.follow(began, began=(began,))
    assert room.sound.paused_s() == 120.0
    assert Priority.MEDIUM not in room.output.said
    assert Priority.HIGH not in room.output.said


def test_the_state_of_the_device_is_told_once_per_change(room: Room) -> None:
    for trouble in ("", "", "This station has no sound device.", "This station has no sound device.", "", ""):
        room.output.trouble = trouble
        room.seconds += 2.1
        room.follow()
    assert [(r.station, r.working, r.detail) for r in room.reports] == [
        ("desk 1", True, ""),
        ("desk 1", False, "This station has no sound device."),
        ("desk 1", True, ""),
    ]


def test_a_refused_report_is_told_again(room: Room) -> None:
    """The engine was overloaded: the missing sound must not stay untold."""
    from console.link.commands import Reply

    room.output.trouble = "This station has no sound device."
    room.link.answer = lambda _: Reply("The alarm engine is overloaded.")
    room.follow()
    room.link.answer = lambda _: Reply()
    room.seconds += 2.1
    room.follow()
    room.seconds += 2.1
    room.follow()
    assert [r.working for r in room.reports] == [False, False]
    assert room.sound.problem == "This station has no sound device."


def test_the_device_is_not_asked_with_every_picture(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    monkeypatch.setattr(room.output, "problem", lambda: asked.append(room.seconds) or "")
    for _ in range(100):
        room.seconds += 0.1
        room.follow()
    assert 4 <= len(asked) <= 6


def test_without_audio_the_output_says_so_in_one_sentence(qapp: QApplication) -> None:
    from PySide6.QtMultimedia import QMediaDevices

    output = QtOutput()
    try:
        problem = output.problem()
        if QMediaDevices.audioOutputs():
            assert problem == ""
        else:
            assert problem == "This station has no sound device."
        output.choose(Sounds.MELODIES)
        assert output.problem() == problem
        for tone in Sounds.MELODIES.tones:
            output.play(tone, 0.5)
        output.stop()
    finally:
        output.close()
        qapp.processEvents()


def test_a_sound_library_that_cannot_be_loaded_is_told(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    monkeypatch.delattr("PySide6.QtMultimedia", raising=False)
    output = QtOutput()
    assert output.problem().startswith("The sound library cannot be loaded: ")
    assert "\n" not in output.problem()
    output.choose(Sounds.MELODIES)
    output.play(Tone(Priority.HIGH), 1.0)
    output.close()
