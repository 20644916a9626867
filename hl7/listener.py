"""MLLP listener: connections in, whole messages to the console, acknowledgements back once they are stored.

Every message of a connection is handed on at once and in order; its acknowledgement is written when the console's
verdict is there, that is after the commit, so that many messages can share one commit. What a peer may cost is
bounded: connections, bytes and time of a frame, messages in flight, time to take an answer.
"""

from __future__ import annotations

import asyncio
import itertools
import ssl
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from hl7.acknowledgement import ERROR, Verdict, acknowledge
from hl7.mllp import MAXIMUM_FRAME, Framer, wrap
from hl7.reader import read_header

_READ_SIZE = 1 << 16
# How long an FS without CR may stand before it counts as the end: longer than a TCP segment is late on a LAN.
_FS_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came off the wire, on its way to the console. received_at: UTC, aware; peer: "address:port"."""

    feed: str
    peer: str
    data: bytes
    received_at: datetime


Deliver = Callable[[Delivery], Awaitable[Verdict]]
"""The console's part: store the message, then say how it was taken. Called in the order of arrival."""


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Where to listen, whom to let in, and what one peer may cost.

    networks: allowed peers, CIDR. port 0 takes a free one. frame_s: from the first byte of a frame to its last;
    idle_s: without any byte; handshake_s: for TLS; answer_s: for the peer to take an answer. window: messages of one
    connection whose verdict is awaited; then its socket is not read.
    """

    name: str
    host: str = "127.0.0.1"
    port: int = 0
    networks: tuple[str, ...] = ("127.0.0.1/32",)
    maximum_connections: int = 256
    maximum_per_peer: int = 80
    maximum_frame: int = MAXIMUM_FRAME
    frame_s: float = 10.0
    idle_s: float = 900.0
    handshake_s: float = 5.0
    answer_s: float = 10.0
    window: int = 64
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class ListenerState:
    """Counters at one moment. refused, closed, discarded, answers: by reason or code."""

    connections: int
    accepted: int
    bytes_in: int
    messages: int
    refused: dict[str, int]
    closed: dict[str, int]
    discarded: dict[str, int]
    answers: dict[str, int]
    last_error: str


@dataclass(slots=True)
class _Counters:
    lock: threading.Lock = field(default_factory=threading.Lock)
    accepted: int = 0
    bytes_in: int = 0
    messages: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    discarded: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    last_error: str = ""


class _CloseConnectionError(Exception):
    """The connection is to be closed; the text is the reason counted."""


def tls_context(cert: str, key: str, client_ca: str | None = None) -> ssl.SSLContext:
    """A server context from PEM files, TLS 1.2 or newer; with client_ca a client certificate is obligatory.

    Raises OSError or ssl.SSLError when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Listener:
    """One listening socket. `start` and `stop` run on the loop that serves it; `state` may be read from any thread."""

    def __init__(
        self, settings: ListenerSettings, deliver: Deliver, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._deliver = deliver
        self._now = now
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(network) for network in settings.networks]
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._per_peer: Counter[str] = Counter()
        self._counters = _Counters()
        self._answer_ids = itertools.count(1)

    async def start(self) -> tuple[str, int]:
        """Begin to listen; returns the address bound. Raises OSError when it cannot be had."""
        settings = self._settings
        secure = {"ssl": settings.tls, "ssl_handshake_timeout": settings.handshake_s} if settings.tls else {}
        self._server = await asyncio.start_server(
            self._connected, settings.host, settings.port, limit=_READ_SIZE, **secure
        )
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def stop(self) -> None:
        """Close the socket and every connection; messages whose verdict is awaited are given up without an answer."""
        if self._server is None:
            return
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    @property
    def state(self) -> ListenerState:
        """The counters now; consistent with each other."""
        counters = self._counters
        with counters.lock:
            return ListenerState(
                len(self._tasks),
                counters.accepted,
                counters.bytes_in,
                counters.messages,
                dict(counters.refused),
                dict(counters.closed),
                dict(counters.discarded),
                dict(counters.answers),
                counters.last_error,
            )

    def _count(self, counter: Counter[str], reason: str) -> None:
        with self._counters.lock:
            counter[reason] += 1

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        peer = writer.get_extra_info("peername") or ("unknown", 0)
        refusal = self._refusal(peer[0])
        if refusal:
            self._count(self._counters.refused, refusal)
            writer.transport.abort()
            return
        self._tasks.add(task)
        self._per_peer[peer[0]] += 1
        with self._counters.lock:
            self._counters.accepted += 1
        try:
            reason = await _Connection(self, reader, writer, f"{peer[0]}:{peer[1]}").run()
            self._count(self._counters.closed, reason)
        finally:
            self._tasks.discard(task)
            self._per_peer[peer[0]] -= 1
            if not self._per_peer[peer[0]]:
                del self._per_peer[peer[0]]
            writer.transport.abort()

    def _refusal(self, host: str) -> str:
        """Why a peer is not let in, or ""."""
        try:
            address = ip_address(host.split("%")[0])
        except ValueError:
            return "not allowed"
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if not any(address in network for network in self._networks):
            return "not allowed"
        if len(self._tasks) >= self._settings.maximum_connections:
            return "too many connections"
        if self._per_peer[host] >= self._settings.maximum_per_peer:
            return "too many connections of one peer"
        return ""


