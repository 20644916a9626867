"""What one feed has done, as the engineer reads it: counters, places and alerts seen, the clock of the sender.

Written by the loop of the listeners, read from any thread.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.acquisition.control_ids import REUSED
from console.acquisition.peers import NOT_OWN_BED
from console.acquisition.placing import ANOTHER_PATIENT, Brought
from console.acquisition.unknown import Unknown
from console.alarms.minute_memory import HOURS_BACK
from console.clock import Clock
from console.config_hl7 import Hl7ListenerConfig
from console.link.snapshot import SourceView
from console.ward.source import SourceState
from hl7.alerts import ReadAlert
from hl7.observations import Reading
from hl7.reader import Message
from hl7.times import parse_time, to_utc

REASONS_COUNTED = 100
ALERTS_SHOWN = 20

SKEW_SLACK = timedelta(seconds=10)
"""A sender's clock may be ahead by so much (detector specification, section 6)."""

SKEW_MESSAGES = 3
"""The clock of a sender is judged by the best of its last messages: one that was held up says nothing about it."""


class Tally:
    """Counters of one feed; each of its lists is bounded."""

    def __init__(self, config: Hl7ListenerConfig, view: SourceView, clock: Clock) -> None:
        self._clock = clock
        self._zone = ZoneInfo(config.timezone) if config.timezone else None
        self._interval_s = config.interval_s
        self._lock = threading.Lock()
        self._view = view
        self._good = self._bad = self._duplicates = 0
        self._quarantined: Counter[str] = Counter()
        self._unknown = Unknown()
        self._alerts: OrderedDict[str, str] = OrderedDict()
        self._skews: deque[float] = deque(maxlen=SKEW_MESSAGES)
        self._last_stamp: float | None = None
        self._heard: float | None = None

    def heard(self) -> None:
        """A message has come, of whatever kind."""
        self._heard = self._clock.now()

    def good(self, message: Message, reading: Reading, received_at: datetime, stamp: float, brought: Brought) -> None:
        """A message is durable."""
        with self._lock:
            self._good += 1
            if brought.samples:
                self._last_stamp = stamp
            for quarantined in reading.quarantined:
                self._count(quarantined.reason)
                self._unknown.code(quarantined, received_at)
            if brought.unplaced:
                self._count("unknown location", brought.unplaced)
            if brought.others:
                self._count(ANOTHER_PATIENT, brought.others)
            if brought.reused:
                self._count(REUSED)
            if brought.foreign:
                self._count(NOT_OWN_BED, brought.foreign)
            if brought.old:
                self._count(f"older than {HOURS_BACK} h, stored only", brought.old)
            self._note_clock(message, received_at)

    def duplicate(self) -> None:
        """A message was there before."""
        with self._lock:
            self._duplicates += 1

    def unknown_reports(self, number: int) -> None:
        """Reports of who was told, about no alarm of ours."""
        if number:
            self._count("report about an unknown alarm", number)

    def asked(self, done: str) -> None:
        """A query was answered. done: what came of it."""
        with self._lock:
            self._good += 1
            self._count(f"query: {done}")

    def refused(self, reason: str) -> None:
        """A message was not taken."""
        with self._lock:
            self._bad += 1
            self._count(reason)

    def new_location(self, location: str) -> bool:
        """Note a location nobody has mapped; False when it is listed already."""
        with self._lock:
            return self._unknown.place(location, self._clock.utc())

    def rebind(self, config: Hl7ListenerConfig, view: SourceView | None) -> None:
        """The feed goes on with another configuration; what it has counted stays."""
        with self._lock:
            self._zone = ZoneInfo(config.timezone) if config.timezone else None
            self._interval_s = config.interval_s
            self._view = view or self._view
            self._unknown.settle(config)

    def alert(self, alert: ReadAlert, bed: str | None) -> None:
        """A device says that an alert has begun, goes on, or is over."""
        key = f"{alert.location}|{alert.code}"
        with self._lock:
            self._alerts.pop(key, None)
            if alert.phase != "end":
                self._alerts[key] = f"{bed or alert.location or 'no location'}: {alert.text}"
                if len(self._alerts) > ALERTS_SHOWN:
                    self._alerts.popitem(last=False)

    def view(
        self,
        state: SourceState,
        address: str,
        bytes_in: int,
        error: str,
        refused: Iterable[tuple[str, int]],
        connections: int,
    ) -> SourceView:
        """The feed at this moment. The listener tells what it knows of its socket."""
        with self._lock:
            counted = [*self._quarantined.items(), *refused]
            if self._duplicates:
                counted.append(("sent twice", self._duplicates))
            return replace(
                self._view,
                state=self._state(state),
                address=address,
                good=self._good,
                bad=self._bad,
                bytes_in=bytes_in,
                last_value_stamp=self._last_stamp,
                last_error=error or self._clock_words(),
                quarantined=tuple(counted),
                unknown_locations=tuple(place.location for place in self._unknown.places()),
                unknown_codes=self._unknown.codes(),
                unknown_places=self._unknown.places(),
                duplicates=self._duplicates,
                device_alerts=tuple(self._alerts.values()),
                clock_skew_s=self._skew(),
                last_heard_stamp=self._heard,
                connections=connections,
                interval_s=self._interval_s,
            )

    def _count(self, reason: str, number: int = 1) -> None:
        known = reason in self._quarantined or len(self._quarantined) < REASONS_COUNTED
        self._quarantined[reason if known else "other reasons"] += number

    def _note_clock(self, message: Message, received_at: datetime) -> None:
        sent = parse_time(message.msh.raw(7))
        if sent is None:
            return
        moment = to_utc(sent, self._zone, received_at)
        if moment.tzinfo is not None:
            self._skews.append((moment - received_at).total_seconds())

    def _skew(self) -> float:
        """Seconds by which the sender's clock is ahead (negative: behind), 0 while nobody knows or within the slack."""
        if len(self._skews) < SKEW_MESSAGES:
            return 0.0
        best = min(self._skews, key=abs)
        return best if abs(best) > SKEW_SLACK.total_seconds() else 0.0

    def _clock_words(self) -> str:
        skew = self._skew()
        if not skew:
            return ""
        return f"the sender's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"

    def _state(self, state: SourceState) -> SourceState:
        if state is not SourceState.CONNECTED or self._last_stamp is None:
            return state
        silent = self._clock.now() - self._last_stamp > 2.5 * self._interval_s
        return SourceState.SILENT if silent else state
