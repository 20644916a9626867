"""A Nonin Avant 9600 as the console sees it: one line a second, dashes when it has no data."""

from __future__ import annotations

from datetime import datetime

from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Every

_INTERVAL_S = 1.0


class NoninAsciiSimulator:
    """See drivers.driver.Simulator."""

    def __init__(self, started: datetime) -> None:
        del started  # this model prints no time
        self._report = Every(_INTERVAL_S)

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """The line that is due, if one is; the device listens to nothing."""
        del data
        if not self._report.is_due(elapsed):
            return b""
        line = f"SPO2={_field(state, Parameter.SPO2, 100)} HR={_field(state, Parameter.PR, 321)}\r\n"
        return line.encode("ascii")


def _field(state: DeviceState, parameter: Parameter, highest: float) -> str:
    """One value as the display rounds it; an oximeter without its sensor has none of its values."""
    value = state.vitals.get(parameter)
    if value is None or parameter in state.sensor_off or Parameter.SPO2 in state.sensor_off:
        return "---"
    return f"{min(max(value, 0.0), highest):03.0f}"
