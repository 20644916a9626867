"""MEDIBUS as a device sends it, written once more from the protocol definition and apart from the driver."""

from __future__ import annotations

DATA, ALARMS, CLOCK, ALARMS_OF_PAGE_2 = 0x24, 0x27, 0x28, 0x2E
NOP, TIME_CHANGED, ICC, WHO, STOP = 0x30, 0x49, 0x51, 0x52, 0x55


def with_sum(body: bytes) -> bytes:
    """Sum of all bytes modulo 256, as two capital hexadecimal digits, and CR."""
    total = 0
    for byte in body:
        total = (total + byte) % 256
    digits = b"0123456789ABCDEF"
    return body + bytes((digits[total // 16], digits[total % 16], 13))


def reply(code: int, data: str | bytes = b"") -> bytes:
    """A response to a command."""
    return with_sum(bytes((1, code)) + (data.encode("latin-1") if isinstance(data, str) else data))


def command(code: int, argument: str = "") -> bytes:
    """A command of the device's own."""
    return with_sum(bytes((27, code)) + argument.encode("latin-1"))


def measured(**values: str) -> bytes:
    """Measured data, codepage 1: code (with a leading underscore where it begins with a digit) = four characters."""
    return reply(DATA, "".join(name.lstrip("_") + value for name, value in values.items()))


def alarms(*active: tuple[int, str, str], page: int = 1) -> bytes:
    """Active alarms: priority 1 to 31, code, phrase."""
    text = "".join(chr(48 + priority) + code + phrase.ljust(12) for priority, code, phrase in active)
    return reply(ALARMS if page == 1 else ALARMS_OF_PAGE_2, text)


USUAL = {"_73": " 10 ", "_78": "  5 ", "B9": " 7.2", "C1": " 36 ", "F0": " 30 "}
"""What a ventilator sends beside the vital signs."""


def usual(spo2: int = 97, pulse: int = 70, etco2: int = 38, rate: int = 14) -> bytes:
    """A whole response as a ventilator with oximeter and capnometer sends it."""
    return measured(
        **USUAL, EB=f"{spo2:>3} ", E1=f"{pulse:>3} ", E6=f"{etco2:>3} ", D5=f"{rate:>3} ", D6=f"{rate + 1:>3} "
    )
