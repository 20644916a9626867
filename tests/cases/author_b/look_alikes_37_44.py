"""Look-alikes at a pump that runs: B37 to B44."""

from __future__ import annotations

from tests.cases.author_b.course import EM, WA, WR, B, Course, N, case
from tests.cases.author_b.shapes import apnoeas, artefact, cheyne, sleep
from tests.cases.record import Case


def b37() -> Case:
    b = B(36.3, 74, 146, 78, 17, 94)
    c = Course("B37", 12, b, clock=20)
    sleep(c, 1, 4)
    c.add(
        hr=[(4, 0), (5.5, 18), (8, 24), (9.2, 20), (10, 6)],
        sbp=[(4, 0), (6, 26), (9.2, 30), (10, 4)],
        dbp=[(4, 0), (6, 10), (10, 2)],
        rr=[(4, 0), (6, 4), (10, 1)],
        temp=[(5, 0), (9, 0.4)],
    )
    for h in (4.8, 5.9, 7.1, 8.3):
        c.hit(h, 3, 8, 12, hr=14, sbp=16, dbp=8, rr=4)
    c.gap(5.5, 6.4, "spo2", "hr", "rr")
    return case(
        "B37",
        "other",
        "Night delirium at 84 with constipation and a bladder of 900 ml; quiet after the catheter",
        84,
        ["elderly", "chronic_hypertension", "copd"],
        c.rows(10, ((99, 60),), (0, 4.2, 9)),
        (N, WR),
        (N, WA),
        "Confused, pulling at leads, pulse 105, pressure 180: someone should come and will find the bladder.",
        base=None,
        obs=[(5, "agitation"), (6.5, "delirium"), (9.3, "activity"), (10.5, "no_agitation")],
    )


def b38() -> Case:
    b = B(36.8, 76, 142, 86, 16, 95)
    c = Course("B38", 10, b, clock=21)
    sleep(c, 0.8, 9.3)
    c.post(apnoeas((1.8, 4), (5, 17), 14), 1.3, 9.1, 1)
    return case(
        "B38",
        "other",
        "Severe sleep apnoea, mask refused: some 150 dips in a night down to about 80",
        52,
        ["sleep_apnoea", "chronic_hypertension", "ms"],
        c.rows(10, ((99, 120),), (0, 9.5)),
        (N, WA),
        (N, WA),
        "Cyclic, complete recovery each time, no trend of pulse or pressure: his usual night.",
        base=None,
        obs=[(4, "sedation_poss1")],
    )


def b39() -> Case:
    b = B(36.6, 74, 120, 72, 15, 97)
    c = Course("B39", 8, b, clock=6)
    c.hit(1.2, 3, 28, 10, hr=12, rr=3, sbp=8, dbp=4)
    for a, d in ((1.25, 0.07), (1.42, 0.12), (1.62, 0.06), (5.1, 0.1), (5.35, 0.05)):
        c.post(artefact(), a, a + d, 1)
    c.gap(1.72, 1.85, "hr", "rr", "spo2")

    def cuff_err(t, v, r, m):
        v["sbp"][m] = 72 + r.normal(0, 3, m.sum())
        v["dbp"][m] = 41 + r.normal(0, 3, m.sum())

    c.posts.append((cuff_err, 1.4, 1.6))
    return case(
        "B39",
        "other",
        "Washing and later hair-washing: probe and leads loose together, cuff squeezed by turning",
        40,
        ["sci"],
        c.rows(10, ((1.5, 90), (99, 60)), (0, 4, 8)),
        (N, N),
        (N, N),
        "Bursts of nonsense on two or three channels for minutes, nothing before or after.",
        base=b,
        obs=[(2.2, "activity"), (5.6, "activity")],
    )


def b40() -> Case:
    b = B(36.4, 50, 112, 64, 11, 98)
    c = Course("B40", 10, b, clock=21, noise=0.9, etco2=41)
    sleep(c, 1, 9, hr=-5, sbp=-10, rr=-1.0, spo2=-1, etco2=3)
    c.hit(5.1, 0.5, 1, 6, hr=-8, sbp=-22, dbp=-12)
    c.hit(5.0, 1, 4, 4, hr=18, rr=4)
    c.gap(6.4, 10, "etco2")
    return case(
        "B40",
        "other",
        "Wheelchair marathon racer asleep: pulse 42, breathing 9-10; once up for the bladder and faint",
        28,
        ["sci", "athlete"],
        c.rows(10, ((5, 120), (5.6, 10), (99, 120)), (0, 9.5)),
        (N, N),
        (N, WA),
        "Usual for him, charted so; rousable at five with clear head.",
        base=b,
        etco2=41,
        obs=[(5.1, "no_sedation_poss2")],
    )


