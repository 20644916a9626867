"""Joins the messages of an answer: one plain result, or linked results with a plain or last one behind them.

An answer is complete when its parts are numbered without a gap and no bad frame fell among them; of an incomplete one
nothing is taken. Numbers of polls and parts as seen from a real monitor: parts count from 1, and the plain result
behind them is empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from drivers.intellivue.messages import PolledObject, PollResult

MOST_PARTS = 32
"""Messages of one answer; longer ones are given up. A thousand bytes each, that is hundreds of numerics."""


@dataclass(slots=True)
class Answer:
    """Everything the monitor said to one poll. counter: its own, 125 us each, when it said it; absolute_time: its clock
    then, where it tells it.

    bad_before: bad frames counted when its first part came.
    """

    invoke_id: int
    poll_number: int
    object_class: int
    group: int
    bad_before: int
    counter: int = 0
    absolute_time: datetime | None = None
    objects: list[PolledObject] = field(default_factory=list)
    messages: int = 0
    parts: int = 0
    complete: bool = True

    def is_continued_by(self, result: PollResult) -> bool:
        """True when `result` answers the same poll."""
        return (self.invoke_id, self.poll_number, self.object_class, self.group) == (
            result.invoke_id,
            result.poll_number,
            result.object_class,
            result.group,
        )


class Joiner:
    """Joins the parts of one answer after the other; a monitor does not mix the parts of several."""

    def __init__(self) -> None:
        self._begun: Answer | None = None
        self.abandoned = 0

    def take(self, result: PollResult, bad_frames: int) -> Answer | None:
        """The answer that this message ends, complete or not."""
        if self._begun is None or not self._begun.is_continued_by(result) or result.part == 1:
            self.abandon()
            self._begun = Answer(result.invoke_id, result.poll_number, result.object_class, result.group, bad_frames)
        answer = self._begun
        answer.messages += 1
        answer.complete &= answer.messages <= MOST_PARTS and answer.bad_before == bad_frames
        if result.part is not None:
            answer.parts += 1
            answer.complete &= result.part == answer.parts
        if answer.complete:
            answer.counter, answer.absolute_time = result.relative_time, result.absolute_time
            answer.objects += result.objects
        if not result.last:
            return None
        self._begun = None
        return answer

    def abandon(self) -> None:
        """What has begun will not be ended."""
        self.abandoned += self._begun is not None
        self._begun = None
