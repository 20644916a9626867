"""Courses of author C: a latent body at one value a minute (usual values, day and night, visits, noise), on which the
disease is drawn with ramps and pulses; then measured by a monitor every `step` minutes, a cuff and a thermometer.

Every case draws from a generator of its own, in a fixed order: who moves a draw changes the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.cases.record import Case, Stages, record

SEED = 303

Curve = NDArray[np.float64]
Schedule = Sequence[tuple[float, float]]
"""From which hour on, every how many minutes (cuff) or hours (thermometer)."""


def smooth(x: Curve) -> Curve:
    """0 to 1 with soft corners."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def ramp(t: Curve, start: float, end: float, amplitude: float = 1.0) -> Curve:
    """0 before `start`, the amplitude after `end` (hours), smooth between."""
    return amplitude * smooth((t - start) / max(end - start, 1e-6))


def pulse(t: Curve, on: float, rise: float, off: float, fall: float, amplitude: float = 1.0) -> Curve:
    """Rises at `on` over `rise` hours, falls at `off` over `fall` hours."""
    return amplitude * (smooth((t - on) / rise) - smooth((t - off) / fall))


def ar1(rng: np.random.Generator, n: int, sd: float, tau: float) -> Curve:
    """Correlated noise; tau in minutes."""
    keep = np.exp(-1.0 / tau)
    shocks = rng.normal(0, sd * np.sqrt(1 - keep * keep), n)
    out = np.empty(n)
    out[0] = rng.normal(0, sd)
    for i in range(1, n):
        out[i] = keep * out[i - 1] + shocks[i]
    return out


def usual(
    temp: float = 36.7, hr: float = 74, sbp: float = 122, dbp: float = 74, rr: float = 15, spo2: float = 97
) -> dict[str, float]:
    """Usual values."""
    return {"temp_c": temp, "hr": hr, "sbp": sbp, "dbp": dbp, "rr": rr, "spo2": spo2}


