"""What goes between the link to an SDC device and its driver: one numbered line of JSON a report, with a CRC-32.

    {"n":1,"kind":"device","serial":"SN-4711","manufacturer":"Acme","model":"Bedside 1"}*5F0C9A31
    {"n":2,"kind":"metric","handle":"m.hr","system":"urn:oid:1.2.840.10004.1.1.1.0.0.1","code":"147842",
     "unit":"264864","category":"Msrmt","value":"72","validity":"Vld","mode":"Real","activation":"On",
     "time":1795366415.429}*...
    {"n":3,"kind":"alert","handle":"a.spo2","text":"SpO2 low","priority":"Hi","source":"150456","present":true}*...

(a line is not folded; it ends with CR LF.) The words are those of BICEPS: value is a decimal number as text or null,
unit and code are codes of the coding system, time is the determination time in seconds since 1970 UTC or null. n
counts the lines of one connection from 1. So an SDC device is recorded, replayed, decoded and looked at like any other.

Source of the words: IEEE 11073-10207 (BICEPS), participant model.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any
from zlib import crc32

MDC = "urn:oid:1.2.840.10004.1.1.1.0.0.1"
"""The coding system of ISO/IEEE 11073-10101; also meant where a device names none."""

LONGEST_LINE = 4096
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """Who the device is, once at the beginning. Texts are empty where the device tells nothing."""

    serial: str
    manufacturer: str
    model: str


@dataclass(frozen=True, slots=True)
class MetricLine:
    """The state of one numeric metric as reported. handle: its name in the device."""

    handle: str
    system: str
    code: str
    unit: str
    category: str
    value: str | None
    validity: str
    mode: str
    activation: str
    time: float | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """The state of one alert condition. source: code of the metric it is about, or empty."""

    handle: str
    text: str
    priority: str
    source: str
    present: bool


Line = DeviceLine | MetricLine | AlertLine

_KINDS: dict[str, type[DeviceLine] | type[MetricLine] | type[AlertLine]] = {
    "device": DeviceLine,
    "metric": MetricLine,
    "alert": AlertLine,
}
_NAMES: dict[type, str] = {kind: name for name, kind in _KINDS.items()}
_TYPES: dict[str, tuple[type, ...]] = {"value": (str, type(None)), "time": (float, int, type(None)), "present": (bool,)}


def encode(number: int, line: Line) -> bytes:
    """A line as it is sent and recorded. Texts are cut at `LONGEST_TEXT`."""
    content = {name: item[:LONGEST_TEXT] if isinstance(item, str) else item for name, item in asdict(line).items()}
    text = json.dumps({"n": number, "kind": _NAMES[type(line)], **content}, separators=(",", ":")).encode("ascii")
    return text + b"*%08X\r\n" % crc32(text)


def parse(data: bytes) -> tuple[int, Line] | None:
    """Number and content of a line without its end; None when anything in it is not as it should be."""
    text, star, crc = data.rpartition(b"*")
    if not star or crc != b"%08X" % crc32(text):
        return None
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    number, kind = found.pop("n", None), _KINDS.get(str(found.pop("kind", None)))
    if type(number) is not int or number < 1 or kind is None or set(found) != {field.name for field in fields(kind)}:
        return None
    if not all(isinstance(item, _TYPES.get(name, (str,))) for name, item in found.items()):
        return None
    return number, kind(**found)
