"""The pump card of a patient, and what follows from it: flow, and when the reservoir may be empty. No I/O, no clock.

Nothing is computed from a field that is not known, from a card older than the last refill, or from a dose that has
changed since that refill. Flow accuracy: +-14.5 % (SynchroMed II manual, quoted in the detector specification, section
2); the volumes and concentrations a card may hold are the ranges of such pumps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from console.ward.chart import PumpEvent
from console.ward.chart import PumpEventKind as Kind
from console.ward.difference import Difference

FLOW_TOLERANCE_PERCENT = 14.5
"""Where a card states no other (SynchroMed II manual)."""

SAME_REFILL = timedelta(hours=1)
"""A refill event so shortly after the time on the card is the refill the card tells of."""

MAXIMUM_VERSIONS = 50
"""Versions of one stay's card that count; all are kept on record."""

AHEAD = timedelta(minutes=2)
LONGEST_MODEL = 80
LONGEST_INTERVAL = timedelta(days=3650)
"""A reservoir that would last longer is a slip of the pen."""

RANGES: dict[str, tuple[float, float, str, str]] = {
    "concentration_ug_ml": (50, 4000, "µg/mL", "Concentration"),
    "dose_ug_day": (10, 3000, "µg/day", "Dose"),
    "volume_ml": (10, 40, "mL", "Volume after the refill"),
    "residual_ml": (0, 10, "mL", "Volume that cannot be used"),
    "capacity_ml": (10, 40, "mL", "Reservoir size"),
    "low_alarm_ml": (0.5, 10, "mL", "Low-reservoir volume"),
    "tolerance_percent": (1, 50, "%", "Flow tolerance"),
}
"""By field: lowest, highest, unit, words. Published doses run to about 2,000 µg/day, reservoirs hold 10 to 40 mL."""

_MILLIGRAMS = {"concentration_ug_ml": ("mg/mL", 4.0), "dose_ug_day": ("mg/day", 3.0)}
"""A number so small is most likely one in milligrams."""

_ANOTHER_FILL = frozenset({Kind.REFILL, Kind.PUMP_REPLACED, Kind.EXPLANT})
_ANOTHER_DOSE = {
    Kind.DOSE_INCREASE: "dose increase",
    Kind.DOSE_DECREASE: "dose decrease",
    Kind.CONCENTRATION_CHANGE: "change of concentration",
}
_FILL_WORDS = {Kind.REFILL: "refill", Kind.PUMP_REPLACED: "pump replacement", Kind.EXPLANT: "removal of the pump"}


class Admixture(StrEnum):
    """What the reservoir holds beside baclofen."""

    MORPHINE = "morphine"
    HYDROMORPHONE = "hydromorphone"
    FENTANYL = "fentanyl"
    CLONIDINE = "clonidine"
    ZICONOTIDE = "ziconotide"
    BUPIVACAINE = "bupivacaine"


OVERDOSE_ADMIXTURES = frozenset({Admixture.MORPHINE, Admixture.HYDROMORPHONE, Admixture.FENTANYL, Admixture.CLONIDINE})
"""Intrathecal opioid or clonidine: a risk flag of detector O (detector specification, section 2)."""


@dataclass(frozen=True, slots=True)
class PumpCard:
    """What is known of the pump of one stay; None or "" where it is not known. Baclofen, with what is mixed to it.

    volume_ml: in the reservoir after the refill at refilled_at; residual_ml: what of it cannot be delivered.
    low_alarm_at: low-reservoir date as programmed. tolerance_percent: None for the usual. at: when it was charted.
    Times UTC.
    """

    model: str = ""
    admixtures: tuple[Admixture, ...] = ()
    concentration_ug_ml: float | None = None
    dose_ug_day: float | None = None
    refilled_at: datetime | None = None
    volume_ml: float | None = None
    residual_ml: float | None = None
    capacity_ml: float | None = None
    low_alarm_ml: float | None = None
    low_alarm_at: datetime | None = None
    end_of_service: datetime | None = None
    tolerance_percent: float | None = None
    by: str = ""
    at: datetime | None = None

    @property
    def tolerance(self) -> float:
        """Flow tolerance, percent."""
        return FLOW_TOLERANCE_PERCENT if self.tolerance_percent is None else self.tolerance_percent

    @property
    def overdose_risk(self) -> bool:
        """True with an opioid or clonidine in the reservoir."""
        return not OVERDOSE_ADMIXTURES.isdisjoint(self.admixtures)


