"""Single-parameter limits that a person has set for one stay. Plain data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.observation import Parameter

LIMIT_NAMES = ("very_low", "low", "high", "very_high")
"""From the lowest to the highest: high priority, medium, medium, high priority."""


@dataclass(frozen=True, slots=True)
class LimitSetting:
    """All four limits of one parameter for one patient, in the parameter's unit; None is off.

    A setting stands for the whole parameter: a later change of the ward's defaults does not reach into it.
    """

    parameter: Parameter
    very_low: float | None = None
    low: float | None = None
    high: float | None = None
    very_high: float | None = None

    @property
    def values(self) -> tuple[float | None, ...]:
        """The limits in the order of LIMIT_NAMES."""
        return self.very_low, self.low, self.high, self.very_high


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """What has last been set for a stay: every parameter that differs from the ward's limits, and by whom."""

    settings: tuple[LimitSetting, ...] = ()
    by: str = ""
