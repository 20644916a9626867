"""What a person has chosen in the filters of the history, as it is saved, and the filter it stands for. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.alarms.alarm import Kind, Priority
from console.store.records import HistoryFilter, HistoryState, Sort

PERIOD = "From – to"
LAST_NIGHT = "Last night"
SPANS: dict[str, timedelta | None] = {
    "Last 24 h": timedelta(hours=24),
    "Last 8 h": timedelta(hours=8),
    LAST_NIGHT: None,
    "Last 72 h": timedelta(hours=72),
    "Last 7 days": timedelta(days=7),
    "Last 30 days": timedelta(days=30),
    "All": None,
    PERIOD: None,
}
NIGHT_BEGINS, NIGHT_ENDS = 19, 7
"""Hours of the ward's clock between which it is night."""

PRIORITIES = tuple(priority.word for priority in sorted(Priority, reverse=True))
KINDS = tuple(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Choice:
    """span: a word of SPANS; start and end count with PERIOD alone (UTC). bed, state, answered_by, patient: "" for any.
    priorities, kinds: those wanted; none of them means that nothing is wanted."""

    span: str = "Last 24 h"
    start: datetime | None = None
    end: datetime | None = None
    bed: str = ""
    priorities: tuple[str, ...] = PRIORITIES
    kinds: tuple[str, ...] = KINDS
    state: str = ""
    answered_by: str = ""
    unanswered: bool = False
    patient: str = ""
    search: str = ""
    sort: Sort = Sort.RAISED
    descending: bool = True

    @property
    def empty(self) -> bool:
        """Nothing is wanted."""
        return not self.priorities or not self.kinds

    def filter(self, now: datetime, zone: ZoneInfo) -> HistoryFilter:
        """The filter as of now (UTC), on the ward's clock."""
        start, end = self.times(now, zone)
        return HistoryFilter(
            start,
            end,
            (self.bed,) if self.bed else (),
            # All of them is no restriction.
            () if len(self.kinds) == len(KINDS) else self.kinds,
            () if len(self.priorities) == len(PRIORITIES) else self.priorities,
            patient=self.patient,
            states=(self.state,) if self.state else (),
            answered_by=self.answered_by,
            unanswered=self.unanswered,
            search=self.search.strip(),
            sort=self.sort,
            descending=self.descending,
        )

    def times(self, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From when until when; None where it is open."""
        if self.span == PERIOD:
            return self.start, self.end
        if self.span == LAST_NIGHT:
            return last_night(now, zone)
        span = SPANS[self.span]
        return None if span is None else now - span, None


def last_night(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The night that is, or that was last: from 19:00 to 07:00 on the ward's clock, as UTC."""
    local = now.astimezone(zone)
    begins = local.replace(hour=NIGHT_BEGINS, minute=0, second=0, microsecond=0, fold=0)
    if begins > local:
        begins -= timedelta(days=1)
    ends = (begins + timedelta(days=1)).replace(hour=NIGHT_ENDS)
    return begins.astimezone(now.tzinfo), ends.astimezone(now.tzinfo)


_EMERGENCIES = Choice(
    LAST_NIGHT, priorities=("high",), kinds=(Kind.WITHDRAWAL.value, Kind.OVERDOSE.value), unanswered=True
)
BUILT_IN: dict[str, Choice] = {
    "Unanswered emergencies of the night": _EMERGENCIES,
    "Unanswered, last 24 h": Choice(unanswered=True),
    "Ended, not seen": Choice("All", state=HistoryState.UNSEEN.value),
    "Slowest answers, last 7 days": Choice("Last 7 days", sort=Sort.RESPONSE),
    "Technical, last 7 days": replace(Choice("Last 7 days"), kinds=(Kind.TECHNICAL.value,)),
}
"""Filters every station has."""
