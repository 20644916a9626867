"""Both pattern detectors of one patient with everything they judge by: what of a monitor time and values change.

A `PatternJudge` takes minutes, live or from memory, and what happens between them. Pure: it is told every end of a
minute. Its whole state can be copied, so that the past can be judged again beside the present.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import floor, inf
from typing import Any

from console.alarms.alarm import Stage
from console.alarms.detector import Detector, OverdoseDetector, Situation, WithdrawalDetector
from console.alarms.detector_rules import DetectorRules
from console.alarms.findings import FindingsChart
from console.alarms.learned_baseline import BaselineKeeper, Usual
from console.alarms.minute import Minute
from console.alarms.news2 import news2
from console.alarms.reduction import MINUTE
from console.alarms.signs import VitalSigns
from console.alarms.windows import PumpWindows
from console.ward.patient import Patient, RiskFlag
from drivers.observation import Parameter

STREAM_SILENT_S = 900.0
"""After a quarter of an hour without a stream the values of a patient are those of validated sets."""

HISTORY = 64

_MADE_ANEW = frozenset(("rules", "patient", "windows", "findings", "keeper", "histories"))
"""What is not copied with the state: the rules, what is charted, and what was shown of it."""


class _SettledUsual(BaselineKeeper):
    """The usual values by which the past was judged; late values teach nothing."""

    @property
    def complete(self) -> bool:
        return True


class PatternJudge:
    """See PatternMonitor, which drives it.

    Everything but the rules, the patient, what is charted and the histories of the stages is state.
    """

    def __init__(
        self, rules: DetectorRules, patient: Patient, now: float, fixed: Mapping[str, int] | None, *, validated: bool
    ) -> None:
        self.rules, self.patient = rules, patient
        self.signs = VitalSigns(rules)
        self.windows = PumpWindows(rules.windows, patient, fixed)
        self.findings = FindingsChart(rules.findings, rules.withdrawal.findings)
        self.keeper = BaselineKeeper(rules.baseline, patient.baseline)
        self.withdrawal = WithdrawalDetector(rules, sci=RiskFlag.SCI_T6 in patient.flags)
        self.overdose = OverdoseDetector(rules)
        self.detectors: tuple[Detector, Detector] = (self.withdrawal, self.overdose)
        self.histories: tuple[list[tuple[datetime, Stage]], ...] = ([], [])
        self.next = floor(now / MINUTE) * MINUTE + MINUTE
        self.now = now
        self._set_at: float | None = now if validated else None
        self._litres: float | None = None
        self._oxygen_until = -inf
        self._idle_minutes = 0
        self._valid_until = -inf
        self.news2 = 0
        self._seen = (0, 0)
        self.situation = self._situate(now)

    def stages(self) -> tuple[Stage, Stage]:
        """Stages of W and O."""
        return self.withdrawal.stage, self.overdose.stage

    # --- minutes -------------------------------------------------------------------------------------------------

    def close_minute(self) -> Minute | None:
        """End the open minute; gives what it has come to, None when nothing arrived in it."""
        idle, end = self.signs.idle, self.next
        self.now, self.next = end, end + MINUTE
        if self._repeats(idle, end):
            self._repeat(end)
            return None
        minute = self.signs.close_minute(end, same_arm=self.findings.active(end).same_arm)
        self._judge_minute(end, idle)
        return minute

    def take_minute(self, minute: Minute | None) -> None:
        """The same with a minute out of memory."""
        end = self.next
        self.now, self.next = end, end + MINUTE
        if self._repeats(minute is None, end):
            self._repeat(end)
            return
        self.signs.take_minute(minute, end)
        self._judge_minute(end, minute is None)

    def _repeats(self, idle: bool, end: float) -> bool:
        self._idle_minutes = self._idle_minutes + 1 if idle else 0
        return self._idle_minutes > self.rules.reduction.running_minutes and end < self._valid_until

    def _judge_minute(self, end: float, idle: bool) -> None:
        signs = self.signs
        if not idle:
            self._learn_minute(end)
        self.situation = self._situate(end)
        for detector in self.detectors:
            if detector.minute(self.situation):
                self.stepped(detector, end)
        if not idle and not self.keeper.complete:
            quiet = self.news2 <= self.rules.baseline.news2_maximum and self.stages() == (Stage.NONE, Stage.NONE)
            self.keeper.minute(end, quiet=quiet)
        self._valid_until = min(
            signs.expires(end), self.findings.valid_until, self.windows.valid_until, self._oxygen_end(end)
        )

    def _repeat(self, end: float) -> None:
        """Nothing has arrived for minutes and nothing has expired: the last judgement stands for this minute too."""
        self.situation.now = end
        for detector in self.detectors:
            if detector.repeat(self.situation):
                self.stepped(detector, end)

    # --- between minutes -----------------------------------------------------------------------------------------

    def take_set(self, values: Mapping[Parameter, float], stamp: float) -> tuple[Parameter, ...]:
        """A full set of vital signs confirmed by a nurse counts at once; gives the parameters that were refused."""
        self._set_at = self.now = stamp
        refused = self.signs.confirm(values, stamp)
        self._learn_readings(stamp)
        self.situation = self._situate(stamp)
        for detector in self.detectors:
            if detector.validated(self.situation):
                self.stepped(detector, stamp)
        return refused

    def take_apnoea(self, stamp: float) -> None:
        """A device declares an apnoea long enough to count."""
        self.now = stamp
        self.situation = self._situate(stamp)
        if self.overdose.apnoea(self.situation):
            self.stepped(self.overdose, stamp)

    def take_oxygen(self, litres_per_minute: float, stamp: float) -> None:
        """Oxygen flows at this rate; new or raised oxygen counts for an hour.

        The first flow reported is new unless the patient is known to have oxygen.
        """
        usual = inf if self._litres is None and RiskFlag.SUPPLEMENTAL_OXYGEN in self.patient.flags else 0.0
        if litres_per_minute > (usual if self._litres is None else self._litres):
            self._oxygen_until = stamp + self.rules.findings.oxygen_min * MINUTE
            self._valid_until = -inf
        self._litres = litres_per_minute

    def recharted(self, at: float) -> None:
        """Judge what was charted; an entry of the past counts from now on, one of the future from its time."""
        now = self.now = max(self.now, at) if at < self.next else self.now
        self._valid_until = -inf
        self.situation = self._situate(now)
        for detector in self.detectors:
            if detector.charted(self.situation):
                self.stepped(detector, now)

    def stepped(self, detector: Detector, now: float) -> None:
        """The stage of a detector has moved."""
        history = self.histories[self.detectors.index(detector)]
        history.append((datetime.fromtimestamp(now, UTC), detector.stage))
        del history[:-HISTORY]
        if detector is self.withdrawal and detector.stage >= Stage.WARNING:
            self.windows.withdrawal_warned(now)

    # --- the state -----------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that values and time have changed; the objects themselves, to be frozen at once."""
        state = {name: value for name, value in vars(self).items() if name not in _MADE_ANEW}
        return {**state, "warned_at": self.windows.warned_at}

    def earlier(self, state: dict[str, Any]) -> PatternJudge:
        """A judge in this state of before, for judging the past by all that is charted today."""
        judge = PatternJudge(self.rules, self.patient, self.now, None, validated=False)
        judge.windows, judge.findings = self.windows.copied(state.pop("warned_at")), self.findings.copied()
        judge.keeper = _SettledUsual(self.rules.baseline, self.patient.baseline)
        vars(judge).update(state)
        judge._valid_until = -inf
        return judge

    def judge_by(self, usual: Usual) -> None:
        """Use these usual values."""
        self.keeper.usual = usual

    def take_over(self, other: PatternJudge, most: tuple[Stage, Stage]) -> None:
        """Go on in the state of another that has seen late values too and stands at the end of the same minute.

        No stage falls by it, and none rises above `most`.
        """
        risen = []
        for mine, theirs, stage in zip(self.detectors, other.detectors, most, strict=True):
            risen.append(mine.machine.take_over(theirs.machine, stage))
            theirs.machine = mine.machine
        other.signs.follow(self.signs)
        vars(self).update({name: value for name, value in vars(other).items() if name not in _MADE_ANEW})
        self._valid_until = -inf
        warned_at = other.windows.warned_at
        if warned_at is not None and warned_at > (self.windows.warned_at or -inf):
            self.windows.withdrawal_warned(warned_at)
        for detector, rose in zip(self.detectors, risen, strict=True):
            if rose:
                self.stepped(detector, self.now)
        self.situation = self._situate(self.now)

    # --- inside --------------------------------------------------------------------------------------------------

    def _situate(self, now: float) -> Situation:
        signs = self.signs.judge(now)
        usual = self.keeper.usual
        findings = self.findings.active(now)
        self.news2 = news2(
            rr=signs.rr,
            spo2=signs.spo2,
            sbp=signs.sbp,
            hr=signs.hr,
            temp=signs.temp,
            on_oxygen=bool(self._litres) or (self._litres is None and self._on_oxygen),
            scale_2=RiskFlag.COPD in self.patient.flags,
        )
        return Situation(
            now,
            signs,
            usual,
            findings,
            self.windows.weights(now),
            new_oxygen=now < self._oxygen_until or findings.oxygen,
            cannula_doubtful=self.signs.cannula_doubtful(signs, usual.spo2),
            sets_only=self._sets_only(now),
        )

    @property
    def _on_oxygen(self) -> bool:
        return RiskFlag.SUPPLEMENTAL_OXYGEN in self.patient.flags

    def _sets_only(self, now: float) -> bool:
        if self._set_at is None:
            return False
        stream_at = self.signs.stream_at
        return stream_at is None or now - stream_at > STREAM_SILENT_S

    def _oxygen_end(self, now: float) -> float:
        return self._oxygen_until if self._oxygen_until > now else inf

    def _learn_minute(self, end: float) -> None:
        if self.keeper.complete:
            return
        for name, value in (
            ("hr", self.signs.minute_hr),
            ("rr", self.signs.minute_rr),
            ("spo2", self.signs.minute_spo2),
        ):
            if value is not None:
                self.keeper.collect(name, value, end)
        self._learn_readings(end)

    def _learn_readings(self, now: float) -> None:
        cuff, temp = self.signs.cuff, self.signs.temp
        seen, self._seen = self._seen, (cuff.readings, temp.readings)
        if cuff.readings > seen[0] and cuff.confirmed is not None:
            self.keeper.collect("sbp", cuff.confirmed.sys, now)
            if cuff.confirmed.dia is not None:
                self.keeper.collect("dbp", cuff.confirmed.dia, now)
        if temp.readings > seen[1] and temp.value is not None:
            self.keeper.collect("temp", temp.value, now)
