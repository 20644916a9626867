"""What the console calls in the cases of three authors who had seen no rule may not become worse unnoticed."""

from __future__ import annotations

import pytest

from tests.cases.curve import Variant, judged
from tests.cases.sets import SETS

LATE = {"C09": 0.25}
"""Hours a true case may be late. C09: itch and tone at a pump known to run call for a warning when the vital signs
reach their points, 13.2 h; its author wants it at 13.0."""
LOOK_ALIKES_WITHIN = {"A": 24, "B": 20, "C": 22}
"""Of 26, as measured when the rules of a quiet pump were finished."""


@pytest.mark.parametrize("letter", SETS)
def test_a_set_of_cases_is_called_as_well_as_ever(letter: str) -> None:
    found = judged(Variant(), letter)
    assert len(found) == 44
    for verdict in (v for v in found if v.true):
        assert not verdict.missed, verdict.faults()
        late = -min(verdict.ahead.values(), default=0.0)
        assert late <= LATE.get(verdict.name, 1e-6), verdict.faults()
    alike = [v for v in found if not v.true]
    faults = "\n".join(f"{v.name} {v.title}: {v.faults()}" for v in alike if not v.within)
    assert sum(v.within for v in alike) >= LOOK_ALIKES_WITHIN[letter], faults
