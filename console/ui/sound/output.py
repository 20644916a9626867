"""The sound device: one effect per burst of the ward's set, made at the start, through QtMultimedia.

QtMultimedia itself may be missing (it needs libpulse) and a device may go at any time; both are told by `problem`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QUrl

from console.ui.sound.tones import Sounds, Tone

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QSoundEffect


class Output(Protocol):
    """What the player needs."""

    def choose(self, sounds: Sounds) -> None:
        """Make ready for the bursts of this set."""
        ...

    def play(self, tone: Tone, volume: float) -> None:
        """Start one burst; another one still running is cut off. volume: 0 to 1 of the full amplitude."""
        ...

    def stop(self) -> None:
        """Silence at once."""
        ...

    def problem(self) -> str:
        """One plain sentence when alarms cannot be heard, "" when they can."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


class QtOutput:
    """Plays through the default device of the desktop."""

    def __init__(self) -> None:
        # Qt 6.10 and later prefer PipeWire, with reports of aborts and distortion; PulseAudio is served by both.
        os.environ.setdefault("QT_AUDIO_BACKEND", "pulseaudio")
        self._effects: dict[Path, QSoundEffect] = {}
        self._missing = ""
        self._sounds = Sounds.GENERAL
        try:
            from PySide6 import QtMultimedia
        except ImportError as error:
            self._missing = f"The sound library cannot be loaded: {error}"
            return
        self._devices = QtMultimedia.QMediaDevices
        self._effect_type = QtMultimedia.QSoundEffect
        if self._devices.audioOutputs():
            self._make()

    def _make(self) -> None:
        for tone in self._sounds.tones:
            effect = self._effect_type()
            effect.setSource(QUrl.fromLocalFile(str(tone.file)))
            self._effects[tone.file] = effect

    def choose(self, sounds: Sounds) -> None:
        """Another set: its files are loaded now, not at the first alarm."""
        if sounds is self._sounds:
            return
        self._sounds = sounds
        if self._effects:
            self.close()
            self._make()

    def play(self, tone: Tone, volume: float) -> None:
        """Start one burst."""
        self.stop()
        effect = self._effects.get(tone.file)
        if effect is not None:
            effect.setVolume(volume)
            effect.play()

    def stop(self) -> None:
        """Silence."""
        for effect in self._effects.values():
            effect.stop()

    def problem(self) -> str:
        """Why nothing can be heard; a device that has come back is taken up again."""
        if self._missing:
            return self._missing
        if not self._devices.audioOutputs():
            self.close()
            return "This station has no sound device."
        if not self._effects:
            self._make()
        if any(e.status() is self._effect_type.Status.Error for e in self._effects.values()):
            self.close()
            self._make()
            return "The sound device does not take the alarm tones."
        return ""

    def close(self) -> None:
        """Stop and drop the effects."""
        self.stop()
        for effect in self._effects.values():
            effect.deleteLater()
        self._effects.clear()
