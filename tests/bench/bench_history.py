"""The alarm history over a seeded million: how long a person waits for each thing he may ask of it.

The seeding itself takes minutes and some 5 GB: HISTORY_ALARMS makes it smaller, HISTORY_FILE keeps the database and
takes it again (SQLite). HISTORY_URL names an empty PostgreSQL database to be seeded instead.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from console.clock import VirtualClock
from console.store.records import HistoryFilter, HistoryState, Sort
from console.store.sql_store import SqlStore, open_store
from console.ui.history_page import HistoryPage as Page
from console.ui.history_page.model import PAGE
from console.ui.history_page.strip_data import HALF_WIDTH, PARAMETERS
from console.ui.theme import Theme
from tests.bench.figures import resident_mb, row
from tests.bench.history_seed import Past, seed
from tests.console.ui.fakes import bed, ward
from tests.console.ui.store_link import StoreLink

PAST = Past(alarms=int(os.environ.get("HISTORY_ALARMS", "1000000")))
TURNS = 2_000
EVER = HistoryFilter(end=PAST.end)
FIRST_MS, FILTER_MS, STRIP_MS = 200, 500, 200

FILTERS: dict[str, HistoryFilter] = {
    "last 24 h": replace(EVER, start=PAST.end - timedelta(days=1)),
    "one month": replace(EVER, start=PAST.end - timedelta(days=120), end=PAST.end - timedelta(days=90)),
    "bed": replace(EVER, beds=("7B-05",)),
    "patient": replace(EVER, patient="H100900"),
    "kind": replace(EVER, kinds=("limit",)),
    "pattern": replace(EVER, kinds=("overdose",)),
    "stage": replace(EVER, stages=("emergency",)),
    "priority": replace(EVER, priorities=("high",)),
    "state": replace(EVER, states=(HistoryState.UNSEEN.value,)),
    "person": replace(EVER, answered_by="C. Lead"),
    "unanswered": replace(EVER, unanswered=True),
    "all at once": replace(EVER, beds=("7B-05",), kinds=("limit",), priorities=("medium",), answered_by="C. Lead"),
    "search word": replace(EVER, search="spo2"),
    "search rare": replace(EVER, search="hr 149"),
    "search name": replace(EVER, search="ångström"),
    "search note": replace(EVER, search="pump clinic"),
    "search nothing": replace(EVER, search="no such thing"),
}


@contextmanager
def _store() -> Iterator[SqlStore]:
    with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
        kept = os.environ.get("HISTORY_FILE")
        file = Path(kept) if kept else Path(folder) / "ward.db"
        url = os.environ.get("HISTORY_URL") or f"sqlite:///{file.absolute()}"
        if "HISTORY_URL" in os.environ or not file.exists():
            seed(url, PAST)
        store = open_store(url, clock=VirtualClock(PAST.end.timestamp()))
        try:
            yield store
        finally:
            store.close()


@dataclass(frozen=True)
class _Took:
    """Milliseconds of some askings: the middle one, the slowest, and what the processor worked for the middle one."""

    middle: float
    slowest: float
    work: float
    found: Any


def _took(ask: Callable[[], Future[Any]], times: int = 3) -> _Took:
    walls, works, found = [], [], None
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        found = ask().result(120)
        walls.append((time.perf_counter() - began) * 1000)
        works.append((time.process_time() - worked) * 1000)
    return _Took(statistics.median(walls), max(walls), statistics.median(works), found)


def _row(name: str, took: _Took, budget: int | None, how: str) -> dict[str, Any]:
    told = (
        f"{how}; {PAST.alarms:,} alarms, slowest {took.slowest:.0f} ms, processor {took.work:.0f} ms, "
        f"load of the machine {os.getloadavg()[0]:.1f}"
    )
    good = None if budget is None else took.middle <= budget
    return row(f"history.{name}", took.middle, "ms", "" if budget is None else str(budget), good, told)


def pages() -> list[dict[str, Any]]:
    """First page, every filter, every order, jumps, figures, a strip: as the screen asks for them."""
    rows: list[dict[str, Any]] = []
    with _store() as store:

        def ask(wanted: HistoryFilter, offset: int = 0, count: bool = True) -> _Took:
            return _took(lambda: store.history(wanted, offset, PAGE, count))

        rows.append(_row("first page", ask(EVER), FIRST_MS, "the newest 60, with the total"))
        for name, wanted in FILTERS.items():
            took = ask(wanted)
            rows.append(_row(f"filter {name}", took, FILTER_MS, f"first page and total: {took.found.total:,}"))
        for sort in Sort:
            for descending in (True, False):
                ordered = replace(EVER, sort=sort, descending=descending)
                name = f"{sort} {'descending' if descending else 'ascending'}"
                rows.append(_row(f"sort {name}", ask(ordered), FILTER_MS, "first page and total"))
            middle = ask(replace(EVER, sort=sort), PAST.alarms // 2, count=False)
            rows.append(_row(f"middle by {sort}", middle, FILTER_MS, "the page in the middle"))
            last = ask(replace(EVER, sort=sort), PAST.alarms - PAGE, count=False)
            rows.append(_row(f"end by {sort}", last, FILTER_MS, "the last page"))
        took = ask(replace(EVER, search="spo2", sort=Sort.BED, descending=False))
        rows.append(_row("search sorted by bed", took, FILTER_MS, f"first page and total: {took.found.total:,}"))
        for name, wanted in (("all", EVER), ("24 h", FILTERS["last 24 h"])):
            took = _took(lambda w=wanted: store.history_figures(w), times=1)
            rows.append(_row(f"figures {name}", took, None, "on a thread of their own, beside the pages"))
        rows += _strip(store)
    return rows


def _strip(store: SqlStore) -> list[dict[str, Any]]:
    """Story and vital signs of alarms of every week of the samples, one after the other."""
    took: list[float] = []
    for days in range(1, PAST.sample_days, 3):
        wanted = replace(EVER, end=PAST.end - timedelta(days=days), kinds=("limit",))
        alarm = store.history(wanted, 0, 1, count=False).result(60).rows[0].alarm
        began = time.perf_counter()
        story = store.alarm_story(alarm.id)
        trend = store.trend(alarm.bed, PARAMETERS, alarm.raised_at - HALF_WIDTH, alarm.raised_at + HALF_WIDTH)
        story.result(60)
        if not trend.result(60).series:
            raise ValueError("no values about an alarm")
        took.append((time.perf_counter() - began) * 1000)
    middle, load = statistics.median(took), os.getloadavg()[0]
    how = f"steps, notes and an hour of values of {len(took)} alarms; slowest {max(took):.0f} ms, load {load:.1f}"
    return [row("history.strip", middle, "ms", str(STRIP_MS), middle <= STRIP_MS, how)]


def turning() -> list[dict[str, Any]]:
    """Page turns all over the table on the real page, and what that does to the memory."""
    application = QApplication.instance() or QApplication([])
    with _store() as store:
        page = Page(StoreLink(store, ward([bed(name) for name in PAST.bed_names], utc=PAST.end)), "bench", Theme())
        page.resize(1920, 942)
        page.show()
        page.activated()
        began = time.perf_counter()
        page.filters.show_choice(replace(page.filters.choice(), span="All"))
        page.ask()
        _until(application, lambda: page.model.record(0) is not None)
        opened = (time.perf_counter() - began) * 1000
        took, memory = [], []
        bar = page.table.verticalScrollBar()
        # The view lays its rows out when it gets round to it.
        _until(application, lambda: bar.maximum() > (page.model.total - PAGE) * 30)
        for turn in range(TURNS):
            # A golden step: every turn is far from the one before, and no place comes twice.
            bar.setValue(int(bar.maximum() * ((turn * 0.618) % 1.0)))
            began = time.perf_counter()
            _until(application, lambda: all(page.model.record(r) is not None for r in page.table.rows_in_view()))
            took.append((time.perf_counter() - began) * 1000)
            if turn % 100 == 99:
                memory.append(resident_mb())
        held = page.model.held
        page.close()
        page.deleteLater()
        application.processEvents()
    growth = memory[-1] - memory[len(memory) // 4]
    p99 = statistics.quantiles(took, n=100)[98]
    how = f"{TURNS} jumps over {PAST.alarms:,} rows, offscreen; median {statistics.median(took):.0f} ms"
    return [
        row(
            "history.open on screen", opened, "ms", str(FIRST_MS), opened <= FIRST_MS, "All chosen until rows are drawn"
        ),
        row("history.page turn p99", p99, "ms", str(FILTER_MS), p99 <= FILTER_MS, how),
        row("history.memory growth", growth, "MB", "20", growth <= 20, f"from turn 500 to {TURNS}; {held} rows held"),
    ]


def _until(application: Any, done: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not done():
        application.processEvents()
        if time.monotonic() > ends:
            raise TimeoutError("the rows did not come")
        time.sleep(0.001)


BENCHES = [pages, turning]
