"""A link whose history is that of a real store, and whose ward is made up."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from console.link.snapshot import WardSnapshot
from console.store.records import AlarmRecord, HistoryFigures, HistoryFilter, HistoryPage, Trend
from console.store.sql_store import SqlStore, open_store
from console.store.timeline_records import Timeline
from drivers.observation import Parameter
from tests.bench.history_seed import Past, seed
from tests.console.ui.fakes import FakeLink, bed, ward


class StoreLink(FakeLink):
    """Everything that is read comes from the store."""

    def __init__(self, store: SqlStore, snapshot: WardSnapshot) -> None:
        super().__init__(snapshot)
        self.store = store

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        return self.store.history(filter, offset, limit, count)

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]:
        return self.store.history_figures(filter)

    def answerers(self) -> Future[tuple[str, ...]]:
        return self.store.answerers()

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        return self.store.alarm_story(alarm_id)

    def trend(self, bed: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Future[Trend]:
        return self.store.trend(bed, parameters, start, end)

    def timeline(self, filter: HistoryFilter, start: datetime, end: datetime, columns: int) -> Future[Timeline]:
        return self.store.timeline(filter, start, end, columns)

    def alarm_beside(self, filter: HistoryFilter, alarm_id: str, later: bool) -> Future[AlarmRecord | None]:
        return self.store.alarm_beside(filter, alarm_id, later)


def seeded_link(file: Path, past: Past) -> StoreLink:
    """A ward at the end of a made-up past; close its `store`."""
    if not file.exists():
        seed(f"sqlite:///{file}", past)
    store = open_store(f"sqlite:///{file}")
    beds = [bed(name) for name in past.bed_names]
    return StoreLink(store, ward(beds, utc=past.end))
