"""Results of the laboratory as a ward knows them: which of several messages stands, what is out of range, and what a
creatinine says of the kidneys. Plain data, no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from console.ward.admission_rules import age_at
from console.ward.patient import Patient
from hl7.lab_codes import Analyte
from hl7.labs import LabStatus

MAXIMUM_RESULTS = 300
"""Results kept of one stay in memory, the newest specimens; every one of them stays in the database."""

RENAL_EGFR = 60.0
"""mL/min/1.73 m2; below it overdose is the likelier (detector specification, section 2)."""

EGFR_AGE_YEARS = 18
"""The equation was made for adults of this age and more (Inker 2021)."""

UMOL_PER_MG_DL = 88.4
"""Creatinine: molar mass 113.12 g/mol."""


class Mark(StrEnum):
    """What the laboratory said of a value."""

    NONE = ""
    LOW = "low"
    HIGH = "high"
    ABNORMAL = "abnormal"
    CRITICAL_LOW = "critical low"
    CRITICAL_HIGH = "critical high"


# HL7 table 0078.
_FLAGS = {
    "H": Mark.HIGH, "HU": Mark.CRITICAL_HIGH, "HH": Mark.CRITICAL_HIGH, ">": Mark.HIGH,
    "L": Mark.LOW, "LU": Mark.CRITICAL_LOW, "LL": Mark.CRITICAL_LOW, "<": Mark.LOW,
    "A": Mark.ABNORMAL, "AA": Mark.ABNORMAL,
}  # fmt: skip
_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|_|–|to)\s*(\d+(?:\.\d+)?)\s*")
_BOUND = re.compile(r"\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*")
_RANK = {LabStatus.PRELIMINARY: 0, LabStatus.FINAL: 1, LabStatus.CORRECTED: 2, LabStatus.WITHDRAWN: 2}


@dataclass(frozen=True, slots=True)
class LabResult:
    """One result of one patient, in the version that stands.

    value: in the unit of its analyte (CK U/L, creatinine umol/L, potassium mmol/L), None where it is withdrawn;
    comparator: "", "<", ">", "<=" or ">=": the true value lies on that side. sent, sent_unit: as the laboratory wrote
    them, which is what people are shown. key: order, code and sub-id, alike in every version. measured_at: when the
    specimen was taken; times UTC. earlier: what stood before a correction, "" for nothing.
    """

    feed: str
    patient_id: str
    key: str
    analyte: Analyte
    measured_at: datetime
    received_at: datetime
    value: float | None
    comparator: str
    sent: str
    sent_unit: str
    status: LabStatus
    reported_at: datetime | None = None
    reference_range: str = ""
    flag: str = ""
    haemolysed: bool = False
    note: str = ""
    earlier: str = ""

    @property
    def text(self) -> str:
        """The value as sent, with its unit."""
        return f"{self.sent} {self.sent_unit}".strip() if self.value is not None else "withdrawn"

    @property
    def mark(self) -> Mark:
        """High or low, by the flag of the laboratory, else by its reference range; nothing where it sent neither."""
        if self.value is None:
            return Mark.NONE
        flagged = _FLAGS.get(self.flag)
        if flagged is not None and flagged is not Mark.ABNORMAL:
            return flagged
        return _by_range(self) or flagged or Mark.NONE

    def same_as(self, other: LabResult) -> bool:
        """Whether both speak of the same result of the same specimen."""
        mine = self.feed, self.patient_id, self.key, self.analyte, self.measured_at
        return mine == (other.feed, other.patient_id, other.key, other.analyte, other.measured_at)


def _by_range(result: LabResult) -> Mark | None:
    """The value as sent against the range as sent: both are in the laboratory's own unit."""
    number = re.search(r"\d+(?:\.\d+)?|\.\d+", result.sent)
    if number is None:
        return None
    value = float(number[0])
    low, high = _bounds(result.reference_range)
    if high is not None and value > high and result.comparator not in ("<", "<="):
        return Mark.HIGH
    if low is not None and value < low and result.comparator not in (">", ">="):
        return Mark.LOW
    return None


