"""How a screen reaches an engine, wherever it runs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from console.alarms.alarm import Transition
from console.link.commands import Command, Reply
from console.link.snapshot import WardSnapshot
from console.store.records import AlarmRecord, HistoryFigures, HistoryFilter, HistoryPage, Trend
from console.store.timeline_records import Timeline
from drivers.observation import Parameter


class Link(Protocol):
    """A screen calls these from its own thread; none of them blocks on the engine or the store."""

    def snapshot(self) -> WardSnapshot:
        """The newest picture of the ward."""
        ...

    def drain(self) -> list[Transition]:
        """Every alarm transition since the last call, all of them, in order."""
        ...

    def submit(self, command: Command) -> Future[Reply]:
        """Ask the engine; the future ends when the act is done and journalled."""
        ...

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        """A page of the alarm history in the order of the filter; limit at most 500. count: tell the total, which takes
        longer than the page."""
        ...

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]:
        """Figures over all alarms that match. Cancel the future when they are wanted no more."""
        ...

    def answerers(self) -> Future[tuple[str, ...]]:
        """Everybody who has answered an alarm, by name."""
        ...

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        """One alarm with all its transitions."""
        ...

    def trend(self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Future[Trend]:
        """Stored values of a bed between two UTC times, at most 73 hours."""
        ...

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        """The alarms of the filter (its times aside) that were there between two UTC times, one by one or counted in at
        most so many buckets (1 to 1,000)."""
        ...

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]:
        """The alarm of the filter that was raised next after another one, or before it."""
        ...

    def now(self) -> float:
        """Engine time now, in seconds, to compute ages on screen."""
        ...
