"""A listener on a loop of its own thread, as the console runs it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from hl7.acknowledgement import Verdict, judge, judge_unreadable
from hl7.connection import Deliver, Delivery
from hl7.listener import Listener, ListenerSettings, ListenerState
from hl7.reader import UnreadableError, read_message


async def judged(delivery: Delivery) -> Verdict:
    """What the console would answer if storing took no time."""
    try:
        return judge(read_message(delivery.data))
    except UnreadableError as error:
        return judge_unreadable(error)


@dataclass
class Running:
    listener: Listener
    loop: asyncio.AbstractEventLoop
    host: str
    port: int

    @property
    def state(self) -> ListenerState:
        return self.listener.state

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), 5)

    def on_loop(self, call: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(call)


Serve = Callable[..., Running]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """serve(deliver=..., **settings) starts a listener on a free port; all are stopped at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mllp-test")
    thread.start()
    started: list[Listener] = []

    def begin(deliver: Deliver = judged, **settings: object) -> Running:
        listener = Listener(replace(ListenerSettings("feed"), **settings), deliver)  # type: ignore[arg-type]
        host, port = asyncio.run_coroutine_threadsafe(listener.start(), loop).result(5)
        started.append(listener)
        return Running(listener, loop, host, port)

    yield begin
    for listener in started:
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()
