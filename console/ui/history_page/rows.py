"""The words of the history: what a row says of an alarm, and the lines of its course. Free of Qt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from console.alarms.alarm import STAGE_PRIORITY, Alarm, Change, Kind, Presence, Transition
from console.alarms.escalation import called_s
from console.alarms.late_notes import late_since
from console.store.records import AlarmRecord, HistoryFilter, HistoryState, Told, Trend, state_of
from console.ui import wording
from console.ui.history_page.strip_data import charted
from console.ui.theme import PREFIX

NONE = "–"
KIND_WORD = {
    Kind.WITHDRAWAL: "Pattern",
    Kind.OVERDOSE: "Pattern",
    Kind.LIMIT: "Limit",
    Kind.TECHNICAL: "Technical",
}
LATE_DATA = "Late data"
_STAGE_OF = {priority: stage for stage, priority in STAGE_PRIORITY.items()}


def title(alarm: Alarm) -> str:
    """What it is called now, and how high it once stood."""
    text = wording.alarm_text(alarm)
    if alarm.highest > alarm.priority:
        was = _STAGE_OF[alarm.highest].word if alarm.condition.kind.is_pattern else PREFIX[alarm.highest]
        text += f" (was {was})"
    return f"DEMO · {text}" if alarm.demo else text


def kind(alarm: Alarm) -> str:
    """What sort of alarm it is; what was found in late data is filtered as technical and called by its name."""
    return KIND_WORD[alarm.condition.kind] if late_since(alarm.condition) is None else LATE_DATA


def raised(alarm: Alarm, zone: ZoneInfo, now: datetime) -> str:
    """When it began: the clock time today, with the date before."""
    return moment(alarm.raised_at, zone, now)


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A time with seconds; the date too when it is not today's."""
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}" if local.date() == now.astimezone(zone).date() else f"{local:%d %b %H:%M:%S}"


def lasted(alarm: Alarm, now: datetime) -> str:
    """How long the condition was there; "…" while it is."""
    if alarm.presence is Presence.ACTIVE:
        return f"{wording.age_text((now - alarm.raised_at).total_seconds())} …"
    return wording.age_text((alarm.ended_at - alarm.raised_at).total_seconds()) if alarm.ended_at else NONE


def response(record: AlarmRecord) -> str:
    """How long it called until it was answered."""
    if record.response_s is not None:
        return wording.age_text(record.response_s)
    return "none yet" if wording.needs_answer(record.alarm) else NONE


_STATE = {
    HistoryState.ACTIVE: "● active",
    HistoryState.ACKNOWLEDGED: "acknowledged",
    HistoryState.UNSEEN: "▨ ended, not seen",
    HistoryState.ENDED: "ended",
}


def state(alarm: Alarm) -> str:
    """Where it stands in its life."""
    return _STATE[state_of(alarm)]


def course(record: AlarmRecord, trends: Iterable[Trend], zone: ZoneInfo) -> list[tuple[datetime, str]]:
    """What happened, oldest first: the steps of the alarm, who was told of it by an alarm manager, what people have
    written to it, and what was charted and measured in the laboratory in the time that is shown."""
    alarm = record.alarm
    lines = [(t.at, text) for t in record.transitions if (text := _step(t))]
    lines += [(report.at, told_text(report)) for report in record.told]
    lines += [(note.at, f"Note by {note.by}: {note.text}") for note in record.notes]
    for trend in trends:
        lines += [(one.at, one.line) for one in charted(alarm, trend)]
    if not record.transitions:
        lines.append((alarm.raised_at, f"Raised: {wording.alarm_text(alarm)}"))
    return sorted(lines, key=lambda line: line[0])


def told_text(report: Told) -> str:
    """Whom an alarm manager has told, and what became of it, in its own words."""
    says = f" (says {report.manager})" if report.manager else ""
    return f"Told: {report.recipient}, {report.status}{says}"


def _step(transition: Transition) -> str:
    alarm, change = transition.alarm, transition.change
    condition = alarm.condition
    points = f", {condition.points} points" if condition.points else ""
    word = condition.stage.word if condition.kind.is_pattern else wording.PRIORITY_WORD[alarm.priority]
    if change in (Change.ONSET, Change.ESCALATE):
        text = f"Stepped up to {word}{points}"
        if change is Change.ONSET:
            text = f"Raised: {wording.typeset(condition.detail) or wording.alarm_text(alarm)}{points}"
        return text
    if change is Change.DEESCALATE:
        return f"Stepped down to {word}{points}"
    if change is Change.CLEAR:
        return "Ended, not seen" if alarm.presence is Presence.LATCHED else "Ended"
    if change is Change.ACKNOWLEDGE and alarm.acknowledged is not None:
        after = wording.age_text((alarm.acknowledged.at - alarm.raised_at).total_seconds())
        reason = f" – {alarm.acknowledged.reason}" if alarm.acknowledged.reason else ""
        return f"Acknowledged by {alarm.acknowledged.by} after {after}{reason}"
    if change is Change.UNACKNOWLEDGE:
        return f"Acknowledgement taken back{_by(transition.by)}"
    if change is Change.RESOUND:
        return "Sound returned"
    if change is Change.UNANSWERED:
        called = called_s(alarm, transition.stamp)
        return f"Unanswered for {wording.old_text(called)}, told again"
    return "Taken over after a restart of the console" if change is Change.RESTORE else ""


def _by(who: str) -> str:
    return f" by {who}" if who else ""


def filter_words(filter: HistoryFilter, zone: ZoneInfo) -> str:
    """A filter in plain words, for what leaves the console."""
    parts = [
        span_words(filter, zone),
        *(f"{name}: {', '.join(words)}" for name, words in (
            ("beds", filter.beds), ("kinds", filter.kinds), ("priorities", filter.priorities),
            ("stages", filter.stages), ("states", filter.states),
        ) if words),
        *(f"{name}: {word}" for name, word in (
            ("patient", filter.patient), ("answered by", filter.answered_by), ("search", filter.search),
        ) if word),
        *(("unanswered",) if filter.unanswered else ()),
    ]  # fmt: skip
    return "; ".join(parts)


def span_words(filter: HistoryFilter, zone: ZoneInfo) -> str:
    """The time a filter covers, as words of the empty page."""
    start, end = (None if at is None else f"{at.astimezone(zone):%d %b %H:%M}" for at in (filter.start, filter.end))
    if start is None:
        return "on record" if end is None else f"before {end}"
    return f"since {start}" if end is None else f"between {start} and {end}"
