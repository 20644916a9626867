"""All alarms of one bed: patterns, limits and technical conditions, and the life of what they raise.

The live engine and the replay drive the same object, so that a replay shows what would have alarmed. Pure: engine
time and wall time are passed in. Observations of one bed come in the order of their stamps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from console.alarms.alarm import Alarm, Change, Condition, Kind, Presence, Transition
from console.alarms.alarm_rules import AlarmRules
from console.alarms.carried import CarriedAlarms, is_of_the_patient
from console.alarms.escalation import EscalationRules
from console.alarms.explain import PatternView
from console.alarms.late_notes import LateNotes, late_since
from console.alarms.lifecycle import UNDO_S, LifeCycle
from console.alarms.limit_monitor import LimitMonitor
from console.alarms.patient_limits import LimitsView, laid_over
from console.alarms.pattern_monitor import PatternMonitor
from console.alarms.restored import RestoredPatterns
from console.alarms.technical import TechnicalMonitor
from console.alarms.technical_source import SourceSpec
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.limits import LimitSetting
from console.ward.patient import Baseline, Patient
from console.ward.pump_card import PumpCard
from console.ward.source import SourceState
from drivers.observation import DeviceAlert, Observation, Parameter, Status

APNOEA_CODES = frozenset({"apnoea", "apnea", "no_breath"})
"""Device alerts that mean: no breath seen for the device's own apnoea time."""

CUFF_CODE = "cuff_inflating"
"""Device alert that lasts as long as the cuff inflates and deflates."""

DEVICE_APNOEA_S = 30.0
"""A monitor declares apnoea after 20 to 30 s by default; what it declares counts as the apnoea of the detector."""


