"""Cut a byte stream at delimiter bytes, and count what could not be read.

The three line forms here (lines ended by CR LF, frames between two flags, frames from FF to FE) have this in common:
delimiters never occur inside a frame, and two of them stand between neighbours. A lost delimiter therefore costs one
frame and not two, and two in a row are a sure boundary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.driver import FrameCounters


@dataclass(frozen=True, slots=True)
class Fragment:
    """Bytes between two delimiters, never empty.

    opened_by, closed_by: the delimiters around it; None at the start of the stream, at its end, or where a fragment
    without end was cut. fresh: a sure frame boundary lies before it.
    """

    data: bytes
    opened_by: int | None
    closed_by: int | None
    fresh: bool


class Splitter:
    """Cuts a stream into fragments, the same ones however the stream was chopped.

    longest: bytes of a fragment that are kept; a longer one is handed out in pieces of this size, so that memory is
    bounded whatever arrives.
    """

    def __init__(self, delimiters: bytes, longest: int) -> None:
        self._delimiter = re.compile(b"[" + re.escape(delimiters) + b"]")
        self._longest = longest
        self._buffer = bytearray()
        self._opened_by: int | None = None
        self._fresh = True

    def feed(self, data: bytes) -> list[Fragment]:
        """The fragments that `data` completes."""
        found: list[Fragment] = []
        start = 0
        for match in self._delimiter.finditer(data):
            self._append(data[start : match.start()], found)
            self._close(data[match.start()], found)
            start = match.end()
        self._append(data[start:], found)
        return found

    def finish(self) -> list[Fragment]:
        """What is left at the end of the stream."""
        found: list[Fragment] = []
        self._close(None, found)
        return found

    def _append(self, piece: bytes, found: list[Fragment]) -> None:
        self._buffer += piece
        while len(self._buffer) > self._longest:
            found.append(Fragment(bytes(self._buffer[: self._longest]), self._opened_by, None, self._fresh))
            del self._buffer[: self._longest]
            self._opened_by, self._fresh = None, False

    def _close(self, delimiter: int | None, found: list[Fragment]) -> None:
        if self._buffer:
            found.append(Fragment(bytes(self._buffer), self._opened_by, delimiter, self._fresh))
            self._buffer.clear()
            self._fresh = False
        else:
            self._fresh = True
        self._opened_by = delimiter


class FrameTally:
    """Counts good frames, and tells how many frames a stretch of unreadable bytes was.

    Noise may split a frame in two or weld two together, so pieces are not frames. Neighbouring unreadable pieces that
    together are no longer than a frame seen before count as one bad frame, unless a later one begins like a frame; a
    longer stretch counts as so many frames as fit. Bytes that do not begin like a frame and are shorter than half a
    frame are noise on the line: skipped, no frame.

    shortest: bytes of half the shortest frame, to go by until the first good one has been seen.
    """

    SLACK = 4
    """Bytes by which a damaged frame may be longer than a whole one and still count as one."""

    def __init__(self, counters: FrameCounters, shortest: int) -> None:
        self._counters = counters
        self._shortest = shortest
        self._frame_length = 0  # of the longest good frame so far
        self._pending = 0  # unreadable bytes not judged yet
        self._begun = False  # whether they begin like a frame

    def good(self, length: int) -> None:
        """A frame of `length` bytes was read."""
        self.settle()
        self._counters.good += 1
        self._frame_length = max(self._frame_length, length)

    def unreadable(self, length: int, fresh: bool, begun: bool) -> None:
        """`length` bytes between two delimiters are no frame; fresh as in Fragment; begun: they begin like a frame."""
        if fresh or begun or self._pending + length > self._frame_length + self.SLACK:
            self.settle()
        if not self._pending:
            self._begun = begun
        self._pending += length

    def settle(self) -> None:
        """Judge what is pending: at a good frame, a sure boundary and the end of the stream."""
        if self._begun or self._pending >= max(self._shortest, self._frame_length // 2):
            frames = round(self._pending / self._frame_length) if self._frame_length else 1
            self._counters.bad += max(1, frames)
        else:
            self._counters.skipped += self._pending
        self._pending = 0
        self._begun = False
