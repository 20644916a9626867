"""Waits on an event loop for futures that another thread ends, waking the loop once for many.

asyncio.wrap_future writes to the loop's own socket for each future; a commit that ends 64 of them at once would make
64 system calls, each giving the interpreter lock away.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Completion:
    """Belongs to one event loop, the one that runs when `wait` is first called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: list[asyncio.Future[None]] = []

    async def wait(self, future: Future[T]) -> T:
        """The result of `future`, or its exception. Cancelling this leaves `future` alone."""
        if future.done():
            return future.result()
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        future.add_done_callback(lambda _: self._collect(waiting, loop))
        await waiting
        return future.result()

    def _collect(self, waiting: asyncio.Future[None], loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._ended.append(waiting)
            first = len(self._ended) == 1
        if first and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        with self._lock:
            ended, self._ended = self._ended, []
        for waiting in ended:
            if not waiting.done():
                waiting.set_result(None)
