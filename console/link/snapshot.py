"""What a screen sees: one immutable picture of the ward, published by the engine a few times a second.

A bed whose picture has not changed is the same object as before, so a screen repaints by identity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from console.alarms.alarm import Alarm, Kind
from console.alarms.explain import PatternView
from console.alarms.patient_limits import LimitsView
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.labs import LabResult
from console.ward.movements import Question
from console.ward.patient import Baseline, Patient
from console.ward.pump import PumpSummary
from console.ward.pump_card import PumpCard, Reservoir
from console.ward.reported import ReportedAlert
from console.ward.source import Heartbeat, Liveness, SourceState
from drivers.observation import Parameter, Status


class BedState(StrEnum):
    """EMPTY: nobody and nothing. NOT_ADMITTED: values arrive, nobody is admitted. STANDBY: alarms off, e.g. imaging."""

    EMPTY = "empty"
    NOT_ADMITTED = "not_admitted"
    MONITORED = "monitored"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest value of one parameter at a bed. value None (with status UNAVAILABLE) is "no data" said by the device.

    measured_at: UTC, the time the value belongs to; stamp: engine time of reception, to compute its age.
    low, high: the medium-priority limits in force, None where there is none. breach: -1 below, 1 above, 0 within.
    late_after_s: age in seconds from which the value is late, so that a screen can judge it again when the engine has
    stopped; None where the engine has not said.
    """

    parameter: Parameter
    value: float | None
    status: Status
    liveness: Liveness
    measured_at: datetime
    stamp: float
    source: str
    site: str | None = None
    low: float | None = None
    high: float | None = None
    breach: int = 0
    late_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class TileTrend:
    """The last 240 minutes of a tile, oldest first: heart rate per minute (None = gap) and the two stage ribbons."""

    ends_at: datetime
    hr: tuple[float | None, ...] = ()
    withdrawal: bytes = b""
    overdose: bytes = b""


@dataclass(frozen=True, slots=True)
class BedSnapshot:
    """Everything a tile or the head of a bed page shows. alarms: active and latched, most urgent first; labs: what
    stands of the patient's laboratory results, newest specimen first; questions: offers and conflicts of admissions
    that a person has to settle, conflicts first; device_alerts: what the
    devices report of their own alarms, most urgent first."""

    bed: str
    state: BedState
    version: int
    patient: Patient | None = None
    pump: PumpSummary | None = None
    readings: tuple[Reading, ...] = ()
    liveness: Liveness = Liveness.STARTING
    last_data_at: datetime | None = None
    last_data_stamp: float | None = None
    alarms: tuple[Alarm, ...] = ()
    patterns: tuple[PatternView, ...] = ()
    baseline: Baseline = field(default_factory=Baseline)
    pump_events: tuple[PumpEvent, ...] = ()
    findings: tuple[NurseObservation, ...] = ()
    last_alarm: str = ""
    standby_reason: str = ""
    standby_since: datetime | None = None
    offered_patient_id: str = ""
    trend: TileTrend | None = None
    demo: bool = False
    limits: LimitsView | None = None
    pump_card: PumpCard | None = None
    reservoir: Reservoir | None = None
    labs: tuple[LabResult, ...] = ()
    questions: tuple[Question, ...] = ()
    device_alerts: tuple[ReportedAlert, ...] = ()

    def reading(self, parameter: Parameter) -> Reading | None:
        """The newest reading of a parameter, or None when it has never arrived."""
        return next((r for r in self.readings if r.parameter is parameter), None)

    def pattern(self, kind: Kind) -> PatternView | None:
        """The view of one detector, or None when none runs at this bed."""
        return next((p for p in self.patterns if p.kind is kind), None)


@dataclass(frozen=True, slots=True)
class PeerView:
    """One sender of an HL7 listener: a configured peer by its name, any other by its address.

    name: as configured, "" for a sender that is known by its address alone. address: host it has last come from, ""
    while it never has. connected_since: UTC, of the oldest open connection, None while there is none.
    last_heard_stamp: engine time of its newest message, None while there was none. refused: connections, handshakes
    and messages for beds that are not its own. accepted, errors, rejected: answers AA, AE, AR (CA, CE, CR among them).
    held_back: how many times it was not read for a moment because it sent more messages a second than it may.
    certificate: subject of the certificate it has last shown, "" for none; certificate_until: its end, UTC.
    expires_soon: that is less than 30 days away, or past.
    """

    name: str
    address: str
    connected_since: datetime | None = None
    last_heard_stamp: float | None = None
    connections: int = 0
    messages: int = 0
    bytes_in: int = 0
    refused: int = 0
    accepted: int = 0
    errors: int = 0
    rejected: int = 0
    held_back: int = 0
    certificate: str = ""
    certificate_until: datetime | None = None
    expires_soon: bool = False


PEERS_SHOWN = 100
"""Senders of one listener in its view, at most; configured ones and those heard last come first."""


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """A code that a feed sends and that is not charted because nobody has said what it means there.

    code, name: OBX-3.1 and 3.2 as sent; value, unit: the last OBX-5 and OBX-6 ("" for none); reason: why its values are
    put aside; count: values since the start; last_at: UTC; location: PV1-3 of the last, "" for none.
    """

    code: str
    name: str
    value: str
    unit: str
    reason: str
    count: int
    last_at: datetime
    location: str = ""


