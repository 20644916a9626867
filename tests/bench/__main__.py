"""`python -m tests.bench [NAME...] [--json FILE]`: run the benchmarks, print a table, write the figures as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(p.stem.removeprefix("bench_") for p in HERE.glob("bench_*.py"))


def run(name: str) -> list[dict[str, Any]]:
    """All figures of one benchmark module; a benchmark that breaks is a failed row with its error."""
    module = importlib.import_module(f"tests.bench.bench_{name}")
    rows: list[dict[str, Any]] = []
    for bench in module.BENCHES:
        started = time.monotonic()
        try:
            rows += bench()
        except Exception as error:  # noqa: BLE001 - the table must show every other figure
            rows.append(_row(f"{name}.{bench.__name__}", how=f"failed: {type(error).__name__}: {error}"))
        print(f"  {name}.{bench.__name__}: {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
    return rows


def _row(name: str, how: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": None,
        "unit": "",
        "budget": "",
        "peer": None,
        "ratio": None,
        "pass": False,
        "how": how,
    }


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as text, one line each."""
    head = ("name", "measured", "unit", "budget", "peer", "ratio", "pass", "how")
    body = [[_text(row.get(key)) for key in head] for row in rows]
    widths = [max(len(head[i]), *(len(line[i]) for line in body)) for i in range(len(head))]
    lines = [list(head), ["-" * w for w in widths], *body]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def main() -> int:
    """Run what was asked for; 1 when a figure misses its budget, 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(names())}")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(names())
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    rows = [row for name in (arguments.names or names()) for row in run(name)]
    print(table(rows))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0 if all(row["pass"] is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
