"""The way of steps to one manager, over a network that loses, delays, doubles and reorders, with restarts."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from console.alerting.delivery import Delivery, Policy, Result
from console.store.outbox import StepState, WaitingStep

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
POLICY = Policy(retry_s=1.0, retry_max_s=8.0, tries=3, timeout_s=5.0)


def step(number: int, alarm: str = "a", priority: int = 2, ends: bool = False, counts: bool = True) -> WaitingStep:
    return WaitingStep(number, alarm, f"c{number}", priority, START + timedelta(seconds=number), ends, counts)


def since(of: WaitingStep) -> float:
    return (of.at - START).total_seconds()


def delivery(*steps: WaitingStep, policy: Policy = POLICY) -> Delivery:
    made = Delivery(policy, lambda: 0.5)
    made.add(steps, since)
    made.opened(0.0)
    return made


def send(made: Delivery, now: float) -> WaitingStep:
    found = made.next(now)
    assert found is not None
    made.sent(found, now)
    return found


def test_a_step_waits_for_the_one_before_it_and_other_alarms_go_on() -> None:
    made = delivery(step(1), step(2), step(3, "b"), policy=replace(POLICY, window=4))
    assert [send(made, 0.0).number, send(made, 0.0).number] == [1, 3]
    assert made.next(0.0) is None
    assert made.answered("c1", "CA", "", 1.0) == Result(step(1), StepState.ACKNOWLEDGED, 1, "CA")
    assert send(made, 1.0).number == 2


def test_the_most_urgent_alarm_goes_first_with_all_its_steps() -> None:
    made = delivery(step(1, "low", 1), step(2, "mixed", 1), step(3, "mixed", 3), step(4, "medium", 2))
    order = []
    for now in range(4):
        order.append(send(made, now).number)
        made.answered(f"c{order[-1]}", "AA", "", now)
    assert order == [2, 3, 4, 1]
    assert made.waiting == 0


def test_an_error_answer_is_tried_again_with_pauses_then_given_up_and_the_next_step_goes_on() -> None:
    made = delivery(step(1), step(2))
    now, sent_at, result = 0.0, [], None
    while result is None:
        found = made.next(now)
        if found is not None:
            assert found.number == 1
            made.sent(found, now)
            sent_at.append(now)
            result = made.answered("c1", "AE", "busy", now)
        now += 0.5
    assert sent_at == [0.0, 1.0, 3.0]
    assert result == Result(step(1), StepState.REFUSED, 3, "AE after 3 tries busy")
    assert send(made, now).number == 2


def test_a_rejected_step_is_given_up_at_once() -> None:
    made = delivery(step(1), step(2))
    send(made, 0.0)
    assert made.answered("c1", "AR", "unknown bed", 0.0) == Result(step(1), StepState.REFUSED, 1, "AR unknown bed")
    assert send(made, 0.0).number == 2


def test_an_answer_that_comes_late_or_for_another_message_ends_nothing() -> None:
    made = delivery(step(1), step(2, "b"))
    send(made, 0.0)
    assert made.answered("c2", "AA", "", 0.1) is None
    assert made.overdue(4.9) is False
    assert made.overdue(5.0) is True
    made.closed(5.0)
    made.opened(6.0)
    assert send(made, 6.0).number == 1
    assert made.answered("c1", "AA", "", 6.1) is not None
    assert made.answered("c1", "AA", "", 6.2) is None
    assert made.stray == 2
    assert made.waiting == 1


def test_a_message_that_brings_the_receiver_down_does_not_block_the_others() -> None:
    made = delivery(step(1, "poison", 3), step(2, "other", 2))
    accepted, now = [], 0.0
    while now < 20 and not accepted:
        if made.wants_line(now):
            made.opened(now)
        found = made.next(now)
        if found is not None:
            made.sent(found, now)
            if found.number == 1:
                made.closed(now)
            else:
                accepted.append(made.answered(found.control_id, "AA", "", now))
        now += 0.25
    assert accepted == [Result(step(2, "other", 2), StepState.ACKNOWLEDGED, 1, "AA")]


def test_a_manager_that_closes_after_its_answer_is_asked_again_at_once() -> None:
    made = delivery(step(1), step(2))
    send(made, 0.0)
    made.answered("c1", "AA", "", 0.1)
    made.closed(0.2)
    assert made.wants_line(0.2)


def test_pauses_double_to_the_longest_while_nobody_answers() -> None:
    made = Delivery(POLICY, lambda: 0.5)
    made.add([step(1)], since)
    now, tried = 0.0, []
    while len(tried) < 7:
        if made.wants_line(now):
            tried.append(now)
            made.closed(now)
        due = made.due(now)
        assert due is not None
        now = due
    pauses = [b - a for a, b in itertools.pairwise(tried)]
    assert pauses == [1, 2, 4, 8, 8, 8]


def test_a_sign_of_life_is_sent_in_silence_and_missed_when_nobody_answers() -> None:
    made = delivery(policy=replace(POLICY, heartbeat_s=10.0))
    assert not made.beat_due(9.9)
    assert made.due(0.0) == 10.0
    assert made.beat_due(10.0)
    made.beat("h1", 10.0)
    assert made.answered("h1", "CA", "", 10.5) is None
    assert not made.beat_due(20.4)
    made.beat("h2", 20.5)
    assert made.overdue(25.5)
    made.closed(25.5)
    assert made.waiting == 0
    assert made.wants_line(27.0)


def test_steps_of_an_alarm_long_over_expire_together_and_of_one_that_stands_never_by_age() -> None:
    made = delivery(step(1), step(2, ends=True), step(3, "stands"))
    assert made.expire(23 * 3600.0) == []
    gone = made.expire(25 * 3600.0)
    assert [(r.step.number, r.state) for r in gone] == [(1, StepState.EXPIRED), (2, StepState.EXPIRED)]
    assert made.waiting == 1


def test_too_many_steps_let_go_of_whole_alarms_those_that_are_over_first() -> None:
    made = Delivery(replace(POLICY, keep_steps=2), lambda: 0.5)
    made.add([step(1, "stands"), step(2, "over"), step(3, "over", ends=True), step(4, "new")], since)
    assert [r.step.number for r in made.expire(0.0)] == [2, 3]
    assert made.waiting == 2


def test_what_is_about_a_manager_itself_is_not_counted_as_waiting_for_long() -> None:
    made = delivery(step(1, "m", counts=False), step(2, "low", 1), step(3, "high", 3))
    assert made.oldest() == 1.0
    assert made.oldest_that_counts() == 3.0


class Network:
    """A manager behind a bad network, and a database that forgets what was not written before a crash."""

    def __init__(self, seed: int, alarms: int, steps: int, window: int) -> None:
        self.dice = random.Random(seed)
        self.policy = replace(POLICY, window=window, tries=1_000, heartbeat_s=self.dice.choice([0.0, 3.0]))
        ids = [f"a{number % alarms}" for number in range(steps)]
        self.steps = [step(n, alarm, self.dice.randint(1, 3)) for n, alarm in enumerate(ids)]
        self.database = {s.number for s in self.steps}
        self.accepted: list[str] = []
        self.times_sent: dict[str, int] = {}
        self.flying: list[tuple[float, str, str]] = []
        self.unwritten: list[int] = []
        self.faults = True

    def chance(self, share: float) -> bool:
        return self.faults and self.dice.random() < share

    def takes(self, control_id: str, now: float) -> None:
        """The manager gets a message: keeps it once; answers, or not, or twice, or an error, sooner or later."""
        if self.chance(0.1):
            return
        self.times_sent[control_id] = self.times_sent.get(control_id, 0) + 1
        error = self.chance(0.15)
        if not error and control_id not in self.accepted:
            self.accepted.append(control_id)
        for _ in range(2 if self.chance(0.2) else 1):
            if not self.chance(0.15):
                late = self.dice.uniform(0, 9) if self.chance(0.3) else 0.1
                self.flying.append((now + late, control_id, "AE" if error else self.dice.choice(["AA", "CA"])))

    def run(self) -> None:
        made, now, beats = self.restarted(), 0.0, 0
        opened = False
        while self.database:
            now += 0.25
            self.faults = now < 120
            assert now < 1_000, "not delivered although nothing fails any more"
            if self.chance(0.01):
                made, opened = self.restarted(), False
            if opened and (made.overdue(now) or self.chance(0.02)):
                made.closed(now)
                opened = False
            if not opened:
                self.flying.clear()
                if made.wants_line(now):
                    if self.chance(0.3):
                        made.closed(now)
                    else:
                        made.opened(now)
                        opened = True
            while (found := made.next(now)) is not None:
                earlier = [s for s in self.steps if s.alarm_id == found.alarm_id and s.number < found.number]
                assert all(s.control_id in self.accepted for s in earlier), "sent before the step before it"
                made.sent(found, now)
                self.takes(found.control_id, now)
            if made.beat_due(now):
                beats += 1
                made.beat(f"h{beats}", now)
                self.flying.append((now, f"h{beats}", "CA"))
            self.dice.shuffle(self.flying)
            for arrival in [f for f in self.flying if f[0] <= now]:
                self.flying.remove(arrival)
                result = made.answered(arrival[1], arrival[2], "", now)
                if result is not None:
                    assert result.state is StepState.ACKNOWLEDGED
                    assert result.step.control_id in self.accepted, "taken for accepted without having been"
                    self.unwritten.append(result.step.number)
            if self.unwritten and not self.chance(0.5):
                self.database -= set(self.unwritten)
                self.unwritten.clear()
        assert made.waiting == 0

    def restarted(self) -> Delivery:
        """What is not written is sent once more after a restart."""
        self.unwritten.clear()
        self.flying.clear()
        made = Delivery(self.policy, self.dice.random)
        made.add((s for s in self.steps if s.number in self.database), since)
        return made


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 40), st.integers(1, 4))
def test_whatever_the_network_does_all_arrive_once_and_each_alarm_in_its_order(
    seed: int, alarms: int, steps: int, window: int
) -> None:
    network = Network(seed, alarms, steps, window)
    network.run()
    assert len(network.accepted) == len(set(network.accepted)) == steps
    for alarm in {s.alarm_id for s in network.steps}:
        numbers = [int(c[1:]) for c in network.accepted if network.steps[int(c[1:])].alarm_id == alarm]
        assert numbers == sorted(numbers)


def test_ten_minutes_without_a_receiver_lose_nothing_and_are_made_up_in_seconds() -> None:
    made = Delivery(Policy(), random.Random(7).random)
    now, number, tried = 0.0, 0, 0
    while now < 600:
        made.add([step(number, f"a{number % 20}", 1 + number % 3)], since)
        number += 1
        if made.wants_line(now):
            tried += 1
            made.closed(now)
        now += 1.0
    assert made.waiting == number == 600
    assert tried < 40, "it knocked too often"
    got: list[int] = []
    while made.waiting and now < 700:
        if made.wants_line(now):
            made.opened(now)
        found = made.next(now)
        if found is not None:
            made.sent(found, now)
            made.answered(found.control_id, "CA", "", now)
            got.append(found.number)
        now += 0.05
    assert sorted(got) == list(range(600))
    for alarm in range(20):
        of_alarm = [n for n in got if n % 20 == alarm]
        assert of_alarm == sorted(of_alarm)
    assert now < 600 + 38 + 600 * 0.05
