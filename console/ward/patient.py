"""A patient as the ward knows him: identity, risk flags, usual values. Plain data, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MINIMUM_AGE_YEARS = 16
"""Adults only: clinical/detectors.md is specified for 16 years and over."""


class RiskFlag(StrEnum):
    """Standing risks that shift bands or raise an open pump window (clinical/detectors.md section 2)."""

    SCI_T6 = "sci_t6"
    BETA_BLOCKER = "beta_blocker"
    COPD = "copd"
    RENAL_IMPAIRMENT = "renal_impairment"
    PRIOR_WITHDRAWAL = "prior_withdrawal"
    COMMUNICATION_DIFFICULTY = "communication_difficulty"
    SLEEP_APNOEA = "sleep_apnoea"
    SUPPLEMENTAL_OXYGEN = "supplemental_oxygen"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Usual values of this patient; None where not known. temp Cel, hr rr /min, sbp dbp etco2 mmHg, spo2 %.

    source: "charted", "learned" or "none"; a parameter left None is learned, else the default is used.
    """

    temp: float | None = None
    hr: float | None = None
    sbp: float | None = None
    dbp: float | None = None
    rr: float | None = None
    spo2: float | None = None
    etco2: float | None = None
    charted_by: str = ""
    charted_at: datetime | None = None


BASELINE_RANGES: dict[str, tuple[float, float, str]] = {
    "temp": (30.0, 43.5, "Cel"),
    "hr": (20, 250, "/min"),
    "sbp": (40, 270, "mmHg"),
    "dbp": (20, 180, "mmHg"),
    "rr": (3, 60, "/min"),
    "spo2": (50, 100, "%"),
    "etco2": (5, 120, "mmHg"),
}
"""Usual values outside these are slips of the pen (detector specification, section 1: valid ranges)."""


@dataclass(frozen=True, slots=True)
class Patient:
    """An admitted patient. patient_id is the hospital number; times are UTC.

    pump_known False means that nobody has said what the pump does: the windows of an unknown pump apply.
    other_ids: further identifiers of the same person, as joined by the admissions office or by a person here.
    declined: flags a person has taken away, which no result sets again.
    moved_at: when he came to this bed from another one of the ward, None where he was admitted to it.
    """

    patient_id: str
    name: str
    bed: str
    admitted_at: datetime
    born: str = ""
    age: int | None = None
    sex: str = ""
    weight_kg: float | None = None
    flags: frozenset[RiskFlag] = frozenset()
    baseline: Baseline = field(default_factory=Baseline)
    pump_known: bool = False
    demo: bool = False
    other_ids: tuple[str, ...] = ()
    moved_at: datetime | None = None
    declined: frozenset[RiskFlag] = frozenset()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every identifier of the person, the hospital number first."""
        return self.patient_id, *self.other_ids

    @property
    def here_since(self) -> datetime:
        """Since when he has lain in this bed: what was measured here before was measured on somebody else."""
        return self.moved_at or self.admitted_at

    def is_called(self, ids: Iterable[str]) -> bool:
        """True when one of the identifiers is his; case and blanks around them do not count."""
        mine = {own.strip().casefold() for own in self.ids}
        return any(other.strip().casefold() in mine for other in ids)
