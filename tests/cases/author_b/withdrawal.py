"""Withdrawal, gradual and abrupt, plain and masked: B01 to B10."""

from __future__ import annotations

import numpy as np

from tests.cases.author_b.course import EM, WA, WR, B, Course, N, case
from tests.cases.author_b.shapes import sleep, spasm_storm
from tests.cases.record import Case


def b01() -> Case:
    b = B(36.6, 70, 118, 72, 14, 97)
    c = Course("B01", 24, b, clock=8)
    c.add(
        hr=[(5, 0), (9, 8), (13, 24), (18, 44), (24, 58)],
        sbp=[(6, 0), (11, 14), (16, 34), (24, 40)],
        dbp=[(6, 0), (12, 9), (18, 20), (24, 22)],
        rr=[(7, 0), (12, 4), (18, 10), (24, 15)],
        temp=[(8, 0), (12, 0.5), (16, 1.4), (20, 2.3), (24, 2.9)],
        spo2=[(14, 0), (24, -2)],
    )
    spasm_storm(c, 9, 24, 1.5)
    return case(
        "B01",
        "withdrawal",
        "MS: reservoir run empty, gradual withdrawal over a day (itch, then spasms, then fever)",
        49,
        ["ms", "renal_impairment"],
        c.rows(10, ((12, 60), (99, 30)), (0, 4, 8, 12, 14, 16, 18, 20, 22, 24)),
        (EM, EM),
        (N, WA),
        (
            "Known empty reservoir, itch and spasms hours before the fever; by 24 h 39 C, pulse near 130. A "
            "warning by the middle of the day still leaves time."
        ),
        base=b,
        events=[(1.5, "low_reservoir_alarm"), (3.0, "empty_reservoir")],
        obs=[
            (7, "pruritus"),
            (10.2, "spasticity_up1"),
            (14.5, "sweating"),
            (15.5, "spasticity_up2"),
            (19, "rigidity"),
            (20, "agitation"),
            (22.5, "delirium"),
        ],
        latest=14.5,
    )


def b02() -> Case:
    b = B(36.8, 84, 112, 68, 16, 97)
    c = Course("B02", 12, b, clock=14)
    c.add(
        hr=[(3, 0), (4, 18), (5.5, 45), (8, 68), (12, 72)],
        sbp=[(3, 0), (4.5, 28), (6, 48), (9, 40), (12, 15)],
        dbp=[(3, 0), (5, 20), (8, 24), (12, 6)],
        rr=[(3.2, 0), (5, 7), (7, 15), (12, 22)],
        temp=[(3.5, 0), (5, 1), (7, 2.4), (9, 3.4), (12, 3.9)],
        spo2=[(5, 0), (8, -2), (12, -4)],
    )
    spasm_storm(c, 3.4, 12, 3, hr=16, sbp=30, dbp=16)
    c.hit(8.6, 1, 2, 8, hr=28, sbp=30, dbp=15, rr=-4, spo2=-11)
    return case(
        "B02",
        "withdrawal",
        "Dyskinetic CP: pump did not restart after MRI, abrupt storm with rigidity and a seizure",
        31,
        ["cp", "communication_difficulty"],
        c.rows(5, ((3, 60), (4.5, 30), (99, 15)), (0, 3, 5, 6, 7, 8, 9, 10, 11, 12)),
        (EM, EM),
        (N, WA),
        "Motor stall after MRI and storm within hours in a patient who cannot say that he itches.",
        base=b,
        events=[(0.5, "mri"), (5.5, "pump_stall")],
        obs=[(4.3, "spasticity_up2"), (5, "sweating"), (5.4, "agitation"), (6.6, "rigidity"), (8.9, "seizure")],
        latest=5.5,
    )


def b03() -> Case:
    b = B(36.4, 58, 92, 56, 14, 97)
    c = Course("B03", 16, b, clock=7)
    c.add(
        hr=[(4, 0), (7, 12), (10, 30), (16, 46)],
        sbp=[(4, 0), (7, 16), (10, 36), (13, 46), (16, 44)],
        dbp=[(4, 0), (8, 12), (12, 24), (16, 22)],
        rr=[(6, 0), (9, 4), (13, 9), (16, 11)],
        temp=[(6, 0), (9, 0.8), (12, 1.7), (16, 2.3)],
    )
    spasm_storm(c, 6, 16, 2, hr=10, sbp=24, dbp=12)
    return case(
        "B03",
        "withdrawal",
        'T5 injury, usual pressure 92/56: withdrawal after catheter revision reads "normal" (138/80)',
        38,
        ["sci", "sci_t6", "prior_withdrawal"],
        c.rows(10, ((7, 60), (99, 30)), (0, 4, 8, 10, 12, 14, 16)),
        (WR, EM),
        (N, WA),
        (
            "Judged against her own values pulse and pressure rise by half, with itch above the lesion and "
            "spasms; the absolute numbers stay unremarkable for long."
        ),
        base=b,
        events=[(0, "catheter_revision")],
        obs=[(5.8, "pruritus"), (7.5, "spasticity_up1"), (10.3, "spasticity_up2"), (11, "sweating"), (14, "agitation")],
        latest=10.5,
    )


