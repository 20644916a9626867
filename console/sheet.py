"""CSV that no spreadsheet takes for anything but data. Shared by every export and report."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_INSIDE = re.compile(r"([;\t\r\n]\s*)(?=[\"']*[=+\-@])")
"""A spreadsheet whose list separator is not the comma splits a cell in two: the second half is looked at as well."""


def write_sheet(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """A line of columns, then a line per row; gives how many rows."""
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow([cell(name) for name in columns])
    count = 0
    for row in rows:
        sheet.writerow([cell(value) for value in row])
        count += 1
    return count


def sheet_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The same as bytes of a file: UTF-8 with a byte order mark, by which spreadsheets know the encoding."""
    out = io.StringIO(newline="")
    write_sheet(out, columns, rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers, None is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        if value.lstrip(" ").startswith(_FORMULA):
            return "'" + value[:1] + _INSIDE.sub(r"\1'", value[1:])
        return _INSIDE.sub(r"\1'", value)
    return number(value)


def number(value: Any) -> Any:
    """A float as the shortest number that reads back as the same; what JSON has no number for as text."""
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return str(value)
    minus_zero = value == 0 and math.copysign(1.0, value) < 0
    return int(value) if value.is_integer() and abs(value) < 2**53 and not minus_zero else value
