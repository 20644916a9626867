"""Drives the alarms of one recorded patient on a virtual clock: the same engine code as at a live bed."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from itertools import count
from math import floor

from console.alarms.alarm import Change, Transition
from console.alarms.alarm_rules import AlarmRules
from console.alarms.bed import BedAlarms
from console.replay.comparison import Comparison
from console.replay.context import EPOCH, Case
from console.replay.rows import ReplayError, Row
from console.ward.chart import NurseObservation, PumpEvent
from drivers.observation import Status

REPORTED = frozenset({Change.ONSET, Change.ESCALATE, Change.DEESCALATE, Change.CLEAR})
MINUTE = 60.0
START = datetime.fromtimestamp(EPOCH, UTC)


class PatientReplay:
    """One patient from his first row on. transitions: what happened, in order; first, last: engine times of his rows;
    refused: values of validated sets outside their range."""

    def __init__(self, case: Case, rules: AlarmRules, first: Row) -> None:
        name, numbers = case.patient.patient_id, count(1)
        now = EPOCH + first.seconds
        self.case = case
        self.bed = BedAlarms(case.patient.bed, rules, lambda: f"{name}-{next(numbers)}")
        self.bed.admit(case.patient, now=now, windows=case.windows, validated=case.validated)
        self.comparison = Comparison(case.patient.flags, sets=case.validated)
        self.transitions: list[Transition] = []
        self.first = self.last = self._at = now
        self.rows = self.refused = 0
        self._charted: list[PumpEvent | NurseObservation] = [*case.pump_events, *case.findings]
        self._charted.sort(key=lambda entry: entry.at)
        self._chart_until(now)

    def take(self, row: Row) -> None:
        """One row. Raises ReplayError when it lies before the one before."""
        now = EPOCH + row.seconds
        if now < self.last:
            before = self.last - EPOCH
            raise ReplayError(f"patient {row.patient}: second {row.seconds:g} comes after second {before:g}")
        self._advance_to(now)
        self.last = now
        self.rows += 1
        patterns = self.bed.patterns
        assert patterns is not None
        if row.o2_lpm is not None:
            patterns.oxygen(row.o2_lpm, now)
        if self.case.validated:
            if row.values and not row.questionable:
                values = dict(row.values)
                refused = self.bed.observe_set(values, now)
                self.refused += len(refused)
                self.comparison.row_set({p: v for p, v in values.items() if p not in refused}, now)
        else:
            status = Status.QUESTIONABLE if row.questionable else Status.VALID
            observe = self.bed.observe_value
            for parameter, value in row.values:
                observe(parameter, value, status, now)
        if row.apnoea_s is not None:
            patterns.apnoea(row.apnoea_s, now)
        self._step(now)

    def finish(self) -> None:
        """Let the last minute end."""
        end = (floor(self.last / MINUTE) + 1) * MINUTE
        self._advance_to(end)
        self._step(end)
        self.comparison.end(max(self.last, self.first + MINUTE))

    def _advance_to(self, now: float) -> None:
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
            self._step(stop)
            self._chart_until(stop)
        self._chart_until(now)

    def _chart_until(self, now: float) -> None:
        ready = bisect_right(self._charted, now, key=lambda entry: entry.at.timestamp())
        for entry in self._charted[:ready]:
            if isinstance(entry, PumpEvent):
                self.bed.chart_pump_event(entry)
            else:
                self.bed.chart_finding(entry)
        if ready:
            del self._charted[:ready]
            self._step(now)
        self._at = max(self._at, now)

    def _step(self, now: float) -> None:
        happened = self.bed.advance(now, START + timedelta(seconds=now - EPOCH))
        self._at = now
        if happened:
            self.transitions += [t for t in happened if t.change in REPORTED]
        if not self.case.validated and self.bed.patterns is not None:
            self.comparison.score(self.bed.patterns.news2, now)
