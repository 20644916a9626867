"""Frames of the S/5 computer interface: 7E, the record and its checksum with 7E and 7D escaped, 7E.

The checksum is the sum of the record's bytes, modulo 256. It finds every error within one byte; lost and added bytes
show in the length the record states of itself. Two damaged bytes can cancel each other; on the real line the even
parity of each byte stands against that (see drivers.transport.serial_link).

Source: Datex-Ohmeda S/5 Computer Interface, document M1017617, appendix A.
"""

from __future__ import annotations

FLAG = 0x7E
ESCAPE = 0x7D
BIT_5 = 0x20

LONGEST_FRAME = 4096
"""Bytes between two flags that are kept. Requested records stay below 1,600; escaping may double them."""


def encode_frame(record: bytes) -> bytes:
    """A record as it goes over the line."""
    body = bytearray((FLAG,))
    for byte in (*record, sum(record) & 0xFF):
        body += bytes((ESCAPE, byte & ~BIT_5)) if byte in (FLAG, ESCAPE) else bytes((byte,))
    body.append(FLAG)
    return bytes(body)


def decode_frame(between_flags: bytes) -> bytes | None:
    """The record of a frame without its flags; None when an escape or the checksum is wrong."""
    parts = between_flags.split(bytes((ESCAPE,)))
    plain = bytearray(parts[0])
    for part in parts[1:]:
        if part[:1] not in (b"\x5e", b"\x5d"):
            return None
        plain.append(part[0] | BIT_5)
        plain += part[1:]
    if len(plain) < 2 or sum(plain[:-1]) & 0xFF != plain[-1]:
        return None
    return bytes(plain[:-1])
