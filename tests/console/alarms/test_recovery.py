"""The time after a repair that the charts shade: from when, until when, and for which repair."""

from __future__ import annotations

import pytest

from console.alarms.detector_rules import RulesError
from console.alarms.recovery import HOUR, Recovery
from console.rules import load_rules
from tests.console.alarms.pattern_ward import T0, Ward


def recovery(ward: Ward) -> Recovery | None:
    """As the view of detector W shows it after the minute."""
    ward.minute()
    return ward.monitor.views()[0].recovery


def test_it_lasts_from_4_to_72_hours_after_the_repair_with_a_mark_at_42_9() -> None:
    ward = Ward()
    ward.pump("pump_stall", hours_ago=30)
    ward.pump("restored", hours_ago=2)
    at = T0 - 2 * HOUR
    assert recovery(ward) == Recovery(at + 4 * HOUR, at + 72 * HOUR, at + 42.9 * HOUR)


def test_detector_o_has_none_of_its_own() -> None:
    ward = Ward()
    ward.pump("restored", hours_ago=2)
    ward.minute()
    assert ward.monitor.views()[1].recovery is None


def test_without_a_confirmed_repair_nothing_is_shaded() -> None:
    ward = Ward()
    assert recovery(ward) is None
    ward.pump("pump_stall", hours_ago=30)
    ward.pump("pump_replaced", hours_ago=2)
    assert recovery(ward) is None


def test_a_confirmed_replacement_is_a_repair() -> None:
    ward = Ward()
    ward.pump("pump_stall", hours_ago=30)
    ward.pump("pump_replaced", hours_ago=2, confirmed=True)
    assert recovery(ward) is not None


def test_a_pump_that_stops_again_ends_it() -> None:
    ward = Ward()
    ward.pump("restored", hours_ago=20)
    ward.pump("pump_stall", hours_ago=1)
    assert recovery(ward) is None


def test_the_mark_must_lie_inside() -> None:
    with pytest.raises(RulesError, match="must rise"):
        load_rules({"windows": {"recovery_mark_h": 80}})
