"""What nurses chart: pump events and findings at the bedside. Plain data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from console.ward.sedation import SEDATION_SCORES


class PumpEventKind(StrEnum):
    """Events that open or close the pump windows of clinical/detectors.md section 2."""

    PUMP_STALL = "pump_stall"
    EMPTY_RESERVOIR = "empty_reservoir"
    END_OF_SERVICE = "end_of_service"
    CRITICAL_ALARM = "critical_alarm"
    LOW_RESERVOIR_ALARM = "low_reservoir_alarm"
    REFILL = "refill"
    DOSE_INCREASE = "dose_increase"
    DOSE_DECREASE = "dose_decrease"
    CONCENTRATION_CHANGE = "concentration_change"
    BOLUS = "bolus"
    CATHETER_REVISION = "catheter_revision"
    DYE_STUDY = "dye_study"
    PUMP_REPLACED = "pump_replaced"
    PUMP_STOPPED = "pump_stopped"
    PUMP_STOPPED_OVERDOSE = "pump_stopped_overdose"
    EXPLANT = "explant"
    MRI = "mri"
    RESTORED = "restored"
    INTERROGATED_OK = "interrogated_ok"
    ORAL_BACLOFEN_DOSE = "oral_baclofen_dose"
    ORAL_BACLOFEN_OMITTED = "oral_baclofen_omitted"
    IV_BACLOFEN_DOSE = "iv_baclofen_dose"
    OPIOID_DOSE = "opioid_dose"
    BENZODIAZEPINE_DOSE = "benzodiazepine_dose"
    PROPOFOL_DOSE = "propofol_dose"
    ANTIPSYCHOTIC_DOSE = "antipsychotic_dose"


@dataclass(frozen=True, slots=True)
class PumpEvent:
    """One event at `at` (UTC). percent: size of a dose change, 0-100, None when unknown. confirmed: a person has
    confirmed that delivery is restored. id is given by the store ("" before)."""

    kind: PumpEventKind
    at: datetime
    by: str = ""
    percent: float | None = None
    confirmed: bool = False
    note: str = ""
    id: str = ""


FINDING_CODES: tuple[str, ...] = (
    "pruritus", "spasticity_up1", "spasticity_up2", "rigidity", "sweating", "paraesthesia", "agitation",
    "hallucinations", "delirium", "seizure", "hypotonia", "ascending_weakness", "activity", "oxygen_increased",
    "probe_on_cuff_arm", *SEDATION_SCORES,
)  # fmt: skip
"""Findings that count; each of the non-sedation codes also as `no_<code>` when its absence is charted.
probe_on_cuff_arm: the SpO2 probe sits on the limb of the pressure cuff."""


@dataclass(frozen=True, slots=True)
class NurseObservation:
    """One finding charted at the bedside, true at `at` (UTC). code: a name of FINDING_CODES, or `no_` and such a
    name. id is given by the store ("" before)."""

    code: str
    at: datetime
    by: str = ""
    note: str = ""
    id: str = ""
