"""Two runs over the same days side by side: what is lost, new, later and earlier, at its boundaries."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from console.alarms.alarm import Alarm, Change, Condition, Kind, Priority, Stage, Transition
from console.evaluation.comparison import (
    NEAR_S,
    Shifted,
    Span,
    covered_s,
    highest_only,
    in_order,
    limit_spans,
    load,
    shifts,
    stage_spans,
    to_stage_s,
)
from console.link.evaluation import Shift
from tests.console.ui.fake_evaluation import difference
from tests.console.ward_fakes import utc

END = 100_000.0
WARNING = Stage.WARNING


def step(
    change: Change, at: float, stage: Stage = Stage.NONE, key: str = "withdrawal", high: bool = False
) -> Transition:
    kind = Kind.LIMIT if key.startswith("limit") else Kind(key)
    priority = Priority.HIGH if high else Priority.MEDIUM
    condition = Condition(key, kind, priority, "", stage)
    return Transition(Alarm("a", 1, "A", "P", condition, utc(at), utc(at), at), change, utc(at), at)


def found(present: list[Span], proposed: list[Span]) -> list[tuple[Shift, float, float]]:
    return [(s.shift, s.span.start, s.minutes) for s in shifts(present, proposed, WARNING, 0.0, END)]


def test_a_pattern_stands_at_a_stage_from_reaching_it_until_it_is_below():
    steps = [
        step(Change.ONSET, 100, Stage.WATCH),
        step(Change.ESCALATE, 400, Stage.EMERGENCY),
        step(Change.DEESCALATE, 900, Stage.WARNING),
        step(Change.DEESCALATE, 1000, Stage.WATCH),
        step(Change.CLEAR, 1100, Stage.WATCH),
        step(Change.ONSET, 5000, Stage.WARNING),
    ]
    spans = [stage_spans(steps, Kind.WITHDRAWAL, stage, 6000.0) for stage in (Stage.WATCH, WARNING, Stage.EMERGENCY)]
    assert spans == [[Span(100, 1100), Span(5000, 6000)], [Span(400, 1000), Span(5000, 6000)], [Span(400, 900)]]
    assert stage_spans(steps, Kind.OVERDOSE, Stage.WATCH, 6000.0) == []


def test_every_limit_alarm_is_an_episode_and_overlapping_ones_cover_their_time_once():
    steps = [
        step(Change.ONSET, 100, key="limit:hr:high"),
        step(Change.ONSET, 200, key="limit:rr:high"),
        step(Change.ESCALATE, 250, key="limit:rr:high", high=True),
        step(Change.CLEAR, 300, key="limit:hr:high"),
        step(Change.CLEAR, 400, key="limit:rr:high", high=True),
    ]
    spans = limit_spans(steps, Priority.MEDIUM, END)
    assert spans == [Span(100, 300), Span(200, 400)]
    assert limit_spans(steps, Priority.HIGH, END) == [Span(250, 400)]
    assert covered_s(spans, 0.0, END) == 300.0
    assert covered_s(spans, 150.0, 250.0) == 100.0


def test_an_episode_that_nothing_answers_is_lost_and_one_without_a_forerunner_is_new():
    assert found([Span(1000, 2000)], []) == [(Shift.LOST, 1000, 0)]
    assert found([], [Span(1000, 2000)]) == [(Shift.NEW, 1000, 0)]
    assert found([Span(1000, 2000)], [Span(1000, 2500)]) == []


def test_later_and_earlier_are_told_in_minutes_from_one_minute_on():
    assert found([Span(1000, 9000)], [Span(1840, 9000)]) == [(Shift.LATER, 1000, 14)]
    assert found([Span(1840, 9000)], [Span(1000, 9000)]) == [(Shift.EARLIER, 1840, 14)]
    assert found([Span(1000, 9000)], [Span(1059, 9000)]) == []
    assert found([Span(1000, 9000)], [Span(1060, 9000)]) == [(Shift.LATER, 1000, 1)]


def test_an_alarm_that_is_late_by_more_than_a_short_episode_is_late_up_to_half_an_hour_after_its_end():
    assert found([Span(1000, 1200)], [Span(1200 + NEAR_S, 9000)]) == [(Shift.LATER, 1000, (200 + NEAR_S) / 60)]
    gone = found([Span(1000, 1200)], [Span(1201 + NEAR_S, 9000)])
    assert [shift for shift, *_ in gone] == [Shift.LOST, Shift.NEW]


def test_two_episodes_that_become_one_are_neither_lost_nor_early():
    assert found([Span(1000, 2000), Span(20000, 21000)], [Span(1000, 30000)]) == []
    assert found([Span(1000, 30000)], [Span(1000, 2000), Span(20000, 21000)]) == []


def test_what_begins_outside_the_days_is_not_told():
    inside = [(s.shift, s.span.start) for s in shifts([Span(10, 50), Span(9000, 9100)], [], WARNING, 100.0, 9000.0)]
    assert inside == []


def test_an_episode_lost_as_a_whole_is_told_once_at_its_highest_stage():
    whole = [
        Shifted(Shift.LOST, Stage.WATCH, Span(1000, 5000)),
        Shifted(Shift.LOST, WARNING, Span(1500, 4000)),
        Shifted(Shift.LATER, Stage.WATCH, Span(50000, 60000), 5.0),
    ]
    assert [(s.shift, s.stage) for s in highest_only(whole)] == [(Shift.LOST, WARNING), (Shift.LATER, Stage.WATCH)]


def test_a_warning_lost_while_the_watch_stays_is_told_at_warning():
    only = [Shifted(Shift.LOST, WARNING, Span(1500, 4000)), Shifted(Shift.LOST, Stage.WATCH, Span(90000, 95000))]
    assert len(highest_only(only)) == 2


def test_the_load_counts_what_begins_in_the_days_and_the_time_inside_them():
    one = load("withdrawal", "watch", [Span(-50, 100), Span(200, 260)], [Span(200, 230)], [Span(0, 250)])
    assert (one.present, one.proposed, one.present_s, one.proposed_s) == (1, 1, 150.0, 30.0)


def test_an_alarm_held_while_nothing_arrives_takes_no_time():
    one = load("withdrawal", "watch", [Span(10, 900)], [], [Span(0, 100), Span(800, 850)])
    assert (one.present, one.present_s) == (1, 140.0)
    assert load("withdrawal", "watch", [Span(10, 900)], [], []).present == 0


def test_the_time_to_a_stage_is_that_of_the_episode_that_reached_it():
    assert to_stage_s([Span(100, 900), Span(2000, 3000)], [Span(400, 800)], 0.0, END) == [300.0]
    assert to_stage_s([Span(100, 900)], [Span(400, 800)], 200.0, END) == []


def test_what_people_acted_on_and_would_have_lost_leads_the_list():
    acted = difference(Shift.LATER, "A", Stage.WATCH, 10, 5, "Doctor informed, R. Nurse")
    lost = difference(Shift.LOST, "B", Stage.EMERGENCY, 20)
    early = replace(acted, shift=Shift.EARLIER)
    assert acted.costs
    assert not early.costs
    assert in_order([early, lost, acted]) == [acted, lost, early]


spans = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=12).map(
    lambda pairs: _apart([(60.0 * start, 60.0 * length) for start, length in sorted(pairs)])
)


def _apart(pairs: list[tuple[float, float]]) -> list[Span]:
    """Spans of one alarm never overlap."""
    made: list[Span] = []
    for start, length in pairs:
        begin = max(start, made[-1].end + 60.0) if made else start
        made.append(Span(begin, begin + length))
    return made


@given(spans)
def test_a_run_never_differs_from_itself(once):
    assert shifts(once, once, WARNING, 0.0, END * 10) == []


@given(spans, spans)
def test_lost_one_way_is_new_the_other_way(one, other):
    there, back = shifts(one, other, WARNING, 0.0, END * 10), shifts(other, one, WARNING, 0.0, END * 10)
    assert [s.span for s in there if s.shift is Shift.LOST] == [s.span for s in back if s.shift is Shift.NEW]


@given(spans)
def test_covered_time_is_never_more_than_the_days(some):
    assert 0.0 <= covered_s(some, 600.0, 6000.0) <= 5400.0
