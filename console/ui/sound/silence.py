"""What keeps a station's alarms from being heard for a while: AUDIO PAUSED and AUDIO OFF (IEC 60601-1-8). Pure.

Both are sound alone: every light and text stays. A pause lasts two minutes (detector specification, section 5) and is
open to everybody. AUDIO OFF in the standard lasts until somebody ends it; here it is bounded too, as a forgotten one
silences a ward: the hospital says whether there is any, for how long at most, and who may. Whoever is at the station
ends either at any time; a new high-priority alarm ends both at once.
"""

from __future__ import annotations

PAUSE_S = 120.0
"""Longest and only length of an audio pause, in real seconds."""

OFF_REMINDER_S = 120.0
"""AUDIO OFF is called to mind by one soft burst so often (engineering choice: as often as a pause would have ended)."""


class Silence:
    """Real seconds are passed in. off: the present silence is AUDIO OFF, not a pause."""

    def __init__(self) -> None:
        self._until = 0.0
        self._off = False
        self._remind_at = 0.0

    def left_s(self, now: float) -> float:
        """Seconds until alarms are heard again, 0 while they are."""
        return max(0.0, self._until - now)

    def off(self, now: float) -> bool:
        """True while it is AUDIO OFF that silences."""
        return self._off and self.left_s(now) > 0

    def pause(self, now: float) -> None:
        """Silence for two minutes."""
        self._until, self._off = now + PAUSE_S, False

    def turn_off(self, now: float, seconds: float) -> None:
        """Silence for so long."""
        self._until, self._off, self._remind_at = now + seconds, True, now + OFF_REMINDER_S

    def end(self) -> None:
        """Alarms are heard again."""
        self._until = 0.0

    def reminds(self, now: float) -> bool:
        """True once whenever AUDIO OFF is to be called to mind."""
        if not self.off(now) or now < self._remind_at:
            return False
        self._remind_at = now + OFF_REMINDER_S
        return True
