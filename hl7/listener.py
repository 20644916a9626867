"""MLLP listener: who is let in, how many, and for how long; `hl7.connection` serves each.

It runs on the event loop it is started on, which the console owns; its counters may be read from any thread.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_network

from hl7.connection import READ_SIZE, Connection, ConnectionLimits, Counters, Deliver
from hl7.peers import Certificate, KnownPeers, Peer, PeerTally, Tallies, plain_address, read_certificate
from hl7.tls import Secured, handshake_fault

_BACKLOG = 128
# After a failed accept (no descriptor left) the loop must not spin.
_ACCEPT_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Where to listen and whom to let in.

    networks: allowed addresses, CIDR. port 0 takes a free one. tls None: plain MLLP. handshake_s: seconds for TLS;
    a connection counts against both maxima from the moment it is accepted. peers: the senders, if they are known:
    nobody else is let in. messages_s: messages a second of one sender; beyond it its sockets are not read.
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
    peers: tuple[Peer, ...] = ()
    messages_s: float = 10_000.0


@dataclass(frozen=True, slots=True)
class ListenerState:
    """Counters since the start. refused, closed, discarded: by reason; answers: by AA, AE, AR, or "none".

    refused: connections and handshakes; held_back: pauses of senders with too many messages a second.
    """

    connections: int
    accepted: int
    bytes_in: int
    messages: int
    refused: dict[str, int]
    closed: dict[str, int]
    discarded: dict[str, int]
    answers: dict[str, int]
    last_error: str
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody was not let in. peer: name of a configured sender it proved to be, else ""."""

    host: str
    peer: str
    reason: str


class Listener:
    """One listening socket. `start` and `stop` are awaited on the loop that serves it."""

    def __init__(
        self,
        settings: ListenerSettings,
        deliver: Deliver,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_refusal: Callable[[Refusal], None] = lambda _: None,
        stamp: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._deliver = deliver
        self._now = now
        self._on_refusal = on_refusal
        self._stamp = stamp
        self._tls = settings.tls
        self._networks = [ip_network(network) for network in settings.networks]
        self._peers = KnownPeers(settings.peers)
        self._tallies = Tallies(settings.peers, settings.messages_s)
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._per_host: Counter[str] = Counter()
        self._secured: dict[int, tuple[Certificate, asyncio.StreamWriter]] = {}
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
                counters.held_back,
            )

    @property
    def peers(self) -> list[PeerTally]:
        """Copies of what each sender has done. From any thread."""
        with self._counters.lock:
            return [
                replace(tally, open=dict(tally.open), answers=Counter(tally.answers)) for tally in self._tallies.all()
            ]

    def secure(self, secured: Secured) -> int:
        """Use other TLS files from the next handshake on, and end the connections whose certificates are revoked in
        them. On the loop. Returns how many that were."""
        self._tls = secured.context
        ended = 0
        for number, (certificate, writer) in list(self._secured.items()):
            if secured.has_revoked(certificate.der):
                del self._secured[number]
                self._refuse(Refusal(str(writer.get_extra_info("peername")[0]), "", "certificate revoked"))
                writer.transport.abort()
                ended += 1
        return ended

    async def _accept_all(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, address = await loop.sock_accept(listening)
            except OSError:
                self._counters.count(self._counters.refused, "accept failed")
                await asyncio.sleep(_ACCEPT_PAUSE_S)
                continue
            reason = self._refusal(address[0])
            if reason:
                self._refuse(Refusal(address[0], "", reason))
                connected.close()
                continue
            task = loop.create_task(self._serve(connected, address[0], address[1]))
            self._tasks.add(task)
            self._per_host[address[0]] += 1
            task.add_done_callback(partial(self._forget, address[0]))

    def _forget(self, host: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._per_host[host] -= 1
        if not self._per_host[host]:
            del self._per_host[host]

    async def _serve(self, connected: socket.socket, host: str, port: int) -> None:
        with self._counters.lock:
            self._counters.accepted += 1
        try:
            reader, writer = await self._greet(connected)
        except OSError as error:
            # TimeoutError and ssl.SSLError are OSErrors too.
            if self._tls is None:
                self._counters.count(self._counters.closed, "connection lost")
            else:
                self._refuse(Refusal(host, "", handshake_fault(error)))
            connected.close()
            return
        except asyncio.CancelledError:
            connected.close()
            raise
        try:
            certificate = _certificate(writer)
            peer = self._peers.find(host, certificate)
            reason = self._stranger(peer, host, certificate)
            if reason:
                self._refuse(Refusal(host, "" if peer is None else peer.name, reason))
            else:
                await self._converse(reader, writer, f"{host}:{port}", self._tally(peer, host), certificate)
        finally:
            # close() sends what is buffered; abort() follows where the peer does not take it.
            writer.close()
            await self._gone(writer)

    async def _greet(self, connected: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=READ_SIZE, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        # asyncio leaves it out on a socket it did not make; two answers in a row would be 40 ms apart.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            connected,
            ssl=self._tls,
            ssl_handshake_timeout=self._settings.handshake_s if self._tls else None,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _converse(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: str,
        tally: PeerTally,
        certificate: Certificate | None,
    ) -> None:
        settings = self._settings
        connection = Connection(
            settings.name,
            address,
            reader,
            writer,
            self._deliver,
            self._now,
            settings.limits,
            self._counters,
            tally,
            self._stamp,
        )
        with self._counters.lock:
            tally.open[connection.number] = self._now()
            tally.certificate = certificate or tally.certificate
        if certificate is not None:
            self._secured[connection.number] = certificate, writer
        try:
            reason = await connection.run()
            self._counters.count(self._counters.closed, reason)
        finally:
            self._secured.pop(connection.number, None)
            with self._counters.lock:
                del tally.open[connection.number]

    async def _gone(self, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(1.0):
                await writer.wait_closed()
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()

    def _refusal(self, host: str) -> str:
        """Why an address is not let in, or ""."""
        address = plain_address(host)
        if not any(address in network for network in self._networks):
            return "not allowed"
        if self._peers and not self._peers.may_come_from(host):
            return "not a known peer"
        if len(self._tasks) >= self._settings.maximum_connections:
            return "too many connections"
        if self._per_host[host] >= self._settings.maximum_per_peer:
            return "too many connections of one peer"
        return ""

    def _stranger(self, peer: Peer | None, host: str, certificate: Certificate | None) -> str:
        """Why a sender that has shown who it is may not speak, or ""."""
        if self._peers and peer is None:
            return "not a known peer" if certificate is None else "certificate of no known peer"
        if len(self._tally(peer, host).open) >= self._settings.maximum_per_peer:
            return "too many connections of one peer"
        return ""

    def _tally(self, peer: Peer | None, host: str) -> PeerTally:
        with self._counters.lock:
            return self._tallies.of(peer, host)

    def _refuse(self, refusal: Refusal) -> None:
        peer = next((known for known in self._settings.peers if known.name == refusal.peer), None)
        with self._counters.lock:
            self._counters.refused[refusal.reason] += 1
            self._tallies.of(peer, refusal.host).refused += 1
        self._on_refusal(refusal)


def _certificate(writer: asyncio.StreamWriter) -> Certificate | None:
    secured = writer.get_extra_info("ssl_object")
    return None if secured is None else read_certificate(secured.getpeercert(), secured.getpeercert(binary_form=True))
