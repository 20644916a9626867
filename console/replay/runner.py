"""Drives the alarms of one recorded patient on a virtual clock: the same engine code as at a live bed."""

from __future__ import annotations

from itertools import count

from console.alarms.alarm_rules import AlarmRules
from console.alarms.bed import BedAlarms
from console.replay.comparison import Comparison
from console.replay.context import EPOCH, Case
from console.replay.course import MINUTE, Course
from console.replay.rows import ReplayError, Row
from drivers.observation import Status


class PatientReplay:
    """One patient from his first row on. transitions: what happened, in order; first, last: engine times of his rows;
    refused: values of validated sets outside their range."""

    def __init__(self, case: Case, rules: AlarmRules, first: Row) -> None:
        name, numbers = case.patient.patient_id, count(1)
        now = EPOCH + first.seconds
        self.case = case
        self.bed = BedAlarms(case.patient.bed, rules, lambda: f"{name}-{next(numbers)}")
        self.bed.admit(case.patient, now=now, windows=case.windows, validated=case.validated)
        if case.pump_card is not None:
            self.bed.set_pump_cards((case.pump_card,))
        self.comparison = Comparison(case.patient.flags, sets=case.validated)
        self.first = self.last = now
        self.rows = self.refused = 0
        scored = None if case.validated else self.comparison
        self._course = Course(self.bed, (*case.pump_events, *case.findings), now, scored)
        self.transitions = self._course.transitions

    def take(self, row: Row) -> None:
        """One row. Raises ReplayError when it lies before the one before."""
        now = EPOCH + row.seconds
        if now < self.last:
            before = self.last - EPOCH
            raise ReplayError(f"patient {row.patient}: second {row.seconds:g} comes after second {before:g}")
        self._course.advance_to(now)
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
        self._course.step(now)

    def finish(self) -> None:
        """Let the last minute end."""
        self._course.finish(self.last)
        self.comparison.end(max(self.last, self.first + MINUTE))
