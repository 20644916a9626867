"""When an alarm was answered: pure, over the steps of its life.

An answer is the first acknowledgement since the alarm last stepped up (a step up is news: what was said before was
said of something less). Taken back, it never was. When the sound returns later, it was answered all the same. The time
it took runs from when the alarm began to call: its onset, or the step up that came after an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from console.alarms.alarm import Change
from console.store.schema import FOREVER

LONGEST_BY = 100
"""Characters of a name by which one filters."""


@dataclass(frozen=True, slots=True)
class Answer:
    """calls_from: microseconds since 1970; response: microseconds from then on, FOREVER while nobody has answered."""

    calls_from: int
    response: int = FOREVER
    by: str = ""
    reason: str = ""


def after_step(
    before: Answer | None,
    change: Change,
    at_us: int,
    raised_us: int,
    acknowledged: tuple[int, str, str] | None,
    taken_back: int | None = None,
) -> Answer:
    """The answer after a step at `at_us`. before: None at the first step that is known. acknowledged: time in
    microseconds, name and reason of the acknowledgement that stands after the step, None for none. taken_back: time of
    the one that this step takes back; an earlier one, after which the sound had returned, is not taken back with it."""
    answer = before or Answer(raised_us)
    if change is Change.ESCALATE:
        answer = answer if answer.response == FOREVER else Answer(at_us)
    elif change is Change.UNACKNOWLEDGE and taken_back in (None, answer.calls_from + answer.response):
        answer = Answer(answer.calls_from)
    if answer.response == FOREVER and acknowledged is not None:
        at, by, reason = acknowledged
        answer = replace(answer, response=max(0, at - answer.calls_from), by=by[:LONGEST_BY], reason=reason)
    return answer
