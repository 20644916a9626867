"""Limits in words and figures: how they are typed, shown, and what they would do with the present values. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable

from console.alarms.patient_limits import TWINS, LimitsView, would_alarm
from console.link.snapshot import BedSnapshot, Reading
from console.ui import wording
from console.ui.wording import PREFIX
from console.ward.limits import LimitSetting
from console.ward.source import Liveness
from drivers.observation import Parameter, Status

OFF = "off"


def shown_limit(parameter: Parameter, value: float | None) -> str:
    """A limit as it is typed; "" for one that is off."""
    return "" if value is None else f"{value:.1f}" if parameter is Parameter.TEMP else f"{value:g}"


def read_limit(text: str) -> tuple[float | None, str]:
    """(limit, "") of what was typed, None for off; or (None, why it cannot be read)."""
    words = text.strip().replace(",", ".")
    if words.casefold() in ("", OFF):
        return None, ""
    try:
        return float(words), ""
    except ValueError:
        return None, f"“{text.strip()}” is not a number."


def alarming_now(bed: BedSnapshot, settings: Iterable[LimitSetting]) -> str:
    """What the present values would raise under these limits, in one sentence; only live, valid values count."""
    found = []
    for setting in settings:
        for parameter in (setting.parameter, TWINS.get(setting.parameter)):
            reading = bed.reading(parameter) if parameter is not None else None
            if reading is None or reading.value is None or reading.status is not Status.VALID:
                continue
            if reading.liveness is not Liveness.LIVE:
                continue
            priority = would_alarm(setting, reading.value)
            if priority is not None:
                value = wording.value_text(reading.parameter, reading.value)
                found.append(f"{PREFIX[priority]} {wording.LABEL[reading.parameter]} {value}")
    if not found:
        return "With the present values nothing would alarm."
    return f"Would alarm with the present values: {', '.join(found)}."


def off_words(limits: LimitsView | None, parameter: Parameter) -> str:
    """ "LOW OFF", "HIGH OFF" or "LIMITS OFF" where the ward has a limit and the patient has none; else ""."""
    if limits is None:
        return ""
    low, high = limits.off(parameter)
    return "LIMITS OFF" if low and high else "LOW OFF" if low else "HIGH OFF" if high else ""


def spinal_words(limits: LimitsView, parameter: Parameter) -> str:
    """What the systolic rule of spinal injury makes of the upper limits that are set, "" where it lowers none."""
    set_, force = limits.as_set.parameters.get(parameter), limits.in_force.parameters.get(parameter)
    if set_ is None or force is None or (set_.high, set_.very_high) == (force.high, force.very_high):
        return ""
    high, very_high = shown_limit(parameter, force.high), shown_limit(parameter, force.very_high)
    return f"in force, spinal injury: ** {high}, *** {very_high}"


def passed_limit(bed: BedSnapshot, reading: Reading) -> float | None:
    """The limit a value is beyond: of medium priority, or of high priority where that is the only one."""
    if not reading.breach:
        return None
    medium = reading.high if reading.breach > 0 else reading.low
    rules = bed.limits.in_force.parameters.get(reading.parameter) if bed.limits is not None else None
    if medium is not None or rules is None:
        return medium
    return rules.very_high if reading.breach > 0 else rules.very_low
