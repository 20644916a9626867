"""The one queue of the engine: ordered, bounded, and never losing a command.

When the engine cannot keep up, samples are thinned: the newest value of each bed, parameter and source stays, what
falls out is counted. Commands are refused beyond a bound, with an answer.
"""

from __future__ import annotations

import threading

from console.engine.items import (
    DeviceReport,
    Item,
    LabsArrived,
    Moved,
    PatientSeen,
    Replan,
    Samples,
    SourceNote,
    TrendRead,
)
from console.link.commands import Ask

SAMPLE_LIMIT = 20_000
"""Waiting samples before thinning: half a minute of 64 beds at ten values a second."""

ITEM_LIMIT = 20_000
COMMAND_LIMIT = 1_000


class Intake:
    """Any thread puts, the engine takes everything that waits at once."""

    def __init__(self, sample_limit: int = SAMPLE_LIMIT) -> None:
        self._limit = sample_limit
        self._ready = threading.Condition()
        self._items: list[Item] = []
        self._samples = 0
        self._commands = 0
        self._closed = False
        self.thinned = 0

    def put(self, item: Item) -> bool:
        """Queue an item; False when it is not taken (closed, or a command too many)."""
        with self._ready:
            if self._closed:
                return False
            if isinstance(item, Samples):
                self._samples += len(item.samples)
            elif isinstance(item, Ask):
                if self._commands >= COMMAND_LIMIT:
                    return False
                self._commands += 1
            self._items.append(item)
            if self._samples > self._limit or len(self._items) > ITEM_LIMIT:
                self._thin()
            self._ready.notify()
            return True

    def take(self, timeout: float) -> list[Item]:
        """Everything that waits, oldest first; waits up to `timeout` seconds for the first item."""
        with self._ready:
            if not self._items and not self._closed and timeout > 0:
                self._ready.wait(timeout)
            items, self._items = self._items, []
            self._samples = self._commands = 0
            return items

    def wake(self) -> None:
        """End a wait of `take`."""
        with self._ready:
            self._ready.notify()

    def close(self) -> None:
        """Take nothing more; what waits can still be taken."""
        with self._ready:
            self._closed = True
            self._ready.notify()

    @property
    def depth(self) -> int:
        """Samples and items that wait."""
        return self._samples + len(self._items)

    def _thin(self) -> None:
        seen: set[tuple[str, ...]] = set()
        kept: list[Item] = []
        self._samples = 0
        for item in reversed(self._items):
            if isinstance(item, Samples):
                rest = self._newest(item, seen)
                if rest is not None:
                    self._samples += len(rest.samples)
                    kept.append(rest)
            elif isinstance(item, Ask | Replan | LabsArrived | Moved) or _first(_key(item), seen):
                kept.append(item)
        kept.reverse()
        self._items = kept

    def _newest(self, item: Samples, seen: set[tuple[str, ...]]) -> Samples | None:
        fresh = []
        for sample in reversed(item.samples):
            observation = sample.observation
            if _first((sample.bed, observation.parameter, observation.source), seen):
                fresh.append(sample)
        # What is stored already loses nothing by not being shown in passing.
        self.thinned += len(item.samples) - len(fresh)
        return Samples(tuple(reversed(fresh)), item.stored, item.under) if fresh else None


def _first(key: tuple[str, ...], seen: set[tuple[str, ...]]) -> bool:
    if key in seen:
        return False
    seen.add(key)
    return True


def _key(item: DeviceReport | PatientSeen | SourceNote | TrendRead) -> tuple[str, ...]:
    if isinstance(item, DeviceReport):
        return "alert", item.bed, item.source, item.alert.code, item.alert.instance, item.alert.text
    if isinstance(item, PatientSeen):
        return "patient", item.bed, item.source
    if isinstance(item, TrendRead):
        return "trend", item.bed
    return "note", item.source, item.act, item.detail
