"""A hundred adapters pulled and put back under three running sources: pseudo-terminals with links by id and socket."""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from drivers.transport.adapters import SYSTEM, locate
from drivers.transport.link import LinkError
from drivers.transport.reconnect import BackOff
from tests.bench.figures import row
from tests.console.devices.hotplug import run_cycles

CYCLES = 100
BACK_S = 5.0
"""The reliability scoreboard, row 6: values within 5 s of the cable's return."""

CPU_PERCENT = 5.0


def hotplug() -> list[dict[str, Any]]:
    """Time to the first value, wrong bindings, what is left behind, cost while unplugged."""
    with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
        figures = run_cycles(Path(folder), CYCLES)
    how = f"{figures.cycles} cycles, three sources, same, other, swapped and strangers' names; {figures.samples} values"
    times = [
        _row(f"hotplug.back_{name}", figures.quantile(share), "s", BACK_S, how)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
    ]
    counts = [
        _row("hotplug.wrong_bindings", figures.wrong, "values", 0, how),
        _row("hotplug.outages_miscounted", figures.outages_miscounted, "", 0, how),
        _row("hotplug.left_threads", figures.left_threads, "", 0, how),
        _row("hotplug.left_descriptors", figures.left_descriptors, "", 0, how),
        _row(
            "hotplug.cpu_unplugged", figures.cpu_percent, "% core", CPU_PERCENT, "three sources without an adapter, 2 s"
        ),
        _row("hotplug.cpu_a_look", _look_percent(), "% core", CPU_PERCENT, "one source, this machine's own /sys"),
    ]
    return times + counts


def _look_percent() -> float:
    began = time.process_time()
    for _ in range(20):
        with suppress(LinkError):
            locate("/dev/serial/by-id/usb-none", "ffff:ffff:NONE", SYSTEM)
    return (time.process_time() - began) / 20 / BackOff().cap * 100


def _row(name: str, measured: float, unit: str, budget: float, how: str) -> dict[str, Any]:
    return row(name, measured, unit, f"<= {budget:g}", measured <= budget, how)


BENCHES = [hotplug]