def b04() -> Case:
    b = B(36.6, 58, 136, 78, 16, 93)
    c = Course("B04", 20, b, clock=10)
    c.noise["hr"] = 0.6
    c.add(
        hr=[(5, 0), (10, 7), (15, 17), (20, 24)],
        sbp=[(4, 0), (9, 20), (14, 42), (20, 50)],
        dbp=[(5, 0), (10, 10), (16, 22), (20, 24)],
        rr=[(6, 0), (11, 5), (16, 12), (20, 15)],
        temp=[(6, 0), (10, 0.7), (14, 1.6), (20, 2.6)],
        spo2=[(10, 0), (20, -3)],
    )
    spasm_storm(c, 8, 20, 1.8, hr=5, sbp=22, dbp=10)
    return case(
        "B04",
        "withdrawal",
        (
            "Beta blocker, COPD and kidney disease: pulse hardly moves, pressure, breathing and heat do; "
            "critical pump alarm"
        ),
        67,
        ["ms", "beta_blocker", "copd", "renal_impairment", "chronic_hypertension", "elderly"],
        c.rows(10, ((10, 60), (99, 30)), (0, 4, 8, 10, 12, 14, 16, 18, 20)),
        (WR, EM),
        (N, WA),
        "Bisoprolol hides the tachycardia; the rest of the picture with a critical alarm should still be enough.",
        base=b,
        events=[(2.2, "critical_alarm")],
        obs=[(8.4, "pruritus"), (10, "spasticity_up1"), (13.2, "sweating"), (15, "spasticity_up2"), (18, "delirium")],
        latest=13.5,
    )


def b05() -> Case:
    b = B(36.7, 72, 120, 72, 14, 97)
    c = Course("B05", 18, b, clock=20)
    sleep(c, 2.5, 6.5)
    c.add(
        hr=[(4, 0), (7, 20), (10, 46), (14, 64), (18, 72)],
        sbp=[(5, 0), (7, 14), (9, 4), (11, -18), (14, -34), (18, -40)],
        dbp=[(5, 0), (7, 6), (9, 0), (12, -16), (18, -26)],
        rr=[(5, 0), (8, 6), (12, 13), (18, 18)],
        temp=[(5, 0), (8, 1.2), (11, 2.4), (15, 3.2), (18, 3.6)],
        spo2=[(9, 0), (18, -5)],
    )
    return case(
        "B05",
        "withdrawal",
        "After pump replacement: withdrawal with hypotension and rhabdomyolysis, looks like sepsis",
        52,
        ["sci", "prior_withdrawal"],
        c.rows(10, ((6, 60), (9, 30), (99, 15)), (0, 4, 6, 8, 9, 10, 11, 12, 14, 16, 18)),
        (EM, EM),
        (N, WA),
        (
            "Low pressure does not exclude withdrawal: hyperthermia and rigidity after pump replacement "
            "(catheter not reconnected)."
        ),
        base=b,
        events=[(0, "pump_replaced")],
        obs=[(7.5, "spasticity_up1"), (9, "spasticity_up2"), (9.5, "rigidity"), (12.5, "delirium")],
        latest=9.5,
    )


def b06() -> Case:
    b = B(36.5, 76, 128, 80, 15, 98)
    c = Course("B06", 18, b, clock=12)
    c.add(
        hr=[(3, 0), (7, 16), (12, 34), (18, 40)],
        sbp=[(3, 0), (8, 20), (18, 26)],
        dbp=[(3, 0), (8, 10), (18, 14)],
        rr=[(4, 0), (9, 5), (18, 9)],
        temp=[(4, 0), (10, 0.3), (18, 0.5)],
    )
    for k, h in enumerate(np.arange(5, 17.8, 0.8)):  # swings up and down
        s = 1 if k % 2 else -1
        c.hit(h, 12, 12, 14, fine=False, sbp=s * (24 + 6 * (k > 6)), dbp=s * 12, hr=10 * s)
    return case(
        "B06",
        "withdrawal",
        "Withdrawal without fever on regular paracetamol: swinging pressure, itch, hallucinations",
        44,
        ["ms"],
        c.rows(10, ((5, 60), (99, 20)), (0, 4, 8, 12, 16, 18)),
        (WR, EM),
        (N, WA),
        (
            "Fever is not a condition: pressure swinging 100-185, pulse up by 35, itch, spasms and "
            "hallucinations after a pump stop."
        ),
        base=b,
        events=[(1, "pump_stopped"), (6, "oral_baclofen_dose")],
        obs=[
            (5, "pruritus"),
            (6.2, "paraesthesia"),
            (8, "spasticity_up1"),
            (10, "agitation"),
            (12.4, "hallucinations"),
            (13, "spasticity_up2"),
        ],
        latest=11.0,
    )


