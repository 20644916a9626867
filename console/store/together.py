"""Futures that end with one commit, told as one: whoever has to wake another thread for them does it once, at the end.

Waking a thread hands it the interpreter lock. Done at the first future of a commit, the others would wait until that
thread is through with it, and so on for each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

_group = threading.local()


@contextmanager
def together() -> Iterator[None]:
    """Inside, this thread ends the futures of one commit. Not to be nested."""
    acts: list[Callable[[], None]] = []
    _group.acts = acts
    try:
        yield
    finally:
        _group.acts = None
        for act in acts:
            act()


def at_the_end(act: Callable[[], None]) -> None:
    """For a callback of a future: call `act` when all futures of the commit have ended; now, where one ends alone.

    act: must not raise.
    """
    acts: list[Callable[[], None]] | None = getattr(_group, "acts", None)
    if acts is None:
        act()
    else:
        acts.append(act)


def failed(error: Exception) -> Future[Any]:
    """A future that has ended with an error."""
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
