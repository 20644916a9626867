"""What the device simulators share; no running driver imports it."""

from __future__ import annotations

from enum import StrEnum


class Every:
    """Due once each `interval_s`, from the first question on; what was slept through is not made up for."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._next = 0.0

    def is_due(self, elapsed: float) -> bool:
        """True when the time has come, once."""
        if elapsed < self._next:
            return False
        self._next += self._interval_s
        if self._next <= elapsed:
            self._next = elapsed + self._interval_s
        return True


class Mood(StrEnum):
    """How the simulator of a device that is talked to behaves, for tests of the conversation.

    REFUSING: it answers every attempt with its protocol's refusal. ABORTING: it ends every conversation soon after it
    has begun. SILENT: it hears everything and says nothing.
    """

    NORMAL = "normal"
    REFUSING = "refusing"
    ABORTING = "aborting"
    SILENT = "silent"
