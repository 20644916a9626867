"""What stands in the responses of a Draeger device, read as strictly as their forms allow; no state, no I/O.

    measured data   6 characters a value: code (2 hex), number (4, padded with blanks); a missing code is "no data"
    alarms          15 characters an alarm: priority (+30 hex, 1 to 31), code (2 hex), phrase (12)
    date and time   HH:MM:SSDD-MMM-YY, the month in German; some devices blank leading zeros, some send English months
    identification  number (4) 'name' device revision DD.DD:MM.MM medibus revision

The sum of 8 bits lets one damaged message in 256 pass, more where two flipped bits cancel out. What stands against it
here: records of fixed size, hexadecimal codes that come once, numbers without leading zeros, possible values.

Sources: Draeger RS 232 MEDIBUS protocol definition, revision level 4.03, p. 11 to 15 (forms) and 30 (example);
MEDIBUS for Draeger Intensive Care Devices, 11th edition (codes, units, formats); code D9 from the code list of
xeonfusion/VSCaptureDrgVent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from drivers.medibus.framing import NAK
from drivers.observation import Parameter
from drivers.plausibility import possible

DATA, ALARMS, TIME, ALARMS_2 = 0x24, 0x27, 0x28, 0x2E
NOP, TIME_CHANGED, ICC, IDENTIFY, STOP = 0x30, 0x49, 0x51, 0x52, 0x55
"""Command codes the console uses or acts upon."""

SPO2, PULSE_RATE = 0xEB, 0xE1
ETCO2_MMHG, ETCO2_KPA, ETCO2_PERCENT = 0xE6, 0xE3, 0xDB
RR_CO2, RR_FLOW, RR_DERIVED = 0xD5, 0xD6, 0xD9
"""Codes of measured data, codepage 1. C1 is the temperature of the breathing gas, never of the body: not read."""

MMHG_PER_KPA = 7.50062

_READ: dict[int, tuple[Parameter, float]] = {
    SPO2: (Parameter.SPO2, 1.0),
    PULSE_RATE: (Parameter.PR, 1.0),
    ETCO2_MMHG: (Parameter.ETCO2, 1.0),
    ETCO2_KPA: (Parameter.ETCO2, MMHG_PER_KPA),
    ETCO2_PERCENT: (Parameter.ETCO2, 1.0),
    RR_CO2: (Parameter.RR, 1.0),
    RR_FLOW: (Parameter.RR, 1.0),
    RR_DERIVED: (Parameter.RR, 1.0),
}
_NUMBER = re.compile(rb" *((?:0|[1-9]\d{0,2})(?:\.\d{1,2})?) *")
_HEX_CODE = re.compile(rb"[0-9A-F]{2}")
_WITHOUT_DATA = frozenset((NOP, TIME_CHANGED, 0x4A, ICC, 0x54, STOP, 0x56, NAK))
_RECORD_BYTES = {0x23: 15, 0x25: 6, 0x26: 6, 0x29: 7, 0x2B: 6, 0x2C: 6, 0x2D: 6}
_TEXT_RESPONSE = 0x2A
_COMMANDS_WITHOUT_ARGUMENT = frozenset((0x23, *range(DATA, 0x2F), NOP, TIME_CHANGED, ICC, IDENTIFY, 0x53, STOP, 0x56))
_TIME = re.compile(r"([ \d]\d):(\d\d)(?::(\d\d)|   |)([ \d]\d)-([A-Z]{3})-([ \d]\d)")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAI MAY", "JUN", "JUL", "AUG", "SEP", "OKT OCT", "NOV", "DEZ DEC"), start=1
    )
    for name in names.split()
}
_IDENTIFICATION = re.compile(r"([ -&(-~]{4})'([ -&(-~]{1,32})'(\d\d\.\d\d):(\d\d)\.(\d\d)")
_SHORT_FORMS = {"$&": "LOW", '"#': "HIGH", "'@": "ALARM"}
"""Signs of the device's own character set in alarm phrases, and what they mean."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One active alarm of the device. priority 1 to 31, 31 the highest."""

    priority: int
    code: int
    phrase: str


