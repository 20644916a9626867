"""Every figure counted a second time from the raw journal, on randomised pasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.alarms.alarm import Kind, Priority
from console.analysis.desk import AnalysisDesk
from console.clock import VirtualClock
from console.link.analysis import Answer, Figures, Measure, Part, Question
from console.link.people import OpenGate
from console.store.sql_store import open_store
from tests.console.analysis import past_alarms
from tests.console.analysis.past_alarms import BEDS, Past
from tests.console.analysis.recount import Recount, recount, week_earlier

AUTUMN = datetime(2026, 10, 28, 9, 17, 23, 456_789, tzinfo=UTC)
SPRING = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)

CASES = [
    # seed, zone, now, days of the past, span before now, end before now, beds, kinds
    (1, "Europe/London", AUTUMN, 16, 24, 0, (), ()),
    (2, "Europe/London", AUTUMN, 16, 168, 0, (), ()),
    (3, "Europe/London", AUTUMN, 45, 720, 0, (), ()),
    (4, "Europe/London", SPRING, 16, 168, 0, BEDS[:2], ()),
    (5, "Australia/Lord_Howe", datetime(2026, 10, 6, 3, 30, tzinfo=UTC), 16, 100, 0, (), ("limit", "technical")),
    (6, "Asia/Kathmandu", AUTUMN, 12, 200.5, 30.25, ("",), ()),
    (7, "America/New_York", datetime(2026, 11, 3, 12, tzinfo=UTC), 16, 150, 5, (), ("withdrawal", "overdose")),
    (8, "Europe/London", AUTUMN, 3, 720, 0, (), ()),
    (9, "UTC", AUTUMN, 9, 48, -24, (BEDS[0],), ("technical",)),
    (10, "Europe/London", AUTUMN, 16, 72, 60, (), ()),
]


Counted = tuple[Answer, Past]


@contextmanager
def opened(past: Past) -> Iterator[AnalysisDesk]:
    clock = VirtualClock(past.now.timestamp())
    store = open_store(past.url, clock=clock)
    desk = AnalysisDesk(store, clock, lambda: past.config, Path("nowhere"), OpenGate())
    try:
        yield desk
    finally:
        desk.close()
        store.close()


@pytest.fixture(scope="module", params=CASES, ids=[f"seed{case[0]}" for case in CASES])
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    seed, zone, now, days, before, until, beds, kinds = request.param
    start, end = now - timedelta(hours=before), now - timedelta(hours=until)
    week, late = start - timedelta(days=7), now - timedelta(days=2, minutes=10)
    edges = (start, min(end, now - timedelta(minutes=1)), week, late)
    past = past_alarms.make(tmp_path_factory.mktemp("past") / "ward.db", seed, zone, now, days, edges)
    with opened(past) as desk:
        return desk.ask(Question(start, end, beds, tuple(Kind(kind) for kind in kinds))).result(30), past


def again(told: Answer, past: Past, before: bool = False) -> Recount:
    start, end = told.question.start, told.question.end
    if before:
        start, end = (week_earlier(at, past.zone) for at in (start, end))
    kinds = tuple(kind.value for kind in told.question.kinds)
    return recount(past.file, start, end, past.now, past.zone, past.values, told.question.beds, kinds)


@pytest.mark.parametrize("before", [False, True], ids=["span", "week before"])
class TestEveryFigure:
    def both(self, counted: Counted, before: bool) -> tuple[Figures, Recount]:
        told, past = counted
        return told.before if before else told.now, again(told, past, before)

    def test_span_and_number(self, counted, before) -> None:
        mine, other = self.both(counted, before)
        assert (mine.span.start, mine.span.end) == (other.start, other.end)
        assert mine.alarms == len(other.alarms)

    def test_loads_and_denominators(self, counted, before) -> None:
        mine, other = self.both(counted, before)
        found = {
            (load.kind.value, int(load.priority)): (load.alarms, load.at_beds, load.of_patients) for load in mine.loads
        }
        assert found == other.loads()
        assert mine.bed_days == pytest.approx(other.bed_days(), abs=1e-9)
        assert mine.patient_days == pytest.approx(other.patient_days(), abs=1e-9)
        assert mine.values_since == other.values_since()
        at_beds, of_patients = (sum(counts[n] for counts in other.loads().values()) for n in (1, 2))
        for measure, count, days in (
            (Measure.PER_BED_DAY, at_beds, other.bed_days()),
            (Measure.PER_PATIENT_DAY, of_patients, other.patient_days()),
        ):
            assert mine.value(measure) == (pytest.approx(count / days) if days else None)

    def test_hours_of_the_day(self, counted, before) -> None:
        mine, other = self.both(counted, before)
        assert [(h.low, h.medium, h.high) for h in mine.by_hour] == [row[:3] for row in other.by_hour()]
        assert [h.hours for h in mine.by_hour] == pytest.approx([row[3] for row in other.by_hour()], abs=1e-6)

    def test_most_frequent_and_chattering(self, counted, before) -> None:
        mine, other = self.both(counted, before)
        assert [(one.bed, one.key, one.alarms) for one in mine.frequent] == other.frequent()
        assert [(one.bed, one.key, one.alarms) for one in mine.chatter] == other.chatter()
        assert mine.chattering == len(other.chattering())
        assert mine.fleeting == len(other.fleeting())
        newest = {(one.bed, one.key): one.text for one in other.alarms}
        assert [one.text for one in mine.frequent] == [newest[one.bed, one.key] for one in mine.frequent]

    def test_answers(self, counted, before) -> None:
        mine, other = self.both(counted, before)
        for one in mine.answering:
            alarms, answered, median, late, alone = other.answering(int(one.priority))
            assert (one.alarms, one.answered, one.ended_before) == (alarms, answered, alone)
            assert one.unanswered == alarms - answered
            assert one.median_s == (None if median is None else pytest.approx(median, abs=1e-6))
            assert one.p90_s == (None if late is None else pytest.approx(late, abs=1e-6))

    def test_floods_and_stale(self, counted, before) -> None:
        mine, other = self.both(counted, before)
        assert [(f.start, f.end, f.alarms, f.peak) for f in mine.floods] == other.floods()
        assert mine.flood_count == len(other.floods())
        assert (mine.periods, mine.flood_periods) == other.periods()
        assert mine.peak == other.peak()
        assert {day.day: day.alarms for day in mine.stale} == other.stale()

    def test_rates_and_shares(self, counted, before) -> None:
        mine, other = self.both(counted, before)
        seconds, total = (other.end - other.start).total_seconds(), len(other.alarms)
        for measure, unit in ((Measure.PER_TEN_MINUTES, 600), (Measure.PER_HOUR, 3600), (Measure.PER_DAY, 86_400)):
            assert mine.value(measure) == (pytest.approx(total * unit / seconds) if seconds else None)
        periods, flooded = other.periods()
        parts = {
            Measure.HIGH_SHARE: sum(one.priority == 3 for one in other.alarms),
            Measure.MEDIUM_SHARE: sum(one.priority == 2 for one in other.alarms),
            Measure.LOW_SHARE: sum(one.priority == 1 for one in other.alarms),
            Measure.TECHNICAL_SHARE: sum(one.kind == "technical" for one in other.alarms),
            Measure.TOP_TEN: sum(count for _, _, count in other.frequent()),
        }
        for measure, part in parts.items():
            assert mine.value(measure) == (pytest.approx(part / total) if total else None)
        assert mine.value(Measure.FLOOD_SHARE) == (pytest.approx(flooded / periods) if periods else None)
        assert mine.value(Measure.UNANSWERED) == len(other.unanswered())
        assert mine.value(Measure.ENDED_BEFORE) == len(other.ended_before())
        assert mine.value(Measure.STALE) == max(other.stale().values(), default=0)

    def test_the_alarms_behind_each_figure(self, counted, before) -> None:
        told, past = counted
        mine, other = self.both(counted, before)
        with opened(past) as desk:
            self.check_behind(desk, told, before, mine, other, past.zone)

    def check_behind(self, desk, told, before, mine, other, zone) -> None:
        alarms = other.alarms
        at = {one.id: one.raised for one in other.everything}

        def behind(**part: object) -> list[str]:
            found = desk.behind(told, Part(before=before, **part)).result(30)
            assert found.total == len(found.ids)
            raised = [at[one] for one in found.ids]
            assert raised == sorted(raised, reverse=True)
            return sorted(found.ids)

        def ids(wanted: object) -> list[str]:
            return sorted(one.id for one in alarms if wanted(one))

        assert behind() == ids(lambda one: True)
        assert behind(measure=Measure.CHATTERING) == ids(lambda one: one.id in other.chattering())
        assert behind(measure=Measure.FLEETING) == ids(lambda one: one.id in other.fleeting())
        assert behind(measure=Measure.UNANSWERED) == ids(lambda one: one.id in other.unanswered())
        assert behind(measure=Measure.ENDED_BEFORE) == ids(lambda one: one.id in other.ended_before())
        since = other.values_since() or other.end
        of_beds = ids(lambda one: one.bed != "" and one.raised >= since)
        assert behind(measure=Measure.PER_BED_DAY, start=since) == of_beds
        assert behind(measure=Measure.PER_PATIENT_DAY) == ids(lambda one: one.patient != "")
        assert len(behind(measure=Measure.PEAK)) == other.peak()
        assert len(behind(measure=Measure.FLOODS)) == sum(count for _, _, count, _ in other.floods())
        assert behind(measure=Measure.FLOOD_SHARE) == sorted(other.in_flood_periods())
        assert behind(hour=3) == ids(lambda one: one.raised.astimezone(zone).hour == 3)
        assert behind(priority=Priority.HIGH, kind=Kind.LIMIT) == ids(lambda o: (o.priority, o.kind) == (3, "limit"))
        top = {(bed, key) for bed, key, _ in other.frequent()}
        assert behind(measure=Measure.TOP_TEN) == ids(lambda one: (one.bed, one.key) in top)
        for one in mine.frequent[:2]:
            assert behind(bed=one.bed, key=one.key) == ids(lambda o, w=one: (o.bed, o.key) == (w.bed, w.key))
        for flood in mine.floods[:2]:
            assert len(behind(start=flood.start, end=flood.end)) == flood.alarms
        for day, count in list(other.stale().items())[:2]:
            assert len(behind(day=day)) == count
