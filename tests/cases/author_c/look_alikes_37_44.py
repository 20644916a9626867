"""Look-alikes at a pump that runs: C37 to C44."""

from __future__ import annotations

import numpy as np

from tests.cases.author_c.course import Course, ar1, pulse, usual
from tests.cases.record import Case


def c37() -> Case:
    c = Course(
        37,
        "other",
        "Obstructive sleep apnoea all night (mask refused)",
        54,
        11,
        20.5,
        usual(36.6, 76, 138, 84, 15, 95),
        ["sleep_apnoea", "chronic_hypertension"],
        obs=[(0.5, "no_sedation_poss2")],
        od=("none", "watch"),
        wd=("none", "none"),
        step=1,
        cuff=((0, 60), (2, 120)),
        why=(
            "Cyclic desaturation each two to four minutes with pulse swings, self-terminated by arousals, "
            "usual for this patient each night."
        ),
    )
    rng, i = c.rng, int(2.3 * 60)
    while i < c.n - 40:
        if c.night[i] < 0.5 or rng.random() < 0.06:  # awake, or a quiet stretch on the side
            i += int(rng.integers(8, 30))
            continue
        length, d = int(rng.integers(2, 5)), rng.uniform(4, 13)
        c.spo2[i] -= 0.35 * d
        c.spo2[i + 1] -= d
        c.rr[i] -= rng.uniform(4, 8)
        c.hr[i] -= rng.uniform(3, 8)
        c.hr[i + 1] += rng.uniform(6, 16)
        c.rr[i + 1] += rng.uniform(1, 6)
        i += length
    return c.recorded()


def c38() -> Case:
    c = Course(
        38,
        "other",
        "Artefact bursts on two channels during washing and bed making",
        36,
        9,
        6,
        usual(36.6, 72, 118, 72, 15, 98),
        ["cp"],
        obs=[(1.6, "activity")],
        od=("none", "watch"),
        wd=("none", "none"),
        step=1,
        why=(
            "Probe and leads loose together for minutes: impossible jumps (HR 30 or 190, RR 0-45, SpO2 "
            "60-80), at once normal again."
        ),
    )
    rng = c.rng
    for a, length in ((1.3, 16), (1.75, 9), (4.6, 12), (7.2, 7)):
        i = int(a * 60)
        for k in range(i, i + length):
            if rng.random() < 0.8:
                c.spo2[k] = rng.uniform(58, 86)
            r = rng.random()
            if r < 0.35:
                c.hr[k] = rng.uniform(24, 45)
            elif r < 0.6:
                c.hr[k] = rng.uniform(150, 205)
            c.rr[k] = rng.choice([0, 3, 5, rng.uniform(28, 45), c.rr[k]])
    c.gap(("hr", "rr", "spo2"), 1.48, 1.53)
    c.gap(("spo2",), 4.65, 4.75)
    return c.recorded()


def c39() -> Case:
    c = Course(
        39,
        "other",
        "Athlete (wheelchair racing) asleep",
        27,
        10,
        21,
        usual(36.4, 47, 112, 64, 11, 98),
        ["athlete", "sci"],
        od=("none", "none"),
        wd=("none", "none"),
        obs=[(0.5, "no_sedation_poss2")],
        cuff=((0, 60), (2, 120)),
        noise=0.7,
        why=("Pulse 42 and 9-10 breaths with full saturation in deep sleep are this patient's own usual values."),
    )
    c.add(hr=-1.0 * c.night, rr=-0.1 * c.night)
    return c.recorded()


def c40() -> Case:
    c = Course(
        40,
        "other",
        "Usual night of a CO2 retainer (COPD)",
        69,
        12,
        20,
        usual(36.5, 84, 136, 76, 19, 90),
        ["copd", "elderly", "supplemental_oxygen"],
        etco2=53,
        chart_etco2=53,
        obs=[(0.6, "no_sedation_poss2"), (10.8, "sedation_poss1")],
        od=("none", "watch"),
        wd=("none", "none"),
        cuff=((0, 60), (3, 120)),
        why=(
            "Saturation 86-90 and EtCO2 53-58 with RR 16-18 are known in this patient; rises by a few mmHg "
            "in REM sleep only."
        ),
    )
    rem = sum(pulse(c.t, a, 0.15, a + 0.4, 0.2) for a in (4.2, 6.0, 7.8, 9.3))
    c.add(
        spo2=-0.9 * c.night - 1.8 * rem,
        etco2=1.5 * c.night + 2 * rem,
        rr=-0.6 * c.night + rem * ar1(c.rng, c.n, 1.5, 2),
    )
    return c.recorded()


