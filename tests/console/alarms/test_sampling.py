"""How often staff are advised to measure what no device measures by itself."""

from __future__ import annotations

import pytest

from console.alarms.alarm import Stage
from drivers.observation import Parameter, Status
from tests.console.alarms.pattern_ward import NORMAL, Ward

CALM = "blood pressure every 30 min{}, temperature every 60 min{}"
URGENT = "blood pressure every 15 min{}, temperature every 30 min{}"
DUE = " (due)"


def advice(ward: Ward) -> str:
    """The same beside both patterns."""
    (words,) = {view.sampling for view in ward.monitor.views()}
    return words


def test_nothing_is_advised_at_a_quiet_pump() -> None:
    ward = Ward({"w": 0, "o": 0})
    ward.minute(3, **NORMAL)
    assert advice(ward) == ""


@pytest.mark.parametrize("windows", [{"w": 1, "o": 0}, {"w": 0, "o": 1}])
def test_an_open_window_asks_for_half_hourly_pressure_and_hourly_temperature(windows: dict[str, int]) -> None:
    ward = Ward(windows)
    ward.minute(1, **NORMAL)
    assert advice(ward) == CALM.format(DUE, DUE)
    ward.minute(1, **NORMAL, sbp=120.0, dbp=70.0, temp=36.8)
    assert advice(ward) == CALM.format("", "")
    for minutes, pressure, temperature in ((28, "", ""), (1, DUE, ""), (29, DUE, ""), (1, DUE, DUE)):
        ward.minute(minutes, **NORMAL)
        assert advice(ward) == CALM.format(pressure, temperature)


@pytest.mark.parametrize("pattern", [0, 1])
def test_at_warning_twice_as_often_whatever_the_window(pattern: int) -> None:
    ward = Ward({"w": 0, "o": 0}, validated=True)
    values = ({"temp": 38.6, "hr": 142.0}, {"rr": 8.0, "spo2": 92.0, "temp": 36.8})[pattern]
    assert ward.set(**values, sbp=120.0, dbp=74.0)[pattern] >= Stage.WARNING
    assert advice(ward) == URGENT.format("", "")
    for minutes, pressure, temperature in ((14, "", ""), (1, DUE, ""), (14, DUE, ""), (1, DUE, DUE)):
        ward.minute(minutes)
        assert advice(ward) == URGENT.format(pressure, temperature)


def test_at_watch_the_calm_times_stand() -> None:
    ward = Ward({"w": 2, "o": 0}, validated=True)
    assert ward.set(hr=125.0, temp=36.8, sbp=120.0, dbp=74.0)[0] is Stage.WATCH
    assert advice(ward) == CALM.format("", "")


def test_what_is_measured_continuously_is_not_advised() -> None:
    ward = Ward({"w": 1, "o": 0})
    for _ in range(4):
        ward.monitor.observe(Parameter.ART_SYS, 120.0, Status.VALID, ward.now)
        ward.minute(**NORMAL, temp=36.8)
    assert advice(ward) == ""
    ward.minute(15, **NORMAL)
    assert advice(ward) == "blood pressure every 30 min (due), temperature every 60 min"
