"""An admission as it is being written: kept as typed, checked as a whole, turned into a command. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from console.link.commands import Admit
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.patient import BASELINE_RANGES, MINIMUM_AGE_YEARS, Baseline, Patient, RiskFlag

Kind = PumpEventKind

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%d %B %Y")
OLDEST_YEARS = 120
WEIGHT_KG = (20.0, 400.0)


class PumpNow(StrEnum):
    """What is known of the pump at admission."""

    STOPPED = "Delivery stopped"
    UNDER = "Under-delivery"
    REPAIRED = "Repaired"
    REFILLED = "Refilled"
    RUNNING = "Running, nothing recent"
    UNKNOWN = "Not known"


CAUSES: dict[PumpNow, tuple[tuple[str, Kind], ...]] = {
    PumpNow.STOPPED: (
        ("Catheter disconnected", Kind.PUMP_STOPPED),
        ("Motor stall", Kind.PUMP_STALL),
        ("Reservoir empty", Kind.EMPTY_RESERVOIR),
        ("Battery end", Kind.END_OF_SERVICE),
        ("Critical alarm", Kind.CRITICAL_ALARM),
        ("Removed", Kind.EXPLANT),
        ("For overdose", Kind.PUMP_STOPPED_OVERDOSE),
        ("Other or not known", Kind.PUMP_STOPPED),
    ),
    PumpNow.UNDER: (
        ("Low reservoir", Kind.LOW_RESERVOIR_ALARM),
        ("Catheter leak or kink", Kind.PUMP_STOPPED),
        ("Other or not known", Kind.PUMP_STOPPED),
    ),
    PumpNow.REPAIRED: (
        ("Catheter revised", Kind.CATHETER_REVISION),
        ("Pump replaced", Kind.PUMP_REPLACED),
        ("Pump restarted", Kind.RESTORED),
    ),
    PumpNow.REFILLED: (("Refilled", Kind.REFILL),),
}
"""What is charted for each state and cause. Under-delivery that is not a low reservoir is charted as stopped, the safer
of the two: the detector specification (section 2) knows no event of its own for it."""


class TimeKnown(StrEnum):
    """How well the time of the pump event is known."""

    KNOWN = "Known"
    ESTIMATED = "Estimated"
    NOT_KNOWN = "Not known"


BASELINE_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("hr", "HR", "hr"),
    ("bp", "BP", "bp"),
    ("rr", "RR", "rr"),
    ("temp", "Temp °C", "temp"),
    ("spo2", "SpO₂", "spo2"),
    ("etco2", "EtCO₂", "etco2"),
)
"""Field, label, colour token; blood pressure as 120/75."""

NOTES: tuple[tuple[str, str], ...] = (
    ("dose", "Dose before, µg/day"),
    ("concentration", "Concentration, µg/mL"),
    ("last_refill", "Last refill"),
    ("bridging", "Bridging treatment"),
    ("repair", "Planned repair"),
)
"""What goes into the note of the pump event: field and label."""


@dataclass(slots=True)
class Draft:
    """Everything a person has typed for one bed, as it was typed."""

    name: str = ""
    number: str = ""
    born: str = ""
    age: str = ""
    sex: str = ""
    weight: str = ""
    flags: set[RiskFlag] = field(default_factory=set)
    values_match: bool = False
    baseline: dict[str, str] = field(default_factory=dict)
    pump: PumpNow | None = None
    cause: str = ""
    time_known: TimeKnown = TimeKnown.KNOWN
    at: datetime | None = None
    confirmed: bool | None = None
    notes: dict[str, str] = field(default_factory=dict)
    usual_mas: str = ""

    @property
    def begun(self) -> bool:
        """Something has been typed or chosen by hand."""
        typed = (self.name, self.number, self.born, self.age, self.sex, self.weight, self.cause, self.usual_mas)
        noted = (*self.baseline.values(), *self.notes.values())
        return bool(any(typed) or any(noted) or self.flags or self.pump or self.confirmed is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps an admission from starting. field: a name of Draft, or of a baseline value ("temp")."""

    field: str
    text: str


