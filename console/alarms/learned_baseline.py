"""Usual values of a patient: charted, else learned from a quiet time, else a default; once set they stay.

Detector specification, section 1.2. Decisions: each parameter freezes by itself as soon as the quiet window holds
enough of it, so that a missing channel does not keep the others from being learned. EtCO2 is never learned: the
specification gives neither floor nor clamp for it. A parameter that has only a default may be charted at any time;
one that is charted or learned may be changed only while no pattern stands at watch or above.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from statistics import median

from console.alarms.reduction import BP, ETCO2, HR, MINUTE, RR, SPO2, TEMP, half_up, half_up_tenth
from console.alarms.rules import BaselineRules
from console.alarms.temperature import slope_per_hour
from console.ward.patient import Baseline

NAMES = ("temp", "hr", "sbp", "dbp", "rr", "spo2", "etco2")
BITS = {"temp": TEMP, "hr": HR, "sbp": BP, "dbp": 0, "rr": RR, "spo2": SPO2, "etco2": ETCO2}
RATES = ("hr", "rr", "spo2")


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual values in force, rounded to display resolution. known: channel bits charted or learned.

    sources: "charted", "learned" or "default" per name.
    """

    temp: float
    hr: float
    sbp: float
    dbp: float
    rr: float
    spo2: float
    etco2: float
    known: int
    charted: int
    sources: dict[str, str]


class BaselineRefusedError(ValueError):
    """The usual values cannot be changed now; the text says why."""


class BaselineKeeper:
    """Learns what nobody has charted. Constant cost a minute until all is frozen, then none."""

    def __init__(self, rules: BaselineRules, charted: Baseline) -> None:
        self._rules = rules
        self._charted = charted
        self._learned: dict[str, float] = {}
        self._since: float | None = None
        self._series: dict[str, deque[tuple[float, float]]] = {
            name: deque(maxlen=rules.window_min + 1) for name in (*RATES, "sbp", "dbp", "temp")
        }
        self.usual = self._combine()

    @property
    def complete(self) -> bool:
        """True when nothing is left to learn."""
        return all(self.usual.sources[name] != "default" for name in self._series)

    @property
    def baseline(self) -> Baseline:
        """Charted and learned values; None where only a default stands."""
        known = {n: getattr(self.usual, n) for n in NAMES if self.usual.sources[n] != "default"}
        empty = dict.fromkeys(NAMES)
        return replace(self._charted, **{**empty, **known})

    def chart(self, baseline: Baseline, *, quiet: bool) -> None:
        """Take charted values. Raises BaselineRefusedError when one that is set would change while a pattern stands."""
        changed = [
            name
            for name in NAMES
            if self.usual.sources[name] != "default"
            and getattr(baseline, name) not in (None, getattr(self.usual, name))
        ]
        if changed and not quiet:
            names = ", ".join(changed)
            raise BaselineRefusedError(f"usual {names} cannot be changed while a pattern stands at watch or above")
        kept = {n: getattr(self._charted, n) for n in NAMES if getattr(baseline, n) is None}
        self._charted = replace(baseline, **kept)
        self.usual = self._combine()

    def collect(self, name: str, value: float, at: float) -> None:
        """A value of the quiet time: one a minute for rates, each reading for pressure and temperature."""
        if self._since is not None:
            self._series[name].append((at, value))

    def minute(self, now: float, *, quiet: bool) -> bool:
        """End a minute; quiet: no pattern at watch, NEWS2 low enough. True when a usual value has been learned."""
        if not quiet:
            if self._since is not None:
                self._since = None
                for series in self._series.values():
                    series.clear()
            return False
        if self._since is None:
            self._since = now
            return False
        rules = self._rules
        if now - self._since < rules.minimum_min * MINUTE:
            return False
        return self._freeze(now)

    def _freeze(self, now: float) -> bool:
        rules, ready = self._rules, []
        minimum = rules.minimum_min * MINUTE
        for name, series in self._series.items():
            while series and now - series[0][0] > rules.window_min * MINUTE:
                series.popleft()
            if self.usual.sources[name] != "default":
                continue
            needed, span = rules.pressure_values, minimum
            if name in RATES:
                needed, span = rules.rate_values, minimum - MINUTE
            elif name == "temp":
                needed = rules.temp_values
            if len(series) >= needed and series[-1][0] - series[0][0] >= span:
                ready.append(name)
        if not ready or not self._level():
            return False
        for name in ready:
            low, high = getattr(rules.clamp, name)
            self._learned[name] = min(max(median(v for _, v in self._series[name]), low), high)
        self.usual = self._combine()
        return True

    def _level(self) -> bool:
        """No trend in heart rate and temperature over the window, as far as they are measured."""
        for name, allowed in (("hr", self._rules.hr_slope_per_h), ("temp", self._rules.temp_slope_per_h)):
            series = self._series[name]
            if len(series) > 1 and abs(slope_per_hour(series)) > allowed:
                return False
        return True

    def _combine(self) -> Usual:
        values: dict[str, float] = {}
        sources: dict[str, str] = {}
        known = charted = 0
        for name in NAMES:
            value, source = getattr(self._charted, name), "charted"
            if value is None:
                value, source = self._learned.get(name), "learned"
            if value is None:
                value, source = getattr(self._rules.default, name), "default"
            values[name] = half_up_tenth(value) if name == "temp" else half_up(value)
            sources[name] = source
            known |= BITS[name] if source != "default" else 0
            charted |= BITS[name] if source == "charted" else 0
        return Usual(**values, known=known, charted=charted, sources=sources)
