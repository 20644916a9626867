"""Overdose, and withdrawal followed by overdose: C11 to C18."""

from __future__ import annotations

from tests.cases.author_c.course import Course, ar1, low_rr_desat, pulse, ramp, usual
from tests.cases.record import Case


def c11() -> Case:
    c = Course(
        11,
        "overdose",
        "Overdose after refill (drug partly given into the pocket)",
        44,
        10,
        9,
        usual(36.7, 76, 122, 74, 15, 97),
        ["ms"],
        events=[(1.0, "refill")],
        obs=[
            (2.4, "sedation_poss2"),
            (2.9, "hypotonia"),
            (3.3, "sedation_poss3"),
            (4.0, "sedation_poss4"),
            (4.0, "oxygen_increased"),
        ],
        od=("emergency", "emergency"),
        latest=3.2,
        cuff=((0, 60), (2.5, 15), (6, 30)),
        temps=((0, 4), (3, 1)),
        why=(
            "Within two hours of a refill: drowsy, limp, then unrousable with RR 6-7, desaturation, slow "
            "pulse, low pressure and cooling."
        ),
    )
    t = c.t
    c.add(
        rr=ramp(t, 1.6, 3.8, -9),
        hr=ramp(t, 1.8, 4.2, -23),
        sbp=ramp(t, 1.9, 4, -33),
        dbp=ramp(t, 1.9, 4, -21),
        temp=ramp(t, 2, 8, -1.3),
    )
    low_rr_desat(c, 11, 1.9, 1.9)
    c.add(spo2=ramp(t, 4.05, 4.4, 6))
    return c.recorded()


def c12() -> Case:
    c = Course(
        12,
        "overdose",
        "Drowsy after a programmed single bolus",
        31,
        8,
        13,
        usual(36.6, 72, 116, 70, 14, 98),
        ["cp"],
        events=[(1.0, "bolus")],
        obs=[(1.9, "hypotonia"), (2.3, "sedation_poss2"), (3.1, "sedation_poss3"), (6.5, "sedation_poss1")],
        od=("warning", "emergency"),
        latest=3.5,
        cuff=((0, 30), (2, 15), (5, 30)),
        temps=((0, 4),),
        why="Peak one to two hours after a bolus: RR 8-9, SpO2 91-92, POSS 3, limp; passes over four hours.",
    )
    t = c.t
    p = pulse(t, 1.4, 1.5, 4.2, 3)
    c.add(
        rr=-6.0 * p,
        hr=-13 * p,
        sbp=-18 * p,
        dbp=-12 * p,
        temp=-0.4 * p,
        spo2=-6.2 * pulse(t, 1.8, 1.4, 4.2, 2.5) + 0.9 * p * ar1(c.rng, c.n, 1, 4),
    )
    return c.recorded()


def c13() -> Case:
    c = Course(
        13,
        "overdose",
        "Opioid given on top of an increased pump dose after surgery",
        57,
        12,
        15,
        usual(36.7, 80, 128, 76, 15, 96),
        ["ms", "opioid"],
        events=[(1.0, "dose_increase", 20), (2.0, "opioid_dose"), (4.0, "opioid_dose"), (5.5, "opioid_dose")],
        obs=[(4.8, "sedation_poss2"), (6.6, "sedation_poss3"), (7.6, "sedation_poss4"), (7.7, "oxygen_increased")],
        od=("emergency", "emergency"),
        latest=6.7,
        cuff=((0, 60), (6.5, 15)),
        temps=((0, 4),),
        sleep=0.5,
        why=(
            "Additive depression of opioid and baclofen: stepwise slower breathing after each dose down to "
            "6, saturation to the mid eighties, hardly rousable."
        ),
    )
    t = c.t
    c.add(
        rr=ramp(t, 2.2, 3, -1.5) + ramp(t, 4.1, 5, -2.5) + ramp(t, 5.6, 7.2, -5),
        hr=ramp(t, 2, 7.2, -18),
        sbp=ramp(t, 2.5, 7, -24),
        dbp=ramp(t, 2.5, 7, -14),
        temp=ramp(t, 4, 11, -0.6),
    )
    low_rr_desat(c, 4, 4.1, 1)
    low_rr_desat(c, 7, 5.7, 1.4)
    c.add(spo2=ramp(t, 7.75, 8.1, 6), rr=ramp(t, 8.3, 9.5, 3.5), hr=ramp(t, 8.3, 9.5, 6))  # naloxone and oxygen
    return c.recorded()


