"""What one line has said lately, for a person to look at: its bytes, newest values, counts and how it stands."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from console.link.devices import Chunk, HeardVital, LineView
from console.ward.source import SourceState
from drivers.driver import FrameCounters
from drivers.observation import DeviceAlert, Parameter
from drivers.transport.reconnect import Reception
from drivers.transport.tap import Tap

SILENT_INTERVALS = 2.5
SILENT_S = 5.0
"""A link that stands without a value for max(5 s, 2.5 intervals) is shown as silent; alarms have their own times."""

LEAST_REAL_S = 2.0
"""In a demonstration that runs faster no line is silent within so many real seconds."""

MALFORMED_FRAMES = 3
"""So many unreadable frames, or this many bytes that belong to no frame, since the last good one: the line speaks
another language than its driver."""
MALFORMED_BYTES = 500

ALERTS_SHOWN = 20
VITALS_SHOWN = 40


class LineLog:
    """Follows one line; implements drivers.transport.reconnect.Sink. `view` may be called from any thread.

    interval_s: seconds between two reports of the device. values: False for one that tells no vital signs, whose frames
    are then the sign that it speaks. now: the clock that `reconnect.run` is given too; pace: its seconds per real
    second. tap: put it on the links, `tapped(open_link, log.tap)`; it carries the recording.
    """

    def __init__(
        self, interval_s: float, now: Callable[[], float] = time.monotonic, values: bool = True, pace: float = 1.0
    ) -> None:
        self.tap = Tap(now)
        least = LEAST_REAL_S * pace if pace > 1.0 else 0.0
        self._silent_s = max(SILENT_S, SILENT_INTERVALS * interval_s, least)
        self._values = values
        self._now = now
        self._lock = threading.Lock()
        self._state = SourceState.CONNECTING
        self._reason = ""
        self._trouble = ""
        self._identity = ""
        self._connected_at = 0.0
        self._last_value_at = 0.0
        self._bytes_in = 0
        self._frames = FrameCounters()
        self._at_last_good = FrameCounters()
        self._vitals: OrderedDict[tuple[Parameter, str | None], HeardVital] = OrderedDict()
        self._alerts: OrderedDict[tuple[str, str], DeviceAlert] = OrderedDict()

    def opened(self) -> None:
        """A new link, about which nothing is known yet."""
        with self._lock:
            self._trouble = self._identity = ""

    def connected(self, stamp: float, connections: int) -> None:  # noqa: ARG002 - the protocol's signature
        """The link stands."""
        with self._lock:
            self._state, self._reason, self._connected_at = SourceState.CONNECTED, "", stamp
            self._at_last_good = self._frames

    def lost(self, stamp: float, reason: str) -> None:  # noqa: ARG002
        """The link is down."""
        self._down(SourceState.LOST, reason)

    def still_down(self, stamp: float, reason: str) -> None:  # noqa: ARG002
        """It is down for another reason than before."""
        self._down(SourceState.LOST, reason)

    def stopped(self) -> None:
        """Nobody reads the line any more; a lost one stays lost, with its reason."""
        if self._state is not SourceState.LOST:
            self._down(SourceState.STOPPED, "")

    def _down(self, state: SourceState, reason: str) -> None:
        with self._lock:
            self._state, self._reason, self._trouble, self._identity = state, reason, "", ""
            self._alerts.clear()
            self._vitals.clear()  # the bytes stay to be looked at; a value would look live

    def received(self, reception: Reception) -> None:
        """Bytes arrived, or the driver has something to tell."""
        output, frames = reception.output, reception.frames
        with self._lock:
            seconds = self.tap.seconds_at(reception.stamp)
            for vital in output.vitals:
                self._vitals[vital.parameter, vital.site] = HeardVital(seconds, vital)
            while len(self._vitals) > VITALS_SHOWN:
                self._vitals.popitem(last=False)
            for alert in output.alerts:
                self._alerts.pop((alert.code, alert.text), None)
                if alert.active:
                    self._alerts[alert.code, alert.text] = alert
            while len(self._alerts) > ALERTS_SHOWN:
                self._alerts.popitem(last=False)
            if output.vitals or (not self._values and frames.good > self._frames.good):
                self._last_value_at = reception.stamp
            if output.trouble is not None:
                self._trouble = output.trouble
            self._identity = output.identity or self._identity
            if frames.good > self._frames.good:
                self._at_last_good = frames
            self._frames, self._bytes_in = frames, reception.bytes_in

    def view(self, traffic: bool = True) -> LineView:
        """The line at this moment; traffic: with the bytes that went over it lately."""
        chunks = tuple(Chunk(c.seconds, c.received, c.data) for c in self.tap.chunks()) if traffic else ()
        with self._lock:
            return LineView(
                self._judged(),
                self._reason or self._trouble,
                chunks,
                tuple(self._vitals.values()),
                tuple(self._alerts.values()),
                self._frames.good,
                self._frames.bad,
                self._frames.skipped,
                self._bytes_in,
                self._identity,
                self.tap.seconds(),
            )

    def _judged(self) -> SourceState:
        if self._state is not SourceState.CONNECTED:
            return self._state
        frames, before = self._frames, self._at_last_good
        if frames.bad - before.bad >= MALFORMED_FRAMES or frames.skipped - before.skipped >= MALFORMED_BYTES:
            return SourceState.MALFORMED
        quiet = self._now() - max(self._connected_at, self._last_value_at)
        return SourceState.SILENT if quiet > self._silent_s else self._state
