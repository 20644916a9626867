"""The data types of the Data Export protocol. All integers are big endian.

Source: Philips Data Export Interface Programming Guide, chapter "Data types"; the worked FLOAT examples are its own.
"""

from __future__ import annotations

from datetime import datetime

TICKS_PER_SECOND = 8000
"""Relative times count in 125 microseconds."""

LONGEST_TEXT = 80
"""Characters that are kept of a text of the monitor."""


class MalformedError(ValueError):
    """A message contradicts itself: a length that leads beyond its end, or a field of the wrong size."""


class Fields:
    """Takes fields from the front of a message. Every method raises MalformedError where too few bytes are left."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        end = self._at + length
        if end > len(self._data):
            raise MalformedError
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def number(self, length: int) -> int:
        """The next `length` bytes as an unsigned integer."""
        return int.from_bytes(self.take(length), "big")

    def u16(self) -> int:
        """The next two bytes as an unsigned integer."""
        return self.number(2)

    def u32(self) -> int:
        """The next four bytes as an unsigned integer."""
        return self.number(4)

    def sized(self) -> Fields:
        """A part that begins with its own length in two bytes."""
        return Fields(self.take(self.u16()))

    def left(self) -> int:
        """Bytes not taken yet."""
        return len(self._data) - self._at

    def end(self) -> None:
        """Raises MalformedError when something is left over."""
        if self.left():
            raise MalformedError


def read_attributes(fields: Fields) -> dict[int, bytes]:
    """An attribute list: count, length, then identifier, length and value each."""
    count = fields.u16()
    inner = fields.sized()
    found: dict[int, bytes] = {}
    for _ in range(count):
        identifier = inner.u16()
        found[identifier] = inner.take(inner.u16())
    inner.end()
    return found


_SPECIAL = (0x7FFFFF, 0x800000, 0x7FFFFE, 0x800002, 0x800001)


def read_float(raw: int) -> float | None:
    """A FLOAT: exponent to ten in the first byte, mantissa in three, both signed.

    None for "not a number", "not at this resolution", the two infinities and the mantissa reserved beside them.
    """
    mantissa = raw & 0xFFFFFF
    if mantissa in _SPECIAL:
        return None
    if mantissa & 0x800000:
        mantissa -= 1 << 24
    exponent = raw >> 24
    if exponent & 0x80:
        return mantissa / 10.0 ** (256 - exponent)
    return mantissa * 10.0**exponent


def read_absolute_time(data: bytes) -> datetime | None:
    """Eight BCD bytes: century, year, month, day, hour, minute, second, hundredths. The monitor's clock has no zone.

    None for FF (unknown) and for anything that is no date. Raises MalformedError for another length.
    """
    if len(data) != 8:
        raise MalformedError
    digits = data.hex()
    if not digits.isdecimal():
        return None
    century, year, month, day, hour, minute, second, hundredths = (int(digits[i : i + 2]) for i in range(0, 16, 2))
    try:
        return datetime(100 * century + year, month, day, hour, minute, second, hundredths * 10_000)
    except ValueError:
        return None


def read_text(data: bytes) -> str:
    """A String: its length in bytes, then UTF-16 up to a zero. Raises MalformedError when the length is wrong."""
    fields = Fields(data)
    inner = fields.take(fields.u16())
    fields.end()
    return plain_text(inner.decode("utf-16-be", errors="replace"))


def plain_text(text: str) -> str:
    """Text of the monitor up to its first zero, as one line without anything unprintable."""
    shown = "".join(char if char.isprintable() else " " for char in text.partition("\0")[0])
    return " ".join(shown.split())[:LONGEST_TEXT]
