"""What the alarm bar shows: counts and chips, each alarm once. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.alarm import Alarm, Priority, Stage
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
    pattern alarm that speaks for it is listed there, not again here."""
    counts = dict.fromkeys(Priority, 0)
    acknowledged = 0
    chips: list[Alarm] = []
    for alarm in (*snapshot.alarms, *(a for bed in snapshot.beds for a in bed.alarms)):
        if alarm.demo:
            continue
        if alarm.acknowledged is not None:
            acknowledged += 1
        elif not wording.is_member(alarm):
            counts[alarm.priority] += 1
            if not _is_watch(alarm):
                chips.append(alarm)
    return AlarmList(counts, acknowledged, tuple(sorted(chips, key=wording.chip_key)))


def _is_watch(alarm: Alarm) -> bool:
    return alarm.condition.kind.is_pattern and alarm.condition.stage <= Stage.WATCH
