"""Thresholds of the two pattern detectors, as read from resources/alarms/detectors.toml and range-checked.

Units: temperatures Cel, rates /min, pressures and EtCO2 mmHg, SpO2 %, `_min` minutes, `_h` hours, `_percent` percent.
The TOML file names the source of each number; here stand only the ranges a site may choose from.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Temp = Annotated[float, Field(ge=30.0, le=43.5)]
Rate = Annotated[float, Field(ge=0, le=250)]
Pressure = Annotated[float, Field(ge=20, le=270)]
Percent = Annotated[float, Field(ge=0, le=100)]
Minutes = Annotated[int, Field(ge=1, le=1440)]
Hours = Annotated[float, Field(ge=0, le=2000)]
Weight = Annotated[int, Field(ge=0, le=3)]
Points = Annotated[int, Field(ge=0, le=12)]
Fraction = Annotated[float, Field(gt=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Difference = Annotated[float, Field(gt=0, le=100)]


class Section(BaseModel):
    """Unknown keys are refused; a section never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ChannelRules(Section):
    """Valid range and the age in minutes after which a value no longer counts."""

    low: float
    high: float
    stale_min: Annotated[int, Field(ge=1, le=480)]

    @model_validator(mode="after")
    def _ordered(self) -> ChannelRules:
        if self.low >= self.high:
            raise ValueError(f"low {self.low} must lie below high {self.high}")
        return self


class ChannelsRules(Section):
    """Channels reduced by median; temperature carries a second age for continuous probes."""

    hr: ChannelRules
    rr: ChannelRules
    spo2: ChannelRules
    etco2: ChannelRules
    temp: ChannelRules
    temp_continuous_stale_min: Minutes


class PressureRules(Section):
    """Cuff readings: plausible range, age, and when a jump waits for confirmation."""

    sys_low: Pressure
    sys_high: Pressure
    dia_low: Pressure
    dia_high: Pressure
    pulse_low: Annotated[float, Field(ge=0, le=100)]
    pulse_high: Annotated[float, Field(ge=50, le=250)]
    stale_min: Minutes
    interval_factor: Annotated[float, Field(ge=1, le=4)]
    stale_cap_min: Minutes
    provisional_percent: Percent
    confirm_percent: Percent


class ReductionRules(Section):
    """From samples to the one value a minute that is judged."""

    valid_fraction: Fraction
    running_minutes: Annotated[int, Field(ge=1, le=15)]
    running_minimum: Annotated[int, Field(ge=1, le=15)]
    temp_median_min: Annotated[int, Field(ge=1, le=30)]
    continuous_values: Annotated[int, Field(ge=2, le=10)]
    continuous_window_min: Annotated[int, Field(ge=2, le=60)]

    @model_validator(mode="after")
    def _possible(self) -> ReductionRules:
        if self.running_minimum > self.running_minutes:
            raise ValueError(f"running_minimum {self.running_minimum} exceeds running_minutes {self.running_minutes}")
        return self


class ArtefactRules(Section):
    """When a sample is taken for an artefact."""

    hr_pr_difference: Difference
    hr_pr_seconds: Seconds
    overlay_difference: Difference
    overlay_seconds: Seconds
    respiration_sites: tuple[str, ...]
    perfusion_minimum: Annotated[float, Field(ge=0, le=5)]
    spo2_step: Difference
    spo2_step_seconds: Seconds
    spo2_step_hr_change: Difference
    spo2_hold_seconds: Annotated[float, Field(gt=0, le=120)]
    spo2_sudden: Difference
    spo2_sudden_seconds: Seconds
    spo2_sudden_from: Percent
    cuff_hold_seconds: Annotated[float, Field(gt=0, le=60)]
    spo2_minute_drop: Difference
    spo2_minute_hr_percent: Percent
    spo2_minute_rr_percent: Percent
    spo2_minute_hold_min: Annotated[int, Field(ge=1, le=15)]
    erratic_percent: Percent
    temp_step: Difference
    temp_step_min: Minutes
    temp_fall: Difference
    temp_fall_min: Minutes
    temp_fall_below: Temp
    temp_agree: Difference
    temp_agree_values: Annotated[int, Field(ge=2, le=10)]
    cannula_etco2: Rate
    cannula_rr_low: Rate
    cannula_rr_high: Rate
    cannula_spo2_within: Difference


class UsualValues(Section):
    """Values used where nobody has charted any and none could be learned."""

    temp: Temp
    hr: Rate
    sbp: Pressure
    dbp: Pressure
    rr: Rate
    spo2: Annotated[float, Field(ge=50, le=100)]
    etco2: Rate


class ClampRules(Section):
    """Bounds of what may be learned: an ill patient cannot teach a sick baseline."""

    temp: tuple[Temp, Temp]
    hr: tuple[Rate, Rate]
    sbp: tuple[Pressure, Pressure]
    dbp: tuple[Pressure, Pressure]
    rr: tuple[Rate, Rate]
    spo2: tuple[Percent, Percent]


