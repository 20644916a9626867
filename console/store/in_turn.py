"""Long reads for which nobody is kept waiting: one at a time on a thread of their own, given up when not wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection

from console.store.errors import StoreClosed

T = TypeVar("T")


class InTurn:
    """Runs work that yields None after each part and its result last. A future that is cancelled, also while its work
    is under way, ends that work after the part."""

    def __init__(self, read: Callable[[Callable[[Connection], None]], None]) -> None:
        self._read = read
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store-figures")
        self._closed = False

    def ask(self, work: Callable[[Connection], Iterator[T | None]]) -> Future[T]:
        """The future of the result."""
        future: Future[T] = Future()
        try:
            self._pool.submit(self._run, work, future)
        except RuntimeError:
            future.set_exception(StoreClosed("the store is closed"))
        return future

    def close(self) -> None:
        """Give up what is under way after its part, and everything that waits."""
        self._closed = True
        self._pool.shutdown(wait=True)

    def _run(self, work: Callable[[Connection], Iterator[T | None]], future: Future[T]) -> None:
        found: list[T] = []

        def through(connection: Connection) -> None:
            for part in work(connection):
                if part is not None:
                    found.append(part)
                if future.cancelled() or self._closed:
                    return

        error: Exception | None = None
        try:
            if not future.cancelled() and not self._closed:
                self._read(through)
        except Exception as failed:  # noqa: BLE001 - told by the future
            error = failed
        # From here on nobody can cancel.
        if not future.set_running_or_notify_cancel():
            return
        if error is not None:
            future.set_exception(error)
        elif found:
            future.set_result(found[-1])
        else:
            future.set_exception(StoreClosed("the store is closed"))
