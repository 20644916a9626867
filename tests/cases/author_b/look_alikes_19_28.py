"""Look-alikes at a pump that runs: B19 to B28."""

from __future__ import annotations

import numpy as np

from tests.cases.author_b.course import EM, WA, WR, B, Course, N, case
from tests.cases.author_b.shapes import artefact, sleep
from tests.cases.record import Case


def b19() -> Case:
    b = B(36.6, 74, 122, 74, 15, 97)
    c = Course("B19", 14, b, clock=16)
    c.add(
        hr=[(2, 0), (4, 18), (7, 38), (10, 52), (14, 58)],
        sbp=[(3, 0), (6, -8), (9, -28), (12, -40), (14, -42)],
        dbp=[(3, 0), (6, -8), (10, -24), (14, -28)],
        rr=[(2, 0), (6, 7), (14, 14)],
        temp=[(2, 0), (4, 1.4), (6, 2.6), (10, 2.9), (14, 2.2)],
        spo2=[(7, 0), (14, -5)],
    )
    c.hit(3.6, 6, 22, 12, hr=16, rr=8, sbp=18, dbp=10, spo2=-2)
    return case(
        "B19",
        "other",
        "Urinary septic shock with rigor in MS with diabetes",
        58,
        ["ms", "renal_impairment"],
        c.rows(10, ((4, 60), (8, 30), (99, 15)), (0, 4, 5, 6, 8, 10, 12, 14)),
        (N, EM),
        (N, WA),
        "Septic shock: the same physiology as hypotensive withdrawal and immediate danger; emergency is acceptable.",
        base=b,
        obs=[(4.2, "sweating"), (9, "spasticity_up1"), (11, "delirium")],
    )


def b20() -> Case:
    b = B(36.7, 78, 126, 76, 15, 97)
    c = Course("B20", 10, b, clock=8)
    c.add(
        hr=[(2, 0), (3.2, 22), (5, 26), (7, 8), (10, 0)],
        rr=[(2, 0), (3.2, 5), (6, 2), (9, 0)],
        temp=[(2.2, 0), (3.3, 2.2), (4.2, 2.4), (6, 1), (9, 0.1)],
        sbp=[(3, 0), (5, -10), (8, 0)],
        dbp=[(3, 0), (5, -8), (8, 0)],
    )
    c.hit(2.3, 5, 25, 10, hr=20, rr=9, sbp=26, dbp=14, spo2=-2)
    c.post(artefact(hr=False, rr=False), 2.45, 2.62)
    return case(
        "B20",
        "other",
        "Rigor after suprapubic catheter change: shaking half an hour, 39.1 C, over by the afternoon",
        50,
        ["sci"],
        c.rows(10, ((2.3, 60), (6, 20), (99, 60)), (0, 3, 4, 6, 8, 10)),
        (N, WR),
        (N, N),
        "Transient bacteraemia; a nurse should look (she is there), self-limiting over hours.",
        base=b,
        obs=[(1.8, "activity"), (2.6, "sweating"), (3, "no_rigidity"), (3, "no_pruritus")],
    )


def b21() -> Case:
    b = B(36.5, 60, 98, 58, 14, 97)
    c = Course("B21", 12, b, clock=7)
    c.hit(3.0, 12, 30, 10, hr=-14, sbp=92, dbp=44, rr=2)
    c.hit(7.4, 8, 15, 8, hr=-11, sbp=70, dbp=34, rr=2)
    c.hit(9.6, 6, 6, 6, hr=-8, sbp=40, dbp=20)
    return case(
        "B21",
        "other",
        "T4 injury: autonomic dysreflexia from a blocked catheter, then twice from loaded rectum and its clearing",
        35,
        ["sci", "sci_t6"],
        c.rows(10, ((2.9, 60), (4.5, 5), (7.3, 30), (8.6, 5), (9.5, 30), (10.2, 6), (99, 60)), (0, 4, 8, 12)),
        (N, WR),
        (N, WA),
        (
            "Pressure 98 -> 190 with pulse falling: dysreflexia. Someone has to come at once (the limit "
            "alarm sounds); not the withdrawal emergency."
        ),
        base=b,
        obs=[(3.3, "sweating"), (3.6, "spasticity_up1"), (7.4, "activity"), (9.6, "activity")],
    )


