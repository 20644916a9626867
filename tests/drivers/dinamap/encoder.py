"""Blocks of a Dinamap Pro 1000 written once more, apart from the driver: the CRC bit by bit, as a shift register."""

from __future__ import annotations

WAVES = bytes.fromhex("060000060181 6088360e")
SLOW = bytes.fromhex("00ff7f")


def crc(data: bytes) -> int:
    """Polynomial x8 + x7 + x2 + 1 (85 hexadecimal), bits of each byte in reversed order, register from 0."""
    register = 0
    for byte in data:
        for bit in range(8):
            top = register >> 7 & 1
            register = register << 1 & 0xFF
            if top ^ (byte >> bit & 1):
                register ^= 0x85
    return int(f"{register:08b}"[::-1], 2)


def block(number: int, status: int = 0x0B, waves: bytes = WAVES, slow: bytes = SLOW) -> bytes:
    """Block `number` of a stream; the sequence begins again after 200."""
    body = bytes([status]) + waves + slow
    check = crc(body)
    sequence = number % 200
    return bytes([sequence]) + body + bytes([check, 255 - check, 255 - sequence])


def stream(count: int, first: int = 0) -> bytes:
    """Blocks in a row."""
    return b"".join(block(first + n) for n in range(count))
