"""Replays virtual patients and holds what alarmed against the truth of their bodies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from console.alarms.alarm import Change, Kind, Priority, Transition
from console.alarms.alarm_rules import AlarmRules
from console.replay.comparison import THRESHOLDS
from console.replay.context import EPOCH, load_context
from console.replay.runner import PatientReplay
from console.replay.summary import LIMITS, PATTERNS, STAGES, stage_after
from tests.scenarios.body import make_body
from tests.scenarios.groups import GROUPS, Group
from tests.scenarios.monitor import context, rows

Signal = tuple[str, str]
"""Who calls and how loud: ("withdrawal", "warning"), ("limits", "high"), ("news2", "7")."""
Span = tuple[float, float]
"""Minutes on the axis of the recording from which to which a signal stood."""

SIGNALS: tuple[Signal, ...] = (
    *((str(kind), stage.word) for kind in PATTERNS for stage in STAGES),
    *(("limits", priority.word) for priority in LIMITS),
    *(("news2", str(threshold)) for threshold in THRESHOLDS),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One patient: the truth (minutes, None without a crisis) and when every signal stood."""

    name: str
    group: Group
    minutes: float
    onset: float | None
    emergency: float | None
    gradual_h: float
    spans: dict[Signal, list[Span]]

    @property
    def calm(self) -> float:
        """Minutes in which every alarm of a pattern is false: all before the first sign, or all there are."""
        return self.minutes if self.onset is None else self.onset

    def false(self, signal: Signal) -> int:
        """How often the signal rose in calm minutes."""
        return sum(1 for start, _ in self.spans[signal] if start < self.calm)

    def calm_share(self, signal: Signal) -> float:
        """Minutes of the calm ones in which the signal stood."""
        return sum(min(end, self.calm) - start for start, end in self.spans[signal] if start < self.calm)

    def reached(self, signal: Signal) -> float | None:
        """Minutes before the emergency of the truth (negative: after) at which the signal first stood in the crisis."""
        if self.onset is None or self.emergency is None:
            return None
        times = [max(start, self.onset) for start, end in self.spans[signal] if end > self.onset]
        return self.emergency - min(times) if times else None


def evaluate(seed: int, patients: int, rules: AlarmRules, begins: str = "") -> Iterator[Outcome]:
    """The patients in the order of the groups, one of each in turn; the same seed gives the same outcomes.

    begins: of these patients only those of groups whose name begins so.
    """
    with TemporaryDirectory() as folder:
        for number in range(patients):
            if GROUPS[number % len(GROUPS)].name.startswith(begins):
                yield _one(seed, number, rules, Path(folder) / "context.json")


def _one(seed: int, number: int, rules: AlarmRules, path: Path) -> Outcome:
    group, name = GROUPS[number % len(GROUPS)], f"V{number + 1:03d}"
    rng = np.random.default_rng([seed, number])
    body = make_body(group, rng)
    made = rows(name, group, body, rng)
    path.write_text(json.dumps({name: context(group, body, rng)}), encoding="utf-8")
    replay = PatientReplay(load_context(path).case(name), rules, made[0])
    for row in made:
        replay.take(row)
    replay.finish()
    minutes = (replay.last - EPOCH) / 60
    return Outcome(name, group, minutes, body.onset, body.emergency, body.full_h, _spans(replay, minutes))


def _spans(replay: PatientReplay, end: float) -> dict[Signal, list[Span]]:
    spans: dict[Signal, list[Span]] = {}
    for kind in PATTERNS:
        own = [t for t in replay.transitions if t.alarm.condition.kind is kind]
        for stage in STAGES:
            spans[str(kind), stage.word] = _standing(((t, stage_after(t) >= stage) for t in own), end)
    limits = [t for t in replay.transitions if t.alarm.condition.kind is Kind.LIMIT]
    for priority in LIMITS:
        spans["limits", priority.word] = _standing(((t, _limit(t, priority)) for t in limits), end)
    for threshold in THRESHOLDS:
        # The comparison keeps onsets alone: a rise of the score is told at its minute.
        times = replay.comparison.times[threshold]
        spans["news2", str(threshold)] = [((at - EPOCH) / 60, (at - EPOCH) / 60) for at in times]
    return spans


def _limit(transition: Transition, priority: Priority) -> bool:
    return transition.change is not Change.CLEAR and transition.alarm.condition.priority >= priority


def _standing(steps: Iterable[tuple[Transition, bool]], end: float) -> list[Span]:
    """From changes of several conditions the spans of each, in the order in which they began."""
    open_since: dict[str, float] = {}
    found: list[Span] = []
    for transition, there in steps:
        key, at = transition.alarm.condition.key, (transition.stamp - EPOCH) / 60
        if there:
            open_since.setdefault(key, at)
        elif key in open_since:
            found.append((open_since.pop(key), at))
    found += [(since, end) for since in open_since.values()]
    return sorted(found)
