"""Words and orders the screens share: ages, clock times, alarm texts, the order of chips. Free of Qt."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from console.alarms.alarm import Alarm, Kind, Presence, Priority
from console.alarms.escalation import called_s
from console.alarms.late_notes import late_since
from console.alarms.limits import displayed
from console.ward.patient import RiskFlag
from drivers.observation import Parameter

PATTERN_WORD = {Kind.WITHDRAWAL: "Autonomic", Kind.OVERDOSE: "Respiratory"}
PATTERN_SHORT = {Kind.WITHDRAWAL: "Auton.", Kind.OVERDOSE: "Resp."}

PREFIX: dict[Priority, str] = {Priority.HIGH: "***", Priority.MEDIUM: "**", Priority.LOW: "*"}
"""Text prefixes: colour is never the only code."""

PRIORITY_WORD = {Priority.HIGH: "emergency", Priority.MEDIUM: "warning", Priority.LOW: "watch"}
"""A priority as the ward says it."""

FLAG_WORDS: dict[RiskFlag, str] = {
    RiskFlag.SCI_T6: "Spinal injury at T6 or above",
    RiskFlag.PRIOR_WITHDRAWAL: "Earlier withdrawal",
    RiskFlag.COMMUNICATION_DIFFICULTY: "Cannot report symptoms",
    RiskFlag.BETA_BLOCKER: "Beta blocker",
    RiskFlag.SLEEP_APNOEA: "Sleep apnoea, home CPAP",
    RiskFlag.COPD: "COPD",
    RiskFlag.RENAL_IMPAIRMENT: "Kidney function reduced",
    RiskFlag.SUPPLEMENTAL_OXYGEN: "Oxygen given",
}
"""A standing risk as the ward says it."""

LABEL: dict[Parameter, str] = {
    Parameter.HR: "HR",
    Parameter.PR: "PR",
    Parameter.RR: "RR",
    Parameter.SPO2: "SpO₂",
    Parameter.ETCO2: "EtCO₂",
    Parameter.NIBP_SYS: "BP",
    Parameter.NIBP_DIA: "BP",
    Parameter.NIBP_MEAN: "BP",
    Parameter.ART_SYS: "ABP",
    Parameter.ART_DIA: "ABP",
    Parameter.ART_MEAN: "ABP",
    Parameter.TEMP: "Temp",
    Parameter.PERFUSION_INDEX: "PI",
}

_DATA_SHORT = {"Connection lost": "Link lost", "Unreadable data": "Unreadable"}
_SENSOR_SHORT = {"no reading": "off", "no new values": "silent", "signal not reliable": "poor signal"}

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age_text(seconds: float) -> str:
    """How long something has lasted: "1:52" (min:s), "2 h 05" from an hour on, "3 d 4 h" from two days on."""
    whole = max(0, int(seconds))
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02d}"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d}"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def old_text(seconds: float) -> str:
    """Age of a value in one unit: "48 s", "14 min", "3 h", "2 d"."""
    whole = max(0, int(seconds))
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    if whole < 2 * _HOUR:
        return f"{whole // _MINUTE} min"
    return f"{whole // _HOUR} h" if whole < 3 * _DAY else f"{whole // _DAY} d"


def spoken_age(seconds: float) -> str:
    """An age as a screen reader says it: "1 minute 52 seconds"."""
    whole = max(0, int(seconds))
    if whole >= _HOUR:
        return f"{_count(whole // _HOUR, 'hour')} {_count(whole % _HOUR // _MINUTE, 'minute')}"
    if whole >= _MINUTE:
        return f"{_count(whole // _MINUTE, 'minute')} {_count(whole % _MINUTE, 'second')}"
    return _count(whole, "second")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@lru_cache(maxsize=1024)
def clock_text(at: datetime, zone: ZoneInfo, seconds: bool = False) -> str:
    """An aware time as the ward's clock shows it, 24 h: "04:10" or "04:10:26"."""
    return at.astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def typeset(text: str) -> str:
    """Formulae as the screen writes them."""
    return text.replace("SpO2", "SpO₂").replace("EtCO2", "EtCO₂").replace("CO2 ", "CO₂ ")


