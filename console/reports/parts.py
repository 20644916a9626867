"""Parts that several reports share: who the patient is, the pump, what was charted, laboratory, limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from console.alarms.alarm import Kind, Stage
from console.alarms.limits import OF_PATIENT, OF_WARD, LimitRules
from console.alarms.patient_limits import SETTABLE, laid_over, setting_of
from console.link.reports import Column, Facts, Mark, Row, Table
from console.reports.alarm_rows import highest_stage, stage_steps
from console.reports.curves import Stats
from console.reports.reading import PatientPast
from console.reports.text import NONE, Clock, name_of, plain
from console.store.episodes import StayRecord
from console.ui import charting, lab_words, pump_card_words, wording
from console.ui.limit_words import shown_limit
from console.ui.wording import FLAG_WORDS
from console.ward.labs import LabResult, newest
from console.ward.limits import LimitSetting
from console.ward.patient import BASELINE_RANGES, Patient
from console.ward.pump import summarise
from console.ward.pump_card import reservoir, standing
from drivers.observation import UNITS, Parameter

DISCLAIMER = "A pattern is not a diagnosis; the bedside monitor is the primary alarm."
DEMO_WORDS = "DEMO: invented patients and values."
_USUAL = {"temp": "Temp", "hr": "HR", "sbp": "BP systolic", "dbp": "BP diastolic", "rr": "RR", "spo2": "SpO₂",
          "etco2": "EtCO₂"}  # fmt: skip

EVENT_COLUMNS = (
    Column("No.", 0.45),
    Column("Time", 1.15),
    Column("What", 3.4),
    Column("By", 1.2),
    Column("Note", 3.0),
)


def subject_of(patient: Patient, bed: str, initials: bool) -> str:
    """Who it is, for every page: name, number, bed."""
    return f"{name_of(patient.name, initials)} · {plain(patient.patient_id, 40)} · {wording.bed_words(bed)}"


def patient_facts(record: StayRecord, clock: Clock, initials: bool) -> Facts:
    """The head of a report about one patient; what is not known is said so."""
    patient = record.patient
    who = [f"{patient.age} years" if patient.age is not None else "", plain(patient.sex, 20)]
    who += [f"born {plain(patient.born, 20)}" if patient.born and not initials else ""]
    who += [f"{patient.weight_kg:g} kg" if patient.weight_kg is not None else ""]
    flags = ", ".join(FLAG_WORDS[flag] for flag in FLAG_WORDS if flag in patient.flags)
    stay = f"admitted {clock.whole(patient.admitted_at)}"
    stay += "" if record.ended_at is None else f", left {clock.whole(record.ended_at)}"
    beds = [f"{wording.bed_words(leg.bed)} from {clock.minute(leg.begin)}" for leg in record.legs]
    pairs = [
        ("Patient", name_of(patient.name, initials)),
        ("Number", ", ".join(plain(number, 40) for number in patient.ids[:4])),
        ("Person", ", ".join(part for part in who if part) or "age and sex not known"),
        ("Stay", stay),
        *([("Beds", ", ".join(beds[-6:]))] if len(beds) > 1 else []),
        ("Risks", flags or "none charted"),
        ("Usual values", usual_words(patient)),
    ]
    return Facts(tuple(pairs))


def usual_words(patient: Patient) -> str:
    """Charted usual values; those that are not known are learned and are not printed."""
    found = []
    for name, label in _USUAL.items():
        value = getattr(patient.baseline, name)
        if value is not None:
            unit = "°C" if name == "temp" else BASELINE_RANGES[name][2]
            found.append(f"{label} {value:g} {unit}")
    by = f" (charted by {plain(patient.baseline.charted_by, 40)})" if patient.baseline.charted_by and found else ""
    return (", ".join(found) or "none charted; learned from quiet hours") + by


def pump_facts(record: StayRecord, clock: Clock, until: datetime) -> Facts:
    """What is known of the pump at a time, and its card."""
    summary = summarise(record.pump_events, record.patient.pump_known, until)
    since = f" since {clock.minute(summary.since)}" if summary.since is not None else ""
    detail = f" ({plain(summary.detail, 120)})" if summary.detail else ""
    pairs = [("Pump", f"{summary.text}{since}{detail}")]
    cards = standing(record.pump_cards)
    if not cards:
        return Facts((*pairs, ("Pump card", "no card charted")))
    card = cards[-1]
    made = reservoir(card, record.pump_events)
    head = pump_card_words.head_line(card, made, clock.zone, until)
    model = [plain(card.model, 80)] if card.model else []
    volume = [] if card.volume_ml is None else [f"{card.volume_ml:g} mL after the refill"]
    refill = [] if card.refilled_at is None else [f"refilled {clock.minute(card.refilled_at)}"]
    charted = [] if card.at is None else [f"charted {clock.minute(card.at)} by {plain(card.by, 40) or 'nobody named'}"]
    pairs.append(("Pump card", " · ".join(part for part in (*model, head, *refill, *volume, *charted) if part)))
    return Facts(tuple(pairs))


def stages_facts(past: PatientPast, clock: Clock) -> Facts:
    """The highest stage of each pattern in the window, and when."""
    pairs = []
    for kind, label in ((Kind.WITHDRAWAL, "Autonomic pattern"), (Kind.OVERDOSE, "Respiratory pattern")):
        steps = stage_steps(past.alarms.alarms, kind, past.end)
        stage, begin, over = highest_stage(steps, past.start.timestamp(), past.end.timestamp())
        pairs.append((label, stage_words(stage, begin, over, clock)))
    return Facts(tuple(pairs))


def stage_words(stage: Stage, begin: float | None, over: float | None, clock: Clock) -> str:
    """ "Highest: warning, from 03:10 to 04:20"."""
    if begin is None:
        return "no stage in this window"
    since = clock.minute(at_time(begin))
    until = "still there at the end" if over is None else f"to {clock.minute(at_time(over))}"
    return f"highest stage {stage.word}, from {since} {until}"


def at_time(seconds: float) -> datetime:
    """POSIX seconds as UTC."""
    return datetime.fromtimestamp(seconds, UTC)


# --- charted -----------------------------------------------------------------------------------------------------


def charted(past: PatientPast, clock: Clock, name: str = "Events and findings") -> tuple[Table, tuple[Mark, ...]]:
    """Pump events, medicines, findings and specimens of a window, numbered as on the chart."""
    entries: list[tuple[datetime, str, str, str, str]] = []
    for event in past.record.pump_events:
        shape = "medicine" if event.kind in charting.MEDICINES else "pump"
        sure = " (confirmed)" if event.confirmed else ""
        entries.append((event.at, shape, charting.event_text(event) + sure, event.by, event.note))
    for finding in past.record.findings:
        entries.append((finding.at, "finding", charting.finding_text(finding), finding.by, finding.note))
    for result in past.record.labs:
        text = lab_words.mark_text(result, past.record.patient)
        entries.append((result.measured_at, "lab", text, "laboratory", result.note))
    inside = sorted((e for e in entries if past.start <= e[0] < past.end), key=lambda e: e[0])
    rows, marks = [], []
    for number, (at, shape, what, by, note) in enumerate(inside, 1):
        cells = (str(number), clock.minute(at), plain(what, 200), plain(by, 60) or NONE, plain(note) or NONE)
        rows.append(Row(cells))
        marks.append(Mark(at.timestamp(), shape, str(number)))
    return Table(name, EVENT_COLUMNS, tuple(rows), "Nothing charted in this window."), tuple(marks)


def labs_table(results: Sequence[LabResult], patient: Patient, clock: Clock, only_newest: bool = False) -> Table:
    """Laboratory results, the newest specimen first."""
    shown = newest(results) if only_newest else results[:200]
    columns = (Column("Specimen taken", 1.2), Column("Result", 3.0), Column("Reference", 1.2), Column("Remark", 3.0))
    rows = [
        Row(
            (
                clock.minute(result.measured_at),
                plain(lab_words.mark_text(result, patient), 200),
                plain(result.reference_range, 60) or NONE,
                plain(result.note) or NONE,
            )
        )
        for result in shown
    ]
    left_out = 0 if only_newest else len(results) - len(rows)
    return Table("Laboratory", columns, tuple(rows), "No laboratory results of this stay.", left_out)


# --- limits and values -------------------------------------------------------------------------------------------


def limits_of(ward: LimitRules, record: StayRecord) -> LimitRules:
    """The limits in force for a stay."""
    own = laid_over(ward, record.limits.settings)
    return own.for_patient(record.patient.flags, record.patient.baseline.sbp)


def limits_table(ward: LimitRules, record: StayRecord) -> Table:
    """Limits that differ from the ward's."""
    columns = (Column("Parameter", 1.2), Column("Limits of this patient", 3.2), Column("Limits of the ward", 3.2))
    own = limits_of(ward, record)
    rows = []
    for parameter in SETTABLE:
        if parameter not in ward.parameters:
            continue
        mine, usual = setting_of(own, parameter), setting_of(ward, parameter)
        if mine != usual:
            unit = "°C" if parameter is Parameter.TEMP else UNITS[parameter]
            why = own.origin(parameter)
            words = f"{_limit_words(mine)} ({why})" if why not in (OF_WARD, OF_PATIENT) else _limit_words(mine)
            rows.append(Row((f"{wording.LABEL[parameter]} {unit}", words, _limit_words(usual))))
    return Table("Limits", columns, tuple(rows), "Limits as the ward's.")


