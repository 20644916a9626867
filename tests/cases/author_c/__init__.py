"""Author C, 44 cases; nobody looked at them while rules were made: the held-out set."""

from __future__ import annotations

from tests.cases.author_c import (
    look_alikes_19_28,
    look_alikes_29_36,
    look_alikes_37_44,
    overdose,
    withdrawal_01_05,
    withdrawal_06_10,
)
from tests.cases.record import Case

PARTS = (withdrawal_01_05, withdrawal_06_10, overdose, look_alikes_19_28, look_alikes_29_36, look_alikes_37_44)


def cases() -> list[Case]:
    """C01 to C44."""
    return [case for part in PARTS for case in part.cases()]
