"""An evaluation whose thresholds are real and whose runs are what the test says they are."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

from console.alarms.alarm import Kind, Stage
from console.evaluation import thresholds
from console.link.commands import Reply
from console.link.evaluation import Checked, Difference, Load, Question, Result, Role, RunView, Shift, Threshold

END = datetime(2026, 3, 9, 12, tzinfo=UTC)
LOADS = (
    Load("withdrawal", "watch", 31, 24, 52000.0, 40100.0, 0.0, 0.0),
    Load("withdrawal", "warning", 9, 6, 14000.0, 11000.0, 720.0, 1080.0),
    Load("withdrawal", "emergency", 2, 1, 3600.0, 3000.0, 1500.0, 2100.0),
    Load("overdose", "watch", 12, 12, 8100.0, 8100.0, 0.0, 0.0),
    Load("overdose", "warning", 4, 4, 2400.0, 2400.0, 180.0, 180.0),
    Load("overdose", "emergency", 1, 1, 600.0, 600.0, 300.0, 300.0),
    Load("limits", "medium", 803, 803, 160000.0, 160000.0),
    Load("limits", "high", 130, 130, 21000.0, 21000.0),
    Load("news2", "5", 94, 94, 61000.0, 61000.0),
    Load("news2", "7", 22, 22, 12000.0, 12000.0),
)


def difference(shift: Shift, bed: str, stage: Stage, hours: float, minutes: float = 0.0, acted: str = "") -> Difference:
    """An episode that would have been another."""
    at = END - timedelta(hours=hours)
    return Difference(shift, bed, f"P-{bed}", f"Patient {bed}", Kind.WITHDRAWAL, stage, at, minutes, acted)


def result(days: float = 10.1, **more: Any) -> Result:
    """A week of a small ward."""
    given = {
        "differences": (
            difference(Shift.LATER, "7B-03", Stage.WARNING, 40, 14, "Pump team informed, R. Nurse"),
            difference(Shift.LOST, "7B-02", Stage.WARNING, 71.5),
            difference(Shift.LOST, "7B-02", Stage.WATCH, 30),
            difference(Shift.NEW, "7B-01", Stage.WATCH, 12.2),
        ),
        **more,
    }
    return Result(END - timedelta(days=7), END, 4, days, 1_200_000, LOADS, **given)


class FakeRun:
    """Stands where the test puts it."""

    def __init__(self) -> None:
        self.shown = RunView(done=False, progress=0.0, doing="The stored days are being opened")
        self.cancelled = False

    def view(self) -> RunView:
        return self.shown

    def cancel(self) -> None:
        self.cancelled = True
        self.shown = RunView(done=True, progress=0.0)


class FakeEvaluation:
    """Implements console.link.evaluation.Evaluation; asked: every question, in order."""

    def __init__(self, in_force: Mapping[str, Any] | None = None, written: Mapping[str, Any] | None = None) -> None:
        self.in_force = dict(in_force or {})
        self.written = dict(self.in_force if written is None else written)
        self.asked: list[Question] = []
        self.runs: list[FakeRun] = []
        self.put: list[tuple[dict[str, Any], str, Role, str]] = []
        self.answer = Reply()
        self.problem: OSError | None = None

    def thresholds(self) -> tuple[Threshold, ...]:
        return thresholds.thresholds(self.in_force, self.written)

    def check(self, texts: Mapping[str, str]) -> Checked:
        return thresholds.check(texts, self.written)

    def start(self, question: Question) -> FakeRun:
        if self.problem is not None:
            raise self.problem
        self.asked.append(question)
        self.runs.append(FakeRun())
        return self.runs[-1]

    def put_into_force(self, changes: Mapping[str, Any], by: str, role: Role, reason: str) -> Future[Reply]:
        self.put.append((dict(changes), by, role, reason))
        if not self.answer.error:
            self.written |= changes
        done: Future[Reply] = Future()
        done.set_result(self.answer)
        return done
