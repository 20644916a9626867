"""The handover of a shift: for each bed who lies there and what the next shift has to know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from console.alarms.alarm import Alarm, Kind, Presence, Priority
from console.link.reports import Block, Column, Facts, Heading, Paragraph, Report, Row, Section, Table, Wanted
from console.reports import parts
from console.reports.alarm_rows import answers, duration, state_at, title
from console.reports.frame import Frame
from console.reports.reading import PatientPast, Reader
from console.reports.text import NONE, Clock, plain
from console.store.episodes import AlarmPast, Leg
from console.ui import wording
from console.ui.wording import PREFIX
from console.ward.movements import Question
from drivers.observation import Parameter

P = Parameter
SHOWN = (P.HR, P.PR, P.NIBP_SYS, P.NIBP_DIA, P.ART_SYS, P.ART_DIA, P.RR, P.TEMP, P.SPO2, P.ETCO2)
OPEN_COLUMNS = (
    Column("Raised", 1.5),
    Column("", 0.45),
    Column("Alarm", 3.2),
    Column("Lasted", 1.1),
    Column("State", 1.4),
    Column("Answered by, after, reason", 2.6),
)


def shift_handover(wanted: Wanted, reader: Reader, frame: Frame) -> Report:
    """Every bed of the ward, or those chosen, over [start, end)."""
    clock = frame.clock(wanted)
    legs = reader.legs_between(wanted.start, min(wanted.end, frame.now))
    questions = [q for q in reader.questions() if q.opened_at < wanted.end]
    sections: list[Section] = []
    summary: list[Row] = []
    demo = False
    beds = [bed for bed in frame.beds if not wanted.beds or bed in wanted.beds]
    beds += sorted({leg.bed for leg in legs} - set(frame.beds)) if not wanted.beds else []
    for bed in beds:
        here = [leg for leg in legs if leg.bed == bed]
        asked = [q for q in questions if bed in (q.bed, q.other_bed)]
        if not here:
            sections.append(Section(wording.bed_words(bed), tuple(_nobody(asked, clock, wanted))))
            summary.append(Row((bed, "nobody admitted in this shift", NONE, NONE, NONE, NONE), quiet=True))
        for leg in here:
            past = reader.past((leg,), wanted.start, wanted.end, SHOWN)
            past = _whole_record(past, leg, reader, wanted)
            sections.append(_bed(past, leg, asked, wanted, frame, clock))
            summary.append(_summary(past, leg, wanted, clock))
            demo = demo or leg.patient.demo
    head = Section("Ward", (_shift(wanted, clock, frame), _summary_table(summary), _of_console(reader, wanted, clock)))
    return frame.report(wanted, frame_subject(wanted, clock), (head, *sections), demo)


def frame_subject(wanted: Wanted, clock: Clock) -> str:
    """The shift, for every page."""
    beds = f" · beds {', '.join(plain(b, 20) for b in wanted.beds)}" if wanted.beds else ""
    return f"{clock.whole(wanted.start)} to {clock.whole(wanted.end)}{beds}"


def _whole_record(past: PatientPast, leg: Leg, reader: Reader, wanted: Wanted) -> PatientPast:
    """What was charted of the whole stay, also in the beds before: the pump does not know of beds."""
    legs = reader.legs(leg.patient.patient_id, leg.patient.admitted_at) or (leg,)
    record = reader.record(legs, wanted.end)
    return PatientPast(record, past.alarms, past.curves, past.start, past.end)


def _shift(wanted: Wanted, clock: Clock, frame: Frame) -> Facts:
    pairs = [("Shift", f"{clock.whole(wanted.start)} to {clock.whole(wanted.end)} ({frame.zone.key})")]
    if wanted.end > frame.now:
        pairs.append(("Not over", f"the shift goes on; on record to {clock.minute(frame.now)}"))
    elif frame.now - wanted.end > timedelta(minutes=30):
        pairs.append(("A past shift", "alarms stand as they stood at its end; questions as they stand now"))
    return Facts(tuple(pairs))


def _nobody(questions: Sequence[Question], clock: Clock, wanted: Wanted) -> list[Block]:
    blocks: list[Block] = [Paragraph("Nobody was admitted here in this shift.")]
    return [*blocks, *_questions(questions, clock, wanted.initials)]


# --- a bed -------------------------------------------------------------------------------------------------------


def _bed(
    past: PatientPast, leg: Leg, questions: Sequence[Question], wanted: Wanted, frame: Frame, clock: Clock
) -> Section:
    record = past.record
    there = [a for a in past.alarms.alarms if _is_open(state_at(a, past.end))]
    technical = [a for a in there if a.alarm.condition.kind is Kind.TECHNICAL]
    facts = parts.patient_facts(record, clock, wanted.initials).pairs
    came = [("Came", clock.minute(leg.begin))] if leg.begin > wanted.start else []
    left = [("Left", clock.minute(leg.end))] if leg.end is not None and leg.end <= wanted.end else []
    pairs = (*(fact for fact in facts if fact[0] not in ("Patient", "Number")), *came, *left)
    charted, _ = parts.charted(past, clock, "Charted in this shift")
    limits = parts.limits_table(frame.rules.limits, record)
    labs = parts.labs_table(record.labs, record.patient, clock, only_newest=True)
    tables = (
        open_table([a for a in there if a not in technical], clock, past.end, "Open alarms"),
        charted,
        limits,
        labs,
    )
    values = parts.values_words(past.curves.stats.items(), clock)
    told = [("Alarms in this shift", counts(past)), ("Vital signs", values), ("Data", parts.gaps_words(past, clock))]
    told += [(table.name, table.empty) for table in tables if not table.rows]
    pump, stages = parts.pump_facts(record, clock, past.end), parts.stages_facts(past, clock)
    blocks: list[Block] = [Facts((*pairs, *pump.pairs, *stages.pairs, *told))]
    for table in tables:
        if table.rows:
            blocks += [Heading(table.name), table]
    blocks += _questions(questions, clock, wanted.initials)
    if technical:
        blocks += [Heading("Technical problems"), open_table(technical, clock, past.end, "Technical problems")]
    return Section(parts.subject_of(record.patient, leg.bed, wanted.initials), tuple(blocks))


def counts(past: PatientPast) -> str:
    """How many alarms by priority, and how many nobody answered."""
    alarms = [a for a in past.alarms.alarms if a.alarm.raised_at >= past.start]
    if not alarms:
        return "none raised"
    highest = [max(state_at(a, past.end).highest, a.alarm.condition.priority) for a in alarms]
    told = ", ".join(f"{highest.count(p)} {PREFIX[p]}" for p in sorted(PREFIX, reverse=True))
    silent = sum(1 for a in alarms if not answers(a, past.end) and a.alarm.highest > Priority.LOW)
    more = f" (and {past.alarms.left_out} more)" if past.alarms.left_out else ""
    return f"{len(alarms)} raised{more}: {told}; {silent} of ** or *** not answered by anybody"


def _is_open(alarm: Alarm) -> bool:
    return alarm.presence is not Presence.ENDED


def open_table(found: Sequence[AlarmPast], clock: Clock, until: datetime, name: str) -> Table:
    """Alarms that stand, or that nobody has seen, the most urgent first."""
    rows = []
    for past in sorted(found, key=lambda a: (-a.alarm.highest, a.alarm.raised_at)):
        alarm = state_at(past, until)
        state = "ended, not seen" if alarm.presence is Presence.LATCHED else "still there"
        cells = (
            clock.moment(alarm.raised_at),
            PREFIX[alarm.priority],
            title(alarm, alarm.condition),
            duration(alarm, until),
            state,
            answers(past, until) or "not answered yet",
        )
        rows.append(Row(cells, alarm.priority))
    return Table(name, OPEN_COLUMNS, tuple(rows), "No alarm stood or waited for an answer at the end.")


def _questions(questions: Sequence[Question], clock: Clock, initials: bool) -> list[Block]:
    """Offers and conflicts of admissions. Their sentences name people: not where initials are wanted."""
    if not questions:
        return []
    columns = (Column("Since", 1.2), Column("To settle", 4.0), Column("Why it is asked", 4.0))
    rows = []
    for q in questions:
        kind = "Offer of the admissions office" if q.is_offer else "Conflict of admissions"
        told = (kind, "names are not printed; see the bed page") if initials else (plain(q.text), plain(q.detail))
        rows.append(Row((clock.minute(q.opened_at), told[0], told[1] or NONE)))
    return [Heading("Questions to settle"), Table("Questions", columns, tuple(rows), "No open question.")]


# --- the ward ----------------------------------------------------------------------------------------------------


def _summary(past: PatientPast, leg: Leg, wanted: Wanted, clock: Clock) -> Row:
    patient = past.record.patient
    pump = parts.pump_facts(past.record, clock, past.end).pairs[0][1].partition(" (")[0]
    stages = parts.stages_facts(past, clock).pairs
    short = [words.removeprefix("highest stage ").partition(",")[0] for _, words in stages]
    there = [a for a in past.alarms.alarms if _is_open(state_at(a, past.end))]
    top = max((state_at(a, past.end).priority for a in there), default=None)
    who = parts.subject_of(patient, leg.bed, wanted.initials).rpartition(" · ")[0]
    left = f" (left {clock.minute(leg.end)})" if leg.end is not None and leg.end <= wanted.end else ""
    none = NONE if short[0].startswith("no ") else short[0], NONE if short[1].startswith("no ") else short[1]
    told = f"{len(there)} ({PREFIX[top]})" if top is not None else "none"
    return Row((leg.bed, who + left, pump, *none, told), top)


def _summary_table(rows: Sequence[Row]) -> Table:
    columns = (
        Column("Bed", 0.9),
        Column("Patient", 3.0),
        Column("Pump", 2.6),
        Column("Autonomic", 1.1),
        Column("Respiratory", 1.1),
        Column("Open alarms", 1.3),
    )
    return Table("Ward", columns, tuple(rows), "No beds set up.")


def _of_console(reader: Reader, wanted: Wanted, clock: Clock) -> Table:
    """Alarms of the console itself that stand."""
    until = min(wanted.end, reader.now)
    there = [a for a in reader.ward_alarms(wanted.start, until) if _is_open(state_at(a, until))]
    found = open_table(there, clock, until, "Console")
    return Table(found.name, found.columns, found.rows, "No technical problem of the console stood at the end.")
