"""The pump card in words: one line for the head of a bed, the computed dates for the sheet. Free of Qt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from console.ward.pump_card import PumpCard, Reservoir, outdated_text, outdates


def read_number(text: str) -> tuple[float | None, str]:
    """(number, "") of what was typed, None for nothing; or (None, why it cannot be read)."""
    words = text.strip().replace(",", ".")
    if not words:
        return None, ""
    try:
        return float(words), ""
    except ValueError:
        return None, f"“{text.strip()}” is not a number. Leave the field empty when it is not known."


def time_words(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A date as the ward says it; with the year where it is not this one."""
    local = at.astimezone(zone)
    year = " %Y" if local.year != now.astimezone(zone).year else ""
    return local.strftime(f"%d %b{year} %H:%M")


def _date(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    return time_words(at, zone, now).rpartition(" ")[0]


def outlook_words(card: PumpCard, made: Reservoir, zone: ZoneInfo, now: datetime) -> str:
    """What the reservoir does by the card, in one line."""
    if made.outdated is not None:
        what, when = outdated_text(made.outdated), time_words(made.outdated.at, zone, now)
        if outdates(card, made.outdated):
            return f"Card is older than the {what} of {when}; empty date not known"
        return f"Dose changed since the refill ({what} of {when}); empty date not known"
    if made.earliest is None:
        return f"Empty date not known: {', '.join(made.missing)} missing"
    return f"Reservoir may be empty from {time_words(made.earliest, zone, now)} (computed, ±{card.tolerance:g} %)"


def low_words(made: Reservoir, zone: ZoneInfo, now: datetime) -> str:
    """The low-reservoir date, "" where none is known."""
    if made.low_at is None:
        return ""
    how = "computed" if made.computed else "as programmed"
    reached = " – reached" if made.low_at <= now else ""
    return f"Low reservoir {time_words(made.low_at, zone, now)} ({how}){reached}"


def sheet_lines(card: PumpCard, made: Reservoir, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """The computed dates, a line each."""
    if made.flow_ml_day is not None:
        yield f"Flow {made.flow_ml_day:.3g} mL/day"
    yield outlook_words(card, made, zone, now)
    if made.empty_at is not None and made.latest is not None:
        yield f"Computed empty {time_words(made.empty_at, zone, now)}, latest {time_words(made.latest, zone, now)}"
    if low := low_words(made, zone, now):
        yield low


def head_line(card: PumpCard | None, made: Reservoir | None, zone: ZoneInfo, now: datetime) -> str:
    """The card for the head of a bed: the reservoir first, what is delivered after it; "" without a card."""
    if card is None or made is None:
        return ""
    delivers = [] if card.dose_ug_day is None else [f"baclofen {card.dose_ug_day:g} µg/day"]
    delivers += [] if card.concentration_ug_ml is None else [f"{card.concentration_ug_ml:g} µg/mL"]
    delivers += [f"with {', '.join(card.admixtures)}"] if card.admixtures else []
    low = low_words(made, zone, now)
    late = low if made.low_at is not None and made.low_at <= now else ""
    end = "" if card.end_of_service is None else f"end of service {_date(card.end_of_service, zone, now)}"
    outlook = outlook_words(card, made, zone, now)
    if made.outdated is None and made.earliest is not None:
        outlook = f"May be empty {time_words(made.earliest, zone, now)} ±{card.tolerance:g} %"  # all the room there is
    parts = [late, outlook, *delivers, "" if late else low, end]
    return " · ".join(part for part in parts if part)
