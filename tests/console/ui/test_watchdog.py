"""A window that hangs or dies is told by another process, within five seconds, until it answers or is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Priority
from console.ui import app
from console.ui.app import Options
from console.ui.sound.tones import Sounds, Tone
from console.ui.watchdog.alarm import show_and_sound
from console.ui.watchdog.guard import BACKUP_S, BEAT, BYE, HUNG_S, Guarded, State, Watchdog, guard
from tests.console.ui.fakes import FakeLink
from tests.console.ui.shell import open_window

LIMIT_S = 5.0
"""Detector specification, section 6: engine watchdog 5 s. Reliability scoreboard, row 24: 10 s."""


def test_a_window_that_beats_is_never_told_and_one_that_does_not_is_at_once() -> None:
    guarded = Guarded(0.0)
    for tenth in range(1, 600):
        now = tenth / 10
        if tenth % 10 == 0:
            guarded.line(BEAT, now)
        assert guarded.look(now) is State.LIVES
    last = guarded.heard
    assert guarded.look(last + HUNG_S - 0.1) is State.LIVES
    assert guarded.look(last + HUNG_S) is State.HANGS
    assert guarded.calls(last + 3600.0), "a window that hangs is told as long as it hangs"
    guarded.line(BEAT, last + 3600.0)
    assert not guarded.calls(last + 3600.0)


def test_a_death_is_told_for_two_minutes_and_a_farewell_is_not() -> None:
    dead, left = Guarded(0.0), Guarded(0.0)
    dead.line(b"", 10.0)
    assert dead.calls(10.0 + BACKUP_S - 0.1)
    assert not dead.calls(10.0 + BACKUP_S)
    assert dead.over(10.0 + BACKUP_S)
    left.line(BEAT + BYE, 10.0)
    left.line(b"", 10.1)
    assert left.over(10.2)
    assert not left.calls(10.2)


def test_the_pipe_is_guarded_in_real_time() -> None:
    receive, send = os.pipe()
    told: list[tuple[State, float]] = []
    began = time.monotonic()

    def alarm(guarded: Guarded) -> None:
        told.append((guarded.state, time.monotonic() - began))
        os.write(send, BYE)

    guard(receive, alarm)
    os.close(send)
    os.close(receive)
    assert [state for state, _ in told] == [State.HANGS]
    assert HUNG_S <= told[0][1] < LIMIT_S


class Speaker:
    def __init__(self, guarded: Guarded) -> None:
        self.guarded = guarded
        self.played: list[tuple[Priority, float]] = []
        self.words: list[str] = []
        self.closed = False

    def choose(self, sounds: Sounds) -> None:
        raise AssertionError

    def play(self, tone: Tone, volume: float) -> None:
        self.played.append((tone.priority, volume))
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and window.windowTitle() == "Ward Console: no answer":
                self.words = [label.text() for label in window.findChildren(QLabel)]
        self.guarded.line(BEAT, time.monotonic())

    def stop(self) -> None:
        raise AssertionError

    def problem(self) -> str:
        return ""

    def close(self) -> None:
        self.closed = True


def test_the_alarm_is_seen_and_heard_and_ends_when_the_window_answers(qapp: QApplication) -> None:
    guarded = Guarded(time.monotonic() - 60)
    guarded.look(time.monotonic())
    speaker = Speaker(guarded)
    show_and_sound(guarded, lambda: None, speaker)
    assert speaker.played == [(Priority.HIGH, 1.0)]
    assert speaker.words[0] == "***  Ward Console does not answer"
    assert "Watch the bedside monitors" in speaker.words[1]
    assert speaker.closed
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible()]


def test_a_guard_that_ends_is_replaced_and_one_that_does_not_read_stops_nobody(tmp_path: Path) -> None:
    seconds = [0.0]
    dog = Watchdog([sys.executable, "-c", "pass"], lambda: seconds[0])
    first = dog.process_id
    assert first is not None
    end = time.monotonic() + 10
    while dog.process_id is not None:
        assert time.monotonic() < end
        seconds[0] += 1.0
        dog.beat()
        time.sleep(0.02)
    seconds[0] += 20.0
    dog.beat()
    assert dog.process_id not in (None, first)
    dog.close()
    deaf = Watchdog([sys.executable, "-c", "import time; time.sleep(60)"], lambda: seconds[0])
    began = time.monotonic()
    for _ in range(70_000):
        seconds[0] += 1.0
        deaf.beat()
    assert time.monotonic() - began < 5.0, "the window waited for its guard"
    deaf._process.kill()  # type: ignore[union-attr]
    deaf.close()


def test_a_guard_that_cannot_be_started_does_not_stop_the_window(tmp_path: Path) -> None:
    dog = Watchdog([str(tmp_path / "nothing")])
    dog.beat()
    assert dog.process_id is None
    dog.close()


WINDOW = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from console.ui.watchdog.guard import Watchdog
application = QApplication([])
dog = Watchdog()
timer = QTimer()
timer.timeout.connect(dog.beat)
timer.start(75)
def act():
    print(dog.process_id, flush=True)
    {act}
QTimer.singleShot(1500, act)
application.exec()
dog.close()
"""


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("time.sleep(7); application.quit()", "Ward Console does not answer"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "Ward Console has ended unexpectedly"),
        ("application.quit()", ""),
    ],
    ids=["the window hangs", "the window is killed", "a person closes it"],
)
def test_another_process_tells_within_five_seconds(act: str, said: str) -> None:
    """Two real processes: what the guard says of a window whose thread is blocked, or that is gone."""
    window = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WINDOW).replace("{act}", act)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert window.stdout is not None
    assert window.stderr is not None
    try:
        watchdog = int(window.stdout.readline())
        began = time.monotonic()
        heard = ""
        for line in window.stderr:
            if line.startswith("watchdog:"):
                heard = line.strip()
                break
        took = time.monotonic() - began
    finally:
        window.kill()
        window.wait()
        if heard:
            os.kill(watchdog, signal.SIGKILL)  # it would make noise for two minutes
        window.stdout.close()
        window.stderr.close()
    assert heard == (f"watchdog: {said}" if said else "")
    assert not said or took < LIMIT_S, f"told after {took:.1f} s"


class Dog:
    beats = 0

    def beat(self) -> None:
        self.beats += 1


@pytest.mark.parametrize(
    ("options", "simulated", "guarded"),
    [(Options(), False, True), (Options(), True, False), (Options(seconds=5.0), False, False)],
)
def test_every_refresh_of_the_window_is_a_sign_of_life_where_patients_are_watched(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, options: Options, simulated: bool, guarded: bool
) -> None:
    monkeypatch.setattr("console.ui.app.Watchdog", Dog)
    window = open_window(qtbot, FakeLink())
    dog = app._guard(window, options, simulated)
    window.refresh()
    window.refresh()
    assert (dog.beats if isinstance(dog, Dog) else None) == (2 if guarded else None)
