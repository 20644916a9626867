"""What the messages of a Capnostream say; no state, no I/O.

The checksum is weak and frames were seen in the field whose fields stood one place too far (OpenICE: SpO2 showed the
respiratory rate before), so a numerics message is read only when everything in it fits: its length, the units, every
value within what the monitor measures, and upper limits above lower ones. Shifted fields break at least one of these:
the limit of the pulse rate would stand in the place of the units.

Sources: Oridion, Capnostream Data Transfer Protocols, PN D006045C (2007), chapters 5 and 6 (messages, bits, units);
OpenICE (mdpnp), devices/oridion, for what came later (bits of Masimo and battery) and for the setting ranges.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from drivers.observation import AlertPriority, DeviceAlert, Parameter, Status, Vital

CO2_WAVE, NUMERICS, DEVICE_ID = 0, 1, 4
_NO_DATA = 0xFF
_NUMERICS_BYTES = 27

USUAL_LENGTHS = {CO2_WAVE: 4, NUMERICS: _NUMERICS_BYTES, DEVICE_ID: 30}
"""Code -> bytes of data of the messages that the console has asked for."""

_OTHER_LENGTHS: dict[int, tuple[int, ...]] = {2: (28,), 3: (1,), 9: (2,), 12: (52,), 21: (12,), 22: (23,), 60: (2, 3)}
"""Messages that are not read: patient id, numeric item, revision, events, setup."""
_ANY_LENGTH = (10, 55, 56, 57, 58)
"""Configurable messages and trend downloads, which nobody has asked for."""

MMHG_PER_KPA = 7.50062


class Units(IntEnum):
    """The unit in which the monitor shows CO2; kPa and Vol% are sent in tenths."""

    MMHG = 1
    KPA = 2
    VOL_PERCENT = 3


_HIGHEST_CO2 = {Units.MMHG: 150, Units.KPA: 199, Units.VOL_PERCENT: 200}
_HIGHEST_RATE, _HIGHEST_SATURATION, _HIGHEST_PULSE = 150, 100, 250


def is_known(code: int, length: int) -> bool:
    """True when the monitor has a message of this code with `length` bytes of data."""
    if code == NUMERICS:
        return length >= _NUMERICS_BYTES  # later monitors may add to it
    return code in _ANY_LENGTH or USUAL_LENGTHS.get(code) == length or length in _OTHER_LENGTHS.get(code, ())


@dataclass(frozen=True, slots=True)
class Numerics:
    """One report, raw: None where the monitor has no value. co2: in `units`, tenths of kPa and Vol%."""

    seconds: int
    co2: int | None
    respiratory_rate: int | None
    spo2: int | None
    pulse_rate: int | None
    slow_status: int
    co2_alarms: int
    spo2_alarms: int
    units: Units
    extended_status: int
    settings: bytes
    """No-breath time, alarm limits and units: they stand still from one report to the next."""

    @property
    def device_time(self) -> datetime:
        """The monitor's clock, naive: its document says GMT, OpenICE found local time."""
        return datetime(1970, 1, 1) + timedelta(seconds=self.seconds)


def parse_numerics(data: bytes) -> Numerics | None:
    """Read the data of a numerics message; None when anything in it cannot be."""
    if len(data) < _NUMERICS_BYTES or data[25] not in tuple(Units):
        return None
    seconds: int = struct.unpack_from(">I", data, 0)[0]
    units = Units(data[25])
    highest_co2 = _HIGHEST_CO2[units]
    values = (
        (data[4], highest_co2),
        (data[5], highest_co2),
        (data[6], _HIGHEST_RATE),
        (data[7], _HIGHEST_SATURATION),
        (data[8], _HIGHEST_PULSE),
    )
    limits = ((data[16], data[17]), (data[18], data[19]), (data[21], data[22]), (data[23], data[24]))
    if not all(value <= highest or value == _NO_DATA for value, highest in values):
        return None
    if not all(_is_ordered(high, low) for high, low in limits) or not _is_saturation_limit(data[21], data[22]):
        return None
    return Numerics(
        seconds, _number(data[4]), _number(data[6]), _number(data[7]) or None, _number(data[8]) or None,
        data[9], data[13], data[14], units, data[26], data[15:26],
    )  # fmt: skip


