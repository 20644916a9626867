"""The alarm subrecord: up to five lines of alarm text as they stand on the monitor's screen.

The texts are in the monitor's language: shown, never interpreted. Only the colour carries meaning.

Source: Datex record interface, document 8005313, alarm status message. The width of its enumerations is not stated;
both readings differ in the length of the subrecord, which decides.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.observation import AlertPriority, DeviceAlert

_LINES = 5
_TEXT_BYTES = 80
_COLOURS = {
    1: ("alarm_white", AlertPriority.LOW),
    2: ("alarm_yellow", AlertPriority.MEDIUM),
    3: ("alarm_red", AlertPriority.HIGH),
}
_SILENCE_TEXTS = {
    1: "Apnoea alarm silenced on the monitor",
    2: "Asystole alarm silenced on the monitor",
    3: "Apnoea and asystole alarms silenced on the monitor",
}
_ALL_SILENCED = (4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class _Layout:
    silence: str
    lines_at: int
    line_bytes: int
    colour: str


_LAYOUTS = {
    510: _Layout("<h", 10, 98, "<h"),  # enumerations of 16 bits
    522: _Layout("<i", 12, 100, "<i"),  # of 32 bits
}


def parse_alarms(sub: bytes) -> tuple[DeviceAlert, ...] | None:
    """The alarms on the screen, in its order; None when the subrecord is not an alarm status."""
    layout = _LAYOUTS.get(len(sub))
    if layout is None:
        return None
    silence: int = struct.unpack_from(layout.silence, sub, 8)[0]
    found: list[DeviceAlert] = []
    for index in range(_LINES):
        at = layout.lines_at + index * layout.line_bytes
        colour: int = struct.unpack_from(layout.colour, sub, at + _TEXT_BYTES + 2)[0]
        text = _text(sub[at : at + _TEXT_BYTES])
        if colour not in (0, *_COLOURS):
            return None
        if colour and text:
            code, priority = _COLOURS[colour]
            found.append(DeviceAlert(code, text, priority=priority))
    if silence in _SILENCE_TEXTS:
        found.append(DeviceAlert("alarm_silence", _SILENCE_TEXTS[silence]))
    elif silence in _ALL_SILENCED:
        found.append(DeviceAlert("alarm_silence", "All alarms silenced on the monitor"))
    elif silence:
        return None
    return tuple(found)


def _text(data: bytes) -> str:
    """Up to the first zero byte; what is not printable becomes a blank."""
    text = data.split(b"\0", 1)[0].decode("latin-1")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
