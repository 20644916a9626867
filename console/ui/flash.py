"""The one phase in which everything flashes: 2 Hz for high, 0.6 Hz for medium priority, half on, half off.

A function of the clock, not a counter: tiles and chips that ask at the same time get the same answer, and one that
is asked late does not fall behind. If nobody asks any more, what was painted last stays; painters therefore rest
bright whenever they paint without a phase.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from console.alarms.alarm import Priority

PERIOD_MS: dict[Priority, int] = {Priority.HIGH: 500, Priority.MEDIUM: 1667}
"""IEC 60601-1-8, table 2: high 1.4 to 2.8 Hz, medium 0.4 to 0.8 Hz, on for 20 to 60 % of the period."""


def bright(priority: Priority, now_ms: int) -> bool:
    """True in the bright half of the period; low priority is steady."""
    period = PERIOD_MS.get(priority)
    return period is None or now_ms % period < period / 2


class FlashClock(QObject):
    """Tells when the phase of a flashing priority changes. One object for the whole application.

    changed(high bright, medium bright): emitted at every change.
    """

    changed = Signal(bool, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.high = True
        self.medium = True
        self._timer = QTimer(self)
        self._timer.setInterval(25)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin to flash."""
        self._timer.start()

    def stop(self) -> None:
        """Rest bright."""
        self._timer.stop()
        self._set(True, True)

    def is_bright(self, priority: Priority) -> bool:
        """The phase of a priority now."""
        return {Priority.HIGH: self.high, Priority.MEDIUM: self.medium}.get(priority, True)

    def _look(self) -> None:
        now = round(time.monotonic() * 1000)
        self._set(bright(Priority.HIGH, now), bright(Priority.MEDIUM, now))

    def _set(self, high: bool, medium: bool) -> None:
        if (high, medium) == (self.high, self.medium):
            return
        self.high, self.medium = high, medium
        self.changed.emit(high, medium)
