"""Look-alikes at a pump that runs: B29 to B36."""

from __future__ import annotations

import numpy as np

from tests.cases.author_b.course import EM, WA, WR, B, Course, N, case
from tests.cases.author_b.shapes import afib, artefact, sleep
from tests.cases.record import Case


def b29() -> Case:
    b = B(36.7, 76, 132, 78, 15, 97)
    c = Course("B29", 18, b, clock=17)
    c.add(
        hr=[(2, 0), (5, 20), (7, 44), (9, 40), (12, 16), (13.2, 34), (16, 10)],
        sbp=[(3, 0), (6, -24), (7.5, -44), (9, -26), (12, -8), (18, -6)],
        dbp=[(3, 0), (7.5, -24), (12, -6)],
        rr=[(3, 0), (7.5, 9), (11, 3), (13, 8), (16, 1)],
        temp=[(5, 0), (7.5, -0.4), (11, 0), (12.6, 1.5), (14, 1.3), (17, 0.3)],
        spo2=[(5, 0), (8, -2), (12, 0)],
    )
    c.hit(12.2, 5, 20, 10, hr=8, rr=6, sbp=20, dbp=10)
    return case(
        "B29",
        "other",
        "Bleeding ulcer (melaena), then febrile reaction to the second unit of blood",
        63,
        ["ms", "chronic_hypertension"],
        c.rows(10, ((4, 60), (10, 15), (99, 30)), (0, 4, 8, 11, 12.6, 13.5, 15, 17)),
        (N, WR),
        (N, WA),
        "Haemorrhage without heat, later heat without shock: two causes, each deserves a visit.",
        base=b,
        obs=[(6, "sweating"), (7.5, "agitation"), (12.4, "pruritus")],
    )


def b30() -> Case:
    b = B(36.6, 72, 120, 74, 15, 97)
    c = Course("B30", 24, b, clock=9)
    c.add(
        hr=[(2, 0), (8, 18), (14, 32), (17, 20), (21, 30), (24, 26)],
        rr=[(3, 0), (12, 5), (24, 5)],
        temp=[(2, 0), (8, 1.3), (13, 2.6), (16, 1.4), (20, 2.4), (24, 2)],
        spo2=[(8, 0), (24, -1.5)],
        sbp=[(6, 0), (24, -5)],
    )
    return case(
        "B30",
        "other",
        "Influenza on the ward: aching, fever in two waves, more spasms with the fever",
        48,
        ["ms"],
        c.rows(15, ((99, 60),), (0, 4, 8, 12, 14, 16, 20, 22)),
        (N, WR),
        (N, N),
        "Fever with the tachycardia that belongs to it and steady pressure; spasticity is worse with any fever.",
        base=None,
        obs=[(9, "sweating"), (13, "spasticity_up1"), (13, "no_pruritus")],
    )


def b31() -> Case:
    b = B(36.7, 72, 126, 76, 14, 98)
    c = Course("B31", 10, b, clock=7)
    c.add(sbp=[(1, 0), (5, 14), (10, 8)], hr=[(1, 0), (5, 8), (10, 4)])
    for h in list(np.arange(2, 7.5, 0.55) + c.rng.uniform(-0.15, 0.15, 10)):
        k = c.rng.uniform(0.6, 1.2)
        c.hit(float(h), 0.7, 3, 6, hr=30 * k, rr=7 * k, sbp=42 * k, dbp=20 * k)
    return case(
        "B31",
        "other",
        "Trigeminal neuralgia in MS: volleys of pain at every touch, eating and wash",
        55,
        ["ms", "chronic_hypertension"],
        c.rows(10, ((2, 60), (7.5, 20), (99, 60)), (0, 4, 8)),
        (N, WR),
        (N, N),
        (
            "Pain crisis: pressure and pulse in spikes, no heat, no spasm. A visit with an analgesic is "
            "right; nothing more."
        ),
        base=b,
        obs=[(2.5, "agitation"), (4, "sweating"), (4, "no_spasticity_up1")],
    )


def b32() -> Case:
    b = B(36.7, 80, 134, 82, 15, 97)
    c = Course("B32", 24, b, clock=20)
    c.add(
        hr=[(4, 0), (9, 16), (14, 34), (19, 48), (24, 52)],
        sbp=[(4, 0), (10, 18), (16, 34), (24, 40)],
        dbp=[(4, 0), (12, 12), (24, 18)],
        rr=[(5, 0), (14, 6), (24, 10)],
        temp=[(6, 0), (12, 0.5), (18, 1.2), (24, 1.7)],
    )
    for h in np.arange(13, 23.5, 1.3):
        c.hit(float(h), 4, 12, 12, fine=False, hr=12, sbp=16, dbp=8, rr=4)
    return case(
        "B32",
        "other",
        "Alcohol withdrawal on day two after a fall, growing into delirium tremens",
        47,
        ["sci"],
        c.rows(10, ((12, 60), (99, 30)), (0, 6, 12, 16, 18, 20, 22, 24)),
        (N, EM),
        (N, N),
        "The same GABAergic storm by another drug and just as dangerous: emergency is acceptable at the end.",
        base=None,
        obs=[(9, "sweating"), (11, "agitation"), (17, "hallucinations"), (19, "delirium")],
    )