class _Connection:
    """One peer: a task that reads and hands on, and one that answers in the same order."""

    def __init__(
        self, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        self._listener = listener
        self._settings = listener._settings
        self._counters = listener._counters
        self._reader = reader
        self._writer = writer
        self._peer = peer
        self._framer = Framer(self._settings.maximum_frame)
        self._waiting: asyncio.Queue[tuple[Delivery, asyncio.Future[Verdict]] | None] = asyncio.Queue(
            self._settings.window
        )
        self._frame_began: float | None = None

    async def run(self) -> str:
        """Serve until the peer goes or is sent away; returns why."""
        answering = asyncio.create_task(self._answer_all())
        reading = asyncio.create_task(self._read_all())
        try:
            await asyncio.wait((reading, answering), return_when=asyncio.FIRST_COMPLETED)
            if reading.done() and not answering.done():
                # The peer may have closed its side only: what it has sent is still stored and answered.
                await answering
            return self._reason(answering) or self._reason(reading) or "closed by peer"
        finally:
            for task in (reading, answering):
                task.cancel()
            await asyncio.gather(reading, answering, return_exceptions=True)
            while not self._waiting.empty():
                item = self._waiting.get_nowait()
                if item is not None:
                    item[1].cancel()

    @staticmethod
    def _reason(task: asyncio.Task[None]) -> str:
        error = task.exception() if task.done() and not task.cancelled() else None
        if error is None:
            return ""
        if isinstance(error, _CloseConnectionError):
            return str(error)
        return "connection lost" if isinstance(error, OSError) else f"internal error: {type(error).__name__}"

    async def _read_all(self) -> None:
        try:
            while True:
                data = await self._read()
                if data is None:
                    messages = self._framer.flush()
                elif data:
                    with self._counters.lock:
                        self._counters.bytes_in += len(data)
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
            await self._waiting.put(None)

    async def _read(self) -> bytes | None:
        """What arrived; b"" at the end; None when a message may have ended with an FS and nothing follows it."""
        now = asyncio.get_running_loop().time()
        limit = self._settings.idle_s
        if self._frame_began is not None:
            limit = self._frame_began + self._settings.frame_s - now
        pause = self._framer.ends_in_fs
        try:
            async with asyncio.timeout(min(limit, _FS_PAUSE_S) if pause else max(limit, 0)):
                return await self._reader.read(_READ_SIZE)
        except TimeoutError:
            if pause:
                return None
            raise _CloseConnectionError("frame took too long" if self._frame_began is not None else "idle") from None

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
        delivery = Delivery(self._settings.name, self._peer, message, self._listener._now())
        with self._counters.lock:
            self._counters.messages += 1
        verdict = asyncio.ensure_future(self._listener._deliver(delivery))
        try:
            await self._waiting.put((delivery, verdict))
        except asyncio.CancelledError:
            verdict.cancel()
            raise

    async def _answer_all(self) -> None:
        while (item := await self._waiting.get()) is not None:
            delivery, pending = item
            try:
                verdict = await self._verdict(pending)
            finally:
                pending.cancel()
            answers = acknowledge(
                read_header(delivery.data), verdict, f"{next(self._listener._answer_ids)}", self._listener._now()
            )
            self._listener._count(self._counters.answers, verdict.code or "none")
            if not answers:
                continue
            for answer in answers:
                self._writer.write(wrap(answer))
            if self._waiting.empty() or self._writer.transport.get_write_buffer_size() > _READ_SIZE:
                await self._drain()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(self._settings.answer_s):
                await self._writer.drain()
        except TimeoutError:
            raise _CloseConnectionError("answers not taken") from None

    async def _verdict(self, pending: asyncio.Future[Verdict]) -> Verdict:
        """The console's verdict; an error of the console is told to the sender as AE, so that it sends again."""
        try:
            return await pending
        except asyncio.CancelledError:
            if pending.cancelled() and not self._cancelling():
                return Verdict(ERROR, "message was not stored", "207")
            raise
        except Exception as error:  # noqa: BLE001 - whatever fails while storing, the sender must hear of it
            with self._counters.lock:
                self._counters.last_error = f"{type(error).__name__}: {error}"[:400]
            return Verdict(ERROR, "message could not be stored", "207")

    @staticmethod
    def _cancelling() -> bool:
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0
