"""One line of a Nellcor data port, read as strictly as its columns allow; no state, no I/O.

The real-time print-out, a line every 2 s and three heading lines before every 25 or when one of their values changes:
    N-560    VERSION 1.61.00    CRC:XXXX  SpO2 Limit: 95-100%    PR Limit: 59-148BPM
                                 ADULT           25SAT-S
    TIME                 %SpO2   BPM     PA     Status
    07-Jan-04 11:24:54   100     102      36    MO             AO
Three dashes are no data, zero is what the display flashes after a loss of pulse, and an asterisk behind a value says
that it violates a limit. The columns are those of captured lines of two models; a device with other columns is read
once they have come twice (see the driver).

There is no checksum: the CRC of the heading is that of the device's software.

Sources: NPB-290 operator's manual, appendix B, and N-560 operator's manual, data port and printing (forms, status
codes, trend print-out); lines captured from an N-560 (columns, zero with pulse search); mdpnp, nellcor-n595.spec
(limits padded with a blank, response mode, interactive menu).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from drivers.observation import DeviceAlert, Parameter
from drivers.plausibility import possible

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

COLUMN_ENDS = (24, 32, 40)
"""Where saturation, pulse rate and pulse amplitude end in lines captured from an N-560 (version 1.56 and 1.61)."""

FULL_WIDTH = 61
"""Characters of a data line that is padded with blanks, as those captured are."""

HIGHEST_AMPLITUDE = 255

STATUS_ALERTS: dict[str, DeviceAlert] = {
    code: DeviceAlert(alert, text, parameter=parameter)
    for code, alert, text, parameter in (
        ("AO", "alarm_off", "Alarm off on the device", None),
        ("AS", "alarm_silenced", "Alarm silenced on the device", None),
        ("LB", "low_battery", "Low battery", None),
        ("LM", "loss_of_pulse", "Loss of pulse with interference", Parameter.SPO2),
        ("LP", "loss_of_pulse", "Loss of pulse", Parameter.SPO2),
        ("MO", "interference", "Interference or motion", Parameter.SPO2),
        ("PH", "pulse_rate_high", "Pulse rate above the device's limit", Parameter.PR),
        ("PL", "pulse_rate_low", "Pulse rate below the device's limit", Parameter.PR),
        ("PS", "pulse_search", "Pulse search", Parameter.SPO2),
        ("SH", "spo2_high", "SpO2 above the device's limit", Parameter.SPO2),
        ("SL", "spo2_low", "SpO2 below the device's limit", Parameter.SPO2),
        ("SD", "sensor_disconnected", "Sensor disconnected", Parameter.SPO2),
        ("SO", "sensor_off", "Sensor off", Parameter.SPO2),
    )
}
"""Status code -> alert."""

NO_VALUE = frozenset({"SD", "SO", "LP", "LM"})
"""With one of these the device cannot be measuring: a number printed beside it would be an old one."""

DOUBTFUL = frozenset({"MO", "PS"})
"""With one of these the device measures, but doubts it or takes in a new pulse only now and then."""

_NAMED_MONTH = {name: number for number, name in enumerate(MONTHS, 1)}
_START = re.compile(rb"\d\d-[A-Za-z]{3}-\d\d \d\d:\d\d:\d\d |N(?:PB)?-\w{2,6} +VERSION| {20,}(?:ADULT|NEO)|TIME +%S")
_BEGINNING = re.compile(rb"\d\d-|\d\d?$|N-|NP|TIM| {20,}[AN]")
_DATA = re.compile(
    r"(\d\d)-([A-Z][A-Za-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) +"
    r"(0|[1-9]\d{0,2}|---)(\*?) +(0|[1-9]\d{0,2}|---)(\*?) +(\d{1,3}|---)((?: +[A-Z]{2})*) *"
)
_TOKEN = re.compile(r"[A-Z]{2}")
_FIRST_TOKEN, _TOKEN_STEP, _MOST_TOKENS = 44, 3, 6
_HEADING = re.compile(
    r"(N(?:PB)?-[0-9A-Za-z]{2,6}) +VERSION +([0-9.]{1,12}) +(CRC: ?[0-9A-Za-z]{1,8}|TREND)"
    r" +SpO2 Limit: ?(\d{1,3})- ?(\d{1,3})% +PR Limit: ?(\d{1,3})- ?(\d{1,3})BPM *"
)
_MODE = re.compile(r" {8,}(ADULT|NEO) +(\d{1,3}|OFF) ?SAT-S(?: +SPO2 RESP MODE: (NORMAL|FAST))? *")
_COLUMNS = re.compile(r" *TIME +%S[pP]O2 +BPM +PA(?: +Status)? *")
_TREND_END = re.compile(r" *Output Complete *")
_MENU = re.compile(
    r" *(?:\d\) [A-Za-z ]{3,40}|Command\?|N[0-9A-Z]*-[0-9A-Za-z]+ +Interactive Mode"
    r"|N\S+ +VERSION +[0-9.]+ +INFO +CRC:\S+ +SEC:[0-9 /]+) *"
)


class Other(Enum):
    """Lines that carry no values. MENU: what a service PC sees that asked for the N-595's interactive mode."""

    COLUMNS = auto()
    TREND_END = auto()
    MENU = auto()


