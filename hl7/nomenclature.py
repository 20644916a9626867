"""What a code means: OBX-3 and OBX-6 against our tables, read once from resources/codes.

Number, name and unit must agree. Monitors have been seen to send SpO2 under the number of end-tidal CO2 and a cuff
reading under the name of an arterial line; such a value is put aside with a reason, never charted by guess.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

import resources
from drivers.observation import Parameter

DISAGREE = "code and REFID disagree"
UNKNOWN = "unknown code"
UNIT_DISAGREE = "unit code and REFID disagree"
UNIT_UNKNOWN = "unknown unit"
UNIT_MISSING = "no unit"
UNIT_WRONG = "unit does not fit the code"
NUMBER_ALONE = "code without REFID and unit"
IGNORED = "ignored at this feed"

_PARTITION_2 = 131072
_PARTITION_4 = 262144
_PRIVATE = 0xF000
# Where a missing unit leaves no doubt: rates are per minute and shares in percent everywhere. Pressure may be kPa,
# temperature Fahrenheit.
_UNIT_IS_CERTAIN = frozenset(
    {Parameter.HR, Parameter.PR, Parameter.RR, Parameter.SPO2, Parameter.PERFUSION_INDEX},
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the table. A value v means v * factor + offset in the unit of the parameters that accept it."""

    name: str
    factor: float | None
    offset: float


@dataclass(frozen=True, slots=True)
class ParameterCode:
    """How a parameter is written in outgoing messages, what it may be (in its own unit) and in which units it comes."""

    parameter: Parameter
    mdc: str
    refid: str
    mdc_unit: str
    unit_refid: str
    ucum: str
    loinc: str
    minimum: float
    maximum: float
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A row of codes.csv. names: accepted REFIDs or labels, upper case. parameter None: recognised, not charted.

    unit: what an engineer has confirmed that a value without unit is in (a name of units.csv), "" where nobody has.
    """

    system: str
    code: str
    names: frozenset[str]
    parameter: Parameter | None
    site: str
    not_charted: str
    source: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What OBX-3 and OBX-6 together say. Exactly one of parameter and reason is set.

    recognised: the code is in the table, so the value is known even where it is not charted.
    factor, offset: conversion into the unit of the parameter. scaled: whether it changes the value.
    """

    parameter: Parameter | None = None
    site: str = ""
    factor: float = 1.0
    offset: float = 0.0
    scaled: bool = False
    minimum: float = 0.0
    maximum: float = 0.0
    reason: str = ""
    recognised: bool = False


