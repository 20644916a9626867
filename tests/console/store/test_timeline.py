"""The timeline: alarms one by one while they are few, counted per bed and bucket when they are many, never fewer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert

from console.alarms.alarm import Kind, Presence, Priority
from console.store import timeline
from console.store.database import Role, open_engine
from console.store.instants import from_us, to_us
from console.store.migrate import upgrade
from console.store.records import HistoryFilter
from console.store.schema import alarm
from console.store.timeline import MOST_BARS, read_timeline
from console.ward.chart import PumpEvent, PumpEventKind
from tests.console.store import records_made as made

T0 = made.T0
HOUR = timedelta(hours=1)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


class TestThroughTheStore:
    """On both databases, through the journal as the engine writes it."""

    def put(self, store, *alarms) -> None:
        for state in alarms:
            store.put_transitions([made.step(state)]).result(10)

    def read(self, store, start: float, end: float, filter: HistoryFilter | None = None, columns: int = 300):
        return store.timeline(filter or HistoryFilter(), at(start), at(end), columns).result(10)

    def test_an_alarm_stands_on_its_lane_from_onset_to_end(self, store):
        self.put(store, made.ended("a", 60, 90, priority=Priority.HIGH, acknowledged=made.answer(80)))
        (bar,) = self.read(store, 0, 600).bars
        assert (bar.alarm_id, bar.bed, bar.priority, bar.kind) == ("a", "7B-01", Priority.HIGH, Kind.LIMIT)
        assert (bar.raised_at, bar.ended_at) == (T0.timestamp() + 60, T0.timestamp() + 150)
        assert bar.answered

    def test_what_is_still_there_has_no_end_and_reaches_into_every_later_span(self, store):
        self.put(store, made.alarm("open"))
        (bar,) = self.read(store, 40 * 86_400, 41 * 86_400).bars
        assert bar.ended_at is None
        assert not bar.answered

    def test_a_long_alarm_is_found_from_its_middle_and_a_short_one_before_is_not(self, store):
        self.put(
            store, made.ended("long", 0, 9 * 86_400), made.ended("short", 0, 60), made.ended("seven", 280_000, 25_200)
        )
        found = self.read(store, 300_000, 300_060)
        assert [bar.alarm_id for bar in found.bars] == ["long", "seven"]

    def test_what_lies_outside_the_span_is_left_out(self, store):
        self.put(store, made.ended("before", 0, 60), made.ended("after", 600, 60), made.ended("touching", 0, 100))
        assert [bar.alarm_id for bar in self.read(store, 100, 600).bars] == ["touching"]

    def test_filter_applies_but_for_its_times(self, store):
        self.put(
            store,
            made.ended("high", 0, 60, priority=Priority.HIGH),
            made.ended("low", 0, 60, priority=Priority.LOW),
            made.ended("other bed", 0, 60, priority=Priority.HIGH, bed="7B-02"),
        )
        only = HistoryFilter(start=at(9_000), beds=("7B-01",), priorities=("high",))
        assert [bar.alarm_id for bar in self.read(store, 0, 600, only).bars] == ["high"]

    def test_many_are_counted_and_the_one_high_among_them_is_not_lost(self, store, monkeypatch):
        monkeypatch.setattr(timeline, "MOST_BARS", 10)
        lows = [made.ended(f"low{n}", 5, 5, priority=Priority.LOW, kind=Kind.TECHNICAL) for n in range(30)]
        self.put(store, *lows, made.ended("high", 7, 2, priority=Priority.HIGH, kind=Kind.OVERDOSE))
        found = self.read(store, 0, 3600, columns=60)
        assert found.bars == ()
        assert (found.total, found.bucket_s, found.first) == (31, 60.0, T0.timestamp())
        lane = found.counts["7B-01"]
        assert lane.shape == (60, 3, 2)
        assert lane[0].tolist() == [[30, 0], [0, 0], [0, 1]]
        assert lane[1:].sum() == 0

    def test_pump_events_stand_on_the_lane_of_the_bed_they_were_charted_at(self, store):
        store.put_admission(made.patient(), "n").result(10)
        store.put_pump_event("H1", "7B-01", PumpEvent(PumpEventKind.REFILL, at(60), "n", id="e1")).result(10)
        store.put_pump_event("H1", "7B-01", PumpEvent(PumpEventKind.BOLUS, at(61), "n", id="e2")).result(10)
        store.strike_entry("e2", at(70), "n").result(10)
        (event,) = self.read(store, 0, 600).events
        assert (event.bed, event.at, event.kind, event.count) == (
            "7B-01",
            T0.timestamp() + 60,
            PumpEventKind.REFILL,
            1,
        )
        assert self.read(store, 0, 600, HistoryFilter(beds=("7B-02",))).events == ()

    def test_many_pump_events_are_counted_not_cut_off(self, store, monkeypatch):
        monkeypatch.setattr(timeline, "MOST_EVENTS", 3)
        store.put_admission(made.patient(), "n").result(10)
        for n in range(6):
            seconds = 60 if n < 5 else 3000
            event = PumpEvent(PumpEventKind.REFILL, at(seconds + n), "n", id=f"e{n}")
            store.put_pump_event("H1", "7B-01", event).result(10)
        several, single = self.read(store, 0, 3600, columns=60).events
        assert (several.count, several.kind) == (5, None)
        assert (single.count, single.kind) == (1, PumpEventKind.REFILL)

    def test_next_and_previous_follow_the_time_within_the_filter(self, store):
        self.put(
            store,
            made.ended("a", 0, 5),
            made.ended("b", 10, 5, priority=Priority.LOW),
            made.ended("c1", 20, 5),
            made.ended("c2", 20, 5),
        )
        only = HistoryFilter(priorities=("medium",))

        def beside(alarm_id: str, later: bool) -> str | None:
            found = store.alarm_beside(only, alarm_id, later).result(10)
            return found and found.alarm.id

        assert [beside(i, True) for i in ("a", "b", "c1", "c2")] == ["c1", "c1", "c2", None]
        assert [beside(i, False) for i in ("a", "b", "c1", "c2")] == [None, "a", "a", "c1"]
        assert beside("nobody", True) is None

    @pytest.mark.parametrize(("start", "end", "columns"), [(0, 0, 10), (10, 0, 10), (0, 10, 0), (0, 10, 1001)])
    def test_spans_that_make_no_sense_are_refused(self, store, start, end, columns):
        with pytest.raises(ValueError, match="columns"):
            self.read(store, start, end, columns=columns)


# --- counting, held against a plain evaluation ------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    bed: str
    raised: int
    lasted: int | None
    priority: Priority
    pattern: bool


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file: Path = tmp_path_factory.mktemp("timeline") / "ward.db"
    file.touch()
    writer = open_engine(f"sqlite:///{file}", Role.JOURNAL)
    upgrade(writer)
    yield writer
    writer.dispose()


SECONDS = st.integers(-4 * 86_400, 4 * 86_400)
LASTED = st.none() | st.integers(-5, 120) | st.integers(0, 3 * 86_400) | st.sampled_from([86_399, 86_400, 86_401])
TOLD = st.builds(
    Told, st.sampled_from(["", "7B-01", "7B-02"]), SECONDS, LASTED, st.sampled_from(Priority), st.booleans()
)
NOW = at(4 * 86_400)


def write(engine: Engine, alarms: list[Told]) -> None:
    rows = [
        {
            "id": str(n),
            "version": 1,
            "bed": one.bed,
            "patient_id": "",
            "kind": (Kind.OVERDOSE if one.pattern else Kind.LIMIT).value,
            "highest": int(one.priority),
            "presence": (Presence.ACTIVE if one.lasted is None else Presence.ENDED).value,
            "raised_at": to_us(at(one.raised)),
            "ended_at": None if one.lasted is None else to_us(at(one.raised + one.lasted)),
            "body": "",
        }
        for n, one in enumerate(alarms)
    ]
    with engine.begin() as connection:
        connection.execute(delete(alarm))
        if rows:
            connection.execute(insert(alarm), rows)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    alarms=st.lists(TOLD, max_size=25),
    start=SECONDS,
    length=st.sampled_from([1, 47, 600, 3600, 86_400, 7 * 86_400]),
    columns=st.integers(1, 60),
)
def test_buckets_count_what_a_plain_look_at_every_alarm_counts(engine, monkeypatch, alarms, start, length, columns):
    write(engine, alarms)
    begin, end = at(start), at(start + length)

    def touches(one: Told, low: float, high: float) -> bool:
        """There at any moment of [low, high), seconds after T0."""
        until = (NOW - T0).total_seconds() if one.lasted is None else one.raised + one.lasted
        return one.raised < high and (max(until, one.raised) >= low)

    def in_span(one: Told) -> bool:
        # What is still there belongs to every later span, also to one in the future of the clock.
        return one.raised < start + length and (one.lasted is None or touches(one, start, start + length))

    expected = [one for one in alarms if in_span(one)]
    with engine.connect() as connection:
        few = read_timeline(connection, HistoryFilter(), begin, end, columns, NOW)
        assert sorted(bar.alarm_id for bar in few.bars) == sorted(
            str(n) for n, one in enumerate(alarms) if in_span(one)
        )
        monkeypatch.setattr(timeline, "MOST_BARS", -1)
        many = read_timeline(connection, HistoryFilter(), begin, end, columns, NOW)
        monkeypatch.setattr(timeline, "MOST_BARS", MOST_BARS)
    assert many.total == len(expected) == few.total
    assert set(many.counts) == {one.bed for one in expected}
    width = many.bucket_s
    buckets = round((np.floor((end.timestamp() - 1e-6) / width) - begin.timestamp() // width) + 1)
    assert many.first == begin.timestamp() // width * width
    for bed, lane in many.counts.items():
        assert lane.shape == (buckets, 3, 2)
        for bucket in range(buckets):
            low = many.first + bucket * width - T0.timestamp()
            for priority in Priority:
                for pattern in (False, True):
                    plain = sum(
                        touches(one, low, low + width)
                        for one in expected
                        if (one.bed, one.priority, one.pattern) == (bed, priority, pattern)
                    )
                    assert lane[bucket, priority - 1, int(pattern)] == plain


def test_a_month_of_a_million_is_counted_without_reading_one_body(engine):
    """The plan of the database, not a time: it is what keeps the month fast."""
    for query in timeline._touching([], to_us(T0), to_us(at(31 * 86_400)), alarm.c.bed, alarm.c.highest, alarm.c.kind):
        words = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
        with engine.connect() as connection:
            plan = " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}"))
        assert "COVERING INDEX ix_alarm_figures" in plan or "INDEX ix_alarm_long" in plan, plan


def test_the_columns_bound_the_answer_whatever_the_span(engine):
    with engine.connect() as connection, pytest.raises(ValueError, match="days are more than a timeline shows"):
        read_timeline(connection, HistoryFilter(), datetime(1, 1, 2, tzinfo=UTC), from_us(0), 3, NOW)
