"""The alarm bursts as files: timing and spectrum of IEC 60601-1-8 tables 3 and 4, measured in the samples."""

from __future__ import annotations

import wave

import numpy as np
import numpy.typing as npt
import pytest

from console.alarms.alarm import Priority
from console.ui.sound.tones import BURSTS, burst_file

RATE = 44_100


def _samples(priority: Priority) -> npt.NDArray[np.float64]:
    with wave.open(str(burst_file(priority)), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float) / 32767


def _envelope(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Peak over one period of the fundamental around each sample."""
    half = round(RATE / 261.63 / 2)
    padded = np.pad(np.abs(samples), half)
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1).max(axis=1)


def _pulses(samples: npt.NDArray[np.float64], level: float) -> list[tuple[float, float]]:
    """Start and end in seconds of every stretch above a share of the peak."""
    envelope = _envelope(samples)
    above = envelope > level * envelope.max()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(int), [0]])))
    return [(a / RATE, b / RATE) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_high_is_ten_pulses_in_two_groups_of_five() -> None:
    pulses = _pulses(_samples(Priority.HIGH), 0.5)
    assert len(pulses) == 10
    starts = np.diff([start for start, _ in pulses])
    spacing = [0.22, 0.22, 0.44, 0.22, 0.82, 0.22, 0.22, 0.44, 0.22]
    assert starts == pytest.approx(spacing, abs=0.01)


def test_medium_is_three_and_low_is_two_pulses() -> None:
    assert len(_pulses(_samples(Priority.MEDIUM), 0.5)) == 3
    assert len(_pulses(_samples(Priority.LOW), 0.5)) == 2


@pytest.mark.parametrize(("priority", "low", "high"), [(Priority.HIGH, 0.075, 0.2), (Priority.MEDIUM, 0.125, 0.25)])
def test_pulses_last_as_long_as_the_standard_allows(priority: Priority, low: float, high: float) -> None:
    for start, end in _pulses(_samples(priority), 0.9):
        assert low <= end - start <= high


@pytest.mark.parametrize("priority", list(Priority))
def test_pulses_rise_within_ten_to_forty_percent_of_their_duration(priority: Priority) -> None:
    samples = _samples(priority)
    envelope = _envelope(samples)
    start = int(np.argmax(envelope > 0.1 * envelope.max()))
    top = int(np.argmax(envelope > 0.9 * envelope.max()))
    assert 0.10 <= (top - start) / RATE / BURSTS[priority].pulse_s <= 0.40


@pytest.mark.parametrize("priority", list(Priority))
def test_at_least_four_harmonics_stand_within_15_db(priority: Priority) -> None:
    samples = _samples(priority)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE)

    def level(hz: float) -> float:
        return float(20 * np.log10(spectrum[np.abs(frequency - hz) < 15].max()))

    fundamental = level(261.63)
    assert 150 <= 261.63 <= 1000
    within = [n for n in range(2, 10) if 300 <= 261.63 * n <= 4000 and abs(level(261.63 * n) - fundamental) <= 15]
    assert len(within) >= 4


def test_priorities_are_not_louder_than_the_one_above() -> None:
    peaks = [np.abs(_samples(p)).max() for p in (Priority.HIGH, Priority.MEDIUM, Priority.LOW)]
    assert peaks[0] >= peaks[1] >= peaks[2]
    assert max(peaks) <= 1.0


def test_bursts_repeat_within_the_intervals_of_the_standard() -> None:
    high, medium = BURSTS[Priority.HIGH], BURSTS[Priority.MEDIUM]
    silence_high = high.repeat_s - high.starts_s[-1] - high.pulse_s
    silence_medium = medium.repeat_s - medium.starts_s[-1] - medium.pulse_s
    assert 2.5 <= silence_high <= 15
    assert 2.5 <= silence_medium <= 30
    assert len(_samples(Priority.HIGH)) / RATE < high.repeat_s
