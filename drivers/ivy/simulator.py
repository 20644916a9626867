"""An Ivy 450C as the console sees it: one ANSAR-B frame a second, empty fields when it has no data."""

from __future__ import annotations

import math
from datetime import datetime

from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Every

_INTERVAL_S = 1.0
_TWO_PI = 2 * math.pi
p = Parameter


class IvyAnsarBSimulator:
    """See drivers.driver.Simulator."""

    def __init__(self, started: datetime) -> None:
        del started  # the protocol carries no time
        self._report = Every(_INTERVAL_S)
        self._cuff = ";;"
        self._cuff_pulse = ""

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """The frame that is due, if one is; the monitor listens to nothing."""
        del data
        if not self._report.is_due(elapsed):
            return b""
        return b"\xffANSAR-B " + _waveforms(elapsed, state) + self._text(state).encode("ascii") + b"\xfe"

    def _text(self, state: DeviceState) -> str:
        nibp = ";".join(_number(state, each) for each in (p.NIBP_SYS, p.NIBP_DIA, p.NIBP_MEAN))
        if nibp != self._cuff:
            # The pulse beside the pressures is that of the inflation and stands with them.
            self._cuff, self._cuff_pulse = nibp, _number(state, p.PR) if nibp != ";;" else ""
        return _text(state, nibp, self._cuff_pulse)


def _text(state: DeviceState, nibp: str, cuff_pulse: str) -> str:
    pulse = _number(state, p.PR)
    site = state.sites.get(p.HR, "ECG-II-DIAG")
    arterial = [_number(state, each) for each in (p.ART_SYS, p.ART_DIA, p.ART_MEAN)]
    lines = (
        f"HR=1;{_number(state, p.HR)};{site if p.HR not in state.sensor_off else 'LEAD FAIL'};",
        f"RR=1;{_number(state, p.RR)};APNEA: 20 SEC;",
        f"ETCO2=1;{_number(state, p.ETCO2)};;",
        f"SPO2=1;{_number(state, p.SPO2, 100)};{f'PR={pulse:<3}' if pulse else 'SENSOR OFF'};",
        f"NIBP=4;{nibp};{cuff_pulse};;",
        f"P1=3;{';'.join(arterial)};{'ART' if any(arterial) else 'NO TRANSDUCER'};",
        "P2=3;;;;NO TRANSDUCER;",
        f"T1=1;{_number(state, p.TEMP, form='{:.1f}')};;",
        "T2=1;;;",
    )
    return "".join(line + "\r" for line in lines)


def _number(state: DeviceState, parameter: Parameter, highest: float = 999, form: str = "{:.0f}") -> str:
    """One value as the display rounds it, empty without sensor or measurement."""
    value = state.vitals.get(parameter)
    if value is None or parameter in state.sensor_off:
        return ""
    if parameter is Parameter.PR and Parameter.SPO2 in state.sensor_off:
        return ""
    return form.format(min(value, highest))


def _waveforms(elapsed: float, state: DeviceState) -> bytes:
    """A second of ECG, respiration, pleth and two pressures: plain waves, bytes FE and FF never occur."""
    beat = state.vitals.get(Parameter.HR, 60) / 60
    breath = state.vitals.get(Parameter.RR, 12) / 60

    def wave(samples: int, frequency: float, middle: int, height: int) -> bytes:
        start = elapsed % 3600
        return bytes(
            int(middle + height * math.sin(_TWO_PI * frequency * (start + i / samples))) for i in range(samples)
        )

    ecg = wave(200, beat, 100, 60)
    return ecg + wave(50, breath, 110, 40) + wave(50, beat, 86, 50) + wave(50, beat, 80, 40) + bytes((251,)) * 50
