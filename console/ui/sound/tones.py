"""The alarm bursts, synthesised: pulse timing and harmonics after IEC 60601-1-8, tables 3 and 4.

`python -m console.ui.sound.tones` writes them anew into resources/sounds. Pitch is that of the general alarm set
(C4 throughout). Times are between the points at 90 % of a pulse's amplitude.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import resources
from console.alarms.alarm import Priority

RATE = 44_100
FUNDAMENTAL_HZ = 261.63
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

_FILES = {Priority.HIGH: "high.wav", Priority.MEDIUM: "medium.wav", Priority.LOW: "low.wav"}


def burst_file(priority: Priority) -> Path:
    """The WAV file of a priority's burst."""
    return resources.path("sounds", _FILES[priority])


def synthesise(burst: Burst) -> npt.NDArray[np.float64]:
    """Samples of one burst at `RATE`, between -1 and 1."""
    rise = RISE_OF_TD * burst.pulse_s / 0.8
    lead, tail = 0.9 * rise, 0.9 * FALL_S
    length = lead + burst.starts_s[-1] + burst.pulse_s + tail + 0.01
    time = np.arange(round(length * RATE)) / RATE
    envelope = np.zeros_like(time)
    for start in burst.starts_s:
        begin, end = start, start + lead + burst.pulse_s + tail
        up = (time - begin) / rise
        down = (end - time) / FALL_S
        envelope = np.maximum(envelope, np.clip(np.minimum(up, down), 0.0, 1.0))
    tone = sum(a * np.sin(2 * np.pi * FUNDAMENTAL_HZ * (n + 1) * time) for n, a in enumerate(HARMONICS))
    tone = np.asarray(tone) / np.max(np.abs(tone))
    return np.asarray(burst.level * envelope * tone, dtype=np.float64)


def write_all(folder: Path) -> None:
    """Write the WAV files, 16 bit mono."""
    for priority, name in _FILES.items():
        samples = (synthesise(BURSTS[priority]) * 32767).astype("<i2")
        with wave.open(str(folder / name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())


if __name__ == "__main__":
    write_all(resources.path("sounds"))
