"""The figures of an answer in the words of the page. Free of Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.alarms.alarm import Kind, Priority
from console.link.analysis import Answer, Answering, Benchmark, Figures, Measure, Part, Question, Repeated, Verdict
from console.store.records import HistoryFilter
from console.ui import wording
from console.ui.theme import PREFIX

NONE = "–"
MINUS = "−"

HEADINGS = ("Figure", "This span", "Week before", "Change", "Benchmark")

KIND_WORD = {
    Kind.WITHDRAWAL: "Autonomic pattern",
    Kind.OVERDOSE: "Respiratory pattern",
    Kind.LIMIT: "Limit",
    Kind.TECHNICAL: "Technical",
}

MARK = {
    Verdict.WITHIN: "✓ within",
    Verdict.ABOVE: "▲ above",
    Verdict.OVER: "▲▲ over",
    Verdict.UNDER: "▼▼ under",
    Verdict.NONE: NONE,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of figures. part: the alarms behind it, None for the name of a section."""

    name: str
    now: str = ""
    before: str = ""
    change: str = ""
    benchmark: str = ""
    part: Part | None = None
    tip: str = ""
    verdict: Verdict = Verdict.NONE

    @property
    def cells(self) -> tuple[str, ...]:
        """As the columns have it."""
        return self.name, self.now, self.before, self.change, self.benchmark


# --- numbers ---------------------------------------------------------------------------------------------------------


def count_text(count: int) -> str:
    """A number of alarms: "12,345"."""
    return f"{count:,}"


def rate_text(rate: float | None) -> str:
    """A rate with three figures: "0.042", "1.25", "12.3", "123"."""
    if rate is None:
        return NONE
    decimals = 0 if rate >= 100 else 1 if rate >= 10 else 2 if rate >= 0.1 or rate == 0 else 3
    return f"{rate:,.{decimals}f}"


def share_text(share: float | None) -> str:
    """A share: "12.3 %"."""
    return NONE if share is None else f"{share * 100:.1f} %"


def seconds_text(seconds: float | None) -> str:
    """How long something took: "1:52" (min:s)."""
    return NONE if seconds is None else wording.age_text(round(seconds))


def _signed(text: str, difference: float) -> str:
    """The size of a difference with its sign; a difference that shows as nothing has none."""
    if not any(digit in text for digit in "123456789"):
        return "±0"
    return f"{'+' if difference > 0 else MINUS}{text}"


def change_text(now: float | None, before: float | None, measure: Measure | None) -> str:
    """What has changed since the week before; measure None: seconds."""
    if now is None or before is None:
        return NONE
    by = now - before
    if measure is None:
        return _signed(wording.age_text(round(abs(by))), by)
    if measure.is_share:
        return _signed(f"{abs(by) * 100:.1f} pp", by)
    return _signed(count_text(round(abs(by))) if measure in COUNTS else rate_text(abs(by)), by)


COUNTS = frozenset(
    {
        Measure.ALARMS, Measure.PEAK, Measure.FLOODS, Measure.CHATTERING, Measure.FLEETING, Measure.STALE,
        Measure.UNANSWERED, Measure.ENDED_BEFORE,
    }
)  # fmt: skip


def value_text(value: float | None, measure: Measure) -> str:
    """A figure that stands alone."""
    if value is None:
        return NONE
    if measure.is_share:
        return share_text(value)
    return count_text(round(value)) if measure in COUNTS else rate_text(value)


# --- the table -------------------------------------------------------------------------------------------------------


NAMES = {
    Measure.ALARMS: "Alarms",
    Measure.PER_TEN_MINUTES: "Per 10 min, on average",
    Measure.PER_HOUR: "Per hour, on average",
    Measure.PER_DAY: "Per 24 h, on average",
    Measure.PER_BED_DAY: "Per bed-day",
    Measure.PER_PATIENT_DAY: "Per patient-day",
    Measure.PEAK: "Most in any 10 min",
    Measure.FLOOD_SHARE: "10-min periods in flood",
    Measure.FLOODS: "Floods",
    Measure.TOP_TEN: "Ten most frequent",
    Measure.CHATTERING: "Chattering",
    Measure.FLEETING: "Fleeting < 30 s",
    Measure.STALE: "Stale, most on one day",
    Measure.HIGH_SHARE: "*** high priority",
    Measure.MEDIUM_SHARE: "** medium priority",
    Measure.LOW_SHARE: "* low priority",
    Measure.TECHNICAL_SHARE: "Technical",
    Measure.UNANSWERED: "Unanswered",
    Measure.ENDED_BEFORE: "Ended before answer",
}