def b22() -> Case:
    b = B(36.6, 68, 130, 82, 14, 97)
    c = Course("B22", 10, b, clock=21)
    sleep(c, 1, 9.5)
    for h, k in ((3.1, 1.0), (4.7, 0.6), (6.2, 1.2), (7.9, 0.8)):
        c.hit(h, 1.5, 3, 14, hr=46 * k, rr=11 * k, sbp=38 * k, dbp=20 * k, spo2=-1)
    return case(
        "B22",
        "other",
        "Veteran with PTSD: four nightmares in a night, screaming, drenched; well between",
        41,
        ["sci"],
        c.rows(10, ((3, 60), (8.5, 30), (99, 60)), (0, 3.3, 9)),
        (N, WA),
        (N, N),
        "Surges of minutes out of REM sleep with full return between: self-limiting and usual for him.",
        base=b,
        obs=[(3.3, "sweating"), (3.3, "agitation"), (6.4, "agitation")],
    )


def b23() -> Case:
    b = B(36.9, 88, 110, 66, 20, 94)
    c = Course("B23", 16, b, clock=6)
    for h in (1, 2.8, 4.1, 6, 8.2, 9.9, 12.1, 14.3):
        k = c.rng.uniform(0.8, 1.3)
        c.hit(h, 1, 2, 6, hr=26 * k, rr=9 * k, spo2=-9 * k, sbp=18, dbp=10)
    for h in (2, 5.2, 7.5, 11, 13.4):
        c.hit(h, 2, 6, 8, hr=16, rr=4, spo2=-2, sbp=14, dbp=8)
    return case(
        "B23",
        "other",
        "CP with tracheostomy: suctioned each two hours, turned between; drops to 84 and rises to 125 each time",
        27,
        ["cp", "communication_difficulty", "supplemental_oxygen"],
        c.rows(10, ((99, 60),), (0, 4, 8, 12, 16)),
        (N, WA),
        (N, WA),
        "Care-induced brief surges and desaturations with recovery in minutes, the same all day.",
        base=b,
        obs=[(1, "activity"), (2, "activity"), (4.2, "activity"), (6, "activity"), (8.3, "activity"), (11, "activity")],
    )


def b24() -> Case:
    b = B(36.8, 86, 118, 72, 17, 97)
    c = Course("B24", 9, b, clock=11)
    c.hit(3.5, 10, 95, 30, hr=24, rr=5, sbp=20, dbp=11)
    c.hit(5.7, 5, 20, 25, hr=20, rr=4, sbp=14, dbp=8, fine=False)
    for h in np.arange(3.6, 5.6, 0.27):
        c.hit(float(h), 1, 2, 3, hr=14 * c.rng.uniform(0.4, 1.3), rr=4, sbp=10, dbp=5)
    c.add(temp=[(3.5, 0), (5.2, 0.5), (8, 0)])
    c.post(artefact(hr=False, rr=False), 4.4, 4.5)
    return case(
        "B24",
        "other",
        "Dyskinetic CP: two hours of family visit, joy with dyskinesia, weeping at goodbye",
        24,
        ["cp", "communication_difficulty"],
        c.rows(10, ((99, 30),), (0, 5, 8)),
        (N, WA),
        (N, N),
        "Excitement: pulse 110-130 during the visit, warm from moving, back to usual by the evening.",
        base=b,
        obs=[(4.5, "sweating"), (5, "spasticity_up1"), (6.3, "agitation")],
    )


def b25() -> Case:
    b = B(36.4, 62, 96, 58, 14, 98)
    c = Course("B25", 8, b, clock=8)
    c.hit(2.0, 4, 12, 5, hr=40, sbp=-28, dbp=-14, rr=5)
    c.hit(2.6, 3, 14, 10, hr=44, sbp=-22, dbp=-12, rr=7, spo2=-1)
    c.hit(5.0, 5, 30, 20, hr=30, rr=9, sbp=12, dbp=4)
    c.add(temp=[(5, 0), (5.7, 0.6), (7.5, 0)])
    return case(
        "B25",
        "other",
        "C7 injury: tilt table with fainting spells in the morning, hand bike in a warm room at noon",
        29,
        ["sci", "sci_t6", "athlete"],
        c.rows(10, ((2, 60), (3.2, 5), (5, 60), (6, 15), (99, 60)), (0, 4, 5.7, 8)),
        (N, WA),
        (N, WA),
        "Therapy: orthostatic and exertional, warmed because he cannot sweat; settles in half an hour.",
        base=b,
        obs=[(2, "activity"), (5, "activity")],
    )


