"""Puts a detector's state into words: the alarm condition and the account shown in the why panel.

Neutral text (detector specification, section 7): what contributed and what else it could be; no diagnosis, no order.
"""

from __future__ import annotations

from datetime import UTC, datetime

from console.alarms import overdose, withdrawal
from console.alarms.alarm import STAGE_PRIORITY, Condition, Kind, Reason, Stage
from console.alarms.detector import Detector, OverdoseDetector, Situation, WithdrawalDetector
from console.alarms.explain import Criterion, PatternView
from console.alarms.findings import FindingsChart
from console.alarms.learned_baseline import Usual
from console.alarms.quiet_words import explained, waits
from console.alarms.reduction import BP, ETCO2, HR, RR, SPO2, TEMP
from console.alarms.scoring import above
from console.alarms.windows import HOUR, PumpWindows, Window
from console.ward.sedation import SEDATION_SCORES
from drivers.observation import Parameter

TITLES = {Kind.WITHDRAWAL: "Autonomic pattern", Kind.OVERDOSE: "Respiratory pattern"}
COULD_BE = {
    Kind.WITHDRAWAL: "Possible withdrawal of intrathecal baclofen; sepsis, neuroleptic malignant syndrome, autonomic "
    "dysreflexia, serotonin syndrome, pain or exertion also fit.",
    Kind.OVERDOSE: "Possible baclofen overdose; opioids, other sedatives, sleep apnoea or a lung problem also fit.",
}
CALL = {
    Kind.WITHDRAWAL: "Check pump; call ITB physician per local plan.",
    Kind.OVERDOSE: "Airway first.",
}
"""What the example texts of the detector specification, section 7, end with; said from warning on."""

HIGH_DRIVE = "high CO2 with high drive: consider hypermetabolic state"
MEMBERS = (
    (TEMP, (Parameter.TEMP,)),
    (HR, (Parameter.HR, Parameter.PR)),
    (RR, (Parameter.RR,)),
    (SPO2, (Parameter.SPO2,)),
    (ETCO2, (Parameter.ETCO2,)),
    (BP, (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.ART_SYS, Parameter.ART_DIA)),
)
CHANNEL_NAMES = ((TEMP, "T"), (HR, "HR"), (RR, "RR"), (SPO2, "SpO2"), (ETCO2, "EtCO2"), (BP, "BP"))
FINDING_WORDS = {
    "pruritus": "Itch without rash",
    "spasticity_up1": "Spasticity up one grade",
    "spasticity_up2": "Spasticity up two grades or more",
    "rigidity": "Rigidity",
    "sweating": "Sweating",
    "paraesthesia": "Paraesthesia",
    "agitation": "Agitation",
    "hallucinations": "Hallucinations",
    "delirium": "Delirium",
    "seizure": "Seizure",
    "hypotonia": "Hypotonia",
    "ascending_weakness": "Ascending weakness",
    "activity": "Activity",
    "oxygen_increased": "Oxygen increased",
    "probe_on_cuff_arm": "SpO2 probe on the cuff arm",
}
PUMP_FAULTS = frozenset(
    {
        "pump_stall",
        "empty_reservoir",
        "end_of_service",
        "critical_alarm",
        "low_reservoir_alarm",
        "pump_stopped",
        "explant",
    }
)
"""Windows whose words stand after "Pump:"."""

WINDOW_WORDS = {
    "pump_stall": "Motor stall",
    "withdrawal_warning": "Autonomic pattern at warning",
    "mri": "MRI",
    "pump_stopped_overdose": "Pump stopped for overdose",
    "oral_baclofen_dose": "Baclofen by mouth",
    "iv_baclofen_dose": "Baclofen by vein",
    "reservoir_low": "Reservoir low or soon empty by the pump card",
    "reservoir_uncertain": "Reservoir may be empty by the pump card (flow tolerance)",
}

ANTIPSYCHOTIC = "An antipsychotic was given: it can cause fever, rigidity and a swinging pressure by itself (NMS)."


