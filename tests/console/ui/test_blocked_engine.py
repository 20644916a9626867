"""A real engine whose thread is blocked: the window says so, and is heard, within five seconds of it."""

from __future__ import annotations

import threading
import time

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Priority
from console.clock import SystemClock
from console.config import parse_config
from console.engine.engine import Engine
from console.rules import load_rules
from console.ui import theme as themes
from console.ui.app import Options, build_window
from console.ui.stalled import STALLED
from console.ui.theme import Theme
from tests.console.engine.conftest import CONFIG
from tests.console.ui.shell import FakeOutput
from tests.console.ward_fakes import MemoryStore

LIMIT_S = 5.0
"""Detector specification, section 6."""


def test_a_blocked_engine_thread_is_seen_and_heard_within_five_seconds(
    qapp: QApplication, qtbot: QtBot, monkeypatch
) -> None:
    themes.apply(qapp, Theme())
    engine = Engine(parse_config(CONFIG), MemoryStore(), SystemClock(), load_rules())  # type: ignore[arg-type]
    released, blocked = threading.Event(), threading.Event()
    tick = engine._core.tick

    def hang(*arguments: object) -> None:
        blocked.set()
        released.wait(30)
        tick(*arguments)  # type: ignore[arg-type]

    output = FakeOutput()
    engine.start()
    window = build_window(engine.link(), Options(user="R. Test"), output)
    qtbot.addWidget(window)
    try:
        window.show()
        window.start()
        qtbot.wait(300)
        assert not window._stalled.isVisible()
        assert output.played == []
        monkeypatch.setattr(engine._core, "tick", hang)
        qtbot.waitUntil(blocked.is_set, timeout=3000)
        began = time.monotonic()
        qtbot.waitUntil(lambda: window._stalled.isVisible() and output.sounding, timeout=8000)
        took = time.monotonic() - began
        assert took <= LIMIT_S, f"told after {took:.1f} s"
        assert window._stalled.text() == STALLED
        assert output.played[0] is Priority.HIGH
        released.set()
        qtbot.waitUntil(lambda: not window._stalled.isVisible() and not output.sounding, timeout=5000)
    finally:
        released.set()
        window.stop()
        engine.stop()
