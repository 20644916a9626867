"""Which poll is asked when, and which answer belongs to which poll.

A monitor answers at its own beat of 1.024 s, so polls of different subjects stand open at the same time, one of each.
An answer is taken only with the invoke id, poll number, class and attribute group of an open poll; an answer in parts
is taken only when all of them came. Everything else is counted and not charted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from drivers.intellivue.messages import (
    ALARM_ATTRIBUTES,
    ALARM_MONITOR,
    ALL_ATTRIBUTES,
    MDS,
    NUMERIC,
    OBSERVED_VALUES,
    PolledObject,
    PollResult,
    RemoteError,
    single_poll,
)

ANSWER_S = 3.0
"""A poll not answered by then is given up; a real monitor took at most 1.1 s, to which the slower line adds 0.6."""

ALARMS_EVERY_S = 3.0
SYSTEM_EVERY_S = 10.0
REFUSED_AGAIN_S = 30.0
"""After a refused poll of alarms or system the next one waits so long."""

LONGEST_INTERVAL_S = 8.0
"""Numerics are polled at least so often, whatever the monitor grants: it drops an association it hears nothing of."""

MOST_PARTS = 32
"""Linked results of one answer; longer ones are given up. A thousand bytes each, that is hundreds of numerics."""


class Subject(Enum):
    """What is polled: object class."""

    NUMERICS = NUMERIC
    ALARMS = ALARM_MONITOR
    SYSTEM = MDS


@dataclass(slots=True)
class IgnoredAnswers:
    """Answers that were not charted. foreign: to no open poll, or too late; incomplete: parts of them are missing."""

    foreign: int = 0
    incomplete: int = 0


@dataclass(slots=True)
class Answer:
    """Everything the monitor said to one poll. counter: its own, 125 us each, when it said it."""

    subject: Subject
    counter: int = 0
    objects: list[PolledObject] = field(default_factory=list)


@dataclass(slots=True)
class _OpenPoll:
    answer: Answer
    invoke_id: int
    group: int
    asked_at: float
    bad_before: int
    parts: int = 0
    next_part: int | None = None
    broken: bool = False


class Polling:
    """The polls of one association after the other.

    numerics_every_s: seconds between two polls of numerics, more when the monitor grants no less. labels: all
    attributes of numerics are polled, not only their values.
    """

    def __init__(self, numerics_every_s: float, *, alarms: bool, labels: bool) -> None:
        self._every = {Subject.NUMERICS: numerics_every_s, Subject.SYSTEM: SYSTEM_EVERY_S}
        if alarms:
            self._every[Subject.ALARMS] = ALARMS_EVERY_S
        self._groups = {
            Subject.NUMERICS: ALL_ATTRIBUTES if labels else OBSERVED_VALUES,
            Subject.ALARMS: ALARM_ATTRIBUTES,
            Subject.SYSTEM: ALL_ATTRIBUTES,
        }
        self._numerics_every_s = numerics_every_s
        self._invoke_id = 0
        self._due: dict[Subject, float] = {}
        self._open: dict[Subject, _OpenPoll] = {}
        self.refused: dict[Subject, RemoteError] = {}
        self.ignored = IgnoredAnswers()

    def start(self, elapsed: float, min_poll_s: float) -> None:
        """A new association: what was open before will not be answered."""
        self._every[Subject.NUMERICS] = max(self._numerics_every_s, min(min_poll_s, LONGEST_INTERVAL_S))
        self._due = dict.fromkeys(self._every, elapsed)
        self._open.clear()
        self.refused.clear()

    def requests(self, elapsed: float, bad_frames: int) -> list[bytes]:
        """The poll that has been due for longest, if any: one a step, so that the answers do not come in a heap.

        bad_frames: counted so far; an answer in parts with a bad frame in it has a hole.
        """
        for subject, poll in list(self._open.items()):
            if elapsed - poll.asked_at >= ANSWER_S:
                self._forget(subject, poll)
        waiting = [subject for subject, due in self._due.items() if elapsed >= due and subject not in self._open]
        if not waiting:
            return []
        subject = min(waiting, key=self._due.__getitem__)
        self._invoke_id = self._invoke_id % 0xFFFF + 1
        group = self._groups[subject]
        self._open[subject] = _OpenPoll(Answer(subject), self._invoke_id, group, elapsed, bad_frames)
        self._due[subject] = elapsed + self._every[subject]
        return [single_poll(self._invoke_id, self._invoke_id, subject.value, group)]

    def take(self, result: PollResult, bad_frames: int) -> Answer | None:
        """The answer that this message completes."""
        subject = next((s for s in self._open if s.value == result.object_class), None)
        poll = self._open[subject] if subject is not None else None
        if (
            subject is None
            or poll is None
            or (result.invoke_id, result.poll_number, result.group) != (poll.invoke_id, poll.invoke_id, poll.group)
        ):
            self.ignored.foreign += 1
            return None
        self._join(poll, result, bad_frames)
        if not result.last:
            return None
        if poll.broken:
            self._forget(subject, poll)
            return None
        del self._open[subject]
        self.refused.pop(subject, None)
        return poll.answer

    def _join(self, poll: _OpenPoll, result: PollResult, bad_frames: int) -> None:
        if result.part is not None:
            poll.broken |= result.part != (1 if poll.next_part is None else poll.next_part)
            poll.next_part = (result.part + 1) % 256
        poll.parts += 1
        poll.broken |= poll.parts > MOST_PARTS or (poll.parts > 1 and bad_frames != poll.bad_before)
        if not poll.broken:
            poll.answer.counter = result.relative_time
            poll.answer.objects += result.objects

    def _forget(self, subject: Subject, poll: _OpenPoll) -> None:
        del self._open[subject]
        self.ignored.incomplete += poll.parts > 0

    def take_error(self, error: RemoteError, elapsed: float) -> Subject | None:
        """What the monitor refuses to tell; it is asked again later. None when this was no answer to an open poll."""
        subject = next((s for s, poll in self._open.items() if poll.invoke_id == error.invoke_id), None)
        if subject is None:
            self.ignored.foreign += 1
            return None
        del self._open[subject]
        self.refused[subject] = error
        if subject is not Subject.NUMERICS:
            self._due[subject] = elapsed + REFUSED_AGAIN_S
        return subject
