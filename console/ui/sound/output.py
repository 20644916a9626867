"""The sound device: one effect per priority, made at the start, through QtMultimedia.

QtMultimedia itself may be missing (it needs libpulse) and a device may go at any time; both are told by `problem`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QUrl

from console.alarms.alarm import Priority
from console.ui.sound.tones import BURSTS, burst_file

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QSoundEffect


class Output(Protocol):
    """What the player needs."""

    def play(self, priority: Priority) -> None:
        """Start one burst; another one still running is cut off."""
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
    """Plays through the default device of the desktop. volume: 0.3 (the floor) to 1."""

    def __init__(self, volume: float = 0.7) -> None:
        # Qt 6.10 and later prefer PipeWire, with reports of aborts and distortion; PulseAudio is served by both.
        os.environ.setdefault("QT_AUDIO_BACKEND", "pulseaudio")
        self._effects: dict[Priority, QSoundEffect] = {}
        self._missing = ""
        self._volume = max(0.3, min(volume, 1.0))
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
        for priority in BURSTS:
            effect = self._effect_type()
            effect.setSource(QUrl.fromLocalFile(str(burst_file(priority))))
            effect.setVolume(self._volume)
            self._effects[priority] = effect

    def play(self, priority: Priority) -> None:
        """Start one burst."""
        self.stop()
        if priority in self._effects:
            self._effects[priority].play()

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
