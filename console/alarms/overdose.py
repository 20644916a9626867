"""Detector O: points of the respiratory pattern and the stage rules they meet, at one moment.

Detector specification, section 4. Nothing here knows time: persistence and stepping down are in persistence.py.
Decisions where the specification is silent or can be read two ways:
* The cap on saturation, also the one by normal carbon dioxide, needs a patient who is neither sedated (POSS 3) nor
  hypotonic: a drowsy patient with low oxygen is the one this detector is for.
* New oxygen adds its point to saturation from 0 points too, since it hides the fall it was given for.
* The saturation cap by high drive uses the breathing rate alone where no baseline is known; the cap by carbon dioxide
  uses the default 38 mmHg there.

At a quiet pump (no window of pump or drug, nobody charted drowsy or flaccid) the specification called sleep apnoea,
washing, cold hands, meals without mask, athletes and chronic retainers. What was added, and why:
* What depresses breathing slows it or keeps carbon dioxide. With breathing as ever and no carbon dioxide kept, low
  saturation counts one point at most; its limit alarm sounds as ever.
* Depression by a drug lasts for hours; moved probes, apnoeas of sleep and meals last minutes: warning and emergency on
  a stream take `quiet_min`. Device-declared apnoeas, validated sets and limit alarms do not wait for it.
* A heart rate that leaps both ways from minute to minute is a moved lead (`artefact.ErraticRate`): watch at most.
* Sleep slows heart and pressure with the breathing: the rule for a slow rate alone stands beside a slow heart or a low
  pressure while saturation is as usual.
At any pump the bands of carbon dioxide move with a known usual value above `normal`: bicarbonate has compensated a
chronic retainer, so that the rise above his own makes the acidosis, not the number. The bands of saturation do not:
moving them spared nobody in the cases, and a retainer at 84 % is short of oxygen whatever is usual.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.alarm import Stage
from console.alarms.findings import ActiveFindings
from console.alarms.learned_baseline import Usual
from console.alarms.persistence import Requirement
from console.alarms.reduction import BP, ETCO2, HR, RR, SPO2, TEMP
from console.alarms.rules import DeadbandRules
from console.alarms.rules_overdose import OverdosePersistence, OverdoseRules
from console.alarms.scoring import above, band_down, band_up, below, kept
from console.alarms.signs import Signs

WATCH, WATCH_SURE, WARNING_SLOW, WARNING, WARNING_SURE = 1, 2, 4, 8, 16
EMERGENCY_SLOW, EMERGENCY, EMERGENCY_SURE, EMERGENCY_SINGLE = 32, 64, 128, 256
"""Classes by how long they must hold; SLOW: at a quiet pump, SURE: corroborated, SINGLE: an extreme value alone with a
good signal."""

CORE = RR | SPO2 | ETCO2
MAXIMUM_POINTS = 9


def requirements(rules: OverdosePersistence) -> list[Requirement]:
    """How long each class must hold on a stream."""
    emergency = EMERGENCY | EMERGENCY_SURE | EMERGENCY_SINGLE
    sure = WATCH_SURE | WARNING_SURE | EMERGENCY_SURE
    slow = WARNING_SLOW | WARNING | WARNING_SURE | EMERGENCY_SLOW | emergency
    return [
        Requirement(Stage.WATCH, rules.watch_min, WATCH | sure | slow),
        Requirement(Stage.WATCH, rules.watch_corroborated_min, sure),
        Requirement(Stage.WARNING, rules.quiet_min, slow),
        Requirement(Stage.WARNING, rules.warning_min, WARNING | WARNING_SURE | emergency),
        Requirement(Stage.WARNING, rules.warning_corroborated_min, WARNING_SURE | EMERGENCY_SURE),
        Requirement(Stage.EMERGENCY, rules.quiet_min, EMERGENCY_SLOW | emergency),
        Requirement(Stage.EMERGENCY, rules.emergency_min, emergency),
        Requirement(Stage.EMERGENCY, rules.emergency_corroborated_min, EMERGENCY_SURE),
        Requirement(Stage.EMERGENCY, rules.single_min, EMERGENCY_SINGLE),
    ]


def stage_of(classes: int) -> Stage:
    """Highest stage of the classes met."""
    if classes >= EMERGENCY_SLOW:
        return Stage.EMERGENCY
    if classes >= WARNING_SLOW:
        return Stage.WARNING
    return Stage.WATCH if classes else Stage.NONE


@dataclass(slots=True)
class OverdosePoints:
    """Points at one moment. circulation: H of the specification by confirmed pressure, circulation_latest also by a
    provisional one (watch only); circulation_channels: bits of its members. capped: why saturation counts little."""

    rr: int = 0
    spo2: int = 0
    etco2: int = 0
    sedation: int = 0
    tone: int = 0
    slow_hr: int = 0
    low_bp: int = 0
    low_bp_latest: int = 0
    slow_and_high: int = 0
    slow_and_high_latest: int = 0
    cold: int = 0
    capped: str = ""
    oxygen: bool = False

    @property
    def core(self) -> int:
        """K of the specification, 0 to 9."""
        return self.rr + self.spo2 + self.etco2

    @property
    def circulation(self) -> int:
        """H of the specification."""
        return self.slow_hr + self.low_bp + self.slow_and_high + self.cold

    @property
    def channels(self) -> int:
        """Bits of the channels that give points."""
        bits = (RR if self.rr else 0) | (SPO2 if self.spo2 else 0) | (ETCO2 if self.etco2 else 0)
        bits |= HR if self.slow_hr or self.slow_and_high or self.slow_and_high_latest else 0
        pressure = self.low_bp or self.low_bp_latest or self.slow_and_high or self.slow_and_high_latest
        return bits | (BP if pressure else 0) | (TEMP if self.cold else 0)


class OverdoseScorer:
    """Points with their deadbands; the only memory is the band each channel stood in."""

    def __init__(self, rules: OverdoseRules, deadband: DeadbandRules, low_etco2: float) -> None:
        self._rules, self._deadband, self._low_etco2 = rules, deadband, low_etco2
        self._rr = self._spo2 = self._etco2 = 0
        self._slow_hr = self._low_bp = self._slow_and_high = self._cold = 0

    def points(
        self,
        signs: Signs,
        usual: Usual,
        findings: ActiveFindings,
        *,
        new_oxygen: bool,
        cannula_doubtful: bool,
        quiet: bool = False,
    ) -> OverdosePoints:
        """Points of the moment; a missing channel has none."""
        found, easing, support = OverdosePoints(), self._deadband, self._rules.support
        found.sedation = {3: support.poss3, 4: support.poss4}.get(findings.sedation, 0)
        found.tone = support.hypotonia if findings.hypotonia else 0
        if signs.rr is not None:
            now, eased = self._rr_band(signs.rr, usual), self._rr_band(signs.rr - easing.rr, usual)
            self._rr = found.rr = kept(self._rr, now, eased)
        if signs.etco2 is not None and not cannula_doubtful:
            low = 3 if signs.etco2 <= self._low_etco2 else 0
            now, eased = self._etco2_band(signs.etco2, usual), self._etco2_band(signs.etco2 + easing.etco2, usual)
            self._etco2 = kept(self._etco2, now, eased)
            found.etco2 = max(low, self._etco2)
        if signs.spo2 is not None:
            now, eased = self._spo2_band(signs.spo2, usual), self._spo2_band(signs.spo2 - easing.spo2, usual)
            self._spo2 = found.spo2 = kept(self._spo2, now, eased)
            self._adjust_saturation(found, signs, usual, findings, new_oxygen)
        self._add_circulation(found, signs, usual)
        if quiet and found.spo2 > 1 and self._breathes_as_ever(found, signs, usual):
            found.capped = found.capped or "low oxygen with unchanged breathing"
            found.spo2 = min(found.spo2, 1)
        return found

    def _breathes_as_ever(self, found: OverdosePoints, signs: Signs, usual: Usual) -> bool:
        """Breathing neither slow nor slower than usual by as much as counts, and no carbon dioxide kept."""
        rules = self._rules.rr
        if signs.rr is None or found.rr or found.etco2:
            return False
        return signs.rr > rules.one and not below(signs.rr, usual.rr, rules.one_percent)

    def _rr_band(self, rr: float, usual: Usual) -> int:
        rules = self._rules.rr
        points = band_down(rr, rules.one_certain, rules.two, rules.three)
        if not points and rr <= rules.one and usual.known & RR:
            points = int(below(rr, usual.rr, rules.one_percent))
        return points

    def _spo2_band(self, spo2: float, usual: Usual) -> int:
        rules = self._rules.spo2
        if spo2 <= rules.three:
            return 3
        if usual.spo2 - spo2 < rules.below_baseline:
            return 0
        return min(2, band_down(spo2, rules.one, rules.two, rules.three))

    def _etco2_band(self, etco2: float, usual: Usual) -> int:
        rules = self._rules.etco2
        retained = max(0.0, usual.etco2 - rules.normal) if usual.known & ETCO2 else 0.0
        points = band_up(etco2 - retained, rules.one, rules.two, rules.three)
        if usual.known & ETCO2:
            if etco2 - usual.etco2 < rules.guard:
                return 0
            points = max(points, int(etco2 - usual.etco2 >= rules.rise_one))
        return points

    def _adjust_saturation(
        self, found: OverdosePoints, signs: Signs, usual: Usual, findings: ActiveFindings, new_oxygen: bool
    ) -> None:
        if new_oxygen:
            found.spo2, found.oxygen = min(3, found.spo2 + 1), True
        if not found.spo2 or findings.sedation >= 3 or findings.hypotonia or signs.rr is None:
            return
        rules = self._rules.drive
        fast = signs.rr >= rules.rr and (not usual.known & RR or above(signs.rr, usual.rr, rules.rr_percent))
        normal = (
            signs.etco2 is not None
            and rules.etco2_low <= signs.etco2 <= rules.etco2_high
            and signs.etco2 < usual.etco2 + rules.etco2_guard
            and signs.rr >= rules.rr_with_etco2
        )
        if fast and not found.etco2:
            found.capped = "low oxygen with fast breathing"
        elif normal:
            found.capped = "low oxygen with normal carbon dioxide"
        if found.capped:
            found.spo2 = min(found.spo2, 1)

    def _add_circulation(self, found: OverdosePoints, signs: Signs, usual: Usual) -> None:
        easing = self._deadband
        if signs.hr is not None:
            now, eased = self._slow(signs.hr, usual), self._slow(signs.hr - easing.hr, usual)
            self._slow_hr = found.slow_hr = kept(self._slow_hr, now, eased)
        if signs.sbp is not None:
            now, eased = self._low(signs.sbp, usual), self._low(signs.sbp - easing.sbp, usual)
            self._low_bp = found.low_bp = found.low_bp_latest = kept(self._low_bp, now, eased)
        if signs.sbp_latest is not None and signs.sbp_latest != signs.sbp:
            found.low_bp_latest = self._low(signs.sbp_latest, usual)
        if signs.hr is not None and signs.sbp is not None:
            now = self._slow_high(signs.hr, signs.sbp, usual)
            eased = self._slow_high(signs.hr - easing.hr, signs.sbp + easing.sbp, usual)
            self._slow_and_high = found.slow_and_high = found.slow_and_high_latest = kept(
                self._slow_and_high, now, eased
            )
        if signs.hr is not None and signs.sbp_latest is not None and signs.sbp_latest != signs.sbp:
            found.slow_and_high_latest = self._slow_high(signs.hr, signs.sbp_latest, usual)
        if signs.temp is not None:
            now, eased = self._cold_points(signs.temp, usual), self._cold_points(signs.temp - easing.temp, usual)
            self._cold = found.cold = kept(self._cold, now, eased)

    def _slow(self, hr: float, usual: Usual) -> int:
        rules = self._rules.support
        slow = hr <= rules.hr_low and below(hr, usual.hr, rules.hr_low_percent)
        return slow + (hr <= rules.hr_very_low)

    def _low(self, sbp: float, usual: Usual) -> int:
        rules = self._rules.support
        return int(sbp <= rules.sbp_low and below(sbp, usual.sbp, rules.sbp_low_percent))

    def _slow_high(self, hr: float, sbp: float, usual: Usual) -> int:
        rules = self._rules.support
        if not usual.known & BP or hr > rules.slow_hr or not above(sbp, usual.sbp, rules.slow_sbp_percent):
            return 0
        return rules.slow_points

    def _cold_points(self, temp: float, usual: Usual) -> int:
        rules = self._rules.support
        cold = temp <= rules.temp_low + 1e-9 and usual.temp - temp >= rules.temp_below_baseline - 1e-9
        return cold + (temp <= rules.temp_very_low + 1e-9)


def rules_met(
    rules: OverdoseRules,
    signs: Signs,
    points: OverdosePoints,
    findings: ActiveFindings,
    weight: int,
    usable: int,
    usual: Usual,
    *,
    sedation_usable: bool = True,
) -> tuple[tuple[str, ...], int]:
    """Names of the stage rules that are true and their classes, using only the channels in `usable` (bits).

    sedation_usable False leaves out a sedation score that is overdue.
    """
    rr = points.rr if usable & RR else 0
    spo2 = points.spo2 if usable & SPO2 else 0
    etco2 = points.etco2 if usable & ETCO2 else 0
    core = rr + spo2 + etco2
    sedation = points.sedation if sedation_usable else 0
    poss = findings.sedation if sedation_usable else 0
    slow_hr, cold = points.slow_hr if usable & HR else 0, points.cold if usable & TEMP else 0
    low_bp, both = (points.low_bp if usable & BP else 0), not (HR | BP) & ~usable
    circulation = slow_hr + cold + low_bp + (points.slow_and_high if both else 0)
    latest = slow_hr + cold + (points.low_bp_latest if usable & BP else 0)
    latest += points.slow_and_high_latest if both else 0
    if not (core or sedation or points.tone or circulation or latest):
        return (), 0
    stages, sedated, met = rules.stages, poss >= 3, []
    if max(rr, spo2, etco2) >= 3:
        met.append("E core 3")
    if core >= stages.emergency_core:
        met.append("E core sum")
    if poss >= 4:
        met.append("E unrousable")
    if rr >= 2 and sedated:
        met.append("E rate and sedation")
    if core >= stages.emergency_core_sedated and sedated:
        met.append("E core and sedation")
    if core >= stages.emergency_core_all and sedated and circulation >= stages.emergency_haemodynamic and weight >= 2:
        met.append("E core, sedation and circulation")
    if max(rr, spo2, etco2) == 2:
        met.append("W core 2")
    if core >= stages.warning_core and (weight >= 1 or sedation + points.tone + circulation >= 1):
        met.append("W core supported")
    if sedated and (core >= 1 or weight >= 1):
        met.append("W sedation")
    if circulation >= stages.warning_haemodynamic and weight >= 2:
        met.append("W circulation")
    if points.tone and core >= 1 and weight >= 2:
        met.append("W tone")
    if core >= 1 and weight >= 2:
        met.append("watch core in window")
    if core >= stages.watch_core:
        met.append("watch core")
    if sedated:
        met.append("watch sedation")
    if points.tone and weight >= 1:
        met.append("watch tone")
    if latest >= stages.watch_haemodynamic:
        met.append("watch circulation")
    stage = Stage.NONE
    if met:
        stage = {"E": Stage.EMERGENCY, "W": Stage.WARNING, "w": Stage.WATCH}[met[0][0]]
    asleep = circulation == slow_hr + low_bp
    alone = rr and not spo2 and not etco2 and asleep and not sedated and not points.tone and weight == 0
    if alone and stage and signs.spo2 is not None and usable & SPO2:
        normal = usual.spo2 - signs.spo2 <= rules.rate_alone.spo2_within
        stage = Stage(stage - 1) if normal else stage
    corroborated = (rr > 0) + (spo2 > 0) + (etco2 > 0) >= 2 or circulation >= 1 or sedation >= 2
    low_oxygen = spo2 >= 3 and signs.good_quality and signs.spo2 is not None and signs.spo2 <= rules.spo2.three
    extreme = (rr >= 3 or low_oxygen) and stage is Stage.EMERGENCY
    if is_quiet(weight, findings):
        if stage > Stage.WATCH and not signs.erratic:
            return tuple(met), _SLOW[stage]
        return tuple(met), _classes(min(stage, Stage.WATCH), corroborated, False)
    return tuple(met), _classes(stage, corroborated, extreme)


def is_quiet(weight: int, findings: ActiveFindings) -> bool:
    """Whether nothing is known that could depress breathing: no window of the pump or of a drug, nobody charted
    drowsy or flaccid."""
    return weight == 0 and findings.sedation < 3 and not findings.hypotonia


_SLOW = {Stage.WARNING: WARNING_SLOW, Stage.EMERGENCY: EMERGENCY_SLOW}


def _classes(stage: Stage, corroborated: bool, extreme: bool) -> int:
    if stage is Stage.EMERGENCY:
        return EMERGENCY | (EMERGENCY_SURE if corroborated else 0) | (EMERGENCY_SINGLE if extreme else 0)
    if stage is Stage.WARNING:
        return WARNING | (WARNING_SURE if corroborated else 0)
    if stage is Stage.WATCH:
        return WATCH | (WATCH_SURE if corroborated else 0)
    return 0
