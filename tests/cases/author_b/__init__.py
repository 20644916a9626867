"""Author B, 44 cases; they were looked at after a first set of rules, and a second set followed."""

from __future__ import annotations

from tests.cases.author_b import look_alikes_19_28, look_alikes_29_36, look_alikes_37_44, overdose, withdrawal
from tests.cases.record import Case

PARTS = (withdrawal, overdose, look_alikes_19_28, look_alikes_29_36, look_alikes_37_44)


def cases() -> list[Case]:
    """B01 to B44."""
    return [case for part in PARTS for case in part.cases()]
