"""Codes of ISO/IEEE 11073-10101 against the tables under resources/codes, which the HL7 feeds use too."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import resources
from drivers.observation import Parameter


@dataclass(frozen=True, slots=True)
class Unit:
    """A value v in this unit is v * factor + offset in the console's."""

    name: str
    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a metric is: parameter, site ("" where the code names none) and the conversion of its unit."""

    parameter: Parameter
    site: str
    unit: Unit


@dataclass(frozen=True)
class Codes:
    """The rows of the tables that belong to the system MDC."""

    terms: dict[str, tuple[Parameter, str]]
    units: dict[str, Unit]
    accepted: dict[Parameter, frozenset[str]]

    def meaning(self, code: str, unit: str) -> Meaning | None:
        """None for a code that is not charted, and for a unit in which the parameter does not come."""
        term, known = self.terms.get(code), self.units.get(unit)
        if term is None or known is None or known.name not in self.accepted[term[0]]:
            return None
        return Meaning(*term, known)

    def parameter(self, code: str) -> Parameter | None:
        """The parameter of a code, whatever its unit."""
        return self.terms[code][0] if code in self.terms else None


@cache
def codes() -> Codes:
    """The tables, read once."""
    terms = {
        row["code"]: (Parameter(row["parameter"]), row["site"])
        for row in _rows("codes.csv")
        if row["system"] == "MDC" and row["parameter"] and not row["not_charted"]
    }
    units = {
        row["mdc"]: Unit(row["unit"], float(row["factor"]), float(row["offset"]))
        for row in _rows("units.csv")
        if row["mdc"] and row["factor"]
    }
    accepted = {Parameter(row["parameter"]): frozenset(row["units"].split()) for row in _rows("parameters.csv")}
    return Codes(terms, units, accepted)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with resources.path("codes", name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
