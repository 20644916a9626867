"""Overdose, and withdrawal followed by overdose: B11 to B18."""

from __future__ import annotations

from tests.cases.author_b.course import EM, WA, WR, B, Course, N, case
from tests.cases.author_b.shapes import apnoeas, sleep, spasm_storm
from tests.cases.record import Case


def b11() -> Case:
    b = B(36.7, 74, 126, 76, 15, 98)
    c = Course("B11", 8, b, clock=11)
    c.add(
        hr=[(1.4, 0), (2.2, -10), (3.5, -22), (8, -26)],
        sbp=[(1.5, 0), (2.5, -18), (4, -36), (8, -34)],
        dbp=[(1.5, 0), (3, -14), (8, -20)],
        rr=[(1.4, 0), (2, -3), (2.8, -7), (4, -9), (8, -8.5)],
        spo2=[(1.7, 0), (2.5, -4), (3.3, -10), (4, -14), (4.3, -5), (8, -4)],
        temp=[(2, 0), (5, -0.9), (8, -1.2)],
    )
    return case(
        "B11",
        "overdose",
        "Pocket fill at refill: drowsy within the hour, floppy, breathing 6-8",
        45,
        ["ms"],
        c.rows(5, ((1.5, 60), (99, 15)), (0, 3, 5, 8)),
        (N, WA),
        (EM, EM),
        "Refill, then falling breathing, saturation, pulse and pressure together with flaccidity.",
        base=b,
        events=[(1.0, "refill")],
        obs=[(2.0, "sedation_poss2"), (2.7, "hypotonia"), (3.0, "sedation_poss4"), (4.1, "oxygen_increased")],
        latest=2.7,
    )


def b12() -> Case:
    b = B(36.6, 70, 118, 70, 15, 97)
    c = Course("B12", 10, b, clock=9, etco2=38)
    c.add(
        hr=[(2.5, 0), (4.5, -12), (10, -14)],
        sbp=[(2.5, 0), (5, -20), (10, -16)],
        dbp=[(2.5, 0), (5, -12), (10, -10)],
        rr=[(2.3, 0), (3.5, -4), (5, -7), (7.5, -7), (10, -4)],
        spo2=[(3, 0), (4.5, -4), (6, -7), (10, -3)],
        etco2=[(2.5, 0), (3.5, 7), (5, 17), (7, 21), (10, 11)],
        temp=[(3, 0), (7, -0.6)],
    )
    c.gap(4.05, 4.3, "etco2")
    return case(
        "B12",
        "overdose",
        "Bolus through the pump after catheter test; capnography rises to the high fifties",
        33,
        ["cp", "communication_difficulty"],
        c.rows(5, ((2.5, 60), (99, 20)), (0, 4, 8)),
        (N, N),
        (EM, EM),
        "Peak effect hours after a bolus; EtCO2 leads, saturation follows.",
        base=b,
        etco2=38,
        events=[(1.0, "bolus")],
        obs=[(3.6, "sedation_poss2"), (4.8, "hypotonia"), (5.0, "sedation_poss3")],
        latest=4.6,
    )


def b13() -> Case:
    b = B(36.8, 82, 132, 80, 16, 95)
    c = Course("B13", 14, b, clock=15)
    c.add(
        hr=[(0, 14), (2, 12), (5, -4), (9, -14), (14, -16)],
        sbp=[(0, 18), (2, 14), (6, -8), (10, -22), (14, -24)],
        dbp=[(0, 8), (6, -4), (10, -12)],
        rr=[(0, 3), (3, 1), (6, -3), (8.5, -6.5), (10, -8), (14, -8)],
        spo2=[(4, 0), (7, -3), (9.5, -8), (11, -10), (14, -8)],
        temp=[(5, 0), (14, -0.5)],
    )
    c.post(apnoeas((3, 6), (2, 7), 6), 7.0, 13.9, 2)
    return case(
        "B13",
        "overdose",
        "Fracture pain: morphine three times on top of a pump raised by 20 per cent, obese with sleep apnoea",
        54,
        ["sci", "opioid", "sleep_apnoea", "chronic_hypertension"],
        c.rows(5, ((99, 30),), (0, 4, 8, 12)),
        (N, WA),
        (EM, EM),
        "Pain first, then added sedation: breathing to 8, ever lower saturation, hard to rouse.",
        base=b,
        events=[(0.5, "dose_increase", 20), (2.0, "opioid_dose"), (4.5, "opioid_dose"), (6.5, "opioid_dose")],
        obs=[(6.2, "sedation_poss1"), (8.0, "sedation_poss2"), (9.6, "sedation_poss3"), (10.1, "oxygen_increased")],
        latest=9.0,
    )


