"""Capnostream messages written once more from the manufacturer's document, apart from the driver's own encoder."""

from __future__ import annotations

ENABLE = bytes.fromhex("85010100")
START = bytes.fromhex("85010405")
LINK_ACTIVE = bytes.fromhex("85010607")

NOON = 1_770_000_000
"""2026-02-02 02:40:00 by the monitor's clock."""


def message(code: int, data: bytes) -> bytes:
    """Header, and everything after it with 0x80 and 0x85 split."""
    body = [len(data) + 1, code, *data]
    check = 0
    for byte in body:
        check ^= byte
    out = [0x85]
    for byte in [*body, check]:
        if byte == 0x85:
            out += [0x80, 0x05]
        elif byte == 0x80:
            out += [0x80, 0x00]
        else:
            out.append(byte)
    return bytes(out)


def wave(number: int = 0, whole: int = 12, part: int = 128, fast: int = 0) -> bytes:
    """A CO2 wave message."""
    return message(0, bytes([number % 256, whole, part, fast]))


def numerics_data(second: int = 0, **changed: int) -> bytes:
    """The 27 bytes of a usual report; `changed` names bytes by their number in the document (b5 = EtCO2 ...)."""
    stamp = NOON + second
    data = [stamp >> 24 & 255, stamp >> 16 & 255, stamp >> 8 & 255, stamp & 255]
    data += [38, 1, 14, 97, 72]  # EtCO2, FiCO2, RR, SpO2, pulse
    data += [0, 0, 0, 0, 0, 0]  # slow status, events, CO2 alarms, SpO2 alarms
    data += [30, 60, 15, 30, 5, 8, 100, 85, 140, 50]  # no breath, limits
    data += [1, 0]  # mmHg, extended status
    for name, value in changed.items():
        data[int(name[1:]) - 1] = value
    return bytes(data)


def numerics(second: int = 0, **changed: int) -> bytes:
    """A numerics message."""
    return message(1, numerics_data(second, **changed))


def device_id(text: str = "V45.67 02/24/2008 B355987654  ") -> bytes:
    """The device id message; the text is the example in OpenICE's own test."""
    return message(4, text.encode("ascii"))


def patient_id() -> bytes:
    """The patient id message, which is not read."""
    return message(2, bytes(4) + b"SOMEBODY".ljust(24))
