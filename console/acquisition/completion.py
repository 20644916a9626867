"""Tells an event loop of futures that another thread ends, waking the loop once for many.

asyncio.wrap_future writes to the loop's own socket for each future; a commit that ends 64 of them at once would make
64 system calls, each giving the interpreter lock away. A task for each would cost as much again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Generic, TypeVar

from console.store.together import at_the_end

T = TypeVar("T")


class Completion(Generic[T]):
    """Calls back on the loop in the order in which the futures ended. after: called once behind those of one commit."""

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        self._after = after
        self._lock = threading.Lock()
        self._ended: list[tuple[Callable[[Future[T]], None], Future[T]]] = []

    def tell(self, future: Future[T], then: Callable[[Future[T]], None]) -> None:
        """Call `then` with the future on the running loop when it has ended: now, when it has already.

        It must not raise, nor hold the future: futures keep what they call, and only the collector would free both.
        """
        if future.done():
            then(future)
            self._after()
            return
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda ended: self._collect(then, ended, loop))

    def _collect(self, then: Callable[[Future[T]], None], future: Future[T], loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._ended.append((then, future))
            first = len(self._ended) == 1
        if first:
            at_the_end(partial(self._wake_up, loop))

    def _wake_up(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.call_soon_threadsafe(self._wake)
        except RuntimeError:
            # The loop has ended, and with it whoever waited; what was stored is stored.
            return

    def _wake(self) -> None:
        with self._lock:
            ended, self._ended = self._ended, []
        for then, future in ended:
            then(future)
        self._after()
