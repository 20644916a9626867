"""Limits in words and figures: how they are typed, shown, and what they would do with the present values. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable

from console.alarms.patient_limits import TWINS, LimitsView, would_alarm
from console.link.snapshot import BedSnapshot
from console.ui import wording
from console.ui.theme import PREFIX
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
