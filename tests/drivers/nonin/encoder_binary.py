"""Bytes of Nonin's data formats 2, 7 and 8, written from the manufacturer's tables and sharing nothing with the driver.

Source: Nonin Onyx II model 9560 OEM specification, pages 12 to 16.
"""

from __future__ import annotations

FRAMES = (
    "HR MSB", "HR LSB", "SpO2", "SREV", "reserved", "TMR MSB", "TMR LSB", "STAT2", "SpO2-D", "SpO2 Fast", "SpO2 B-B",
    "reserved", "reserved", "E-HR MSB", "E-HR LSB", "E-SpO2", "E-SpO2-D", "reserved", "reserved", "HR-D MSB",
    "HR-D LSB", "E-HR-D MSB", "E-HR-D LSB", "reserved", "reserved",
)  # fmt: skip
"""What byte 4 of each of the 25 frames is."""


def floats(
    rate: int = 72,
    spo2: int = 97,
    recorded_rate: int | None = None,
    recorded_spo2: int | None = None,
    extended_rate: int = 72,
    extended_spo2: int = 97,
    fast_spo2: int = 97,
    beat_spo2: int = 97,
    stat2: int = 0,
    reserved: int = 0,
    revision: int = 148,
    timer: int = 23,
) -> list[int]:
    """The 25 data bytes; rate and spo2 are those for display, recorded_ those for recording (alike unless said)."""
    recorded_rate = rate if recorded_rate is None else recorded_rate
    values = {
        "HR": recorded_rate, "HR-D": rate, "E-HR": extended_rate, "E-HR-D": extended_rate, "TMR": timer,
        "SpO2": spo2 if recorded_spo2 is None else recorded_spo2, "SpO2-D": spo2, "SpO2 Fast": fast_spo2,
        "SpO2 B-B": beat_spo2, "E-SpO2": extended_spo2, "E-SpO2-D": extended_spo2, "SREV": revision, "STAT2": stat2,
        "reserved": reserved,
    }  # fmt: skip
    found = []
    for name in FRAMES:
        if name.endswith(" MSB"):
            found.append(values[name[:-4]] // 128)
        elif name.endswith(" LSB"):
            found.append(values[name[:-4]] % 128)
        else:
            found.append(values[name])
    return found


def frame(number: int, status: int, data: int, wave: int = 0x4936, sync: bool = False) -> bytes:
    """One frame of format 2 or 7; status without its bit 7, which is always set."""
    status = status | 0b1000_0000 | (0b1 if sync else 0)
    body = [1, status, wave // 256, data] if number == 2 else [status, wave // 256, wave % 256, data]
    return bytes([*body, (body[0] + body[1] + body[2] + body[3]) % 256])


def packet(number: int, status: int = 0, pulse: int = 0b010, data: list[int] | None = None, **said: int) -> bytes:
    """One packet. status stands in every frame, pulse (green unless said) in the first 12; data or `floats(**said)`."""
    data = floats(**said) if data is None else data
    return b"".join(
        frame(number, status | (pulse if index < 12 else 0), byte, 0x4936 + 37 * index, sync=index == 0)
        for index, byte in enumerate(data)
    )


def format_8(rate: int = 72, spo2: int = 97, status: int = 0, status_2: int = 0) -> bytes:
    """The four bytes of one second; status without bit 7 and without the two high bits of the rate."""
    return bytes([128 + status + rate // 128, rate % 128, spo2, status_2])
