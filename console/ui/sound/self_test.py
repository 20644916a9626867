"""The self test of lights and sound: every priority is shown and sounded once, in turn. Pure; the clock is passed in.

An alarm ends it at once: nothing that is only a test may stand in the way of one.
"""

from __future__ import annotations

from console.alarms.alarm import Priority
from console.ui.sound.tones import Tone

TURN = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)

REST_S = 0.6
"""Silence and light after a burst, before the next."""


def length_s(tone: Tone) -> float:
    """How long one burst lasts."""
    return tone.burst.starts_s[-1] + tone.burst.pulse_s


class SelfTest:
    """lit: the priority that is shown now, None when no test runs. interrupted: the last one was ended by an alarm."""

    def __init__(self) -> None:
        self.lit: Priority | None = None
        self.interrupted = False
        self._until = 0.0

    @property
    def running(self) -> bool:
        """True from its start until the last burst is over."""
        return self.lit is not None

    def start(self, now: float) -> Priority:
        """Begin anew with the highest priority, which is to be sounded now."""
        self.interrupted = False
        return self._turn_to(TURN[0], now)

    def advance(self, now: float) -> Priority | None:
        """Let time pass (real seconds): the priority to be sounded now, None for nothing new."""
        if self.lit is None or now < self._until:
            return None
        following = TURN.index(self.lit) + 1
        if following == len(TURN):
            self.lit = None
            return None
        return self._turn_to(TURN[following], now)

    def interrupt(self) -> None:
        """An alarm wants to be heard."""
        self.interrupted = self.running
        self.lit = None

    def _turn_to(self, priority: Priority, now: float) -> Priority:
        self.lit = priority
        self._until = now + length_s(Tone(priority)) + REST_S
        return priority


DURATION_S = sum(length_s(Tone(priority)) + REST_S for priority in TURN)
"""How long a whole test takes."""
