"""Which alarm is to be heard. Pure; the player follows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.alarms.alarm import Alarm, Change, Kind, Presence, Priority, Stage, Transition
from console.link.snapshot import WardSnapshot
from console.ui import wording
from console.ui.sound.tones import Category, Sounds, Tone
from drivers.observation import Parameter

SOUNDED_FROM = Priority.MEDIUM
"""Low priority does not call; a ward may have one soft burst at the begin of a watch (`begins_watch`)."""

_ABOUT: dict[Parameter, Category] = {
    Parameter.HR: Category.CARDIOVASCULAR,
    Parameter.PR: Category.CARDIOVASCULAR,
    Parameter.NIBP_SYS: Category.CARDIOVASCULAR,
    Parameter.NIBP_DIA: Category.CARDIOVASCULAR,
    Parameter.NIBP_MEAN: Category.CARDIOVASCULAR,
    Parameter.ART_SYS: Category.CARDIOVASCULAR,
    Parameter.ART_DIA: Category.CARDIOVASCULAR,
    Parameter.ART_MEAN: Category.CARDIOVASCULAR,
    Parameter.RR: Category.VENTILATION,
    Parameter.ETCO2: Category.VENTILATION,
    Parameter.SPO2: Category.OXYGEN,
    Parameter.PERFUSION_INDEX: Category.CARDIOVASCULAR,
    Parameter.TEMP: Category.TEMPERATURE,
}


@dataclass(frozen=True, slots=True)
class Call:
    """What has to be heard. unanswered: steps of escalation of the alarms it stands for, 0 for none."""

    tone: Tone
    unanswered: int = 0


STOPPED = Call(Tone(Priority.HIGH))
"""Heard when nobody judges any alarm: like an emergency."""


def call(snapshot: WardSnapshot) -> Call | None:
    """The call of the highest priority that has to be heard now, None for silence. Demo beds are silent.

    Among alarms of one priority the melody is that of the one whose chip comes first.
    """
    alarms = [a for bed in snapshot.beds for a in bed.alarms] + list(snapshot.alarms)
    audible = sorted((a for a in alarms if _audible(a)), key=wording.chip_key)
    if not audible:
        return None
    first = audible[0]
    melodies = snapshot.sounds == Sounds.MELODIES
    category = category_of(first) if melodies else Category.GENERAL
    return Call(Tone(first.priority, category), max(a.unanswered for a in audible if a.priority is first.priority))


def category_of(alarm: Alarm) -> Category:
    """What the alarm is about: the autonomic pattern shows in temperature and circulation, the respiratory one in
    breathing."""
    condition = alarm.condition
    if condition.kind is Kind.WITHDRAWAL:
        return Category.TEMPERATURE
    if condition.kind is Kind.OVERDOSE:
        return Category.VENTILATION
    if condition.kind is Kind.LIMIT and condition.parameters:
        return _ABOUT[condition.parameters[0]]
    # A limit without a parameter is an apnoea that a device has told.
    return Category.VENTILATION if condition.kind is Kind.LIMIT else Category.EQUIPMENT


def breaks_pause(transitions: Iterable[Transition]) -> bool:
    """True when a high-priority alarm began or stepped up: a pause was taken for the alarms there were."""
    return any(
        t.change in (Change.ONSET, Change.ESCALATE) and t.alarm.priority is Priority.HIGH and _audible(t.alarm)
        for t in transitions
    )


def begins_watch(transitions: Iterable[Transition]) -> bool:
    """True when a pattern came to the stage of watch from below, at a patient who is there."""
    return any(
        t.change is Change.ONSET
        and not t.alarm.demo
        and t.alarm.condition.kind.is_pattern
        and t.alarm.condition.stage is Stage.WATCH
        for t in transitions
    )


def _audible(alarm: Alarm) -> bool:
    return alarm.sounding and not alarm.demo and alarm.presence is Presence.ACTIVE and alarm.priority >= SOUNDED_FROM
