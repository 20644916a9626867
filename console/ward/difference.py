"""One value that is another than before, for the audit trail."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """name: of what has changed; before, after: in plain words, the unit with `after`."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}: {self.before} -> {self.after}"