def value_text(parameter: Parameter, value: float) -> str:
    """A value as displayed and as the limits judge it: temperature to 0.1, all others whole."""
    return f"{displayed(parameter, value):.1f}" if parameter is Parameter.TEMP else f"{displayed(parameter, value):.0f}"


def alarm_texts(alarm: Alarm) -> tuple[str, ...]:
    """What an alarm is called, longest first: a screen takes the longest that fits.

    "Autonomic pattern – watch", "Autonomic – watch", "Autonomic", "Auton."; limits and technical causes keep their
    numbers and words, only a source's name may go.
    """
    condition = alarm.condition
    full = typeset(condition.text)
    if condition.kind.is_pattern:
        word = PATTERN_WORD[condition.kind]
        return full, f"{word} – {condition.stage.word}", word, PATTERN_SHORT[condition.kind]
    if condition.kind is Kind.LIMIT:
        return _different(full, full.replace(" > ", ">").replace(" < ", "<"), _LIMIT.split(full)[0])
    if late_since(condition) is not None:
        return full, f"Late data: {full.rpartition(': ')[2].removesuffix(' pattern')}", "Late data"
    head, _, tail = full.partition(" – ")
    if condition.key.startswith("technical:data:"):
        return _different(full, head, _DATA_SHORT.get(head, head))
    return _different(full, f"{head} {_SENSOR_SHORT[tail]}" if tail in _SENSOR_SHORT else full)


_LIMIT = re.compile(r" [<>(]")


def _different(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def alarm_text(alarm: Alarm, narrow: bool = False) -> str:
    """What an alarm is called where there is room, or (narrow) one step shorter."""
    texts = alarm_texts(alarm)
    return texts[min(1, len(texts) - 1)] if narrow else texts[0]


def ended_texts(alarm: Alarm, zone: ZoneInfo) -> tuple[str, ...]:
    """What a latched alarm is called, longest first: "Autonomic – ended 04:31"."""
    ended = f"ended {clock_text(alarm.ended_at, zone)}" if alarm.ended_at else "ended"
    texts = alarm_texts(alarm)
    if alarm.condition.kind.is_pattern:
        word = PATTERN_WORD[alarm.condition.kind]
        return f"{word} – {ended}", f"{PATTERN_SHORT[alarm.condition.kind]} {ended}", texts[-1]
    return *(f"{text} – {ended}" for text in texts), f"{texts[-1]} {ended}", texts[-1]


def unanswered_text(alarm: Alarm, now: float) -> str:
    """ "unanswered 3 min" for an alarm that has been told again because nobody answers, else "". now: engine time."""
    if not alarm.unanswered or not alarm.sounding:
        return ""
    return f"unanswered {max(1, int(called_s(alarm, now) // _MINUTE))} min"


def needs_answer(alarm: Alarm) -> bool:
    """Nobody has acknowledged it: it is there, or it has ended unseen."""
    return alarm.acknowledged is None and alarm.presence is not Presence.ENDED


def is_member(alarm: Alarm) -> bool:
    """A limit alarm that an unanswered pattern alarm of its bed speaks for: listed under it, never beside it."""
    return (
        alarm.condition.kind is Kind.LIMIT
        and alarm.presence is Presence.ACTIVE
        and alarm.acknowledged is None
        and not alarm.sounding
    )


def chip_key(alarm: Alarm) -> tuple[int, int, bool, float]:
    """Order of chips: priority, then pattern before limit before technical, active before ended, then newest."""
    return -alarm.priority, kind_rank(alarm.condition.kind), alarm.presence is not Presence.ACTIVE, -alarm.since


def kind_rank(kind: Kind) -> int:
    """Patterns before limits before technical alarms."""
    return 0 if kind.is_pattern else 1 if kind is Kind.LIMIT else 2


def stage_word(alarm: Alarm) -> str:
    """The priority of an alarm in the ward's words."""
    return PRIORITY_WORD[alarm.priority]


def visible(text: str, lines: bool = False) -> str:
    """Text from outside with everything that is not seen (control characters, right-to-left marks, zero widths) shown
    by its number. lines: line ends stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or (lines and c == "\n") else f"⟨U+{ord(c):04X}⟩" for c in text)


def bed_words(bed: str) -> str:
    """A bed in running text: "Bed 07"; a name that says so itself stays as it is."""
    return bed if bed.lower().startswith("bed") else f"Bed {bed}"
