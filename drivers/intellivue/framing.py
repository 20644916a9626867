"""Frames of the MIB/RS232 port: C0, header 11 01 and length, user data, frame check sequence, C1.

The check sequence is the CRC-16 of X.25 over header and user data, low byte first. C0, C1 and 7D inside are sent as 7D
and the byte with bit 5 turned over; 7D before the closing C1 aborts the frame.

Source: Philips Data Export Interface Programming Guide, 4535 642 59271 (rev. G.0) and 4535 645 88011 (rev. L.0),
chapter "Transport Protocols for the MIB/RS232 Interface"; check value of the CRC and the examples computed for this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from drivers.delimited import Fragment, Splitter
from drivers.driver import FrameCounters

START, END, ESCAPE = 0xC0, 0xC1, 0x7D
BIT_5 = 0x20

HEADER = b"\x11\x01"
"""Protocol "data export", message type 1; the length of the user data follows, 2 bytes."""

LONGEST_USER_DATA = 1500
"""Bytes. The console asks for 1000 at most; a LAN frame, the longest kind there is, is below this."""

_OVERHEAD = len(HEADER) + 2 + 2
_LONGEST_FRAGMENT = 2 * (LONGEST_USER_DATA + _OVERHEAD)

Message = TypeVar("Message")


def _table() -> tuple[int, ...]:
    values = []
    for byte in range(256):
        register = byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
        values.append(register)
    return tuple(values)


_CRC = _table()


def frame_check_sequence(data: bytes) -> int:
    """CRC-16/X-25 of `data`: polynomial 1021 reflected, start and final inversion FFFF."""
    register = 0xFFFF
    for byte in data:
        register = register >> 8 ^ _CRC[(register ^ byte) & 0xFF]
    return register ^ 0xFFFF


def encode_frame(user_data: bytes) -> bytes:
    """User data as it goes over the line."""
    plain = HEADER + len(user_data).to_bytes(2, "big") + user_data
    plain += frame_check_sequence(plain).to_bytes(2, "little")
    body = bytearray((START,))
    for byte in plain:
        body += bytes((ESCAPE, byte ^ BIT_5)) if byte in (START, END, ESCAPE) else bytes((byte,))
    body.append(END)
    return bytes(body)


def decode_frame(between_flags: bytes) -> bytes | None:
    """The user data of a frame without its flags; None when escapes, header, length or check sequence are wrong."""
    plain = _unescaped(between_flags)
    if plain is None or len(plain) <= _OVERHEAD or plain[:2] != HEADER:
        return None
    length = int.from_bytes(plain[2:4], "big")
    if length != len(plain) - _OVERHEAD or length > LONGEST_USER_DATA:
        return None
    if frame_check_sequence(plain[:-2]) != int.from_bytes(plain[-2:], "little"):
        return None
    return plain[4:-2]


def _unescaped(data: bytes) -> bytes | None:
    parts = data.split(bytes((ESCAPE,)))
    plain = bytearray(parts[0])
    for part in parts[1:]:
        if not part or part[0] ^ BIT_5 not in (START, END, ESCAPE):
            return None  # an aborted frame ends with a bare escape
        plain.append(part[0] ^ BIT_5)
        plain += part[1:]
    return bytes(plain)


class Deframer(Generic[Message]):
    """Cuts the stream into frames and reads them with `parse`; counts good and bad frames and stray bytes.

    A frame whose check sequence is right but whose user data contradicts itself (`parse` gives None) is bad.
    A damaged byte can look like a flag and cut a frame in two: pieces that do not begin like a frame belong to the
    bad frame before them, so that one damaged frame counts as one.
    """

    def __init__(self, counters: FrameCounters, parse: Callable[[bytes], Message | None]) -> None:
        self._counters = counters
        self._parse = parse
        self._splitter = Splitter(bytes((START, END)), _LONGEST_FRAGMENT)
        self._damaged = False  # whether the pieces since the last good frame are those of a frame counted as bad

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes, one by one: at each of them the counters stand as they did on the line.

        To be taken to its end.
        """
        for fragment in self._splitter.feed(data):
            message = self._read(fragment)
            if message is not None:
                yield message

    def finish(self) -> None:
        """The end of the stream: half a frame is a bad one."""
        for fragment in self._splitter.finish():
            self._read(fragment)

    def _read(self, fragment: Fragment) -> Message | None:
        whole = fragment.opened_by == START and fragment.closed_by == END
        user_data = decode_frame(fragment.data) if whole else None
        message = self._parse(user_data) if user_data is not None else None
        if message is not None:
            self._counters.good += 1
            self._damaged = False
        elif _begins_like_frame(fragment):
            self._counters.bad += 1
            self._damaged = True
        elif not self._damaged:
            self._counters.skipped += len(fragment.data)
        return message


def _begins_like_frame(fragment: Fragment) -> bool:
    """The header stands where it should; one byte of flag and header may be damaged or lost."""
    if fragment.opened_by == START:
        return fragment.data[:1] == HEADER[:1] or fragment.data[1:2] == HEADER[1:] or fragment.data[:1] == HEADER[1:]
    return HEADER in fragment.data[:3]
