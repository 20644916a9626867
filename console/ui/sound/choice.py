"""Which alarm is to be heard. Pure; the player follows it."""

from __future__ import annotations

from collections.abc import Iterable

from console.alarms.alarm import Alarm, Change, Presence, Priority, Transition
from console.link.snapshot import WardSnapshot

SOUNDED_FROM = Priority.MEDIUM
"""Low priority is silent; the ward may switch a soft tone on later."""


def loudest(snapshot: WardSnapshot) -> Priority | None:
    """The highest priority that has to be heard now, None for silence. Demo beds are silent."""
    alarms = [a for bed in snapshot.beds for a in bed.alarms] + list(snapshot.alarms)
    return max((a.priority for a in alarms if _audible(a)), default=None)


def breaks_pause(transitions: Iterable[Transition]) -> bool:
    """True when a high-priority alarm began or stepped up: a pause was taken for the alarms there were."""
    return any(
        t.change in (Change.ONSET, Change.ESCALATE) and t.alarm.priority is Priority.HIGH and _audible(t.alarm)
        for t in transitions
    )


def _audible(alarm: Alarm) -> bool:
    return alarm.sounding and not alarm.demo and alarm.presence is Presence.ACTIVE and alarm.priority >= SOUNDED_FROM
