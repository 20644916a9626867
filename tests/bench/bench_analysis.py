"""The analysis of a million alarms: how long a month takes, what it holds, and what the screen feels of it."""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import CancelledError
from datetime import timedelta
from pathlib import Path
from typing import Any

from console.analysis.desk import AnalysisDesk
from console.clock import VirtualClock
from console.config import Config
from console.link.analysis import Measure, Part, Question
from console.link.people import OpenGate
from console.store.sql_store import open_store
from tests.bench.figures import resident_mb, row
from tests.bench.history_seed import END, Past, seed

READY = "WARD_CONSOLE_MILLION"
"""Environment variable: a seeded database (tests.bench.history_seed), so that it is not made again."""

MONTH_S = 1.0
MEMORY_MB = 60.0
DROPPED_S = 0.5
TICK_MS = 5.0


def month() -> list[dict[str, Any]]:
    """Thirty days of a million alarms in 400, and the week before them, as the page asks for them."""
    with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
        ready = os.environ.get(READY, "")
        url = f"sqlite:///{ready or Path(folder) / 'ward.db'}"
        past = Past()
        if not ready:
            seed(url, past)
        clock = VirtualClock(END.timestamp())
        config = Config.model_validate({"ward": {"timezone": "Europe/London", "beds": list(past.bed_names)}})
        store = open_store(url, clock=clock)
        desk = AnalysisDesk(store, clock, lambda: config, Path(folder), OpenGate())
        try:
            return _measure(desk)
        finally:
            desk.close()
            store.close()


def _measure(desk: AnalysisDesk) -> list[dict[str, Any]]:
    question = Question(END - timedelta(days=30), END)
    desk.ask(Question(END - timedelta(days=1), END)).result(120)
    before = resident_mb()
    taken, late = zip(*(_timed(desk, question) for _ in range(5)), strict=True)
    told = desk.ask(question).result(120)
    memory = resident_mb() - before
    began = time.perf_counter()
    behind = desk.behind(told, Part(Measure.CHATTERING)).result(120)
    opened = time.perf_counter() - began
    dropped = _dropped(desk)
    load = f"load of the machine {os.getloadavg()[0]:.1f}"
    how = f"best of 5 after a first question; {told.now.alarms} alarms and {told.before.alarms} the week before; {load}"
    return [
        row("analysis.month", min(taken), "s", MONTH_S, min(taken) <= MONTH_S, how),
        row("analysis.month_worst", max(taken), "s", "", None, how),
        row("analysis.behind", opened, "s", MONTH_S, opened <= MONTH_S, f"{behind.total} chattering alarms; {load}"),
        row("analysis.memory", memory, "MB", MEMORY_MB, memory <= MEMORY_MB, "growth over 6 such questions"),
        row("analysis.gui_late", min(late), "ms", TICK_MS * 4, min(late) <= TICK_MS * 4,
            f"99th percentile by which a {TICK_MS:g} ms tick of another thread comes late meanwhile; {load}"),
        row("analysis.dropped", dropped, "s", DROPPED_S, dropped <= DROPPED_S,
            f"400 days asked about and dropped: until the next question is begun and answered (one hour); {load}"),
    ]  # fmt: skip


def _timed(desk: AnalysisDesk, question: Question) -> tuple[float, float]:
    """Seconds until the answer, and by how many milliseconds this thread's ticks came late meanwhile (p99)."""
    began = time.perf_counter()
    asked = desk.ask(question)
    late = []
    while not asked.done():
        due = time.perf_counter() + TICK_MS / 1000
        time.sleep(TICK_MS / 1000)
        late.append((time.perf_counter() - due) * 1000)
    asked.result()
    return time.perf_counter() - began, sorted(late)[int(len(late) * 0.99)] if late else 0.0


def _dropped(desk: AnalysisDesk) -> float:
    """Seconds until a short question is answered behind a long one that nobody wants any more."""
    long = desk.ask(Question(END - timedelta(days=399), END))
    time.sleep(0.3)
    began = time.perf_counter()
    long.cancel()
    desk.ask(Question(END - timedelta(hours=1), END)).result(120)
    taken = time.perf_counter() - began
    try:
        long.result(0)
    except CancelledError:
        return taken
    raise RuntimeError("the long question was answered although it was dropped")


BENCHES = [month]
