"""What the OBX rows of one feed mean, apart from their values: worked out once for each row a feed sends, then known.

A monitor sends the same few dozen rows every second for years. All that decides their meaning is compared as sent;
only what was never seen before is taken apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf

from drivers.observation import Parameter
from hl7.delimiters import Delimiters
from hl7.lab_codes import LabTable
from hl7.nomenclature import Nomenclature, Resolution
from hl7.reader import MAXIMUM_TEXT, Segment

# Numbers that mean "no value": Mindray -1, -100, -10000; XH80X and TR8 -999, -99.9; saturated 16, 24 and 32 bit words.
SENTINELS = frozenset(
    {-1.0, -99.9, -100.0, -999.0, -999.9, -1000.0, -9999.0, -10000.0}
    | {32767.0, -32768.0, 8388607.0, -8388608.0, 2147483647.0, -2147483648.0},
)
NUMBER = re.compile(r"[+-]?(?:\d{1,12}\.?\d{0,9}|\.\d{1,9})", re.ASCII)
NUMERIC = frozenset({"NM", "SN", ""})
_NO_SINGLE_VALUE = frozenset({"NA", "MA", "ED", "RP"})
_ATTRIBUTE = Resolution(reason="attribute")
_CACHE_SIZE = 4096
_CACHE_DELIMITERS = 16
_CACHE_KEY = 400
_CACHE_NUMBER = 24
CHANNEL = "channel "
"""A site that is only the channel of a device tree begins so."""

RowKey = tuple[str, str]
"""OBX-2 to 4 as sent with their separators, and what of OBX-6 onwards matters: all that decides what a row means."""


@dataclass(slots=True, eq=False)
class RowMeaning:
    """What a row of a feed means, apart from its value. skipped: it is no measurement, whatever its value.

    plain: a number taken as it is sent; put aside when there is no parameter, else charted when it lies within minimum
    and maximum, between which nothing lies for a row that is not plain. code, label: OBX-3.1 (the label where it is
    empty) and 3.2, for what is put aside; sent, name and unit as in `hl7.reading.Quarantined`.
    laboratory: a row for `hl7.labs`, skipped here. head, tail: its key. following: what came behind it the last time.
    """

    skipped: bool
    plain: bool
    parameter: Parameter | None
    site: str | None
    minimum: float
    maximum: float
    resolution: Resolution
    code: str
    label: str
    sent: str = ""
    name: str = ""
    unit: str = ""
    laboratory: bool = False
    head: str = "\r"
    tail: str = ""
    following: RowMeaning = field(init=False, repr=False)


NO_ROW = RowMeaning(True, False, None, None, 0.0, 0.0, _ATTRIBUTE, "", "")
"""What is expected where no row is known: its head stands in no line."""
NO_ROW.following = NO_ROW


@dataclass(slots=True, eq=False)
class KnownRows:
    """What the rows of one feed have meant so far, for one set of delimiters: it sends the same few for ever.

    tails: OBX-6 to OBX-13 as sent, where OBX-14 is the last field: what of it matters, and whether it is usual.
    places: what a PID or PV1 segment names. first: the row a message began with the last time.
    """

    rows: dict[RowKey, RowMeaning] = field(default_factory=dict)
    tails: dict[str, tuple[str, bool]] = field(default_factory=dict)
    places: dict[str, str | None] = field(default_factory=dict)
    first: RowMeaning = NO_ROW

    @property
    def size(self) -> int:
        """Entries kept."""
        return len(self.rows) + len(self.tails) + len(self.places)


class RowTable:
    """The rows and numbers of one feed."""

    def __init__(self, tables: Nomenclature, labs: LabTable) -> None:
        self._tables = tables
        self._labs = labs
        self._known: dict[Delimiters, KnownRows] = {}
        self._numbers: dict[str, float | None] = {}

    @property
    def size(self) -> int:
        """Rows, what they share, and numbers kept."""
        return sum(known.size for known in self._known.values()) + len(self._numbers)

    def known_rows(self, delimiters: Delimiters) -> KnownRows:
        """The rows known, to be asked for once a message: it keeps them bounded."""
        known = self._known.get(delimiters)
        if known is None or known.size >= _CACHE_SIZE:
            if len(self._known) >= _CACHE_DELIMITERS:
                self._known.clear()
            known = self._known[delimiters] = KnownRows()
        return known

    def known_numbers(self) -> dict[str, float | None]:
        """Values as sent, None for those that need a second look: vital signs are the same few hundred for ever."""
        if len(self._numbers) >= _CACHE_SIZE:
            self._numbers.clear()
        return self._numbers

    def learn(self, known: KnownRows, key: RowKey, segment: Segment) -> RowMeaning:
        """A row never seen before; from now on it is in `known`."""
        meaning = self._meaning(segment)
        meaning.following = NO_ROW
        if sum(map(len, key)) <= _CACHE_KEY:
            meaning.head, meaning.tail = key
            known.rows[key] = meaning
        return meaning

    def learn_number(self, raw: str) -> float | None:
        """The number a text is without further ado: no escape, no blank, none that means "no value"."""
        number = float(raw) if NUMBER.fullmatch(raw) else None
        if number in SENTINELS:
            number = None
        if len(raw) <= _CACHE_NUMBER:
            self._numbers[raw] = number
        return number

    def _meaning(self, segment: Segment) -> RowMeaning:
        """Code and unit resolved, and the site."""
        kind = segment.raw(2)
        identifier, unit = segment.components(segment.raw(3)), segment.components(segment.raw(6))
        resolution = self._resolve(identifier, unit)
        sent, name, _ = _coded(identifier, 0)
        code, label = segment.text(3).strip(), segment.text(3, 2).strip()
        laboratory = resolution.parameter is None and self._is_laboratory(identifier)
        structure = kind in _NO_SINGLE_VALUE or resolution is _ATTRIBUTE
        skipped = laboratory or structure or (kind not in NUMERIC and not resolution.recognised)
        plain = kind == "NM" and not resolution.scaled
        charted = plain and not skipped and resolution.parameter is not None
        return RowMeaning(
            skipped,
            plain,
            resolution.parameter,
            self._site(segment, resolution) or None,
            resolution.minimum if charted else inf,
            resolution.maximum if charted else -inf,
            resolution,
            (code or label)[:MAXIMUM_TEXT],
            label[:MAXIMUM_TEXT],
            sent[:MAXIMUM_TEXT],
            name[:MAXIMUM_TEXT],
            next((part for part in (_coded(unit, 0)[1], _coded(unit, 0)[0]) if part), "")[:MAXIMUM_TEXT],
            laboratory,
        )

    def _is_laboratory(self, identifier: list[str]) -> bool:
        names = [_coded(identifier, start) for start in (0, 3)]
        return any(self._labs.analyte(code, system) is not None for code, _, system in names)

    def _resolve(self, identifier: list[str], unit: list[str]) -> Resolution:
        names = [_coded(identifier, start) for start in (0, 3)]
        if any(name[1].upper().startswith("MDC_ATTR_") for name in names):
            return _ATTRIBUTE
        units = _coded(unit, 0)
        first = self._tables.resolve(names[0], units)
        if first.recognised or not any(names[1]):
            return first
        return self._tables.resolve(names[1], units)

    def site(self, words: list[str]) -> str:
        """The first of the words that names a site."""
        return next((site for site in map(self._tables.site, words) if site), "")

    def _site(self, segment: Segment, resolution: Resolution) -> str:
        """OBX-17 or OBX-20 where they name a site, else what the code says, else the channel in OBX-4."""
        words = [word for number in (17, 20) for word in segment.components(segment.raw(number)) if word]
        said = self.site(words)
        if said or resolution.site:
            return said or resolution.site
        channel = segment.text(4).strip()
        # "1.26.1.1": the channel in the device tree; some monitors end it with the code itself.
        return f"{CHANNEL}{channel.removesuffix('.' + segment.text(3))}"[:40] if "." in channel else ""


def _coded(parts: list[str], start: int) -> tuple[str, str, str]:
    """Code, text and coding system of a CWE, from component `start` + 1."""
    three = [part.strip() for part in parts[start : start + 3]]
    code, text, system = three + [""] * (3 - len(three))
    system = system.upper()
    return code, text, "LN" if system in ("LOINC", "L.N.", "LNC") else system
