"""One line of Masimo's serial output, read as strictly as its form allows; no state, no I/O.

ASCII 1 (one line a second):
    02/24/18 04:48:53 SN=0000145838 SPO2=097% BPM=080 PI=04.96% ... ALARM=0000 EXC=000800
Trend form (ASCII 2, or the memory printed on request):
    09/21/08 09:56:12 SpO2=097 PR=069 PI=04.69 EXC=800:SET

There is no checksum. What a damaged byte can do to a line is caught by fixed widths, a valid date, the required keys
in their order, the percent sign and the range of each value. What cannot be caught: a digit of a value that turned
into another digit (97 into 87), and the loss of exactly one line's length from the middle of a value to the same
place in the next line.

Sources: Rad-8 operator manual p. 4-24 and Rad-87 operator manual p. 7-4 (forms, EXC bits); lines captured from a
Rad-8 (field sets); the ALARM bits are reverse-engineered on a Rad-8, Masimo does not publish them.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import datetime

from drivers.observation import DeviceAlert, Parameter
from drivers.plausibility import possible


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says. Values are None where the device has none; trend: the line has the trend form, which tells no
    serial number ("")."""

    device_time: datetime
    spo2: float | None
    pulse_rate: float | None
    perfusion_index: float | None
    alarm: int
    exceptions: int
    trend: bool
    serial_number: str = ""


EXC_ALERTS: dict[int, DeviceAlert] = {
    bit: DeviceAlert(code, text, parameter=Parameter.SPO2)
    for bit, code, text in (
        (0x001, "no_sensor", "No sensor connected"),
        (0x002, "sensor_defective", "Defective sensor"),
        (0x004, "low_perfusion", "Low perfusion"),
        (0x008, "pulse_search", "Pulse search"),
        (0x010, "interference", "Interference"),
        (0x020, "sensor_off", "Sensor off patient"),
        (0x040, "ambient_light", "Too much ambient light"),
        (0x080, "sensor_unrecognised", "Unrecognised sensor"),
        (0x400, "low_signal_iq", "Low signal IQ"),
    )
}
"""Exception bit -> alert. Bit 0x800 says that Masimo SET is running, which is normal."""

EXC_NO_VALUE = 0x001 | 0x002 | 0x008 | 0x020 | 0x080
"""With one of these the device cannot be measuring: a number printed beside it would be an old one."""

EXC_DOUBTFUL = 0x004 | 0x010 | 0x040 | 0x400
"""With one of these the device measures, but doubts it."""

ALARM_ALERTS: dict[int, DeviceAlert] = {
    0x01: DeviceAlert("spo2_high", "SpO2 high", parameter=Parameter.SPO2),
    0x02: DeviceAlert("spo2_low", "SpO2 low", parameter=Parameter.SPO2),
    0x04: DeviceAlert("pulse_rate_high", "Pulse rate high", parameter=Parameter.PR),
    0x08: DeviceAlert("pulse_rate_low", "Pulse rate low", parameter=Parameter.PR),
    0x10: DeviceAlert("alarm_active", "Alarm active on the device"),
    0x20: DeviceAlert("alarm_silenced", "Alarm silenced on the device"),
}

_TIME = re.compile(r"(\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d) ")
_STAMP = re.compile(rb"\d\d/\d\d/\d\d \d\d:\d\d:\d\d ")
_BEGINNING = re.compile(rb"\d\d/|\d\d?$")
_TOKEN = re.compile(r"([A-Z][A-Z0-9]{1,7})=([-+0-9A-F.]{1,10}%?)")
_FORMS = {
    "SN": re.compile(r"\d{10}|-{10}"),
    "SPO2": re.compile(r"\d{3}%|---%"),
    "BPM": re.compile(r"\d{3}|---%?"),
    "PI": re.compile(r"\d\d\.\d\d%?|--\.--%?"),
    "ALARM": re.compile(r"[0-9A-F]{4}|[0-9A-F]{6}"),
    "EXC": re.compile(r"[0-9A-F]{6,7}"),
    "EXC1": re.compile(r"[0-9A-F]{8}"),
}
_REQUIRED = ("SN", "SPO2", "BPM", "ALARM", "EXC")
_TREND = re.compile(r"SpO2=(\d{3}) PR=(\d{3}) PI=(\d\d\.\d\d) EXC=([0-9A-F]{3})(?::([A-Za-z,]+))?")
_TREND_WORDS = {"SET": 0x800, "LowSigIQ": 0x400, "OffPat": 0x020, "Search": 0x008}