def b26() -> Case:
    b = B(36.8, 84, 114, 70, 18, 95)
    c = Course("B26", 20, b, clock=12)
    c.hit(0.9, 1, 3, 15, hr=26, rr=12, spo2=-9)
    c.add(
        hr=[(3, 0), (8, 14), (14, 26), (20, 30)],
        rr=[(2, 0), (6, 5), (12, 10), (20, 12)],
        spo2=[(2, 0), (8, -3), (14, -6), (14.6, -2), (20, -4)],
        temp=[(4, 0), (8, 1.0), (13, 1.9), (20, 1.7)],
        sbp=[(5, 0), (20, -7)],
    )
    return case(
        "B26",
        "other",
        "Choked at lunch, aspiration pneumonia over the evening in CP with epilepsy",
        34,
        ["cp", "communication_difficulty"],
        c.rows(10, ((6, 60), (99, 30)), (0, 4, 8, 10, 13, 16, 20)),
        (N, WR),
        (N, WA),
        (
            "Real illness with fever, tachypnoea and falling SpO2: someone should come; the emergency of "
            "withdrawal it is not."
        ),
        base=b,
        obs=[(1.1, "activity"), (9.5, "sweating"), (14.5, "oxygen_increased"), (15, "spasticity_up1")],
    )


def b27() -> Case:
    b = B(36.7, 80, 122, 76, 15, 97)
    c = Course("B27", 8, b, clock=19)
    c.hit(2.5, 25, 25, 45, hr=36, rr=15, spo2=-7, sbp=20, dbp=8)
    c.add(hr=[(3, 0), (3.4, 14), (6, 4)])
    c.hit(5.6, 3, 14, 20, hr=34, rr=16, spo2=1, sbp=28, dbp=12)
    return case(
        "B27",
        "other",
        "Asthma attack, salbutamol, and a panic attack two hours later for fear of the next",
        30,
        ["ms"],
        c.rows(10, ((2.5, 60), (6.5, 15), (99, 30)), (0, 3.4, 7)),
        (N, WR),
        (N, WA),
        "Attack of bronchospasm needs a nurse; panic with SpO2 99 settles by itself.",
        base=b,
        obs=[(2.9, "agitation"), (3.2, "oxygen_increased"), (5.8, "agitation"), (5.8, "paraesthesia")],
    )


def b28() -> Case:
    b = B(36.6, 70, 118, 70, 14, 97)
    c = Course("B28", 12, b, clock=6)
    c.add(
        hr=[(4, 0), (4.15, 34), (5, 44), (12, 38)],
        sbp=[(4, 0), (4.2, -22), (6, -14), (9, -20), (12, -18)],
        dbp=[(4, 0), (4.2, -10), (12, -8)],
        rr=[(4, 0), (4.2, 12), (12, 11)],
        spo2=[(4, 0), (4.2, -9), (5, -10), (5.3, -5), (12, -5)],
        temp=[(5, 0), (10, 0.7)],
        etco2=[(4, 0), (4.2, -11), (12, -9)],
    )
    c.fine.append((3.9, 4.6, 1))
    return case(
        "B28",
        "other",
        "Pulmonary embolism on transfer to the commode, paraplegic",
        46,
        ["sci"],
        c.rows(10, ((4.1, 60), (6, 10), (99, 30)), (0, 5, 8, 11)),
        (N, WR),
        (N, WA),
        "Sudden hypoxia with tachycardia and fall of pressure: look now; breathing is fast, not depressed.",
        base=b,
        obs=[(4.0, "activity"), (4.3, "sweating"), (4.4, "agitation"), (5.2, "oxygen_increased")],
    )


def cases() -> list[Case]:
    """In order."""
    return [b19(), b20(), b21(), b22(), b23(), b24(), b25(), b26(), b27(), b28()]
