"""Look-alikes at a pump that runs: A37 to A44."""

from __future__ import annotations

import numpy as np

from tests.cases.author_a.course import MON, NN, NW, B, Curve, Curves, ar, case
from tests.cases.record import Case


def osa(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Apnoeas every 2 to 4 minutes of sleep, more in REM: saturation falls late, pulse falls and rebounds, impedance
    sees the chest move."""
    t = int(1.4 * 60)
    n = len(h)
    while t < min(n - 6, int(8.6 * 60)):
        rem = h[t] % 1.6 > 1.15
        depth = rng.uniform(9, 17) if rem else rng.uniform(4, 10)
        v["spo2"][t + 1] -= depth * 0.6
        v["spo2"][t + 2] -= depth * rng.uniform(0.2, 0.5) if not rem else depth * 0.9
        v["hr"][t] -= rng.uniform(3, 7)
        v["hr"][t + 2] += rng.uniform(6, 14)
        v["rr"][t] -= rng.uniform(1, 6)
        v["rr"][t + 2] += rng.uniform(1, 5)
        t += int(rng.integers(2, 5)) if rng.random() > 0.08 else int(rng.integers(8, 18))


def washing(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Nonsense on oximeter and leads."""
    for a, b in ((2.05, 2.17), (2.25, 2.42), (6.5, 6.62)):
        w = (h >= a) & (h <= b)
        k = w.sum()
        v["spo2"][w] -= rng.uniform(8, 30, k)
        v["rr"][w] = rng.choice([0, 3, 5, 6, 8, 22, 31], k)
        v["hr"][w] += rng.choice([-38, -25, -10, 15, 60], k)


def remdips(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Four stretches of REM sleep."""
    for c in (3.2, 4.9, 6.5, 8.0):
        w = np.exp(-0.5 * ((h - c) / 0.12) ** 2)
        v["spo2"] -= 3.5 * w
        v["etco2"] += 3 * w


def cold(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """A wandering signal."""
    w = (h > 3) & (h < 4.7)
    k = w.sum()
    v["spo2"][w] += -7 + ar(rng, k, 3.5, 6) + rng.normal(0, 1.6, k)


def cheyne(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Waxing and waning about every 80 s."""
    np.arange(len(h))
    on = np.clip(np.minimum(h - 1.6, 8.4 - h) * 3, 0, 1)
    ph = 2 * np.pi * np.cumsum(1 / (1.35 + 0.12 * ar(rng, len(h), 1, 20)))
    amp = on * (1 + 0.35 * ar(rng, len(h), 1, 30))
    v["rr"] += amp * 5.5 * np.sin(ph)
    v["spo2"] += amp * (2.4 * np.sin(ph - 1.8) - 1.6)
    v["hr"] += amp * 3 * np.sin(ph - 0.6)


def meals(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Three meals without the mask."""
    for a, b in ((1.0, 1.45), (5.1, 5.6), (11.1, 11.55)):
        x = np.interp(h, [a, a + 0.1, b, b + 0.06], [0, 1, 1, 0])
        v["spo2"] -= x * rng.uniform(6.5, 9.5)
        v["hr"] += 7 * x
        v["rr"] += 2.5 * x


def cases() -> list[Case]:
    """In order."""
    return [
        case(
            37,
            "other",
            "Obstructive sleep apnoea all night, refuses his mask",
            56,
            ["sleep_apnoea", "chronic_hypertension"],
            B(36.6, 76, 140, 86, 15, 95),
            "Desaturates every few minutes to the eighties as every night, wakes easily; usual for him.",
            NN,
            NW,
            obs=[(0.8, "sedation_poss1"), (9.2, "sedation_poss1")],
            dur=10,
            clock=21.5,
            sleep=(22.5, 6.2),
            fast=[(1.2, 9, 1)],
            edit=osa,
            cuff=((0, 60), (1, 120)),
            temp=((0, 480),),
        ),
        case(
            38,
            "other",
            "Washing: probe and leads loose together",
            44,
            ["cp", "communication_difficulty"],
            B(36.7, 78, 116, 70, 15, 98),
            (
                "Nonsense bursts of some minutes on oximeter and leads while the nurse washes the patient; "
                "charted afterwards."
            ),
            NN,
            NW,
            obs=[(2.9, "activity"), (7.2, "activity")],
            dur=10,
            clock=6.5,
            sleep=(22, 6),
            fast=[(1.9, 2.7, 1), (6.3, 6.8, 1)],
            edit=washing,
            off=[(2.19, 2.23, ("spo2",)), (2.45, 2.5, MON)],
            d={"hr": [(1.9, 0), (2.1, 12), (2.5, 10), (2.8, 0), (6.4, 0), (6.5, 9), (6.8, 0)]},
        ),
        case(
            39,
            "other",
            "Wheelchair racer asleep",
            31,
            ["athlete", "sci"],
            B(36.4, 52, 112, 66, 12, 98),
            "HR 42 and RR 9-10 in deep sleep with full saturation and easy waking are usual for him.",
            NN,
            NN,
            obs=[(0.7, "sedation_poss1"), (10.3, "sedation_poss1")],
            dur=12,
            clock=20.5,
            sleep=(22, 6.5),
            cuff=((0, 120),),
            temp=((0, 360),),
            noise={"hr_slow": 1.8, "hr_fast": 1.4, "rr_slow": 0.6, "rr_fast": 0.7},
            bumps=False,
            d={
                "hr": [(1.2, 0), (2.5, -2), (9, -2), (10.3, 4)],
                "rr": [(1.2, 0), (2.5, -1.5), (9, -1.3), (10.2, 0)],
                "temp_c": [(1, 0), (6, -0.1)],
            },
        ),
        case(
            40,
            "other",
            "CO2 retainer's usual night",
            69,
            ["copd", "elderly", "supplemental_oxygen"],
            B(36.5, 84, 136, 78, 18, 90),
            "Saturation 87-90, EtCO2 in the fifties and small dips in REM: his usual night at one litre.",
            NN,
            NN,
            obs=[(0.6, "sedation_poss1"), (9.6, "sedation_poss1")],
            etco2=52,
            dur=11,
            clock=21,
            sleep=(22.5, 6.3),
            edit=remdips,
            fast=[(2.8, 3.6, 3), (4.5, 5.3, 3), (6.1, 6.9, 3), (7.6, 8.4, 3)],
            cuff=((0, 60), (2, 120)),
            temp=((0, 360),),
            o2cap=95,
        ),
        case(
            41,
            "other",
            "Probe on a cold hand",
            61,
            ["ms"],
            B(36.4, 70, 118, 72, 14, 97),
            (
                "Saturation reads 83-93 and wanders on a blue cold finger; pulse, breathing and wakefulness "
                "unchanged, 97 on the ear."
            ),
            NN,
            NW,
            obs=[(4.6, "sedation_poss1")],
            dur=9,
            clock=11,
            fast=[(2.9, 4.9, 2)],
            edit=cold,
            off=[(4.7, 4.85, ("spo2",))],
            temp=((0, 240),),
        ),
        case(
            42,
            "other",
            "Cheyne-Stokes breathing in chronic heart failure",
            73,
            ["elderly", "beta_blocker"],
            B(36.3, 64, 112, 66, 17, 95),
            (
                "Waxing and waning breathing each minute or so with small saturation waves all night, known for "
                "months; rouses at once."
            ),
            NN,
            NW,
            obs=[(0.5, "sedation_poss1"), (9.3, "sedation_poss1")],
            dur=10,
            clock=21.5,
            sleep=(22.8, 6.2),
            fast=[(1.4, 8.8, 1)],
            edit=cheyne,
            cuff=((0, 60), (2, 120)),
            temp=((0, 360),),
        ),
        case(
            43,
            "other",
            "Asleep on his usual slow-release opioid",
            50,
            ["opioid", "sci"],
            B(36.5, 70, 116, 70, 12, 95),
            "RR 9-11 and saturation 92-94 asleep, as every night for years; wakes to voice.",
            NN,
            NW,
            obs=[(1.3, "sedation_poss1"), (5.5, "sedation_poss1")],
            known=False,
            dur=12,
            clock=20,
            sleep=(21.8, 6),
            cuff=((0, 60), (2, 120)),
            temp=((0, 360),),
            noise={"rr_slow": 0.6, "rr_fast": 0.8},
            bumps=False,
            d={
                "rr": [(1.5, 0), (2.5, -1), (9.5, -1), (10.3, 0)],
                "spo2": [(1.5, 0), (2.5, -0.9), (9.5, -0.9), (10.3, 0)],
                "hr": [(1.5, 0), (3, -3), (10, 0)],
            },
        ),
        case(
            44,
            "other",
            "Oxygen mask off for meals",
            68,
            ["supplemental_oxygen", "elderly"],
            B(36.6, 78, 130, 76, 18, 95),
            (
                "Saturation 86-88 for the length of each meal, awake and eating, RR up rather than down; back at "
                "once with the mask."
            ),
            NN,
            NN,
            obs=[(1.6, "activity"), (6, "sedation_poss1")],
            dur=14,
            clock=7,
            fast=[(0.9, 1.6, 2), (5, 5.8, 2), (11, 11.7, 2)],
            edit=meals,
            sleep=(22, 6),
            temp=((0, 240),),
        ),
    ]
