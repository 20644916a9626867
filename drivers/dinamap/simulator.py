"""A Dinamap Pro 1000 as the console sees it: a block each 20 ms, whose status bits change with beats and breaths."""

from __future__ import annotations

from datetime import datetime

from drivers.dinamap.framing import SEQUENCE, Block, encode
from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Every

_INTERVAL_S = 0.02
_FLAT = bytes.fromhex("0600000601 7f1fc7f1fc")


class DinamapPro1000Simulator:
    """See drivers.driver.Simulator. alarm_bits: 0x20 for a warning, 0x40 for a crisis alarm of the monitor."""

    def __init__(self, started: datetime) -> None:
        del started  # its clock is in the data that is not read
        self.alarm_bits = 0
        self._due = Every(_INTERVAL_S)
        self._sequence = 0
        self._beats = 0.0
        self._breaths = 0.0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """The block that is due, if one is; the device listens to nothing."""
        del data
        if not self._due.is_due(elapsed):
            return b""
        self._beats += state.vitals.get(Parameter.HR, 0.0) / 60 * _INTERVAL_S
        self._breaths += state.vitals.get(Parameter.RR, 0.0) / 60 * _INTERVAL_S
        status = self.alarm_bits | int(self._beats) % 4 << 1 | int(self._breaths) % 4 << 3
        block = Block(self._sequence, status, _FLAT, bytes(3))
        self._sequence = (self._sequence + 1) % SEQUENCE
        return encode(block)
