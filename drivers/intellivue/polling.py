"""Which poll is asked when, and which answer belongs to which poll.

A monitor answers at its own beat of 1.024 s, so polls of different subjects stand open at the same time, one of each.
After an association comes about the system is polled first, so that who speaks is known before what it says.

An answer is taken only with the invoke id, poll number, class and attribute group of an open poll. Others come too late
or answer somebody else; they are counted and not charted. A recording has only such answers: a file without times is
taken as it stands, and in a timed one somebody else's answers are taken when ours do not come.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.intellivue.answers import Answer, Joiner
from drivers.intellivue.messages import (
    ALARM_ATTRIBUTES,
    ALARM_MONITOR,
    ALL_ATTRIBUTES,
    MDS,
    NUMERIC,
    OBSERVED_VALUES,
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

LONGEST_INTERVAL_S = 4.0
"""Numerics are polled at least so often, whatever the monitor grants: one lost answer must not look like a lost
association, which the monitor drops after ten seconds without a poll."""

OVERHEARD_AFTER_S, OVERHEARD_FROM = 3.0, 3
"""Somebody else's answers are taken from this one on, when ours have not come for so long."""


class Subject(Enum):
    """What is polled: object class."""

    NUMERICS = NUMERIC
    ALARMS = ALARM_MONITOR
    SYSTEM = MDS


_TELLING = {
    Subject.NUMERICS: (ALL_ATTRIBUTES, OBSERVED_VALUES),
    Subject.ALARMS: (ALL_ATTRIBUTES, ALARM_ATTRIBUTES),
    Subject.SYSTEM: (ALL_ATTRIBUTES,),
}
"""Attribute groups that hold all the console reads of a subject; another program may ask for others."""


@dataclass(slots=True)
class IgnoredAnswers:
    """Answers that were not charted. foreign: to no open poll, or too late; incomplete: parts of them are missing."""

    foreign: int = 0
    incomplete: int = 0


@dataclass(frozen=True, slots=True)
class _OpenPoll:
    invoke_id: int
    asked_at: float
    bad_before: int


class Polling:
    """The polls of one association after the other.

    numerics_every_s: seconds between two polls of numerics, more when the monitor grants no less. labels: all
    attributes of numerics are polled, not only their values. refused: what the monitor will not tell.
    """

    def __init__(self, numerics_every_s: float, *, alarms: bool, labels: bool) -> None:
        self._every = {Subject.SYSTEM: SYSTEM_EVERY_S, Subject.NUMERICS: numerics_every_s}
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
        self._joiner = Joiner()
        self._answered_at = 0.0
        self._strangers = 0
        self.refused: dict[Subject, RemoteError] = {}
        self._ignored = IgnoredAnswers()

    @property
    def ignored(self) -> IgnoredAnswers:
        """What was not charted so far."""
        return IgnoredAnswers(self._ignored.foreign, self._ignored.incomplete + self._joiner.abandoned)

    @property
    def overhears(self) -> bool:
        """True while somebody else's answers are taken."""
        return self._strangers >= OVERHEARD_FROM

    def start(self, elapsed: float, min_poll_s: float) -> None:
        """A new association: what was open before will not be answered."""
        self._every[Subject.NUMERICS] = max(self._numerics_every_s, min(min_poll_s, LONGEST_INTERVAL_S))
        self._due = {Subject.SYSTEM: elapsed}
        self._open.clear()
        self._joiner.abandon()
        self.refused.clear()

    def requests(self, elapsed: float, bad_frames: int) -> list[bytes]:
        """The poll that has been due for longest, if any: one a step, so that the answers do not come in a heap.

        bad_frames: counted so far; an answer in parts with a bad frame in it has a hole.
        """
        for subject, poll in list(self._open.items()):
            if elapsed - poll.asked_at >= ANSWER_S:
                self._close(subject)
        waiting = [subject for subject, due in self._due.items() if elapsed >= due and subject not in self._open]
        if not waiting:
            return []
        subject = min(waiting, key=self._due.__getitem__)
        self._invoke_id = self._invoke_id % 0xFFFF + 1
        self._open[subject] = _OpenPoll(self._invoke_id, elapsed, bad_frames)
        self._due[subject] = elapsed + self._every[subject]
        return [single_poll(self._invoke_id, self._invoke_id, subject.value, self._groups[subject])]

    def take(self, result: PollResult, elapsed: float, bad_frames: int) -> Answer | None:
        """The answer that this message completes, when it is to be charted."""
        answer = self._joiner.take(result, bad_frames)
        if answer is None:
            return None
        subject = self._asked(answer)
        if subject is None:
            return self._overhear(answer, elapsed)
        holed = not answer.objects and bad_frames != self._open[subject].bad_before
        self._close(subject)
        if holed or not answer.complete:
            self._ignored.incomplete += 1
            return None
        self.refused.pop(subject, None)
        self._answered_at = elapsed
        self._strangers = 0
        return answer

    def take_error(self, error: RemoteError, elapsed: float) -> Subject | None:
        """What the monitor refuses to tell; it is asked again later. None when this was no answer to an open poll."""
        subject = next((s for s, poll in self._open.items() if poll.invoke_id == error.invoke_id), None)
        if subject is None:
            self._ignored.foreign += 1
            return None
        self._close(subject)
        self.refused[subject] = error
        if subject is not Subject.NUMERICS:
            self._due[subject] = elapsed + REFUSED_AGAIN_S
        return subject

    def _asked(self, answer: Answer) -> Subject | None:
        """The subject of the open poll that this is the answer to."""
        for subject, poll in self._open.items():
            wanted = (subject.value, self._groups[subject], poll.invoke_id, poll.invoke_id)
            if (answer.object_class, answer.group, answer.invoke_id, answer.poll_number) == wanted:
                return subject
        return None

    def _overhear(self, answer: Answer, elapsed: float) -> Answer | None:
        """An answer to no open poll, when it is to be charted nevertheless."""
        if not answer.complete:
            self._ignored.incomplete += 1
            return None
        telling = any(s.value == answer.object_class and answer.group in groups for s, groups in _TELLING.items())
        if telling and answer.objects:
            if elapsed == 0.0:
                return answer
            if elapsed - self._answered_at >= OVERHEARD_AFTER_S:
                self._strangers += 1
                if self.overhears:
                    return answer
        self._ignored.foreign += 1
        return None

    def _close(self, subject: Subject) -> None:
        """This poll is over. After the first one, that of the system, the others may follow."""
        del self._open[subject]
        for other in self._every:
            self._due.setdefault(other, 0.0)
