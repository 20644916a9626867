"""Windows that open by time alone, from the pump card: the reservoir runs low, or may be empty.

Detector specification, section 2. Where it is silent: dates that had been reached when a dose changed keep their window
until the refill, the safe side; dates that had not are withdrawn with the dose. A refill that only a card tells of
opens the windows of a refill like a charted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from console.alarms.rules import WindowRules
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.pump_card import SAME_REFILL, PumpCard, Reservoir, calculate, overtaken_by, standing

RESERVOIR_LOW = "reservoir_low"
"""Kind of the window from the low-reservoir date, or some hours before the computed empty date, on."""

RESERVOIR_UNCERTAIN = "reservoir_uncertain"
"""Kind of the window in which the flow tolerance allows an empty reservoir."""

FILLS = frozenset({PumpEventKind.REFILL, PumpEventKind.PUMP_REPLACED})


class ReservoirWindow(NamedTuple):
    """start, end: UTC, end None while nobody has refilled. filled_at: the refill that ended it."""

    kind: str
    start: datetime
    end: datetime | None
    weight: int
    filled_at: datetime | None


def reservoir_windows(
    cards: Sequence[PumpCard], events: Sequence[PumpEvent], rules: WindowRules
) -> list[ReservoirWindow]:
    """Windows of a stay. cards: all versions, oldest first; events: with the refills that cards tell of."""
    found = []
    for card in standing(cards):
        overtaking = overtaken_by(card, events)
        filled = min((e.at for e in overtaking if e.kind in FILLS), default=None)
        doses = [e.at for e in overtaking if e.kind not in FILLS and e.kind is not PumpEventKind.EXPLANT]
        made, changed = _judged(card, doses)
        spans = (
            (RESERVOIR_LOW, _low_from(made, rules), rules.reservoir_low_weight, timedelta(hours=rules.tail_h)),
            (RESERVOIR_UNCERTAIN, made.earliest, rules.reservoir_uncertain_weight, timedelta()),
        )
        for kind, start, weight, tail in spans:
            withdrawn = start is None or (changed is not None and start > changed)
            if start is None or withdrawn or not weight or (filled is not None and filled <= start):
                continue
            found.append(ReservoirWindow(kind, start, None if filled is None else filled + tail, weight, filled))
    return found


def _judged(card: PumpCard, doses: Sequence[datetime]) -> tuple[Reservoir, datetime | None]:
    """The dates that held, and when a change of dose withdrew them."""
    later = [at for at in doses if card.at is None or at > card.at]
    programmed_only = len(later) < len(doses)
    made = Reservoir(low_at=card.low_alarm_at) if programmed_only else calculate(card)
    return made, min(later, default=None)


def _low_from(made: Reservoir, rules: WindowRules) -> datetime | None:
    dates = [] if made.low_at is None else [made.low_at]
    if made.empty_at is not None:
        dates.append(made.empty_at - timedelta(hours=rules.empty_ahead_h))
    return min(dates, default=None)


def told_refills(cards: Sequence[PumpCard], events: Sequence[PumpEvent]) -> list[PumpEvent]:
    """Refills that cards tell of and nobody has charted as an event; delivery is not confirmed by them."""
    known = [e.at for e in events if e.kind in FILLS]
    found = []
    for card in standing(cards):
        at = card.refilled_at
        if at is not None and all(abs(at - other) > SAME_REFILL for other in known):
            found.append(PumpEvent(PumpEventKind.REFILL, at, card.by, note="from the pump card"))
    return found
