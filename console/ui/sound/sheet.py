"""The docked sheet of this station's alarm sound: volume, test tone, self test."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.forms import button, label
from console.ui.page import DockedSheet
from console.ui.sound.loudness import LOUDEST, LOWEST
from console.ui.sound.player import AlarmSound
from console.ui.sound.tones import Sounds
from console.ui.theme import Theme

SET_WORDS = {
    Sounds.GENERAL: "General alarm tones (one pitch for every cause)",
    Sounds.MELODIES: "Melodies (the pitches tell what the alarm is about)",
}


class SoundSheet(DockedSheet):
    """Acts at once; there is nothing to save."""

    def __init__(self, link: Link, user: str, theme: Theme, sound: AlarmSound) -> None:
        super().__init__(link, user, theme)
        self._sound = sound
        self.state = label("", wrap=True)
        self.volume = label("")
        self.quieter = button("–")
        self.quieter.setAccessibleName("Quieter")
        self.louder = button("+")
        self.louder.setAccessibleName("Louder")
        for pressed in (self.quieter, self.louder):
            pressed.setMinimumWidth(48)
        self.tone = button("Test tone")
        self.self_test = button("Run self test")
        self.off = button("Turn alarm sound off")
        self.off_hint = label("", wrap=True)
        self.told = label("", wrap=True)
        self._set = label("", wrap=True)
        self.quieter.clicked.connect(lambda: self._change(-1))
        self.louder.clicked.connect(lambda: self._change(1))
        self.tone.clicked.connect(lambda: self._act(self._sound.test_tone))
        self.self_test.clicked.connect(lambda: self._act(self._sound.start_self_test))
        self.off.clicked.connect(lambda: self._act(self._turn))
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(label("Alarm sound of this station", "title"))
        column.addWidget(self.state)
        row = QHBoxLayout()
        for widget in (self.quieter, self.volume, self.louder):
            row.addWidget(widget)
        row.setStretchFactor(self.volume, 1)
        column.addLayout(row)
        hint = "No level is silent. The loudspeaker has a volume of its own: listen once at the place of work."
        column.addWidget(label(hint, wrap=True))
        column.addWidget(self.tone)
        column.addWidget(self.self_test)
        lights = "The self test shows *** ** * in the alarm bar, each with its burst. An alarm ends it at once."
        column.addWidget(label(lights, wrap=True))
        column.addWidget(self.told)
        column.addWidget(self._set)
        column.addWidget(self.off)
        column.addWidget(self.off_hint)
        column.addWidget(label("An alarm that nobody answers is sounded more often and louder.", wrap=True))
        column.addStretch(1)
        close = button("Close   Esc")
        close.clicked.connect(self.closed)
        column.addWidget(close)

    def open_for(self, subject: str) -> None:
        """There is one station."""
        self._show()

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the sound."""
        self._show()

    def _turn(self) -> None:
        """Off, or on again."""
        if self._sound.off:
            self._sound.toggle_pause()
        else:
            self._sound.turn_off()

    def _change(self, by: int) -> None:
        self._act(lambda: self._sound.set_level(self._sound.level + by))

    def _act(self, act: Callable[[], None]) -> None:
        act()
        self._show()

    def _show(self) -> None:
        sound = self._sound
        self.state.setText(sound.problem or "The sound device works.")
        self.volume.setText(f"Volume {sound.level} of {LOUDEST}")
        self.quieter.setEnabled(sound.level > LOWEST)
        self.louder.setEnabled(sound.level < LOUDEST)
        free = not sound.calling and not sound.test.running
        self.tone.setEnabled(free)
        self.self_test.setEnabled(free)
        refusal = "" if sound.off else sound.may_turn_off()
        self.off.setEnabled(not refusal)
        self.off.setText("Turn alarm sound on again" if sound.off else "Turn alarm sound off")
        self.off_hint.setText(refusal or sound.off_words)
        self.told.setText("Self test is running." if sound.test.running else sound.told)
        self._set.setText(SET_WORDS[sound.sounds])
