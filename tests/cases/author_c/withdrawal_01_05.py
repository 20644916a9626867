"""Withdrawal, gradual and abrupt, plain and masked: C01 to C05."""

from __future__ import annotations

from tests.cases.author_c.course import Course, pulse, ramp, usual
from tests.cases.record import Case


def c01() -> Case:
    c = Course(
        1,
        "withdrawal",
        "Gradual withdrawal after an unheeded low reservoir alarm (multiple sclerosis)",
        46,
        24,
        7.5,
        usual(36.7, 74, 122, 74, 15, 97),
        ["ms"],
        events=[(1.0, "low_reservoir_alarm")],
        obs=[
            (7.0, "pruritus"),
            (11.5, "spasticity_up1"),
            (15.0, "sweating"),
            (17.5, "spasticity_up2"),
            (19.5, "agitation"),
        ],
        wd=("warning", "emergency"),
        latest=16.5,
        labile=(11, 18, 11),
        cuff=((0, 60), (14, 30)),
        temps=((0, 4), (12, 2), (18, 1)),
        awake=((15, 23),),
        why=(
            "Itch, then spasticity, then a slow rise of rate, pressure and temperature over the day after a "
            "low reservoir alarm: early withdrawal."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 6, 21, 46),
        rr=ramp(t, 9, 21, 10),
        sbp=ramp(t, 8, 19, 34),
        dbp=ramp(t, 8, 19, 18),
        temp=ramp(t, 10, 22, 1.9),
        spo2=ramp(t, 15, 22, -1.5),
    )
    c.washing_gap()
    return c.recorded()


def c02() -> Case:
    c = Course(
        2,
        "withdrawal",
        "Abrupt withdrawal: pump stalled after MRI and did not restart (cerebral palsy, cannot speak)",
        28,
        18,
        10,
        usual(36.6, 80, 112, 68, 16, 98),
        ["cp", "communication_difficulty"],
        events=[(0.5, "mri"), (2.0, "pump_stall"), (13.3, "benzodiazepine_dose")],
        obs=[(6.5, "spasticity_up2"), (7.5, "sweating"), (9.0, "agitation"), (10.5, "rigidity"), (13.1, "seizure")],
        wd=("emergency", "emergency"),
        od=("none", "watch"),
        latest=8.0,
        labile=(6, 10, 14),
        cuff=((0, 60), (7, 30), (12, 15)),
        temps=((0, 4), (6, 2), (9, 1)),
        why=(
            "Full withdrawal syndrome with hyperthermia, rigidity and seizure within half a day of a stall "
            "in a patient who cannot complain of itch."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 4.5, 13, 76),
        rr=ramp(t, 5, 12.5, 19),
        sbp=ramp(t, 5, 11, 46),
        dbp=ramp(t, 5, 11, 26),
        temp=ramp(t, 5.5, 14.5, 3.6),
        spo2=ramp(t, 10, 14, -3),
    )
    sz = pulse(t, 13.05, 0.02, 13.12, 0.25)
    c.add(hr=14 * sz, spo2=-9 * sz, sbp=20 * sz)
    after = ramp(t, 13.4, 15)
    c.add(hr=-22 * after, rr=-10 * after, sbp=-18 * after, dbp=-9 * after)
    return c.recorded()


def c03() -> Case:
    c = Course(
        3,
        "withdrawal",
        "Withdrawal in T4 paraplegia with low usual pressure: pump at end of service",
        39,
        20,
        13,
        usual(36.4, 62, 96, 58, 14, 97),
        ["sci_t6", "sci"],
        events=[(0.0, "end_of_service")],
        obs=[
            (6.0, "pruritus"),
            (8.0, "paraesthesia"),
            (9.5, "spasticity_up1"),
            (13.0, "spasticity_up2"),
            (15.0, "sweating"),
        ],
        wd=("warning", "emergency"),
        latest=12.5,
        labile=(8, 14, 13),
        cuff=((0, 60), (12, 30)),
        temps=((0, 4), (9, 2), (14, 1)),
        awake=((10, 19),),
        why=(
            "Pressures that look ordinary (125-140) are 40 mmHg above this patient's own; with itch, "
            "spasticity, fever and rate it is withdrawal."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 5, 16, 48),
        rr=ramp(t, 7, 16, 9),
        sbp=ramp(t, 6, 15, 36),
        dbp=ramp(t, 6, 15, 20),
        temp=ramp(t, 8, 18, 2.5),
    )
    c.washing_gap()
    return c.recorded()


def c04() -> Case:
    c = Course(
        4,
        "withdrawal",
        "Withdrawal under a beta blocker: catheter revised, tip not in the canal",
        61,
        20,
        9,
        usual(36.6, 58, 138, 80, 14, 96),
        ["ms", "beta_blocker", "chronic_hypertension"],
        events=[(0.5, "catheter_revision")],
        obs=[(8.0, "pruritus"), (10.0, "spasticity_up2"), (12.5, "rigidity"), (14.0, "agitation"), (15.5, "sweating")],
        wd=("warning", "emergency"),
        latest=13.0,
        labile=(8, 13, 12),
        cuff=((0, 30), (3, 60), (10, 30)),
        temps=((0, 4), (8, 2), (13, 1)),
        awake=((9, 19),),
        why=(
            "The rate hardly leaves two figures under the beta blocker; fever, pressure, breathing and "
            "rigidity after a catheter revision show withdrawal."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 7, 16, 27),
        rr=ramp(t, 7, 15, 11),
        sbp=ramp(t, 6.5, 14, 42),
        dbp=ramp(t, 6.5, 14, 20),
        temp=ramp(t, 8, 17, 2.5),
        spo2=ramp(t, 13, 17, -1.5),
    )
    return c.recorded()


def c05() -> Case:
    c = Course(
        5,
        "withdrawal",
        "Hypotensive withdrawal after explantation of an infected pump",
        52,
        22,
        14,
        usual(36.8, 78, 120, 72, 15, 97),
        ["sci"],
        events=[(0.0, "explant"), (0.5, "oral_baclofen_dose")],
        obs=[
            (7.0, "spasticity_up2"),
            (10.0, "agitation"),
            (12.0, "rigidity"),
            (14.0, "delirium"),
            (17.0, "oxygen_increased"),
        ],
        wd=("emergency", "emergency"),
        od=("none", "watch"),
        latest=11.0,
        cuff=((0, 30), (2, 60), (10, 30), (15, 15)),
        temps=((0, 4), (8, 2), (12, 1)),
        awake=((7, 21),),
        labile=(8, 13, 9),
        why=(
            "Distributive shock like sepsis: first high, then falling pressure with fever near 40, rigidity "
            "and delirium some hours after explantation; oral replacement does not suffice."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 5, 16, 66),
        rr=ramp(t, 6, 16, 16),
        sbp=pulse(t, 6, 4, 11, 3, 22) + ramp(t, 12, 18, -40),
        dbp=pulse(t, 6, 4, 11, 3, 10) + ramp(t, 12, 18, -27),
        temp=ramp(t, 7, 17, 3.1),
        spo2=ramp(t, 12, 18, -4),
    )
    return c.recorded()


def cases() -> list[Case]:
    """In order."""
    return [c01(), c02(), c03(), c04(), c05()]