def b33() -> Case:
    b = B(36.9, 92, 128, 70, 17, 96)
    c = Course("B33", 12, b, clock=14)
    c.add(
        temp=[(0, 0.5), (6, 0.9), (12, 1.1)],
        sbp=[(4, 0), (4.3, -14), (12, -10)],
        dbp=[(4, 0), (12, -2)],
        rr=[(4, 0), (5, 5), (12, 6)],
        spo2=[(4, 0), (8, -3), (12, -3)],
    )
    c.post(afib(100, 146, 11), 4.0, 9.2, 2)
    c.post(afib(124, 112, 9), 9.25, 12.0, 2)
    return case(
        "B33",
        "other",
        "Thyrotoxicosis found late: new atrial fibrillation at 145, warm, trembling",
        51,
        ["ms"],
        c.rows(10, ((4, 60), (99, 20)), (0, 4, 8, 11)),
        (N, WR),
        (N, N),
        "Sudden irregular fast rhythm; needs an ECG soon, heat is mild and pressure falls a little.",
        base=b,
        obs=[(3, "sweating"), (4.5, "agitation")],
    )


def b34() -> Case:
    b = B(36.5, 78, 148, 84, 17, 95)
    c = Course("B34", 9, b, clock=22)
    sleep(c, 0.5, 3.6)
    c.add(
        hr=[(3.4, 0), (4, 32), (5.5, 34), (7, 10), (9, 4)],
        sbp=[(3.4, 0), (4, 46), (5, 50), (6.3, 4), (9, -12)],
        dbp=[(3.4, 0), (4, 24), (5, 24), (6.5, 2)],
        rr=[(3.3, 0), (4, 16), (5.5, 16), (7, 5), (9, 3)],
        spo2=[(3.3, 0), (4, -11), (4.6, -9), (6, -3), (9, -1)],
    )
    c.fine.append((3.3, 5.5, 2))
    return case(
        "B34",
        "other",
        "Flash pulmonary oedema at two in the night, hypertension and heart failure",
        70,
        ["elderly", "chronic_hypertension", "sci"],
        c.rows(10, ((3.5, 60), (6.5, 10), (99, 30)), (0, 4.2, 8)),
        (N, WR),
        (N, WA),
        "Acute pulmonary oedema: immediate help from the limit alarms; no heat, no spasm, breathing fast not slow.",
        base=b,
        obs=[(3.8, "sweating"), (3.9, "agitation"), (4.3, "oxygen_increased")],
    )


def b35() -> Case:
    b = B(36.4, 72, 128, 74, 15, 97)
    c = Course("B35", 9, b, clock=22)
    sleep(c, 0.7, 8)
    c.add(
        hr=[(3.5, 0), (4.6, 24), (5.3, 30), (5.8, 6), (7, 0)],
        sbp=[(3.5, 0), (4.6, 24), (5.4, 26), (6.2, 4)],
        dbp=[(3.5, 0), (5, -4), (6.2, 0)],
        rr=[(3.5, 0), (5.2, 3), (6, 0)],
        temp=[(3.5, 0), (5.3, -0.8), (7.5, -0.2)],
    )
    return case(
        "B35",
        "other",
        "Hypoglycaemia in the night (insulin, kidney disease): wet, confused, cool; glucose at 5.4 h",
        60,
        ["renal_impairment", "ms"],
        c.rows(10, ((4.8, 60), (6.5, 15), (99, 60)), (0, 5.3, 7.5)),
        (N, WR),
        (N, WA),
        "Adrenergic and drowsy at once: a look (and a glucose) is right.",
        base=b,
        obs=[(5.2, "sweating"), (5.2, "delirium"), (5.3, "sedation_poss2"), (5.9, "no_delirium")],
    )


def b36() -> Case:
    b = B(36.6, 74, 126, 76, 14, 98)
    c = Course("B36", 8, b, clock=13, etco2=37)
    c.add(
        temp=[(0, -1.6), (1, -1.4), (3, -0.2), (8, 0.3)],
        hr=[(0, -6), (0.5, 4), (2, 8), (8, 4)],
        rr=[(0, -3), (1, 0), (8, 0)],
        spo2=[(0, -1), (2, -1), (8, -0.5)],
        sbp=[(0, -8), (1, 6), (4, 0)],
        etco2=[(0, 4), (1.5, 0)],
    )
    c.hit(0.6, 4, 28, 12, hr=20, rr=6, sbp=26, dbp=14)
    c.post(artefact(hr=False, rr=False), 0.75, 0.95)
    c.gap(0.95, 1.1, "spo2")
    c.gap(2, 8, "etco2")
    return case(
        "B36",
        "other",
        "Back from bladder stone surgery: 35.0 C, shivering 40 minutes under the warm blanket",
        39,
        ["sci", "supplemental_oxygen"],
        c.rows(10, ((2, 10), (99, 30)), (0, 1, 2, 3, 5, 8)),
        (N, WA),
        (N, WA),
        "Post-anaesthetic shivering with cold; expected and brief.",
        base=b,
        etco2=37,
        obs=[(0.3, "sedation_poss2"), (1.5, "sedation_poss1")],
    )


def cases() -> list[Case]:
    """In order."""
    return [b29(), b30(), b31(), b32(), b33(), b34(), b35(), b36()]
