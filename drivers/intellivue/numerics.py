"""Numerics of the monitor to vital signs.

A numeric is known by its physiological identifier, never by the text of its label, which is in the monitor's language;
the label, where it is sent, names the site of a temperature or an arterial pressure.
Source of the identifiers, units and state bits: Philips Data Export Interface Programming Guide, as quoted in
xeonfusion/VSCaptureMP and mindleaving/patient-monitor-datalogger.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from drivers.intellivue.fields import Fields, read_absolute_time, read_float, read_text
from drivers.intellivue.messages import PolledObject
from drivers.observation import Parameter, Status, Vital
from drivers.plausibility import possible, pressure_status

_NUMERIC_VALUE, _COMPOUND_VALUE = 0x0950, 0x094B
_LABEL_STRING, _TIME_STAMP = 0x0927, 0x0990

INVALID, QUESTIONABLE, UNAVAILABLE, CALIBRATING, TEST, DEMO = 0x8000, 0x4000, 0x2000, 0x1000, 0x0800, 0x0400
EARLY = 0x0040
NO_VALUE = INVALID | UNAVAILABLE | CALIBRATING | TEST | DEMO
DOUBTFUL = QUESTIONABLE | 0x0200 | 0x0100 | EARLY
"""0200 and 0100 are not documented: a value is beyond doubt only when the high byte is 0."""

_PER_MINUTE = {2720: 1.0, 2784: 1.0}
_MMHG_PER_KPA = 7.50062
_PRESSURE = {3872: 1.0, 3843: _MMHG_PER_KPA}
_PERCENT = {544: 1.0}
_NO_DIMENSION = 512
_CELSIUS, _FAHRENHEIT = 6048, 4416
_TEMPERATURE_UNITS = frozenset((_CELSIUS, _FAHRENHEIT))

FACTORS: dict[Parameter, dict[int, float]] = {
    Parameter.HR: _PER_MINUTE,
    Parameter.PR: _PER_MINUTE,
    Parameter.RR: _PER_MINUTE,
    Parameter.SPO2: _PERCENT,
    Parameter.PERFUSION_INDEX: {**_PERCENT, _NO_DIMENSION: 1.0},
    Parameter.ETCO2: _PRESSURE,
}
"""Factor to the console's unit by unit code; a value in any other unit is not charted."""

RATES: dict[int, tuple[Parameter, str | None]] = {
    0x4182: (Parameter.HR, None),
    0x4822: (Parameter.PR, "SpO2"),
    0x480A: (Parameter.PR, "pulse"),
    0x5012: (Parameter.RR, "CO2"),
    0x500A: (Parameter.RR, "impedance"),
    0x4BB8: (Parameter.SPO2, None),
    0x50B0: (Parameter.ETCO2, None),
    0x509C: (Parameter.ETCO2, None),
    0x4BB0: (Parameter.PERFUSION_INDEX, None),
}
"""Parameter and site by physiological identifier. Of several for one parameter the first with a value is taken."""

TEMPERATURES: dict[int, str | None] = {
    0x4B74: "skin",
    0xF10C: "axilla",
    0xF108: "oral",
    0xF0C7: "T1",
    0xF0C8: "T2",
    0xF0C9: "T3",
    0xF0CA: "T4",
    0x4B48: None,
    0x4B78: "tympanic",
    0xF0C4: "bladder",
    0xE004: "rectal",
    0x4B6C: "nasopharynx",
    0x4B64: "oesophagus",
    0xE014: "blood",
    0x4B60: "core",
}
"""Site by physiological identifier, from the surface inwards: all are told, the innermost last."""

CUFF = 0x4A04
ARTERIAL = {0x4A14: "ABP", 0x4A10: "ART"}
"""Identifier of a pressure; +1, +2 and +3 are its systolic, diastolic and mean. The first that is measured is taken."""

_CUFF_PARAMETERS = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)
_ARTERIAL_PARAMETERS = (Parameter.ART_SYS, Parameter.ART_DIA, Parameter.ART_MEAN)
_MEMBERS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Numeric:
    """One observed value as the monitor sends it. value: None for "no number"; stamp: when it was measured."""

    physiological_id: int
    state: int
    unit: int
    value: float | None
    label: str = ""
    stamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Numerics:
    """What one answer tells. vitals: a device time is that of the measurement. cuff: the last cuff reading.

    demo: the monitor shows a patient it has made up. unknown: numerics that are none of the console's parameters;
    foreign_units: values in a unit that is not known.
    """

    vitals: tuple[Vital, ...]
    cuff: tuple[Vital, ...]
    demo: bool
    unknown: int
    foreign_units: int


def read_numerics(objects: Iterable[PolledObject]) -> list[Numeric]:
    """Every observed value. Raises MalformedError when one has not its form."""
    found: list[Numeric] = []
    for polled in objects:
        attributes = polled.attributes
        label = read_text(attributes[_LABEL_STRING]) if _LABEL_STRING in attributes else ""
        stamp = read_absolute_time(attributes[_TIME_STAMP]) if _TIME_STAMP in attributes else None
        if (data := attributes.get(_NUMERIC_VALUE)) is not None:
            fields = Fields(data)
            found.append(_read_numeric(fields, label, stamp))
            fields.end()
        if (data := attributes.get(_COMPOUND_VALUE)) is not None:
            fields = Fields(data)
            count = fields.u16()
            inner = fields.sized()
            fields.end()
            found += [_read_numeric(inner, label, stamp) for _ in range(count)]
            inner.end()
    return found


