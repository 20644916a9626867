"""The invented patients: stories run as drawn, the same for the same seed, and every file is readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.plan import plan_ward
from console.demo.scenarios import load, names
from console.ward.chart import FINDING_CODES, PumpEventKind
from console.ward.patient import RiskFlag
from drivers.observation import Parameter


@pytest.mark.parametrize("name", names())
def test_every_story_uses_the_words_of_the_ward(name: str) -> None:
    scenario = load(name)
    assert all(e.kind in set(PumpEventKind) for e in scenario.pump_events)
    assert all(f.kind in FINDING_CODES for f in scenario.findings)
    assert all(flag in set(RiskFlag) for flag in scenario.flags)
    assert scenario.age >= 16


@given(hour=st.floats(0, 40), seed=st.integers(0, 64))
def test_values_stay_possible_and_repeat(hour: float, seed: int) -> None:
    scenario = load("severe_withdrawal")
    state = scenario.state_at(hour * 3600, seed)
    assert state == scenario.state_at(hour * 3600, seed)
    assert 70 <= state.vitals[Parameter.SPO2] <= 100
    assert 30 <= state.vitals[Parameter.TEMP] <= 43
    assert state.vitals[Parameter.NIBP_DIA] < state.vitals[Parameter.NIBP_MEAN] < state.vitals[Parameter.NIBP_SYS]


def test_severe_withdrawal_rises_and_overdose_falls() -> None:
    severe, overdose = load("severe_withdrawal"), load("overdose_after_refill")
    assert severe.state_at(31.5 * 3600).vitals[Parameter.HR] > 125
    assert severe.state_at(3600).vitals[Parameter.HR] < 90
    assert overdose.state_at(4 * 3600).vitals[Parameter.RR] <= 9
    assert overdose.state_at(4 * 3600).vitals[Parameter.ETCO2] > 50


def test_a_cuff_reading_stands_until_the_next() -> None:
    scenario = load("stable")
    first = scenario.state_at(1000.0).vitals[Parameter.NIBP_SYS]
    assert all(scenario.state_at(s).vitals[Parameter.NIBP_SYS] == first for s in range(900, 1800, 100))


def test_a_shifted_story_keeps_its_distance_from_the_baseline() -> None:
    scenario = load("stable")
    other = scenario.shifted({"hr": 9.0})
    assert other.baseline["hr"] == scenario.baseline["hr"] + 9
    assert other.state_at(0).vitals[Parameter.HR] == scenario.state_at(0).vitals[Parameter.HR] + 9


def test_an_unknown_scenario_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="stable"):
        load("nosuch")


@pytest.mark.parametrize("beds", [1, 4, 8, 16, 36, 64])
def test_a_ward_of_any_size_names_every_bed_once(beds: int) -> None:
    plan = plan_ward(beds)
    assert len({b.bed for b in plan}) == beds
    ids = [b.patient_id for b in plan if b.patient_id]
    assert len(set(ids)) == len(ids)
    assert all(b.scenario() for b in plan if b.story)


def test_a_ward_of_sixteen_tells_every_story() -> None:
    assert {b.story for b in plan_ward(16)} >= set(names())
