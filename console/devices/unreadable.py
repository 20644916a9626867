"""What bytes look like that no driver reads: the engineer is told what that usually means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EXAMINED = 4096
"""Bytes of one setting that are looked at: the newest."""

ZEROS = 0.4
TEXT = 0.95
QUOTED = 48
ECHO_AT_LEAST = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What arrived at one line setting, as printed in manuals."""

    line: str
    data: bytes


def is_echo(sent: bytes, received: bytes) -> bool:
    """True when nothing but our own bytes has come back. At least four: a shorter answer may be alike by chance."""
    return len(received) >= ECHO_AT_LEAST and sent.startswith(received)


def describe(heard: Sequence[Heard]) -> str:
    """A sentence or two on bytes that no driver could read, and what to do; heard: at every setting tried."""
    spoken = [h for h in heard if h.data]
    if not spoken:
        return (
            "Nothing arrived and nothing answered. Is the device on and its serial output switched on? "
            "Does the cable cross TX and RX as the device needs it (try a null modem adapter)?"
        )
    clearest = max(spoken, key=lambda h: _printable(h.data))
    if len(clearest.data) >= ECHO_AT_LEAST and _printable(clearest.data) >= TEXT:
        return (
            f'Readable text arrives at {clearest.line}, but in no known format: "{_quote(clearest.data)}". '
            "Set the output format of the device to one that a driver here reads (see the list of drivers)."
        )
    zeros = max(h.data.count(0) / len(h.data) for h in spoken)
    if zeros >= ZEROS:
        return (
            "Bytes arrive, most of them zero: that is what a wrong baud rate, an inverted line (TTL instead of RS-232) "
            "or a line held at break looks like. Check the baud rate on the device and the kind of adapter."
        )
    return (
        "Bytes arrive, but no driver reads them at any setting tried: a wrong baud rate or parity, noise, or a device "
        "that is not among the drivers. Look the baud rate up on the device, and set it to a factory setting."
    )


def _printable(data: bytes) -> float:
    return sum(1 for byte in data if 0x20 <= byte < 0x7F or byte in b"\r\n\t") / len(data)


def _quote(data: bytes) -> str:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else " " for byte in data)
    return " ".join(text.split())[:QUOTED].replace('"', "'")