@dataclass(frozen=True, slots=True)
class UnknownPlace:
    """A location (PV1-3) that no bed stands for. count: how often it was met since the start; last_at: UTC."""

    location: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SourceView:
    """One configured source or HL7 listener. Counters run since the start; last_error in plain words.

    kind: "serial", "tcp", "replay", "nullmodem" or "hl7". beds: those it speaks for.
    quarantined: messages or values put aside, by reason. clock_skew_s: seconds by which the sender's clock is ahead
    (negative: behind), 0 while it is within 10 s or unknown. identity: serial number the device tells, "" while it
    has told none; recording: file its bytes are being recorded to, "" while they are not. Of a listener:
    last_heard_stamp: engine time of its newest message of any kind; connections: open ones; interval_s: the longest
    seconds between two messages that it is configured for; peers: its senders, at most PEERS_SHOWN;
    certificate_until: end of our own certificate, UTC, None without TLS; warnings: technical sentences such as a
    certificate that soon ends or a revocation list that cannot be used, most urgent first; unknown_codes,
    unknown_places: what an engineer has to say the meaning of, the newest last, bounded; duplicates: messages that
    were there before.
    """

    name: str
    kind: str
    driver: str
    address: str
    beds: tuple[str, ...]
    state: SourceState
    good: int = 0
    bad: int = 0
    skipped: int = 0
    bytes_in: int = 0
    reconnects: int = 0
    last_value_stamp: float | None = None
    last_error: str = ""
    quarantined: tuple[tuple[str, int], ...] = ()
    unknown_locations: tuple[str, ...] = ()
    device_alerts: tuple[str, ...] = ()
    clock_skew_s: float = 0.0
    identity: str = ""
    recording: str = ""
    last_heard_stamp: float | None = None
    connections: int = 0
    interval_s: float = 0.0
    peers: tuple[PeerView, ...] = ()
    certificate_until: datetime | None = None
    warnings: tuple[str, ...] = ()
    unknown_codes: tuple[UnknownCode, ...] = ()
    unknown_places: tuple[UnknownPlace, ...] = ()
    duplicates: int = 0
    heartbeats: tuple[Heartbeat, ...] = ()


class ManagerState(StrEnum):
    """IDLE: nothing to send, no connection kept. RETRYING: the last try failed, the next one is waited for."""

    IDLE = "idle"
    CONNECTED = "connected"
    RETRYING = "retrying"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ManagerView:
    """One alarm manager that alarms are sent to. Counters run since the start; last_error in plain words.

    queued: steps of alarms not yet accepted; oldest_stamp: engine time at which the oldest of them happened, None where
    none waits. waiting_stamp: the same of steps of medium or high priority; alarm_after_s: seconds they may wait before
    it is an alarm. sent: steps accepted; refused: steps the manager would not take, refused_stamp: engine time of the
    newest of them and refused_text what it said; expired: steps let go because they were too old or too many.
    last_accepted_stamp: engine time of the newest answer that accepted. told, unknown_told: reports of who was told of
    an alarm, and those about no alarm of ours. secure: over TLS.
    """

    name: str
    address: str
    state: ManagerState
    queued: int = 0
    oldest_stamp: float | None = None
    waiting_stamp: float | None = None
    alarm_after_s: float = 10.0
    sent: int = 0
    refused: int = 0
    refused_stamp: float | None = None
    refused_text: str = ""
    expired: int = 0
    reconnects: int = 0
    last_error: str = ""
    last_accepted_stamp: float | None = None
    told: int = 0
    unknown_told: int = 0
    secure: bool = False


@dataclass(frozen=True, slots=True)
class SystemView:
    """Health of the console itself. engine_stamp: engine time of this picture, the proof that the engine lives.

    speed: engine seconds per real second, 1 outside a demonstration; a watchdog on a screen multiplies by it.
    simulated: every patient of this ward is invented; the screen says so without pause. managers: alarm managers that
    alarms are sent to, as configured.
    """

    engine_stamp: float
    utc: datetime
    recording: bool = True
    store_error: str = ""
    queue_depth: int = 0
    samples_thinned: int = 0
    clock_step_s: float = 0.0
    rule_set: str = ""
    speed: float = 1.0
    simulated: bool = False
    managers: tuple[ManagerView, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalPolicy:
    """What the hospital has decided of alarm signals.

    reminder_s: seconds after an answer at which an alarm of high, medium, low priority sounds again while it stands.
    audio_off_s: longest AUDIO OFF, 0: not allowed; audio_off_by: the persons who may. watch_tone: one soft burst at the
    begin of a watch.
    """

    reminder_s: tuple[float, float, float] = (600.0, 1800.0, 3600.0)
    audio_off_s: float = 0.0
    audio_off_by: tuple[str, ...] = ()
    watch_tone: bool = False

    def audio_off_refusal(self, by: str) -> str:
        """Why the ward does not let this person turn alarm sound off, "" when it does; rights come on top."""
        if self.audio_off_s <= 0:
            return "Alarm sound cannot be turned off on this ward; pause it for two minutes."
        known = {name.casefold() for name in self.audio_off_by}
        return "" if by.casefold() in known else "Only " + ", ".join(self.audio_off_by) + " may turn it off."


@dataclass(frozen=True, slots=True)
class WardSnapshot:
    """The whole ward. alarms of the console itself (store failing, no sound) stand in `alarms`.

    sounds: the set of alarm tones of the ward, "general" or "melodies".
    """

    sequence: int
    name: str
    timezone: str
    beds: tuple[BedSnapshot, ...]
    sources: tuple[SourceView, ...]
    system: SystemView
    alarms: tuple[Alarm, ...] = ()
    sounds: str = "general"
    signals: SignalPolicy = field(default_factory=SignalPolicy)

    def bed(self, name: str) -> BedSnapshot | None:
        """One bed by its name."""
        return next((b for b in self.beds if b.bed == name), None)
