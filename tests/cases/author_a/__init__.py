"""Author A, 44 cases; they were looked at while the rules of a quiet pump were made."""

from __future__ import annotations

from tests.cases.author_a import look_alikes_19_28, look_alikes_29_36, look_alikes_37_44, overdose, withdrawal
from tests.cases.record import Case

PARTS = (withdrawal, overdose, look_alikes_19_28, look_alikes_29_36, look_alikes_37_44)


def cases() -> list[Case]:
    """A01 to A44."""
    return [case for part in PARTS for case in part.cases()]
