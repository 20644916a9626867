"""What the console calls in the cases of three authors who had seen no rule may not become worse unnoticed."""

from __future__ import annotations

import pytest

from console.rules import load_rules
from tests.cases.curve import STANDING, judged
from tests.cases.off import OFF
from tests.cases.replay import prepare
from tests.cases.score import verdicts
from tests.cases.sets import SETS

LATE = {"C09": 0.25}
"""Hours a true case may be late. C09: itch and tone at a pump known to run call for a warning when the vital signs
reach their points, 13.2 h; its author wants it at 13.0."""
LOOK_ALIKES_WITHIN = {"A": 24, "B": 20, "C": 22}
"""Of 26, as measured when the rules of a quiet pump were finished."""


LONG = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("letter", ["A", *(pytest.param(letter, marks=LONG) for letter in SETS if letter != "A")])
def test_a_set_of_cases_is_called_as_well_as_ever(letter: str) -> None:
    found = judged(STANDING, letter)
    assert len(found) == 44
    for verdict in (v for v in found if v.true):
        assert not verdict.missed, verdict.faults()
        late = -min(verdict.ahead.values(), default=0.0)
        assert late <= LATE.get(verdict.name, 1e-6), verdict.faults()
    alike = [v for v in found if not v.true]
    faults = "\n".join(f"{v.name} {v.title}: {v.faults()}" for v in alike if not v.within)
    assert sum(v.within for v in alike) >= LOOK_ALIKES_WITHIN[letter], faults


@pytest.mark.parametrize(
    ("rule", "name", "words"),
    [
        ("W shock without fever is a warning", "C25", "withdrawal emergency above warning"),
        ("O breathing as ever caps saturation", "A44", "overdose emergency above none"),
        ("O a leaping heart rate is a moved lead", "A38", "overdose emergency above watch"),
        ("O sleep slows the heart with the breathing", "B40", "overdose warning above watch"),
    ],
)
def test_a_rule_without_a_threshold_is_what_spares_this_look_alike(rule: str, name: str, words: str) -> None:
    """So the switches of the trade curves do switch something off, and nothing else is left switched off."""
    case, rules = prepare(case for case in SETS[name[0]]() if case["id"] == name), load_rules()
    assert verdicts(case, rules)[0].faults() == ""
    with OFF[rule]():
        assert verdicts(case, rules)[0].faults() == words
    assert verdicts(case, rules)[0].faults() == ""
