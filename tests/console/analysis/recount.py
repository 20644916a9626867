"""The figures of the analysis counted a second time, from the raw journal, by plain loops.

Written from the definitions alone: nothing of the console is imported here. The journal is read by SQL and JSON; hours
with values are given by whoever stored them.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

TEN_MINUTES = timedelta(minutes=10)
WORD = {1: "low", 2: "medium", 3: "high"}


@dataclass
class Occurrence:
    """One alarm, as its steps tell it. answers: acknowledgements since it last stepped up that stand, oldest first;
    called: since when it called for them: its onset, or the step up that came after an answer."""

    id: str
    raised: datetime
    bed: str = ""
    patient: str = ""
    kind: str = ""
    key: str = ""
    text: str = ""
    priority: int = 0
    ended: datetime | None = None
    demo: bool = False
    called: datetime = datetime.min
    answers: list[datetime] = field(default_factory=list)

    @property
    def answered(self) -> datetime | None:
        return self.answers[0] if self.answers else None


def occurrences(file: Path) -> list[Occurrence]:
    """Every alarm of the journal, by the time it was raised."""
    found: dict[str, Occurrence] = {}
    with closing(sqlite3.connect(file)) as database:
        for alarm_id, change, body in database.execute("SELECT alarm_id, change, body FROM transition ORDER BY number"):
            step = json.loads(body)
            told = step["alarm"]
            raised = datetime.fromisoformat(told["raised_at"])
            one = found.setdefault(alarm_id, Occurrence(alarm_id, raised, called=raised))
            condition = told["condition"]
            one.bed, one.patient, one.demo = told["bed"], told["patient_id"], told["demo"]
            one.kind, one.key, one.text = condition["kind"], condition["key"], condition["text"]
            one.priority = max(one.priority, told["highest"], condition["priority"])
            one.ended = None if told["ended_at"] is None else datetime.fromisoformat(told["ended_at"])
            if change == "acknowledge":
                one.answers.append(datetime.fromisoformat(told["acknowledged"]["at"]))
            elif change == "unacknowledge":
                one.answers.pop()
            elif change == "escalate" and one.answers:
                one.called, one.answers = datetime.fromisoformat(step["at"]), []
    for one in found.values():
        if one.key.startswith("technical:late_data:"):
            one.key = one.key[: one.key.rindex(":")]
    return sorted(found.values(), key=lambda one: one.raised)


def record_begins(file: Path) -> datetime:
    """The first alarm or act on record."""
    with closing(sqlite3.connect(file)) as database:
        first = [at for (at,) in database.execute("SELECT MIN(at) FROM audit") if at is not None]
    times = [datetime.fromtimestamp(at / 1e6, UTC) for at in first] + [one.raised for one in occurrences(file)]
    return min(times)


def stays(file: Path, beds: Sequence[str]) -> list[tuple[datetime, datetime | None]]:
    """Admission and discharge of every patient who is not invented."""
    found = []
    with closing(sqlite3.connect(file)) as database:
        for bed, came, went, patient in database.execute("SELECT bed, admitted_at, discharged_at, patient FROM stay"):
            if (not beds or bed in beds) and not json.loads(patient).get("demo", False):
                found.append((_time(came), None if went is None else _time(went)))
    return found


def _time(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


@dataclass
class Recount:
    """The same figures; see `recount`."""

    start: datetime
    end: datetime
    alarms: list[Occurrence]
    everything: list[Occurrence]
    values: list[tuple[str, datetime]]
    admitted: list[tuple[datetime, datetime | None]]
    zone: ZoneInfo

    # --- loads ---------------------------------------------------------------------------------------------------

    def loads(self) -> dict[tuple[str, int], tuple[int, int, int]]:
        """By kind and priority: alarms, those at a bed since values are stored, those of a patient."""
        since = self.values_since()
        found: dict[tuple[str, int], list[int]] = {}
        for one in self.alarms:
            counts = found.setdefault((one.kind, one.priority), [0, 0, 0])
            counts[0] += 1
            counts[1] += one.bed != "" and since is not None and one.raised >= since
            counts[2] += one.patient != ""
        return {which: (a, b, c) for which, (a, b, c) in found.items()}

    def values_since(self) -> datetime | None:
        if not self.values:
            return None
        first = min(at for _, at in self.values).replace(minute=0, second=0, microsecond=0)
        since = max(self.start, first)
        return since if since < self.end else None

    def bed_days(self) -> float:
        hours = {(bed, at.replace(minute=0, second=0, microsecond=0)) for bed, at in self.values}
        total = 0.0
        for _, hour in hours:
            total += max(0.0, (min(self.end, hour + timedelta(hours=1)) - max(self.start, hour)).total_seconds())
        return total / 86_400

    def patient_days(self) -> float:
        total = 0.0
        for came, went in self.admitted:
            over = self.end if went is None else min(went, self.end)
            total += max(0.0, (over - max(came, self.start)).total_seconds())
        return total / 86_400

    # --- time ----------------------------------------------------------------------------------------------------

    def by_hour(self) -> list[tuple[int, int, int, float]]:
        """Low, medium, high, and hours that existed, of each hour of the day: minute by minute."""
        counts = [[0, 0, 0] for _ in range(24)]
        for one in self.alarms:
            counts[one.raised.astimezone(self.zone).hour][one.priority - 1] += 1
        there = [0.0] * 24
        at = self.start
        while at < self.end:
            # The clock of a ward changes its hour on whole minutes alone.
            following = min(self.end, at.replace(second=0, microsecond=0) + timedelta(minutes=1))
            there[at.astimezone(self.zone).hour] += (following - at).total_seconds() / 3600
            at = following
        return [(*counts[hour], there[hour]) for hour in range(24)]

    def stale(self) -> dict[date, int]:
        """Days on which alarms stood for more than a day, with how many."""
        found: Counter[date] = Counter()
        day = self.start.astimezone(self.zone).date()
        while day <= self.end.astimezone(self.zone).date():
            begin = max(self.start, self._midnight(day))
            finish = min(self.end, self._midnight(day + timedelta(days=1)))
            for one in self.everything:
                old = one.raised + timedelta(hours=24)
                if begin < finish and max(begin, old) < (finish if one.ended is None else min(finish, one.ended)):
                    found[day] += 1
            day += timedelta(days=1)
        return dict(found)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    # --- bursts --------------------------------------------------------------------------------------------------

    def _windows(self) -> list[list[Occurrence]]:
        """For each alarm, all of the ten minutes that begin with it."""
        found = []
        for index, first in enumerate(self.alarms):
            window = []
            for one in self.alarms[index:]:
                if one.raised - first.raised >= TEN_MINUTES:
                    break
                window.append(one)
            found.append(window)
        return found

    def peak(self) -> int:
        return max((len(window) for window in self._windows()), default=0)

    def floods(self) -> list[tuple[datetime, datetime, int, int]]:
        """Start, end, alarms and peak of each episode."""
        episodes: list[dict[str, Any]] = []
        for window in self._windows():
            if len(window) <= 10:
                continue
            if episodes and window[0].id in episodes[-1]["ids"]:
                episodes[-1]["ids"].update(one.id for one in window)
                episodes[-1]["end"] = max(episodes[-1]["end"], window[-1].raised)
                episodes[-1]["peak"] = max(episodes[-1]["peak"], len(window))
            else:
                ids = {one.id for one in window}
                episodes.append({"start": window[0].raised, "end": window[-1].raised, "ids": ids, "peak": len(window)})
        return [(e["start"], e["end"], len(e["ids"]), e["peak"]) for e in episodes]

    def periods(self) -> tuple[int, int]:
        """Ten-minute periods of the span, and those in flood."""
        total = in_flood = 0
        at = self.start
        while at < self.end:
            total += 1
            in_flood += sum(at <= one.raised < at + TEN_MINUTES for one in self.alarms) > 10
            at += TEN_MINUTES
        return total, in_flood

    def in_flood_periods(self) -> set[str]:
        found: set[str] = set()
        at = self.start
        while at < self.end:
            inside = [one.id for one in self.alarms if at <= one.raised < at + TEN_MINUTES]
            found.update(inside if len(inside) > 10 else ())
            at += TEN_MINUTES
        return found

    def chattering(self) -> set[str]:
        """Alarms of bursts: three or more of one condition at one bed within a minute."""
        found: set[str] = set()
        for first in self.alarms:
            burst = [
                one.id
                for one in self.alarms
                if (one.bed, one.key) == (first.bed, first.key)
                and timedelta() <= one.raised - first.raised < timedelta(minutes=1)
            ]
            if len(burst) >= 3:
                found.update(burst)
        return found

    def fleeting(self) -> set[str]:
        return {one.id for one in self.alarms if one.ended and one.ended - one.raised < timedelta(seconds=30)}

    # --- answers -------------------------------------------------------------------------------------------------

    def answering(self, priority: int) -> tuple[int, int, float | None, float | None, int]:
        """Alarms, answered, median and 90th percentile in seconds, ended before anyone came."""
        these = [one for one in self.alarms if one.priority == priority]
        took = sorted(max(0.0, (one.answered - one.called).total_seconds()) for one in these if one.answered)
        alone = [one for one in these if one.ended and (one.answered is None or one.answered > one.ended)]
        return len(these), len(took), percentile(took, 0.5), percentile(took, 0.9), len(alone)

    def unanswered(self) -> set[str]:
        return {one.id for one in self.alarms if one.answered is None}

    def ended_before(self) -> set[str]:
        return {o.id for o in self.alarms if o.ended and (o.answered is None or o.answered > o.ended)}

    def frequent(self, of: Iterable[Occurrence] | None = None) -> list[tuple[str, str, int]]:
        """The ten most frequent conditions: bed, key, alarms."""
        counted = Counter((one.bed, one.key) for one in (self.alarms if of is None else of))
        return [(*which, count) for which, count in sorted(counted.items(), key=lambda c: (-c[1], c[0]))[:10]]

    def chatter(self) -> list[tuple[str, str, int]]:
        chattering = self.chattering()
        return self.frequent(one for one in self.alarms if one.id in chattering)


def percentile(ordered: Sequence[float], part: float) -> float | None:
    """Between two ranks in proportion: rank 1 + part x (n - 1)."""
    if not ordered:
        return None
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def recount(
    file: Path,
    start: datetime,
    end: datetime,
    now: datetime,
    zone: ZoneInfo,
    values: Iterable[tuple[str, datetime]],
    beds: Sequence[str] = (),
    kinds: Sequence[str] = (),
) -> Recount:
    """Everything about the alarms raised in [start, end) that is on record at `now`. values: bed and time of each."""

    def counts(one: Occurrence) -> bool:
        return not one.demo and (not beds or one.bed in beds) and (not kinds or one.kind in kinds)

    begin = min(max(start, record_begins(file)), end)
    finish = max(begin, min(end, now))
    everything = [one for one in occurrences(file) if counts(one)]
    inside = [one for one in everything if begin <= one.raised < finish]
    stored = [(bed, at) for bed, at in values if not beds or bed in beds]
    return Recount(begin, finish, inside, everything, stored, stays(file, beds), zone)


def week_earlier(at: datetime, zone: ZoneInfo) -> datetime:
    """The same time of day on the ward's clock, seven days before."""
    local = at.astimezone(zone)
    shown = datetime.combine(local.date() - timedelta(days=7), local.time(), zone).replace(fold=local.fold)
    return shown.astimezone(UTC)
