"""HL7 ingest end to end: a gateway in another process, the whole station in this one, SQLite on the disk."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from console.config import parse_config
from console.station import Station
from tests.bench.figures import row
from tests.bench.hl7_load import BEDS, ROWS, WINDOW, location

SECONDS = 6.0
SIZES = (8, ROWS, 100)
LINES = (1, 16)
BUDGET = 3000
WARD_RATE = 64.0
TICK_S = 0.010


def _configuration() -> str:
    beds = [f"7B-{bed + 1:02d}" for bed in range(BEDS)]
    mapped = ", ".join(f'"{location(number)}" = "{bed}"' for number, bed in enumerate(beds))
    return (
        f"[ward]\nbeds = {json.dumps(beds)}\n"
        f'[[hl7_listener]]\nname = "gateway"\nport = 0\nplain = true\ntimezone = "UTC"\nbeds = {{ {mapped} }}\n'
    )


@contextmanager
def _station() -> Iterator[tuple[Station, int]]:
    """A running station and the port it listens on."""
    thresholds = gc.get_threshold()
    with tempfile.TemporaryDirectory() as folder:
        station = Station(parse_config(_configuration()), Path(folder), f"sqlite:///{folder}/ward.db")
        try:
            station.start()
            address = station.acquisition.listening("gateway")
            assert address is not None
            yield station, address[1]
        finally:
            station.stop()
            gc.unfreeze()
            gc.set_threshold(*thresholds)


def _send(port: int, seconds: float, *options: str) -> dict[str, float]:
    """Let the other process send; its figures."""
    command = [sys.executable, "-m", "tests.bench.hl7_load", str(port), str(seconds), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _stored(station: Station) -> float:
    view = station.acquisition.views()[0]
    return view.good if not view.bad and not view.quarantined else 0


class Ticker:
    """A thread that means to wake every 10 ms, as a screen's timer does: how late it was each time, in ms."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker")

    def __enter__(self) -> Ticker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.perf_counter() + TICK_S
        while not self._end.is_set():
            time.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            self.late.append((now - due) * 1e3)
            due = max(due + TICK_S, now)

    def percentile(self, share: float) -> float:
        """Lateness not exceeded by this share of the ticks, ms."""
        return sorted(self.late)[int(len(self.late) * share)]


def bench_rates() -> list[dict[str, Any]]:
    """Messages acknowledged a second while as many are sent as are taken: by rows of a message and connections."""
    return [_rate(rows, connections) for rows in SIZES for connections in LINES]


def _rate(rows: int, connections: int) -> dict[str, Any]:
    with _station() as (station, port):
        spent = time.process_time()
        figures = _send(port, SECONDS, "--rows", str(rows), "--connections", str(connections))
        spent = time.process_time() - spent
        whole = not figures["refused"] and _stored(station) == figures["accepted"]
        thinned = station.engine.snapshot().system.samples_thinned
    rate = figures["per_second"]
    how = (
        f"{figures['accepted']:.0f} messages of charted OBX acknowledged AA after their commit, {BEDS} beds, "
        f"{WINDOW} unanswered on each loopback connection, sender in another process, whole station on SQLite; "
        "answered after "
        f"{figures['wait_p50_ms']:.0f} ms (median), {figures['wait_p99_ms']:.0f} ms (p99); "
        f"{spent / figures['accepted'] * 1e6:.0f} us of processor a message; "
        f"{thinned} values stored but passed over by the alarms for newer ones"
    )
    name = f"HL7 to durable acknowledgement, {rows} OBX, {connections} connection{'s' * (connections > 1)}"
    budget, good = (BUDGET, rate > BUDGET and whole) if rows == ROWS else ("all stored", whole)
    return row(name, round(rate, 1), "messages/s", budget, good, how)


def bench_tick() -> list[dict[str, Any]]:
    """How late a 10 ms tick of another thread is at ten times the rate of a ward."""
    with _station() as (station, port):
        spent = time.process_time()
        with Ticker() as ticker:
            figures = _send(port, SECONDS, "--rate", str(10 * WARD_RATE))
        spent = time.process_time() - spent
        kept_up = figures["per_second"] > 9.5 * WARD_RATE and _stored(station) == figures["accepted"]
    late = ticker.percentile(0.99)
    how = (
        f"{figures['per_second']:.0f} messages/s of {ROWS} charted OBX into the whole station; "
        f"{len(ticker.late)} ticks, median {ticker.percentile(0.5):.1f} ms, worst {max(ticker.late):.0f} ms late; "
        "messages answered after "
        f"{figures['wait_p99_ms']:.0f} ms (p99); {spent / SECONDS:.0%} of a core"
    )
    return [row("tick of 10 ms late during ingest, p99", round(late, 2), "ms", 20, late < 20 and kept_up, how)]


BENCHES = [bench_rates, bench_tick]
