"""What the acknowledge sheet says of an alarm: why it is there, and what an answer does to it. Free of Qt."""

from __future__ import annotations

from console.alarms.alarm import Alarm, Priority
from console.alarms.explain import told
from console.alarms.late_notes import late_since
from console.link.snapshot import BedSnapshot, SignalPolicy, WardSnapshot
from console.ui import account_words


def why_words(alarm: Alarm) -> str:
    """What is seen, its reasons, what else it could be and what to do."""
    condition = alarm.condition
    if condition.kind.is_pattern:
        return told(condition)
    reasons = ". ".join(account_words.reason_lines(condition))
    detail = condition.detail if not reasons or late_since(condition) is not None else ""
    return "\n".join(words for words in (detail, reasons, condition.advice) if words)


def find(snapshot: WardSnapshot, alarm_id: str) -> tuple[Alarm | None, BedSnapshot | None]:
    """An alarm by its id, and its bed; None for both when it is gone."""
    for bed in snapshot.beds:
        for alarm in bed.alarms:
            if alarm.id == alarm_id:
                return alarm, bed
    return next((a for a in snapshot.alarms if a.id == alarm_id), None), None


def after_words(alarm: Alarm, short: bool, signals: SignalPolicy) -> str:
    """What an acknowledgement does to the alarm. short: where room is scarce."""
    if late_since(alarm.condition) is not None:
        return "It makes no sound, and leaves the screen when acknowledged."
    if alarm.priority is Priority.LOW:
        return "" if short else "It makes no sound. It stays on screen with your name until it is over."
    minutes = signals.reminder_s[Priority.HIGH - alarm.priority] / 60
    stops = f"Its sound stops for {minutes:g} min, then returns if it is still active."
    if short:
        return stops
    return (
        f"After you acknowledge: the alarm stays on screen, steady, with your name. {stops} "
        "A higher stage or another alarm sounds at once."
    )