@dataclass(frozen=True)
class Nomenclature:
    """The tables, indexed. `with_alias` gives a feed its own copy; the shared one is never changed."""

    parameters: dict[Parameter, ParameterCode]
    terms: dict[tuple[str, str], tuple[Term, ...]]
    mdc_names: dict[str, Term]
    labels: dict[str, frozenset[str]]
    unit_by_code: dict[str, Unit]
    unit_by_spelling: dict[str, frozenset[str]]
    units: dict[str, Unit]
    sites: dict[str, str]
    aliases: dict[tuple[str, str], Term] = field(default_factory=dict)

    def with_alias(self, code: str, name: str, parameter: Parameter, site: str = "", unit: str = "") -> Nomenclature:
        """A copy that also accepts this number with this name, as an engineer has confirmed for one feed.

        unit: a name of units.csv, for a sender that writes none (Mindray PDS). Raises ValueError for one that the
        parameter does not come in.
        """
        if unit and unit not in self.parameters[parameter].units:
            raise ValueError(f"{parameter.value} does not come in {unit}")
        return self._with_term(Term("ALIAS", code, frozenset({name.upper()}), parameter, site, "", "feed", unit))

    def with_ignored(self, code: str, name: str) -> Nomenclature:
        """A copy that knows this number with this name and never charts it, as an engineer has decided for one feed."""
        return self._with_term(Term("ALIAS", code, frozenset({name.upper()}), None, "", IGNORED, "feed"))

    def known_as(self, code: str, name: str) -> tuple[Term, ...]:
        """The terms of the tables, aliases aside, that this number or this name stands for by itself."""
        numbers = {code, str(_mdil_number(code.lower(), _PARTITION_2) or "")} - {""}
        keys = [(system, number) for system in ("MDC", "LN") for number in numbers] + [("MDIL", code.lower())]
        found = [term for key in keys for term in self.terms.get(key, ())]
        by_name = self.mdc_names.get(name.upper())
        return tuple(dict.fromkeys([*found, *([by_name] if by_name is not None else [])]))

    def _with_term(self, term: Term) -> Nomenclature:
        key = (term.code.lower(), next(iter(term.names)))
        return replace(self, aliases={**self.aliases, key: term})

    def resolve(self, identifier: tuple[str, str, str], unit: tuple[str, str, str]) -> Resolution:
        """OBX-3 and OBX-6 as (code, text, coding system), unescaped, surrounding space removed."""
        found = self._term(identifier)
        if isinstance(found, str):
            return Resolution(reason=found, recognised=found == DISAGREE)
        if found.parameter is None:
            return Resolution(reason=f"not charted: {found.not_charted}", recognised=True)
        return self._with_unit(found, found.parameter, identifier, unit)

    def site(self, word: str) -> str:
        """The body or sensor site a word names ("Oral", "SpO2"), or ""."""
        return self.sites.get(word.strip().lower(), "")

    def _term(self, identifier: tuple[str, str, str]) -> Term | str:
        code, name, system = identifier
        label = name.upper()
        alias = self.aliases.get((code.lower(), label))
        if alias is not None:
            return alias
        if system == "MDIL" or _is_mdil(code):
            return self._mdil(code.lower(), label)
        if system == "LN":
            rows = self.terms.get(("LN", code))
            return rows[0] if rows else UNKNOWN
        if system in ("MDC", "") and (system == "MDC" or label.startswith("MDC_")):
            return self._mdc(code, label)
        rows = self.terms.get((system or "VENDOR", code))
        if not rows:
            return UNKNOWN
        return next((row for row in rows if label in row.names or not row.names), DISAGREE)

    def _mdc(self, code: str, label: str) -> Term | str:
        rows = self.terms.get(("MDC", code))
        if rows and (not label or label in rows[0].names):
            return rows[0]
        by_name = self.mdc_names.get(label)
        if not code and by_name is not None:
            return by_name
        return DISAGREE if rows or by_name is not None else UNKNOWN

    def _mdil(self, code: str, label: str) -> Term | str:
        """Philips: the label is wording of the site, so only a label that belongs to another quantity contradicts."""
        rows = self.terms.get(("MDIL", code))
        if rows is None:
            number = _mdil_number(code, _PARTITION_2)
            rows = self.terms.get(("MDC", str(number))) if number is not None else None
        if not rows:
            return UNKNOWN
        # A number with several rows (a measured temperature and a set one): the label says which, the first by default.
        row = next((row for row in rows if label in row.names), rows[0])
        meant = self.labels.get(label)
        if label not in row.names and meant is not None and (row.parameter or "") not in meant:
            return DISAGREE
        return row

    def _with_unit(
        self, term: Term, parameter: Parameter, identifier: tuple[str, str, str], unit: tuple[str, str, str]
    ) -> Resolution:
        code = self.parameters[parameter]
        names = self._units(unit)
        if isinstance(names, str):
            return Resolution(reason=names, recognised=True)
        if not names:
            if term.system == "MDC" and not identifier[1]:
                return Resolution(reason=NUMBER_ALONE, recognised=True)
            if parameter not in _UNIT_IS_CERTAIN and not term.unit:
                return Resolution(reason=UNIT_MISSING, recognised=True)
            names = frozenset({term.unit} if term.unit else code.units)
        accepted = next((self.units[name] for name in code.units if name in names), None)
        if accepted is None or accepted.factor is None:
            return Resolution(reason=UNIT_WRONG, recognised=True)
        return Resolution(
            parameter,
            term.site,
            accepted.factor,
            accepted.offset,
            accepted.factor != 1.0 or accepted.offset != 0.0,
            code.minimum,
            code.maximum,
            recognised=True,
        )

    def _units(self, unit: tuple[str, str, str]) -> frozenset[str] | str:
        """Names of the units OBX-6 may mean; empty when it is empty, a reason when its parts contradict each other."""
        code, text, system = unit
        if not code and not text:
            return frozenset()
        number = _mdil_number(code.lower(), _PARTITION_4) if _is_mdil(code) else None
        by_code = self.unit_by_code.get(str(number) if number is not None else code)
        spelled_code = self.unit_by_spelling.get(code.lower(), frozenset())
        spelled_text = self.unit_by_spelling.get(text.lower(), frozenset())
        if by_code is not None:
            if not text or by_code.name in spelled_text:
                return frozenset({by_code.name})
            return UNIT_DISAGREE if spelled_text or system == "MDC" else frozenset({by_code.name})
        if spelled_code:
            return spelled_code & spelled_text or (UNIT_DISAGREE if spelled_text else spelled_code)
        if system == "MDC" and code and spelled_text:
            return UNIT_DISAGREE
        # A private or misprinted unit code beside a plain text: the text is what the bedside shows.
        return spelled_text or UNIT_UNKNOWN


