"""The pump card of a recorded patient, from the key `pump_card` of his context.

Keys, all optional: `model`, `admixtures` (a list), `concentration_ug_ml`, `dose_ug_day`, `volume_ml`, `residual_ml`,
`capacity_ml`, `low_alarm_ml`, `tolerance_percent`; and as hours on the axis of the recording `refill_hours`,
`low_alarm_hours`, `hours` (when the card was charted, 0 where it is not said).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from console.ward.pump_card import RANGES, Admixture, PumpCard, faults

TIMES = {"refill_hours": "refilled_at", "low_alarm_hours": "low_alarm_at", "hours": "at"}
KEYS = ("model", "admixtures", *RANGES, *TIMES)


def read_card(given: Any, time_of: Callable[[Any], datetime]) -> PumpCard | None:
    """The card, None where there is none. time_of: hours to UTC. Raises ValueError naming the key."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ValueError("pump_card must be an object or null")
    values: dict[str, Any] = {"at": time_of(0)}
    for key, value in given.items():
        if key not in KEYS:
            raise ValueError(f"pump_card: '{key}' is not known; known are {', '.join(KEYS)}")
        if value is None:
            continue
        if key in TIMES:
            values[TIMES[key]] = time_of(value)
        elif key in RANGES:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"pump_card: {key} '{value}' must be a number")
            values[key] = float(value)
        elif key == "admixtures":
            values[key] = _admixtures(value)
        else:
            values[key] = str(value)
    card = PumpCard(**values)
    if wrong := faults(card, values["at"]):
        raise ValueError(f"pump_card: {' '.join(wrong.values())}")
    return card


def _admixtures(given: Any) -> tuple[Admixture, ...]:
    if not isinstance(given, list):
        raise ValueError("pump_card: admixtures must be a list")
    for name in given:
        if name not in set(Admixture):
            raise ValueError(f"pump_card: admixture '{name}' is not known; known are {', '.join(Admixture)}")
    return tuple(Admixture(name) for name in given)
