"""Limits of one patient: laid over the ward's, checked, proposed from the usual values, told in words. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from console.alarms.alarm import Priority
from console.alarms.limits import OF_PATIENT, LimitRules, ParameterLimits, displayed
from console.ward.difference import Difference
from console.ward.limits import LIMIT_NAMES, LimitSetting
from console.ward.patient import Baseline
from drivers.observation import UNITS, Parameter

SETTABLE = (Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.ETCO2, Parameter.NIBP_SYS, Parameter.TEMP)
"""What a person sets; its twin below takes the same limits."""

TWINS: Mapping[Parameter, Parameter] = {Parameter.HR: Parameter.PR, Parameter.NIBP_SYS: Parameter.ART_SYS}
"""Pulse rate stands in for heart rate, an arterial line for the cuff: one number to set, not two that differ."""

USUAL: Mapping[Parameter, str] = {
    Parameter.HR: "hr",
    Parameter.RR: "rr",
    Parameter.SPO2: "spo2",
    Parameter.ETCO2: "etco2",
    Parameter.NIBP_SYS: "sbp",
    Parameter.TEMP: "temp",
}
"""The field of Baseline that holds the usual value."""

LIMIT_WORDS = {
    "very_low": "low limit of high priority",
    "low": "low limit of medium priority",
    "high": "high limit of medium priority",
    "very_high": "high limit of high priority",
}


@dataclass(frozen=True, slots=True)
class LimitsView:
    """What a screen needs to show and change limits. ward: the defaults; own: what a person has set for this stay;
    in_force: both together, with the systolic rule of spinal injury. by: who changed them last, "" for nobody."""

    ward: LimitRules
    in_force: LimitRules
    own: tuple[LimitSetting, ...] = ()
    by: str = ""

    @property
    def as_set(self) -> LimitRules:
        """The limits as persons have set them, before the systolic rule of spinal injury."""
        return laid_over(self.ward, self.own)

    def off(self, parameter: Parameter) -> tuple[bool, bool]:
        """(low, high): a limit, of medium or high priority, that the ward has and this patient has not."""
        return self._off(parameter, "low", "very_low"), self._off(parameter, "high", "very_high")

    def _off(self, parameter: Parameter, *names: str) -> bool:
        ward, own = self.ward.parameters.get(parameter), self.in_force.parameters.get(parameter)
        if ward is None or own is None:
            return False
        return any(getattr(ward, name) is not None and getattr(own, name) is None for name in names)

    def changed(self, parameter: Parameter) -> bool:
        """True when a person has set other limits than the ward's."""
        twin = next((first for first, second in TWINS.items() if second is parameter), parameter)
        return any(setting.parameter is twin for setting in self.own)


def setting_of(rules: LimitRules, parameter: Parameter) -> LimitSetting:
    """The limits of a parameter as a setting."""
    return LimitSetting(parameter, *rules.parameters[parameter].values)


def normalised(settings: Iterable[LimitSetting], ward: LimitRules) -> tuple[LimitSetting, ...]:
    """Only what differs from the ward's limits, in the order of SETTABLE. Settings must be free of `faults`."""
    wanted = {s.parameter: s for s in settings if s != setting_of(ward, s.parameter)}
    return tuple(wanted[p] for p in SETTABLE if p in wanted)


def laid_over(ward: LimitRules, own: Iterable[LimitSetting]) -> LimitRules:
    """The ward's limits with those of one patient over them. Settings of a parameter the ward does not limit, or that
    do not pass the checks any more (the ward's rules have changed since), are left out: see `unusable`."""
    changed, origins = dict(ward.parameters), dict(ward.origins)
    for setting in own:
        if faults((setting,), ward):
            continue
        values = dict(zip(LIMIT_NAMES, setting.values, strict=True))
        for parameter in (setting.parameter, TWINS.get(setting.parameter)):
            if parameter is not None and parameter in changed:
                changed[parameter] = changed[parameter].model_copy(update=values)
                origins[parameter] = OF_PATIENT
    return LimitRules(changed, ward.systolic_rise, origins)


def unusable(ward: LimitRules, own: Iterable[LimitSetting]) -> tuple[LimitSetting, ...]:
    """Stored settings that the ward's rules no longer allow; the ward's own limits apply in their place."""
    return tuple(setting for setting in own if faults((setting,), ward))


