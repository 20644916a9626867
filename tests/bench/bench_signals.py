"""Alarm light and sound measured at the running window against IEC 60601-1-8, tables 2 to 4."""

from __future__ import annotations

import math
import time
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from console.alarms.alarm import Priority
from console.ui import theme as themes
from console.ui.app import Options, build_window
from console.ui.sound.player import AlarmSound
from console.ui.sound.tones import NOTES_HZ, Sounds, Tone
from console.ui.theme import Theme
from tests.bench.figures import row
from tests.console.ui import fakes as f
from tests.console.ui.signal_log import (
    FLASHING,
    LightLog,
    Loudspeaker,
    Pulse,
    calling_ward,
    harmonics_db,
    pulses,
    read_burst,
)

SECONDS = 31.0
"""Long enough for three medium bursts."""

FLASH_HZ = {Priority.HIGH: (1.4, 2.8), Priority.MEDIUM: (0.4, 0.8)}
DUTY = (0.2, 0.6)
SKEW_S = 0.05
"""Two lights so far apart are one to the eye [C]."""

TD_S = {Priority.HIGH: (0.075, 0.2), Priority.MEDIUM: (0.125, 0.25), Priority.LOW: (0.125, 0.25)}
SPACING_S = {Priority.HIGH: (0.05, 0.125), Priority.MEDIUM: (0.125, 0.25), Priority.LOW: (0.125, 0.25)}
INTERVAL_S = {Priority.HIGH: (2.5, 15.0), Priority.MEDIUM: (2.5, 30.0), Priority.LOW: (15.0, math.inf)}
COUNT = {Priority.HIGH: (10, 10), Priority.MEDIUM: (3, 3), Priority.LOW: (1, 2)}
BETWEEN_FIVES_S = (0.35, 1.30)
TONES = tuple(dict.fromkeys((*Sounds.GENERAL.tones, *Sounds.MELODIES.tones)))


def running() -> list[dict[str, Any]]:
    """Light and start of bursts, from a window that runs for half a minute; a second player hears medium alone."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    themes.apply(application, Theme())
    heard = {priority: Loudspeaker() for priority in FLASHING}
    window = build_window(f.FakeLink(calling_ward()), Options(user="R. Test"), heard[Priority.HIGH])
    window.resize(1920, 1080)
    window.show()
    window.start()
    medium_ward = calling_ward(Priority.MEDIUM)
    medium = AlarmSound(f.FakeLink(medium_ward), heard[Priority.MEDIUM], "bench", "R. Test")
    medium.follow(medium_ward, [])
    _spin(0.5)
    log = LightLog(window)
    log.start()
    began = time.monotonic()
    _spin(SECONDS)
    how = f"window of 16 beds for {time.monotonic() - began:.0f} s"
    log.stop()
    rows = [line for priority in FLASHING for line in _light_rows(log, priority, how)]
    rows += [line for priority in FLASHING for line in _interval_rows(heard[priority], priority)]
    medium.close()
    medium.deleteLater()
    window.close()
    window.deleteLater()
    application.processEvents()
    return rows


def _spin(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _light_rows(log: LightLog, priority: Priority, how: str) -> list[dict[str, Any]]:
    lights, name = log.of(priority), f"signals.light.{priority.word}"
    how = f"{how}; {', '.join(light.name for light in lights)}"
    periods = [period for light in lights for period in light.periods_s]
    low, high = FLASH_HZ[priority]
    return [
        _within(f"{name}.frequency_least", min(x.frequency_hz for x in lights), "Hz", (low, high), how),
        _within(f"{name}.frequency_most", max(x.frequency_hz for x in lights), "Hz", (low, high), how),
        _within(f"{name}.period_shortest", min(periods), "s", (1 / high, 1 / low), how),
        _within(f"{name}.period_longest", max(periods), "s", (1 / high, 1 / low), how),
        _within(f"{name}.duty_least", min(x.duty for x in lights), "", DUTY, how),
        _within(f"{name}.duty_most", max(x.duty for x in lights), "", DUTY, how),
        _within(f"{name}.skew", log.skew_s(priority), "s", (0, SKEW_S), how),
    ]


def _interval_rows(heard: Loudspeaker, priority: Priority) -> list[dict[str, Any]]:
    """From the end of a burst to the start of the next: starts from the player's timer, length from the samples."""
    tone = Tone(priority)
    long = pulses(*read_burst(tone.file))[-1].end
    gaps = [b[0] - a[0] - long for a, b in pairwise(heard.started)]
    how = f"{len(heard.started)} bursts of the player's own timer; a burst is {long:.2f} s of samples"
    assert gaps, f"fewer than two bursts of {priority.word}"
    assert {tone for _, tone in heard.started} == {tone}
    name = f"signals.sound.{priority.word}.interval"
    allowed = INTERVAL_S[priority]
    return [
        _within(f"{name}_shortest", min(gaps), "s", allowed, how),
        _within(f"{name}_longest", max(gaps), "s", allowed, how),
    ]


