"""What reaches the console of a body: sensors, cuffs, thermometers and charts, with their noise, gaps and artefacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from console.replay.rows import Row
from drivers.observation import Parameter
from tests.scenarios.body import Body, Curve
from tests.scenarios.groups import Group

STEP_S = 15
PER_MINUTE = 60 // STEP_S
MEASURED = {"hr": Parameter.HR, "rr": Parameter.RR, "spo2": Parameter.SPO2, "etco2": Parameter.ETCO2}
NOISE = {"hr": 1.5, "rr": 1.0, "spo2": 0.6, "etco2": 1.0}
BOUNDS = {"hr": (0, 300), "rr": (0, 70), "spo2": (40, 100), "etco2": (0, 130)}
BURSTS = {"hr": (35.0, 190.0), "rr": (0.0, 45.0), "spo2": (55.0, 92.0), "etco2": (5.0, 30.0)}
"""What a sensor shows while it is moved or loose: anything between, one level a burst."""


def rows(name: str, group: Group, body: Body, rng: np.random.Generator) -> list[Row]:
    """The rows of one patient in time order, one every 15 s; no quality flag is ever set."""
    names = [n for n in MEASURED if n != "etco2" or group.capnography]
    streams = {n: _stream(body.curves[n], n, rng) for n in names}
    length = len(streams["hr"])
    _artefacts(streams, group, rng, length)
    for n in names:
        for _ in range(rng.poisson(3 * length * STEP_S / 86400)):
            start = int(rng.integers(0, length))
            streams[n][start : start + int(rng.integers(1, 20)) * PER_MINUTE] = np.nan
    discrete = {**_cuff(group, body, rng)}
    for at, value in _thermometer(group, body, rng):
        discrete.setdefault(at, []).append((Parameter.TEMP, value))
    columns = [(MEASURED[n], streams[n].tolist()) for n in names]
    made = []
    for step in range(length):
        values = [(p, c[step]) for p, c in columns if c[step] == c[step]]
        values += discrete.get(step, ())
        if values:
            made.append(Row(name, float(step * STEP_S), values))
    return made


def context(group: Group, body: Body, rng: np.random.Generator) -> dict[str, Any]:
    """What is charted of the patient, in the form of a context file."""
    entry: dict[str, Any] = {"age": int(rng.integers(19, 80))}
    flags = ["beta_blocker"] * group.blunted + ["supplemental_oxygen"] * group.oxygen
    entry["flags"] = flags + ["sleep_apnoea"] * group.apnoeas
    if group.usual_known:
        usual = body.usual
        entry["baseline"] = {
            "temp_c": round(usual["temp"], 1),
            "hr": round(usual["hr"]),
            "sbp": round(usual["sbp"]),
            "dbp": round(usual["sbp"] * 0.62),
            "rr": round(usual["rr"]),
            "spo2": round(float(np.median(body.curves["spo2"][:120]))),
        }
    if group.pump != "unknown":
        entry["pump_events"] = []
        if group.pump != "quiet":
            before = rng.uniform(4, 30) if group.crisis == "withdrawal" else rng.uniform(0.5, 3)
            hours = (body.onset or 0) / 60 - float(before)
            entry["pump_events"] = [{"hours": round(hours, 2), "event": group.pump}]
    entry["observations"] = [{"hours": round(at / 60, 3), "code": code} for at, code in body.marks]
    return entry


def _stream(curve: Curve, name: str, rng: np.random.Generator) -> Curve:
    """A latent curve as a monitor sends it: every 15 s, with noise, in whole numbers."""
    length = len(curve) * PER_MINUTE
    fine = np.interp(np.arange(length) / PER_MINUTE, np.arange(len(curve)), curve)
    return np.round(np.clip(fine + rng.normal(0, NOISE[name], length), *BOUNDS[name]))


def _artefacts(streams: dict[str, Curve], group: Group, rng: np.random.Generator, length: int) -> None:
    """Bursts of 30 s to 6 min on one to three channels at once, unflagged."""
    for _ in range(rng.poisson(group.artefacts * length * STEP_S / 86400)):
        start, steps = int(rng.integers(0, length)), int(rng.integers(2, 25))
        for name in rng.permutation(list(streams))[: int(rng.choice([1, 1, 1, 2, 2, 3]))].tolist():
            low, high = BURSTS[name]
            part = streams[name][start : start + steps]
            part[:] = np.round(np.clip(rng.uniform(low, high) + rng.normal(0, 4, len(part)), *BOUNDS[name]))


def _times(every_min: float, minutes: int, rng: np.random.Generator) -> Iterator[int]:
    """Minutes of a task that is due every so often and done a little late or early; one in twenty is left out."""
    due = float(rng.uniform(0, min(every_min, 15)))
    while due < minutes - 1:
        if rng.random() >= 0.05:
            yield int(due)
        due += every_min * float(rng.uniform(0.85, 1.2))


def _cuff(group: Group, body: Body, rng: np.random.Generator) -> dict[int, list[tuple[Parameter, float]]]:
    """Readings every 15 to 30 min, sparse 60; one in forty spoilt by movement."""
    every = 60.0 if group.sparse else float(rng.choice([15.0, 20.0, 30.0]))
    found = {}
    for minute in _times(every, len(body.severity), rng):
        systolic = float(body.curves["sbp"][minute]) + float(rng.normal(0, 4))
        if rng.random() < 1 / 40:
            systolic *= float(rng.choice([0.65, 1.4]))
        systolic = float(np.clip(systolic, 45, 260))
        diastolic = systolic * float(np.clip(rng.normal(0.62, 0.03), 0.5, 0.72))
        pressures = (systolic, diastolic, diastolic + (systolic - diastolic) / 3)
        kinds = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)
        found[minute * PER_MINUTE] = [(p, float(round(v))) for p, v in zip(kinds, pressures, strict=True)]
    return found


def _thermometer(group: Group, body: Body, rng: np.random.Generator) -> Iterator[tuple[int, float]]:
    """A spot reading every 1 to 4 h, sparse 4 to 6 h; in a quarter of the others a probe, once a minute."""
    minutes = len(body.severity)
    if not group.sparse and rng.random() < 0.25:
        times: Iterator[int] = iter(range(minutes))
    else:
        times = _times(float(rng.uniform(240, 360) if group.sparse else rng.choice([60, 120, 240])), minutes, rng)
    for minute in times:
        yield minute * PER_MINUTE, round(float(body.curves["temp"][minute]) + float(rng.normal(0, 0.08)), 1)