def check(draft: Draft, bed: str, by: str, now: datetime, *, received: bool) -> tuple[Admit | None, list[Problem]]:
    """The command, or what is missing or wrong, in the order of the page. received: values arrive from the bed."""
    problems: list[Problem] = []
    if not by.strip():
        problems.append(Problem("by", "Say who you are first: the name stands at the top right."))
    if not draft.name.strip():
        problems.append(Problem("name", "The name is needed."))
    if not draft.number.strip():
        problems.append(Problem("number", "The hospital number is needed."))
    born, age = _age(draft, now.date(), problems)
    weight = _number("weight", "Weight", draft.weight, *WEIGHT_KG, "kg", problems)
    if received and not draft.values_match:
        text = "Compare the values with the bedside monitor, then press “Values match the bedside”."
        problems.append(Problem("values_match", text))
    baseline = _baseline(draft, by, now, problems)
    events = _pump_events(draft, by, now, problems)
    if problems:
        return None, problems
    patient = Patient(
        patient_id=draft.number.strip(),
        name=draft.name.strip(),
        bed=bed,
        admitted_at=now,
        born=born.isoformat() if born else "",
        age=age,
        sex=draft.sex,
        weight_kg=weight,
        flags=frozenset(draft.flags),
        baseline=baseline,
        pump_known=draft.pump not in (None, PumpNow.UNKNOWN),
    )
    return Admit(patient, by, events), []


def parse_date(text: str) -> date | None:
    """A date as people write it, None when it is none."""
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
    return None


def years_between(born: date, today: date) -> int:
    """Completed years of life."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _age(draft: Draft, today: date, problems: list[Problem]) -> tuple[date | None, int | None]:
    """Date of birth and age. Adults only; one of the two must be known, an estimate will do."""
    if draft.born.strip():
        born = parse_date(draft.born)
        if born is None:
            problems.append(Problem("born", "The date of birth is not a date; write it as 1981-06-02 or 02.06.1981."))
            return None, None
        years = years_between(born, today)
        return born, _adult("born", years, problems)
    if draft.age.strip():
        number = _number("age", "Age", draft.age, 0, OLDEST_YEARS, "years", problems)
        return None, None if number is None else _adult("age", int(number), problems)
    text = f"Date of birth or age is needed (an estimate will do): the rules hold from {MINIMUM_AGE_YEARS} years on."
    problems.append(Problem("born", text))
    return None, None


def _adult(of: str, years: int, problems: list[Problem]) -> int | None:
    if not 0 <= years <= OLDEST_YEARS:
        problems.append(Problem(of, f"An age of {years} years cannot be right."))
        return None
    if years < MINIMUM_AGE_YEARS:
        text = (
            f"{years} years old: not admitted. The alarm rules are made for {MINIMUM_AGE_YEARS} years and over and do "
            "not fit a child."
        )
        problems.append(Problem(of, text))
        return None
    return years


def _number(
    of: str, label: str, text: str, low: float, high: float, unit: str, problems: list[Problem]
) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        problems.append(Problem(of, f"{label}: “{text.strip()}” is not a number."))
        return None
    if not low <= value <= high:
        problems.append(Problem(of, f"{label}: {value:g} is outside {low:g} to {high:g} {unit}."))
        return None
    return value


def fahrenheit(text: str) -> float | None:
    """The temperature in Celsius when what was typed looks like Fahrenheit (90 to 110), else None."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return round((value - 32) / 1.8, 1) if 90 <= value <= 110 else None


def _baseline(draft: Draft, by: str, now: datetime, problems: list[Problem]) -> Baseline:
    values: dict[str, float | None] = {}
    for name, label, _ in BASELINE_FIELDS:
        text = draft.baseline.get(name, "").strip()
        if name == "bp":
            values |= _pressure(text, problems)
        elif name == "temp" and (celsius := fahrenheit(text)) is not None:
            problems.append(Problem("temp", f"A usual temperature of {text} looks like °F. It is {celsius:.1f} °C."))
        else:
            low, high, unit = BASELINE_RANGES[name]
            shown = {"Cel": "°C"}.get(unit, unit)
            values[name] = _number(name, f"Usual {label}", text, low, high, shown, problems)
    if not any(value is not None for value in values.values()):
        return Baseline()
    return Baseline(**values, charted_by=by, charted_at=now)


