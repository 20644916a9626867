"""What one step of one of our alarms says to an alarm manager, free of HL7: a plain record, cheap to make and to keep.

Words of the phases and states after IHE PCD-04 (MDC_ATTR_EVENT_PHASE, MDC_ATTR_ALARM_STATE,
MDC_ATTR_ALARM_INACTIVATION_STATE).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drivers.observation import AlertPriority, Parameter


class Phase(StrEnum):
    """What happened to the alarm: MDC_ATTR_EVENT_PHASE."""

    START = "start"
    UPDATE = "update"
    ESCALATE = "escalate"
    DEESCALATE = "de-escalate"
    END = "end"


class State(StrEnum):
    """MDC_ATTR_ALARM_STATE. LATCHED: the condition is over, nobody has answered."""

    ACTIVE = "active"
    LATCHED = "latched"
    INACTIVE = "inactive"


class Inactivation(StrEnum):
    """MDC_ATTR_ALARM_INACTIVATION_STATE. ACKNOWLEDGED: a person has answered the alarm."""

    ENABLED = "enabled"
    AUDIO_PAUSED = "audio-paused"
    ACKNOWLEDGED = "alert-acknowledged"


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One step of one alarm.

    alarm_id: the same through the life of the alarm; sequence: of this step, rising. at: aware moment of the step.
    code: our name of the condition ("withdrawal", "limit:hr:high"); text: plain words. technical False: physiological.
    location: PV1-3 as "unit^room^bed" or a part of it, each at most 20 characters when escaped (HL7 v2.6, type IS).
    name: "Family, Given" or one word. parameters: the signals the alarm is about, the first is sent as its source.
    demo: sent as training (MSH-11 T), never as production.
    """

    alarm_id: str
    sequence: int
    phase: Phase
    at: datetime
    code: str
    text: str
    priority: AlertPriority
    location: str
    state: State = State.ACTIVE
    inactivation: Inactivation = Inactivation.ENABLED
    technical: bool = False
    patient_id: str = ""
    name: str = ""
    parameters: tuple[Parameter, ...] = ()
    demo: bool = False
