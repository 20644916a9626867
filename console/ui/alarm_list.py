"""What the alarm bar shows: counts and chips, each alarm once. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.alarm import Alarm, Presence, Priority, Stage
from console.alarms.technical_text import GATEWAY
from console.link.snapshot import WardSnapshot
from console.ui import wording


@dataclass(frozen=True, slots=True)
class AlarmList:
    """counts: unanswered alarms by priority; acknowledged: how many answered ones still stand; chips: those that call,
    most urgent first."""

    counts: dict[Priority, int]
    acknowledged: int
    chips: tuple[Alarm, ...]


def alarm_list(snapshot: WardSnapshot) -> AlarmList:
    """The alarms of a ward. Demo beds are not counted; a watch is counted and has no chip; a limit alarm under a
    pattern alarm that speaks for it is listed there, not again here; so is an outage under a lost gateway."""
    counts = dict.fromkeys(Priority, 0)
    acknowledged = 0
    chips: list[Alarm] = []
    gateways = _lost_gateways(snapshot)
    for alarm in (*snapshot.alarms, *(a for bed in snapshot.beds for a in bed.alarms)):
        if alarm.demo:
            continue
        if alarm.acknowledged is not None:
            acknowledged += 1
        elif not wording.is_member(alarm) and not (alarm.condition.key in gateways and alarm.priority is Priority.LOW):
            counts[alarm.priority] += 1
            if not _is_watch(alarm):
                chips.append(alarm)
    return AlarmList(counts, acknowledged, tuple(sorted(chips, key=wording.chip_key)))


def _lost_gateways(snapshot: WardSnapshot) -> set[str]:
    """The keys under which an outage of a lost gateway stands at its beds."""
    start = f"technical:{GATEWAY}"
    there = (a.condition.key for a in snapshot.alarms if a.presence is Presence.ACTIVE)
    return {f"technical:data:{key.removeprefix(start)}" for key in there if key.startswith(start)}


def _is_watch(alarm: Alarm) -> bool:
    return alarm.condition.kind.is_pattern and alarm.condition.stage <= Stage.WATCH