def _pressure(text: str, problems: list[Problem]) -> dict[str, float | None]:
    if not text:
        return {}
    sys, slash, dia = text.partition("/")
    if not slash:
        problems.append(Problem("bp", "Usual BP is written as two numbers, such as 120/75."))
        return {}
    before = len(problems)
    low, high, unit = BASELINE_RANGES["sbp"]
    systolic = _number("bp", "Usual systolic BP", sys, low, high, unit, problems)
    low, high, unit = BASELINE_RANGES["dbp"]
    diastolic = _number("bp", "Usual diastolic BP", dia, low, high, unit, problems)
    if systolic is None or diastolic is None:
        if len(problems) == before:
            problems.append(Problem("bp", "Usual BP is written as two numbers, such as 120/75."))
        return {}
    if systolic <= diastolic:
        problems.append(Problem("bp", "Usual BP: the first number is the greater one."))
        return {}
    return {"sbp": systolic, "dbp": diastolic}


def _pump_events(draft: Draft, by: str, now: datetime, problems: list[Problem]) -> tuple[PumpEvent, ...]:
    if draft.pump is None:
        problems.append(Problem("pump", "Say what the pump does now; “Not known” is an answer."))
        return ()
    causes = CAUSES.get(draft.pump, ())
    if not causes:
        return ()
    kinds = dict(causes)
    cause = draft.cause if draft.cause in kinds else ""
    if not cause:
        problems.append(Problem("cause", f"{draft.pump.value}: choose what happened."))
        return ()
    at = now if draft.time_known is TimeKnown.NOT_KNOWN else draft.at
    if at is None:
        problems.append(Problem("at", "Set the time it happened, or press Now; “Not known” is an answer."))
        return ()
    if at > now:
        problems.append(Problem("at", "The time of the pump event lies in the future."))
        return ()
    mended = draft.pump in (PumpNow.REPAIRED, PumpNow.REFILLED)
    if mended and draft.confirmed is None:
        problems.append(Problem("confirmed", "Say whether a person has confirmed that the pump delivers."))
        return ()
    note = pump_note(draft)
    return (PumpEvent(kinds[cause], at, by, confirmed=bool(mended and draft.confirmed), note=note),)


def pump_note(draft: Draft) -> str:
    """What is known besides kind and time, in one note of at most 500 characters."""
    words = [draft.cause] if draft.pump in (PumpNow.STOPPED, PumpNow.UNDER) and draft.cause else []
    if draft.pump is PumpNow.UNDER:
        words.insert(0, "Under-delivery")
    if draft.time_known is TimeKnown.ESTIMATED:
        words.append("time estimated")
    elif draft.time_known is TimeKnown.NOT_KNOWN:
        words.append("time not known, at the latest at admission")
    words += [f"{label}: {text}" for name, label in NOTES if (text := draft.notes.get(name, "").strip())]
    return " · ".join(words)[:500]


def watched(draft: Draft) -> str:
    """What the pump context means for the two patterns, in one sentence."""
    if draft.pump is None:
        return "Both patterns are watched from admission on. The pump context makes the one sharper that fits it."
    texts = {
        PumpNow.STOPPED: "Both patterns are watched. The autonomic one counts the stopped pump until a person confirms "
        "that it delivers again, however long that takes.",
        PumpNow.UNDER: "Both patterns are watched. The autonomic one counts the under-delivery until it is mended.",
        PumpNow.REPAIRED: "Both patterns are watched. After a repair both count it: too little may still arrive, or "
        "too much.",
        PumpNow.REFILLED: "Both patterns are watched. After a refill the respiratory one counts it most in the first "
        "hours, the autonomic one for days.",
        PumpNow.RUNNING: "Both patterns are watched, without pump context. Chart a pump event as soon as one happens.",
        PumpNow.UNKNOWN: "Both patterns are watched as if the pump might have stopped, until its state is charted.",
    }
    return texts[draft.pump]
