"""Half-written acts belong to whoever began them: the next person does not inherit one unseen.

A draft outlives signing out, and is there again when its writer is. When somebody else signs in, it is cleared, and
that is said. What is written while nobody is signed in belongs to whoever signs in next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.ui.page import DockedSheet, Page


class Drafts:
    """parts: the pages and sheets there are now."""

    def __init__(self, parts: Callable[[], Sequence[Page | DockedSheet]]) -> None:
        self._parts = parts
        self._acting = ""
        self._of: dict[Page | DockedSheet, str] = {}

    def change(self, name: str) -> str:
        """Somebody else acts, "" for nobody. Returns what was cleared, in one sentence, "" for nothing."""
        before, self._acting = self._acting, name
        if name == before:
            return ""
        written = [part for part in self._parts() if part.half_written()]
        self._of = {part: owner for part, owner in self._of.items() if part in written}
        if before:
            for part in written:
                self._of.setdefault(part, before)
        if not name:
            return ""
        others = {part: owner for part, owner in self._of.items() if owner != name}
        self._of.clear()
        told = [f"{part.half_written()} (begun by {owner})" for part, owner in others.items()]
        for part in others:
            part.forget()
        return f"Cleared, not saved: {', '.join(told)}." if told else ""
