"""Invented patients: a scenario file says how a person's vital signs run, and what happens to pump and cables.

A scenario is a pure function of the hour of its story; the demonstration ward, `simulate` and the tests all ask it
for the state at a moment and let a device simulator say it in bytes.
"""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import resources
from drivers.driver import DeviceState
from drivers.observation import Parameter

CUFF_INTERVAL_S = 900.0
"""A cuff reading stands for 15 minutes, as on a ward with a window open."""

_POINT_KEYS = ("temp", "hr", "rr", "spo2", "etco2", "sbp", "dbp")
_NOISE = {"temp": 0.03, "hr": 1.6, "rr": 0.8, "spo2": 0.5, "etco2": 0.8, "sbp": 3.0, "dbp": 2.0}
"""Standard deviation of the wandering around the drawn course: engineering choice, about that of a resting adult."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one hour of the story to another."""

    start: float
    end: float

    def holds(self, hours: float) -> bool:
        """True inside the span, its start included."""
        return self.start <= hours < self.end


@dataclass(frozen=True, slots=True)
class Charted:
    """Something nurses chart at an hour of the story: kind is a pump event or a finding code."""

    hours: float
    kind: str
    percent: float | None = None
    confirmed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One invented story. Hours count from its beginning; negative ones lie before it.

    demo_hour: where a demonstration enters the story. unplugged: when the cable is out. sensor_off: per parameter.
    course: (hour, value) points per key of a vital sign, joined by straight lines.
    """

    name: str
    title: str
    demo_hour: float
    age: int
    sex: str
    weight_kg: float
    flags: tuple[str, ...]
    baseline: Mapping[str, float]
    pump_known: bool
    pump_events: tuple[Charted, ...]
    findings: tuple[Charted, ...]
    course: Mapping[str, tuple[tuple[float, float], ...]]
    sensor_off: tuple[tuple[Parameter, Span], ...]
    unplugged: tuple[Span, ...]

    def state_at(self, seconds: float, seed: int = 0) -> DeviceState:
        """What a device measures `seconds` after the beginning of the story; the same for the same seed."""
        hours = seconds / 3600
        cuff = math.floor(seconds / CUFF_INTERVAL_S) * CUFF_INTERVAL_S
        vitals: dict[Parameter, float] = {}
        for key in self.course:
            at = cuff if key in ("sbp", "dbp") else seconds
            value = self._value(key, at, seed)
            for parameter in _PARAMETERS_OF[key]:
                vitals[parameter] = value
        if Parameter.NIBP_SYS in vitals:
            sys_, dia = vitals[Parameter.NIBP_SYS], vitals[Parameter.NIBP_DIA]
            vitals[Parameter.NIBP_MEAN] = float(round(dia + (sys_ - dia) / 3))
        vitals[Parameter.PERFUSION_INDEX] = round(2.4 + wander(seconds, seed + 7, 0.5), 2)
        off = frozenset(p for p, span in self.sensor_off if span.holds(hours))
        return DeviceState(vitals=vitals, sensor_off=off)

    def shifted(self, offsets: Mapping[str, float]) -> Scenario:
        """The same story told of somebody whose usual values lie elsewhere; offsets in the unit of each key."""
        course = {k: tuple((h, v + offsets.get(k, 0.0)) for h, v in points) for k, points in self.course.items()}
        baseline = {k: v + offsets.get(k, 0.0) for k, v in self.baseline.items()}
        return replace(self, course=course, baseline=baseline)

    def is_unplugged(self, seconds: float) -> bool:
        """True while the cable is out."""
        return any(span.holds(seconds / 3600) for span in self.unplugged)

    def _value(self, key: str, seconds: float, seed: int) -> float:
        drawn = _on_line(self.course[key], seconds / 3600)
        noise = wander(seconds, seed * 31 + _POINT_KEYS.index(key), _NOISE[key])
        value = drawn + noise
        if key == "spo2":
            value = min(value, 100.0)
        return round(value, 1) if key == "temp" else float(max(0, round(value)))


_PARAMETERS_OF: dict[str, tuple[Parameter, ...]] = {
    "temp": (Parameter.TEMP,),
    "hr": (Parameter.HR, Parameter.PR),
    "rr": (Parameter.RR,),
    "spo2": (Parameter.SPO2,),
    "etco2": (Parameter.ETCO2,),
    "sbp": (Parameter.NIBP_SYS,),
    "dbp": (Parameter.NIBP_DIA,),
}


def wander(seconds: float, seed: int, spread: float) -> float:
    """A smooth wandering of about `spread` around zero: four slow waves whose phases come from the seed."""
    total = 0.0
    for index, period in enumerate((41.0, 137.0, 611.0, 2903.0)):
        phase = math.sin(seed * 12.9898 + index * 78.233) * 43758.5453
        total += math.sin(2 * math.pi * (seconds / period + phase))
    return total / 2 * spread


def names() -> tuple[str, ...]:
    """The scenarios that come with the program."""
    return tuple(sorted(p.stem for p in resources.path("scenarios").glob("*.toml")))


def load(name: str) -> Scenario:
    """Read a scenario. Raises ValueError, with the names there are, for an unknown one."""
    if name not in names():
        raise ValueError(f"no scenario '{name}'; there are: {', '.join(names())}")
    return from_mapping(name, tomllib.loads(resources.path("scenarios", f"{name}.toml").read_text(encoding="utf-8")))


def from_mapping(name: str, data: Mapping[str, Any]) -> Scenario:
    """Build a scenario from the content of its file. Raises KeyError or ValueError for what is missing or unknown."""
    points = data["point"]
    unknown = {k for p in points for k in p} - {"hours", *_POINT_KEYS}
    if unknown:
        raise ValueError(f"scenario '{name}': unknown vital sign {', '.join(sorted(unknown))}")
    course = {
        key: tuple((float(p["hours"]), float(p[key])) for p in points if key in p)
        for key in _POINT_KEYS
        if any(key in p for p in points)
    }
    patient = data["patient"]
    return Scenario(
        name=name,
        title=data["title"],
        demo_hour=float(data["demo_hour"]),
        age=int(patient["age"]),
        sex=patient["sex"],
        weight_kg=float(patient["weight_kg"]),
        flags=tuple(patient.get("flags", ())),
        baseline=dict(data.get("baseline", {})),
        pump_known=bool(data.get("pump_known", True)),
        pump_events=tuple(Charted(**e) for e in data.get("pump_event", ())),
        findings=tuple(Charted(**e) for e in data.get("finding", ())),
        course=course,
        sensor_off=tuple((Parameter(s["parameter"]), Span(s["start"], s["end"])) for s in data.get("sensor_off", ())),
        unplugged=tuple(Span(s["start"], s["end"]) for s in data.get("unplugged", ())),
    )


def _on_line(points: tuple[tuple[float, float], ...], hours: float) -> float:
    """The value on the line through the points; before the first and after the last it stays as it is."""
    index = bisect_right(points, (hours, math.inf))
    if index == 0:
        return points[0][1]
    if index == len(points):
        return points[-1][1]
    (start, low), (end, high) = points[index - 1], points[index]
    return low + (high - low) * (hours - start) / (end - start)
