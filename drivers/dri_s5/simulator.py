"""A monitor with the S/5 interface: silent until asked, then the displayed values each interval, and alarms on demand.

It understands the console's requests with code of its own, so that an error in the driver's encoder shows.
"""

from __future__ import annotations

import struct
from datetime import datetime

from drivers.dri_s5.framing import encode_frame
from drivers.dri_s5.records import ALARM_STATUS, AUXILIARY, DISPLAYED, MAIN_ALARM, MAIN_PHYSIOLOGICAL, make_record
from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.simulation import Mood

_INVALID = -32767
_EXISTS, _ACTIVE = 1, 2
_OLDER_THAN_60_S = 1 << 8
_LABEL_ART, _LABEL_SKIN, _LABEL_CORE = 1, 7, 15
_AMBIENT_MMHG = 760.0
_REQUEST_LIMIT = 1024


class DriS5Simulator:
    """See drivers.driver.Simulator."""

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL) -> None:
        self._started = (started.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()
        self.mood = mood
        self._incoming = bytearray()
        self._interval_s = 0
        self._next = 0.0
        self._alarms_asked = False
        self._number = 0
        self._cuff: tuple[float | None, ...] = ()
        self._cuff_at = 0.0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Answer the requests in `data`, and send the report that is due."""
        self._listen(data, elapsed)
        self._watch_cuff(elapsed, state)
        if self.mood is Mood.SILENT:
            return b""
        send = b""
        if self._interval_s and elapsed >= self._next:
            self._next = elapsed + self._interval_s
            send += self._frame(MAIN_PHYSIOLOGICAL, elapsed, self._report(elapsed, state))
        if self._alarms_asked:
            self._alarms_asked = False
            send += self._frame(MAIN_ALARM, elapsed, ((ALARM_STATUS, _alarm_status(state)),))
        return send

    def _frame(self, main_type: int, elapsed: float, subrecords: tuple[tuple[int, bytes], ...]) -> bytes:
        self._number += 1
        return encode_frame(make_record(main_type, subrecords, self._number, int(self._started + elapsed)))

    def _listen(self, data: bytes, elapsed: float) -> None:
        self._incoming += data
        *frames, rest = bytes(self._incoming).split(b"\x7e")
        self._incoming = bytearray(rest[-_REQUEST_LIMIT:])
        for frame in frames:
            plain = frame.replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")
            if len(plain) < 42 or sum(plain[:-1]) % 256 != plain[-1]:
                continue
            main_type = plain[14] | plain[15] << 8
            if main_type == MAIN_PHYSIOLOGICAL and plain[40] == DISPLAYED:
                self._interval_s = struct.unpack_from("<h", plain, 41)[0]
                self._next = elapsed
            elif main_type == MAIN_ALARM:
                self._alarms_asked = True

    def _watch_cuff(self, elapsed: float, state: DeviceState) -> None:
        reading = tuple(state.vitals.get(p) for p in (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN))
        if reading != self._cuff:
            self._cuff, self._cuff_at = reading, elapsed

    def _report(self, elapsed: float, state: DeviceState) -> tuple[tuple[int, bytes], ...]:
        now = int(self._started + elapsed)
        auxiliary = bytearray(114)
        if self._cuff and self._cuff[0] is not None:
            struct.pack_into("<I", auxiliary, 0, int(self._started + self._cuff_at))
        old = elapsed - self._cuff_at > 60
        return (DISPLAYED, _displayed(now, state, old)), (AUXILIARY, bytes(auxiliary))


_HEADED_GROUPS = (4, 20, 34, 48, 62, 76, 90, 98, 106, 114, 122, 136, 150, 160, 170, 182, 204, 218, 236, 244, 258)
_CO2_SCALE = 100 * 100 / (_AMBIENT_MMHG - 47)

_Fields = dict[int, tuple[Parameter, float]]
"""Offset in the subrecord -> parameter and the factor from its unit to the integer."""

_ECG: _Fields = {10: (Parameter.HR, 1), 18: (Parameter.RR, 1)}
_P1: _Fields = {26: (Parameter.ART_SYS, 100), 28: (Parameter.ART_DIA, 100), 30: (Parameter.ART_MEAN, 100)}
_NIBP: _Fields = {82: (Parameter.NIBP_SYS, 100), 84: (Parameter.NIBP_DIA, 100), 86: (Parameter.NIBP_MEAN, 100)}
_T1: _Fields = {96: (Parameter.TEMP, 100)}
_SPO2: _Fields = {128: (Parameter.SPO2, 100), 130: (Parameter.PR, 1)}
_CO2: _Fields = {142: (Parameter.ETCO2, _CO2_SCALE), 146: (Parameter.RR, 1)}


def _displayed(now: int, state: DeviceState, cuff_old: bool) -> bytes:
    sub = bytearray(struct.pack("<137h", *(_INVALID,) * 137) + bytes(4))
    struct.pack_into("<I", sub, 0, now)
    for at in _HEADED_GROUPS:
        sub[at : at + 6] = bytes(6)
    skin = state.sites.get(Parameter.TEMP) == "skin"
    for at, label, fields in (
        (4, 0, _ECG),
        (20, _LABEL_ART, _P1),
        (76, _OLDER_THAN_60_S if cuff_old else 0, _NIBP),
        (90, _LABEL_SKIN if skin else _LABEL_CORE, _T1),
        (122, 0, _SPO2),
        (136, 0, _CO2),
    ):
        without_co2 = fields is _CO2 and Parameter.ETCO2 not in state.vitals  # then RR comes from the ECG leads
        if not without_co2 and any(parameter in state.vitals for parameter, _ in fields.values()):
            struct.pack_into("<IH", sub, at, _EXISTS | _ACTIVE, label)
            for offset, (parameter, scale) in fields.items():
                struct.pack_into("<h", sub, offset, _encoded(state, parameter, scale))
    struct.pack_into("<h", sub, 148, round(_AMBIENT_MMHG * 10))
    return bytes(sub)


def _encoded(state: DeviceState, parameter: Parameter, scale: float) -> int:
    value = state.vitals.get(parameter)
    off = parameter in state.sensor_off or (parameter is Parameter.PR and Parameter.SPO2 in state.sensor_off)
    return _INVALID if value is None or off else min(32767, round(value * scale))


def _alarm_status(state: DeviceState) -> bytes:
    """One white line for a sensor that is off, as the monitor's screen would say it."""
    sub = bytearray(510)
    for index, parameter in enumerate(sorted(state.sensor_off)[:5]):
        at = 10 + 98 * index
        sub[at : at + 80] = f"{parameter.value.upper()} sensor off".encode("latin-1").ljust(80, b"\0")
        struct.pack_into("<h", sub, at + 82, 1)
    return bytes(sub)
