"""What the detectors cannot see, and what they ask staff for: technical conditions beside the patterns.

Detector specification, section 6, with the prompts of sections 2, 3.2 and 5. Decisions: a spot temperature older than
60 min in an open window is a prompt, as section 1 says; the 60 min of section 6, after which the detector counts as
degraded, are for a probe that has gone and for a temperature never taken (else every hourly temperature would be a
medium alarm at its sixty-first minute). A validated set covers its channels for 90 min here, though its rates count for
the pattern only as long as those of a stream. Nothing is said in the first five minutes, while the values are still
arriving. The sampling advice is told beside the pattern and is no condition: only a temperature that is missing for an
hour is worth a prompt. What is measured continuously is not advised.
"""

from __future__ import annotations

from console.alarms.alarm import Condition, Kind, Priority, Stage
from console.alarms.detector import Situation
from console.alarms.reduction import MINUTE, RateChannel
from console.alarms.rules import HealthRules, WindowRules
from console.alarms.signs import VitalSigns
from console.alarms.windows import HOUR, PumpWindows
from console.ward.pump_card import outdated_text
from console.ward.sedation import SEDATION_SCORES
from drivers.observation import Parameter

NAMES = {Kind.WITHDRAWAL: "Autonomic", Kind.OVERDOSE: "Respiratory"}


