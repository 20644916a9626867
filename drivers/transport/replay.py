"""A captured file played as if its device were connected: with its own times, or raw bytes at a steady rate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from drivers.transport.capture import FIRST_LINE, CaptureError, is_capture, read_capture
from drivers.transport.link import Link, LinkEndedError, LinkError

_CHUNK = 64
"""Raw bytes handed out together: small enough that frames arrive in pieces, as they do on a line."""


def open_replay(path: Path, bytes_per_second: float = 960.0, repeat: bool = False) -> Link:
    """Open a capture. bytes_per_second: for raw bytes; a timed capture brings its own times. Raises LinkError."""
    return ReplayLink(path, bytes_per_second, repeat)


class ReplayLink:
    """A capture being played. Once through, it ends (LinkEndedError) or, with repeat, starts over."""

    def __init__(self, path: Path, bytes_per_second: float, repeat: bool) -> None:
        self.name = str(path)
        self._rate = bytes_per_second
        self._repeat = repeat
        try:
            self._file: IO[bytes] = path.open("rb")
        except OSError as error:
            raise LinkError(f"{path}: the capture cannot be read ({error.strerror})") from error
        self._start = time.monotonic()
        self._due = self._schedule()
        self._next: tuple[float, bytes] | None = None

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        try:
            if self._next is None:
                self._next = next(self._due)
        except StopIteration:
            raise LinkEndedError(f"{self.name}: the capture has been played to its end") from None
        except CaptureError as error:
            raise LinkEndedError(f"{self.name}: {error}") from error
        except OSError as error:
            raise LinkError(f"{self.name}: the capture cannot be read ({error.strerror})") from error
        at, data = self._next
        wait = self._start + at - time.monotonic()
        if wait > timeout:
            time.sleep(timeout)
            return b""
        time.sleep(max(0.0, wait))
        self._next = None
        return data

    def write(self, data: bytes) -> None:
        """What is sent to a capture goes nowhere: it answers as it once did."""

    def close(self) -> None:
        """See Link.close."""
        self._file.close()

    def _schedule(self) -> Iterator[tuple[float, bytes]]:
        """Seconds since the start at which each piece is due."""
        begun, last = 0.0, 0.0
        while True:
            empty = True
            for at, data in self._once():
                empty = False
                last = begun + at
                yield last, data
            if empty or not self._repeat:
                return
            begun = last + 1.0

    def _once(self) -> Iterator[tuple[float, bytes]]:
        self._file.seek(0)
        timed = is_capture(self._file.read(len(FIRST_LINE)))
        self._file.seek(0)
        if timed:
            for entry in read_capture(self._file):
                if entry.received and entry.data:
                    yield entry.seconds, entry.data
            return
        sent = 0
        while data := self._file.read(_CHUNK):
            sent += len(data)
            yield sent / self._rate, data
