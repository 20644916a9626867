"""Samples on their way to the disk: a bounded buffer that keeps the newest and counts what it had to let go."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from console.store.errors import UNFIT
from console.store.frames import Blob, StreamKey, pack
from console.store.records import Sample

CAPACITY = 400_000
"""Samples held while the disk does not take any: 17 minutes of 64 beds with 6 parameters a second, about 15 MB."""


class SampleBuffer:
    """Packed samples in order of arrival; filled from any thread, emptied by the writer."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = threading.Lock()
        self._blobs: deque[Blob] = deque()
        self._capacity = capacity
        self._count = 0
        self.dropped = 0

    def __len__(self) -> int:
        """Samples waiting."""
        return self._count

    def add(self, samples: Sequence[Sample]) -> None:
        """Take samples in; the oldest make room when the buffer is full. One that cannot be packed is counted."""
        try:
            blobs = pack(samples)
        except UNFIT:
            if len(samples) > 1:
                for sample in samples:
                    self.add([sample])
            else:
                self.refuse(len(samples))
            return
        with self._lock:
            self._blobs.extend(blobs)
            self._count += sum(count for _, count, _ in blobs)
            self._shrink()

    def take(self, most: int = 20_000) -> list[Blob]:
        """The oldest blobs, about `most` samples of them; they are the caller's from now on."""
        taken, count = [], 0
        with self._lock:
            while self._blobs and count < most:
                blob = self._blobs.popleft()
                taken.append(blob)
                count += blob[1]
            self._count -= count
        return taken

    def drop(self, blobs: Sequence[Blob]) -> None:
        """Count blobs that will never be written."""
        with self._lock:
            self.dropped += sum(count for _, count, _ in blobs)

    def refuse(self, count: int) -> None:
        """Count samples that were not taken in at all."""
        with self._lock:
            self.dropped += count

    def _shrink(self) -> None:
        while self._count > self._capacity:
            _, count, _ = self._blobs.popleft()
            self._count -= count
            self.dropped += count


def rows_of(blobs: Sequence[Blob]) -> list[tuple[StreamKey, bytes]]:
    """The blobs as rows of the hot tier: one a stream, in order."""
    parts: dict[StreamKey, list[bytes]] = {}
    for key, _, data in blobs:
        parts.setdefault(key, []).append(data)
    return [(key, b"".join(data)) for key, data in parts.items()]
