"""The pump card: flow, empty date, what overtakes it, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.ward.chart import PumpEvent
from console.ward.chart import PumpEventKind as Kind
from console.ward.pump_card import Admixture, PumpCard, Reservoir, calculate, faults, reservoir, standing

FILLED = datetime(2026, 9, 1, 10, tzinfo=UTC)
CHARTED = FILLED + timedelta(hours=2)
NOW = FILLED + timedelta(days=30)
CARD = PumpCard(
    concentration_ug_ml=500, dose_ug_day=250, refilled_at=FILLED, volume_ml=20, capacity_ml=20, by="A", at=CHARTED
)


def event(kind: Kind, days: float) -> PumpEvent:
    return PumpEvent(kind, FILLED + timedelta(days=days), "A")


def test_flow_is_dose_by_concentration_and_the_reservoir_empties_after_volume_by_flow():
    made = calculate(CARD)
    assert made.flow_ml_day == 0.5
    assert made.empty_at == FILLED + timedelta(days=40)
    assert made.earliest == FILLED + timedelta(days=40 * 0.855)
    assert made.latest == FILLED + timedelta(days=40 * 1.145)


def test_the_volume_that_cannot_be_used_shortens_the_interval():
    assert calculate(replace(CARD, residual_ml=2)).empty_at == FILLED + timedelta(days=36)


def test_the_low_date_is_the_programmed_one_or_computed_from_its_volume():
    computed = calculate(replace(CARD, low_alarm_ml=2))
    assert (computed.low_at, computed.computed) == (FILLED + timedelta(days=36), True)
    programmed = FILLED + timedelta(days=30)
    told = calculate(replace(CARD, low_alarm_ml=2, low_alarm_at=programmed))
    assert (told.low_at, told.computed) == (programmed, False)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("concentration_ug_ml", "concentration"),
        ("dose_ug_day", "dose"),
        ("refilled_at", "last refill"),
        ("volume_ml", "volume after the refill"),
    ],
)
def test_nothing_is_computed_from_a_missing_field(field, words):
    made = calculate(replace(CARD, **{field: None}))
    assert (made.empty_at, made.earliest, made.latest, made.missing) == (None, None, None, (words,))


@pytest.mark.parametrize("kind", [Kind.REFILL, Kind.PUMP_REPLACED, Kind.EXPLANT, Kind.DOSE_INCREASE])
def test_a_card_older_than_a_fill_or_a_dose_gives_no_date(kind):
    happened = event(kind, 5)
    assert reservoir(CARD, [happened]) == Reservoir(outdated=happened)


def test_the_refill_the_card_tells_of_does_not_overtake_it():
    assert reservoir(CARD, [event(Kind.REFILL, 1 / 24)]).empty_at is not None
    assert reservoir(CARD, [event(Kind.REFILL, 1 / 24 + 1e-4)]).empty_at is None
    assert reservoir(CARD, [event(Kind.REFILL, -3)]).empty_at is not None


def test_a_dose_changed_before_the_card_was_charted_leaves_only_the_programmed_date():
    low = FILLED + timedelta(days=30)
    card = replace(CARD, at=FILLED + timedelta(days=10), low_alarm_at=low)
    change = event(Kind.DOSE_DECREASE, 5)
    assert reservoir(card, [change]) == Reservoir(low_at=low, outdated=change)
    assert reservoir(card, [change, event(Kind.DOSE_DECREASE, 11)]).low_at is None


def test_medicines_and_stops_do_not_overtake_a_card():
    assert reservoir(CARD, [event(Kind.OPIOID_DOSE, 5), event(Kind.PUMP_STALL, 6)]).outdated is None


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("dose_ug_day", 0.25, "mg/day"),
        ("concentration_ug_ml", 2, "mg/mL"),
        ("concentration_ug_ml", 49, "50 to 4000 µg/mL"),
        ("concentration_ug_ml", 4001, "50 to 4000 µg/mL"),
        ("dose_ug_day", float("nan"), "µg/day"),
        ("volume_ml", 41, "10 to 40 mL"),
        ("volume_ml", 21, "do not go into a reservoir of 20 mL"),
        ("volume_ml", 9.9, "10 to 40 mL"),
        ("residual_ml", -1, "0 to 10 mL"),
        ("refilled_at", NOW + timedelta(minutes=3), "future"),
        ("low_alarm_at", FILLED, "after the last refill"),
        ("refilled_at", datetime(2026, 9, 1), "time zone"),
    ],
)
def test_a_slip_of_the_pen_is_refused_with_a_sentence_at_its_field(field, value, says):
    assert says in faults(replace(CARD, **{field: value}), NOW)[field]


@pytest.mark.parametrize(("low", "high", "field"), [(50, 4000, "concentration_ug_ml"), (10, 20, "volume_ml")])
def test_the_edges_of_a_range_are_allowed(low, high, field):
    for value in (low, high):
        assert faults(replace(CARD, **{field: value}), NOW) == {}


def test_an_empty_card_may_be_charted_and_says_what_is_missing():
    assert faults(PumpCard(), NOW) == {}
    assert len(calculate(PumpCard()).missing) == 4


@pytest.mark.parametrize("admixture", Admixture)
def test_opioids_and_clonidine_are_a_risk_and_the_others_are_not(admixture):
    risky = {"morphine", "hydromorphone", "fentanyl", "clonidine"}
    assert PumpCard(admixtures=(admixture,)).overdose_risk == (admixture in risky)


def test_a_correction_replaces_a_card_and_a_later_refill_ends_it():
    corrected = replace(CARD, dose_ug_day=300, at=CHARTED + timedelta(days=1))
    assert standing([CARD, corrected]) == (corrected,)
    refilled = replace(CARD, refilled_at=FILLED + timedelta(days=30), at=FILLED + timedelta(days=30))
    assert standing([CARD, refilled]) == (CARD, refilled)


def test_a_card_that_says_of_no_date_withdraws_none():
    emptied = PumpCard(model="X", at=CHARTED + timedelta(days=1))
    assert standing([CARD, emptied]) == (CARD, emptied)


@given(
    concentration=st.floats(50, 4000),
    dose=st.floats(10, 3000),
    volume=st.floats(10, 40),
    residual=st.floats(0, 9),
    tolerance=st.floats(1, 50),
)
def test_what_is_accepted_is_computed_in_order_and_delivers_what_was_filled(
    concentration, dose, volume, residual, tolerance
):
    card = replace(
        CARD,
        concentration_ug_ml=concentration,
        dose_ug_day=dose,
        volume_ml=volume,
        residual_ml=residual,
        capacity_ml=None,
        tolerance_percent=tolerance,
    )
    if faults(card, NOW):
        assert volume * concentration / dose > 3650
        return
    made = calculate(card)
    assert FILLED < made.earliest < made.empty_at < made.latest
    days = (made.empty_at - FILLED) / timedelta(days=1)
    assert days * dose / concentration == pytest.approx(volume - residual, abs=1e-6)
    assert (made.latest - made.empty_at) / (made.empty_at - FILLED) == pytest.approx(tolerance / 100, rel=1e-6)
