"""MLLP listener: who is let in, how many, and for how long; `hl7.connection` serves each.

It runs on the event loop it is started on, which the console owns; its counters may be read from any thread.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv6Address, ip_address, ip_network

from hl7.connection import READ_SIZE, Connection, ConnectionLimits, Counters, Deliver

_BACKLOG = 128
# After a failed accept (no descriptor left) the loop must not spin.
_ACCEPT_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Where to listen and whom to let in.

    networks: allowed peers, CIDR. port 0 takes a free one. tls None: plain MLLP. handshake_s: seconds for TLS;
    a connection counts against both maxima from the moment it is accepted.
    """

    name: str
    host: str = "127.0.0.1"
    port: int = 0
    networks: tuple[str, ...] = ("127.0.0.1/32",)
    maximum_connections: int = 256
    maximum_per_peer: int = 80
    handshake_s: float = 5.0
    tls: ssl.SSLContext | None = None
    limits: ConnectionLimits = field(default_factory=ConnectionLimits)


@dataclass(frozen=True, slots=True)
class ListenerState:
    """Counters since the start. refused, closed, discarded: by reason; answers: by AA, AE, AR, or "none"."""

    connections: int
    accepted: int
    bytes_in: int
    messages: int
    refused: dict[str, int]
    closed: dict[str, int]
    discarded: dict[str, int]
    answers: dict[str, int]
    last_error: str


def tls_context(cert: str, key: str, client_ca: str | None = None) -> ssl.SSLContext:
    """A server context from PEM files, TLS 1.2 or newer; with client_ca a client certificate is obligatory.

    Raises OSError (ssl.SSLError among them) when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Listener:
    """One listening socket. `start` and `stop` are awaited on the loop that serves it."""

    def __init__(
        self, settings: ListenerSettings, deliver: Deliver, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._deliver = deliver
        self._now = now
        self._networks = [ip_network(network) for network in settings.networks]
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._per_peer: Counter[str] = Counter()
        self._counters = Counters()

    async def start(self) -> tuple[str, int]:
        """Begin to listen; returns the address bound. Raises OSError when it cannot be had."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._settings.host, self._settings.port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        self._socket = socket.create_server(
            (str(address[0]), int(address[1])), family=family, backlog=_BACKLOG, reuse_port=False
        )
        self._socket.setblocking(False)
        self._accepting = loop.create_task(self._accept_all(self._socket))
        host, port = self._socket.getsockname()[:2]
        return host, port

    async def stop(self) -> None:
        """Close the socket and every connection; messages whose verdict is awaited are given up without an answer."""
        tasks = [task for task in (self._accepting, *self._tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._accepting = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def state(self) -> ListenerState:
        """The counters now, consistent with each other. From any thread."""
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

    async def _accept_all(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, address = await loop.sock_accept(listening)
            except OSError:
                self._counters.count(self._counters.refused, "accept failed")
                await asyncio.sleep(_ACCEPT_PAUSE_S)
                continue
            refusal = self._refusal(address[0])
            if refusal:
                self._counters.count(self._counters.refused, refusal)
                connected.close()
                continue
            task = loop.create_task(self._serve(connected, address[0], address[1]))
            self._tasks.add(task)
            self._per_peer[address[0]] += 1
            task.add_done_callback(partial(self._forget, address[0]))

    def _forget(self, host: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._per_peer[host] -= 1
        if not self._per_peer[host]:
            del self._per_peer[host]

    async def _serve(self, connected: socket.socket, host: str, port: int) -> None:
        settings = self._settings
        with self._counters.lock:
            self._counters.accepted += 1
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=READ_SIZE, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            # asyncio leaves it out on a socket it did not make; two answers in a row would be 40 ms apart.
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                connected,
                ssl=settings.tls,
                ssl_handshake_timeout=settings.handshake_s if settings.tls else None,
            )
        except OSError:
            # TimeoutError and ssl.SSLError are OSErrors too.
            reason = "no TLS handshake" if settings.tls else "connection lost"
            self._counters.count(self._counters.closed, reason)
            connected.close()
            return
        except asyncio.CancelledError:
            connected.close()
            raise
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        connection = Connection(
            settings.name, f"{host}:{port}", reader, writer, self._deliver, self._now, settings.limits, self._counters
        )
        try:
            reason = await connection.run()
            self._counters.count(self._counters.closed, reason)
        finally:
            # close() sends what is buffered; abort() follows where the peer does not take it.
            writer.close()
            await self._gone(writer)

    async def _gone(self, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(1.0):
                await writer.wait_closed()
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()

    def _refusal(self, host: str) -> str:
        """Why a peer is not let in, or ""."""
        address = ip_address(host.split("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if not any(address in network for network in self._networks):
            return "not allowed"
        if len(self._tasks) >= self._settings.maximum_connections:
            return "too many connections"
        if self._per_peer[host] >= self._settings.maximum_per_peer:
            return "too many connections of one peer"
        return ""
