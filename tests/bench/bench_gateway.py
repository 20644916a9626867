"""Sixteen bedside devices at once in one gateway, each driver there is at least once, on real ptys.

Two processes: this module as `gateway` is a whole station without a screen, so that processor time and memory are its
own, and as `devices` it is the bedside. Heart and pulse rate change every second, so that a value tells when it was
sent; both processes read the same monotonic clock. Delay is told of the devices that send one frame a second without
being asked: of a conversation nobody can say from outside which write completed a value.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
import tty
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from drivers import registry
from drivers.driver import DeviceState
from drivers.observation import Parameter
from tests.bench.figures import resident_mb, row
from tests.drivers.damage import steady_state

SOURCES = 16
SETTLE_S = 8.0
SECONDS = 30.0
LOWEST_RATE, RATES = 62, 40
STEP_S = 0.02
"""How often the bedside serves its devices: a frame of the fastest takes 13 ms."""


def chosen() -> list[str]:
    """The drivers of the bench, one a source."""
    told = [name for name in sorted(registry.DRIVERS) if name != "sdc"]
    return list(islice(cycle(told), SOURCES))


def exact(name: str) -> bool:
    """True when a value can be traced to the write that completed it."""
    info = registry.info(name)
    return not info.dialogue and info.interval_s >= 1.0 and name not in ("nonin_df2", "nonin_df7")


AWAITED = "nonin_df8"
"""Its frames have no end but the pause behind them, which is waited for: told apart."""


# --- the bedside -------------------------------------------------------------------------------------------------


def devices() -> None:
    """Print the ports, serve until standard input ends, print (source, rate, moment of the first write with it)."""
    ends = [pty.openpty() for _ in range(SOURCES)]
    for near, far in ends:
        tty.setraw(far)
        os.set_blocking(near, False)
    print(json.dumps([os.ttyname(far) for _, far in ends]), flush=True)
    simulators = [registry.simulator(name, datetime.now(UTC).replace(tzinfo=None)) for name in chosen()]
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    first: dict[tuple[int, int, int], float] = {}
    started = time.monotonic()
    while not over.wait(STEP_S):
        for source, (near, _) in enumerate(ends):
            elapsed = time.monotonic() - started
            rate = LOWEST_RATE + int(elapsed) % RATES
            said = simulators[source].step(_read(near), elapsed, _state(rate))
            if said:
                # Taken before the write: the gateway may have read it before this process runs again.
                first.setdefault((source, rate, int(elapsed) // RATES), time.monotonic())
                os.write(near, said)
    print(json.dumps([[source, rate, at] for (source, rate, _), at in first.items()]), flush=True)


def _read(near: int) -> bytes:
    try:
        return os.read(near, 4096)
    except BlockingIOError:
        return b""


def _state(rate: int) -> DeviceState:
    state = steady_state()
    return DeviceState({**state.vitals, Parameter.HR: float(rate), Parameter.PR: float(rate)})


# --- the gateway -------------------------------------------------------------------------------------------------


def gateway() -> None:
    """A station on the ports of `devices`; prints what it measured."""
    bedside = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bench_gateway", "devices"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert bedside.stdin is not None
    assert bedside.stdout is not None
    try:
        ports = json.loads(bedside.stdout.readline())
        with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
            figures = _watch(ports, Path(folder), bedside)
    finally:
        bedside.kill()
        bedside.wait()
    print(json.dumps(figures))


def _watch(ports: list[str], folder: Path, bedside: subprocess.Popen[str]) -> dict[str, Any]:
    from console.config import Config
    from console.station import Station

    names = [f"{number:02d} {driver}" for number, driver in enumerate(chosen(), start=1)]
    beds = [name[:2] for name in names]
    sources = [
        {"name": name, "driver": driver, "bed": bed, "transport": {"kind": "serial", "port": port}}
        for name, driver, bed, port in zip(names, chosen(), beds, ports, strict=True)
    ]
    arrived = _note_arrivals()
    station = Station(Config.model_validate({"ward": {"beds": beds}, "source": sources}), folder)
    try:
        station.start()
        time.sleep(SETTLE_S)
        began, spent = time.monotonic(), time.process_time()
        time.sleep(SECONDS)
        ended, spent_in_all = time.monotonic(), time.process_time()
        memory = resident_mb()
        views = {view.name: view for view in station.acquisition.views()}
        assert bedside.stdin is not None
        bedside.stdin.close()
        assert bedside.stdout is not None
        written = json.loads(bedside.stdout.readline())
    finally:
        station.stop()
    delays = _delays(written, arrived, names, began, ended, [n for n in names if exact(n[3:]) and n[3:] != AWAITED])
    awaited = _delays(written, arrived, names, began, ended, [n for n in names if n[3:] == AWAITED])
    heard = {source for source, _, at in arrived if began <= at < ended}
    telling = [name for name, driver in zip(names, chosen(), strict=True) if registry.info(driver).parameters]
    return {
        "cpu_percent": (spent_in_all - spent) / (ended - began) * 100,
        "memory_mb": memory,
        "frames": sum(view.good for view in views.values()),
        "bad": sum(view.bad for view in views.values()),
        "silent": [name for name in telling if name not in heard],
        "traced": len(delays),
        "p50_ms": delays[len(delays) // 2],
        "p99_ms": delays[int(len(delays) * 0.99)],
        "worst_ms": delays[-1],
        "awaited_p99_ms": awaited[int(len(awaited) * 0.99)],
    }


def _note_arrivals() -> list[tuple[str, float, float]]:
    """(source, heart or pulse rate, moment at which the engine had judged it)."""
    from console.engine.core import WardCore

    arrived: list[tuple[str, float, float]] = []
    take = WardCore._take_samples

    def noted(core: Any, item: Any, now: float) -> None:
        take(core, item, now)
        at = time.monotonic()
        for sample in item.samples:
            seen = sample.observation
            if seen.parameter in (Parameter.HR, Parameter.PR) and seen.value is not None:
                arrived.append((seen.source, seen.value, at))

    WardCore._take_samples = noted  # type: ignore[method-assign]
    return arrived


def _delays(
    written: list[tuple[int, int, float]],
    arrived: list[tuple[str, float, float]],
    names: list[str],
    began: float,
    ended: float,
    traced: list[str],
) -> list[float]:
    """Milliseconds from the write of a value to the engine, of every one of the sources `traced` in the span."""
    first: dict[tuple[str, float], list[float]] = {}
    for source, rate, at in arrived:
        first.setdefault((source, rate), []).append(at)
    delays = []
    for source, rate, at in written:
        if began <= at <= ended - 2 and names[source] in traced:
            after = [moment for moment in first.get((names[source], float(rate)), ()) if 0 <= moment - at < 2.0]
            if not after:
                raise AssertionError(f"{names[source]}: rate {rate} was written and never arrived")
            delays.append((after[0] - at) * 1000)
    return sorted(delays)


# --- the figures -------------------------------------------------------------------------------------------------


def sixteen() -> list[dict[str, Any]]:
    """Run the gateway on its own and turn what it measured into rows."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_gateway", "gateway"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["the gateway ended without a word"])[-1])
    f = json.loads(done.stdout.strip().splitlines()[-1])
    how = (
        f"{SOURCES} devices on ptys ({len(set(chosen()))} drivers) in one gateway, SQLite, {SECONDS:.0f} s; "
        f"{f['frames']} frames good, {f['bad']} bad, {f['traced']} values traced, worst {f['worst_ms']:.0f} ms; "
        f"silent: {', '.join(f['silent']) or 'none'}; load of the machine {os.getloadavg()[0]:.1f}"
    )
    heard = not f["silent"]
    return [
        row("gateway.last_byte_to_engine_p50", f["p50_ms"], "ms", "", None, how),
        row("gateway.last_byte_to_engine_p99", f["p99_ms"], "ms", "150", f["p99_ms"] <= 150 and heard, how),
        row(f"gateway.{AWAITED}_p99", f["awaited_p99_ms"], "ms", "", None, "the pause that ends its frames is in it"),
        row("gateway.cpu", f["cpu_percent"], "% of a core", "15", f["cpu_percent"] <= 15, how),
        row("gateway.memory", f["memory_mb"], "MB", "300", f["memory_mb"] <= 300, how),
    ]


BENCHES = [sixteen]

if __name__ == "__main__":
    {"devices": devices, "gateway": gateway}[sys.argv[1]]()
