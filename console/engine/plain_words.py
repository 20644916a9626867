"""What people write in a command, as the ward keeps it: without characters that nobody sees, and bounded."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from console.alarms.lifecycle import RefusedError
from drivers.seen import seen

LONGEST = 1_000
"""Characters of the longest text of a command; names and notes have closer limits of their own."""

Written = TypeVar("Written")


def plain_words(command: Written) -> Written:
    """The command with every text in it, however deep, as `drivers.seen.seen` gives it; line ends stay.

    Raises lifecycle.RefusedError for a text that is too long.
    """
    changed = {field.name: _plain(getattr(command, field.name)) for field in fields(command)}  # type: ignore[arg-type]
    return replace(command, **changed)  # type: ignore[type-var]


def _plain(value: Any) -> Any:
    if type(value) is str:
        if len(value) > LONGEST:
            raise RefusedError(f"A text may have at most {LONGEST} characters; this one has {len(value)}.")
        return value if value.isprintable() else "\n".join(seen(line) for line in value.split("\n"))
    if type(value) is tuple:
        return tuple(_plain(part) for part in value)
    return plain_words(value) if is_dataclass(value) and not isinstance(value, type) else value
