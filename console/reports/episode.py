"""The report of one patient over a window: who, pump, curves, what was charted, every alarm and who answered it."""

from __future__ import annotations

from datetime import datetime

from console.alarms.alarm import STAGE_PRIORITY, Kind, Stage
from console.alarms.recovery import Recovery, recovery_after
from console.alarms.windows import INTERRUPTIONS, mends
from console.link.reports import Column, Facts, Paragraph, Report, Row, Section, Shade, Table, Wanted
from console.reports import parts
from console.reports.alarm_rows import alarms_table, highest_stage, stage_steps
from console.reports.frame import Frame, ReportError
from console.reports.reading import PatientPast, Reader
from console.reports.signals import LEGEND, chart_of
from console.reports.text import NONE, Clock, plain
from console.ui import charting
from console.ui.wording import PATTERN_WORD, PREFIX
from drivers.observation import Parameter

P = Parameter
NOT_HERE = "This patient was not in the ward in this window."
NO_PATIENT = "Choose a patient first."
STILL_H = 8.0
"""A stage of warning so many hours after delivery was restored asks to look at delivery again (detector specification,
section 5)."""

_OF_COURSE = (P.HR, P.NIBP_SYS, P.RR, P.TEMP, P.SPO2)


def patient_episode(wanted: Wanted, reader: Reader, frame: Frame) -> Report:
    """Everything of one patient in [start, end). Raises ReportError."""
    past = _past(wanted, reader)
    clock = frame.clock(wanted)
    events, marks = parts.charted(past, clock)
    limits = parts.limits_of(frame.rules.limits, past.record)
    shades = [shade for shade in _recoveries(past, frame) if shade.start < wanted.end.timestamp()]
    sections = (
        Section("Patient", (_who(wanted, past, clock),)),
        Section("Pump", (parts.pump_facts(past.record, clock, past.end),)),
        Section("Patterns", (parts.stages_facts(past, clock), Paragraph(parts.DISCLAIMER, strong=True))),
        Section(
            "Vital signs",
            (
                chart_of(past, wanted.start, wanted.end, limits, marks, shades),
                Paragraph(f"{parts.gaps_words(past, clock)} {LEGEND}"),
                parts.values_table(past.curves.stats.items(), clock),
            ),
        ),
        Section("Events and findings", (events,)),
        Section("Laboratory", (parts.labs_table(past.record.labs, past.record.patient, clock),)),
        Section("Limits", (parts.limits_table(frame.rules.limits, past.record),)),
        Section("Alarms", (_count(past), alarms_table(past.alarms, clock, past.end))),
    )
    return frame.report(wanted, _subject(past, wanted), sections, past.record.patient.demo)


def recovery_view(wanted: Wanted, reader: Reader, frame: Frame) -> Report:
    """The course of a patient over the hours after delivery was restored. Raises ReportError."""
    past, clock = _past(wanted, reader), frame.clock(wanted)
    event = next((e for e in past.record.pump_events if mends(e) and e.at == wanted.restored_at), None)
    if event is None:
        raise ReportError("No confirmed return of delivery is charted at this time. Choose another one.")
    band = recovery_after(event.at.timestamp(), frame.rules.detectors.windows)
    assert band is not None
    events, marks = parts.charted(past, clock)
    limits = parts.limits_of(frame.rules.limits, past.record)
    chart = chart_of(past, wanted.start, wanted.end, limits, marks, (_shade(band, past),))
    rules = frame.rules.detectors.windows
    facts = Facts(
        (
            ("Delivery restored", f"{charting.event_text(event)}, {clock.whole(event.at)}"),
            ("Charted by", plain(event.by, 60) or "nobody named"),
            *_interrupted(past, event.at, clock),
            (
                "Recovery band",
                f"{rules.recovery_from_h:g} to {rules.recovery_to_h:g} h after it: {clock.minute(_at(band.start))} to "
                f"{clock.minute(_at(band.end))}",
            ),
            (
                "Line in the band",
                f"{rules.recovery_mark_h:g} h, {clock.minute(_at(band.mark))}: mean time of recovery from psychiatric "
                "symptoms in 23 published cases (Leo and Baer 2005)",
            ),
        )
    )
    sections = (
        Section("Patient", (parts.patient_facts(past.record, clock, wanted.initials), facts)),
        Section("Patterns", (parts.stages_facts(past, clock), *_still(past, event.at), _disclaimer())),
        Section("Course over the band", (chart, Paragraph(f"{parts.gaps_words(past, clock)} {LEGEND}"))),
        Section("Course in hours after the repair", (course_table(past, event.at, clock),)),
        Section("Events and findings", (events,)),
        Section("Alarms", (_count(past), alarms_table(past.alarms, clock, past.end))),
    )
    return frame.report(wanted, _subject(past, wanted), sections, past.record.patient.demo)


def _disclaimer() -> Paragraph:
    return Paragraph(f"{parts.DISCLAIMER} The band is information: no stage or limit depends on it.", strong=True)


