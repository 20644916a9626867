"""One MLLP connection: messages are handed on at once and in order, and answered in the same order.

The acknowledgement of a message is written when the console's verdict is there, that is after the commit. Reading
goes on meanwhile, up to a window, so that many messages can share one commit.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from hl7.acknowledgement import ERROR, Verdict, acknowledge
from hl7.mllp import MAXIMUM_FRAME, Framer, wrap
from hl7.peers import PeerTally
from hl7.reader import read_header

READ_SIZE = 1 << 16
# How long an FS without CR may stand before it counts as the end: longer than a TCP segment is late on a LAN.
_FS_PAUSE_S = 0.2
_ANSWER_IDS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came off the wire, on its way to the console.

    received_at: UTC, aware; peer: "address:port"; connection: a number no other connection of this process has had,
    0 where there is none; sender: name of the configured peer, "" where none is.
    """

    feed: str
    peer: str
    data: bytes
    received_at: datetime
    connection: int = 0
    sender: str = ""


_connections = itertools.count(1)

Deliver = Callable[[Delivery], Awaitable[Verdict]]
"""The console's part: store the message, then say how it was taken.

It is called in the order of arrival and runs on the listener's loop; up to its first await nothing of the next
message is seen. An exception is answered with AE, so that the sender sends again.
"""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one peer may cost. Times in seconds.

    frame_s: from the first byte of a frame to its last; idle_s: without any byte; answer_s: for the peer to take an
    answer. window: messages whose verdict is awaited; when it is full the socket is not read.
    """

    maximum_frame: int = MAXIMUM_FRAME
    frame_s: float = 10.0
    idle_s: float = 900.0
    answer_s: float = 10.0
    window: int = 64


@dataclass(slots=True)
class Counters:
    """Of one listener; every change and every reading under the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    accepted: int = 0
    bytes_in: int = 0
    messages: int = 0
    held_back: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    discarded: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    last_error: str = ""

    def count(self, counter: Counter[str], reason: str) -> None:
        """One more of a reason."""
        with self.lock:
            counter[reason] += 1


class CloseConnectionError(Exception):
    """The connection is to be closed; the text is the reason counted."""


