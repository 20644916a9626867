"""Both pattern detectors for one admitted patient, driven by what arrives and by the time it is told.

Pure and incremental: an observation costs the same whatever came before; everything else happens once a whole minute
of engine time, and at once for a validated set or for something charted. How often `advance` is called changes
nothing, because minutes are judged at their own ends.

Decision: values that arrive for a minute already judged do not reopen it (a late cuff or spot reading counts from its
arrival, with its own time as its age); the specification's retrospective re-evaluation would need the whole history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import floor, inf

from console.alarms.alarm import Condition, Kind, Stage
from console.alarms.detector import Detector, OverdoseDetector, Situation, WithdrawalDetector
from console.alarms.detector_health import DetectorHealth
from console.alarms.detector_rules import DetectorRules
from console.alarms.explain import PatternView
from console.alarms.findings import FindingsChart
from console.alarms.learned_baseline import BaselineKeeper
from console.alarms.news2 import news2
from console.alarms.pattern_account import PatternAccount
from console.alarms.reduction import MINUTE
from console.alarms.signs import VitalSigns
from console.alarms.windows import PumpWindows
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.patient import Baseline, Patient, RiskFlag
from drivers.observation import Parameter, Status

STREAM_SILENT_S = 900.0
"""After a quarter of an hour without a stream the values of a patient are those of validated sets."""

HISTORY = 64


class PatternMonitor:
    """Both detectors for one admitted patient.

    now: engine time of admission. windows: weights that replace the computed ones, by "w" and "o"; a missing one is
    computed. validated: the values come as validated sets from the start (`observe_set`).
    """

    def __init__(
        self,
        rules: DetectorRules,
        patient: Patient,
        now: float,
        *,
        windows: Mapping[str, int] | None = None,
        validated: bool = False,
    ) -> None:
        self._rules = rules
        self._patient = patient
        self._started = now
        self._signs = VitalSigns(rules)
        self._windows = PumpWindows(rules.windows, patient, windows)
        self._findings = FindingsChart(rules.findings, rules.withdrawal.findings)
        self._keeper = BaselineKeeper(rules.baseline, patient.baseline)
        self._baseline = self._keeper.baseline
        self._withdrawal = WithdrawalDetector(rules, sci=RiskFlag.SCI_T6 in patient.flags)
        self._overdose = OverdoseDetector(rules)
        self._detectors: tuple[Detector, Detector] = (self._withdrawal, self._overdose)
        self._health = DetectorHealth(rules.health, rules.windows, now)
        self._account = PatternAccount(self._findings, self._windows)
        self._next = floor(now / MINUTE) * MINUTE + MINUTE
        self._now = now
        self._set_at: float | None = now if validated else None
        self._litres: float | None = None
        self._oxygen_until = -inf
        self._idle_minutes = 0
        self._valid_until = -inf
        self._news2 = 0
        self._seen = (0, 0)
        self._situation = self._situate(now)
        self._evaluated = False
        self._changed = True
        self._conditions: tuple[Condition, ...] | None = None
        self._shown: dict[Kind, Condition] = {}
        self._views: tuple[PatternView, ...] | None = None
        self._histories: tuple[list[tuple[datetime, Stage]], ...] = ([], [])

    # --- what arrives --------------------------------------------------------------------------------------------

    def observe(
        self,
        parameter: Parameter,
        value: float | None,
        status: Status,
        stamp: float,
        measured: float | None = None,
        site: str | None = None,
        source: str = "",
    ) -> None:
        """Take a sample in the order of stamps. measured: engine time the value belongs to, None for `stamp`."""
        if stamp >= self._next:
            self._close_until(stamp)
        self._signs.observe(parameter, value, status, stamp, measured, site, source)

    def observe_set(self, values: Mapping[Parameter, float], stamp: float) -> tuple[Parameter, ...]:
        """Take a full set of vital signs confirmed by a nurse: it counts at once.

        Gives the parameters whose value lies outside its valid range and was not taken.
        """
        self._close_until(stamp)
        self._set_at = self._now = stamp
        refused = self._signs.confirm(values, stamp)
        self._learn_readings(stamp)
        self._situation = self._situate(stamp)
        for detector in self._detectors:
            if detector.validated(self._situation):
                self._stepped(detector, stamp)
        self._after(stamp)
        return refused

    def apnoea(self, seconds: float, stamp: float) -> None:
        """A device declares an apnoea of `seconds`; shorter than the rule it changes nothing."""
        if seconds < self._rules.overdose.rr.apnoea_s:
            return
        self._close_until(stamp)
        self._now = stamp
        self._situation = self._situate(stamp)
        if self._overdose.apnoea(self._situation):
            self._stepped(self._overdose, stamp)
        self._after(stamp)

    def cuff_started(self, stamp: float) -> None:
        """A device tells that its cuff begins to inflate."""
        if stamp >= self._next:
            self._close_until(stamp)
        self._signs.cuff_started(stamp)

    def oxygen(self, litres_per_minute: float, stamp: float) -> None:
        """Supplemental oxygen is given at this flow; new or raised oxygen counts for an hour.

        The first flow reported is new unless the patient is known to have oxygen.
        """
        usual = inf if self._litres is None and RiskFlag.SUPPLEMENTAL_OXYGEN in self._patient.flags else 0.0
        if litres_per_minute > (usual if self._litres is None else self._litres):
            self._oxygen_until = stamp + self._rules.findings.oxygen_min * MINUTE
            self._valid_until = -inf
        self._litres = litres_per_minute

    # --- what is charted -----------------------------------------------------------------------------------------

    def chart_finding(self, finding: NurseObservation) -> None:
        """Take a finding; a stage that rests on findings alone is raised at once. Raises ValueError: unknown code."""
        self._findings.chart(finding)
        self._recharted(finding.at.timestamp())

    def chart_pump_event(self, event: PumpEvent) -> None:
        """Take a pump event: it opens or closes windows."""
        self._windows.chart(event)
        self._recharted(event.at.timestamp())

    def strike(self, entry_id: str) -> None:
        """Take back a finding or a pump event by its id."""
        if self._findings.strike(entry_id) or self._windows.strike(entry_id):
            self._recharted(self._now)

    def set_baseline(self, baseline: Baseline) -> None:
        """Chart usual values. Raises BaselineRefusedError while a pattern stands, for values that are set already."""
        quiet = all(detector.stage is Stage.NONE for detector in self._detectors)
        self._keeper.chart(baseline, quiet=quiet)
        self._baseline = self._keeper.baseline
        self._recharted(self._now)

    @property
    def baseline(self) -> Baseline:
        """Usual values charted or learned, None where a default stands; the same object while nothing changes."""
        return self._baseline

    # --- time passes ---------------------------------------------------------------------------------------------

    def advance(self, now: float) -> bool:
        """Judge every whole minute that has ended by `now`; True when something shown has changed since last asked."""
        if now >= self._next:
            self._close_until(now)
        changed, self._changed = self._changed, False
        return changed

    def conditions(self) -> tuple[Condition, ...]:
        """Pattern conditions at watch or above and technical ones, the same tuple while nothing changes."""
        if self._conditions is None:
            patterns = [self._pattern(detector) for detector in self._detectors if detector.stage is not Stage.NONE]
            self._conditions = (*patterns, *self._health.conditions())
        return self._conditions

    def views(self) -> tuple[PatternView, ...]:
        """The detectors' own accounts, the same tuple while nothing changes."""
        if self._views is None:
            self._views = tuple(
                self._account.view(
                    detector,
                    self._situation,
                    started=self._evaluated,
                    degraded=self._health.degraded(detector.kind),
                    sampling=self._health.sampling,
                    excluded=self._excluded(),
                    history=tuple(history),
                )
                for detector, history in zip(self._detectors, self._histories, strict=True)
            )
        return self._views

    @property
    def news2(self) -> int:
        """NEWS2 of the values that count at the last evaluation; missing ones score 0."""
        return self._news2

    def stages(self) -> tuple[Stage, Stage]:
        """Stages of W and O."""
        return self._withdrawal.stage, self._overdose.stage

    def _pattern(self, detector: Detector) -> Condition:
        """The condition of a detector, the same object as before when nothing in it has changed."""
        condition = self._account.condition(detector, self._situation)
        before = self._shown.get(detector.kind)
        if before is None or condition != before:
            self._shown[detector.kind] = before = condition
        return before

    # --- inside --------------------------------------------------------------------------------------------------

    def _close_until(self, now: float) -> None:
        while self._next <= now:
            end = self._next
            self._next += MINUTE
            self._close_minute(end)

    def _close_minute(self, end: float) -> None:
        signs = self._signs
        idle = signs.idle
        self._now = end
        self._idle_minutes = self._idle_minutes + 1 if idle else 0
        if self._idle_minutes > self._rules.reduction.running_minutes and end < self._valid_until:
            self._repeat(end)
            return
        signs.close_minute(end, same_arm=self._findings.active(end).same_arm)
        if not idle:
            self._learn_minute(end)
        self._situation = self._situate(end)
        for detector in self._detectors:
            if detector.minute(self._situation):
                self._stepped(detector, end)
        if not idle and not self._keeper.complete:
            quiet = self._news2 <= self._rules.baseline.news2_maximum and self.stages() == (Stage.NONE, Stage.NONE)
            if self._keeper.minute(end, quiet=quiet):
                self._baseline = self._keeper.baseline
        self._valid_until = min(
            signs.expires(end), self._findings.valid_until, self._windows.valid_until, self._oxygen_end(end)
        )
        self._after(end)

    def _repeat(self, end: float) -> None:
        """Nothing has arrived for minutes and nothing has expired: the last judgement stands for this minute too."""
        self._situation.now = end
        for detector in self._detectors:
            if detector.repeat(self._situation):
                self._stepped(detector, end)
        self._after(end)

    def _situate(self, now: float) -> Situation:
        signs = self._signs.judge(now)
        usual = self._keeper.usual
        findings = self._findings.active(now)
        self._news2 = news2(
            rr=signs.rr,
            spo2=signs.spo2,
            sbp=signs.sbp,
            hr=signs.hr,
            temp=signs.temp,
            on_oxygen=bool(self._litres) or (self._litres is None and self._on_oxygen),
            scale_2=RiskFlag.COPD in self._patient.flags,
        )
        return Situation(
            now,
            signs,
            usual,
            findings,
            self._windows.weights(now),
            new_oxygen=now < self._oxygen_until or findings.oxygen,
            cannula_doubtful=self._signs.cannula_doubtful(signs, usual.spo2),
            sets_only=self._sets_only(now),
        )

    @property
    def _on_oxygen(self) -> bool:
        return RiskFlag.SUPPLEMENTAL_OXYGEN in self._patient.flags

    def _sets_only(self, now: float) -> bool:
        if self._set_at is None:
            return False
        stream_at = self._signs.stream_at
        return stream_at is None or now - stream_at > STREAM_SILENT_S

    def _oxygen_end(self, now: float) -> float:
        return self._oxygen_until if self._oxygen_until > now else inf

    def _recharted(self, at: float) -> None:
        """Judge what was charted; an entry of the past counts from now on, one of the future from its time."""
        now = self._now = max(self._now, at) if at < self._next else self._now
        self._valid_until = -inf
        self._situation = self._situate(now)
        for detector in self._detectors:
            if detector.charted(self._situation):
                self._stepped(detector, now)
        self._after(now)

    def _learn_minute(self, end: float) -> None:
        if self._keeper.complete:
            return
        for name, value in (
            ("hr", self._signs.minute_hr),
            ("rr", self._signs.minute_rr),
            ("spo2", self._signs.minute_spo2),
        ):
            if value is not None:
                self._keeper.collect(name, value, end)
        self._learn_readings(end)

    def _learn_readings(self, now: float) -> None:
        cuff, temp = self._signs.cuff, self._signs.temp
        seen, self._seen = self._seen, (cuff.readings, temp.readings)
        if cuff.readings > seen[0] and cuff.confirmed is not None:
            self._keeper.collect("sbp", cuff.confirmed.sys, now)
            if cuff.confirmed.dia is not None:
                self._keeper.collect("dbp", cuff.confirmed.dia, now)
        if temp.readings > seen[1] and temp.value is not None:
            self._keeper.collect("temp", temp.value, now)

    def _stepped(self, detector: Detector, now: float) -> None:
        history = self._histories[self._detectors.index(detector)]
        history.append((datetime.fromtimestamp(now, UTC), detector.stage))
        del history[:-HISTORY]
        if detector is self._withdrawal and detector.stage >= Stage.WARNING:
            self._windows.withdrawal_warned(now)

    def _after(self, now: float) -> None:
        self._evaluated = True
        self._health.evaluate(now, self._situation, self._signs, self._windows, *self.stages())
        self._changed = True
        self._conditions = self._views = None

    def _excluded(self) -> tuple[str, ...]:
        signs, notes = self._signs, []
        if signs.pulse_instead:
            notes.append("Heart rate and pulse rate disagree: pulse rate is used where perfusion allows")
        if signs.overlaid:
            notes.append("Breathing rate follows the heart rate: not used")
        if signs.cuff_held:
            notes.append("SpO2 while the cuff inflates on the same arm: not used")
        if signs.saturation_held:
            notes.append("SpO2 fell with nothing else changing: not used until it returns")
        if signs.temp.doubtful:
            notes.append("Temperature jumped: not used until three readings agree")
        if signs.cuff.provisional:
            notes.append("Blood pressure jumped: counts for watch only until the next reading")
        if self._situation.findings.activity:
            notes.append("Activity charted: HR, RR and high BP do not count")
        return tuple(notes)
