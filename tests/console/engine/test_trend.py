"""The four hours of a tile: minutes, gaps, stages, and what the archive gives back after a restart."""

from __future__ import annotations

import numpy as np

from console.alarms.alarm import Alarm, Change, Condition, Kind, Presence, Priority, Stage, Transition
from console.alarms.explain import PatternView
from console.engine.trend import MINUTES, TrendKeeper
from console.store.records import Series, Trend
from drivers.observation import Parameter, Status
from tests.console.ward_fakes import START, observation, utc

HR, PR = Parameter.HR, Parameter.PR


def views(stage: Stage) -> tuple[PatternView, ...]:
    return (PatternView(Kind.WITHDRAWAL, stage, None, 0, 12), PatternView(Kind.OVERDOSE, Stage.NONE, None, 0, 9))


def test_each_minute_keeps_its_last_rate_and_the_heart_goes_before_the_pulse():
    keeper = TrendKeeper()
    keeper.advance(START, utc(START), ())
    for now, parameter, value in ((1, HR, 70), (59, HR, 75), (59.5, PR, 90), (61, PR, 80), (125, HR, None)):
        keeper.advance(START + now, utc(START + now), views(Stage.WATCH))
        keeper.observe(observation(parameter, value, START + now))
    keeper.advance(START + 180, utc(START + 180), views(Stage.EMERGENCY))
    assert keeper.trend.hr == (75, 80, None)
    assert list(keeper.trend.withdrawal) == [Stage.WATCH, Stage.WATCH, Stage.EMERGENCY]
    assert keeper.trend.ends_at == utc(START + 180)


def test_doubtful_values_are_gaps_and_skipped_minutes_too():
    keeper = TrendKeeper()
    keeper.advance(START, utc(START), ())
    keeper.observe(observation(HR, 70, START + 1, status=Status.QUESTIONABLE))
    keeper.advance(START + 200, utc(START + 200), ())
    assert keeper.trend.hr == (None, None, None)


def test_it_holds_four_hours():
    keeper = TrendKeeper()
    for minute in range(MINUTES + 20):
        keeper.advance(START + 60 * minute, utc(START + 60 * minute), ())
        keeper.observe(observation(HR, minute, START + 60 * minute + 1))
    keeper.advance(START + 60 * (MINUTES + 20), utc(START), ())
    assert len(keeper.trend.hr) == len(keeper.trend.withdrawal) == MINUTES
    assert keeper.trend.hr[0] == 20


def step(at: float, stage: Stage, presence: Presence = Presence.ACTIVE) -> Transition:
    condition = Condition("withdrawal", Kind.WITHDRAWAL, Priority.MEDIUM, "x", stage)
    alarm = Alarm("a", 1, "b", "p", condition, utc(at), utc(at), at, presence)
    return Transition(alarm, Change.ONSET, utc(at), at)


def test_the_archive_fills_what_lies_before_the_start():
    keeper = TrendKeeper()
    keeper.advance(START, utc(START), ())
    keeper.observe(observation(HR, 99, START + 1))
    keeper.advance(START + 60, utc(START + 60), views(Stage.WARNING))
    now = START + 60
    times = np.array([now - 240, now - 190, now - 130, now - 70])
    series = Series(HR, times, np.array([60.0, 61.0, np.nan, 63.0]), np.array([False, False, False, True]))
    stored = Trend(
        "b",
        utc(now - 14400),
        utc(now),
        {HR: series},
        (step(now - 230, Stage.WATCH), step(now - 100, Stage.WATCH, Presence.LATCHED)),
    )
    keeper.preload(stored, now, utc(now))
    trend = keeper.trend
    assert len(trend.hr) == len(trend.withdrawal) == len(trend.overdose) == MINUTES
    assert trend.hr[-4:] == (61.0, None, None, 99)
    assert trend.hr[:-4] == (None,) * (MINUTES - 4)
    assert list(trend.withdrawal[-5:]) == [0, 1, 1, 0, Stage.WARNING]