@dataclass(frozen=True, slots=True)
class Reservoir:
    """What follows from a card; None where it does not follow. Times UTC.

    low_at: when the low-reservoir alarm is due; computed: by its volume, not as programmed. earliest, latest: of
    empty_at, with the flow tolerance over the whole interval. missing: what empty_at lacks, in plain words.
    outdated: the event after which the card no longer says what the pump does, None when it does.
    """

    flow_ml_day: float | None = None
    empty_at: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    low_at: datetime | None = None
    computed: bool = False
    missing: tuple[str, ...] = ()
    outdated: PumpEvent | None = None


def reservoir(card: PumpCard, events: Sequence[PumpEvent] = ()) -> Reservoir:
    """Flow and dates of a card, unless an event has overtaken it. The card must have passed `faults`.

    A dose that changed between the refill and the charting of the card stands on the card, but did not run from the
    refill on: the low-reservoir date as programmed still holds, and nothing is computed.
    """
    overtaking = overtaken_by(card, events)
    if not overtaking:
        return calculate(card)
    newer = [e for e in overtaking if outdates(card, e)]
    return Reservoir(low_at=None if newer else card.low_alarm_at, outdated=(newer or overtaking)[0])


def calculate(card: PumpCard) -> Reservoir:
    """Flow and dates by the card alone."""
    concentration, dose, filled, volume = card.concentration_ug_ml, card.dose_ug_day, card.refilled_at, card.volume_ml
    needed = {"concentration": concentration, "dose": dose, "last refill": filled, "volume after the refill": volume}
    missing = tuple(words for words, value in needed.items() if value is None)
    flow = None if concentration is None or dose is None else dose / concentration
    if flow is None or filled is None or volume is None:
        return Reservoir(flow, low_at=card.low_alarm_at, missing=missing)
    lasts = timedelta(days=(volume - (card.residual_ml or 0.0)) / flow)
    margin = lasts * (card.tolerance / 100)
    low_at, computed = card.low_alarm_at, False
    if low_at is None and card.low_alarm_ml is not None:
        low_at, computed = filled + timedelta(days=max(0.0, volume - card.low_alarm_ml) / flow), True
    empty = filled + lasts
    return Reservoir(flow, empty, empty - margin, empty + margin, low_at, computed)


def overtaken_by(card: PumpCard, events: Sequence[PumpEvent]) -> list[PumpEvent]:
    """Events that make the card's dates wrong, oldest first: another fill or pump than the card's, or a dose changed
    since its refill (since it was charted, where it names no refill)."""
    told = card.refilled_at or card.at
    if told is None:
        return []
    fills = [e for e in events if e.kind in _ANOTHER_FILL and e.at > told + SAME_REFILL]
    doses = [e for e in events if e.kind in _ANOTHER_DOSE and e.at > told]
    return sorted((*fills, *doses), key=lambda e: e.at)


def outdates(card: PumpCard, event: PumpEvent) -> bool:
    """Whether an event of `overtaken_by` asks for a new card: a change of dose that the card knows of does not."""
    return event.kind in _ANOTHER_FILL or card.at is None or event.at > card.at


def outdated_text(event: PumpEvent) -> str:
    """The event in words: "refill", "dose increase"."""
    return _FILL_WORDS.get(event.kind) or _ANOTHER_DOSE[event.kind]


