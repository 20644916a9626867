"""How long a rule must hold before a stage is raised, and how long it must be false before it is lowered.

Detector specification, section 3.4 and 5. Both detectors share this. Decisions where the specification is silent:
* A minute is valid for a stage when the values delivered in it settle whether the stage is met: it qualifies when the
  delivered values alone meet it, and is invalid when they do so only together with held ones.
* A held value clears nothing either: for stepping down a rate must have been delivered in the minute itself, and a
  minute without any rate, of a patient who has them, counts for nothing. So no loss of data can lower a stage.
* Each step down takes the whole time again ("one stage at a time").
* A channel that raised a stage and was lost since stays among those waited for, also when the rule has gone on being
  true without it: the last true minute alone (so the specification) would let the loss of one channel and the recovery
  of another clear the stage.
* While a charted activity hides channels, they count as stale for stepping down: what is hidden has not recovered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.alarms.alarm import Stage
from console.alarms.rules import PersistenceRules


@dataclass(frozen=True, slots=True)
class Requirement:
    """A stage is raised when, for `minutes`, rules of any of the classes in `need` (bits) were met."""

    stage: Stage
    minutes: int
    need: int


class _Track:
    """The last minutes of one requirement as two bit strings, newest lowest."""

    __slots__ = ("_mask", "_needed", "_qualify", "qualifying", "requirement", "valid")

    def __init__(self, requirement: Requirement, rules: PersistenceRules) -> None:
        self.requirement = requirement
        minutes = requirement.minutes
        self._mask = (1 << minutes) - 1
        whole = minutes < rules.from_minutes
        self._needed = minutes if whole else rules.valid_fraction * minutes
        self._qualify = 1.0 if whole else rules.qualify_fraction
        self.valid = 0
        self.qualifying = 0

    def push(self, valid: bool, qualifies: bool) -> bool:
        """Add a minute; True when the stage may be raised at it."""
        self.valid = ((self.valid << 1) | valid) & self._mask
        self.qualifying = ((self.qualifying << 1) | qualifies) & self._mask
        if not qualifies:
            return False
        count = self.valid.bit_count()
        return count >= self._needed - 1e-9 and self.qualifying.bit_count() >= self._qualify * count - 1e-9


class Persistence:
    """All requirements of one detector."""

    def __init__(self, requirements: Sequence[Requirement], rules: PersistenceRules) -> None:
        ordered = sorted(requirements, key=lambda r: -r.stage)
        self._tracks = [_Track(requirement, rules) for requirement in ordered]

    def minute(self, held: int, delivered: int, informative: bool) -> Stage:
        """Take a minute; gives the highest stage whose requirement is met at it, else NONE.

        held: classes met by all values, held ones included; delivered: those met by delivered values alone.
        informative: whether the minute brought values at all.
        """
        met = Stage.NONE
        for track in self._tracks:
            need = track.requirement.need
            qualifies = bool(delivered & need)
            valid = qualifies or (informative and not held & need)
            if track.push(valid, qualifies) and track.requirement.stage > met:
                met = track.requirement.stage
        return met


@dataclass(slots=True)
class Judgement:
    """One evaluation as the stage machine needs it. Channel bits as in console.alarms.reduction.

    stage: highest stage whose rule is true now, held values included. channels: those that give points.
    fresh: those whose values may clear a stage: delivered (of a set: not yet stale) and not hidden.
    """

    now: float
    stage: Stage
    channels: int
    fresh: int


class StageMachine:
    """The stage of one detector: up at once when told, down one at a time, never on lost data.

    waiting: a raising channel is not fresh, so that the time to step down stands still; stale: which (channel bits).
    """

    def __init__(self, deescalate_min: int) -> None:
        self._needed = deescalate_min
        self.stage = Stage.NONE
        self.since: float | None = None
        self._true_at = [0.0] * 4
        self._channels = [0] * 4
        self._clear_minutes = 0
        self._stepped_at = 0.0
        self.waiting = False
        self.stale = 0

    def raise_to(self, stage: Stage, judgement: Judgement) -> bool:
        """Escalate; True when the stage rose."""
        self._note(judgement)
        if stage <= self.stage:
            return False
        for level in range(self.stage + 1, stage + 1):
            self._true_at[level] = judgement.now
            self._channels[level] = judgement.channels
        self._move(stage, judgement.now)
        return True

    def minute(self, judgement: Judgement, *, sets_only: bool, informative: bool = True) -> bool:
        """Count a minute towards stepping down; True when the stage fell.

        sets_only: the values of this patient come as validated sets; what they raised, only they lower.
        informative: False when the minute brought no rate of a patient who has them: it counts for nothing.
        """
        self._note(judgement)
        self.waiting = False
        if self.stage is Stage.NONE or judgement.stage >= self.stage:
            self._clear_minutes = 0
            return False
        raising = self._channels[self.stage]
        if raising & ~judgement.fresh or (raising and not informative and not sets_only):
            self.waiting, self.stale = True, raising & ~judgement.fresh
            return False
        if raising and sets_only:
            return False
        self._clear_minutes += 1
        if self._clear_minutes < self._needed:
            return False
        self._move(Stage(self.stage - 1), judgement.now)
        return True

    def validated(self, judgement: Judgement) -> bool:
        """A validated set with the rule false and every raising channel fresh steps down one stage.

        At the earliest after the same time as on a stream, counted from when the rule was last true.
        """
        self._note(judgement)
        if self.stage is Stage.NONE or judgement.stage >= self.stage:
            return False
        if self._channels[self.stage] & ~judgement.fresh:
            self.waiting, self.stale = True, self._channels[self.stage] & ~judgement.fresh
            return False
        if judgement.now - max(self._true_at[self.stage], self._stepped_at) < self._needed * 60:
            return False
        self._move(Stage(self.stage - 1), judgement.now)
        return True

    @property
    def minutes_left(self) -> int | None:
        """Minutes with the rule false until the next step down; None while the rule is true."""
        if self.stage is Stage.NONE or (self._clear_minutes == 0 and not self.waiting):
            return None
        return self._needed - self._clear_minutes

    @property
    def needed(self) -> int:
        """Minutes with the rule false that a step down takes."""
        return self._needed

    @property
    def refreshed_at(self) -> float:
        """Engine time at which the rule of the stage was last true."""
        return self._true_at[self.stage]

    def take_over(self, other: StageMachine, most: Stage) -> bool:
        """Go on from a machine that has seen late values too; True when the stage rose.

        Late values never lower a stage, nor do they bring the next step down nearer. most: the highest stage they may
        raise; of a stage below that of `other` the time to step down begins anew.
        """
        for level in range(1, len(self._true_at)):
            if other._true_at[level] > self._true_at[level]:
                self._true_at[level], self._channels[level] = other._true_at[level], other._channels[level]
        stage = min(other.stage, most)
        if stage < self.stage:
            return False
        if stage == self.stage:
            self._clear_minutes = min(self._clear_minutes, other._clear_minutes if other.stage is stage else 0)
            return False
        self.stage, self.since, self._stepped_at = stage, other.since, other._stepped_at
        self._clear_minutes = other._clear_minutes if other.stage is stage else 0
        self.waiting = other.waiting
        return True

    def _note(self, judgement: Judgement) -> None:
        for level in range(1, judgement.stage + 1):
            self._true_at[level] = judgement.now
            unseen = self._channels[level] & ~judgement.fresh
            self._channels[level] = judgement.channels | unseen

    def _move(self, stage: Stage, now: float) -> None:
        if stage < self.stage:
            self._stepped_at = now
        self.stage, self.since = stage, now
        self._clear_minutes = 0
