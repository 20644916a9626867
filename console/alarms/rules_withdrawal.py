"""Thresholds of detector W (withdrawal, autonomic instability). Units and conventions as in console.alarms.rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from console.alarms.rules import (
    Difference,
    Fraction,
    Minutes,
    Percent,
    Points,
    Pressure,
    Rate,
    Section,
    Temp,
    Weight,
    falling,
    rising,
)


class TempBands(Section):
    """Fever; the sci bands are for spinal injury at T6 and above."""

    one: Temp
    two: Temp
    three: Temp
    rise: Difference
    rise_floor: Temp
    sci_one: Temp
    sci_two: Temp

    @model_validator(mode="after")
    def _bands(self) -> TempBands:
        rising(self.one, self.two, self.three)
        rising(self.sci_one, self.sci_two, self.three)
        return self


class HeartRateBands(Section):
    """Tachycardia, absolute or relative to a known baseline above a floor."""

    one: Rate
    two: Rate
    three: Rate
    percent_one: Percent
    floor_one: Rate
    percent_two: Percent
    floor_two: Rate
    sci_floor_one: Rate
    sci_floor_two: Rate

    @model_validator(mode="after")
    def _bands(self) -> HeartRateBands:
        rising(self.one, self.two, self.three)
        return self


class BreathBands(Section):
    """Fast breathing."""

    one: Rate
    two: Rate
    three: Rate
    percent_one: Percent
    floor_one: Rate

    @model_validator(mode="after")
    def _bands(self) -> BreathBands:
        rising(self.one, self.two, self.three)
        return self


class HighPressureBands(Section):
    """High systolic pressure; the guard spares chronic hypertension."""

    one: Pressure
    two: Pressure
    three: Pressure
    guard_percent: Percent
    rise_floor: Pressure
    rise_percent: Percent

    @model_validator(mode="after")
    def _bands(self) -> HighPressureBands:
        rising(self.one, self.two, self.three)
        return self


class LowPressureBands(Section):
    """Low systolic pressure."""

    one: Pressure
    two: Pressure
    three: Pressure
    guard_percent: Percent
    guard_percent_three: Percent

    @model_validator(mode="after")
    def _bands(self) -> LowPressureBands:
        falling(self.one, self.two, self.three)
        return self


class LowBaselineRules(Section):
    """Charted low usual values inside an open window: relative rises score below the absolute floors."""

    weight: Weight
    hr_percent: Percent
    sbp_percent: Percent


class SlowAndLowRules(Section):
    """A slow heart with low pressure and no fever is not withdrawal."""

    hr_fraction: Fraction
    hr_without_baseline: Rate


class QuietPumpRules(Section):
    """At a pump known to run, without itch or tone: what fever and low oxygen explain is not counted twice.

    hr_per_degree, rr_per_degree: beats and breaths a minute for each degree above the usual temperature.
    """

    hr_per_degree: Difference
    rr_per_degree: Difference
    spo2: Percent
    spo2_below: Difference
    rr_points: Points


class LabilityRules(Section):
    """Swinging pressure: alternating moves of at least this many mmHg."""

    window_min: Minutes
    sys: Difference
    dia: Difference


class SlopeRules(Section):
    """Rising temperature (least squares) and heart rate (Theil-Sen)."""

    temp_per_h: Difference
    temp_window_min: Minutes
    temp_values: Annotated[int, Field(ge=2, le=60)]
    temp_span_min: Minutes
    temp_floor: Temp
    hr_rise: Difference
    hr_window_min: Minutes
    hr_values: Annotated[int, Field(ge=3, le=60)]
    hr_span_min: Minutes
    hr_floor: Rate


class FindingPoints(Section):
    """Points of what nurses chart."""

    cap: Points
    pruritus: Points
    spasticity_up1: Points
    spasticity_up2: Points
    rigidity: Points
    sweating: Points
    paraesthesia: Points
    agitation: Points
    hallucinations: Points
    delirium: Points
    seizure: Points


class WithdrawalStageRules(Section):
    """Sums and values at which the stage rules become true; named after the rule they belong to."""

    e1_points: Points
    e1_channels: Points
    e2_points: Points
    e2_channels: Points
    e2_findings: Points
    e3_temp: Temp
    e4_temp: Temp
    e5_hr: Rate
    e5_bp_points: Points
    e6_hr: Rate
    e6_sbp: Pressure
    e6_hr_high: Rate
    e6_sbp_high: Pressure
    w1_points: Points
    w2_points: Points
    w3_points: Points
    w3_findings: Points
    w4_points: Points
    w4_findings: Points
    w5_points: Points
    w5_findings: Points
    watch_points_two_channels: Points
    watch_points: Points
    watch_points_in_window: Points
    watch_findings_in_window: Points


class WithdrawalPersistence(Section):
    """Minutes a stage must have been met; quiet_pump switches the long persistence at a pump known to run."""

    watch_min: Minutes
    warning_min: Minutes
    emergency_min: Minutes
    fast_min: Minutes
    quiet_pump: bool
    quiet_min: Minutes
    deescalate_min: Minutes


class WithdrawalRules(Section):
    """All of detector W."""

    temp: TempBands
    hr: HeartRateBands
    rr: BreathBands
    bp_high: HighPressureBands
    bp_low: LowPressureBands
    low_baseline: LowBaselineRules
    slow_and_low: SlowAndLowRules
    quiet: QuietPumpRules
    lability: LabilityRules
    slope: SlopeRules
    findings: FindingPoints
    stages: WithdrawalStageRules
    persistence: WithdrawalPersistence