SHORT = {
    Measure.PER_TEN_MINUTES: "≤ 1",
    Measure.PER_HOUR: "≤ 6",
    Measure.PER_DAY: "≤ 150",
    Measure.PEAK: "≤ 10",
    Measure.FLOOD_SHARE: "≤ 1 %",
    Measure.TOP_TEN: "≤ 5 %",
    Measure.CHATTERING: "none",
    Measure.FLEETING: "none",
    Measure.STALE: "< 5",
    Measure.HIGH_SHARE: "≈ 5 %",
    Measure.MEDIUM_SHARE: "≈ 15 %",
    Measure.LOW_SHARE: "≈ 80 %",
}
"""Targets as the table has room for them; the tip says them whole, with their source."""

SECTIONS: tuple[tuple[str, tuple[Measure, ...]], ...] = (
    (
        "Load",
        (
            Measure.ALARMS, Measure.PER_TEN_MINUTES, Measure.PER_HOUR, Measure.PER_DAY, Measure.PER_BED_DAY,
            Measure.PER_PATIENT_DAY, Measure.PEAK, Measure.FLOOD_SHARE, Measure.FLOODS,
        ),
    ),
    ("Share of all alarms", (Measure.HIGH_SHARE, Measure.MEDIUM_SHARE, Measure.LOW_SHARE, Measure.TECHNICAL_SHARE)),
    ("Noise", (Measure.TOP_TEN, Measure.CHATTERING, Measure.FLEETING, Measure.STALE)),
    ("Answers", (Measure.UNANSWERED, Measure.ENDED_BEFORE)),
)  # fmt: skip


def figure_rows(answer: Answer) -> list[Row]:
    """The whole table."""
    marks = {mark.measure: mark for mark in answer.benchmarks}
    rows: list[Row] = []
    for section, measures in SECTIONS:
        rows.append(Row(section))
        rows += [_measure_row(answer, measure, marks.get(measure)) for measure in measures]
        if section == "Answers":
            rows += _answer_rows(answer)
    return rows


def _measure_row(answer: Answer, measure: Measure, mark: Benchmark | None) -> Row:
    now, before = answer.now.value(measure), answer.before.value(measure)
    return Row(
        NAMES[measure] + _of_what(answer.now, measure),
        value_text(now, measure),
        value_text(before, measure),
        change_text(now, before, measure),
        "" if mark is None else f"{MARK[mark.verdict]} · {SHORT[measure]}",
        _part(answer.now, measure),
        "" if mark is None else f"{mark.target}; {mark.source}",
        Verdict.NONE if mark is None else mark.verdict,
    )


def _of_what(figures: Figures, measure: Measure) -> str:
    """The denominator, or the share of all alarms, behind the name."""
    if measure is Measure.PER_BED_DAY:
        return f" (of {rate_text(figures.bed_days)})"
    if measure is Measure.PER_PATIENT_DAY:
        return f" (of {rate_text(figures.patient_days)})"
    if measure in (Measure.UNANSWERED, Measure.ENDED_BEFORE, Measure.FLEETING) and figures.alarms:
        return f" ({share_text((figures.value(measure) or 0) / figures.alarms)})"
    return ""


def _part(figures: Figures, measure: Measure) -> Part:
    """The alarms behind a figure."""
    if measure is Measure.STALE and figures.stale:
        worst = max(figures.stale, key=lambda day: day.alarms)
        return Part(measure, day=worst.day)
    if measure is Measure.STALE:
        return Part(measure, day=figures.span.start.date())
    if measure is Measure.PER_BED_DAY:
        return Part(measure, start=figures.values_since or figures.span.end)
    priority = _PRIORITY_OF.get(measure)
    if priority is not None:
        return Part(priority=priority)
    if measure is Measure.TECHNICAL_SHARE:
        return Part(kind=Kind.TECHNICAL)
    averages = (Measure.PER_TEN_MINUTES, Measure.PER_HOUR, Measure.PER_DAY)
    return Part() if measure in averages else Part(measure)


_PRIORITY_OF = {
    Measure.HIGH_SHARE: Priority.HIGH,
    Measure.MEDIUM_SHARE: Priority.MEDIUM,
    Measure.LOW_SHARE: Priority.LOW,
}


