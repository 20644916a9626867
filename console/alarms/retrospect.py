"""Late values: the last hours of a patient judged again from the oldest minute that has changed.

Detector specification, section 6. The memory holds every minute as reduced; once an hour the state of the detectors is
kept. Late values are reduced by the same rules as live ones, put into their minutes, and a copy of the detectors goes
through all minutes since then, a few at a time. Pure; engine time is passed in.

Decisions where the specification is silent:
* What counts as late: a value that may not be judged as the present one, and a single reading (cuff, temperature) whose
  own time lies more than two minutes back. A rate that is a little late counts in the minute in which it arrived.
* A stage is raised now when its rule still holds in the light of all values, or was last seen to hold at most ten
  minutes ago: it sounds like any other and steps down by the ordinary clock. Of a rule that has been false for longer
  there is information, never sound. Loss of data after the late values is no end: such a stage still holds.
* Late values lower no stage and teach no usual value: what was shown live was seen by people who acted on it.
* After a restart the memory begins without values, but with the stages that the journal says were shown: what sounded
  is not told again. What was only told, and answered, before the restart may be told once more.
* Watch is no alarm: of a watch that is over nothing is told. Nor of a stage that was shown live within a quarter of an
  hour: that a known alarm should have begun some minutes sooner is no news.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import inf

from console.alarms.alarm import Presence, Stage, Transition
from console.alarms.frozen import Freezer
from console.alarms.late_course import KINDS, Course, LateFinding
from console.alarms.learned_baseline import Usual
from console.alarms.minute import Minute, filled, without_older
from console.alarms.minute_memory import HOURS_BACK, MinuteMemory
from console.alarms.pattern_account import PatternAccount
from console.alarms.pattern_judge import PatternJudge
from console.alarms.reduction import MINUTE
from console.alarms.signs import VitalSigns
from drivers.observation import Parameter, Status

LATE_S = 120.0
"""A single reading older than this on arrival is judged again in its own minute."""

GATHER_S = 5.0
PAUSE_S = 60.0
"""Late values come in bursts: they are gathered for 5 s, and a bed is judged again once a minute at the most."""

SAMPLES_GATHERED = 2_000
"""Late samples that wait to be reduced; with more the first of them are reduced at once."""

REACH = HOURS_BACK * 60
EVENTS_KEPT = 512
USUAL_KEPT = 16
KEEP_MIN = 60

SINGLE = frozenset({Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN, Parameter.TEMP})

_Sample = tuple[float, Parameter, float | None, Status, str | None, str]


class Retrospect:
    """What is kept of one patient for judging his last hours again.

    judge: at its first minute. oldest: engine time before which nothing is his; values up to six hours before the first
    minute are taken, for after a restart a feed sends what it has held back meanwhile.
    """

    def __init__(self, judge: PatternJudge, oldest: float) -> None:
        self._judge = judge
        self._freezer = Freezer(judge.rules)
        self._oldest = oldest
        self._memory = MinuteMemory()
        self._newest = round(judge.next / MINUTE) - 1
        self._first = self._newest - REACH + 1
        self._kept: deque[tuple[int, bytes]] = deque([(self._first - 1, self._freezer.freeze(judge.state()))])
        self._usual: deque[tuple[float, Usual]] = deque([(-inf, judge.keeper.usual)], maxlen=USUAL_KEPT)
        self._events: deque[tuple[float, str, tuple[object, ...]]] = deque(maxlen=EVENTS_KEPT)
        self._ahead: deque[tuple[float, str, tuple[object, ...]]] = deque(maxlen=EVENTS_KEPT)
        self._samples: list[_Sample] = []
        self._changed: int | None = None
        self._due = inf
        self._begun = -inf
        self._again: PatternJudge | None = None
        self._course = Course(self._newest)
        self._told: list[LateFinding] = []
        self.refused = 0

    # --- what is remembered --------------------------------------------------------------------------------------

    def minute_passed(self, minute: Minute | None) -> None:
        """A minute was judged live: remember it, and take up the second look when that has come as far."""
        judge = self._judge
        self._newest = round(judge.now / MINUTE)
        if minute is not None:
            minute = without_older(minute, judge.now - MINUTE - LATE_S)
        self._memory.begin(self._newest, minute, judge.stages())
        if judge.keeper.usual is not self._usual[-1][1]:
            self._usual.append((judge.now, judge.keeper.usual))
        if self._again is not None and self._newest - self._course.reached == 1:
            self._take_over(self._again)
        if self._newest % KEEP_MIN == 0 or len(self._kept) == 1:
            self._keep(judge)

    def event(self, stamp: float, name: str, *given: object) -> None:
        """Something other than a minute that changed the judge: the method and what it was given."""
        self._events.append((stamp, name, given))
        self._ahead.append((stamp, name, given))

    def shown_before(self, steps: Iterable[Transition]) -> None:
        """What stood before a restart, oldest first; each stage holds until the next step of its pattern."""
        for step in steps:
            condition = step.alarm.condition
            stage = condition.stage if step.alarm.presence is Presence.ACTIVE else Stage.NONE
            begin = max(_number(step.at.timestamp()), self._first)
            self._memory.show(KINDS.index(condition.kind), range(begin, self._newest + 1), stage)

    def _keep(self, judge: PatternJudge) -> None:
        """Keep the state after a minute, in place of the one kept for it before, and let go of those older than the
        memory but for the newest of them: a second look at the oldest minute begins there."""
        number = round(judge.now / MINUTE)
        kept = sorted([*(k for k in self._kept if k[0] != number), (number, self._freezer.freeze(judge.state()))])
        while len(kept) > 1 and kept[1][0] < self._newest - REACH:
            del kept[0]
        self._kept = deque(kept)

    # --- what is late --------------------------------------------------------------------------------------------

    def late(self, sample: _Sample, now: float) -> bool:
        """A late sample, its own time first; False when it belongs to nobody here, or to a time too long ago."""
        measured = sample[0]
        if measured < self._oldest or _number(measured) < self._reach:
            self.refused += 1
            return False
        self._samples.append(sample)
        self._wait(now)
        if len(self._samples) >= SAMPLES_GATHERED:
            self._reduce(now)
        return True

    def changed(self, at: float, now: float) -> None:
        """Something charted counts from `at` on; a time that has not been judged yet changes nothing."""
        number = max(_number(at), self._reach)
        if number <= self._newest:
            self._changed = number if self._changed is None else min(self._changed, number)
            self._wait(now)

    # --- the second look -----------------------------------------------------------------------------------------

    def reassess(self, minutes: int, now: float) -> int:
        """Go through at most so many minutes; gives how many it were, 0 when there is nothing to do."""
        if self._again is None and now >= self._due:
            self._begin(now)
        if self._again is None:
            return 0
        steps = min(minutes, self._newest - self._course.reached)
        for _ in range(steps):
            self._go_on(self._again)
        return steps

    def take_told(self) -> list[LateFinding]:
        """What is over and was not told before."""
        told, self._told = self._told, []
        return told

    def _begin(self, now: float) -> None:
        self._due = inf
        self._reduce(now)
        changed, self._changed = self._changed, None
        if changed is None:
            return
        self._begun = now
        number, frozen = next((kept for kept in reversed(self._kept) if kept[0] < changed), self._kept[0])
        # Only the state of one who has seen nothing can be older than the memory; it is the same an hour later.
        number = max(number, self._newest - REACH - KEEP_MIN)
        again = self._judge.earlier(self._freezer.thaw(frozen))
        again.now, again.next = number * MINUTE, (number + 1) * MINUTE
        self._again, self._course = again, Course(number)
        self._ahead = deque((e for e in self._events if e[0] >= again.now), maxlen=EVENTS_KEPT)

    def _go_on(self, again: PatternJudge) -> None:
        """One more minute of the past, with what happened in it."""
        course, end = self._course, again.next
        while self._ahead and self._ahead[0][0] < end:
            stamp, name, given = self._ahead.popleft()
            getattr(again, name)(*given, stamp)
        again.judge_by(next((usual for since, usual in reversed(self._usual) if since < end), self._usual[0][1]))
        again.take_minute(self._memory.get(course.reached + 1))
        for which, detector in enumerate(again.detectors):
            if course.add(which, detector.holds, end):
                account = PatternAccount(again.findings, again.windows)
                course.describe(which, account.condition(detector, again.situation).detail)
        course.reached += 1
        if course.reached % KEEP_MIN == 0:
            self._keep(again)

    def _take_over(self, again: PatternJudge) -> None:
        """Go on as if the late values had come in time; no stage falls by it."""
        self._go_on(again)
        self._again, course, end = None, self._course, self._judge.now
        self._judge.take_over(again, (course.raises(0, end), course.raises(1, end)))
        self._told += course.findings(self._memory, self._judge.stages(), end)

    # --- inside --------------------------------------------------------------------------------------------------

    @property
    def _reach(self) -> int:
        """Number of the oldest minute that can be judged again."""
        return max(self._first, self._newest - REACH + 1)

    def _wait(self, now: float) -> None:
        self._due = min(self._due, max(now + GATHER_S, self._begun + PAUSE_S))

    def _reduce(self, now: float) -> None:
        """Put the late samples into their minutes, reduced by the rules that clean live ones. Those of a minute that
        has not ended wait for it."""
        ended = self._newest * MINUTE
        samples = sorted((s for s in self._samples if s[0] < ended), key=lambda sample: sample[0])
        self._samples = [s for s in self._samples if s[0] >= ended][-SAMPLES_GATHERED // 2 :]
        if self._samples:
            self._wait(now)
        signs, number = VitalSigns(self._judge.rules), None
        for at, parameter, value, status, site, source in samples:
            if number is not None and _number(at) != number:
                self._fill(number, signs)
            number = _number(at)
            signs.observe(parameter, value, status, at, None, site, source)
        if number is not None:
            self._fill(number, signs)

    def _fill(self, number: int, signs: VitalSigns) -> None:
        late = signs.close_minute(number * MINUTE)
        if late is None or not self._reach <= number <= self._newest:
            return
        before = self._memory.get(number)
        after = filled(before, late)
        if after is not before:
            self._memory.put(number, after)
            self._changed = number if self._changed is None else min(self._changed, number)


def _number(at: float) -> int:
    """Number of the minute a moment falls into; a moment on its edge begins the next, as live."""
    return int(at // MINUTE) + 1
