"""A Datascope Accutorr with SaO2 as the console sees it: a prompt, one character, an answer."""

from __future__ import annotations

from datetime import datetime

from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Mood

_ASK, _PROMPT_REQUEST = ord("P"), 0x03
_CUFF = (Parameter.NIBP_SYS, Parameter.NIBP_MEAN, Parameter.NIBP_DIA)
_OLDEST_MIN = 999


class AccutorrPcSimulator:
    """See drivers.driver.Simulator.

    REFUSING: it gives the prompt and answers nothing. ABORTING: it answers, and gives no prompt until it is asked for
    one. SILENT: it says nothing.
    """

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL) -> None:
        del started  # the protocol carries no time
        self.mood = mood
        self._prompted = False
        self._announced = False
        self._reading: tuple[float | None, ...] = ()
        self._inflated = 0.0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Banner and prompt once; then an answer to every character that came while the prompt stood."""
        reading = tuple(state.vitals.get(parameter) for parameter in _CUFF)
        if reading != self._reading:
            self._reading, self._inflated = reading, elapsed
        if self.mood is Mood.SILENT:
            return b""
        said = b""
        if not self._announced:
            self._announced = self._prompted = True
            said = b"ACCUTORR PC Interface is ready\r\n>"
        for byte in data:
            said += self._answer(byte, elapsed, state)
        return said

    def _answer(self, byte: int, elapsed: float, state: DeviceState) -> bytes:
        if byte == _PROMPT_REQUEST:
            self._prompted = True
            return b">"
        if byte != _ASK or not self._prompted:
            return b""
        self._prompted = self.mood is not Mood.ABORTING
        answer = b"" if self.mood is Mood.REFUSING else self._reply(elapsed, state)
        return answer + (b">" if self._prompted else b"")

    def _reply(self, elapsed: float, state: DeviceState) -> bytes:
        off = Parameter.SPO2 in state.sensor_off
        pulse = None if off else state.vitals.get(Parameter.PR)
        spo2 = None if off else state.vitals.get(Parameter.SPO2)
        age = min(int((elapsed - self._inflated) // 60), _OLDEST_MIN) if any(self._reading) else None
        values = ",".join(_field(value) for value in (spo2, pulse, *self._reading))
        return f"P:{values},{'002' if off else '000'},000,000,{_field(age)}\r\n".encode("ascii")


def _field(value: float | None) -> str:
    return "--" if value is None else f"{min(max(value, 0), 999):3.0f}"