class DetectorHealth:
    """Coverage of both detectors and prompts of one patient."""

    def __init__(self, rules: HealthRules, windows: WindowRules, now: float) -> None:
        self._rules, self._windows = rules, windows
        self._started = now
        self._since: dict[Kind, float] = {}
        self._conditions: dict[str, Condition] = {}
        self._before: dict[str, Condition] = {}
        self._degraded: dict[Kind, str] = {}
        self.sampling = ""

    def conditions(self) -> tuple[Condition, ...]:
        """Technical conditions that hold now; one that has not changed is the same object as before."""
        return tuple(self._conditions.values())

    def degraded(self, kind: Kind) -> str:
        """What a detector cannot watch, "" when it can."""
        return self._degraded.get(kind, "")

    def evaluate(
        self,
        now: float,
        situation: Situation,
        signs: VitalSigns,
        windows: PumpWindows,
        withdrawal: Stage,
        overdose: Stage,
    ) -> None:
        """Look at everything once. sampling then says how often staff are advised to measure, "" for not at all."""
        self._before, self._conditions = self._conditions, {}
        self._degraded.clear()
        starting = now - self._started < self._rules.start_min * MINUTE
        for kind, missing, weight in (
            (Kind.WITHDRAWAL, self._missing_withdrawal(now, signs, situation.weights[0]), situation.weights[0]),
            (Kind.OVERDOSE, self._missing_overdose(now, signs), situation.weights[1]),
        ):
            if missing and not starting:
                self._degrade(now, kind, missing, weight)
            else:
                self._since.pop(kind, None)
        if situation.cannula_doubtful:
            self._note(
                "check_cannula",
                "Check cannula",
                f"EtCO2 {situation.signs.etco2:.0f}",
                "The sampling line may be off or blocked; the value counts for no pattern.",
                (Parameter.ETCO2,),
            )
        self._prompt(now, situation, signs, windows, withdrawal)
        urgent = max(withdrawal, overdose) >= Stage.WARNING
        self.sampling = self._advise(now, signs, urgent) if urgent or max(situation.weights) else ""

    def _advise(self, now: float, signs: VitalSigns, urgent: bool) -> str:
        """What is measured by single readings, how often it is advised, and whether it is due."""
        rules, advised = self._rules, []
        pressure, temp = rules.advise_pressure_min, rules.advise_temp_min
        if urgent:
            pressure, temp = rules.advise_urgent_pressure_min, rules.advise_urgent_temp_min
        if not signs.art_sys.fresh(now):
            latest = signs.cuff.latest
            advised.append(_interval("blood pressure", pressure, now, None if latest is None else latest.at))
        if not signs.temp.continuous or not signs.temp.fresh(now):
            taken = None if signs.temp.value is None else signs.temp.stamp
            advised.append(_interval("temperature", temp, now, taken))
        return ", ".join(advised)

    def _covered(self, channel: RateChannel, now: float) -> bool:
        if channel.fresh(now):
            return True
        return channel.from_set and now - channel.stamp < self._rules.set_covers_min * MINUTE

    def _missing_withdrawal(self, now: float, signs: VitalSigns, weight: int) -> str:
        pressure = signs.cuff.fresh(now) or signs.art_sys.fresh(now)
        if not pressure and signs.cuff.from_set and signs.cuff.confirmed is not None:
            pressure = now - signs.cuff.confirmed.at < self._rules.set_covers_min * MINUTE
        covered = {
            "temperature": signs.temp.fresh(now),
            "heart rate": self._covered(signs.hr, now),
            "breathing rate": self._covered(signs.rr, now),
            "blood pressure": pressure,
        }
        absent = [name for name, there in covered.items() if not there]
        if len(covered) - len(absent) < self._rules.withdrawal_channels:
            return "no " + ", ".join(absent)
        return "no temperature" if self._temperature_absent(now, signs, weight) else ""

    def _temperature_absent(self, now: float, signs: VitalSigns, weight: int) -> bool:
        spot = signs.temp.value is not None and not signs.temp.continuous
        limit = self._rules.temp_absent_min if spot or not weight else self._rules.temp_prompt_min
        return now - self._taken(signs) >= limit * MINUTE

    def _taken(self, signs: VitalSigns) -> float:
        """Engine time of the last temperature; while there is none, of the beginning."""
        return self._started if signs.temp.value is None else signs.temp.stamp

    def _missing_overdose(self, now: float, signs: VitalSigns) -> str:
        absent = []
        if not self._covered(signs.rr, now) and not self._covered(signs.etco2, now):
            absent += ["breathing rate", "EtCO2"]
        if not self._covered(signs.spo2, now):
            absent.append("SpO2")
        return "no " + ", ".join(absent) if absent else ""

    def _degrade(self, now: float, kind: Kind, missing: str, weight: int) -> None:
        since = self._since.setdefault(kind, now)
        rules = self._rules
        medium = weight >= rules.medium_weight or now - since >= rules.medium_after_min * MINUTE
        self._degraded[kind] = missing
        text = f"{NAMES[kind]} pattern {'not watched' if medium else 'limited'}"
        priority = Priority.MEDIUM if medium else Priority.LOW
        advice = "A stage that stands is held until fresh values clear it."
        self._put(f"detector_degraded:{kind}", priority, text, missing, advice)

    def _prompt(
        self, now: float, situation: Situation, signs: VitalSigns, windows: PumpWindows, withdrawal: Stage
    ) -> None:
        temp, rules = signs.temp, self._rules
        taken = self._taken(signs)
        if max(situation.weights) and not temp.continuous and now - taken >= rules.temp_prompt_min * MINUTE:
            hours = int((now - taken) // HOUR)
            detail = f"last taken over {hours} h ago" if temp.value is not None else "none taken yet"
            self._note("prompt:temperature", "Take a temperature", detail, "A pump window is open.", (Parameter.TEMP,))
        if situation.findings.sedation_overdue:
            score = SEDATION_SCORES[situation.findings.sedation_code].text
            self._note("prompt:sedation", "Score sedation again", f"{score} is over 4 h old")
        stopped = windows.interrupted_since(now)
        if stopped is not None and now - stopped >= self._windows.review_h * HOUR:
            hours = int((now - stopped) // HOUR)
            self._note("prompt:pump_review", "Review the pump", f"delivery not confirmed for {hours} h")
        self._prompt_reservoir(now, windows)
        restored = windows.restored_at(now)
        if restored is not None and withdrawal >= Stage.WARNING and now - restored >= self._windows.recheck_h * HOUR:
            hours = int((now - restored) // HOUR)
            self._note("prompt:recheck_delivery", "Re-check delivery", f"pattern still present {hours} h after repair")

    def _prompt_reservoir(self, now: float, windows: PumpWindows) -> None:
        low = windows.reservoir_low_since(now)
        if low is not None:
            hours = int((now - low) // HOUR)
            detail = f"by the pump card, {hours} h ago" if hours else "by the pump card, within the last hour"
            self._note("prompt:reservoir", "Low-reservoir date reached", detail, "Check when the pump was refilled.")
        event = windows.card_overtaken(now)
        if event is not None:
            detail = f"older than a {outdated_text(event)}; empty date not known"
            self._note("prompt:pump_card", "Pump card out of date", detail, "Chart the pump card again.")

    def _note(
        self, name: str, text: str, detail: str = "", advice: str = "", parameters: tuple[Parameter, ...] = ()
    ) -> None:
        self._put(name, Priority.LOW, text, detail, advice, parameters)

    def _put(
        self,
        name: str,
        priority: Priority,
        text: str,
        detail: str,
        advice: str,
        parameters: tuple[Parameter, ...] = (),
    ) -> None:
        key = f"technical:{name}"
        condition = self._before.get(key)
        if condition is None or condition.detail != detail or condition.priority is not priority:
            condition = Condition(
                key, Kind.TECHNICAL, priority, text, detail=detail, advice=advice, parameters=parameters
            )
        self._conditions[key] = condition


def _interval(name: str, minutes: int, now: float, taken: float | None) -> str:
    due = taken is None or now - taken >= minutes * MINUTE
    return f"{name} every {minutes} min{' (due)' if due else ''}"