def finding_words(code: str) -> str:
    """A finding in plain words."""
    if code in SEDATION_SCORES:
        return SEDATION_SCORES[code].text
    return FINDING_WORDS.get(code, code.replace("_", " "))


def window_words(kind: str) -> str:
    """The event behind a window in plain words."""
    return WINDOW_WORDS.get(kind, kind.replace("_", " ").capitalize())


def ago(seconds: float) -> str:
    """The age in words, such as 14 h ago; under two hours in steps of 5 min, so that it does not change each minute."""
    return f"{int(seconds // 300) * 5} min ago" if seconds < 2 * HOUR else f"{int(seconds // HOUR)} h ago"


class PatternAccount:
    """Words for one patient."""

    def __init__(self, findings: FindingsChart, windows: PumpWindows) -> None:
        self._findings, self._windows = findings, windows

    def condition(self, detector: Detector, situation: Situation) -> Condition:
        """The alarm condition of a detector that stands at watch or above."""
        kind, stage = detector.kind, detector.stage
        core = self._core(detector, situation)
        findings = self._charted(detector, situation)
        contributing = [c for c in (*core, *findings) if c.points]
        reasons = [_reason(c) for c in contributing]
        against = tuple(_reason(c) for c in (*core, *findings) if not c.points)
        windows = self._windows.open(situation.now, kind is Kind.WITHDRAWAL)
        words = [", ".join(_sentence(c) + ("" if c.fresh else " – not fresh") for c in contributing)]
        if windows:
            words.append(_pump_words(windows[0], situation.now))
        for window in windows:
            told = f"{window_words(window.kind)} {ago(situation.now - window.since)}"
            reasons.append(Reason("pump", told, note=f"window of weight {window.weight}"))
        machine = detector.machine
        if machine.waiting:
            words.append(f"Held, last refreshed {ago(situation.now - machine.refreshed_at)}")
        reasons += [Reason("rule", name) for name in detector.met]
        channels = detector.points.channels
        members = tuple(p for bit, parameters in MEMBERS if channels & bit for p in parameters)
        return Condition(
            key=str(kind),
            kind=kind,
            priority=STAGE_PRIORITY[stage],
            text=f"{TITLES[kind]} – {stage.word}",
            stage=stage,
            detail=". ".join(word for word in words if word),
            advice=self._advice(detector, situation),
            parameters=members,
            points=_points(detector),
            reasons=tuple(reasons),
            held=machine.waiting,
            against=against,
            refreshed_at=datetime.fromtimestamp(machine.refreshed_at, UTC) if machine.waiting else None,
        )

    def _advice(self, detector: Detector, situation: Situation) -> str:
        called = detector.stage >= Stage.WARNING
        return (
            f"{self._could_be(detector, situation)} {CALL[detector.kind]}"
            if called
            else self._could_be(detector, situation)
        )

    def _context(self, now: float, for_withdrawal: bool) -> tuple[Criterion, ...]:
        """The open windows; for withdrawal also an antipsychotic, which can cause fever and rigidity by itself."""
        found = [_window(w, now) for w in self._windows.open(now, for_withdrawal)]
        given = self._windows.confounder(now) if for_withdrawal else None
        if given is not None:
            note = f"{ago(now - given)}, can look like this"
            found.append(Criterion("therapy", "Antipsychotic", None, None, "", 0, True, note))
        return tuple(found)

    def view(
        self,
        detector: Detector,
        situation: Situation,
        *,
        started: bool,
        degraded: str,
        sampling: str,
        excluded: tuple[str, ...],
        history: tuple[tuple[datetime, Stage], ...],
    ) -> PatternView:
        """The detector's account of itself."""
        kind, machine = detector.kind, detector.machine
        left = machine.minutes_left
        steps_down = ""
        if machine.waiting:
            stale = ", ".join(name for bit, name in CHANNEL_NAMES if machine.stale & bit)
            steps_down = f"held: waits for fresh values of {stale or 'what raised it'}"
        elif left is not None:
            steps_down = f"in {left} min if nothing returns"
        elif machine.stage is not Stage.NONE:
            steps_down = f"not while a rule of this stage is true; then after {machine.needed} min without"
        for_withdrawal = kind is Kind.WITHDRAWAL
        return PatternView(
            kind=kind,
            stage=machine.stage,
            since=None if machine.since is None else datetime.fromtimestamp(machine.since, UTC),
            points=_points(detector),
            max_points=withdrawal.MAXIMUM_POINTS if for_withdrawal else overdose.MAXIMUM_POINTS,
            core=self._core(detector, situation),
            findings=self._charted(detector, situation),
            context=self._context(situation.now, for_withdrawal),
            window_weight=situation.weights[0 if for_withdrawal else 1],
            rules=detector.met,
            steps_down=steps_down,
            excluded=excluded,
            could_be=self._could_be(detector, situation),
            degraded=degraded,
            sampling=sampling,
            held=machine.waiting,
            started=started,
            history=history,
            refreshed_at=datetime.fromtimestamp(machine.refreshed_at, UTC) if machine.waiting else None,
            waits=waits(detector, situation),
            recovery=self._windows.recovery(situation.now) if for_withdrawal else None,
        )

    def _could_be(self, detector: Detector, situation: Situation) -> str:
        if isinstance(detector, OverdoseDetector):
            signs, usual, rules = situation.signs, situation.usual, detector.rules.persistence
            fast = signs.hr is not None and above(signs.hr, usual.hr, rules.hypermetabolic_hr_percent)
            hot = signs.temp is not None and signs.temp >= rules.hypermetabolic_temp
            if detector.points.etco2 and (signs.etco2 or 0) > usual.etco2 and (fast or hot):
                return f"{HIGH_DRIVE[0].upper()}{HIGH_DRIVE[1:]}."
            if detector.points.capped:
                return f"{detector.points.capped.capitalize()}. {COULD_BE[Kind.OVERDOSE]}"
        elif self._windows.confounder(situation.now) is not None:
            return f"{COULD_BE[detector.kind]} {ANTIPSYCHOTIC}"
        return COULD_BE[detector.kind]

    def _core(self, detector: Detector, situation: Situation) -> tuple[Criterion, ...]:
        signs, usual, fresh = situation.signs, situation.usual, situation.signs.fresh
        if isinstance(detector, WithdrawalDetector):
            points = detector.points
            swing = "swinging" if points.labile else ""
            rising = "rising" if points.temp_rising else ""
            heart, breath = explained(points)
            return (
                _criterion("temp", "T", signs.temp, usual, points.temp, bool(fresh & TEMP), rising),
                _criterion("hr", "HR", signs.hr, usual, points.hr, bool(fresh & HR), heart),
                _pressure(situation, points.bp_high + (points.labile and not points.bp_low), points.bp_low, swing),
                _criterion("rr", "RR", signs.rr, usual, points.rr, bool(fresh & RR), breath),
            )
        assert isinstance(detector, OverdoseDetector)
        found = detector.points
        note = found.capped or ("oxygen newly given or raised" if found.oxygen else "")
        cannula = "check cannula: not used" if situation.cannula_doubtful else ""
        rows = [
            _criterion("rr", "RR", signs.rr, usual, found.rr, bool(fresh & RR)),
            _criterion("spo2", "SpO2", signs.spo2, usual, found.spo2, bool(fresh & SPO2), note),
            _criterion("etco2", "EtCO2", signs.etco2, usual, found.etco2, bool(fresh & ETCO2), cannula),
        ]
        slow = found.slow_hr + found.slow_and_high
        if slow:
            high = "slow heart with high pressure" if found.slow_and_high else ""
            rows.append(_criterion("hr", "HR", signs.hr, usual, slow, bool(fresh & HR), high))
        if found.low_bp or found.slow_and_high:
            rows.append(_pressure(situation, 0, found.low_bp, ""))
        if found.cold:
            rows.append(_criterion("temp", "T", signs.temp, usual, found.cold, bool(fresh & TEMP)))
        return tuple(rows)

    def _charted(self, detector: Detector, situation: Situation) -> tuple[Criterion, ...]:
        rows = []
        findings = situation.findings
        for code, at in findings.charted_at.items():
            if isinstance(detector, OverdoseDetector):
                points = detector.points.sedation if code.startswith("sedation") else 0
                points = detector.points.tone if code in ("hypotonia", "ascending_weakness") else points
                if not (points or code.startswith("sedation") or code == "oxygen_increased"):
                    continue
            else:
                points = self._findings.points_of(code)
                if not points and code != "activity":
                    continue
            overdue = findings.sedation_overdue and code.startswith("sedation")
            note = ago(situation.now - at) + (", score again" if overdue else "")
            rows.append(Criterion("finding", finding_words(code), None, None, "", points, not overdue, note))
        return tuple(rows)