class BaselineRules(Section):
    """When a baseline may be learned, and what stands until then."""

    window_min: Minutes
    minimum_min: Minutes
    rate_values: Minutes
    pressure_values: Annotated[int, Field(ge=1, le=100)]
    temp_values: Annotated[int, Field(ge=1, le=100)]
    hr_slope_per_h: Difference
    temp_slope_per_h: Difference
    news2_maximum: Annotated[int, Field(ge=0, le=20)]
    default: UsualValues
    clamp: ClampRules

    @model_validator(mode="after")
    def _possible(self) -> BaselineRules:
        if self.minimum_min > self.window_min:
            raise ValueError(f"minimum_min {self.minimum_min} exceeds window_min {self.window_min}")
        return self


class DeadbandRules(Section):
    """How far a value must come back before it loses a band of points."""

    temp: Annotated[float, Field(ge=0, le=1)]
    hr: Annotated[float, Field(ge=0, le=20)]
    sbp: Annotated[float, Field(ge=0, le=30)]
    rr: Annotated[float, Field(ge=0, le=6)]
    spo2: Annotated[float, Field(ge=0, le=4)]
    etco2: Annotated[float, Field(ge=0, le=10)]


class FindingRules(Section):
    """How long a charted finding stands, and from which score on a sedation scale says what POSS 3 (sedated) and
    POSS 4 (unrousable) say: GCS at or below, RASS at or below."""

    stands_min: Minutes
    sedation_min: Minutes
    seizure_min: Minutes
    activity_min: Minutes
    oxygen_min: Minutes
    gcs_sedated: Annotated[int, Field(ge=4, le=14)]
    gcs_unrousable: Annotated[int, Field(ge=3, le=13)]
    rass_sedated: Annotated[int, Field(ge=-4, le=-1)]
    rass_unrousable: Annotated[int, Field(ge=-5, le=-2)]

    @model_validator(mode="after")
    def _scales(self) -> FindingRules:
        falling(self.gcs_sedated, self.gcs_unrousable)
        falling(self.rass_sedated, self.rass_unrousable)
        return self


Span = tuple[Weight, Hours, Hours]
"""Weight, from hour, to hour after the event."""


class EventWindows(Section):
    """What one pump event opens for each detector."""

    withdrawal: tuple[Span, ...] = ()
    overdose: tuple[Span, ...] = ()


class DoseDecreaseRules(Section):
    """A dose decrease opens a window by its size."""

    from_h: Hours
    to_h: Hours
    small_percent: Percent
    large_percent: Percent
    small_weight: Weight
    large_weight: Weight


class WindowRules(Section):
    """Pump context: weights 0 to 3 and the hours they last."""

    unknown_withdrawal: Weight
    unknown_overdose: Weight
    tail_h: Hours
    review_h: Hours
    recheck_h: Hours
    recovery_from_h: Hours
    recovery_to_h: Hours
    recovery_mark_h: Hours
    interrupted_weight: Weight
    low_reservoir_weight: Weight
    reservoir_low_weight: Weight
    reservoir_uncertain_weight: Weight
    empty_ahead_h: Hours
    stopped_for_overdose_h: Hours
    warning_overdose: Span
    drug_overdose: Span
    two_drugs_weight: Weight
    antipsychotic_h: Hours
    age_risk_years: Annotated[int, Field(ge=16, le=120)]
    events: dict[str, EventWindows]
    dose_decrease: DoseDecreaseRules

    @model_validator(mode="after")
    def _recovery(self) -> WindowRules:
        rising(self.recovery_from_h, self.recovery_mark_h, self.recovery_to_h)
        return self


class PersistenceRules(Section):
    """What share of the last minutes must be valid, and what share of those must qualify."""

    valid_fraction: Fraction
    qualify_fraction: Fraction
    from_minutes: Annotated[int, Field(ge=1, le=60)]


class HealthRules(Section):
    """When a detector says that it cannot see, and how often staff are asked to measure: advise_ in an open window,
    advise_urgent_ at warning or above."""

    start_min: Minutes
    withdrawal_channels: Annotated[int, Field(ge=1, le=4)]
    temp_absent_min: Minutes
    temp_prompt_min: Minutes
    medium_after_min: Minutes
    medium_weight: Weight
    set_covers_min: Minutes
    advise_pressure_min: Minutes
    advise_temp_min: Minutes
    advise_urgent_pressure_min: Minutes
    advise_urgent_temp_min: Minutes


def rising(*values: float) -> None:
    """Raise ValueError unless the bands rise strictly."""
    if list(values) != sorted(set(values)):
        raise ValueError(f"bands {values} must rise")


def falling(*values: float) -> None:
    """Raise ValueError unless the bands fall strictly."""
    if list(values) != sorted(set(values), reverse=True):
        raise ValueError(f"bands {values} must fall")
