"""Withdrawal, gradual and abrupt, plain and masked: C06 to C10."""

from __future__ import annotations

from tests.cases.author_c.course import Course, pulse, ramp, usual
from tests.cases.record import Case


def c06() -> Case:
    c = Course(
        6,
        "withdrawal",
        "Withdrawal without fever after pump replacement (tubing not primed)",
        43,
        18,
        12,
        usual(36.7, 70, 118, 72, 14, 98),
        ["ms", "prior_withdrawal"],
        events=[(0.0, "pump_replaced")],
        obs=[
            (5.5, "pruritus"),
            (7.0, "paraesthesia"),
            (8.5, "spasticity_up2"),
            (12.0, "hallucinations"),
            (12.2, "agitation"),
            (13.0, "no_seizure"),
        ],
        wd=("warning", "emergency"),
        latest=11.0,
        labile=(7, 11, 15),
        cuff=((0, 30), (2, 60), (9, 30)),
        temps=((0, 4), (8, 2)),
        awake=((8, 17),),
        why=(
            "Temperature stays below 37.6, but itch, spasticity, hallucinations, swinging pressure and rate "
            "after replacement in someone who had withdrawal before."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 4.5, 13, 44),
        rr=ramp(t, 6, 13, 9),
        sbp=ramp(t, 5.5, 12, 32),
        dbp=ramp(t, 5.5, 12, 18),
        temp=ramp(t, 8, 14, 0.6),
    )
    return c.recorded()


def c07() -> Case:
    c = Course(
        7,
        "withdrawal",
        "Elderly patient after the daily dose was halved",
        78,
        24,
        8,
        usual(36.3, 70, 146, 78, 16, 95),
        ["elderly", "chronic_hypertension"],
        events=[(1.5, "dose_decrease", 50)],
        obs=[
            (10.0, "spasticity_up1"),
            (15.0, "agitation"),
            (16.5, "delirium"),
            (18.0, "spasticity_up2"),
            (18.0, "no_pruritus"),
        ],
        wd=("warning", "emergency"),
        latest=19.5,
        labile=(12, 18, 10),
        cuff=((0, 60), (16, 30)),
        temps=((0, 4), (14, 2)),
        awake=((13.5, 24),),
        why=(
            "Blunted course of old age: temperature 37.8 from a usual 36.3, rate just over 100, delirium and "
            "spasticity after halving the dose; someone must come."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 9, 20, 34),
        rr=ramp(t, 11, 20, 7),
        sbp=ramp(t, 10, 19, 30),
        dbp=ramp(t, 10, 19, 12),
        temp=ramp(t, 10, 21, 1.5),
        spo2=ramp(t, 14, 20, -1.5),
    )
    c.washing_gap()
    return c.recorded()


def c08() -> Case:
    c = Course(
        8,
        "withdrawal",
        "Sparse readings (rounds only): reservoir found empty",
        35,
        24,
        6,
        usual(36.7, 76, 124, 76, 15, 98),
        ["cp"],
        chart=False,
        events=[(2.0, "empty_reservoir")],
        obs=[
            (8.5, "spasticity_up1"),
            (12.5, "pruritus"),
            (16.3, "spasticity_up2"),
            (18.5, "agitation"),
            (20.5, "rigidity"),
        ],
        wd=("warning", "emergency"),
        latest=17.0,
        sparse=[0, 4, 8, 12, 16, 18, 20, 21, 22, 23.3],
        labile=(12, 18, 10),
        awake=((12, 24),),
        why=(
            "No monitor, only rounds each 4 h and no usual values; the rounds at 12 and 16 h already show "
            "rising rate, temperature and spasticity with an empty reservoir."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 7, 20, 58),
        rr=ramp(t, 8, 20, 13),
        sbp=ramp(t, 8, 18, 36),
        dbp=ramp(t, 8, 18, 20),
        temp=ramp(t, 8, 21, 2.8),
        spo2=ramp(t, 17, 22, -2),
    )
    return c.recorded()


def c09() -> Case:
    c = Course(
        9,
        "withdrawal",
        "Catheter disconnection nobody knows of (T10 paraplegia)",
        33,
        20,
        11,
        usual(36.6, 68, 116, 70, 14, 98),
        ["sci", "prior_withdrawal"],
        events=[],
        obs=[
            (5.5, "pruritus"),
            (8.0, "spasticity_up1"),
            (11.0, "spasticity_up2"),
            (12.0, "paraesthesia"),
            (14.0, "rigidity"),
            (15.5, "agitation"),
        ],
        wd=("warning", "emergency"),
        latest=13.0,
        labile=(8, 14, 14),
        cuff=((0, 60), (11, 30)),
        temps=((0, 4), (10, 2), (14, 1)),
        awake=((10, 20),),
        why=(
            "No pump event known, but itch without rash, rising spasticity and then rigidity, fever, "
            "tachycardia and swinging pressure speak for a lost catheter."
        ),
    )
    t = c.t
    c.add(
        hr=ramp(t, 6, 17, 60),
        rr=ramp(t, 7.5, 17, 12),
        sbp=ramp(t, 7, 15, 34),
        dbp=ramp(t, 7, 15, 19),
        temp=ramp(t, 8.5, 18, 2.4),
        spo2=ramp(t, 14, 18, -1.5),
    )
    c.washing_gap()
    return c.recorded()


def c10() -> Case:
    c = Course(
        10,
        "withdrawal",
        "Prodrome only: itch, tingling and some spasticity with a low reservoir; refilled in time",
        50,
        16,
        8,
        usual(36.7, 72, 126, 78, 14, 97),
        ["ms"],
        events=[(0.5, "low_reservoir_alarm"), (12.5, "refill"), (12.5, "restored")],
        obs=[
            (6.0, "pruritus"),
            (7.5, "paraesthesia"),
            (9.0, "spasticity_up1"),
            (9.0, "no_rigidity"),
            (15.0, "no_pruritus"),
        ],
        wd=("watch", "warning"),
        od=("none", "none"),
        cuff=((0, 60),),
        temps=((0, 4),),
        why=(
            "Typical prodrome after a low reservoir alarm with almost unchanged vital signs; it must be "
            "marked and may call, but nobody is in danger yet."
        ),
    )
    t = c.t
    c.add(
        hr=pulse(t, 5, 4, 13, 2.5, 11),
        sbp=pulse(t, 6, 4, 13, 2.5, 9),
        dbp=pulse(t, 6, 4, 13, 2.5, 5),
        temp=pulse(t, 7, 4, 13, 2, 0.2),
        rr=pulse(t, 6, 3, 13, 2, 1.5),
    )
    return c.recorded()


def cases() -> list[Case]:
    """In order."""
    return [c06(), c07(), c08(), c09(), c10()]
