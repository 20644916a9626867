"""Blocks of the Dinamap Pro 1000: 18 bytes, 50 times a second, without header or end.

    0 sequence number 0..199 | 1 status | 2-6, 7-11 two waves | 12-14 slow data | 15 CRC | 16 ~CRC | 17 ~sequence

A block is known by its two complements and its CRC-8 over bytes 1 to 14 (polynomial 85 hexadecimal, least significant
bit first, from 0). Together they pass 18 random bytes once in 21 million times. No public document states the CRC: it
was found by search, and holds for every block of the only public capture (1,152 of 1,152).

Source: Zeriam/dinamap-reader, a capture from a Pro 1000 and the reader's structure.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.driver import FrameCounters

BLOCK_BYTES = 18
SEQUENCE = 200
_CRC_POLYNOMIAL = 0xA1
_GARBAGE_BYTES = 50 * BLOCK_BYTES
"""Unreadable bytes after which they are counted without waiting for the next block: a second of the device's data."""


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_CRC_POLYNOMIAL if byte & 1 else 0)
    return byte


_CRC = tuple(_crc_of(byte) for byte in range(256))


def crc8(data: bytes | bytearray) -> int:
    """The check byte of bytes 1 to 14 of a block."""
    crc = 0
    for byte in data:
        crc = _CRC[crc ^ byte]
    return crc


@dataclass(frozen=True, slots=True)
class Block:
    """A block that passed its checks. status: see drivers.dinamap.decoding; slow: one place of the slow data."""

    sequence: int
    status: int
    waves: bytes
    slow: bytes


def encode(block: Block) -> bytes:
    """A block as it goes over the line."""
    body = bytes((block.status,)) + block.waves + block.slow
    crc = crc8(body)
    return bytes((block.sequence,)) + body + bytes((crc, crc ^ 0xFF, block.sequence ^ 0xFF))


class Framer:
    """Finds the blocks of a stream, the same ones however it was chopped, and counts what was lost between them.

    The sequence number tells how many blocks are missing, so that noise between two whole blocks is no bad block and
    a block of which one byte arrived is one.
    """

    def __init__(self, counters: FrameCounters) -> None:
        self._counters = counters
        self._buffer = bytearray()
        self._stretch = 0  # unreadable bytes since the last block
        self._stretch_begins = -1  # the first of them
        self._expected = -1  # sequence number of the next block, -1 when unknown

    def feed(self, data: bytes) -> list[Block]:
        """The blocks that `data` completes."""
        found: list[Block] = []
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= BLOCK_BYTES:
            if _is_block(buffer, at):
                found.append(_block(buffer[at : at + BLOCK_BYTES]))
                self._good(found[-1].sequence)
                at += BLOCK_BYTES
            else:
                self._skip(buffer[at])
                at += 1
        del buffer[:at]
        return found

    def finish(self) -> None:
        """Judge what is left at the end of the stream."""
        for byte in self._buffer:
            self._skip(byte)
        self._buffer.clear()
        self._settle(self._begun())

    def _good(self, sequence: int) -> None:
        if self._stretch:
            missing = (sequence - self._expected) % SEQUENCE if self._expected >= 0 else self._stretch // BLOCK_BYTES
            self._settle(min(missing, -(-self._stretch // BLOCK_BYTES)))
        self._expected = (sequence + 1) % SEQUENCE
        self._counters.good += 1

    def _skip(self, byte: int) -> None:
        if not self._stretch:
            self._stretch_begins = byte
        self._stretch += 1
        if self._stretch >= _GARBAGE_BYTES:
            self._settle(self._begun())
            self._expected = -1

    def _begun(self) -> int:
        """Blocks in an unreadable stretch that no block ends."""
        whole, rest = divmod(self._stretch, BLOCK_BYTES)
        return whole + bool(rest and self._stretch_begins == self._expected)

    def _settle(self, blocks: int) -> None:
        self._counters.bad += blocks
        self._counters.skipped += max(0, self._stretch - blocks * BLOCK_BYTES)
        self._stretch = 0


def _is_block(buffer: bytearray, at: int) -> bool:
    return (
        buffer[at] < SEQUENCE
        and buffer[at] ^ buffer[at + 17] == 0xFF
        and buffer[at + 15] ^ buffer[at + 16] == 0xFF
        and crc8(buffer[at + 1 : at + 15]) == buffer[at + 15]
    )


def _block(data: bytearray) -> Block:
    return Block(data[0], data[1], bytes(data[2:12]), bytes(data[12:15]))
