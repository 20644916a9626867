"""A tap on a line: the newest traffic in both directions to look at, and a recording that may begin at any moment."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.transport.capture import CaptureEntry
from drivers.transport.link import Link, OpenLink
from drivers.transport.recorder import LIMIT, Recorder, RecordingError

__all__ = ["RecordingError", "Tap", "TapLink", "tapped"]

KEPT_BYTES = 64 * 1024
KEPT_CHUNKS = 2000


class Tap:
    """Keeps the newest traffic of one line over all its links. Every method may be called from any thread.

    now: seconds, never decreasing; a chunk carries those since its link came up.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._chunks: deque[CaptureEntry] = deque()
        self._bytes = 0
        self._link_up = now()
        self._recorder: Recorder | None = None
        self._recording_since = 0.0

    def link_up(self) -> None:
        """A new link: what went over the last one is forgotten here; a recording goes on and remarks it."""
        with self._lock:
            self._link_up = self._now()
            self._chunks.clear()
            self._bytes = 0
            if self._recorder is not None:
                self._recorder.add("the link came up")

    def add(self, received: bool, data: bytes) -> None:
        """Bytes went over the line. received: from the device to the console."""
        with self._lock:
            now = self._now()
            self._chunks.append(CaptureEntry(now - self._link_up, received, data))
            self._bytes += len(data)
            while self._bytes > KEPT_BYTES or len(self._chunks) > KEPT_CHUNKS:
                self._bytes -= len(self._chunks.popleft().data)
            if self._recorder is not None:
                self._recorder.add(CaptureEntry(now - self._recording_since, received, data))

    def chunks(self) -> tuple[CaptureEntry, ...]:
        """The newest traffic, oldest first: at most 64 KiB in 2,000 chunks."""
        with self._lock:
            return tuple(self._chunks)

    def seconds(self) -> float:
        """Since the link came up."""
        return self.seconds_at(self._now())

    def seconds_at(self, stamp: float) -> float:
        """From the coming up of the link to a time of the tap's clock."""
        return max(0.0, stamp - self._link_up)

    def start_recording(self, file: Path, remarks: Sequence[str] = (), limit: int = LIMIT) -> None:
        """Record all traffic from now on; seconds in the file count from now. Raises RecordingError when the file
        cannot be made or a recording is under way."""
        with self._lock:
            if self._recorder is not None and not self._recorder.ended:
                raise RecordingError(f"this line is being recorded already, to {self._recorder.file}")
            self._recorder = Recorder(file, remarks, limit)
            self._recording_since = self._now()

    def stop_recording(self) -> str:
        """End the recording and close its file; returns why it had ended by itself, "" when it had not (or none was
        under way)."""
        with self._lock:
            recorder, self._recorder = self._recorder, None
        return recorder.close() if recorder is not None else ""

    def recording(self) -> tuple[str, str]:
        """File of the recording, "" when there is none, and why it has ended by itself, "" while it has not."""
        with self._lock:
            recorder = self._recorder
        return (str(recorder.file), recorder.ended) if recorder is not None else ("", "")


class TapLink:
    """A link whose traffic is shown to a tap; see drivers.transport.link.Link."""

    def __init__(self, link: Link, tap: Tap) -> None:
        self.name = link.name
        self._link = link
        self._tap = tap
        tap.link_up()

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        data = self._link.read(timeout)
        if data:
            self._tap.add(True, data)
        return data

    def write(self, data: bytes) -> None:
        """See Link.write."""
        self._link.write(data)
        self._tap.add(False, data)

    def close(self) -> None:
        """See Link.close."""
        self._link.close()


def tapped(open_link: OpenLink, tap: Tap) -> OpenLink:
    """The same opener with every link it opens on the tap."""
    return lambda: TapLink(open_link(), tap)
