"""Windows that the pump card opens by time alone (detector specification, section 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.alarms.windows import PumpWindows
from console.rules import load_rules
from console.ward.chart import PumpEvent
from console.ward.chart import PumpEventKind as Kind
from console.ward.patient import Patient, RiskFlag
from console.ward.pump_card import Admixture, PumpCard

FILLED = datetime(2026, 9, 1, 10, tzinfo=UTC)
EMPTY = 40.0
CARD = PumpCard(
    concentration_ug_ml=500, dose_ug_day=250, refilled_at=FILLED, volume_ml=20, by="A", at=FILLED + timedelta(hours=2)
)
UNCERTAIN = EMPTY * 0.855
LOW = EMPTY - 1
SECOND = 1 / 86400


def at(days: float) -> float:
    return (FILLED + timedelta(days=days)).timestamp()


def event(kind: Kind, days: float, **more) -> PumpEvent:
    return PumpEvent(kind, FILLED + timedelta(days=days), "A", id=f"{kind}{days}", **more)


def windows(*cards: PumpCard, events: tuple[PumpEvent, ...] = (), **patient) -> PumpWindows:
    person = Patient("p", "P", "B", FILLED, **{"age": 40, "pump_known": True, **patient})
    made = PumpWindows(load_rules().detectors.windows, person)
    for e in events:
        made.chart(e)
    made.set_cards(cards)
    return made


@pytest.mark.parametrize(
    ("days", "weight"),
    [(20, 0), (UNCERTAIN - SECOND, 0), (UNCERTAIN, 1), (LOW - SECOND, 1), (LOW, 2), (EMPTY, 2), (EMPTY + 300, 2)],
)
def test_the_windows_open_by_time_alone(days, weight):
    assert windows(CARD).weights(at(days))[0] == weight


def test_the_clock_alone_moves_one_object_through_its_windows():
    made = windows(CARD)
    assert [made.weights(at(d))[0] for d in (20, UNCERTAIN, LOW)] == [0, 1, 2]


@pytest.mark.parametrize("card", [replace(CARD, low_alarm_ml=5), replace(CARD, low_alarm_at=FILLED + timedelta(30))])
def test_an_earlier_low_reservoir_date_goes_before_the_computed_empty_date(card):
    made = windows(card)
    assert [made.weights(at(d))[0] for d in (30 - SECOND, 30)] == [0, 2]


def test_a_low_date_stands_until_three_days_after_the_refill():
    made = windows(CARD, events=(event(Kind.REFILL, 41),))
    assert [made.weights(at(d))[0] for d in (41, 44 - SECOND, 44)] == [2, 2, 0]


def test_a_refill_in_time_opens_no_window_of_the_old_card():
    made = windows(CARD, events=(event(Kind.REFILL, 30),))
    assert made.weights(at(EMPTY + 1))[0] == 0
    assert made.card_overtaken(at(29)) is None
    assert made.card_overtaken(at(30)) is not None


def test_a_change_of_dose_withdraws_a_date_that_was_not_reached():
    made = windows(CARD, events=(event(Kind.DOSE_INCREASE, 10),))
    assert made.weights(at(EMPTY + 10))[0] == 0


def test_a_change_of_dose_leaves_a_reached_date_open_until_the_refill():
    made = windows(CARD, events=(event(Kind.DOSE_INCREASE, LOW + 0.1),))
    assert made.weights(at(EMPTY + 100))[0] == 2


def test_striking_the_change_brings_the_date_back():
    made = windows(CARD, events=(event(Kind.DOSE_INCREASE, 10),))
    assert made.strike(f"{Kind.DOSE_INCREASE}{10}")
    assert made.weights(at(LOW))[0] == 2


def test_a_dose_changed_between_refill_and_charting_leaves_only_the_programmed_date():
    card = replace(CARD, at=FILLED + timedelta(days=12), low_alarm_at=FILLED + timedelta(days=50))
    made = windows(card, events=(event(Kind.DOSE_DECREASE, 10, percent=5),))
    assert [made.weights(at(d))[0] for d in (45, 50)] == [0, 2]
    assert made.card_overtaken(at(50)) is None


def test_a_card_that_tells_of_a_refill_nobody_charted_opens_the_windows_of_a_refill():
    made = windows(CARD)
    assert [made.weights(at(h / 24)) for h in (1, 7, 25, 73)] == [(1, 3), (1, 2), (1, 1), (0, 0)]
    charted = windows(CARD, events=(event(Kind.REFILL, 0.5 / 24),))
    assert charted.weights(at(0.4 / 24)) == (0, 0)


def test_a_refill_told_by_the_next_card_ends_the_window_of_the_one_before():
    refilled = replace(CARD, refilled_at=FILLED + timedelta(days=41), at=FILLED + timedelta(days=41, hours=1))
    made = windows(CARD, refilled)
    assert [made.weights(at(d))[0] for d in (40, 42, 44, 60)] == [2, 2, 0, 0]


def test_a_card_emptied_by_a_person_closes_no_window():
    made = windows(CARD, PumpCard(model="SynchroMed II", at=FILLED + timedelta(days=45)))
    assert made.weights(at(50))[0] == 2


def test_nothing_opens_from_a_card_that_lacks_a_number():
    assert windows(replace(CARD, dose_ug_day=None)).weights(at(100))[0] == 0


@pytest.mark.parametrize(
    ("admixtures", "weight"),
    [((Admixture.MORPHINE,), 2), ((Admixture.CLONIDINE,), 2), ((Admixture.ZICONOTIDE,), 1), ((), 1)],
)
def test_an_opioid_or_clonidine_in_the_pump_raises_the_overdose_window(admixtures, weight):
    made = windows(replace(CARD, admixtures=admixtures), events=(event(Kind.OPIOID_DOSE, 10),))
    assert made.weights(at(10.1))[1] == weight
    assert made.weights(at(20))[1] == 0


@pytest.mark.parametrize("flag", ["sci_t6", "communication_difficulty", "prior_withdrawal"])
def test_each_risk_of_withdrawal_raises_the_reservoir_window(flag):
    assert windows(CARD, flags=frozenset({RiskFlag(flag)})).weights(at(LOW))[0] == 3


@pytest.mark.parametrize("more", [{"flags": frozenset({RiskFlag(f)})} for f in ("renal_impairment", "sleep_apnoea")])
def test_each_risk_of_overdose_raises_the_overdose_window(more):
    made = windows(events=(event(Kind.OPIOID_DOSE, 10),), **more)
    assert made.weights(at(10.1))[1] == 2
