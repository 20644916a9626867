"""The rules of single-parameter limits, as read from resources/alarms/limits.toml and range-checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from console.alarms.detector_rules import RulesError
from console.ward.patient import RiskFlag
from drivers.observation import Parameter

BELOW, ABOVE = -1, 1

OF_WARD, OF_PATIENT = "limit of the ward", "limit set for this patient"


class LimitError(RulesError):
    """Limits that cannot be used; the text names the key, what is wrong and what is allowed."""


class ParameterLimits(BaseModel):
    """Limits of one parameter in its own unit; None where there is no limit. See resources/alarms/limits.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    very_low: float | None = None
    low: float | None = None
    high: float | None = None
    very_high: float | None = None
    delay_s: float = Field(ge=0, le=300)
    deadband: float = Field(ge=0, le=20)
    settable: tuple[float, float]
    min_gap: float = Field(default=1, gt=0, le=100)
    can_be_off: frozenset[Literal["very_low", "low", "high", "very_high"]] = frozenset()
    around_low: tuple[float, float] | None = None
    around_high: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> ParameterLimits:
        lowest, highest = self.settable
        named = (("very_low", self.very_low), ("low", self.low), ("high", self.high), ("very_high", self.very_high))
        present = [(name, value) for name, value in named if value is not None]
        for name, value in present:
            if not lowest <= value <= highest:
                raise ValueError(f"{name} = {value:g} is outside {lowest:g} to {highest:g}")
        for (lower_name, lower), (upper_name, upper) in pairwise(present):
            if lower > upper or (lower == upper and (lower_name, upper_name) == ("low", "high")):
                raise ValueError(f"{lower_name} = {lower:g} must lie below {upper_name} = {upper:g}")
        return self

    def side(self, side: int) -> tuple[float | None, float | None]:
        """(medium, high) limit of the side BELOW or ABOVE."""
        return (self.low, self.very_low) if side == BELOW else (self.high, self.very_high)

    @property
    def values(self) -> tuple[float | None, ...]:
        """The limits in the order of LIMIT_NAMES."""
        return self.very_low, self.low, self.high, self.very_high


@dataclass(frozen=True, slots=True)
class LimitRules:
    """Limits of every limited parameter; systolic_rise: mmHg above the usual pressure in spinal injury.

    origins: whose limits they are, in words, where they are not the ward's."""

    parameters: Mapping[Parameter, ParameterLimits]
    systolic_rise: float
    origins: Mapping[Parameter, str] = field(default_factory=dict)

    def origin(self, parameter: Parameter) -> str:
        """Whose limits a parameter has, in words."""
        return self.origins.get(parameter, OF_WARD)

    @staticmethod
    def from_mapping(data: Mapping[str, Any]) -> LimitRules:
        """Check a mapping of the shape of resources/alarms/limits.toml. Raises LimitError."""
        parameters = {}
        rest = dict(data)
        rise = rest.pop("spinal_injury", {"systolic_rise": 40})
        if not isinstance(rise, Mapping) or set(rise) != {"systolic_rise"}:
            raise LimitError("limits.spinal_injury: needs systolic_rise alone")
        if not isinstance(rise["systolic_rise"], int | float) or not 20 <= rise["systolic_rise"] <= 60:
            raise LimitError(f"limits.spinal_injury.systolic_rise: {rise['systolic_rise']} is outside 20 to 60 mmHg")
        for name, section in rest.items():
            if name not in set(Parameter):
                raise LimitError(f"limits.{name}: not a parameter; known are {', '.join(Parameter)}")
            try:
                parameters[Parameter(name)] = ParameterLimits.model_validate(section)
            except ValidationError as error:
                fault = error.errors()[0]
                place = ".".join(["limits", name, *(str(part) for part in fault["loc"])])
                raise LimitError(f"{place}: {fault['msg'].removeprefix('Value error, ')}") from error
        return LimitRules(parameters, float(rise["systolic_rise"]))

    def for_patient(self, flags: frozenset[RiskFlag], usual_systolic: float | None) -> LimitRules:
        """The same rules with the systolic rule of spinal injury, which only ever tightens the upper limits."""
        if RiskFlag.SCI_T6 not in flags or usual_systolic is None:
            return self
        ceiling = usual_systolic + self.systolic_rise
        changed, origins = dict(self.parameters), dict(self.origins)
        for parameter in (Parameter.NIBP_SYS, Parameter.ART_SYS):
            limits = changed.get(parameter)
            if limits is None:
                continue
            # Never under the lower limit: a usual pressure of 45 is a slip of the pen, not a reason to invert limits.
            floor = limits.low + 1 if limits.low is not None else limits.settable[0]
            top = max(ceiling, floor)
            high = top if limits.high is None else min(limits.high, top)
            very_high = top if limits.very_high is None else min(limits.very_high, top)
            if (high, very_high) == (limits.high, limits.very_high):
                continue
            changed[parameter] = limits.model_copy(update={"high": high, "very_high": very_high})
            origins[parameter] = f"lowered for spinal injury: usual pressure + {self.systolic_rise:g} mmHg"
        return LimitRules(changed, self.systolic_rise, origins)


_TEMP = Parameter.TEMP
"""Members of an enum are slow to look up, and this is asked for every value."""


def displayed(parameter: Parameter, value: float) -> float:
    """The value as shown: half up, temperature to 0.1, all others to 1 (detector specification, section 1)."""
    if parameter is _TEMP:
        # 38.55 is 38.549999... as a float; the console shows 38.6 as the sender wrote it.
        return math.floor(value * 10 + 0.5 + 1e-6) / 10
    return float(math.floor(value + 0.5))