def parse_line(data: bytes) -> Line | None:
    """Read one line without its end; None when anything in it is not as it should be."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return None
    head = _TIME.match(text)
    if head is None:
        return None
    month, day, year, hour, minute, second = (int(part) for part in head.groups())
    try:
        when = datetime(2000 + year, month, day, hour, minute, second)
    except ValueError:
        return None
    body = text[head.end() :]
    return _streamed(when, body) or _trend(when, body)


def begins_like_line(data: bytes) -> bool:
    """True when the first bytes could be those of a line."""
    return _BEGINNING.match(data[:3]) is not None


def split_at_stamps(data: bytes) -> list[bytes]:
    """Cut before every date and time: noise or a line that lost its end must not take the next line along."""
    starts = [match.start() for match in _STAMP.finditer(data)]
    edges = [0, *(start for start in starts if start), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def _streamed(when: datetime, body: str) -> Line | None:
    """ASCII 1. Other keys than those of `_FORMS` differ from model to model; their form alone is checked."""
    values: dict[str, str] = {}
    for token in body.split(" "):
        match = _TOKEN.fullmatch(token)
        if match is None or match[1] in values:
            return None
        form = _FORMS.get(match[1])
        if form is not None and form.fullmatch(match[2]) is None:
            return None
        values[match[1]] = match[2]
    if tuple(key for key in values if key in _REQUIRED) != _REQUIRED or next(reversed(values)) not in ("EXC", "EXC1"):
        return None
    line = _checked(
        when,
        values["SPO2"],
        values["BPM"],
        values.get("PI", "-"),
        int(values["ALARM"], 16),
        int(values["EXC"], 16),
        False,
    )
    return None if line is None else replace(line, serial_number=_serial_number(values["SN"]))


def _serial_number(text: str) -> str:
    """Dashes and zeros stand for none: they would make all such devices one."""
    return text if text.strip("-0") else ""


def _trend(when: datetime, body: str) -> Line | None:
    """The trend form, where the bits of EXC are repeated in words, which have to agree."""
    match = _TREND.fullmatch(body)
    if match is None:
        return None
    bits = int(match[4], 16)
    words = match[5].split(",") if match[5] else []
    unknown = [word for word in words if word not in _TREND_WORDS]
    named = sum(_TREND_WORDS[word] for word in set(words) if word in _TREND_WORDS)
    if len(words) != bits.bit_count() or named & ~bits or (not unknown and named != bits):
        return None
    return _checked(when, match[1], match[2], match[3], 0, bits, True)


def _checked(
    when: datetime, spo2: str, pulse_rate: str, perfusion_index: str, alarm: int, exceptions: int, trend: bool
) -> Line | None:
    numbers = {
        Parameter.SPO2: _number(spo2),
        Parameter.PR: _number(pulse_rate),
        Parameter.PERFUSION_INDEX: _number(perfusion_index),
    }
    if any(value is not None and not possible(parameter, value) for parameter, value in numbers.items()):
        return None
    return Line(
        when,
        numbers[Parameter.SPO2],
        numbers[Parameter.PR],
        numbers[Parameter.PERFUSION_INDEX],
        alarm,
        exceptions,
        trend,
    )


def _number(text: str) -> float | None:
    """Dashes and zero are "no data": an oximeter cannot measure zero, and the trend form prints it for nothing."""
    return None if text.startswith("-") else float(text.rstrip("%")) or None
