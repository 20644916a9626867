"""An evaluation of stored days beside the running console: how fast it is, and what it costs the 64 monitors."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from console.config import Config
from console.evaluation.child import request
from console.evaluation.process import ProcessRun
from console.link.evaluation import Question
from console.store.sql_store import open_store
from tests.bench import bench_latency
from tests.bench.figures import row
from tests.console.evaluation.past_ward import END, Course, admit, patient, record

BEDS, HOURS = 8, 4


def _stored(folder: Path) -> str:
    """A ward of some beds, three values a second at each, four hours long."""
    url = f"sqlite:///{folder / 'ward.db'}"
    store = open_store(url, compact_s=1.0)
    for number in range(BEDS):
        admit(store, patient(f"B{number}", HOURS))
        record(store, Course(f"B{number}", HOURS, every_s=1.0))
        # What cannot be written in time would be let go.
        time.sleep(0.5)
    store.close()
    return url


def _run(url: str) -> ProcessRun:
    question = Question({}, END - timedelta(days=1), END)
    return ProcessRun(request(url, Config(), {}, {"withdrawal.hr.one": 112}, question))


def rate() -> list[dict[str, Any]]:
    """Values judged a second, each with both sets of thresholds, in the process at the lowest priority."""
    with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
        url = _stored(Path(folder))
        began, memory = time.monotonic(), 0.0
        run = _run(url)
        while not run.view().done:
            memory = max(memory, _resident_mb(run._process.pid))
            time.sleep(0.1)
        taken = time.monotonic() - began
        run.join()
    result = run.view().result
    if result is None:
        raise RuntimeError(run.view().error)
    how = (
        f"{result.values} stored values of {BEDS} patients in {taken:.1f} s with the start of the process, SQLite, "
        f"both sets of thresholds; load of the machine {os.getloadavg()[0]:.1f}"
    )
    return [
        row("evaluation.values", result.values / taken, "values/s", "", None, how),
        row("evaluation.memory", memory, "MB", "300", memory <= 300, how),
    ]


def beside() -> list[dict[str, Any]]:
    """From the last byte to the painted value at 64 beds, without an evaluation and with one under way throughout."""
    quiet = bench_latency.wall()
    with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
        url = _stored(Path(folder))
        stop = threading.Event()

        def again() -> None:
            while not stop.is_set():
                run = _run(url)
                while not run.view().done and not stop.wait(0.1):
                    pass
                run.cancel()
                run.join()

        thread = threading.Thread(target=again)
        thread.start()
        try:
            busy = bench_latency.wall()
        finally:
            stop.set()
            thread.join()
    return [
        {**figure, "name": figure["name"].replace("latency.", f"evaluation.{word}_")}
        for word, figures in (("without", quiet), ("beside", busy))
        for figure in figures
        if figure["name"].endswith(("p50", "p99", "cpu"))
    ]


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


BENCHES = [rate, beside]