def c14() -> Case:
    c = Course(
        14,
        "overdose",
        "Overdose on oxygen: saturation stays good (dose raised, no capnography)",
        63,
        12,
        12,
        usual(36.6, 74, 130, 76, 16, 96),
        ["ms", "supplemental_oxygen"],
        events=[(1.0, "dose_increase", 40)],
        obs=[(4.5, "sedation_poss2"), (5.5, "hypotonia"), (6.6, "sedation_poss3"), (8.2, "sedation_poss4")],
        od=("warning", "emergency"),
        latest=7.0,
        cuff=((0, 60), (7, 30)),
        temps=((0, 4), (8, 2)),
        why=(
            "Oxygen masks the hypoventilation; slow breathing (7), sedation, slow pulse and falling pressure "
            "are the only signs."
        ),
    )
    t = c.t
    c.add(
        rr=ramp(t, 2.5, 7.5, -9),
        hr=ramp(t, 3, 8, -18),
        sbp=ramp(t, 3, 8, -26),
        dbp=ramp(t, 3, 8, -15),
        temp=ramp(t, 4, 11, -0.9),
        spo2=1 + ramp(t, 6, 9, -2.5),
    )
    return c.recorded()


def c15() -> Case:
    c = Course(
        15,
        "overdose",
        "Overdose seen by capnography after pump replacement and refill",
        48,
        10,
        14,
        usual(36.7, 78, 124, 74, 15, 97),
        ["sci", "supplemental_oxygen"],
        etco2=38,
        chart_etco2=38,
        events=[(0.5, "pump_replaced"), (0.6, "refill")],
        obs=[(2.8, "sedation_poss2"), (4.0, "sedation_poss3"), (4.6, "hypotonia"), (5.6, "sedation_poss4")],
        od=("emergency", "emergency"),
        latest=4.0,
        cuff=((0, 15), (2, 30), (5, 15)),
        temps=((0, 2),),
        why=(
            "EtCO2 climbs from 38 to above 60 with slow breathing and deepening sedation while oxygen holds "
            "the saturation in the low nineties."
        ),
    )
    t = c.t
    c.add(
        rr=ramp(t, 1.8, 5, -8),
        hr=ramp(t, 2, 5.5, -17),
        sbp=ramp(t, 2, 5.5, -22),
        dbp=ramp(t, 2, 5.5, -14),
        temp=ramp(t, 3, 9, -0.7),
        etco2=ramp(t, 1.9, 5.8, 26),
    )
    low_rr_desat(c, 5, 3.5, 2)
    return c.recorded()


def c16() -> Case:
    c = Course(
        16,
        "overdose",
        "Slow onset asleep: dose raised in the afternoon, nobody wakes the patient",
        41,
        16,
        16,
        usual(36.6, 70, 120, 72, 15, 97),
        ["cp", "communication_difficulty"],
        events=[(0.5, "dose_increase", 30)],
        obs=[(5.8, "hypotonia"), (12.6, "sedation_poss4"), (12.7, "oxygen_increased")],
        od=("warning", "emergency"),
        latest=11.5,
        cuff=((0, 60), (6, 120), (12.5, 15)),
        temps=((0, 4),),
        why=(
            "Breathing falls from 14 to 7 and saturation to the high eighties over a night that looks like "
            "sound sleep; far below a usual night."
        ),
    )
    t = c.t
    c.add(
        rr=ramp(t, 5, 12, -6.2),
        hr=ramp(t, 5, 12, -12),
        sbp=ramp(t, 5, 12, -17),
        dbp=ramp(t, 5, 12, -11),
        temp=ramp(t, 6, 13, -0.8),
    )
    low_rr_desat(c, 8.5, 7, 5)
    c.add(spo2=ramp(t, 12.75, 13, 6))
    c.gap(("spo2",), 7.3, 7.5)
    return c.recorded()