def faults(card: PumpCard, now: datetime) -> dict[str, str]:
    """What is wrong with a card, by field: one sentence each, saying what is allowed. {} when it may be charted."""
    found: dict[str, str] = {}
    for name in RANGES:
        if sentence := _range_fault(name, getattr(card, name)):
            found[name] = sentence
    if len(card.model) > LONGEST_MODEL:
        found["model"] = f"The model may have at most {LONGEST_MODEL} characters."
    for name in ("refilled_at", "low_alarm_at", "end_of_service"):
        at = getattr(card, name)
        if at is not None and at.tzinfo is None:
            found[name] = "A time needs its time zone."
    if found:
        return found
    if card.refilled_at is not None and card.refilled_at > now + AHEAD:
        found["refilled_at"] = "The last refill cannot lie in the future."
    elif card.refilled_at is not None and card.refilled_at < now - LONGEST_INTERVAL:
        found["refilled_at"] = "The last refill lies more than ten years ago."
    volume, lasts = card.volume_ml, None
    if volume is not None and card.capacity_ml is not None and volume > card.capacity_ml:
        found["volume_ml"] = f"{volume:g} mL do not go into a reservoir of {card.capacity_ml:g} mL."
    if volume is not None and card.residual_ml is not None and card.residual_ml >= volume:
        found["residual_ml"] = f"The volume that cannot be used must be under the {volume:g} mL filled in."
    if volume is not None and card.low_alarm_ml is not None and card.low_alarm_ml >= volume:
        found["low_alarm_ml"] = f"The low-reservoir volume must be under the {volume:g} mL filled in."
    if card.low_alarm_at and card.refilled_at and card.low_alarm_at <= card.refilled_at:
        found["low_alarm_at"] = "The low-reservoir date must lie after the last refill."
    if not found and volume is not None and card.dose_ug_day and card.concentration_ug_ml:
        lasts = timedelta(days=volume * card.concentration_ug_ml / card.dose_ug_day)
        if lasts > LONGEST_INTERVAL:
            found["dose_ug_day"] = "With this dose the reservoir would last over ten years. Check dose and units."
    return found


def _range_fault(name: str, value: float | None) -> str:
    if value is None:
        return ""
    low, high, unit, words = RANGES[name]
    if not math.isfinite(value):
        return f"{words}: give a number in {unit}."
    milligrams, most = _MILLIGRAMS.get(name, ("", 0.0))
    if 0 < value <= most:
        return (
            f"{value:g} looks like {milligrams}. Enter it in {unit}: {value:g} {milligrams} is {value * 1000:g} {unit}."
        )
    return "" if low <= value <= high else f"{words}: {value:g} {unit} is outside {low:g} to {high:g} {unit}."


def differences(before: PumpCard | None, after: PumpCard) -> tuple[Difference, ...]:
    """What a new version says otherwise, in words for the audit trail: "Dose: 250 -> 300 µg/day"."""
    old = before or PumpCard()
    told = []
    for field in fields(PumpCard):
        name = field.name
        was, now = getattr(old, name), getattr(after, name)
        if was == now or name in ("by", "at"):
            continue
        _, _, unit, words = RANGES.get(name, (0, 0, "", name.replace("_", " ").capitalize()))
        told.append(Difference(words, _plain(was), f"{_plain(now)} {unit}".rstrip()))
    return tuple(told)


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return f"{value:g}" if isinstance(value, float) else str(value) if value else "not known"


def standing(cards: Iterable[PumpCard]) -> tuple[PumpCard, ...]:
    """Of all versions of a stay's card, oldest first, those that count: the newest, and before it each that a later
    refill has ended. A version that a later one only corrects is dropped, unless the correction says of no date."""
    kept: list[PumpCard] = []
    for card in cards:
        while kept and _corrects(card, kept[-1]):
            kept.pop()
        kept.append(card)
    return tuple(kept)


def _corrects(later: PumpCard, earlier: PumpCard) -> bool:
    if later.refilled_at is not None and earlier.at is not None and later.refilled_at >= earlier.at:
        return False  # the earlier card cannot have told of this refill
    made = calculate(later)
    return made.empty_at is not None or made.low_at is not None or not _dates(earlier)


def _dates(card: PumpCard) -> bool:
    made = calculate(card)
    return made.empty_at is not None or made.low_at is not None
