"""The alarm bursts, synthesised: pulse timing and harmonics after IEC 60601-1-8, tables 3 and 4.

`python -m console.ui.sound.tones` writes them anew into resources/sounds. A ward hears either the general set (C4
throughout) or the melodies of Annex F (editions 2.0 and 2.1), whose pitches tell what the alarm is about. Times are
between the points at 90 % of a pulse's amplitude.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

import resources
from console.alarms.alarm import Priority

RATE = 44_100
HARMONICS = (1.0, 0.85, 0.7, 0.55, 0.45, 0.35)
"""Amplitudes of the fundamental and five further components, all within 15 dB of it and below 4 kHz."""

RISE_OF_TD = 0.20
"""Rise time from 10 to 90 % as a share of the pulse duration; allowed are 0.10 to 0.40."""

FALL_S = 0.040


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst. pulse_s: effective duration of a pulse; gaps_s: from the end of a pulse to the start of the next;
    repeat_s: from the start of a burst to the start of the next; level: peak amplitude, 0 to 1."""

    pulse_s: float
    gaps_s: tuple[float, ...]
    repeat_s: float
    level: float

    @property
    def starts_s(self) -> tuple[float, ...]:
        """When each pulse starts."""
        starts = [0.0]
        for gap in self.gaps_s:
            starts.append(starts[-1] + self.pulse_s + gap)
        return tuple(starts)


_X, _TD, _BETWEEN = 0.100, 0.120, 0.700
_FIVE = (_X, _X, 2 * _X + _TD, _X)

BURSTS: dict[Priority, Burst] = {
    Priority.HIGH: Burst(_TD, (*_FIVE, _BETWEEN, *_FIVE), 7.0, 0.90),
    Priority.MEDIUM: Burst(0.180, (0.180, 0.180), 15.0, 0.70),
    Priority.LOW: Burst(0.180, (0.180,), 30.0, 0.50),
}
"""HIGH: 10 pulses, every 7 s (allowed pause 2.5 to 15 s); MEDIUM: 3, every 15 s (2.5 to 30 s); LOW: 2, every 30 s."""

NOTES_HZ = {
    "C4": 261.63,
    "D4": 293.66,
    "E4": 329.63,
    "F4": 349.23,
    "G4": 392.00,
    "A4": 440.00,
    "B4": 493.88,
    "C5": 523.25,
}
"""Fundamentals in equal temperament, A4 = 440 Hz; all within 150 to 1000 Hz."""


class Category(StrEnum):
    """What an alarm is about, as far as this console has alarms about it."""

    GENERAL = "general"
    OXYGEN = "oxygen"
    VENTILATION = "ventilation"
    CARDIOVASCULAR = "cardiovascular"
    TEMPERATURE = "temperature"
    EQUIPMENT = "equipment"


_MELODIES: dict[Category, tuple[str, ...]] = {
    Category.GENERAL: ("C4", "C4", "C4", "C4", "C4"),
    Category.OXYGEN: ("C5", "B4", "A4", "G4", "F4"),
    Category.VENTILATION: ("C4", "A4", "F4", "A4", "F4"),
    Category.CARDIOVASCULAR: ("C4", "E4", "G4", "G4", "C5"),
    Category.TEMPERATURE: ("C4", "D4", "E4", "F4", "G4"),
    Category.EQUIPMENT: ("C5", "C4", "C4", "C5", "C4"),
}
"""The five notes of a high burst, which it plays twice; a medium burst is the first three."""

_LOW_MELODY = ("E4", "C4")


@dataclass(frozen=True, slots=True)
class Tone:
    """Which burst is heard. Without a category it is that of the general set."""

    priority: Priority
    category: Category = Category.GENERAL

    @property
    def burst(self) -> Burst:
        """Its timing, the same for every category."""
        return BURSTS[self.priority]

    @property
    def notes(self) -> tuple[str, ...]:
        """The pitch of each pulse."""
        five = _MELODIES[self.category]
        if self.priority is Priority.HIGH:
            return five * 2
        if self.priority is Priority.MEDIUM:
            return five[:3]
        # Low priority has one melody, whatever it is about.
        return five[:2] if self.category is Category.GENERAL else _LOW_MELODY

    @property
    def file_name(self) -> str:
        """Name of its WAV file."""
        about = "melody" if self.priority is Priority.LOW else self.category
        name = self.priority.word if self.category is Category.GENERAL else f"{self.priority.word}-{about}"
        return f"{name}.wav"

    @property
    def file(self) -> Path:
        """Its WAV file, which is there."""
        return resources.path("sounds", self.file_name)


class Sounds(StrEnum):
    """The two sets; one is heard throughout a ward."""

    GENERAL = "general"
    MELODIES = "melodies"

    @property
    def tones(self) -> tuple[Tone, ...]:
        """Every burst of the set, by priority."""
        about = [c for c in Category if (c is Category.GENERAL) is (self is Sounds.GENERAL)]
        calls = [Tone(priority, category) for priority in (Priority.HIGH, Priority.MEDIUM) for category in about]
        return (*calls, Tone(Priority.LOW, about[0]))


def synthesise(tone: Tone) -> npt.NDArray[np.float64]:
    """Samples of one burst at `RATE`, between -1 and 1."""
    burst = tone.burst
    rise = RISE_OF_TD * burst.pulse_s / 0.8
    lead, tail = 0.9 * rise, 0.9 * FALL_S
    length = lead + burst.starts_s[-1] + burst.pulse_s + tail + 0.01
    time = np.arange(round(length * RATE)) / RATE
    samples = np.zeros_like(time)
    for start, note in zip(burst.starts_s, tone.notes, strict=True):
        begin, end = start, start + lead + burst.pulse_s + tail
        up = (time - begin) / rise
        down = (end - time) / FALL_S
        samples += np.clip(np.minimum(up, down), 0.0, 1.0) * _sound(NOTES_HZ[note], time)
    return np.asarray(burst.level * samples, dtype=np.float64)


def _sound(hertz: float, time: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The fundamental with its harmonics, largest amplitude 1."""
    tone = sum(a * np.sin(2 * np.pi * hertz * (n + 1) * time) for n, a in enumerate(HARMONICS))
    return np.asarray(tone / np.max(np.abs(tone)), dtype=np.float64)


def write_all(folder: Path) -> None:
    """Write the WAV files, 16 bit mono."""
    for tone in (*Sounds.GENERAL.tones, *Sounds.MELODIES.tones):
        samples = (synthesise(tone) * 32767).astype("<i2")
        with wave.open(str(folder / tone.file_name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())


if __name__ == "__main__":
    write_all(resources.path("sounds"))
