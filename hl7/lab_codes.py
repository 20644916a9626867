"""What a laboratory code means and in which units its values come: resources/codes/lab_*.csv, and what a feed adds.

LOINC codes say what was measured and in what; a feed's own codes are added by name. A unit outside the table, or a
label that names another analyte than the code, is never guessed at.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import resources

LOINC_NAMES = ("LN", "LOINC", "L.N.", "LNC")
LABEL_WRONG = "laboratory label names another quantity"
UNIT_UNKNOWN = "laboratory value in an unknown unit"
UNIT_MISSING = "laboratory value without unit"

# What is measured along with ours and is not the same: isoenzymes, ratios, clearances, other specimens.
_OTHERS = frozenset(
    {"mb", "ckmb", "ckmm", "ckbb", "mm", "bb", "isoenzyme", "isoenzymes", "macro", "ratio", "clearance", "urine"}
    | {"urin", "csf", "excretion", "gfr", "egfr", "relative", "index", "fluid", "dialysate", "rbc", "erythrocytes"},
)


class Analyte(StrEnum):
    """Laboratory values that reach a patient: muscle breakdown in withdrawal, and the kidneys that clear baclofen."""

    CK = "ck"
    CREATININE = "creatinine"
    POTASSIUM = "potassium"


@dataclass(frozen=True, slots=True)
class AnalyteFacts:
    """label for people, the one unit values are compared in, what is possible in it, and words that name it."""

    analyte: Analyte
    label: str
    unit: str
    minimum: float
    maximum: float
    words: frozenset[str]


@dataclass(frozen=True)
class LabTable:
    """The codes of one feed. codes: (coding system, code), the system "" for a code of the feed's own laboratory."""

    facts: dict[Analyte, AnalyteFacts]
    codes: dict[tuple[str, str], Analyte]
    units: dict[tuple[Analyte, str], float]

    def with_codes(self, own: Mapping[str, str]) -> LabTable:
        """A copy that also takes these codes of one laboratory, as an engineer has mapped them: code to the name of an
        analyte. Raises ValueError for a name that is none."""
        added = {("", code.strip().casefold()): Analyte(name) for code, name in own.items()}
        return replace(self, codes={**self.codes, **added})

    def analyte(self, code: str, system: str) -> Analyte | None:
        """What a code stands for; None for what is no laboratory value of ours. system: upper case."""
        code = code.strip().casefold()
        if system in LOINC_NAMES:
            return self.codes.get(("LN", code))
        return self.codes.get(("", code)) or (self.codes.get(("LN", code)) if not system else None)

    def contradiction(self, analyte: Analyte, label: str) -> str:
        """Why a label does not belong to this analyte, "" where it may."""
        words = set(re.findall(r"[a-z]+", label.casefold()))
        named = {other for other, facts in self.facts.items() if words & facts.words}
        if Analyte.CK in named:
            named.discard(Analyte.CREATININE)  # "creat. kinase"
        wrong = bool(words & _OTHERS) or bool(named and analyte not in named)
        return LABEL_WRONG if wrong else ""

    def factor(self, analyte: Analyte, unit: str) -> tuple[float | None, str]:
        """What a value in this unit is to be multiplied with, or why nobody knows."""
        spelt = re.sub(r"\s+", "", unit).casefold()
        if not spelt:
            return None, UNIT_MISSING
        found = self.units.get((analyte, spelt))
        return (None, UNIT_UNKNOWN) if found is None else (found, "")


@cache
def lab_table() -> LabTable:
    """The table every feed starts from."""
    facts = {
        Analyte(row["analyte"]): AnalyteFacts(
            Analyte(row["analyte"]),
            row["label"],
            row["unit"],
            float(row["minimum"]),
            float(row["maximum"]),
            frozenset(row["words"].split()),
        )
        for row in _rows("lab_analytes.csv")
    }
    codes = {(row["system"], row["code"]): Analyte(row["analyte"]) for row in _rows("labs.csv")}
    units = {
        (Analyte(row["analyte"]), spelling.casefold()): float(row["factor"])
        for row in _rows("lab_units.csv")
        for spelling in row["spellings"].split()
    }
    return LabTable(facts, codes, units)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with resources.path("codes", name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