def samples() -> list[dict[str, Any]]:
    """Every sound file there is."""
    return [line for tone in TONES for line in burst_rows(tone)]


def burst_rows(tone: Tone) -> list[dict[str, Any]]:
    """One burst against tables 3 and 4."""
    data, rate = read_burst(tone.file)
    found, priority = pulses(data, rate), tone.priority
    name, how = f"signals.sound.{tone.file.stem}", f"samples of {tone.file.name}"
    gaps = [b.start - a.end for a, b in pairwise(found)]
    levels = [pulse.level for pulse in found]
    td = [pulse.td for pulse in found]
    within = [_within_15_db(data, rate, p, NOTES_HZ[note]) for p, note in zip(found, tone.notes, strict=True)]
    pitch = [NOTES_HZ[note] for note in tone.notes]
    rows = [
        _within(f"{name}.pulses", len(found), "", COUNT[priority], how),
        _within(f"{name}.td_shortest", min(td), "s", TD_S[priority], how),
        _within(f"{name}.td_longest", max(td), "s", TD_S[priority], how),
        _within(f"{name}.rise_least", min(p.rise / p.td for p in found), "of td", (0.1, 0.4), how),
        _within(f"{name}.rise_most", max(p.rise / p.td for p in found), "of td", (0.1, 0.4), how),
        _within(f"{name}.fall_longest", max(p.fall for p in found), "s", (0, min(gaps)), f"{how}: none overlap"),
        _within(f"{name}.level_difference", 20 * math.log10(max(levels) / min(levels)), "dB", (0, 10), how),
        _within(f"{name}.fundamental_lowest", min(pitch), "Hz", (150, 1000), how),
        _within(f"{name}.fundamental_highest", max(pitch), "Hz", (150, 1000), how),
        _within(f"{name}.harmonics_least", min(within), "", (4, math.inf), f"{how}: within 15 dB, 300 to 4000 Hz"),
    ]
    return rows + _spacing_rows(name, how, priority, gaps, sum(td) / len(td))


def _spacing_rows(name: str, how: str, priority: Priority, gaps: list[float], td: float) -> list[dict[str, Any]]:
    """x is the mean of the short gaps; every gap must be what the table makes of it, by 5 %."""
    if priority is Priority.HIGH:
        x = sum(gaps[i] for i in (0, 1, 3, 5, 6, 8)) / 6
        wanted = [x, x, 2 * x + td, x, gaps[4], x, x, 2 * x + td, x]
    else:
        x = sum(gaps) / len(gaps)
        wanted = [x] * len(gaps)
    off = max(abs(gap / want - 1) for gap, want in zip(gaps, wanted, strict=True))
    rows = [
        _within(f"{name}.spacing", x, "s", SPACING_S[priority], how),
        _within(f"{name}.spacing_off", 100 * off, "%", (0, 5), f"{how}: worst gap against x, x, 2x + td, x"),
    ]
    if priority is Priority.HIGH:
        rows.append(_within(f"{name}.between_fives", gaps[4], "s", BETWEEN_FIVES_S, how))
    return rows


def _within_15_db(data: Any, rate: int, pulse: Pulse, hertz: float) -> int:
    levels = harmonics_db(data, rate, pulse, hertz)
    return sum(1 for n, level in levels.items() if n * hertz >= 300 and abs(level) <= 15)


def _within(name: str, measured: float, unit: str, allowed: tuple[float, float], how: str) -> dict[str, Any]:
    low, high = allowed
    words = f"{low:.3g} to {high:.3g}" if math.isfinite(high) else f">= {low:.3g}"
    return row(name, float(measured), unit, words, bool(low <= measured <= high), how)


BENCHES = [samples, running]
