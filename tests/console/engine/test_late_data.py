"""Late messages through the engine: stored, never live, judged again in their own minutes, told or raised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.alarms.alarm import Priority
from console.alarms.late_notes import late_since
from console.engine.core import MINUTES_A_TICK
from console.link.commands import Acknowledge, Admit
from console.store.records import Restored, Stay
from console.ward.patient import Patient
from drivers.observation import Parameter
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import START, observation, patient, utc

HR, RR, SPO2, CUFF = Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.NIBP_SYS
QUIET = {HR: 76, RR: 15, SPO2: 97}
DEPRESSED = {HR: 76, RR: 6, SPO2: 84}
BED = "7B-02"


def yesterday(bed: str, patient_id: str = "P1") -> Patient:
    """A patient who was admitted the day before."""
    return replace(patient(bed, patient_id), admitted_at=utc(START - 86_400))


@pytest.fixture
def feed() -> Ward:
    """A ward whose second bed is fed by HL7, with a patient since yesterday."""
    ward = Ward()
    ward.ask(Admit(yesterday(BED), "Nurse A"))
    return ward


def minutes(ward: Ward, count: int, values: dict[Parameter, float] | None) -> None:
    """One message a minute; the engine ticks every ten seconds."""
    for _ in range(count):
        if values:
            ward.send(*(observation(p, v, ward.now, "feed") for p, v in values.items()), bed=BED, stored=True)
        for _ in range(6):
            ward.now += 10
            ward.core.tick(ward.now, utc(ward.now), 0.0, None)


def late(ward: Ward, values: dict[Parameter, float], minutes_ago: float) -> None:
    measured = ward.now - 60 * minutes_ago
    sent = (observation(p, v, ward.now, "feed", measured=measured) for p, v in values.items())
    ward.send(*sent, bed=BED, stored=True)


def notes(ward: Ward) -> list:
    return [a for a in ward.bed(BED).alarms if late_since(a.condition) is not None]


def outage(
    ward: Ward, course: list[dict[Parameter, float]], after: int, then: dict[Parameter, float] | None = QUIET
) -> None:
    """The course is held back; it comes after so many minutes that came in time, or in which nothing came."""
    minutes(ward, 30, QUIET)
    minutes(ward, len(course), None)
    minutes(ward, after, then)
    for back, values in enumerate(reversed(course)):
        late(ward, values, back + 1 + after)


def test_a_message_held_back_raises_what_holds_and_no_limit(feed: Ward) -> None:
    outage(feed, [DEPRESSED] * 15, 5, None)
    assert feed.alarm("overdose", BED) is None
    assert not [a for a in feed.bed(BED).alarms if a.condition.kind == "limit"]
    minutes(feed, 2, None)
    alarm = feed.alarm("overdose", BED)
    assert (alarm.priority, alarm.sounding) == (Priority.HIGH, True)
    assert alarm.raised_at > utc(feed.now - 180)
    assert not [a for a in feed.bed(BED).alarms if a.condition.kind == "limit"]


def test_what_is_over_is_told_in_the_time_of_the_ward_and_journalled(feed: Ward) -> None:
    outage(feed, [DEPRESSED] * 15 + [QUIET] * 10, 20)
    minutes(feed, 2, QUIET)
    assert feed.alarm("overdose", BED) is None
    (note,) = notes(feed)
    assert note.condition.detail.startswith("would have been ")
    assert [t.alarm.condition.key for t in feed.store.transitions].count(note.condition.key) == 1
    assert not [t for t in feed.store.transitions if t.alarm.condition.kind == "overdose"]
    assert feed.value(HR, BED) == 76


def test_a_late_value_is_not_shown(feed: Ward) -> None:
    minutes(feed, 2, QUIET)
    late(feed, DEPRESSED, 5)
    assert [feed.value(p, BED) for p in (HR, RR, SPO2)] == [76, 15, 97]


def test_a_note_is_there_after_a_restart_until_it_is_acknowledged(feed: Ward) -> None:
    outage(feed, [DEPRESSED] * 15 + [QUIET] * 10, 20)
    minutes(feed, 2, QUIET)
    stay = Stay(yesterday(BED), (), ())
    again = Ward(Restored((stay,), tuple(feed.bed(BED).alarms)), start=feed.now + 30)
    minutes(again, 1, QUIET)
    (note,) = notes(again)
    assert note.id == notes(feed)[0].id
    assert again.ask(Acknowledge(note.id, note.version, "Nurse A", "")).error == ""
    minutes(again, 1, QUIET)
    assert notes(again) == []


@pytest.mark.parametrize("journal", [True, False])
def test_what_was_shown_before_a_restart_is_told_only_where_the_journal_is_lost(feed: Ward, journal: bool) -> None:
    began = feed.now
    for values, count in ((QUIET, 30), (DEPRESSED, 15), (QUIET, 40)):
        minutes(feed, count, values)
    assert [a for a in feed.bed(BED).alarms if a.condition.kind == "overdose"]
    steps = tuple(s for s in feed.store.transitions if s.alarm.condition.kind.is_pattern) if journal else ()
    again = Ward(Restored((Stay(yesterday(BED), (), ()),), (), steps), start=feed.now + 30)
    minutes(again, 5, QUIET)
    for minute in range(85):
        late(again, DEPRESSED if 30 <= minute < 45 else QUIET, (again.now - began) / 60 - minute)
    minutes(again, 3, QUIET)
    assert bool(notes(again)) is not journal


def test_a_value_from_the_future_is_kept_with_both_times_and_counts_when_it_came(feed: Ward) -> None:
    sent = observation(HR, 90, feed.now, "feed", measured=feed.now + 7200)
    feed.send(sent, bed=BED)
    assert feed.value(HR, BED) == 90
    (kept,) = feed.store.samples
    assert (kept.observation.measured_at, kept.observation.received_at) == (utc(feed.now + 7200), utc(feed.now))
    feed.now += 60
    feed.send(observation(HR, 70, feed.now, "feed"), bed=BED)
    assert feed.value(HR, BED) == 70


def test_the_past_of_one_bed_after_the_other_a_few_minutes_a_tick(feed: Ward) -> None:
    feed.ask(Admit(yesterday("7B-03", "P2"), "Nurse A"))
    minutes(feed, 30, QUIET)
    for bed in (BED, "7B-03"):
        old = observation(HR, 140, feed.now, "feed", measured=feed.now - 6 * 3600 + 300)
        feed.send(observation(HR, 80, feed.now, "feed"), old, bed=bed)
    done = [0, 0]
    beds = [feed.core.beds[BED].alarms, feed.core.beds["7B-03"].alarms]
    for which, bed in enumerate(beds):
        original = bed.reassess

        def counted(most: int, now: float, which: int = which, original=original) -> int:
            count = original(most, now)
            done[which] += count
            return count

        bed.reassess = counted
    seen = []
    for _ in range(20):
        feed.now += 1
        before = sum(done)
        feed.core.tick(feed.now, utc(feed.now), 0.0, None)
        seen.append(sum(done) - before)
    assert max(seen) <= MINUTES_A_TICK
    assert min(done) > 300
