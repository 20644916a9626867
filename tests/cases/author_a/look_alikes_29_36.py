"""Look-alikes at a pump that runs: A29 to A36."""

from __future__ import annotations

import numpy as np

from tests.cases.author_a.course import MON, NA, NN, NW, B, Curve, Curves, ar, case
from tests.cases.record import Case


def pulls_off(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Restless: the rate wanders upwards."""
    w = (h > 7) & (h < 11)
    v["hr"][w] += 8 * np.abs(ar(rng, w.sum(), 1, 12))


def af(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Irregular."""
    w = h > 5
    v["hr"][w] += rng.normal(0, 9, w.sum())


def shiver(rng: np.random.Generator, v: Curves, h: Curve) -> None:
    """Poor signals of the probe and the leads."""
    w = np.where((h > 0.3) & (h < 1.5))[0]
    for t in rng.choice(w, 9, replace=False):
        v["spo2"][t : t + 2] -= rng.uniform(3, 12)
        v["rr"][t : t + 2] += rng.uniform(3, 9)


def cases() -> list[Case]:
    """In order."""
    return [
        case(
            29,
            "other",
            "Autonomic dysreflexia, catheter of the bladder blocked",
            34,
            ["sci_t6", "sci"],
            B(36.3, 62, 98, 58, 14, 98),
            (
                "T4 injury: pressure doubles within minutes with slow pulse, flushed and sweating above; gone "
                "once the bladder drains. Must be attended now."
            ),
            NA,
            NW,
            obs=[(5.6, "sweating"), (5.7, "spasticity_up1")],
            dur=11,
            clock=9,
            fast=[(4.8, 7, 4)],
            cuff=((0, 60), (5.5, 5), (6.6, 15), (7.5, 60)),
            temp=((0, 240),),
            d={
                "sbp": [(4.9, 0), (5.2, 50), (5.6, 95), (6.1, 108), (6.2, 70), (6.5, 15), (8, 0)],
                "dbp": [(4.9, 0), (5.2, 24), (5.6, 46), (6.1, 52), (6.3, 20), (6.5, 6), (8, 0)],
                "hr": [(4.9, 0), (5.15, 6), (5.6, -13), (6.1, -15), (6.4, -2), (7, 4), (8, 0)],
                "rr": [(4.9, 0), (5.6, 4), (6.1, 4), (6.6, 0)],
            },
        ),
        case(
            30,
            "other",
            "Alcohol withdrawal on the second day",
            53,
            ["chronic_hypertension"],
            B(36.7, 80, 138, 84, 15, 97),
            (
                "Tremor, sweat, agitation, visions, HR 125, 175/100, T about 38: a look-alike that does deserve "
                "somebody."
            ),
            NA,
            NN,
            obs=[
                (7, "sweating"),
                (9.5, "agitation"),
                (13, "hallucinations"),
                (13.2, "no_rigidity"),
                (13.2, "no_spasticity_up1"),
            ],
            dur=22,
            clock=12,
            sleepdepth=0.2,
            cuff=((0, 60), (9, 30)),
            temp=((0, 240), (12, 180)),
            d={
                "hr": [(3, 0), (7, 14), (10, 26), (13, 42), (15, 30), (18, 34), (22, 20)],
                "sbp": [(3, 0), (7, 12), (10, 26), (13, 38), (15, 24), (18, 28), (22, 12)],
                "dbp": [(3, 0), (10, 12), (13, 18), (22, 6)],
                "rr": [(4, 0), (10, 4), (13, 9), (15, 5), (22, 3)],
                "temp_c": [(6, 0), (13, 1.1), (18, 1.0), (22, 0.5)],
            },
        ),
        case(
            31,
            "other",
            "Thyrotoxicosis not yet treated",
            46,
            ["ms"],
            B(36.9, 82, 126, 70, 16, 98),
            (
                "Fast from the first hour, warm, wide pulse pressure, restless, gets worse towards evening; "
                "steady and without change of tone."
            ),
            NA,
            NN,
            obs=[(6, "sweating"), (9, "agitation"), (9.5, "no_rigidity")],
            known=False,
            dur=20,
            clock=8,
            temp=((0, 240),),
            noise={"hr_slow": 4, "hr_fast": 3},
            d={
                "hr": [(0, 30), (6, 34), (10, 44), (14, 40), (20, 34)],
                "temp_c": [(0, 0.5), (6, 0.7), (10, 1.2), (14, 1.0), (20, 0.8)],
                "sbp": [(0, 18), (10, 30), (20, 20)],
                "dbp": [(0, -4), (20, -6)],
                "rr": [(0, 3), (10, 6), (20, 4)],
            },
        ),
        case(
            32,
            "other",
            "Delirium in the night",
            84,
            ["elderly", "chronic_hypertension"],
            B(36.3, 72, 148, 78, 17, 95),
            (
                "Sundowning: restless for hours, pulls off sensors, rate and pressure moderately up, no fever, "
                "calm again by morning."
            ),
            NW,
            NW,
            obs=[(7.6, "agitation"), (8.2, "delirium"), (8.3, "no_spasticity_up1")],
            dur=15,
            clock=16,
            fast=[(7, 11, 5)],
            off=[(7.8, 8.05, MON), (9.1, 9.6, ("spo2",)), (10.2, 10.45, MON)],
            edit=pulls_off,
            cuff=((0, 60), (8, 90), (11, 60)),
            temp=((0, 240),),
            d={
                "hr": [(6.5, 0), (7.5, 22), (9, 28), (10.5, 22), (11.5, 5), (15, 0)],
                "sbp": [(6.5, 0), (7.5, 20), (9, 28), (11, 14), (12, 0)],
                "dbp": [(6.5, 0), (9, 11), (12, 0)],
                "rr": [(6.5, 0), (8, 5), (10, 5), (11.5, 0)],
                "spo2": [(7, 0), (8, -1), (11, 0)],
            },
        ),
        case(
            33,
            "other",
            "New atrial fibrillation with fast response",
            70,
            ["elderly"],
            B(36.5, 72, 132, 78, 15, 96),
            (
                "Rate jumps from 75 to 140 within a minute, irregular, a little lower pressure, cool, at ease; "
                "slower after metoprolol. A rate limit alarm, not a pattern."
            ),
            NW,
            NN,
            obs=[(5.6, "no_rigidity")],
            dur=12,
            clock=7,
            fast=[(4.8, 9, 3)],
            cuff=((0, 60), (5.2, 20), (9, 60)),
            temp=((0, 240),),
            edit=af,
            d={
                "hr": [(5, 0), (5.02, 68), (7, 64), (8, 42), (9, 30), (12, 22)],
                "sbp": [(5, 0), (5.05, -18), (8, -14), (12, -8)],
                "dbp": [(5, 0), (5.1, -4)],
                "rr": [(5, 0), (5.3, 4), (8, 3), (12, 1)],
                "spo2": [(5, 0), (6, -1)],
            },
        ),
        case(
            34,
            "other",
            "Acute pulmonary oedema at night",
            76,
            ["elderly", "chronic_hypertension"],
            B(36.4, 78, 148, 84, 17, 94),
            "Sits up gasping: RR 34, saturation 83, HR 120, 195/105, sweating; cool. Someone has to come now.",
            NA,
            NW,
            obs=[(6.5, "sweating"), (6.5, "agitation"), (6.6, "oxygen_increased")],
            known=False,
            dur=12,
            clock=21,
            fast=[(5, 8, 4)],
            cuff=((0, 60), (6.3, 10), (8, 30)),
            temp=((0, 240),),
            d={
                "hr": [(5, 0), (5.8, 18), (6.3, 48), (7, 42), (8.5, 18), (12, 6)],
                "rr": [(4.8, 0), (5.8, 7), (6.3, 18), (7, 14), (8.5, 6), (12, 2)],
                "spo2": [(4.8, 0), (5.8, -4), (6.4, -11), (6.8, -3), (8, 0), (12, 1)],
                "sbp": [(5, 0), (5.8, 24), (6.3, 54), (7, 32), (8.5, 0), (12, -6)],
                "dbp": [(5, 0), (6.3, 26), (8.5, 2)],
            },
        ),
        case(
            35,
            "other",
            "Hypoglycaemia before lunch",
            59,
            ["ms"],
            B(36.6, 74, 126, 76, 15, 97),
            "Sweating, restless, then drowsy, HR 110, glucose 2.0; well again half an hour after glucose.",
            NW,
            NW,
            obs=[(4.0, "sweating"), (4.05, "agitation"), (4.3, "sedation_poss2"), (5.2, "sedation_poss1")],
            dur=9,
            clock=8,
            fast=[(3.2, 5.5, 4)],
            cuff=((0, 60), (4, 15), (5, 60)),
            temp=((0, 240), (4.1, 240)),
            d={
                "hr": [(3.3, 0), (3.8, 22), (4.3, 36), (4.6, 22), (5.2, 4), (6, 0)],
                "sbp": [(3.3, 0), (4.2, 28), (4.7, 14), (5.4, 0)],
                "dbp": [(3.3, 0), (4.2, -3), (5.4, 0)],
                "rr": [(3.3, 0), (4.1, 5), (4.5, 2), (5.2, 0)],
                "temp_c": [(3.3, 0), (4.2, -0.6), (6, -0.1)],
            },
        ),
        case(
            36,
            "other",
            "Shivering after an operation on the hip",
            64,
            ["ms", "supplemental_oxygen"],
            B(36.6, 76, 128, 76, 15, 97),
            (
                "Cold after theatre (35.2), shivers for an hour with fast pulse, high pressure and poor signals; "
                "warms to just above normal."
            ),
            NW,
            NW,
            obs=[(0.5, "agitation"), (0.4, "sedation_poss2"), (1.5, "sedation_poss1")],
            dur=10,
            clock=13,
            fast=[(0, 2.5, 2)],
            edit=shiver,
            cuff=((0, 15), (2, 30), (4, 60)),
            temp=((0, 60), (4, 180)),
            d={
                "hr": [(0, 6), (0.4, 26), (1.3, 28), (2, 14), (4, 10), (10, 6)],
                "temp_c": [(0, -1.4), (1, -1.0), (2, -0.4), (4, 0.4), (7, 0.7), (10, 0.5)],
                "sbp": [(0, -6), (0.5, 28), (1.3, 30), (2, 10), (4, 0)],
                "dbp": [(0, -4), (0.5, 14), (1.3, 14), (2, 4), (4, 0)],
                "rr": [(0, -1), (0.5, 7), (1.3, 7), (2, 2), (4, 0)],
                "spo2": [(0, -1), (2, 0)],
            },
        ),
    ]
