"""One detector at one bed: scoring, persistence and stage joined, for either pattern."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from console.alarms import overdose, withdrawal
from console.alarms.alarm import Kind, Stage
from console.alarms.detector_rules import DetectorRules
from console.alarms.findings import ActiveFindings
from console.alarms.learned_baseline import Usual
from console.alarms.overdose import OverdosePoints, OverdoseScorer
from console.alarms.persistence import Judgement, Persistence, Requirement, StageMachine
from console.alarms.reduction import BP, HR, MINUTE, RR
from console.alarms.rules import PersistenceRules
from console.alarms.signs import Signs
from console.alarms.withdrawal import WithdrawalPoints, WithdrawalScorer


@dataclass(slots=True)
class Situation:
    """Everything a detector judges at one moment. weights: of the pump windows of W and O, 0 to 3.

    sets_only: the values come as validated sets.
    """

    now: float
    signs: Signs
    usual: Usual
    findings: ActiveFindings
    weights: tuple[int, int]
    new_oxygen: bool = False
    cannula_doubtful: bool = False
    sets_only: bool = False


@dataclass(frozen=True, slots=True)
class _Classes:
    """Classes of rules met by all values, by delivered values alone, and by findings alone."""

    held: int
    delivered: int
    charted: int
    judgement: Judgement


class Detector(ABC):
    """Common life of both detectors; a subclass scores. rates: channels that must be new for a minute to tell."""

    kind: Kind
    rates: int
    points: WithdrawalPoints | OverdosePoints

    def __init__(
        self,
        requirements: Sequence[Requirement],
        rules: PersistenceRules,
        deescalate_min: int,
        stage_of: Callable[[int], Stage],
    ) -> None:
        self._persistence = Persistence(requirements, rules)
        self._stage_of = stage_of
        self.machine = StageMachine(deescalate_min)
        self.met: tuple[str, ...] = ()
        self._last: _Classes | None = None
        self._rates_seen = 0

    @property
    def stage(self) -> Stage:
        """The stage as it stands."""
        return self.machine.stage

    @property
    def holds(self) -> Stage:
        """The stage whose rule has not been seen false since it was raised: a stage that waits for data still holds,
        one that counts its minutes to step down does not."""
        stage = self.machine.stage
        if self._last is None or self.machine.waiting:
            return stage
        return min(stage, self._last.judgement.stage)

    @property
    def due(self) -> Stage:
        """Highest stage whose rule is true now, whether or not it has held for its minutes."""
        return Stage.NONE if self._last is None else self._stage_of(self._last.held)

    @abstractmethod
    def _score(self, situation: Situation) -> int:
        """Compute the points; gives the bits of the channels that have any."""

    @abstractmethod
    def _meet(self, situation: Situation, usable: int, overdue: bool) -> tuple[tuple[str, ...], int]:
        """Rules met and their classes with the channels in `usable`; overdue: a sedation score past its time counts."""

    def _hidden(self, situation: Situation) -> int:
        """Channels that are measured and must not be taken for recovered: an activity note hides them from W."""
        return HR | RR | BP if self.kind is Kind.WITHDRAWAL and situation.findings.activity else 0

    def _judge(self, situation: Situation, *, of_set: bool = False) -> _Classes:
        channels = self._score(situation)
        signs, findings = situation.signs, situation.findings
        self.met, held = self._meet(situation, signs.fresh, True)
        delivered = held
        if held and (channels & ~signs.delivered or findings.sedation_overdue):
            _, delivered = self._meet(situation, signs.delivered, False)
        charted = 0
        if findings.charted_at:
            _, charted = self._meet(situation, 0, False)
        fresh = (signs.fresh if of_set else signs.delivered) & ~self._hidden(situation)
        judgement = Judgement(situation.now, self._stage_of(held), channels, fresh)
        self._last = _Classes(held, delivered, charted, judgement)
        return self._last

    def minute(self, situation: Situation) -> bool:
        """End a minute; True when the stage moved."""
        return self._count(self._judge(situation), situation)

    def repeat(self, situation: Situation) -> bool:
        """A minute in which nothing arrived, expired or opened since the last one: judged as that one."""
        if self._last is None:
            return self.minute(situation)
        self._last.judgement.now = situation.now
        return self._count(self._last, situation)

    def _count(self, classes: _Classes, situation: Situation) -> bool:
        delivered = situation.signs.delivered
        self._rates_seen |= delivered & self.rates
        informative = bool(delivered & self.rates) if self._rates_seen else bool(delivered)
        persisted = self._persistence.minute(classes.held, classes.delivered, informative)
        stage = max(persisted, self._stage_of(classes.charted))
        if self.machine.raise_to(stage, classes.judgement):
            return True
        return self.machine.minute(classes.judgement, sets_only=situation.sets_only, informative=informative)

    def charted(self, situation: Situation) -> bool:
        """Something was charted: a stage that rests on findings alone is raised at once."""
        classes = self._judge(situation)
        return self.machine.raise_to(self._stage_of(classes.charted), classes.judgement)

    def validated(self, situation: Situation) -> bool:
        """A validated set counts at once, upward and downward."""
        classes = self._judge(situation, of_set=True)
        stage = self._stage_of(self._at_once(classes.delivered, classes.judgement))
        stage = max(stage, self._stage_of(classes.charted))
        if self.machine.raise_to(stage, classes.judgement):
            return True
        return situation.sets_only and self.machine.validated(classes.judgement)

    @abstractmethod
    def _at_once(self, classes: int, judgement: Judgement) -> int:
        """Classes that a validated set may raise at once."""


class WithdrawalDetector(Detector):
    """Detector W at one bed."""

    kind = Kind.WITHDRAWAL
    rates = HR | RR

    def __init__(self, rules: DetectorRules, *, sci: bool) -> None:
        own = rules.withdrawal
        super().__init__(
            withdrawal.requirements(own.persistence),
            rules.persistence,
            own.persistence.deescalate_min,
            withdrawal.stage_of,
        )
        self.rules = own
        self._scorer = WithdrawalScorer(own, rules.deadband, sci=sci)
        self._slow_since: dict[int, float] = {}
        self._slow_channels: dict[int, int] = {}
        self.points: WithdrawalPoints = WithdrawalPoints()

    def _score(self, situation: Situation) -> int:
        self.points = self._scorer.points(situation.signs, situation.usual, situation.findings, situation.weights[0])
        return self.points.channels

    def _meet(self, situation: Situation, usable: int, _overdue: bool) -> tuple[tuple[str, ...], int]:
        findings, weight = situation.findings, situation.weights[0]
        met = withdrawal.rules_met(self.rules, situation.signs, self.points, findings, weight, usable)
        return met, withdrawal.classes_of(met, self.rules, self.points, findings, weight)

    def _at_once(self, classes: int, judgement: Judgement) -> int:
        """At a quiet pump the slow rules must have been met by every set for the long time, not by one."""
        allowed = classes & ~(withdrawal.WARNING_SLOW | withdrawal.EMERGENCY_SLOW)
        emergency = withdrawal.EMERGENCY_SLOW | withdrawal.EMERGENCY | withdrawal.EMERGENCY_FAST
        for slow, group in (
            (withdrawal.WARNING_SLOW, emergency | withdrawal.WARNING | withdrawal.WARNING_SLOW),
            (withdrawal.EMERGENCY_SLOW, emergency),
        ):
            if classes & group:
                since = self._slow_since.setdefault(slow, judgement.now)
                self._slow_channels[slow] = judgement.channels
                if judgement.now - since >= self.rules.persistence.quiet_min * MINUTE:
                    allowed |= classes & slow
            elif slow in self._slow_since and not self._slow_channels[slow] & ~judgement.fresh:
                del self._slow_since[slow]
        return allowed


class OverdoseDetector(Detector):
    """Detector O at one bed."""

    kind = Kind.OVERDOSE
    rates = overdose.CORE

    def __init__(self, rules: DetectorRules) -> None:
        own = rules.overdose
        super().__init__(
            overdose.requirements(own.persistence), rules.persistence, own.persistence.deescalate_min, overdose.stage_of
        )
        self.rules = own
        self._scorer = OverdoseScorer(own, rules.deadband, rules.artefact.cannula_etco2)
        self._apnoeas: list[float] = []
        self.points: OverdosePoints = OverdosePoints()

    def _score(self, situation: Situation) -> int:
        self.points = self._scorer.points(
            situation.signs,
            situation.usual,
            situation.findings,
            new_oxygen=situation.new_oxygen,
            cannula_doubtful=situation.cannula_doubtful,
            quiet=overdose.is_quiet(situation.weights[1], situation.findings),
        )
        return self.points.channels

    def _meet(self, situation: Situation, usable: int, overdue: bool) -> tuple[tuple[str, ...], int]:
        findings = situation.findings
        return overdose.rules_met(
            self.rules,
            situation.signs,
            self.points,
            findings,
            situation.weights[1],
            usable,
            situation.usual,
            sedation_usable=overdue or not findings.sedation_overdue,
        )

    def _at_once(self, classes: int, _judgement: Judgement) -> int:
        return classes

    def apnoea(self, situation: Situation) -> bool:
        """A device reports an apnoea long enough to count; a first lone one is a warning, any other an emergency."""
        repeat = self.rules.persistence.apnoea_repeat_min * MINUTE
        again = any(0 <= situation.now - at <= repeat for at in self._apnoeas)
        self._apnoeas = [*(at for at in self._apnoeas if situation.now - at <= repeat), situation.now][-2:]
        classes = self._judge(situation)
        points = self.points
        company = points.core + points.circulation + points.sedation + points.tone
        stage = Stage.EMERGENCY if company or again else Stage.WARNING
        before = classes.judgement
        breath = before.channels | (RR & before.fresh)
        judgement = replace(before, stage=max(stage, before.stage), channels=breath)
        self.met = ("apnoea", *self.met)
        return self.machine.raise_to(stage, judgement)
