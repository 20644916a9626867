"""Both pattern detectors for one admitted patient, driven by what arrives and by the time it is told.

Pure and incremental: an observation costs the same whatever came before; everything else happens once a whole minute
of engine time, and at once for a validated set or for something charted. How often `advance` is called changes
nothing, because minutes are judged at their own ends.

What arrives for a minute that has been judged already reopens it: `reassess` judges the last hours again, a few minutes
at a time, and what comes of it is in force at the end of a minute (see retrospect.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from console.alarms.alarm import Condition, Kind, Stage, Transition
from console.alarms.detector import Detector
from console.alarms.detector_health import DetectorHealth
from console.alarms.detector_rules import DetectorRules
from console.alarms.explain import PatternView
from console.alarms.late_course import LateFinding
from console.alarms.pattern_account import PatternAccount
from console.alarms.pattern_judge import PatternJudge
from console.alarms.retrospect import LATE_S, SINGLE, Retrospect
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.patient import Baseline, Patient
from console.ward.pump_card import PumpCard
from drivers.observation import Parameter, Status


class PatternMonitor:
    """Both detectors for one admitted patient.

    now: engine time of admission, or of the start of the console. windows: weights that replace the computed ones, by
    "w" and "o"; a missing one is computed. validated: the values come as validated sets from the start
    (`observe_set`). remember: keep the last hours, for `late` and `reassess`.
    """

    def __init__(
        self,
        rules: DetectorRules,
        patient: Patient,
        now: float,
        *,
        windows: Mapping[str, int] | None = None,
        validated: bool = False,
        remember: bool = False,
    ) -> None:
        self._judge = PatternJudge(rules, patient, now, windows, validated=validated)
        self._signs, self._next = self._judge.signs, self._judge.next
        self._past = Retrospect(self._judge, patient.admitted_at.timestamp()) if remember else None
        self._baseline = self._judge.keeper.baseline
        self._usual = self._judge.keeper.usual
        self._health = DetectorHealth(rules.health, rules.windows, now)
        self._account = PatternAccount(self._judge.findings, self._judge.windows)
        self._evaluated = False
        self._changed = True
        self._conditions: tuple[Condition, ...] | None = None
        self._shown: dict[Kind, Condition] = {}
        self._views: tuple[PatternView, ...] | None = None

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
        if measured is not None and stamp - measured > LATE_S and parameter in SINGLE:
            self.late(parameter, value, status, stamp, measured, site, source)
        self._signs.observe(parameter, value, status, stamp, measured, site, source)

    def late(
        self,
        parameter: Parameter,
        value: float | None,
        status: Status,
        stamp: float,
        measured: float,
        site: str | None = None,
        source: str = "",
    ) -> bool:
        """Take a value that belongs to a minute of the past and is no present one; False when it is too old.

        stamp: engine time of its arrival, measured: that to which it belongs.
        """
        return self._past is not None and self._past.late((measured, parameter, value, status, site, source), stamp)

    def observe_set(self, values: Mapping[Parameter, float], stamp: float) -> tuple[Parameter, ...]:
        """Take a full set of vital signs confirmed by a nurse: it counts at once.

        Gives the parameters whose value lies outside its valid range and was not taken.
        """
        self._close_until(stamp)
        self._remember(stamp, "take_set", values)
        refused = self._judge.take_set(values, stamp)
        self._after(stamp)
        return refused

    def apnoea(self, seconds: float, stamp: float) -> None:
        """A device declares an apnoea of `seconds`; shorter than the rule it changes nothing."""
        if seconds < self._judge.rules.overdose.rr.apnoea_s:
            return
        self._close_until(stamp)
        self._remember(stamp, "take_apnoea")
        self._judge.take_apnoea(stamp)
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
        self._remember(stamp, "take_oxygen", litres_per_minute)
        self._judge.take_oxygen(litres_per_minute, stamp)

    # --- what comes late -----------------------------------------------------------------------------------------

    def reassess(self, minutes: int, now: float) -> int:
        """Judge the past again where late values have changed it, at most so many minutes of it at a time; gives how
        many it were, 0 when there is nothing to do. What comes of it is in force at the end of a minute."""
        return 0 if self._past is None else self._past.reassess(minutes, now)

    def shown_before(self, steps: Iterable[Transition]) -> None:
        """The journal of the pattern alarms from before a restart, oldest first: what was shown is not told again."""
        if self._past is not None:
            self._past.shown_before(steps)

    def take_told(self) -> list[LateFinding]:
        """What late values have shown and what is over, each once."""
        return [] if self._past is None else self._past.take_told()

    @property
    def refused(self) -> int:
        """Late values that were not judged: too old, or of a time before the patient came."""
        return 0 if self._past is None else self._past.refused

    # --- what is charted -----------------------------------------------------------------------------------------

    def take_up(self, pump_events: Iterable[PumpEvent], findings: Iterable[NurseObservation]) -> None:
        """What was charted before the start: known already, so that it reopens no minute. Raises ValueError."""
        for event in pump_events:
            self._judge.windows.chart(event)
            self._recharted(event.at.timestamp())
        for finding in findings:
            self._judge.findings.chart(finding)
            self._recharted(finding.at.timestamp())

    def chart_finding(self, finding: NurseObservation) -> None:
        """Take a finding; a stage that rests on findings alone is raised at once. Raises ValueError: unknown code."""
        self._judge.findings.chart(finding)
        self._recharted(finding.at.timestamp())
        self._reopen(finding.at.timestamp())

    def chart_pump_event(self, event: PumpEvent) -> None:
        """Take a pump event: it opens or closes windows."""
        self._judge.windows.chart(event)
        self._recharted(event.at.timestamp())
        self._reopen(event.at.timestamp())

    def set_pump_cards(self, cards: Sequence[PumpCard]) -> None:
        """Take the pump cards of the stay, every version, oldest first: they open windows by time alone."""
        self._judge.windows.set_cards(cards)
        self._recharted(self._judge.now)

    def reflag(self, patient: Patient) -> None:
        """The same patient with other overdose risks: they raise windows that are open, from now on."""
        self._judge.patient = patient
        self._judge.windows.set_overdose_risk(patient)
        self._recharted(self._judge.now)

    def strike(self, entry_id: str) -> None:
        """Take back a finding or a pump event by its id."""
        if self._judge.findings.strike(entry_id) or self._judge.windows.strike(entry_id):
            self._recharted(self._judge.now)
            self._reopen(0.0)

    def set_baseline(self, baseline: Baseline) -> None:
        """Chart usual values. Raises BaselineRefusedError while a pattern stands, for values that are set already."""
        keeper = self._judge.keeper
        keeper.chart(baseline, quiet=self.stages() == (Stage.NONE, Stage.NONE))
        self._usual, self._baseline = keeper.usual, keeper.baseline
        self._recharted(self._judge.now)

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
            patterns = [
                self._pattern(detector) for detector in self._judge.detectors if detector.stage is not Stage.NONE
            ]
            self._conditions = (*patterns, *self._health.conditions())
        return self._conditions

    def views(self) -> tuple[PatternView, ...]:
        """The detectors' own accounts, the same tuple while nothing changes."""
        if self._views is None:
            self._views = tuple(
                self._account.view(
                    detector,
                    self._judge.situation,
                    started=self._evaluated,
                    degraded=self._health.degraded(detector.kind),
                    sampling=self._health.sampling,
                    excluded=self._excluded(),
                    history=tuple(history),
                )
                for detector, history in zip(self._judge.detectors, self._judge.histories, strict=True)
            )
        return self._views

    @property
    def news2(self) -> int:
        """NEWS2 of the values that count at the last evaluation; missing ones score 0."""
        return self._judge.news2

    def stages(self) -> tuple[Stage, Stage]:
        """Stages of W and O."""
        return self._judge.stages()

    def holds(self) -> tuple[Stage, Stage]:
        """Stages of W and O whose rule has not been seen false since they were raised."""
        withdrawal, overdose = self._judge.detectors
        return withdrawal.holds, overdose.holds

    def _pattern(self, detector: Detector) -> Condition:
        """The condition of a detector, the same object as before when nothing in it has changed."""
        condition = self._account.condition(detector, self._judge.situation)
        before = self._shown.get(detector.kind)
        if before is None or condition != before:
            self._shown[detector.kind] = before = condition
        return before

    # --- inside --------------------------------------------------------------------------------------------------

    def _close_until(self, now: float) -> None:
        judge = self._judge
        while judge.next <= now:
            end = judge.next
            minute = judge.close_minute()
            if self._past is not None:
                self._past.minute_passed(minute)
            if judge.keeper.usual is not self._usual:
                self._usual, self._baseline = judge.keeper.usual, judge.keeper.baseline
            self._after(end)
        self._signs, self._next = judge.signs, judge.next

    def _recharted(self, at: float) -> None:
        self._judge.recharted(at)
        self._after(self._judge.now)

    def _remember(self, stamp: float, name: str, *given: object) -> None:
        if self._past is not None:
            self._past.event(stamp, name, *given)

    def _reopen(self, at: float) -> None:
        if self._past is not None:
            self._past.changed(at, self._judge.now)

    def _after(self, now: float) -> None:
        self._evaluated = True
        self._health.evaluate(now, self._judge.situation, self._judge.signs, self._judge.windows, *self.stages())
        self._changed = True
        self._conditions = self._views = None

    def _excluded(self) -> tuple[str, ...]:
        signs, notes = self._judge.signs, []
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
        if self._judge.situation.findings.activity:
            notes.append("Activity charted: HR, RR and high BP do not count")
        return tuple(notes)
