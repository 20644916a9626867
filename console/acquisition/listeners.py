"""The HL7 listeners of the ward on one background event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from typing import Any

from console.acquisition.feed import Feed
from console.acquisition.served import Served
from console.config_hl7 import Hl7ListenerConfig
from console.link.snapshot import SourceView

STOP_S = 5.0

CHANGE_S = 10.0
"""Longest wait for the loop to begin or end a listener."""

IN_PLACE = frozenset({"beds", "code", "timezone", "interval_s", "demo"})
"""What of a listener is changed without closing a connection."""


def same_socket(one: Hl7ListenerConfig, other: Hl7ListenerConfig) -> bool:
    """True when the listener goes on, connections and all, while one becomes the other."""
    return one.model_dump(exclude=set(IN_PLACE)) == other.model_dump(exclude=set(IN_PLACE))


class ListenerThread:
    """Runs every configured listener; one that cannot get its address keeps trying and says so.

    utc: the wall time of the console, in which messages are received; now: engine time.
    """

    def __init__(
        self,
        feeds: Sequence[tuple[Hl7ListenerConfig, Feed]],
        utc: Callable[[], datetime],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._utc = utc
        self._now = now
        self._served = [Served(config, feed, utc, now) for config, feed in feeds]
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._ended: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def start(self, patience_s: float = 5.0) -> None:
        """Begin to listen; returns when every listener has made its first attempt."""
        self._thread = threading.Thread(target=self._run, name="hl7 listeners", daemon=True)
        self._thread.start()
        self._ready.wait(patience_s)

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread is None:
            self._loop.close()
            return
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(STOP_S)
        self._thread = None

    # --- changes -------------------------------------------------------------------------------------------------

    def withdraw(self, names: Collection[str]) -> None:
        """End these listeners; the others are not touched. When this returns nothing of theirs is taken any more."""
        for served in [s for s in self._served if s.config.name in names]:
            self._wait_for(served.end())
            self._served = [s for s in self._served if s is not served]

    def add(self, config: Hl7ListenerConfig, feed: Feed) -> None:
        """Begin to listen, behind those there are."""
        served = Served(config, feed, self._utc, self._now)
        self._wait_for(served.begin())
        self._served = [*self._served, served]

    def rebind(self, config: Hl7ListenerConfig, view: SourceView | None = None) -> None:
        """Other beds, codes or times for a running listener, between two of its messages. When this returns, nothing
        is on its way any more that was read before."""
        served = next(s for s in self._served if s.config.name == config.name)

        async def bind() -> None:
            served.feed.rebind(config, view)
            served.config = config
            await served.feed.settle()

        self._wait_for(bind())

    def configured(self) -> dict[str, Hl7ListenerConfig]:
        """The listeners there are, by name."""
        return {served.config.name: served.config for served in self._served}

    def _wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        """Raises TimeoutError when the loop does not do it."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(CHANGE_S)

    # --- what a person sees --------------------------------------------------------------------------------------

    def address(self, name: str) -> tuple[str, int] | None:
        """Host and port a listener has got, None while it has none."""
        return next((served.address for served in self._served if served.config.name == name), None)

    def views(self) -> list[SourceView]:
        """Every feed at this moment. From any thread."""
        return [served.view() for served in self._served]

    def _end(self) -> None:
        if self._ended is not None:
            self._ended.set()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        await asyncio.gather(*(served.begin() for served in self._served))
        self._ready.set()
        await self._ended.wait()
        for served in self._served:
            await served.end()
