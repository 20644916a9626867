"""Messages of MEDIBUS on the line: cutting them out, checking their sum, counting what is damaged.

    command   1B code argument SS 0D       response  01 code data SS 0D

SS is the low byte of the sum of everything before it, in two upper-case hexadecimal digits. There is no length. A
command may be embedded anywhere in a response; each has a sum of its own, over its own bytes only. Bytes with bit 7
set are realtime data: they may come anywhere and belong to no message. DC1, DC3 and CAN may come anywhere too.

Source: Draeger RS 232 MEDIBUS protocol definition, revision level 4.03, p. 6 to 18 and 37.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from drivers.driver import FrameCounters

SOH, ESC, CR, ETX, NAK = 0x01, 0x1B, 0x0D, 0x03, 0x15
REALTIME = 0x80
LONGEST_COMMAND = 1 + 1 + 251 + 2
LONGEST_RESPONSE = 3845
"""Bytes of a message without its CR."""

KNOWN_CODES = frozenset((*range(0x23, 0x2F), 0x30, 0x49, 0x4A, *range(0x51, 0x57), 0x6A, 0x6C, 0x6D))
"""Command codes of the protocol definition (4.03, its successor for 23, 6C, 6D) and of device specifications (6A)."""

_HEX = frozenset(b"0123456789ABCDEF")


class Control(IntEnum):
    """Characters of the software handshake. The usual meaning of DC1 and DC3 is reversed here."""

    SUSPEND = 0x11
    RESUME = 0x13
    ABORT = 0x18


@dataclass(frozen=True, slots=True)
class Message:
    """A message that began and ended on the line. sound: its sum is right and its data have the form of its code."""

    response: bool
    code: int
    data: bytes
    sound: bool


IsSound = Callable[[bool, int, bytes], bool]
"""Judges the data of a message: response, code, data."""


def encode_command(code: int, argument: bytes = b"") -> bytes:
    """A command as it goes over the line."""
    return _encode(bytes((ESC, code)) + argument)


def encode_response(code: int, data: bytes = b"") -> bytes:
    """A response as it goes over the line."""
    return _encode(bytes((SOH, code)) + data)


def _encode(body: bytes) -> bytes:
    return body + f"{sum(body) & 0xFF:02X}\r".encode("ascii")


class Deframer:
    """Cuts the stream into messages and handshake characters, the same ones however it was chopped.

    Counts in `counters`: a message that began and did not end well is one bad frame. One that lost its head is known
    by its sum in front of a CR. What stands between messages is skipped, and so are realtime bytes: nobody has asked
    for them.
    """

    def __init__(self, counters: FrameCounters, is_sound: IsSound) -> None:
        self._counters = counters
        self._is_sound = is_sound
        self._open: list[bytearray] = []  # a response and perhaps the command embedded in it, or a command
        self._loose = bytearray()  # bytes outside of messages since the last start or CR
        self._after_bad = False  # what follows without a proper start may be the rest of the same damaged message

    def feed(self, data: bytes) -> list[Message | Control]:
        """What `data` completes."""
        found: list[Message | Control] = []
        for byte in data:
            if byte >= REALTIME:
                self._counters.skipped += 1
            elif byte in (Control.SUSPEND, Control.RESUME, Control.ABORT):
                found.append(Control(byte))
            elif byte in (SOH, ESC):
                self._begin(byte)
            elif byte == CR:
                self._end(found)
            else:
                self._append(byte)
        return found

    def finish(self) -> None:
        """End of the stream: half a message is a bad one."""
        self._cut_open()
        self._drop_loose()

    def _begin(self, byte: int) -> None:
        self._drop_loose()
        if byte == SOH or (self._open and self._open[-1][0] == ESC):
            embedded_again = byte == ESC and len(self._open) == 2
            self._cut_open(keep=1 if embedded_again else 0)
        self._open.append(bytearray((byte,)))

    def _append(self, byte: int) -> None:
        if not self._open:
            self._loose.append(byte)
            if len(self._loose) > LONGEST_COMMAND:
                self._counters.skipped += len(self._loose) - 2
                del self._loose[:-2]
            return
        body = self._open[-1]
        body.append(byte)
        if len(body) > (LONGEST_RESPONSE if body[0] == SOH else LONGEST_COMMAND):
            self._open.pop()
            self._bad()

    def _end(self, found: list[Message | Control]) -> None:
        if not self._open:
            if len(self._loose) > 2 and _HEX.issuperset(self._loose[-2:]):
                self._headless()
                self._loose.clear()
            else:
                self._loose.append(CR)
                self._drop_loose()
            return
        body = bytes(self._open.pop())
        response, code = body[0] == SOH, body[1] if len(body) > 1 else CR
        message = Message(response, code, body[2:-2], self._is_whole(body))
        if message.sound:
            self._counters.good += 1
            self._after_bad = False
            found.append(message)
        elif _begins_properly(body):
            self._bad()
            found.append(message)
        elif len(body) > 2 and _HEX.issuperset(body[-2:]):
            self._headless()
        else:
            self._counters.skipped += len(body) + 1

    def _is_whole(self, body: bytes) -> bool:
        if len(body) < 4 or not _HEX.issuperset(body[-2:]) or int(body[-2:], 16) != sum(body[:-2]) & 0xFF:
            return False
        response, code, data = body[0] == SOH, body[1], body[2:-2]
        possible = code >= 0x20 or (code == NAK and response)
        return possible and _is_text(data) and self._is_sound(response, code, data)

    def _headless(self) -> None:
        """The end of a message whose start is damaged; right after a bad one it is the rest of that."""
        if self._after_bad:
            self._after_bad = False
        else:
            self._bad()

    def _bad(self) -> None:
        self._counters.bad += 1
        self._after_bad = True

    def _cut_open(self, keep: int = 0) -> None:
        """Another message began, or the stream ended, before these had ended. Noise holds more than text."""
        while len(self._open) > keep:
            body = bytes(self._open.pop())
            if len(body) == 1 or (_begins_properly(body) and _is_text(body[2:])):
                self._bad()
            else:
                self._counters.skipped += len(body)

    def _drop_loose(self) -> None:
        self._counters.skipped += len(self._loose)
        self._loose.clear()


def _is_text(data: bytes) -> bool:
    return all(0x20 <= byte < 0x7F or byte == ETX for byte in data)


def _begins_properly(body: bytes) -> bool:
    return len(body) > 1 and (body[1] in KNOWN_CODES or (body[1] == NAK and body[0] == SOH))
