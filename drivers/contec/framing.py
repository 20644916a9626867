"""Packages of Contec's pulse oximeter protocol V7.0; no meaning, no clock.

    type (bit 7 clear), high byte (bit 7 set), data (bit 7 set)

Bit i of the high byte is bit 7 of data byte i. There is no checksum ("assumes that data sending is correct"); what a
package has is a length fixed by its type, a first byte that is known by bit 7, and unused high bits that are zero. A
package is judged when the next one begins, so that a byte too many is noticed.

Source: Contec Medical System, Communication protocol of pulse oximeter V7.0 (2010-07-08), tables 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.driver import FrameCounters

REALTIME, FEEDBACK, FREE, NOTICE = 0x01, 0x0B, 0x0C, 0x0D
STORED = (0x09, 0x0F)
_COMMAND = 0x7D

LENGTHS: dict[int, int] = {
    REALTIME: 9, 0x04: 9, 0x05: 9, 0x07: 8, 0x08: 8, 0x09: 6, 0x0A: 4, FEEDBACK: 4, FREE: 2, NOTICE: 3, 0x0E: 3,
    0x0F: 8, 0x10: 3, 0x11: 9, 0x12: 8,
}  # fmt: skip
"""Bytes of a whole package from the device, by its type. The length of type 0F (stored data without perfusion index,
three pairs of SpO2 and pulse rate) is seen in public captures."""

LONGEST = 9
QUIET_S = 0.2
"""Silence that ends a package. Our choice: real-time packages come every 17 ms."""

_SYNC = 0x80
_WIDE = 7


@dataclass(frozen=True, slots=True)
class Package:
    """data: the bytes behind the high byte, with their bits 7 restored."""

    type: int
    data: bytes


def encode_command(code: int) -> bytes:
    """A command without additional data, from the console to the oximeter."""
    plain = bytes((code, 0, 0, 0, 0, 0, 0))
    high = _SYNC | sum((byte >> 7) << index for index, byte in enumerate(plain))
    return bytes((_COMMAND, high, *(byte | _SYNC for byte in plain)))


def decode_package(piece: bytes) -> Package | None:
    """Read what stands between two package beginnings; None when it is not exactly one package of the device."""
    if LENGTHS.get(piece[0]) != len(piece) or not all(byte & _SYNC for byte in piece[1:]):
        return None
    high, data = piece[1] & 0x7F, piece[2:]
    if high >> len(data):
        return None
    return Package(piece[0], bytes(byte & 0x7F | (high >> index & 1) << 7 for index, byte in enumerate(data)))


class PackageReader:
    """Cuts a stream into packages, and counts what is none; good ones are counted by whoever can judge them."""

    def __init__(self, counters: FrameCounters) -> None:
        self._counters = counters
        self._piece = bytearray()  # from one package beginning on
        self._excess = 0  # bytes of it that were not kept
        self._missing = 0  # bytes by which the last unreadable piece was too short for the package it began
        self._heard_at = 0.0

    def feed(self, data: bytes, elapsed: float) -> Iterator[Package]:
        """The packages that are certain now; elapsed: seconds, never decreasing."""
        if elapsed - self._heard_at >= QUIET_S:
            yield from self._end()
            self._missing = 0
        if data:
            self._heard_at = elapsed
        for byte in data:
            if not byte & _SYNC:
                yield from self._end()
            if len(self._piece) < 3 * LONGEST:
                self._piece.append(byte)
            else:
                self._excess += 1
                if self._excess >= LONGEST:
                    self._counters.bad += 1
                    self._excess = 0

    def finish(self) -> Iterator[Package]:
        """End of the stream."""
        yield from self._end()

    def _end(self) -> Iterator[Package]:
        piece = bytes(self._piece)
        self._piece.clear()
        self._excess = 0
        if not piece:
            return
        package = decode_package(piece)
        if package is not None:
            self._missing = 0
            yield package
        else:
            self._refuse(piece)

    def _refuse(self, piece: bytes) -> None:
        """A package that lost a bit 7 comes in two pieces; one that gained it hangs on the one before."""
        if len(piece) <= self._missing:
            self._missing -= len(piece)
            return
        begun = piece[0] == REALTIME and (len(piece) == 1 or bool(piece[1] & _SYNC))
        if begun or len(piece) >= _WIDE:
            self._counters.bad += max(1, round(len(piece) / LONGEST))
            self._missing = max(0, LONGEST - len(piece))
        else:
            self._counters.skipped += len(piece)
            self._missing = 0
