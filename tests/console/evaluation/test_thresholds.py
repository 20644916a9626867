"""Thresholds as the page lists them, and proposed values as a person writes them."""

from __future__ import annotations

import pytest

from console.evaluation.thresholds import check, overrides, thresholds
from console.rules import settings

HR = "withdrawal.hr.one"


def test_every_threshold_that_decides_an_alarm_is_listed_once_with_its_default():
    listed = thresholds({}, {})
    keys = [one.key for one in listed]
    assert len(keys) == len(set(keys))
    shipped = settings()
    assert {key for key in shipped if not key.startswith(("limits.", "escalation."))} <= set(keys)
    assert not [key for key in keys if key.startswith("escalation.") or key.endswith((".label", ".settable"))]
    assert all(one.shipped == one.in_force == one.written == shipped[one.key] for one in listed)
    assert not any(one.own or one.waits for one in listed)


def test_numbers_have_a_range_in_words_and_remarks_come_from_beside_them():
    listed = {one.key: one for one in thresholds({}, {})}
    assert listed[HR].allowed == "0 to 250"
    assert listed["persistence.valid_fraction"].allowed == "above 0, at most 1"
    assert listed["limits.hr.high"].allowed == "20 to 250"
    assert listed["limits.hr.delay_s"].allowed == "0 to 300"
    assert "PSH-AM" in listed[HR].remark
    assert listed["limits.hr.very_low"].remark == "NEWS2 (Royal College of Physicians"
    ranged = [one for one in listed.values() if isinstance(one.shipped, int | float) and one.allowed]
    assert len(ranged) > 250


def test_own_values_and_those_that_wait_for_the_next_start_are_marked():
    listed = {one.key: one for one in thresholds({HR: 112}, {HR: 112, "withdrawal": {"rr": {"one": 22}}})}
    assert (listed[HR].in_force, listed[HR].own, listed[HR].waits) == (112, True, False)
    rate = listed["withdrawal.rr.one"]
    assert (rate.in_force, rate.written, rate.own, rate.waits) == (21, 22, True, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fast", "write a number"),
        ("999", "less than or equal to 250"),
        ("130", "must rise"),
        ("true", "is not a number"),
        ("", "is not a value"),
    ],
)
def test_a_value_that_cannot_be_used_has_a_sentence(text, words):
    checked = check({HR: text}, {})
    assert words in checked.faults[HR]
    assert checked.faults[HR].endswith(".")
    assert checked.changes == {}


def test_values_that_are_right_only_together_are_right():
    checked = check({HR: "125", "withdrawal.hr.two": "130"}, {})
    assert (checked.changes, checked.faults) == ({HR: 125, "withdrawal.hr.two": 130}, {})


def test_values_that_are_right_only_alone_are_refused():
    checked = check({HR: "118", "withdrawal.hr.two": "117"}, {})
    assert checked.faults


def test_a_value_as_it_stands_is_no_change():
    assert check({HR: "110"}, {}).changes == {}
    assert check({HR: "110"}, {HR: 112}).changes == {HR: 110}


def test_a_shipped_value_needs_no_place_in_the_file():
    assert overrides({HR: 110, "withdrawal.rr.one": 22}) == {HR: None, "withdrawal.rr.one": 22}
