"""One bed as the engine keeps it: the newest value of each parameter, the stay, the alarms, and its picture."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from console.alarms.alarm import Change, Kind, Presence, Transition
from console.alarms.alarm_rules import AlarmRules
from console.alarms.bed import BedAlarms
from console.alarms.technical import TechnicalMonitor
from console.engine.carried import CarriedStay
from console.engine.items import DeviceReport
from console.engine.plan import BedPlan
from console.engine.strangers import Strangers
from console.engine.trend import TrendKeeper
from console.link.snapshot import BedSnapshot, BedState, Reading
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.labs import LabResult
from console.ward.movements import Question
from console.ward.occupancy import Left
from console.ward.patient import Baseline, Patient
from console.ward.pump import PumpSummary, summarise
from console.ward.pump_card import MAXIMUM_VERSIONS, PumpCard, Reservoir, reservoir
from console.ward.reported import ReportedAlerts
from console.ward.source import Liveness
from drivers.observation import Observation, Parameter, Status

CLOCK_SLACK_S = 10.0
"""A source's own time may differ by so much before a value counts as old (detector specification, section 6)."""

_NO_BASELINE = Baseline()
_ORDER = {parameter: index for index, parameter in enumerate(Parameter)}


@dataclass(slots=True)
class _Cell:
    """The newest value of one parameter. stamp: engine time the value belongs to, never later than its reception."""

    observation: Observation
    stamp: float
    reading: Reading | None = None