def _is_ordered(high: int, low: int) -> bool:
    """How a limit that is switched off is sent is not documented: 0 and FF are taken as one."""
    return high > low or high in (0, _NO_DATA) or low in (0, _NO_DATA)


def _is_saturation_limit(high: int, low: int) -> bool:
    return all(limit <= _HIGHEST_SATURATION or limit == _NO_DATA for limit in (high, low))


def _number(byte: int) -> int | None:
    return None if byte == _NO_DATA else byte


_DEVICE_ID = re.compile(r"V(.{2}\..{2}) (\d\d/\d\d/\d{4}| {10}) ([A-Z]\d[0-9A-Z]{2}\d{6}) {0,2}")


def parse_device_id(data: bytes) -> str | None:
    """The number by which the monitor tells itself apart; None when the text has not the documented form."""
    match = _DEVICE_ID.fullmatch(data.decode("latin-1"))
    return match[3] if match else None


FAST_ALERTS: dict[int, DeviceAlert] = {
    bit: DeviceAlert(code, text, parameter=Parameter.ETCO2)
    for bit, code, text in (
        (0x02, "co2_initialisation", "CO2 warming up"),
        (0x04, "co2_occlusion", "Occlusion in the gas input line"),
        (0x10, "co2_maintenance", "CO2 self-maintenance in progress"),
        (0x20, "co2_purging", "Purging in progress"),
        (0x40, "filterline_off", "FilterLine not connected"),
        (0x80, "co2_malfunction", "CO2 malfunction"),
    )
}
"""Bits of the fast status. 0x01 says that one sample of the wave is not valid, 0x08 that a breath has ended."""

FAST_NO_CO2 = 0x02 | 0x04 | 0x10 | 0x20 | 0x40 | 0x80
"""With one of these CO2 is not available (trend code 50 of the document names them)."""

EXTENDED_ALERTS: dict[int, DeviceAlert] = {
    0x01: DeviceAlert("co2_check_calibration", "Check CO2 calibration", parameter=Parameter.ETCO2),
    0x02: DeviceAlert("co2_check_flow", "Check CO2 flow", parameter=Parameter.ETCO2),
    0x04: DeviceAlert("co2_pump_off", "CO2 pump off", parameter=Parameter.ETCO2),
    0x80: DeviceAlert("battery_low", "Battery low"),
}
_PUMP_OFF, _CHECK_CALIBRATION, _CHECK_FLOW = 0x04, 0x01, 0x02

CO2_ALERTS: dict[int, DeviceAlert] = {
    0x01: DeviceAlert("no_breath", "No breath", parameter=Parameter.RR),
    0x02: DeviceAlert("etco2_high", "EtCO2 high", parameter=Parameter.ETCO2),
    0x04: DeviceAlert("etco2_low", "EtCO2 low", parameter=Parameter.ETCO2),
    0x08: DeviceAlert("rr_high", "Respiration rate high", parameter=Parameter.RR),
    0x10: DeviceAlert("rr_low", "Respiration rate low", parameter=Parameter.RR),
    0x20: DeviceAlert("fico2_high", "FiCO2 high"),
}

SPO2_ALERTS: dict[int, DeviceAlert] = {
    0x01: DeviceAlert("pulse_not_found", "Pulse not found", parameter=Parameter.PR),
    0x02: DeviceAlert("spo2_high", "SpO2 high", parameter=Parameter.SPO2),
    0x04: DeviceAlert("spo2_low", "SpO2 low", parameter=Parameter.SPO2),
    0x08: DeviceAlert("pulse_rate_high", "Pulse rate high", parameter=Parameter.PR),
    0x10: DeviceAlert("pulse_rate_low", "Pulse rate low", parameter=Parameter.PR),
    0x20: DeviceAlert("sensor_off", "SpO2 sensor off patient", parameter=Parameter.SPO2),
    0x40: DeviceAlert("sensor_disconnected", "SpO2 sensor disconnected", parameter=Parameter.SPO2),
}
_NO_SPO2 = 0x01 | 0x20 | 0x40

