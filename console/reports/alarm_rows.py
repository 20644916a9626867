"""Alarms as rows of a report: what, when, who answered, and the reasons as they were. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from console.alarms.alarm import Acknowledgement, Alarm, Change, Condition, Kind, Presence, Stage
from console.link.reports import Column, Row, Table
from console.reports.text import NONE, Clock, lasted, plain
from console.store.episodes import AlarmPast, AlarmsFound
from console.ui import account_words, wording
from console.ui.wording import PREFIX

COLUMNS = (
    Column("Raised", 1.5),
    Column("", 0.42),
    Column("Alarm", 2.3),
    Column("Lasted", 0.8),
    Column("Answered by, after, reason; notes", 2.1),
    Column("Reasons at onset and at each step up", 3.4),
)
NOT_ANSWERED = "not answered"
LEFT_OUT = "{} more alarms of this window, the oldest, are not printed. Choose a shorter window to see them."


def state_at(past: AlarmPast, until: datetime) -> Alarm:
    """The alarm as it stood at a time; as it began where no step is on record."""
    before = [step for step in past.steps if step.at <= until]
    return before[-1].alarm if before else past.steps[0].alarm if past.steps else past.alarm


def alarms_table(found: AlarmsFound, clock: Clock, until: datetime, name: str = "Alarms") -> Table:
    """Every alarm of a window, oldest first."""
    rows = tuple(_row(past, clock, until) for past in found.alarms)
    return Table(name, COLUMNS, rows, "No alarms in this window.", found.left_out)


def _row(past: AlarmPast, clock: Clock, until: datetime) -> Row:
    alarm = state_at(past, until)
    peak = peak_of(past, until)
    highest = max(alarm.highest, peak.priority)
    cells = (
        clock.moment(alarm.raised_at),
        PREFIX[highest],
        title(alarm, peak),
        duration(alarm, until),
        "\n".join((answers(past, until) or _unanswered(alarm), *notes(past, clock))),
        "\n".join(reasons(past, until, clock)) or NONE,
    )
    return Row(cells, highest, quiet=alarm.condition.kind is Kind.TECHNICAL)


def peak_of(past: AlarmPast, until: datetime) -> Condition:
    """The condition as it stood when it was of the highest priority, for the first time."""
    conditions = [step.alarm.condition for step in past.steps if step.at <= until] or [past.alarm.condition]
    return max(conditions, key=lambda condition: condition.priority)


def title(alarm: Alarm, peak: Condition) -> str:
    """What it was called when it stood highest."""
    text = plain(wording.typeset(peak.text))
    return f"DEMO · {text}" if alarm.demo else text


def duration(alarm: Alarm, until: datetime) -> str:
    """How long the condition was there."""
    if alarm.ended_at is not None:
        return lasted(alarm.raised_at, alarm.ended_at)
    return f"{lasted(alarm.raised_at, until)} … still there" if alarm.presence is Presence.ACTIVE else NONE


def answers(past: AlarmPast, until: datetime) -> str:
    """Every acknowledgement, a line each; "" when there was none. The time it took runs as in the history: from the
    onset, or from the step up that came after an answer."""
    found, calls_from, answered = [], past.alarm.raised_at, False
    for step in past.steps:
        ack = step.alarm.acknowledged
        if step.at > until:
            continue
        if step.change is Change.ESCALATE and answered:
            calls_from, answered = step.at, False
        elif step.change is Change.ACKNOWLEDGE and ack is not None:
            found.append(_answer(ack, calls_from))
            answered = True
        elif step.change is Change.UNACKNOWLEDGE:
            found.append(f"taken back by {plain(step.by, 60)}" if step.by else "taken back")
            answered = False
    standing = state_at(past, until).acknowledged
    if not found and standing is not None and standing.at <= until:
        found.append(_answer(standing, calls_from))  # its step is not on record
    return "\n".join(found)


def _answer(ack: Acknowledgement, calls_from: datetime) -> str:
    reason = f": {plain(ack.reason, 120)}" if ack.reason else ""
    return f"{plain(ack.by, 60)} after {lasted(calls_from, ack.at)}{reason}"


def notes(past: AlarmPast, clock: Clock) -> list[str]:
    """What people have noted to it, also after the window: a note is about the alarm, whenever it was written."""
    return [f"Note {clock.minute(n.at)}, {plain(n.by, 60)}: {plain(n.text)}" for n in past.notes]


def _unanswered(alarm: Alarm) -> str:
    if alarm.presence is Presence.LATCHED:
        return "ended, not seen"
    return NOT_ANSWERED if alarm.presence is Presence.ENDED else "not answered yet"


def reasons(past: AlarmPast, until: datetime, clock: Clock) -> list[str]:
    """Why it was raised, and why it stepped up, as judged then."""
    lines: list[str] = []
    for step in past.steps:
        if step.at > until or step.change not in (Change.ONSET, Change.ESCALATE):
            continue
        said = _reasons(step.alarm.condition)
        if step.change is Change.ESCALATE:
            stage = account_words.stage_mark(step.alarm.condition)
            lines.append(f"{clock.minute(step.at)} stepped up to {stage}:")
        lines += said
    return lines


def _reasons(condition: Condition) -> list[str]:
    if condition.kind.is_pattern:
        return [plain(line, 160) for line in account_words.reason_lines(condition)]
    return [plain(wording.typeset(condition.detail), 200)] if condition.detail else []


def stage_steps(alarms: Sequence[AlarmPast], kind: Kind, until: datetime) -> tuple[tuple[float, Stage], ...]:
    """When each stage of a pattern began (POSIX seconds), oldest first; repeated stages are one."""
    steps: list[tuple[float, Stage]] = []
    for past in alarms:
        if past.alarm.condition.kind is not kind:
            continue
        for step in past.steps:
            if step.at <= until and step.change is not Change.RESTORE:
                stage = Stage.NONE if step.change is Change.CLEAR else step.alarm.condition.stage
                steps.append((step.at.timestamp(), stage))
    steps.sort(key=lambda step: step[0])
    return tuple(step for i, step in enumerate(steps) if i == 0 or step[1] is not steps[i - 1][1])


def highest_stage(
    steps: Sequence[tuple[float, Stage]], start: float, end: float
) -> tuple[Stage, float | None, float | None]:
    """(highest stage in [start, end), when it was first reached there, when it was left; None: it still stood)."""
    spans = [(at, steps[i + 1][0] if i + 1 < len(steps) else None, stage) for i, (at, stage) in enumerate(steps)]
    inside = [s for s in spans if s[0] < end and (s[1] is None or s[1] > start)]
    top = max((stage for _, _, stage in inside), default=Stage.NONE)
    if top is Stage.NONE:
        return top, None, None
    of_top = [s for s in inside if s[2] is top]
    over = of_top[-1][1]
    return top, max(start, of_top[0][0]), over if over is not None and over < end else None
