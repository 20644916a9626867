"""The displayed values of a monitor: the 278-byte subrecord of the basic class, and the time of the cuff reading.

Every group of values begins with a status (bit 0: the group exists, bit 1: it is active) and a label. Values are
16-bit integers; -32001 and below are reasons why there is none (invalid, not updated, out of range, not calibrated).

Source: Datex record interface, document 8005313, basic physiological class; offsets from the start of the subrecord.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from drivers.dri_s5.records import device_time
from drivers.observation import DeviceAlert, Parameter, Status, Vital
from drivers.plausibility import possible, pressure_status

SUBRECORD_BYTES = 278
_CLASS = 276
_NO_DATA = -32001

_ECG, _NIBP, _SPO2, _CO2, _FLOW = 4, 76, 122, 136, 182
_INVASIVE = (("P1", 20), ("P2", 34), ("P3", 48), ("P4", 62), ("P5", 244), ("P6", 258))
_TEMPERATURES = (("T1", 90), ("T2", 98), ("T3", 106), ("T4", 114))

_ART_LABELS = {1: "ART", 8: "ABP"}
_ECG_HR_SOURCES = (0, 1, 9)
"""HR sources that are the ECG, and 0 for a monitor that names none; the others are pressure channels and SpO2."""
_AIRWAY = 8
_SITES = {
    1: "oesophagus", 2: "nasopharynx", 3: "tympanic", 4: "rectum", 5: "bladder", 6: "axilla", 7: "skin",
    11: "T1", 12: "T2", 13: "T3", 14: "T4", 15: "core", 16: "surface",
}  # fmt: skip
_SURFACE_SITES = ("skin", "surface")

_WATER_VAPOUR_MMHG = 47.0
_AMBIENT_MMHG = (350.0, 850.0)


@dataclass(frozen=True, slots=True)
class Displayed:
    """One report. cuff: the three cuff values, apart because a report repeats them; cuff_old: older than 60 s."""

    seconds: int
    vitals: tuple[Vital, ...]
    cuff: tuple[Vital, ...]
    cuff_old: bool
    alerts: tuple[DeviceAlert, ...]


def is_sound(subrecord: bytes) -> bool:
    """False when a displayed-values subrecord cannot be one: too short, or of no known class."""
    return len(subrecord) >= SUBRECORD_BYTES and _class(subrecord) <= 3


def is_basic(subrecord: bytes) -> bool:
    """True when a sound subrecord carries the basic class; the extended ones are not read."""
    return _class(subrecord) == 0


def etco2_mmhg(percent: float, ambient_mmhg: float) -> float:
    """Partial pressure of an end-tidal CO2 given in volume percent, body temperature and water vapour assumed (BTPS).

    That the percentage is of dry gas, so that 47 mmHg of water vapour come off the ambient pressure, is our reading
    and not confirmed by the documents; plain ambient pressure would give values 6 % higher.
    """
    return percent * (ambient_mmhg - _WATER_VAPOUR_MMHG) / 100


def parse_displayed(sub: bytes) -> Displayed:
    """Read a sound subrecord of the basic class; groups that the monitor does not have give no values at all."""
    seconds: int = struct.unpack_from("<I", sub, 0)[0]
    vitals = [*_ecg(sub), *_oximeter(sub), *_gas(sub), *_respiration(sub), *_arterial(sub), *_temperatures(sub)]
    when = device_time(seconds)
    cuff, old = _cuff(sub)
    return Displayed(
        seconds, tuple(replace(vital, device_time=when) for vital in vitals), cuff, old, tuple(_alerts(sub))
    )


def _class(sub: bytes) -> int:
    found: int = struct.unpack_from("<H", sub, _CLASS)[0] >> 8 & 0xF
    return found


@dataclass(frozen=True, slots=True)
class _Group:
    exists: bool
    active: bool
    status: int
    label: int

    def bit(self, number: int) -> bool:
        return bool(self.status >> number & 1)


def _group(sub: bytes, offset: int) -> _Group:
    status, label = struct.unpack_from("<IH", sub, offset)
    return _Group(bool(status & 1), status & 3 == 3, status, label)


def _raw(sub: bytes, offset: int, scale: float = 1.0) -> float | None:
    value: int = struct.unpack_from("<h", sub, offset)[0]
    return None if value <= _NO_DATA else round(value * scale, 2)


def _vital(
    group: _Group, parameter: Parameter, value: float | None, status: Status = Status.VALID, site: str | None = None
) -> Vital:
    """A value of an inactive group is an old one, and an impossible value is none."""
    if value is None or not group.active or not possible(parameter, value):
        return Vital(parameter, None, Status.UNAVAILABLE, site)
    return Vital(parameter, value, status, site)


def _ecg(sub: bytes) -> list[Vital]:
    """The heart rate, where it is counted from the ECG; taken from elsewhere it is a pulse rate and not ours."""
    group = _group(sub, _ECG)
    if not group.exists:
        return []
    source = group.status >> 3 & 0xF
    doubtful = group.bit(7) or group.bit(8) or group.bit(9)  # noise, artefact, learning
    value = _raw(sub, 10) if source in _ECG_HR_SOURCES else None
    return [_vital(group, Parameter.HR, value, Status.QUESTIONABLE if doubtful else Status.VALID, "ECG")]


def _oximeter(sub: bytes) -> list[Vital]:
    group = _group(sub, _SPO2)
    if not group.exists:
        return []
    return [_vital(group, Parameter.SPO2, _raw(sub, 128, 0.01)), _vital(group, Parameter.PR, _raw(sub, 130))]


def _gas(sub: bytes) -> list[Vital]:
    """End-tidal CO2; without a credible ambient pressure there is no partial pressure."""
    group = _group(sub, _CO2)
    if not group.exists:
        return []
    percent, ambient = _raw(sub, 142, 0.01), _raw(sub, 148, 0.1)
    value = None
    if percent is not None and ambient is not None and _AMBIENT_MMHG[0] <= ambient <= _AMBIENT_MMHG[1]:
        value = round(etco2_mmhg(percent, ambient), 1)
    doubtful = any(group.bit(number) for number in (3, 4, 5, 6))  # calibrating, zeroing, occlusion, leak
    return [_vital(group, Parameter.ETCO2, value, Status.QUESTIONABLE if doubtful else Status.VALID)]


def _respiration(sub: bytes) -> list[Vital]:
    """One respiratory rate: from CO2 if there is one, else from chest impedance, else from the flow sensor."""
    sources = (("CO2", _CO2, 146), ("impedance", _ECG, 18), ("flow", _FLOW, 188))
    found = [
        _vital(group, Parameter.RR, _raw(sub, offset), site=site)
        for site, group, offset in ((site, _group(sub, at), offset) for site, at, offset in sources)
        if group.exists
    ]
    return [vital for vital in found if vital.value is not None][:1] or found[:1]


def _arterial(sub: bytes) -> list[Vital]:
    """The first pressure channel labelled ART or ABP; any other invasive pressure is not arterial."""
    for channel, at in _INVASIVE:
        group = _group(sub, at)
        if group.exists and group.label in _ART_LABELS:
            pressures = [_raw(sub, at + offset, 0.01) for offset in (6, 8, 10)]
            site = f"{channel} {_ART_LABELS[group.label]}"
            parameters = (Parameter.ART_SYS, Parameter.ART_DIA, Parameter.ART_MEAN)
            status = pressure_status(*pressures)
            return [_vital(group, p, v, status, site) for p, v in zip(parameters, pressures, strict=True)]
    return []


def _temperatures(sub: bytes) -> list[Vital]:
    """All body temperatures, the best last: where only one can be shown the newest wins.

    Empty probes come first, then skin, then the rest; airway gas is not the body.
    """
    found = []
    for channel, at in _TEMPERATURES:
        group = _group(sub, at)
        if group.exists and group.label != _AIRWAY:
            found.append(_vital(group, Parameter.TEMP, _raw(sub, at + 6, 0.01), site=_SITES.get(group.label, channel)))
    return sorted(found, key=lambda vital: (vital.value is not None, vital.site not in _SURFACE_SITES))


def _cuff(sub: bytes) -> tuple[tuple[Vital, ...], bool]:
    group = _group(sub, _NIBP)
    if not group.exists:
        return (), False
    old, measuring = bool(group.label >> 8 & 1), bool(group.label >> _CUFF_MEASURING & 1)
    pressures = [_raw(sub, offset, 0.01) for offset in (82, 84, 86)]
    status = Status.QUESTIONABLE if old or measuring else pressure_status(*pressures)
    parameters = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)
    return tuple(_vital(group, p, v, status) for p, v in zip(parameters, pressures, strict=True)), old


_CUFF_MEASURING = 5
"""Bit of the label of the cuff group."""

_CUFF_ALERT = DeviceAlert("cuff_inflating", "Cuff measuring", parameter=Parameter.NIBP_SYS)

_STATUS_ALERTS = (
    (_ECG, 2, DeviceAlert("asystole", "Asystole", parameter=Parameter.HR)),
    (_CO2, 2, DeviceAlert("apnoea", "Apnoea (CO2)", parameter=Parameter.RR)),
    (_CO2, 5, DeviceAlert("co2_occlusion", "CO2 sampling line occluded", parameter=Parameter.ETCO2)),
    (_CO2, 6, DeviceAlert("co2_leak", "CO2 sampling line leaks", parameter=Parameter.ETCO2)),
    (_CO2, 7, DeviceAlert("respiratory_apnoea", "Apnoea (respiration)", parameter=Parameter.RR)),
)


def _alerts(sub: bytes) -> list[DeviceAlert]:
    groups = {at: _group(sub, at) for at, _, _ in _STATUS_ALERTS}
    found = [alert for at, bit, alert in _STATUS_ALERTS if groups[at].active and groups[at].bit(bit)]
    cuff = _group(sub, _NIBP)
    return [*found, _CUFF_ALERT] if cuff.exists and cuff.label >> _CUFF_MEASURING & 1 else found


def cuff_time(auxiliary: bytes) -> int:
    """Time of the last cuff reading from the auxiliary subrecord, seconds since 1970 by the monitor; 0 when unknown."""
    if len(auxiliary) < 4:
        return 0
    found: int = struct.unpack_from("<I", auxiliary, 0)[0]
    return found