def _answer_rows(answer: Answer) -> Iterator[Row]:
    for now, before in zip(answer.now.answering, answer.before.answering, strict=True):
        mark = PREFIX[now.priority]
        part = Part(priority=now.priority)
        for words, mine, earlier in (
            ("answered after, median", now.median_s, before.median_s),
            ("answered after, 90th pct.", now.p90_s, before.p90_s),
        ):
            change = change_text(mine, earlier, None)
            yield Row(f"{mark} {words}", seconds_text(mine), seconds_text(earlier), change, part=part)
        for words, measure, mine_n, earlier_n in (
            ("unanswered", Measure.UNANSWERED, now.unanswered, before.unanswered),
            ("ended before", Measure.ENDED_BEFORE, now.ended_before, before.ended_before),
        ):
            yield Row(
                f"{mark} {words} (of {count_text(now.alarms)})",
                count_text(mine_n),
                count_text(earlier_n),
                change_text(mine_n, earlier_n, measure),
                part=Part(measure, priority=now.priority),
            )


# --- loads, answers, conditions --------------------------------------------------------------------------------------

LOAD_HEADINGS = ("Kind", "Priority", "Alarms", "Per bed-day", "Per patient-day", "Week before")


def load_rows(answer: Answer) -> list[Row]:
    """Every kind and priority; cells as LOAD_HEADINGS, the last in `benchmark`."""
    earlier = {(load.kind, load.priority): load.alarms for load in answer.before.loads}
    return [
        Row(
            KIND_WORD[load.kind],
            f"{PREFIX[load.priority]} {load.priority.word}",
            count_text(load.alarms),
            rate_text(_per(load.at_beds, answer.now.bed_days)),
            rate_text(_per(load.of_patients, answer.now.patient_days)),
            Part(kind=load.kind, priority=load.priority),
            count_text(earlier.get((load.kind, load.priority), 0)),
        )
        for load in answer.now.loads
    ]


def _per(count: int, days: float) -> float | None:
    return count / days if days else None


def condition_text(one: Repeated) -> str:
    """A condition that came again and again: its key in words, which fit all its alarms; else those of the newest."""
    if one.kind.is_pattern:
        return KIND_WORD[one.kind]
    parts = one.key.split(":")
    if one.kind is Kind.LIMIT and len(parts) >= 3:
        label = _LABELS.get(parts[1], parts[1])
        return f"{label} {parts[2]}" if parts[2] in ("high", "low") else wording.typeset(one.text) or one.key
    return wording.typeset(one.text) or one.key


_LABELS = {parameter.value: label for parameter, label in wording.LABEL.items()}


def where_text(bed: str) -> str:
    """A bed, or the console itself."""
    return bed or "console"


def answering_text(one: Answering) -> str:
    """How alarms of a priority were answered, in one line."""
    return (
        f"{PREFIX[one.priority]} {one.priority.word}: median {seconds_text(one.median_s)}, "
        f"90th percentile {seconds_text(one.p90_s)}, {count_text(one.answered)} of {count_text(one.alarms)} answered"
    )


# --- spans and filters -----------------------------------------------------------------------------------------------


def moment_text(at: datetime, zone: ZoneInfo) -> str:
    """A moment on the ward's clock."""
    return f"{at.astimezone(zone):%d %b %Y %H:%M}"


def span_text(answer: Answer) -> str:
    """What was counted: span, zone, filter."""
    zone = ZoneInfo(answer.zone)
    span = answer.now.span
    when = f"{moment_text(span.start, zone)} to {moment_text(span.end, zone)} · {answer.zone}"
    return f"{when} · {filter_text(answer.question)}"


def filter_text(question: Question) -> str:
    """Beds and kinds in words."""
    beds = ", ".join(where_text(bed) for bed in question.beds) if question.beds else "all beds and the console"
    kinds = ", ".join(KIND_WORD[kind].lower() for kind in question.kinds) if question.kinds else "all kinds"
    return f"{beds} · {kinds}"


def exact_filter(answer: Answer, part: Part) -> HistoryFilter | None:
    """The filter of the history that shows exactly the alarms of a part; None when they have to be named one by one."""
    plain = part.measure in (Measure.ALARMS, Measure.UNANSWERED)
    if not plain or part.hour is not None or part.day is not None or part.key is not None or part.start is not None:
        return None
    question = answer.question
    span = (answer.before if part.before else answer.now).span
    kinds = question.kinds if part.kind is None else (part.kind,)
    if part.kind is not None and question.kinds and part.kind not in question.kinds:
        return None
    return HistoryFilter(
        start=span.start,
        end=span.end,
        beds=question.beds,
        kinds=tuple(kind.value for kind in kinds),
        priorities=() if part.priority is None else (part.priority.word,),
        unanswered=part.measure is Measure.UNANSWERED,
        demo=False,
    )
