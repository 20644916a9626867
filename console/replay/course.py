"""The virtual clock of a replay: lets time pass at one bed, stopping wherever something may happen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import floor

from console.alarms.alarm import Change, Transition
from console.alarms.bed import BedAlarms
from console.replay.comparison import Comparison
from console.replay.context import EPOCH
from console.ward.chart import NurseObservation, PumpEvent

REPORTED = frozenset({Change.ONSET, Change.ESCALATE, Change.DEESCALATE, Change.CLEAR})
MINUTE = 60.0
START = datetime.fromtimestamp(EPOCH, UTC)


class Course:
    """One admitted bed from `now` on; engine time is POSIX seconds. transitions: what happened, in order.

    charted: entries of the patient, each taken at its own time. comparison: scored with NEWS2 as it goes; None: not.
    """

    def __init__(
        self, bed: BedAlarms, charted: Iterable[PumpEvent | NurseObservation], now: float, comparison: Comparison | None
    ) -> None:
        self.bed = bed
        self.transitions: list[Transition] = []
        self._comparison = comparison
        self._charted = sorted(charted, key=lambda entry: entry.at)
        self._at = now
        self._chart_until(now)

    def advance_to(self, now: float) -> None:
        """Stop wherever something may happen before `now`: each whole minute, each delay that ends, each entry."""
        while True:
            stop = (floor(self._at / MINUTE) + 1) * MINUTE
            due = self.bed.next_due()
            if due is not None and self._at < due < stop:
                stop = due
            if self._charted and self._charted[0].at.timestamp() < stop:
                stop = max(self._charted[0].at.timestamp(), self._at)
            if stop >= now:
                break
            self.step(stop)
            self._chart_until(stop)
        self._chart_until(now)

    def step(self, now: float) -> None:
        """Judge what stands at this moment."""
        happened = self.bed.advance(now, START + timedelta(seconds=now - EPOCH))
        self._at = now
        if happened:
            self.transitions += [t for t in happened if t.change in REPORTED]
        if self._comparison is not None and self.bed.patterns is not None:
            self._comparison.score(self.bed.patterns.news2, now)

    def finish(self, last: float) -> None:
        """Let the minute of the last value end."""
        end = (floor(last / MINUTE) + 1) * MINUTE
        self.advance_to(end)
        self.step(end)

    def _chart_until(self, now: float) -> None:
        ready = bisect_right(self._charted, now, key=lambda entry: entry.at.timestamp())
        for entry in self._charted[:ready]:
            if isinstance(entry, PumpEvent):
                self.bed.chart_pump_event(entry)
            else:
                self.bed.chart_finding(entry)
        if ready:
            del self._charted[:ready]
            self.step(now)
        self._at = max(self._at, now)
