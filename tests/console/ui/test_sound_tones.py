"""The alarm bursts as files: timing and spectrum of IEC 60601-1-8 tables 3 and 4, measured in the samples."""

from __future__ import annotations

import wave

import numpy as np
import numpy.typing as npt
import pytest

from console.alarms.alarm import Priority
from console.ui.sound.tones import BURSTS, NOTES_HZ, Category, Sounds, Tone, synthesise

RATE = 44_100


def _samples(priority: Priority, category: Category = Category.GENERAL) -> npt.NDArray[np.float64]:
    with wave.open(str(Tone(priority, category).file), "rb") as file:
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


# --- melodies (IEC 60601-1-8, Annex F, editions 2.0 and 2.1) ---------------------------------------------------------

NOTES = {
    Category.OXYGEN: "C5 B4 A4 G4 F4",
    Category.VENTILATION: "C4 A4 F4 A4 F4",
    Category.CARDIOVASCULAR: "C4 E4 G4 G4 C5",
    Category.TEMPERATURE: "C4 D4 E4 F4 G4",
    Category.EQUIPMENT: "C5 C4 C4 C5 C4",
}
HERTZ = {"C4": 261.6, "D4": 293.7, "E4": 329.6, "F4": 349.2, "G4": 392.0, "A4": 440.0, "B4": 493.9, "C5": 523.3}
MELODIES = [Tone(p, c) for c in NOTES for p in (Priority.HIGH, Priority.MEDIUM)]


def _spectrum(samples: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Levels in dB and frequencies of a stretch, padded to a resolution of about 1 Hz."""
    size = max(len(samples), RATE)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    return 20 * np.log10(spectrum + 1e-9), np.fft.rfftfreq(size, 1 / RATE)


def _pitch(samples: npt.NDArray[np.float64]) -> float:
    """The strongest frequency from 200 to 600 Hz."""
    level, frequency = _spectrum(samples)
    band = (frequency > 200) & (frequency < 600)
    return float(frequency[band][np.argmax(level[band])])


def _cut(tone: Tone) -> list[npt.NDArray[np.float64]]:
    """The pulses of a burst, each where it is loud."""
    samples = _samples(tone.priority, tone.category)
    return [samples[round(a * RATE) : round(b * RATE)] for a, b in _pulses(samples, 0.5)]


@pytest.mark.parametrize("category", list(NOTES))
def test_a_high_melody_is_its_five_notes_twice(category: Category) -> None:
    wanted = [HERTZ[note] for note in NOTES[category].split()] * 2
    assert [_pitch(pulse) for pulse in _cut(Tone(Priority.HIGH, category))] == pytest.approx(wanted, abs=6)


@pytest.mark.parametrize("category", list(NOTES))
def test_a_medium_melody_is_the_first_three_notes(category: Category) -> None:
    wanted = [HERTZ[note] for note in NOTES[category].split()[:3]]
    assert [_pitch(pulse) for pulse in _cut(Tone(Priority.MEDIUM, category))] == pytest.approx(wanted, abs=6)


def test_low_priority_has_one_melody() -> None:
    low = [tone for tone in Sounds.MELODIES.tones if tone.priority is Priority.LOW]
    assert len(low) == 1
    assert [_pitch(pulse) for pulse in _cut(low[0])] == pytest.approx([HERTZ["E4"], HERTZ["C4"]], abs=6)


@pytest.mark.parametrize("priority", list(Priority))
def test_the_general_set_has_one_pitch(priority: Priority) -> None:
    assert {round(_pitch(pulse), -1) for pulse in _cut(Tone(priority))} == {260.0}


@pytest.mark.parametrize("tone", MELODIES, ids=str)
def test_a_melody_keeps_the_timing_of_its_priority(tone: Tone) -> None:
    general = _pulses(_samples(tone.priority), 0.5)
    melody = _pulses(_samples(tone.priority, tone.category), 0.5)
    assert len(melody) == len(general)
    assert [start for start, _ in melody] == pytest.approx([start for start, _ in general], abs=0.006)
    low, high = (0.075, 0.2) if tone.priority is Priority.HIGH else (0.125, 0.25)
    assert all(low <= end - start <= high for start, end in melody)


@pytest.mark.parametrize("tone", MELODIES, ids=str)
def test_every_pulse_of_a_melody_has_its_harmonics_and_no_two_differ_by_10_db(tone: Tone) -> None:
    pulses = _cut(tone)
    for pulse, note in zip(pulses, tone.notes, strict=True):
        level, frequency = _spectrum(pulse)

        def at(
            hz: float, level: npt.NDArray[np.float64] = level, frequency: npt.NDArray[np.float64] = frequency
        ) -> float:
            return float(level[np.abs(frequency - hz) < 10].max())

        root = NOTES_HZ[note]
        assert 150 <= root <= 1000
        harmonics = [n for n in range(2, 12) if 300 <= root * n <= 4000 and abs(at(root * n) - at(root)) <= 15]
        assert len(harmonics) >= 4
    loudness = [20 * np.log10(np.sqrt(np.mean(pulse**2))) for pulse in pulses]
    assert max(loudness) - min(loudness) <= 10


def test_the_files_are_what_the_script_makes() -> None:
    for tone in (*Sounds.GENERAL.tones, *Sounds.MELODIES.tones):
        made = (synthesise(tone) * 32767).astype("<i2").astype(float) / 32767
        assert np.array_equal(made, _samples(tone.priority, tone.category)), tone


def test_a_set_has_a_file_for_every_call_of_a_ward() -> None:
    assert {(t.priority, t.category) for t in Sounds.GENERAL.tones} == {(p, Category.GENERAL) for p in Priority}
    loud = {(t.priority, t.category) for t in Sounds.MELODIES.tones if t.priority > Priority.LOW}
    assert loud == {(t.priority, t.category) for t in MELODIES}