class BedAlarms:
    """The alarms of one bed.

    new_id: gives identifiers unique for ever. sources: what the bed expects to hear from, for technical alarms; None
    switches them off (recorded data have gaps that mean nothing). started: engine time at which waiting begins.
    escalation: when unanswered alarms are told again, None for never. remember: keep the last hours, so that late
    values can be judged (`reassess`); recorded data come in order. zone: of clock times in the words of a condition.
    """

    def __init__(
        self,
        bed: str,
        rules: AlarmRules,
        new_id: Callable[[], str],
        demo: bool = False,
        *,
        sources: Iterable[SourceSpec] | None = None,
        started: float = 0.0,
        escalation: EscalationRules | None = None,
        remember: bool = False,
        zone: tzinfo = UTC,
    ) -> None:
        self.bed = bed
        self.patient: Patient | None = None
        self.standby = False
        self._rules = rules
        self._lifecycle = LifeCycle(bed, new_id, demo=demo, escalation=escalation)
        self.limits = LimitMonitor(rules.limits)
        self.limits_view = LimitsView(rules.limits, rules.limits)
        self.technical = None if sources is None else TechnicalMonitor(sources, started, bed)
        self.patterns: PatternMonitor | None = None
        self._baseline: Baseline | None = None
        self._held = RestoredPatterns()
        self._turnover = False
        self._remember = remember
        self.late_notes = LateNotes(zone)

    # --- who lies here -------------------------------------------------------------------------------------------

    def admit(
        self,
        patient: Patient,
        pump_events: Sequence[PumpEvent] = (),
        findings: Sequence[NurseObservation] = (),
        *,
        now: float,
        windows: Mapping[str, int] | None = None,
        validated: bool = False,
    ) -> None:
        """Start the pattern detectors for a patient. Alarms of the bed from before go on under the patient's name
        with the next `advance`. windows: overrides the computed pump windows. validated: see PatternMonitor."""
        self.patient = patient
        self.patterns = PatternMonitor(
            self._rules.detectors, patient, now, windows=windows, validated=validated, remember=self._remember
        )
        self.patterns.take_up(pump_events, findings)
        if self.technical is not None:
            self.technical.restart(now)
        self._fit_limits()
        if self._lifecycle.alarms():
            self._turnover = True

    def discharge(self, now: float, utc: datetime, by: str = "") -> list[Transition]:
        """The patient has left: every alarm ends, and nothing measured on him counts for the next one."""
        out = self._lifecycle.end_all(now, utc, by)
        self.patient = None
        self.patterns = None
        self._baseline = None
        self._held.clear()
        self.late_notes.clear()
        self.limits.reset()
        self.limits.set_rules(self._rules.limits)
        self.limits_view = LimitsView(self._rules.limits, self._rules.limits)
        if self.technical is not None:
            self.technical.forget_sensors()
        return out

    def hand_over(self, now: float, utc: datetime, by: str) -> tuple[CarriedAlarms, list[Transition]]:
        """The patient goes to another bed of the ward with everything that is his: detectors, baseline, limits, alarms.
        What of this bed's own sources is wrong goes on here as a new occurrence."""
        views = self.limits, self.limits_view, self.late_notes, self.standby
        going = self._lifecycle.release(is_of_the_patient)
        carried = CarriedAlarms(self.patterns, self._baseline, self._held, *views, going)
        self._held, self.late_notes = RestoredPatterns(), LateNotes(self.late_notes.zone)
        self.limits = LimitMonitor(self._rules.limits)
        self.standby = False
        return carried, self.discharge(now, utc, by)

    def take_over(
        self, patient: Patient, carried: CarriedAlarms, now: float, utc: datetime, by: str
    ) -> list[Transition]:
        """A patient has come from another bed; nothing measured here before counts for him."""
        ended = self._lifecycle.end_all(now, utc, by)
        self.patient, self.patterns = patient, carried.patterns
        self._baseline, self._held = carried.baseline, carried.held
        self.limits, self.limits_view = carried.limits, carried.limits_view
        self.late_notes, self.standby, self._turnover = carried.late_notes, carried.standby, False
        if self.technical is not None:
            self.technical.forget_sensors()
            self.technical.restart(now)
        return ended + self._lifecycle.adopt(carried.alarms, now, utc, by)

    def close(self, now: float, utc: datetime, by: str) -> list[Transition]:
        """The bed is taken out of the ward: every alarm ends."""
        return self._lifecycle.end_all(now, utc, by)

    def set_standby(self, on: bool, now: float, utc: datetime, by: str = "") -> list[Transition]:
        """Suspend or resume: while suspended nothing alarms; what still holds afterwards is a new occurrence."""
        self.standby = on
        if on:
            return self._lifecycle.end_all(now, utc, by)
        if self.technical is not None:
            self.technical.restart(now)
        return []

    def set_limits(self, own: tuple[LimitSetting, ...], by: str, now: float) -> None:
        """Use these limits for the admitted patient in place of the ward's, from now on; () for the ward's again.

        Gaps, ranges and order must have been checked (patient_limits.faults). No alarm ends by it before a value says
        so. The systolic rule of spinal injury still tightens what is set here.
        """
        self.limits_view = replace(self.limits_view, own=own, by=by)
        self._fit_limits()
        self.limits.judge_again(now)

    def reflag(self, patient: Patient) -> None:
        """The same patient with other risk flags or numbers: what rests on them follows from now on."""
        if self.patient is not None and self.patient.patient_id != patient.patient_id:
            self._lifecycle.rename(patient.patient_id)
        self.patient = patient
        if self.patterns is not None:
            self.patterns.reflag(patient)
        self._fit_limits()

    def chart_finding(self, finding: NurseObservation) -> None:
        """A finding of the admitted patient."""
        if self.patterns is not None:
            self.patterns.chart_finding(finding)

    def chart_pump_event(self, event: PumpEvent) -> None:
        """A pump event of the admitted patient."""
        if self.patterns is not None:
            self.patterns.chart_pump_event(event)

    def set_pump_cards(self, cards: Sequence[PumpCard]) -> None:
        """The pump cards of the admitted patient, every version, oldest first."""
        if self.patterns is not None:
            self.patterns.set_pump_cards(cards)

    def strike(self, entry_id: str) -> None:
        """Take a charted finding or pump event back."""
        if self.patterns is not None:
            self.patterns.strike(entry_id)

    # --- what arrives --------------------------------------------------------------------------------------------

    def observe(self, observation: Observation) -> None:
        """Take one value as received."""
        lag = 0.0
        if observation.measured_at is not observation.received_at:
            lag = (observation.received_at - observation.measured_at).total_seconds()
        self.observe_value(
            observation.parameter,
            observation.value,
            observation.status,
            observation.stamp,
            lag,
            observation.site,
            observation.source,
        )

    def observe_value(
        self,
        parameter: Parameter,
        value: float | None,
        status: Status,
        stamp: float,
        lag: float = 0.0,
        site: str | None = None,
        source: str = "",
    ) -> None:
        """The same without an Observation around it. stamp: engine time of reception; lag: seconds by which the value
        is older than that. An old value is never judged as the present one."""
        if self.technical is not None:
            if lag > 0.0 and lag > self.technical.stands(parameter, source):
                # It does not even show that the source is alive now.
                self.late_value(parameter, value, status, stamp, lag, site, source)
                return
            self.technical.observe(parameter, status, stamp, source)
        self.limits.observe(parameter, value, status, stamp)
        if self.patterns is not None:
            self.patterns.observe(parameter, value, status, stamp, stamp - lag if lag > 0.0 else None, site, source)
        if self._held.standing and status is Status.VALID:
            self._held.heard(parameter, stamp)

    def late_value(
        self,
        parameter: Parameter,
        value: float | None,
        status: Status,
        stamp: float,
        lag: float,
        site: str | None = None,
        source: str = "",
    ) -> None:
        """A value that is no present one: the patterns alone are judged again with it, in its own minute."""
        if self.patterns is not None:
            self.patterns.late(parameter, value, status, stamp, stamp - lag, site, source)

    def reassess(self, minutes: int, now: float) -> int:
        """Judge at most so many minutes of the past again; see PatternMonitor.reassess."""
        return 0 if self.patterns is None else self.patterns.reassess(minutes, now)

    def observe_set(self, values: Mapping[Parameter, float], stamp: float) -> tuple[Parameter, ...]:
        """A full set of vital signs confirmed by a nurse: patterns need no persistence for it.

        Gives the parameters that lie outside what can be measured and so count for no pattern.
        """
        for parameter, value in values.items():
            self.limits.observe(parameter, value, Status.VALID, stamp)
        return () if self.patterns is None else self.patterns.observe_set(values, stamp)

    def device_alert(self, alert: DeviceAlert, source: str, stamp: float) -> None:
        """An alert of the device itself. Only a declared apnoea and the start of a cuff are judged here; all others
        are shown as reported."""
        if self.technical is not None:
            self.technical.heard(source, stamp)
        if alert.code in APNOEA_CODES:
            self.limits.apnoea(source, alert.text, alert.active, stamp)
            if alert.active and self.patterns is not None:
                self.patterns.apnoea(DEVICE_APNOEA_S, stamp)
        elif alert.code == CUFF_CODE and alert.active and self.patterns is not None:
            self.patterns.cuff_started(stamp)

    def link(self, source: str, state: SourceState, error: str, now: float) -> None:
        """The state of the link of one of the bed's sources has become known."""
        if self.technical is not None:
            self.technical.link(source, state, error, now)

    def replan(
        self,
        sources: Iterable[SourceSpec],
        rebound: Mapping[str, Collection[Parameter]],
        demo: bool,
        now: float,
        utc: datetime,
        by: str,
    ) -> list[Transition]:
        """Expect other sources from now on, because a person has said so. rebound: sources that have left the bed or
        lead to another device now, each with the parameters whose newest value is its own.

        Alarms that only they could have ended, end: with the next step they are over, or wait for an answer.
        """
        out = self.advance(now, utc)
        if self.technical is not None:
            self.technical.replan(sources, rebound.keys(), now)
        for source, parameters in rebound.items():
            self.limits.forget(parameters, source)
        self._lifecycle.demo = demo
        return out + [replace(t, by=by) if t.change is Change.CLEAR else t for t in self.advance(now, utc)]

    # --- time passes ---------------------------------------------------------------------------------------------

    def advance(self, now: float, utc: datetime) -> list[Transition]:
        """Let time pass up to `now`: what happened to the alarms of the bed, in order."""
        if self.patterns is not None:
            if self.patterns.advance(now):
                for finding in self.patterns.take_told():
                    self.late_notes.add(finding, now)
            if self.patterns.baseline is not self._baseline:
                self._fit_limits()
        self.late_notes.advance(now)
        self.limits.advance(now)
        if self.technical is not None:
            self.technical.advance(now, occupied=self.patient is not None)
        if self.standby:
            return []
        out: list[Transition] = []
        if self._turnover:
            self._turnover = False
            out += self._lifecycle.end_all(now, utc)
        if self._held.standing:
            self._held.advance(() if self.patterns is None else self.patterns.conditions(), now)
        out += self._lifecycle.step(self.conditions(), now, utc, self.patient.patient_id if self.patient else "")
        return out

    def next_due(self) -> float | None:
        """The earliest engine time at which a delay ends or a sound returns; a virtual clock should stop there."""
        silence = None if self.technical is None else self.technical.next_due()
        due = (self.limits.next_due(), self._lifecycle.next_due(), silence)
        return min((at for at in due if at is not None), default=None)

    def acknowledge(self, alarm_id: str, version: int, by: str, reason: str, now: float, utc: datetime) -> Transition:
        """Answer one occurrence as seen at `version`. Raises lifecycle.RefusedError with a plain sentence."""
        transition = self._lifecycle.acknowledge(alarm_id, version, by, reason, now, utc)
        self.late_notes.acknowledged(transition.alarm.condition.key, now)
        return transition

    def undo(self, alarm_id: str, by: str, now: float, utc: datetime, within_s: float = UNDO_S) -> Transition:
        """Take an acknowledgement back within five seconds. Raises lifecycle.RefusedError."""
        transition = self._lifecycle.undo(alarm_id, by, now, utc, within_s)
        self.late_notes.undone(transition.alarm.condition.key)
        return transition

    def shown_before(self, steps: Iterable[Transition]) -> None:
        """The journal of the admitted patient's pattern alarms from before a restart, oldest first."""
        if self.patterns is not None:
            self.patterns.shown_before(steps)

    def restore(self, alarms: Iterable[Alarm], now: float, utc: datetime) -> list[Transition]:
        """Take up the alarms that were not over before a restart. Call it after `admit`."""
        taken = [alarm for alarm in alarms if alarm.bed == self.bed]
        self._turnover = False
        for alarm in taken:
            condition = alarm.condition
            if alarm.presence is not Presence.ACTIVE:
                continue
            if condition.kind.is_pattern:
                self._held.add(condition, now)
            elif condition.kind is Kind.LIMIT:
                self.limits.restore(condition)
            elif late_since(condition) is not None:
                age_s = (utc - alarm.raised_at).total_seconds()
                self.late_notes.restore(condition, age_s, now, answered=alarm.acknowledged is not None)
            elif self.technical is not None:
                self.technical.restore(condition, now)
        return self._lifecycle.restore(taken, now, utc)

    # --- what stands ---------------------------------------------------------------------------------------------

    def alarms(self) -> tuple[Alarm, ...]:
        """Alarms that are not over, most urgent first; the same tuple while nothing has changed."""
        return self._lifecycle.alarms()

    def holds(self, alarm_id: str) -> bool:
        """True when the alarm belongs to this bed and is not over."""
        return self._lifecycle.holds(alarm_id)

    def conditions(self) -> tuple[Condition, ...]:
        """Everything that holds now."""
        patterns = () if self.patterns is None else self.patterns.conditions()
        technical = () if self.technical is None else self.technical.conditions()
        if self._held.standing:
            patterns = self._held.among(patterns)
        return (*patterns, *self.limits.conditions(), *technical, *self.late_notes.conditions())

    def views(self) -> tuple[PatternView, ...]:
        """The detectors' own accounts; empty when nobody is admitted."""
        return () if self.patterns is None else self.patterns.views()

    def _fit_limits(self) -> None:
        if self.patient is None or self.patterns is None:
            return
        self._baseline = self.patterns.baseline
        ward, own = self._rules.limits, self.limits_view.own
        rules = laid_over(ward, own).for_patient(self.patient.flags, self._baseline.sbp)
        self.limits_view = LimitsView(ward, rules, own, self.limits_view.by)
        self.limits.set_rules(rules)