def faults(settings: Iterable[LimitSetting], ward: LimitRules) -> tuple[str, ...]:
    """Why limits cannot be set, a plain sentence per fault; empty when they can."""
    found: list[str] = []
    seen: set[Parameter] = set()
    for setting in settings:
        rules = ward.parameters.get(setting.parameter)
        if setting.parameter not in SETTABLE or rules is None:
            found.append(f"Limits of {setting.parameter.value} cannot be set for one patient.")
        elif setting.parameter in seen:
            found.append(f"{rules.label}: limits are given twice.")
        else:
            found += _faults(setting, rules)
        seen.add(setting.parameter)
    return tuple(found)


def _faults(setting: LimitSetting, rules: ParameterLimits) -> list[str]:
    unit = UNITS[setting.parameter]
    lowest, highest = rules.settable
    named = dict(zip(LIMIT_NAMES, setting.values, strict=True))
    found = []
    for name, value in named.items():
        words = f"{rules.label}: the {LIMIT_WORDS[name]}"
        if value is None:
            if getattr(rules, name) is not None and name not in rules.can_be_off:
                found.append(f"{words} cannot be switched off.")
        elif not math.isfinite(value) or not lowest <= value <= highest:
            found.append(f"{words}, {value:g}, is outside {lowest:g} to {highest:g} {unit}.")
        elif displayed(setting.parameter, value) != value:
            step = "0.1" if setting.parameter is Parameter.TEMP else "1"
            found.append(f"{words}, {value:g}, is finer than the value is shown: steps of {step} {unit}.")
    if found:
        return found
    present = [(name, value) for name, value in named.items() if value is not None]
    for (lower, low), (upper, high) in pairwise(present):
        inner = lower in ("very_low", "low") and upper in ("high", "very_high")
        if inner and high - low < rules.min_gap - 1e-6:
            found.append(
                f"{rules.label}: between the {LIMIT_WORDS[lower]}, {low:g}, and the {LIMIT_WORDS[upper]}, {high:g}, "
                f"must lie at least {rules.min_gap:g} {unit}."
            )
        elif low > high:
            found.append(
                f"{rules.label}: the {LIMIT_WORDS[lower]}, {low:g}, lies above the {LIMIT_WORDS[upper]}, {high:g}."
            )
    return found


def proposed(ward: LimitRules, baseline: Baseline) -> tuple[LimitSetting, ...]:
    """Limits around the usual values, for every parameter that has one; they always pass the checks.

    Medium limits follow the usual value. High-priority limits stay the ward's and move outwards only as far as the
    medium limits push them.
    """
    made = []
    for parameter, name in USUAL.items():
        rules, usual = ward.parameters.get(parameter), getattr(baseline, name)
        if rules is None or usual is None:
            continue
        low = _around(parameter, rules, rules.around_low, usual, rules.low)
        high = _around(parameter, rules, rules.around_high, usual, rules.high)
        very_low, very_high = rules.very_low, rules.very_high
        setting = LimitSetting(
            parameter,
            very_low if very_low is None or low is None else min(very_low, low),
            low,
            high,
            very_high if very_high is None or high is None else max(very_high, high),
        )
        if not _faults(setting, rules):
            made.append(setting)
    return tuple(made)


def _around(
    parameter: Parameter,
    rules: ParameterLimits,
    line: tuple[float, float] | None,
    usual: float,
    default: float | None,
) -> float | None:
    if line is None:
        return default
    lowest, highest = rules.settable
    return displayed(parameter, min(max(line[0] * usual + line[1], lowest), highest))


def would_alarm(setting: LimitSetting, value: float) -> Priority | None:
    """The priority at which a value would alarm, once its delay has passed; None for none."""
    shown = displayed(setting.parameter, value)
    for lower, upper, priority in (
        (setting.very_low, setting.very_high, Priority.HIGH),
        (setting.low, setting.high, Priority.MEDIUM),
    ):
        if (lower is not None and shown < lower) or (upper is not None and shown > upper):
            return priority
    return None


def differences(before: LimitRules, after: LimitRules) -> tuple[Difference, ...]:
    """Old and new of every limit that differs, for the audit trail."""
    told = []
    for parameter in SETTABLE:
        old, new = before.parameters.get(parameter), after.parameters.get(parameter)
        if old is None or new is None:
            continue
        for name, was, now in zip(LIMIT_NAMES, old.values, new.values, strict=True):
            if was != now:
                label = f"{new.label} {LIMIT_WORDS[name]}"
                told.append(Difference(label, _told(was), f"{_told(now)} {UNITS[parameter]}"))
    return tuple(told)


def _told(value: float | None) -> str:
    return "off" if value is None else f"{value:g}"
