"""A Capnostream 20 as the console sees it: silent until enabled, then its id; once started, waves and numerics."""

from __future__ import annotations

import struct
from datetime import datetime

from drivers.capnostream.framing import Framer, Message, encode
from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Every, Mood

_WAVE_S, _NUMERICS_S = 0.05, 1.0
_ABORT_S = 4.0
_NO_DATA = 0xFF
_ENABLE, _DISABLE, _START, _STOP = 1, 2, 4, 5
_ID = b"V04.50 06/21/2011 B201654321  "
_LIMITS = bytes((30, 60, 15, 30, 5, 8, 100, 85, 140, 50))
"""No breath s, EtCO2 high low, RR high low, FiCO2 high, SpO2 high low, pulse high low."""
_MMHG = 1
_SENSOR_OFF, _FILTERLINE_OFF = 0x20, 0x40


class CapnostreamSimulator:
    """See drivers.driver.Simulator. REFUSING: it answers, but does not start; ABORTING: it stops after 4 s."""

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL) -> None:
        self.mood = mood
        self._clock = (started.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()
        self._framer = Framer()
        self._enabled = False
        self._running_since: float | None = None
        self._wave = Every(_WAVE_S)
        self._numerics = Every(_NUMERICS_S)
        self._number = 0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Answer the commands in `data`, and send the messages that are due."""
        commands = [piece.code for piece in self._framer.feed(data) if isinstance(piece, Message) and not piece.data]
        send = b"".join(self._answer(code, elapsed) for code in commands)
        since = self._running_since
        if self.mood is Mood.ABORTING and since is not None and elapsed - since >= _ABORT_S:
            self._enabled, self._running_since = False, None
        if self.mood is Mood.SILENT:
            return b""
        if self._running_since is not None:
            if self._wave.is_due(elapsed):
                send += encode(0, self._wave_data(state))
            if self._numerics.is_due(elapsed):
                send += encode(1, self._numerics_data(elapsed, state))
        return send

    def _answer(self, code: int, elapsed: float) -> bytes:
        if code == _ENABLE:
            self._enabled = True
            return encode(4, _ID)
        if code == _START and self._enabled and self.mood is not Mood.REFUSING and self._running_since is None:
            self._running_since = elapsed
        elif code in (_STOP, _DISABLE):
            self._running_since = None
            self._enabled = self._enabled and code != _DISABLE
        return b""

    def _wave_data(self, state: DeviceState) -> bytes:
        self._number = (self._number + 1) % 256
        co2 = 0 if self._number // 20 % 2 else round(state.vitals.get(Parameter.ETCO2, 0.0))
        fast = _FILTERLINE_OFF if Parameter.ETCO2 in state.sensor_off else 0
        return bytes((self._number, min(co2, 150), 0x80, fast))

    def _numerics_data(self, elapsed: float, state: DeviceState) -> bytes:
        off = Parameter.SPO2 in state.sensor_off
        no_line = Parameter.ETCO2 in state.sensor_off
        values = bytes((
            _byte(state, Parameter.ETCO2, 150, no_line),
            _NO_DATA,
            _byte(state, Parameter.RR, 150, no_line),
            _byte(state, Parameter.SPO2, 100, off),
            _byte(state, Parameter.PR, 250, off),
        ))  # fmt: skip
        status = bytes((0, 0, 0, 0, 0, _SENSOR_OFF if off else 0))
        return struct.pack(">I", int(self._clock + elapsed)) + values + status + _LIMITS + bytes((_MMHG, 0))


def _byte(state: DeviceState, parameter: Parameter, highest: int, off: bool) -> int:
    value = state.vitals.get(parameter)
    return _NO_DATA if value is None or off or parameter in state.sensor_off else min(max(round(value), 0), highest)