def c41() -> Case:
    c = Course(
        41,
        "other",
        "Pulse oximeter on a cold hand",
        50,
        9,
        13,
        usual(36.4, 70, 112, 68, 15, 97),
        ["ms"],
        chart=False,
        obs=[(4.7, "no_sedation_poss3")],
        od=("none", "watch"),
        wd=("none", "none"),
        step=1,
        why=(
            "Wandering, jumping saturation (about 78-94) for an hour on a cold hand while breathing, pulse "
            "and wakefulness are normal; right again on the ear."
        ),
    )
    p = pulse(c.t, 3.3, 0.5, 4.7, 0.03)
    c.add(spo2=p * (-11 + ar1(c.rng, c.n, 4, 5)))
    for a in (3.7, 4.0, 4.35):
        c.gap(("spo2",), a, a + c.rng.uniform(0.03, 0.09))
    return c.recorded()


def c42() -> Case:
    c = Course(
        42,
        "other",
        "Cheyne-Stokes breathing at night in chronic heart failure",
        74,
        10,
        21,
        usual(36.4, 66, 108, 64, 16, 95),
        ["elderly", "beta_blocker"],
        obs=[(0.4, "no_sedation_poss2")],
        od=("none", "watch"),
        wd=("none", "none"),
        step=1,
        cuff=((0, 60), (2, 120)),
        why=(
            "Waxing and waning breathing with small cyclic desaturations (to 87-89) from falling asleep to "
            "waking, known and rousable at each visit."
        ),
    )
    w = c.night * (0.8 + 0.2 * np.sign(ar1(c.rng, c.n, 1, 40)))
    ph = 2 * np.pi * np.cumsum(1 / (3.1 + 0.35 * ar1(c.rng, c.n, 1, 15)).clip(2.2, 4.5))
    c.add(rr=7.5 * w * np.sin(ph), spo2=w * (-2.5 - 2.6 * np.sin(ph - 2.2)), hr=3 * w * np.sin(ph - 0.8))
    return c.recorded()


def c43() -> Case:
    c = Course(
        43,
        "other",
        "Sleep under usual long-term opioid therapy",
        56,
        11,
        21,
        usual(36.5, 68, 118, 72, 13, 95),
        ["opioid", "ms"],
        chart=False,
        obs=[(0.5, "sedation_poss1"), (5.5, "sedation_poss1")],
        od=("none", "watch"),
        wd=("none", "none"),
        cuff=((0, 60), (2, 120)),
        why=("RR 9-11 and SpO2 91-93 asleep at an unchanged dose taken for years, rousable each time the nurse looks."),
    )
    c.add(rr=-1.7 * c.night, spo2=-1.8 * c.night + 0.5 * c.night * ar1(c.rng, c.n, 1, 20))
    return c.recorded()


def c44() -> Case:
    c = Course(
        44,
        "other",
        "Oxygen mask taken off for meals",
        62,
        13,
        7,
        usual(36.6, 82, 126, 74, 18, 94),
        ["copd", "supplemental_oxygen"],
        obs=[(1.2, "activity"), (5.6, "activity")],
        od=("none", "watch"),
        wd=("none", "none"),
        temps=((0, 4),),
        why=(
            "Saturation 86-88 for half an hour at each meal, awake and eating, back with the mask; breathing "
            "a little faster, never slower."
        ),
    )
    for a, length in ((1.0, 0.5), (5.4, 0.55), (10.9, 0.45)):
        c.add(
            spo2=-7 * pulse(c.t, a, 0.15, a + length, 0.12),
            hr=6 * pulse(c.t, a, 0.1, a + length, 0.3),
            rr=2 * pulse(c.t, a, 0.1, a + length, 0.3),
        )
    return c.recorded()


def cases() -> list[Case]:
    """In order."""
    return [c37(), c38(), c39(), c40(), c41(), c42(), c43(), c44()]
