"""The store: size of a stored sample, time to read a day, and rate of durable acknowledgements."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections import deque
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from console.store.records import Receipt, ReceiptOutcome, Sample
from console.store.sql_store import SqlStore, open_store
from drivers.observation import Observation, Parameter, Status

DAY = 86_400
SIX = (Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.ETCO2, Parameter.ART_SYS, Parameter.TEMP)
_LEVELS = (72.0, 14.0, 97.0, 38.0, 122.0, 36.8)
START = datetime(2026, 11, 21, tzinfo=UTC)


def _result(name: str, measured: float, unit: str, budget: float, good: bool, how: str) -> dict[str, Any]:
    return {
        "name": name, "measured": round(measured, 3), "unit": unit, "budget": budget, "peer": None, "ratio": None,
        "pass": good, "how": how,
    }  # fmt: skip


def _fill_a_day(store: SqlStore) -> int:
    """A day of one bed: noise in half units (temperature in tenths), frames up to 4 ms late as from a serial line."""
    rng = random.Random(1)
    levels = list(_LEVELS)
    for second in range(DAY):
        at = START + timedelta(seconds=second, microseconds=rng.randrange(4000))
        frame = []
        for i, parameter in enumerate(SIX):
            tenth = parameter is Parameter.TEMP
            levels[i] += rng.gauss(0, 0.05 if tenth else 0.5) + (_LEVELS[i] - levels[i]) * 0.01
            value = round(levels[i], 1) if tenth else round(levels[i] * 2) / 2
            frame.append(Sample("7B-01", Observation(parameter, value, Status.VALID, "monitor", at, at, 0.0)))
        store.put_samples(frame)
        if second % 600 == 599:
            # Keep within the buffer: a day arrives here in seconds.
            time.sleep(0.05)
    return DAY * len(SIX)


def _used(file: Path) -> int:
    """Bytes of the pages in use; a page that the hot tier has freed takes the next samples."""
    with closing(sqlite3.connect(file)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def bench_archive() -> list[dict[str, Any]]:
    """Bytes a sample, and the time to read 24 hours of six parameters at 1 Hz."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ward.db"
        open_store(f"sqlite:///{file}").close()
        empty = _used(file)
        store = open_store(f"sqlite:///{file}", flush_s=0.02, compact_s=0.2)
        count = _fill_a_day(store)
        store.close()
        store = open_store(f"sqlite:///{file}", compact_s=0.2)
        span = START, START + timedelta(days=1)
        got, spent = 0, []
        try:
            time.sleep(2.0)  # compacts what was left
            for _ in range(20):
                begin = time.perf_counter()
                trend = store.trend("7B-01", SIX, *span).result(60)
                spent.append((time.perf_counter() - begin) * 1e3)
            got = sum(len(series.values) for series in trend.series.values())
        finally:
            store.close()
        size = (_used(file) - empty) / count
        whole = got == count and store.samples_dropped == 0
    middle = sorted(spent)[len(spent) // 2]
    noise = "24 h x 6 at 1 Hz, one bed, half-unit noise, frame times jittered by up to 4 ms"
    return [
        _result("stored sample", size, "bytes", 3.0, size < 3.0 and whole, f"{noise}; growth of the pages in use"),
        _result("read 24 h x 6", middle, "ms", 15.0, middle < 15.0 and whole, f"{noise}; median of 20 trends, warm"),
    ]


def _message(number: int) -> tuple[Receipt, list[Sample]]:
    at = START + timedelta(milliseconds=number)
    obx = b"OBX|%d|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.150456|%d|262688^MDC_DIM_PERCENT^MDC|||||F\r"
    raw = b"MSH|^~\\&|MON||WARD||20261121||ORU^R01|%d|P|2.6\r" % number
    raw += b"".join(obx % (i, 60 + (number + i) % 40) for i in range(30))
    samples = [
        Sample(f"B{number % 64}", Observation(p, 60.0 + (number + i) % 40, Status.VALID, "feed", at, at, 0.0, f"{i}"))
        for i, p in enumerate((*Parameter, *Parameter, *Parameter)[:30])
    ]
    control = str(number)
    return Receipt(control, "feed", "peer", control, "ORU^R01", at, ReceiptOutcome.ACCEPTED, "", raw), samples


def bench_acknowledge() -> list[dict[str, Any]]:
    """Messages of 30 samples made durable a second, 512 on their way at a time (64 beds, 8 each)."""
    total = 9_000
    messages = [_message(n) for n in range(total)]
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'ward.db'}")
        try:
            waiting: deque[Future[bool]] = deque()
            stored = 0
            begin = time.perf_counter()
            for receipt, samples in messages:
                if len(waiting) >= 512:
                    stored += waiting.popleft().result(60)
                waiting.append(store.put_message(receipt, samples))
            while waiting:
                stored += waiting.popleft().result(60)
            rate = total / (time.perf_counter() - begin)
        finally:
            store.close()
    how = "put_message of 30 samples and 2.5 kB to its durable future, SQLite FULL, 512 under way"
    return [_result("durable HL7 messages", rate, "messages/s", 3000, rate > 3000 and stored == total, how)]


BENCHES = [bench_archive, bench_acknowledge]
