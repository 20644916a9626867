"""A Nellcor N-560 as the console sees it: a line every 2 s, headings every 25 lines, stopped and started by XOFF and
XON."""

from __future__ import annotations

from datetime import datetime, timedelta

from drivers.driver import DeviceState
from drivers.nellcor.decoding import MONTHS
from drivers.observation import Parameter
from drivers.simulation import Every

_INTERVAL_S = 2.0
_LINES_PER_HEADING = 25
_XON, _XOFF = 0x11, 0x13
_LINE_S = 0.25
"""Seconds from one line of a heading to the next."""

_HEADING = (
    "N-560    VERSION 1.61.00    CRC:A1B2  SpO2 Limit: 85-100%    PR Limit: 40-170BPM\r\n",
    "                             ADULT            0SAT-S \r\n",
    "TIME                 %SpO2   BPM     PA     Status\r\n",
)


class NellcorAsciiSimulator:
    """See drivers.driver.Simulator."""

    def __init__(self, started: datetime) -> None:
        self._started = started
        self._report = Every(_INTERVAL_S)
        self._lines = 0
        self._headings: list[str] = []
        self._line_at: float | None = None  # when the next line of a heading, or the data line behind it, is due
        self._stopped = False

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """The lines that are due."""
        for byte in data:
            if byte in (_XON, _XOFF):
                self._stopped = byte == _XOFF
        if self._report.is_due(elapsed):
            self._headings = [] if self._lines % _LINES_PER_HEADING else list(_HEADING)
            self._lines += 1
            self._line_at = elapsed
        said = ""
        while self._line_at is not None and elapsed >= self._line_at:
            if self._headings:
                said += self._headings.pop(0)
                self._line_at += _LINE_S
            else:
                said += _line(self._started + timedelta(seconds=elapsed), state)
                self._line_at = None
        return b"" if self._stopped else said.encode("ascii")


def _line(when: datetime, state: DeviceState) -> str:
    stamp = f"{when.day:02d}-{MONTHS[when.month - 1].capitalize()}-{when.year % 100:02d} {when:%H:%M:%S}"
    off = Parameter.SPO2 in state.sensor_off
    spo2, pulse = _field(state, Parameter.SPO2, 100), _field(state, Parameter.PR, 300)
    amplitude = "---" if off else "88"
    status = "SO" if off else ""
    return f"{stamp}   {spo2:>3}     {pulse:>3}     {amplitude:>3}    {status:<17}\r\n"


def _field(state: DeviceState, parameter: Parameter, highest: float) -> str:
    """One value as the display rounds it; an oximeter without its sensor has none of its values."""
    value = state.vitals.get(parameter)
    if value is None or parameter in state.sensor_off or Parameter.SPO2 in state.sensor_off:
        return "---"
    return f"{min(max(value, 0.0), highest):.0f}"
