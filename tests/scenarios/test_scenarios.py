"""The virtual patients are alive and their truth is their own; the small form of the scenario set keeps its figures."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np
import pytest

from console.rules import load_rules
from drivers.observation import Parameter
from tests.scenarios.__main__ import main
from tests.scenarios.body import AFTER_MIN, make_body
from tests.scenarios.evaluate import evaluate
from tests.scenarios.groups import GROUPS, Group
from tests.scenarios.monitor import rows

SMALL = len(GROUPS)
"""One patient of each group."""


def group(name: str) -> Group:
    return next(g for g in GROUPS if g.name == name)


def test_the_small_form_catches_every_crisis_and_is_quieter_than_limits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    assert main(["--patients", str(SMALL), "--json", str(path)]) == 0
    result = json.loads(path.read_text())
    for pattern in ("withdrawal", "overdose"):
        pooled = result["crisis"][f"ALL {pattern}"]
        assert pooled["warning"]["sensitivity"] == 1.0
        assert pooled["emergency"]["sensitivity"] >= 0.95
    assert result["crisis"]["ALL gradual withdrawal"]["warned_30_min_ahead"] >= 0.8
    calm = result["calm"]["ALL"]
    assert calm["withdrawal emergency"] <= 0.05
    assert calm["withdrawal warning"] + calm["overdose warning"] < calm["limits medium"] / 2
    assert len(result["crisis"]) + len(result["calm"]) == len(GROUPS) + 3 + 3
    out = capsys.readouterr().out
    assert all(g.name in out for g in GROUPS)


def test_the_same_seed_gives_the_same_outcomes_and_another_does_not() -> None:
    rules = load_rules()
    first, again, other = (list(evaluate(seed, 2, rules)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_changed_threshold_changes_the_outcome_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, changed = tmp_path / "plain.json", tmp_path / "changed.json"
    assert main(["--patients", "2", "--json", str(plain)]) == 0
    words = ["--set", "limits.hr.high=84", "--set", "limits.hr.very_high=200"]
    assert main(["--patients", "2", "--json", str(changed), *words]) == 0
    assert "limits.hr.high = 84 (else 120)" in capsys.readouterr().out
    before, after = json.loads(plain.read_text()), json.loads(changed.read_text())
    assert after["changed"]["limits.hr.high"] == {"from": 120, "to": 84}
    assert after["calm"]["ALL"]["limits medium"] > before["calm"]["ALL"]["limits medium"]


def test_wrong_usage_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--set", "withdrawal.hr.onne=1"]) == 2
    assert "near ones are withdrawal.hr.one" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["--patients", "0"])
    assert ended.value.code == 2
    assert main(["--patients", "1", "--json", str(tmp_path / "no" / "file")]) == 1


def test_patients_are_made_without_a_look_at_the_thresholds() -> None:
    """What makes bodies, sensors and truth may import of the console nothing but the form of a row."""
    for name in ("groups", "body", "monitor"):
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert {m for m in modules if m.startswith("console")} <= {"console.replay.rows"}


@pytest.mark.parametrize("crisis", [g for g in GROUPS if g.crisis], ids=lambda g: g.name)
def test_every_crisis_has_its_truth_after_a_calm_time(crisis: Group) -> None:
    for seed in range(5):
        body = make_body(crisis, np.random.default_rng(seed))
        assert body.onset is not None
        assert body.emergency is not None
        assert 180 <= body.onset < body.emergency
        assert len(body.severity) == body.emergency + AFTER_MIN
        assert not body.severity[: body.onset].any()


def test_the_truth_of_a_withdrawal_is_the_illness_and_not_its_numbers() -> None:
    """Blunted patients are emergencies at heart rates at which others are not yet."""
    rates = []
    for seed in range(20):
        body = make_body(group("withdrawal, blunted by beta blocker"), np.random.default_rng(seed))
        assert body.emergency is not None
        assert body.severity[body.emergency] >= 0.8 > body.severity[body.emergency - 1]
        rates.append(body.curves["hr"][body.emergency])
    assert np.median(rates) < 115


def test_oxygen_hides_the_saturation_of_an_overdose() -> None:
    def at_emergency(name: str) -> float:
        bodies = [make_body(group(name), np.random.default_rng(seed)) for seed in range(20)]
        return float(np.median([b.curves["spo2"][b.emergency or 0] for b in bodies]))

    assert at_emergency("overdose, ramped") < 92 < at_emergency("overdose on oxygen")


def test_a_stable_day_varies_like_a_body_and_is_measured_like_on_a_ward() -> None:
    own = group("stable, sparse cuff and temperature")
    rng = np.random.default_rng(5)
    body = make_body(own, rng)
    for name in ("hr", "rr", "sbp"):
        curve = body.curves[name] - body.curves[name].mean()
        assert float((curve[1:] * curve[:-1]).mean() / (curve * curve).mean()) > 0.6, name
    made = rows("P", own, body, rng)
    cuffs = [row.seconds for row in made if any(p is Parameter.NIBP_SYS for p, _ in row.values)]
    gaps = np.diff(cuffs) / 60
    assert 45 <= np.median(gaps) <= 75
    temps = [row for row in made if any(p is Parameter.TEMP for p, _ in row.values)]
    assert 3 <= len(temps) <= 8
    rates = sum(1 for row in made if any(p is Parameter.HR for p, _ in row.values))
    assert 0.9 * 5760 < rates <= 5760
    assert not any(row.questionable for row in made)
