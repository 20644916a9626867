"""The pump in one line: a stopped pump runs again only when a person has confirmed it."""

from __future__ import annotations

import pytest

from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.pump import PumpState, summarise
from tests.console.ward_fakes import START, utc

K, S = PumpEventKind, PumpState


def events(*steps: tuple[PumpEventKind, bool]) -> list[PumpEvent]:
    return [PumpEvent(kind, utc(START + n), "A", confirmed=sure) for n, (kind, sure) in enumerate(steps)]


@pytest.mark.parametrize(
    ("steps", "state", "text"),
    [
        ([], S.RUNNING, "Running"),
        ([(K.PUMP_STALL, False)], S.STOPPED, "Motor stall"),
        ([(K.PUMP_STALL, False), (K.RESTORED, False)], S.NOT_CONFIRMED, "Restored, not confirmed"),
        ([(K.PUMP_STALL, False), (K.RESTORED, True)], S.RUNNING, "Restored"),
        ([(K.PUMP_STALL, False), (K.INTERROGATED_OK, False)], S.NOT_CONFIRMED, "Interrogated, not confirmed"),
        ([(K.EMPTY_RESERVOIR, False), (K.REFILL, True)], S.RUNNING, "Refilled"),
        ([(K.REFILL, False)], S.RUNNING, "Refilled"),
        ([(K.LOW_RESERVOIR_ALARM, False)], S.UNDER_DELIVERY, "Low reservoir"),
        ([(K.PUMP_STOPPED, False), (K.LOW_RESERVOIR_ALARM, False)], S.STOPPED, "Stopped"),
        ([(K.MRI, False)], S.NOT_CONFIRMED, "MRI, not interrogated"),
        ([(K.MRI, False), (K.INTERROGATED_OK, False)], S.RUNNING, "Interrogated"),
        ([(K.PUMP_STALL, False), (K.DOSE_INCREASE, False)], S.STOPPED, "Motor stall"),
        ([(K.ORAL_BACLOFEN_DOSE, False)], S.RUNNING, "Running"),
        ([(K.EXPLANT, False), (K.PUMP_REPLACED, True)], S.RUNNING, "Replaced"),
    ],
)
def test_the_state_follows_the_events(steps, state, text):
    summary = summarise(events(*steps), True, utc(START + 60))
    assert (summary.state, summary.text) == (state, text)


def test_an_unknown_pump_is_not_called_running():
    assert summarise([], False, utc(START)).state is S.NOT_CONFIRMED
    assert summarise(events((K.REFILL, False)), False, utc(START + 9)).state is S.NOT_CONFIRMED
    assert summarise(events((K.INTERROGATED_OK, False)), False, utc(START + 9)).state is S.RUNNING


def test_order_is_that_of_time_and_the_future_does_not_count():
    late, early = PumpEvent(K.RESTORED, utc(START + 5), "A", confirmed=True), PumpEvent(K.PUMP_STALL, utc(START), "A")
    assert summarise([late, early], True, utc(START + 9)).text == "Restored"
    assert summarise([late, early], True, utc(START + 1)).text == "Motor stall"


def test_a_dose_change_says_its_size_and_since_when():
    event = PumpEvent(K.DOSE_INCREASE, utc(START), "A", percent=10, note="by 10 ug")
    summary = summarise([event], True, utc(START + 1))
    assert (summary.text, summary.since, summary.detail) == ("Dose increased 10 %", utc(START), "by 10 ug")
