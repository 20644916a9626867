"""Records a line to a timed capture on a thread of its own: a bad disk ends the recording, never the source."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from drivers.transport.capture import CaptureEntry, CaptureWriter

LIMIT = 64 * 1024 * 1024
"""Bytes of device traffic in one recording: days of a patient monitor, hours of the fastest waveform."""

BACKLOG = 4 * 1024 * 1024
"""Bytes that may wait for the disk; a disk that is further behind does not keep up."""

FLUSH_S = 1.0
"""Seconds of traffic that a power cut may cost."""


class RecordingError(Exception):
    """A recording cannot begin; the text is one plain sentence with the file and the cause."""


class Recorder:
    """One recording, from its making to `close`. `add` and `ended` may be called from any thread."""

    def __init__(self, file: Path, remarks: Sequence[str] = (), limit: int = LIMIT) -> None:
        """Begin; `file` must not exist yet, its folder is made. Raises RecordingError."""
        self.file = file
        if file.exists():
            raise RecordingError(f"{file}: there is a recording of this name already")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            opened = file.open("xb")
        except OSError as error:
            raise RecordingError(f"{file}: the recording cannot begin ({error.strerror})") from error
        self._left = limit
        self._waiting: list[CaptureEntry | str] = list(remarks)
        self._waiting_bytes = 0
        self._ended = ""
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(opened,), name=f"recording {file.name}", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> str:
        """ "" while it records, else why it stopped before it was closed."""
        with self._changed:
            return self._ended

    def add(self, entry: CaptureEntry | str) -> None:
        """Record an entry or a remark; never waits for the disk."""
        with self._changed:
            if self._ended or self._closing:
                return
            if isinstance(entry, CaptureEntry):
                self._left -= len(entry.data)
                self._waiting_bytes += len(entry.data)
            self._waiting.append(entry)
            if self._left <= 0:
                self._end("the recording is full and was closed")
            elif self._waiting_bytes > BACKLOG:
                self._waiting.clear()
                self._end(f"the recording was ended: the disk of {self.file} does not keep up")

    def close(self, timeout: float = 5.0) -> str:
        """Write what is left and close the file; returns why it had ended before, "" when it had not."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(timeout)
        return self.ended

    def _run(self, opened: IO[bytes]) -> None:
        try:
            with opened:
                writer = CaptureWriter(opened, LIMIT * 2)  # the limit is kept here, before the queue
                while self._write_batch(opened, writer):
                    pass
        except OSError as error:
            with self._changed:
                self._waiting.clear()
                self._end(f"the recording was ended: {self.file} cannot be written ({error.strerror})")

    def _end(self, reason: str) -> None:
        """Called with the lock held; the first reason stays."""
        self._ended = self._ended or reason
        self._changed.notify()

    def _write_batch(self, opened: IO[bytes], writer: CaptureWriter) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._ended, FLUSH_S)
            batch, self._waiting, self._waiting_bytes = self._waiting, [], 0
            last = self._closing or bool(self._ended)
            reason = self._ended
        for entry in batch:
            if isinstance(entry, str):
                writer.remark(entry)
            else:
                writer.write(entry)
        if reason:
            writer.remark(reason)
        opened.flush()
        return not last
