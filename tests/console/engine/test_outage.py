"""Reliability scoreboard, row 8: an alarm from before an outage is seen and heard with the first values after it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from console.alarms.alarm import Change, Kind, Presence, Priority
from console.link.commands import Acknowledge, Admit
from console.ui.sound.choice import call
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.source import SourceState
from drivers.observation import Parameter
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import patient, utc

HR, RR, SPO2, TEMP = Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.TEMP
QUIET = {HR: 76.0, RR: 15.0, SPO2: 97.0, TEMP: 36.8}
BEYOND = {
    "limit:hr:high": ({HR: 150.0}, Priority.HIGH),
    "limit:hr:low": ({HR: 45.0}, Priority.MEDIUM),
    "limit:spo2:low": ({SPO2: 82.0}, Priority.HIGH),
    "limit:rr:high": ({RR: 28.0}, Priority.MEDIUM),
}
OUTAGES = (1, 11, 600)
HEARD_WITHIN_S = 2


class Outage(Ward):
    """A ward whose first monitor can fall silent or lose its line."""

    def fail(self, how: str, seconds: int) -> None:
        views = self.core.plan.views
        if how == "lost":
            self.sources = (replace(views[0], state=SourceState.LOST, last_error="gone"), *views[1:])
        self.run(seconds)
        self.sources = (replace(views[0], state=SourceState.CONNECTED), *views[1:])

    @property
    def ended(self) -> list[str]:
        over = (Change.CLEAR, Change.DEESCALATE)
        ended = (t.alarm.condition for t in self.emitted if t.change in over)
        return [condition.key for condition in ended if condition.kind is not Kind.TECHNICAL]


def admitted() -> Outage:
    ward = Outage()
    stalled = PumpEvent(PumpEventKind.PUMP_STALL, utc(ward.now - 20 * 3600), by="A")
    assert not ward.ask(Admit(patient(), "A", (stalled,))).error
    return ward


@pytest.mark.parametrize("part", [0, 1, *(pytest.param(part, marks=pytest.mark.slow) for part in range(2, 10))])
def test_five_hundred_outages_lose_no_alarm_and_each_is_heard_within_two_seconds(part: int) -> None:
    """Fifty seeded runs a part, all ten parts in the slow form: 1 s, 11 s and 10 min, silent or with the line lost,
    answered or not before."""
    dice = random.Random(part)
    for run in range(50):
        key, (values, priority) = dice.choice(list(BEYOND.items()))
        (seconds,) = dice.choices(OUTAGES, weights=(9, 9, 2))
        how, answered = dice.choice(["silent", "lost"]), dice.random() < 0.3
        ward = admitted()
        ward.run(dice.randint(1, 20), QUIET)
        while ward.alarm(key) is None:
            ward.run(1, QUIET | values)
        ward.run(dice.randint(0, 10), QUIET | values)
        before = ward.alarm(key)
        assert before.priority is priority
        if answered:
            assert not ward.ask(Acknowledge(before.id, before.version, "A", "seen")).error
        ward.fail(how, seconds)
        after_outage = ward.alarm(key)
        assert after_outage.presence is Presence.ACTIVE, "lost in the outage"
        ward.run(HEARD_WITHIN_S, QUIET | values)
        again = ward.alarm(key)
        told = f"part {part} run {run}: {key}, {seconds} s {how}"
        assert again is not None, told
        assert (again.id, again.presence) == (before.id, Presence.ACTIVE), told
        assert ward.ended == [], told
        # Answered before, it stays answered, until its reminder: the same occurrence is still there.
        assert again.sounding == (again.acknowledged is None), told
        reminded = seconds == 600 and priority is Priority.HIGH
        assert again.sounding == (not answered or reminded), told
        if again.sounding:
            heard = call(ward.snapshot())
            assert heard is not None, told
            assert heard.tone.priority is priority, told


@pytest.mark.parametrize("seconds", OUTAGES)
def test_a_pattern_emergency_stands_through_an_outage_and_sounds_after_it(seconds: int) -> None:
    ward = admitted()
    signs = {HR: 140.0, RR: 32.0, SPO2: 95.0, TEMP: 40.2}
    while (alarm := ward.alarm("withdrawal")) is None or alarm.priority is not Priority.HIGH:
        ward.run(10, signs)
    ward.fail("silent", seconds)
    ward.run(HEARD_WITHIN_S, signs)
    again = ward.alarm("withdrawal")
    assert (again.id, again.priority, again.sounding) == (alarm.id, Priority.HIGH, True)
    assert ward.ended == []


@pytest.mark.parametrize("seconds", OUTAGES)
def test_an_alarm_that_ended_unseen_before_an_outage_is_still_shown_after_it(seconds: int) -> None:
    ward = admitted()
    ward.run(60, QUIET | {HR: 150.0})
    ward.run(5, QUIET)
    (latched,) = [a for a in ward.bed().alarms if a.presence is Presence.LATCHED and a.condition.key == "limit:hr:high"]
    ward.fail("lost", seconds)
    ward.run(HEARD_WITHIN_S, QUIET)
    assert latched.id in [a.id for a in ward.bed().alarms]
