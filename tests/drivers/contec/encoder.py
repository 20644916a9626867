"""Packages of Contec's protocol V7.0, written from the manufacturer's tables and sharing nothing with the driver."""

from __future__ import annotations


def package(type_: int, *data: int) -> bytes:
    """Type, high byte, data: bits 7 of the data move into the high byte, every byte but the type gets bit 7."""
    high, low = 128, []
    for place, byte in enumerate(data):
        if byte >= 128:
            high += 2**place
            byte -= 128
        low.append(byte + 128)
    return bytes([type_, high, *low])


def realtime(
    pulse: int = 72,
    spo2: int = 97,
    index: int = 345,
    strength: int = 5,
    wave: int = 51,
    bar: int = 6,
    no_index: bool = False,
    probe_error: bool = False,
    beep: bool = False,
    low: bool = False,
    too_long: bool = False,
    searching: bool = False,
) -> bytes:
    """One real-time package; index in hundredths of a percent."""
    return package(
        1,
        strength + 16 * too_long + 32 * low + 64 * beep + 128 * probe_error,
        wave + 128 * searching,
        bar + 16 * no_index,
        pulse,
        spo2,
        index % 256,
        index // 256,
    )


def finger_out() -> bytes:
    """As the manufacturer's document says: wave 40, pulse FF, SpO2 7F, index FFFF."""
    return realtime(255, 127, 65535, strength=0, wave=64, bar=0, probe_error=True)
