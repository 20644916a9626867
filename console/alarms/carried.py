"""What goes with a patient from one bed of the ward to another. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.alarm import Condition, Kind
from console.alarms.late_notes import LateNotes, late_since
from console.alarms.lifecycle import HeldAlarm
from console.alarms.limit_monitor import LimitMonitor
from console.alarms.patient_limits import LimitsView
from console.alarms.pattern_monitor import PatternMonitor
from console.alarms.restored import RestoredPatterns
from console.ward.patient import Baseline


@dataclass(frozen=True, slots=True)
class CarriedAlarms:
    """What of a bed's alarms belongs to its patient and goes with him to another bed; what belongs to the bed is its
    sources. Made by `BedAlarms.hand_over`, used up by `BedAlarms.take_over`."""

    patterns: PatternMonitor | None
    baseline: Baseline | None
    held: RestoredPatterns
    limits: LimitMonitor
    limits_view: LimitsView
    late_notes: LateNotes
    standby: bool
    alarms: tuple[HeldAlarm, ...]


def is_of_the_patient(condition: Condition) -> bool:
    """True for what a patient has; False for what a source at his bed has."""
    return condition.kind is not Kind.TECHNICAL or late_since(condition) is not None