def b14() -> Case:
    b = B(36.7, 78, 124, 72, 16, 96)
    c = Course("B14", 10, b, clock=13)
    c.add(
        hr=[(2.5, 0), (5, -12), (7, -24), (10, -26)],
        sbp=[(3, 0), (6, -20), (10, -28)],
        dbp=[(3, 0), (6, -12), (10, -16)],
        rr=[(2.2, 0), (4, -4), (5.5, -7), (7, -9.5), (10, -10)],
        spo2=[(1, 0), (6.5, 0.5), (8, -2), (9, -6), (10, -9)],
        temp=[(3, 0), (10, -1.2)],
    )
    return case(
        "B14",
        "overdose",
        "On 4 l oxygen after catheter revision with priming bolus: saturation hides what the breathing shows",
        61,
        ["ms", "supplemental_oxygen"],
        c.rows(5, ((3, 60), (99, 30)), (0, 4, 7, 10)),
        (N, N),
        (WR, EM),
        "Breathing 16 -> 6 with pulse and pressure falling, SpO2 held at 96 by oxygen for hours.",
        base=b,
        events=[(0.5, "catheter_revision"), (1.2, "bolus")],
        obs=[(4.2, "sedation_poss1"), (5.8, "sedation_poss2"), (6.6, "hypotonia"), (7.8, "sedation_poss4")],
        latest=6.3,
    )


def b15() -> Case:
    b = B(36.5, 68, 112, 66, 13, 97)
    c = Course("B15", 14, b, clock=20, etco2=40, circ=0.4)
    sleep(c, 2, 14)
    c.add(
        hr=[(4, 0), (8, -4), (11, -10), (14, -14)],
        sbp=[(4, 0), (9, -6), (14, -14)],
        dbp=[(4, 0), (9, -4), (14, -9)],
        rr=[(4, 0), (8, -2.2), (11, -4.2), (14, -5.8)],
        spo2=[(5, 0), (9, -2), (11, -4), (14, -9)],
        etco2=[(4, 0), (8, 6), (11, 13), (14, 22)],
        temp=[(4, 0), (14, -0.9)],
    )
    return case(
        "B15",
        "overdose",
        "Slow onset asleep after refill with a wrong concentration; nasal capnography",
        47,
        ["sci", "renal_impairment"],
        c.rows(10, ((99, 60),), (0, 4, 10, 13)),
        (N, N),
        (WR, EM),
        "Looks like sound sleep until EtCO2 has gone past 55 and breathing below 9.",
        base=b,
        etco2=40,
        events=[(0.5, "refill")],
        obs=[(3, "sedation_poss1"), (11.8, "sedation_poss3")],
        latest=11.3,
    )


def b16() -> Case:
    b = B(36.8, 72, 128, 74, 15, 96)
    c = Course("B16", 16, b, clock=18, circ=0.4)
    sleep(c, 4, 16)
    c.add(
        hr=[(5, 0), (9, -5), (16, -14)],
        sbp=[(5, 0), (10, -12), (16, -26)],
        dbp=[(5, 0), (10, -7), (16, -14)],
        rr=[(5, 0), (9, -2.5), (12, -5), (16, -6.8)],
        spo2=[(6, 0), (10, -2), (13, -6), (16, -12)],
        temp=[(5, 0), (16, -1.0)],
    )
    c.gap(8.2, 8.9, "spo2")
    return case(
        "B16",
        "overdose",
        "Kidneys failing, oral baclofen on top of a raised pump dose, asleep: creeping, no capnography",
        72,
        ["elderly", "renal_impairment", "ms"],
        c.rows(10, ((99, 60),), (0, 4, 12, 16)),
        (N, N),
        (WR, EM),
        "Renal failure accumulates oral baclofen; breathing 14 -> 8 and SpO2 to the mid-eighties by the morning.",
        base=b,
        events=[(1, "dose_increase", 15), (2, "oral_baclofen_dose"), (4, "oral_baclofen_dose")],
        obs=[(3.8, "sedation_poss1"), (13.5, "sedation_poss3"), (14, "hypotonia")],
        latest=12.7,
    )


