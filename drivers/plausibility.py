"""What no device can mean: the last net under protocols whose checksum is weak or missing.

The ranges are our choice: as wide as the measuring ranges printed in monitor manuals and a little more, so that they
never hide a sick patient, only a damaged byte. They are no alarm limits.
"""

from __future__ import annotations

from drivers.observation import Parameter, Status

RANGES: dict[Parameter, tuple[float, float]] = {
    Parameter.HR: (0, 350),
    Parameter.PR: (0, 350),
    Parameter.RR: (0, 200),
    Parameter.SPO2: (0, 100),
    Parameter.ETCO2: (0, 150),
    Parameter.NIBP_SYS: (10, 330),
    Parameter.NIBP_DIA: (5, 300),
    Parameter.NIBP_MEAN: (5, 315),
    Parameter.ART_SYS: (-50, 400),
    Parameter.ART_DIA: (-50, 400),
    Parameter.ART_MEAN: (-50, 400),
    Parameter.TEMP: (10, 50),
    Parameter.PERFUSION_INDEX: (0, 20),
}
"""Lowest and highest value per parameter, in the units of `drivers.observation.UNITS`."""


def possible(parameter: Parameter, value: float) -> bool:
    """False when no device measures such a value."""
    low, high = RANGES[parameter]
    return low <= value <= high


def pressure_status(systolic: float | None, diastolic: float | None, mean: float | None) -> Status:
    """QUESTIONABLE when the pressures (mmHg) are not in the order diastolic, mean, systolic; None is not compared."""
    known = [value for value in (diastolic, mean, systolic) if value is not None]
    return Status.VALID if known == sorted(known) else Status.QUESTIONABLE
