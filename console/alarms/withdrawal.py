"""Detector W: points of the autonomic pattern and the stage rules they meet, at one moment.

Detector specification, section 3. Nothing here knows time: persistence and stepping down are in persistence.py.
Decisions: a temperature of 40 or more taken by spot readings needs two of them (E3), because one sample raises no
emergency; a probe or a validated set needs no second. The deadband is applied to every clause of a band by easing the
value, so that a relative clause has it too.

At a quiet pump (known to run, nothing done to it, neither itch nor tone charted) the specification called 13 of 20
look-alikes. Three rules of physiology spare most of them and ask nothing of a patient in a window:
* Fever alone drives the heart by about 10 beats and breathing by about 2 breaths a degree (Liebermeister's rule;
  Karjalainen and Viitasalo, Arch Intern Med 1986;146:1169): HR and RR are scored without that share, so that an
  infection is not counted three times. Withdrawal drives the heart far beyond it: the highest
  band keeps its three points. Spinal injury at T6 and above keeps all: fever hardly moves such a heart (Song). For
  watch both count as they are.
* Who breathes fast with low oxygen breathes fast because of it (asthma, embolism, pneumonia, oedema of the lung): RR
  then gives one point at most. The limit alarms of both sound as ever, and detector O names the low oxygen.
* A fast heart with low pressure and no temperature points (E6) is shock, most often of blood loss: a warning after its
  persistence; both limit alarms are high and sound at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.alarm import Stage
from console.alarms.findings import ActiveFindings
from console.alarms.learned_baseline import Usual
from console.alarms.persistence import Requirement
from console.alarms.reduction import BP, HR, RR, TEMP
from console.alarms.rules import DeadbandRules
from console.alarms.rules_withdrawal import WithdrawalPersistence, WithdrawalRules
from console.alarms.scoring import above, band_down, band_up, below, kept
from console.alarms.signs import Signs

WATCH, WARNING_SLOW, WARNING, EMERGENCY_SLOW, EMERGENCY, EMERGENCY_FAST = 1, 2, 4, 8, 16, 32
"""Classes of rules by how long they must hold; SLOW is the quiet pump, FAST the two-minute rules."""

CHANNELS = TEMP | HR | RR | BP
MAXIMUM_POINTS, MAXIMUM_BAND = 12, 3


def requirements(rules: WithdrawalPersistence) -> list[Requirement]:
    """How long each class of rules must hold on a stream."""
    any_emergency = EMERGENCY | EMERGENCY_FAST
    return [
        Requirement(Stage.WATCH, rules.watch_min, 63),
        Requirement(Stage.WARNING, rules.warning_min, WARNING | any_emergency),
        Requirement(Stage.WARNING, rules.quiet_min, WARNING_SLOW | WARNING | EMERGENCY_SLOW | any_emergency),
        Requirement(Stage.EMERGENCY, rules.emergency_min, any_emergency),
        Requirement(Stage.EMERGENCY, rules.fast_min, EMERGENCY_FAST),
        Requirement(Stage.EMERGENCY, rules.quiet_min, EMERGENCY_SLOW | any_emergency),
    ]


def stage_of(classes: int) -> Stage:
    """Highest stage of the classes met."""
    if classes >= EMERGENCY_SLOW:
        return Stage.EMERGENCY
    if classes >= WARNING_SLOW:
        return Stage.WARNING
    return Stage.WATCH if classes else Stage.NONE


@dataclass(slots=True)
class WithdrawalPoints:
    """Points at one moment. For watch only count bp_latest, which takes a provisional reading too, and hr_seen and
    rr_seen, from which nothing that explains them is taken away. breathless: low oxygen explains the breathing."""

    temp: int = 0
    hr: int = 0
    rr: int = 0
    hr_seen: int = 0
    rr_seen: int = 0
    bp_high: int = 0
    bp_low: int = 0
    bp: int = 0
    bp_latest: int = 0
    breathless: bool = False
    labile: bool = False
    temp_rising: bool = False
    hr_rising: bool = False

    @property
    def total(self) -> int:
        """V of the specification, 0 to 12."""
        return self.temp + self.hr + self.rr + self.bp

    @property
    def channels(self) -> int:
        """Bits of the channels that give points."""
        pressure = BP if self.bp or self.bp_latest else 0
        return (TEMP if self.temp else 0) | (HR if self.hr_seen else 0) | (RR if self.rr_seen else 0) | pressure


@dataclass(frozen=True, slots=True)
class _Explained:
    """What something else explains: beats and breaths a minute; and the most points RR may still give."""

    hr: float = 0.0
    rr: float = 0.0
    rr_points: int = MAXIMUM_BAND


_NOTHING = _Explained()


def is_quiet(weight: int, findings: ActiveFindings) -> bool:
    """Whether nothing speaks for the pump: it runs, nothing was done to it, neither itch nor tone is charted."""
    return weight == 0 and not findings.itch_or_tone


class WithdrawalScorer:
    """Points with their deadbands; the only memory is the band each channel stood in."""

    def __init__(self, rules: WithdrawalRules, deadband: DeadbandRules, *, sci: bool) -> None:
        self._rules, self._deadband, self._sci = rules, deadband, sci
        self._temp = self._hr = self._rr = self._hr_seen = self._rr_seen = 0
        self._high = self._low = self._high_latest = self._low_latest = 0

    def points(self, signs: Signs, usual: Usual, findings: ActiveFindings, weight: int) -> WithdrawalPoints:
        """Points of the moment; a missing channel has none."""
        found = WithdrawalPoints()
        easing = self._deadband
        other = self._explained(signs, usual) if is_quiet(weight, findings) else _NOTHING
        if signs.temp is not None:
            now, eased = self._temp_band(signs.temp, usual), self._temp_band(signs.temp + easing.temp, usual)
            self._temp = found.temp = kept(self._temp, now, eased)
        if signs.hr is not None:
            now, eased = self._hr_band(signs.hr, usual, weight), self._hr_band(signs.hr + easing.hr, usual, weight)
            self._hr_seen = found.hr_seen = kept(self._hr_seen, now, eased)
            if other.hr:
                hr = signs.hr - other.hr
                now, eased = self._hr_band(hr, usual, weight), self._hr_band(hr + easing.hr, usual, weight)
            self._hr = kept(self._hr, now, eased)
            found.hr = found.hr_seen if found.hr_seen == MAXIMUM_BAND else self._hr
        if signs.rr is not None:
            now, eased = self._rr_band(signs.rr, usual), self._rr_band(signs.rr + easing.rr, usual)
            self._rr_seen = found.rr_seen = kept(self._rr_seen, now, eased)
            if other.rr:
                rr = signs.rr - other.rr
                now, eased = self._rr_band(rr, usual), self._rr_band(rr + easing.rr, usual)
            self._rr = kept(self._rr, now, eased)
            found.rr = min(found.rr_seen if found.rr_seen == MAXIMUM_BAND else self._rr, other.rr_points)
            found.breathless = found.rr_seen > other.rr_points
        if signs.sbp is not None:
            self._high, self._low = self._pressure(signs.sbp, usual, weight, self._high, self._low)
            found.bp_high, found.bp_low = self._high, self._low
        high_latest, low_latest = found.bp_high, found.bp_low
        if signs.sbp_latest != signs.sbp and signs.sbp_latest is not None:
            high_latest, low_latest = self._pressure(signs.sbp_latest, usual, weight, 0, 0)
        self._add_slopes(found, signs, findings, weight)
        if self._slow_and_low(signs, usual, found):
            found.bp_low = low_latest = 0
        found.labile = signs.labile
        if findings.activity:
            found.hr = found.rr = found.hr_seen = found.rr_seen = found.bp_high = high_latest = 0
            found.labile = found.hr_rising = False
        found.bp = min(3, max(found.bp_high, found.bp_low) + found.labile)
        found.bp_latest = min(3, max(high_latest, low_latest) + found.labile)
        return found

    def _explained(self, signs: Signs, usual: Usual) -> _Explained:
        rules = self._rules.quiet
        fever = 0.0 if signs.temp is None or self._sci else max(0.0, signs.temp - usual.temp)
        short = signs.spo2 is not None and signs.spo2 <= rules.spo2 and usual.spo2 - signs.spo2 >= rules.spo2_below
        points = rules.rr_points if short else MAXIMUM_BAND
        return _Explained(rules.hr_per_degree * fever, rules.rr_per_degree * fever, points)

    def _temp_band(self, temp: float, usual: Usual) -> int:
        rules = self._rules.temp
        one, two = (rules.sci_one, rules.sci_two) if self._sci else (rules.one, rules.two)
        points = band_up(temp + 1e-9, one, two, rules.three)
        if not points and usual.known & TEMP and temp + 1e-9 >= rules.rise_floor:
            points = int(temp - usual.temp >= rules.rise - 1e-9)
        return points

    def _hr_band(self, hr: float, usual: Usual, weight: int) -> int:
        rules = self._rules.hr
        points = band_up(hr, rules.one, rules.two, rules.three)
        if points < 2 and usual.known & HR:
            floor_one = rules.sci_floor_one if self._sci else rules.floor_one
            floor_two = rules.sci_floor_two if self._sci else rules.floor_two
            if hr >= floor_two and above(hr, usual.hr, rules.percent_two):
                points = 2
            elif hr >= floor_one and above(hr, usual.hr, rules.percent_one):
                points = max(points, 1)
        low = self._rules.low_baseline
        if not points and usual.charted & HR and weight >= low.weight and above(hr, usual.hr, low.hr_percent):
            points = 1
        return points

    def _rr_band(self, rr: float, usual: Usual) -> int:
        rules = self._rules.rr
        points = band_up(rr, rules.one, rules.two, rules.three)
        if not points and usual.known & RR and rr >= rules.floor_one:
            points = int(above(rr, usual.rr, rules.percent_one))
        return points

    def _pressure(self, sbp: float, usual: Usual, weight: int, high: int, low: int) -> tuple[int, int]:
        easing = self._deadband.sbp
        high = kept(high, self._high_band(sbp, usual, weight), self._high_band(sbp + easing, usual, weight))
        low = kept(low, self._low_band(sbp, usual), self._low_band(sbp - easing, usual))
        return high, low

    def _high_band(self, sbp: float, usual: Usual, weight: int) -> int:
        rules, points = self._rules.bp_high, 0
        if above(sbp, usual.sbp, rules.guard_percent):
            points = band_up(sbp, rules.one, rules.two, rules.three)
        if not points and usual.known & BP and sbp >= rules.rise_floor:
            points = int(above(sbp, usual.sbp, rules.rise_percent))
        low = self._rules.low_baseline
        if not points and usual.charted & BP and weight >= low.weight:
            points = int(above(sbp, usual.sbp, low.sbp_percent))
        return points

    def _low_band(self, sbp: float, usual: Usual) -> int:
        rules = self._rules.bp_low
        if sbp <= rules.three and below(sbp, usual.sbp, rules.guard_percent_three):
            return 3
        if not below(sbp, usual.sbp, rules.guard_percent):
            return 0
        return min(2, band_down(sbp, rules.one, rules.two, rules.three))

    def _add_slopes(self, found: WithdrawalPoints, signs: Signs, findings: ActiveFindings, weight: int) -> None:
        if signs.temp is not None and signs.temp_rising:
            found.temp, found.temp_rising = min(3, found.temp + 1), True
        if signs.hr is not None and signs.hr_rising and (weight or found.temp or findings.itch_or_tone):
            found.hr, found.hr_seen = min(3, found.hr + 1), min(3, found.hr_seen + 1)
            found.hr_rising = True

    def _slow_and_low(self, signs: Signs, usual: Usual, found: WithdrawalPoints) -> bool:
        if signs.hr is None or found.temp:
            return False
        rules = self._rules.slow_and_low
        if usual.known & HR:
            return signs.hr < rules.hr_fraction * usual.hr - 1e-9
        return signs.hr < rules.hr_without_baseline


def rules_met(
    rules: WithdrawalRules, signs: Signs, points: WithdrawalPoints, findings: ActiveFindings, weight: int, usable: int
) -> tuple[str, ...]:
    """Names of the stage rules that are true, using only the channels in `usable` (bits)."""
    stages = rules.stages
    temp = points.temp if usable & TEMP else 0
    hr = points.hr if usable & HR else 0
    rr = points.rr if usable & RR else 0
    bp = points.bp if usable & BP else 0
    bp_latest = points.bp_latest if usable & BP else 0
    hr_seen = points.hr_seen if usable & HR else 0
    rr_seen = points.rr_seen if usable & RR else 0
    charted = findings.points
    if not (temp or hr_seen or rr_seen or bp or bp_latest or charted):
        return ()
    total, channels = temp + hr + rr + bp, (temp > 0) + (hr > 0) + (rr > 0) + (bp > 0)
    met: list[str] = []
    if total >= stages.e1_points and channels >= stages.e1_channels:
        met.append("E1")
    if total >= stages.e2_points and channels >= stages.e2_channels and charted >= stages.e2_findings and weight >= 2:
        met.append("E2")
    met += _absolute(rules, signs, bp, findings, weight, usable)
    if channels >= 2 and total >= stages.w1_points and weight >= 2:
        met.append("W1")
    if channels >= 2 and total >= stages.w2_points:
        met.append("W2")
    if total >= stages.w3_points and charted >= stages.w3_findings and weight >= 2:
        met.append("W3")
    if total >= stages.w4_points and charted >= stages.w4_findings and weight >= 1:
        met.append("W4")
    if channels >= 2 and total >= stages.w5_points and charted >= stages.w5_findings and findings.itch_or_tone:
        met.append("W5")
    total, channels = temp + hr_seen + rr_seen + bp_latest, (temp > 0) + (hr_seen > 0) + (rr_seen > 0) + (bp_latest > 0)
    if channels >= 2 and total >= stages.watch_points_two_channels:
        met.append("a")
    if total >= stages.watch_points:
        met.append("b")
    if total >= stages.watch_points_in_window and weight >= 2:
        met.append("c")
    if charted >= stages.watch_findings_in_window and weight >= 2:
        met.append("d")
    return tuple(met)


def _absolute(
    rules: WithdrawalRules, signs: Signs, bp: int, findings: ActiveFindings, weight: int, usable: int
) -> list[str]:
    """Emergency rules on values themselves."""
    stages, met = rules.stages, []
    temp = signs.temp if usable & TEMP else None
    hr = signs.hr if usable & HR else None
    sbp = signs.sbp if usable & BP else None
    if temp is not None:
        if signs.temp_sure is not None and signs.temp_sure >= stages.e3_temp:
            met.append("E3")
        if temp >= stages.e4_temp and findings.with_fever:
            met.append("E4")
    if hr is not None:
        if hr >= stages.e5_hr and bp >= stages.e5_bp_points and weight >= 2:
            met.append("E5")
        if sbp is not None and (
            (hr >= stages.e6_hr and sbp <= stages.e6_sbp) or (hr >= stages.e6_hr_high and sbp <= stages.e6_sbp_high)
        ):
            met.append("E6")
    if findings.seizure and weight >= 2:
        met.append("E7")
    return met


def classes_of(
    met: tuple[str, ...], rules: WithdrawalRules, points: WithdrawalPoints, findings: ActiveFindings, weight: int
) -> int:
    """The classes of the rules met. At a quiet pump E1, and W2 without temperature points, are slow, and E6 without
    temperature points is a warning."""
    quiet = rules.persistence.quiet_pump and is_quiet(weight, findings)
    classes = 0
    for name in met:
        if name == "E6" and quiet and not points.temp:
            classes |= WARNING
        elif name in ("E3", "E6"):
            classes |= EMERGENCY_FAST
        elif name[0] == "E":
            classes |= EMERGENCY_SLOW if quiet and name == "E1" else EMERGENCY
        elif name[0] == "W":
            classes |= WARNING_SLOW if quiet and name == "W2" and not points.temp else WARNING
        else:
            classes |= WATCH
    return classes