def _limit_words(setting: LimitSetting) -> str:
    very_low, low, high, very_high = (shown_limit(setting.parameter, v) or "off" for v in setting.values)
    return f"** {low} to {high}, *** {very_low} to {very_high}"


def values_table(stats: Iterable[tuple[Parameter, Stats]], clock: Clock) -> Table:
    """Lowest, highest and last value of each parameter of which one was sent."""
    columns = (
        Column("Parameter", 1.6),
        Column("Lowest", 0.8, right=True),
        Column("Highest", 0.8, right=True),
        Column("Last", 0.8, right=True),
        Column("At", 1.4),
    )
    rows = []
    for parameter, one in stats:
        if one.lowest is None or one.highest is None or one.last is None:
            continue
        low, high, last = (value_words(parameter, v) for v in (one.lowest, one.highest, one.last))
        rows.append(Row((parameter_words(parameter), low, high, last, clock.minute(at_time(one.last_at)))))
    return Table("Vital signs", columns, tuple(rows), "No vital signs received in this window.")


def values_words(stats: Iterable[tuple[Parameter, Stats]], clock: Clock) -> str:
    """The same in one sentence: "HR 72 to 131, last 84 at 06:59"."""
    told = []
    for row in values_table(stats, clock).rows:
        name, low, high, last, at = row.cells
        told.append(f"{name} {low} to {high}, last {last} at {at.partition(' ')[2].partition(' ')[2] or at}")
    return "; ".join(told) or "none received in this shift"


