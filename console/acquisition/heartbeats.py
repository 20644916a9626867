"""The heartbeats of one feed: who has sent them, how often, and when last. What their absence means is judged by
`console.alarms.technical_gateway`.

Draeger gateways send a PCD-04 message of the event MDC_EVT_ACTIVE, Mindray PDS a message of class 106 (HL7 facts).
Neither tells its interval: it is learned on each connection, unless the feed is configured with one. A sender that
opens a connection for every heartbeat is followed only where it is configured.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from statistics import median

from console.ward.source import Heartbeat

MAXIMUM = 1024
"""Connections followed; the longest silent is forgotten first."""

GAPS = 8
LEAST_GAPS = 2
"""The interval is the median of the last gaps, known from three heartbeats on: one late heartbeat does not move it."""


class _Line:
    def __init__(self, sender: str, stamp: float) -> None:
        self.sender = sender
        self.last = stamp
        self.gaps: deque[float] = deque(maxlen=GAPS)


class Heartbeats:
    """Written by the loop of the listeners, read from any thread. configured_s: the interval the feed declares."""

    def __init__(self, configured_s: float | None = None) -> None:
        self.configured_s = configured_s
        self._lock = threading.Lock()
        self._lines: OrderedDict[int, _Line] = OrderedDict()

    def beat(self, connection: int, sender: str, stamp: float) -> None:
        """A heartbeat has come. The first on a new connection stands for the sender's longest silent one of before:
        who connects again has not stopped."""
        with self._lock:
            line = self._lines.pop(connection, None) or self._take_over(sender, stamp)
            if stamp > line.last:
                line.gaps.append(stamp - line.last)
            line.last = stamp
            self._lines[connection] = line
            while len(self._lines) > MAXIMUM:
                self._lines.popitem(last=False)

    def view(self) -> tuple[Heartbeat, ...]:
        """Those whose interval is known, the longest silent first."""
        with self._lock:
            known = [(line, self._interval(line)) for line in self._lines.values()]
        return tuple(Heartbeat(line.sender, line.last, interval) for line, interval in known if interval)

    def _interval(self, line: _Line) -> float:
        if self.configured_s:
            return self.configured_s
        return median(line.gaps) if len(line.gaps) >= LEAST_GAPS else 0.0

    def _take_over(self, sender: str, stamp: float) -> _Line:
        """The line of before that has missed a heartbeat, else a new one."""
        for number, line in self._lines.items():
            interval = self._interval(line)
            if line.sender == sender and interval and stamp - line.last > 0.5 * interval:
                return self._lines.pop(number)
        return _Line(sender, stamp)
