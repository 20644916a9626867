"""The laboratory results of whoever is admitted, and the kidneys they tell of. Used by the engine thread alone.

Results belong to a patient, not to a bed: they go where he goes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from console.ward.labs import LabResult, egfr_of, fold, shows_renal_impairment
from console.ward.occupancy import same_id
from console.ward.patient import Patient, RiskFlag

PATIENTS_KEPT = 500
"""Patients whose results are kept in memory, those of the newest results; all of them are in the database."""

BY = "system"


class LabBook:
    """What stands of the results of each patient, newest specimen first."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, tuple[LabResult, ...]] = OrderedDict()
        self._shown: dict[str, tuple[tuple[object, ...], tuple[LabResult, ...]]] = {}

    def take(self, result: LabResult) -> bool:
        """Take one message of a result; False where it changes nothing."""
        key = same_id(result.patient_id)
        before = self._of.pop(key, ())
        self._of[key] = after = fold(before, result)
        while len(self._of) > PATIENTS_KEPT:
            gone, _ = self._of.popitem(last=False)
            self._shown.pop(gone, None)
        return after != before

    def restore(self, patient_id: str, results: Iterable[LabResult]) -> None:
        """Take up what stood before a restart."""
        standing = tuple(results)
        if standing:
            self._of[same_id(patient_id)] = standing

    def of(self, patient: Patient | None) -> tuple[LabResult, ...]:
        """The results of an admitted patient under any of his numbers that have come since his admission; the same
        object as before while nothing has changed."""
        if patient is None or not self._of:
            return ()
        parts = tuple(self._of.get(same_id(number), ()) for number in patient.ids)
        if not any(parts):
            return ()
        key = same_id(patient.patient_id)
        basis = (*parts, patient.admitted_at)
        shown = self._shown.get(key)
        if shown is None or shown[0] != basis:
            his = (result for part in parts for result in part if result.received_at >= patient.admitted_at)
            shown = basis, tuple(sorted(his, key=lambda result: result.measured_at, reverse=True))
            self._shown[key] = shown
        return shown[1]


def impaired(patient: Patient, result: LabResult) -> Patient | None:
    """The patient with the risk flag that a creatinine sets, None where it sets none.

    A verified creatinine that stands for less than 60 mL/min/1.73 m2 sets the flag at once, audited, and waits for no
    person. The flag raises the weight of an open overdose window by one and opens none (detector specification,
    section 2): set wrongly it can bring an overdose alarm earlier and never delay or hide one, while a proposal that
    nobody answers would leave the detector less watchful than the specification asks. With the little muscle of spinal
    injury the equation errs towards healthy kidneys, so that what it finds is there. Only a person takes the flag away;
    what he has taken away no later result sets again. No result takes it away: the kidneys of yesterday are no proof.
    """
    flag = RiskFlag.RENAL_IMPAIRMENT
    if flag in patient.flags or flag in patient.declined or not shows_renal_impairment(result, patient):
        return None
    return replace(patient, flags=patient.flags | {flag})


def reason(patient: Patient, result: LabResult) -> str:
    """Why the flag is set, for the audit trail."""
    rate = egfr_of(result, patient)
    told = (
        ""
        if rate is None
        else f"eGFR {'at most ' if result.comparator else ''}{rate:.0f} mL/min/1.73 m2 (CKD-EPI 2021)"
    )
    return f"renal impairment set: creatinine {result.text} of {result.measured_at:%Y-%m-%d %H:%M} UTC, {told}"