def b41() -> Case:
    b = B(36.7, 88, 134, 78, 20, 89)
    c = Course("B41", 12, b, clock=20, etco2=53)
    sleep(c, 2, 10, rr=-3.5, spo2=-2, etco2=4)
    for h in (0.8, 10.5):
        c.hit(h, 8, 15, 40, hr=16, rr=3, spo2=3, etco2=-3)
    c.post(apnoeas((6, 14), (2, 5), 6), 4.5, 5.4, 1)
    c.post(apnoeas((6, 14), (2, 5), 6), 7.3, 8.2, 1)
    return case(
        "B41",
        "other",
        "COPD with known carbon dioxide retention, usual night (86-90 per cent, EtCO2 55), nebulisers at each end",
        68,
        ["copd", "elderly", "supplemental_oxygen", "ms"],
        c.rows(10, ((99, 120),), (0, 11)),
        (N, N),
        (N, WA),
        "All numbers are abnormal and all are his.",
        base=b,
        etco2=53,
        obs=[(1.3, "agitation")],
    )


def b42() -> Case:
    b = B(36.2, 72, 108, 64, 17, 95)
    c = Course("B42", 10, b, clock=21)
    sleep(c, 1, 9.5)
    c.post(cheyne(), 1.6, 4.1, 1)
    c.post(cheyne(9, 5), 5.5, 8.8, 1)
    c.post(artefact(style="cold"), 4.3, 5.2, 2)
    c.gap(5.2, 5.4, "spo2")
    return case(
        "B42",
        "other",
        "Heart failure with Cheyne-Stokes breathing and a probe on a cold hand",
        74,
        ["elderly", "beta_blocker", "ms"],
        c.rows(10, ((99, 60),), (0, 5, 9.5)),
        (N, N),
        (N, WA),
        "Crescendo-decrescendo breathing, mean rate unchanged; the false low stretch ends with a new probe.",
        base=None,
        obs=[(5.3, "activity")],
    )


def b43() -> Case:
    b = B(36.6, 70, 122, 72, 12, 93)
    c = Course("B43", 20, b, clock=11)
    for h, d in ((1.3, 30), (7.0, 35), (19.0, 25)):
        c.hit(h, 4, d, 5, spo2=-5, hr=6, rr=2)
    sleep(c, 11.5, 18.8, rr=-2, spo2=-1.5)
    c.hit(14.5, 2, 10, 8, hr=14, rr=4, sbp=12, dbp=7)
    return case(
        "B43",
        "other",
        (
            "On long-term methadone with oxygen: mask off at three meals, turned at half past one, sleeps at "
            "a rate of 10"
        ),
        56,
        ["opioid", "supplemental_oxygen", "sci"],
        c.rows(10, ((99, 120),), (0, 8, 19)),
        (N, N),
        (N, WA),
        "Stable opioid therapy; meals explain the dips (87-89), the rate of sleep is usual.",
        base=b,
        obs=[(7.3, "activity"), (13, "sedation_poss1"), (14.5, "activity")],
    )


def b44() -> Case:
    b = B(36.8, 90, 138, 80, 22, 89)
    c = Course("B44", 12, b, clock=18, etco2=50)
    c.add(
        spo2=[(2, 0), (2.2, 8), (8, 8), (9.5, 4), (11, -6), (12, -9)],
        rr=[(2.2, 0), (5, -5), (8, -11), (12, -14)],
        etco2=[(2.2, 0), (5, 10), (8, 22), (12, 36)],
        hr=[(2, 0), (6, 6), (9, -4), (12, -14)],
        sbp=[(2, 0), (7, 14), (12, -14)],
        dbp=[(2, 0), (7, 6), (12, -8)],
    )
    return case(
        "B44",
        "other",
        "COPD given 60 per cent oxygen after a fright: CO2 narcosis through the evening",
        71,
        ["copd", "elderly", "supplemental_oxygen"],
        c.rows(10, ((8, 60), (99, 30)), (0, 6, 11)),
        (N, WA),
        (N, EM),
        "Respiratory failure of another cause with exactly the physiology of overdose; emergency is acceptable.",
        base=b,
        etco2=50,
        obs=[(2.3, "oxygen_increased"), (6.5, "sedation_poss2"), (9, "sedation_poss3"), (11, "sedation_poss4")],
    )


def cases() -> list[Case]:
    """In order."""
    return [b37(), b38(), b39(), b40(), b41(), b42(), b43(), b44()]
