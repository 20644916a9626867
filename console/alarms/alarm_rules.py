"""What every bed is judged by, as one object."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.alarms.detector_rules import DetectorRules
from console.alarms.escalation import EscalationRules
from console.alarms.limits import LimitRules


@dataclass(frozen=True, slots=True)
class AlarmRules:
    """The rules of the two detectors and the single-parameter limits; console.rules reads them."""

    detectors: DetectorRules
    limits: LimitRules
    escalation: EscalationRules = field(default_factory=EscalationRules)