def value_words(parameter: Parameter, value: float) -> str:
    """A value as screens show it."""
    return f"{value:.1f}" if parameter is Parameter.PERFUSION_INDEX else wording.value_text(parameter, value)


_PART = {"sys": "systolic", "dia": "diastolic", "mean": "mean"}


def parameter_words(parameter: Parameter) -> str:
    """A parameter with its part and unit: "BP systolic mmHg"."""
    part = _PART.get(parameter.value.rpartition("_")[2], "")
    unit = "°C" if parameter is Parameter.TEMP else UNITS[parameter]
    return " ".join(word for word in (wording.LABEL[parameter], part, unit) if word)


def gaps_words(past: PatientPast, clock: Clock) -> str:
    """Stretches of the window without data, in one sentence."""
    silences = past.curves.silences
    if not any(stats.last is not None for stats in past.curves.stats.values()):
        return "No vital signs received in this window."
    if not silences:
        return "No gap in the data longer than 3 minutes."
    told = ", ".join(f"{clock.minute(at_time(a))} to {clock.minute(at_time(b))}" for a, b in silences[:12])
    more = f" and {len(silences) - 12} more" if len(silences) > 12 else ""
    hours = sum(b - a for a, b in silences) / 3600
    return f"No data {told}{more}: {hours:.1f} h in all."