def _points(detector: Detector) -> int:
    if isinstance(detector, WithdrawalDetector):
        return detector.points.total
    assert isinstance(detector, OverdoseDetector)
    return detector.points.core


def _criterion(
    channel: str, label: str, now: float | None, usual: Usual, points: int, fresh: bool, note: str = ""
) -> Criterion:
    source = usual.sources[channel]
    baseline: float = getattr(usual, channel)
    change = ""
    if now is not None and source != "default":
        change = f"{now - baseline:+.1f}" if channel == "temp" else _percent(now, baseline)
        if channel in ("spo2", "etco2"):
            change = f"{now - baseline:+.0f}"
    words = [note, f"usual value {source}"] if now is not None else ["no fresh value"]
    return Criterion(channel, label, now, baseline, change, points, fresh, "; ".join(w for w in words if w))


def _percent(now: float, baseline: float) -> str:
    return f"{(now - baseline) * 100 / baseline:+.0f} %" if baseline else ""


def _pressure(situation: Situation, high: int, low: int, note: str) -> Criterion:
    signs, usual = situation.signs, situation.usual
    channel = "bp_low" if low > high else "bp_high"
    label = "BP" if signs.dbp is None else f"BP /{signs.dbp:.0f}"
    known = usual.sources["sbp"] != "default"
    change = _percent(signs.sbp, usual.sbp) if signs.sbp is not None and known else ""
    words = [note, f"usual value {usual.sources['sbp']}"] if signs.sbp is not None else ["no fresh value"]
    if signs.sbp_latest != signs.sbp and signs.sbp_latest is not None:
        words.insert(0, f"{signs.sbp_latest:.0f} waits for the next reading")
    text = "; ".join(w for w in words if w)
    return Criterion(channel, label, signs.sbp, usual.sbp, change, min(3, max(high, low)), bool(signs.fresh & BP), text)


def _window(window: Window, now: float) -> Criterion:
    return Criterion("pump", window_words(window.kind), None, None, "", window.weight, True, ago(now - window.since))


def _pump_words(window: Window, now: float) -> str:
    """Why the pump matters, such as "Pump: motor stall 14 h ago"; a refill or a drug is told by its own name."""
    name, age = window_words(window.kind), ago(now - window.since)
    if window.kind in PUMP_FAULTS:
        return f"Pump: {name[0].lower()}{name[1:]} {age}"
    return f"{name} {age}"


def _reason(criterion: Criterion) -> Reason:
    c = criterion
    return Reason(c.channel, _sentence(c), c.now, c.baseline, c.points, c.note, c.fresh)


def _sentence(criterion: Criterion) -> str:
    """A value with its change, such as HR 142 (+82 %); a finding by its words alone."""
    if criterion.now is None:
        return criterion.label
    shown = f"{criterion.now:.1f}" if criterion.channel == "temp" else f"{criterion.now:.0f}"
    label, _, dia = criterion.label.partition(" ")
    change = f" ({criterion.change})" if criterion.change else ""
    return f"{label} {shown}{dia}{change}"
