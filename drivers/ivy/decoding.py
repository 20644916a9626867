"""One ANSAR-B frame, read as strictly as its form allows; no state, no I/O.

    FF "ANSAR-B " 400 waveform bytes, text lines each ended by CR, FE

    HR=1;80;ECG-II-DIAG;    NAME=number of values;values;message;    an empty value is "no data"

There is no checksum. What a damaged byte can do to a frame is caught by the waveform section's length, by the nine
lines in their order, by the number and form of their fields and by the range of each value. What cannot be caught: a
digit that turned into another digit, a digit lost from a number that stays possible without it (RR 35 into 5), and
errors that leave a number and a message merely different.

Sources: 13 frames captured from an Ivy 450C (mdpnp project), which also show that the number after "=" is how many
values follow; section and field names as the same project reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.observation import Parameter
from drivers.plausibility import possible

HEAD = b"ANSAR-B "
WAVEFORM_BYTES = 400

_INTEGER = r"0|[1-9]\d{0,2}"
_FORMS: dict[str, tuple[int, re.Pattern[str]]] = {
    "HR": (1, re.compile(r"0|[1-9]\d{1,2}")),
    "RR": (1, re.compile(_INTEGER)),
    "ETCO2": (1, re.compile(_INTEGER)),
    "SPO2": (1, re.compile(r"[1-9]\d|100")),
    "NIBP": (4, re.compile(r"[1-9]\d{1,2}")),
    "P1": (3, re.compile(r"0|-?[1-9]\d{0,2}")),
    "P2": (3, re.compile(r"0|-?[1-9]\d{0,2}")),
    "T1": (1, re.compile(r"[1-9]\d(\.\d)?")),
    "T2": (1, re.compile(r"[1-9]\d(\.\d)?")),
}
ALL_LINES = tuple(_FORMS)
"""Names of the lines in the order in which an Ivy 450C sends them."""

_RANGE_OF = {
    "HR": Parameter.HR,
    "RR": Parameter.RR,
    "ETCO2": Parameter.ETCO2,
    "SPO2": Parameter.SPO2,
    "P1": Parameter.ART_SYS,
    "P2": Parameter.ART_SYS,
    "T1": Parameter.TEMP,
    "T2": Parameter.TEMP,
}
_PULSE = re.compile(r"PR=(?:(\d\d) |([1-9]\d\d) ?| {0,3})")
_MESSAGE = re.compile(r"[ -:<-~]{0,40}")  # printable, without the semicolon


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line: its values (None where empty) and the message behind them."""

    values: tuple[float | None, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The text part of a frame. pulse_rate: what the SpO2 line says behind its value."""

    lines: dict[str, TextLine]
    pulse_rate: float | None


def parse_frame(data: bytes) -> Frame | None:
    """Read what stands between FF and FE; None when anything in it is not as it should be."""
    if not data.startswith(HEAD):
        return None
    try:
        text = data[len(HEAD) + WAVEFORM_BYTES :].decode("ascii")
    except UnicodeDecodeError:
        return None
    if not text.endswith("\r"):
        return None
    lines: dict[str, TextLine] = {}
    for line in text[:-1].split("\r"):
        name, _, rest = line.partition("=")
        found = _parse_line(name, rest)
        if found is None or name in lines:
            return None
        lines[name] = found
    if tuple(lines) != tuple(name for name in ALL_LINES if name in lines):
        return None
    return _with_pulse(lines)


def _parse_line(name: str, rest: str) -> TextLine | None:
    if name not in _FORMS:
        return None
    count, form = _FORMS[name]
    fields = rest.split(";")
    if len(fields) != count + 3 or fields[0] != str(count) or fields[-1]:
        return None
    message = fields[-2]
    texts = fields[1:-2]
    if not _MESSAGE.fullmatch(message) or not all(form.fullmatch(text) for text in texts if text):
        return None
    values = tuple(float(text) if text else None for text in texts)
    return TextLine(values, message) if _possible(name, values) else None


def _possible(name: str, values: tuple[float | None, ...]) -> bool:
    ranges: tuple[Parameter, ...]
    if name == "NIBP":
        ranges = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN, Parameter.PR)
        systolic, diastolic, mean, _ = values
        order = [value for value in (diastolic, mean, systolic) if value is not None]
        if order != sorted(order):
            return False
    else:
        ranges = (_RANGE_OF[name],) * len(values)
    return all(v is None or possible(p, v) for p, v in zip(ranges, values, strict=False))


def _with_pulse(lines: dict[str, TextLine]) -> Frame | None:
    """The message of the SpO2 line is "PR=" and a number padded to a width, or a message proper."""
    spo2 = lines.get("SPO2")
    if spo2 is None or "PR=" not in spo2.message:
        return Frame(lines, None)
    match = _PULSE.fullmatch(spo2.message)
    if match is None:
        return None
    digits = match[1] or match[2]
    lines["SPO2"] = TextLine(spo2.values, "")
    return Frame(lines, float(digits) if digits else None)
