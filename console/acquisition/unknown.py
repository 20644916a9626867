"""What a feed sends that nobody has said the meaning of: codes and locations, with the last thing sent of each.

Written by the loop of the listeners; the records go to any thread.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from functools import reduce

from console.config_hl7 import Hl7ListenerConfig
from console.link.snapshot import UnknownCode, UnknownPlace
from hl7.nomenclature import DISAGREE, NUMBER_ALONE, UNIT_MISSING, UNKNOWN, Nomenclature, nomenclature
from hl7.reading import Quarantined

CODES_LISTED = 200
PLACES_LISTED = 50

MENDED_BY_A_MAPPING = frozenset({UNKNOWN, DISAGREE, NUMBER_ALONE, UNIT_MISSING})
"""Reasons for which a value is put aside that an engineer can take away by saying what the code means."""


def tables_of(config: Hl7ListenerConfig) -> Nomenclature:
    """The tables as this feed reads them."""
    return reduce(
        lambda tables, code: (
            tables.with_ignored(code.code, code.name)
            if code.parameter is None
            else tables.with_alias(code.code, code.name, code.parameter, code.site, code.unit)
        ),
        config.code,
        nomenclature(),
    )


class Unknown:
    """Of one feed. When a list is full, what has not been sent for longest makes room. Not locked: see Tally."""

    def __init__(self) -> None:
        self._codes: OrderedDict[tuple[str, str], tuple[Quarantined, int, datetime]] = OrderedDict()
        self._places: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._told = 0

    def code(self, aside: Quarantined, at: datetime) -> None:
        """A value that was put aside."""
        if aside.reason not in MENDED_BY_A_MAPPING:
            return
        key = aside.sent.lower(), aside.name.upper()
        before = self._codes.pop(key, None)
        self._codes[key] = aside, 1 if before is None else before[1] + 1, at
        if len(self._codes) > CODES_LISTED:
            self._codes.popitem(last=False)

    def place(self, location: str, at: datetime) -> bool:
        """A location nobody has mapped; True when it is news. That is said of the first PLACES_LISTED alone: each
        stands in the audit trail, and a sender may make up as many as it likes."""
        before = self._places.pop(location, None)
        self._places[location] = 1 if before is None else before[0] + 1, at
        if len(self._places) > PLACES_LISTED:
            self._places.popitem(last=False)
        self._told += before is None
        return before is None and self._told <= PLACES_LISTED

    def settle(self, config: Hl7ListenerConfig) -> None:
        """Forget what the configuration has an answer for."""
        for key in [code.key for code in config.code]:
            self._codes.pop(key, None)
        for location in config.beds:
            self._places.pop(location, None)

    def codes(self) -> tuple[UnknownCode, ...]:
        """The newest last."""
        return tuple(
            UnknownCode(aside.sent, aside.name, aside.value, aside.unit, aside.reason, count, at, aside.location or "")
            for aside, count, at in self._codes.values()
        )

    def places(self) -> tuple[UnknownPlace, ...]:
        """The newest last."""
        return tuple(UnknownPlace(location, count, at) for location, (count, at) in self._places.items())