class Connection:
    """One peer: a task that reads and hands on, and one that answers."""

    def __init__(
        self,
        feed: str,
        peer: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        deliver: Deliver,
        now: Callable[[], datetime],
        limits: ConnectionLimits,
        counters: Counters,
        tally: PeerTally,
        stamp: Callable[[], float] = time.monotonic,
    ) -> None:
        self._feed = feed
        self._peer = peer
        self._tally = tally
        self._stamp = stamp
        self.number = next(_connections)
        self._reader = reader
        self._writer = writer
        self._deliver = deliver
        self._now = now
        self._limits = limits
        self._counters = counters
        self._framer = Framer(limits.maximum_frame)
        self._slots = asyncio.Semaphore(limits.window)
        self._waiting: asyncio.Queue[tuple[Delivery, asyncio.Future[Verdict]] | None] = asyncio.Queue()
        self._frame_began: float | None = None

    async def run(self) -> str:
        """Serve until the peer goes or is sent away; returns why."""
        answering = asyncio.create_task(self._answer_all())
        reading = asyncio.create_task(self._read_all())
        try:
            await asyncio.wait((reading, answering), return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                # The peer may have closed its side only: what it has sent is still stored and answered.
                await asyncio.wait((answering,))
            return _reason(answering) or _reason(reading) or "closed by peer"
        finally:
            for task in (reading, answering):
                task.cancel()
            await asyncio.gather(reading, answering, return_exceptions=True)
            await self._give_up()

    async def _give_up(self) -> None:
        """Messages that cannot be answered any more: their deliveries are ended, their senders will send again."""
        pending = []
        while not self._waiting.empty():
            item = self._waiting.get_nowait()
            if item is not None:
                item[1].cancel()
                pending.append(item[1])
        await asyncio.gather(*pending, return_exceptions=True)

    async def _read_all(self) -> None:
        try:
            while True:
                data = await self._read()
                if data is None:
                    messages = self._framer.flush()
                elif data:
                    with self._counters.lock:
                        self._counters.bytes_in += len(data)
                        self._tally.bytes_in += len(data)
                    messages = self._framer.feed(data)
                else:
                    messages = self._framer.finish()
                self._note_discarded()
                for message in messages:
                    await self._hand_on(message)
                if data == b"":
                    return
                self._watch_frame(bool(messages))
        finally:
            self._framer.finish()
            self._note_discarded()
            self._waiting.put_nowait(None)

    async def _read(self) -> bytes | None:
        """What arrived; b"" at the end; None when a message may have ended with an FS and nothing follows it."""
        limit = self._limits.idle_s
        if self._frame_began is not None:
            limit = self._frame_began + self._limits.frame_s - asyncio.get_running_loop().time()
        pause = self._framer.ends_in_fs
        try:
            async with asyncio.timeout(min(limit, _FS_PAUSE_S) if pause else max(limit, 0)):
                return await self._reader.read(READ_SIZE)
        except TimeoutError:
            if pause:
                return None
            raise CloseConnectionError("frame took too long" if self._frame_began is not None else "idle") from None

    def _watch_frame(self, completed: bool) -> None:
        if not self._framer.pending:
            self._frame_began = None
        elif self._frame_began is None or completed:
            self._frame_began = asyncio.get_running_loop().time()

    def _note_discarded(self) -> None:
        if self._framer.discarded:
            with self._counters.lock:
                self._counters.discarded.update(self._framer.discarded)
            self._framer.discarded.clear()

    async def _hand_on(self, message: bytes) -> None:
        stamp = self._stamp()
        pause = self._tally.bucket.take(stamp)
        if pause:
            await self._hold_back(pause, stamp)
        await self._slots.acquire()
        with self._counters.lock:
            self._counters.messages += 1
            self._tally.messages += 1
            self._tally.heard = stamp
        delivery = Delivery(self._feed, self._peer, message, self._now(), self.number, self._tally.name)
        self._waiting.put_nowait((delivery, self._taken(delivery)))

    async def _hold_back(self, pause: float, stamp: float) -> None:
        """More messages a second than a peer may send: the socket is not read meanwhile, nothing is lost."""
        with self._counters.lock:
            self._counters.held_back += 1
            self._tally.held_back += 1
            self._tally.held_back_at = stamp
        await asyncio.sleep(pause)

    def _taken(self, delivery: Delivery) -> asyncio.Future[Verdict]:
        try:
            return asyncio.ensure_future(self._deliver(delivery))
        except Exception as error:  # noqa: BLE001 - see _verdict
            failed: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            return failed

    async def _answer_all(self) -> None:
        ready: list[bytes] = []
        while True:
            if self._waiting.empty():
                await self._write(ready)
            item = await self._waiting.get()
            if item is None:
                return
            delivery, pending = item
            if not pending.done():
                await self._write(ready)
            try:
                verdict = await self._verdict(pending)
            finally:
                pending.cancel()
                self._slots.release()
            answers = acknowledge(read_header(delivery.data), verdict, str(next(_ANSWER_IDS)), self._now())
            with self._counters.lock:
                self._counters.answers[verdict.code or "none"] += 1
                self._tally.answers[verdict.code or "none"] += 1
            ready += [wrap(answer) for answer in answers]

    async def _write(self, ready: list[bytes]) -> None:
        """Send the answers that are ready, those of one commit in one piece.

        A peer that takes none for too long is sent away; the others never notice it.
        """
        if not ready:
            return
        self._writer.write(b"".join(ready))
        ready.clear()
        if self._writer.transport.get_write_buffer_size() == 0:
            return
        try:
            async with asyncio.timeout(self._limits.answer_s):
                await self._writer.drain()
        except TimeoutError:
            raise CloseConnectionError("answers not taken") from None

    async def _verdict(self, pending: asyncio.Future[Verdict]) -> Verdict:
        """The console's verdict; an error of the console is told to the sender as AE, so that it sends again."""
        try:
            return await pending
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return Verdict(ERROR, "message was not stored")
        except Exception as error:  # noqa: BLE001 - whatever fails while storing, the sender must hear of it
            with self._counters.lock:
                self._counters.last_error = f"{type(error).__name__}: {error}"[:400]
            return Verdict(ERROR, "message could not be stored")


def _reason(task: asyncio.Task[None]) -> str:
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is None:
        return ""
    if isinstance(error, CloseConnectionError):
        return str(error)
    return "connection lost" if isinstance(error, OSError) else f"internal error: {type(error).__name__}"