class Bed:
    """State of one bed. Used by the engine thread alone. due: engine time at which a delay ends, None for never."""

    def __init__(
        self, plan: BedPlan, rules: AlarmRules, new_id: Callable[[], str], zone: ZoneInfo, started: float
    ) -> None:
        self.name = plan.bed
        self.alarms = BedAlarms(
            plan.bed,
            rules,
            new_id,
            plan.demo,
            sources=plan.sources,
            started=started,
            escalation=rules.escalation,
            remember=True,
            zone=zone,
        )
        self.pump_events: list[PumpEvent] = []
        self.findings: list[NurseObservation] = []
        self.pump_cards: tuple[PumpCard, ...] = ()
        self.labs: tuple[LabResult, ...] = ()
        self.standby_reason = ""
        self.standby_since: datetime | None = None
        self.offered_patient_id = ""
        self.feed_patient_id = ""
        self.strangers = Strangers()
        self.left: Left | None = None
        self.questions: tuple[Question, ...] = ()
        self.trend = TrendKeeper()
        self.reported = ReportedAlerts()
        self.due: float | None = None
        self._plan = plan
        self._zone = zone
        self._cells: dict[Parameter, _Cell] = {}
        self._last_alarm = ""
        self._last_data: Observation | None = None
        self._pump: tuple[object, PumpSummary | None] = (None, None)
        self._reservoir: tuple[object, Reservoir | None] = (None, None)
        self.snapshot = BedSnapshot(plan.bed, BedState.EMPTY, 0, demo=plan.demo)

    @property
    def patient(self) -> Patient | None:
        """Who is admitted here."""
        return self.alarms.patient

    @property
    def technical(self) -> TechnicalMonitor:
        """The technical monitor, which a live bed always has."""
        assert self.alarms.technical is not None
        return self.alarms.technical

    # --- what arrives --------------------------------------------------------------------------------------------

    def observe(self, observation: Observation) -> None:
        """Take a value: what is shown is what is judged, and both come from one source at a time."""
        parameter, value, status, source, received_at, measured_at, received, site, _ = observation
        lag = 0.0
        if measured_at is not received_at:
            lag = (received_at - measured_at).total_seconds()
        lag = lag if lag > CLOCK_SLACK_S else 0.0
        stamp = received - lag
        self._last_data = observation
        cell = self._cells.get(parameter)
        if cell is not None and not self._replaces(observation, stamp, cell):
            if lag <= self.technical.stands(parameter, source):
                self.technical.heard(source, received)
            if lag and source == cell.observation.source:
                self.alarms.late_value(parameter, value, status, received, lag, site, source)
            return
        self._cells[parameter] = _Cell(observation, stamp)
        self.alarms.observe_value(parameter, value, status, received, lag, site, source)
        if not lag:
            self.trend.observe(observation)

    def _replaces(self, new: Observation, stamp: float, cell: _Cell) -> bool:
        old = cell.observation
        if new.source == old.source:
            # A late message brings an older value than the one shown: it is stored, not shown.
            return stamp >= cell.stamp
        if new.parameter is Parameter.RR and self._has_capnograph(new):
            return True
        # A value that does not look live any more hides none that does.
        fresh = new.stamp - cell.stamp < self.technical.late(old.parameter, old.source)
        return not (fresh and old.status is Status.VALID)

    def _has_capnograph(self, observation: Observation) -> bool:
        """Respiratory rate from capnography goes before all others (detector specification, section 1)."""
        cell = self._cells.get(Parameter.ETCO2)
        return (
            cell is not None
            and cell.observation.source == observation.source
            and cell.observation.status is Status.VALID
            and observation.status is Status.VALID
        )

    def take_report(self, item: DeviceReport, utc: datetime) -> None:
        """An alarm of a device: shown as reported; what of it is judged, the alarms decide."""
        self.alarms.device_alert(item.alert, item.source, item.stamp)
        self.reported.take(item.alert, item.source, item.stamp, utc, steps=item.steps)

    def miss(self, lost: Collection[str], silent: Collection[str], now: float) -> None:
        """Once a second. lost: gateways that are gone; silent: these and every other source that is not heard."""
        self.technical.share(lost)
        self.reported.check(now, silent)

    @property
    def pump_card(self) -> PumpCard | None:
        """The newest version of the patient's pump card."""
        return self.pump_cards[-1] if self.pump_cards else None

    def set_pump_cards(self, cards: Sequence[PumpCard]) -> None:
        """Use the pump cards of the stay, oldest first; the oldest are forgotten beyond 50 versions."""
        self.pump_cards = tuple(cards)[-MAXIMUM_VERSIONS:]
        self.alarms.set_pump_cards(self.pump_cards)

    def hand_over(self, now: float, utc: datetime, by: str) -> tuple[CarriedStay, list[Transition]]:
        """The patient goes to another bed of the ward; everything that belongs to his stay goes with him."""
        alarms, ended = self.alarms.hand_over(now, utc, by)
        carried = CarriedStay(
            alarms,
            self.pump_events,
            self.findings,
            self.pump_cards,
            (self.standby_reason, self.standby_since),
            self.trend,
            self._last_alarm,
        )
        self.trend, self._last_alarm = TrendKeeper(), ""
        self.standby_reason, self.standby_since = "", None
        self.vacate()
        return carried, ended

    def take_over(self, patient: Patient, carried: CarriedStay, now: float, utc: datetime, by: str) -> list[Transition]:
        """A patient has come from another bed; what was measured here before was measured on somebody else."""
        self.forget_values()
        out = self.alarms.take_over(patient, carried.alarms, now, utc, by)
        self.pump_events, self.findings, self.pump_cards = carried.pump_events, carried.findings, carried.pump_cards
        self.standby_reason, self.standby_since = carried.standby
        self.trend, self._last_alarm = carried.trend, carried.last_alarm
        self.strangers.judge(patient, self.technical, now)
        return out

    def vacate(self) -> None:
        """Nobody lies here any more."""
        self.pump_events, self.findings = [], []
        self.pump_cards = ()
        self.offered_patient_id = ""
        self.strangers.judge(None, self.technical, 0.0)
        self.forget_values()

    def watched(self, now: float) -> str:
        """Why monitoring must not end here without a person, in words; "" when it may."""
        for alarm in self.alarms.alarms():
            stands = alarm.presence is Presence.ACTIVE and alarm.condition.kind is not Kind.TECHNICAL
            if stands or alarm.acknowledged is None:
                return f"An alarm {'stands' if stands else 'waits for an answer'}: {alarm.condition.text}"
        if any(self._reading(p, cell, now).liveness is Liveness.LIVE for p, cell in self._cells.items()):
            return "The monitor at this bed still sends values"
        return ""

    def forget_values(self) -> None:
        """The patient has left: nothing measured on him stands under the next one's name."""
        self._cells.clear()
        self.reported.clear()
        self._last_alarm = ""
        self.trend.clear_stages()

    def forget_source(self, source: str) -> None:
        """What a source has measured here was measured on somebody else than who lies here now."""
        gone = [parameter for parameter, cell in self._cells.items() if cell.observation.source == source]
        for parameter in gone:
            del self._cells[parameter]
        self.alarms.limits.forget(gone, source)
        self.trend.clear_stages()

    def noted(self, transitions: Sequence[Transition]) -> None:
        """Remember the last alarm that ended, for the quiet line of the tile."""
        for transition in transitions:
            if transition.change is Change.CLEAR:
                at = transition.at.astimezone(self._zone)
                self._last_alarm = f"{transition.alarm.condition.text}, ended {at:%H:%M}"

    def replan(
        self, plan: BedPlan, rebound: Collection[str], zone: ZoneInfo, now: float, utc: datetime, by: str
    ) -> list[Transition]:
        """Expect what a person has configured. rebound: sources that are others than before although they stay. What
        a source of before has measured is not shown here any more; what only it could have ended, ends."""
        self._zone = self.alarms.late_notes.zone = zone
        expected = {spec.name for spec in plan.sources}
        gone = {spec.name for spec in self._plan.sources if spec.name not in expected} | set(rebound)
        if plan == self._plan and not gone:
            return []
        self.reported.drop(gone)
        taken = {name: [p for p, cell in self._cells.items() if cell.observation.source == name] for name in gone}
        self._plan = plan
        for parameters in taken.values():
            for parameter in parameters:
                del self._cells[parameter]
        if self._last_data is not None and self._last_data.source in gone:
            self._last_data = None
        return self.alarms.replan(plan.sources, taken, plan.demo, now, utc, by)

    # --- the picture ---------------------------------------------------------------------------------------------

    def refresh(self, now: float, utc: datetime) -> BedSnapshot:
        """The picture of the bed; the same object as before when nothing in it has changed."""
        new = BedSnapshot(
            bed=self.name,
            state=self._state(),
            version=self.snapshot.version,
            patient=self.patient,
            pump=self._summary(utc),
            readings=self._readings(now),
            liveness=self.technical.liveness(now),
            last_data_at=self._last_data.received_at if self._last_data else None,
            last_data_stamp=self._last_data.stamp if self._last_data else None,
            alarms=self.alarms.alarms(),
            patterns=self.alarms.views(),
            baseline=self._baseline(),
            pump_events=tuple(self.pump_events),
            findings=tuple(self.findings),
            last_alarm=self._last_alarm,
            standby_reason=self.standby_reason,
            standby_since=self.standby_since,
            offered_patient_id="" if self.patient else self.offered_patient_id,
            trend=self.trend.trend,
            demo=self._plan.demo or bool(self.patient and self.patient.demo),
            limits=self.alarms.limits_view,
            pump_card=self.pump_card,
            reservoir=self._reservoir_now(),
            device_alerts=self.reported.view,
            labs=self.labs,
            questions=self.questions,
        )
        if not _same(new, self.snapshot):
            self.snapshot = replace(new, version=self.snapshot.version + 1)
        return self.snapshot

    def _state(self) -> BedState:
        if self.standby_reason:
            return BedState.STANDBY
        if self.patient is not None:
            return BedState.MONITORED
        return BedState.NOT_ADMITTED if self._cells else BedState.EMPTY

    def _baseline(self) -> Baseline:
        patterns = self.alarms.patterns
        return _NO_BASELINE if patterns is None else patterns.baseline

    def _summary(self, utc: datetime) -> PumpSummary | None:
        if self.patient is None:
            return None
        # Events lie in the past when they are charted; the summary changes with the list, not with the clock.
        key = (self.patient, len(self.pump_events), self.pump_events[-1:] and self.pump_events[-1].id)
        if self._pump[0] != key:
            self._pump = key, summarise(self.pump_events, self.patient.pump_known, utc)
        return self._pump[1]

    def _reservoir_now(self) -> Reservoir | None:
        card = self.pump_card
        if card is None:
            return None
        key = (card, len(self.pump_events), self.pump_events[-1:] and self.pump_events[-1].id)
        if self._reservoir[0] != key:
            self._reservoir = key, reservoir(card, self.pump_events)
        return self._reservoir[1]

    def _readings(self, now: float) -> tuple[Reading, ...]:
        changed = len(self._cells) != len(self.snapshot.readings)
        readings = []
        for parameter in sorted(self._cells, key=_ORDER.__getitem__):
            cell = self._cells[parameter]
            before = cell.reading
            reading = self._reading(parameter, cell, now)
            changed = changed or reading is not before
            readings.append(reading)
        return tuple(readings) if changed else self.snapshot.readings

    def _reading(self, parameter: Parameter, cell: _Cell, now: float) -> Reading:
        observation, before = cell.observation, cell.reading
        liveness = self.technical.reading_liveness(parameter, observation.source, cell.stamp, now)
        limits = self.alarms.limits.limits(parameter)
        low, high = (limits.low, limits.high) if limits else (None, None)
        if before is not None and before.liveness is liveness and before.low == low and before.high == high:
            return before
        judged = liveness is not Liveness.NO_DATA
        cell.reading = Reading(
            parameter,
            observation.value,
            observation.status,
            liveness,
            observation.measured_at,
            cell.stamp,
            observation.source,
            observation.site,
            low,
            high,
            self.alarms.limits.breach(parameter, observation.value) if judged else 0,
            self.technical.late(parameter, observation.source),
        )
        return cell.reading


_COMPARED = tuple(
    field.name for field in fields(BedSnapshot) if field.name not in ("version", "pump_events", "findings")
)


def _same(new: BedSnapshot, old: BedSnapshot) -> bool:
    """Equal by identity or value; the charted lists are compared by length and last entry through `==`."""
    for name in _COMPARED:
        a, b = getattr(new, name), getattr(old, name)
        if a is not b and (isinstance(a, tuple) or a != b):
            return False
    return new.pump_events == old.pump_events and new.findings == old.findings
