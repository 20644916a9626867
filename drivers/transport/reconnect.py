"""Keep one device on one link: open, feed the driver, and come back after every loss.

This is the only place where reconnecting lives. `run` blocks, so its caller gives it a thread of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from drivers.driver import Driver, FrameCounters, Output
from drivers.transport.link import Link, LinkEndedError, LinkError, OpenLink

POLL_S = 0.25
"""Longest wait for bytes: a driver must be stepped at least once a second, and a stop is noticed this fast."""

SETTLED_S = 1.0
"""A link counts as connected with its first byte, or when it has stood this long in silence. A port that opens and
dies at once, again and again, is therefore one outage and not many."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """Seconds to wait before the next attempt: `first`, doubled after every failure, never more than `cap`.

    The cap keeps the return of a cable within the 5 s of the reliability scoreboard, row 6.
    """

    first: float = 0.1
    cap: float = 2.0

    def delay(self, failures: int) -> float:
        """Seconds to wait after the given number of failures in a row (1 or more)."""
        return float(min(self.cap, self.first * 2 ** min(failures - 1, 16)))


@dataclass(frozen=True, slots=True)
class Reception:
    """What one read brought.

    stamp: `now()` just after the bytes were read. bytes_in, frames: totals since `run` began, over all links.
    """

    stamp: float
    output: Output
    bytes_in: int
    frames: FrameCounters


class Sink(Protocol):
    """Who is told; called in the thread of `run`. An exception raised here ends `run`."""

    def connected(self, stamp: float, connections: int) -> None:
        """The link stands. connections: how often since `run` began; the first is 1."""
        ...

    def received(self, reception: Reception) -> None:
        """Bytes arrived, whether or not they completed a frame; or the driver has something to tell without any."""
        ...

    def lost(self, stamp: float, reason: str) -> None:
        """The link is down, or could not be opened at the start: told once an outage, with a plain sentence."""
        ...

    def still_down(self, stamp: float, reason: str) -> None:
        """A later attempt of the same outage failed for another reason than the one told last."""
        ...


def run(
    open_link: OpenLink,
    new_driver: Callable[[], Driver],
    sink: Sink,
    stop: threading.Event,
    now: Callable[[], float] = time.monotonic,
    back_off: BackOff | None = None,
) -> None:
    """Read one device until `stop` is set, or until a finite link (a replay) is over.

    now: engine time in seconds, never decreasing; a driver sees the seconds since its link came up.
    """
    _Loop(open_link, new_driver, sink, stop, now, back_off or BackOff()).run()


class _Loop:
    def __init__(
        self,
        open_link: OpenLink,
        new_driver: Callable[[], Driver],
        sink: Sink,
        stop: threading.Event,
        now: Callable[[], float],
        back_off: BackOff,
    ) -> None:
        self._open_link = open_link
        self._new_driver = new_driver
        self._sink = sink
        self._stop = stop
        self._now = now
        self._back_off = back_off
        self._connections = 0
        self._bytes_in = 0
        self._past_frames = FrameCounters()
        self._reason: str | None = None  # of the outage under way; None while connected and before the first attempt

    def run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            before = self._connections
            try:
                self._one_link()
            except LinkEndedError as ended:
                self._down(str(ended))
                return
            except LinkError as error:
                self._down(str(error))
            failures = 1 if self._connections != before else failures + 1
            if not self._stop.is_set():
                self._stop.wait(self._back_off.delay(failures))

    def _one_link(self) -> None:
        """From opening to loss or stop; leaves by return only when stopped."""
        link = self._open_link()
        try:
            driver = self._new_driver()
            farewell = b""
            try:
                self._feed(link, driver)
            finally:
                farewell = self._retire(driver)
            if farewell:  # the link stands: the console goes, and the device need not wonder where it is
                with suppress(LinkError):
                    link.write(farewell)
        finally:
            link.close()

    def _feed(self, link: Link, driver: Driver) -> None:
        start = self._now()
        settled = time.monotonic() + SETTLED_S  # real seconds whatever `now` runs at: it is the port that is judged
        up = False
        data = b""
        while not self._stop.is_set():
            stamp = self._now()
            if not up and (data or time.monotonic() >= settled):
                up = True
                self._up(stamp)
            output = _step(driver, data, stamp - start)
            if data or output.vitals or output.alerts or output.trouble is not None:
                self._bytes_in += len(data)
                self._tell(stamp, output, driver)
            if output.send:
                link.write(output.send)
            data = link.read(POLL_S)

    def _retire(self, driver: Driver) -> bytes:
        """Judge what the driver still holds and keep its counts; what the device should hear last."""
        output = _finish(driver)
        if output.vitals or output.alerts:
            self._tell(self._now(), output, driver)
        self._past_frames = self._frames(driver)
        return output.send

    def _tell(self, stamp: float, output: Output, driver: Driver) -> None:
        self._sink.received(Reception(stamp, output, self._bytes_in, self._frames(driver)))

    def _frames(self, driver: Driver) -> FrameCounters:
        past, here = self._past_frames, driver.counters
        return FrameCounters(past.good + here.good, past.bad + here.bad, past.skipped + here.skipped)

    def _up(self, stamp: float) -> None:
        self._connections += 1
        self._reason = None
        self._sink.connected(stamp, self._connections)

    def _down(self, reason: str) -> None:
        if self._reason is None:
            self._sink.lost(self._now(), reason)
        elif reason != self._reason:
            self._sink.still_down(self._now(), reason)
        self._reason = reason


def _step(driver: Driver, data: bytes, elapsed: float) -> Output:
    try:
        return driver.step(data, elapsed)
    except Exception as error:  # a third party's fault must become a lost link, not a dead thread
        raise LinkError(_fault(driver, error)) from error


def _finish(driver: Driver) -> Output:
    try:
        return driver.finish()
    except Exception as error:
        raise LinkError(_fault(driver, error)) from error


def _fault(driver: Driver, error: Exception) -> str:
    return f"the driver {driver.info.name} failed: {type(error).__name__}: {error}"
