"""Any order of conditions, answers, undos, restarts and time: what must hold of every alarm in the journal.

`LifeOfAlarms` drives the life cycle alone, `WardMachine` (ward_machine.py) the whole ward on a real database.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from console.alarms.alarm import STAGE_PRIORITY, Alarm, Change, Condition, Kind, Presence, Priority, Stage, Transition
from console.alarms.escalation import EscalationRules
from console.alarms.lifecycle import LifeCycle, RefusedError
from drivers.observation import Parameter
from tests.console.alarms.ward_machine import WardMachine
from tests.console.ward_fakes import START, ids, utc

KEYS = {
    "withdrawal": Kind.WITHDRAWAL,
    "overdose": Kind.OVERDOSE,
    "limit:hr:high": Kind.LIMIT,
    "limit:spo2:low": Kind.LIMIT,
    "technical:data:m": Kind.TECHNICAL,
}
MEMBERS = {"limit:hr:high": (Parameter.HR,), "limit:spo2:low": (Parameter.SPO2,), "withdrawal": (Parameter.HR,)}


def made(key: str, level: int, points: int) -> Condition:
    kind = KEYS[key]
    stage = Stage(level) if kind.is_pattern else Stage.NONE
    priority = STAGE_PRIORITY[stage] if kind.is_pattern else Priority(level)
    return Condition(key, kind, priority, f"{key} {level}", stage, parameters=MEMBERS.get(key, ()), points=points)


class LifeOfAlarms(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.new_id = ids()
        self.life = LifeCycle("7B-01", self.new_id)
        self.now = START
        self.present: dict[str, Condition] = {}
        self.journal: list[Transition] = []
        self.seen: list[Alarm] = []

    def keep(self, transitions: list[Transition]) -> None:
        self.journal += transitions
        self.seen += [t.alarm for t in transitions]

    def step(self) -> None:
        self.keep(self.life.step(tuple(self.present.values()), self.now, utc(self.now), "P1"))

    @rule(key=st.sampled_from(sorted(KEYS)), level=st.integers(1, 3), points=st.integers(0, 12))
    def condition_holds(self, key: str, level: int, points: int) -> None:
        self.present[key] = made(key, level, points)
        self.step()

    @rule(key=st.sampled_from(sorted(KEYS)))
    def condition_ends(self, key: str) -> None:
        self.present.pop(key, None)
        self.step()

    @rule(seconds=st.sampled_from([1, 4, 6, 61, 299, 301, 901, 3601]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self.step()

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), by=st.sampled_from(["A", "B"]), reason=st.sampled_from(["", "seen"]))
    def somebody_answers_what_he_saw_once(self, data: st.DataObject, by: str, reason: str) -> None:
        seen = data.draw(st.sampled_from(self.seen))
        before = {alarm.id: alarm for alarm in self.life.alarms()}
        try:
            answer = self.life.acknowledge(seen.id, seen.version, by, reason, self.now, utc(self.now))
        except RefusedError:
            assert {alarm.id: alarm for alarm in self.life.alarms()} == before
            return
        current = before[seen.id]
        assert answer.alarm.id == seen.id, "an answer reached another occurrence"
        assert current.acknowledged is None, "two answers to one occurrence"
        assert seen.condition.priority >= current.condition.priority, "an answer reached a step the person never saw"
        assert seen.condition.stage >= current.condition.stage
        self.keep([answer])
        others = {k: v for k, v in before.items() if k != seen.id}
        assert {a.id: a for a in self.life.alarms() if a.id != seen.id} == others, "one answer covered two alarms"

    @precondition(lambda self: self.life.alarms())
    @rule(data=st.data(), by=st.sampled_from(["A", "B"]))
    def somebody_takes_an_answer_back(self, data: st.DataObject, by: str) -> None:
        alarm = data.draw(st.sampled_from(self.life.alarms()))
        try:
            self.keep([self.life.undo(alarm.id, by, self.now, utc(self.now))])
        except RefusedError:
            return
        assert alarm.acknowledged is not None
        assert alarm.acknowledged.by == by

    @rule()
    def the_console_restarts(self) -> None:
        before = {a.id: (a.presence, a.acknowledged, a.condition) for a in self.life.alarms()}
        alarms = self.life.alarms()
        self.life = LifeCycle("7B-01", self.new_id)
        self.keep(self.life.restore(alarms, self.now, utc(self.now)))
        assert {a.id: (a.presence, a.acknowledged, a.condition) for a in self.life.alarms()} == before

    @invariant()
    def what_holds_is_shown(self) -> None:
        active = {a.condition.key: a for a in self.life.alarms() if a.presence is Presence.ACTIVE}
        assert set(active) == set(self.present)
        for key, condition in self.present.items():
            assert active[key].condition == condition

    @invariant()
    def nothing_serious_goes_unseen(self) -> None:
        """Medium and high alarms leave the screen only answered, replaced by their own return, or never at all."""
        over = [t.alarm for t in self.journal if t.alarm.presence is Presence.ENDED]
        shown = {a.condition.key for a in self.life.alarms()}
        for alarm in over:
            if alarm.highest >= Priority.MEDIUM and alarm.acknowledged is None:
                later = [t for t in self.journal if t.alarm.condition.key == alarm.condition.key]
                replaced = any(t.change is Change.ONSET and t.alarm.id != alarm.id for t in later)
                assert replaced or alarm.condition.key in shown

    @invariant()
    def journals_are_whole(self) -> None:
        versions: dict[str, int] = {}
        onsets, ends, clears = Counter[str](), Counter[str](), Counter[str]()
        answered: dict[str, bool] = {}
        for transition in self.journal:
            alarm = transition.alarm
            assert alarm.version == versions.get(alarm.id, 0) + 1, "versions have a hole or repeat"
            versions[alarm.id] = alarm.version
            assert not ends[alarm.id], "something happened after the end"
            onsets[alarm.id] += transition.change is Change.ONSET
            clears[alarm.id] += transition.change is Change.CLEAR
            ends[alarm.id] += alarm.presence is Presence.ENDED
            if transition.change is Change.ACKNOWLEDGE:
                assert not answered.get(alarm.id), "two answers stand at once"
            answered[alarm.id] = alarm.acknowledged is not None
        assert all(onsets[alarm_id] == 1 for alarm_id in versions)
        assert all(clears[alarm_id] <= 1 for alarm_id in versions)
        live = {a.id for a in self.life.alarms()}
        assert all(ends[alarm_id] == (alarm_id not in live) for alarm_id in versions)

    @invariant()
    def silence_ends(self) -> None:
        for alarm in self.life.alarms():
            answered = alarm.acknowledged
            watch = alarm.condition.kind.is_pattern and alarm.condition.stage is Stage.WATCH
            if answered is None or watch or alarm.presence is not Presence.ACTIVE:
                continue
            silent_for = (utc(self.now) - answered.at).total_seconds()
            assert silent_for < EscalationRules().reminder_s(alarm.priority)

    @invariant()
    def what_is_silent_has_a_reason(self) -> None:
        alarms = self.life.alarms()
        for alarm in alarms:
            if alarm.presence is not Presence.ACTIVE or alarm.acknowledged is not None:
                assert not alarm.sounding
            elif not alarm.sounding:
                watch = alarm.condition.kind.is_pattern and alarm.condition.stage is Stage.WATCH
                covered = any(
                    p.condition.kind.is_pattern
                    and p.presence is Presence.ACTIVE
                    and p.condition.stage >= Stage.WARNING
                    and p.condition.priority >= alarm.priority
                    and set(p.condition.parameters) & set(alarm.condition.parameters)
                    for p in alarms
                )
                assert watch or (alarm.condition.kind is Kind.LIMIT and covered)


# After a restart the engine steps with what its detectors hold; here that is what held before.
LifeOfAlarms.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLifeOfAlarms = LifeOfAlarms.TestCase


def test_the_machine_notices_a_broken_life_cycle() -> None:
    """The invariants bite: an alarm whose version jumps is found out."""
    machine = LifeOfAlarms()
    machine.condition_holds("limit:hr:high", 2, 0)
    broken = machine.journal[-1]
    machine.journal.append(replace(broken, alarm=replace(broken.alarm, version=broken.alarm.version + 2)))
    try:
        machine.journals_are_whole()
    except AssertionError:
        return
    raise AssertionError("a hole in the versions went unnoticed")


# What fails is printed step by step; to shorten or explain it would take longer than all the runs.
QUICK = settings(
    max_examples=8,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
LONG = settings(QUICK, max_examples=100, stateful_step_count=100, database=None)


def test_a_ward_keeps_its_promises_in_any_order_of_events(qapp) -> None:
    run_state_machine_as_test(WardMachine, settings=QUICK)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(20))
def test_two_thousand_runs_of_a_hundred_steps(qapp, part: int) -> None:
    """Twenty parts of 100 runs, each of its own seed: a failure prints the steps that lead to it."""
    run_state_machine_as_test(seed(part)(WardMachine), settings=LONG)