@dataclass(frozen=True, slots=True)
class Sample:
    """A data line. spo2 in %, pulse_rate in /min, None where the device has none; starred: the parameters that violate
    a limit. column_ends, width, padded: where its numbers stood, how long it was and whether it ended in blanks."""

    device_time: datetime
    spo2: float | None
    pulse_rate: float | None
    starred: tuple[Parameter, ...]
    status: tuple[str, ...]
    column_ends: tuple[int, int, int]
    width: int
    padded: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """First heading line. trend: what follows is printed from the device's memory. Limits in % and /min."""

    model: str
    version: str
    trend: bool
    spo2_limits: tuple[int, int]
    pulse_limits: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mode:
    """Second heading line. sat_seconds: the setting as printed. fast: fast response; None where it is not told."""

    neonatal: bool
    sat_seconds: str
    fast: bool | None


def parse_line(data: bytes) -> Sample | Heading | Mode | Other | None:
    """Read one line without its end; None when anything in it is not as it should be."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return None
    if match := _DATA.fullmatch(text):
        return _sample(match, text)
    if match := _HEADING.fullmatch(text):
        return _heading(match)
    if match := _MODE.fullmatch(text):
        return Mode(match[1] == "NEO", match[2], None if match[3] is None else match[3] == "FAST")
    for kind, form in ((Other.COLUMNS, _COLUMNS), (Other.TREND_END, _TREND_END), (Other.MENU, _MENU)):
        if form.fullmatch(text):
            return kind
    return None


def begins_like_line(data: bytes) -> bool:
    """True when the first bytes could be those of a data or a heading line."""
    return _BEGINNING.match(data[:40]) is not None


def split_at_starts(data: bytes) -> list[bytes]:
    """Cut before every beginning of a line: noise or a line that lost its end must not take the next line along."""
    starts = [match.start() for match in _START.finditer(data)]
    edges = [0, *(start for start in starts if start), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def _sample(match: re.Match[str], text: str) -> Sample | None:
    when = _time(match)
    spo2, pulse_rate, amplitude = (_number(match[group]) for group in (7, 9, 11))
    if when is None or (amplitude or 0) > HIGHEST_AMPLITUDE:
        return None
    if not all(v is None or possible(p, v) for p, v in ((Parameter.SPO2, spo2), (Parameter.PR, pulse_rate))):
        return None
    ends = match.end(7), match.end(9), match.end(11)
    tokens = list(_TOKEN.finditer(text, match.start(12)))
    if len(tokens) > _MOST_TOKENS or (ends == COLUMN_ENDS and not all(_on_grid(token.start()) for token in tokens)):
        return None
    stars = ((Parameter.SPO2, match[8]), (Parameter.PR, match[10]))
    return Sample(
        when,
        spo2,
        pulse_rate,
        tuple(parameter for parameter, star in stars if star),
        tuple(token[0] for token in tokens),
        ends,
        len(text),
        text.endswith(" "),
    )


def _on_grid(start: int) -> bool:
    return start >= _FIRST_TOKEN and (start - _FIRST_TOKEN) % _TOKEN_STEP == 0


def _time(match: re.Match[str]) -> datetime | None:
    """English month names whatever the language of this machine; two-digit years are of this century."""
    month = _NAMED_MONTH.get(match[2].upper())
    if month is None:
        return None
    try:
        return datetime(2000 + int(match[3]), month, int(match[1]), int(match[4]), int(match[5]), int(match[6]))
    except ValueError:
        return None


def _number(text: str) -> float | None:
    """Dashes and zero are "no data": the device flashes zeros when it has lost the pulse."""
    return None if text.startswith("-") else float(text) or None


def _heading(match: re.Match[str]) -> Heading | None:
    low, high, pulse_low, pulse_high = (int(match[group]) for group in (4, 5, 6, 7))
    if not (low < high <= 100 and pulse_low < pulse_high):
        return None
    return Heading(match[1], match[2], match[3] == "TREND", (low, high), (pulse_low, pulse_high))