def _past(wanted: Wanted, reader: Reader) -> PatientPast:
    if wanted.episode is None:
        raise ReportError(NO_PATIENT)
    legs = reader.legs(wanted.episode.patient_id, wanted.episode.admitted_at)
    if not legs:
        raise ReportError("This stay is not on record any more. Choose the patient again.")
    if legs[0].begin >= wanted.end or (legs[-1].end is not None and legs[-1].end <= wanted.start):
        raise ReportError(NOT_HERE)
    return reader.past(legs, wanted.start, wanted.end)


def _subject(past: PatientPast, wanted: Wanted) -> str:
    inside = [leg for leg in past.record.legs if leg.begin < past.end] or list(past.record.legs)
    return parts.subject_of(past.record.patient, inside[-1].bed, wanted.initials)


def _who(wanted: Wanted, past: PatientPast, clock: Clock) -> Facts:
    """The window and the patient."""
    told = f"{clock.whole(wanted.start)} to {clock.whole(wanted.end)}"
    if past.end < wanted.end:
        told += f"; on record to {clock.minute(past.end)}"
    if past.start > wanted.start:
        told += f"; the stay began {clock.minute(past.start)}"
    return Facts((("Window", told), *parts.patient_facts(past.record, clock, wanted.initials).pairs))


def _count(past: PatientPast) -> Paragraph:
    found = past.alarms.alarms
    if not found:
        return Paragraph("No alarms in this window.")
    highest = [max(a.alarm.highest, a.alarm.priority) for a in found]
    told = ", ".join(f"{highest.count(p)} {PREFIX[p]} {p.word}" for p in sorted(PREFIX, reverse=True))
    total = len(found) + past.alarms.left_out
    return Paragraph(f"{total} alarm{'s' if total != 1 else ''} in this window: {told}.")


def _recoveries(past: PatientPast, frame: Frame) -> list[Shade]:
    """The band after the last return of delivery, as the bed page shades it."""
    mended = [event for event in past.record.pump_events if mends(event)]
    band = recovery_after(mended[-1].at.timestamp(), frame.rules.detectors.windows) if mended else None
    return [] if band is None or band.end <= past.start.timestamp() else [_shade(band, past)]


def _interrupted(past: PatientPast, restored: datetime, clock: Clock) -> list[tuple[str, str]]:
    """Delivery that stopped again: the band ends there."""
    stops = [e for e in past.record.pump_events if e.kind in INTERRUPTIONS and e.at > restored]
    return [("Interrupted again", f"{charting.event_text(stops[0])}, {clock.whole(stops[0].at)}")] if stops else []


def _shade(band: Recovery, past: PatientPast) -> Shade:
    """The band, up to the time at which delivery was interrupted again."""
    stops = [e.at.timestamp() for e in past.record.pump_events if e.kind in INTERRUPTIONS]
    end = min((at for at in stops if band.start < at < band.end), default=band.end)
    return Shade(band.start, end, "recovery", "recovery after repair", band.mark if band.mark < end else None)


def _at(seconds: float) -> datetime:
    return parts.at_time(seconds)


def _still(past: PatientPast, restored: datetime) -> list[Paragraph]:
    """What the specification asks to be looked at: a warning that stands hours after delivery is back."""
    from_ = restored.timestamp() + STILL_H * 3600
    if past.end.timestamp() <= from_:
        return []
    steps = stage_steps(past.alarms.alarms, Kind.WITHDRAWAL, past.end)
    stage, _, _ = highest_stage(steps, from_, past.end.timestamp())
    if stage < Stage.WARNING:
        return [Paragraph(f"No autonomic stage of warning or above from {STILL_H:g} h after the repair on.")]
    return [
        Paragraph(
            f"An autonomic {stage.word} stood {STILL_H:g} h or more after the repair: look at delivery again.",
            strong=True,
        )
    ]


def course_table(past: PatientPast, restored: datetime, clock: Clock) -> Table:
    """Medians and the highest stages of every few hours."""
    columns = (
        Column("Hours after", 1.0),
        Column("From", 1.2),
        *(Column(parts.parameter_words(p), 0.9, right=True) for p in _OF_COURSE),
        Column("Autonomic", 1.35),
        Column("Respiratory", 1.35),
    )
    rows = []
    steps = {k: stage_steps(past.alarms.alarms, k, past.end) for k in PATTERN_WORD}
    for piece in past.curves.slices:
        hours = [(at - restored.timestamp()) / 3600 for at in (piece.start, piece.end)]
        medians = [piece.medians.get(p) for p in _OF_COURSE]
        values = [NONE if m is None else parts.value_words(p, m) for p, m in zip(_OF_COURSE, medians, strict=True)]
        stages = [highest_stage(steps[k], piece.start, piece.end)[0] for k in (Kind.WITHDRAWAL, Kind.OVERDOSE)]
        words = [f"{PREFIX[STAGE_PRIORITY[s]]} {s.word}" if s else NONE for s in stages]
        span = " to ".join(f"{round(h):+d}" if round(h) else "0" for h in hours).replace("-", "−")
        priority = STAGE_PRIORITY.get(max(stages))
        rows.append(Row((span, clock.minute(_at(piece.start)), *values, *words), priority))
    return Table("Course, medians", columns, tuple(rows), "Nothing on record in this window.")
