"""One line of Nonin's real-time ASCII output, read as strictly as its form allows; no state, no I/O.

A line a second, ended by CR LF:
    SPO2=097 HR=072
    12:34:56 SPO2=097 HR=072
with " F" behind it when the values are the fast-responding ones, "*" when a button marked an event, and "B" when a
breath was seen (9847). Three dashes are no data. At power-up a heading comes with format, date and time, whose wording
no manual prints: what does not resemble a data line is passed over.

There is no checksum. Sources: operator's manuals of Avant 9600 (p. 5-3), Avant 4000/4100 (real-time patient data
output), 8500 (p. 15), 2500 PalmSAT (p. 18), 8600V (p. 22), 9847 (p. 37), 7500FO (p. 25).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from drivers.observation import Parameter
from drivers.plausibility import possible

_NUMBER = r"(\d{3}| \d\d|  \d|---)"
_LINE = re.compile(rf"(?:(\d\d):(\d\d):(\d\d) )?SPO2={_NUMBER} HR={_NUMBER}( F)?(\*?B?|B\*)")
_START = re.compile(rb"(?:\d\d:\d\d:\d\d )?SPO2=")
_BEGINNING = b"SPO2="
_MARKS = (b"PO2=", b"HR=")


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says. Values are None where the device has none. timed: a time of day stood before them."""

    spo2: float | None
    pulse_rate: float | None
    timed: bool
    fast: bool
    event: bool
    breath: bool


def parse_line(data: bytes) -> Line | None:
    """Read one line without its end; None when anything in it is not as it should be."""
    try:
        match = _LINE.fullmatch(data.decode("ascii"))
    except UnicodeDecodeError:
        return None
    if match is None or not _is_time_of_day(match[1], match[2], match[3]):
        return None
    spo2, pulse_rate = _number(match[4]), _number(match[5])
    if not all(v is None or possible(p, v) for p, v in ((Parameter.SPO2, spo2), (Parameter.PR, pulse_rate))):
        return None
    return Line(spo2, pulse_rate, match[1] is not None, bool(match[6]), "*" in match[7], "B" in match[7])


def begins_like_line(data: bytes) -> bool:
    """True when the first bytes are those of a data line, its time left aside."""
    return _BEGINNING.startswith(data[: len(_BEGINNING)])


def resembles_line(data: bytes) -> bool:
    """True for what was a data line before it was damaged; noise and headings have nothing of one."""
    return begins_like_line(data) or any(mark in data for mark in _MARKS)


def split_at_starts(data: bytes) -> list[bytes]:
    """Cut before every beginning of a line: noise or a line that lost its end must not take the next line along."""
    starts = [match.start() for match in _START.finditer(data)]
    edges = [0, *(start for start in starts if start), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def _is_time_of_day(hour: str | None, minute: str | None, second: str | None) -> bool:
    """True too where no time is printed."""
    return hour is None or (int(hour) < 24 and int(minute or 0) < 60 and int(second or 0) < 60)


def _number(text: str) -> float | None:
    """Dashes are "no data", and so is zero, which an oximeter cannot measure."""
    return None if text.startswith("-") else float(text) or None