def _is_mdil(code: str) -> bool:
    return len(code) == 9 and code[4] == "-"


def _mdil_number(code: str, partition: int) -> int | None:
    """Philips writes partition and term in hexadecimal ("0002-4bb8"); terms from F000 are its own."""
    if not _is_mdil(code):
        return None
    try:
        high, term = int(code[:4], 16), int(code[5:], 16)
    except ValueError:
        return None
    return partition + term if high << 16 == partition and term < _PRIVATE else None


def _rows(name: str) -> Iterator[dict[str, str]]:
    with resources.path("codes", name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _parameters() -> dict[Parameter, ParameterCode]:
    return {
        Parameter(row["parameter"]): ParameterCode(
            Parameter(row["parameter"]),
            row["mdc"],
            row["refid"],
            row["mdc_unit"],
            row["unit_refid"],
            row["ucum"],
            row["loinc"],
            float(row["minimum"]),
            float(row["maximum"]),
            tuple(row["units"].split()),
        )
        for row in _rows("parameters.csv")
    }


def _terms() -> Iterator[Term]:
    for row in _rows("codes.csv"):
        yield Term(
            row["system"],
            row["code"],
            frozenset(name.upper() for name in row["names"].split("|") if name),
            Parameter(row["parameter"]) if row["parameter"] else None,
            row["site"],
            row["not_charted"],
            row["source"],
        )


def _labels(terms: Iterable[Term]) -> dict[str, frozenset[str]]:
    """Philips labels and what they stand for; "" for what is not charted."""
    found: dict[str, set[str]] = {}
    for term in terms:
        if term.system == "MDIL":
            for name in term.names:
                found.setdefault(name, set()).add(term.parameter or "")
    return {name: frozenset(meant) for name, meant in found.items()}


@cache
def nomenclature() -> Nomenclature:
    """The tables of resources/codes, read at the first call."""
    terms = tuple(_terms())
    by_code: dict[tuple[str, str], tuple[Term, ...]] = {}
    for term in terms:
        key = (term.system, term.code)
        by_code[key] = (*by_code.get(key, ()), term)
    units: dict[str, Unit] = {}
    unit_codes: dict[str, Unit] = {}
    spellings: dict[str, set[str]] = {}
    for row in _rows("units.csv"):
        unit = Unit(row["unit"], float(row["factor"]) if row["factor"] else None, float(row["offset"] or 0))
        units[unit.name] = unit
        if row["mdc"]:
            unit_codes[row["mdc"]] = unit
        for spelling in {row["refid"].lower(), row["ucum"].lower(), *row["spellings"].split()} - {""}:
            spellings.setdefault(spelling, set()).add(unit.name)
    return Nomenclature(
        parameters=_parameters(),
        terms=by_code,
        mdc_names={name: term for term in terms if term.system == "MDC" for name in term.names},
        labels=_labels(terms),
        unit_by_code=unit_codes,
        unit_by_spelling={spelling: frozenset(names) for spelling, names in spellings.items()},
        units=units,
        sites={row["word"]: row["site"] for row in _rows("sites.csv")},
    )
