"""Counts of a replay: episodes per patient-day and share of time, by kind and stage, for each patient and in total.

Every stage counts "at or above": an episode of warning begins whenever the stage rises to warning or higher from
below it, and its share is the time spent at warning or higher. Hours are those from the first row to the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from console.alarms.alarm import Change, Kind, Priority, Stage, Transition
from console.replay.changes import ThresholdChange
from console.replay.comparison import THRESHOLDS
from console.replay.context import EPOCH
from console.replay.runner import PatientReplay

STAGES = (Stage.WATCH, Stage.WARNING, Stage.EMERGENCY)
PATTERNS = (Kind.WITHDRAWAL, Kind.OVERDOSE)
LIMITS = (Priority.MEDIUM, Priority.HIGH)
DAY_S = 86400.0
MINIMUM_S = 60.0


@dataclass(slots=True)
class Tally:
    """Episodes and seconds of one level. first: seconds axis of the recording, None when never reached."""

    episodes: int = 0
    seconds: float = 0.0
    first: float | None = None

    def add(self, other: Tally) -> None:
        """Sum over patients; the first time has no meaning there."""
        self.episodes += other.episodes
        self.seconds += other.seconds


@dataclass(slots=True)
class Account:
    """All tallies of a patient or of everybody."""

    patients: int = 0
    rows: int = 0
    refused: int = 0
    seconds: float = 0.0
    highest: dict[Kind, Stage] = field(default_factory=lambda: dict.fromkeys(PATTERNS, Stage.NONE))
    levels: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def tally(self, kind: str, level: str) -> Tally:
        """The tally of one kind and level, made on first use."""
        return self.levels.setdefault((kind, level), Tally())

    def add(self, other: Account) -> None:
        """Sum over patients."""
        self.patients += other.patients
        self.rows += other.rows
        self.refused += other.refused
        self.seconds += other.seconds
        for kind, stage in other.highest.items():
            self.highest[kind] = max(self.highest[kind], stage)
        for (name, level), tally in other.levels.items():
            self.tally(name, level).add(tally)

    def as_json(self, *, single: bool) -> dict[str, Any]:
        """Plain numbers. single: one patient, with the time each stage was first reached."""
        days = self.seconds / DAY_S
        out: dict[str, Any] = {
            "covered_hours": round(self.seconds / 3600, 3),
            "rows": self.rows,
            "refused_values": self.refused,
        }
        if not single:
            out["patients"] = self.patients
        for (kind, level), tally in self.levels.items():
            entry: dict[str, Any] = {
                "episodes": tally.episodes,
                "episodes_per_patient_day": round(tally.episodes / days, 3) if days else None,
                "fraction_of_time": round(tally.seconds / self.seconds, 5) if self.seconds else None,
            }
            if single and kind in PATTERNS:
                entry["first_reached_seconds"] = tally.first
            out.setdefault(kind, {})[level] = entry
        for pattern, stage in self.highest.items():
            out[pattern]["highest_stage"] = stage.word
        return out


def account(replay: PatientReplay) -> Account:
    """The tallies of one finished patient."""
    end = max(replay.last, replay.first + MINIMUM_S)
    result = Account(1, replay.rows, replay.refused, end - replay.first)
    for kind in PATTERNS:
        for stage in STAGES:
            _patterns(result, kind, stage, replay.transitions, end)
    for priority in LIMITS:
        _limits(result, priority, replay.transitions, end)
    for threshold in THRESHOLDS:
        tally = result.tally("news2", str(threshold))
        tally.episodes, tally.seconds = replay.comparison.onsets[threshold], replay.comparison.seconds[threshold]
    return result


def stage_after(transition: Transition) -> Stage:
    """Stage a pattern alarm stands at after the transition."""
    return Stage.NONE if transition.change is Change.CLEAR else transition.alarm.condition.stage


def _patterns(result: Account, kind: Kind, stage: Stage, transitions: Iterable[Transition], end: float) -> None:
    tally, since = result.tally(kind, stage.word), None
    for transition in transitions:
        if transition.alarm.condition.kind is not kind:
            continue
        after = stage_after(transition)
        result.highest[kind] = max(result.highest[kind], after)
        if after >= stage and since is None:
            since = transition.stamp
            tally.episodes += 1
            tally.first = tally.first if tally.first is not None else since - EPOCH
        elif after < stage and since is not None:
            tally.seconds += min(transition.stamp, end) - min(since, end)
            since = None
    if since is not None:
        tally.seconds += max(0.0, end - since)


def _limits(result: Account, priority: Priority, transitions: Iterable[Transition], end: float) -> None:
    """Every limit alarm is an episode of its own; the share of time is that with at least one."""
    tally, standing, since = result.tally("limits", priority.word), set[str](), 0.0
    for transition in transitions:
        condition = transition.alarm.condition
        if condition.kind is not Kind.LIMIT:
            continue
        before = bool(standing)
        there = transition.change is not Change.CLEAR and condition.priority >= priority
        if there and condition.key not in standing:
            standing.add(condition.key)
            tally.episodes += 1
        elif not there:
            standing.discard(condition.key)
        if standing and not before:
            since = transition.stamp
        elif before and not standing:
            tally.seconds += min(transition.stamp, end) - min(since, end)
    if standing:
        tally.seconds += max(0.0, end - since)


def summary(
    replays: Iterable[PatientReplay], skipped: dict[str, str], changed: Iterable[ThresholdChange] = ()
) -> dict[str, Any]:
    """Per patient and in total. skipped: patients not replayed and why; changed: thresholds of this run alone."""
    total, patients = Account(), {}
    for replay in replays:
        own = account(replay)
        total.add(own)
        patients[replay.case.patient.patient_id] = own.as_json(single=True)
    if not patients:
        total.add(Account(levels={(k, s.word): Tally() for k in PATTERNS for s in STAGES}))
    told = {change.key: {"from": change.before, "to": change.after} for change in changed}
    return {"patients": patients, "total": total.as_json(single=False), "skipped": skipped, "changed": told}
