"""What the devices at a bed report of their own alarms: shown beside ours, never among them. Pure: time is passed in.

A device tells the start and the end of an alarm, some repeat it between. When the end is lost (a cut cable, a gateway
that is restarted) the alarm must not stand there as present for ever, nor vanish as if it were over: it is told as
"no end reported".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from drivers.observation import AlertPriority, DeviceAlert

MAXIMUM = 20
"""Alarms kept for a bed; beyond it the least urgent one that was heard longest ago goes first."""

LEAST_SILENCE_S = 60.0
INTERVALS = 2.5
"""A source that repeats an alarm is silent about it after so many of its own intervals, one minute at least."""

UNREPEATED_S = 600.0
"""A step that is never repeated stands for present for so long (decision: PCD-04 tells no interval)."""

KEPT_S = 3600.0
"""An alarm without an end is told for so long after it was last heard of."""

_URGENCY = {AlertPriority.HIGH: 3, AlertPriority.MEDIUM: 2, AlertPriority.LOW: 1, AlertPriority.NONE: 0}


class ReportedState(StrEnum):
    """PRESENT: the device says so. LATCHED: its cause is over, the device holds it. NO_END: its end was never told."""

    PRESENT = "present"
    LATCHED = "latched"
    NO_END = "no end reported"


@dataclass(frozen=True, slots=True)
class ReportedAlert:
    """One alarm of a device. since, last_at: UTC, first and last word of it; phase: as the device words it, or ""."""

    source: str
    alert: DeviceAlert
    state: ReportedState
    since: datetime
    last_at: datetime

    @property
    def urgency(self) -> int:
        """3 for high to 0 for none."""
        return _URGENCY[self.alert.priority]


@dataclass(slots=True)
class _Entry:
    shown: ReportedAlert
    heard: float
    steps: bool
    gap: float | None = None

    def silent_after(self) -> float:
        return UNREPEATED_S if self.gap is None else max(LEAST_SILENCE_S, INTERVALS * self.gap)


class ReportedAlerts:
    """The alarms reported at one bed; at most MAXIMUM."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str, str, str], _Entry] = {}
        self._view: tuple[ReportedAlert, ...] = ()

    @property
    def view(self) -> tuple[ReportedAlert, ...]:
        """Most urgent first, the newest first among equals; the same object while nothing has changed."""
        return self._view

    def take(self, alert: DeviceAlert, source: str, stamp: float, utc: datetime, *, steps: bool) -> None:
        """A word about an alarm. steps: the source tells steps and repetitions, so that silence means something; else
        it tells when an alarm begins and ends, and only the loss of the source leaves one without an end."""
        # A source that names no instance tells its alarms apart by their words.
        key = (source, alert.code, alert.instance, "" if alert.instance else alert.text)
        before = self._entries.pop(key, None)
        if alert.active or alert.latched:
            state = ReportedState.PRESENT if alert.active else ReportedState.LATCHED
            since = before.shown.since if before is not None else utc
            gap = None if before is None else before.gap
            if before is not None and stamp > before.heard:
                gap = max(gap or 0.0, stamp - before.heard)
            entry = _Entry(ReportedAlert(source, alert, state, since, utc), stamp, steps, gap)
            self._entries[key] = entry
            self._bound()
        self._settle()

    def check(self, now: float, lost: Collection[str]) -> None:
        """Once a second. lost: sources that are not heard any more."""
        for key, entry in list(self._entries.items()):
            quiet = now - entry.heard
            if quiet >= KEPT_S and entry.shown.state is ReportedState.NO_END:
                del self._entries[key]
            elif entry.shown.source in lost or (entry.steps and quiet >= entry.silent_after()):
                entry.shown = replace(entry.shown, state=ReportedState.NO_END)
        self._settle()

    def drop(self, sources: Collection[str]) -> None:
        """These sources are not this bed's any more."""
        self._entries = {key: entry for key, entry in self._entries.items() if key[0] not in sources}
        self._settle()

    def clear(self) -> None:
        """Another patient: nothing reported of the last one stands under his name."""
        self._entries.clear()
        self._settle()

    def _bound(self) -> None:
        while len(self._entries) > MAXIMUM:
            del self._entries[min(self._entries, key=self._worth)]

    def _worth(self, key: tuple[str, str, str, str]) -> tuple[bool, int, float]:
        entry = self._entries[key]
        return entry.shown.state is not ReportedState.NO_END, entry.shown.urgency, entry.heard

    def _settle(self) -> None:
        shown = sorted(
            (entry.shown for entry in self._entries.values()),
            key=lambda item: (item.state is not ReportedState.NO_END, item.urgency, item.since),
            reverse=True,
        )
        if tuple(shown) != self._view:
            self._view = tuple(shown)
