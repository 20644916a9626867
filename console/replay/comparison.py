"""NEWS2 on the same rows: what the usual score would have called.

On streams it is scored on the values the detectors use, once a minute. On validated sets it is scored at each set, a
value standing for an hour and a half, temperature for four, so that a set which leaves one out does not look well.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from console.alarms.news2 import news2
from console.alarms.reduction import half_up, half_up_tenth
from console.ward.patient import RiskFlag
from drivers.observation import Parameter

THRESHOLDS = (5, 7)
STANDS_S = 5400.0
TEMP_STANDS_S = 14400.0


@dataclass(slots=True)
class Comparison:
    """Onsets, their engine times and those of their ends, and seconds at or above each threshold for one patient."""

    flags: Set[RiskFlag]
    sets: bool
    onsets: dict[int, int] = field(default_factory=lambda: dict.fromkeys(THRESHOLDS, 0))
    seconds: dict[int, float] = field(default_factory=lambda: dict.fromkeys(THRESHOLDS, 0.0))
    times: dict[int, list[float]] = field(default_factory=lambda: {threshold: [] for threshold in THRESHOLDS})
    ends: dict[int, list[float]] = field(default_factory=lambda: {threshold: [] for threshold in THRESHOLDS})
    _since: dict[int, float] = field(default_factory=dict)
    _values: dict[Parameter, tuple[float, float]] = field(default_factory=dict)

    def score(self, score: int, now: float) -> None:
        """The score from `now` on."""
        for threshold in THRESHOLDS:
            if score >= threshold:
                if threshold not in self._since:
                    self._since[threshold] = now
                    self.onsets[threshold] += 1
                    self.times[threshold].append(now)
            elif threshold in self._since:
                self.seconds[threshold] += now - self._since.pop(threshold)
                self.ends[threshold].append(now)

    def row_set(self, values: Mapping[Parameter, float], now: float) -> None:
        """Score a validated set."""
        for parameter, value in values.items():
            self._values[parameter] = (value, now)
        self.score(
            news2(
                rr=self._value(Parameter.RR, now),
                spo2=self._value(Parameter.SPO2, now),
                sbp=self._value(Parameter.NIBP_SYS, now),
                hr=self._value(Parameter.HR, now),
                temp=self._value(Parameter.TEMP, now),
                on_oxygen=RiskFlag.SUPPLEMENTAL_OXYGEN in self.flags,
                scale_2=RiskFlag.COPD in self.flags,
            ),
            now,
        )

    def _value(self, parameter: Parameter, now: float) -> float | None:
        value, at = self._values.get(parameter, (0.0, float("-inf")))
        temp = parameter is Parameter.TEMP
        if now - at > (TEMP_STANDS_S if temp else STANDS_S):
            return None
        return half_up_tenth(value) if temp else half_up(value)

    def end(self, now: float) -> None:
        """The recording is over."""
        self.score(0, now)
