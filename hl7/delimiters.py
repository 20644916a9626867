"""What separates the parts of a message: MSH-1 and MSH-2."""

from __future__ import annotations

from typing import NamedTuple


class Delimiters(NamedTuple):
    """MSH-1 and MSH-2. truncation is "" before v2.7. A named tuple, as much is remembered by it: it hashes quickly."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""


STANDARD = Delimiters()
