"""Messages of the Capnostream: 85, length, code, data, checksum; 80 and 85 after the header are sent as two bytes.

    85 | length | code | data ... | checksum        length: bytes of code and data
    85 -> 80 05, 80 -> 80 00                        checksum: XOR of length, code and data

A bare 85 is always a header, so that a stream is cut safely whatever was lost; there is no end mark, a message ends
where its length says. The XOR finds every damage to one byte, and misses two bytes that lost the same bit.

Source: Oridion, Capnostream Data Transfer Protocols, PN D006045C (2007), chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.driver import FrameCounters

HEADER = 0x85
ESCAPE = 0x80
_REMAINDERS = (0x00, 0x05)

LONGEST_PIECE = 2 * (1 + 255 + 1)
"""Bytes after a header that are kept: the longest message, every byte of it split."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose checksum is right. data: without the code, escapes undone."""

    code: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes up to the next header that are no message. headed: a header stood before them (it is not among them)."""

    data: bytes
    headed: bool


def encode(code: int, data: bytes = b"") -> bytes:
    """A message as it goes over the line."""
    plain = bytes((1 + len(data), code)) + data
    body = bytearray((HEADER,))
    for byte in (*plain, reduce(xor, plain)):
        body += bytes((ESCAPE, byte ^ ESCAPE)) if byte in (HEADER, ESCAPE) else bytes((byte,))
    return bytes(body)


class Framer:
    """Cuts a stream into messages, the same ones however the stream was chopped."""

    def __init__(self) -> None:
        self._raw = bytearray()  # since the header or the last message
        self._plain = bytearray()
        self._headed = False
        self._reading = False  # a message that may still come about
        self._escaped = False

    def feed(self, data: bytes) -> list[Message | Damaged]:
        """What `data` completes: a message with its last byte, damage with the next header."""
        found: list[Message | Damaged] = []
        for byte in data:
            if byte == HEADER:
                self._close(found)
                self._headed = self._reading = True
            else:
                self._take(byte, found)
        return found

    def finish(self) -> list[Message | Damaged]:
        """What is left at the end of the stream."""
        found: list[Message | Damaged] = []
        self._close(found)
        return found

    def _close(self, found: list[Message | Damaged]) -> None:
        if self._headed or self._raw:
            found.append(Damaged(bytes(self._raw), self._headed))
        self._reset()

    def _reset(self) -> None:
        self._raw.clear()
        self._plain.clear()
        self._headed = self._reading = self._escaped = False

    def _take(self, byte: int, found: list[Message | Damaged]) -> None:
        self._raw.append(byte)
        if self._reading:
            self._unescape(byte)
        plain = self._plain
        if self._reading and plain and len(plain) == plain[0] + 2:
            if plain[0] and not reduce(xor, plain):
                found.append(Message(plain[1], bytes(plain[2:-1])))
                self._reset()
            self._reading = False
        if len(self._raw) >= LONGEST_PIECE:
            self._close(found)

    def _unescape(self, byte: int) -> None:
        if self._escaped:
            self._reading = byte in _REMAINDERS
            self._plain.append(ESCAPE | byte)
            self._escaped = False
        elif byte == ESCAPE:
            self._escaped = True
        else:
            self._plain.append(byte)


class Tally:
    """Counts good messages, and tells which damaged bytes were a message and which noise on the line.

    A header alone proves little: every 256th byte of noise is one. So damage counts as a message when length and code
    of one stand where they should, behind a header or behind the byte that was one, or when a headed piece is as long
    as the messages that come all the time.
    """

    def __init__(self, counters: FrameCounters, usual: dict[int, int]) -> None:
        """usual: code -> bytes of data of the messages that come all the time."""
        self._counters = counters
        self._pairs = tuple(bytes((1 + length, code)) for code, length in usual.items())
        self._sizes = tuple(length + 3 for length in usual.values())

    def good(self) -> None:
        """A message was read."""
        self._counters.good += 1

    def bad(self) -> None:
        """A message with a right checksum cannot be what it says."""
        self._counters.bad += 1

    def damaged(self, piece: Damaged) -> None:
        """Judge a piece."""
        if self._was_message(piece):
            self._counters.bad += 1
        else:
            self._counters.skipped += len(piece.data) + piece.headed

    def _was_message(self, piece: Damaged) -> bool:
        data = piece.data
        if not piece.headed:
            return any(data[at : at + 2] in self._pairs for at in (0, 1))
        if len(data) < 2:
            return any(pair.startswith(data) for pair in self._pairs)
        return data[:2] in self._pairs or any(size - 1 <= len(data) <= size + 1 for size in self._sizes)