class Course:
    """One case on its way: the body in `temp`, `hr`, `sbp`, `dbp`, `rr`, `spo2`, `etco2`, one value a minute."""

    def __init__(
        self,
        number: int,
        label: str,
        title: str,
        age: int,
        hours: float,
        clock: float,
        u: dict[str, float],
        flags: Sequence[str] = (),
        *,
        chart: bool = True,
        etco2: float | None = None,
        chart_etco2: float | None = None,
        events: Sequence[tuple[Any, ...]] = (),
        obs: Sequence[tuple[float, str]] = (),
        wd: Stages = ("none", "none"),
        od: Stages = ("none", "none"),
        latest: float | dict[str, float] | None = None,
        why: str = "",
        step: int = 2,
        cuff: Schedule = ((0, 60),),
        temps: Schedule = ((0, 4),),
        sleep: float = 1.0,
        noise: float = 1.0,
        awake: Sequence[tuple[float, float]] = (),
        sparse: Sequence[float] | None = None,
        labile: tuple[float, float, float] | None = None,
    ) -> None:
        """clock: hour of the day at the start; u: true usual values; chart: whether usual values are charted; wd, od:
        least and highest stage of withdrawal and overdose; awake: (from, to) hours in spite of the night; sparse: hours
        of rounds instead of a monitor; labile: (from, full at, mmHg) of swinging pressure."""
        self.rng = np.random.default_rng([SEED, number])
        self.n = int(hours * 60) + 1
        self.t = np.arange(self.n) / 60.0
        self.step, self.cuff, self.temps, self.sparse = step, cuff, temps, sparse
        self.gaps: list[tuple[tuple[str, ...], float, float]] = []
        self.known: dict[str, Any] = {
            "name": f"C{number:02d}",
            "label": label,
            "title": title,
            "age": age,
            "flags": flags,
            "baseline": self._charted(u) if chart else None,
            "baseline_etco2": chart_etco2,
            "unknown": False,
            "events": events,
            "observations": obs,
            "withdrawal": wd,
            "overdose": od,
            "latest": latest,
            "why": why,
        }
        self.night = self._night(clock, sleep, awake)
        self._rest(u, clock, noise, etco2)
        self._visits(clock, hours)
        if labile:
            start, full, mmhg = labile
            swing = ramp(self.t, start, full) * ar1(self.rng, self.n, mmhg, 25)
            self.add(sbp=swing, dbp=0.55 * swing, hr=0.25 * swing)

    def _charted(self, u: dict[str, float]) -> dict[str, float]:
        """An earlier measurement, so not exactly the true mean."""
        rng = self.rng
        return {
            "temp_c": u["temp_c"],
            "hr": int(u["hr"] + rng.integers(-2, 3)),
            "sbp": int(u["sbp"] + rng.integers(-4, 5)),
            "dbp": int(u["dbp"] + rng.integers(-3, 4)),
            "rr": int(u["rr"]),
            "spo2": int(u["spo2"]),
        }

    def _night(self, clock: float, sleep: float, awake: Sequence[tuple[float, float]]) -> Curve:
        of_day = (clock + self.t) % 24
        night = np.where(of_day > 12, smooth((of_day - 22.2) / 1.3), 1 - smooth((of_day - 5.6) / 1.4)) * sleep
        for start, end in awake:
            night = night * (1 - pulse(self.t, start, 0.3, end, 0.5))
        return night

    def _rest(self, u: dict[str, float], clock: float, noise: float, etco2: float | None) -> None:
        night = self.night

        def ar(sd: float, tau: float) -> Curve:
            return ar1(self.rng, self.n, sd, tau)

        day = 0.25 * np.cos(((clock + self.t) % 24 - 17) / 24 * 2 * np.pi)
        self.temp = u["temp_c"] + day + ar(0.06, 90)
        self.hr = u["hr"] * (1 - 0.10 * night) + ar(3.2 * noise, 2) + ar(2.0 * noise, 45)
        self.sbp = u["sbp"] * (1 - 0.08 * night) + ar(4.5 * noise, 20)
        follows = 0.5 * (self.sbp - self.sbp.mean()) * 0.4
        self.dbp = u["dbp"] * (1 - 0.08 * night) + follows + ar(2.5 * noise, 20)
        self.rr = u["rr"] - 1.3 * night + ar(1.4 * noise, 1.5) + ar(0.5, 30)
        self.spo2 = u["spo2"] - 0.8 * night + ar(0.6, 3) + ar(0.3, 40)
        self.etco2 = None if etco2 is None else etco2 + 1.5 * night + ar(1.3, 3) + ar(0.7, 40)

    def _visits(self, clock: float, hours: float) -> None:
        """Visits, turning in bed and meals."""
        at = self.rng.uniform(0.4, 2.0)
        while at < hours:
            k = self.rng.uniform(0.6, 1.3)
            p = pulse(self.t, at, 0.03, at + self.rng.uniform(0.10, 0.22), 0.06)
            self.add(hr=8 * k * p, sbp=7 * k * p, rr=2.5 * k * p)
            at += self.rng.uniform(1.8, 3.6)
        for meal in (8.0, 12.4, 17.9):
            at = (meal - clock) % 24
            if at < hours - 1:
                p = pulse(self.t, at, 0.1, at + 0.45, 0.5)
                self.add(hr=5 * p, rr=1.5 * p)

    def add(self, **changes: Curve) -> Course:
        """Add changes to the body."""
        for name, change in changes.items():
            setattr(self, name, getattr(self, name) + change)
        return self

    def gap(self, channels: tuple[str, ...], start: float, end: float) -> None:
        """Sensors off from hour to hour."""
        self.gaps.append((channels, start, end))

    def washing_gap(self) -> None:
        """One ordinary interruption: probe off for some minutes."""
        start = self.rng.uniform(0.5, self.t[-1] - 1)
        channels = ("spo2",) if self.rng.random() < 0.6 else ("hr", "rr", "spo2")
        self.gap(channels, start, start + self.rng.uniform(0.07, 0.25))

    def recorded(self) -> Case:
        """The case, measured."""
        return record(timeline=self._measured(), **self.known)

    def _schedule(self, plan: Schedule, unit_min: float, jitter: float) -> set[int]:
        found = set()
        for k, (start, every) in enumerate(plan):
            until = plan[k + 1][0] if k + 1 < len(plan) else self.t[-1] + 0.01
            at = start
            while at < until:
                minute = round(at * 60 + (self.rng.uniform(-jitter, jitter) if at > 0 else 0))
                if 0 <= minute < self.n:
                    found.add(minute)
                at += every * unit_min / 60.0
        return found

    def _rounds(self) -> tuple[set[int], set[int], NDArray[np.bool_]]:
        """Points and readings of rounds, and when a monitor was connected."""
        live, grid, taken = np.zeros(self.n, bool), {0, self.n - 1}, set()
        for hours in self.sparse or ():
            early = self.rng.uniform(-12, 12) if hours > 0 else 0
            m = min(self.n - 3, max(0, round(hours * 60 + early)))
            live[m : m + 2] = True
            grid |= {max(m - 1, 0), m, m + 1, m + 2}
            taken.add(m)
        return grid, taken, live

    def _measured(self) -> list[dict[str, Any]]:
        cuff = self._schedule(self.cuff, 1, 3)
        temps = self._schedule(self.temps, 60, 9)
        grid = set(range(0, self.n, self.step)) | {self.n - 1} | cuff | temps
        live = np.ones(self.n, bool)
        if self.sparse is not None:
            grid, cuff, live = self._rounds()
            temps = cuff
        on = {channel: live.copy() for channel in ("hr", "rr", "spo2", "etco2")}
        for channels, start, end in self.gaps:
            i, j = int(start * 60), int(end * 60) + 1
            for channel in channels:
                on[channel][i:j] = False
            grid |= {i, min(j, self.n - 1)}
        return [self._point(m, on, m in cuff, m in temps) for m in sorted(grid) if 0 <= m < self.n]

    def _point(self, m: int, on: dict[str, NDArray[np.bool_]], cuff: bool, temp: bool) -> dict[str, Any]:
        def read(name: str, curve: Curve | None, high: float, low: float = 0) -> int | None:
            return round(np.clip(curve[m], low, high)) if curve is not None and on[name][m] else None

        point: dict[str, Any] = {"hours": round(m / 60.0, 4), "temp_c": None}
        if temp:
            point["temp_c"] = round(float(np.clip(self.temp[m] + self.rng.normal(0, 0.12), 33, 42)), 1)
        point |= {"hr": read("hr", self.hr, 240), "sbp": None, "dbp": None}
        if cuff:
            point["sbp"] = round(np.clip(self.sbp[m] + self.rng.normal(0, 4), 45, 250))
            dia = min(self.dbp[m] + self.rng.normal(0, 3), point["sbp"] - 14)
            point["dbp"] = round(np.clip(dia, 25, 150))
        point |= {"rr": read("rr", self.rr, 60), "spo2": read("spo2", self.spo2, 100, 40)}
        point["etco2"] = read("etco2", self.etco2, 110)
        return point


def low_rr_desat(c: Course, depth: float, on: float, rise: float) -> None:
    """Shallow slow breathing makes saturation fall with a lag and become unsteady."""
    c.spo2 += ramp(c.t, on + 0.15, on + rise + 0.3, -depth)
    c.spo2 += ramp(c.t, on + 0.3, on + rise) * ar1(c.rng, c.n, 1.0, 4)
