"""Laboratory results in words for the bed page: as the laboratory sent them, with what it said of them. Qt-free."""

from __future__ import annotations

from console.ui import wording
from console.ward.labs import LabResult, Mark, egfr_of
from console.ward.patient import Patient
from hl7.lab_codes import Analyte, lab_table
from hl7.labs import LabStatus

MARKS = {
    Mark.NONE: "",
    Mark.LOW: "▼ low",
    Mark.HIGH: "▲ high",
    Mark.ABNORMAL: "! abnormal",
    Mark.CRITICAL_LOW: "▼▼ critical low",
    Mark.CRITICAL_HIGH: "▲▲ critical high",
}
_UNITS = {"umol/L": "µmol/L", "ukat/L": "µkat/L"}


def value(result: LabResult) -> str:
    """What it is, how much, and whether that is high: "CK 2145 U/L ▲ high"."""
    label = lab_table().facts[result.analyte].label
    if result.value is None:
        return f"{label} withdrawn"
    unit = _UNITS.get(result.sent_unit, result.sent_unit)
    return f"{label} {result.sent} {unit} {MARKS[result.mark]}".strip()


def _doubts(result: LabResult, patient: Patient | None) -> list[str]:
    """What has to be known beside the value."""
    said = ["haemolysed" if result.haemolysed else ""]
    said.append("preliminary" if result.status is LabStatus.PRELIMINARY else "")
    rate = egfr_of(result, patient) if patient is not None else None
    if rate is not None:
        said.append(f"eGFR {'≤ ' if result.comparator else ''}{int(rate + 0.5)}")
    return [text for text in said if text]


def _before(result: LabResult) -> list[str]:
    """What stood before a correction."""
    if not result.earlier:
        return []
    number, _, unit = result.earlier.partition(" ")
    earlier = f"{number} {_UNITS.get(unit, unit)}".strip()
    return [f"was {earlier}" if result.value is None else f"corrected, was {earlier}"]


def line(result: LabResult, patient: Patient | None, now: float) -> str:
    """One result on one line, with the age of the specimen."""
    age = wording.old_text(max(0.0, now - result.measured_at.timestamp()))
    return " · ".join((value(result), *_doubts(result, patient), f"{age} ago", *_before(result)))


def whole(result: LabResult, patient: Patient | None, now: float) -> str:
    """All of it, for whoever asks: with the reference range, the flag and the remarks of the laboratory."""
    parts = [line(result, patient, now)]
    parts += [f"reference {result.reference_range}"] if result.reference_range else []
    parts += [f"flag {result.flag}"] if result.flag else []
    parts += [f"remark: {result.note}"] if result.note else []
    if result.analyte is Analyte.CREATININE:
        parts.append("eGFR in mL/min/1.73 m² by CKD-EPI 2021; too high where there is little muscle")
    return "; ".join(parts)


def mark_text(result: LabResult, patient: Patient | None) -> str:
    """For the timeline."""
    return " · ".join((value(result), *_doubts(result, patient), *_before(result)))
