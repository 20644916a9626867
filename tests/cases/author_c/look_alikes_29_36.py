"""Look-alikes at a pump that runs: C29 to C36."""

from __future__ import annotations

import numpy as np

from tests.cases.author_c.course import Course, ar1, pulse, ramp, usual
from tests.cases.record import Case


def c29() -> Case:
    c = Course(
        29,
        "other",
        "Autonomic dysreflexia in T4 paraplegia (urinary catheter blocked)",
        37,
        8,
        12,
        usual(36.4, 64, 102, 60, 14, 97),
        ["sci_t6", "sci"],
        obs=[(3.5, "sweating"), (3.5, "spasticity_up1"), (4.4, "no_pruritus")],
        wd=("none", "warning"),
        od=("none", "none"),
        step=1,
        cuff=((0, 60), (3.2, 5), (4.6, 20), (5.5, 60)),
        why=(
            "Paroxysmal pressure above 200 with a SLOW pulse and sweating, gone minutes after the catheter "
            "is flushed: must be looked at, is not withdrawal."
        ),
    )
    t = c.t
    p = pulse(t, 2.9, 0.45, 4.15, 0.3)
    c.add(sbp=102 * p, dbp=48 * p, hr=-14 * p + pulse(t, 2.85, 0.08, 3.0, 0.15, 8), rr=3 * p)
    return c.recorded()


def c30() -> Case:
    c = Course(
        30,
        "other",
        "Alcohol withdrawal on the second day after admission",
        53,
        20,
        12,
        usual(36.7, 82, 132, 80, 16, 97),
        ["sci"],
        chart=False,
        obs=[
            (5.5, "agitation"),
            (6.0, "sweating"),
            (12.0, "hallucinations"),
            (12.0, "no_rigidity"),
            (13.0, "no_spasticity_up1"),
        ],
        wd=("none", "warning"),
        od=("none", "watch"),
        sleep=0.2,
        cuff=((0, 60), (6, 30), (15, 60)),
        temps=((0, 4),),
        labile=(4, 9, 7),
        why=(
            "Adrenergic withdrawal of another kind, slowly falling under benzodiazepines; deserves somebody "
            "coming, tone unchanged."
        ),
    )
    t = c.t
    p = ramp(t, 3, 11) * (1 - 0.6 * ramp(t, 14, 19))
    c.add(hr=38 * p, sbp=36 * p, dbp=18 * p, rr=6 * p, temp=1.0 * p)
    return c.recorded()


def c31() -> Case:
    c = Course(
        31,
        "other",
        "Thyrotoxicosis found on admission",
        45,
        16,
        10,
        usual(36.7, 76, 124, 76, 15, 98),
        ["ms"],
        obs=[(2.0, "sweating"), (4.0, "agitation"), (4.0, "no_spasticity_up1")],
        wd=("none", "warning"),
        sleep=0.4,
        temps=((0, 4),),
        cuff=((0, 60),),
        why=(
            "Rate 120-130 from the first minute, wide pulse pressure, 37.7, unchanged for hours and slower "
            "with propranolol; nothing returns, tone the same."
        ),
    )
    t = c.t
    p = 1 - 0.5 * ramp(t, 8, 14)
    c.add(hr=50 * p, sbp=22 * p, dbp=-8 * p, temp=0.95 - ramp(t, 8, 15, 0.3), rr=4 * p)
    return c.recorded()


def c32() -> Case:
    c = Course(
        32,
        "other",
        "Nightly delirium of old age",
        83,
        14,
        18,
        usual(36.4, 72, 142, 76, 16, 95),
        ["elderly", "chronic_hypertension"],
        obs=[(6.0, "agitation"), (6.8, "delirium"), (7.0, "no_rigidity"), (12.0, "no_pruritus")],
        wd=("none", "watch"),
        od=("none", "none"),
        awake=((5.3, 9.8),),
        cuff=((0, 60), (6, 60)),
        why=(
            "Restless and confused from 23 to 3 h with the rate and pressure of restlessness, no fever; calm "
            "by morning as on other nights."
        ),
    )
    t = c.t
    p = pulse(t, 5.3, 0.6, 9, 1.2) * (0.75 + 0.35 * np.clip(ar1(c.rng, c.n, 0.8, 15), -1, 1))
    c.add(hr=17 * p, sbp=17 * p, dbp=7 * p, rr=4 * p)
    c.gap(("spo2",), 6.1, 6.5)
    c.gap(("hr", "rr", "spo2"), 7.4, 7.75)
    return c.recorded()


