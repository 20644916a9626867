"""Shapes that several cases of author B use: spasms, sleep, apnoeas, loose probes, irregular rhythm and breathing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.cases.author_b.course import Course, Curve, Curves, Edit, smooth

Where = NDArray[np.bool_]


def spasm_storm(
    c: Course,
    start: float,
    end: float,
    per_hour: float,
    hr: float = 14,
    sbp: float = 22,
    dbp: float = 12,
    rr: float = 5,
) -> Course:
    """Spasms in runs of some minutes: pressure and rate swing."""
    hours = start
    while hours < end:
        hours += c.rng.exponential(1 / per_hour) + 0.08
        if hours >= end:
            break
        k = c.rng.uniform(0.6, 1.3)
        c.hit(hours, 2, c.rng.uniform(2, 8), 6, fine=False, hr=hr * k, sbp=sbp * k, dbp=dbp * k, rr=rr * k)
    return c


def sleep(
    c: Course,
    start: float,
    end: float,
    hr: float = -7,
    sbp: float = -10,
    dbp: float = -6,
    rr: float = -1.5,
    spo2: float = -0.8,
    etco2: float = 2,
) -> Course:
    """Asleep from hour to hour."""

    def keys(change: float) -> list[tuple[float, float]]:
        return [(start, 0), (start + 0.7, change), (end - 0.4, change), (end, 0)]

    return c.add(hr=keys(hr), sbp=keys(sbp), dbp=keys(dbp), rr=keys(rr), spo2=keys(spo2), etco2=keys(etco2))


def apnoeas(period: tuple[float, float] = (2.0, 4.5), depth: tuple[float, float] = (4, 14), hr: float = 12) -> Edit:
    """Obstructive: SpO2 falls over a minute and recovers, pulse slows and leaps at the arousal, the monitor's breathing
    rate drops and recovers. period: minutes."""

    def edit(t: Curve, v: Curves, r: np.random.Generator, m: Where) -> None:
        i, end = int(np.argmax(m)), int(len(m) - 1 - np.argmax(m[::-1]))
        while i < end - 12:
            n, deep = int(r.uniform(*period) * 2), r.uniform(*depth)
            if r.random() < 0.85:
                phase = np.linspace(0, 1, n, endpoint=False)
                where = slice(i, min(i + n, end))
                length = where.stop - where.start
                v["spo2"][where] -= (deep * np.interp(phase, [0, 0.55, 0.8, 1], [0, 1, 0.25, 0]))[:length]
                v["hr"][where] += (hr * np.interp(phase, [0, 0.45, 0.65, 1], [0, -0.5, 1, 0]) * deep / 10)[:length]
                v["rr"][where] += np.interp(phase, [0, 0.15, 0.5, 0.65, 1], [0, -5, -5, 5, 0])[:length]
            i += n
            if r.random() < 0.05:
                i += int(r.uniform(8, 25) * 2)  # a quiet stretch

    return edit


def artefact(spo2: bool = True, hr: bool = True, rr: bool = True, style: str = "loose") -> Edit:
    """Nonsense of loose leads and probe on the channels named; style "cold": saturation creeps down and jumps."""

    def edit(t: Curve, v: Curves, r: np.random.Generator, m: Where) -> None:
        k = int(m.sum())
        if style != "loose":
            x = np.cumsum(r.normal(0, 1.0, k))
            x -= np.linspace(x[0], x[-1], k)
            v["spo2"][m] -= 6 + np.abs(x) * 0.7
            return
        if spo2:
            v["spo2"][m] = np.where(r.random(k) < 0.45, v["spo2"][m], r.uniform(62, 88, k))
        if hr:
            wrong = r.random(k) < 0.4, r.choice([34, 41, 150, 168, 185, 52], k) + r.normal(0, 5, k)
            v["hr"][m] = np.where(wrong[0], v["hr"][m], wrong[1])
        if rr:
            wrong = r.random(k) < 0.4, r.choice([4, 5, 36, 42, 28], k) + r.normal(0, 1.5, k)
            v["rr"][m] = np.where(wrong[0], v["rr"][m], wrong[1])

    return edit


def afib(low: float, high: float, sd: float) -> Edit:
    """Atrial fibrillation: irregular, from one level to another."""

    def edit(t: Curve, v: Curves, r: np.random.Generator, m: Where) -> None:
        k = int(m.sum())
        level = smooth([(0, low), (0.15, high), (1, high)], np.linspace(0, 1, k))
        v["hr"][m] = level + r.normal(0, sd, k) + 6 * np.sin(np.linspace(0, k / 60, k))

    return edit


def cheyne(breaths: float = 8, points: float = 4, period: float = 1.3) -> Edit:
    """Waxing and waning breathing; period: minutes."""

    def edit(t: Curve, v: Curves, r: np.random.Generator, m: Where) -> None:
        minutes = t[m] * 60
        phase = np.cumsum(r.normal(1, 0.08, len(minutes))) * 0.5 / period * 2 * np.pi
        envelope = 0.7 + 0.3 * np.sin(minutes / 37)
        v["rr"][m] += breaths * np.sin(phase) * envelope
        v["spo2"][m] += points * (np.sin(phase - 2.2) - 0.8) * envelope
        v["hr"][m] += 5 * np.sin(phase - 0.6) * envelope

    return edit
