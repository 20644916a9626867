"""Two links joined in this process, for tests and demonstrations without any port."""

from __future__ import annotations

import threading

from drivers.transport.link import READ_SIZE, WRITE_TIMEOUT_S, Link, LinkError

CAPACITY = 65536
"""Bytes that may wait in one direction; a writer beyond that waits, then fails."""


def null_modem() -> tuple[Link, Link]:
    """Two ends: what one writes, the other reads. Closing either end is the loss of the other."""
    wire = _Wire()
    return _End("null modem A", wire, 0), _End("null modem B", wire, 1)


class _Wire:
    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.waiting = (bytearray(), bytearray())
        self.closed = False


class _End:
    def __init__(self, name: str, wire: _Wire, side: int) -> None:
        self.name = name
        self._wire = wire
        self._incoming = wire.waiting[side]
        self._outgoing = wire.waiting[1 - side]

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        with self._wire.changed:
            self._wire.changed.wait_for(lambda: self._incoming or self._wire.closed, timeout)
            if self._incoming:
                data = bytes(self._incoming[:READ_SIZE])
                del self._incoming[:READ_SIZE]
                self._wire.changed.notify_all()
                return data
            if self._wire.closed:
                raise LinkError(f"{self.name}: the other end was closed")
            return b""

    def write(self, data: bytes) -> None:
        """See Link.write."""
        with self._wire.changed:
            room = self._wire.changed.wait_for(
                lambda: self._wire.closed or len(self._outgoing) + len(data) <= CAPACITY, WRITE_TIMEOUT_S
            )
            if self._wire.closed:
                raise LinkError(f"{self.name}: the other end was closed")
            if not room:
                raise LinkError(f"{self.name}: the other end takes no data")
            self._outgoing += data
            self._wire.changed.notify_all()

    def close(self) -> None:
        """See Link.close."""
        with self._wire.changed:
            self._wire.closed = True
            self._wire.changed.notify_all()
