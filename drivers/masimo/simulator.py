"""A Masimo Rad-8 as the console sees it: one ASCII 1 line a second, dashes when it has no data."""

from __future__ import annotations

from datetime import datetime, timedelta

from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Every

_INTERVAL_S = 1.0
_SENSOR_OFF = 0x020
_SET_RUNNING = 0x800


class MasimoAscii1Simulator:
    """See drivers.driver.Simulator."""

    def __init__(self, started: datetime) -> None:
        self._started = started
        self._report = Every(_INTERVAL_S)

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """The line that is due, if one is; the device listens to nothing."""
        del data
        if not self._report.is_due(elapsed):
            return b""
        return _line(self._started + timedelta(seconds=elapsed), state).encode("ascii")


def _line(when: datetime, state: DeviceState) -> str:
    off = Parameter.SPO2 in state.sensor_off
    exceptions = _SET_RUNNING | (_SENSOR_OFF if off else 0)
    return (
        f"{when:%m/%d/%y %H:%M:%S} SN=0000012345"
        f" SPO2={_field(state, Parameter.SPO2, 100, '{:03.0f}', '---')}%"
        f" BPM={_field(state, Parameter.PR, 240, '{:03.0f}', '---')}"
        f" PI={_field(state, Parameter.PERFUSION_INDEX, 20, '{:05.2f}', '--.--')}%"
        f" SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0000 EXC={exceptions:06X}\r\n"
    )


def _field(state: DeviceState, parameter: Parameter, highest: float, form: str, dashes: str) -> str:
    """One value as the display rounds it; an oximeter without its sensor has none of its values."""
    value = state.vitals.get(parameter)
    if value is None or parameter in state.sensor_off or Parameter.SPO2 in state.sensor_off:
        return dashes
    return form.format(min(max(value, 0.0), highest))
