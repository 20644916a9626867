"""Which time a report covers: shifts by the ward's clock, spans before now, whole stays, a recovery. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from console.link.reports import Episode, ReportKind

SHIFTS_OFFERED = 7
BEFORE_REPAIR = timedelta(hours=4)
AFTER_REPAIR = timedelta(hours=76)
"""Four hours either side of the band of 4 to 72 h (detector specification, section 5)."""

LONGEST_STAY = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Window:
    """What a person may choose. start, end: UTC."""

    name: str
    start: datetime
    end: datetime
    restored_at: datetime | None = None


def shifts(begins: Sequence[tuple[int, int]], now: datetime, zone: ZoneInfo) -> list[Window]:
    """The shift that runs and those before it, the newest first."""
    today = now.astimezone(zone).date()
    edges = sorted(
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(now.tzinfo)
        for back in range(-1, 8)
        for hour, minute in begins
        for day in (today - timedelta(days=back),)
    )
    found = [(a, b) for a, b in pairwise(edges) if a < now]
    made = []
    for number, (start, end) in enumerate(reversed(found[-SHIFTS_OFFERED:])):
        local, over = start.astimezone(zone), end.astimezone(zone)
        name = "This shift" if number == 0 else "Last shift" if number == 1 else f"{local:%a %d %b}"
        made.append(Window(f"{name}, {local:%H:%M} to {over:%H:%M}", start, end))
    return made


def of_episode(episode: Episode, now: datetime) -> list[Window]:
    """Spans before now, or before a patient left."""
    end = episode.ended_at or now
    spans = [("Last 8 h", 8), ("Last 24 h", 24), ("Last 72 h", 72), ("Last 7 days", 168)]
    of = " of the stay" if episode.ended_at else ""
    found = [Window(f"{name}{of}", end - timedelta(hours=hours), end) for name, hours in spans]
    whole = max(episode.admitted_at, end - LONGEST_STAY)
    name = "Whole stay" if whole == episode.admitted_at else "Last 31 days of the stay"
    return [*found, Window(name, whole, max(end, whole + timedelta(minutes=1)))]


def of_recovery(episode: Episode, zone: ZoneInfo) -> list[Window]:
    """Every confirmed return of delivery, the newest first."""
    return [
        Window(f"Restored {at.astimezone(zone):%d %b %H:%M}", at - BEFORE_REPAIR, at + AFTER_REPAIR, at)
        for at in reversed(episode.restorations)
    ]


def of_ward(now: datetime) -> list[Window]:
    """Spans for the load of the ward."""
    spans = (("Last 24 h", 1), ("Last 7 days", 7), ("Last 31 days", 31))
    return [Window(name, now - timedelta(days=days), now) for name, days in spans]


def choices(
    kind: ReportKind, episode: Episode | None, begins: Sequence[tuple[int, int]], now: datetime, zone: ZoneInfo
) -> list[Window]:
    """What is offered for a report; the first is taken unless another is chosen."""
    if kind is ReportKind.HANDOVER:
        return shifts(begins, now, zone)
    if kind is ReportKind.LOAD:
        return of_ward(now)
    if episode is None:
        return []
    return of_episode(episode, now) if kind is ReportKind.EPISODE else of_recovery(episode, zone)
