"""Courses of author A: usual values, day and night, the disease as changes from usual at knots, natural noise and ward
events, made minute by minute and then read as a monitor and a nurse would read them.

Every case draws from a generator of its own, in a fixed order: who moves a draw changes the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.cases.record import Case, Stages, record

SEED = 101
CHANNELS = ("temp_c", "hr", "sbp", "dbp", "rr", "spo2", "etco2")
MON = ("hr", "rr", "spo2", "etco2")
"""What the bedside monitor sends continuously."""

Curve = NDArray[np.float64]
Curves = dict[str, Curve]
Knots = Sequence[tuple[float, float]]
"""Hours and the change from usual there."""
Schedule = Sequence[tuple[float, int]]
"""From which hour on, every how many minutes."""
Gap = tuple[float, float, tuple[str, ...]]
"""From hour, to hour, channels that were off."""

NN, NW, NA, NE = ("none", "none"), ("none", "watch"), ("none", "warning"), ("none", "emergency")
EE, AE, WA = ("emergency", "emergency"), ("warning", "emergency"), ("watch", "warning")
"""Least and highest stage: None, Watch, Alarm (warning), Emergency."""

NOISE = {
    "hr_slow": 3,
    "hr_fast": 2.2,
    "rr_slow": 0.8,
    "rr_fast": 1.1,
    "spo2_slow": 0.45,
    "spo2_fast": 0.45,
    "bp_slow": 5,
    "cuff": 4,
    "dcuff": 3,
    "temp": 0.12,
    "etco2_slow": 1.0,
    "etco2_fast": 0.8,
}
"""Standard deviations in the unit of the channel."""
BOUNDS = {
    "temp_c": (33, 42),
    "hr": (25, 210),
    "sbp": (45, 260),
    "dbp": (22, 150),
    "rr": (0, 60),
    "spo2": (40, 100),
    "etco2": (8, 110),
}


def ar(rng: np.random.Generator, n: int, sd: float, tau: float) -> Curve:
    """Slow wandering noise; tau in minutes."""
    if sd == 0:
        return np.zeros(n)
    keep = np.exp(-1 / tau)
    shocks = rng.normal(0, sd * np.sqrt(1 - keep * keep), n)
    out = np.empty(n)
    out[0] = rng.normal(0, sd)
    for i in range(1, n):
        out[i] = keep * out[i - 1] + shocks[i]
    return out


def attack(start: float, rise: float, plateau: float, fall: float, amplitude: float) -> list[tuple[float, float]]:
    """Knots of one attack: hour of its start, minutes of rise, plateau and fall."""
    return [
        (start, 0),
        (start + rise / 60, amplitude),
        (start + (rise + plateau) / 60, amplitude * 0.95),
        (start + (rise + plateau + fall) / 60, amplitude * 0.08),
        (start + (rise + plateau + 2 * fall) / 60, 0),
    ]


def joined(*knots: Knots) -> list[tuple[float, float]]:
    """Several attacks one after another."""
    return sorted(point for own in knots for point in own)


def B(temp_c: float, hr: float, sbp: float, dbp: float, rr: float, spo2: float) -> dict[str, float]:
    """Usual values."""
    return {"temp_c": temp_c, "hr": hr, "sbp": sbp, "dbp": dbp, "rr": rr, "spo2": spo2}


def case(
    number: int,
    label: str,
    title: str,
    age: int,
    flags: Sequence[str],
    base: dict[str, float],
    why: str,
    withdrawal: Stages,
    overdose: Stages,
    *,
    events: Iterable[tuple[Any, ...]] = (),
    obs: Iterable[tuple[float, str]] = (),
    latest: float | dict[str, float] | None = None,
    known: bool = True,
    etco2: float | None = None,
    unknown: bool = False,
    **how: Any,
) -> Case:
    """One case. known: usual values are charted; unknown: nobody knows the state of the pump; how: of the course."""
    return record(
        name=f"A{number:02d}",
        label=label,
        title=title,
        age=age,
        flags=flags,
        baseline=base if known else None,
        baseline_etco2=etco2 if known else None,
        unknown=unknown,
        events=events,
        observations=sorted(obs, key=lambda o: o[0]),
        timeline=course(number, base=base, etco2=etco2, **how),
        withdrawal=withdrawal,
        overdose=overdose,
        latest=latest,
        why=why,
    )


def course(
    number: int,
    *,
    dur: float,
    base: dict[str, float],
    d: dict[str, Knots] | None = None,
    clock: float = 8,
    step: int = 10,
    fast: Sequence[tuple[float, float, int]] = (),
    cuff: Schedule = ((0, 60),),
    temp: Schedule = ((0, 240),),
    etco2: float | None = None,
    noise: dict[str, float] | None = None,
    sleep: tuple[float, float] = (22, 6),
    sleepdepth: float = 1.0,
    bumps: bool = True,
    off: Sequence[Gap] = (),
    edit: Callable[[np.random.Generator, Curves, Curve], None] | None = None,
    bpswing: Sequence[tuple[float, float, float, float]] = (),
    spot: Sequence[int] | None = None,
    o2cap: int = 100,
) -> list[dict[str, Any]]:
    """The points of one case.

    dur: hours; d: channel to its knots; clock: hour of the day at the start; step: minutes between points, fast: (from
    hour, to hour, minutes); off: sensor off; bpswing: (from hour, to hour, amplitude, period in minutes); edit: last
    changes of the minute values; spot: minutes of rounds instead of a monitor; o2cap: highest saturation.
    """
    rng, sd = np.random.default_rng([SEED, number]), {**NOISE, **(noise or {})}
    hours = np.arange(int(dur * 60) + 1) / 60
    of_day = (clock + hours) % 24
    asleep = _asleep(of_day, sleep, sleepdepth)
    values = _values(rng, sd, base, d or {}, hours, of_day, asleep, bpswing, etco2)
    if bumps:
        _bumps(rng, values, asleep, dur)
    if edit:
        edit(rng, values, hours)
    last = len(hours) - 1
    cuffs = [_near(rng, minute, 3, 4, last) for minute in _times(cuff, dur)]
    temps = [_near(rng, minute, 9, 10, last) for minute in _times(temp, dur)]
    monitor, nulls = _monitor(step, fast, dur, last), {}
    if spot is not None:
        monitor = {minute + k for minute in spot for k in range(3)}
        nulls = {minute + k: set(MON) for minute in spot for k in (-1, 3)}
        cuffs = [minute + 1 for minute in spot]
    for start, end, channels in off:
        a, b = round(start * 60), round(end * 60)
        for minute in {a, b} | {m for m in monitor if a < m < b}:
            nulls.setdefault(minute, set()).update(channels)
        monitor |= {a - 1, b + 1} & set(range(last + 1))
    points = []
    for minute in sorted(monitor | set(cuffs) | set(temps) | {m for m in nulls if 0 <= m <= last}):
        on = {"temp_c"} if minute in temps else set()
        on |= {"sbp", "dbp"} if minute in cuffs else set()
        if minute in monitor or (spot is None and on):
            on |= set(MON) - nulls.get(minute, set())
        on -= {c for start, end, channels in off if start * 60 < minute < end * 60 for c in channels}
        points.append(_point(rng, sd, values, minute, on, o2cap))
    return points


def _asleep(of_day: Curve, sleep: tuple[float, float], depth: float) -> Curve:
    """0 awake to `depth` asleep, smooth over 41 minutes."""
    start, end = sleep
    within = [(h >= start or h < end) if start > end else (start <= h < end) for h in of_day]
    padded = np.pad(np.array(within, float), 20, mode="edge")
    return np.convolve(padded, np.ones(41) / 41, "valid") * depth


def _values(
    rng: np.random.Generator,
    sd: dict[str, float],
    base: dict[str, float],
    changes: dict[str, Knots],
    hours: Curve,
    of_day: Curve,
    asleep: Curve,
    swings: Sequence[tuple[float, float, float, float]],
    etco2: float | None,
) -> Curves:
    n = len(hours)

    def changed(channel: str) -> Curve:
        return np.interp(hours, *zip(*changes[channel], strict=True)) if channel in changes else np.zeros(n)

    def noise(channel: str, tau: float) -> tuple[Curve, Curve]:
        return ar(rng, n, sd[f"{channel}_slow"], tau), rng.normal(0, sd[f"{channel}_fast"], n)

    day = np.cos((of_day - 17) / 24 * 2 * np.pi)
    slow = ar(rng, n, sd["bp_slow"], 45)
    swing = np.zeros(n)
    for start, end, amplitude, period in swings:
        weight = np.clip(np.minimum(hours - start, end - hours) * 2, 0, 1)
        phase = np.cumsum(2 * np.pi / (period * rng.uniform(0.7, 1.3, n)))
        swing += weight * amplitude * (np.sin(phase + rng.uniform(0, 6)) * 0.7 + ar(rng, n, 0.6, 15))
    values = {"temp_c": base["temp_c"] + 0.25 * day - 0.1 * asleep + changed("temp_c")}
    drift, flutter = noise("hr", 25)
    values["hr"] = base["hr"] + 1.5 * day - 6 * asleep + changed("hr") + drift + flutter
    values["sbp"] = base["sbp"] + 2 * day - 9 * asleep + changed("sbp") + slow + swing
    values["dbp"] = base["dbp"] + 1 * day - 6 * asleep + changed("dbp") + 0.55 * slow + 0.5 * swing
    drift, flutter = noise("rr", 15)
    values["rr"] = base["rr"] - 1.0 * asleep + changed("rr") + drift + flutter
    drift, flutter = noise("spo2", 20)
    values["spo2"] = base["spo2"] - 0.8 * asleep + changed("spo2") + drift + flutter
    if etco2 is not None:
        drift, flutter = noise("etco2", 15)
        values["etco2"] = etco2 + 1.5 * asleep + changed("etco2") + drift + flutter
    return values


def _bumps(rng: np.random.Generator, values: Curves, asleep: Curve, dur: float) -> None:
    """Meals, toilet, visits and turning; and a finger probe that slips for a minute or two."""
    minutes = np.arange(len(asleep))
    for _ in range(rng.poisson(dur * 0.35)):
        at = rng.integers(0, len(minutes))
        weight = np.exp(-0.5 * ((minutes - at) / rng.uniform(4, 12)) ** 2)
        awake = 1 - 0.6 * asleep[at]
        values["hr"] += weight * rng.uniform(4, 11) * awake
        values["rr"] += weight * rng.uniform(0, 3) * awake
        values["sbp"] += weight * rng.uniform(2, 10) * awake
    for _ in range(rng.poisson(dur * 0.12)):
        at = rng.integers(0, len(minutes))
        values["spo2"][at : at + rng.integers(1, 3)] -= rng.uniform(2, 6)


def _times(schedule: Schedule, dur: float) -> list[int]:
    out = set()
    for i, (start, every) in enumerate(schedule):
        end = schedule[i + 1][0] if i + 1 < len(schedule) else dur + 1e-6
        minute = round(start * 60)
        while minute <= end * 60 and minute <= dur * 60:
            out.add(minute)
            minute += every
    return sorted(out)


def _near(rng: np.random.Generator, minute: int, early: int, late: int, last: int) -> int:
    """A task is done a little early or late; the first and the last are on time."""
    return min(max(0, minute + int(rng.integers(-early, late))), last) if 0 < minute < last else minute


def _monitor(step: int, fast: Sequence[tuple[float, float, int]], dur: float, last: int) -> set[int]:
    minutes = {*_times([(0, step)], dur), last}
    for start, end, every in fast:
        minutes = {m for m in minutes if not start * 60 <= m <= end * 60}
        minutes |= set(range(round(start * 60), round(end * 60) + 1, every))
    return minutes


def _point(
    rng: np.random.Generator, sd: dict[str, float], values: Curves, minute: int, on: set[str], o2cap: int
) -> dict[str, Any]:
    measured = {"sbp": sd["cuff"], "dbp": sd["dcuff"], "temp_c": sd["temp"]}
    point: dict[str, Any] = {"hours": round(minute / 60, 4)}
    for channel in CHANNELS:
        if channel not in on or channel not in values:
            point[channel] = None
            continue
        value = values[channel][minute]
        if channel in measured:
            value += rng.normal(0, measured[channel])
        low, high = BOUNDS[channel]
        value = float(np.clip(value, low, min(high, o2cap) if channel == "spo2" else high))
        point[channel] = round(value, 1) if channel == "temp_c" else round(value)
    if point["sbp"] is not None and point["dbp"] > point["sbp"] - 15:
        point["dbp"] = point["sbp"] - 15
    return point
