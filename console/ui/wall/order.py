"""Beds in the order of their alarms. Qt-free."""

from __future__ import annotations

from console.alarms.alarm import Alarm
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ui import wording


def by_priority(snapshot: WardSnapshot) -> list[str]:
    """Bed names: unanswered alarms first in the order of the chips, then answered ones, then the rest by bed."""
    rank = {bed.bed: index for index, bed in enumerate(snapshot.beds)}
    return [bed.bed for bed in sorted(snapshot.beds, key=lambda bed: (_key(bed), rank[bed.bed]))]


def _key(bed: BedSnapshot) -> tuple[int, tuple[float, ...]]:
    waiting = [a for a in bed.alarms if wording.needs_answer(a) and not wording.is_member(a)]
    if waiting:
        return 0, _first(waiting)
    return (1, _first(list(bed.alarms))) if bed.alarms else (2, ())


def _first(alarms: list[Alarm]) -> tuple[float, ...]:
    # Newest is not part of it: a bed does not pass another because it has become a second older.
    return tuple(float(part) for part in min(wording.chip_key(a) for a in alarms)[:2])
