"""The life of alarms at one bed: onset, steps, answer, latch, return of sound, end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from console.alarms.alarm import Change, Condition, Kind, Presence, Priority, Stage
from console.alarms.escalation import EscalationRules
from console.alarms.lifecycle import LifeCycle, RefusedError
from console.rules import load_rules
from drivers.observation import Parameter
from tests.console.ward_fakes import START, ids, utc

HR_HIGH = Condition("limit:hr:high", Kind.LIMIT, Priority.MEDIUM, "HR 128 > 120", parameters=(Parameter.HR,))
NO_DATA = Condition("technical:data:m", Kind.TECHNICAL, Priority.LOW, "Late data – m")


def pattern(stage: Stage, points: int = 5, kind: Kind = Kind.WITHDRAWAL) -> Condition:
    priority = Priority(int(stage))
    members = (Parameter.HR, Parameter.TEMP)
    return Condition(kind.value, kind, priority, f"pattern {stage.word}", stage, parameters=members, points=points)


WATCH, WARNING, EMERGENCY = pattern(Stage.WATCH), pattern(Stage.WARNING), pattern(Stage.EMERGENCY)


class Ward:
    """A life cycle with its own clock."""

    def __init__(self) -> None:
        self.life = LifeCycle("7B-01", ids())
        self.now = START
        self.log: list = []

    def step(self, *conditions: Condition, after: float = 1.0) -> list:
        self.now += after
        out = self.life.step(conditions, self.now, utc(self.now), "P1")
        self.log += out
        return out

    def ack(self, alarm, by: str = "Nurse A", reason: str = "seen", version: int | None = None):
        transition = self.life.acknowledge(
            alarm.id, alarm.version if version is None else version, by, reason, self.now, utc(self.now)
        )
        self.log.append(transition)
        return transition

    @property
    def only(self):
        (alarm,) = self.life.alarms()
        return alarm


@pytest.fixture
def ward() -> Ward:
    return Ward()


def changes(transitions) -> list[Change]:
    return [t.change for t in transitions]


def test_an_alarm_begins_once_and_ends_once(ward):
    assert changes(ward.step(NO_DATA)) == [Change.ONSET]
    assert ward.step(NO_DATA) == []
    ended = ward.step()
    assert changes(ended) == [Change.CLEAR]
    assert ended[0].alarm.presence is Presence.ENDED
    assert ward.life.alarms() == ()


def test_medium_and_high_stay_until_somebody_answers(ward):
    ward.step(HR_HIGH)
    cleared = ward.step()
    assert changes(cleared) == [Change.CLEAR]
    alarm = ward.only
    assert alarm.presence is Presence.LATCHED
    assert not alarm.sounding
    assert alarm.ended_at == utc(ward.now)
    answered = ward.ack(alarm)
    assert answered.alarm.presence is Presence.ENDED
    assert answered.alarm.acknowledged.by == "Nurse A"
    assert ward.life.alarms() == ()


def test_an_answered_alarm_ends_with_its_condition(ward):
    ward.step(HR_HIGH)
    ward.ack(ward.only)
    assert not ward.only.sounding
    assert ward.step()[0].alarm.presence is Presence.ENDED


def test_a_step_up_is_new_and_not_answered(ward):
    ward.step(WARNING)
    seen = ward.only
    ward.ack(seen)
    (stepped,) = ward.step(EMERGENCY)
    assert stepped.change is Change.ESCALATE
    assert stepped.stage_before is Stage.WARNING
    assert stepped.alarm.id == seen.id
    assert stepped.alarm.acknowledged is None
    assert stepped.alarm.sounding
    assert stepped.alarm.since == ward.now
    assert stepped.alarm.raised_at == seen.raised_at


def test_an_answer_to_what_was_seen_before_the_step_up_is_refused(ward):
    ward.step(WARNING)
    seen = ward.only
    ward.step(EMERGENCY)
    with pytest.raises(RefusedError, match="look again"):
        ward.ack(seen)
    assert ward.only.acknowledged is None


def test_an_answer_survives_a_mere_change_of_wording(ward):
    ward.step(HR_HIGH)
    seen = ward.only
    ward.step(replace(HR_HIGH, text="HR 131 > 120"), after=61)
    assert ward.only.version > seen.version
    assert ward.ack(seen).alarm.acknowledged is not None


def test_two_people_answer_and_only_the_first_counts(ward):
    ward.step(HR_HIGH)
    seen = ward.only
    ward.ack(seen, by="Nurse A")
    with pytest.raises(RefusedError, match="Nurse A has already"):
        ward.ack(seen, by="Nurse B")


def test_an_answer_never_reaches_the_next_occurrence(ward):
    ward.step(NO_DATA)
    seen = ward.only
    ward.step()
    ward.step(NO_DATA)
    assert ward.only.id != seen.id
    with pytest.raises(RefusedError, match="over"):
        ward.ack(seen)
    assert ward.only.acknowledged is None


def test_a_latched_alarm_that_comes_back_gives_way_to_the_new_occurrence(ward):
    ward.step(HR_HIGH)
    first = ward.only
    ward.step()
    back = ward.step(HR_HIGH)
    assert changes(back) == [Change.UPDATE, Change.ONSET]
    assert back[0].alarm.id == first.id
    assert back[0].alarm.presence is Presence.ENDED
    assert ward.only.id != first.id


def test_an_emergency_needs_a_reason_and_every_answer_a_name(ward):
    ward.step(EMERGENCY)
    with pytest.raises(RefusedError, match="reason"):
        ward.ack(ward.only, reason="  ")
    with pytest.raises(RefusedError, match="name"):
        ward.ack(ward.only, by=" ")
    ward.ack(ward.only, reason="called team")


def test_an_emergency_that_ended_unseen_still_needs_a_reason(ward):
    ward.step(EMERGENCY)
    ward.step(WARNING)
    ward.step()
    assert ward.only.presence is Presence.LATCHED
    with pytest.raises(RefusedError, match="reason"):
        ward.ack(ward.only, reason="")


def test_undo_within_five_seconds_by_the_same_person(ward):
    ward.step(HR_HIGH)
    ward.ack(ward.only)
    with pytest.raises(RefusedError, match="Only Nurse A"):
        ward.life.undo(ward.only.id, "Nurse B", ward.now, utc(ward.now))
    undone = ward.life.undo(ward.only.id, "Nurse A", ward.now + 5, utc(ward.now + 5))
    assert undone.change is Change.UNACKNOWLEDGE
    assert ward.only.sounding
    ward.ack(ward.only)
    with pytest.raises(RefusedError, match="5 seconds"):
        ward.life.undo(ward.only.id, "Nurse A", ward.now + 5.1, utc(ward.now))


@pytest.mark.parametrize("condition", [HR_HIGH, EMERGENCY, WARNING, NO_DATA])
def test_the_sound_returns_after_its_time(ward, condition):
    ward.step(condition)
    ward.ack(ward.only)
    wait = EscalationRules().reminder_s(condition.priority)
    assert ward.life.next_due() == ward.now + wait
    assert ward.step(condition, after=wait - 1) == []
    (back,) = ward.step(condition, after=1)
    assert back.change is Change.RESOUND
    assert back.alarm.sounding
    assert back.alarm.acknowledged is None


def test_return_times_are_ten_thirty_and_sixty_minutes():
    """As shipped: detector specification, section 5."""
    rules = load_rules().escalation
    assert [rules.reminder_s(p) / 60 for p in (Priority.HIGH, Priority.MEDIUM, Priority.LOW)] == [10, 30, 60]


def test_a_ward_with_shorter_reminders_hears_an_answered_alarm_sooner(ward):
    ward.life = LifeCycle("7B-01", ids(), escalation=load_rules({"escalation.reminder_high_s": 120}).escalation)
    ward.step(EMERGENCY)
    ward.ack(ward.only)
    assert ward.step(EMERGENCY, after=119) == []
    assert changes(ward.step(EMERGENCY, after=1)) == [Change.RESOUND]


def test_a_watch_is_silent_and_never_reminds(ward):
    ward.step(WATCH)
    assert not ward.only.sounding
    ward.ack(ward.only)
    assert ward.step(WATCH, after=7200) == []


def test_two_more_points_sound_again_and_one_does_not(ward):
    ward.step(pattern(Stage.WARNING, 5))
    ward.ack(ward.only)
    assert ward.step(pattern(Stage.WARNING, 6)) == []
    (again,) = ward.step(pattern(Stage.WARNING, 7))
    assert again.change is Change.RESOUND


def test_limit_alarms_under_a_pattern_alarm_are_shown_and_silent(ward):
    ward.step(WARNING, HR_HIGH)
    alarms = {a.condition.key: a for a in ward.life.alarms()}
    assert alarms["withdrawal"].sounding
    assert not alarms["limit:hr:high"].sounding
    assert alarms["limit:hr:high"].acknowledged is None


def test_a_higher_limit_alarm_sounds_beside_a_lower_pattern(ward):
    ward.step(WARNING, replace(HR_HIGH, priority=Priority.HIGH))
    assert all(a.sounding for a in ward.life.alarms())


def test_a_limit_alarm_of_another_signal_sounds(ward):
    ward.step(WARNING, replace(HR_HIGH, key="limit:spo2:low", parameters=(Parameter.SPO2,)))
    assert all(a.sounding for a in ward.life.alarms())


def test_answering_the_pattern_neither_answers_nor_unmutes_its_members_but_new_ones_sound(ward):
    ward.step(WARNING, HR_HIGH)
    ward.ack(next(a for a in ward.life.alarms() if a.condition.kind is Kind.WITHDRAWAL))
    temp = replace(HR_HIGH, key="limit:temp:high", parameters=(Parameter.TEMP,))
    ward.step(WARNING, HR_HIGH, temp)
    alarms = {a.condition.key: a for a in ward.life.alarms()}
    assert not alarms["limit:hr:high"].sounding
    assert alarms["limit:hr:high"].acknowledged is None
    assert alarms["limit:temp:high"].sounding


def test_a_member_sounds_when_its_pattern_has_gone(ward):
    ward.step(WARNING, HR_HIGH)
    out = ward.step(HR_HIGH)
    assert changes(out) == [Change.CLEAR, Change.UPDATE]
    limit = next(a for a in ward.life.alarms() if a.condition.kind is Kind.LIMIT)
    assert limit.sounding


def test_a_pattern_that_rises_over_a_limit_alarm_silences_it(ward):
    ward.step(HR_HIGH)
    assert ward.only.sounding
    ward.step(HR_HIGH, EMERGENCY)
    limit = next(a for a in ward.life.alarms() if a.condition.kind is Kind.LIMIT)
    assert not limit.sounding


def test_both_patterns_stand_beside_each_other_and_are_answered_apart(ward):
    ward.step(EMERGENCY, pattern(Stage.EMERGENCY, 5, Kind.OVERDOSE))
    first, second = ward.life.alarms()
    ward.ack(first)
    assert {a.id: a.acknowledged is None for a in ward.life.alarms()} == {first.id: False, second.id: True}


def test_new_wording_is_shown_at_once_and_journalled_once_a_minute(ward):
    ward.step(HR_HIGH)
    for second in range(59):
        assert ward.step(replace(HR_HIGH, text=f"HR {130 + second} > 120")) == []
        assert ward.only.condition.text == f"HR {130 + second} > 120"
    assert changes(ward.step(replace(HR_HIGH, text="HR 200 > 120"))) == [Change.UPDATE]


def test_restored_alarms_are_announced_again_and_keep_their_answer(ward):
    ward.step(HR_HIGH, NO_DATA)
    limit = next(a for a in ward.life.alarms() if a.condition is HR_HIGH)
    ward.ack(limit)
    before = ward.life.alarms()
    later = utc(ward.now) + timedelta(minutes=2)
    life = LifeCycle("7B-01", ids())
    out = life.restore(before, 50.0, later)
    assert {t.change for t in out} == {Change.RESTORE}
    after = {a.id: a for a in life.alarms()}
    assert after[limit.id].acknowledged.by == "Nurse A"
    assert not after[limit.id].sounding
    other = next(a for a in before if a.id != limit.id)
    assert after[other.id].sounding
    assert after[other.id].version == other.version + 1
    assert after[other.id].since == 50.0 - 120
    # The sound of the answered one returns when it would have returned without the restart.
    assert life.next_due() == pytest.approx(50.0 - 120 + EscalationRules().reminder_s(Priority.MEDIUM))


def test_order_is_priority_then_pattern_limit_technical_then_newest(ward):
    ward.step(HR_HIGH)
    ward.step(HR_HIGH, replace(NO_DATA, priority=Priority.MEDIUM), WARNING)
    ward.step(
        HR_HIGH, replace(NO_DATA, priority=Priority.MEDIUM), WARNING, replace(HR_HIGH, key="limit:rr:high"), NO_DATA
    )
    assert [a.condition.key for a in ward.life.alarms()][:4] == [
        "withdrawal",
        "limit:rr:high",
        "limit:hr:high",
        "technical:data:m",
    ]
