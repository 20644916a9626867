"""An alarm's reasons in words: as they were when its stage rose, beside what holds now. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from console.alarms.alarm import STAGE_PRIORITY, Account, Alarm, Condition, Reason
from console.ui import wording
from console.ui.wording import PREFIX

NAMES = {
    "hr": "Heart rate",
    "rr": "Breathing rate",
    "temp": "Temperature",
    "spo2": "Oxygen, SpO₂",
    "etco2": "Carbon dioxide, EtCO₂",
    "bp": "Blood pressure",
}
GONE = "–"
_OWN_ROW = ("finding", "pump", "therapy", "limit", "delay")


@dataclass(frozen=True, slots=True)
class Line:
    """One reason then and now; `then` or `now` is "–" where it was not there. points: -1 for none to tell. usual:
    the patient's usual value then, "" where none was known."""

    name: str
    then: str
    now: str
    points_then: int = -1
    points_now: int = -1
    usual: str = ""

    @property
    def changed(self) -> bool:
        """Something else holds now."""
        return (self.then, self.points_then) != (self.now, self.points_now)


def rise_name(account: Account, zone: ZoneInfo) -> str:
    """What an account is called on a button: its asterisks and the time of the rise."""
    return f"{PREFIX[account.condition.priority]} {wording.clock_text(account.at, zone)}"


def spoken_rise(account: Account, zone: ZoneInfo) -> str:
    """The same in words."""
    condition = account.condition
    stage = condition.stage.word if condition.stage else wording.PRIORITY_WORD[condition.priority]
    return f"As it was at the onset of {stage}, {wording.clock_text(account.at, zone)}"


def compare(then: Condition, now: Condition | None) -> list[Line]:
    """Every reason of `then` and `now`, what contributed first; now None: it is over."""
    lines = []
    before, after = _keyed(then), _keyed(now) if now is not None else {}
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        either = old or new
        assert either is not None
        scored = either.channel in NAMES or either.channel.startswith("bp") or either.channel == "finding"
        points = (old.points if old else 0, new.points if new else 0) if scored else (-1, -1)
        lines.append(Line(_name(either), _value(old), _value(new), *points, _usual(old)))
    rules = (_rules(then), _rules(now) if now is not None else GONE)
    if any(rule != GONE for rule in rules):
        lines.append(Line("Rules", *rules))
    return lines


def of_view(alarm: Alarm | None, account: Account) -> Condition | None:
    """What holds now, to stand beside an account: None when the alarm is over or another one."""
    if alarm is None or account not in alarm.accounts or alarm.ended_at is not None:
        return None
    return alarm.condition


def then(condition: Condition) -> list[Line]:
    """Every reason as it was, with its points; the rules that were true last."""
    return compare(condition, None)


def reason_lines(condition: Condition) -> list[str]:
    """Reasons one by one, such as "HR 142 (+82 %), usual 78: 3 points", then the rules."""
    found = [_line(reason) for reason in condition.reasons if reason.channel != "rule"]
    if condition.against:
        found.append("No points: " + ", ".join(wording.typeset(r.text) for r in condition.against))
    rules = _rules(condition)
    return found if rules == GONE else [*found, f"Rules: {rules}"]


def held_words(condition: Condition, zone: ZoneInfo) -> str:
    """Since when nothing fresh speaks for or against a held stage, else ""."""
    if not condition.held:
        return ""
    if condition.refreshed_at is None:
        return "held, not refreshed since the restart"
    return f"not refreshed since {wording.clock_text(condition.refreshed_at, zone)}"


def account_of(alarm: Alarm) -> Account | None:
    """The account of the latest rise to the highest stage it reached, None where none was kept."""
    return max(alarm.accounts, key=lambda a: (a.condition.stage, a.condition.priority, a.at), default=None)


def stage_mark(condition: Condition) -> str:
    """Asterisks and stage."""
    word = condition.stage.word if condition.stage else wording.PRIORITY_WORD[condition.priority]
    return f"{PREFIX[STAGE_PRIORITY.get(condition.stage, condition.priority)]} {word}"


def _keyed(condition: Condition) -> dict[str, Reason]:
    """Reasons by what they are about: a channel has one, findings and windows one each."""
    found: dict[str, Reason] = {}
    for reason in (*condition.reasons, *condition.against):
        if reason.channel == "rule":
            continue
        own = f"{reason.channel}:{_stem(reason)}" if reason.channel in ("finding", "pump", "therapy") else ""
        found[own or reason.channel.partition("_")[0]] = reason
    return found


def _stem(reason: Reason) -> str:
    """What a finding or window is called, without its age, which changes by itself."""
    words = reason.text.split()
    return " ".join(words[:-3]) if words[-1:] == ["ago"] else reason.text


def _name(reason: Reason) -> str:
    if reason.channel == "pump":
        return wording.typeset(_stem(reason))
    if reason.channel in ("limit", "delay"):
        return {"limit": "Limit", "delay": "Delay"}[reason.channel]
    if reason.channel == "finding":
        return wording.typeset(reason.text)
    return NAMES.get(reason.channel.partition("_")[0], wording.typeset(reason.text))


def _value(reason: Reason | None) -> str:
    if reason is None:
        return GONE
    if reason.channel == "finding":
        return "charted"
    if reason.channel == "pump":
        return reason.text.removeprefix(_stem(reason)).strip() or "open"
    if reason.value is None and reason.channel not in _OWN_ROW:
        return "no value"
    text = reason.text if reason.channel in _OWN_ROW else reason.text.partition(" ")[2]
    return wording.typeset(text) + ("" if reason.fresh else " (not fresh)")


def _usual(reason: Reason | None) -> str:
    if reason is None or reason.value is None or reason.baseline is None:
        return ""
    return f"{reason.baseline:.1f}" if reason.channel == "temp" else f"{reason.baseline:.0f}"


def _line(reason: Reason) -> str:
    usual = f", usual {known}" if (known := _usual(reason)) else ""
    points = f": {reason.points} point{'s' if reason.points > 1 else ''}" if reason.points else ""
    note = f" ({reason.note})" if reason.note and not reason.note.startswith("usual value") else ""
    return wording.typeset(f"{reason.text}{usual}{points}{note}") + ("" if reason.fresh else ", not fresh")


def _rules(condition: Condition) -> str:
    return _joined(reason.text for reason in condition.reasons if reason.channel == "rule")


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or GONE
