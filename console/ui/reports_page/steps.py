"""Long work of a screen in short pieces: between them values are painted and alarms are heard."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer

T = TypeVar("T")

SLICE_S = 0.012
"""A value has to be painted within 150 ms of its last byte, so nothing holds the screen for long."""

PAUSE_MS = 4


class Steps(QObject):
    """Runs one generator at a time, a slice per turn of the event loop."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Generator[None, None, Any] | None = None
        self._then: Callable[[Any], None] = lambda _: None
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.go_on)

    @property
    def busy(self) -> bool:
        """Something is under way."""
        return self._work is not None

    def run(self, work: Generator[None, None, Any], then: Callable[[Any], None]) -> None:
        """Begin; what was under way is forgotten. then: called with what the generator returns."""
        self.stop()
        self._work, self._then = work, then
        self._timer.start()

    def stop(self) -> None:
        """Forget what is under way."""
        self._timer.stop()
        if self._work is not None:
            work, self._work = self._work, None
            work.close()

    def go_on(self) -> None:
        """One slice."""
        until = time.monotonic() + SLICE_S
        while self._work is not None and time.monotonic() < until:
            try:
                next(self._work)
            except StopIteration as end:
                self._work = None
                self._timer.stop()
                self._then(end.value)


def finished(work: Generator[None, None, T]) -> T:
    """All steps at once, where nobody waits."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
