"""An alarm nobody answers is told again: once a step, from the moment it calls, and never in a replay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.alarms.alarm import Alarm, Change, Condition, Kind, Presence, Priority, Stage, Transition
from console.alarms.bed import BedAlarms
from console.alarms.detector_rules import RulesError
from console.alarms.escalation import EscalationRules, called_s
from console.alarms.lifecycle import LifeCycle
from console.rules import load_rules
from drivers.observation import Parameter, Status
from tests.console.ward_fakes import START, ids, utc

RULES = load_rules().escalation
HR = Condition("limit:hr:high", Kind.LIMIT, Priority.MEDIUM, "HR 128 > 120", parameters=(Parameter.HR,))
LOW = Condition("technical:data:m", Kind.TECHNICAL, Priority.LOW, "Late data – m")


def pattern(stage: Stage) -> Condition:
    return Condition(
        "withdrawal", Kind.WITHDRAWAL, Priority(int(stage)), stage.word, stage, parameters=(Parameter.HR,), points=5
    )


WATCH, WARNING, EMERGENCY = pattern(Stage.WATCH), pattern(Stage.WARNING), pattern(Stage.EMERGENCY)


class Ward:
    """A life cycle looked at once a second, as the engine does it."""

    def __init__(self, rules: EscalationRules | None = RULES, demo: bool = False) -> None:
        self.life = LifeCycle("7B-01", ids(), demo=demo, escalation=rules)
        self.now = START
        self.told: list[tuple[float, int]] = []

    def step(self, *conditions: Condition, seconds: int = 1) -> None:
        for _ in range(seconds):
            out = self.life.step(conditions, self.now, utc(self.now), "P1")
            self.told += [(self.now - START, t.alarm.unanswered) for t in out if t.change is Change.UNANSWERED]
            self.now += 1.0

    @property
    def only(self) -> Alarm:
        (alarm,) = self.life.alarms()
        return alarm

    def answer(self) -> Transition:
        return self.life.acknowledge(self.only.id, self.only.version, "Nurse A", "seen", self.now, utc(self.now))


def test_the_times_are_those_of_the_specification() -> None:
    assert EscalationRules((60.0, 180.0), (600.0,)) == RULES


def test_an_emergency_is_told_again_after_one_and_three_minutes_and_then_no_more() -> None:
    ward = Ward()
    ward.step(EMERGENCY, seconds=60)
    assert ward.told == []
    ward.step(EMERGENCY, seconds=1200)
    assert ward.told == [(60.0, 1), (180.0, 2)]
    assert ward.only.acknowledged is None
    assert ward.only.sounding


@pytest.mark.parametrize("condition", [WARNING, HR], ids=["warning", "limit"])
def test_a_medium_alarm_is_told_again_after_ten_minutes(condition: Condition) -> None:
    ward = Ward()
    ward.step(condition, seconds=600)
    assert ward.told == []
    ward.step(condition, seconds=900)
    assert ward.told == [(600.0, 1)]


@pytest.mark.parametrize("condition", [WATCH, LOW], ids=["watch", "low"])
def test_low_priority_is_never_told_again(condition: Condition) -> None:
    ward = Ward()
    ward.step(condition, seconds=3000)
    assert ward.told == []


def test_invented_patients_call_nobody() -> None:
    ward = Ward(demo=True)
    ward.step(EMERGENCY, seconds=300)
    assert ward.told == []


def test_an_answer_ends_it_and_the_returned_sound_begins_anew() -> None:
    ward = Ward()
    ward.step(EMERGENCY, seconds=70)
    ward.answer()
    back = int(RULES.reminder_s(Priority.HIGH))
    ward.step(EMERGENCY, seconds=back)
    assert ward.told == [(60.0, 1)]
    ward.step(EMERGENCY, seconds=59)
    assert ward.only.unanswered == 0
    ward.step(EMERGENCY, seconds=3)
    assert [step for _, step in ward.told] == [1, 1]
    assert ward.told[1][0] == pytest.approx(70 + back + 60, abs=1)


def test_an_answer_taken_back_goes_on_where_it_was() -> None:
    ward = Ward()
    ward.step(EMERGENCY, seconds=70)
    alarm = ward.answer().alarm
    ward.step(EMERGENCY, seconds=3)
    ward.life.undo(alarm.id, "Nurse A", ward.now, utc(ward.now))
    ward.step(EMERGENCY, seconds=200)
    assert ward.told == [(60.0, 1), (180.0, 2)]


def test_a_step_up_begins_anew() -> None:
    ward = Ward()
    ward.step(WARNING, seconds=630)
    ward.step(EMERGENCY, seconds=59)
    assert ward.only.unanswered == 0
    ward.step(EMERGENCY, seconds=3)
    assert ward.told == [(600.0, 1), (690.0, 1)]


def test_an_alarm_that_ended_unseen_is_not_told_again() -> None:
    ward = Ward()
    ward.step(EMERGENCY, seconds=30)
    ward.step(seconds=600)
    assert ward.only.presence is Presence.LATCHED
    assert ward.told == []


def test_a_limit_alarm_under_a_pattern_counts_from_when_it_sounds_itself() -> None:
    ward = Ward(EscalationRules((), (60.0,)))
    ward.step(EMERGENCY, HR, seconds=100)
    assert ward.told == []
    ward.step(HR, seconds=59)
    assert ward.told == []
    ward.step(HR, seconds=3)
    assert ward.told == [(160.0, 1)]


def test_after_a_restart_a_step_is_not_told_twice_and_the_wait_goes_on() -> None:
    ward = Ward()
    ward.step(EMERGENCY, seconds=100)
    before = ward.only
    again = Ward()
    again.now = 5.0  # engine time starts anew with the process
    again.life.restore([before], again.now, utc(START + 100.0))
    assert again.only.unanswered == 1
    assert called_s(again.only, again.now) == pytest.approx(100.0)
    told = []
    for _ in range(100):
        again.now += 1.0
        out = again.life.step([EMERGENCY], again.now, utc(START + 95.0 + again.now), "P1")
        told += [(t.change, t.alarm.unanswered) for t in out]
    assert told == [(Change.UNANSWERED, 2)]


def test_an_answer_to_what_was_seen_before_the_step_still_counts() -> None:
    """The alarm is the same; only the waiting has become longer."""
    ward = Ward()
    ward.step(EMERGENCY, seconds=59)
    seen = ward.only
    ward.step(EMERGENCY, seconds=5)
    assert ward.only.version > seen.version
    ward.life.acknowledge(seen.id, seen.version, "Nurse A", "seen", ward.now, utc(ward.now))
    assert ward.only.acknowledged is not None


def test_a_replay_tells_nothing_again_and_stops_at_no_other_moments() -> None:
    live = BedAlarms("1", load_rules(), ids(), escalation=RULES)
    replayed = BedAlarms("1", load_rules(), ids())
    changes: dict[str, list[tuple[Change, Stage, float]]] = {"live": [], "replay": []}
    for name, bed in (("live", live), ("replay", replayed)):
        for second in range(0, 1500, 5):
            bed.limits.observe(Parameter.HR, 150.0 if second < 1300 else 80.0, Status.VALID, START + second)
            out = bed.advance(START + second, utc(START + second))
            changes[name] += [(t.change, t.alarm.condition.stage, t.stamp) for t in out]
    assert any(change is Change.UNANSWERED for change, _, _ in changes["live"])
    assert [c for c in changes["live"] if c[0] is not Change.UNANSWERED] == changes["replay"]
    assert live.next_due() == replayed.next_due()


@given(
    st.lists(st.sampled_from([None, WATCH, WARNING, EMERGENCY, "ack"]), max_size=40),
    st.lists(st.integers(1, 400), min_size=40, max_size=40),
)
def test_steps_only_grow_while_nobody_answers(acts: list, waits: list[int]) -> None:
    ward, now = Ward(), START
    last: dict[str, Alarm] = {}
    current: Condition | None = None
    for act, wait in zip(acts, waits, strict=False):
        now += wait
        if act == "ack":
            for alarm in ward.life.alarms():
                if alarm.acknowledged is None:
                    ward.life.acknowledge(alarm.id, alarm.version, "N", "seen", now, utc(now))
        else:
            current = act
        out = ward.life.step([current] if current else [], now, utc(now), "P1")
        for transition in out:
            before, alarm = last.get(transition.alarm.id), transition.alarm
            if transition.change is Change.UNANSWERED:
                assert alarm.sounding
                assert alarm.acknowledged is None
                assert alarm.presence is Presence.ACTIVE
                assert before is None or alarm.unanswered > before.unanswered
                times = RULES.high_after_s + RULES.medium_after_s
                assert called_s(alarm, now) >= min(times)
            last[alarm.id] = alarm


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("high_after_s", 60, "give a list"),
        ("high_after_s", [5], "not a time from 15 to 3600 s"),
        ("high_after_s", [60, float("nan")], "not a time"),
        ("high_after_s", [60, True], "not a time"),
        ("medium_after_s", [600, 60], "must ascend"),
        ("medium_after_s", [60, 60], "must ascend"),
        ("medium_after_s", [20, 30, 40, 50], "at most 3"),
        ("medium_after_s", ["60"], "not a time"),
        ("reminder_high_s", 601, "not a time from 60 to 600 s"),
        ("reminder_high_s", 59, "not a time from 60 to 600 s"),
        ("reminder_medium_s", 1801, "not a time from 60 to 1800 s"),
        ("reminder_low_s", float("inf"), "not a time from 60 to 3600 s"),
        ("reminder_low_s", True, "not a time"),
    ],
)
def test_times_that_cannot_be_are_refused_with_the_key(key: str, value: object, said: str) -> None:
    with pytest.raises(RulesError, match=rf"escalation\.{key}: .*{said}"):
        load_rules({"escalation": {key: value}})


def test_a_site_sets_its_own_times_or_none() -> None:
    rules = load_rules({"escalation.high_after_s": [], "escalation": {"medium_after_s": [120]}}).escalation
    assert rules == EscalationRules((), (120.0,))
    ward = Ward(rules)
    ward.step(EMERGENCY, seconds=900)
    assert ward.told == []


def test_an_alarm_says_how_long_it_has_called() -> None:
    ward = Ward()
    ward.step(EMERGENCY)
    assert called_s(ward.only, START + 42.0) == 42.0
    assert called_s(replace(ward.only, called=START + 40.0), START + 42.0) == 2.0
    assert called_s(ward.only, START - 3.0) == 0.0
