"""Thresholds of detector O (overdose, respiratory depression). Units and conventions as in console.alarms.rules."""

from __future__ import annotations

from pydantic import model_validator

from console.alarms.rules import (
    Difference,
    Minutes,
    Percent,
    Points,
    Pressure,
    Rate,
    Seconds,
    Section,
    Temp,
    falling,
    rising,
)


class SlowBreathBands(Section):
    """Slow breathing; between one_certain and one only when well below a known baseline."""

    one: Rate
    one_certain: Rate
    one_percent: Percent
    two: Rate
    three: Rate
    apnoea_s: Seconds

    @model_validator(mode="after")
    def _bands(self) -> SlowBreathBands:
        falling(self.one, self.one_certain, self.two, self.three)
        return self


class SaturationBands(Section):
    """Low saturation; the lower two bands also need a distance from the baseline."""

    one: Percent
    two: Percent
    three: Percent
    below_baseline: Difference

    @model_validator(mode="after")
    def _bands(self) -> SaturationBands:
        falling(self.one, self.two, self.three)
        return self


class CarbonDioxideBands(Section):
    """High end-tidal carbon dioxide; with a known baseline every band also needs `guard` above it."""

    one: Rate
    two: Rate
    three: Rate
    rise_one: Difference
    guard: Difference
    normal: Rate

    @model_validator(mode="after")
    def _bands(self) -> CarbonDioxideBands:
        rising(self.one, self.two, self.three)
        return self


class DriveRules(Section):
    """Low oxygen with fast breathing or normal carbon dioxide is not depression."""

    rr: Rate
    rr_percent: Percent
    etco2_low: Rate
    etco2_high: Rate
    etco2_guard: Difference
    rr_with_etco2: Rate


class RateAloneRules(Section):
    """A slow rate alone with normal saturation at a quiet pump counts one stage lower."""

    spo2_within: Difference


class SupportRules(Section):
    """Sedation, tone and circulation."""

    poss3: Points
    poss4: Points
    hypotonia: Points
    hr_low: Rate
    hr_low_percent: Percent
    hr_very_low: Rate
    sbp_low: Pressure
    sbp_low_percent: Percent
    slow_hr: Rate
    slow_sbp_percent: Percent
    slow_points: Points
    temp_low: Temp
    temp_below_baseline: Difference
    temp_very_low: Temp


class OverdoseStageRules(Section):
    """Sums at which the stage rules become true."""

    emergency_core: Points
    emergency_core_sedated: Points
    emergency_core_all: Points
    emergency_haemodynamic: Points
    warning_core: Points
    warning_haemodynamic: Points
    watch_core: Points
    watch_haemodynamic: Points


class OverdosePersistence(Section):
    """Minutes a stage must have been met, shorter when a second sign corroborates it."""

    watch_min: Minutes
    warning_min: Minutes
    emergency_min: Minutes
    watch_corroborated_min: Minutes
    warning_corroborated_min: Minutes
    emergency_corroborated_min: Minutes
    single_min: Minutes
    quiet_min: Minutes
    deescalate_min: Minutes
    apnoea_repeat_min: Minutes
    hypermetabolic_hr_percent: Percent
    hypermetabolic_temp: Temp


class OverdoseRules(Section):
    """All of detector O."""

    rr: SlowBreathBands
    spo2: SaturationBands
    etco2: CarbonDioxideBands
    drive: DriveRules
    rate_alone: RateAloneRules
    support: SupportRules
    stages: OverdoseStageRules
    persistence: OverdosePersistence
