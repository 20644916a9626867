"""A screen and its engine in one process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime

from console.alarms.alarm import Transition
from console.link.commands import Ask, Command, Reply
from console.link.snapshot import WardSnapshot
from console.store.records import AlarmRecord, HistoryFigures, HistoryFilter, HistoryPage, Trend
from console.store.store import Store
from console.store.timeline_records import Timeline
from drivers.observation import Parameter

BACKLOG = 100_000
"""Transitions kept for a screen that does not drain; older ones are counted in `missed` and stay in the journal."""

NO_ENGINE = "The alarm engine is not running or overloaded; nothing was done. Try again."


class InProcessLink:
    """Implements console.link.link.Link. Made by Engine.link, one for each screen."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        snapshot: Callable[[], WardSnapshot],
        put: Callable[[Ask], bool],
    ) -> None:
        self._store = store
        self._now = now
        self._snapshot = snapshot
        self._put = put
        self._lock = threading.Lock()
        self._transitions: deque[Transition] = deque()
        self.missed = 0

    def deliver(self, transitions: Sequence[Transition]) -> None:
        """Called by the engine, in order."""
        with self._lock:
            self._transitions.extend(transitions)
            while len(self._transitions) > BACKLOG:
                self._transitions.popleft()
                self.missed += 1

    def snapshot(self) -> WardSnapshot:
        """The newest picture of the ward."""
        return self._snapshot()

    def drain(self) -> list[Transition]:
        """Every transition since the last call, in order."""
        with self._lock:
            taken, self._transitions = self._transitions, deque()
        return list(taken)

    def submit(self, command: Command) -> Future[Reply]:
        """Ask the engine; refused at once when it does not take anything."""
        future: Future[Reply] = Future()
        if not self._put(Ask(command, future)):
            future.set_result(Reply(NO_ENGINE))
        return future

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        """A page of the alarm history."""
        return self._store.history(filter, offset, limit, count)

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]:
        """Figures over all alarms that match."""
        return self._store.history_figures(filter)

    def answerers(self) -> Future[tuple[str, ...]]:
        """Everybody who has answered an alarm."""
        return self._store.answerers()

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        """One alarm with all its transitions."""
        return self._store.alarm_story(alarm_id)

    def trend(self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Future[Trend]:
        """Stored values of a bed."""
        return self._store.trend(bed, parameters, start, end)

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        """The alarms between two times, one by one or counted."""
        return self._store.timeline(filter, start, end, columns)

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]:
        """The alarm of the filter raised next after another one, or before it."""
        return self._store.alarm_beside(filter, alarm_id, later)

    def now(self) -> float:
        """Engine time in seconds."""
        return self._now()
