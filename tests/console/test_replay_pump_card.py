"""The pump card of a replayed patient opens windows by time alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.replay.context import EPOCH, load_context
from console.replay.rows import ReplayError, Row
from console.replay.runner import PatientReplay
from console.rules import load_rules

CARD = {"concentration_ug_ml": 500, "dose_ug_day": 250, "refill_hours": -950, "volume_ml": 20}


def context(tmp_path: Path, card: object, **more: object):
    path = tmp_path / "context.json"
    path.write_text(json.dumps({"P": {"pump_events": [], "pump_card": card, **more}}))
    return load_context(path).case("P")


@pytest.mark.parametrize(("refill", "weight"), [(-950, 2), (-900, 1), (-400, 0)])
def test_the_weight_follows_the_time_since_the_refill(tmp_path, refill, weight):
    case = context(tmp_path, CARD | {"refill_hours": refill})
    replay = PatientReplay(case, load_rules(), Row("P", 0.0, ()))
    replay.bed.advance(EPOCH + 60, case.patient.admitted_at)
    assert replay.bed.views()[0].window_weight == weight


def test_the_keys_of_the_card(tmp_path):
    card = context(
        tmp_path, CARD | {"admixtures": ["morphine"], "low_alarm_hours": 5, "hours": 2, "model": None}
    ).pump_card
    assert (card.admixtures, card.overdose_risk, card.model) == (("morphine",), True, "")
    assert (card.low_alarm_at.timestamp(), card.at.timestamp()) == (EPOCH + 5 * 3600, EPOCH + 2 * 3600)
    assert context(tmp_path, None).pump_card is None


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ([], "pump_card must be an object"),
        ({"dose": 250}, "pump_card: 'dose' is not known"),
        ({"dose_ug_day": "250"}, "must be a number"),
        ({"dose_ug_day": 0.25}, "looks like mg/day"),
        ({"refill_hours": 3}, "cannot lie in the future"),
        ({"admixtures": ["water"]}, "admixture 'water' is not known"),
    ],
)
def test_a_bad_card_is_refused_in_one_sentence(tmp_path, card, words):
    with pytest.raises(ReplayError, match=words):
        context(tmp_path, card)
