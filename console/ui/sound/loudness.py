"""How loud and how often a call is heard: the volume of the station, and what an unanswered alarm adds. Pure.

The volume is a share of what the sound device is set to: sound pressure at the bedside also depends on loudspeaker and
room and is measured by the hospital (IEC 60601-1-8 asks for the range to be disclosed; devices on the market have 45
to 85 dB(A)).
"""

from __future__ import annotations

from console.alarms.alarm import Priority
from console.ui.sound.choice import Call
from console.ui.sound.tones import BURSTS

LEVELS_DB = (-9.0, -6.0, -3.0, 0.0)
"""The levels a person can choose, 3 dB apart (engineering choice: the smallest step that is clearly heard)."""

LOWEST, LOUDEST, USUAL = 1, len(LEVELS_DB), 3
"""Levels are numbered from 1. There is none below the lowest: alarm sound cannot be turned off."""

REMINDER_REPEAT_S: dict[Priority, float] = {Priority.HIGH: 6.0, Priority.MEDIUM: 7.5}
"""From burst to burst of an unanswered alarm: more often than BURSTS, within the pauses of IEC 60601-1-8, table 3."""


def amplitude(level: int) -> float:
    """Share of the full amplitude at a level, up to 1; below the lowest level there is nothing."""
    return float(10 ** (LEVELS_DB[min(max(level, LOWEST), LOUDEST) - 1] / 20))


def volume(level: int, call: Call) -> float:
    """Volume of a call at the station's level. An unanswered alarm is a level louder for each step; a medium one stays
    no louder than a high one that nobody has left unanswered (high >= medium >= low)."""
    raised = amplitude(level + call.unanswered)
    if call.tone.priority is Priority.HIGH:
        return raised
    ceiling = amplitude(level) * BURSTS[Priority.HIGH].level / call.tone.burst.level
    return min(raised, ceiling, 1.0)


def repeat_s(call: Call) -> float:
    """Seconds from the start of a burst to the start of the next."""
    usual = call.tone.burst.repeat_s
    return min(usual, REMINDER_REPEAT_S[call.tone.priority]) if call.unanswered else usual
