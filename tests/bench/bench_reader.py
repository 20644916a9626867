"""The HL7 reader against hl7apy on the same message, and a feed from the socket to its durable acknowledgement."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.config import Config
from console.station import Station
from hl7.observations import ObservationReader
from hl7.reader import read_message
from tests.bench.feed_messages import LOCATION, ROWS, message

SECONDS = 8.0


def reading() -> list[dict[str, Any]]:
    """Both take the message apart and pull code, value, unit, status and time of every OBX; medians, taken in turn."""
    raw = message("B1", datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    text = raw.decode()
    assert text.count("\rOBX|") == ROWS
    reader = ObservationReader(UTC)
    received = datetime(2026, 11, 22, 9, 30, 1, tzinfo=UTC)

    def ours() -> int:
        read = reader.read(read_message(raw), received)
        return len(read.observations)

    assert ours() == 13
    assert _peer(text) == ROWS
    own, other = [], []
    for _ in range(12):
        other.append(_seconds(lambda: _peer(text), 1))
        own.append(_seconds(ours, 200))
    mine, peer = statistics.median(own) * 1e6, statistics.median(other) * 1e6
    ratio = peer / mine
    how = "30 OBX, read and fields pulled, median of 12 turns, one process, peer hl7apy parse_message"
    return [_row("reader.oru_30_obx", mine, "us/message", "peer/ours >= 200", peer, ratio, ratio >= 200, how)]


def _peer(text: str) -> int:
    from hl7apy.parser import parse_message

    parsed = parse_message(text)
    pulled = 0
    for result in parsed.oru_r01_patient_result:
        for order in result.oru_r01_order_observation:
            for observation in order.oru_r01_observation:
                obx = observation.obx
                fields = (obx.obx_3, obx.obx_5, obx.obx_6, obx.obx_11, obx.obx_14)
                pulled += bool([field.to_er7() for field in fields])
    return pulled


def _seconds(act: Any, times: int) -> float:
    before = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - before) / times


def ingest() -> list[dict[str, Any]]:
    """Messages a second from a sender in another process to acknowledgements of a real station on SQLite."""
    with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
        station = Station(_config(), Path(folder))
        try:
            station.start()
            port = _port(station)
            cpu = time.process_time()
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.feed_messages", str(port), str(SECONDS)],
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            cpu = time.process_time() - cpu
        finally:
            station.stop()
        report = json.loads(done.stdout)
        stored = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 1e6
    rate = report["good"] / report["seconds"]
    good = rate >= 3000 and not report["bad"]
    how = (
        f"{report['good']:.0f} messages of 30 OBX acknowledged AA and {report['bad']:.0f} not in "
        f"{report['seconds']:.1f} s, one connection, 256 unanswered, SQLite with synchronous FULL, "
        f"{cpu / report['seconds'] * 100:.0f} % of a core here, {os.cpu_count()} cores, {stored:.0f} MB written"
    )
    return [_row("reader.ingest_acknowledged", rate, "messages/s", ">= 3000", None, None, good, how)]


def _config() -> Config:
    listener = {
        "name": "gateway", "port": 0, "plain": True, "timezone": "UTC", "beds": {LOCATION: "01"}, "interval_s": 1.0,
    }  # fmt: skip
    return Config.model_validate({"ward": {"beds": ["01"]}, "hl7_listener": [listener]})


def _port(station: Station) -> int:
    """Where the listener has bound itself."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for view in station.acquisition.views():
            port = view.address.rpartition(":")[2]
            if port.isdigit() and int(port):
                return int(port)
        time.sleep(0.02)
    raise TimeoutError("the listener did not open")


def _row(
    name: str, measured: float, unit: str, budget: str, peer: float | None, ratio: float | None, passed: bool, how: str
) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured,
        "unit": unit,
        "budget": budget,
        "peer": peer,
        "ratio": ratio,
        "pass": passed,
        "how": how,
    }


BENCHES = [reading, ingest]