def _bounds(text: str) -> tuple[float | None, float | None]:
    between = _RANGE.fullmatch(text)
    if between:
        return float(between[1]), float(between[2])
    bound = _BOUND.fullmatch(text)
    if bound is None:
        return None, None
    number = float(bound[2])
    return (None, number) if bound[1][0] == "<" else (number, None)


def fold(results: Sequence[LabResult], new: LabResult) -> tuple[LabResult, ...]:
    """The results with one more message taken in, newest specimen first.

    A later version of a result takes its place and says what stood before; an older one, or a lesser one (preliminary
    behind final), changes nothing. A correction or withdrawal that names another specimen time takes the place of the
    one result of its order, where there is just one: the time may be what was wrong.
    """
    there = [old for old in results if old.same_as(new)]
    if not there and new.status in (LabStatus.CORRECTED, LabStatus.WITHDRAWN):
        mine = new.feed, new.patient_id, new.key, new.analyte
        of_order = [old for old in results if (old.feed, old.patient_id, old.key, old.analyte) == mine]
        named = bool(new.key.partition("|")[0])
        there = of_order if named and len(of_order) == 1 else []
    if there and _is_older(new, there[0]):
        return tuple(results)
    if there:
        before = there[0]
        changed = before.value is not None and (before.text, before.comparator) != (new.text, new.comparator)
        new = replace(new, earlier=before.text if changed else before.earlier)
    kept = [old for old in results if old not in there]
    ordered = sorted([*kept, new], key=lambda result: result.measured_at, reverse=True)
    return tuple(ordered[:MAXIMUM_RESULTS])


def _is_older(new: LabResult, old: LabResult) -> bool:
    if new.reported_at is not None and old.reported_at is not None and new.reported_at != old.reported_at:
        return new.reported_at < old.reported_at
    return _RANK[new.status] < _RANK[old.status]


def folded(results: Iterable[LabResult]) -> tuple[LabResult, ...]:
    """What stands of results in the order in which they came."""
    standing: tuple[LabResult, ...] = ()
    for result in results:
        standing = fold(standing, result)
    return standing


def newest(results: Sequence[LabResult]) -> tuple[LabResult, ...]:
    """The newest result of each analyte that is not withdrawn, in the order of the analytes."""
    found = []
    for analyte in Analyte:
        standing = [r for r in results if r.analyte is analyte and r.value is not None]
        found += [max(standing, key=lambda result: result.measured_at)] if standing else []
    return tuple(found)


def egfr(creatinine_umol_l: float, age_years: float, sex: str) -> float | None:
    """Estimated glomerular filtration in mL/min/1.73 m2 by the CKD-EPI creatinine equation of 2021 (Inker, N Engl J
    Med 2021;385:1737); None under 18 years or where the sex is neither male nor female.

    It takes a steady creatinine and usual muscle. With little muscle, as after spinal injury, true filtration is lower
    than this; in acute kidney injury as well, until creatinine has risen.
    """
    female = sex.strip().casefold() in ("f", "female")
    if age_years < EGFR_AGE_YEARS or not (female or sex.strip().casefold() in ("m", "male")):
        return None
    kappa, alpha, factor = (0.7, -0.241, 1.012) if female else (0.9, -0.302, 1.0)
    ratio = creatinine_umol_l / UMOL_PER_MG_DL / kappa
    return float(142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.2 * 0.9938**age_years * factor)


def egfr_of(result: LabResult, patient: Patient) -> float | None:
    """The filtration a creatinine stands for; None where it or the patient leaves it open. Of "above 900" it is the
    highest that can be, of "below 30" nobody knows it."""
    age = age_at(patient.born, result.measured_at.date()) if patient.age is None else patient.age
    if result.analyte is not Analyte.CREATININE or result.value is None or age is None:
        return None
    return None if result.comparator in ("<", "<=") else egfr(result.value, age, patient.sex)


def shows_renal_impairment(result: LabResult, patient: Patient) -> bool:
    """Whether a verified creatinine stands for a filtration below 60. Shown and compared rounded, as all values are."""
    if result.status not in (LabStatus.FINAL, LabStatus.CORRECTED):
        return False
    rate = egfr_of(result, patient)
    return rate is not None and int(rate + 0.5) < RENAL_EGFR
