"""What a screen can ask of the engine. Frozen, plain; answered by a `Reply`, journalled by the engine.

right: what the person `by` needs for it, None for what nobody may be kept from; the engine asks the gate.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import ClassVar

from console.ward.chart import NurseObservation, PumpEvent
from console.ward.limits import LimitSetting
from console.ward.movements import Answer
from console.ward.patient import Patient
from console.ward.people import Right
from console.ward.pump_card import PumpCard


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Answer one occurrence of an alarm. stage and version as the person saw them: an alarm that has stepped up
    since is not acknowledged by it. A reason is required at an emergency."""

    right: ClassVar[Right] = Right.ACKNOWLEDGE
    alarm_id: str
    version: int
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UndoAcknowledge:
    """Take back an acknowledgement within five seconds."""

    right: ClassVar[Right] = Right.ACKNOWLEDGE
    alarm_id: str
    by: str


@dataclass(frozen=True, slots=True)
class Admit:
    """Admit a patient to `patient.bed` with what is known of the pump. Refused under 16 years or to a taken bed."""

    right: ClassVar[Right] = Right.ADMIT
    patient: Patient
    by: str
    pump_events: tuple[PumpEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Discharge:
    """End the stay at a bed: pattern detectors stop, values are still stored under the bed."""

    right: ClassVar[Right] = Right.ADMIT
    bed: str
    by: str


@dataclass(frozen=True, slots=True)
class SettleQuestion:
    """Settle an offer or a conflict of admissions with one of its choices."""

    right: ClassVar[Right] = Right.ADMIT
    question_id: str
    answer: Answer
    by: str


@dataclass(frozen=True, slots=True)
class ChartFinding:
    """Chart a finding of the admitted patient."""

    right: ClassVar[Right] = Right.CHART
    bed: str
    finding: NurseObservation

    @property
    def by(self) -> str:
        """Who charts it."""
        return self.finding.by


@dataclass(frozen=True, slots=True)
class ChartPumpEvent:
    """Chart a pump event of the admitted patient."""

    right: ClassVar[Right] = Right.CHART
    bed: str
    event: PumpEvent

    @property
    def by(self) -> str:
        """Who charts it."""
        return self.event.by


@dataclass(frozen=True, slots=True)
class RemoveEntry:
    """Take back a finding or pump event by its id (it stays in the journal, struck out)."""

    right: ClassVar[Right] = Right.CHART
    bed: str
    entry_id: str
    by: str


@dataclass(frozen=True, slots=True)
class SetStandby:
    """Suspend (reason not empty) or resume (reason empty) monitoring at a bed."""

    right: ClassVar[Right] = Right.LIMITS
    bed: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class SetLimits:
    """Set single-parameter limits of the admitted patient: `limits` holds every parameter that shall differ from the
    ward's, () for none. seen: what was set when the person began, so that nobody undoes a change unseen."""

    right: ClassVar[Right] = Right.LIMITS
    bed: str
    limits: tuple[LimitSetting, ...]
    seen: tuple[LimitSetting, ...]
    by: str


@dataclass(frozen=True, slots=True)
class SetPumpCard:
    """Chart a new version of the admitted patient's pump card; by and at of it are set by the engine. seen: the card
    when the person began, None for none, so that nobody undoes a change unseen."""

    right: ClassVar[Right] = Right.CHART
    bed: str
    card: PumpCard
    seen: PumpCard | None
    by: str


@dataclass(frozen=True, slots=True)
class SetRenalImpairment:
    """Say that the admitted patient's kidneys are impaired, or take that back: then no creatinine says it again."""

    right: ClassVar[Right] = Right.CHART
    bed: str
    on: bool
    by: str


@dataclass(frozen=True, slots=True)
class AddAlarmNote:
    """Write a note to an alarm of the record, over or not: 1 to 1,000 characters. It is never changed nor removed."""

    right: ClassVar[Right] = Right.NOTE
    alarm_id: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class ReportSound:
    """A screen tells the engine whether alarm sound works there: a technical alarm while it does not."""

    right: ClassVar[Right | None] = None
    by: ClassVar[str] = "system"
    station: str
    working: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TurnSoundOff:
    """Turn alarm sound off at a station (AUDIO OFF) for as long as the ward allows. The screen there stays loud until
    this was answered without an error."""

    right: ClassVar[Right] = Right.AUDIO_OFF
    station: str
    by: str


@dataclass(frozen=True, slots=True)
class AuditNote:
    """An act of a person at a screen that changes no state of the engine: sound paused, page opened as role. before,
    after: old and new value in plain words where something changed."""

    right: ClassVar[Right | None] = None
    by: str
    act: str
    detail: str = ""
    bed: str = ""
    before: str = ""
    after: str = ""


Command = (
    Acknowledge
    | UndoAcknowledge
    | Admit
    | Discharge
    | SettleQuestion
    | ChartFinding
    | ChartPumpEvent
    | RemoveEntry
    | SetStandby
    | SetLimits
    | SetPumpCard
    | SetRenalImpairment
    | AddAlarmNote
    | ReportSound
    | TurnSoundOff
    | AuditNote
)


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to a command. error is "" on success, else one plain sentence. entry_id: of what was charted."""

    error: str = ""
    entry_id: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A command of a screen on its way to the engine, and the future its reply goes to."""

    command: Command
    future: Future[Reply]
