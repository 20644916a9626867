"""When which step is sent to one alarm manager, again and again until it is answered. Pure: time is passed in.

A step is sent only after the step before it of the same alarm has been accepted or given up; other alarms go on
meanwhile, the most urgent first. An answer counts only for a message that is underway on the connection it came over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from console.store.outbox import StepState, WaitingStep

ACCEPTED = frozenset({"AA", "CA"})
REJECTED = frozenset({"AR", "CR"})


@dataclass(frozen=True, slots=True)
class Policy:
    """See console.config_alerting.AlarmManagerConfig. keep_s: after which the steps of an alarm that is over expire."""

    retry_s: float = 1.0
    retry_max_s: float = 30.0
    tries: int = 5
    window: int = 1
    timeout_s: float = 10.0
    heartbeat_s: float = 0.0
    keep_s: float = 86_400.0
    keep_steps: int = 5_000


@dataclass(frozen=True, slots=True)
class Result:
    """A step that is over: accepted, refused or expired. tries: how often it was sent; answer: in one line."""

    step: WaitingStep
    state: StepState
    tries: int
    answer: str = ""


@dataclass(slots=True)
class _Try:
    """How a waiting step has fared. since: seconds at which it happened, on a clock that never steps; errors: error
    answers; lost: times it was underway when the line was lost."""

    sent: int
    since: float
    errors: int = 0
    lost: int = 0
    not_before: float = float("-inf")


class Delivery:
    """The way of steps to one manager. draw: a random number of [0, 1), for the jitter of pauses."""

    def __init__(self, policy: Policy, draw: Callable[[], float]) -> None:
        self._policy = policy
        self._draw = draw
        self._alarms: dict[str, deque[WaitingStep]] = {}
        self._tries: dict[int, _Try] = {}
        self._underway: dict[str, tuple[WaitingStep | None, float]] = {}
        self._open = False
        self._answered = False
        self._failures = 0
        self._line_at = float("-inf")
        self._traffic = float("-inf")
        self.stray = 0

    # --- steps ---------------------------------------------------------------------------------------------------

    def add(self, steps: Iterable[WaitingStep], since: Callable[[WaitingStep], float]) -> None:
        """Steps to be sent, in the order of the journal; one that is known is passed over. since: when a step happened,
        in seconds that never step; asked once, as the wall clock may be set while it waits."""
        for step in steps:
            if step.number not in self._tries:
                self._alarms.setdefault(step.alarm_id, deque()).append(step)
                self._tries[step.number] = _Try(step.tries, since(step))

    @property
    def waiting(self) -> int:
        """Steps neither accepted nor given up."""
        return len(self._tries)

    def oldest(self) -> float | None:
        """When the oldest waiting step happened."""
        return min((tried.since for tried in self._tries.values()), default=None)

    def oldest_that_counts(self) -> float | None:
        """The same of steps of medium or high priority whose waiting is to be told."""
        every = (step for steps in self._alarms.values() for step in steps)
        return min((self._tries[s.number].since for s in every if s.counts and s.priority > 1), default=None)

    # --- the line ------------------------------------------------------------------------------------------------

    def wants_line(self, now: float) -> bool:
        """Whether a connection should be opened now."""
        if self._open or now < self._line_at:
            return False
        return self._policy.heartbeat_s > 0 or self._ready(now) is not None

    def opened(self, now: float) -> None:
        """A connection is there."""
        self._open, self._answered = True, False
        self._traffic = now

    def closed(self, now: float) -> None:
        """The connection is gone, or could not be made: what was underway is sent again, the next try waits.

        A manager that closes after its answer has not failed.
        """
        if self._underway or not self._answered:
            self._failures += 1
            self._line_at = now + self._pause(self._failures)
        for step, _ in self._underway.values():
            if step is not None:
                tried = self._tries[step.number]
                tried.lost += 1
                tried.not_before = now + self._pause(tried.lost)
        self._underway.clear()
        self._open = False

    def overdue(self, now: float) -> bool:
        """Whether an answer is missing; the connection is then to be closed, so that it cannot come late."""
        return any(deadline <= now for _, deadline in self._underway.values())

    # --- messages ------------------------------------------------------------------------------------------------

    def next(self, now: float) -> WaitingStep | None:
        """The step to be sent now, None when there is none or no room for one."""
        if not self._open or len(self._underway) >= self._policy.window:
            return None
        return self._ready(now)

    def beat_due(self, now: float) -> bool:
        """Whether a sign of life is to be sent now."""
        every = self._policy.heartbeat_s
        return self._open and every > 0 and not self._underway and now - self._traffic >= every

    def sent(self, step: WaitingStep, now: float) -> int:
        """A step is underway; how often it has been sent."""
        self._underway[step.control_id] = step, now + self._policy.timeout_s
        self._traffic = now
        tried = self._tries[step.number]
        tried.sent += 1
        return tried.sent

    def beat(self, control_id: str, now: float) -> None:
        """A sign of life is underway."""
        self._underway[control_id] = None, now + self._policy.timeout_s
        self._traffic = now

    def answered(self, control_id: str, code: str, text: str, now: float) -> Result | None:
        """An answer came over the open connection. The step it ends, None when it ends none.

        code: MSA-1. Rejected (AR, CR): given up. Accepted (AA, CA): done. Anything else is an error: tried again.
        """
        if control_id not in self._underway:
            self.stray += 1
            return None
        step, _ = self._underway.pop(control_id)
        # Whoever answers is there, whatever he says: the pauses of the line begin anew.
        self._answered, self._failures, self._traffic = True, 0, now
        if step is None:
            return None
        tried = self._tries[step.number]
        if code in ACCEPTED:
            return self._end(step, StepState.ACKNOWLEDGED, code)
        if code in REJECTED:
            return self._end(step, StepState.REFUSED, f"{code} {text}".strip())
        tried.errors += 1
        if tried.errors >= self._policy.tries:
            return self._end(step, StepState.REFUSED, f"{code[:2]} after {tried.errors} tries {text}".strip())
        tried.not_before = now + self._pause(tried.errors)
        return None

    def unbuildable(self, step: WaitingStep, why: str) -> Result:
        """No message can be made of the step: given up."""
        return self._end(step, StepState.REFUSED, why)

    def due(self, now: float) -> float | None:
        """The time at which there is something to do again without anything arriving, None when there is nothing."""
        times = [deadline for _, deadline in self._underway.values()]
        heads = [self._tries[s[0].number].not_before for s in self._alarms.values() if not self._flies(s[0])]
        beats = self._policy.heartbeat_s > 0
        if not self._open:
            wanted = [*heads, *([now] if beats else [])]
            times += [max(self._line_at, min(wanted))] if wanted else []
        else:
            if len(self._underway) < self._policy.window:
                times += heads
            if beats and not self._underway:
                times.append(self._traffic + self._policy.heartbeat_s)
        return min(times, default=None)

    # --- bounds --------------------------------------------------------------------------------------------------

    def expire(self, now: float) -> list[Result]:
        """Let go what is too old or too much: always whole alarms, never a step out of the middle of one. now: on the
        clock of `since`."""
        found: list[Result] = []
        before = now - self._policy.keep_s
        for steps in list(self._alarms.values()):
            if steps[-1].ends and self._tries[steps[-1].number].since < before:
                found += self._let_go(steps, "too old: its alarm is long over")
        if self.waiting > self._policy.keep_steps:
            for steps in sorted(self._alarms.values(), key=lambda s: (not s[-1].ends, s[-1].number)):
                found += self._let_go(steps, "too many steps were waiting")
                if self.waiting <= self._policy.keep_steps:
                    break
        return found

    def _let_go(self, steps: deque[WaitingStep], why: str) -> list[Result]:
        if self._flies(steps[0]):
            return []
        return [self._end(step, StepState.EXPIRED, why) for step in list(steps)]

    # --- inside --------------------------------------------------------------------------------------------------

    def _flies(self, step: WaitingStep) -> bool:
        return step.control_id in self._underway

    def _ready(self, now: float) -> WaitingStep | None:
        """The first waiting step of the alarm whose turn it is."""
        ready = [
            steps
            for steps in self._alarms.values()
            if not self._flies(steps[0]) and self._tries[steps[0].number].not_before <= now
        ]
        return min(ready, key=self._turn)[0] if ready else None

    def _turn(self, steps: deque[WaitingStep]) -> tuple[bool, int, int]:
        """Most urgent alarm first, then oldest. What was lost twice with the line may be what brings the receiver
        down: the others have their turn before it."""
        suspect = self._tries[steps[0].number].lost > 1
        return suspect, -max(step.priority for step in steps), steps[0].number

    def _end(self, step: WaitingStep, state: StepState, answer: str) -> Result:
        steps = self._alarms[step.alarm_id]
        steps.remove(step)
        if not steps:
            del self._alarms[step.alarm_id]
        return Result(step, state, self._tries.pop(step.number).sent, answer)

    def _pause(self, failures: int) -> float:
        """Doubled with every failure up to the longest, and never the same for two senders."""
        policy = self._policy
        pause = min(policy.retry_max_s, policy.retry_s * 2.0 ** min(failures - 1, 16))
        return pause * (0.75 + 0.5 * self._draw())
