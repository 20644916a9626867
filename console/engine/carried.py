"""What goes with a patient from one bed of the ward to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.alarms.carried import CarriedAlarms
from console.engine.trend import TrendKeeper
from console.ward.chart import NurseObservation, PumpEvent
from console.ward.pump_card import PumpCard


@dataclass(frozen=True, slots=True)
class CarriedStay:
    """Made by `Bed.hand_over`, used up by `Bed.take_over`. standby: the reason and since when."""

    alarms: CarriedAlarms
    pump_events: list[PumpEvent]
    findings: list[NurseObservation]
    pump_cards: tuple[PumpCard, ...]
    standby: tuple[str, datetime | None]
    trend: TrendKeeper
    last_alarm: str
