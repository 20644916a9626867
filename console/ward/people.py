"""Who may do what: people, their roles, and the table of rights. Watching and hearing alarms needs no right at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

LONGEST_NAME = 40
RESERVED = frozenset({"system", "feed", "admissions office", "nobody", "everybody"})
"""Names that stand in the records for what no person did."""


class Role(StrEnum):
    """What a person is in this ward. Somebody may be several."""

    NURSE = "nurse"
    CHARGE_NURSE = "charge nurse"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """One kind of act, in the words in which a refusal names it."""

    ACKNOWLEDGE = "acknowledge alarms"
    CHART = "chart observations and pump events"
    ADMIT = "admit and discharge"
    LIMITS = "set limits and standby"
    AUDIO_OFF = "turn alarm sound off"
    NOTE = "add notes to alarms"
    REPORT = "print and save reports"
    EXPORT = "export data"
    THRESHOLDS = "change thresholds"
    DEVICES = "change devices and beds"
    FEEDS = "change feeds and code mappings"
    PEOPLE = "manage people"
    AUDIT = "read the audit trail"


_NURSE = frozenset(
    {Right.ACKNOWLEDGE, Right.CHART, Right.ADMIT, Right.LIMITS, Right.AUDIO_OFF, Right.NOTE, Right.REPORT}
)
_ENGINEER = frozenset({Right.DEVICES, Right.FEEDS, Right.THRESHOLDS, Right.EXPORT})

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.NURSE: _NURSE,
        Role.CHARGE_NURSE: _NURSE | {Right.EXPORT, Right.THRESHOLDS, Right.AUDIT},
        Role.ENGINEER: _ENGINEER,
        Role.ADMINISTRATOR: frozenset({Right.PEOPLE, Right.AUDIT, Right.EXPORT}),
    }
)
"""The table of rights. Changing it changes who may act, everywhere: nothing else decides it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. name: unique whatever its case, and what stands in every record as `by`."""

    name: str
    roles: frozenset[Role]
    disabled: bool = False

    def may(self, right: Right) -> bool:
        """True when one of the roles carries the right; nobody who is disabled has any."""
        return not self.disabled and any(right in RIGHTS[role] for role in self.roles)