def b07() -> Case:
    b = B(36.2, 68, 142, 76, 17, 95)
    c = Course("B07", 24, b, clock=13, noise=0.9)
    sleep(c, 9, 13, hr=-3, sbp=-6)
    c.add(
        hr=[(7, 0), (12, 9), (17, 20), (24, 32)],
        sbp=[(7, 0), (13, 14), (18, 26), (24, 30)],
        dbp=[(8, 0), (14, 6), (24, 12)],
        rr=[(8, 0), (14, 4), (20, 9), (24, 11)],
        temp=[(9, 0), (14, 0.6), (18, 1.1), (24, 1.8)],
        spo2=[(14, 0), (24, -2)],
    )
    spasm_storm(c, 11, 24, 1.2, hr=8, sbp=18)
    return case(
        "B07",
        "withdrawal",
        "Frail 81-year-old, battery at end of service: blunted, mostly delirium, temperature 38.0 at the end",
        81,
        ["elderly", "sci", "chronic_hypertension"],
        c.rows(15, ((99, 60),), (0, 4, 8, 12, 15, 18, 20, 22, 24)),
        (WR, EM),
        (N, WA),
        (
            "The old answer less: pulse 100, 38 C, confusion and stiffness; known end of service makes it "
            "withdrawal until shown otherwise."
        ),
        base=b,
        events=[(4, "end_of_service")],
        obs=[(12.5, "agitation"), (15, "spasticity_up1"), (15.5, "delirium"), (18.5, "spasticity_up2")],
        latest=18.0,
    )


def b08() -> Case:
    b = B(36.7, 72, 122, 74, 15, 97)
    c = Course("B08", 24, b, clock=8)
    c.add(
        hr=[(6, 0), (10, 14), (14, 32), (20, 52), (24, 60)],
        sbp=[(6, 0), (12, 22), (20, 40), (24, 42)],
        dbp=[(6, 0), (12, 10), (20, 20)],
        rr=[(8, 0), (14, 6), (24, 14)],
        temp=[(8, 0), (12, 0.8), (16, 1.7), (20, 2.4), (24, 3)],
    )
    return case(
        "B08",
        "withdrawal",
        "Observation rounds only (each 4 h, later 2 h): withdrawal after a dye study, no continuous monitor",
        57,
        ["sci"],
        c.rows(spots=[0, 4, 8, 12, 14, 16.1, 18, 20, 22, 23.5], temps=[0, 4, 8, 12, 16.1, 20, 23.5]),
        (WR, EM),
        (N, WA),
        "Ten spot readings are all there is; at 16 h pulse 110, 38.4 C and spasms with a known catheter question.",
        base=b,
        events=[(2, "dye_study")],
        obs=[(12, "pruritus"), (14, "spasticity_up1"), (18, "spasticity_up2"), (20, "sweating")],
        latest=18.2,
    )


def b09() -> Case:
    b = B(36.6, 66, 116, 70, 14, 98)
    c = Course("B09", 20, b, clock=22)
    sleep(c, 0.5, 6)
    c.add(
        hr=[(6, 0), (9, 14), (12, 32), (16, 52), (20, 60)],
        sbp=[(6, 0), (10, 18), (14, 38), (20, 34)],
        dbp=[(6, 0), (10, 10), (14, 20), (20, 18)],
        rr=[(7, 0), (11, 6), (16, 12), (20, 14)],
        temp=[(8, 0), (11, 0.8), (14, 1.7), (20, 2.9)],
    )
    spasm_storm(c, 8, 20, 2)
    return case(
        "B09",
        "withdrawal",
        "Transferred at night, pump of unknown state: catheter broken at the connector, nobody knows",
        42,
        ["sci", "communication_difficulty"],
        c.rows(10, ((9, 60), (99, 30)), (0, 6, 10, 12, 14, 16, 18, 20)),
        (WR, EM),
        (N, WA),
        (
            "No usual values charted, no event known, nobody can say if the pump works: itch, spasms, pulse "
            "doubling and fever."
        ),
        base=None,
        unknown=True,
        obs=[(9.5, "pruritus"), (11, "spasticity_up1"), (13.5, "spasticity_up2"), (14, "sweating"), (17, "rigidity")],
        latest=14.5,
    )


def b10() -> Case:
    b = B(36.7, 74, 124, 76, 15, 98)
    c = Course("B10", 18, b, clock=9)
    c.add(hr=[(8, 0), (13, 7), (18, 9)], sbp=[(8, 0), (13, 8), (18, 9)], rr=[(9, 0), (18, 1.5)])
    sleep(c, 13.5, 18, hr=-4, sbp=-5)
    return case(
        "B10",
        "withdrawal",
        "Prodrome only: itch, tingling and more spasms after a 35 per cent dose reduction, then left to the night",
        36,
        ["ms", "prior_withdrawal"],
        c.rows(10, ((99, 60),), (0, 4, 8, 12, 16)),
        (WA, WR),
        (N, N),
        (
            "Early under-dosing: nothing autonomic yet; should be marked, a call for someone is acceptable, "
            "an emergency is not."
        ),
        base=b,
        events=[(0.5, "dose_decrease", 35)],
        obs=[(7, "paraesthesia"), (9, "pruritus"), (11.2, "spasticity_up1"), (12, "no_sweating")],
    )


def cases() -> list[Case]:
    """In order."""
    return [b01(), b02(), b03(), b04(), b05(), b06(), b07(), b08(), b09(), b10()]
