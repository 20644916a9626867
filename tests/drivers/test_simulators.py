"""Every simulator says what it is told, in bytes that its driver reads back."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import registry
from drivers.driver import DeviceState
from drivers.observation import Parameter, Vital

RANGES = {
    Parameter.HR: st.integers(15, 250), Parameter.PR: st.integers(25, 239), Parameter.RR: st.integers(0, 99),
    Parameter.SPO2: st.integers(30, 100), Parameter.ETCO2: st.integers(0, 120),
    Parameter.NIBP_SYS: st.integers(90, 250), Parameter.NIBP_DIA: st.integers(30, 60),
    Parameter.NIBP_MEAN: st.integers(60, 90),
    Parameter.ART_SYS: st.integers(90, 250), Parameter.ART_DIA: st.integers(30, 60),
    Parameter.ART_MEAN: st.integers(60, 90), Parameter.TEMP: st.integers(300, 430).map(lambda n: n / 10),
    Parameter.PERFUSION_INDEX: st.integers(2, 2000).map(lambda n: n / 100),
}  # fmt: skip
states = st.fixed_dictionaries({}, optional=RANGES)
NAMES = sorted(registry.DRIVERS)


def converse(name: str, state: DeviceState) -> list[Vital]:
    """What the driver makes of a talk with the simulator, long enough for one that has to be set up first."""
    driver, simulator = registry.create(name, {}), registry.simulator(name, datetime(2026, 5, 1, 8, 30))
    seconds = 12 if driver.info.dialogue else 2
    said, vitals = b"", []
    for second in range(seconds):
        output = driver.step(said, float(second))
        said = simulator.step(output.send, float(second), state)
        vitals += output.vitals
    vitals += driver.step(said, float(seconds)).vitals
    assert (driver.counters.bad, driver.counters.skipped) == (0, 0)
    return vitals


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40)
@given(vitals=states)
def test_values_arrive_as_they_were_measured(name: str, vitals: dict[Parameter, float]) -> None:
    told = {v.parameter: v.value for v in converse(name, DeviceState(vitals)) if v.value is not None}
    assert told == pytest.approx({p: v for p, v in vitals.items() if p in registry.info(name).parameters}, abs=0.051)


@pytest.mark.parametrize("name", [name for name in NAMES if Parameter.SPO2 in registry.info(name).parameters])
def test_a_sensor_that_is_off_is_no_data(name: str) -> None:
    vitals: dict[Parameter, float] = {Parameter.SPO2: 97, Parameter.PR: 70, Parameter.HR: 71}
    off = DeviceState(vitals, frozenset({Parameter.SPO2}))
    told = {v.parameter: v.value for v in converse(name, off)}
    assert told[Parameter.SPO2] is None
    assert told[Parameter.PR] is None
    assert told.get(Parameter.HR, 71) == 71


@pytest.mark.parametrize("name", NAMES)
def test_time_slept_through_is_not_made_up_for(name: str) -> None:
    simulator = registry.simulator(name, datetime(2026, 5, 1))
    driver = registry.create(name, {})
    request = driver.step(b"", 0.0).send
    first = simulator.step(request, 0.0, DeviceState())
    later = simulator.step(b"", 1000.0, DeviceState())
    assert first
    assert len(later) <= len(first) + 4
    assert simulator.step(b"", 1000.0 + registry.info(name).interval_s / 10, DeviceState()) == b""


def test_the_s5_monitor_says_nothing_until_it_is_asked() -> None:
    simulator = registry.simulator("dri_s5", datetime(2026, 5, 1))
    assert simulator.step(b"\x7e\x7e noise \x7e", 5.0, DeviceState()) == b""
