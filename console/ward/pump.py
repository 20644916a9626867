"""What the ward knows of a patient's pump, in one line, from the charted events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from console.ward.chart import PumpEvent
from console.ward.chart import PumpEventKind as Kind


class PumpState(StrEnum):
    """What the ward knows of delivery; drawn as a neutral glyph: check, cross, exclamation mark, dash."""

    RUNNING = "running"
    STOPPED = "stopped"
    UNDER_DELIVERY = "under_delivery"
    NOT_CONFIRMED = "not_confirmed"


@dataclass(frozen=True, slots=True)
class PumpSummary:
    """Pump context in one line: "Stopped", "Refilled", "Repaired", since when (UTC), and the event behind it."""

    state: PumpState
    text: str
    since: datetime | None = None
    detail: str = ""


_STOPS = {
    Kind.PUMP_STALL: "Motor stall",
    Kind.EMPTY_RESERVOIR: "Reservoir empty",
    Kind.END_OF_SERVICE: "End of service",
    Kind.CRITICAL_ALARM: "Critical pump alarm",
    Kind.PUMP_STOPPED: "Stopped",
    Kind.PUMP_STOPPED_OVERDOSE: "Stopped for overdose",
    Kind.EXPLANT: "Explanted",
}
_MENDS = {
    Kind.RESTORED: "Restored",
    Kind.PUMP_REPLACED: "Replaced",
    Kind.REFILL: "Refilled",
    Kind.CATHETER_REVISION: "Catheter revised",
    Kind.INTERROGATED_OK: "Interrogated",
}
_CHANGES = {
    Kind.DOSE_INCREASE: "Dose increased",
    Kind.DOSE_DECREASE: "Dose decreased",
    Kind.CONCENTRATION_CHANGE: "Concentration changed",
    Kind.BOLUS: "Bolus",
    Kind.DYE_STUDY: "Dye study",
}


def summarise(events: Sequence[PumpEvent], known: bool, now: datetime) -> PumpSummary:
    """The state of delivery after the events up to `now` (UTC). known: somebody has said what the pump does.

    A stopped pump counts as running again only when a person has confirmed the event that mended it (detector
    specification, section 2); medicines by mouth or vein say nothing about the pump.
    """
    state = PumpState.RUNNING if known else PumpState.NOT_CONFIRMED
    summary = PumpSummary(state, "Running" if known else "Pump state not known")
    for event in sorted((e for e in events if e.at <= now), key=lambda e: e.at):
        summary = _after(summary, event)
    return summary


def _after(before: PumpSummary, event: PumpEvent) -> PumpSummary:
    kind, stopped = event.kind, before.state in (PumpState.STOPPED, PumpState.UNDER_DELIVERY)
    if kind in _STOPS:
        return _summary(PumpState.STOPPED, _STOPS[kind], event)
    if kind is Kind.LOW_RESERVOIR_ALARM:
        stays = before.state is PumpState.STOPPED
        return before if stays else _summary(PumpState.UNDER_DELIVERY, "Low reservoir", event)
    if kind in _MENDS:
        running = before.state is PumpState.RUNNING
        sure = event.confirmed or running or (kind is Kind.INTERROGATED_OK and not stopped)
        state = PumpState.RUNNING if sure else PumpState.NOT_CONFIRMED
        return _summary(state, _MENDS[kind] if sure else f"{_MENDS[kind]}, not confirmed", event)
    if kind is Kind.MRI:
        return before if stopped else _summary(PumpState.NOT_CONFIRMED, "MRI, not interrogated", event)
    if kind in _CHANGES and not stopped:
        percent = "" if event.percent is None else f" {event.percent:g} %"
        return _summary(before.state, f"{_CHANGES[kind]}{percent}", event)
    return before


def _summary(state: PumpState, text: str, event: PumpEvent) -> PumpSummary:
    return PumpSummary(state, text, event.at, event.note)
