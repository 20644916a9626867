"""Trade curves of the rules of a quiet pump: look-alikes called against true cases late, and each rule switched off.

A fall of saturation within 16 s cannot be seen at one value a minute, so `artefact.spo2_sudden` is weighed by the
virtual patients of tests.scenarios who are stable.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from statistics import median

from console.replay.changes import changed_rules
from tests.cases.off import OFF
from tests.cases.replay import Prepared, prepare
from tests.cases.score import Verdict, verdicts
from tests.cases.sets import SETS
from tests.scenarios.__main__ import PATIENTS, SEED
from tests.scenarios.evaluate import evaluate
from tests.scenarios.tables import figures, grid

PROCESSES = 2
FAMILIES: dict[str, tuple[float, ...]] = {
    "withdrawal.persistence.quiet_min": (10, 30, 60, 90, 120),
    "overdose.persistence.quiet_min": (5, 10, 15, 20),
    "withdrawal.quiet.hr_per_degree": (0.01, 6, 8, 10, 12),
    "withdrawal.quiet.rr_points": (3, 2, 1),
    "overdose.etco2.normal": (120, 38),
}
"""Values from off to beyond; 120 and 50 lie outside all usual values, so that no band moves."""
SUDDEN, SUDDEN_VALUES = "artefact.spo2_sudden", (8, 10, 12, 15, 20, 60)
OFF_BY_THRESHOLD: dict[str, tuple[str, ...]] = {
    "W fever explains heart and breathing": (
        "withdrawal.quiet.hr_per_degree=0.01",
        "withdrawal.quiet.rr_per_degree=0.01",
    ),
    "W low oxygen explains fast breathing": ("withdrawal.quiet.rr_points=3",),
    "W sums without fever must last an hour": ("withdrawal.persistence.quiet_min=10",),
    "O must last ten minutes": ("overdose.persistence.quiet_min=5",),
    "O bands move with a usual EtCO2": ("overdose.etco2.normal=120",),
}
"""The times of a quiet pump are off where they equal those of any pump; below, they would hasten all warnings."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One run: thresholds changed, and a rule of off.py taken away."""

    words: tuple[str, ...] = ()
    off: str = ""


STANDING = Variant()


def curves() -> str:
    """Run all variants, some minutes of two processes, and give all tables."""
    families = {key: [f"{key}={value:g}" for value in values] for key, values in FAMILIES.items()}
    words = {word: _variant(word) for own in families.values() for word in own}
    rules = {name: _variant(*own) for name, own in OFF_BY_THRESHOLD.items()} | {name: Variant(off=name) for name in OFF}
    with ProcessPoolExecutor(PROCESSES) as pool:
        days = {f"{SUDDEN}={value:g}": pool.submit(false_emergencies, f"{SUDDEN}={value}") for value in SUDDEN_VALUES}
        waiting = {v: pool.submit(judged, v) for v in dict.fromkeys([STANDING, *words.values(), *rules.values()])}
        runs = [*days.values(), *waiting.values()]
        for done, _ in enumerate(as_completed(runs), 1):
            print(f"{done} of {len(runs)} runs", file=sys.stderr)
    found = {variant: future.result() for variant, future in waiting.items()}
    standing = found[STANDING]
    return "\n\n".join(
        [
            _thresholds({word: found[variant] for word, variant in words.items()}, standing),
            _rules({name: found[variant] for name, variant in rules.items()}, standing),
            _stable({word: future.result() for word, future in days.items()}),
        ]
    )


def _variant(*words: str) -> Variant:
    """What the words change, without those that say what stands."""
    changes = changed_rules({}, words)[1]
    return Variant(tuple(word for word, change in zip(words, changes, strict=True) if change.before != change.after))


@cache
def _cases(letter: str) -> list[Prepared]:
    return prepare(SETS[letter]())


def judged(variant: Variant, letters: Iterable[str] = SETS) -> list[Verdict]:
    """The cases of these authors under one variant."""
    rules, _ = changed_rules({}, variant.words)
    with OFF[variant.off]() if variant.off else nullcontext():
        return [found for letter in letters for found in verdicts(_cases(letter), rules)]


def false_emergencies(word: str) -> float:
    """False emergencies of detector O per patient-day of the stable virtual patients."""
    rules, _ = changed_rules({}, [word])
    outcomes = list(evaluate(SEED, PATIENTS, rules, "stable"))
    return float(figures(outcomes)["calm"]["ALL stable"]["overdose emergency"])


def _thresholds(found: Mapping[str, Sequence[Verdict]], standing: Sequence[Verdict]) -> str:
    rows = [["threshold", *SETS, "over-called", "caught", "in time", "warnings earlier", "warnings later"]]
    rows += [[word, *_line(own, standing)] for word, own in {"as they stand": standing, **found}.items()]
    return (
        "Thresholds. Look-alikes over-called by set and in all; true cases caught and in time; warnings of true cases\n"
        f"earlier or later than as the thresholds stand: how many (median min, most).\n{grid(rows)}"
    )


def _rules(found: Mapping[str, Sequence[Verdict]], standing: Sequence[Verdict]) -> str:
    rows = [["rule", "over-called without it", "spares", "warnings it delays", "in time without it"]]
    rows += [[name, *_worth(own, standing)] for name, own in found.items()]
    return f"Each rule switched off. spares: look-alikes over-called without it alone.\n{grid(rows)}"


def _stable(rates: Mapping[str, float]) -> str:
    rows = [["threshold", "false O emergencies per patient-day"], *([word, f"{r:.3f}"] for word, r in rates.items())]
    return f"Stable virtual patients, seed {SEED}, of {PATIENTS}.\n{grid(rows)}"


def _line(found: Sequence[Verdict], standing: Sequence[Verdict]) -> list[str]:
    over = [v.name for v in found if not v.true and v.over]
    true = [v for v in found if v.true]
    moved = moves(found, standing)
    return [
        *(str(sum(name.startswith(letter) for name in over)) for letter in SETS),
        str(len(over)),
        f"{sum(not v.missed for v in true)}/{len(true)}",
        f"{sum(v.in_time for v in true)}/{len(true)}",
        _told(-minutes for minutes in moved if minutes <= -1),
        _told(minutes for minutes in moved if minutes >= 1),
    ]


def _worth(without: Sequence[Verdict], standing: Sequence[Verdict]) -> list[str]:
    over = {v.name for v in without if not v.true and v.over}
    spared = sorted(over - {v.name for v in standing if v.over})
    true = [v for v in without if v.true]
    return [
        str(len(over)),
        f"{len(spared)} {' '.join(spared)}".strip(),
        _told(-minutes for minutes in moves(without, standing) if minutes <= -1),
        f"{sum(v.in_time for v in true)}/{len(true)}",
    ]


def moves(found: Sequence[Verdict], standing: Sequence[Verdict]) -> list[float]:
    """Minutes by which the warnings of true cases come later than they stand, for patterns that must be found."""
    both = [(a, b) for a, b in zip(found, standing, strict=True) if a.true]
    return [
        (new.warned[kind] - old.warned[kind]) * 60
        for new, old in both
        for kind in new.accepted
        if kind in new.warned and kind in old.warned and new.accepted[kind].least
    ]


def _told(minutes: Iterable[float]) -> str:
    all_of_them = list(minutes)
    return f"{len(all_of_them)} ({median(all_of_them):.0f}, {max(all_of_them):.0f})" if all_of_them else "0"
