"""`python -m tests.console.alarms.mutants [PREFIX...]`: is every threshold of the detectors held by a test?

Each number of detectors.toml is moved by one step up and down, one at a time and in memory alone, and the tests of the
detectors run on it. A number that can be moved without a test failing is a survivor: nobody would see it change. So
tests at a boundary state the number itself and do not read it from the rules. PREFIX: keys that begin so, such as
overdose.rr; without one, all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from console import rules
from console.alarms.detector_rules import DetectorRules, RulesError
from console.alarms.pattern_monitor import PatternMonitor

HERE = Path(__file__).parent
CHOSEN = (
    *("test_pattern_*.py", "test_*_edges.py", "test_sedation.py", "test_sampling.py", "test_cuff_hold.py"),
    *("test_quiet_pump.py", "test_reservoir_windows.py", "test_recovery.py"),
)
TESTS = [str(path) for pattern in CHOSEN for path in sorted(HERE.glob(pattern))]
OPTIONS = [
    *("-x", "-q", "--tb=no", "--noconftest", "-m", "not hypothesis and not reference"),
    *(part for plugin in ("cacheprovider", "pytestqt", "xdist") for part in ("-p", f"no:{plugin}")),
]
"""Examples alone, and without the watch on threads and windows: properties find a number by chance."""

STEP = 0.1
"""Of a number with decimals: temperatures are judged in tenths."""

COVERED = "the heavier window before it is still open then"

EQUIVALENT: dict[str, str] = {
    "windows.events.refill.overdose.1.1": COVERED,
    "windows.events.refill.overdose.2.1": COVERED,
    "windows.events.restored.overdose.1.1": COVERED,
    "windows.events.bolus.overdose.1.1": COVERED,
    "persistence.from_minutes": "no stage asks for four minutes",
    "baseline.temp_values": "one temperature spans no hour: the hour asks for two",
    "overdose.rr.one_percent": "rates are whole: no 10 or 11 lies between 24, 25 and 26 % below a whole usual rate",
    "overdose.etco2.guard": "bands that move with a usual above 38 begin 12 above it: it counts where they are off",
}
"""Numbers no test can hold, with the reason: by key."""

KILLED, REFUSED, SURVIVED = "killed", "refused", "survived"


class Mutant(NamedTuple):
    """One number moved. path: keys and positions that lead to it."""

    path: tuple[str | int, ...]
    before: float
    after: float

    @property
    def key(self) -> str:
        """As it is written on the command line."""
        return ".".join(str(part) for part in self.path)

    def __str__(self) -> str:
        return f"{self.key}: {self.before:g} -> {self.after:g}"


def defaults() -> dict[str, Any]:
    """The thresholds as they are shipped."""
    return tomllib.loads(files("resources").joinpath("alarms", "detectors.toml").read_text(encoding="utf-8"))


def mutants(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[Mutant]:
    """Every number of the tree, one step down and one step up; a switch is turned."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from mutants(value, (*path, key))
    elif isinstance(tree, bool):
        yield Mutant(path, tree, not tree)
    elif isinstance(tree, int | float):
        step = 1 if isinstance(tree, int) else STEP
        for after in (tree - step, tree + step):
            yield Mutant(path, tree, after if isinstance(tree, int) else round(after, 6))


def changed(tree: dict[str, Any], mutant: Mutant) -> dict[str, Any]:
    """A copy of the tree with one number moved."""
    copy: Any = deepcopy(tree)
    place = copy
    for part in mutant.path[:-1]:
        place = place[part]
    place[mutant.path[-1]] = mutant.after
    return dict(copy)


def judge(tree: dict[str, Any], mutant: Mutant) -> str:
    """What becomes of a mutant."""
    moved = changed(tree, mutant)
    try:
        DetectorRules.from_mapping(moved)
    except RulesError:
        return REFUSED
    return SURVIVED if passes(moved) else KILLED


def passes(tree: dict[str, Any]) -> bool:
    """Whether the tests pass with these thresholds; they run in a process of their own, made from this one."""
    process = get_context("fork").Process(target=_run, args=(tree,))
    process.start()
    process.join()
    return process.exitcode == 0


def _run(moved: dict[str, Any]) -> None:
    shipped = rules._defaults

    def laid(name: str) -> dict[str, Any]:
        return deepcopy(moved) if name == "detectors.toml" else shipped(name)

    rules._defaults = laid
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os._exit(int(pytest.main([*OPTIONS, *TESTS])))


def main(arguments: list[str]) -> int:
    """Try all that were asked for; 1 when one survived without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.console.alarms.mutants", description=__doc__)
    parser.add_argument("prefix", nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    assert PatternMonitor  # imported before the processes are made: each of them then starts warm
    tree = defaults()
    if not passes(tree):
        print("The tests fail with the thresholds as they are shipped: mend them first.", file=sys.stderr)
        return 1
    chosen = [m for m in mutants(tree) if not asked.prefix or m.key.startswith(tuple(asked.prefix))]
    counts = dict.fromkeys((KILLED, REFUSED, SURVIVED), 0)
    unexplained = 0
    with ThreadPoolExecutor(asked.jobs) as pool:
        for mutant, end in zip(chosen, pool.map(lambda m: judge(tree, m), chosen), strict=True):
            counts[end] += 1
            if end == SURVIVED:
                reason = EQUIVALENT.get(mutant.key, "")
                unexplained += not reason
                print(f"survived  {mutant}  {reason}".rstrip(), flush=True)
    print(", ".join(f"{count} {end}" for end, count in counts.items()), f"of {len(chosen)}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
