"""A ventilator that speaks MEDIBUS: it calls, asks and keeps alive of its own accord, and answers what it is asked.

It understands the console's commands with code of its own, so that an error in the driver's shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from drivers.driver import DeviceState
from drivers.medibus.framing import encode_command, encode_response
from drivers.observation import Parameter
from drivers.simulation import Mood

_ICC, _NOP, _IDENTIFY, _STOP = 0x51, 0x30, 0x52, 0x55
_SILENCE_S, _REPLY_S, _NOP_S, _STOP_AFTER_S = 3.0, 10.0, 2.0, 4.0
_MOST_REPEATS = 3
_LONGEST_COMMAND = 260
_IDENTIFICATION = b"8240'Evita 4'05.00:04.00"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEZ")
_WAVEFORM = bytes((0xD1, 0xC6, 0xC0, 0x91, 0x81))
"""A realtime record: start of an inspiration and one value of airway pressure."""


class MedibusSimulator:
    """See drivers.driver.Simulator. realtime: waveform bytes stand in the middle of every response. mood: see Mood;
    REFUSING answers every command as corrupt, ABORTING sends STOP some seconds after it was called."""

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL, realtime: bool = False) -> None:
        self._started = started
        self.mood = mood
        self.realtime = realtime
        self._incoming = bytearray()
        self._heard_at = 0.0
        self._spoken_at = 0.0
        self._call_at = 0.0
        self._called_at: float | None = None  # when the console's ICC came, None before
        self._answered = False  # the console has answered ICC
        self._open: int | None = None  # command that waits for the console's response
        self._asked_at = 0.0
        self._repeats = 0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Answer what came, and say what is due."""
        if data:
            self._heard_at = elapsed
        said = b"".join(self._hear(message, elapsed, state) for message in self._messages(data))
        said += self._speak(elapsed)
        if said:
            self._spoken_at = elapsed
        return b"" if self.mood is Mood.SILENT else said

    def _messages(self, data: bytes) -> list[bytes]:
        """What ended with CR, from its start on."""
        self._incoming += data
        *ended, rest = bytes(self._incoming).split(b"\r")
        self._incoming = bytearray(rest[-_LONGEST_COMMAND:])
        starts = (max(message.rfind(b"\x1b"), message.rfind(b"\x01")) for message in ended)
        return [message[start:] for message, start in zip(ended, starts, strict=True) if start >= 0]

    def _hear(self, message: bytes, elapsed: float, state: DeviceState) -> bytes:
        whole = len(message) >= 4 and b"%02X" % (sum(message[:-2]) % 256) == message[-2:]
        if message[0] == 0x1B:
            if not whole or self.mood is Mood.REFUSING:
                return encode_response(0x15)
            return self._answer(message[1], elapsed, state)
        if whole and message[1] == self._open:
            self._open = None
            self._answered = self._answered or message[1] == _ICC
        return b""

    def _answer(self, code: int, elapsed: float, state: DeviceState) -> bytes:
        if code == _ICC:
            self._called_at = elapsed
            self._open, self._asked_at, self._repeats = _IDENTIFY, elapsed, 0
            whole = encode_response(_ICC)
            return whole[:2] + encode_command(_IDENTIFY) + whole[2:]  # devices embed this question
        if self._called_at is None and not self._answered:
            return b""
        whole = encode_response(code, self._data(code, elapsed, state))
        if not self.realtime:
            return whole
        middle = len(whole) // 2
        return whole[:middle] + _WAVEFORM + whole[middle:]

    def _data(self, code: int, elapsed: float, state: DeviceState) -> bytes:
        if code == 0x24:
            return _measured(state)
        if code == 0x27:
            return _alarms(state)
        if code == 0x28:
            now = self._started + timedelta(seconds=elapsed)
            return f"{now:%H:%M:%S%d}-{_MONTHS[now.month - 1]}-{now:%y}".encode("ascii")
        return _IDENTIFICATION if code == _IDENTIFY else b""

    def _speak(self, elapsed: float) -> bytes:
        if self._called_at is not None and elapsed - self._heard_at >= _SILENCE_S:
            self._forget(elapsed)
        if self.mood is Mood.ABORTING and self._called_at is not None and elapsed - self._called_at >= _STOP_AFTER_S:
            self._forget(elapsed + _REPLY_S)
            return encode_command(_STOP)
        if self._open not in (None, _ICC):
            return self._repeat(elapsed)
        if self._called_at is None or not self._answered:
            return self._call(elapsed)
        if elapsed - max(self._heard_at, self._spoken_at) >= _NOP_S:
            return self._ask(_NOP, elapsed)
        return b""

    def _call(self, elapsed: float) -> bytes:
        if elapsed < self._call_at:
            return b""
        self._call_at = elapsed + _SILENCE_S
        return self._ask(_ICC, elapsed)

    def _ask(self, code: int, elapsed: float) -> bytes:
        self._open, self._asked_at, self._repeats = code, elapsed, 0
        return encode_command(code)

    def _repeat(self, elapsed: float) -> bytes:
        """A command that is not answered is repeated three times, then the conversation begins again."""
        if self._open is None or elapsed - self._asked_at < _REPLY_S:
            return b""
        if self._repeats == _MOST_REPEATS:
            self._forget(elapsed)
            return b""
        self._repeats += 1
        self._asked_at = elapsed
        return encode_command(self._open)

    def _forget(self, call_at: float) -> None:
        self._called_at = None
        self._answered = False
        self._open = None
        self._call_at = call_at


def _measured(state: DeviceState) -> bytes:
    """The formats of an Evita 4, whose temperature of the breathing gas must not become one of the body."""
    found = "73 10 78  5 7D 18 B9 7.2C1 36 F0 30 ".encode("ascii")
    rr_code = "D5" if Parameter.ETCO2 in state.vitals else "D6"
    for code, parameter in (
        ("EB", Parameter.SPO2),
        ("E1", Parameter.PR),
        ("E6", Parameter.ETCO2),
        (rr_code, Parameter.RR),
    ):
        value = state.vitals.get(parameter)
        if value is not None and parameter not in _sensorless(state):
            found += f"{code}{value:3.0f} ".encode("ascii")
    return found


def _alarms(state: DeviceState) -> bytes:
    found = b""
    if Parameter.SPO2 in state.sensor_off:
        found += b"L35SPO2SEN DISC"
    if Parameter.ETCO2 in state.sensor_off:
        found += b"LD9CO2 SENSOR ?"
    return found


def _sensorless(state: DeviceState) -> frozenset[Parameter]:
    oximeter = {Parameter.PR} if Parameter.SPO2 in state.sensor_off else set()
    return state.sensor_off | oximeter
