"""Courses of author B: slow key points joined smoothly, day and night, short events and noise each half minute, then
read as a ward monitor would: a base grid, finer windows where things go fast, cuff and thermometer at their times.

Every case draws from a generator of its own, in a fixed order: who moves a draw changes the case.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.cases.record import Stages, record

SEED = 202
CHANNELS = ("temp_c", "hr", "sbp", "dbp", "rr", "spo2", "etco2")

Curve = NDArray[np.float64]
Curves = dict[str, Curve]
Keys = Sequence[tuple[float, float]]
"""Hours and the change from usual there."""
Schedule = Sequence[tuple[float, float]]
"""Until which hour, every how many minutes."""
Edit = Callable[[Curve, Curves, np.random.Generator, NDArray[np.bool_]], None]
"""Changes the noisy curves in place: hours, curves, generator, where."""

N, WA, WR, EM = "none", "watch", "warning", "emergency"
NOISE = {
    "temp_c": (0.06, 0.09),
    "hr": (2.8, 2.0),
    "sbp": (4.5, 3.5),
    "dbp": (3.0, 2.5),
    "rr": (0.8, 0.8),
    "spo2": (0.4, 0.4),
    "etco2": (0.9, 0.7),
}
"""Standard deviation of the slow and of the white part."""
DAY_AND_NIGHT = {"temp_c": 0.25, "hr": 4.0, "sbp": 6.0, "dbp": 4.0, "rr": 0.7, "spo2": 0.4, "etco2": -1.0}
"""Amplitude by day and night."""
BOUNDS = {
    "temp_c": (33, 42),
    "hr": (24, 205),
    "sbp": (45, 250),
    "dbp": (25, 140),
    "rr": (2, 55),
    "spo2": (50, 100),
    "etco2": (8, 100),
}


def B(
    temp: float = 36.7, hr: float = 74, sbp: float = 124, dbp: float = 74, rr: float = 15, spo2: float = 97
) -> dict[str, float]:
    """Usual values."""
    return {"temp_c": temp, "hr": hr, "sbp": sbp, "dbp": dbp, "rr": rr, "spo2": spo2}


def smooth(keys: Keys, t: Curve) -> Curve:
    """Key points joined by cosines, flat outside."""
    x, y = np.array([k[0] for k in keys], float), np.array([k[1] for k in keys], float)
    if len(x) == 1:
        return np.full(len(t), y[0])
    i = np.clip(np.searchsorted(x, t, side="right") - 1, 0, len(x) - 2)
    f = np.clip((t - x[i]) / np.maximum(x[i + 1] - x[i], 1e-9), 0, 1)
    f = (1 - np.cos(np.pi * f)) / 2
    return y[i] + (y[i + 1] - y[i]) * f


def bump(t: Curve, start: float, rise: float, hold: float, fall: float) -> Curve:
    """From 0 to 1 and back with soft corners; the phases in minutes."""
    top = start + rise / 60
    end = top + hold / 60
    back = end + fall / 60
    return smooth([(start - 1e-3, 0), (top, 1), (end + 1e-3, 1), (back + 2e-3, 0)], t)


def channel(name: str) -> str:
    """The key of a channel in the case."""
    return "temp_c" if name == "temp" else name


class Course:
    """truth: the patient's own usual values, also when the chart does not know them."""

    def __init__(
        self,
        name: str,
        hours: int,
        truth: dict[str, float],
        clock: float = 9,
        etco2: float | None = None,
        noise: float = 1.0,
        circ: float = 1.0,
    ) -> None:
        self.rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        self.hours, self.t = hours, np.arange(0, hours * 120 + 1) / 120.0
        day = np.cos(2 * np.pi * ((self.t + clock) - 15.5) / 24) * circ
        usual = dict(truth) if etco2 is None else {**truth, "etco2": etco2}
        self.v = {c: usual[c] + DAY_AND_NIGHT[c] * day for c in CHANNELS if c in usual}
        self.noise = dict.fromkeys(CHANNELS, noise)
        self.gaps: list[tuple[float, float, tuple[str, ...]]] = []
        self.fine: list[tuple[float, float, float]] = []
        self.posts: list[tuple[Edit, float, float]] = []

    def add(self, **keys: Keys) -> Course:
        """Slow changes from the usual: temp, hr, sbp, dbp, rr, spo2, etco2."""
        for name, points in keys.items():
            if channel(name) in self.v:
                self.v[channel(name)] = self.v[channel(name)] + smooth(points, self.t)
        return self

    def hit(self, start: float, rise: float, hold: float, fall: float, fine: bool = True, **changes: float) -> Course:
        """A short event; changes at its top. fine: points each minute or two meanwhile."""
        shape = bump(self.t, start, rise, hold, fall)
        for name, change in changes.items():
            if channel(name) in self.v:
                self.v[channel(name)] = self.v[channel(name)] + change * shape
        if fine:
            length = rise + hold + fall
            self.fine.append((start - 0.05, start + length / 60 + 0.05, 1 if length <= 25 else 2))
        return self

    def gap(self, start: float, end: float, *channels: str) -> Course:
        """Channels off from hour to hour."""
        self.gaps.append((start, end, channels))
        return self

    def post(self, edit: Edit, start: float, end: float, step: float = 1) -> Course:
        """Change the noisy curves between two hours, with a point every `step` minutes."""
        self.posts.append((edit, start, end))
        self.fine.append((start - 0.02, end + 0.02, step))
        return self

    def noisy(self) -> Curves:
        """The curves with noise and edits, within what a monitor shows. The slow part of noise lasts about 12 min."""
        keep, out = math.exp(-0.5 / 12), {}
        for name, curve in self.v.items():
            slow_sd, white_sd = NOISE[name]
            shocks = self.rng.normal(0, slow_sd * math.sqrt(1 - keep * keep), len(curve))
            slow, level = np.empty(len(curve)), self.rng.normal(0, slow_sd)
            for i in range(len(curve)):
                level = keep * level + shocks[i]
                slow[i] = level
            out[name] = curve + self.noise[name] * (slow + self.rng.normal(0, white_sd, len(curve)))
        for edit, start, end in self.posts:
            edit(self.t, out, self.rng, (self.t >= start) & (self.t <= end))
        for name in out:
            out[name] = np.clip(out[name], *BOUNDS[name])
        out["spo2"] = np.minimum(out["spo2"], 100)
        out["dbp"] = np.minimum(out["dbp"], out["sbp"] - 14)
        return out

    def rows(
        self,
        grid: float = 10,
        cuff: Schedule = ((99, 60),),
        temps: Sequence[float] = (0, 4, 8, 12, 16, 20, 24),
        spots: Sequence[float] | None = None,
    ) -> list[dict[str, Any]]:
        """The points. grid: minutes; temps: hours; spots: hours of rounds, isolated readings instead of a monitor."""
        values = self.noisy()
        off: set[int] = set()
        if spots is None:
            monitor, cuffs = self._monitor(grid), self._cuffs(cuff)
        else:
            monitor, cuffs = set(), {self._at(h) for h in spots}
            off = {i + k for i in cuffs for k in (-2, 2) if 0 <= i + k < len(self.t)}
        thermometer = {self._at(h) for h in temps if h <= self.hours}
        if spots is not None:
            thermometer = {min(cuffs, key=lambda s: abs(s - i)) for i in thermometer}
        gaps = [(self._at(start), self._at(end), channels) for start, end, channels in self.gaps]
        monitor |= {i for start, end, _ in gaps for i in (start, end)}
        points = []
        for i in sorted(monitor | cuffs | thermometer | off):
            on = set(self.v) - {"temp_c", "sbp", "dbp"} if i not in off else set()
            on |= {"temp_c"} if i in thermometer else set()
            on |= {"sbp", "dbp"} if i in cuffs else set()
            on -= {c for start, end, channels in gaps if start <= i <= end for c in channels}
            point: dict[str, Any] = {"hours": round(i / 120, 4)}
            for c in CHANNELS:
                value = float(values[c][i]) if c in on else None
                point[c] = value if value is None else round(value, 1) if c == "temp_c" else round(value)
            points.append(point)
        return points

    def _at(self, hours: float) -> int:
        return int(min(len(self.t) - 1, max(0, round(hours * 120))))

    def _monitor(self, grid: float) -> set[int]:
        found = {self._at(m / 60) for m in np.arange(0, self.hours * 60 + 1, grid)}
        for start, end, step in self.fine:
            found |= {self._at(h) for h in np.arange(max(start, 0), min(end, self.hours), step / 60)}
        return found

    def _cuffs(self, schedule: Schedule) -> set[int]:
        found, hours, k = set(), 0.0, 0
        while hours <= self.hours:
            found.add(self._at(hours + (self.rng.uniform(-2, 4) / 60 if hours else 0)))
            while k < len(schedule) - 1 and hours >= schedule[k][0]:
                k += 1
            hours += schedule[k][1] / 60
        return found


def case(
    name: str,
    label: str,
    title: str,
    age: int,
    flags: Sequence[str],
    points: list[dict[str, Any]],
    withdrawal: Stages,
    overdose: Stages,
    why: str,
    *,
    base: dict[str, float] | None = None,
    etco2: float | None = None,
    events: Iterable[tuple[Any, ...]] = (),
    obs: Iterable[tuple[float, str]] = (),
    latest: float | dict[str, float] | None = None,
    unknown: bool = False,
) -> dict[str, Any]:
    """One case. base: usual values that are charted; unknown: nobody knows the state of the pump."""
    return record(
        name=name,
        label=label,
        title=title,
        age=age,
        flags=flags,
        baseline=base,
        baseline_etco2=etco2,
        unknown=unknown,
        events=events,
        observations=sorted(obs),
        timeline=points,
        withdrawal=withdrawal,
        overdose=overdose,
        latest=latest,
        why=why,
    )
