"""Holds what the console called against what the author of a case would accept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from console.alarms.alarm import Kind, Stage
from console.alarms.alarm_rules import AlarmRules
from console.replay.context import EPOCH
from console.replay.runner import PatientReplay
from console.replay.summary import PATTERNS, stage_after
from tests.cases.replay import HOUR_S, Prepared

STAGE = {stage.word: stage for stage in Stage}
SLACK_H = 1e-6


@dataclass(frozen=True, slots=True)
class Range:
    """What the author accepts of one pattern. due: hour by which a warning must have come, None without one."""

    least: Stage
    most: Stage
    due: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case. called: highest stage over the whole course; warned: hour of the first warning or emergency."""

    name: str
    label: str
    title: str
    accepted: dict[Kind, Range]
    called: dict[Kind, Stage]
    warned: dict[Kind, float]

    @property
    def true(self) -> bool:
        """Whether there is an illness of the pump to find."""
        return self.label != "other"

    @property
    def missed(self) -> list[Kind]:
        """Patterns called lower than they must."""
        return [kind for kind, range_ in self.accepted.items() if self.called[kind] < range_.least]

    @property
    def over(self) -> list[Kind]:
        """Patterns called higher than they may."""
        return [kind for kind, range_ in self.accepted.items() if self.called[kind] > range_.most]

    @property
    def late(self) -> list[Kind]:
        """Patterns whose warning came after its hour."""
        return [kind for kind, ahead in self.ahead.items() if ahead < -SLACK_H]

    @property
    def ahead(self) -> dict[Kind, float]:
        """Hours from the warning to the hour it was due, where both are there."""
        due = {kind: range_.due for kind, range_ in self.accepted.items()}
        return {kind: at - self.warned[kind] for kind, at in due.items() if at is not None and kind in self.warned}

    @property
    def within(self) -> bool:
        """Neither missed nor over-called nor late."""
        return not (self.missed or self.over or self.late)

    @property
    def in_time(self) -> bool:
        """Caught, by the hour it was due."""
        return not (self.missed or self.late)

    def faults(self) -> str:
        """What is out of range, in words; "" when nothing is."""
        words = [f"{k} {self.called[k].word} below {self.accepted[k].least.word}" for k in self.missed]
        words += [f"{k} {self.called[k].word} above {self.accepted[k].most.word}" for k in self.over]
        words += [f"{k} warning at {self.warned[k]:.1f} h, due {self.accepted[k].due:.1f}" for k in self.late]
        return "; ".join(words)


def accepted(expected: dict[str, Any]) -> dict[Kind, Range]:
    """Ranges by pattern. One hour for all is that of the patterns that must reach a warning."""
    by_pattern = expected.get("latest_hours_by_pattern")
    found = {}
    for kind in PATTERNS:
        least, most = (STAGE[expected[kind][end]] for end in ("min", "max"))
        due = expected.get("latest_hours_to_warning") if least >= Stage.WARNING else None
        found[kind] = Range(least, most, due if by_pattern is None else by_pattern.get(kind))
    return found


def verdict(prepared: Prepared, rules: AlarmRules) -> Verdict:
    """Replay one case."""
    replay = PatientReplay(prepared.known, rules, prepared.rows[0])
    for row in prepared.rows:
        replay.take(row)
    replay.finish()
    called, warned = dict.fromkeys(PATTERNS, Stage.NONE), dict[Kind, float]()
    for transition in replay.transitions:
        kind, stage = transition.alarm.condition.kind, stage_after(transition)
        if kind in called:
            called[kind] = max(called[kind], stage)
            if stage >= Stage.WARNING:
                warned.setdefault(kind, (transition.stamp - EPOCH) / HOUR_S)
    told = prepared.told
    return Verdict(told["id"], told["label"], told["title"], accepted(told["expected"]), called, warned)


def verdicts(cases: Iterable[Prepared], rules: AlarmRules) -> list[Verdict]:
    """Replay them all, in their order."""
    return [verdict(case, rules) for case in cases]
