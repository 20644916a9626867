"""Tells an event loop of futures that another thread ends, waking the loop once for many.

asyncio.wrap_future writes to the loop's own socket for each future; a commit that ends 64 of them at once would make
64 system calls, each giving the interpreter lock away. A task for each would cost as much again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class Completion:
    """Calls back on the loop in the order in which the futures ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: list[Callable[[], None]] = []

    def tell(self, future: Future[Any], then: Callable[[], None]) -> None:
        """Call `then` on the running loop when `future` has ended: now, when it has already. It must not raise."""
        if future.done():
            then()
            return
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: self._collect(then, loop))

    def _collect(self, then: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._ended.append(then)
            first = len(self._ended) == 1
        if first and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        with self._lock:
            ended, self._ended = self._ended, []
        for then in ended:
            then()
