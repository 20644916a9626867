"""Look-alikes at a pump that runs: C19 to C28."""

from __future__ import annotations

import numpy as np

from tests.cases.author_c.course import Course, pulse, ramp, usual
from tests.cases.record import Case


def c19() -> Case:
    c = Course(
        19,
        "other",
        "Pain crisis: renal colic in the evening, morphine after an hour and a half",
        49,
        10,
        15,
        usual(36.7, 74, 124, 76, 15, 97),
        ["ms"],
        obs=[(3.5, "agitation"), (3.6, "sweating"), (3.6, "no_pruritus"), (4.0, "no_rigidity")],
        wd=("none", "warning"),
        cuff=((0, 60), (3.3, 20), (6, 60)),
        temps=((0, 4), (3.6, 4)),
        why=(
            "Severe pain: rate and pressure with sweating, in waves, no fever; a nurse is needed, but this "
            "is no emergency of withdrawal and ends with morphine."
        ),
    )
    t = c.t
    w = pulse(t, 2.9, 0.25, 4.7, 0.6) * (0.75 + 0.25 * np.sin(2 * np.pi * t / 0.35))
    c.add(hr=36 * w, sbp=46 * w, dbp=20 * w, rr=9 * w)
    c.add(rr=pulse(t, 4.8, 0.4, 7, 1.5, -2.5))
    return c.recorded()


def exertion(c, at, length, k):
    p = pulse(c.t, at, 0.12, at + length, 0.25)
    c.add(hr=40 * k * p, sbp=28 * k * p, dbp=6 * k * p, rr=10 * k * p, spo2=-0.8 * p)
    c.add(temp=pulse(c.t, at, length, at + length, 0.8, 0.3 * k))


def c20() -> Case:
    c = Course(
        20,
        "other",
        "Physiotherapy and standing frame, twice in the day",
        34,
        10,
        8,
        usual(36.6, 76, 116, 70, 15, 98),
        ["cp"],
        obs=[(2.1, "activity"), (6.4, "activity")],
        wd=("none", "watch"),
        cuff=((0, 30),),
        why="Exertion of 40 minutes with quick recovery, noted by the nurse: nothing to alarm.",
    )
    exertion(c, 2.0, 0.65, 1.0)
    exertion(c, 6.1, 0.7, 1.15)
    c.gap(("spo2",), 2.05, 2.7)
    return c.recorded()


def c21() -> Case:
    c = Course(
        21,
        "other",
        "Panic attack",
        29,
        8,
        17,
        usual(36.7, 78, 118, 72, 15, 99),
        ["ms"],
        chart=False,
        obs=[(3.3, "agitation"), (3.4, "paraesthesia"), (4.3, "no_sweating")],
        wd=("none", "watch"),
        step=1,
        cuff=((0, 60), (3.2, 15), (4.5, 60)),
        why=(
            "Half an hour of hyperventilation and tachycardia with tingling fingers, gone when spoken to; "
            "self-limiting."
        ),
    )
    t = c.t
    p = pulse(t, 3.05, 0.08, 3.55, 0.5)
    c.add(hr=48 * p, rr=17 * p, sbp=28 * p, dbp=12 * p, spo2=0.6 * p)
    return c.recorded()


def c22() -> Case:
    c = Course(
        22,
        "other",
        "Asthma attack at night, salbutamol nebulised twice",
        38,
        10,
        23,
        usual(36.6, 74, 118, 72, 15, 97),
        ["cp"],
        obs=[(3.4, "oxygen_increased"), (3.5, "agitation"), (3.6, "no_rigidity")],
        wd=("none", "warning"),
        od=("none", "watch"),
        step=1,
        awake=((2.7, 7),),
        cuff=((0, 120), (3, 20), (6, 60)),
        temps=((0, 4), (3.6, 4)),
        why=(
            "Bronchospasm: fast breathing, desaturation, tachycardia from effort and salbutamol, no fever, "
            "no tone; needs somebody, not a withdrawal emergency."
        ),
    )
    t = c.t
    p = pulse(t, 2.4, 0.9, 4.2, 2.5)
    c.add(
        hr=38 * p + pulse(t, 3.7, 0.2, 4.6, 2, 12),
        rr=15 * p,
        sbp=16 * p,
        dbp=5 * p,
        spo2=-8.5 * pulse(t, 2.5, 0.8, 3.4, 0.5) - 2 * pulse(t, 3.4, 0.5, 5.5, 2),
    )
    return c.recorded()


def c23() -> Case:
    c = Course(
        23,
        "other",
        "Pulmonary embolism",
        55,
        8,
        11,
        usual(36.7, 76, 128, 78, 15, 97),
        ["sci"],
        obs=[(3.0, "agitation"), (3.1, "oxygen_increased"), (3.3, "sweating")],
        wd=("none", "warning"),
        od=("none", "watch"),
        cuff=((0, 60), (2.9, 10), (5, 20)),
        temps=((0, 4), (3.3, 2)),
        why=(
            "Sudden tachycardia, tachypnoea, hypoxaemia and fall of pressure: somebody must come now; no "
            "fever, itch or tone."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 2.7, 2.9, 48),
        rr=ramp(t, 2.7, 2.95, 15),
        spo2=ramp(t, 2.72, 3.0, -11) + ramp(t, 3.15, 3.6, 7),
        sbp=ramp(t, 2.7, 3.2, -28),
        dbp=ramp(t, 2.7, 3.2, -14),
        temp=ramp(t, 3, 6, 0.5),
    )
    return c.recorded()


