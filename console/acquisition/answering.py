"""When a message may be answered that is more than values: what it does to the ward has to be on record first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future

from hl7.acknowledgement import ACCEPTED, Verdict

RESENT_S = 600.0
"""So long after its start a feed takes the movement of a message again that is on record: a sender that had no answer
before a crash sends again as soon as somebody listens."""


def answer_after(done: Sequence[Future[None]], answer: asyncio.Future[Verdict]) -> None:
    """Accept when all of these have ended; fail with the first error, so that the sender sends again."""
    if not done:
        if not answer.done():
            answer.set_result(ACCEPTED)
        return

    def ended(all_of_them: asyncio.Future[list[None]]) -> None:
        error = all_of_them.exception()
        if answer.done():
            return
        if error is None:
            answer.set_result(ACCEPTED)
        else:
            answer.set_exception(error)

    asyncio.gather(*map(asyncio.wrap_future, done)).add_done_callback(ended)
