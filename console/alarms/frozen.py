"""The state of detectors as bytes and back: small, and quick enough to be taken every hour at every bed.

Only used within one process. Rules are not part of the state: every state refers to the rules it was made with.
Freezing asks an object for its `__dict__`, which slows its attributes down for good (CPython 3.11): what every sample
touches has `__slots__`.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from typing import Any

from console.alarms.rules import Section


class Freezer:
    """Freezes and thaws objects that refer to one set of rules."""

    def __init__(self, rules: Section) -> None:
        self._sections: list[Section] = []
        self._collect(rules)
        self._places = {id(section): place for place, section in enumerate(self._sections)}

    def _collect(self, section: Section) -> None:
        self._sections.append(section)
        for name in type(section).model_fields:
            value = getattr(section, name)
            for inner in value.values() if isinstance(value, Mapping) else (value,):
                if isinstance(inner, Section):
                    self._collect(inner)

    def freeze(self, state: Mapping[str, Any]) -> bytes:
        """A state as it is now."""
        out = io.BytesIO()
        pickler = _Pickler(out, pickle.HIGHEST_PROTOCOL)
        pickler.places = self._places
        pickler.dump(state)
        return out.getvalue()

    def thaw(self, frozen: bytes) -> dict[str, Any]:
        """The state again, in objects of its own."""
        unpickler = _Unpickler(io.BytesIO(frozen))
        unpickler.sections = self._sections
        state: dict[str, Any] = unpickler.load()
        return state


class _Pickler(pickle.Pickler):
    places: dict[int, int]

    def persistent_id(self, obj: Any) -> int | None:
        return self.places.get(id(obj))


class _Unpickler(pickle.Unpickler):
    sections: list[Section]

    def persistent_load(self, pid: int) -> Section:
        return self.sections[pid]
