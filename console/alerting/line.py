"""One connection to an alarm manager, opened again and again: whole messages in and out, on one thread."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl

from console.config_alerting import AlarmManagerConfig
from hl7.mllp import Framer, wrap
from hl7.tls import client_context

CONNECT_S = 3.0
"""No connection within so long is none: alarms that happen meanwhile must not wait unseen."""

_READ_SIZE = 1 << 16
_READS = 16


class Line:
    """Used by one thread, except `wake`. `close` ends the connection, `end` the line."""

    def __init__(self, config: AlarmManagerConfig) -> None:
        self._config = config
        self._socket: socket.socket | None = None
        self._framer = Framer()
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._socket is not None

    def open(self) -> None:
        """Connect. Raises OSError; certificates are read anew each time, so that a renewed one is taken."""
        self.close()
        config = self._config
        limit = min(config.timeout_s, CONNECT_S)
        tls = config.tls
        context = None if tls is None else client_context(tls.ca, tls.cert, tls.key)
        made = socket.create_connection((config.host, config.port), limit)
        try:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if context is not None and tls is not None:
                made = context.wrap_socket(made, server_hostname=tls.server_name or config.host)
        except OSError:
            made.close()
            raise
        self._framer = Framer()
        self._socket = made
        self._selector.register(made, selectors.EVENT_READ)

    def send(self, message: bytes) -> None:
        """Send one message. Raises OSError, also when it does not leave within the time allowed."""
        if self._socket is None:
            raise OSError("no connection")
        self._socket.settimeout(self._config.timeout_s)
        self._socket.sendall(wrap(message))

    def receive(self, wait_s: float) -> list[bytes]:
        """What has arrived, after at most so long, or at once when `wake` is called. Raises OSError when the connection
        has ended; what came before its end is then lost, and is asked for again."""
        ready = self._selector.select(max(0.0, wait_s))
        for key, _ in ready:
            if key.fileobj is self._woken:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(_READ_SIZE)
        if self._socket is None or not any(key.fileobj is self._socket for key, _ in ready):
            return []
        return self._read(self._socket)

    def _read(self, connection: socket.socket) -> list[bytes]:
        connection.settimeout(0.0)
        found: list[bytes] = []
        for _ in range(_READS):
            try:
                data = connection.recv(_READ_SIZE)
            except (BlockingIOError, ssl.SSLWantReadError):
                break
            if not data:
                if found:
                    break  # the end is seen again at the next look
                raise ConnectionResetError("the connection was closed by the alarm manager")
            found += self._framer.feed(data)
        return found

    def wake(self) -> None:
        """End a `receive` that waits; from any thread."""
        # A full pipe has woken it already; a closed one wakes nobody any more.
        with contextlib.suppress(OSError):
            self._waker.send(b"x")

    def close(self) -> None:
        """End the connection; `open` makes another."""
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def end(self) -> None:
        """End the line for ever."""
        self.close()
        self._selector.close()
        self._woken.close()
        self._waker.close()


def said(error: OSError) -> str:
    """An error of the line in plain words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}".lower()
    if isinstance(error, TimeoutError):
        return "no connection within the time allowed"
    return (error.strerror or str(error) or type(error).__name__).lower()
