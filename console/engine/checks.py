"""What a command must satisfy before it is done: each check answers "" or one plain sentence for the person."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from console.ward.admission_rules import age_at
from console.ward.chart import FINDING_CODES, NurseObservation, PumpEvent
from console.ward.patient import BASELINE_RANGES, MINIMUM_AGE_YEARS, Baseline, Patient

AHEAD = timedelta(minutes=2)
"""A charted time may lie so far ahead: the clock of another station."""

LONGEST_NAME = 120
LONGEST_NOTE = 500


def check_patient(patient: Patient, today: date) -> str:
    """Identity, age and usual values of a patient to be admitted."""
    if not patient.patient_id.strip() or not patient.name.strip():
        return "Name and hospital number are needed."
    if max(len(patient.patient_id), len(patient.name)) > LONGEST_NAME:
        return f"Name and hospital number may have at most {LONGEST_NAME} characters."
    years = age_years(patient, today)
    if years is not None and years < MINIMUM_AGE_YEARS:
        return (
            f"This console is for patients of {MINIMUM_AGE_YEARS} years and over; the alarm rules do not fit a child."
        )
    if patient.weight_kg is not None and not 20 <= patient.weight_kg <= 400:
        return f"A weight of {patient.weight_kg:g} kg is outside 20 to 400 kg."
    return check_baseline(patient.baseline)


def age_years(patient: Patient, today: date) -> int | None:
    """Age in completed years: as stated, else from the date of birth, else None."""
    if patient.age is not None:
        return patient.age
    return age_at(patient.born, today)


def check_baseline(baseline: Baseline) -> str:
    """Usual values within what a person can have."""
    for name, (low, high, unit) in BASELINE_RANGES.items():
        value = getattr(baseline, name)
        if value is None:
            continue
        if name == "temp" and 90 <= value <= 110:
            return f"A usual temperature of {value:g} looks like Fahrenheit; enter it in Celsius."
        if not math.isfinite(value) or not low <= value <= high:
            return f"A usual {name} of {value:g} {unit} is outside {low:g} to {high:g} {unit}."
    return ""


def check_finding(finding: NurseObservation, now: datetime) -> str:
    """A finding of the catalogue, not in the future."""
    if finding.code.removeprefix("no_") not in FINDING_CODES:
        return f"'{finding.code}' is not a finding this console knows."
    return _check_entry(finding.by, finding.note, finding.at, now)


def check_pump_event(event: PumpEvent, now: datetime) -> str:
    """A pump event with a possible size, not in the future."""
    if event.percent is not None and not (math.isfinite(event.percent) and 0 <= event.percent <= 1000):
        return f"A dose change of {event.percent:g} % is outside 0 to 1000 %."
    return _check_entry(event.by, event.note, event.at, now)


def _check_entry(by: str, note: str, at: datetime, now: datetime) -> str:
    if not by.strip():
        return "An entry needs the name of the person."
    if len(note) > LONGEST_NOTE or len(by) > LONGEST_NAME:
        return f"A note may have at most {LONGEST_NOTE} characters."
    if at.tzinfo is None:
        return "The time of an entry needs its time zone."
    if at > now + AHEAD:
        return "The time of an entry cannot lie in the future."
    return ""
