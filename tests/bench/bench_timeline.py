"""The timeline and the strip over a seeded million: a look at a month, a frame of panning, an opened alarm.

The seeding takes minutes and some 5 GB: HISTORY_ALARMS makes it smaller, HISTORY_FILE keeps the database and takes it
again, as `bench_history` does.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from console.clock import VirtualClock
from console.store.records import HistoryFilter
from console.store.sql_store import open_store
from console.ui.history_page import HistoryPage as Page
from console.ui.theme import Theme, apply
from tests.bench.figures import row
from tests.bench.history_seed import Past, seed
from tests.console.ui.fakes import NOW, bed, ward
from tests.console.ui.store_link import StoreLink

PAST = Past(alarms=int(os.environ.get("HISTORY_ALARMS", "1000000")))
MONTH_MS, FRAME_MS, STRIP_MS = 200, 16, 200
COLUMNS, FRAMES, TURNS, ASKED = 300, 60, 12, 4
SPANS = {"month": 31.0, "week": 7.0, "day": 1.0, "hour": 1 / 24, "minute": 1 / 1440}


@contextmanager
def _link() -> Iterator[StoreLink]:
    with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
        kept = os.environ.get("HISTORY_FILE")
        file = Path(kept) if kept else Path(folder) / "ward.db"
        url = f"sqlite:///{file.absolute()}"
        if not file.exists():
            seed(url, PAST)
        store = open_store(url, clock=VirtualClock(PAST.end.timestamp()))
        try:
            yield StoreLink(store, ward([bed(name) for name in PAST.bed_names], utc=PAST.end))
        finally:
            store.close()


def reading() -> list[dict[str, Any]]:
    """One window of the timeline, asked of the store at several places of the 400 days."""
    rows = []
    with _link() as link:
        for name, days in SPANS.items():
            took, most, first = [], 0, 0.0
            for back in (31, 100, 230):
                start = PAST.end - timedelta(days=back)
                each = []
                for _ in range(ASKED):
                    began = time.perf_counter()
                    found = link.timeline(HistoryFilter(), start, start + timedelta(days=days), COLUMNS).result(60)
                    each.append((time.perf_counter() - began) * 1000)
                took.append(min(each))
                first, most = max(first, each[0]), max(most, found.total)
            how = (
                f"up to {most:,} of {PAST.alarms:,} alarms; slowest of three places, the quietest of {ASKED} askings "
                f"each; the first asking took up to {first:.0f} ms"
            )
            good = max(took) <= MONTH_MS
            rows.append(row(f"timeline.{name}", max(took), "ms", str(MONTH_MS), good, how))
    return rows


def panning() -> list[dict[str, Any]]:
    """Frames of the real page while the timeline is moved: the change and all painting it brings."""
    rows = []
    with _shown() as (application, page):
        page.views[1].click()
        for name, index in (("month", 0), ("day", 2)):
            page.timeline.spans[index].click()
            _until(application, lambda: page.timeline.view.timeline is not None and not page.timeline.reading)
            frames = _frames(application, lambda: page.timeline.view.pan(-0.002))
            frames.sort()
            p95 = frames[int(len(frames) * 0.95)]
            how = f"processor time, page 1920x942 offscreen; median {statistics.median(frames):.1f} ms of {FRAMES}"
            rows.append(row(f"timeline.pan {name} p95", p95, "ms", str(FRAME_MS), p95 <= FRAME_MS, how))
    return rows


def opening() -> list[dict[str, Any]]:
    """From the key to the painted strip, with its story: next alarm after next alarm on the real page."""
    with _shown() as (application, page):
        took = []
        for _ in range(TURNS):
            began = time.perf_counter()
            page.choosing.step(1)
            _until(application, lambda: not page.course.waiting and page.course.strip.data is not None)
            application.processEvents()
            took.append((time.perf_counter() - began) * 1000)
    how = f"key to painted strip on the real page, link and store; median {statistics.median(took):.0f} ms of {TURNS}"
    return [row("timeline.strip opened", max(took), "ms", str(STRIP_MS), max(took) <= STRIP_MS, how)]


@contextmanager
def _shown() -> Iterator[tuple[QApplication, Page]]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply(application, Theme())
    with _link() as link:
        page = Page(link, "bench", Theme())
        page.resize(1920, 942)
        page.show()
        page.activated()
        page.show_ward(link.snapshot(), NOW)
        _until(application, lambda: page.model.total is not None and page.model.record(0) is not None)
        try:
            yield application, page
        finally:
            page.close()
            page.deleteLater()
            application.processEvents()


def _frames(application: QApplication, step: Callable[[], None]) -> list[float]:
    taken = []
    for index in range(-5, FRAMES):
        began = time.process_time()
        step()
        application.processEvents()
        if index >= 0:
            taken.append((time.process_time() - began) * 1000)
    return taken


def _until(application: QApplication, true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        application.processEvents()
        if time.monotonic() > ends:
            raise TimeoutError("the page did not come")
        time.sleep(0.001)


BENCHES = (reading, panning, opening)
