"""What the guard shows and sounds: red words over the desktop, and the high-priority burst at full volume."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from console.alarms.alarm import Priority
from console.ui.sound.output import Output, QtOutput
from console.ui.sound.tones import Tone
from console.ui.theme import Mode, Theme
from console.ui.watchdog.guard import ADVICE, WORDS, Guarded

LOOK_MS = 100
BELL_S = 1.0
"""Without a sound device the terminal's bell is rung so often: little, and more than nothing."""


class Banner(QWidget):
    """Two lines on red, over everything else, at the top of the screen where the alarm bar was."""

    def __init__(self, words: str) -> None:
        super().__init__(None, Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("Ward Console: no answer")
        high = Theme(Mode.DARK).tokens.high
        self.setStyleSheet(f"background: {high.fill}; color: {high.text};")
        self.words = QLabel(f"***  {words}")
        self.words.setStyleSheet("font-size: 44px; font-weight: 800;")
        advice = QLabel(ADVICE)
        advice.setStyleSheet("font-size: 22px; font-weight: 700;")
        advice.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 20, 28, 20)
        for label in (self.words, advice):
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)


def show_and_sound(guarded: Guarded, look: Callable[[], None], output: Output | None = None) -> None:
    """Signal until it is over or the window answers again. look: brings `guarded` up to date."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    sound = output or QtOutput()
    banner = Banner(WORDS[guarded.state])
    screen = application.primaryScreen()
    if screen is not None:
        room = screen.availableGeometry()
        banner.setGeometry(room.x(), room.y(), room.width(), 150)
    banner.show()
    tone = Tone(Priority.HIGH)
    next_burst = 0.0

    def follow() -> None:
        nonlocal next_burst
        look()
        now = time.monotonic()
        if not guarded.calls(now):
            application.quit()
            return
        words = WORDS[guarded.state]
        banner.words.setText(f"***  {words}")
        if now < next_burst:
            return
        if not next_burst:
            print(f"watchdog: {words}", file=sys.stderr, flush=True)
        if sound.problem():
            print("\a", end="", file=sys.stderr, flush=True)
            next_burst = now + BELL_S
        else:
            sound.play(tone, 1.0)
            next_burst = now + tone.burst.repeat_s

    timer = QTimer()
    timer.setInterval(LOOK_MS)
    timer.timeout.connect(follow)
    timer.start()
    QTimer.singleShot(0, follow)
    application.exec()
    timer.stop()
    sound.close()
    banner.close()
    banner.deleteLater()
    application.processEvents()
