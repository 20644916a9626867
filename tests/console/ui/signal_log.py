"""Alarm signals as they leave the running program: what the window has painted, when bursts start, what files hold.

Light is read from the painted window, not from the flash clock. Times of a pulse lie between its points at 90 % of the
amplitude (effective duration), rise and fall between 10 and 90 % (IEC 60601-1-8, table 4).
"""

from __future__ import annotations

import time
import wave
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from console.alarms.alarm import Priority, Stage
from console.link.snapshot import WardSnapshot
from console.ui.main_window import MainWindow
from console.ui.sound.tones import Sounds, Tone
from tests.console.ui import fakes as f
from tests.console.ui.shell import wall

FLASHING = (Priority.HIGH, Priority.MEDIUM)
LOOK_MS = 5
C4_S = 1 / 261.63
"""The longest period of a fundamental: an envelope is smooth only over so long."""


def calling_ward(priority: Priority | None = None) -> WardSnapshot:
    """Sixteen beds; two call with high and two with medium priority, or with one of them alone."""
    beds = []
    for number in range(1, 17):
        name = f"{number:02d}"
        at = {1: Priority.HIGH, 16: Priority.HIGH}.get(number)
        at = at or {2: Priority.MEDIUM, 15: Priority.MEDIUM}.get(number)
        stage = {Priority.HIGH: Stage.EMERGENCY, Priority.MEDIUM: Stage.WARNING}.get(at or Priority.LOW)
        if stage is None or (priority is not None and at is not priority):
            beds.append(f.bed(name))
        else:
            beds.append(f.bed(name, alarms=(f.pattern_alarm(stage=stage, bed=name, age=5),)))
    return f.ward(beds)


class Loudspeaker:
    """Keeps when each burst was started, in seconds of the monotonic clock."""

    def __init__(self) -> None:
        self.started: list[tuple[float, Tone]] = []

    def choose(self, sounds: Sounds) -> None:
        """Both sets have the same timing."""

    def play(self, tone: Tone, volume: float) -> None:
        self.started.append((time.monotonic(), tone))

    def stop(self) -> None:
        """A burst of this loudspeaker has no length."""

    def problem(self) -> str:
        return ""

    def close(self) -> None:
        """There is no device."""


@dataclass(slots=True)
class Light:
    """One painted place. changes: (monotonic seconds, bright), the first one with the first look."""

    name: str
    priority: Priority
    at: QPoint
    changes: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def periods_s(self) -> list[float]:
        """From one lighting up to the next."""
        return [b - a for a, b in pairwise(self._lit)]

    @property
    def frequency_hz(self) -> float:
        """Over all whole periods."""
        return len(self.periods_s) / sum(self.periods_s)

    @property
    def duty(self) -> float:
        """Share of the whole periods for which it was bright."""
        first, last = self._lit[0], self._lit[-1]
        on = sum(b[0] - a[0] for a, b in pairwise(self.changes) if a[1] and first <= a[0] < last)
        return on / (last - first)

    @property
    def _lit(self) -> list[float]:
        return [at for at, bright in self.changes[1:] if bright]


class LightLog:
    """Looks every 5 ms at one pixel of every flashing place of a window, as it stands on the screen."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.lights = _places(window)
        self._timer = QTimer(window)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin to look."""
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def of(self, priority: Priority) -> list[Light]:
        """The places of one priority: tiles first, then the chips of the alarm bar."""
        return [light for light in self.lights if light.priority is priority]

    def skew_s(self, priority: Priority) -> float:
        """Longest time by which two places of a priority changed apart; infinite when one changed less often."""
        courses = [[(round(at, 4), bright) for at, bright in light.changes[1:]] for light in self.of(priority)]
        if len({tuple(bright for _, bright in course) for course in courses}) != 1:
            return float("inf")
        return max((max(at) - min(at) for at in zip(*[[t for t, _ in c] for c in courses], strict=True)), default=0.0)

    def _look(self) -> None:
        now = time.monotonic()
        screen = self._window.screen()
        image = screen.grabWindow(self._window.winId()).toImage()
        for light in self.lights:
            bright = _is_bright(image.pixelColor(light.at), light.priority, self._window)
            if not light.changes or light.changes[-1][1] is not bright:
                light.changes.append((now, bright))


def _places(window: MainWindow) -> list[Light]:
    lights = []
    for name, tile in wall(window).tiles.items():
        assert tile.view is not None
        if tile.view.slots and tile.view.slots[0].flashes:
            priority = tile.view.slots[0].priority
            # In the frame, half way down; the rim of an emergency lies outside and is steady.
            inside = 2 if priority is Priority.HIGH else 1
            lights.append(Light(f"tile {name}", priority, _at(window, tile, inside, tile.height() // 2)))
    for chip in window.alarm_bar.chips:
        if chip.isVisible() and chip.flashes and chip.alarm is not None:
            name = f"chip {chip.alarm.bed}"
            lights.append(Light(name, chip.alarm.priority, _at(window, chip, 8, chip.height() // 2)))
    return lights


def _at(window: MainWindow, widget: QWidget, x: int, y: int) -> QPoint:
    return widget.mapTo(window, QPoint(x, y))


def _is_bright(seen: QColor, priority: Priority, window: MainWindow) -> bool:
    colours = window.theme.tokens.alarm(priority)
    if seen.name().upper() == colours.fill.upper():
        return True
    assert seen.name().upper() == colours.dim.upper(), f"{seen.name()} is neither phase of {priority.word}"
    return False


@dataclass(frozen=True, slots=True)
class Pulse:
    """One pulse in seconds from the start of the file. level: largest amplitude, 0 to 1."""

    start: float
    end: float
    rise: float
    fall: float
    level: float

    @property
    def td(self) -> float:
        """Effective duration."""
        return self.end - self.start


def read_burst(file: Path) -> tuple[npt.NDArray[np.float64], int]:
    """Samples between -1 and 1, and their rate."""
    with wave.open(str(file), "rb") as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        return samples / 32768.0, sound.getframerate()


def pulses(samples: npt.NDArray[np.float64], rate: int) -> list[Pulse]:
    """The pulses of a burst, from the envelope of its samples."""
    envelope = _envelope(samples, round(C4_S * rate))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (envelope > 0.02).astype(int), [0]])))
    found = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        part = envelope[begin:end]
        top = float(np.median(part[part > 0.8 * part.max()]))
        over = [np.flatnonzero(part >= share * top) for share in (0.1, 0.9)]
        low, high = (begin + over[0]) / rate, (begin + over[1]) / rate
        found.append(Pulse(high[0], high[-1], high[0] - low[0], low[-1] - high[-1], float(part.max())))
    return found


def _envelope(samples: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """Largest amplitude within a period, brought back to where it was: a closing moves no edge."""
    half = width // 2
    padded = np.pad(np.abs(samples), 2 * half)
    wide = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1).max(axis=1)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(wide, 2 * half + 1).min(axis=1))


def harmonics_db(samples: npt.NDArray[np.float64], rate: int, pulse: Pulse, hertz: float) -> dict[int, float]:
    """Level against the fundamental of every harmonic between 150 and 4000 Hz, in one pulse."""
    part = samples[round(pulse.start * rate) : round(pulse.end * rate)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part)))
    frequency = np.fft.rfftfreq(8 * len(part), 1 / rate)

    def level(n: int) -> float:
        return float(20 * np.log10(spectrum[np.abs(frequency - n * hertz) < 0.2 * hertz].max() + 1e-12))

    return {n: level(n) - level(1) for n in range(2, int(4000 / hertz) + 1)}