def b17() -> Case:
    b = B(36.7, 76, 120, 72, 15, 97)
    c = Course("B17", 9, b, clock=10)
    c.add(
        hr=[(1.8, 0), (2.6, -20), (4, -36), (9, -38)],
        sbp=[(1.8, 0), (3, 34), (5, 58), (9, 44)],
        dbp=[(1.8, 0), (3, 14), (5, 28), (9, 20)],
        rr=[(1.8, 0), (2.8, -5), (4, -8), (9, -9)],
        spo2=[(2, 0), (3.2, -6), (4.2, -11), (4.6, -3), (9, -3)],
        temp=[(2, 0), (5, -1.6), (9, -2.4)],
    )
    return case(
        "B17",
        "overdose",
        "Massive bolus: bradycardia 38 with HYPERtension 175, hypothermia, coma",
        39,
        ["sci"],
        c.rows(5, ((1.8, 60), (99, 15)), (0, 3, 5, 7, 9)),
        (N, WA),
        (EM, EM),
        (
            "Published pattern of massive intrathecal baclofen: bradycardia with raised pressure, cold, "
            "flaccid, bag-mask after 4 h."
        ),
        base=b,
        events=[(1.2, "pump_replaced"), (1.4, "bolus")],
        obs=[
            (2.6, "sedation_poss3"),
            (3.1, "hypotonia"),
            (3.3, "sedation_poss4"),
            (4.4, "oxygen_increased"),
            (6.0, "seizure"),
        ],
        latest=2.8,
    )


def b18() -> Case:
    b = B(36.6, 72, 118, 72, 14, 98)
    c = Course("B18", 24, b, clock=6)
    c.add(
        hr=[(3, 0), (6, 18), (9, 44), (12, 52), (14, 18), (17, -8), (20, -16), (24, -14)],
        sbp=[(3, 0), (6, 20), (9, 44), (12, 40), (14, 4), (18, -22), (24, -20)],
        dbp=[(3, 0), (9, 20), (12, 18), (14, 0), (18, -12), (24, -10)],
        rr=[(4, 0), (9, 9), (12, 12), (14, 2), (16.5, -4), (18, -7), (24, -6)],
        temp=[(4, 0), (8, 1.2), (12, 2.5), (16, 0.6), (20, -0.8), (24, -0.6)],
        spo2=[(9, 0), (12, -2), (15, -2), (18, -9), (19, -5), (24, -3)],
    )
    spasm_storm(c, 6, 12.5, 2.5)
    return case(
        "B18",
        "mixed",
        "Empty reservoir with withdrawal; filled, bolus and diazepam given freely; then overdose",
        43,
        ["ms", "prior_withdrawal"],
        c.rows(10, ((6, 60), (99, 30)), (0, 4, 8, 10, 12, 14, 16, 18, 20, 24)),
        (EM, EM),
        (WR, EM),
        (
            "The second illness is the treatment of the first: both patterns must be seen in turn. "
            "The hour is the one of the withdrawal."
        ),
        base=b,
        events=[
            (1, "empty_reservoir"),
            (11.8, "benzodiazepine_dose"),
            (12.2, "refill"),
            (12.3, "bolus"),
            (12.4, "restored"),
            (13.1, "benzodiazepine_dose"),
        ],
        obs=[
            (5.5, "pruritus"),
            (7, "spasticity_up2"),
            (9, "rigidity"),
            (9.5, "agitation"),
            (16, "sedation_poss2"),
            (17.5, "sedation_poss3"),
            (17.7, "hypotonia"),
        ],
        latest={"withdrawal": 8.5},
    )


def cases() -> list[Case]:
    """In order."""
    return [b11(), b12(), b13(), b14(), b15(), b16(), b17(), b18()]
