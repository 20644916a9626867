"""Reliability scoreboard, row 16: two consoles answer while the alarm steps up, ends and comes back.

Each console answers what it has on its screen, which may be old. 10,000 seeded orders, and every order of a short
story: one effective answer to an occurrence, none to a later one or to a step the person has not seen.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from itertools import permutations

import pytest

from console.alarms.alarm import Alarm, Change, Condition, Kind, Presence, Priority, Transition
from console.alarms.lifecycle import LifeCycle, RefusedError
from tests.console.ward_fakes import START, ids, utc

MEDIUM = Condition("limit:hr:high", Kind.LIMIT, Priority.MEDIUM, "HR 128 > 120")
HIGH = Condition("limit:hr:high", Kind.LIMIT, Priority.HIGH, "HR 150 > 140")
ACTS = ("a looks", "b looks", "a answers", "b answers", "raise", "step up", "clear", "restart")


class TwoConsoles:
    """One life cycle, two screens that show what was true when they last looked."""

    def __init__(self) -> None:
        self.new_id = ids()
        self.life = LifeCycle("7B-01", self.new_id)
        self.now = START
        self.condition: Condition | None = None
        self.screen: dict[str, tuple[Alarm, ...]] = {"a": (), "b": ()}
        self.journal: list[Transition] = []
        self.won: Counter[str] = Counter()

    def do(self, act: str) -> None:
        self.now += 0.001
        who, _, what = act.partition(" ")
        if what == "looks":
            self.screen[who] = self.life.alarms()
        elif what == "answers":
            for seen in self.screen[who]:
                self.answer(who, seen)
        elif act == "restart":
            standing, self.life = self.life.alarms(), LifeCycle("7B-01", self.new_id)
            self.journal += self.life.restore(standing, self.now, utc(self.now))
        else:
            self.condition = {"raise": MEDIUM, "step up": HIGH, "clear": None}[act]
        self.journal += self.life.step([self.condition] if self.condition else [], self.now, utc(self.now), "P1")

    def answer(self, who: str, seen: Alarm) -> None:
        before = {alarm.id: alarm for alarm in self.life.alarms()}
        try:
            done = self.life.acknowledge(seen.id, seen.version, who, "seen", self.now, utc(self.now))
        except RefusedError:
            return
        current = before[done.alarm.id]
        assert done.alarm.id == seen.id, "the answer reached another occurrence"
        assert current.acknowledged is None, "two answers to one occurrence"
        assert current.priority <= seen.priority, "the answer reached a step the person never saw"
        self.journal.append(done)
        self.won[seen.id] += 1

    def judge(self) -> None:
        answered: dict[str, str] = {}
        for step in self.journal:
            alarm = step.alarm
            if step.change is Change.ACKNOWLEDGE:
                assert alarm.id not in answered, "two answers stand at once"
                assert alarm.acknowledged is not None
                answered[alarm.id] = alarm.acknowledged.by
            elif alarm.acknowledged is None:
                answered.pop(alarm.id, None)
        for screen in ("a", "b"):
            self.do(f"{screen} looks")
        assert self.screen["a"] == self.screen["b"]
        for alarm in self.screen["a"]:
            said = alarm.acknowledged.by if alarm.acknowledged else None
            assert answered.get(alarm.id) == said, "a screen names somebody else"
            assert alarm.presence is not Presence.ENDED


def run(acts: Iterable[str]) -> TwoConsoles:
    both = TwoConsoles()
    for act in acts:
        both.do(act)
    both.judge()
    return both


@pytest.mark.parametrize("part", range(4))
def test_ten_thousand_orders_of_two_answers_and_an_alarm_that_changes(part: int) -> None:
    """2,500 seeded orders a part."""
    dice = random.Random(part)
    answers = 0
    for _ in range(2500):
        acts = ["raise", "a looks", "b looks", *dice.choices(ACTS, k=dice.randint(4, 16))]
        answers += sum(run(acts).won.values())
    assert answers > 1000, "hardly anybody was answered: the orders prove nothing"


def test_every_order_of_a_short_story() -> None:
    """Both have seen it; two answers, an end, a return, a step up and a restart in all 720 orders."""
    wins: Counter[int] = Counter()
    for order in permutations(("a answers", "b answers", "clear", "raise", "step up", "restart")):
        both = run(("raise", "a looks", "b looks", *order))
        first = both.journal[0].alarm.id
        assert both.won[first] <= 1
        wins[both.won[first]] += 1
        assert set(both.won) <= {first}, "an old picture answered a later occurrence"
    assert wins[1] > 0
    assert wins[0] > 0


def test_the_judge_notices_a_second_answer() -> None:
    both = run(("raise", "a looks", "a answers"))
    both.journal.append(both.journal[-1])
    with pytest.raises(AssertionError, match="two answers"):
        both.judge()
