"""What the program says of itself on standard error: one line an event, whatever stands in it.

Names and texts of devices and feeds reach the log. A line end in one of them would forge a line of ours, and an escape
sequence would be obeyed by the terminal that shows it (CWE-117): everything that is not seen is written by its number.
"""

from __future__ import annotations

import logging
import sys


def one_line(text: str) -> str:
    """The text with line ends, control characters and direction marks written as escapes, as Python writes them."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class OneLine(logging.Formatter):
    """Time, level, module and message, with a traceback behind it, all in one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of printable characters."""
        return one_line(super().format(record))


def begin() -> None:
    """Write warnings and worse to standard error, unless the program that runs us has set something up already."""
    root = logging.getLogger()
    if root.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
