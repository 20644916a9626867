"""`python -m tests`: every check of the project in the order of their cost: lint, format, types, layers, tests.

Further arguments go to pytest: `python -m tests -m slow` runs the long ones.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKS = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("types", ("mypy",)),
    ("layers", ("lint-imports", "--no-cache")),
)

SIDE_BY_SIDE = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder")
"""Twice as many as the cores of a small machine, as half of the time is waiting; a file stays with one worker.
In the order of tests/conftest.py: the long ones first, else one worker is still at them when the others have ended."""


def main(pytest_arguments: list[str]) -> int:
    """Run all checks; the exit status is that of the first which failed."""
    beside = Path(sys.executable).parent
    root = Path(__file__).resolve().parents[1]
    for name, (program, *arguments) in CHECKS:
        print(f"== {name}", flush=True)
        done = subprocess.run([beside / program, *arguments], cwd=root, check=False)
        if done.returncode:
            print(f"{name} failed", file=sys.stderr)
            return done.returncode
    print("== tests", flush=True)
    command = [sys.executable, "-m", "pytest", *SIDE_BY_SIDE, *pytest_arguments]
    return subprocess.run(command, cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
