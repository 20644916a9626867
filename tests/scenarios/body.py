"""The latent body of one virtual patient, minute by minute, before any sensor; and when the truth is an emergency.

A crisis is a severity s(t) from 0 (usual self) to 1 (full picture), an S-shaped rise over hours of the group. It acts
on the body by personal magnitudes drawn from published courses, never from a threshold of the console:

* Withdrawal at s = 1: heart rate 125 to 170, temperature 38.5 to 41.5, systolic 165 to 215 (or 70 to 95), breaths 26 to
  38 (Meythaler 2003; Cardoso 2014; the drug's boxed warning). Each channel lags the severity by its own delay.
* Overdose at s = 1: ventilation down to 10 to 30 % of usual, mostly by rate. Arterial CO2 follows with a time constant
  of 10 min, oxygen by the alveolar gas equation, saturation by Severinghaus (J Appl Physiol 1979;46:599).

Truth, emergency of a withdrawal: the first minute at s >= 0.8 (the hypermetabolic stage is established; severity is no
vital sign, so a blunted or normothermic patient is judged by his illness and not by his numbers). Truth, emergency of
an overdose: arterial pH under 7.25 by acute CO2 retention (0.008 a mmHg) or arterial oxygen under 55 mmHg for 3 min:
acute respiratory failure in which support is due. Both are taken from the latent values without noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.scenarios.groups import Group

Curve = NDArray[np.float64]

WITHDRAWAL_EMERGENCY = 0.8
MOST_CO2_MMHG = 110.0
"""Beyond it nobody breathes without help."""
ACIDOSIS_PH, HYPOXAEMIA_MMHG, HELD_MIN = 7.25, 55.0, 3
QUIET_DAY_MIN, AFTER_MIN = 1440, 90


@dataclass(slots=True)
class Body:
    """Curves of one value a minute. onset, emergency: minutes of the truth, None without a crisis. full_h: hours from
    the first sign to the full picture. marks: minute and name of what a nurse could see or did."""

    usual: dict[str, float]
    curves: dict[str, Curve]
    severity: Curve
    oxygen_lpm: float
    clock_h: float
    onset: int | None = None
    emergency: int | None = None
    full_h: float = 0.0
    marks: list[tuple[int, str]] = field(default_factory=list)


def make_body(group: Group, rng: np.random.Generator) -> Body:
    """A patient of the group. The same generator state gives the same patient."""
    usual = _usual(group, rng)
    full_h = float(rng.uniform(*group.hours)) if group.crisis else 0.0
    onset = int(rng.integers(180, 480)) if group.crisis else None
    minutes = QUIET_DAY_MIN if onset is None else onset + round(full_h * 60) + AFTER_MIN + 120
    severity = np.zeros(minutes) if onset is None else _rise(minutes, onset, full_h * 60)
    body = Body(usual, {}, severity, 2.0 if group.oxygen else 0.0, float(rng.uniform(0, 24)), onset, None, full_h)
    _everyday(body, group, rng)
    if group.fever:
        _fever(body, rng)
    if group.apnoeas:
        _apnoeas(body, rng)
    breathing = np.ones(minutes)
    if group.crisis == "withdrawal":
        _withdraw(body, group, rng)
        body.emergency = int(np.argmax(severity >= WITHDRAWAL_EMERGENCY))
    elif group.crisis == "overdose":
        breathing = _depress(body, group, rng)
    _gas(body, breathing, overdose=group.crisis == "overdose")
    if body.emergency is not None:
        end = body.emergency + AFTER_MIN
        body.curves = {name: curve[:end] for name, curve in body.curves.items()}
        body.severity = severity[:end]
        body.marks = [mark for mark in body.marks if mark[0] < end]
    return body


def wander(rng: np.random.Generator, minutes: int, spread: float, tau_min: float) -> Curve:
    """Autocorrelated noise of first order, standard deviation `spread`, time constant `tau_min`."""
    keep = float(np.exp(-1 / tau_min))
    shocks = rng.normal(0, spread * np.sqrt(1 - keep * keep), minutes).tolist()
    value, out = float(rng.normal(0, spread)), []
    for shock in shocks:
        value = keep * value + shock
        out.append(value)
    return np.array(out)


def _usual(group: Group, rng: np.random.Generator) -> dict[str, float]:
    """Resting values of adults on a ward; a beta blocker slows the heart."""
    usual = {
        "hr": rng.normal(76, 9),
        "rr": rng.normal(15.5, 1.8),
        "temp": rng.normal(36.8, 0.2),
        "sbp": rng.normal(124, 14),
        "etco2": rng.normal(38, 2.5),
        "shunt": rng.normal(14, 4),
    }
    if group.blunted:
        usual["hr"] = rng.normal(60, 5)
    bounds = {"hr": (48, 100), "rr": (11, 20), "temp": (36.3, 37.3), "sbp": (92, 160), "etco2": (33, 44)}
    bounds["shunt"] = (6, 26)
    return {name: float(np.clip(value, *bounds[name])) for name, value in usual.items()}


def _rise(minutes: int, onset: int, full: float) -> Curve:
    """0 before the onset, 1 after `full` minutes, smooth between."""
    x = np.clip((np.arange(minutes) - onset) / full, 0, 1)
    return np.asarray(x * x * (3 - 2 * x))


def _everyday(body: Body, group: Group, rng: np.random.Generator) -> None:
    """Day and night, wandering over minutes and hours, and moving about."""
    usual, minutes = body.usual, len(body.severity)
    day = np.sin(2 * np.pi * (body.clock_h + np.arange(minutes) / 60 - 10) / 24)
    curves = body.curves
    curves["hr"] = usual["hr"] + 5 * day + wander(rng, minutes, 4, 60) + wander(rng, minutes, 2.5, 4)
    curves["rr"] = usual["rr"] + 0.8 * day + wander(rng, minutes, 1.2, 40) + wander(rng, minutes, 1.0, 3)
    curves["temp"] = usual["temp"] + 0.3 * day + wander(rng, minutes, 0.1, 120)
    curves["sbp"] = usual["sbp"] + 6 * day + wander(rng, minutes, 6, 60) + wander(rng, minutes, 4, 5)
    bouts = [(int(rng.integers(3, 12)), float(rng.uniform(6, 20))) for _ in range(rng.poisson(8 * minutes / 1440))]
    bouts += [(int(rng.integers(15, 45)), float(rng.uniform(20, 50))) for _ in range(group.activity)]
    for length, effort in bouts:
        start = int(rng.integers(0, minutes))
        if length >= 15 and rng.random() < 0.5:
            body.marks.append((start, "activity"))
        shape = np.zeros(minutes)
        shape[start : start + length] = 1
        shape = np.convolve(shape, np.exp(-np.arange(30) / 6) / 6, "full")[:minutes]
        curves["hr"] += effort * shape
        curves["rr"] += effort * 0.22 * shape
        curves["sbp"] += effort * 0.5 * shape


def _fever(body: Body, rng: np.random.Generator) -> None:
    """An infection: 1.3 to 2.8 C over hours, 8 to 12 beats and about 2 breaths a degree (Liebermeister's rule)."""
    minutes = len(body.severity)
    shape = _rise(minutes, int(rng.integers(120, 480)), float(rng.uniform(180, 480)))
    degrees = float(rng.uniform(1.3, 2.8)) * shape * (1 - 0.25 * np.sin(np.arange(minutes) / rng.uniform(60, 120)) ** 2)
    body.curves["temp"] += degrees
    body.curves["hr"] += float(rng.uniform(8, 12)) * degrees
    body.curves["rr"] += float(rng.uniform(1.5, 2.5)) * degrees
    body.curves["sbp"] -= float(rng.uniform(0, 5)) * degrees


def _apnoeas(body: Body, rng: np.random.Generator) -> None:
    """Obstructed sleep: 10 to 25 dips of an hour at night, saturation 4 to 14 lower for a minute."""
    minutes = len(body.severity)
    hour = (body.clock_h + np.arange(minutes) / 60) % 24
    asleep = (hour >= 23) | (hour < 6)
    dips = (rng.random(minutes) < rng.uniform(10, 25) / 60) & asleep
    body.curves["dip"] = np.where(dips, rng.uniform(4, 14, minutes), 0.0)


def _withdraw(body: Body, group: Group, rng: np.random.Generator) -> None:
    curves, s, n = body.curves, body.severity, len(body.severity)
    reach = {"hr": rng.uniform(125, 170), "temp": rng.uniform(38.5, 41.5), "rr": rng.uniform(26, 38)}
    reach["sbp"] = rng.uniform(70, 95) if group.hypotensive else max(rng.uniform(165, 215), body.usual["sbp"] + 35)
    if group.blunted:
        reach["hr"] = rng.uniform(95, 120)
    if group.normothermic:
        reach["temp"] = rng.uniform(36.6, 37.6)
    for name, peak in reach.items():
        lag = int(rng.integers(0, 90) * min(1.0, body.full_h / 6)) + (20 if name == "temp" else 0)
        late = np.concatenate([np.zeros(lag), s])[:n]
        curves[name] += (peak - body.usual[name]) * late
    curves["sbp"] += 18 * s * wander(rng, n, 1, 25)
    seen = (("pruritus", 0.15, 0.6), ("spasticity_up1", 0.2, 0.6), ("agitation", 0.4, 0.5), ("sweating", 0.4, 0.4))
    for name, severity, chance in (*seen, ("spasticity_up2", 0.55, 0.5), ("delirium", 0.75, 0.4)):
        if rng.random() < chance:
            body.marks.append((int(np.argmax(s >= severity)) + int(rng.integers(5, 150)), name))


def _depress(body: Body, group: Group, rng: np.random.Generator) -> Curve:
    """Acts on rate, heart and pressure; returns the share of usual ventilation."""
    curves, s = body.curves, body.severity
    share = 1 - (1 - float(rng.uniform(0.10, 0.30))) * s
    curves["rr"] *= share ** float(rng.uniform(0.6, 0.95))
    curves["hr"] *= 1 - float(rng.uniform(0.1, 0.35)) * s
    fall = rng.uniform(0.3, 0.45) if group.hypotensive else rng.uniform(-0.25, 0.2)
    curves["sbp"] *= 1 - float(fall) * s
    curves["temp"] -= float(rng.uniform(0, 1.2)) * s
    for name, severity, chance in (
        ("hypotonia", 0.35, 0.4),
        ("sedation_poss3", 0.5, 0.4),
        ("sedation_poss4", 0.85, 0.3),
    ):
        if rng.random() < chance:
            body.marks.append((int(np.argmax(s >= severity)) + int(rng.integers(3, 45)), name))
    return np.asarray(share)


def _gas(body: Body, share: Curve, *, overdose: bool) -> None:
    """Arterial CO2, oxygen and saturation from ventilation; in an overdose also the minute of the truth."""
    usual, carbon, levels = body.usual["etco2"] + 3, body.usual["etco2"] + 3, []
    for ventilation in share.tolist():
        carbon += (min(usual / ventilation, MOST_CO2_MMHG) - carbon) / 10
        levels.append(carbon)
    arterial = np.array(levels)
    inspired = 0.21 + 0.04 * body.oxygen_lpm
    oxygen = np.maximum(inspired * 713 - arterial / 0.8 - body.usual["shunt"], 20.0)
    saturation = 100 / (23400 / (oxygen**3 + 150 * oxygen) + 1)
    body.curves["etco2"] = arterial - 3
    body.curves["spo2"] = saturation - body.curves.pop("dip", 0.0)
    if overdose:
        failing = (7.40 - 0.008 * (arterial - usual) < ACIDOSIS_PH) | (oxygen < HYPOXAEMIA_MMHG)
        held = np.convolve(failing, np.ones(HELD_MIN), "full")[: len(failing)] >= HELD_MIN
        if not held.any():
            raise AssertionError("an overdose that never fails is no case of this group")
        body.emergency = int(np.argmax(held))