def c33() -> Case:
    c = Course(
        33,
        "other",
        "New atrial fibrillation with fast response",
        68,
        10,
        9,
        usual(36.6, 76, 136, 80, 15, 96),
        ["ms", "elderly", "chronic_hypertension"],
        obs=[(4.0, "no_rigidity"), (4.0, "no_pruritus")],
        wd=("none", "watch"),
        step=1,
        cuff=((0, 60), (3.3, 15), (5, 30)),
        temps=((0, 4), (3.8, 4)),
        why=(
            "One step of the rate to about 140, irregular, pressure a little lower, all else calm: the "
            "rate's own alarm suffices, no pattern."
        ),
    )
    t = c.t
    on = ramp(t, 3.1, 3.13) * (1 - 0.6 * ramp(t, 5, 7.5))
    c.add(
        hr=64 * on + on * c.rng.normal(0, 9, c.n),
        sbp=-18 * on + on * c.rng.normal(0, 5, c.n),
        dbp=-4 * on,
        rr=3 * on,
        spo2=-0.7 * on,
    )
    return c.recorded()


def c34() -> Case:
    c = Course(
        34,
        "other",
        "Hypertensive pulmonary oedema at night",
        72,
        9,
        22,
        usual(36.5, 76, 148, 84, 16, 95),
        ["elderly", "chronic_hypertension"],
        obs=[(3.9, "agitation"), (3.9, "sweating"), (4.0, "oxygen_increased"), (4.4, "no_rigidity")],
        wd=("none", "warning"),
        od=("none", "watch"),
        awake=((3.2, 8),),
        cuff=((0, 60), (3.8, 10), (6, 30)),
        why=(
            "Fast breathing, SpO2 in the low eighties, pressure 195: acute respiratory distress needs "
            "somebody now; no fever, no tone."
        ),
    )
    t = c.t
    p = pulse(t, 3.1, 0.8, 5.0, 2.2)
    c.add(
        hr=44 * p,
        sbp=54 * p,
        dbp=25 * p,
        rr=16 * p,
        spo2=-12 * pulse(t, 3.15, 0.75, 4.05, 0.9) - 2 * pulse(t, 4.0, 0.8, 6, 2),
    )
    return c.recorded()


def c35() -> Case:
    c = Course(
        35,
        "other",
        "Hypoglycaemia before breakfast in a diabetic",
        59,
        7,
        3,
        usual(36.6, 72, 134, 78, 15, 97),
        ["ms", "chronic_hypertension"],
        obs=[(3.9, "sweating"), (3.9, "agitation"), (3.95, "sedation_poss2")],
        wd=("none", "warning"),
        od=("none", "watch"),
        cuff=((0, 60), (3.9, 15), (5, 60)),
        temps=((0, 4),),
        awake=((3.4, 7),),
        why=(
            "Sweating, confusion and tachycardia for half an hour with normal temperature and breathing; "
            "gone with glucose. Somebody coming is welcome."
        ),
    )
    t = c.t
    p = pulse(t, 3.3, 0.5, 4.05, 0.5)
    c.add(hr=32 * p, sbp=20 * p, dbp=2 * p, rr=4 * p, temp=-0.3 * p)
    return c.recorded()


def c36() -> Case:
    c = Course(
        36,
        "other",
        "Shivering after urological surgery under general anaesthesia",
        47,
        8,
        13,
        usual(36.6, 74, 120, 72, 15, 97),
        ["sci"],
        obs=[(0.7, "activity"), (1.0, "no_pruritus")],
        wd=("none", "watch"),
        od=("none", "watch"),
        step=1,
        cuff=((0, 15), (2, 30), (4, 60)),
        temps=((0, 0.5), (2, 1), (4, 4)),
        why=("Cold (35.5) and shivering for 50 minutes with artefact on the probe, warm and calm two hours later."),
    )
    t = c.t
    p = pulse(t, 0.25, 0.15, 1.0, 0.6)
    c.add(temp=-1.3 * (1 - ramp(t, 0.2, 2.4)), hr=26 * p, sbp=28 * p, dbp=15 * p, rr=6 * p)
    burst = (p > 0.5) & (c.rng.random(c.n) < 0.25)
    c.spo2[burst] -= c.rng.uniform(5, 18, burst.sum())
    c.rr[burst] += c.rng.uniform(4, 14, burst.sum())
    return c.recorded()


def cases() -> list[Case]:
    """In order."""
    return [c29(), c30(), c31(), c32(), c33(), c34(), c35(), c36()]