def c24() -> Case:
    c = Course(
        24,
        "other",
        "Pneumonia (aspiration), over a day",
        51,
        24,
        6,
        usual(36.6, 74, 120, 72, 16, 96),
        ["ms"],
        obs=[(10.0, "sweating"), (12.0, "oxygen_increased"), (12.0, "no_pruritus"), (18.0, "no_rigidity")],
        wd=("none", "warning"),
        od=("none", "watch"),
        cuff=((0, 60), (12, 30), (16, 60)),
        temps=((0, 4), (8, 2)),
        why=(
            "Fever, fast breathing and falling saturation with unchanged tone and pressure: ill, needs a "
            "doctor within minutes to an hour, not a withdrawal emergency."
        ),
    )
    t = c.t
    c.add(
        temp=ramp(t, 4, 12, 2.5) - ramp(t, 15, 22, 0.9),
        hr=ramp(t, 4.5, 13, 36) - ramp(t, 16, 22, 12),
        rr=ramp(t, 4, 13, 12) - ramp(t, 16, 22, 3),
        spo2=ramp(t, 6, 12, -6.5) + ramp(t, 12, 12.6, 4),
        sbp=ramp(t, 8, 15, -10),
        dbp=ramp(t, 8, 15, -8),
    )
    c.washing_gap()
    return c.recorded()


def c25() -> Case:
    c = Course(
        25,
        "other",
        "Gastrointestinal haemorrhage",
        66,
        9,
        18,
        usual(36.6, 74, 132, 78, 15, 96),
        ["ms", "elderly"],
        obs=[(4.4, "sweating"), (4.6, "agitation"), (5.0, "no_rigidity")],
        wd=("none", "warning"),
        od=("none", "watch"),
        cuff=((0, 60), (4, 15)),
        temps=((0, 4), (5, 4)),
        awake=((3.5, 9),),
        why=(
            "Rate climbs and pressure falls to 80 with a cool skin: haemorrhagic shock without fever or "
            "tone; a nurse must come (limit alarms sound too)."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 2.5, 5.5, 52) - ramp(t, 6.5, 8.5, 20),
        sbp=ramp(t, 3.2, 5.6, -49) + ramp(t, 6.2, 8, 22),
        dbp=ramp(t, 3.2, 5.6, -30) + ramp(t, 6.2, 8, 13),
        rr=ramp(t, 3, 5.5, 9) - ramp(t, 6.5, 8.5, 4),
        temp=ramp(t, 3, 6, -0.5),
    )
    return c.recorded()


def c26() -> Case:
    c = Course(
        26,
        "other",
        "Urinary sepsis going into septic shock",
        58,
        16,
        14,
        usual(36.5, 70, 114, 68, 15, 97),
        ["sci"],
        chart=False,
        obs=[
            (5.0, "spasticity_up1"),
            (6.0, "sweating"),
            (9.0, "delirium"),
            (9.5, "oxygen_increased"),
            (9.5, "no_pruritus"),
        ],
        wd=("none", "emergency"),
        od=("none", "watch"),
        cuff=((0, 60), (6, 30), (9, 15)),
        temps=((0, 4), (5, 2), (8, 1)),
        awake=((3, 16),),
        why=(
            "Rigors, 39.8, HR 135, RR 30 and shock, spasticity raised by the infection: exactly the "
            "physiology of hypotensive withdrawal and as dangerous."
        ),
    )
    t = c.t
    c.add(
        temp=ramp(t, 3.5, 7, 3.0),
        hr=ramp(t, 3.5, 9, 62),
        rr=ramp(t, 4, 10, 15),
        sbp=ramp(t, 6, 10.5, -34) + ramp(t, 12, 14, 14),
        dbp=ramp(t, 6, 10.5, -24) + ramp(t, 12, 14, 8),
        spo2=ramp(t, 6, 11, -4.5),
    )
    return c.recorded()


def c27() -> Case:
    c = Course(
        27,
        "other",
        "Influenza: fever for a day, otherwise stable",
        42,
        20,
        9,
        usual(36.7, 74, 122, 74, 15, 97),
        ["ms"],
        obs=[(6.0, "sweating"), (6.0, "no_pruritus"), (10.0, "no_rigidity"), (10.0, "no_spasticity_up1")],
        wd=("none", "watch"),
        temps=((0, 4), (5, 2), (12, 4)),
        sleep=0.6,
        why=(
            "Fever 38.8 with the rate that belongs to it, normal pressure and tone, falling with "
            "paracetamol: self-limiting, information suffices."
        ),
    )
    t = c.t
    f = ramp(t, 2.5, 7) * (1 - 0.45 * pulse(t, 8, 1.5, 11.5, 3) - 0.4 * ramp(t, 15, 19))
    c.add(temp=2.1 * f, hr=25 * f, rr=4 * f, spo2=-1 * f)
    return c.recorded()


def c28() -> Case:
    c = Course(
        28,
        "other",
        "Febrile reaction to a blood transfusion",
        60,
        8,
        10,
        usual(36.6, 78, 118, 70, 15, 97),
        ["ms"],
        obs=[(3.4, "agitation"), (3.6, "no_pruritus")],
        wd=("none", "warning"),
        cuff=((0, 60), (2, 15), (5, 30)),
        temps=((0, 4), (2, 0.5), (5, 1)),
        why=(
            "Chills and fever rising by 1.7 degrees during transfusion: somebody must come and stop the "
            "blood, but it ends by itself in three hours."
        ),
    )
    t = c.t
    p = pulse(t, 2.7, 0.8, 4.3, 2.5)
    c.add(temp=1.8 * pulse(t, 2.8, 1.1, 4.6, 3), hr=29 * p, rr=7 * p, sbp=14 * p, dbp=7 * p)
    return c.recorded()


def cases() -> list[Case]:
    """In order."""
    return [c19(), c20(), c21(), c22(), c23(), c24(), c25(), c26(), c27(), c28()]
