"""A CMS50D+ as the console sees it: silent until asked, then 15 packages every quarter of a second as long as it hears
from the console.

It reads the commands with code of its own, so that an error in the driver's encoder shows.
"""

from __future__ import annotations

import math
from datetime import datetime

from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Every, Mood

_PACKAGES = 15
_INTERVAL_S = 0.25
_FORGOTTEN_S = 30.0
_ABORTED_S = 2.0
_NOTHING = bytes((0xFF, 0x7F, 0xFF, 0xFF))


class ContecCms50dPlusSimulator:
    """See drivers.driver.Simulator. mood REFUSING: it is recording; ABORTING: its user is changed again and again."""

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL) -> None:
        del started  # the packages carry no time
        self.mood = mood
        self._incoming = b""
        self._due = Every(_INTERVAL_S)
        self._streaming = False
        self._asked_at = 0.0
        self._heard_at = 0.0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Answer the commands in `data`, and send the packages that are due."""
        answer = self._listen(data, elapsed)
        if self.mood is Mood.SILENT:
            return b""
        if elapsed - self._heard_at > _FORGOTTEN_S:
            self._streaming = False
        if self._streaming and self.mood is Mood.ABORTING and elapsed - self._asked_at >= _ABORTED_S:
            self._streaming = False
            answer += _package(0x0D, bytes((0x02,)))
        if self._streaming and self._due.is_due(elapsed):
            answer += b"".join(_realtime(state, elapsed + index / 60) for index in range(_PACKAGES))
        return answer

    def _listen(self, data: bytes, elapsed: float) -> bytes:
        answer = b""
        self._incoming = (self._incoming + data)[-64:]
        while (at := self._incoming.find(b"\x7d")) >= 0 and len(self._incoming) >= at + 9:
            command, self._incoming = self._incoming[at : at + 9], self._incoming[at + 9 :]
            self._heard_at = elapsed
            answer += self._obey(command[2] & 0x7F | (command[1] & 0x01) << 7, elapsed)
        return answer

    def _obey(self, code: int, elapsed: float) -> bytes:
        if code == 0xA1:
            if self.mood is Mood.REFUSING:
                return _package(0x0B, bytes((0xA1, 0x03)))
            self._streaming, self._asked_at = True, elapsed
        elif code in (0xA2, 0xA7):
            self._streaming = False
            return _package(0x0C, b"")
        elif code != 0xAF:
            return _package(0x0B, bytes((code, 0x05)))
        return b""


def _realtime(state: DeviceState, when: float) -> bytes:
    wave = round(64 + 40 * math.sin(when * 7))
    if Parameter.SPO2 in state.sensor_off:
        return _package(0x01, bytes((0x80, 0x40, 0)) + _NOTHING)
    rate, saturation = state.vitals.get(Parameter.PR), state.vitals.get(Parameter.SPO2)
    index = state.vitals.get(Parameter.PERFUSION_INDEX)
    hundredths = 0xFFFF if index is None else round(min(max(index, 0.01), 22) * 100)
    return _package(
        0x01,
        bytes(
            (
                0x05,
                wave,
                wave >> 3,
                0xFF if rate is None or Parameter.PR in state.sensor_off else round(min(max(rate, 1), 254)),
                0x7F if saturation is None else round(min(max(saturation, 1), 100)),
                hundredths & 0xFF,
                hundredths >> 8,
            )
        ),
    )


def _package(type_: int, data: bytes) -> bytes:
    high = 0x80
    for index, byte in enumerate(data):
        high |= (byte >> 7) << index
    return bytes((type_, high)) + bytes(byte | 0x80 for byte in data)
