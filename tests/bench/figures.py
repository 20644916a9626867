"""What the benchmarks share: a row of the table, and the memory of this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def row(
    name: str, measured: float | None, unit: str, budget: str | float, passed: bool | None, how: str
) -> dict[str, Any]:
    """A figure without a peer. passed None: it is told and has no budget."""
    return {
        "name": name,
        "measured": measured,
        "unit": unit,
        "budget": budget,
        "peer": None,
        "ratio": None,
        "pass": passed,
        "how": how,
    }


def resident_mb() -> float:
    """Memory of this process that is in use, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmRSS in /proc/self/status")