SLOW_ALERTS: dict[int, DeviceAlert] = {
    0x01: DeviceAlert("neonatal", "Patient type on the monitor: neonatal"),
    0x02: DeviceAlert("alarms_paused", "Alarms silenced for a time on the monitor"),
    0x04: DeviceAlert("alarms_silenced", "All alarms silenced on the monitor"),
    0x08: DeviceAlert("high_audible", "High priority alarm sounding on the monitor", priority=AlertPriority.HIGH),
    0x10: DeviceAlert("low_audible", "Low priority alarm sounding on the monitor", priority=AlertPriority.LOW),
    0x20: DeviceAlert("advisory_audible", "Advisory sounding on the monitor"),
}
"""Bits of the slow status. 0x40 says that pulse beeps are off, 0x80 (later monitors) that the oximeter is Masimo's."""

_UNITS_ALERTS = {
    Units.KPA: DeviceAlert(
        "co2_units", "The monitor shows CO2 in kPa: EtCO2 is converted to mmHg", parameter=Parameter.ETCO2
    ),
    Units.VOL_PERCENT: DeviceAlert(
        "co2_units", "The monitor shows CO2 in Vol%: EtCO2 is not read, set mmHg", parameter=Parameter.ETCO2
    ),
}


def bits(alerts: dict[int, DeviceAlert], status: int) -> list[DeviceAlert]:
    """The alerts whose bits are set; bits without a documented meaning are not told."""
    return [alert for bit, alert in alerts.items() if status & bit]


def numerics_alerts(report: Numerics) -> list[DeviceAlert]:
    """Everything a report says besides its values."""
    return [
        *bits(CO2_ALERTS, report.co2_alarms),
        *bits(SPO2_ALERTS, report.spo2_alarms),
        *bits(EXTENDED_ALERTS, report.extended_status),
        *bits(SLOW_ALERTS, report.slow_status),
        *([_UNITS_ALERTS[report.units]] if report.units in _UNITS_ALERTS else []),
    ]


def vitals(report: Numerics, fast_status: int) -> tuple[Vital, ...]:
    """The values of a report. fast_status: of the last wave message, 0 when none came since the last report."""
    no_co2 = bool(fast_status & FAST_NO_CO2 or report.extended_status & _PUMP_OFF)
    no_spo2 = bool(report.spo2_alarms & _NO_SPO2)
    doubtful_co2 = report.units is not Units.MMHG or report.extended_status & (_CHECK_CALIBRATION | _CHECK_FLOW)
    doubtful_rate = report.extended_status & _CHECK_FLOW
    when = report.device_time
    return (
        _vital(Parameter.ETCO2, None if no_co2 else _mmhg(report), bool(doubtful_co2), when),
        _vital(Parameter.RR, None if no_co2 else report.respiratory_rate, bool(doubtful_rate), when),
        _vital(Parameter.SPO2, None if no_spo2 else report.spo2, False, when),
        _vital(Parameter.PR, None if no_spo2 else report.pulse_rate, False, when),
    )


def _mmhg(report: Numerics) -> float | None:
    """Volume percent would need the ambient pressure, which the monitor does not send."""
    if report.co2 is None or report.units is Units.VOL_PERCENT:
        return None
    return round(report.co2 / 10 * MMHG_PER_KPA, 1) if report.units is Units.KPA else float(report.co2)


def _vital(parameter: Parameter, value: float | None, doubtful: bool, when: datetime) -> Vital:
    if value is None:
        return Vital(parameter, None, Status.UNAVAILABLE, device_time=when)
    return Vital(parameter, float(value), Status.QUESTIONABLE if doubtful else Status.VALID, device_time=when)
