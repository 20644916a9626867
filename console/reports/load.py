"""The alarm load of the ward on paper: what the analysis counted, beside the week before and the benchmarks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from console.alarms.alarm import Kind, Priority
from console.link.analysis import Answer, Figures, Measure, Repeated
from console.link.reports import Bars, Column, Facts, Paragraph, Report, Row, Section, Table, Wanted
from console.reports.frame import Frame
from console.reports.text import NONE, Clock, plain
from console.ui.wording import PREFIX, age_text, bed_words, typeset

MOST_ROWS = 40
KINDS = {
    Kind.WITHDRAWAL: "Autonomic pattern",
    Kind.OVERDOSE: "Respiratory pattern",
    Kind.LIMIT: "Limit",
    Kind.TECHNICAL: "Technical",
}
SHOWN = (
    Measure.ALARMS, Measure.PER_DAY, Measure.PER_BED_DAY, Measure.PER_PATIENT_DAY, Measure.PER_TEN_MINUTES,
    Measure.PEAK, Measure.FLOODS, Measure.FLOOD_SHARE, Measure.CHATTERING, Measure.FLEETING, Measure.STALE,
    Measure.HIGH_SHARE, Measure.MEDIUM_SHARE, Measure.LOW_SHARE, Measure.TECHNICAL_SHARE, Measure.TOP_TEN,
    Measure.UNANSWERED, Measure.ENDED_BEFORE,
)  # fmt: skip
NOT_A_WARD = (
    "The targets are for the operators of process plants (ISA-18.2, EEMUA 191); nobody has set any for a ward. "
    "They stand here to compare by, not to pass."
)


def ward_load(wanted: Wanted, answer: Answer, frame: Frame) -> Report:
    """What the analysis has answered about the window."""
    clock, now, before = frame.clock(wanted), answer.now, answer.before
    counted = f"{clock.whole(now.span.start)} to {clock.whole(now.span.end)}"
    facts = [("Counted", counted), ("Alarms", str(now.alarms)), ("Beds with values", f"{now.bed_days:.1f} bed-days")]
    facts += [("Patients", f"{now.patient_days:.1f} patient-days")]
    notes = tuple(Paragraph(plain(note)) for note in answer.notes)
    if not now.alarms:
        notes = (Paragraph("No alarms in this window."), *notes)
    hours = tuple((f"{hour.hour:02d}", hour.low, hour.medium, hour.high) for hour in now.by_hour)
    sections = (
        Section("Window", (Facts(tuple(facts)), *notes)),
        Section("Figures", (_figures(now, before),)),
        Section("Beside benchmarks", (Paragraph(NOT_A_WARD), _benchmarks(answer))),
        Section("Hours of the day", (Bars("Alarms by hour of the ward's clock, all days", hours),)),
        Section("By kind and priority", (_loads(now),)),
        Section("Answers", (_answers(now),)),
        Section("Most frequent", (_repeated("Most frequent", now.frequent, "No alarms in this window."),)),
        Section("Chattering", (_repeated("Chattering", now.chatter, "No condition came three times in a minute."),)),
        Section("Floods", (_floods(now, clock),)),
        Section("Alarms that stood longer than a day", (_stale(now),)),
    )
    return frame.report(wanted, f"Alarm load, {counted}", sections, False)


def value_words(measure: Measure, value: float | None) -> str:
    """A figure as it is printed; "–" where there is none."""
    if value is None:
        return NONE
    if measure.is_share:
        return f"{value * 100:.1f} %"
    return str(int(value)) if float(value).is_integer() else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _figures(now: Figures, before: Figures) -> Table:
    columns = (Column("Figure", 3.0), Column("This window", 1.2, right=True), Column("A week earlier", 1.2, right=True))
    rows = [
        Row((_title(m.value), value_words(m, now.value(m)), value_words(m, before.value(m) if before.alarms else None)))
        for m in SHOWN
    ]
    return Table("Figures", columns, tuple(rows), "Nothing to count.")


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]


def _benchmarks(answer: Answer) -> Table:
    columns = (
        Column("Figure", 2.2),
        Column("Ward", 0.9, right=True),
        Column("Target", 2.0),
        Column("Verdict", 1.1),
        Column("Source", 3.0),
    )
    rows = [
        Row((_title(b.measure.value), value_words(b.measure, b.value), b.target, b.verdict.value, b.source))
        for b in answer.benchmarks
    ]
    return Table("Benchmarks", columns, tuple(rows), "No benchmark.")


def _loads(now: Figures) -> Table:
    columns = (
        Column("Kind", 2.0),
        *(Column(f"{PREFIX[p]} {p.word}", 1.0, right=True) for p in sorted(Priority, reverse=True)),
        Column("All", 1.0, right=True),
    )
    rows = []
    for kind, words in KINDS.items():
        counts = [now.count(p, kind) for p in sorted(Priority, reverse=True)]
        rows.append(Row((words, *(str(count) for count in counts), str(sum(counts)))))
    return Table("By kind and priority", columns, tuple(rows), "No alarms in this window.")


def _answers(now: Figures) -> Table:
    titles = ("Alarms", "Answered", "Median", "90th percentile", "Unanswered", "Ended before")
    columns = (Column("Priority", 1.2), *(Column(title, 1.0, right=True) for title in titles))
    rows = []
    for one in sorted(now.answering, key=lambda a: -a.priority):
        times = [NONE if s is None else age_text(s) for s in (one.median_s, one.p90_s)]
        counts = str(one.alarms), str(one.answered), *times, str(one.unanswered), str(one.ended_before)
        rows.append(Row((f"{PREFIX[one.priority]} {one.priority.word}", *counts)))
    return Table("Answers", columns, tuple(rows), "No alarms in this window.")


def _repeated(name: str, found: Iterable[Repeated], empty: str) -> Table:
    columns = (Column("Bed", 1.0), Column("Kind", 1.4), Column("Alarm", 4.0), Column("Alarms", 0.8, right=True))
    rows = [
        Row((bed_words(r.bed) if r.bed else "Console", KINDS[r.kind], plain(typeset(r.text)) or r.key, str(r.alarms)))
        for r in found
    ]
    return Table(name, columns, tuple(rows), empty)


def _floods(now: Figures, clock: Clock) -> Table:
    columns = (
        Column("From", 1.5),
        Column("To", 1.5),
        Column("Alarms", 1.0, right=True),
        Column("Most in ten minutes", 1.2, right=True),
    )
    shown = now.floods[-MOST_ROWS:]
    rows = [Row((clock.moment(f.start), clock.moment(f.end), str(f.alarms), str(f.peak))) for f in reversed(shown)]
    empty = "No flood: never more than ten alarms in ten minutes."
    return Table("Floods", columns, tuple(rows), empty, now.flood_count - len(shown))


def _stale(now: Figures) -> Table:
    shown: Sequence[tuple[date, int]] = [(day.day, day.alarms) for day in now.stale[-MOST_ROWS:]]
    rows = [Row((f"{day:%d %b %Y}", str(alarms))) for day, alarms in shown]
    columns = (Column("Day", 1.0), Column("Alarms", 1.0, right=True), Column("", 4.0))
    rows = [Row((*row.cells, "")) for row in rows]
    return Table("Stale", columns, tuple(rows), "No alarm stood longer than 24 hours.", len(now.stale) - len(shown))