@dataclass(frozen=True, slots=True)
class Identification:
    """What a device is. number: Draeger's number of the model, not of the unit. medibus: protocol revision."""

    number: str
    name: str
    revision: str
    medibus: tuple[int, int]


def is_sound(response: bool, code: int, data: bytes) -> bool:
    """True when the data of a message have the form of its code; other codes are not judged."""
    if not response:
        return not (data and code in _COMMANDS_WITHOUT_ARGUMENT)
    if code in _WITHOUT_DATA:
        return not data
    if code == DATA:
        return parse_data(data) is not None
    if code in (ALARMS, ALARMS_2):
        return parse_alarms(data) is not None
    if code == TIME:
        return not data or parse_time(data) is not None
    if code == IDENTIFY:
        return not data or parse_identification(data) is not None
    if code == _TEXT_RESPONSE:
        return _are_texts(data)
    return len(data) % _RECORD_BYTES.get(code, 1) == 0


def parse_data(data: bytes) -> dict[int, float] | None:
    """Numbers of the codes that are read, in console units but for percent of CO2; None when anything is malformed."""
    records = _records(data, 6)
    if records is None:
        return None
    codes: set[bytes] = set()
    values: dict[int, float] = {}
    for record in records:
        if record[:2] in codes or not _HEX_CODE.fullmatch(record[:2]):
            return None
        codes.add(record[:2])
        code = int(record[:2], 16)
        if code in _READ:
            parameter, factor = _READ[code]
            match = _NUMBER.fullmatch(record[2:])
            value = round(float(match[1]) * factor, 1) if match else -1.0
            if not match or not possible(parameter, value):
                return None
            values[code] = value
    return values


def parse_alarms(data: bytes) -> tuple[Alarm, ...] | None:
    """The active alarms in the device's order; None when anything is malformed."""
    records = _records(data, 15)
    if records is None:
        return None
    found = []
    for record in records:
        priority = record[0] - 0x30
        phrase = _plain(record[3:].decode("ascii", "replace"))
        if not 1 <= priority <= 31 or not _HEX_CODE.fullmatch(record[1:3]) or not phrase:
            return None
        found.append(Alarm(priority, int(record[1:3], 16), phrase))
    return tuple(found)


def parse_time(data: bytes) -> tuple[datetime, bool] | None:
    """The device's clock, without a zone, and whether it told the seconds; None when it is no date and time."""
    match = _TIME.fullmatch(data.decode("ascii", "replace"))
    if match is None or match[5] not in _MONTHS:
        return None
    hour, minute, second, day, year = (int(match[part] or 0) for part in (1, 2, 3, 4, 6))
    try:
        when = datetime(2000 + year if year < 70 else 1900 + year, _MONTHS[match[5]], day, hour, minute, second)
    except ValueError:
        return None
    return when, match[3] is not None


def parse_identification(data: bytes) -> Identification | None:
    """None when it is no identification."""
    match = _IDENTIFICATION.fullmatch(data.decode("ascii", "replace"))
    if match is None or not match[2].strip():
        return None
    return Identification(match[1], match[2].strip(), match[3], (int(match[4]), int(match[5])))


def _records(data: bytes, length: int) -> list[bytes] | None:
    if len(data) % length:
        return None
    return [data[at : at + length] for at in range(0, len(data), length)]


def _plain(phrase: str) -> str:
    for signs, word in _SHORT_FORMS.items():
        phrase = phrase.replace(signs, f" {word} ")
    return " ".join(phrase.split())


def _are_texts(data: bytes) -> bool:
    """Text messages: code (2 hex), length (+30 hex, 1 to 32), text, ETX, one after the other."""
    at = 0
    while at < len(data):
        length = data[at + 2] - 0x30 if at + 2 < len(data) else 0
        end = at + 3 + length
        if not 1 <= length <= 32 or not _HEX_CODE.fullmatch(data[at : at + 2]) or data[end : end + 1] != b"\x03":
            return False
        at = end + 1
    return True
