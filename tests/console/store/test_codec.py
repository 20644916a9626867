"""Records come back from their stored form as they were, and from older and newer forms with what they had."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.alarms.alarm import (
    Acknowledgement,
    Alarm,
    Change,
    Condition,
    Kind,
    Presence,
    Priority,
    Reason,
    Stage,
    Transition,
)
from console.store.codec import decode, encode
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Baseline, Patient, RiskFlag
from drivers.observation import Parameter
from tests.console.store.records_made import alarm, patient

words = st.text(st.characters(), max_size=8)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(fold=0)
)
numbers = st.floats(allow_nan=False)
reasons = st.builds(Reason, words, words, st.none() | numbers, st.none() | numbers, st.integers(0, 9))
parameters = st.lists(st.sampled_from(Parameter), max_size=4).map(tuple)
conditions = st.builds(
    Condition, words, st.sampled_from(Kind), st.sampled_from(Priority), words, st.sampled_from(Stage), words, words,
    parameters, st.integers(0, 30), st.lists(reasons, max_size=3).map(tuple), st.booleans(),
)  # fmt: skip
answers = st.none() | st.builds(Acknowledgement, words, moments, words)
alarms = st.builds(
    Alarm, words, st.integers(1, 99), words, words, conditions, moments, moments, numbers, st.sampled_from(Presence),
    st.none() | moments, answers, st.sampled_from(Priority), st.booleans(), st.booleans(),
)  # fmt: skip
transitions = st.builds(
    Transition, alarms, st.sampled_from(Change), moments, numbers, st.sampled_from(Stage), words
)  # fmt: skip
maybe = st.none() | numbers
baselines = st.builds(Baseline, maybe, maybe, maybe, maybe, maybe, maybe, maybe, words, st.none() | moments)
patients = st.builds(
    Patient, words, words, words, moments, words, st.none() | st.integers(16, 120), words, maybe,
    st.frozensets(st.sampled_from(RiskFlag)), baselines, st.booleans(), st.booleans(),
)  # fmt: skip
pump_events = st.builds(
    PumpEvent, st.sampled_from(PumpEventKind), moments, words, maybe, st.booleans(), words, words
)  # fmt: skip
findings = st.builds(NurseObservation, words, moments, words, words, words)


@given(st.one_of(transitions, patients, pump_events, findings))
def test_a_record_comes_back_equal_and_of_the_same_types(record: Any) -> None:
    text = encode(record)
    assert text.isascii()
    assert "\x00" not in text
    back = decode(type(record), text)
    assert back == record
    if isinstance(back, Patient):  # a set has no order to compare
        assert all(isinstance(flag, RiskFlag) for flag in back.flags)
    else:
        assert repr(back) == repr(record)


def test_a_field_the_record_gained_takes_its_default_and_one_it_lost_is_passed_over() -> None:
    plain = json.loads(encode(alarm("a")))
    del plain["demo"], plain["condition"]["held"]
    plain["colour"] = "red"
    assert decode(Alarm, json.dumps(plain)) == alarm("a")


@pytest.mark.parametrize("text", ["", "[]", "{}", "7", '{"id": 1}', encode(patient())[:-5]])
def test_text_that_is_no_record_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        decode(Alarm, text)
