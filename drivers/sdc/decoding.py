"""What the lines of an SDC device mean to the console; no I/O.

Source: IEEE 11073-10207 (BICEPS), participant model: MeasurementValidity, GenerationMode, ComponentActivation,
MetricCategory, AlertConditionPriority.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from drivers.observation import AlertPriority, DeviceAlert, Status, Vital
from drivers.plausibility import possible
from drivers.sdc.codes import codes
from drivers.sdc.lines import MDC, AlertLine, MetricLine

_MEASURED = ("Msrmt", "Clc")
"""Categories of measured and calculated values; settings and recommendations are none."""

_STATUS = {"Vld": Status.VALID, "Vldated": Status.VALID, "Qst": Status.QUESTIONABLE, "Calib": Status.QUESTIONABLE}
"""Every other validity means that there is no value: Ong, Inv, Oflw, Uflw, NA."""

_REAL, _ON = "Real", "On"
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?")
_PRIORITIES = {"Hi": AlertPriority.HIGH, "Me": AlertPriority.MEDIUM, "Lo": AlertPriority.LOW}

DEMO_ALERT = DeviceAlert("demo_data", "The device sends demonstration or test data, which are not charted")


def is_demo(line: MetricLine) -> bool:
    """True for data of a demonstration or test."""
    return line.mode != _REAL


def vital(line: MetricLine) -> Vital | None:
    """The value a metric says; None for a metric that is not charted: settings, unknown codes, foreign units."""
    meaning = codes().meaning(line.code, line.unit) if line.system == MDC and line.category in _MEASURED else None
    if meaning is None:
        return None
    when = _time(line.time)
    site = meaning.site or None
    status = _STATUS.get(line.validity)
    usable = line.value is not None and _NUMBER.fullmatch(line.value) and not is_demo(line) and line.activation == _ON
    if usable and status is not None and line.value is not None:
        value = round(float(line.value) * meaning.unit.factor + meaning.unit.offset, 3)
        if possible(meaning.parameter, value):
            return Vital(meaning.parameter, value, status, site, when)
    return Vital(meaning.parameter, None, Status.UNAVAILABLE, site, when)


def alert(line: AlertLine) -> DeviceAlert:
    """An alert condition as the device words it."""
    return DeviceAlert(
        line.handle,
        line.text or f"Alert {line.handle}",
        priority=_PRIORITIES.get(line.priority, AlertPriority.NONE),
        parameter=codes().parameter(line.source),
    )


def _time(seconds: float | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
