"""TCP links: serial-to-network adapters and devices that listen."""

from __future__ import annotations

import select
import socket

from drivers.transport.link import READ_SIZE, WRITE_TIMEOUT_S, Link, LinkError

CONNECT_TIMEOUT_S = 5.0


def open_tcp(host: str, port: int) -> Link:
    """Connect. Raises LinkError with a sentence that says what is wrong with the address."""
    return TcpLink(host, port)


class TcpLink:
    """A connected TCP socket; keep-alive is on, so that a peer that lost its power is noticed even in silence."""

    def __init__(self, host: str, port: int) -> None:
        self.name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
        except socket.gaierror as error:
            raise LinkError(f"{self.name}: the host name '{host}' is not known") from error
        except (TimeoutError, OSError, OverflowError, UnicodeError) as error:
            raise LinkError(f"{self.name}: {_why_not_connected(error)}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        self._socket.settimeout(WRITE_TIMEOUT_S)

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        try:
            readable, _, _ = select.select([self._socket], [], [], timeout)
            if not readable:
                return b""
            data = self._socket.recv(READ_SIZE)
        except (OSError, ValueError) as error:
            raise LinkError(f"{self.name}: the connection was lost ({_text(error)})") from error
        if not data:
            raise LinkError(f"{self.name}: the other side closed the connection")
        return data

    def write(self, data: bytes) -> None:
        """See Link.write."""
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise LinkError(f"{self.name}: the device takes no data") from error
        except OSError as error:
            raise LinkError(f"{self.name}: the connection was lost ({_text(error)})") from error

    def close(self) -> None:
        """See Link.close."""
        self._socket.close()


def _why_not_connected(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "the host is there but nothing listens on this port"
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_TIMEOUT_S:.0f} s; check the address and the network cable"
    if isinstance(error, UnicodeError | OverflowError):
        return "this is not a valid address"
    return f"no connection ({_text(error)})"


def _text(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
