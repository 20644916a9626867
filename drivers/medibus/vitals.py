"""From the numbers of one response to vital signs, and to "no data" for what has gone."""

from __future__ import annotations

from datetime import datetime

from drivers.medibus.alarms import Sources
from drivers.medibus.decoding import (
    ETCO2_KPA,
    ETCO2_MMHG,
    ETCO2_PERCENT,
    PULSE_RATE,
    RR_CO2,
    RR_DERIVED,
    RR_FLOW,
    SPO2,
)
from drivers.observation import Parameter, Status, Vital

RR_SOURCES = ((RR_CO2, "CO2"), (RR_FLOW, "flow"), (RR_DERIVED, "derived"))
"""Sources of the respiratory rate, the preferred first: exhaled CO2 shows that a breath exchanged gas, flow can be
moved by water, leaks and the heart. One that is doubted stands behind one that is not."""

UNITS_AGREE_MMHG = 1.5
"""The same end-tidal CO2 in mmHg and in kPa differs by rounding (0.9 mmHg) and no more."""


class Numerics:
    """Knows what one link has told, so that a value that is gone is told as such, once."""

    def __init__(self) -> None:
        self._present: set[Parameter] = set()
        self._unavailable: set[Parameter] = set()

    def tell(
        self, values: dict[int, float], faults: Sources, doubts: Sources, device_time: datetime | None = None
    ) -> tuple[Vital, ...]:
        """values: by code, of one response. faults, doubts: what the device's alarms say cannot be right."""
        found: dict[Parameter, Vital] = {}
        for parameter, code in ((Parameter.SPO2, SPO2), (Parameter.PR, PULSE_RATE)):
            if code in values and parameter not in faults:
                found[parameter] = _vital(parameter, values[code], parameter in doubts, None, device_time)
        etco2 = None if Parameter.ETCO2 in faults else _etco2(values)
        if etco2 is not None:
            doubted = Parameter.ETCO2 in doubts or not _units_agree(values)
            found[Parameter.ETCO2] = _vital(Parameter.ETCO2, etco2, doubted, None, device_time)
        rates = [(code, site) for code, site in RR_SOURCES if code in values and code not in faults]
        if rates:
            code, site = min(rates, key=lambda rate: rate[0] in doubts)
            found[Parameter.RR] = _vital(Parameter.RR, values[code], code in doubts, site, device_time)
        named = {source for source in faults if isinstance(source, Parameter)}
        if ETCO2_PERCENT in values:
            named.add(Parameter.ETCO2)  # measured, but in no unit that is told
        return self._complete(found, named, device_time)

    def _complete(
        self, found: dict[Parameter, Vital], named: set[Parameter], device_time: datetime | None
    ) -> tuple[Vital, ...]:
        """named: parameters that are known to have no value now, though they may never have had one."""
        gone = ((self._present | named) - found.keys()) - self._unavailable
        self._unavailable = (self._unavailable | gone) - found.keys()
        self._present = set(found)
        nothing = [
            Vital(parameter, None, Status.UNAVAILABLE, device_time=device_time)
            for parameter in Parameter
            if parameter in gone
        ]
        return (*found.values(), *nothing)


def _vital(parameter: Parameter, value: float, doubted: bool, site: str | None, when: datetime | None) -> Vital:
    return Vital(parameter, value, Status.QUESTIONABLE if doubted else Status.VALID, site, when)


def _etco2(values: dict[int, float]) -> float | None:
    """In mmHg as sent, else from kPa. Percent needs the ambient pressure and what it is a percentage of: not told."""
    return values.get(ETCO2_MMHG, values.get(ETCO2_KPA))


def _units_agree(values: dict[int, float]) -> bool:
    mmhg, from_kpa = values.get(ETCO2_MMHG), values.get(ETCO2_KPA)
    return mmhg is None or from_kpa is None or abs(mmhg - from_kpa) <= UNITS_AGREE_MMHG
