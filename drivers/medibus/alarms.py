"""Alarms of a Draeger device: what is passed on, and which of them say that a value cannot be right.

Codes and their meaning: MEDIBUS for Draeger Intensive Care Devices, 11th edition, alarm messages of Evita, Evita 2,
Evita 2 dura, Evita 4, EvitaXL, Savina and Capnosat, and the code list of xeonfusion/VSCaptureDrgVent.
"""

from __future__ import annotations

from drivers.medibus.decoding import ALARMS, RR_CO2, RR_FLOW, Alarm
from drivers.observation import AlertPriority, DeviceAlert, Parameter

HIGH_FROM, MEDIUM_FROM = 24, 11
"""Lowest device priority (1 to 31) taken as high and as medium. The document names priorities 25 to 31 alarm, 23
caution and 10 and less advisory, and gives no limits: where they are drawn is our reading."""

_PARAMETERS: dict[int, Parameter] = {
    **dict.fromkeys((0x07, 0x22, 0x35, 0x5B, 0x68), Parameter.SPO2),
    **dict.fromkeys((0x01, 0x02, 0x1E), Parameter.PR),
    **dict.fromkeys((0x27, 0x28, 0x3D, 0x3E, 0x57, 0x63, 0x64, 0x6A, 0xD9), Parameter.ETCO2),
    **dict.fromkeys((0x00, 0x0D, 0x0E, 0x0F, 0x40, 0x56, 0x90, 0x98), Parameter.RR),
}
"""Codepage 1: the parameter an alarm speaks of."""

Sources = frozenset[Parameter | int]
"""Parameters, and codes of measured data where a parameter has several sources."""

_SPO2_GONE: Sources = frozenset((Parameter.SPO2, Parameter.PR))
_CO2: Sources = frozenset((Parameter.ETCO2, RR_CO2))
_FLOW: Sources = frozenset((RR_FLOW,))
_FAULTS: dict[int, Sources] = {
    0x01: _SPO2_GONE,  # no pulse found by the oximeter
    0x35: _SPO2_GONE,  # sensor disconnected or faulty
    0x68: _SPO2_GONE,  # oximeter failure
    0x3D: _CO2,  # sample line blocked
    0x6A: _CO2,  # CO2 measurement failure
    0xD9: _CO2,  # sensor disconnected or faulty
    0xA4: _FLOW,  # volume measurement inoperable
}
_DOUBTS: dict[int, Sources] = {
    0x3E: _CO2,  # not calibrated
    0x63: _CO2,  # warming up, low accuracy
    0x64: _CO2,  # window occluded
    0x42: _FLOW,  # check flow sensor
}


def device_alert(page: int, alarm: Alarm) -> DeviceAlert:
    """The alarm as it is passed on. page: the command code it was asked with; the same code differs by page."""
    priority = AlertPriority.LOW
    if alarm.priority >= HIGH_FROM:
        priority = AlertPriority.HIGH
    elif alarm.priority >= MEDIUM_FROM:
        priority = AlertPriority.MEDIUM
    first = page == ALARMS
    code = f"{'cp1' if first else 'cp2'}_{alarm.code:02x}"
    return DeviceAlert(code, alarm.phrase, priority=priority, parameter=_PARAMETERS.get(alarm.code) if first else None)


def impaired(alarms: tuple[Alarm, ...]) -> tuple[Sources, Sources]:
    """What cannot be measured and what the device doubts, by the active alarms of codepage 1."""
    return _sources(_FAULTS, alarms), _sources(_DOUBTS, alarms)


def _sources(table: dict[int, Sources], alarms: tuple[Alarm, ...]) -> Sources:
    return frozenset().union(*(table.get(alarm.code, ()) for alarm in alarms))