def _read_numeric(fields: Fields, label: str, stamp: datetime | None) -> Numeric:
    return Numeric(fields.u16(), fields.u16(), fields.u16(), read_float(fields.u32()), label, stamp)


def to_vitals(numerics: list[Numeric]) -> Numerics:
    """The numerics that are parameters of the console, converted to its units."""
    by_id: dict[int, list[Numeric]] = {}
    for numeric in numerics:
        by_id.setdefault(numeric.physiological_id, []).append(numeric)
    cuff = _pressure(by_id, CUFF, _CUFF_PARAMETERS, None)
    vitals = [*_rates(by_id), *_arterial(by_id), *_temperatures(by_id)]
    known = [numeric for numeric in numerics if numeric.physiological_id in _UNITS]
    return Numerics(
        tuple(vitals),
        tuple(cuff),
        any(numeric.state & DEMO for numeric in numerics),
        len(numerics) - len(known),
        sum(1 for n in known if n.value is not None and n.unit not in _UNITS[n.physiological_id]),
    )


def _rates(by_id: dict[int, list[Numeric]]) -> list[Vital]:
    chosen: dict[Parameter, Vital] = {}
    for identifier, (parameter, site) in RATES.items():
        for numeric in by_id.get(identifier, ()):
            vital = _vital(parameter, numeric, _converted(numeric, FACTORS[parameter]), site)
            if parameter not in chosen or (chosen[parameter].value is None and vital.value is not None):
                chosen[parameter] = vital
    return list(chosen.values())


def _arterial(by_id: dict[int, list[Numeric]]) -> list[Vital]:
    for identifier, site in ARTERIAL.items():
        vitals = _pressure(by_id, identifier, _ARTERIAL_PARAMETERS, site)
        if any(vital.value is not None for vital in vitals):
            return vitals
    return next((v for i, s in ARTERIAL.items() if (v := _pressure(by_id, i, _ARTERIAL_PARAMETERS, s))), [])


def _pressure(
    by_id: dict[int, list[Numeric]], identifier: int, parameters: tuple[Parameter, ...], site: str | None
) -> list[Vital]:
    """Systolic, diastolic and mean, as many as are told; all in doubt when they are not in their order."""
    vitals: dict[Parameter, Vital] = {}
    for member, parameter in zip(_MEMBERS, parameters, strict=True):
        for numeric in by_id.get(identifier + member, ()):
            vital = _vital(parameter, numeric, _converted(numeric, _PRESSURE), site and (numeric.label or site))
            if parameter not in vitals or (vitals[parameter].value is None and vital.value is not None):
                vitals[parameter] = vital
    told = [vitals[parameter].value if parameter in vitals else None for parameter in parameters]
    if pressure_status(*told) is Status.VALID:
        return list(vitals.values())
    return [replace(v, status=Status.QUESTIONABLE) if v.value is not None else v for v in vitals.values()]


def _temperatures(by_id: dict[int, list[Numeric]]) -> list[Vital]:
    """All, those without a value first."""
    vitals = [
        _vital(Parameter.TEMP, numeric, _celsius(numeric), numeric.label or site)
        for identifier, site in TEMPERATURES.items()
        for numeric in by_id.get(identifier, ())
    ]
    return sorted(vitals, key=lambda vital: vital.value is not None)


def _converted(numeric: Numeric, factors: dict[int, float]) -> float | None:
    if numeric.value is None or numeric.unit not in factors:
        return None
    factor = factors[numeric.unit]
    return numeric.value if factor == 1.0 else round(numeric.value * factor, 1)


def _celsius(numeric: Numeric) -> float | None:
    if numeric.value is None or numeric.unit not in _TEMPERATURE_UNITS:
        return None
    return numeric.value if numeric.unit == _CELSIUS else round((numeric.value - 32) / 1.8, 2)


def _vital(parameter: Parameter, numeric: Numeric, value: float | None, site: str | None) -> Vital:
    if value is None or numeric.state & NO_VALUE or not possible(parameter, value):
        return Vital(parameter, None, Status.UNAVAILABLE, site)
    status = Status.QUESTIONABLE if numeric.state & DOUBTFUL else Status.VALID
    return Vital(parameter, value, status, site, numeric.stamp)


_UNITS: dict[int, Container[int]] = (
    {identifier: FACTORS[parameter] for identifier, (parameter, _) in RATES.items()}
    | dict.fromkeys((base + member for base in (CUFF, *ARTERIAL) for member in _MEMBERS), _PRESSURE)
    | dict.fromkeys(TEMPERATURES, _TEMPERATURE_UNITS)
)

PARAMETERS: dict[int, Parameter] = (
    {identifier: parameter for identifier, (parameter, _) in RATES.items()}
    | {CUFF + at: parameter for at, parameter in enumerate((Parameter.NIBP_SYS, *_CUFF_PARAMETERS))}
    | {base + at: p for base in ARTERIAL for at, p in enumerate((Parameter.ART_SYS, *_ARTERIAL_PARAMETERS))}
    | dict.fromkeys(TEMPERATURES, Parameter.TEMP)
)
"""Parameter by physiological identifier; for a pressure as such its systolic."""
