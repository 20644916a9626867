"""Nonin oximeters as the console sees them: packets of format 2 or 7 three times a second, or format 8 once.

They answer the format command, and show the last numbers for 10 s after the finger was removed, as the device does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Every, Mood

_HOLD_S = 10.0
_NO_RATE, _NO_SATURATION = 511, 127
_SENSOR_ALARM = 0x08
_GREEN = 0x02
_PULSE_FRAMES = 12
_REVISION = 41
_INCOMING_LIMIT = 64

_Numbers = tuple[int, int]
"""Pulse rate and SpO2 as they are sent."""


class _NoninSimulator:
    """selected: it sends this format already; else it is silent until it is told to."""

    data_format: int
    interval_s: float

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL, selected: bool = True) -> None:
        del started  # the formats carry no time
        self.mood = mood
        self._selected = selected
        self._incoming = b""
        self._report = Every(self.interval_s)
        self._shown: _Numbers = (_NO_RATE, _NO_SATURATION)
        self._shown_at = -_HOLD_S

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Answer what was asked, and send the report that is due."""
        answer = self._listen(data)
        if self.mood is Mood.SILENT:
            return b""
        if not self._selected or not self._report.is_due(elapsed):
            return answer
        off = Parameter.SPO2 in state.sensor_off
        measured = _measured(state)
        if not off:
            self._shown, self._shown_at = measured, elapsed
        held = elapsed - self._shown_at < _HOLD_S
        return answer + self._encode(measured, self._shown if held else (_NO_RATE, _NO_SATURATION), off)

    def _encode(self, measured: _Numbers, shown: _Numbers, off: bool) -> bytes:
        raise NotImplementedError

    def _listen(self, data: bytes) -> bytes:
        self._incoming = (self._incoming + data)[-_INCOMING_LIMIT:]
        command = bytes((0x02, 0x70, 0x02, 0x02, self.data_format, 0x03))
        if command not in self._incoming:
            return b""
        self._incoming = self._incoming.partition(command)[2]
        if self.mood is Mood.REFUSING:
            return b"\x15"
        self._selected = True
        return b"\x06"


class _PacketSimulator(_NoninSimulator):
    interval_s = 1 / 3

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL, selected: bool = True) -> None:
        super().__init__(started, mood, selected)
        self._packets = 0

    def _encode(self, measured: _Numbers, shown: _Numbers, off: bool) -> bytes:
        data = _data(measured, shown, self._packets)
        packet = b"".join(
            self._frame(
                0x80 | (_SENSOR_ALARM if off else _GREEN if index < _PULSE_FRAMES else 0) | (index == 0), wave, byte
            )
            for index, (byte, wave) in enumerate(zip(data, self._wave(), strict=False))
        )
        self._packets += 1
        return packet

    def _wave(self) -> Iterator[int]:
        at = self._packets * 25
        while True:
            yield round(32768 + 20000 * math.sin(at / 12))
            at += 1

    def _frame(self, status: int, wave: int, data: int) -> bytes:
        raise NotImplementedError


def _data(measured: _Numbers, shown: _Numbers, packets: int) -> list[int]:
    rate, saturation = measured
    rate_shown, saturation_shown = shown
    data = [0] * 25
    for at, number in ((0, rate), (13, rate), (19, rate_shown), (21, rate_shown), (5, packets % 16384)):
        data[at], data[at + 1] = number >> 7, number & 0x7F
    for at, number in (
        (2, saturation), (9, saturation), (10, saturation), (15, saturation), (8, saturation_shown),
        (16, saturation_shown), (3, _REVISION),
    ):  # fmt: skip
        data[at] = number
    return data


def _measured(state: DeviceState) -> _Numbers:
    if Parameter.SPO2 in state.sensor_off:
        return _NO_RATE, _NO_SATURATION
    rate, saturation = state.vitals.get(Parameter.PR), state.vitals.get(Parameter.SPO2)
    return (
        _NO_RATE if rate is None or Parameter.PR in state.sensor_off else round(min(max(rate, 18), 321)),
        _NO_SATURATION if saturation is None else round(min(max(saturation, 1), 100)),
    )


class NoninDf2Simulator(_PacketSimulator):
    """See drivers.driver.Simulator."""

    data_format = 2

    def _frame(self, status: int, wave: int, data: int) -> bytes:
        body = bytes((0x01, status, wave >> 8, data))
        return body + bytes((sum(body) % 256,))


class NoninDf7Simulator(_PacketSimulator):
    """See drivers.driver.Simulator."""

    data_format = 7

    def _frame(self, status: int, wave: int, data: int) -> bytes:
        body = bytes((status, wave >> 8, wave & 0xFF, data))
        return body + bytes((sum(body) % 256,))


class NoninDf8Simulator(_NoninSimulator):
    """See drivers.driver.Simulator."""

    data_format = 8
    interval_s = 1.0

    def _encode(self, measured: _Numbers, shown: _Numbers, off: bool) -> bytes:
        del measured  # this format carries what is shown alone
        rate, saturation = shown
        return bytes((0x80 | rate >> 7, rate & 0x7F, saturation, _SENSOR_ALARM if off else 0))
