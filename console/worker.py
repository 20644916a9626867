"""Threads of a desk: what is asked from any thread is done on them, in turn, and answered by a future."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

BUSY = "Too much is being asked already; nothing was done. Try again."
CLOSED = "The console is being closed; nothing was done."


class Worker:
    """name: of its threads. waiting: how much may be asked and not yet answered; more is refused at once."""

    def __init__(self, name: str, threads: int, waiting: int, busy: str = BUSY) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._room = threading.BoundedSemaphore(waiting)
        self._busy = busy

    def ask(self, work: Callable[[], T], refused: Callable[[str], T]) -> Future[T]:
        """The answer of `work`, or what it raises. refused: what a sentence becomes when it was not done, a result or
        what it raises; `work` has not begun then."""
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()  # what is asked is answered
        if not self._room.acquire(blocking=False):
            _end(answer, lambda: refused(self._busy))
            return answer

        def pass_on(done: Future[T]) -> None:
            self._room.release()
            try:
                result = done.result()
            except CancelledError:
                _end(answer, lambda: refused(CLOSED))
            except Exception as error:  # noqa: BLE001 - whoever asked gets it as the answer
                answer.set_exception(error)
            else:
                answer.set_result(result)

        try:
            self._pool.submit(work).add_done_callback(pass_on)
        except RuntimeError:  # it has been shut down
            self._room.release()
            _end(answer, lambda: refused(CLOSED))
        return answer

    def stop(self) -> None:
        """End what is under way, refuse what waits and all that follows. May be called twice."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _end(answer: Future[T], refuse: Callable[[], T]) -> None:
    try:
        answer.set_result(refuse())
    except Exception as error:  # noqa: BLE001 - some desks refuse by what they raise
        answer.set_exception(error)
