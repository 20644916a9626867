"""What a second look at the past has shown: the stage of each minute, what may be raised now, what is over and told.

The rules stand in retrospect.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from console.alarms.alarm import Kind, Stage
from console.alarms.minute_memory import MINUTES, MinuteMemory
from console.alarms.reduction import MINUTE

OVER_S = 600.0
"""A condition that ended longer ago is told and not sounded (detector specification, section 6)."""

NEAR_MIN = 15
"""Minutes between two stretches of a stage that are told as one."""

KINDS = (Kind.WITHDRAWAL, Kind.OVERDOSE)


@dataclass(frozen=True, slots=True)
class LateFinding:
    """A stage that late values show to have been met, and that is over.

    spans: (stage, from, until) in engine time, warning first; the last is the highest. words: what contributed.
    """

    kind: Kind
    spans: tuple[tuple[Stage, float, float], ...]
    words: str = ""


class Course:
    """The stages of both detectors as the copy goes through the past, one a minute: from after `since`, the number of
    the minute that still stands, to `reached`, the last one judged again."""

    def __init__(self, since: int) -> None:
        self.since = self.reached = since
        self.stages = (bytearray(), bytearray())
        self._held_at = ([-inf] * len(Stage), [-inf] * len(Stage))
        self._words: tuple[dict[int, str], dict[int, str]] = ({}, {})

    def add(self, which: int, stage: Stage, end: float) -> bool:
        """A minute of one detector; True when the stage has risen to warning or above and wants words."""
        stages = self.stages[which]
        rose = stage >= Stage.WARNING and (not stages or stage > stages[-1])
        stages.append(stage)
        for level in range(1, stage + 1):
            self._held_at[which][level] = end
        return rose

    def describe(self, which: int, words: str) -> None:
        """What contributed in the minute last added."""
        self._words[which][len(self.stages[which]) - 1] = words

    def raises(self, which: int, now: float) -> Stage:
        """The highest stage that may be raised now: its rule was last seen to hold at most ten minutes ago."""
        held = self._held_at[which]
        return next((s for s in reversed(Stage) if s is Stage.NONE or now - held[s] <= OVER_S), Stage.NONE)

    def findings(self, memory: MinuteMemory, raised: tuple[Stage, Stage], now: float) -> list[LateFinding]:
        """What is over and was neither shown live nor told before; it counts as told from now on."""
        found = []
        for which, stages in enumerate(self.stages):
            for run in _runs(stages, memory.shown[which], self.since):
                finding = self._finding(which, run, memory, raised[which], now)
                if finding is not None:
                    found.append(finding)
            for index, stage in enumerate(stages):
                place = (self.since + 1 + index) % MINUTES
                memory.found[which][place] = max(memory.found[which][place], stage)
        return found

    def _finding(
        self, which: int, run: list[int], memory: MinuteMemory, raised: Stage, now: float
    ) -> LateFinding | None:
        stages, shown, told = self.stages[which], memory.shown[which], memory.found[which]
        peak = Stage(max(stages[i] for i in run))
        first, last = run[0], run[-1]
        if all(told[(self.since + 1 + i) % MINUTES] >= stages[i] for i in run):
            return None
        around = range(max(0, first - NEAR_MIN), min(len(stages), last + NEAR_MIN + 1))
        if any(shown[(self.since + 1 + i) % MINUTES] >= peak for i in around):
            return None
        standing = now - self._end(last) <= OVER_S
        if standing and raised >= peak:
            return None
        spans = []
        for level in (Stage.WARNING, Stage.EMERGENCY):
            at = [i for i in run if stages[i] >= level]
            if at and not (standing and raised >= level):
                spans.append((level, self._end(at[0]), self._end(at[-1])))
        best = next(i for i in run if stages[i] == peak)
        words = [text for index, text in self._words[which].items() if first <= index <= best]
        return LateFinding(KINDS[which], tuple(spans), words[-1] if words else "")

    def _end(self, index: int) -> float:
        return (self.since + 1 + index) * MINUTE


def _runs(stages: bytearray, shown: bytearray, since: int) -> list[list[int]]:
    """Minutes at warning or above, and above what was shown, put together where they lie near each other."""
    runs: list[list[int]] = []
    for index, stage in enumerate(stages):
        if stage < Stage.WARNING or stage <= shown[(since + 1 + index) % MINUTES]:
            continue
        if runs and index - runs[-1][-1] <= NEAR_MIN:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs
