"""Timed captures: what went over a link, and when, in a text file that a person can read and mend.

    # ward-console capture 1
    # any number of remarks
    0.000 > 7e31000000
    1.250 < 7e6a010000

The first line names the format. Each other line holds the seconds since the recording began (never decreasing), the
direction (< from the device, > to the device) and the bytes in hexadecimal. Empty lines and lines that begin with #
are remarks. A line has at most 32,768 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

FIRST_LINE = b"# ward-console capture 1"
LONGEST_LINE = 32768


class CaptureError(Exception):
    """A timed capture is damaged; the text names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class CaptureEntry:
    """Bytes that went over the link. seconds: since the link came up or the recording began; received: from the device
    to the console."""

    seconds: float
    received: bool
    data: bytes


def is_capture(beginning: bytes) -> bool:
    """True when a file that begins like this is a timed capture and not raw bytes."""
    return beginning.startswith(FIRST_LINE)


def read_capture(file: IO[bytes]) -> Iterator[CaptureEntry]:
    """The entries of an open timed capture. Raises CaptureError at the first damaged line."""
    return _entries(_lines(file))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE + 2):
        yield line


def _entries(lines: Iterable[bytes]) -> Iterator[CaptureEntry]:
    last = 0.0
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if number == 1 and text != FIRST_LINE:
            raise CaptureError(f"line 1: a timed capture begins with '{FIRST_LINE.decode()}'")
        if len(text) > LONGEST_LINE:
            raise CaptureError(f"line {number}: longer than {LONGEST_LINE} characters")
        if text and not text.startswith(b"#"):
            entry = _entry(number, text.split())
            if entry.seconds < last:
                raise CaptureError(f"line {number}: the time runs backward ({entry.seconds} after {last})")
            last = entry.seconds
            yield entry


def _entry(number: int, fields: list[bytes]) -> CaptureEntry:
    try:
        seconds, direction, digits = fields
        entry = CaptureEntry(
            float(seconds), {b"<": True, b">": False}[direction], bytes.fromhex(digits.decode("ascii"))
        )
    except (ValueError, KeyError) as error:
        raise CaptureError(f"line {number}: expected seconds, < or >, and bytes in hexadecimal") from error
    if not 0 <= entry.seconds < float("inf"):
        raise CaptureError(f"line {number}: {entry.seconds} is not a time")
    return entry


_HEX_LINE = re.compile(rb"\s*(#.*|[0-9a-fA-F]{2}(\s?[0-9a-fA-F]{2})*)?\s*")


def is_hex_listing(beginning: bytes) -> bool:
    """True when a file that begins like this holds bytes in hexadecimal, line by line, and not the bytes themselves.

    No device sends sixteen hexadecimal digits and more and nothing else.
    """
    lines = beginning.splitlines()
    digits = sum(len(line) for line in lines if not line.lstrip().startswith(b"#"))
    return digits >= 16 and all(_HEX_LINE.fullmatch(line) for line in lines)


def read_hex_listing(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of each line. Raises CaptureError at the first line that is neither digits nor a remark."""
    for number, line in enumerate(_lines(file), start=1):
        if len(line) > LONGEST_LINE:
            raise CaptureError(f"line {number}: longer than {LONGEST_LINE} characters")
        text = line.strip()
        if text and not text.startswith(b"#"):
            try:
                yield bytes.fromhex(text.decode("ascii"))
            except ValueError as error:
                raise CaptureError(f"line {number}: expected bytes in hexadecimal") from error


class CaptureWriter:
    """Writes a timed capture. limit: bytes of device traffic after which it writes one remark and stops."""

    def __init__(self, file: IO[bytes], limit: int = 64 * 1024 * 1024) -> None:
        self._file = file
        self._left = limit
        self._file.write(FIRST_LINE + b"\n")

    def write(self, entry: CaptureEntry) -> None:
        """Add an entry; longer ones are split over lines."""
        if self._left <= 0:
            return
        half = LONGEST_LINE // 4
        for start in range(0, len(entry.data), half):
            piece = entry.data[start : start + half]
            self._file.write(f"{entry.seconds:.6f} {'<' if entry.received else '>'} {piece.hex()}\n".encode())
        self._left -= len(entry.data)
        if self._left <= 0:
            self.remark("the limit of this capture was reached; later traffic is not in it")

    def remark(self, text: str) -> None:
        """Add a remark; what would break its line is replaced."""
        plain = "".join(c if c.isprintable() else " " for c in text)[: LONGEST_LINE // 4]
        self._file.write(f"# {plain}\n".encode(errors="replace"))
