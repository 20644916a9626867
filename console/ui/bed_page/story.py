"""What happened at a bed, as marks and stage steps for the charts. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable

from console.alarms.alarm import Alarm, Change, Kind, Stage, Transition
from console.alarms.late_notes import late_since
from console.link.snapshot import BedSnapshot
from console.store.records import Trend
from console.ui import charting, lab_words
from console.ui.charts.strips import Mark
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.labs import LabResult
from console.ward.patient import Patient


class Story:
    """Grows with the transitions of one bed; loaded once from the store.

    since: POSIX seconds of the admission. What happened at the bed before belongs to somebody else and is left out;
    what was charted of this patient's time before stands in the snapshot.
    """

    def __init__(self, bed: str, since: float = 0.0) -> None:
        self.bed = bed
        self.since = since
        self._stages: dict[Kind, dict[str, tuple[float, Stage]]] = {Kind.WITHDRAWAL: {}, Kind.OVERDOSE: {}}
        self._acknowledged: dict[str, Mark] = {}
        self._late: dict[str, Mark] = {}
        self._events: tuple[PumpEvent, ...] = ()
        self._findings: tuple[NurseObservation, ...] = ()
        self._labs: tuple[LabResult, ...] = ()
        self._patient: Patient | None = None

    def load(self, trend: Trend) -> None:
        """Take what the store had."""
        self.add(trend.transitions)
        self._events = tuple(e for e in trend.pump_events if e.at.timestamp() >= self.since)
        self._findings = tuple(f for f in trend.findings if f.at.timestamp() >= self.since)

    def follow(self, bed: BedSnapshot) -> None:
        """What is charted of this stay. The snapshot holds all of it, and no longer what was struck out."""
        if bed.patient is not None:
            self._events, self._findings = bed.pump_events, bed.findings
            self._labs, self._patient = bed.labs, bed.patient
        for alarm in bed.alarms:
            self._mark_late(alarm)
            if (ack := alarm.acknowledged) is not None:
                self._acknowledged.setdefault(f"{alarm.id}:{ack.at}", Mark(ack.at.timestamp(), "ack", ack.by))

    def add(self, transitions: Iterable[Transition]) -> bool:
        """Take transitions of this bed; True when there was one."""
        any_ = False
        for t in transitions:
            if t.alarm.bed != self.bed or t.at.timestamp() < self.since:
                continue
            any_ = True
            key = f"{t.alarm.id}:{t.alarm.version}"
            kind = t.alarm.condition.kind
            if kind.is_pattern and t.change is not Change.RESTORE:
                over = t.change is Change.CLEAR
                stage = Stage.NONE if over else t.alarm.condition.stage
                self._stages[kind][key] = (t.at.timestamp(), stage)
            self._mark_late(t.alarm)
            if t.change is Change.ACKNOWLEDGE:
                self._acknowledged[f"{t.alarm.id}:{t.at}"] = Mark(t.at.timestamp(), "ack", t.by)
        return any_

    def _mark_late(self, alarm: Alarm) -> None:
        """What late values have shown stands at its own time, not at that at which it became known."""
        since = late_since(alarm.condition)
        if since is not None:
            what = alarm.condition.text.rpartition(": ")[2]
            self._late[alarm.id] = Mark(since, "late", f"Late data: {what} {alarm.condition.detail}")

    def steps(self, kind: Kind) -> list[tuple[float, Stage]]:
        """When each stage began, oldest first; repeated stages are one."""
        steps: list[tuple[float, Stage]] = []
        for time, stage in sorted(self._stages[kind].values()):
            if not steps or steps[-1][1] is not stage:
                steps.append((time, stage))
        return steps

    def marks(self) -> list[Mark]:
        """Pump events, medicines, findings, acknowledgements, laboratory results, and what late values have shown."""
        marks = [*self._acknowledged.values(), *self._late.values()]
        for event in self._events:
            shape = "medicine" if event.kind in charting.MEDICINES else "pump"
            marks.append(Mark(event.at.timestamp(), shape, charting.event_text(event)))
        marks += [Mark(f.at.timestamp(), "finding", charting.finding_text(f)) for f in self._findings]
        for result in self._labs:
            marks.append(Mark(result.measured_at.timestamp(), "lab", lab_words.mark_text(result, self._patient)))
        return marks