def c17() -> Case:
    c = Course(
        17,
        "overdose",
        "Coma with bradycardia and hypertension after a dye study (catheter content flushed in)",
        36,
        9,
        10,
        usual(36.7, 78, 124, 74, 15, 98),
        ["cp"],
        chart=False,
        events=[(0.8, "dye_study")],
        obs=[(1.7, "sedation_poss3"), (1.9, "hypotonia"), (2.4, "sedation_poss4"), (2.5, "oxygen_increased")],
        od=("emergency", "emergency"),
        wd=("none", "watch"),
        latest=2.3,
        cuff=((0, 30), (1.5, 10), (4, 30)),
        temps=((0, 2),),
        why=(
            "Massive intrathecal dose: coma, RR 5-6, pulse in the forties with raised pressure (170), "
            "desaturation and cooling within an hour and a half."
        ),
    )
    t = c.t
    c.add(
        rr=ramp(t, 1.1, 2.4, -9.5),
        hr=ramp(t, 1.2, 2.8, -35),
        sbp=ramp(t, 1.3, 2.8, 46),
        dbp=ramp(t, 1.3, 2.8, 22),
        temp=ramp(t, 1.5, 7, -1.4),
    )
    low_rr_desat(c, 12, 1.3, 1.2)
    c.add(spo2=ramp(t, 2.55, 2.8, 8))
    return c.recorded()


def c18() -> Case:
    c = Course(
        18,
        "mixed",
        "Withdrawal from a stalled pump, then overdose after restart with a bolus and benzodiazepines",
        40,
        22,
        8,
        usual(36.7, 72, 120, 74, 15, 97),
        ["ms"],
        events=[
            (1.0, "pump_stall"),
            (11.0, "benzodiazepine_dose"),
            (12.5, "restored"),
            (12.6, "bolus"),
            (13.0, "benzodiazepine_dose"),
        ],
        obs=[
            (6.0, "pruritus"),
            (8.0, "spasticity_up2"),
            (9.5, "agitation"),
            (10.5, "rigidity"),
            (14.4, "sedation_poss2"),
            (15.4, "hypotonia"),
            (15.6, "sedation_poss3"),
            (16.6, "sedation_poss4"),
            (16.7, "oxygen_increased"),
        ],
        wd=("warning", "emergency"),
        od=("warning", "emergency"),
        latest={"withdrawal": 9.5},
        labile=(6, 9, 8),
        cuff=((0, 60), (8, 30), (14, 15)),
        temps=((0, 4), (6, 2), (9, 1)),
        sleep=0.3,
        why=(
            "First the syndrome of withdrawal up to the restart, then two hours after bolus and "
            "benzodiazepine slow breathing, desaturation, limpness. The hour is the one of the withdrawal."
        ),
    )
    t = c.t
    w = ramp(t, 5, 11.5) * (1 - ramp(t, 12.6, 14.8))
    o = ramp(t, 13.8, 16.4) * (1 - 0.5 * ramp(t, 18.5, 21.5))
    c.add(
        hr=52 * w - 16 * o,
        rr=11 * w - 8 * o,
        sbp=36 * w - 24 * o,
        dbp=19 * w - 15 * o,
        temp=2.0 * ramp(t, 6, 12) - 2.2 * ramp(t, 13, 17.5),
    )
    low_rr_desat(c, 9, 14.3, 2)
    c.add(spo2=ramp(t, 16.75, 17.1, 6))
    return c.recorded()


def cases() -> list[Case]:
    """In order."""
    return [c11(), c12(), c13(), c14(), c15(), c16(), c17(), c18()]
